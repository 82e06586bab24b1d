//! Makes request bodies smaller before they are signed, and answers larger after they came.
//!
//! In: a request whose body may still change. Out: one whose bytes are final: what is hashed next
//! is what is sent. Next: the signer.

use std::fmt;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::Body;
use crate::error::BoxError;
use crate::sigv4::SigningOverride;
use crate::transport::TransportError;

/// Compresses requests with gzip, and asks for answers in it.
#[derive(Clone, Debug)]
pub(crate) struct Compress<S> {
    inner: S,
    over: Option<usize>,
}

impl<S> Compress<S> {
    /// Compresses request bodies of more than `over` bytes.
    pub(crate) fn new(inner: S, over: Option<usize>) -> Self {
        Self { inner, over }
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for Compress<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        if let Some(threshold) = self.over {
            deflate_request(&mut request, threshold);
        }
        request.headers_mut().entry(ACCEPT_ENCODING).or_insert(GZIP);
        self.inner.call(request)
    }
}

/// Decompresses answers, before anybody looks into them.
#[derive(Clone, Debug)]
pub(crate) struct Inflate<S> {
    inner: S,
    limit: usize,
}

impl<S> Inflate<S> {
    /// Refuses answers that become larger than `limit` bytes.
    pub(crate) fn new(inner: S, limit: usize) -> Self {
        Self { inner, limit }
    }
}

impl<S, R> Service<R> for Inflate<S>
where
    S: Service<R, Response = Response<Bytes>, Error = BoxError>,
{
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = InflateFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        InflateFuture {
            answering: self.inner.call(request),
            limit: self.limit,
        }
    }
}

pin_project! {
    /// The future of an [`Inflate`].
    pub(crate) struct InflateFuture<F> {
        #[pin]
        answering: F,
        limit: usize,
    }
}

impl<F> Future for InflateFuture<F>
where
    F: Future<Output = Result<Response<Bytes>, BoxError>>,
{
    type Output = Result<Response<Bytes>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.answering.poll(cx))?;
        Poll::Ready(Ok(inflate_response(answer, *this.limit)?))
    }
}

/// Compresses a body that is long enough, not encoded yet, and gets smaller by it.
///
/// Whoever overrides how a request is signed may have hashed these very bytes: they stay.
fn deflate_request(request: &mut Request<Body>, threshold: usize) {
    let plain = request.body().as_bytes();
    if plain.len() <= threshold
        || request.headers().contains_key(CONTENT_ENCODING)
        || request.extensions().get::<SigningOverride>().is_some()
    {
        return;
    }
    let compressed = match deflate(plain) {
        Ok(compressed) if compressed.len() < plain.len() => compressed,
        _ => return,
    };
    *request.body_mut() = compressed.into();
    let headers = request.headers_mut();
    headers.insert(CONTENT_ENCODING, GZIP);
    headers.remove(CONTENT_LENGTH);
}

fn deflate(plain: &[u8]) -> io::Result<Vec<u8>> {
    let buffer = Vec::with_capacity(plain.len() / 4);
    let mut encoder = GzEncoder::new(buffer, flate2::Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn inflate_response(
    mut response: Response<Bytes>,
    limit: usize,
) -> Result<Response<Bytes>, TransportError> {
    // The answer to HEAD says how a body would have been encoded, and has none.
    if response.body().is_empty() || !is_gzip(response.headers())? {
        return Ok(response);
    }
    let plain = inflate(response.body(), limit)?;
    *response.body_mut() = plain;
    let headers = response.headers_mut();
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(response)
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, TransportError> {
    let mut gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        for encoding in value.as_bytes().split(|&byte| byte == b',') {
            match encoding.trim_ascii().to_ascii_lowercase().as_slice() {
                b"" | b"identity" => {}
                b"gzip" | b"x-gzip" if !gzip => gzip = true,
                _ => return Err(unknown_encoding(value)),
            }
        }
    }
    Ok(gzip)
}

/// Stops at the limit: a small answer may claim to be a very large one.
fn inflate(compressed: &[u8], limit: usize) -> Result<Bytes, TransportError> {
    let mut plain = Vec::with_capacity(compressed.len().saturating_mul(4).min(limit));
    let read = MultiGzDecoder::new(compressed)
        .take(limit as u64 + 1)
        .read_to_end(&mut plain);
    if plain.len() > limit {
        return Err(TransportError::ResponseTooLarge { limit });
    }
    read.map_err(|error| TransportError::Decompress(error.into()))?;
    Ok(plain.into())
}

fn unknown_encoding(value: &HeaderValue) -> TransportError {
    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
    TransportError::Decompress(UnknownEncoding(value).into())
}

#[derive(Debug)]
struct UnknownEncoding(String);

impl fmt::Display for UnknownEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "content-encoding {:?} was not asked for", self.0)
    }
}

