//! Maps the fields of a document that are new, and checks those that are known.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::json::is_listed;
use super::date::{is_date, may_be_date_with_slashes};
use super::field::{Field, field_at, is_object};
use super::kind::Kind;
use super::term::{Term, is_odd_number, of_document};

/// The mapping that an index has after it stores this document.
pub(in super::super) fn infer(
    mappings: &Value,
    source: &Value,
    id: &str,
) -> Result<Value, ApiError> {
    let Some(fields) = source.as_object() else {
        return Err(failed("failed to parse").caused_by(
            "not_x_content_exception",
            "the document is not a JSON object",
        ));
    };
    if let Some(name) = fields.keys().find(|name| is_listed(METADATA, name)) {
        return Err(failed(&format!(
            "Field [{name}] is a metadata field and cannot be added inside a document. \
             Use the index API request parameters."
        )));
    }
    let mut document = Document {
        mappings: mappings.clone(),
        new: BTreeSet::new(),
        id,
    };
    document.object(fields, &[], &Value::Null)?;
    Ok(document.mappings)
}

/// A document while it is checked.
struct Document<'a> {
    mappings: Value,
    /// The fields that this document is the first to have.
    new: BTreeSet<String>,
    id: &'a str,
}

impl Document<'_> {
    fn object(
        &mut self,
        fields: &Map<String, Value>,
        path: &[&str],
        inherited: &Value,
    ) -> Result<(), ApiError> {
        let own = &definition(&self.mappings, path)["dynamic"];
        let dynamic = if own.is_null() { inherited } else { own }.clone();
        for (name, value) in fields {
            check_name(name)?;
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            let is_known = !definition(&self.mappings, &path).is_null();
            match dynamic.as_str() {
                Some("false") if !is_known => continue,
                Some("strict") if !is_known => return Err(strict(&path)),
                _ => {}
            }
            for value in flat(value) {
                self.value(value, &path, &dynamic)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, path: &[&str], dynamic: &Value) -> Result<(), ApiError> {
        let full = path.join(".");
        if value.is_null() {
            return Ok(());
        }
        let known = definition(&self.mappings, path);
        if known.is_null() {
            add(&mut self.mappings, path, guess(value)?);
            self.new.insert(full.clone());
        } else if self.new.contains(&full) {
            let old = known["type"].as_str().unwrap_or("object");
            let new = guess(value)?;
            let new = new["type"].as_str().unwrap_or_default();
            if old != new {
                return Err(ApiError::illegal_argument(format!(
                    "mapper [{full}] cannot be changed from type [{old}] to [{new}]"
                )));
            }
        }
        if is_object(&self.mappings, &full) {
            let Some(fields) = value.as_object() else {
                return Err(failed(&format!(
                    "object mapping for [{full}] tried to parse field [{full}] as object, \
                     but found a concrete value"
                )));
            };
            return self.object(fields, path, dynamic);
        }
        let found = field_at(&self.mappings, &full);
        found.map_or(Ok(()), |found| self.check(value, &full, found))
    }

    /// Checks a value against the type of its field and of the sub-fields.
    fn check(&self, value: &Value, path: &str, found: Field) -> Result<(), ApiError> {
        if is_odd_number(found.kind, value) {
            return Err(ApiError::unsupported(
                value,
                format_args!("as the number in field `{path}`"),
            ));
        }
        let term = of_document(found.kind, value).map_err(|error| {
            let preview = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            failed(&format!(
                "failed to parse field [{path}] of type [{}] in document with id '{}'. \
                 Preview of field's value: '{preview}'",
                found.kind.name(),
                self.id
            ))
            .caused_by(error.kind, &error.reason)
        })?;
        let Some(Term::Text(text)) = term else {
            return Ok(());
        };
        let path_parts: Vec<&str> = path.split('.').collect();
        let sub_fields = &definition(&self.mappings, &path_parts)["fields"];
        let names = sub_fields.as_object().into_iter().flatten();
        let names = names.map(|(name, _)| format!("{path}.{name}"));
        for path in names.chain([path.to_owned()]) {
            if let Some(field) = field_at(&self.mappings, &path)
                && field.kind == Kind::Keyword
                && text.len() > LONGEST_TERM
                && !field.ignores(&text)
            {
                return Err(ApiError::illegal_argument(format!(
                    "Document contains at least one immense term in field=\"{path}\" (whose UTF8 \
                     encoding is longer than the max length {LONGEST_TERM})"
                )));
            }
        }
        Ok(())
    }
}

/// The definition of the object or field at a path. It is null if there is none.
fn definition<'a>(mappings: &'a Value, path: &[&str]) -> &'a Value {
    path.iter()
        .fold(mappings, |at, name| &at["properties"][*name])
}

