#!/usr/bin/env bash
# Runs moto's server, which imitates AWS's STS and IAM, for the integration tests.
#
#   tests/moto.sh start   installs moto from PyPI if necessary, starts the server on loopback, waits
#                         until it responds, and prints its URL
#   tests/moto.sh url     prints the URL of the running server; exit 1 if none runs
#   tests/moto.sh stop    stops the server
#
# Exit 1: a step failed. Exit 2: a program is missing, or the arguments are wrong.
# The server starts without users and roles. It keeps them in memory only.
#
#   MOTO_PORT  the port; by default any free port
#   MOTO_DIR   the directory; by default target/moto in the repository
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
requirements=$checkout/tests/moto/requirements.txt
mkdir -p "${MOTO_DIR:=$checkout/target/moto}"
directory=$(cd "$MOTO_DIR" && pwd)
venv=$directory/$(cksum <"$requirements" | cut -d ' ' -f 1)  # a new directory for new versions
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
  die 1 "moto did not start; its output is above"
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

# Installs into a temporary directory and renames it when it is complete. Only the scripts in bin/
# contain the old path, and nothing uses them.
install() {
  if [ -d "$venv" ]; then return; fi
  command -v python3 >/dev/null || die 2 "python3 is missing; install it"
  python3 -c 'import ensurepip, venv' 2>/dev/null || die 2 "Python's venv is missing; install python3-venv"
  echo "installing moto in $venv" >&2
  rm -rf "$venv.half"
  if ! { python3 -m venv "$venv.half" && "$venv.half/bin/python" -m pip install --quiet --no-deps \
    --disable-pip-version-check --requirement "$requirements"; } >"$log" 2>&1; then
    cat "$log" >&2
    die 1 "the installation of moto failed; its output is above"
  fi
  mv "$venv.half" "$venv"
}

# Whether the recorded process still runs. The system may have given its id to another program, so the
# command line counts too.
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
