"""Reads the modules of a Rust crate and resolves each path in them to the file that defines the item.

This is not a compiler. It reads `mod` (file, inline, `#[path]`), `use` trees, re-exports, globs, paths in code, paths
in serde attributes, and `cfg`. It knows no types: only a path makes a dependency, a method call does not. It skips code
that is compiled only for tests.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<comment>/\*)
  | (?P<text>(?:b|c)?r(?P<hashes>\#*)".*?"(?P=hashes)|(?:b|c)?"(?:\\.|[^"\\])*")
  | (?P<char>b?'(?:\\u\{[^}]*\}|\\x..|\\.|[^\\'])')
  | (?P<lifetime>'[A-Za-z_]\w*)
  | (?P<word>(?:r\#)?[A-Za-z_]\w*)
  | (?P<number>\d[\w]*(?:\.\d\w*)?)
  | (?P<sign>::|\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
DEFINERS = {"fn", "struct", "enum", "trait", "type", "const", "static", "union"}
ITEM_STARTS = DEFINERS | {"use", "mod", "impl", "async", "unsafe", "extern", "macro_rules", "let"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Definition:
    """A name in a module: an item of a file, a child module, or what `use` brings in."""

    kind: str  # "item", "module", "use"
    module: tuple  # where the name stands; for "module", the child
    file: str
    path: tuple = ()  # of a `use`
    is_private: bool = False  # a `use` without `pub`


@dataclass(frozen=True)
class Target:
    """What a path leads to, and the re-exports that it passes on the way."""

    kind: str  # "item", "module", "external", "missing"
    module: tuple
    file: str
    name: str
    through: frozenset = frozenset()  # of (module, file)


@dataclass(frozen=True)
class Reference:
    """A path that stands in a file."""

    module: tuple
    file: str
    line: int
    path: tuple
    is_glob: bool = False


@dataclass
class Module:
    names: dict = field(default_factory=dict)
    globs: list = field(default_factory=list)


class Crate:
    """All modules of a crate, from its root file.

    A module is a tuple of names from the root. Where cfg chooses between files for one module, each has a tuple of its
    own, with a number behind the name: `("metrics",)` and `("metrics 2",)`.
    """

    def __init__(self, root):
        self.directory = Path(root).parent
        self.modules = {}
        self.references = []
        self.external = []  # (crate or first word, file, line)
        self.modules[()] = Module()
        Reader(self, Path(root), (), Path(root).parent).read()

    def add(self, parent, name, file):
        """A new module; returns its tuple."""
        child, number = parent + (name,), 1
        while child in self.modules:
            number += 1
            child = parent + (f"{name} {number}",)
        self.modules[child] = Module()
        self.define(parent, name, Definition("module", child, file))
        return child

    def define(self, module, name, definition):
        self.modules[module].names.setdefault(name, []).append(definition)

    def resolve(self, module, path, seen=frozenset()):
        """Every target of a path that stands in a module; cfg can give one name several."""
        if (module, path) in seen:
            return []
        seen = seen | {(module, path)}
        rest = list(path)
        anchored = rest[0] in ("crate", "self", "super")
        if rest[0] == "crate":
            module = ()
            rest.pop(0)
        elif rest[0] == "self":
            rest.pop(0)
        while rest and rest[0] == "super":
            module = module[:-1]
            rest.pop(0)
        if not anchored and not self.lookup(module, rest[0], seen):
            return [Target("external", (), "", rest[0])]
        return self.walk(module, tuple(rest), seen)

    def walk(self, module, path, seen):
        if not path:
            return [Target("module", module, "", module[-1] if module else "crate")]
        name, rest = path[0], path[1:]
        found = []
        for definition in self.lookup(module, name, seen):
            if definition.kind == "item":
                found.append(Target("item", definition.module, definition.file, name))
            elif definition.kind == "module":
                found += self.walk(definition.module, rest, seen)
            else:
                found += self.follow(definition, rest, seen)
        if rest and any(target.kind != "missing" for target in found):
            found = [target for target in found if target.kind != "missing"]
        return found or [Target("missing", module, "", name)]

    def follow(self, use, rest, seen):
        """Goes on behind a `use`."""
        hop = frozenset({(use.module, use.file)})
        for target in self.resolve(use.module, use.path, seen):
            ends = self.walk(target.module, rest, seen) if target.kind == "module" and rest else [target]
            for end in ends:
                yield Target(end.kind, end.module, end.file, end.name, end.through | target.through | hop)

    def lookup(self, module, name, seen=frozenset()):
        """The definitions of a name in a module; a name of its own hides those of globs."""
        own = self.modules[module].names.get(name, [])
        if own:
            return own
        found = []
        for glob in self.modules[module].globs:
            if (module, glob.path) in seen:
                continue
            for target in self.resolve(module, glob.path, seen):
                if target.kind != "module":
                    continue
                behind = self.lookup(target.module, name, seen | {(module, glob.path)})
                if any(not is_hidden(definition, module) for definition in behind):
                    found.append(Definition("use", module, glob.file, glob.path + (name,)))
        return found

    def visible(self, module, importer, seen=frozenset()):
        """The names that a glob import of a module brings in."""
        names = set()
        for name, definitions in self.modules[module].names.items():
            if any(not is_hidden(definition, importer) for definition in definitions):
                names.add(name)
        for glob in self.modules[module].globs:
            for target in self.resolve(module, glob.path):
                if target.kind == "module" and target.module not in seen:
                    names |= self.visible(target.module, importer, seen | {module})
        return names


def is_hidden(definition, importer):
    """If a module cannot see a `use`: one without `pub` is for the module itself and those in it."""
    return definition.is_private and importer[: len(definition.module)] != definition.module


class Reader:
    """Reads one file of the crate, and the files of the modules it declares."""

    def __init__(self, crate, file, module, children):
        self.crate = crate
        self.path = file
        self.file = file.relative_to(crate.directory).as_posix()
        self.tokens = tokens(file.read_text(encoding="utf-8"))
        self.children = children  # the directory where child modules stand
        self.frames = [module]  # one for each open brace: a module, or None inside of an item
        self.module = module
        self.paths = []  # of `#[path]` attributes before the next item

    def read(self):
        at = 0
        while at < len(self.tokens):
            at = self.step(at)

    def step(self, at):
        text = self.tokens[at].text
        in_module = self.frames[-1] is not None
        if text == "#" and self.text(at + 1) in ("[", "!"):
            return self.attribute(at)
        if text == "{":
            macro = in_module and self.is_macro(at)
            self.frames.append(self.frames[-1] if macro else None)
        elif text == "}":
            self.frames.pop()
            self.module = next(frame for frame in reversed(self.frames) if frame is not None)
        elif text == "use" and self.text(at + 1) != "<":
            return self.use(at)
        elif text == "mod" and in_module and self.tokens[at + 1].kind == "word":
            return self.child(at)
        elif text == "macro_rules" and self.text(at + 1) == "!":
            self.item(self.text(at + 2))
            return at + 3
        elif text in DEFINERS and in_module and self.tokens[at + 1].kind == "word":
            name = at + 2 if self.text(at + 1) == "mut" else at + 1
            if self.text(name) not in ITEM_STARTS:  # `const fn`
                self.item(self.text(name))
            return name
        elif self.tokens[at].kind == "word":
            return self.mention(at)
        return at + 1

    def text(self, at):
        return self.tokens[at].text if at < len(self.tokens) else ""

    def is_macro(self, at):
        """If the brace opens the call of a macro such as `pin_project! {`, whose items are the module's."""
        return self.text(at - 1) == "!"

    def item(self, name):
        self.paths = []
        self.crate.define(self.module, name, Definition("item", self.module, self.file))

    def child(self, at):
        name = self.text(at + 1)
        if self.text(at + 2) == "{":
            self.module = self.crate.add(self.module, name, self.file)
            self.frames.append(self.module)
            return at + 3
        inline = [name.split()[0] for name in self.module[len(self.frames[0]) :]]
        directory = self.children.joinpath(*inline)
        plain = [directory / f"{name}.rs", directory / name / "mod.rs"]
        given = [self.path.parent.joinpath(*inline, path) for _, path in self.paths]
        if not any(always for always, _ in self.paths):
            given += [file for file in plain if file.exists()]
        self.paths = []
        for file in given:
            if not file.exists():
                raise SystemExit(f"{self.file}:{self.tokens[at].line}: {file} of `mod {name}` does not exist")
            own = file.name == "mod.rs" or file not in plain
            child = self.crate.add(self.module, name, self.file)
            Reader(self.crate, file, child, file.parent if own else directory / name).read()
        if not given:
            raise SystemExit(f"{self.file}:{self.tokens[at].line}: `mod {name}` has no file")
        return at + 3

    def use(self, at):
        end = next(i for i in range(at, len(self.tokens)) if self.text(i) == ";")
        is_private = self.text(at - 1) not in ("pub", ")")  # `pub`, `pub(crate)`
        for path, name, line in use_tree(self.tokens[at + 1 : end], ()):
            reference = Reference(self.module, self.file, line, path, name == "*")
            self.refer(reference)
            if path[0] == "":
                continue
            if name == "*":
                self.crate.modules[self.module].globs.append(reference)
            elif name != "_":
                self.crate.define(self.module, name, Definition("use", self.module, self.file, path, is_private))
        return end + 1

    def mention(self, at):
        """A path in code, such as `super::route::parse`."""
        path, end = [self.text(at)], at + 1
        while self.text(end) == "::" and end + 1 < len(self.tokens) and self.tokens[end + 1].kind == "word":
            path.append(self.text(end + 1))
            end += 2
        before = self.text(at - 1) if at else ""
        if len(path) > 1 and before not in (".", "::") and path[0] != "Self":
            self.refer(Reference(self.module, self.file, self.tokens[at].line, tuple(path)))
        elif len(path) > 1 and before == "::":
            self.crate.external.append((path[0], self.file, self.tokens[at].line))
        return end

    def refer(self, reference):
        if reference.path[0] == "":  # `use ::krate`
            self.crate.external.append((reference.path[1], self.file, reference.line))
        else:
            self.crate.references.append(reference)

    def attribute(self, at):
        inner = self.text(at + 1) == "!"
        start = at + (2 if inner else 1)
        end = closing(self.tokens, start)
        content = self.tokens[start + 1 : end]
        name = content[0].text if content else ""
        if name == "cfg" and holds(content[2:-1]) is False:
            return len(self.tokens) if inner else self.end_of_item(end + 1)
        if name == "path" and len(content) == 3:
            self.paths.append((True, content[2].text.strip('"')))
        if name == "cfg_attr":
            for i, token in enumerate(content):
                if token.text == "path" and content[i + 1].text == "=":
                    self.paths.append((False, content[i + 2].text.strip('"')))
        if name == "serde":
            for token in content:
                path = tuple(token.text.strip('"').split("::"))
                if token.kind == "text" and len(path) > 1 and all(re.fullmatch(r"\w+", word) for word in path):
                    self.refer(Reference(self.module, self.file, token.line, path))
        return end + 1

    def end_of_item(self, at):
        """Behind the item, field, arm or statement that starts here."""
        self.paths = []
        while self.text(at) == "#":
            at = closing(self.tokens, at + 1) + 1
        first = at
        if self.text(first) == "pub":
            first = closing(self.tokens, first + 1) + 1 if self.text(first + 1) == "(" else first + 1
        commas = self.text(first) not in ITEM_STARTS and self.text(first + 1) != "!"
        while at < len(self.tokens):
            text = self.text(at)
            if text == "}":
                return at
            if text == ";" or text == "," and commas:
                return at + 1
            if text in "{([":
                at = closing(self.tokens, at)
                if text == "{" and self.text(first) != "use":
                    return at + 1
            at += 1
        return at


