//! The settings of an index: the number of shards and of replicas.

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::json::text;

/// The settings that the store supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) shards: u64,
    pub(super) replicas: u64,
}

impl Settings {
    /// Reads the `settings` of a body: nested or dotted, with or without `index` before a name.
    pub(super) fn read(given: &Value) -> Result<Self, ApiError> {
        let mut settings = Self {
            shards: 1,
            replicas: 1,
        };
        match given {
            Value::Null => {}
            Value::Object(given) => settings.apply(given)?,
            _ => {
                let reason = "key [settings] must be an object";
                return Err(ApiError::new(400, "parse_exception", reason));
            }
        }
        Ok(settings)
    }

    pub(super) fn to_json(self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("number_of_shards".into(), json!(self.shards.to_string()));
        members.insert(
            "number_of_replicas".into(),
            json!(self.replicas.to_string()),
        );
        members
    }

    fn apply(&mut self, given: &Map<String, Value>) -> Result<(), ApiError> {
        for (name, value) in given {
            match (name.as_str(), value) {
                ("index", Value::Object(given)) => self.apply(given)?,
                ("number_of_shards" | "index.number_of_shards", value) => {
                    self.shards = number("index.number_of_shards", value, 1, 1024)?;
                }
                ("number_of_replicas" | "index.number_of_replicas", value) => {
                    let max = i32::MAX.unsigned_abs().into();
                    self.replicas = number("index.number_of_replicas", value, 0, max)?;
                }
                ("refresh_interval" | "index.refresh_interval", _) => {
                    let place = "as an index setting; set DomainBuilder::refresh_interval instead";
                    return Err(ApiError::unsupported(name, place));
                }
                _ => return Err(ApiError::unsupported(name, "as an index setting")),
            }
        }
        Ok(())
    }
}

fn number(name: &str, value: &Value, min: u64, max: u64) -> Result<u64, ApiError> {
    let value = text(value);
    let failed = |problem: String| {
        let reason = format!("Failed to parse value [{value}] for setting [{name}]{problem}");
        Err(ApiError::illegal_argument(reason))
    };
    match value.parse::<i32>().map(u64::try_from) {
        Err(_) => failed(String::new()),
        Ok(Ok(number)) if number > max => failed(format!(" must be <= {max}")),
        Ok(Ok(number)) if number >= min => Ok(number),
        Ok(_) => failed(format!(" must be >= {min}")),
    }
}
