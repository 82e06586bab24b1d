//! Reads the items of a bulk response, without an allocation for those that succeeded.
//!
//! In: the text of a response. Out: each [`Item`], in order, to a function of the caller.

mod item;
mod key;
mod reader;
#[cfg(test)]
mod tests;
mod value;

pub(super) use self::item::Item;
pub(super) use self::reader::read;
pub(super) use self::value::text;
