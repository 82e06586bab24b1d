//! The `host` to sign, which must be the one that is sent.

use std::borrow::Cow;

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Uri, Version};

use super::error::SignError;
use crate::origin::{default_port, explicit_port};

/// The value of the `host` header.
#[derive(Clone, Debug)]
pub(super) struct Host<'a> {
    text: Cow<'a, str>,
    is_sent: bool,
    authority_is_plain: bool,
}

impl<'a> Host<'a> {
    /// The `host` header if the request has one. Otherwise the URI's authority in lower case, without
    /// the scheme's default port, as an HTTP/1.1 client writes it.
    pub(super) fn of(parts: &'a Parts) -> Result<Self, SignError> {
        let from_uri = match parts.uri.authority() {
            Some(authority) if is_plain(authority) => Some(Cow::Borrowed(authority.as_str())),
            Some(authority) if authority.as_str().contains('@') => return Err(SignError::UserInfo),
            Some(authority) => Some(normalized(&parts.uri, authority)?),
            None => None,
        };
        let authority_is_plain = !matches!(from_uri, Some(Cow::Owned(_)));
        let (text, is_sent) = match (given(&parts.headers)?, from_uri) {
            (Some((given, is_whole)), from_uri) => {
                // HTTP/2 sends the authority and ignores the header.
                let authority_is_sent = parts.version >= Version::HTTP_2;
                if authority_is_sent && from_uri.is_some_and(|authority| authority != given) {
                    return Err(SignError::HostMismatch);
                }
                (given, is_whole)
            }
            (None, Some(authority)) => (authority, false),
            (None, None) => return Err(SignError::MissingHost),
        };
        Ok(Self {
            text,
            is_sent,
            authority_is_plain,
        })
    }

    /// Whether the authority is signed as it is, so that it need not be
    /// [normalized](normalize_authority).
    pub(super) fn authority_is_plain(&self) -> bool {
        self.authority_is_plain
    }

    /// Whether the request has the header already, with exactly this value.
    pub(super) fn is_sent(&self) -> bool {
        self.is_sent
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Replaces the authority by the one that is signed, because HTTP/2 sends that of the URI.
pub(super) fn normalize_authority(uri: &mut Uri) {
    let Some(authority) = uri.authority() else {
        return;
    };
    let Ok(Cow::Owned(normal)) = normalized(uri, authority) else {
        return;
    };
    let mut parts = uri.clone().into_parts();
    parts.authority = normal.try_into().ok();
    if let Ok(normal) = Uri::from_parts(parts) {
        *uri = normal;
    }
}

/// The request's `host` header, and whether this is its whole value.
fn given(headers: &HeaderMap) -> Result<Option<(Cow<'_, str>, bool)>, SignError> {
    // Comparing each name costs less than a look-up, unless there are very many.
    let mut values = headers.iter().filter(|(name, _)| **name == HOST);
    let Some((_, value)) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(unsignable("it occurs more than once; send it once"));
    }
    match value.to_str().map(str::trim) {
        Ok("") => Err(unsignable("it is empty; remove it or set the host")),
        Ok(host) if host.contains(['@', ' ', '\t', ',', '/']) => {
            Err(unsignable("it is not a host with an optional port"))
        }
        Ok(host) => {
            check_port(host)?;
            Ok(Some((host.into(), host.len() == value.len())))
        }
        Err(_) => Err(unsignable(
            "it is not ASCII; write the host in its `xn--` form",
        )),
    }
}

fn check_port(host: &str) -> Result<(), SignError> {
    if !host.contains(':') {
        return Ok(());
    }
    let authority: Authority = host
        .parse()
        .map_err(|_| unsignable("it is not a host with an optional port"))?;
    match explicit_port(&authority) {
        Ok(_) => Ok(()),
        Err(port) => Err(SignError::Port(port.to_owned())),
    }
}

/// Whether an authority is already normal, as nearly all are: it has no user, port, brackets or
/// capitals. In ASCII all of these are between `:` and `[`. The loop has no early return, so that
/// the compiler turns it into vector instructions.
fn is_plain(authority: &Authority) -> bool {
    let special = |byte| matches!(byte, b':'..=b'[');
    let text = authority.as_str().bytes();
    !text.fold(false, |any, byte| any | special(byte))
}

fn normalized<'a>(uri: &Uri, authority: &'a Authority) -> Result<Cow<'a, str>, SignError> {
    let text = authority.as_str();
    let host = authority.host();
    let default = uri.scheme().and_then(default_port);
    let port = explicit_port(authority).map_err(|port| SignError::Port(port.to_owned()))?;
    let port = port.filter(|port| Some(*port) != default);
    let plain = port.is_some() || host.len() == text.len();
    if plain && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.into());
    }
    let host = host.to_ascii_lowercase();
    Ok(match port {
        Some(port) => format!("{host}:{port}").into(),
        None => host.into(),
    })
}

