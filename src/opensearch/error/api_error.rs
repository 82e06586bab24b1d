//! Reads what a server says about an error, in whichever of the shapes it says it.

use http::HeaderMap;
use serde_json::Value;

use super::scrub;
use crate::opensearch::response::Response;
use crate::opensearch::wire::json;

/// The server's complaint, as far as it made one.
#[derive(Debug, Default)]
pub(crate) struct ApiError {
    /// `index_not_found_exception`, `ExpiredTokenException`, …
    pub(crate) error_type: Option<String>,
    pub(crate) reason: Option<String>,
    /// What lies beneath, if that is something else.
    pub(crate) cause: Option<String>,
    pub(crate) request_id: Option<String>,
    /// `x-aoss-response-hint`.
    pub(crate) response_hint: Option<String>,
}

impl ApiError {
    pub(super) fn read(response: &Response) -> Self {
        let body = Self::from_body(&response.body);
        let headers = Self::from_headers(&response.headers);
        Self {
            error_type: body.error_type.or(headers.error_type),
            request_id: headers.request_id.or(body.request_id),
            response_hint: headers.response_hint,
            ..body
        }
        .kept()
    }

    /// Reads the `error` of one item of a bulk response.
    pub(crate) fn read_item(error: &Value) -> Self {
        Self::from_json(error).kept()
    }

    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            error_type: header(headers, "x-amzn-errortype").map(short_type),
            request_id: ["x-amzn-requestid", "x-amz-request-id", "x-opaque-id"]
                .into_iter()
                .find_map(|name| header(headers, name)),
            response_hint: header(headers, "x-aoss-response-hint"),
            ..Self::default()
        }
    }

    /// What may be kept and shown of it.
    fn kept(self) -> Self {
        let kept = |text: Option<String>| text.map(|text| scrub::keep(&text));
        Self {
            error_type: kept(self.error_type),
            reason: kept(self.reason),
            cause: kept(self.cause),
            ..self
        }
    }

    fn from_json(error: &Value) -> Self {
        if let Some(reason) = error.as_str() {
            return Self::from_reason(reason);
        }
        let roots = error.get("root_cause").and_then(Value::as_array);
        let root = roots.and_then(|roots| roots.first());
        let of = |value: Option<&Value>, key| text(value?.get(key)?);
        let error_type = of(Some(error), "type").or_else(|| of(root, "type"));
        let reason = of(Some(error), "reason").or_else(|| of(root, "reason"));
        let cause = [root, deepest_cause(error)]
            .into_iter()
            .flatten()
            .find(|cause| of(Some(cause), "reason").is_some_and(|its| Some(its) != reason))
            .and_then(|cause| match of(Some(cause), "type") {
                Some(kind) => Some(format!("{kind}: {}", of(Some(cause), "reason")?)),
                None => of(Some(cause), "reason"),
            });
        Self {
            error_type,
            reason,
            cause,
            ..Self::default()
        }
    }

    fn from_body(body: &[u8]) -> Self {
        if let Ok(json) = json::from_slice::<Value>(body) {
            return Self::from_json_body(&json);
        }
        let text = String::from_utf8_lossy(scrub::cut(body));
        let text = text.trim_start_matches('\u{feff}').trim();
        if let Ok(json) = json::from_slice::<Value>(text.as_bytes()) {
            return Self::from_json_body(&json);
        }
        if text.starts_with('<') {
            return Self::from_markup(text);
        }
        Self::from_reason(text)
    }

    fn from_json_body(json: &Value) -> Self {
        if let Some(reason) = json.as_str() {
            return Self::from_reason(reason);
        }
        let first = |keys: &[&str]| keys.iter().find_map(|key| text(json.get(key)?));
        let mut error = json.get("error").map(Self::from_json).unwrap_or_default();
        error.error_type = error
            .error_type
            .or_else(|| first(&["__type", "code", "Code"]).map(short_type));
        error.reason = error
            .reason
            .or_else(|| first(&["message", "Message", "errorMessage", "reason"]));
        error.request_id = first(&["request-id", "requestId", "RequestId"]);
        error
    }

    /// AWS's XML, or the page of a proxy or load balancer.
    fn from_markup(markup: &str) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| element(markup, name));
        Self {
            error_type: first(&["Code"]),
            reason: first(&["Message", "title", "TITLE", "h1", "H1"]),
            request_id: first(&["RequestId", "RequestID"]),
            ..Self::default()
        }
    }

    fn from_reason(reason: &str) -> Self {
        let reason = Some(reason.trim()).filter(|reason| !reason.is_empty());
        Self {
            reason: reason.map(Into::into),
            ..Self::default()
        }
    }
}

/// The end of the chain of `caused_by`.
fn deepest_cause(error: &Value) -> Option<&Value> {
    let mut deepest = error.get("caused_by")?;
    while let Some(next) = deepest.get("caused_by").filter(|next| next.is_object()) {
        deepest = next;
    }
    Some(deepest)
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    let value: String = value.trim().chars().take(MAX_HEADER_CHARS).collect();
    (!value.is_empty()).then_some(value)
}

/// `ExpiredTokenException` of `com.amazon.coral#ExpiredTokenException:http://…`.
fn short_type(error_type: String) -> String {
    let name = error_type.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim();
    if name.is_empty() {
        return error_type;
    }
    name.to_owned()
}

/// The text of the first `<name>` element that holds nothing but text.
fn element(markup: &str, name: &str) -> Option<String> {
    let (_, rest) = markup.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once('<')?;
    let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
    (!content.is_empty()).then_some(content)
}

const MAX_HEADER_CHARS: usize = 256;
