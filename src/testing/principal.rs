use std::fmt;
use std::time::SystemTime;

use crate::credentials::Credentials;

/// A caller that the domain knows: access keys, an IAM identity, and permissions.
///
/// The keys of [`admin`](Self::admin), [`reader`](Self::reader) and [`nobody`](Self::nobody) are
/// published examples; no AWS account accepts them.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    access_key: String,
    secret: String,
    token: Option<String>,
    expiry: Option<SystemTime>,
    expired: bool,
    arn: String,
    role_arn: String,
    access: Access,
}

/// What a [`Principal`] may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Everything.
    All,
    /// Read documents and the state of the cluster, like the roles `readall` and
    /// `readall_and_monitor` of the security plugin together.
    Read,
    /// Nothing: the signature is valid, but no role of the cluster is mapped to the identity.
    None,
    /// Nothing: no IAM policy allows the request, so the front end refuses it before the cluster
    /// sees it.
    NoPolicy,
}

impl Principal {
    /// A principal with these keys, an example ARN, and [`Access::All`].
    pub fn new(access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        let arn = "arn:aws:iam::123456789012:user/example";
        Self {
            access_key: access_key.into(),
            secret: secret.into(),
            token: None,
            expiry: None,
            expired: false,
            arn: arn.to_owned(),
            role_arn: arn.to_owned(),
            access: Access::All,
        }
    }

    /// The role `admin`, with [`Access::All`].
    pub fn admin() -> Self {
        Self::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/admin")
    }

    /// The role `reader`, with [`Access::Read`].
    pub fn reader() -> Self {
        Self::new(
            "AKIAI44QH8DHBEXAMPLE",
            "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/reader")
        .with_access(Access::Read)
    }

    /// The role `nobody`, with [`Access::None`].
    pub fn nobody() -> Self {
        Self::new(
            "AKIANOBODYXXXEXAMPLE",
            "nobodyNobodynobodyNobodynobodyEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/nobody")
        .with_access(Access::None)
    }

    /// The same identity with a different access key and secret.
    #[must_use]
    pub fn with_keys(mut self, access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        self.access_key = access_key.into();
        self.secret = secret.into();
        self
    }

    /// The session token that belongs to the keys. Requests must carry this token.
    ///
    /// An empty token means that there is none.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into()).filter(|token| !token.is_empty());
        self
    }

    /// A different ARN. It becomes the ARN of the role as well.
    #[must_use]
    pub fn with_arn(mut self, arn: impl Into<String>) -> Self {
        self.arn = arn.into();
        self.role_arn = self.arn.clone();
        self
    }

    /// A different role ARN. The cluster sees it as the backend role.
    #[must_use]
    pub fn with_role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role_arn = role_arn.into();
        self
    }

    /// What the principal may do on the in-memory store.
    ///
    /// A real OpenSearch behind the domain decides by its own roles; only [`Access::NoPolicy`]
    /// applies there too.
    #[must_use]
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// When the keys expire, by the domain's clock.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// Whether the keys have expired, whatever the clock says.
    #[must_use]
    pub fn with_expired(mut self, expired: bool) -> Self {
        self.expired = expired;
        self
    }

    /// The access key id.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The ARN. The cluster sees it as the user name.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The ARN of the role. The cluster sees it as the backend role.
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// What the principal may do.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The keys as a provider of credentials, with their expiry if one is set.
    pub fn credentials(&self) -> Credentials {
        let keys = Credentials::new(&*self.access_key, &*self.secret, self.token.clone());
        match self.expiry {
            Some(expiry) => keys.with_expiry(expiry),
            None => keys,
        }
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(super) fn expire(&mut self) {
        self.expired = true;
    }

    pub(super) fn is_expired(&self, now: SystemTime) -> bool {
        self.expired || self.expiry.is_some_and(|expiry| expiry <= now)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("access_key", &self.access_key)
            .field("arn", &self.arn)
            .field("role_arn", &self.role_arn)
            .field("access", &self.access)
            .field("expired", &self.expired)
            .finish_non_exhaustive()
    }
}
