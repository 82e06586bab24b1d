#!/usr/bin/env python3
"""Tests of structure.py on small crates. Run with: python3 .ci/test_structure.py"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from rust_modules import Crate  # noqa: E402
from structure import violations  # noqa: E402

ROOMS = ["upper", "middle", "lower"]


def check(files, **rules):
    """The lines `file:line: text` and the circles, as sets of files, of a crate with these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        rules = {"rooms": ROOMS, "strangers": [], "only_in": {}} | rules
        found, circles = violations(Crate(Path(directory, "lib.rs")), **rules)
    lines = [f"{file}:{line}: {text}" for file, line, text in found]
    return lines, [{file for file, *_ in circle} for circle in circles]


def room(**files):
    """A crate of one room with these child files, which `mod.rs` re-exports whole."""
    declared = "".join(f"mod {name};\n" for name in files if name != "mod")
    crate = {"lib.rs": "mod lower;\n", "lower/mod.rs": declared + files.pop("mod", "")}
    return crate | {f"lower/{name}.rs": text for name, text in files.items()}


class Circles(unittest.TestCase):
    def circles(self, **files):
        return check(room(**files))[1]

    def test_two_files_that_import_each_other_are_a_circle(self):
        found = self.circles(
            a="use super::b::B;\npub struct A(B);",
            b="use super::a::A;\npub struct B(Option<Box<A>>);",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_circle_may_pass_other_files(self):
        found = self.circles(
            a="use super::b::B;\npub struct A;",
            b="use super::c::C;\npub struct B;",
            c="use super::a::A;\npub struct C;",
            d="use super::a::A;",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs", "lower/c.rs"}])

    def test_a_one_way_dependency_is_no_circle(self):
        self.assertEqual(self.circles(a="use super::b::B;\npub struct A;", b="pub struct B;"), [])

    def test_a_re_export_leads_to_the_file_that_defines_the_item(self):
        found = self.circles(
            mod="pub use self::b::B as Renamed;",
            a="pub fn a(_: &crate::lower::Renamed) {}",
            b="use super::a;\npub struct B;\nfn b() { a::a(&B) }",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_path_in_code_is_an_import(self):
        for code in (
            "if x { crate::lower::a::a() }",
            "0..super::a::a()",
            "Vec::<super::a::A>::new()",
            "super::a::a::<u8>()",
        ):
            found = self.circles(a="pub struct A;\npub fn a() { super::b::b() }", b=f"pub fn b() {{ {code} }}")
            self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}], code)

    def test_a_function_of_an_imported_module_is_an_import(self):
        found = self.circles(a="use super::b;\npub fn a() { b::b() }", b="use super::a as x;\npub fn b() { x::a() }")
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_variant_or_method_belongs_to_the_file_of_its_type(self):
        found = self.circles(
            a="use super::b::B::{Some, None};\npub struct A;\nimpl A { pub fn new() {} }",
            b="pub enum B { Some, None }\nfn b() { super::a::A::new() }",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_path_in_a_serde_attribute_is_an_import(self):
        found = self.circles(
            a='#[derive(Deserialize)]\npub struct A { #[serde(default, deserialize_with = "super::b::read")] a: u8 }',
            b="use super::a::A;\npub fn read() -> A { todo!() }",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_path_in_a_macro_is_an_import(self):
        found = self.circles(
            a="macro_rules! a { ($x:ident) => { fn $x() -> $crate::lower::b::B { } } }\npub(crate) use a;",
            b="use super::a::a;\npub struct B;\na!(x);",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_an_item_that_a_macro_call_defines_is_found(self):
        found = self.circles(
            a="use super::b::B;\npin_project! {\n    pub struct A { b: B }\n}",
            b="use super::a::A;\npub struct B;",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}])

    def test_a_glob_imports_every_file_behind_it(self):
        found = self.circles(
            b="pub use super::c::*;",
            a="use super::b::*;\npub struct A;",
            c="use super::a::A;\npub struct C;",
        )
        self.assertEqual(found, [{"lower/a.rs", "lower/c.rs"}])

    def test_text_and_comments_are_no_imports(self):
        found = self.circles(
            a="use super::b::B;\npub struct A<'a>(&'a B);",
            b='/// Like [`A`](super::a::A).\n// super::a::A\n/* /* */ super::a::A */\npub struct B;\n'
            'fn b() { ("super::a::A", r#"" super::a::A "#, \'"\', b\'\\\'\', "\\" super::a::A") }',
        )
        self.assertEqual(found, [])

    def test_what_only_tests_import_is_no_circle(self):
        for only in (
            "#[cfg(test)]\nmod tests { use super::super::a::A; }",
            "#[cfg(all(test, feature = \"x\"))]\nuse super::a::A;",
            "#[cfg(test)]\n#[allow(dead_code)]\nimpl B { fn a() -> super::a::A { loop {} } }",
            "#[cfg(test)]\npub(crate) fn b<T: Into<(u8, u8)>>(x: [u8; 2]) -> super::a::A { loop {} }",
            "struct D { #[cfg(test)] a: super::a::A, b: u8 }",
            "fn d() { #[cfg(test)] let a = super::a::A; }",
        ):
            found = self.circles(a="use super::b::B;\npub struct A;", b="pub struct B;\n" + only)
            self.assertEqual(found, [], only)

    def test_code_after_a_test_and_code_of_features_counts(self):
        for also in (
            "#[cfg(any(test, feature = \"x\"))]\nuse super::a::A;",
            "#[cfg(not(test))]\nuse super::a::A;",
            "#[cfg(feature = \"test\")]\nuse super::a::A;",
            "#[cfg(test)]\nuse std::{fmt, io};\nuse super::a::A;",
            "#[cfg(test)]\nmod tests { fn a() {} }\nuse super::a::A;",
            "struct D { #[cfg(test)] a: u8, b: super::a::A }",
            "struct D { #[cfg(test)] pub a: u8, b: super::a::A }",
            "fn d() { #[cfg(test)] let a = [1; 2]; super::a::A }",
            "#[cfg(test)]\nmod tests;\nuse super::a::A;",
        ):
            found = self.circles(a="use super::b::B;\npub struct A;", b="pub struct B;\n" + also)
            self.assertEqual(found, [{"lower/a.rs", "lower/b.rs"}], also)

    def test_each_file_that_cfg_may_choose_for_a_module_is_read(self):
        files = room(
            mod='#[cfg_attr(windows, path = "other.rs")]\nmod b;', a="use super::b::B;\npub struct A;"
        ) | {"lower/b.rs": "pub struct B;", "lower/other.rs": "use super::a::A;\npub struct B;"}
        self.assertEqual(check(files)[1], [{"lower/a.rs", "lower/other.rs"}])


class Above(unittest.TestCase):
    def test_a_room_must_not_import_from_a_room_above(self):
        lines, circles = check(
            {
                "lib.rs": "mod upper;\nmod lower;",
                "upper.rs": "pub struct Upper;",
                "lower.rs": "\nuse std::fmt;\nuse crate::upper::Upper;",
            }
        )
        text = "imports `Upper` from src/upper.rs, but the room `upper` is above `lower`"
        self.assertEqual((lines, circles), ([f"lower.rs:3: {text}"], []))

    def test_a_room_may_import_from_rooms_below_through_their_door(self):
        files = {
            "lib.rs": "mod upper;\nmod lower;\npub use upper::Upper;\npub use lower::Lower;",
            "upper.rs": "use crate::lower::Lower;\npub struct Upper;",
            "lower/mod.rs": "mod item;\npub use self::item::Lower;",
            "lower/item.rs": "pub struct Lower;",
        }
        self.assertEqual(check(files), ([], []))

    def test_a_room_without_a_place_in_the_order_is_reported(self):
        lines, _ = check({"lib.rs": "mod utils;", "utils.rs": ""})
        self.assertIn("the room `utils` has no place", lines[0])

    def test_a_file_must_not_import_what_its_parent_defines(self):
        lines, _ = check(room(mod="pub struct Parent;", a="\nuse super::Parent;"))
        text = "imports `Parent` from its parent src/lower/mod.rs; move the item to a file of its own"
        self.assertEqual(lines, [f"lower/a.rs:2: {text}"])

    def test_a_module_inside_a_file_may_use_that_file(self):
        files = room(a="pub struct A;\nmod inner { use super::A; use super::*; fn a() -> super::A { A } }")
        self.assertEqual(check(files), ([], []))


class ThroughParents(unittest.TestCase):
    def test_a_re_export_of_the_parent_is_refused_with_the_line_and_the_right_file(self):
        lines, _ = check(room(mod="pub use self::b::B;", a="use super::{\n    b,\n    B,\n};", b="pub struct B;"))
        text = "imports `B` through src/lower/mod.rs; import it from src/lower/b.rs"
        self.assertEqual(lines, [f"lower/a.rs:3: {text}"])

    def test_so_is_an_absolute_path_a_glob_and_a_path_in_code(self):
        for code in ("use crate::lower::B;", "use super::*;", "fn a() -> super::B { loop {} }"):
            lines, _ = check(room(mod="pub use self::b::B;", a=code, b="pub struct B;"))
            self.assertIn("lower/a.rs:1: imports `B` through src/lower/mod.rs; import it from src/lower/b.rs", lines)

    def test_so_is_what_the_parent_imports_for_itself(self):
        lines, _ = check(room(mod="use http::Request;", a="use super::Request;"))
        text = "imports `Request` through src/lower/mod.rs; import it from the crate `http`"
        self.assertEqual(lines, [f"lower/a.rs:1: {text}"])

    def test_so_is_the_facade(self):
        files = room(mod="pub use self::a::A;", a="pub struct A;", b="use crate::A;")
        lines, _ = check(files | {"lib.rs": "mod lower;\npub use lower::A;"})
        self.assertIn("lower/b.rs:1: imports `A` through src/lib.rs; import it from src/lower/a.rs", lines)

    def test_the_door_of_a_sibling_directory_is_allowed(self):
        files = room(mod="mod b;", a="use super::b::B;")
        files |= {"lower/b/mod.rs": "mod c;\npub use self::c::B;", "lower/b/c.rs": "pub struct B;"}
        self.assertEqual(check(files), ([], []))


class Walls(unittest.TestCase):
    def test_strangers_share_nothing(self):
        files = {"lib.rs": "mod upper;\nmod lower;", "upper/mod.rs": "mod a;", "upper/a.rs": "use crate::lower::b::b;"}
        files |= {"lower/mod.rs": "pub mod b;", "lower/b.rs": "pub fn b() {}"}
        lines, _ = check(files, strangers=[("upper", "lower")])
        text = "imports `b` from src/lower/b.rs, but src/upper/ must share nothing with src/lower/"
        self.assertEqual(lines, [f"upper/a.rs:1: {text}"])

    def test_a_crate_is_named_in_one_file_only(self):
        for code in ("use hyper::Body;", "fn a() -> hyper::Body {}", "use ::hyper;", "fn a() -> ::hyper::Body {}"):
            lines, _ = check(room(a=code, b="use hyper::Body;"), only_in={"hyper": "lower/b.rs"})
            self.assertEqual(lines, ["lower/a.rs:1: names the crate `hyper`, which only src/lower/b.rs may"], code)


class Reading(unittest.TestCase):
    def test_a_path_that_leads_nowhere_is_reported(self):
        lines, _ = check(room(a="use super::b::Missing;", b=""))
        self.assertIn("cannot find `Missing` of `super::b::Missing`", lines[0])

    def test_a_module_without_a_file_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, "`mod a` has no file"):
            check({"lib.rs": "mod a;"})

    def test_alternatives_of_one_module_are_kept_apart(self):
        files = {
            "lib.rs": 'pub mod lower;\n#[cfg(windows)]\n#[path = "lower/off.rs"]\nmod lower;\nmod upper;',
            "lower/mod.rs": "mod a;\npub use self::a::*;",
            "lower/a.rs": "use http::Uri;\npub fn call() {}",
            "lower/off.rs": "pub use self::a::*;\nmod a { use http::Uri;\n pub fn call() {} }",
            "upper.rs": "fn a() { crate::lower::call() }",
        }
        self.assertEqual(check(files), ([], []))


if __name__ == "__main__":
    unittest.main()
