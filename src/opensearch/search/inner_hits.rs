use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::hit::Hit;
use super::hits::Hits;
use crate::opensearch::error::Error;

impl<T> Hit<T> {
    /// Reads the values of a field that the search asked for by [`fields`](super::Search::fields). A field that the
    /// document does not have has none.
    ///
    /// ```
    /// # use serde_json::json;
    /// use sigtower::opensearch::search::Hits;
    ///
    /// # let response = json!({"hits": {"hits": [{"_id": "1", "fields": {"year": [1995]}}]}});
    /// // A search with `source(false)` needs no type for documents.
    /// let found: Hits<()> = serde_json::from_value(response)?;
    /// let years: Vec<u16> = found.hits[0].field("year")?;
    /// assert_eq!(years, [1995]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a value is not of this type.
    pub fn field<F: DeserializeOwned>(&self, name: &str) -> Result<Vec<F>, Error> {
        let Some(values) = self.fields.get(name) else {
            return Ok(Vec::new());
        };
        Vec::deserialize(values)
            .map_err(|error| Error::unreadable(format!("field `{name}` cannot be read: {error}")))
    }

    /// Reads the inner hits of this name: those of a nested query, or of a query for parents or children.
    ///
    /// ```
    /// # use serde_json::json;
    /// # #[derive(serde::Deserialize)] struct Actor { name: String }
    /// use sigtower::opensearch::search::Hits;
    ///
    /// # let response = json!({"hits": {"hits": [{"_id": "1", "_source": null,
    /// #     "inner_hits": {"actors": {"hits": {"hits": [{"_id": "1", "_source": {"name": "Sam"}}]}}}}]}});
    /// # let found: Hits<()> = serde_json::from_value(response)?;
    /// let actors: Hits<Actor> = found.hits[0].inner_hits("actors")?;
    /// assert_eq!(actors.hits[0].source.name, "Sam");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the hit has no inner hits of this name, or when they cannot be read.
    pub fn inner_hits<U: DeserializeOwned>(&self, name: &str) -> Result<Hits<U>, Error> {
        let inner = self.other.get("inner_hits").and_then(|all| all.get(name));
        let Some(inner) = inner else {
            return Err(Error::unreadable(format!(
                "the hit has no inner hits `{name}`"
            )));
        };
        Hits::deserialize(inner).map_err(|error| {
            Error::unreadable(format!("inner hits `{name}` cannot be read: {error}"))
        })
    }
}
