use serde::de::{Deserialize, Deserializer, Error as _, MapAccess};
use serde_json::Value;

use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::metadata::Metadata;
use crate::opensearch::wire::object::{self, Name, Object, Other};

/// The response to a call that writes one document.
///
/// The call has succeeded, even if a parameter such as `filter_path` removed parts of the response.
/// Those parts have their defaults here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteResponse {
    /// The index, also if the call named an alias.
    pub index: String,
    /// The document's id, also if the server chose it. OpenSearch Serverless may leave it empty.
    pub id: String,
    /// What changed.
    pub result: Change,
    /// The document's version.
    pub version: Option<i64>,
    /// The change's sequence number, for `if_seq_no`.
    pub seq_no: Option<i64>,
    /// The change's primary term, for `if_primary_term`.
    pub primary_term: Option<i64>,
    /// How many shards took part.
    pub shards: Shards,
    /// Everything else, as JSON: `forced_refresh`, and after an update with
    /// [`source`](super::Update::source) the document in `get`. `null` if there is nothing else.
    pub other: Value,
}

/// What a write changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The document is new.
    Created,
    /// The document was replaced or changed.
    Updated,
    /// The document was deleted.
    Deleted,
    /// There was no document to delete.
    NotFound,
    /// There was nothing to change.
    Noop,
    /// The response does not say what changed, or this version of the crate does not know it.
    #[serde(other)]
    Unknown,
}

impl WriteResponse {
    /// Reads the response to a write that succeeded: any object, whatever it lacks.
    pub(super) fn read(response: &Response) -> Result<Self, Error> {
        response.object().map(Self::of)
    }

    pub(super) fn of(written: Written) -> Self {
        Self {
            index: written.metadata.index,
            id: written.metadata.id.unwrap_or_default(),
            result: written.result.unwrap_or(Change::Unknown),
            version: written.metadata.version,
            seq_no: written.metadata.seq_no,
            primary_term: written.metadata.primary_term,
            shards: written.shards,
            other: written.other.into_json(),
        }
    }
}

/// Reads an object that has a `result`.
impl<'de> Deserialize<'de> for WriteResponse {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(json)?;
        match written.result {
            Some(_) => Ok(Self::of(written)),
            None => Err(D::Error::missing_field("result")),
        }
    }
}

/// The response to a write, in which every part may be absent.
pub(super) struct Written {
    metadata: Metadata,
    pub(super) result: Option<Change>,
    shards: Shards,
    pub(super) other: Other,
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        object::read(json)
    }
}

impl<'de> Object<'de> for Written {
    const WHAT: &'static str = "the response to a write";

    fn empty() -> Self {
        Self {
            metadata: Metadata::default(),
            result: None,
            shards: Shards::default(),
            other: Other::default(),
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            "result" => self.result = fields.next_value()?,
            "_shards" => self.shards = object::or_default(fields)?,
            name if self.metadata.read_field(name, fields)? => {}
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}
