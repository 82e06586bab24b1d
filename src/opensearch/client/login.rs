//! How a client identifies itself.

use aws_credential_types::provider::ProvideCredentials;
use zeroize::Zeroizing;

use super::builder::ClientBuilder;
use super::parts::Login;
use crate::authentication::{self, BearerToken};
use crate::credentials::{self, CachedCredentials};
use crate::error::BoxError;

impl ClientBuilder {
    /// Signs with the credentials of this provider.
    ///
    /// The client caches them and fetches new ones before they expire. To share a cache with other
    /// clients or signers, use [`credentials_cache`](Self::credentials_cache).
    pub fn credentials(self, provider: impl ProvideCredentials + 'static) -> Self {
        let cache = CachedCredentials::new(provider);
        self.credentials_cache(cache.with_timer(tokio::time::sleep))
    }

    /// Signs with the credentials of this cache, which other clients and signers may share: clone it.
    pub fn credentials_cache(mut self, cache: CachedCredentials) -> Self {
        self.login = Some(Login::SigV4(cache));
        self
    }

    /// Signs with the credentials that this async function returns.
    ///
    /// If it returns them [with an expiry](crate::Credentials::with_expiry), it is called again
    /// before they expire.
    ///
    /// ```
    /// # use std::io;
    /// # use sigtower::Credentials;
    /// # use sigtower::opensearch::Client;
    /// # async fn ask_vault() -> io::Result<Credentials> { Err(io::ErrorKind::Other.into()) }
    /// let client = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .credentials_from(|| async { ask_vault().await })
    ///     .build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn credentials_from<F, Fut, C, E>(self, function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, E>> + Send + 'static,
        C: Into<aws_credential_types::Credentials> + 'static,
        E: Into<BoxError> + 'static,
    {
        self.credentials(credentials::from_fn(function))
    }

    /// Sends this user name and password with each request, instead of a signature.
    ///
    /// For a container, or for the master user of a domain with fine-grained access control. Region and service are
    /// not needed then. The password is sent over `https` or to loopback only, also with
    /// [`allow_cleartext`](Self::allow_cleartext).
    ///
    /// ```
    /// # use sigtower::opensearch::Client;
    /// let client = Client::builder("https://localhost:9200").basic_auth("admin", "hunter2").build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some(Login::Basic {
            user: user.into(),
            password: Zeroizing::new(password.into()),
        });
        self
    }

    /// Sends the bearer token that this async function returns with each request, instead of a signature.
    ///
    /// The token is kept, and replaced before its expiry or when the server rejects it; see
    /// [`Authentication::bearer`](crate::authentication::Authentication::bearer). It is sent over `https` or to
    /// loopback only.
    ///
    /// ```
    /// # use std::io;
    /// # use sigtower::opensearch::Client;
    /// # async fn read_token() -> io::Result<String> { Err(io::ErrorKind::Other.into()) }
    /// let client = Client::builder("https://search.example.com")
    ///     .bearer_auth_from(|| async { read_token().await })
    ///     .build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn bearer_auth_from<F, Fut, T, E>(mut self, function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Into<BearerToken> + 'static,
        E: Into<BoxError> + 'static,
    {
        let cache = CachedCredentials::new(authentication::token_provider(function));
        self.login = Some(Login::Bearer(cache.with_timer(tokio::time::sleep)));
        self
    }

    /// Sends requests without signature, password or token: to a server without access control.
    pub fn unauthenticated(mut self) -> Self {
        self.login = Some(Login::None);
        self
    }
}
