//! A query string, decoded.

use super::super::verify::decode;
use super::error::ApiError;

/// The parameters of a call.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn read(query: &str) -> Self {
        let parts = query.split('&').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
        Self(
            pairs
                .map(|(name, value)| (unescape(name), unescape(value)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }

    /// A flag: `?pretty` and `?pretty=true` are set.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("" | "true") => Ok(true),
            Some(other) => Err(ApiError::illegal(format!(
                "Failed to parse value [{other}] as only [true] or [false] are allowed."
            ))),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| {
            let reason = format!("Failed to parse int parameter [{name}] with value [{value}]");
            ApiError::illegal(reason)
        })
    }

    /// Refuses the parameters of presigned URLs, which the cluster does not know.
    pub(super) fn refuse_signature(&self, path: &str) -> Result<(), ApiError> {
        let unknown: Vec<String> = self
            .0
            .iter()
            .filter(|(name, _)| name.starts_with("X-Amz-"))
            .map(|(name, _)| format!("[{name}]"))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown = unknown.join(", ");
        Err(ApiError::illegal(format!(
            "request [{path}] contains unrecognized parameters: {unknown}"
        )))
    }
}

fn unescape(text: &str) -> String {
    let text = text.replace('+', " ");
    let bytes = decode(text.as_bytes()).unwrap_or_else(|| text.clone().into_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
