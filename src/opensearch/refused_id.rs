//! How a collection of OpenSearch Serverless refuses the id of a new document.
//!
//! Time series and vector search collections do: each item of a bulk, or the whole request, has status 400,
//! `illegal_argument_exception` and one sentence.

use http::StatusCode;
use serde_json::Value;

use super::response::Response;

/// Whether the response refuses the id of a document, as a whole or in an item of a bulk.
///
/// The sentence counts as the `reason` of an error only: a document or a query may contain it.
pub(super) fn is_in(response: &Response) -> bool {
    if !matches!(
        response.status,
        StatusCode::OK | StatusCode::BAD_REQUEST | StatusCode::CONFLICT
    ) {
        return false;
    }
    let has_sentence = str::from_utf8(&response.body).is_ok_and(|text| text.contains(SENTENCE));
    if !has_sentence {
        return false;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
        return false;
    };
    if response.status != StatusCode::OK && is_error(&body["error"]) {
        return true;
    }
    let items = body["items"].as_array().into_iter().flatten();
    let mut outcomes = items.filter_map(|item| item.as_object()?.values().next());
    outcomes.any(|outcome| is_error(&outcome["error"]))
}

fn is_error(error: &Value) -> bool {
    let reason = error["reason"].as_str().unwrap_or_default();
    error["type"] == "illegal_argument_exception" && reason.starts_with(SENTENCE)
}

const SENTENCE: &str = "Document ID is not supported in create/index operation request";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::opensearch::fixtures::response;

    #[test]
    fn only_an_error_of_the_server_refuses_an_id() {
        let error = json!({ "type": "illegal_argument_exception", "reason": SENTENCE });
        let item = json!({ "index": { "_id": "1", "status": 400, "error": error } });
        let done = json!({ "index": { "_id": "1", "status": 201 } });
        for (status, body, refuses) in [
            (400, json!({ "error": error, "status": 400 }), true),
            (409, json!({ "error": error, "status": 409 }), true),
            (200, json!({ "errors": true, "items": [done, item] }), true),
            (400, json!({ "errors": true, "items": [item] }), true),
            (200, json!({ "errors": false, "items": [done] }), false),
            // A document that holds the sentence, or a whole error document.
            (200, json!({ "_source": { "error": error } }), false),
            (200, json!({ "error": error }), false),
            (
                400,
                json!({ "error": { "type": "x_content_parse_exception", "reason": SENTENCE } }),
                false,
            ),
            (
                400,
                json!({ "error": { "type": "illegal_argument_exception", "reason": format!("failed to parse [{SENTENCE}]") } }),
                false,
            ),
            (403, json!({ "error": error }), false),
        ] {
            let response = response(status, body.to_string());
            assert_eq!(is_in(&response), refuses, "{status} {body}");
        }
    }
}