impl std::error::Error for UnknownEncoding {}

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(encoding: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
        Response::builder()
            .header(CONTENT_ENCODING, encoding)
            .header(CONTENT_LENGTH, "7")
            .body(body.into())
            .unwrap()
    }

    fn request(body: impl Into<Body>) -> Request<Body> {
        Request::builder()
            .header(CONTENT_LENGTH, "7")
            .body(body.into())
            .unwrap()
    }

    #[test]
    fn a_long_body_is_compressed_and_says_so() {
        let plain = "{\"index\":{}}\n".repeat(1000);
        let mut sent = request(plain.clone());
        deflate_request(&mut sent, 1024);
        assert_eq!(sent.headers()[CONTENT_ENCODING], "gzip");
        assert!(!sent.headers().contains_key(CONTENT_LENGTH));
        assert!(sent.body().as_bytes().len() < 1024);
        assert_eq!(inflate(sent.body().as_bytes(), 1 << 20).unwrap(), plain);
    }

    #[test]
    fn a_body_is_left_alone_when_short_encoded_or_incompressible() {
        let encoded = {
            let mut request = request("a".repeat(100));
            request
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
            request
        };
        let vouched_for = {
            let mut request = request("a".repeat(100));
            request.extensions_mut().insert(SigningOverride::new());
            request
        };
        let noise: Vec<u8> = (0..100u8).map(|n| n.wrapping_mul(151)).collect();
        for (case, mut sent, threshold) in [
            ("short", request("a".repeat(100)), 100),
            ("encoded", encoded, 10),
            ("vouched for", vouched_for, 10),
            ("noise", request(noise), 10),
            ("empty", request(()), 0),
        ] {
            let (headers, body) = (sent.headers().clone(), sent.body().clone());
            deflate_request(&mut sent, threshold);
            assert_eq!(sent.headers(), &headers, "{case}");
            assert_eq!(sent.body(), &body, "{case}");
        }
    }

    #[test]
    fn a_gzip_answer_is_inflated_and_no_longer_says_gzip() {
        for encoding in ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "] {
            let plain = inflate_response(answer(encoding, deflate(b"{}").unwrap()), 2).unwrap();
            assert_eq!(plain.body(), "{}", "{encoding}");
            assert!(plain.headers().is_empty(), "{encoding}");
        }
    }

    #[test]
    fn all_members_of_a_gzip_answer_are_read() {
        let members = [deflate(b"{\"a\"").unwrap(), deflate(b":1}").unwrap()].concat();
        let plain = inflate_response(answer("gzip", members), 100).unwrap();
        assert_eq!(plain.body(), "{\"a\":1}");
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = deflate(&[0; 100_000]).unwrap();
        assert!(bomb.len() < 10_000);
        let error = inflate_response(answer("gzip", bomb.clone()), 99_999).unwrap_err();
        assert!(matches!(
            error,
            TransportError::ResponseTooLarge { limit: 99_999 }
        ));
        assert!(inflate_response(answer("gzip", bomb), 100_000).is_ok());
    }

    #[test]
    fn a_damaged_or_unknown_encoding_is_an_error() {
        let good = deflate(b"hello, hello, hello").unwrap();
        let mut flipped = good.clone();
        let crc = flipped.len() - 8;
        flipped[crc] ^= 1;
        for (case, encoding, body) in [
            ("no gzip", "gzip", b"{}".to_vec()),
            ("cut off", "gzip", good[..good.len() - 1].to_vec()),
            ("header only", "gzip", good[..10].to_vec()),
            ("checksum", "gzip", flipped),
            ("garbage behind", "gzip", [&good[..], b"garbage"].concat()),
            ("zeros behind", "gzip", [&good[..], &[0; 16]].concat()),
            ("brotli", "br", good.clone()),
            ("twice", "gzip, gzip", good.clone()),
            ("not text", "\u{80}", good),
        ] {
            let mut response = answer("gzip", body);
            let encoding = HeaderValue::from_bytes(encoding.as_bytes()).unwrap();
            response.headers_mut().insert(CONTENT_ENCODING, encoding);
            let result = inflate_response(response, 1 << 20);
            assert!(
                matches!(result, Err(TransportError::Decompress(_))),
                "{case}: {result:?}"
            );
        }
    }

    #[test]
    fn an_answer_without_body_may_claim_any_encoding() {
        for encoding in ["gzip", "br"] {
            let same = inflate_response(answer(encoding, ""), 0).unwrap();
            assert_eq!(same.headers()[CONTENT_ENCODING], encoding);
        }
    }

    #[test]
    fn a_plain_answer_passes_as_it_is() {
        let same = inflate_response(answer("identity", "{}"), 0).unwrap();
        assert_eq!(same.body(), "{}");
    }
}
