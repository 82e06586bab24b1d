use std::fmt;

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use zeroize::Zeroizing;

use super::tls_error::TlsError;
use crate::origin::is_loopback;

/// Where a transport takes its proxies from.
#[derive(Clone, Default)]
pub(super) enum ProxySetting {
    #[default]
    Environment,
    /// One proxy for everything; the URL may contain a password.
    Url(Zeroizing<String>),
    Direct,
}

/// Which proxy a connection goes through, if any.
#[derive(Debug)]
pub(super) struct Proxies {
    matcher: Matcher,
    pub(super) is_from_environment: bool,
}

impl Proxies {
    /// `None` if there is no proxy at all.
    pub(super) fn new(setting: &ProxySetting) -> Result<Option<Self>, TlsError> {
        match setting {
            ProxySetting::Direct => Ok(None),
            ProxySetting::Environment => Self::from_variables(|name| std::env::var(name).ok()),
            ProxySetting::Url(url) => {
                check(url, "the URL given to `proxy`")?;
                Ok(Some(Self {
                    matcher: Matcher::builder().all(url.as_str()).build(),
                    is_from_environment: false,
                }))
            }
        }
    }

    /// Reads the variables that curl reads. A name in upper case counts before the same name in lower case.
    fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, TlsError> {
        let read = |names: [&'static str; 2]| {
            let values = names.map(|name| (name, variable(name).unwrap_or_default()));
            let given = values
                .into_iter()
                .find(|(_, value)| !value.trim().is_empty());
            given.unwrap_or_default()
        };
        // A CGI server makes HTTP_PROXY of a client's `Proxy` header.
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let http = match is_cgi {
            true => ["http_proxy", "http_proxy"],
            false => ["HTTP_PROXY", "http_proxy"],
        };
        let [http, https, all] = [
            http,
            ["HTTPS_PROXY", "https_proxy"],
            ["ALL_PROXY", "all_proxy"],
        ]
        .map(read)
        .map(|(name, value)| (name, Zeroizing::new(value)));
        for (name, value) in [&http, &https, &all] {
            if !value.is_empty() {
                check(value, name)?;
            }
        }
        if [&http, &https, &all]
            .iter()
            .all(|(_, value)| value.is_empty())
        {
            return Ok(None);
        }
        let (_, no) = read(["NO_PROXY", "no_proxy"]);
        let builder = Matcher::builder()
            .http(http.1.as_str())
            .https(https.1.as_str());
        Ok(Some(Self {
            matcher: builder.all(all.1.as_str()).no(no).build(),
            is_from_environment: true,
        }))
    }

    /// The proxy for connections to this URI.
    ///
    /// What goes to loopback in clear text never leaves this machine, so it takes a proxy on loopback only.
    pub(super) fn of(&self, uri: &Uri) -> Option<Intercept> {
        let found = self.matcher.intercept(uri)?;
        let is_local = |uri: &Uri| uri.host().is_some_and(is_loopback);
        let stays_here = uri.scheme() != Some(&Scheme::HTTPS) && is_local(uri);
        (!stays_here || is_local(found.uri())).then_some(found)
    }

    /// The login for a proxy that gets requests to this URI as they are, not through a tunnel.
    pub(super) fn forwarding_login(&self, uri: &Uri) -> Option<HeaderValue> {
        let proxy = self.of(uri).filter(|proxy| forwards(proxy, uri))?;
        proxy.basic_auth().cloned()
    }
}

/// Whether this proxy gets requests to this URI as they are: those without TLS.
pub(super) fn forwards(proxy: &Intercept, uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTP) && proxy.uri().scheme() == Some(&Scheme::HTTP)
}

