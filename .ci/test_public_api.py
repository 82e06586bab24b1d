#!/usr/bin/env python3
"""Tests of tests/public_api.py on small crates. Run with: python3 .ci/test_public_api.py"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from public_api import Api  # noqa: E402


def listed(source):
    return [line for line in lines(source) if not line.startswith("impl auto")]


def lines(source):
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "sample.rs")
        file.write_text(source, encoding="utf-8")
        rustdoc = Path(__file__).resolve().parent / "rustdoc"
        flags = ["--edition=2024", "--crate-name=sample", "-Zunstable-options", "--output-format=json"]
        subprocess.run([rustdoc, *flags, f"--out-dir={directory}", file], check=True)
        doc = json.loads(Path(directory, "sample.json").read_text(encoding="utf-8"))
    return Api(doc).lines()


class Lists(unittest.TestCase):
    maxDiff = None

    def assert_listed(self, source, *lines):
        self.assertEqual(listed(source), list(lines))

    def test_a_function_shows_its_whole_signature(self):
        self.assert_listed(
            """pub async fn f<'a, T: ?Sized + Clone, const N: usize>(
                   x: &'a mut T, y: [u8; N], z: impl Fn(u8, &str) -> bool, w: fn(u8), (): ()
               ) -> Result<&'a T, Box<dyn std::error::Error + Send>> where T: Iterator<Item = u8> { loop {} }""",
            "pub async fn sample::f<'a, T, const N: usize>(x: &'a mut T, y: [u8; N], "
            "z: impl core::ops::function::Fn(u8, &str) -> bool, w: fn(u8), ()) -> "
            "core::result::Result<&'a T, alloc::boxed::Box<dyn core::error::Error + core::marker::Send>> "
            "where T: core::iter::traits::iterator::Iterator<Item = u8> + ?core::marker::Sized + core::clone::Clone",
        )

    def test_a_returned_impl_trait_shows_its_bounds(self):
        self.assert_listed(
            "pub const unsafe extern \"C\" fn c() {}\n"
            "pub fn f<'a>(x: &'a u8) -> impl Iterator<Item: Copy> + use<'a> { [0].into_iter() }",
            'pub const unsafe extern "C" fn sample::c()',
            "pub fn sample::f<'a>(x: &'a u8) -> "
            "impl core::iter::traits::iterator::Iterator<Item: core::marker::Copy> + use<'a>",
        )

    def test_a_struct_shows_public_fields_methods_and_traits(self):
        self.assert_listed(
            """#[non_exhaustive] #[derive(Clone)] pub struct S<T = u8> { pub a: Option<T>, b: u8 }
               impl<T: Copy> S<T> { #[must_use] pub fn get(&self) -> T { loop {} } fn hidden(self) {}
                                    pub const N: u8 = 1; }
               impl<T> S<T> { #[deprecated] pub fn set(&mut self, to: Self) {} pub fn boxed(self: Box<Self>) {} }
               impl<T> From<T> for S<T> { fn from(a: T) -> Self { S { a: Some(a), b: 0 } } }""",
            "pub struct sample::S<T = u8> #[non_exhaustive]",
            "impl<T: core::clone::Clone> core::clone::Clone for sample::S<T>",
            "impl<T> core::convert::From<T> for sample::S<T>",
            "pub const sample::S<T>::N: u8 [impl<T: core::marker::Copy>]",
            "pub sample::S::a: core::option::Option<T>",
            "pub fn sample::S<T>::boxed(self: alloc::boxed::Box<Self>)",
            "pub fn sample::S<T>::get(&self) -> T [impl<T: core::marker::Copy>] #[must_use]",
            "pub fn sample::S<T>::set(&mut self, to: Self) #[deprecated]",
        )

    def test_tuple_and_unit_structs_hide_private_fields(self):
        self.assert_listed(
            "pub struct A(pub u8, u8);\npub struct B(u8);\npub struct C;",
            "pub struct sample::A(u8, _)",
            "pub struct sample::B",
            "pub struct sample::C",
        )

    def test_an_enum_shows_each_kind_of_variant(self):
        self.assert_listed(
            """#[repr(u8)] pub enum E { A = 3, #[non_exhaustive] B(u8), C { x: u8 } }
               impl IntoIterator for &E { type Item = u8; type IntoIter = std::iter::Empty<u8>;
                                          fn into_iter(self) -> Self::IntoIter { loop {} } }""",
            "pub enum sample::E #[repr]",
            "impl core::iter::traits::collect::IntoIterator for &sample::E "
            "{ IntoIter = core::iter::sources::empty::Empty<u8>, Item = u8 }",
            "pub sample::E::A = 3",
            "pub sample::E::B(u8) #[non_exhaustive]",
            "pub sample::E::C",
            "pub sample::E::C::x: u8",
        )

    def test_a_trait_shows_what_must_be_implemented(self):
        self.assert_listed(
            """pub trait T<'a, X: 'a>: Send + 'static { type A<'b>: Copy where Self: 'b; const C: u8;
               fn must(&self) -> Self::A<'_>; fn may(&self) where for<'c> &'c X: Copy {} }""",
            "pub trait sample::T<'a, X: 'a>: core::marker::Send + 'static",
            "pub type sample::T::A<'b>: core::marker::Copy where Self: 'b",
            "pub const sample::T::C: u8",
            "pub fn sample::T::may(&self) where for<'c> &'c X: core::marker::Copy { … }",
            "pub fn sample::T::must(&self) -> <Self as sample::T>::A<'_>",
        )

    def test_an_item_is_listed_under_its_shortest_public_path(self):
        self.assert_listed(
            """mod private { pub struct S; pub fn f(_: S) {} pub fn unreachable() {} }
               pub mod deep { pub use crate::private::{S, f}; pub use std::fmt::Write; }
               pub use private::S; pub use deep::*; pub(crate) use private::unreachable;""",
            "pub struct sample::S",
            "pub mod sample::deep",
            "pub use sample::deep::S = sample::S",
            "pub use sample::deep::Write = core::fmt::Write",
            "pub use sample::deep::f = sample::f",
            "pub fn sample::f(sample::S)",
        )

    def test_aliases_constants_statics_and_macros_are_listed(self):
        self.assert_listed(
            """pub type A<T> = Vec<(T, *const u8, [T])>; pub const C: &str = ""; pub static S: u8 = 0;
               #[macro_export] macro_rules! m { () => {} }""".replace("[T])", "(T,))"),
            "pub type sample::A<T> = alloc::vec::Vec<(T, *const u8, (T,))>",
            "pub const sample::C: &str",
            "pub static sample::S: u8",
            "pub macro sample::m!",
        )


    def test_auto_traits_are_listed_so_that_a_lost_one_is_seen(self):
        self.assertIn(
            "impl auto for sample::S<T>: !Send, !Sync, Unpin if T, !UnwindSafe, !RefUnwindSafe",
            lines("pub struct S<T>(std::rc::Rc<std::cell::Cell<u8>>, T);"),
        )
        self.assertIn(
            "impl auto for sample::S: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe", lines("pub struct S(u8);")
        )


if __name__ == "__main__":
    unittest.main()
