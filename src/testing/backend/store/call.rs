//! What every call is given, and what it answers.

use serde_json::Value;

use super::error::ApiError;
use super::params::Params;

/// A status and a JSON body.
pub(super) type Reply = (u16, Value);

/// What a handler sees of a request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) params: Params,
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// The body as JSON; an empty one is `null`.
    pub(super) fn json(&self) -> Result<Value, ApiError> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(self.body).map_err(|error| ApiError::bad_json(&error))
    }
}
