use std::fmt;

use http::uri::Authority;

use crate::origin::Origin;

/// Where a request goes, for error messages: never its path or query, which may hold secrets.
pub(super) struct Destination<'a> {
    /// None for a URI without scheme or host.
    pub(super) origin: Option<&'a Origin>,
    /// The address that connections are opened to in place of the origin.
    pub(super) via: Option<&'a Authority>,
}

/// `https://host:443`, or `localhost:8157 (in place of https://host:443)`.
impl fmt::Display for Destination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(via) = self.via {
            write!(f, "{via} (in place of ")?;
        }
        match self.origin {
            Some(origin) => {
                let (scheme, host, port) = (origin.scheme(), origin.host(), origin.port());
                write!(f, "{scheme}://{host}:{port}")?;
            }
            None => f.write_str("a URI without scheme or host")?,
        }
        if self.via.is_some() {
            f.write_str(")")?;
        }
        Ok(())
    }
}
