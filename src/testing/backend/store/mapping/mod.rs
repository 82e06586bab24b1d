//! Mappings: which fields an index has, and of which types.

mod date;
mod define;
mod field;
mod infer;
mod kind;
mod term;

pub(super) use self::define::{merge, parse};
pub(super) use self::field::{Field, field_at, is_object, leaves};
pub(super) use self::infer::infer;
pub(super) use self::kind::Kind;
pub(super) use self::term::{Term, TermError, is_odd_number, of_document, of_query};
