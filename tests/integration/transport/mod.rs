//! The client over real sockets: how it connects, what it sends, and what it reads.

#[cfg(any(feature = "rustls", feature = "ring"))]
mod cleartext;
#[cfg(any(feature = "rustls", feature = "ring"))]
mod connecting;
mod connections;
#[cfg(unix)]
mod descriptors;
#[cfg(feature = "compression")]
mod encodings;
mod exchange;
#[cfg(any(feature = "rustls", feature = "ring"))]
mod failures;
mod heads;
#[cfg(any(feature = "rustls", feature = "ring"))]
mod http2;
mod in_flight;
mod limits;
mod order;
#[cfg(any(feature = "rustls", feature = "ring"))]
pub(crate) mod proxies;
mod refused_uploads;
mod runtimes;
#[cfg(any(feature = "rustls", feature = "ring"))]
pub(crate) mod tls;
#[cfg(any(feature = "rustls", feature = "ring"))]
pub(crate) mod tls_settings;

use std::error::Error as _;

use sigtower::Credentials;
use sigtower::opensearch::{Client, ClientBuilder, Error};
use sigtower::transport::TransportError;

use crate::faults::server::Server;

/// A builder of a client for a server on loopback.
pub(crate) fn client_of(server: &Server) -> ClientBuilder {
    builder(server.url())
}

pub(crate) fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder(url)
        .region("eu-west-1")
        .service("es")
        .credentials(Credentials::new("AKIDEXAMPLE", SECRET, None))
}

/// The error of the transport that caused this error.
pub(crate) fn transport_error(error: &Error) -> &TransportError {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return found;
        }
        next = error.source();
    }
    panic!("not of the transport: {error:?}");
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
