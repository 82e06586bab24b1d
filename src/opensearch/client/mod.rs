//! The client, and how it is built.

mod build;
mod build_error;
mod builder;
mod call_request;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod client;
mod collection_exchange;
mod connections;
mod environment;
mod limits;
mod login;
mod observe;
mod parts;
mod settings;
mod streaming;
mod user_info;

#[cfg(test)]
mod target_tests;
#[cfg(test)]
mod tests;

pub use self::build_error::BuildError;
pub use self::builder::ClientBuilder;
pub use self::call_request::CallRequest;
pub use self::client::Client;
pub use self::streaming::StreamingResponse;
