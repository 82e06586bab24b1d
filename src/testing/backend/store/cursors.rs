//! Searches that stay open: scrolls and points in time.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::error::ApiError;
use super::snapshot::Snapshot;

/// All searches that are open.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    pits: BTreeMap<String, Open<Snapshot>>,
    scrolls: BTreeMap<String, Open<Scroll>>,
}

/// The rest of a search.
#[derive(Debug)]
pub(super) struct Scroll {
    pub(super) size: usize,
    /// The `hits` of the first page: the total on every page is the same.
    pub(super) first: Value,
    pub(super) rest: Vec<Value>,
    pub(super) shards: u64,
}

#[derive(Debug)]
struct Open<T> {
    search: T,
    /// `None` if the time lies beyond what the clock can express.
    expires: Option<SystemTime>,
}

impl Cursors {
    pub(super) fn open_pit(&mut self, id: String, snapshot: Snapshot, until: Expiry) {
        self.pits.insert(id, until.of(snapshot));
    }

    pub(super) fn open_scroll(&mut self, id: String, scroll: Scroll, until: Expiry) {
        self.scrolls.insert(id, until.of(scroll));
    }

    /// The documents of a point in time, which stays open until then if `until` is given.
    pub(super) fn pit(&mut self, id: &str, until: Option<Expiry>) -> Result<&Snapshot, ApiError> {
        check_id(id)?;
        let open = self.pits.get_mut(id).ok_or_else(|| missing(id))?;
        Ok(open.extended(until))
    }

    /// The rest of a scroll, which stays open until then if `until` is given.
    pub(super) fn scroll(
        &mut self,
        id: &str,
        until: Option<Expiry>,
    ) -> Result<&mut Scroll, ApiError> {
        check_id(id)?;
        let open = self.scrolls.get_mut(id).ok_or_else(|| missing(id))?;
        Ok(open.extended(until))
    }

    pub(super) fn pit_ids(&self) -> Vec<String> {
        self.pits.keys().cloned().collect()
    }

    /// Closes a point in time; `false` if it was not open.
    pub(super) fn close_pit(&mut self, id: &str) -> bool {
        self.pits.remove(id).is_some()
    }

    /// Closes a scroll; `false` if it was not open.
    pub(super) fn close_scroll(&mut self, id: &str) -> bool {
        self.scrolls.remove(id).is_some()
    }

    /// Closes all scrolls, and returns how many there were.
    pub(super) fn close_all_scrolls(&mut self) -> usize {
        std::mem::take(&mut self.scrolls).len()
    }

    /// Closes what was not used in time.
    pub(super) fn close_expired(&mut self, now: SystemTime) {
        let is_open = |expires: Option<SystemTime>| expires.is_none_or(|expires| now <= expires);
        self.pits.retain(|_, open| is_open(open.expires));
        self.scrolls.retain(|_, open| is_open(open.expires));
    }
}

/// When an open search expires.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expiry(Option<SystemTime>);

impl Expiry {
    pub(super) fn after(now: SystemTime, keep_alive: Duration) -> Self {
        Self(now.checked_add(keep_alive))
    }

    fn of<T>(self, search: T) -> Open<T> {
        Open {
            search,
            expires: self.0,
        }
    }
}

impl<T> Open<T> {
    fn extended(&mut self, until: Option<Expiry>) -> &mut T {
        if let Some(Expiry(expires)) = until {
            self.expires = expires;
        }
        &mut self.search
    }
}

/// Refuses an id that the store did not make: OpenSearch reads what it has put into its ids.
pub(super) fn check_id(id: &str) -> Result<(), ApiError> {
    if id.len() == 20 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(ApiError::unsupported(
        id,
        "as the id of an open search: the store did not make it",
    ))
}

/// No search of that id is open.
fn missing(id: &str) -> ApiError {
    let reason = format!("No search context found for id [{id}]");
    ApiError::new(404, "search_context_missing_exception", reason).on_shards()
}
