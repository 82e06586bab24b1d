//! Tells from an outcome what may be done about it.
//!
//! It looks for the words that AWS and OpenSearch use instead of reading JSON: the layer is there
//! for every service, and answers of every shape.

use std::borrow::Cow;
use std::time::SystemTime;

use bytes::Bytes;
use http::Response;

use super::backoff::Pace;
use super::clock;
use crate::error::BoxError;
use crate::transport::{Phase, TransportError};

/// What an outcome means for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An answer as it should be, or a no that stays one.
    Final,
    /// Nothing was done about the request: it may be sent again, whatever it asks for.
    Declined(Pace),
    /// Lost on the way, perhaps after it was applied.
    Lost,
    /// Answered, with what cannot be read and would be no better another time.
    Unreadable,
    /// The service takes these credentials no longer.
    Credentials,
    /// The signature may have been refused for its time.
    Time {
        /// What the service says its time is.
        said: Option<SystemTime>,
        /// Whether it says that the time is the reason.
        outright: bool,
    },
}

/// Judges an answer.
pub(super) fn answer(response: &Response<Bytes>) -> Verdict {
    let status = response.status().as_u16();
    if status < 400 {
        return Verdict::Final;
    }
    let no = No::read(response);
    match status {
        _ if no.is_throttling() => Verdict::Declined(Pace::Throttled),
        // A full disk blocks writes with 429 too; it does not get empty by waiting some seconds.
        429 if no.says("cluster_block_exception") => Verdict::Final,
        // The sum of many operations, of which only some were refused.
        429 if no.is_result() => Verdict::Lost,
        429 => Verdict::Declined(Pace::Throttled),
        402 if no.says("service_quota_exceeded_exception") => Verdict::Declined(Pace::Throttled),
        400 if no.is_an_unread_body() => Verdict::Declined(Pace::Transient),
        400 | 401 | 403 => no.about_the_signature(),
        500 if no.is_of_the_cluster() => Verdict::Final,
        500 | 502 | 504 => Verdict::Lost,
        503 if no.is_of_the_cluster() || no.tells_of_a_broken_exchange() => Verdict::Lost,
        503 => Verdict::Declined(Pace::Transient),
        _ => Verdict::Final,
    }
}

/// Judges a failure; `was_sent` says whether the request was signed and passed on at all.
pub(super) fn error(error: &BoxError, was_sent: bool) -> Verdict {
    match TransportError::within(&**error) {
        Some(error) if error.is_lasting() => Verdict::Final,
        Some(
            TransportError::Connect { .. }
            | TransportError::Unsent(_)
            | TransportError::Unprocessed(_)
            | TransportError::Timeout {
                phase: Phase::Connect,
                ..
            },
        ) => Verdict::Declined(Pace::Transient),
        Some(
            TransportError::InvalidResponse(_)
            | TransportError::ResponseTooLarge { .. }
            | TransportError::Decompress { .. },
        ) => Verdict::Unreadable,
        _ if was_sent => Verdict::Lost,
        _ => Verdict::Final,
    }
}

/// A refusal or failure, as far as it has words.
struct No<'a> {
    /// The error's name in `x-amzn-errortype`, without name space.
    kind: &'a str,
    text: Cow<'a, str>,
}

impl<'a> No<'a> {
    fn read(response: &'a Response<Bytes>) -> Self {
        let kind = response.headers().get("x-amzn-errortype");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(':').next().unwrap_or_default();
        let body = response.body();
        Self {
            kind: kind.rsplit('#').next().unwrap_or_default().trim(),
            text: String::from_utf8_lossy(&body[..body.len().min(READ_LIMIT)]),
        }
    }

    fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind) || kinds.iter().any(|kind| self.says(kind))
    }

    /// The cluster explains itself by a list of root causes.
    fn is_of_the_cluster(&self) -> bool {
        self.says("\"root_cause\"") || self.is_result()
    }

    fn is_result(&self) -> bool {
        self.says("\"took\"")
    }

    fn is_throttling(&self) -> bool {
        let code = self.code();
        THROTTLING.iter().any(|name| code.contains(name))
            || !self.is_of_the_cluster()
                && (self.says("Request throttled") || self.says("ThrottlingException"))
    }

    /// The error's name: in the header, or where S3 and the services that speak XML have it.
    fn code(&self) -> &str {
        if !self.kind.is_empty() {
            return self.kind;
        }
        let (_, code) = self.text.split_once("<Code>").unwrap_or_default();
        code.split('<').next().unwrap_or_default()
    }

    /// S3 gave up waiting for the body: it was not stored.
    fn is_an_unread_body(&self) -> bool {
        matches!(self.code(), "RequestTimeout" | "RequestTimeoutException")
    }

    /// A proxy that lost its connection to the cluster says so, with 503 as well.
    fn tells_of_a_broken_exchange(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        let words = ["reset", "disconnect", "terminat", "timeout", "timed out"];
        words.iter().any(|word| text.contains(word))
    }

    fn about_the_signature(&self) -> Verdict {
        if self.is_of_the_cluster() {
            return Verdict::Final;
        }
        if self.is(REJECTED_CREDENTIALS) || self.says("security token included in the request is") {
            return Verdict::Credentials;
        }
        let outright = ["Signature expired", "Signature not yet current"]
            .iter()
            .any(|words| self.says(words));
        if outright || self.is(PERHAPS_FOR_ITS_TIME) || self.is_a_bare_forbidden() {
            let said = clock::said(&self.text);
            return Verdict::Time { said, outright };
        }
        Verdict::Final
    }

    /// All that OpenSearch Serverless says about a signature it does not take.
    fn is_a_bare_forbidden(&self) -> bool {
        self.says("403 Forbidden")
    }
}

