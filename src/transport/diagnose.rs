//! Finds out what kind of failure a chain of errors from the connector is.

use std::error::Error;
use std::io;

use super::chain::find;
use super::connect_failure::ConnectFailure;
use super::proxied::ProxyError;
use super::resolve::LookupFailed;
use super::tls_failure::tls_failure;

pub(super) fn diagnose(error: &(dyn Error + 'static)) -> ConnectFailure {
    if find::<ProxyError>(error).is_some() {
        return ConnectFailure::Proxy;
    }
    if let Some(failure) = tls_failure(error) {
        return failure;
    }
    if find::<LookupFailed>(error).is_some() {
        return ConnectFailure::Dns;
    }
    let Some(io) = find::<io::Error>(error) else {
        return ConnectFailure::Other;
    };
    match io.kind() {
        _ if is_out_of_descriptors(io) => ConnectFailure::NoDescriptors,
        io::ErrorKind::ConnectionRefused => ConnectFailure::Refused,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            ConnectFailure::Unreachable
        }
        // How tokio-rustls reports a server that closes during the handshake.
        io::ErrorKind::UnexpectedEof => ConnectFailure::Tls,
        _ => ConnectFailure::Other,
    }
}

/// Whether the process or the machine has as many files open as it may.
pub(super) fn is_out_of_descriptors(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) {
        &[WSAEMFILE]
    } else {
        &[ENFILE, EMFILE]
    };
    error
        .raw_os_error()
        .is_some_and(|code| codes.contains(&code))
}

// The same on Linux, macOS and the BSDs.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;
const WSAEMFILE: i32 = 10024;
