//! The documents of an index, as far as they must be compared.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::TryStreamExt;
use serde_json::Value;
use sigtower::BoxError;
use sigtower::opensearch::{Client, index};

/// A hash of each document by its id, so that large indices fit into memory.
pub(crate) struct Documents(BTreeMap<String, u64>);

impl Documents {
    pub(crate) async fn read(client: &Client, name: &str) -> Result<Self, BoxError> {
        client.send(index::Refresh::new(name)).await?;
        let mut hits = client.export::<Value>(name).stream();
        let mut documents = BTreeMap::new();
        while let Some(hit) = hits.try_next().await? {
            let mut hasher = DefaultHasher::new();
            hit.source.to_string().hash(&mut hasher);
            documents.insert(hit.id, hasher.finish());
        }
        Ok(Self(documents))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Compares the number of documents, and each document.
    pub(crate) fn check_same(&self, before: &Self) -> Result<(), String> {
        if self.len() != before.len() {
            return Err(format!(
                "{} documents before, {} now",
                before.len(),
                self.len()
            ));
        }
        let differs = before
            .0
            .iter()
            .find(|(id, hash)| self.0.get(*id) != Some(hash));
        match differs {
            Some((id, _)) => Err(format!("document {id:?} is not the same")),
            None => Ok(()),
        }
    }
}
