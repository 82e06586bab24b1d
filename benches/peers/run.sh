#!/usr/bin/env bash
# Measures sigtower, other signers and other OpenSearch clients on the same requests in one run.
#
#   benches/peers/run.sh            builds, measures for about 4 minutes, prints the tables, and writes
#                                   bench/peers.json in cargo's target directory
#   benches/peers/run.sh SECONDS    measures each request for SECONDS instead of 2; 0.2 is enough to see
#                                   that everything runs
#
# The clients come from their registries: opensearch-rs, reqsign and aws-sigv4 with cargo, opensearch-py
# with pip, opensearch-js with npm, opensearch-go with go. If a tool is missing, the script skips its
# client and says so. The machine should be idle during the measurement.
set -euo pipefail
target=${CARGO_TARGET_DIR:-$(dirname "$0")/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)  # the caller's directory counts for a relative path
export CARGO_TARGET_DIR=$target
cd "$(dirname "$0")"

seconds=${1:-2}
out=$target/bench
requests=$out/requests.json
summaries=("$out/peers-rust.json")
skipped=()

main() {
  mkdir -p "$out"
  rm -f "$out"/peers*.json
  build_rust
  "$peers" --requests >"$requests"
  "$peers" --seconds "$seconds"
  start_server
  if has python3 opensearch-py; then python "$out/peers-python.json"; fi
  if has npm opensearch-js; then js "$out/peers-js.json"; fi
  if has go opensearch-go; then go_ "$out/peers-go.json"; fi
  echo
  "$peers" --merge "${summaries[@]}"
  for name in ${skipped[@]+"${skipped[@]}"}; do echo "SKIPPED: $name" >&2; done
}

build_rust() {
  peers=$(cargo bench --locked --no-run --message-format=json |
    sed -n 's/.*"name":"peers".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
}

# The server ends when its standard input closes, so at the latest when this script ends.
start_server() {
  coproc SERVER { exec "$peers" --server; }
  read -r address <&"${SERVER[0]}"
  origin=http://$address
}

python() {
  local venv=$target/python
  if [ ! -d "$venv" ]; then
    python3 -m venv "$venv.half"
    "$venv.half/bin/python" -m pip install --quiet --no-deps --disable-pip-version-check -r python/requirements.txt
    mv "$venv.half" "$venv"
  fi
  measure "$1" "$venv/bin/python" python/peers.py
}

# npm installs beside package.json. In a copy, it writes nothing into the repository.
js() {
  mkdir -p "$target/js"
  cp js/* "$target/js"
  (cd "$target/js" && npm ci --silent --no-audit --no-fund)
  measure "$1" node "$target/js/peers.js"
}

go_() {
  (cd go && go build -o "$target/go/peers" .)
  measure "$1" "$target/go/peers"
}

# measure SUMMARY COMMAND...
measure() {
  local summary=$1
  shift
  echo "measuring: $*"
  "$@" "$requests" "$origin" "$seconds" "$summary"
  summaries+=("$summary")
}

# has TOOL CLIENT
has() {
  if command -v "$1" >/dev/null; then return; fi
  skipped+=("$2: $1 is not installed")
  return 1
}

main
