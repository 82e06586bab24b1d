//! Signs a request on its way out.

mod error;
mod scope;

pub use self::error::SignError;
pub use self::scope::{Region, Scope, ScopeError, ServiceName};
