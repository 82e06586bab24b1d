//! What every call is given, and what it returns.

use std::time::SystemTime;

use serde_json::{Map, Value};

use super::endpoint::Endpoint;
use super::error::ApiError;
use super::json;
use super::params::Params;

/// A status and a JSON body.
pub(super) type Reply = (u16, Value);

/// What a handler sees of a request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) endpoint: &'static Endpoint,
    pub(super) params: Params,
    pub(super) body: &'a [u8],
    /// The time of the domain's clock.
    pub(super) now: SystemTime,
}

impl Call<'_> {
    /// Whether the request has no body.
    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The body as an object whose members the endpoint supports. Without a body, it is empty.
    pub(super) fn object(&self) -> Result<Value, ApiError> {
        if self.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        let body = json::parse(self.body)?;
        let place = format!("in the body of {}", self.endpoint.name);
        json::members(&body, self.endpoint.body, &place)?;
        Ok(body)
    }
}
