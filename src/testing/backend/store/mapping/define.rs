//! Mappings as a caller defines them.

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::json::{is_listed, members};
use super::kind::{Kind, OF_OPENSEARCH};

/// Checks a mapping, and returns it as OpenSearch shows it.
pub(in super::super) fn parse(mapping: &Value) -> Result<Value, ApiError> {
    match mapping {
        Value::Null => Ok(json!({})),
        Value::Object(_) => object(members(
            mapping,
            "properties dynamic _meta",
            "in a mapping",
        )?),
        other => Err(ApiError::unsupported(other, "as the mapping of an index")),
    }
}

/// Adds `more` to a mapping. A field keeps its type.
pub(in super::super) fn merge(mapping: &mut Value, more: &Value) -> Result<(), ApiError> {
    merge_object(mapping, more, "")
}

fn merge_object(known: &mut Value, more: &Value, path: &str) -> Result<(), ApiError> {
    for (name, value) in more.as_object().into_iter().flatten() {
        if name != "properties" {
            known[name] = value.clone();
            continue;
        }
        for (name, wanted) in value.as_object().into_iter().flatten() {
            let path = format!("{path}{name}");
            merge_field(&mut known["properties"][name], wanted, &path)?;
        }
    }
    Ok(())
}

fn merge_field(known: &mut Value, wanted: &Value, path: &str) -> Result<(), ApiError> {
    if known.is_null() {
        *known = wanted.clone();
        return Ok(());
    }
    match (is_object(known), is_object(wanted)) {
        (true, true) => merge_object(known, wanted, &format!("{path}.")),
        (false, true) => Err(ApiError::illegal_argument(format!(
            "can't merge a non object mapping [{path}] with an object mapping"
        ))),
        (true, false) => Err(ApiError::illegal_argument(format!(
            "can't merge an object mapping [{path}] with a non object mapping"
        ))),
        (false, false) if known["type"] != wanted["type"] => {
            let name = |value: &Value| value["type"].as_str().unwrap_or_default().to_owned();
            Err(ApiError::illegal_argument(format!(
                "mapper [{path}] cannot be changed from type [{}] to [{}]",
                name(known),
                name(wanted)
            )))
        }
        (false, false) => {
            let mut sub_fields = known["fields"].as_object().cloned().unwrap_or_default();
            let more = wanted["fields"].as_object().cloned().unwrap_or_default();
            for (name, wanted) in more {
                let path = format!("{path}.{name}");
                merge_field(
                    sub_fields.entry(name).or_insert(Value::Null),
                    &wanted,
                    &path,
                )?;
            }
            *known = wanted.clone();
            if !sub_fields.is_empty() {
                known["fields"] = Value::Object(sub_fields);
            }
            Ok(())
        }
    }
}

fn is_object(definition: &Value) -> bool {
    definition["properties"].is_object() || definition["type"] == "object"
}

fn object(members: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut checked = members.clone();
    match members.get("dynamic") {
        None => {}
        Some(Value::Bool(dynamic)) => {
            checked.insert("dynamic".to_owned(), json!(dynamic.to_string()));
        }
        Some(Value::String(dynamic)) if ["true", "false", "strict"].contains(&&**dynamic) => {}
        Some(other) => {
            let value = format!("\"dynamic\": {other}");
            return Err(ApiError::unsupported(value, "in a mapping"));
        }
    }
    match members.get("properties") {
        None => {}
        Some(Value::Object(properties)) => {
            let mut fields = Map::new();
            for (name, definition) in properties {
                fields.insert(name.clone(), field(name, definition)?);
            }
            checked.insert("properties".to_owned(), Value::Object(fields));
            // OpenSearch shows the type of an object only if the object has no fields.
            if !properties.is_empty() {
                checked.remove("type");
            }
        }
        Some(_) => return Err(failed("Expected map for property [properties]")),
    }
    Ok(Value::Object(checked))
}

fn field(name: &str, definition: &Value) -> Result<Value, ApiError> {
    if name.is_empty() || name.contains('.') {
        return Err(ApiError::unsupported(name, "as a field name in a mapping"));
    }
    let place = format!("in the mapping of field `{name}`");
    let Some(given) = definition.as_object() else {
        let reason = format!("Expected map for property [fields] on field [{name}]");
        return Err(failed(&reason));
    };
    let kind = given
        .get("type")
        .map(|kind| kind.as_str().unwrap_or_default());
    if kind.is_none_or(|kind| kind == "object")
        && (kind.is_some() || given.contains_key("properties") || given.contains_key("enabled"))
    {
        return object(members(definition, "type properties dynamic", &place)?);
    }
    let Some(kind) = kind else {
        return Err(failed_mapping(&format!(
            "No type specified for field [{name}]"
        )));
    };
    let allowed = match Kind::of_name(kind) {
        Some(Kind::Keyword) => "type ignore_above fields",
        Some(_) => "type fields",
        None => return Err(unknown_type(kind, name)),
    };
    members(definition, allowed, &place)?;
    if let Some(limit) = given.get("ignore_above")
        && limit.as_u64().is_none()
    {
        return Err(ApiError::unsupported(
            format_args!("\"ignore_above\": {limit}"),
            place,
        ));
    }
    match given.get("fields") {
        None => {}
        Some(Value::Object(sub_fields)) => {
            for (sub_name, definition) in sub_fields {
                sub_field(&format!("{name}.{sub_name}"), definition)?;
            }
        }
        Some(other) => return Err(ApiError::unsupported(other, place)),
    }
    Ok(definition.clone())
}

/// Checks a sub-field: a keyword or a text.
fn sub_field(name: &str, definition: &Value) -> Result<(), ApiError> {
    let place = format!("in the mapping of field `{name}`");
    members(definition, "type ignore_above", &place)?;
    match definition["type"].as_str() {
        Some("keyword") => {}
        Some("text") if definition["ignore_above"].is_null() => {}
        _ => return Err(ApiError::unsupported(definition, place)),
    }
    let limit = &definition["ignore_above"];
    if !limit.is_null() && limit.as_u64().is_none() {
        let value = format!("\"ignore_above\": {limit}");
        return Err(ApiError::unsupported(value, place));
    }
    Ok(())
}

fn unknown_type(kind: &str, name: &str) -> ApiError {
    if is_listed(OF_OPENSEARCH, kind) {
        return ApiError::unsupported(kind, format_args!("as the type of field `{name}`"));
    }
    failed_mapping(&format!(
        "No handler for type [{kind}] declared on field [{name}]"
    ))
}

fn failed_mapping(reason: &str) -> ApiError {
    failed(&format!("Failed to parse mapping [_doc]: {reason}"))
        .caused_by("mapper_parsing_exception", reason)
}

fn failed(reason: &str) -> ApiError {
    ApiError::new(400, "mapper_parsing_exception", reason)
}
