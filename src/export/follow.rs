//! Follows an index: searches again and again for documents that sort after the last one.

use std::time::Duration;

use futures_util::{Stream, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::sleep;

use super::error::ExportError;
use super::pages::read;
use super::settings::Settings;
use crate::opensearch::Client;
use crate::opensearch::search::Hit;

/// The pages of an index without end.
pub(super) fn pages<T: DeserializeOwned + Send + 'static>(
    client: Client,
    settings: Settings,
    every: Duration,
) -> impl Stream<Item = Result<Vec<Hit<T>>, ExportError>> + Send {
    let follower = Follower {
        after: settings.after.clone(),
        client,
        settings,
        every,
        must_wait: false,
    };
    stream::try_unfold(follower, |mut follower| async {
        let hits = follower.next().await?;
        Ok(Some((hits, follower)))
    })
}

struct Follower {
    client: Client,
    settings: Settings,
    every: Duration,
    after: Option<Vec<Value>>,
    must_wait: bool,
}

impl Follower {
    async fn next<T: DeserializeOwned>(&mut self) -> Result<Vec<Hit<T>>, ExportError> {
        let settings = &self.settings;
        if settings.sort.is_empty() || settings.slices > 1 {
            return Err(ExportError::Invalid {
                index: settings.index.clone(),
                reason: "to follow an index, sort by a field that grows, such as a timestamp, \
                         and use one slice",
            });
        }
        if self.must_wait {
            // Followers that started together spread out.
            let every = self.every.min(LONGEST_WAIT);
            sleep(every.mul_f64(1.0 - fastrand::f64() / 4.0)).await;
        }
        // Each page is a search of its own: a point in time would not change.
        let mut search = settings.search_of_index().sort(settings.total_order());
        search = search.track_total_hits(false);
        if let Some(after) = &self.after {
            search = search.search_after(after.clone());
        }
        let page = read(&self.client, &search, settings).await?;
        if let Some(last) = page.hits.last() {
            self.after = Some(last.sort.clone());
        }
        self.must_wait = page.hits.len() < settings.page_size as usize;
        Ok(page.hits)
    }
}

const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
