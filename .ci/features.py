#!/usr/bin/env python3
"""Prints the sets of features to check, one a line: none, each alone, and, with `--pairs`, each pair.

A set is left out if it turns on the same features as an earlier set: `client,opensearch` is the same as `opensearch`.
.ci/run checks all features together elsewhere.
"""

import itertools
import json
import subprocess
import sys


def main():
    command = ["cargo", "metadata", "--locked", "--no-deps", "--format-version=1"]
    (package,) = json.loads(subprocess.check_output(command))["packages"]
    features = package["features"]
    names = sorted(name for name in features if name != "default" and not name.startswith("_"))
    seen = set()
    largest = 2 if sys.argv[1:] == ["--pairs"] else 1
    for size in range(largest + 1):
        for chosen in itertools.combinations(names, size):
            on = frozenset(turned_on(chosen, features))
            if on not in seen:
                seen.add(on)
                print(",".join(chosen))


def turned_on(chosen, features):
    found, queue = set(), list(chosen)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += features.get(name, [])
    return found


if __name__ == "__main__":
    main()
