//! Scheme and authority of a request's target: which server it goes to, and who can read it on the
//! way.

use std::net::IpAddr;

use http::uri::{Authority, Scheme};

#[cfg(feature = "client")]
pub(crate) use self::target::{Origin, server};

/// The port that a scheme implies: 443 for `https`, 80 for `http`.
pub(crate) fn default_port(scheme: &Scheme) -> Option<u16> {
    if *scheme == Scheme::HTTPS {
        Some(443)
    } else if *scheme == Scheme::HTTP {
        Some(80)
    } else {
        None
    }
}

/// The port that an authority names; `Err` holds text that is not `:` and a number from 1 to 65535.
///
/// `http` reads such text as no port at all, and the request would go to the scheme's port.
pub(crate) fn explicit_port(authority: &Authority) -> Result<Option<u16>, &str> {
    let text = authority.as_str();
    let host_and_port = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    match host_and_port.strip_prefix(authority.host()) {
        Some("") => Ok(None),
        Some(rest) => match rest.strip_prefix(':') {
            Some(digits) => parse_port(digits).map(Some).ok_or(digits),
            None => Err(rest),
        },
        None => Err(text),
    }
}

/// A port as a URL writes it: digits only, from 1 to 65535.
pub(crate) fn parse_port(digits: &str) -> Option<u16> {
    // `parse` alone would accept a leading `+`.
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok()?;
    (only_digits && port > 0).then_some(port)
}

/// Whether a host is exactly `localhost` or a loopback address. How a name begins decides nothing.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(feature = "client")]
mod target {
    use std::fmt;

    use http::Uri;
    use http::uri::{Authority, Scheme};

    use super::{default_port, is_loopback};

    /// Where a request goes: never its path or query, which may hold secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Origin {
        scheme: Scheme,
        authority: Authority,
    }

    impl Origin {
        pub(crate) fn new(scheme: Scheme, authority: Authority) -> Self {
            Self { scheme, authority }
        }

        /// The origin of an absolute URI.
        pub(crate) fn of(uri: &Uri) -> Option<Self> {
            Some(Self::new(uri.scheme()?.clone(), uri.authority()?.clone()))
        }

        /// Whether a URI has this origin.
        pub(crate) fn is_of(&self, uri: &Uri) -> bool {
            let is_same = |authority: &Authority| {
                // Most URIs of a client share the text of its endpoint.
                std::ptr::eq(self.authority.as_str(), authority.as_str())
                    || self.authority == *authority
            };
            uri.scheme() == Some(&self.scheme) && uri.authority().is_some_and(is_same)
        }

        pub(crate) fn scheme(&self) -> &Scheme {
            &self.scheme
        }

        pub(crate) fn authority(&self) -> &Authority {
            &self.authority
        }

        /// The host without port; an IPv6 address is in brackets.
        pub(crate) fn host(&self) -> &str {
            self.authority.host()
        }

        /// The port in the authority, or the scheme's.
        pub(crate) fn port(&self) -> u16 {
            port(Some(&self.scheme), self.authority.port_u16())
        }

        pub(crate) fn is_https(&self) -> bool {
            self.scheme == Scheme::HTTPS
        }

        /// Whether nobody on the network can read or change what is sent: TLS or loopback.
        pub(crate) fn is_protected(&self) -> bool {
            self.is_https() || is_loopback(self.host())
        }
    }

    /// `https://host:port`, the port only where the authority has one.
    impl fmt::Display for Origin {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}://{}", self.scheme, self.authority)
        }
    }

    /// Host and port that a request goes to.
    pub(crate) fn server(uri: &Uri) -> (&str, u16) {
        let host = uri.host().unwrap_or_default();
        (host, port(uri.scheme(), uri.port_u16()))
    }

    fn port(scheme: Option<&Scheme>, explicit: Option<u16>) -> u16 {
        explicit
            .or_else(|| scheme.and_then(default_port))
            .unwrap_or(443)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_from_1_to_65535_is_a_port() {
        for (authority, port) in [
            ("a.example", Ok(None)),
            ("a.example:1", Ok(Some(1))),
            ("a.example:0443", Ok(Some(443))),
            ("a.example:65535", Ok(Some(65_535))),
            ("user:443@a.example", Ok(None)),
            ("[::1]", Ok(None)),
            ("[::1]:9200", Ok(Some(9200))),
            ("a.example:", Err("")),
            ("a.example:0", Err("0")),
            ("a.example:65536", Err("65536")),
            ("a.example:99999", Err("99999")),
            ("a.example:44a", Err("44a")),
            ("a.example:+443", Err("+443")),
            ("a.example:-1", Err("-1")),
            ("[::1]:", Err("")),
            ("[::1]:99999", Err("99999")),
            ("[::1]443", Err("443")),
        ] {
            let Ok(authority) = authority.parse::<Authority>() else {
                assert!(port.is_err(), "{authority}");
                continue;
            };
            assert_eq!(explicit_port(&authority), port, "{authority}");
        }
    }

    #[test]
    fn loopback_is_judged_by_the_whole_host() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.8.9.10",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.",
            "localhost.example",
            "sub.localhost",
            "127.a.example",
            "127.0.0.1.example",
            "0.0.0.0",
            "[::]",
            "10.0.0.1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn an_origin_is_scheme_and_authority_and_nothing_else() {
        use http::Uri;

        let origin = Origin::of(&Uri::from_static("https://a.example/secret?token=x")).unwrap();
        assert_eq!(origin.to_string(), "https://a.example");
        for (uri, is_same, is_protected, expected) in [
            ("https://a.example/y", true, true, ("a.example", 443)),
            ("https://A.example/", true, true, ("A.example", 443)),
            ("http://a.example/", false, false, ("a.example", 80)),
            ("https://a.example:444/", false, true, ("a.example", 444)),
            ("https://b.example/", false, true, ("b.example", 443)),
            ("http://[::1]:9200/", false, true, ("[::1]", 9200)),
        ] {
            let uri = Uri::from_static(uri);
            assert_eq!(origin.is_of(&uri), is_same, "{uri}");
            assert_eq!(server(&uri), expected, "{uri}");
            let other = Origin::of(&uri).unwrap();
            assert_eq!((other.host(), other.port()), expected, "{uri}");
            assert_eq!(other.is_protected(), is_protected, "{uri}");
        }
        let relative = Uri::from_static("/relative");
        assert!(Origin::of(&relative).is_none() && !origin.is_of(&relative));
    }
}
