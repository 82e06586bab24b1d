//! Values that a test keeps from one response for later steps.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

#[derive(Default)]
pub(super) struct Stash(BTreeMap<String, Value>);

impl Stash {
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// A value with `$name` and `${name}` replaced by what was kept.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill_text(text),
            Value::Array(values) => values.iter().map(|value| self.fill(value)).collect(),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (text(&self.fill_text(name)), self.fill(value)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// A text that is a name alone becomes the value, whatever its type.
    pub(super) fn fill_text(&self, whole: &str) -> Value {
        if let Some(value) = self.named(whole) {
            return value.clone();
        }
        let mut filled = whole.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(&format!("${{{name}}}"), &text(value));
        }
        filled.into()
    }

    fn named(&self, whole: &str) -> Option<&Value> {
        let name = whole.strip_prefix('$')?;
        let inner = name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        self.0.get(inner.unwrap_or(name))
    }
}

/// A value as a parameter has it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
