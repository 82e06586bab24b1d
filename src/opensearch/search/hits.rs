use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess};
use serde_json::{Map, Value};

use super::aggregation::aggregations;
use super::hit::Hit;
use super::total::{Counted, Total};
use crate::opensearch::call::Query;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::number::Float;
use crate::opensearch::wire::object::{self, Name, Object, Other};

/// The response to a search.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hits<T> {
    /// How many documents match, unless the server did not count them.
    pub total: Option<Total>,
    /// The highest score.
    pub max_score: Option<f64>,
    /// The hits of this page.
    pub hits: Vec<Hit<T>>,
    /// The results of the aggregations, as JSON; `null` if the search has no aggregations.
    pub aggregations: Value,
    /// How long the server searched, in milliseconds.
    pub took: u64,
    /// Whether the search timed out; then hits are missing.
    pub timed_out: bool,
    /// How many shards took part; if some failed, hits are missing.
    pub shards: Shards,
    /// The id with which [`Scroll`](super::Scroll) fetches more hits.
    pub scroll_id: Option<String>,
    /// The id of the point in time for the next search.
    pub pit_id: Option<String>,
    /// Everything else, as JSON: `suggest`, `profile`, `terminated_early` and so on. `null` if there
    /// is nothing else.
    pub other: Value,
}

impl<T> Hits<T> {
    /// Reads the result of an aggregation: as [`Terms`](super::aggregation::Terms), for example, or as a type of your
    /// own.
    ///
    /// ```
    /// # use serde_json::json;
    /// use sigtower::opensearch::search::Hits;
    /// use sigtower::opensearch::search::aggregation::{Stats, Terms};
    ///
    /// # let response = json!({"hits": {"hits": []}, "aggregations": {"genres": {"buckets": [
    /// #     {"key": "crime", "doc_count": 2, "years": {"count": 2, "min": 1972.0, "max": 1995.0, "avg": 1983.5, "sum": 3967.0}}]}}});
    /// let found: Hits<()> = serde_json::from_value(response)?;
    /// for genre in found.aggregation::<Terms>("genres")?.buckets {
    ///     let years: Stats = genre.aggregation("years")?;
    ///     println!("{}: {} movies since {:?}", genre.name(), genre.doc_count, years.min);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no aggregation of this name, or when its result does not have this form.
    pub fn aggregation<A: DeserializeOwned>(&self, name: &str) -> Result<A, Error> {
        match &self.aggregations {
            Value::Object(results) => aggregations::read(results, name),
            _ => aggregations::read(&Map::new(), name),
        }
    }
}

impl<T: DeserializeOwned> Hits<T> {
    /// Reads the response to a call with these parameters.
    pub(super) fn read(response: &Response, query: &Query) -> Result<Self, Error> {
        match altered::is_filtered(query) {
            // The server may have removed any part, even the object `hits`.
            true => altered::read::<Page<T>>(response, query).map(|page| page.content),
            false => altered::read(response, query),
        }
    }
}

/// Reads an object that has an object `hits`; all other parts may be absent.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Hits<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let page = Page::deserialize(json)?;
        match page.has_hits {
            true => Ok(page.content),
            false => Err(D::Error::missing_field("hits")),
        }
    }
}

/// A response to a search in which every part may be absent.
struct Page<T> {
    content: Hits<T>,
    other: Other,
    has_hits: bool,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let mut page: Self = object::read(json)?;
        page.content.other = std::mem::take(&mut page.other).into_json();
        Ok(page)
    }
}

impl<'de, T: Deserialize<'de>> Object<'de> for Page<T> {
    const WHAT: &'static str = "the response to a search";

    fn empty() -> Self {
        Self {
            content: Hits {
                total: None,
                max_score: None,
                hits: Vec::new(),
                aggregations: Value::Null,
                took: 0,
                timed_out: false,
                shards: Shards::default(),
                scroll_id: None,
                pit_id: None,
                other: Value::Null,
            },
            other: Other::default(),
            has_hits: false,
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        let content = &mut self.content;
        match &*name {
            "hits" => {
                let list: List<T> = fields.next_value()?;
                content.total = list.total;
                content.max_score = list.max_score;
                content.hits = list.hits;
                self.other.keep(name, list.other.into_json());
                self.has_hits = true;
            }
            "aggregations" => content.aggregations = fields.next_value()?,
            "took" => content.took = object::or_default(fields)?,
            "timed_out" => content.timed_out = object::or_default(fields)?,
            "_shards" => content.shards = object::or_default(fields)?,
            "_scroll_id" => content.scroll_id = fields.next_value()?,
            "pit_id" => content.pit_id = fields.next_value()?,
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}

/// The object `hits` of a response.
struct List<T> {
    total: Option<Total>,
    max_score: Option<f64>,
    hits: Vec<Hit<T>>,
    other: Other,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        object::read(json)
    }
}

impl<'de, T: Deserialize<'de>> Object<'de> for List<T> {
    const WHAT: &'static str = "an object with hits";

    fn empty() -> Self {
        Self {
            total: None,
            max_score: None,
            hits: Vec::new(),
            other: Other::default(),
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            "total" => self.total = fields.next_value::<Counted>()?.0,
            "max_score" => self.max_score = fields.next_value::<Float>()?.0,
            "hits" => self.hits = object::or_default(fields)?,
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}
