use std::fmt;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request};

use super::client::Client;
use crate::body::Body;
use crate::opensearch::call::Call;
use crate::opensearch::call::header::header;
use crate::opensearch::error::Error;
use crate::opensearch::response::ResponseHead;
use crate::retry::{Idempotency, RequestLimits};

/// A call that is about to be sent, with its own timeout, attempts and headers. [`Client::call`] makes it.
///
/// What is not set here is as the client is configured.
///
/// ```no_run
/// use std::time::Duration;
/// use sigtower::opensearch::search::{Hits, Search};
///
/// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
/// let search = Search::new("movies").q("title:alien");
/// let found: Hits<serde_json::Value> = client
///     .call(&search)
///     .timeout(Duration::from_secs(2))
///     .max_attempts(1)
///     .header("x-opaque-id", "request-7")
///     .send()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is sent by `send`"]
pub struct CallRequest<'a, C> {
    pub(super) client: &'a Client,
    call: C,
    limits: RequestLimits,
    headers: HeaderMap,
    idempotency: Option<Idempotency>,
    invalid: Option<String>,
}

impl Client {
    /// Begins a call with options of its own: timeout, attempts, headers.
    ///
    /// For a request without a type, give it a [`Raw`](crate::opensearch::Raw):
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use http::Method;
    /// # use sigtower::opensearch::Raw;
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// let merge = Raw::new(Method::POST, "/movies/_forcemerge");
    /// let response = client.call(merge).timeout(Duration::from_secs(600)).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<C: Call>(&self, call: C) -> CallRequest<'_, C> {
        CallRequest {
            client: self,
            call,
            limits: RequestLimits::new(),
            headers: HeaderMap::new(),
            idempotency: None,
            invalid: None,
        }
    }
}

impl<C: Call> CallRequest<'_, C> {
    /// How long the call may take, with all its attempts and waits.
    ///
    /// If this is longer than the client's [`attempt_timeout`](super::ClientBuilder::attempt_timeout), one attempt may
    /// take as long.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits = self.limits.with_total_timeout(limit);
        self
    }

    /// How often the request is sent at most; 1 turns retries off.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.limits = self.limits.with_max_attempts(attempts);
        self
    }

    /// Sets a header: `x-opaque-id`, for example, which OpenSearch writes into its slow logs and task lists.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match header(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(reason) => {
                self.invalid.get_or_insert(reason);
            }
        }
        self
    }

    /// States whether the request may be sent again when it is unknown whether it was applied.
    ///
    /// Without this, [`retry`](crate::retry) goes by the method and the API.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotency = Some(Idempotency::from_bool(idempotent));
        self
    }

    /// Sends the call and reads its response; see [`Client::send`].
    ///
    /// # Errors
    ///
    /// As [`Client::send`], and when a header is not valid.
    pub async fn send(self) -> Result<C::Output, Error> {
        let exchange = self.client.exchange(self.request()?)?;
        self.call.decode(exchange.await?)
    }

    /// Sends the call and returns its output together with the head of the response; see
    /// [`Client::send_with_response`].
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_with_response(self) -> Result<(C::Output, ResponseHead), Error> {
        let exchange = self.client.exchange(self.request()?)?;
        let response = exchange.await?;
        let head = response.head();
        Ok((self.call.decode(response)?, head))
    }

    pub(super) fn request(&self) -> Result<Request<Body>, Error> {
        if let Some(reason) = &self.invalid {
            return Err(Error::invalid(reason.clone()));
        }
        let mut request = self.client.request_of(&self.call)?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let extensions = request.extensions_mut();
        extensions.insert(self.limits);
        if let Some(idempotency) = self.idempotency {
            extensions.insert(idempotency);
        }
        Ok(request)
    }
}

/// Leaves out the call, which may contain documents, and the values of headers.
impl<C> fmt::Debug for CallRequest<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRequest")
            .field("limits", &self.limits)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}
