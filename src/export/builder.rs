use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::follow;
use super::hit_stream::HitStream;
use super::open;
use super::settings::Settings;
use crate::opensearch::Client;

/// The settings of an export; made by [`Client::export`].
///
/// `T` is the type of the documents: your own, [`Value`], or
/// [`Box<RawValue>`](serde_json::value::RawValue) for documents exactly as they are stored.
#[must_use = "an export must be started with `stream` or `follow`"]
pub struct Export<T> {
    client: Client,
    settings: Settings,
    source: PhantomData<fn() -> T>,
}

impl Client {
    /// Reads every document of one index, or of all indices in a list with wildcards; see
    /// [`export`](crate::export).
    pub fn export<T: DeserializeOwned + Send + 'static>(
        &self,
        index: impl Into<String>,
    ) -> Export<T> {
        Export {
            client: self.clone(),
            settings: Settings::new(index.into()),
            source: PhantomData,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Export<T> {
    /// Exports only documents that match this, in the query DSL; all documents by default.
    pub fn query(self, query: Value) -> Self {
        self.body_param("query", query)
    }

    /// Sets the order of the hits: `"year"`, or as JSON `["year", {"title.keyword": "desc"}]`. The
    /// tiebreaker is added. With [`slices`](Self::slices), hits are in order only within their slice.
    pub fn sort(mut self, sort: impl Into<Value>) -> Self {
        self.settings.sort = match sort.into() {
            Value::Array(keys) => keys,
            key => vec![key],
        };
        self
    }

    /// Sets the field that has a different value in each document; `_id` by default.
    ///
    /// The field must be sortable: a keyword, a number or a date. `_shard_doc` needs OpenSearch 3.3,
    /// and its values are valid only within one export: do not resume after them.
    pub fn tiebreaker(mut self, field: impl Into<String>) -> Self {
        self.settings.tiebreaker = Some(field.into());
        self
    }

    /// Sets which fields of the documents to return, as JSON: `["title"]` or `false`.
    pub fn source(self, source: impl Into<Value>) -> Self {
        self.body_param("_source", source)
    }

    /// Sets how many hits a page has; 1,000 by default. The server allows at most 10,000, unless the
    /// setting `index.max_result_window` has another value.
    pub fn page_size(mut self, hits: u32) -> Self {
        self.settings.page_size = hits.max(1);
        self
    }

    /// Reads this many parts of the index at the same time; 1 by default. The server allows at most
    /// 1,024. The number of shards, or a multiple of it, costs the server least.
    pub fn slices(mut self, slices: u32) -> Self {
        self.settings.slices = slices.max(1);
        self
    }

    /// Sets how long the server keeps the point in time or the scroll after each page; 5 minutes by
    /// default. The program must process a page of each slice within this time. A time below 1 second
    /// counts as 1 second, and a time above 24 hours, the server's limit, as 24 hours.
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.settings.keep_alive = time.clamp(Duration::from_secs(1), LONGEST_KEEP_ALIVE);
        self
    }

    /// Reads only the shards of this routing value.
    pub fn routing(mut self, routing: impl Into<String>) -> Self {
        self.settings.routing = Some(routing.into());
        self
    }

    /// Sets which copies of the shards are read: `_local`, or any text that selects the same copies
    /// each time.
    pub fn preference(mut self, preference: impl Into<String>) -> Self {
        self.settings.preference = Some(preference.into());
        self
    }

    /// Sets whether to read a scroll instead of a point in time, also where the server has both. A
    /// scroll cannot be resumed.
    pub fn scroll(mut self, scroll: bool) -> Self {
        self.settings.scroll = scroll;
        self
    }

    /// Begins after the hit with these [sort values](super::Hit::sort). The export must have the same
    /// order and tiebreaker as the one that returned the hit, and one slice.
    pub fn resume_after(mut self, sort: impl Into<Vec<Value>>) -> Self {
        self.settings.after = Some(sort.into());
        self
    }

    /// Sets a part of the body of each search that has no method here, by its name in the reference.
    pub fn body_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.settings.body.insert(name.into(), json.into());
        self
    }

    /// Starts the export when the stream is first polled.
    pub fn stream(self) -> HitStream<T> {
        HitStream::new(open::pages(self.client, Arc::new(self.settings)))
    }

    /// Yields documents in the given order, and then documents that sort after the last one as they
    /// come. The stream ends only with an error.
    ///
    /// The index is searched again at most `every` after a page that was not full. The order must
    /// begin with a field that grows, such as a timestamp. A document that becomes searchable later
    /// than one that sorts after it is missed. If writers are not in step, export only documents that
    /// are older than the difference: `{"range": {"@timestamp": {"lt": "now-30s"}}}`.
    ///
    /// ```
    /// # use futures_util::TryStreamExt;
    /// # use serde_json::{Value, json};
    /// # use sigtower::opensearch::{Refresh, document};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let domain = sigtower::testing::Domain::start().await;
    /// # let client = domain.client();
    /// # for n in 0..3 {
    /// #     let log = json!({"time": n});
    /// #     client.send(document::Index::new("logs", &log).id(n.to_string()).refresh(Refresh::True)).await?;
    /// # }
    /// let logs = client.export::<Value>("logs").sort("time");
    /// let mut logs = logs.resume_after([json!(0), json!("0")]).follow(Duration::from_secs(1));
    /// let next = logs.try_next().await?.expect("the stream does not end");
    /// assert_eq!(next.id, "1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(self, every: Duration) -> HitStream<T> {
        HitStream::new(follow::pages(self.client, self.settings, every))
    }
}

impl<T> fmt::Debug for Export<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

const LONGEST_KEEP_ALIVE: Duration = Duration::from_secs(24 * 60 * 60);
