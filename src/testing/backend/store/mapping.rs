//! Mappings: given, or learnt from documents.

use serde_json::{Map, Value, json};

use super::error::ApiError;

/// A mapping as somebody wrote it.
pub(super) fn given(body: &Value) -> Result<Value, ApiError> {
    match body {
        Value::Null => Ok(json!({})),
        Value::Object(_) => {
            check_types(body)?;
            Ok(body.clone())
        }
        _ => Err(ApiError::new(
            400,
            "mapper_parsing_exception",
            "Failed to parse mapping",
        )),
    }
}

/// Adds fields to a mapping; a known field keeps its type.
pub(super) fn merge(mappings: &mut Value, more: &Value) -> Result<(), ApiError> {
    for (name, value) in more.as_object().into_iter().flatten() {
        if name != "properties" {
            mappings[name] = value.clone();
            continue;
        }
        for (field, wanted) in value.as_object().into_iter().flatten() {
            let known = &mut mappings["properties"][field];
            let (old, new) = (known["type"].as_str(), wanted["type"].as_str());
            if let (Some(old), Some(new)) = (old, new)
                && old != new
            {
                return Err(ApiError::illegal(format!(
                    "mapper [{field}] cannot be changed from type [{old}] to [{new}]"
                )));
            }
            if known.is_null() || new.is_some() {
                *known = wanted.clone();
            } else {
                merge(known, wanted)?;
            }
        }
    }
    Ok(())
}

/// Checks a document against the mapping, and maps the fields that are new.
pub(super) fn learn(mappings: &mut Value, source: &Value, id: &str) -> Result<(), ApiError> {
    let Some(fields) = source.as_object() else {
        return Err(failed("failed to parse"));
    };
    let mut learnt = mappings.clone();
    learn_fields(&mut learnt, fields, "", id)?;
    *mappings = learnt;
    Ok(())
}

/// The type of a field, with `.keyword` and other sub-fields looked up where they are.
pub(super) fn kind<'a>(mappings: &'a Value, field: &str) -> Option<&'a str> {
    let mut at = mappings;
    for part in field.split('.') {
        let property = &at["properties"][part];
        at = if property.is_null() {
            &at["fields"][part]
        } else {
            property
        };
    }
    at["type"].as_str()
}

/// Whether fields of that type hold numbers.
pub(super) fn is_number(kind: &str) -> bool {
    matches!(
        kind,
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float"
    )
}

fn learn_fields(
    mappings: &mut Value,
    fields: &Map<String, Value>,
    path: &str,
    id: &str,
) -> Result<(), ApiError> {
    let dynamic = mappings["dynamic"].clone();
    for (name, value) in fields {
        let path = format!("{path}{name}");
        let known = &mappings["properties"][name];
        if known.is_null() {
            match &dynamic {
                Value::Bool(false) => continue,
                Value::String(dynamic) if dynamic == "false" => continue,
                Value::String(dynamic) if dynamic == "strict" => {
                    let reason = format!(
                        "mapping set to strict, dynamic introduction of [{name}] within [_doc] is not allowed"
                    );
                    return Err(ApiError::new(
                        400,
                        "strict_dynamic_mapping_exception",
                        reason,
                    ));
                }
                _ => {}
            }
        }
        for value in flat(value) {
            learn_value(mappings, name, value, &path, id)?;
        }
    }
    Ok(())
}

fn learn_value(
    mappings: &mut Value,
    name: &str,
    value: &Value,
    path: &str,
    id: &str,
) -> Result<(), ApiError> {
    if value.is_null() {
        return Ok(());
    }
    let known = &mut mappings["properties"][name];
    if known.is_null() {
        *known = guess(value);
    }
    let kind = known["type"].as_str().unwrap_or("object");
    let fits = match (kind, value) {
        ("object" | "nested", Value::Object(fields)) => {
            let fields = fields.clone();
            return learn_fields(known, &fields, &format!("{path}."), id);
        }
        ("object" | "nested", _) => {
            return Err(failed(&format!(
                "object mapping for [{path}] tried to parse field [{path}] as object, but found a concrete value"
            )));
        }
        (kind, value) if is_number(kind) => {
            let text = value.as_str();
            value.is_number() || text.is_some_and(|text| text.parse::<f64>().is_ok())
        }
        ("boolean", value) => value.is_boolean() || value == "true" || value == "false",
        ("text" | "keyword", value) => !value.is_object(),
        ("date", value) => value.is_number() || value.as_str().is_some_and(is_date),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let preview = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let error = failed(&format!(
        "failed to parse field [{path}] of type [{kind}] in document with id '{id}'. \
         Preview of field's value: '{preview}'"
    ));
    if is_number(kind) {
        let reason = format!("For input string: \"{preview}\"");
        return Err(error.because("number_format_exception", &reason));
    }
    Err(error)
}

fn guess(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "float" }),
        Value::Number(_) => json!({ "type": "long" }),
        Value::String(text) if is_date(text) => json!({ "type": "date" }),
        Value::Object(_) => json!({ "properties": {} }),
        _ => json!({
            "type": "text",
            "fields": { "keyword": { "type": "keyword", "ignore_above": 256 } },
        }),
    }
}

/// Whether it looks like `2015-08-30`, with or without a time.
fn is_date(text: &str) -> bool {
    let date = text.split('T').next().unwrap_or_default();
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let digits =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && digits(day, 2)
}

/// The values of a field: arrays, however deep, are many values.
fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        other => vec![other],
    }
}

fn check_types(mapping: &Value) -> Result<(), ApiError> {
    let properties = &mapping["properties"];
    if !properties.is_null() && !properties.is_object() {
        return Err(failed("Expected map for property [properties]"));
    }
    for (name, field) in properties.as_object().into_iter().flatten() {
        if !field.is_object() {
            return Err(failed(&format!(
                "Expected map for property [fields] on field [{name}]"
            )));
        }
        if let Some(kind) = field["type"].as_str()
            && !KINDS.contains(&kind)
        {
            let reason = format!("No handler for type [{kind}] declared on field [{name}]");
            return Err(failed(&reason));
        }
        check_types(field)?;
    }
    Ok(())
}

fn failed(reason: &str) -> ApiError {
    ApiError::new(400, "mapper_parsing_exception", reason)
}

const KINDS: [&str; 24] = [
    "text",
    "keyword",
    "long",
    "integer",
    "short",
    "byte",
    "double",
    "float",
    "half_float",
    "scaled_float",
    "unsigned_long",
    "boolean",
    "date",
    "date_nanos",
    "object",
    "nested",
    "ip",
    "geo_point",
    "geo_shape",
    "binary",
    "alias",
    "flat_object",
    "knn_vector",
    "completion",
];
