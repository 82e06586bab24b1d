#!/usr/bin/env bash
# Runs the application of examples/everyday.rs and the same one with opensearch-rs on a real OpenSearch, behind a test
# domain that verifies their signatures. Compares their output, and prints the lines of code of both.
#
#   OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start) benches/peers/breadth/run.sh
#
# Both files are formatted by rustfmt. Lines that are blank or only a comment do not count.
set -euo pipefail
upstream=${OPENSEARCH_UPSTREAM:?set it to the URL of a running OpenSearch, which tests/opensearch.sh prints}
if [ "${CARGO_TARGET_DIR:-}" ]; then
  CARGO_TARGET_DIR=$(realpath -m "$CARGO_TARGET_DIR")  # the caller's directory counts for a relative path
  export CARGO_TARGET_DIR
fi
cd "$(dirname "$0")/.."
root=$(cd ../.. && pwd)

cargo build --quiet --locked --release --example breadth
cargo build --quiet --locked --manifest-path "$root/Cargo.toml" --example everyday --example domain
theirs=${CARGO_TARGET_DIR:-target}/release/examples/breadth
ours=${CARGO_TARGET_DIR:-$root/target}/debug/examples
out=$(mktemp -d)
domain=
trap 'if [ "$domain" ]; then kill "$domain" 2>/dev/null || true; fi; rm -rf "$out"' EXIT

arn=arn:aws:iam::123456789012:role/admin
"$ours/domain" --region us-east-1 --key "AKIDBREADTH:breadth-secret=$arn" --upstream "$upstream" >"$out/domain" 2>&1 &
domain=$!
for _ in $(seq 100); do
  url=$(grep -om1 'http://127[0-9.:]*' "$out/domain" || true)
  if [ "$url" ]; then break; fi
  sleep 0.1
done
if [ -z "$url" ]; then
  echo "the test domain did not start within 10 seconds; its output:" >&2
  cat "$out/domain" >&2
  exit 1
fi
export OPENSEARCH_URL=$url AWS_REGION=us-east-1 AWS_SERVICE=es
export AWS_ACCESS_KEY_ID=AKIDBREADTH AWS_SECRET_ACCESS_KEY=breadth-secret

"$ours/everyday" | tee "$out/ours"
"$theirs" >"$out/theirs"
diff "$out/ours" "$out/theirs"
echo "both applications print the same"

lines() { grep -cvE '^\s*(//|$)' "$1"; }
echo "lines of code: $(lines "$root/examples/everyday.rs") with sigtower, $(lines breadth/main.rs) with opensearch-rs"
