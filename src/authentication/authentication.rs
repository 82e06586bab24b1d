use std::fmt;
use std::sync::Arc;

use super::error::InvalidLogin;
use super::login::BasicLogin;
use super::token::{self, BearerToken};
use crate::credentials::{CachedCredentials, Credentials};
use crate::error::BoxError;
use crate::sigv4::{Scope, SigV4Layer, Signer};

/// How a [`Stack`](crate::stack::Stack) authenticates its requests.
///
/// | choice | for |
/// | --- | --- |
/// | [`SigV4Layer`], by `into()` | an Amazon OpenSearch domain or collection, and any AWS service |
/// | [`basic`](Self::basic) | a container, or the master user of fine-grained access control |
/// | [`bearer`](Self::bearer) | a token from an identity provider (JWT, OpenID Connect) |
/// | [`none`](Self::none) | a server without access control, or one behind a proxy that authenticates |
///
/// A password or token is sent over `https` or to loopback only. There is no switch that allows more.
///
/// ```
/// use sigtower::authentication::Authentication;
///
/// let login = Authentication::basic("admin", "hunter2")?;
/// assert!(!format!("{login:?}").contains("hunter2"));
/// # Ok::<(), sigtower::authentication::InvalidLogin>(())
/// ```
#[derive(Clone)]
pub struct Authentication {
    pub(super) kind: Kind,
    /// Whether connections to any URI end on loopback, where a tunnel begins.
    pub(super) is_tunneled: bool,
}

#[derive(Clone)]
pub(super) enum Kind {
    SigV4(SigV4Layer),
    Basic {
        login: Arc<BasicLogin>,
        idle: Signer,
    },
    Bearer {
        tokens: Signer,
    },
    None {
        idle: Signer,
    },
}

impl Authentication {
    /// Sends a user name and a password with each request
    /// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)), in UTF-8.
    ///
    /// # Errors
    ///
    /// When the user name is empty or contains a colon, or either contains a control character.
    pub fn basic(user: impl AsRef<str>, password: impl Into<String>) -> Result<Self, InvalidLogin> {
        let login = BasicLogin::new(user.as_ref(), password.into())?;
        Ok(Self::of(Kind::Basic {
            login: Arc::new(login),
            idle: idle_signer(),
        }))
    }

    /// Sends the token that this async function returns
    /// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    ///
    /// The token is kept and replaced before its expiry, by the rules of [`CachedCredentials`]. A token without an
    /// expiry is fetched again after 15 minutes. After a response of status 401, the function is called once more, and
    /// the request is sent again if it returns a different token.
    pub fn bearer<F, Fut, T, E>(function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Into<BearerToken> + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::bearer_from_cache(CachedCredentials::new(token::provider(function)))
    }

    /// Sends requests as they are. An `authorization` header that a request has is kept.
    pub fn none() -> Self {
        Self::of(Kind::None {
            idle: idle_signer(),
        })
    }

    pub(crate) fn bearer_from_cache(tokens: CachedCredentials) -> Self {
        Self::of(Kind::Bearer {
            tokens: Signer::from_cache(nominal_scope(), tokens),
        })
    }

    /// States that all connections go to the near end of a tunnel on loopback.
    #[cfg(feature = "opensearch")]
    pub(crate) fn with_tunnel(mut self, is_tunneled: bool) -> Self {
        self.is_tunneled = is_tunneled;
        self
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            is_tunneled: false,
        }
    }

    /// The signer, for its clock and its credentials. For all choices but SigV4 it signs nothing.
    pub(crate) fn signer(&self) -> &Signer {
        match &self.kind {
            Kind::SigV4(layer) => layer.signer(),
            Kind::Basic { idle, .. } | Kind::None { idle } => idle,
            Kind::Bearer { tokens } => tokens,
        }
    }
}

impl From<SigV4Layer> for Authentication {
    fn from(layer: SigV4Layer) -> Self {
        Self::of(Kind::SigV4(layer))
    }
}

/// Shows which choice it is, and no secret.
impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::SigV4(_) => "Authentication(SigV4)",
            Kind::Basic { .. } => "Authentication(Basic)",
            Kind::Bearer { .. } => "Authentication(Bearer)",
            Kind::None { .. } => "Authentication(None)",
        })
    }
}

fn idle_signer() -> Signer {
    Signer::new(nominal_scope(), Credentials::new("unused", "unused", None))
}

/// Error responses are read as those of OpenSearch.
fn nominal_scope() -> Scope {
    Scope::new("none", "es").expect("both names are valid")
}