/// Adds the definition of a new object or field.
fn add(mappings: &mut Value, path: &[&str], definition: Value) {
    let Some((name, parents)) = path.split_last() else {
        return;
    };
    let parent = parents
        .iter()
        .fold(mappings, |at, name| &mut at["properties"][*name]);
    // OpenSearch shows the type of an object only if the object has no fields.
    if let Some(parent) = parent.as_object_mut() {
        parent.remove("type");
    }
    parent["properties"][*name] = definition;
}

fn check_name(name: &str) -> Result<(), ApiError> {
    if name.is_empty() {
        let reason = "field name cannot be an empty string";
        return Err(failed("failed to parse").caused_by("illegal_argument_exception", reason));
    }
    if name.split('.').any(str::is_empty) {
        let reason = format!(
            "object field starting or ending with a [.] makes object resolution ambiguous: [{name}]"
        );
        return Err(failed("failed to parse").caused_by("illegal_argument_exception", &reason));
    }
    if name.contains('.') {
        return Err(ApiError::unsupported(
            name,
            "as a field name in a document: it contains a dot",
        ));
    }
    Ok(())
}

/// The definition of a field whose first value is this one.
fn guess(value: &Value) -> Result<Value, ApiError> {
    Ok(match value {
        Value::Bool(_) => json!({ "type": "boolean" }),
        // It may be a whole number of more than 64 bits, which OpenSearch maps as a long.
        Value::Number(number)
            if number
                .as_f64()
                .is_some_and(|n| number.is_f64() && n.abs() >= TWO_TO_63) =>
        {
            return Err(ApiError::unsupported(
                number,
                "as the first value of a new field: it is too large",
            ));
        }
        Value::Number(number) if number.is_f64() => json!({ "type": "float" }),
        Value::Number(_) => json!({ "type": "long" }),
        Value::String(text) if is_detected_date(text) => json!({ "type": "date" }),
        Value::String(text) if may_be_date_with_slashes(text) => {
            return Err(ApiError::unsupported(
                text,
                "as the first value of a new field: it looks like a date with slashes",
            ));
        }
        Value::Object(_) => json!({ "type": "object" }),
        _ => json!({
            "type": "text",
            "fields": { "keyword": { "type": "keyword", "ignore_above": 256 } },
        }),
    })
}

/// Whether OpenSearch maps a new text as a date. It does not if the text has only digits.
fn is_detected_date(text: &str) -> bool {
    !text.bytes().all(|byte| byte.is_ascii_digit()) && is_date(text)
}

/// The values of a field. An array, however deep, is many values.
fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        other => vec![other],
    }
}

fn strict(path: &[&str]) -> ApiError {
    let (name, parents) = path.split_last().unwrap_or((&"", &[]));
    let parent = match parents.join(".") {
        parent if parent.is_empty() => "_doc".to_owned(),
        parent => parent,
    };
    let reason = format!(
        "mapping set to strict, dynamic introduction of [{name}] within [{parent}] is not allowed"
    );
    ApiError::new(400, "strict_dynamic_mapping_exception", reason)
}

fn failed(reason: &str) -> ApiError {
    ApiError::new(400, "mapper_parsing_exception", reason)
}

/// The smallest number that is too large for a long.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// The largest term of Lucene, in bytes.
const LONGEST_TERM: usize = 32_766;

/// Names that a document must not use for its own fields.
const METADATA: &str = "\
    _data_stream_timestamp _doc_count _field_names _id _ignored _index _nested_path \
    _primary_term _routing _seq_no _source _type _version";
