#!/usr/bin/env bash
# Downloads the YAML tests of org.elasticsearch:rest-api-spec (Apache 2.0) to target, and prints their directory.
#
#   REST_API_SPEC=$(tests/rest-api-spec.sh)
#
# Exit 1: the download failed, or the archive is a different one. Exit 2: a program is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

version=7.10.2
sha256=142f3c90c1dba2e206476e7775bfbac387dce07e3edc822b2b2b82d2ee541249
directory=$(realpath -m "${CARGO_TARGET_DIR:-target}")/rest-api-spec-$version
archive=$directory.jar
url=https://repo.maven.apache.org/maven2/org/elasticsearch/rest-api-spec/$version/rest-api-spec-$version.jar

for program in curl python3 sha256sum; do
  if ! command -v "$program" >/dev/null; then
    echo "tests/rest-api-spec.sh: $program is missing; install it" >&2
    exit 2
  fi
done
if [ ! -d "$directory" ]; then
  mkdir -p "$(dirname "$directory")"
  curl --silent --show-error --fail --location --max-time 120 --output "$archive" "$url"
  if ! sha256sum --check --status <<<"$sha256  $archive"; then
    echo "tests/rest-api-spec.sh: $archive does not have the expected SHA-256 $sha256; delete it and try again" >&2
    exit 1
  fi
  rm -rf "$directory.half"
  python3 -m zipfile --extract "$archive" "$directory.half"
  mv "$directory.half" "$directory"
fi
echo "$directory/rest-api-spec"
