//! The documents a search looks at.

use std::sync::Arc;

use serde_json::Value;

use super::error::ApiError;
use super::index::{self, Document};
use super::mapping;

/// Indices as they were at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot(Vec<Copied>);

#[derive(Debug, Clone)]
struct Copied {
    name: String,
    uuid: String,
    mappings: Value,
    documents: Vec<(String, Arc<Document>)>,
}

/// What an index is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index<'a> {
    pub(super) name: &'a str,
    pub(super) uuid: &'a str,
}

/// A document among others.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) index: &'a str,
    pub(super) id: &'a str,
    pub(super) document: &'a Document,
    pub(super) number: u64,
    pub(super) score: f64,
    mappings: &'a Value,
}

impl Snapshot {
    pub(super) fn take<'a>(
        indices: impl IntoIterator<Item = (&'a String, &'a index::Index)>,
    ) -> Self {
        let copied = indices.into_iter().map(|(name, index)| {
            let mut documents: Vec<_> = index
                .documents
                .iter()
                .map(|(id, document)| (id.clone(), Arc::clone(document)))
                .collect();
            documents.sort_by_key(|(_, document)| document.seq_no);
            Copied {
                name: name.clone(),
                uuid: index.uuid.clone(),
                mappings: index.mappings.clone(),
                documents,
            }
        });
        Self(copied.collect())
    }

    pub(super) fn indices(&self) -> impl ExactSizeIterator<Item = Index<'_>> {
        self.0.iter().map(|index| Index {
            name: &index.name,
            uuid: &index.uuid,
        })
    }

    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let documents = self
            .0
            .iter()
            .flat_map(|index| index.documents.iter().map(move |d| (index, d)));
        documents
            .zip(0..)
            .map(|((index, (id, document)), number)| Row {
                index: &index.name,
                id,
                document,
                number,
                score: 1.0,
                mappings: &index.mappings,
            })
            .collect()
    }

    /// The type a field has in each index.
    pub(super) fn kinds(&self, field: &str) -> impl Iterator<Item = (Index<'_>, Option<&str>)> {
        let kinds = self
            .0
            .iter()
            .map(move |index| mapping::kind(&index.mappings, field));
        self.indices().zip(kinds)
    }
}

impl<'a> Row<'a> {
    /// The values of a field; those of an array are many.
    pub(super) fn values(&self, field: &str) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let source = &self.document.source;
        walk(source, field, &mut found);
        if found.is_empty()
            && let Some((parent, _)) = field.rsplit_once('.')
        {
            // A sub-field, as `title.keyword`, has the value of the field it belongs to.
            walk(source, parent, &mut found);
            found.retain(|value| !value.is_object());
        }
        found
    }

    /// Whether a field is cut into words.
    pub(super) fn is_text(&self, field: &str) -> bool {
        mapping::kind(self.mappings, field) == Some("text")
    }

    /// The names of the fields at the top.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'a str> {
        self.document
            .source
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys().map(String::as_str))
    }
}

fn walk<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, path, found)),
        Value::Null => {}
        value if path.is_empty() => found.push(value),
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(rest) = path.strip_prefix(name.as_str()) {
                    if rest.is_empty() {
                        walk(value, "", found);
                    } else if let Some(rest) = rest.strip_prefix('.') {
                        walk(value, rest, found);
                    }
                }
            }
        }
        _ => {}
    }
}

/// What a query meets on the shards of an index.
pub(super) fn shard_error(index: Index<'_>, reason: &str) -> ApiError {
    ApiError::new(400, "query_shard_exception", reason).about(index.name, index.uuid)
}