/// Parts of names, as AWS's services have them.
const THROTTLING: [&str; 7] = [
    "Throttl",
    "TooManyRequests",
    "SlowDown",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "ProvisionedThroughputExceeded",
    "PriorRequestNotComplete",
];
const REJECTED_CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
];
const PERHAPS_FOR_ITS_TIME: &[&str] = &[
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestTimeTooSkewed",
    "AccessDeniedException",
];
const READ_LIMIT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const DECLINED: Verdict = Verdict::Declined(Pace::Transient);
    const THROTTLED: Verdict = Verdict::Declined(Pace::Throttled);
    const MAYBE_TIME: Verdict = Verdict::Time {
        said: None,
        outright: false,
    };

    fn judged(status: u16, kind: &'static str, body: &'static str) -> Verdict {
        let response = Response::builder()
            .status(status)
            .header("x-amzn-errortype", kind)
            .body(Bytes::from_static(body.as_bytes()));
        answer(&response.unwrap())
    }

    #[test]
    fn answers_are_judged_by_who_gave_them_and_what_was_done() {
        for (status, kind, body, expected) in [
            (200, "", "{}", Verdict::Final),
            (301, "", "", Verdict::Final),
            (404, "", r#"{"found":false}"#, Verdict::Final),
            (409, "", "", Verdict::Final),
            (
                413,
                "",
                r#"{"Message":"Request size exceeded 10485760 bytes"}"#,
                Verdict::Final,
            ),
            (429, "", r#"{"message":"Too Many Requests"}"#, THROTTLED),
            (
                429,
                "",
                r#"{"error":{"root_cause":[{"type":"rejected_execution_exception"}]}}"#,
                THROTTLED,
            ),
            (
                429,
                "",
                r#"{"error":{"root_cause":[{"type":"cluster_block_exception"}]}}"#,
                Verdict::Final,
            ),
            (
                429,
                "",
                r#"{"took":3,"updated":7,"failures":[{"status":429}]}"#,
                Verdict::Lost,
            ),
            (
                403,
                "",
                r#"{"message":"Request throttled due to too many requests"}"#,
                THROTTLED,
            ),
            (
                400,
                "ThrottlingException",
                r#"{"message":"Rate exceeded"}"#,
                THROTTLED,
            ),
            (
                400,
                "",
                r#"{"__type":"com.amazon.coral#ThrottlingException"}"#,
                THROTTLED,
            ),
            (
                503,
                "com.amazon.coral#SlowDown:http://internal",
                "",
                THROTTLED,
            ),
            (
                402,
                "",
                r#"{"error":{"type":"service_quota_exceeded_exception","reason":"OCU"}}"#,
                THROTTLED,
            ),
            (402, "", "pay", Verdict::Final),
            (
                503,
                "",
                "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
                THROTTLED,
            ),
            (400, "", "<Code>RequestLimitExceeded</Code>", THROTTLED),
            (
                400,
                "ProvisionedThroughputExceededException",
                "{}",
                THROTTLED,
            ),
            (400, "", "<Code>RequestTimeout</Code>", DECLINED),
            (400, "", "<Code>MalformedXML</Code>SlowDown", Verdict::Final),
            (
                403,
                "",
                r#"{"Message":"User: x is not authorized to perform: a:UpdateThrottling"}"#,
                Verdict::Final,
            ),
            (502, "", "<html>", Verdict::Lost),
            (504, "", "", Verdict::Lost),
            (503, "", "", DECLINED),
            (503, "", "no healthy upstream", DECLINED),
            (503, "", r#"{"message":"Service Unavailable"}"#, DECLINED),
            (
                503,
                "",
                "upstream connect error or disconnect/reset before headers",
                Verdict::Lost,
            ),
            (
                503,
                "",
                r#"{"error":{"root_cause":[{"type":"unavailable_shards_exception"}]}}"#,
                Verdict::Lost,
            ),
            (
                500,
                "",
                r#"{"message":"Internal Server Error"}"#,
                Verdict::Lost,
            ),
            (
                500,
                "",
                r#"{"error":{"root_cause":[{"type":"null_pointer_exception"}]}}"#,
                Verdict::Final,
            ),
            (501, "", "", Verdict::Final),
            (403, "ExpiredTokenException", "{}", Verdict::Credentials),
            (
                400,
                "",
                "<Error><Code>ExpiredToken</Code></Error>",
                Verdict::Credentials,
            ),
            (
                403,
                "",
                r#"{"message":"The security token included in the request is expired"}"#,
                Verdict::Credentials,
            ),
            (
                403,
                "",
                r#"{"message":"The security token included in the request is invalid."}"#,
                Verdict::Credentials,
            ),
            (403, "InvalidSignatureException", "{}", MAYBE_TIME),
            (403, "", "<Code>SignatureDoesNotMatch</Code>", MAYBE_TIME),
            (
                403,
                "",
                r#"{"status":403,"error":{"reason":"403 Forbidden","type":"Forbidden"}}"#,
                MAYBE_TIME,
            ),
            (
                403,
                "",
                r#"{"error":{"root_cause":[{"type":"security_exception","reason":"AccessDeniedException"}]}}"#,
                Verdict::Final,
            ),
            (
                400,
                "",
                r#"{"error":{"root_cause":[{"reason":"failed to parse: ExpiredToken"}]}}"#,
                Verdict::Final,
            ),
            (403, "", "", Verdict::Final),
        ] {
            assert_eq!(
                judged(status, kind, body),
                expected,
                "{status} {kind} {body}"
            );
        }
    }

    #[test]
    fn a_signature_refused_for_its_time_tells_the_service_s_time() {
        for text in [
            r#"{"message":"Signature expired: 20240522T115159Z is now earlier than 20240522T115500Z (20240522T120000Z - 5 min.)"}"#,
            r#"{"message":"Signature not yet current: 20240522T121000Z is still later than 20240522T120500Z (20240522T120000Z + 5 min.)"}"#,
        ] {
            let Verdict::Time { said, outright } = judged(403, "InvalidSignatureException", text)
            else {
                panic!("{text}")
            };
            let noon = httpdate::parse_http_date("Wed, 22 May 2024 12:00:00 GMT").unwrap();
            assert_eq!((said, outright), (Some(noon), true));
        }
    }

    #[test]
    fn failures_are_judged_by_what_was_sent() {
        let timeout = |phase| TransportError::timeout(phase, std::time::Duration::from_secs(1));
        let connect = |source: BoxError| TransportError::connect("https://h:443", source);
        let certificate = std::io::Error::new(std::io::ErrorKind::InvalidData, "bad certificate");
        for (error, expected) in [
            (connect("refused".into()), DECLINED),
            (connect(certificate.into()), Verdict::Final),
            (timeout(Phase::Connect), DECLINED),
            (timeout(Phase::Send), Verdict::Lost),
            (timeout(Phase::Head), Verdict::Lost),
            (timeout(Phase::Body), Verdict::Lost),
            (timeout(Phase::Attempt), Verdict::Lost),
            (timeout(Phase::Total), Verdict::Lost),
            (TransportError::Unsent("closed".into()), DECLINED),
            (TransportError::Unprocessed("refused".into()), DECLINED),
            (TransportError::Broken("reset".into()), Verdict::Lost),
            (
                TransportError::InvalidResponse("header".into()),
                Verdict::Unreadable,
            ),
            (
                TransportError::ResponseTooLarge {
                    status: http::StatusCode::OK,
                    limit: 1,
                },
                Verdict::Unreadable,
            ),
            (
                TransportError::Decompress {
                    status: http::StatusCode::OK,
                    source: "crc".into(),
                },
                Verdict::Unreadable,
            ),
        ] {
            let error = BoxError::from(error);
            assert_eq!(super::error(&error, true), expected, "{error:?}");
        }
        let unsigned = BoxError::from("no credentials");
        assert_eq!(super::error(&unsigned, false), Verdict::Final);
        assert_eq!(super::error(&unsigned, true), Verdict::Lost);
    }
}
