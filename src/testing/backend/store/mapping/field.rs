//! Looks fields up in a mapping.

use serde_json::Value;

use super::kind::Kind;

/// A field that holds values.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Field {
    pub(in super::super) kind: Kind,
    /// Keywords with more characters than this are not searchable.
    ignore_above: Option<u64>,
    /// Whether it is a sub-field, such as `title.keyword`, with the values of its parent.
    pub(in super::super) is_sub_field: bool,
}

impl Field {
    /// Whether a keyword is too long to be searchable.
    pub(in super::super) fn ignores(self, text: &str) -> bool {
        self.ignore_above
            .is_some_and(|limit| text.encode_utf16().count() as u64 > limit)
    }

    fn of(definition: &Value, is_sub_field: bool) -> Option<Self> {
        Some(Self {
            kind: Kind::of_name(definition["type"].as_str()?)?,
            ignore_above: definition["ignore_above"].as_u64(),
            is_sub_field,
        })
    }
}

/// The field at a dotted path, if the mapping has one.
pub(in super::super) fn field_at(mappings: &Value, path: &str) -> Option<Field> {
    let (mut at, mut is_sub_field) = (mappings, false);
    for part in path.split('.') {
        let property = &at["properties"][part];
        is_sub_field = property.is_null();
        at = if is_sub_field {
            &at["fields"][part]
        } else {
            property
        };
    }
    Field::of(at, is_sub_field)
}

/// Whether the mapping has an object at a dotted path.
pub(in super::super) fn is_object(mappings: &Value, path: &str) -> bool {
    let parts = path.split('.');
    let at = parts.fold(mappings, |at, part| &at["properties"][part]);
    at["properties"].is_object() || at["type"] == "object"
}

/// All fields that hold values, sub-fields included, with their paths.
pub(in super::super) fn leaves(mappings: &Value) -> Vec<(String, Field)> {
    let mut found = Vec::new();
    collect(mappings, "", &mut found);
    found
}

fn collect(object: &Value, path: &str, found: &mut Vec<(String, Field)>) {
    for (name, definition) in object["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}{name}");
        for (name, sub_field) in definition["fields"].as_object().into_iter().flatten() {
            found.extend(Field::of(sub_field, true).map(|field| (format!("{path}.{name}"), field)));
        }
        collect(definition, &format!("{path}."), found);
        found.extend(Field::of(definition, false).map(|field| (path, field)));
    }
}
