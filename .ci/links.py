#!/usr/bin/env python3
"""Checks that the links of the Markdown files in the repository lead somewhere.

A relative link must lead to a file, and its #fragment to a heading. README.md is also shown on crates.io and docs.rs:
there a relative link works only if the package contains the file, so README.md links to no other file.

PROOF.md and SECURITY.md name tests. Each must exist.
"""

import re
import subprocess
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)

TEST = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`")
NO_TESTS = {"bare_is_bare"}  # functions of .ci/run


def main():
    root = Path(__file__).resolve().parent.parent
    tracked = run(root, "git", "ls-files", "--cached", "--others", "--exclude-standard")
    package = set(run(root, "cargo", "package", "--locked", "--list", "--allow-dirty"))
    faults = []
    for name in tracked:
        if name.endswith(".md") and (root / name).exists():
            faults += [f"{name}: {fault}" for fault in dangling(root, name, package)]
    faults += missing_tests(root, tracked)
    if faults:
        raise SystemExit("\n".join(faults))
    print("all links lead somewhere, and all named tests exist")


def missing_tests(root, tracked):
    """A name of three or more words in backticks is a test, in a page that names tests."""
    sources = [name for name in tracked if name.endswith(".rs") and name.startswith(("src/", "tests/"))]
    text = "\n".join((root / name).read_text(encoding="utf-8") for name in sources if (root / name).exists())
    # Some macros write tests from names alone, so that any mention of the whole name counts.
    known = set(re.findall(r"\w+", text))
    for page in ("PROOF.md", "SECURITY.md"):
        for name in TEST.findall((root / page).read_text(encoding="utf-8")):
            if name not in known and name not in NO_TESTS:
                yield f"{page}: no test is called {name}"


def run(root, *command):
    return subprocess.check_output(command, cwd=root, text=True).splitlines()


def dangling(root, name, package):
    file = root / name
    for link in links(file.read_text(encoding="utf-8")):
        if re.match(r"[a-z][a-z0-9+.-]*:", link) or name.startswith("src/"):
            continue  # absolute, or a link of rustdoc, which rustdoc checks
        path, _, fragment = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists():
            yield f"{link} does not exist"
        elif fragment and target.suffix == ".md" and fragment not in headings(target):
            yield f"{link}: no such heading"
        elif name == "README.md" and path and target.relative_to(root).as_posix() not in package:
            yield f"{link} is not in the package, so crates.io and docs.rs cannot show it"


def links(text):
    for match in LINK.finditer(CODE.sub(blank, text)):
        yield match.group(1) or match.group(2)


def blank(match):
    """Keeps the text of a link such as [`code`](file.md), and removes links inside of code."""
    return "code" if "\n" not in match.group() else ""


def headings(file):
    """The fragments that GitHub gives to the headings of a file."""
    text = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


if __name__ == "__main__":
    main()
