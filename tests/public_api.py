#!/usr/bin/env python3
"""Compares the public API, with full signatures, to tests/public-api.txt.

    tests/public_api.py          prints the difference; exit 1 if there is one
    tests/public_api.py accept   writes the new list, for a change that is intended
    tests/public_api.py print    prints the list

The list is made from rustdoc's JSON with all features. An item with several public paths is listed under the shortest
one; `pub use` lines name the others. The lines `impl auto` list the auto traits in AUTO_TRAITS.
"""

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests/public-api.txt"
AUTO_TRAITS = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"]
COMPILER_TRAITS = ["StructuralPartialEq"]  # derives add them, but code cannot name them


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "check"
    if command not in ("check", "accept", "print"):
        raise SystemExit(__doc__)
    new = "".join(f"{line}\n" for line in Api(rustdoc()).lines())
    if command == "print":
        print(new, end="")
    elif command == "accept":
        LIST.write_text(new, encoding="utf-8")
    else:
        old = LIST.read_text(encoding="utf-8")
        difference = difflib.unified_diff(old.splitlines(), new.splitlines(), "accepted", "now", n=0, lineterm="")
        found = [line for line in difference if not line.startswith("@@")]
        if found:
            print("\n".join(found))
            raise SystemExit("the public API changed; if that is intended, run: tests/public_api.py accept")


def rustdoc():
    flags = "--cap-lints allow -Z unstable-options --output-format json"
    command = f"cargo rustdoc --locked --quiet --lib --all-features -- {flags}"
    subprocess.run(command.split(), cwd=ROOT, check=True, env=os.environ | {"RUSTDOC": str(ROOT / ".ci/rustdoc")})
    metadata = ["cargo", "metadata", "--locked", "--no-deps", "--format-version=1"]
    target = json.loads(subprocess.check_output(metadata, cwd=ROOT))["target_directory"]
    return json.loads(Path(target, "doc/sigtower.json").read_text(encoding="utf-8"))


def kind(item):
    return next(iter(item["inner"]))


def inner(item):
    return item["inner"][kind(item)]


