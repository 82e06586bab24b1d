#!/usr/bin/env bash
# Runs the application of examples/everyday.rs and the same one with opensearch-rs on a real OpenSearch, behind a front
# that verifies their signatures. Compares their output, and prints the lines of code of both.
#
#   OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start) benches/peers/breadth/run.sh
#
# Lines that are blank or only a comment do not count.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
upstream=${OPENSEARCH_UPSTREAM:?is the URL of a running OpenSearch, as tests/opensearch.sh prints it}

target=${CARGO_TARGET_DIR:-$root/target}
cargo build --quiet --target-dir "$target/breadth"
cargo build --quiet --target-dir "$target" --manifest-path "$root/Cargo.toml" --example everyday --example domain
theirs=$target/breadth/debug/breadth
ours=$target/debug/examples
out=$(mktemp -d)
trap 'kill "$domain" 2>/dev/null || true; rm -rf "$out"' EXIT

arn=arn:aws:iam::123456789012:role/admin
"$ours/domain" --region us-east-1 --key "AKIDBREADTH:breadth-secret=$arn" --upstream "$upstream" >"$out/domain" 2>&1 &
domain=$!
for _ in $(seq 100); do
  url=$(grep -om1 'http://[0-9.:]*' "$out/domain" || true)
  if [ "$url" ]; then break; fi
  sleep 0.1
done
export OPENSEARCH_URL=$url AWS_REGION=us-east-1 AWS_SERVICE=es
export AWS_ACCESS_KEY_ID=AKIDBREADTH AWS_SECRET_ACCESS_KEY=breadth-secret

"$ours/everyday" | tee "$out/ours"
"$theirs" >"$out/theirs"
diff "$out/ours" "$out/theirs"

lines() { grep -cvE '^\s*(//|$)' "$1"; }
echo "lines of code: $(lines "$root/examples/everyday.rs") with sigtower, $(lines src/main.rs) with opensearch-rs"
