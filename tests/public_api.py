#!/usr/bin/env python3
"""Lists what the crate shows its users, by name: a change of tests/public-api.txt is a change for them.

    RUSTC_BOOTSTRAP=1 cargo rustdoc --lib --all-features -- -Z unstable-options --output-format json
    tests/public_api.py target/doc/sigtower.json > tests/public-api.txt

Items, fields, variants, methods and implemented traits are listed; types and bounds are not.
"""

import json
import sys

HIDDEN = "StructuralPartialEq"  # of the compiler
doc = json.load(open(sys.argv[1], encoding="utf-8"))
index = doc["index"]
lines = set()


def kind(item):
    return next(iter(item["inner"]))


def inner(item):
    return item["inner"][kind(item)]


def is_public(item):
    return item["visibility"] == "public"


def module(item, path):
    for child in inner(item)["items"]:
        show(index[str(child)], path)


def show(item, path):
    """A public item that stands in a module of this path."""
    if not is_public(item):
        return
    if kind(item) == "use":
        return reexport(inner(item), path)
    name = f"{path}::{item['name']}"
    lines.add(f"{kind(item)} {name}")
    if kind(item) == "module":
        module(item, name)
    else:
        members(item, name)


def reexport(use, path):
    target = index.get(str(use["id"]))
    if target is None:
        lines.add(f"use {path}::{use['name']}")  # of another crate
    elif use["is_glob"]:
        module(target, path)
    else:
        show({**target, "name": use["name"], "visibility": "public"}, path)


def members(item, name):
    of = inner(item)
    if kind(item) == "trait":
        for child in of["items"]:
            lines.add(f"{kind(index[str(child)])} {name}::{index[str(child)]['name']}")
    if kind(item) == "enum":
        for child in of["variants"]:
            lines.add(f"variant {name}::{index[str(child)]['name']}")
    if kind(item) == "struct" and "plain" in of["kind"]:
        for child in of["kind"]["plain"]["fields"]:
            lines.add(f"field {name}::{index[str(child)]['name']}")
    if kind(item) in ("struct", "enum"):
        for child in of["impls"]:
            implementation(inner(index[str(child)]), name)


def implementation(of, name):
    trait = of["trait"]
    if trait is None:
        for child in map(lambda child: index[str(child)], of["items"]):
            if is_public(child):
                lines.add(f"{kind(child)} {name}::{child['name']}")
    elif not of["is_synthetic"] and of["blanket_impl"] is None and trait["path"] != HIDDEN:
        lines.add(f"impl {trait['path'].split('::')[-1]} for {name}")


module(index[str(doc["root"])], "sigtower")
print("\n".join(sorted(lines)))
