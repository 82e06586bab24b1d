use serde::Deserialize;

use crate::opensearch::wire::Shards;
use crate::opensearch::wire::lenient::or_default;

/// A document was written, or there was nothing to write.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct WriteResponse {
    /// The index, also if an alias was named.
    #[serde(default, rename = "_index", deserialize_with = "or_default")]
    pub index: String,
    /// The document's id, also if the server made it up.
    #[serde(default, rename = "_id", deserialize_with = "or_default")]
    pub id: String,
    /// What changed.
    pub result: Change,
    /// The document's version.
    #[serde(rename = "_version")]
    pub version: Option<i64>,
    /// The change's sequence number, for `if_seq_no`.
    #[serde(rename = "_seq_no")]
    pub seq_no: Option<i64>,
    /// The change's primary term, for `if_primary_term`.
    #[serde(rename = "_primary_term")]
    pub primary_term: Option<i64>,
    /// How many shards took part.
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    pub shards: Shards,
}

/// What a write changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// There is a new document.
    Created,
    /// A document was replaced or changed.
    Updated,
    /// A document is gone.
    Deleted,
    /// There was nothing to delete.
    NotFound,
    /// There was nothing to change.
    Noop,
    /// Something this version of the crate does not know.
    #[serde(other)]
    Unknown,
}
