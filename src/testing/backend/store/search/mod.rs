//! Search and count.

mod aggregations;
mod analysis;
mod field_query;
mod page;
mod pit;
mod query;
mod query_dsl;
mod query_string;
mod request;
mod run;
mod scroll;
mod sort;
mod syntax;

pub(super) use self::pit::{close_pit, open_pit};
pub(super) use self::run::{count, search};
pub(super) use self::scroll::{clear_scroll, continue_scroll};
