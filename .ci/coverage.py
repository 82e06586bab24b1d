#!/usr/bin/env python3
"""Prints the share of lines that the tests run, for rooms of src/: .ci/coverage.py SUMMARY.json ROOM...

A room below 95 % is FAILED. Files of tests do not count.
"""

import json
import sys

LEAST = 95.0


def main(summary, rooms):
    files = json.load(open(summary))["data"][0]["files"]
    for room in rooms:
        lines = [lines_of(file) for file in files if is_in(room, file["filename"])]
        count, covered = sum(count for count, _ in lines), sum(covered for _, covered in lines)
        if count == 0:
            sys.exit(f".ci/coverage.py: {summary} has no lines of src/{room}")
        share = 100 * covered / count
        result = "ok" if share >= LEAST else "FAILED"
        print(f"{f'line coverage of src/{room}: {share:.1f} % of {count}':90} {0:8}  {result}")


def is_in(room, name):
    return f"/src/{room}/" in name and "tests" not in name.rsplit("/src/", 1)[1]


def lines_of(file):
    lines = file["summary"]["lines"]
    return lines["count"], lines["covered"]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
