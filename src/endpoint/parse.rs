//! Reads an endpoint as people paste it, and refuses what is ambiguous.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::uri::{Authority, Scheme};

use super::error::EndpointError;
use crate::origin::{Origin, default_port, is_loopback, parse_port};

/// Scheme and authority of a pasted URL: lower case, without a default port.
pub(super) fn origin(url: &str) -> Result<Origin, EndpointError> {
    let url = url.trim_ascii();
    check_characters(url)?;
    let (scheme, rest) = split_scheme(url);
    let scheme = scheme.map(known_scheme).transpose()?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    check_tail(tail)?;

    let (host, port) = host_and_port(authority)?;
    let scheme = scheme.unwrap_or_else(|| assumed_scheme(&host));
    let port = port.filter(|&port| Some(port) != default_port(&scheme));
    Ok(Origin::new(scheme, join(&host, port)?))
}

/// `host:port`, where both must be given.
pub(super) fn host_with_port(address: &str) -> Result<Authority, EndpointError> {
    let address = address.trim_ascii();
    check_characters(address)?;
    if address.contains(['?', '#']) {
        return Err(EndpointError::Query);
    }
    if address.contains('/') {
        return Err(EndpointError::Host(address.into()));
    }
    match host_and_port(address)? {
        (host, Some(port)) => join(&host, Some(port)),
        (_, None) => Err(EndpointError::MissingPort(address.into())),
    }
}

fn check_characters(url: &str) -> Result<(), EndpointError> {
    if url.is_empty() {
        return Err(EndpointError::Empty);
    }
    // Checked first, so that no later message can repeat a password.
    if url.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    if !url.is_ascii() {
        return Err(EndpointError::NotAscii);
    }
    let odd = |c: &char| c.is_ascii_control() || matches!(c, ' ' | '\\');
    match url.chars().find(odd) {
        Some(c) => Err(EndpointError::Character(c)),
        None => Ok(()),
    }
}

/// `scheme://rest`, unless the text before `://` belongs to a host or a path.
fn split_scheme(url: &str) -> (Option<&str>, &str) {
    let is_scheme = |scheme: &str| !scheme.contains(['/', '?', '#', ':', '.']);
    match url.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, url),
    }
}

fn known_scheme(scheme: &str) -> Result<Scheme, EndpointError> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(Scheme::HTTPS),
        "http" => Ok(Scheme::HTTP),
        _ => Err(EndpointError::Scheme(scheme.into())),
    }
}

/// A server on this machine seldom has a certificate.
fn assumed_scheme(host: &str) -> Scheme {
    if is_loopback(host) {
        Scheme::HTTP
    } else {
        Scheme::HTTPS
    }
}

/// The text after the authority: nothing, or the path of Dashboards, which people copy with the host.
fn check_tail(tail: &str) -> Result<(), EndpointError> {
    let path = &tail[..tail.find(['?', '#']).unwrap_or(tail.len())];
    let is_dashboards = ["/_dashboards", "/_plugin/kibana"].iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if is_dashboards {
        return Ok(());
    }
    if path.len() != tail.len() {
        return Err(EndpointError::Query);
    }
    match path {
        "" | "/" => Ok(()),
        _ => Err(EndpointError::Path(path.into())),
    }
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), EndpointError> {
    let end_of_host = if authority.starts_with('[') {
        authority.find(']').map(|end| end + 1)
    } else {
        authority.find(':')
    };
    let (host, port) = authority.split_at(end_of_host.unwrap_or(authority.len()));
    let port = match port.strip_prefix(':') {
        Some(digits) => Some(parse_port(digits).ok_or_else(|| EndpointError::Port(digits.into()))?),
        None if port.is_empty() => None,
        None => return Err(EndpointError::Host(authority.into())),
    };
    Ok((parse_host(host)?, port))
}

fn parse_host(host: &str) -> Result<String, EndpointError> {
    if host.is_empty() {
        return Err(EndpointError::MissingHost);
    }
    let wrong = || EndpointError::Host(host.into());
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or_else(wrong)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| wrong())?;
        return Ok(format!("[{address}]"));
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(wrong());
    }
    // Resolvers disagree about which address `127.1`, `0x7f.1` and `017700000001` are.
    if name.rsplit('.').next().is_some_and(is_number) && name.parse::<Ipv4Addr>().is_err() {
        return Err(wrong());
    }
    Ok(name)
}

/// A DNS label. Underscores are allowed, because private names have them.
fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    matches!(label.len(), 1..=63)
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x");
    hex.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || label.bytes().all(|byte| byte.is_ascii_digit())
}

fn join(host: &str, port: Option<u16>) -> Result<Authority, EndpointError> {
    let text = match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    text.parse().map_err(|_| EndpointError::Host(text))
}
