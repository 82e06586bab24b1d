use std::time::Duration;

use super::until::{temporary, until};
use crate::opensearch::bulk::Bulk;
use crate::opensearch::{Client, Error};

impl Client {
    /// Waits until documents can be written to an index, at most for `limit`.
    ///
    /// OpenSearch Serverless acknowledges a new index before it can be written: for seconds, or tens of
    /// seconds, writes fail with `index_not_found_exception`. This function deletes a document that
    /// does not exist, again and again, so it leaves nothing behind. It also works on collections that
    /// refuse ids of documents, and returns at once on a domain.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use sigtower::opensearch::index;
    ///
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// client.send(index::Create::new("movies")).await?;
    /// client.wait_until_writable("movies", Duration::from_secs(60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`](crate::opensearch::ErrorKind::Timeout) after `limit`, with the last reason. A
    /// denial, and any other error that lasts, at once.
    pub async fn wait_until_writable(&self, index: &str, limit: Duration) -> Result<(), Error> {
        until(
            &format!("index {index:?} could not be written"),
            limit,
            || self.try_to_write(index),
        )
        .await
    }

    async fn try_to_write(&self, index: &str) -> Result<Option<String>, Error> {
        let mut bulk = Bulk::new(index);
        // No document has this id, so that nothing is deleted.
        bulk.delete(format!("sigtower-{:032x}", fastrand::u128(..)));
        let response = match self.send(&bulk).await {
            Ok(response) => response,
            Err(error) => return temporary(error),
        };
        let rejected = response.into_iter().find_map(Result::err);
        Ok(rejected
            .filter(|rejected| {
                let is_missing =
                    rejected.error_type.as_deref() == Some("index_not_found_exception");
                is_missing || rejected.is_retryable()
            })
            .map(|rejected| rejected.to_string()))
    }
}
