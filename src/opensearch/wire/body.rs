//! The JSON body of a call.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::opensearch::error::Error;

/// The parts of a JSON body by name, and why one of them cannot be serialised.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    parts: Map<String, Value>,
    invalid: Option<String>,
}

impl Parts {
    /// Sets a part to JSON.
    pub(crate) fn insert(&mut self, name: String, json: Value) {
        self.parts.insert(name, json);
    }

    /// Sets a part to a value that may fail to be serialised. [`checked`](Self::checked) reports the
    /// failure.
    pub(crate) fn set(&mut self, name: &str, value: impl Serialize) {
        match serde_json::to_value(value) {
            Ok(json) => self.insert(name.into(), json),
            Err(error) => self.refuse(format!("the part `{name}` cannot be serialised: {error}")),
        }
    }

    /// Sets each part that this value has; it must be an object.
    pub(crate) fn merge(&mut self, body: impl Serialize) {
        match serde_json::to_value(body) {
            Ok(Value::Object(parts)) => self.parts.extend(parts),
            Ok(_) => self.refuse("the body is not a JSON object".into()),
            Err(error) => self.refuse(format!("the body cannot be serialised: {error}")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.invalid.is_none()
    }

    pub(crate) fn contains_key(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// Returns the parts, or an error if one of them could not be serialised.
    pub(crate) fn checked(&self) -> Result<&Map<String, Value>, Error> {
        match &self.invalid {
            Some(reason) => Err(Error::invalid(reason)),
            None => Ok(&self.parts),
        }
    }

    fn refuse(&mut self, reason: String) {
        self.invalid.get_or_insert(reason);
    }
}

/// The method of every call with a JSON body for the parts that have no method.
macro_rules! body_param {
    () => {
        /// Sets a part of the JSON body that has no method here, by its name in the reference.
        pub fn body_param(
            mut self,
            name: impl Into<String>,
            json: impl Into<serde_json::Value>,
        ) -> Self {
            self.body.insert(name.into(), json.into());
            self
        }
    };
}
pub(crate) use body_param;
