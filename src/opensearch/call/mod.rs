//! What a call is, and how its request is built.

#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod call;
pub(crate) mod header;
pub(crate) mod idempotency;
pub(crate) mod kind;
pub(crate) mod path;
pub(crate) mod permission;
pub(crate) mod query;
mod raw;
mod route;
pub(crate) mod serverless;

pub use self::call::Call;
pub use self::query::Query;
pub use self::raw::Raw;
pub use self::route::Route;
