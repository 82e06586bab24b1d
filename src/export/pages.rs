use std::mem;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::check;
use super::context::{Context, Kind};
use super::error::ExportError;
use super::settings::Settings;
use crate::opensearch::Client;
use crate::opensearch::search::{Hit, Hits, Relation, Scroll, Search};
use crate::pace::Pace;

/// The pages of one slice.
pub(super) struct Pages<T> {
    settings: Arc<Settings>,
    context: Arc<Context>,
    slice: u32,
    after: Option<Vec<Value>>,
    /// The page that came when a scroll was opened.
    first: Option<Hits<T>>,
    /// How many hits the server counted, if it did.
    total: Option<u64>,
    read: u64,
    is_begun: bool,
    has_ended: bool,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    pub(super) fn new(
        settings: Arc<Settings>,
        context: Arc<Context>,
        slice: u32,
        first: Option<Hits<T>>,
    ) -> Self {
        Self {
            after: settings.after.clone(),
            settings,
            context,
            slice,
            first,
            total: None,
            read: 0,
            is_begun: false,
            has_ended: false,
        }
    }

    pub(super) fn context(&self) -> Arc<Context> {
        Arc::clone(&self.context)
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Vec<Hit<T>>, ExportError>> + Send {
        stream::try_unfold(self, |mut pages| async {
            Ok(pages.next().await?.map(|hits| (hits, pages)))
        })
    }

    /// The hits of the next page, or `None` after the last one.
    async fn next(&mut self) -> Result<Option<Vec<Hit<T>>>, ExportError> {
        if self.has_ended {
            return Ok(None);
        }
        let is_first = !mem::replace(&mut self.is_begun, true);
        let page = match (self.context.kind(), self.first.take()) {
            (_, Some(first)) => first,
            (Kind::Pit, None) => self.of_pit(is_first).await?,
            (Kind::Scroll, None) => self.of_scroll().await?,
        };
        if is_first && self.settings.after.is_none() {
            let total = page.total.filter(|total| total.relation == Relation::Eq);
            self.total = total.map(|total| total.value);
        }
        self.read += page.hits.len() as u64;
        // A page that is not full is the last one; of a scroll, only an empty page is.
        self.has_ended = match self.context.kind() {
            Kind::Pit => page.hits.len() < self.settings.page_size as usize,
            Kind::Scroll => page.hits.is_empty(),
        };
        self.after = page.hits.last().map(|hit| hit.sort.clone());
        if self.has_ended {
            check::count(self.read, self.total, &self.settings)?;
        }
        Ok(Some(page.hits))
    }

    async fn of_pit(&mut self, is_first: bool) -> Result<Hits<T>, ExportError> {
        let settings = &self.settings;
        let mut search = settings.search().sort(settings.total_order());
        search = search.pit(self.context.id(), settings.keep_alive());
        if let Some(after) = &self.after {
            search = search.search_after(after.clone());
        }
        if settings.slices > 1 {
            search = search.body_param("slice", slice(self.slice, settings));
        }
        // One exact count shows in the end whether hits are missing.
        search = search.track_total_hits(is_first && settings.after.is_none());
        let page = read(self.context.client(), &search, settings).await?;
        self.context.renew(page.pit_id.clone());
        Ok(page)
    }

    /// The next page of a scroll. It is not asked for twice: the server would skip a page.
    async fn of_scroll(&mut self) -> Result<Hits<T>, ExportError> {
        let call = Scroll::new(self.context.id(), self.settings.keep_alive());
        let page = self.context.client().send(call).await;
        let page = page.map_err(|source| check::explain(source, &self.settings))?;
        check::complete(&page, &self.settings)?;
        self.context.renew(page.scroll_id.clone());
        Ok(page)
    }
}

/// Reads a page, and reads it again if it is not complete for a reason that may pass.
pub(super) async fn read<T: DeserializeOwned>(
    client: &Client,
    search: &Search<T>,
    settings: &Settings,
) -> Result<Hits<T>, ExportError> {
    let mut pace = Pace::new(FIRST_WAIT, LONGEST_WAIT);
    let mut reads = 1;
    loop {
        let page = match client.send(search).await {
            Ok(page) => check::complete(&page, settings).map(|()| page),
            Err(source) => Err(check::explain(source, settings)),
        };
        match page {
            Err(error) if check::may_pass(&error) && reads < MOST_READS => {
                sleep(pace.next(fastrand::f64())).await;
                reads += 1;
            }
            page => return page,
        }
    }
}

pub(super) fn slice(slice: u32, settings: &Settings) -> Value {
    json!({ "id": slice, "max": settings.slices })
}

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
const MOST_READS: u32 = 5;
