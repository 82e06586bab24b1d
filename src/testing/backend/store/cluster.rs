//! The state of the cluster: its indices and its open searches.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::super::super::verify::hash;
use super::cursors::Cursors;
use super::error::ApiError;
use super::index::Index;
use super::name::{check_index, invalid};
use super::snapshot::Snapshot;

/// The state of the cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) indices: BTreeMap<String, Index>,
    pub(super) cursors: Cursors,
    refresh_interval: Duration,
    /// How many names the store has made: of indices, documents and cursors.
    names: u64,
}

impl Cluster {
    pub(super) fn new(refresh_interval: Duration) -> Self {
        Self {
            indices: BTreeMap::new(),
            cursors: Cursors::default(),
            refresh_interval,
            names: 0,
        }
    }

    /// Does what is due at this time: refreshes indices and closes cursors.
    pub(super) fn tick(&mut self, now: SystemTime) {
        for index in self.indices.values_mut() {
            index.tick(now, self.refresh_interval);
        }
        self.cursors.close_expired(now);
    }

    /// Adds an index, as the body of `PUT /{index}` describes it.
    pub(super) fn create_index(&mut self, name: &str, body: &Value) -> Result<(), ApiError> {
        check_index(name)?;
        if let Some(index) = self.indices.get(name) {
            let reason = format!("index [{name}/{}] already exists", index.uuid);
            let error = ApiError::new(400, "resource_already_exists_exception", reason);
            return Err(error.with_index(name, &index.uuid));
        }
        if self.of_alias(name).next().is_some() {
            return Err(invalid(name, "already exists as alias"));
        }
        let index = Index::new(self.new_name(), body)?;
        if index.aliases.contains(name) {
            let reason = format!(
                "index, alias, and data stream names need to be unique, but the following \
                 duplicates were found [{name} (alias of [{name}/{}]) conflicts with index]",
                index.uuid
            );
            return Err(ApiError::new(500, "illegal_state_exception", reason));
        }
        let is_index = |alias: &&String| self.indices.contains_key(*alias);
        if let Some(alias) = index.aliases.iter().find(is_index) {
            let reason = format!(
                "Invalid alias name [{alias}], an index exists with the same name as the alias"
            );
            let error = ApiError::new(400, "invalid_alias_name_exception", reason);
            return Err(error.with_index(alias, "_na_"));
        }
        self.indices.insert(name.to_owned(), index);
        Ok(())
    }

    /// The name of the index that a write to `name` goes to. The index is created if there is
    /// neither an index nor an alias of that name.
    pub(super) fn index_to_write(&mut self, name: &str) -> Result<String, ApiError> {
        match self.existing_index_to_write(name)? {
            Some(index) => Ok(index),
            None => {
                self.create_index(name, &json!({}))?;
                Ok(name.to_owned())
            }
        }
    }

    /// The name of the index that a write to `name` goes to, if that exists.
    pub(super) fn existing_index_to_write(&self, name: &str) -> Result<Option<String>, ApiError> {
        if self.indices.contains_key(name) {
            return Ok(Some(name.to_owned()));
        }
        let mut indices = self.of_alias(name);
        match (indices.next(), indices.next()) {
            (None, _) => Ok(None),
            (Some(index), None) => Ok(Some(index.to_owned())),
            (Some(_), Some(_)) => Err(ApiError::illegal_argument(format!(
                "no write index is defined for alias [{name}]. The write index may be explicitly \
                 disabled using is_write_index=false or the alias points to multiple indices \
                 without one being designated as a write index"
            ))),
        }
    }

    /// The index that a read of one document at `name` goes to, with its name.
    pub(super) fn index_to_read(&self, name: &str) -> Result<(&String, &Index), ApiError> {
        if let Some(index) = self.indices.get_key_value(name) {
            return Ok(index);
        }
        let indices: Vec<&str> = self.of_alias(name).collect();
        match indices[..] {
            [] => Err(ApiError::no_index_of_document(name)),
            [index] => self
                .indices
                .get_key_value(index)
                .ok_or_else(|| ApiError::no_index_of_document(name)),
            _ => Err(ApiError::illegal_argument(format!(
                "alias [{name}] has more than one index associated with it [{}], \
                 can't execute a single index op",
                indices.join(", ")
            ))),
        }
    }

    /// The names of the indices that have an alias.
    pub(super) fn of_alias(&self, alias: &str) -> impl Iterator<Item = &str> {
        self.indices
            .iter()
            .filter(move |(_, index)| index.aliases.contains(alias))
            .map(|(name, _)| name.as_str())
    }

    /// The documents of these indices, as searches see them now.
    pub(super) fn snapshot(&self, names: &[String]) -> Snapshot {
        let found = names
            .iter()
            .filter_map(|name| self.indices.get_key_value(name));
        Snapshot::take(found)
    }

    /// A name that the store has not made before, as long as those of OpenSearch.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        hash(&self.names.to_be_bytes())[..20].to_owned()
    }
}

/// The `_shards` of an operation on this many shards.
pub(super) fn shards(count: u64) -> Value {
    json!({ "total": count, "successful": count, "skipped": 0, "failed": 0 })
}
