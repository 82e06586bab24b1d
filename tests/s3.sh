#!/usr/bin/env bash
# Runs two S3 servers on loopback for the integration tests: MinIO and VersityGW.
#
#   tests/s3.sh start   builds the servers with Go if necessary, starts them with empty storage, waits until they respond,
#                       and prints their URLs in this order
#   tests/s3.sh urls    prints the URLs of the running servers; exit 1 unless both run
#   tests/s3.sh stop    stops the servers and deletes what they stored
#
# Exit 1: a step failed. Exit 2: a program is missing, or the arguments are wrong.
# The access key is `testing`, and its secret is `testing-secret`.
#
#   S3_DIR  the directory; by default target/s3 in the repository
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${S3_DIR:=$checkout/target/s3}"
directory=$(cd "$S3_DIR" && pwd)
SERVERS=(minio versitygw)
MINIO=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
VERSITYGW=github.com/versity/versitygw/cmd/versitygw@v1.8.0

main() {
  case ${1:-} in
    start) start ;;
    urls) urls || exit 1 ;;
    stop) stop ;;
    *) die 2 "usage: tests/s3.sh start|stop|urls" ;;
  esac
}

start() {
  local name
  if urls; then return; fi
  stop
  command -v curl >/dev/null || die 2 "curl is missing; install it"
  command -v python3 >/dev/null || die 2 "python3 is missing; install it"
  install minio "$MINIO"
  install versitygw "$VERSITYGW"
  for name in "${SERVERS[@]}"; do
    mkdir -p "$directory/$name-data"
    python3 -c 'import socket; it = socket.create_server(("127.0.0.1", 0)); print(it.getsockname()[1])' >"$directory/$name-port"
  done
  launch minio env MINIO_ROOT_USER=testing MINIO_ROOT_PASSWORD=testing-secret MINIO_BROWSER=off \
    "$directory/bin/minio" server --address "127.0.0.1:$(port minio)" "$directory/minio-data"
  launch versitygw "$directory/bin/versitygw" --access testing --secret testing-secret \
    --port "127.0.0.1:$(port versitygw)" posix "$directory/versitygw-data"
  for _ in $(seq 150); do
    if urls; then return; fi
    sleep 0.2
  done
  tail -n 20 "$directory"/*.log >&2
  stop
  die 1 "the S3 servers did not start; their output is above"
}

# launch NAME COMMAND...
launch() {
  local name=$1
  shift
  nohup "$@" >"$directory/$name.log" 2>&1 </dev/null &
  echo $! >"$directory/$name-pid"
}

# Both URLs on one line, when each server responds to HTTP, whatever the status is.
urls() {
  local name all=()
  for name in "${SERVERS[@]}"; do
    running "$name" || return 1
    curl --silent --noproxy '*' --max-time 5 --output /dev/null "http://127.0.0.1:$(port "$name")/" || return 1
    all+=("http://127.0.0.1:$(port "$name")")
  done
  echo "${all[*]}"
}

stop() {
  local name pid
  for name in "${SERVERS[@]}"; do
    if running "$name"; then
      pid=$(cat "$directory/$name-pid")
      kill "$pid"
      for _ in $(seq 50); do
        running "$name" || break
        sleep 0.1
      done
      if running "$name"; then kill -9 "$pid"; fi
    fi
    rm -rf "$directory/$name-data" "$directory/$name-pid"
  done
}

# install NAME PACKAGE: builds one server, unless this version is there.
install() {
  local name=$1 package=$2
  if [ "$(cat "$directory/bin/$name.version" 2>/dev/null)" = "$package" ]; then return; fi
  command -v go >/dev/null || die 2 "go is missing; install Go 1.25 or newer"
  echo "building $package, which takes some minutes" >&2
  GOBIN=$directory/bin go install "$package" >&2 || die 1 "the build of $package failed; its output is above"
  echo "$package" >"$directory/bin/$name.version"
}

port() {
  cat "$directory/$1-port"
}

# Whether the recorded process still runs. The system may have given its id to another program, so the command line
# counts too.
running() {
  local pid
  pid=$(cat "$directory/$1-pid" 2>/dev/null) && [ "$pid" ] || return 1
  ps -o command= -p "$pid" | grep -qF "$directory"
}

die() {
  echo "tests/s3.sh: $2" >&2
  exit "$1"
}

main "$@"
