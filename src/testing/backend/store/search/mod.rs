//! Search and count.

mod aggregations;
mod cursor;
mod query;
mod query_dsl;
mod query_string;
mod request;
mod run;
mod sort;

pub(super) use self::cursor::{clear_scroll, close_pit, open_pit, scroll};
pub(super) use self::run::{count, search};
