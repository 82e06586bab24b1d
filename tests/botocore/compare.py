#!/usr/bin/env python3
"""Compares sigtower's signatures with botocore's on random requests.

    tests/botocore/compare.py [--count N] [--seed N] [--explain PROGRAM]

It makes N requests (50,000 by default) that both can express, one in ten of them with a known difference. For each, the
header `Authorization` or the presigned URL must be equal. The differences that are known are in differences.py, each with
the party at fault. sigtower signs by `cargo run --example explain`, or by PROGRAM.

botocore is installed from PyPI into target/botocore. Exit 1: a signature differs in a way that is not known, a known
difference was never seen in 10,000 requests or more, or a program failed. Exit 2: the arguments are wrong.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True  # the modules beside this script belong to the repository
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--explain")
    options = options.parse_args()
    run_with_botocore()
    import botocore

    from differences import KNOWN, Equal, Refused
    from generated import generate
    from signed import comparable, sign

    rng = random.Random(options.seed)
    cases = []
    for number in range(options.count):
        request = generate(rng)
        known = rng.choice(KNOWN) if rng.random() < 0.1 else None
        expected = known[0](rng, request) if known else None
        cases.append((request, known if expected else None, expected))
    printed = explain(options.explain, (request.as_vector(number) for number, (request, *_) in enumerate(cases)))

    counts, differences, seen = Counter(), [], Counter()
    for (request, known, expected), line in zip(cases, printed, strict=True):
        if "url" in line:
            ours = comparable(line["url"])
        else:
            ours = line.get("authorization")
        if isinstance(expected, Refused):
            is_as_expected = expected.words in line.get("error", "")
            seen[known[0].__name__] += is_as_expected
        else:
            theirs = sign(expected.request if expected else request)
            is_as_expected = ours is not None and ours == theirs
            seen[known[0].__name__ if known else None] += is_as_expected and (not known or ours != attempt(sign, request))
        counts["refused" if isinstance(expected, Refused) else "presigned" if request.presign else "signed"] += 1
        if not is_as_expected:
            differences.append((request, known, expected, line))

    print(f"botocore {botocore.__version__}, seed {options.seed}: {options.count} requests, {counts['signed']} signatures, "
          f"{counts['presigned']} presigned URLs, {counts['refused']} refusals")
    print(f"{'known difference':<30} {'seen':>6}  {'at fault':<9} reason")
    for function, party, reason in KNOWN:
        print(f"{function.__name__:<30} {seen[function.__name__]:>6}  {party:<9} {reason}")
    stale = [function.__name__ for function, *_ in KNOWN if not seen[function.__name__]]
    for request, known, expected, line in differences[:10]:
        print(f"\nDIFFERENT{' in ' + known[0].__name__ if known else ''}: {request}", file=sys.stderr)
        print(f"sigtower: {json.dumps(line, indent=1)}", file=sys.stderr)
        wanted = expected.words if isinstance(expected, Refused) else sign(expected.request if expected else request)
        print(f"expected: {wanted}", file=sys.stderr)
    print(f"{len(differences)} other differences")
    if stale and options.count >= 10_000:
        print(f"these known differences were not seen, so remove them: {', '.join(stale)}", file=sys.stderr)
        sys.exit(1)
    sys.exit(1 if differences else 0)


def attempt(sign, request):
    """What botocore makes of a request as it is: None if it fails."""
    try:
        return sign(request)
    except (TypeError, ValueError):
        return None


def explain(program, vectors):
    command = [program] if program else ["cargo", "run", "--locked", "--quiet", "--example", "explain"]
    text = "".join(json.dumps(vector) + "\n" for vector in vectors)
    # Exit 1 says that some requests were refused, as some must be.
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} failed with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_with_botocore():
    """Runs this script again with the Python of an environment that contains botocore."""
    requirements = HERE / "requirements.txt"
    # A new directory for new versions.
    venv = (TARGET / "botocore" / str(zlib.crc32(requirements.read_bytes()))).resolve()
    if Path(sys.prefix).resolve() == venv:
        return
    python = venv / "bin" / "python"
    if not (venv / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements], check=True)
        (venv / "complete").touch()
    os.execv(python, [python, __file__, *sys.argv[1:]])


if __name__ == "__main__":
    main()
