//! Reads JSON as strictly as OpenSearch: an object must not have two members of the same name.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::error::ApiError;

/// Reads one JSON value.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let Strict(value) =
        serde_json::from_slice(bytes).map_err(|error| ApiError::bad_json(&error, bytes))?;
    Ok(value)
}

/// A string, number or boolean as text, without quotes.
pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a name is one of a list of names with blanks between them.
pub(super) fn is_listed(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

/// The members of an object, if all of them are in `allowed`, a list of names with blanks between
/// them.
///
/// `place` names the object in messages, for example `in a match query`.
pub(super) fn members<'a>(
    value: &'a Value,
    allowed: &str,
    place: &str,
) -> Result<&'a Map<String, Value>, ApiError> {
    let Some(members) = value.as_object() else {
        return Err(ApiError::unsupported(value, place));
    };
    match members.keys().find(|name| !is_listed(allowed, name)) {
        Some(name) => Err(ApiError::unsupported(name, place)),
        None => Ok(members),
    }
}

/// A boolean, which OpenSearch also reads from `"true"` and `"false"`; `false` if missing.
pub(super) fn flag(value: &Value, name: &str, place: &str) -> Result<bool, ApiError> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        other => Err(ApiError::unsupported(
            format_args!("\"{name}\": {other}"),
            place,
        )),
    }
}

/// A value whose objects have no duplicate members.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StrictVisitor.deserialize(deserializer).map(Self)
    }
}

struct StrictVisitor;

impl<'de> DeserializeSeed<'de> for StrictVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(value)) = values.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("Duplicate field '{name}'")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_as_serde_json_reads_it() {
        let text = r#" {"a":[1,-2,3.5,1e2,true,null,"\u00e9"],"b":{"c":{}}} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn an_object_with_a_duplicate_member_is_refused() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"c":1,"d":2,"c":3}}]"#] {
            let error = parse(text.as_bytes()).unwrap_err().to_json();
            let reason = error["error"]["reason"].as_str().unwrap();
            assert!(reason.starts_with("Duplicate field '"), "{reason}");
            assert_eq!(error["error"]["type"], json!("json_parse_exception"));
        }
    }

    #[test]
    fn a_member_that_is_not_allowed_is_named() {
        let value = json!({ "query": 1, "boost": 2 });
        assert!(members(&value, "query boost", "in a query").is_ok());
        let error = members(&value, "query", "in a query").unwrap_err();
        let reason = error.object()["reason"].as_str().unwrap().to_owned();
        let expected = "the in-memory store does not support `boost` in a query;";
        assert!(reason.starts_with(expected), "{reason}");
    }
}