def only(value, what):
    """The kind and content of an enum in JSON, such as `{"tuple": […]}`, or a string such as `"infer"`."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.items()))
    raise SystemExit(f"tests/public_api.py does not know this {what} of rustdoc's JSON: {value}")


class Api:
    """The public items of a crate, one line each."""

    def __init__(self, doc):
        self.index = doc["index"]
        self.summaries = doc["paths"]
        self.paths = {}  # the shortest public path of each item of this crate
        self.found = set()
        self.todo = []
        self.collect(doc["root"])

    def lines(self):
        for path, item in self.todo:
            self.show(path, item)
        return [line for _, line in sorted(self.found)]

    def item(self, id):
        return self.index[str(id)]

    def add(self, path, line, attributes=""):
        """Adds a line about the item of this path. Sorting by path keeps the lines of one item together."""
        self.found.add((path, f"{line} {attributes}".rstrip()))

    # Finding the public items and their paths.

    def collect(self, root):
        queue, seen = [(self.item(root)["name"], root)], set()
        while queue:
            path, id = queue.pop(0)
            if (path, id) in seen:
                continue
            seen.add((path, id))
            for name, child in self.children(id):
                full = f"{path}::{name}"
                if child is None:
                    continue
                if kind(child) == "module":
                    queue.append((full, child["id"]))
                self.place(full, child)

    def place(self, path, item):
        known = self.paths.get(item["id"])
        if known is None:
            self.paths[item["id"]] = path
            self.todo.append((path, item))
        elif known != path:
            self.add(path, f"pub use {path} = {known}")

    def children(self, module):
        """The name and item of each public item of a module, with re-exports resolved."""
        for id in inner(self.item(module))["items"]:
            item = self.item(id)
            if item["visibility"] != "public":
                continue
            if kind(item) != "use":
                yield item["name"], item
                continue
            use = inner(item)
            target = self.index.get(str(use["id"]))
            if target is None:
                path = f"{self.path_of_module(module)}::{use['name']}"
                self.add(path, f"pub use {path} = {self.external(use)}")
            elif not use["is_glob"]:
                yield use["name"], target
            elif kind(target) == "module":
                yield from self.children(target["id"])
            else:
                raise SystemExit(f"tests/public_api.py cannot list a glob of {use['source']}")

    def path_of_module(self, id):
        return self.paths.get(id, self.item(id)["name"])

    def external(self, use):
        summary = self.summaries.get(str(use["id"]))
        return "::".join(summary["path"]) if summary else use["source"]

    # Listing one item.

    def show(self, path, item):
        of = inner(item)
        match kind(item):
            case "module":
                line = f"pub mod {path}"
            case "function":
                line = self.function(path, of)
            case "struct":
                line = self.struct(path, of)
            case "enum":
                line = self.enum(path, of)
            case "trait":
                line = self.trait(path, of)
            case "type_alias":
                generics, where = self.generics(of["generics"])
                line = f"pub type {path}{generics}{where} = {self.type(of['type'])}"
            case "constant":
                line = f"pub const {path}: {self.type(of['type'])}"
            case "static":
                line = f"pub static {path}: {self.type(of['type'])}"
            case "macro" | "proc_macro":
                line = f"pub macro {path}!"
            case other:
                raise SystemExit(f"tests/public_api.py cannot list a {other}: {path}")
        self.add(path, line, self.attributes(item))

    def attributes(self, item):
        """The attributes that matter to users, in the order of their names."""
        found = set() if item["deprecation"] is None else {"#[deprecated]"}
        for attribute in item["attrs"]:
            name, content = only(attribute, "attribute")
            if name in ("non_exhaustive", "must_use"):
                found.add(f"#[{name}]")
            elif name == "repr" or name == "other" and content.startswith("#[repr"):
                found.add("#[repr]")
        return " ".join(sorted(found))

    def struct(self, path, of):
        generics, where = self.generics(of["generics"])
        shape, content = only(of["kind"], "struct")
        fields = self.tuple_fields(content) if shape == "tuple" else ""
        if shape == "plain":
            self.plain_fields(path, content)
        self.impls(path, path + self.arguments(of["generics"]), of["impls"])
        return f"pub struct {path}{generics}{fields}{where}"

    def enum(self, path, of):
        generics, where = self.generics(of["generics"])
        for id in of["variants"]:
            self.variant(path, self.item(id))
        self.impls(path, path + self.arguments(of["generics"]), of["impls"])
        return f"pub enum {path}{generics}{where}"

    def arguments(self, generics):
        """`<'a, T>` for the parameters of a type."""
        names = [param["name"] for param in generics["params"]]
        return f"<{', '.join(names)}>" if names else ""

    def tuple_fields(self, ids):
        shown = []
        for id in ids:
            field = id is not None and self.item(id)
            public = field and field["visibility"] in ("public", "default")
            shown.append(self.type(inner(field)) if public else "_")
        return f"({', '.join(shown)})" if set(shown) - {"_"} else ""

    def plain_fields(self, path, content):
        for field in map(self.item, content["fields"]):
            if field["visibility"] in ("public", "default"):
                name = f"{path}::{field['name']}"
                self.add(name, f"pub {name}: {self.type(inner(field))}", self.attributes(field))

    def variant(self, path, item):
        path = f"{path}::{item['name']}"
        shape, content = only(inner(item)["kind"], "variant")
        value = inner(item)["discriminant"]
        number = f" = {value['value']}" if value else ""
        fields = self.tuple_fields(content) if shape == "tuple" else ""
        self.add(path, f"pub {path}{fields}{number}", self.attributes(item))
        if shape == "struct":
            self.plain_fields(path, content)

    def trait(self, path, of):
        generics, where = self.generics(of["generics"])
        bounds = f": {self.bounds(of['bounds'])}" if of["bounds"] else ""
        unsafe = "unsafe " if of["is_unsafe"] else ""
        for item in map(self.item, of["items"]):
            provided = kind(item) == "function" and inner(item)["has_body"]
            name = f"{path}::{item['name']}"
            self.add(name, self.associated(name, item) + (" { … }" if provided else ""), self.attributes(item))
        return f"pub {unsafe}trait {path}{generics}{bounds}{where}"

    def associated(self, path, item):
        """An item of a trait or of an `impl`."""
        of = inner(item)
        match kind(item):
            case "function":
                return self.function(path, of)
            case "assoc_const":
                return f"pub const {path}: {self.type(of['type'])}"
            case "assoc_type":
                generics, where = self.generics(of["generics"])
                bounds = f": {self.bounds(of['bounds'])}" if of["bounds"] else ""
                value = f" = {self.type(of['type'])}" if of["type"] else ""
                return f"pub type {path}{generics}{bounds}{where}{value}"
            case other:
                raise SystemExit(f"tests/public_api.py cannot list a {other}: {path}")

    def impls(self, path, owner, ids):
        auto = {}
        for of in (inner(self.item(id)) for id in ids):
            trait = of["trait"] and of["trait"]["path"].split("::")[-1]
            if trait is None:
                self.inherent(path, of)
            elif of["is_synthetic"]:
                auto[trait] = of
            elif trait not in COMPILER_TRAITS and of["blanket_impl"] is None:
                self.implementation(path, of)
        shown = [self.auto_trait(name, auto[name]) for name in AUTO_TRAITS if name in auto]
        if shown:
            self.add(f"{path} impl", f"impl auto for {owner}: {', '.join(shown)}")

    def auto_trait(self, name, of):
        """`Send`, `!Send`, or `Send if T` where that depends on a parameter."""
        if of["is_negative"]:
            return f"!{name}"
        conditions = []
        for predicate in of["generics"]["where_predicates"]:
            shown = self.predicate(predicate)
            type, _, bound = shown.rpartition(": ")
            conditions.append(type if bound.endswith(f"::{name}") and "+" not in bound else shown)
        return name + (f" if {' and '.join(conditions)}" if conditions else "")

    def inherent(self, path, of):
        generics, where = self.generics(of["generics"])
        bounds = f" [impl{generics}{where}]" if ":" in generics or where else ""
        owner = self.type(of["for"])
        for item in map(self.item, of["items"]):
            if item["visibility"] == "public":
                line = self.associated(f"{owner}::{item['name']}", item)
                self.add(f"{path}::{item['name']}", line + bounds, self.attributes(item))

    def implementation(self, path, of):
        generics, where = self.generics(of["generics"])
        line = f"impl{generics} {self.path(of['trait'])} for {self.type(of['for'])}{where}"
        types = [item for item in map(self.item, of["items"]) if kind(item) == "assoc_type"]
        shown = sorted(f"{item['name']} = {self.type(inner(item)['type'])}" for item in types)
        self.add(f"{path} impl", line + (f" {{ {', '.join(shown)} }}" if shown else ""))

    # Signatures.

    def function(self, path, of):
        generics, where = self.generics(of["generics"])
        return f"pub {self.header(of['header'])}fn {path}{generics}{self.signature(of['sig'])}{where}"

    def header(self, header):
        words = [word for word in ("const", "async", "unsafe") if header[f"is_{word}"]]
        abi, _ = only(header["abi"], "ABI")
        words += [] if abi == "Rust" else [f'extern "{abi}"']
        return "".join(f"{word} " for word in words)

    def signature(self, sig):
        inputs = [self.input(name, type) for name, type in sig["inputs"]]
        output = f" -> {self.type(sig['output'])}" if sig["output"] else ""
        return f"({', '.join(inputs)}){output}"

    def input(self, name, type):
        shown = self.type(type)
        if name != "self":
            return shown if name in ("", "_") or name.startswith("__arg") else f"{name}: {shown}"
        short = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}
        return short.get(shown, f"self: {shown}")

    def generics(self, generics):
        params = [self.param(param) for param in generics["params"] if not self.is_implied(param)]
        where = [self.predicate(predicate) for predicate in generics["where_predicates"]]
        return (f"<{', '.join(params)}>" if params else ""), (f" where {', '.join(where)}" if where else "")

    def is_implied(self, param):
        """If the parameter stands for the `impl Trait` of an argument; the argument shows it."""
        name, content = only(param["kind"], "generic parameter")
        return name == "type" and content["is_synthetic"]

    def param(self, param):
        name, content = only(param["kind"], "generic parameter")
        if name == "lifetime":
            outlives = f": {' + '.join(content['outlives'])}" if content["outlives"] else ""
            return param["name"] + outlives
        default = content["default"]
        if name == "const":
            return f"const {param['name']}: {self.type(content['type'])}" + (f" = {default}" if default else "")
        bounds = f": {self.bounds(content['bounds'])}" if content["bounds"] else ""
        return param["name"] + bounds + (f" = {self.type(default)}" if default else "")

    def predicate(self, predicate):
        name, content = only(predicate, "predicate")
        if name == "bound_predicate":
            forall = self.forall(content["generic_params"])
            return f"{forall}{self.type(content['type'])}: {self.bounds(content['bounds'])}"
        if name == "lifetime_predicate":
            return f"{content['lifetime']}: {' + '.join(content['outlives'])}"
        if name == "eq_predicate":
            return f"{self.type(content['lhs'])} == {self.term(content['rhs'])}"
        raise SystemExit(f"tests/public_api.py does not know the predicate {name}")

    def forall(self, params):
        return f"for<{', '.join(self.param(param) for param in params)}> " if params else ""

    def bounds(self, bounds):
        return " + ".join(self.bound(bound) for bound in bounds)

    def bound(self, bound):
        name, content = only(bound, "bound")
        if name == "trait_bound":
            modifier = {"none": "", "maybe": "?", "maybe_const": "~const "}[content["modifier"]]
            return self.forall(content["generic_params"]) + modifier + self.path(content["trait"])
        if name == "outlives":
            return content
        if name == "use":
            return f"use<{', '.join(next(iter(argument.values())) for argument in content)}>"
        raise SystemExit(f"tests/public_api.py does not know the bound {name}")

    def type(self, type):
        name, of = only(type, "type")
        match name:
            case "resolved_path":
                return self.path(of)
            case "generic" | "primitive":
                return of
            case "borrowed_ref":
                lifetime = f"{of['lifetime']} " if of["lifetime"] else ""
                return f"&{lifetime}{'mut ' if of['is_mutable'] else ''}{self.type(of['type'])}"
            case "raw_pointer":
                return f"*{'mut' if of['is_mutable'] else 'const'} {self.type(of['type'])}"
            case "tuple":
                return f"({', '.join(self.type(each) for each in of)}{',' if len(of) == 1 else ''})"
            case "slice":
                return f"[{self.type(of)}]"
            case "array":
                return f"[{self.type(of['type'])}; {of['len']}]"
            case "impl_trait":
                return f"impl {self.bounds(of)}"
            case "dyn_trait":
                traits = [self.forall(each["generic_params"]) + self.path(each["trait"]) for each in of["traits"]]
                return f"dyn {' + '.join(traits + ([of['lifetime']] if of['lifetime'] else []))}"
            case "qualified_path":
                args = self.args(of["args"])
                if of["trait"] is None:
                    return f"{self.type(of['self_type'])}::{of['name']}{args}"
                return f"<{self.type(of['self_type'])} as {self.path(of['trait'])}>::{of['name']}{args}"
            case "function_pointer":
                forall = self.forall(of["generic_params"])
                return f"{forall}{self.header(of['header'])}fn{self.signature(of['sig'])}"
            case "infer":
                return "_"
            case other:
                raise SystemExit(f"tests/public_api.py does not know the type {other}")

    def path(self, path):
        """The public path of an item of this crate; the full path of an item of another crate."""
        name = self.paths.get(path["id"])
        if name is None:
            summary = self.summaries.get(str(path["id"]))
            name = "::".join(summary["path"]) if summary else path["path"]
        return name + self.args(path["args"])

    def args(self, args):
        if args is None:
            return ""
        name, of = only(args, "arguments")
        if name == "angle_bracketed":
            shown = [self.arg(arg) for arg in of["args"]] + [self.constraint(each) for each in of["constraints"]]
            return f"<{', '.join(shown)}>" if shown else ""
        if name == "parenthesized":
            output = f" -> {self.type(of['output'])}" if of["output"] else ""
            return f"({', '.join(self.type(each) for each in of['inputs'])}){output}"
        raise SystemExit(f"tests/public_api.py does not know the arguments {name}")

    def arg(self, arg):
        name, of = only(arg, "argument")
        match name:
            case "lifetime":
                return of
            case "type":
                return self.type(of)
            case "const":
                return of["expr"]
            case _:
                return "_"

    def constraint(self, constraint):
        name, of = only(constraint["binding"], "binding")
        left = constraint["name"] + self.args(constraint["args"])
        return f"{left} = {self.term(of)}" if name == "equality" else f"{left}: {self.bounds(of)}"

    def term(self, term):
        name, of = only(term, "term")
        return self.type(of) if name == "type" else of["expr"]


if __name__ == "__main__":
    main()
