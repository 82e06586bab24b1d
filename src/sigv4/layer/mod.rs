//! The signer as a [tower](https://docs.rs/tower) layer.
//!
//! In: a request with a body. Out: the same request, its body collected and hashed, its head signed.
//! Next: the wrapped service.

mod body_from;
mod collect;
mod future;
mod hash;
mod head;
mod service;
mod settings;
mod signable_body;
mod sigv4_layer;

pub use self::body_from::{BodyFromLayer, GivenOrSigned, MakeBody, SignedFrom};
pub use self::future::ResponseFuture;
pub use self::service::SigV4;
pub use self::signable_body::SignableBody;
pub use self::sigv4_layer::SigV4Layer;
