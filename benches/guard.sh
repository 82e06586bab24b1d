#!/usr/bin/env bash
# Fails when signing takes over a tenth more instructions than it did, hashing aside.
#
#   benches/guard.sh            checks; about a minute; exit 1: over a limit, 2: no valgrind
#
# Counted by callgrind: exact, whatever else the machine does. A better count is a reason to lower
# the limit below, a new compiler one to set them all anew.
set -euo pipefail
cd "$(dirname "$0")/.."

count=200
#        work                         subject   instructions
limits="get-health                    sigtower  3970
        put-300B                      sigtower  4700
        put-300B-token                sigtower  5170
        search-1KiB-5params           sigtower  5520
        search-1KiB-15signed-token    sigtower  13660
        put-300B                      layer     5500"

if ! command -v valgrind > /dev/null; then
    echo "not installed, but needed to count instructions: valgrind" >&2
    exit 2
fi

bench=$(cargo bench --locked --quiet --bench instructions --no-run --message-format=json |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

failed=0
while read -r work subject limit; do
    valgrind --tool=callgrind --callgrind-out-file="$counts" --collect-atstart=no \
        --toggle-collect='*harness::timed*' "$bench" "$work" "$subject" "$count" > /dev/null 2>&1
    instructions=$(callgrind_annotate --threshold=100 --auto=no "$counts" |
        awk -v count="$count" '
            / \([ 0-9.]+%\) / && /:/ && !/sha2::.*compress/ { gsub(",", "", $1); total += $1 }
            END { printf "%d", total / count }')
    verdict=ok
    if [ "$instructions" -lt $((limit / 2)) ]; then
        verdict="TOO FEW: is what is timed not found, or the limit long out of date?"
        failed=1
    fi
    if [ "$instructions" -gt $((limit + limit / 10)) ]; then
        verdict="MORE THAN A TENTH OVER"
        failed=1
    fi
    printf '%-28s %-9s %6d instructions, expected %6d  %s\n' \
        "$work" "$subject" "$instructions" "$limit" "$verdict"
done <<< "$limits"
exit "$failed"
