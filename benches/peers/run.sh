#!/usr/bin/env bash
# Measures sigtower beside other signers and OpenSearch clients, on the same requests, in one run.
#
#   benches/peers/run.sh            builds, measures for about 4 minutes, prints and writes
#                                   target/bench/peers.json here
#   benches/peers/run.sh SECONDS    measures each work so long instead: 2 (0.2 to see that it runs)
#
# Clients come from their registries: opensearch-rs, reqsign and aws-sigv4 by cargo, opensearch-py by
# pip, opensearch-js by npm, opensearch-go by go. Whose tool is missing is left out, and it says so.
# Let the machine do nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-2}
here=$PWD
out=$here/target/bench
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

# It ends when this script does, and closes its standard input.
start_server() {
  coproc SERVER { exec "$peers" --server; }
  read -r address <&"${SERVER[0]}"
  origin=http://$address
}

python() {
  local venv=target/python
  if [ ! -d "$venv" ]; then
    python3 -m venv "$venv.half"
    "$venv.half/bin/python" -m pip install --quiet --no-deps --disable-pip-version-check -r python/requirements.txt
    mv "$venv.half" "$venv"
  fi
  measure "$1" "$venv/bin/python" python/peers.py
}

# npm installs beside the script, which is not to be here.
js() {
  mkdir -p target/js
  cp js/* target/js
  (cd target/js && npm ci --silent --no-audit --no-fund)
  measure "$1" node target/js/peers.js
}

go_() {
  (cd go && go build -o "$here/target/go/peers" .)
  measure "$1" target/go/peers
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
  skipped+=("$2: not installed, but needed: $1")
  return 1
}

main
