//! What came of one step.

use http::{HeaderMap, Method};
use serde_json::Value;

use super::api::Ask;

/// What came of one step.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// A request was sent.
    Answered(Answer),
    /// No path of the API has the given parts.
    Unsendable,
    /// The request got no response, or the typed call could not read it. Never expected.
    Failed(String),
    /// An expectation holds or does not hold; `None` if the runner does not know the verb.
    Judged(Option<bool>),
}

impl Outcome {
    /// A response to a different request is a failure.
    pub(super) fn for_request(self, ask: &Ask) -> Self {
        match self {
            Self::Answered(answer) if answer.opaque_id != ask.opaque_id() => {
                Self::Failed(format!("a response to the request {:?}", answer.opaque_id))
            }
            outcome => outcome,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) api: String,
    pub(super) is_typed: bool,
    pub(super) status: u16,
    pub(super) content_type: String,
    /// The value of `x-opaque-id`: the request that the server responds to.
    pub(super) opaque_id: String,
    /// The texts of deprecation warnings.
    pub(super) warnings: Vec<String>,
    /// JSON where the body is JSON, or else text; whether it exists for a HEAD.
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn new(
        api: &str,
        method: &Method,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let texts = |name| {
            let values = headers.get_all(name).iter();
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let body = match serde_json::from_slice(body) {
            Ok(json) => json,
            Err(_) if *method == Method::HEAD => (status < 300).into(),
            Err(_) => String::from_utf8_lossy(body).into(),
        };
        Self {
            api: api.to_owned(),
            is_typed: false,
            status,
            content_type: texts("content-type").collect(),
            opaque_id: texts("x-opaque-id").collect(),
            warnings: texts("warning").collect(),
            body,
        }
    }

    pub(super) fn typed(self) -> Self {
        Self {
            is_typed: true,
            ..self
        }
    }
}
