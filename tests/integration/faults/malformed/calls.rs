//! Every typed call.

use serde_json::{Value, json};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{ClearScroll, CreatePit, DeletePit, Scroll, Search};
use sigtower::opensearch::{Call, Error, Response, cluster, document, index, search};

pub(super) const COUNT: usize = 20;

/// What each call reads from this response.
pub(in crate::faults) fn read_by_each(
    answer: &Response,
) -> [(&'static str, Result<(), Error>); COUNT] {
    let mut bulk = Bulk::new("movies");
    // As in the captured request.
    bulk.index(json!({})).id("1").create(json!({})).id("2");
    bulk.update("1", json!({})).delete("2");
    macro_rules! read {
        ($($name:literal: $call:expr,)*) => {
            [$(($name, $call.decode(answer.clone()).map(drop))),*]
        };
    }
    read! {
        "Info": cluster::Info::new(),
        "Count": search::Count::new("movies"),
        "cluster::Health": cluster::Health::new(),
        "index::Create": index::Create::new("movies"),
        "index::Delete": index::Delete::new("movies"),
        "index::Exists": index::Exists::new("movies"),
        "index::GetMapping": index::GetMapping::new("movies"),
        "index::Refresh": index::Refresh::new("movies"),
        "document::Index": document::Index::new("movies", json!({})),
        "document::Create": document::Create::new("movies", "1", json!({})),
        "document::Update": document::Update::new("movies", "1", json!({})),
        "document::Get": document::Get::<Value>::new("movies", "1"),
        "document::Exists": document::Exists::new("movies", "1"),
        "document::Delete": document::Delete::new("movies", "1"),
        "bulk::Bulk": &bulk,
        "search::Search": Search::<Value>::new("movies"),
        "search::Scroll": Scroll::<Value>::new("id", "1m"),
        "search::ClearScroll": ClearScroll::new(["id"]),
        "search::CreatePit": CreatePit::new("movies", "1m"),
        "search::DeletePit": DeletePit::new(["id"]),
    }
}
