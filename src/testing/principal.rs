use std::fmt;
use std::time::SystemTime;

use crate::credentials::Credentials;

/// Somebody who may call the domain: keys, an IAM identity, and what it may do.
///
/// The keys of the ready-made principals are examples that open nothing elsewhere.
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
    /// Read documents and the cluster's state, as the roles `readall` and `readall_and_monitor` may.
    Read,
    /// Nothing: the identity is known, but no role is mapped to it.
    None,
    /// Not even to reach the cluster: the front end refuses, for want of an IAM policy.
    NoPolicy,
}

impl Principal {
    /// A principal who may do everything, with an ARN of its own.
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

    /// The role `admin`, which may do everything.
    pub fn admin() -> Self {
        Self::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/admin")
    }

    /// The role `reader`, which may read.
    pub fn reader() -> Self {
        Self::new(
            "AKIAI44QH8DHBEXAMPLE",
            "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/reader")
        .with_access(Access::Read)
    }

    /// The role `nobody`, which no role of the cluster is mapped to.
    pub fn nobody() -> Self {
        Self::new(
            "AKIANOBODYXXXEXAMPLE",
            "nobodyNobodynobodyNobodynobodyEXAMPLEKEY",
        )
        .with_arn("arn:aws:iam::123456789012:role/nobody")
        .with_access(Access::None)
    }

    /// The same identity with other keys.
    #[must_use]
    pub fn with_keys(mut self, access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        self.access_key = access_key.into();
        self.secret = secret.into();
        self
    }

    /// The session token that was issued with the keys.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Another ARN, which is the role's as well.
    #[must_use]
    pub fn with_arn(mut self, arn: impl Into<String>) -> Self {
        self.arn = arn.into();
        self.role_arn = self.arn.clone();
        self
    }

    /// Another role ARN: what the cluster sees as backend role.
    #[must_use]
    pub fn with_role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role_arn = role_arn.into();
        self
    }

    /// What the in-memory backend lets it do.
    #[must_use]
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Keys that expire at a time of the domain's clock.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// Keys that have expired already.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.expire();
        self
    }

    /// The access key id.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The ARN: the cluster's user name.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The role's ARN: the cluster's backend role.
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// What it may do.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The keys, as a provider of credentials.
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
