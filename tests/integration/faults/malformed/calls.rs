//! Every typed call.

use std::pin::Pin;

use serde_json::{Value, json};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{ClearScroll, CreatePit, DeletePit, Msearch, Scroll, Search};
use sigtower::opensearch::{Call, Client, Error, Response};
use sigtower::opensearch::{
    alias, cat, cluster, document, index, pipeline, search, snapshot, tasks, template,
};

/// A call, whatever its output.
pub(in crate::faults) trait AnyCall {
    /// Reads this response.
    fn read(&self, response: &Response) -> Result<(), Error>;

    /// Sends the call, and reads the response.
    fn send<'a>(&'a self, client: &'a Client) -> Sent<'a>;
}

pub(in crate::faults) type Sent<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

impl<C: Call> AnyCall for C {
    fn read(&self, response: &Response) -> Result<(), Error> {
        self.decode(response.clone()).map(drop)
    }

    fn send<'a>(&'a self, client: &'a Client) -> Sent<'a> {
        Box::pin(async move { client.send(self).await.map(drop) })
    }
}

/// Each call of the crate, by its name.
pub(in crate::faults) fn all() -> Vec<(&'static str, Box<dyn AnyCall>)> {
    let mut bulk = Bulk::new("movies");
    // As in the captured request.
    bulk.index(json!({})).id("1").create(json!({})).id("2");
    bulk.update("1", json!({})).delete("2");
    let search = Search::<Value>::new("movies");
    let every = || json!({ "match_all": {} });
    macro_rules! calls {
        ($($name:literal: $call:expr,)*) => { vec![$(($name, Box::new($call) as _)),*] };
    }
    calls! {
        "Info": cluster::Info::new(),
        "cluster::Health": cluster::Health::new(),
        "cat::Indices": cat::Indices::new(),
        "cat::Nodes": cat::Nodes::new(),
        "cat::Recovery": cat::Recovery::new(),
        "cat::Shards": cat::Shards::new(),
        "index::Create": index::Create::new("movies"),
        "index::Delete": index::Delete::new("movies"),
        "index::Exists": index::Exists::new("movies"),
        "index::Get": index::Get::new("movies"),
        "index::Open": index::Open::new("movies"),
        "index::Close": index::Close::new("movies"),
        "index::GetMapping": index::GetMapping::new("movies"),
        "index::PutMapping": index::PutMapping::new("movies"),
        "index::GetSettings": index::GetSettings::new("movies"),
        "index::PutSettings": index::PutSettings::new("movies", json!({})),
        "index::Refresh": index::Refresh::new("movies"),
        "alias::Get": alias::Get::new(),
        "alias::Update": alias::Update::new().add("movies", "films"),
        "template::Get": template::Get::all(),
        "template::Put": template::Put::new("movies", ["movies-*"]),
        "template::Delete": template::Delete::new("movies"),
        "pipeline::Get": pipeline::Get::all(),
        "pipeline::Put": pipeline::Put::new("year"),
        "pipeline::Delete": pipeline::Delete::new("year"),
        "pipeline::Simulate": pipeline::Simulate::new("year").document(json!({})),
        "document::Index": document::Index::new("movies", json!({})),
        "document::Create": document::Create::new("movies", "1", json!({})),
        "document::Update": document::Update::new("movies", "1", json!({})),
        "document::Get": document::Get::<Value>::new("movies", "1"),
        "document::Mget": document::Mget::<Value>::new("movies").id("1"),
        "document::Exists": document::Exists::new("movies", "1"),
        "document::Delete": document::Delete::new("movies", "1"),
        "document::Reindex": document::Reindex::new("movies", "films"),
        "document::UpdateByQuery": document::UpdateByQuery::new("movies"),
        "document::DeleteByQuery": document::DeleteByQuery::new("movies", every()),
        "bulk::Bulk": bulk,
        "search::Count": search::Count::new("movies"),
        "search::Msearch": Msearch::new().search(&search),
        "search::Search": search,
        "search::Scroll": Scroll::<Value>::new("id", "1m"),
        "search::ClearScroll": ClearScroll::new(["id"]),
        "search::CreatePit": CreatePit::new("movies", "1m"),
        "search::DeletePit": DeletePit::new(["id"]),
        "snapshot::Register": snapshot::Repository::fs("a").register("backups"),
        "snapshot::GetRepository": snapshot::GetRepository::all(),
        "snapshot::DeleteRepository": snapshot::DeleteRepository::new("backups"),
        "snapshot::Verify": snapshot::Verify::new("backups"),
        "snapshot::Cleanup": snapshot::Cleanup::new("backups"),
        "snapshot::Create": snapshot::Create::new("backups", "monday"),
        "snapshot::CloneSnapshot": snapshot::CloneSnapshot::new("backups", "a", "b", "movies"),
        "snapshot::Get": snapshot::Get::all("backups"),
        "snapshot::Status": snapshot::Status::new("backups", "monday"),
        "snapshot::Delete": snapshot::Delete::new("backups", "monday"),
        "snapshot::Restore": snapshot::Restore::new("backups", "monday"),
        "tasks::List": tasks::List::new(),
        "tasks::Get": tasks::Get::new("node:1"),
        "tasks::Cancel": tasks::Cancel::new("node:1"),
        "tasks::Rethrottle": tasks::Rethrottle::new("node:1", 5.0),
    }
}

/// A call that the list lacks would not be tested.
#[test]
fn the_list_has_every_call_of_the_crate() {
    fn count(directory: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(directory).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let counts = paths.map(|path| {
            if path.is_dir() {
                return count(&path);
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let implements = |line: &&str| line.starts_with("impl") && line.contains(" Call for ");
            text.lines().filter(implements).count()
        });
        counts.sum()
    }
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/opensearch");
    // References and `Raw` implement the trait too.
    assert_eq!(all().len(), count(&source) - 2);
}
