#!/usr/bin/env bash
# AWS's STS and IAM for the integration tests: moto's server, put together from PyPI.
#
#   tests/moto.sh start   install it once, run it on loopback, wait for it, print its URL
#   tests/moto.sh url     print the URL of the one that runs; exit 1 if none does
#   tests/moto.sh stop    stop it
#
# Exit 1: it failed. Exit 2: something is missing on this machine, or the arguments are wrong.
# It starts without users and roles, and forgets them when it stops.
#
#   MOTO_PORT  any free one
#   MOTO_DIR   target/moto of the checkout
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
requirements=$checkout/tests/moto/requirements.txt
mkdir -p "${MOTO_DIR:=$checkout/target/moto}"
directory=$(cd "$MOTO_DIR" && pwd)
venv=$directory/$(cksum <"$requirements" | cut -d ' ' -f 1)  # others when the versions are others
log=$directory/log

main() {
  case ${1:-} in
    start) start ;;
    url) url || exit 1 ;;
    stop) stop ;;
    *) die 2 "usage: tests/moto.sh start|stop|url" ;;
  esac
}

start() {
  local pid
  if url; then return; fi
  stop
  install
  nohup "$venv/bin/python" -m moto.server -H 127.0.0.1 -p "${MOTO_PORT:-0}" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$directory/pid"
  for _ in $(seq 300); do
    if url; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  cat "$log" >&2
  stop
  die 1 "moto did not start, see above"
}

url() {
  local url
  running || return 1
  url=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$log" | head -n 1) || return 1
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null "$url/moto-api/data.json" && echo "$url"
}

stop() {
  local pid
  running || return 0
  pid=$(cat "$directory/pid")
  kill "$pid"
  for _ in $(seq 50); do
    running || return 0
    sleep 0.1
  done
  kill -9 "$pid"
}

# Made beside and moved into place when whole. Nothing in it but the scripts in bin/, which are not
# used, knows where it was made.
install() {
  if [ -d "$venv" ]; then return; fi
  command -v python3 >/dev/null || die 2 "not installed, but needed: python3"
  python3 -c 'import ensurepip, venv' 2>/dev/null || die 2 "Python comes without venv: install python3-venv"
  echo "installing moto in $venv" >&2
  rm -rf "$venv.half"
  if ! { python3 -m venv "$venv.half" && "$venv.half/bin/python" -m pip install --quiet --no-deps \
    --disable-pip-version-check --requirement "$requirements"; } >"$log" 2>&1; then
    cat "$log" >&2
    die 1 "moto could not be installed, see above"
  fi
  mv "$venv.half" "$venv"
}

# A process of that id which is this server and no later one that was given the same id.
running() {
  local pid
  pid=$(cat "$directory/pid" 2>/dev/null) && [ "$pid" ] || return 1
  ps -o command= -p "$pid" | grep -qF "$directory"
}

die() {
  echo "tests/moto.sh: $2" >&2
  exit "$1"
}

main "$@"
