#!/usr/bin/env bash
# Measures sigtower, other signers and other OpenSearch clients on the same requests in one run.
#
#   benches/peers/run.sh              measures single requests for about 7 minutes, then the bulk helpers for
#                                     about 2 minutes, prints the tables, and writes bench/peers.json and
#                                     bench/ingest-peers.json in cargo's target directory
#   benches/peers/run.sh SECONDS      measures each single request for SECONDS instead of 2, and loads fewer or
#                                     more documents in proportion; 0.2 is enough to see that everything runs
#   benches/peers/run.sh ingest [DOCUMENTS [ROUNDS]]
#                                     measures only the bulk helpers; DOCUMENTS in each round (500,000 by
#                                     default), ROUNDS in turn (3 by default), of which the best counts
#
# The clients come from their registries: opensearch-rs, reqsign and aws-sigv4 with cargo, opensearch-py
# with pip, opensearch-js with npm, opensearch-go, go-elasticsearch and esbulk with go. If a tool is
# missing, the script skips its clients and says so. The machine should be idle during the measurement.
set -euo pipefail
target=${CARGO_TARGET_DIR:-$(dirname "$0")/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)  # the caller's directory counts for a relative path
export CARGO_TARGET_DIR=$target
cd "$(dirname "$0")"

out=$target/bench
venv=$target/python
skipped=()

main() {
  mkdir -p "$out"
  build
  case ${1:-2} in
    ingest) ingest "${2:-500000}" "${3:-3}" ;;
    *)
      requests "${1:-2}"
      ingest "$(awk -v seconds="${1:-2}" 'BEGIN { print int(250000 * seconds) }')" 3
      ;;
  esac
  for name in ${skipped[@]+"${skipped[@]}"}; do echo "SKIPPED: $name" >&2; done
}

build() {
  local built
  built=$(cargo bench --locked --no-run --message-format=json)
  peers=$(executable peers "$built")
  ingest=$(executable ingest "$built")
  if has python3 opensearch-py; then install_python; fi
  if has npm opensearch-js; then install_js; fi
  if has go 'opensearch-go, go-elasticsearch, esbulk'; then build_go; fi
}

# executable NAME MESSAGES
executable() {
  sed -n 's/.*"name":"'"$1"'".*"executable":"\([^"]*\)".*/\1/p' <<<"$2" | tail -n 1
}

install_python() {
  if [ -d "$venv" ]; then return; fi
  python3 -m venv "$venv.half"
  "$venv.half/bin/python" -m pip install --quiet --no-deps --disable-pip-version-check -r python/requirements.txt
  mv "$venv.half" "$venv"
}

# npm installs beside package.json. In a copy, it writes nothing into the repository.
install_js() {
  mkdir -p "$target/js"
  cp js/* "$target/js"
  (cd "$target/js" && npm ci --silent --no-audit --no-fund)
}

build_go() {
  (cd go && go build -o "$target/go/" . ./bulk)
  if [ -x "$target/go/esbulk" ]; then return; fi
  if ! GOBIN=$target/go go install github.com/miku/esbulk/cmd/esbulk@latest; then
    skipped+=("esbulk: the Go module proxy does not deliver it; put the program into $target/go")
  fi
}

# The server ends when its standard input closes, so at the latest when this script ends.
start_server() {
  coproc SERVER { exec "$1" --server; }
  read -r address <&"${SERVER[0]}"
  origin=http://$address
}

stop_server() {
  local pid=$SERVER_PID input=${SERVER[1]}
  exec {input}>&-
  wait "$pid" || true
}

# requests SECONDS: single requests, signed in memory and sent to the server.
requests() {
  local summaries=("$out/peers-rust.json") seconds=$1
  rm -f "$out"/peers*.json
  "$peers" --requests >"$out/requests.json"
  "$peers" --seconds "$seconds"
  start_server "$peers"
  if installed python3; then measure python "$venv/bin/python" python/peers.py; fi
  if installed npm; then measure js node "$target/js/peers.js"; fi
  if installed go; then measure go "$target/go/peers"; fi
  stop_server
  echo
  "$peers" --merge "${summaries[@]}"
}

# measure LANGUAGE COMMAND...
measure() {
  local summary=$out/peers-$1.json
  shift
  echo "measuring: $*"
  "$@" "$out/requests.json" "$origin" "$seconds" "$summary"
  summaries+=("$summary")
}

# ingest DOCUMENTS ROUNDS: the bulk helpers, each in a process of its own, in turn. Faster clients load
# more documents, so that each round takes about a second.
ingest() {
  local count=$1 rounds=$out/ingest-rounds.jsonl documents=$out/documents.ndjson round
  : >"$rounds"
  "$ingest" --documents 10000 >"$documents"
  "$ingest" --documents "$count" >"$out/documents-all.ndjson"
  start_server "$ingest"
  for ((round = 1; round <= $2; round++)); do
    echo "loading: round $round of $2"
    for subject in sigtower floor opensearch-rs 'opensearch-rs, unsigned'; do
      load "$ingest" "$subject" "$origin" $((4 * count))
    done
    if installed python3; then load "$venv/bin/python" python/bulk.py "$documents" "$origin" "$count"; fi
    if installed npm; then load node "$target/js/bulk.js" "$documents" "$origin" "$count"; fi
    if installed go; then
      load "$target/go/bulk" opensearch-go "$documents" "$origin" "$count"
      load "$target/go/bulk" go-elasticsearch "$documents" "$origin" "$count"
    fi
    if [ -x "$target/go/esbulk" ]; then load esbulk "$count"; fi
  done
  stop_server
  rm "$out/documents-all.ndjson"
  "$ingest" --merge "$rounds"
}

# load COMMAND...: the command prints a line with its CPU time.
load() {
  "$@" >>"$rounds"
}

# esbulk is a program that reads a file: all its CPU time counts. A batch of 37,000 documents has 5 MiB.
esbulk() {
  local used TIMEFORMAT='%3U + %3S'
  used=$({ time "$target/go/esbulk" -server "$origin" -index logs -size 37000 "$out/documents-all.ndjson" >&2; } 2>&1 |
    tail -n 1)
  awk -v used="$used" -v count="$1" 'BEGIN {
    split(used, part, " . ")
    printf "{\"subject\":\"esbulk\",\"documents\":%d,\"cpu_s\":%.3f}\n", count, part[1] + part[2]
  }'
}

# has TOOL CLIENTS
has() {
  if installed "$1"; then return; fi
  skipped+=("$2: $1 is not installed")
  return 1
}

installed() {
  command -v "$1" >/dev/null
}

main "$@"
