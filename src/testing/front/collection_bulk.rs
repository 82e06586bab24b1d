//! Splits a bulk into what the collection refuses itself and what the backend gets.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::super::gzip::gunzip;
use super::super::received::ReceivedRequest;
use super::super::response;

/// A bulk of which some operations are refused.
pub(super) struct Bulk {
    /// For the backend; `None` if nothing is left.
    pub(super) rest: Option<Box<ReceivedRequest>>,
    /// One for each operation: its item if it is refused.
    refused: Vec<Option<Value>>,
}

/// An operation, as its first line says.
pub(super) struct Operation {
    pub(super) action: String,
    pub(super) index: Option<String>,
    pub(super) has_id: bool,
}

/// Asks `refuse` about each operation, which returns the status and the error of its item.
///
/// `None` if no operation is refused, or if the body is not a bulk: the backend says what is wrong.
pub(super) fn split(
    request: &ReceivedRequest,
    index: Option<&str>,
    refuse: impl Fn(&Operation) -> Option<(u16, Value)>,
) -> Option<Bulk> {
    let body = plain(request)?;
    let mut lines = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let (mut rest, mut refused) = (Vec::new(), Vec::new());
    while let Some(first) = lines.next() {
        let (operation, metadata) = read(first, index)?;
        let second = if operation.action == "delete" {
            None
        } else {
            Some(lines.next()?)
        };
        let item = refuse(&operation).map(|(status, error)| {
            let item = json!({
                "_index": operation.index, "_id": metadata["_id"], "status": status, "error": error
            });
            json!({ (operation.action.clone()): item })
        });
        if item.is_none() {
            for line in [Some(first), second].into_iter().flatten() {
                rest.extend_from_slice(line);
                rest.push(b'\n');
            }
        }
        refused.push(item);
    }
    if refused.iter().all(Option::is_none) {
        return None;
    }
    let rest = (!rest.is_empty()).then(|| {
        let mut request = request.clone();
        request.headers.remove(CONTENT_ENCODING);
        request.headers.remove(CONTENT_LENGTH);
        request.headers.remove(ACCEPT_ENCODING);
        request.body = Bytes::from(rest);
        Box::new(request)
    });
    Some(Bulk { rest, refused })
}

impl Bulk {
    /// Puts the refused items among the items of the backend.
    pub(super) fn merge(self, response: Option<Response<Bytes>>) -> Response<Bytes> {
        let mut body = json!({ "took": 1 });
        if let Some(response) = response {
            match serde_json::from_slice(response.body()) {
                Ok(parsed) if response.status() == StatusCode::OK => body = parsed,
                _ => return response,
            }
        }
        let mut carried_out = match body["items"].take() {
            Value::Array(items) => items.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let items = self
            .refused
            .into_iter()
            .filter_map(|item| item.or_else(|| carried_out.next()));
        body["items"] = items.collect();
        body["errors"] = true.into();
        response::json(StatusCode::OK, body.to_string())
    }
}

fn read(line: &[u8], index: Option<&str>) -> Option<(Operation, Value)> {
    let Value::Object(line) = serde_json::from_slice(line).ok()? else {
        return None;
    };
    let (action, metadata) = line.into_iter().next()?;
    let of_operation = metadata["_index"].as_str();
    let operation = Operation {
        action,
        index: of_operation.or(index).map(str::to_owned),
        has_id: !metadata["_id"].is_null(),
    };
    Some((operation, metadata))
}

fn plain(request: &ReceivedRequest) -> Option<Bytes> {
    match request.headers.get(CONTENT_ENCODING) {
        None => Some(request.body.clone()),
        Some(encoding) if encoding == "gzip" => Some(gunzip(&request.body).ok()?.into()),
        Some(_) => None,
    }
}
