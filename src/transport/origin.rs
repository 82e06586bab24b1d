use std::fmt;

use http::Uri;
use http::uri::{Authority, Scheme};

/// Where a request went, for errors; never its path or query, which may hold secrets.
pub(super) struct Origin {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Self {
        Self {
            scheme: uri.scheme().cloned(),
            authority: uri.authority().cloned(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.scheme, &self.authority) {
            (Some(scheme), Some(authority)) => write!(f, "{scheme}://{authority}"),
            _ => f.write_str("a URI without scheme and host"),
        }
    }
}