fn unsignable(reason: &'static str) -> SignError {
    SignError::Header {
        name: HOST.as_str().to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(uri: &str, header: Option<&str>, version: Version) -> Result<String, String> {
        let mut request = http::Request::get(uri).version(version);
        if let Some(header) = header {
            request = request.header(HOST, header);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let host = Host::of(&parts).map_err(|error| error.to_string())?;
        Ok(host.as_str().to_owned())
    }

    #[test]
    fn the_default_port_is_removed_and_others_stay() {
        for (uri, signed) in [
            ("https://a.example/", "a.example"),
            ("https://A.Example:443/", "a.example"),
            ("https://a.example:80/", "a.example:80"),
            ("http://a.example:80/", "a.example"),
            ("http://a.example:443/", "a.example:443"),
            ("http://[::1]:9200/", "[::1]:9200"),
            ("https://[2001:DB8::1]:443/", "[2001:db8::1]"),
            ("https://a.example:0443/", "a.example"),
            ("https://a.example./", "a.example."),
        ] {
            assert_eq!(
                host(uri, None, Version::HTTP_11).as_deref(),
                Ok(signed),
                "{uri}"
            );
            let mut uri: Uri = uri.parse().unwrap();
            normalize_authority(&mut uri);
            assert_eq!(uri.authority().unwrap(), signed);
        }
    }

    #[test]
    fn a_host_header_wins_unless_http_2_would_send_a_different_one() {
        let uri = "http://localhost:8157/";
        let logical = Some("search.example:443");
        assert_eq!(
            host(uri, logical, Version::HTTP_11).unwrap(),
            "search.example:443"
        );
        assert!(host(uri, logical, Version::HTTP_2).is_err());
        assert!(host(uri, Some("localhost:8157"), Version::HTTP_2).is_ok());
        assert_eq!(
            host("/", logical, Version::HTTP_11).unwrap(),
            "search.example:443"
        );
    }

    #[test]
    fn a_port_that_is_no_number_from_1_to_65535_is_refused() {
        for port in ["", "0", "00", "65536", "99999", "44a", "+443", "-1", "4 4"] {
            let host_and_port = format!("a.example:{port}");
            for host_and_port in [host_and_port, format!("[::1]:{port}")] {
                let from_header = host("/", Some(&host_and_port), Version::HTTP_11);
                assert!(from_header.is_err(), "host: {host_and_port}");
                for scheme in ["http", "https"] {
                    let uri = format!("{scheme}://{host_and_port}/");
                    if uri.parse::<Uri>().is_ok() {
                        let error = host(&uri, None, Version::HTTP_11).expect_err(&uri);
                        assert!(error.contains(&format!("port {port:?}")), "{error}");
                        let other = Some("b.example");
                        assert!(host(&uri, other, Version::HTTP_11).is_err(), "{uri}");
                    }
                }
            }
        }
    }

    #[test]
    fn text_that_is_no_host_is_refused() {
        for (uri, header) in [
            ("/", None),
            ("https://user:pass@a.example/", None),
            ("https://user@a.example/", Some("a.example")),
            ("https://a.example/", Some("")),
            ("https://a.example/", Some("user@a.example")),
            ("https://a.example/", Some("a.example, b.example")),
        ] {
            assert!(
                host(uri, header, Version::HTTP_11).is_err(),
                "{uri} {header:?}"
            );
        }
    }
}