def tokens(source):
    found, at, line = [], 0, 1
    while at < len(source):
        match = TOKEN.match(source, at)
        end, kind = match.end(), match.lastgroup
        if kind == "comment":
            depth = 1
            while depth:
                mark = re.compile(r"/\*|\*/").search(source, end)
                depth += 1 if mark.group() == "/*" else -1
                end = mark.end()
        elif match.group("space") is None:
            kind = "text" if match.group("text") is not None else kind
            found.append(Token(kind, match.group().removeprefix("r#"), line))
        line += source.count("\n", at, end)
        at = end
    return found


def closing(tokens, at):
    """The index of the bracket that closes the one here."""
    depth = 0
    for i in range(at, len(tokens)):
        if tokens[i].kind == "sign":
            depth += (tokens[i].text in "([{") - (tokens[i].text in ")]}")
            if depth == 0:
                return i
    return len(tokens) - 1


def split(tokens):
    """By the commas that are in no brackets."""
    parts, depth = [[]], 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def use_tree(tokens, prefix):
    """Every (path, name, line) of a `use`; a leading `::` is an empty first word."""
    at = 0
    path = prefix
    if tokens and tokens[0].text == "::" and not prefix:
        path, at = ("",), 1
    while at < len(tokens):
        token = tokens[at]
        if token.text == "{":
            for part in split(tokens[at + 1 : closing(tokens, at)]):
                yield from use_tree(part, path)
            return
        if token.text == "*":
            yield path, "*", token.line
            return
        if token.text != "::":
            if token.text == "as":
                yield path, tokens[at + 1].text, token.line
                return
            if token.text != "self" or not path:
                path = path + (token.text,)
            last = token
        at += 1
    yield path, path[-1], last.line


def holds(tokens):
    """A cfg predicate in a build without tests: True, False, or None where that depends."""
    if not tokens:
        return None
    name = tokens[0].text
    if len(tokens) == 1:
        return False if name in ("test", "doctest") else None
    if tokens[1].text != "(":
        return None
    values = [holds(part) for part in split(tokens[2:-1])]
    if name == "not":
        return None if values[0] is None else not values[0]
    if name == "all":
        return False if False in values else None if None in values else True
    return True if True in values else None if None in values else False
