use std::collections::BTreeMap;

use serde::de::value::UnitDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde_json::Value;

use crate::opensearch::wire::metadata::Metadata;
use crate::opensearch::wire::number::Float;
use crate::opensearch::wire::object::{self, Name, Object, Other};

/// One document that a search found.
///
/// A search may leave sources out, for example with [`Search::source(false)`](super::Search::source).
/// Then `T` is read from `null`: use `()`, `Option<…>` or [`Value`]. [`IgnoredAny`](serde::de::IgnoredAny)
/// skips sources.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hit<T> {
    /// The document's index.
    pub index: String,
    /// The document's id.
    pub id: String,
    /// How well the document matches; `None` if the search sorts by something else.
    pub score: Option<f64>,
    /// The document.
    pub source: T,
    /// The values that the search sorted by, for
    /// [`Search::search_after`](super::Search::search_after); empty if the search does not sort.
    pub sort: Vec<Value>,
    /// The fields that the search asked for, as JSON.
    pub fields: Value,
    /// The highlighted fragments, by field.
    pub highlight: BTreeMap<String, Vec<String>>,
    /// The document's routing value, if it has one.
    pub routing: Option<String>,
    /// The document's version, if the search asked for it.
    pub version: Option<i64>,
    /// The sequence number of the last change, if the search asked for it.
    pub seq_no: Option<i64>,
    /// The primary term of the last change, if the search asked for it.
    pub primary_term: Option<i64>,
    /// Everything else, as JSON: `inner_hits`, `matched_queries`, `_explanation`, `_ignored` and so
    /// on. `null` if there is nothing else.
    ///
    /// ```
    /// # use serde_json::json;
    /// use sigtower::opensearch::search::Hits;
    ///
    /// # let response = json!({"hits": {"hits": [{"_id": "1", "_source": null, "matched_queries": ["old"],
    /// #     "inner_hits": {"actors": {"hits": {"hits": [{"_id": "1", "_source": {"name": "Sam"}}]}}}}]}});
    /// let found: Hits<()> = serde_json::from_value(response)?;
    /// let hit = &found.hits[0];
    /// assert_eq!(hit.other["matched_queries"][0], "old");
    /// // Inner hits are hits again.
    /// let actors: Hits<serde_json::Value> = serde_json::from_value(hit.other["inner_hits"]["actors"].clone())?;
    /// assert_eq!(actors.hits[0].source["name"], "Sam");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub other: Value,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Hit<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let HitFields {
            metadata,
            score,
            source,
            sort,
            fields,
            highlight,
            other,
        } = object::read(json)?;
        Ok(Self {
            index: metadata.index,
            id: metadata.id.unwrap_or_default(),
            score,
            source: source.map_or_else(from_nothing, Ok)?,
            sort,
            fields,
            highlight,
            routing: metadata.routing,
            version: metadata.version,
            seq_no: metadata.seq_no,
            primary_term: metadata.primary_term,
            other: other.into_json(),
        })
    }
}

/// The fields of a hit as the server sent them.
struct HitFields<T> {
    metadata: Metadata,
    score: Option<f64>,
    source: Option<T>,
    sort: Vec<Value>,
    fields: Value,
    highlight: BTreeMap<String, Vec<String>>,
    other: Other,
}

impl<'de, T: Deserialize<'de>> Object<'de> for HitFields<T> {
    const WHAT: &'static str = "a hit";

    fn empty() -> Self {
        Self {
            metadata: Metadata::default(),
            score: None,
            source: None,
            sort: Vec::new(),
            fields: Value::Null,
            highlight: BTreeMap::new(),
            other: Other::default(),
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            "_source" => self.source = Some(fields.next_value()?),
            "_score" => self.score = fields.next_value::<Float>()?.0,
            "sort" => self.sort = object::or_default(fields)?,
            "fields" => self.fields = fields.next_value()?,
            "highlight" => self.highlight = object::or_default(fields)?,
            name if self.metadata.read_field(name, fields)? => {}
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}

/// Reads the type of the sources where there is no source.
fn from_nothing<'de, T: Deserialize<'de>, E: Error>() -> Result<T, E> {
    T::deserialize(UnitDeserializer::<E>::new()).map_err(|_| {
        E::custom(
            "a hit has no `_source`: let the search return it, \
             or read the hits into `Hits<()>` or `Hits<Option<…>>`",
        )
    })
}
