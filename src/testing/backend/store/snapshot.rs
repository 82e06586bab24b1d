//! The documents that a search looks at.

use std::sync::Arc;

use serde_json::Value;

use super::document::Document;
use super::error::ApiError;
use super::index;
use super::mapping::{self, Field, Kind, Term};

/// Indices as they were at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot(Vec<IndexView>);

/// One of the indices of a snapshot.
#[derive(Debug, Clone)]
pub(super) struct IndexView {
    pub(super) name: String,
    pub(super) uuid: String,
    pub(super) mappings: Value,
    shards: u64,
    /// Sorted by when they were written.
    documents: Vec<(String, Arc<Document>)>,
}

/// A document that a search looks at.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) index: &'a IndexView,
    pub(super) id: &'a str,
    pub(super) document: &'a Document,
    pub(super) number: u32,
    pub(super) score: f64,
}

impl Snapshot {
    pub(super) fn take<'a>(
        indices: impl IntoIterator<Item = (&'a String, &'a index::Index)>,
    ) -> Self {
        let views = indices.into_iter().map(|(name, index)| {
            let mut documents: Vec<_> = index
                .searchable()
                .map(|(id, document)| (id.clone(), Arc::clone(document)))
                .collect();
            documents.sort_by_key(|(_, document)| document.seq_no);
            IndexView {
                name: name.clone(),
                uuid: index.uuid.clone(),
                mappings: index.mappings.clone(),
                shards: index.settings.shards,
                documents,
            }
        });
        Self(views.collect())
    }

    pub(super) fn indices(&self) -> impl Iterator<Item = &IndexView> {
        self.0.iter()
    }

    pub(super) fn shards(&self) -> u64 {
        self.0.iter().map(|index| index.shards).sum()
    }

    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let documents = self.0.iter().flat_map(|index| {
            index
                .documents
                .iter()
                .map(move |document| (index, document))
        });
        documents
            .zip(0..)
            .map(|((index, (id, document)), number)| Row {
                index,
                id,
                document,
                number,
                score: 1.0,
            })
            .collect()
    }

    /// The type of a field, if any index has it. The store refuses a field of several types.
    pub(super) fn kind(&self, field: &str) -> Result<Option<Kind>, ApiError> {
        let kinds = self.0.iter().filter_map(|index| index.kind(field));
        let mut kinds: Vec<Kind> = kinds.collect();
        kinds.sort();
        kinds.dedup();
        match kinds[..] {
            [] => Ok(None),
            [kind] => Ok(Some(kind)),
            _ => Err(ApiError::unsupported(
                field,
                "as a field to sort or to aggregate by: it has several types",
            )),
        }
    }
}

impl IndexView {
    pub(super) fn field(&self, path: &str) -> Option<Field> {
        mapping::field_at(&self.mappings, path)
    }

    pub(super) fn kind(&self, path: &str) -> Option<Kind> {
        self.field(path).map(|field| field.kind)
    }

    /// The paths of all fields that hold values, sub-fields included.
    pub(super) fn leaves(&self) -> Vec<String> {
        let leaves = mapping::leaves(&self.mappings).into_iter();
        leaves.map(|(path, _)| path).collect()
    }

    /// What a query meets on the shards of this index.
    pub(super) fn query_error(&self, reason: &str) -> ApiError {
        ApiError::new(400, "query_shard_exception", reason).with_index(&self.name, &self.uuid)
    }
}

impl<'a> Row<'a> {
    /// The indexed values of a field. An array is many values.
    pub(super) fn terms(&self, path: &str) -> Vec<Term> {
        let Some(field) = self.index.field(path) else {
            return Vec::new();
        };
        let terms = self.values(path, field).into_iter();
        terms
            .filter_map(|value| mapping::of_document(field.kind, value).ok().flatten())
            .filter(|term| match term {
                Term::Text(text) => !field.ignores(text),
                _ => true,
            })
            .collect()
    }

    /// Whether a field, or a field of an object, has a value.
    pub(super) fn has(&self, path: &str) -> bool {
        if !self.terms(path).is_empty() {
            return true;
        }
        let prefix = format!("{path}.");
        mapping::is_object(&self.index.mappings, path)
            && self
                .index
                .leaves()
                .iter()
                .any(|leaf| leaf.starts_with(&prefix) && !self.terms(leaf).is_empty())
    }

    fn values(&self, path: &str, field: Field) -> Vec<&'a Value> {
        let path = match path.rsplit_once('.') {
            // A sub-field, such as `title.keyword`, has the values of its parent.
            Some((parent, _)) if field.is_sub_field => parent,
            _ => path,
        };
        let mut found = Vec::new();
        collect(&self.document.source, path, &mut found);
        found
    }
}

/// Collects the values at a path. Names in a document have no dots.
fn collect<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, path, found)),
        value if path.is_empty() => found.push(value),
        Value::Object(fields) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(value) = fields.get(name) {
                collect(value, rest, found);
            }
        }
        _ => {}
    }
}
