//! Signs a request on its way out.
//!
//! In: any [`http::Request`] with an absolute URI. Out: the same request with signature headers, or
//! a [`SignError`] and nothing sent. Next: whatever service a [`SigV4`] wraps. Keys come from
//! [`crate::credentials`].
//!
//! ```
//! use http::Request;
//! use sigtower::Credentials;
//! use sigtower::sigv4::{Payload, Scope, Signer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let signer = Signer::new(
//!     Scope::new("us-east-1", "execute-api")?,
//!     Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None),
//! );
//! let body = r#"{"name":"Ada"}"#;
//! let request = Request::post("https://abc.execute-api.us-east-1.amazonaws.com/users").body(body)?;
//!
//! let (mut parts, body) = request.into_parts();
//! signer.sign(&mut parts, Payload::Bytes(body.as_bytes())).await?;
//! assert!(parts.headers.contains_key("authorization"));
//! # Ok(())
//! # }
//! ```

mod canonical;
mod clock;
mod collect;
mod error;
mod explain;
mod future;
mod hash;
mod head;
mod host;
mod key;
mod layer;
mod overrides;
mod payload;
mod presign;
mod record;
mod scope;
mod scratch;
mod service;
mod signer;

pub use crate::clock_skew::ClockSkew;

pub use self::clock::{Clock, SystemClock};
pub use self::error::SignError;
pub use self::explain::Explanation;
pub use self::future::ResponseFuture;
pub use self::layer::SigV4Layer;
pub use self::overrides::{EncodedDotSegments, SigningOverride};
pub use self::payload::{ContentSha256, Payload, PayloadHash, PayloadSigning};
pub use self::record::{Signed, SigningRecord};
pub use self::scope::{Region, Scope, ScopeError, ServiceName};
pub use self::service::SigV4;
pub use self::signer::{HeaderNotSignable, Signer};
