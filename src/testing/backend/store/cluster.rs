//! The state of the cluster: its indices and its open searches.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::super::verify::hash;
use super::call::Call;
use super::cursors::Cursors;
use super::error::ApiError;
use super::index::Index;
use super::name::{check_name, check_reserved, glob};
use super::snapshot::Snapshot;

/// All there is.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub(super) indices: BTreeMap<String, Index>,
    pub(super) cursors: Cursors,
    /// How many names were made up so far: of indices, documents, cursors.
    names: u64,
}

impl Cluster {
    /// The names an expression of names, commas and `*` stands for.
    pub(super) fn resolve(
        &self,
        expression: &str,
        call: &Call<'_>,
    ) -> Result<Vec<String>, ApiError> {
        let ignore = call.params.flag("ignore_unavailable")?;
        let mut names = Vec::new();
        for part in expression.split(',') {
            let pattern = if part == "_all" || part.is_empty() {
                "*"
            } else {
                part
            };
            if pattern.contains('*') {
                let matching = self.indices.keys().filter(|name| glob(pattern, name));
                names.extend(matching.cloned());
            } else if self.indices.contains_key(pattern) {
                names.push(pattern.to_owned());
            } else {
                check_reserved(pattern)?;
                if !ignore {
                    return Err(ApiError::no_index(pattern));
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Adds an index, as the body of `PUT /{index}` describes it.
    pub(super) fn create_index(&mut self, name: &str, body: &Value) -> Result<(), ApiError> {
        check_name(name)?;
        if let Some(index) = self.indices.get(name) {
            let reason = format!("index [{name}/{}] already exists", index.uuid);
            return Err(
                ApiError::new(400, "resource_already_exists_exception", reason)
                    .about(name, &index.uuid),
            );
        }
        let index = Index::new(self.new_name(), body)?;
        self.indices.insert(name.to_owned(), index);
        Ok(())
    }

    /// The index of that name, created if there is none.
    pub(super) fn index_mut(&mut self, name: &str) -> Result<&mut Index, ApiError> {
        if !self.indices.contains_key(name) {
            self.create_index(name, &Value::Null)?;
        }
        self.indices
            .get_mut(name)
            .ok_or_else(|| ApiError::no_index(name))
    }

    /// The documents of these indices, as searches see them now.
    pub(super) fn snapshot(&self, names: &[String]) -> Snapshot {
        let found = names
            .iter()
            .filter_map(|name| self.indices.get_key_value(name));
        Snapshot::take(found)
    }

    /// A name that was not there before, as long as OpenSearch's.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        hash(&self.names.to_be_bytes())[..20].to_owned()
    }
}

/// The `_shards` of an operation over so many shards.
pub(super) fn shards(count: usize) -> Value {
    json!({ "total": count, "successful": count, "skipped": 0, "failed": 0 })
}
