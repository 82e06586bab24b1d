use std::fmt;

use http::{Method, StatusCode};

/// Why an AWS front end refuses a request, in the words of AWS.
///
/// `Debug` and `Display` leave out the canonical request, which may contain a session token.
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationError {
    status: StatusCode,
    error_type: &'static str,
    message: String,
    expected: Option<Expected>,
}

/// What the client should have signed.
#[derive(Clone, PartialEq, Eq)]
struct Expected {
    canonical_request: String,
    string_to_sign: String,
}

impl VerificationError {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The name of the error, sent as `x-amzn-errortype`.
    pub fn error_type(&self) -> &'static str {
        self.error_type
    }

    /// The canonical request that the client should have signed, if the signature is wrong.
    pub fn canonical_request(&self) -> Option<&str> {
        self.expected
            .as_ref()
            .map(|expected| &*expected.canonical_request)
    }

    /// The string to sign that the client should have used, if the signature is wrong.
    pub fn string_to_sign(&self) -> Option<&str> {
        self.expected
            .as_ref()
            .map(|expected| &*expected.string_to_sign)
    }

    /// The message as AWS sends it, with the canonical request and the string to sign.
    pub fn message(&self) -> String {
        match &self.expected {
            None => self.message.clone(),
            Some(expected) => format!(
                "{}\n\nThe Canonical String for this request should have been\n'{}'\n\n\
                 The String-to-Sign should have been\n'{}'\n",
                self.message, expected.canonical_request, expected.string_to_sign
            ),
        }
    }

    /// The body of the response: a JSON object that contains the message.
    pub fn body(&self) -> String {
        let name = if self.error_type == ACCESS_DENIED {
            "Message"
        } else {
            "message"
        };
        serde_json::json!({ name: self.message() }).to_string()
    }

    /// Whether the request is not valid HTTP, whatever its signature says.
    pub(in crate::testing) fn is_malformed(&self) -> bool {
        self.error_type == BAD_REQUEST
    }

    pub(super) fn anonymous(method: &Method) -> Self {
        let action = action(method);
        Self::denied(&format!(
            "User: anonymous is not authorized to perform: {action} \
             because no resource-based policy allows the {action} action"
        ))
    }

    pub(in crate::testing) fn no_policy(arn: &str, method: &Method) -> Self {
        let action = action(method);
        Self::denied(&format!(
            "User: {arn} is not authorized to perform: {action} \
             because no identity-based policy allows the {action} action"
        ))
    }

    pub(super) fn no_token() -> Self {
        Self::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    }

    pub(super) fn incomplete(message: &str) -> Self {
        Self::new(403, "IncompleteSignatureException", message)
    }

    pub(super) fn bad_path() -> Self {
        Self::new(
            400,
            "InvalidURIPathException",
            "Unable to parse the request's path.",
        )
    }

    pub(super) fn bad_query() -> Self {
        Self::new(
            400,
            "MalformedQueryStringException",
            "Unable to parse the request's query string.",
        )
    }

    pub(super) fn unknown_key() -> Self {
        Self::new(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub(super) fn expired_token() -> Self {
        Self::new(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::new(403, "InvalidSignatureException", message)
    }

    pub(super) fn unsigned_header(name: &str) -> Self {
        let name = match name {
            "host" => "Host' or ':authority",
            _ => name,
        };
        Self::invalid(&format!(
            "'{name}' must be a 'SignedHeader' in the AWS Authorization."
        ))
    }

    pub(super) fn signed_header(name: &str) -> Self {
        Self::invalid(&format!(
            "'{name}' must not be a 'SignedHeader' in the AWS Authorization."
        ))
    }

    pub(super) fn several_hosts(count: usize) -> Self {
        Self::new(
            400,
            BAD_REQUEST,
            &format!("The request has {count} 'host' headers; a request may have only one."),
        )
    }

    pub(super) fn payload_header(problem: &str) -> Self {
        Self::new(
            400,
            "InvalidRequest",
            &format!("x-amz-content-sha256 {problem}"),
        )
    }

    pub(super) fn scope_date(date: &str, time: &str) -> Self {
        Self::invalid(&format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{date}' != '{}', from '{time}'.",
            time.get(..8).unwrap_or(time)
        ))
    }

    pub(super) fn mismatch(canonical_request: &[u8], string_to_sign: String) -> Self {
        let mut error = Self::invalid(
            "The request signature we calculated does not match the signature you provided. \
             Check your AWS Secret Access Key and signing method. \
             Consult the service documentation for details.",
        );
        error.expected = Some(Expected {
            canonical_request: String::from_utf8_lossy(canonical_request).into_owned(),
            string_to_sign,
        });
        error
    }

    fn denied(message: &str) -> Self {
        Self::new(403, ACCESS_DENIED, message)
    }

    fn new(status: u16, error_type: &'static str, message: &str) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN),
            error_type,
            message: message.to_owned(),
            expected: None,
        }
    }
}

impl fmt::Debug for VerificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationError")
            .field("status", &self.status)
            .field("error_type", &self.error_type)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for VerificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type, self.message)
    }
}

impl std::error::Error for VerificationError {}

/// The IAM action of a request to a domain.
fn action(method: &Method) -> String {
    let (first, rest) = method.as_str().split_at(1);
    format!("es:ESHttp{first}{}", rest.to_ascii_lowercase())
}

const ACCESS_DENIED: &str = "AccessDeniedException";
const BAD_REQUEST: &str = "BadRequest";