/// Refuses what the matcher would leave out silently, and proxies that are reached over TLS.
fn check(url: &str, place: &'static str) -> Result<(), TlsError> {
    let parsed: Option<Uri> = url.parse().ok();
    let authority = parsed.as_ref().and_then(Uri::authority);
    let scheme = parsed.as_ref().and_then(Uri::scheme_str);
    if scheme == Some("https") {
        return Err(TlsError::HttpsProxy { place });
    }
    let is_known = matches!(scheme, None | Some("http" | "socks5" | "socks5h"));
    match authority {
        Some(authority) if is_known && !authority.host().is_empty() => Ok(()),
        _ => Err(TlsError::Proxy { place }),
    }
}

/// Leaves out the URL, which may contain a password.
impl fmt::Debug for ProxySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::Url(_) => "Url",
            Self::Direct => "Direct",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Option<Proxies>, TlsError> {
        Proxies::from_variables(|asked| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn proxy(variables: &[(&'static str, &str)], uri: &'static str) -> Option<String> {
        let proxies = read(variables).unwrap()?;
        let found = proxies.of(&Uri::from_static(uri))?;
        Some(found.uri().authority().unwrap().to_string())
    }

    #[test]
    fn variables_say_which_proxy_as_for_curl() {
        const HTTPS: (&str, &str) = ("HTTPS_PROXY", "http://s:1");
        const HTTP: (&str, &str) = ("HTTP_PROXY", "http://p:2");
        const ALL: (&str, &str) = ("ALL_PROXY", "http://all:3");
        let a = "https://a.example/";
        for (variables, uri, expected) in [
            (&[][..], a, None),
            (&[HTTPS], a, Some("s:1")),
            (&[HTTPS], "http://a.example/", None),
            (&[HTTP], "http://a.example/", Some("p:2")),
            (&[HTTP], a, None),
            (&[ALL], a, Some("all:3")),
            (&[ALL, HTTPS], a, Some("s:1")),
            (&[("https_proxy", "s:4")], a, Some("s:4")),
            (
                &[("HTTPS_PROXY", ""), ("https_proxy", "s:4")],
                a,
                Some("s:4"),
            ),
            (&[HTTPS, ("https_proxy", "s:4")], a, Some("s:1")),
            (&[("HTTPS_PROXY", "http://user:pw@s:5/")], a, Some("s:5")),
            (&[HTTPS, ("NO_PROXY", "b.example, a.example")], a, None),
            (&[HTTPS, ("no_proxy", ".example")], a, None),
            (&[HTTPS, ("NO_PROXY", "xample")], a, Some("s:1")),
            (&[HTTPS, ("NO_PROXY", "*")], a, None),
            (
                &[HTTPS, ("NO_PROXY", "10.0.0.0/8")],
                "https://10.1.2.3/",
                None,
            ),
            (
                &[HTTPS, ("NO_PROXY", "10.0.0.0/8")],
                "https://11.1.2.3/",
                Some("s:1"),
            ),
            (&[HTTPS], "https://localhost:9200/", Some("s:1")),
            (&[HTTP], "http://localhost:9200/", None),
            (&[HTTP], "http://[::1]:9200/", None),
            (
                &[("HTTP_PROXY", "http://127.0.0.1:2")],
                "http://localhost:9200/",
                Some("127.0.0.1:2"),
            ),
            (
                &[HTTP, ("REQUEST_METHOD", "GET")],
                "http://a.example/",
                None,
            ),
        ] {
            assert_eq!(
                proxy(variables, uri).as_deref(),
                expected,
                "{variables:?} {uri}"
            );
        }
    }

    #[test]
    fn a_variable_that_is_no_proxy_is_an_error_without_its_value() {
        for value in [
            "http://",
            "https://hunter2@proxy:1",
            "ftp://hunter2@proxy:1",
            "hunter2 x",
        ] {
            let error = read(&[("HTTPS_PROXY", value)]).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("HTTPS_PROXY") && !text.contains("hunter2"),
                "{text}"
            );
            let is_over_tls = value.starts_with("https:");
            assert_eq!(text.contains("reached over TLS"), is_over_tls, "{text}");
        }
    }
}
