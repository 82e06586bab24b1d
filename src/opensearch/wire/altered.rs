//! Reads responses that a parameter of the request changes.

use std::error::Error as _;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::opensearch::call::Query;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Reads the body of the response to a call with these parameters: a JSON object.
///
/// If the body cannot be read, the error names the parameters that may be the reason.
pub(crate) fn read<T: DeserializeOwned>(response: &Response, query: &Query) -> Result<T, Error> {
    response
        .object()
        .map_err(|error| name_parameters(error, response, query))
}

/// Reads the response to a write that succeeded. If the response lacks a field, `complete` adds it:
/// a filtered response does not make the write fail.
pub(crate) fn read_written<T: DeserializeOwned>(
    response: &Response,
    query: &Query,
    complete: impl FnOnce(&mut Map<String, Value>),
) -> Result<T, Error> {
    read(response, query).or_else(|error| {
        let Ok(mut body) = response.object() else {
            return Err(error);
        };
        complete(&mut body);
        T::deserialize(Value::Object(body)).map_err(|_| error)
    })
}

/// Reads the response to a change of the cluster's state that succeeded. If a filter removed
/// `acknowledged`, it is `true`.
pub(crate) fn read_acknowledged<T: DeserializeOwned>(
    response: &Response,
    query: &Query,
) -> Result<T, Error> {
    read_written(response, query, |body| {
        body.entry("acknowledged").or_insert(true.into());
    })
}

/// Whether the server removes parts of the response.
pub(crate) fn is_filtered(query: &Query) -> bool {
    query.get("filter_path").is_some()
}

fn name_parameters(error: Error, response: &Response, query: &Query) -> Error {
    let is_set = |name: &&str| query.get(name).is_some();
    let names: Vec<_> = ALTERING.into_iter().filter(is_set).collect();
    if names.is_empty() {
        return error;
    }
    let cause = match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    };
    let names = names.join("` and `");
    let line = format!("{cause}; the request set `{names}`, which changes the response");
    Error::decode(response, line)
}

/// The parameters that remove parts of a response, or write them in a different form.
const ALTERING: [&str; 8] = [
    "filter_path",
    "format",
    "rest_total_hits_as_int",
    "_source",
    "_source_excludes",
    "_source_includes",
    "stored_fields",
    "typed_keys",
];
