//! What callers match on when a call did not succeed.
//!
//! In: an error response, as `service_error` reads it, or a failure of the stack. Out: an [`Error`] on one line, whose
//! [`kind`](Error::kind) callers match on. What a server wrote is kept without secrets.

mod api_error;
mod authority;
mod classify;
mod data_access;
mod difference;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod error;
mod failure;
mod from_response;
mod hint;
mod json_path;
mod kind;
mod one_line;
mod refusal;
mod scrub;
mod unexpected;

#[cfg(test)]
mod tests;

pub(crate) use self::api_error::ApiError;
pub use self::authority::Authority;
pub use self::difference::{Difference, Part};
pub use self::error::Error;
pub use self::kind::ErrorKind;
pub(crate) use self::one_line::OneLine;
pub use self::refusal::Refusal;
pub(crate) use self::scrub::Scrub;
pub(crate) use self::unexpected::json_error;
