//! The client, and how it is built.

mod builder;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod client;
pub(crate) mod observe;
mod settings;

pub use self::builder::{BuildError, ClientBuilder};
pub use self::client::Client;
