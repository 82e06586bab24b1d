use std::fmt;

use http::{HeaderMap, StatusCode};

use super::content::{Content, Form};
use super::meaning::{Meaning, SignatureTimes};
use super::{codes, json, markup, sentences, times, yaml};

/// What an error response says.
pub(crate) struct ServiceError {
    /// Who wrote it.
    pub(crate) author: Author,
    /// What it means, where its author says so in a code or a known sentence.
    pub(crate) meaning: Option<Meaning>,
    /// The type of the cluster's error, or else AWS's code.
    pub(crate) error_type: Option<String>,
    /// Why, in the server's words.
    pub(crate) reason: Option<String>,
    /// The cluster's root cause, if it is a different one.
    pub(crate) cause: Option<String>,
    /// The id of the request, from the headers or the document.
    pub(crate) request_id: Option<String>,
    /// How many bytes of a body the server accepts.
    pub(crate) size_limit: Option<u64>,
    /// The result of many operations, of which some failed.
    pub(crate) is_result: bool,
    /// Whether the cluster names a cause that does not pass.
    pub(crate) is_lasting: bool,
    types: Vec<String>,
}

/// Who wrote a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// The cluster: the request reached it.
    Cluster,
    /// A proxy, a load balancer or AWS's front before the cluster: it did not pass the request on.
    Front,
    /// The response does not show it.
    Unclear,
}

/// Which service sent the response. The front of Amazon OpenSearch Service is known to write messages without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Amazon OpenSearch Service, or a cluster of one's own.
    OpenSearch,
    /// Any other service. A caller's own program may have written the document.
    Other,
}

impl ServiceError {
    pub(crate) fn read(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        service: Service,
    ) -> Self {
        let header = headers.get("x-amzn-errortype");
        let header = header.and_then(|code| codes::short(code.to_str().ok()?));
        let mut content = read_body(body);
        let code = header.map(str::to_owned).or_else(|| content.code.take());
        let meaning = meaning_of(status, code.as_deref(), &content, service);
        let cluster = content.cluster.take().unwrap_or_default();
        let size_limit = match &meaning {
            Some(Meaning::TooLarge) => content
                .size_limit
                .or_else(|| sentences::size_limit(content.message.as_deref()?)),
            _ => None,
        };
        Self {
            author: author_of(content.form, service),
            meaning,
            is_result: content.form == Form::Result,
            is_lasting: cluster.is_permanent
                || cluster.types.iter().any(|name| LASTING.contains(&&**name)),
            error_type: cluster.error_type.or(code),
            reason: cluster.reason.or(content.message),
            cause: cluster.cause,
            request_id: request_id(headers)
                .map(str::to_owned)
                .or(content.request_id),
            size_limit,
            types: cluster.types,
        }
    }

    /// Whether the cluster's error, or one of its causes, is of this type.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|known| known == name)
    }
}

/// Leaves out all texts: a server may echo secrets in them.
impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}

/// The id that AWS gave the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let mut names = ["x-amzn-requestid", "x-amz-request-id"].iter();
    let id = names.find_map(|name| headers.get(*name))?;
    id.to_str().ok().filter(|id| id.len() <= MAX_REQUEST_ID)
}

fn read_body(body: &[u8]) -> Content {
    if body.trim_ascii().is_empty() {
        return Content {
            form: Form::Empty,
            ..Content::default()
        };
    }
    if body.len() <= MAX_DOCUMENT
        && let Some(content) = json::read(body)
    {
        return content;
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(MAX_TEXT)]);
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Some(content) = yaml::read(text) {
        return content;
    }
    match text.starts_with('<') {
        true => markup::read(text),
        false => Content::from_text(text),
    }
}

fn author_of(form: Form, service: Service) -> Author {
    match form {
        Form::Cluster | Form::Result => Author::Cluster,
        Form::Empty | Form::NoServer => Author::Front,
        Form::MessageOnly if service == Service::OpenSearch => Author::Front,
        Form::MessageOnly | Form::Text | Form::Unclear => Author::Unclear,
    }
}

fn meaning_of(
    status: StatusCode,
    code: Option<&str>,
    content: &Content,
    service: Service,
) -> Option<Meaning> {
    let message = content.message.as_deref().unwrap_or_default();
    match status.as_u16() {
        // Most of all these two echo what the caller chose, and neither ever refuses a caller.
        404 | 409 => return None,
        413 => return Some(Meaning::TooLarge),
        402 | 429 if is_at_its_quota(content) => return Some(Meaning::Throttled),
        _ => {}
    }
    if let Some(code) = code {
        return of_code(code, message, content);
    }
    if status != StatusCode::FORBIDDEN || service != Service::OpenSearch {
        return None;
    }
    match content.form {
        Form::MessageOnly => sentences::meaning_of(message),
        // The front writes `403 Request throttled due to too many requests /_bulk` as plain text, too.
        Form::Text => sentences::of_a_text(message),
        _ => of_serverless(content),
    }
}

fn of_code(code: &str, message: &str, content: &Content) -> Option<Meaning> {
    // S3 refuses a scope with a code of its own.
    let of_the_message = || sentences::of_the_signature(message);
    match codes::meaning_of(code) {
        Some(Meaning::SignatureMismatch | Meaning::NotAuthenticated) => {
            of_the_message().or_else(|| codes::meaning_of(code))
        }
        Some(Meaning::SignatureExpired(_)) => Some(by_stated_times(content)),
        None if codes::is_about_the_scope(code) => of_the_message(),
        meaning => meaning,
    }
}

/// S3 states both times instead of saying whether the signature is too old or too new.
fn by_stated_times(content: &Content) -> Meaning {
    let (signed, server) = content.stated_times();
    let time = |text: &Option<String>| times::basic(text.as_deref()?);
    let is_early = time(&signed) > time(&server) && server.is_some();
    let times = SignatureTimes { signed, server };
    match is_early {
        true => Meaning::SignatureNotYetCurrent(times),
        false => Meaning::SignatureExpired(times),
    }
}

/// OpenSearch Serverless responds in the form of the cluster.
fn of_serverless(content: &Content) -> Option<Meaning> {
    let error = content.cluster.as_ref();
    let error = error.filter(|error| error.has_no_root_cause)?;
    let reason = error.reason.as_deref().unwrap_or_default();
    if let Some(code) = sentences::serverless_code(reason) {
        return Some(codes::meaning_of(code).unwrap_or(Meaning::NotAuthenticated));
    }
    let is_bare = error.error_type.as_deref() == Some("Forbidden") && reason == "403 Forbidden";
    is_bare.then_some(Meaning::AccessDenied)
}

/// OpenSearch Serverless at the limit of its capacity.
fn is_at_its_quota(content: &Content) -> bool {
    let error = content.cluster.as_ref();
    error.is_some_and(|error| {
        error.error_type.as_deref() == Some("service_quota_exceeded_exception")
    })
}

/// Errors that the same request meets again.
const LASTING: [&str; 9] = [
    "illegal_argument_exception",
    "number_format_exception",
    "parsing_exception",
    "query_shard_exception",
    "script_exception",
    "too_many_buckets_exception",
    "too_many_clauses",
    "too_many_nested_clauses",
    "x_content_parse_exception",
];
/// A document of the cluster is much smaller; what is larger is not read as one.
const MAX_DOCUMENT: usize = 1024 * 1024;
const MAX_TEXT: usize = 64 * 1024;
/// An id is shorter, and most session tokens are longer.
const MAX_REQUEST_ID: usize = 128;
