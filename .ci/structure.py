#!/usr/bin/env python3
"""Checks how the files in src/ depend on one another (see ARCHITECTURE.md).

    .ci/structure.py                   checks all files
    .ci/structure.py src/opensearch    reports only these files and the circles that they are part of

1. No circle: if file A uses an item of file B, then B does not use A, neither directly nor through other files.
2. No import from above: not from a room that stands earlier in ROOMS, and not from the file of a parent module.
3. No import through the re-export of a parent module: `super::identity::Identity`, not `super::Identity`.
4. Walls: STRANGERS share nothing, and a crate in ONLY_IN is named in one file.

src/lib.rs is the façade: it may import and re-export everything, and no other file may import from it. Code that is
compiled only for tests (`#[cfg(test)]`) may import anything: no other code can depend on it, so it cannot close a
circle in the shipped library. Only paths count as imports; the script knows no types, so a method call does not count.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from rust_modules import Crate  # noqa: E402

# From top to bottom: a room imports only from rooms after it.
ROOMS = """
    coming_from collections recipes testing wait export ingest opensearch policy send_signed stack compress retry authentication transport endpoint sigv4 credentials
    service_error surrogates pace metrics content_type clock_skew body origin encode error
""".split()

# The first imports nothing from the second: tests compare both, as independent implementations of the same rules.
STRANGERS = [("testing/verify", "sigv4")]

# A crate, and the only file that names it. Replacing the crate changes only this file.
ONLY_IN = {"hyper_rustls": "transport/tls.rs"}


def violations(crate, rooms=ROOMS, strangers=STRANGERS, only_in=ONLY_IN):
    """Returns all violations as (file, line, text), and all circles as lists of (file, line, name, other file)."""
    found, edges = set(), {}
    for name in {room(module) for module in crate.modules if module} - set(rooms):
        found.add(("lib.rs", 0, f"the room `{name}` has no place in ROOMS, the order of rooms in .ci/structure.py"))
    for reference in crate.references:
        if reference.module == () and reference.file == "lib.rs":
            continue
        for target in targets(crate, reference):
            for text in judge(reference, target, rooms, strangers):
                found.add((reference.file, reference.line, text))
            if target.kind == "external":
                crate.external.append((target.name, reference.file, reference.line))
            if target.kind == "item" and target.file != reference.file:
                edges.setdefault(reference.file, {}).setdefault(target.file, (reference.line, target.name))
    for name, file, line in crate.external:
        if file != only_in.get(name, file):
            found.add((file, line, f"names the crate `{name}`, which only src/{only_in[name]} may"))
    circles = [
        [
            (file, *edges[file][other], other)
            for file in sorted(circle)
            for other in sorted(edges[file])
            if other in circle
        ]
        for circle in strongly_connected(edges)
    ]
    return first_of_each(found), circles


def targets(crate, reference):
    found = crate.resolve(reference.module, reference.path)
    if not reference.is_glob:
        return found
    every = []
    for target in found:
        if target.kind != "module":
            every.append(target)
        for name in crate.visible(target.module, reference.module) if target.kind == "module" else ():
            every += crate.resolve(reference.module, reference.path + (name,))
    return every


def judge(reference, target, rooms, strangers):
    """Yields what is wrong with one import."""
    path = "::".join(reference.path)
    if target.kind == "missing":
        yield f"cannot find `{target.name}` of `{path}`: teach .ci/rust_modules.py to read it"
        return
    for module, file in target.through:
        if is_above(module, file, reference):
            name, place = target.name, f"src/{target.file}"
            if target.kind == "external":
                name, place = reference.path[-1], f"the crate `{target.name}`"
            yield f"imports `{name}` through src/{file}; import it from {place}"
    if target.kind != "item" or target.file == reference.file:
        return
    if is_above(target.module, target.file, reference):
        yield f"imports `{target.name}` from its parent src/{target.file}; move the item to a file of its own"
        return
    here, there = room(reference.module), room(target.module)
    if here in rooms and there in rooms and rooms.index(there) < rooms.index(here):
        yield f"imports `{target.name}` from src/{target.file}, but the room `{there}` is above `{here}`"
    for one, other in strangers:
        if reference.file.startswith(f"{one}/") and target.file.startswith(f"{other}/"):
            yield f"imports `{target.name}` from src/{target.file}, but src/{one}/ must share nothing with src/{other}/"


def room(module):
    return module[0].split()[0] if module else ""


def is_above(module, file, reference):
    parent = len(module) < len(reference.module) and reference.module[: len(module)] == module
    return parent and file != reference.file


def first_of_each(found):
    """Keeps the first line of each message: a file may use an imported name many times."""
    first = {}
    for file, line, text in sorted(found):
        first.setdefault((file, text), line)
    return sorted((file, line, text) for (file, text), line in first.items())


def strongly_connected(edges):
    """Returns the strongly connected components with more than one file (Tarjan's algorithm)."""
    index, low, stack, components = {}, {}, [], []

    def visit(file):
        index[file] = low[file] = len(index)
        stack.append(file)
        for other in edges.get(file, ()):
            if other not in index:
                visit(other)
            if other in stack:
                low[file] = min(low[file], low[other])
        if low[file] == index[file]:
            component = set()
            while file not in component:
                component.add(stack.pop())
            if len(component) > 1:
                components.append(component)

    for file in sorted(edges):
        if file not in index:
            visit(file)
    return sorted(components, key=sorted)


def main():
    source = Path(__file__).parent.parent / "src"
    wanted = tuple(str(Path(name)).removeprefix("src/").removeprefix("src") for name in sys.argv[1:]) or ("",)
    sys.setrecursionlimit(10_000)
    found, circles = violations(Crate(source / "lib.rs"))
    found = [violation for violation in found if violation[0].startswith(wanted)]
    circles = [circle for circle in circles if any(file.startswith(wanted) for file, *_ in circle)]
    for file, line, text in found:
        print(f"src/{file}:{line}: {text}")
    for circle in circles:
        print(f"a circle of {len({file for file, *_ in circle})} files:")
        for file, line, name, other in circle:
            print(f"    src/{file}:{line}: imports `{name}` from src/{other}")
    if found or circles:
        raise SystemExit(f"{len(found)} imports violate the rules; {len(circles)} circles")
    print("no circle, no import from above, no import through a parent")


if __name__ == "__main__":
    main()
