use std::time::Duration;

use serde_json::json;

use super::until::{temporary, until};
use crate::opensearch::search::Count;
use crate::opensearch::{Client, Error};

/// What searches must see before [`Client::wait_until_visible`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visible {
    /// The document with this id.
    Id(String),
    /// At least this many documents.
    Count(u64),
}

impl Client {
    /// Waits until searches see a document, or a number of documents, at most for `limit`.
    ///
    /// On OpenSearch Serverless there is no `_refresh`: documents become visible after some seconds, or
    /// after about a minute in a vector search collection. On a domain,
    /// [`index::Refresh`](crate::opensearch::index::Refresh) is faster.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use sigtower::wait::Visible;
    ///
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// client.wait_until_visible("movies", Visible::Count(1_000), Duration::from_secs(120)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`](crate::opensearch::ErrorKind::Timeout) after `limit`, with the last count. A
    /// denial, and any other error that lasts, at once.
    pub async fn wait_until_visible(
        &self,
        index: &str,
        visible: Visible,
        limit: Duration,
    ) -> Result<(), Error> {
        until(
            &format!("documents of index {index:?} were not visible"),
            limit,
            || self.count_visible(index, &visible),
        )
        .await
    }

    async fn count_visible(&self, index: &str, visible: &Visible) -> Result<Option<String>, Error> {
        let count = Count::new(index);
        let (count, wanted) = match visible {
            Visible::Id(id) => (count.query(json!({ "ids": { "values": [id] } })), 1),
            Visible::Count(wanted) => (count, *wanted),
        };
        match self.send(count).await {
            Ok(found) if found.count >= wanted => Ok(None),
            Ok(found) => Ok(Some(format!("{} of {wanted} are visible", found.count))),
            Err(error) => temporary(error),
        }
    }
}
