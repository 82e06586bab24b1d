#!/usr/bin/env bash
# Fails if a signature or a request takes over a tenth more instructions than expected, without the hashing.
#
# A request is a PUT over loopback, 16 in flight; its server is a process of its own and does not count.
#
#   benches/guard.sh            takes about a minute; exit 1: a count is wrong, 2: valgrind is missing
#
# callgrind counts exactly, however busy the machine is. If a count improves, lower its number below.
# If a new compiler changes the counts, set all numbers again.
set -euo pipefail
cd "$(dirname "$0")/.."

count=200
#        request                      subject   instructions
limits="get-health                    sigtower  3970
        put-300B                      sigtower  4700
        put-300B-token                sigtower  5170
        search-1KiB-5params           sigtower  5520
        search-1KiB-15signed-token    sigtower  13660
        put-300B                      layer     5500
        put-300B                      transport 43400
        put-300B                      transport+layer 48300
        put-300B                      client    58900"

if ! command -v valgrind > /dev/null; then
    echo "benches/guard.sh: valgrind is missing; install it, for example with apt-get install valgrind" >&2
    exit 2
fi

bench=$(cargo bench --locked --quiet --bench instructions --no-run --message-format=json |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

failed=0
declare -A counted
while read -r work subject limit; do
    valgrind --tool=callgrind --callgrind-out-file="$counts" --collect-atstart=no \
        --toggle-collect='*harness::timed*' "$bench" "$work" "$subject" "$count" > /dev/null 2>&1
    instructions=$(callgrind_annotate --threshold=100 --auto=no "$counts" |
        awk -v count="$count" '
            / \([ 0-9.]+%\) / && /:/ && !/sha2::.*compress/ { gsub(",", "", $1); total += $1 }
            END { printf "%d", total / count }')
    verdict=ok
    if [ "$instructions" -lt $((limit / 2)) ]; then
        verdict="LESS THAN HALF: callgrind did not find harness::timed, or this number is out of date"
        failed=1
    fi
    if [ "$instructions" -gt $((limit + limit / 10)) ]; then
        verdict="MORE THAN A TENTH ABOVE"
        failed=1
    fi
    counted[$work $subject]=$instructions
    printf '%-28s %-15s %6d instructions, expected %6d  %s\n' \
        "$work" "$subject" "$instructions" "$limit" "$verdict"
done <<< "$limits"

ratio() { awk -v a="${counted[put-300B $1]}" -v b="${counted[put-300B $2]}" 'BEGIN { printf "%.2f", a / b }'; }
echo "put-300B: client / transport+layer $(ratio client transport+layer), layer / sigtower $(ratio layer sigtower)"
exit "$failed"
