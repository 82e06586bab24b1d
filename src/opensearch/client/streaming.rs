use http::{HeaderMap, Request, StatusCode};

use super::call_request::CallRequest;
use super::client::Client;
use crate::body::Body;
use crate::opensearch::call::Call;
use crate::opensearch::error::Error;
use crate::service_error::request_id;
use crate::transport::{Streamed, StreamingBody};

/// A response whose body is read as it arrives.
#[derive(Debug)]
#[non_exhaustive]
pub struct StreamingResponse {
    /// The status code: 2xx.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: StreamingBody,
    attempts: u32,
}

impl StreamingResponse {
    /// Returns the id that AWS gave the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns how many attempts it took to get this response.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl Client {
    /// Sends a call and returns its response as soon as the head has arrived; the body is read as it arrives.
    ///
    /// For a response that is too large for memory. The head decides about retries. The call's timeouts end with the
    /// head; then the body may stall for the transport's
    /// [stall timeout](crate::transport::TransportConfig::with_stall_timeout). The
    /// [`response_limit`](super::ClientBuilder::response_limit) counts, before and after decompression.
    ///
    /// ```no_run
    /// # use http::Method;
    /// # use sigtower::opensearch::Raw;
    /// # async fn example(client: sigtower::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let call = Raw::new(Method::GET, "/movies/_search?size=10000");
    /// let mut response = client.send_streaming(call).await?;
    /// while let Some(chunk) = response.body.chunk().await? {
    ///     println!("{} bytes", chunk.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), also for a raw call: a status other than 2xx is an error.
    pub async fn send_streaming<C: Call>(&self, call: C) -> Result<StreamingResponse, Error> {
        self.stream(self.request_of(&call)?).await
    }

    async fn stream(&self, mut request: Request<Body>) -> Result<StreamingResponse, Error> {
        request.extensions_mut().insert(Streamed);
        let mut response = self.exchange(request)?.await?.success()?;
        let body = response.take_body();
        Ok(StreamingResponse {
            attempts: response.attempts(),
            status: response.status,
            headers: response.headers,
            body,
        })
    }
}

impl<C: Call> CallRequest<'_, C> {
    /// Sends the call and returns its response as soon as the head has arrived; see [`Client::send_streaming`].
    ///
    /// # Errors
    ///
    /// As [`Client::send_streaming`].
    pub async fn send_streaming(self) -> Result<StreamingResponse, Error> {
        self.client.stream(self.request()?).await
    }
}
