//! What OpenSearch Serverless does not have, and what to use instead.
//!
//! Sources: AWS's pages [Supported operations and plugins in Amazon OpenSearch
//! Serverless](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html) and [Backing
//! up collections using
//! snapshots](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-snapshots.html), and what
//! users of other clients have met. [`collections`](crate::collections) shows the table.

use http::{Method, Request};

use super::kind::{Kind, Stated};
use crate::body::Body;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::target::KnownTarget;

/// Refuses a typed call or a parameter that a collection does not support. A [`Raw`](super::Raw) call
/// is always sent.
pub(crate) fn check(request: &Request<Body>, target: &KnownTarget) -> Result<(), Error> {
    if !target.is_collection() {
        return Ok(());
    }
    let Some(stated) = request.extensions().get::<Stated>() else {
        return Ok(());
    };
    check_call(*stated, request)?;
    check_parameters(*stated, request)?;
    check_ids(request, target)
}

/// In a request's extensions: an operation of a bulk stores a new document under an id of the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamesDocuments;

fn check_call(stated: Stated, request: &Request<Body>) -> Result<(), Error> {
    let method = request.method();
    if stated.words.is_empty() && request.uri().path() == "/" {
        return Err(unsupported(&format!("{method} /"), INSTEAD_OF_INFO));
    }
    let Some(call) = CALLS.iter().find(|call| call.is(stated.words)) else {
        return Ok(());
    };
    if is_of_automated_snapshots(request) {
        return Ok(());
    }
    Err(unsupported(call.words, call.instead))
}

fn unsupported(call: &str, instead: &str) -> Error {
    let line = format!("OpenSearch Serverless does not support `{call}`; nothing was sent");
    Error::new(ErrorKind::Unsupported, line).with_hint(instead)
}

/// Whether the request lists the snapshots that the service takes, or restores one.
fn is_of_automated_snapshots(request: &Request<Body>) -> bool {
    let mut segments = request.uri().path().split('/').skip(1);
    let mut next = || segments.next().unwrap_or_default();
    let is_of_repository = (next(), next()) == ("_snapshot", AUTOMATED_OF_COLLECTIONS);
    let has_snapshot = !next().is_empty();
    let verb = (request.method(), next(), segments.next());
    let is_supported =
        verb == (&Method::GET, "", None) || verb == (&Method::POST, "_restore", None);
    is_of_repository && has_snapshot && is_supported
}

fn check_parameters(stated: Stated, request: &Request<Body>) -> Result<(), Error> {
    let query = request.uri().query().unwrap_or_default();
    let is_deletion = stated.words.is_empty() && request.method() == Method::DELETE;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let instead = match name {
            "refresh" if value != "false" => INSTEAD_OF_REFRESH,
            "scroll" => INSTEAD_OF_SCROLL,
            "master_timeout" | "cluster_manager_timeout" => INSTEAD_OF_TIMEOUT,
            "timeout" if is_deletion => INSTEAD_OF_TIMEOUT,
            _ => continue,
        };
        let line = format!(
            "OpenSearch Serverless does not support the parameter `{parameter}` here; nothing was sent"
        );
        return Err(Error::new(ErrorKind::Unsupported, line).with_hint(instead));
    }
    Ok(())
}

/// Refuses ids of new documents where the collection has none of the caller. A read and a delete by id are possible in
/// each type.
fn check_ids(request: &Request<Body>, target: &KnownTarget) -> Result<(), Error> {
    if target.supports_document_ids() != Some(false) {
        return Ok(());
    }
    let kind = Kind::of(request.uri(), request.extensions());
    let is_write = matches!(*request.method(), Method::PUT | Method::POST);
    let what = match kind.family {
        "_update" if kind.is_document() => "an update by id",
        _ if kind.is_document() && is_write => "a document id",
        _ if request.extensions().get::<NamesDocuments>().is_some() => {
            "the document ids in this bulk"
        }
        _ => return Ok(()),
    };
    let line = format!(
        "{} does not support {what}; nothing was sent",
        target.describe()
    );
    let instead = match kind.family {
        "_update" => INSTEAD_OF_UPDATE,
        _ => INSTEAD_OF_IDS,
    };
    Err(Error::new(ErrorKind::Unsupported, line).with_hint(instead))
}

/// Calls that a collection does not have, by the words of their route.
struct Missing {
    words: &'static str,
    instead: &'static str,
}

impl Missing {
    /// Whether these are the words of the route or its first segments.
    fn is(&self, words: &str) -> bool {
        words
            .strip_prefix(self.words)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

const fn missing(words: &'static str, instead: &'static str) -> Missing {
    Missing { words, instead }
}

const CALLS: [Missing; 18] = [
    missing("_refresh", INSTEAD_OF_REFRESH),
    missing("_search/scroll", INSTEAD_OF_SCROLL),
    missing("_cluster", INSTEAD_OF_HEALTH),
    missing("_nodes", INSTEAD_OF_HEALTH),
    missing("_cat/health", INSTEAD_OF_HEALTH),
    missing("_cat/shards", INSTEAD_OF_HEALTH),
    missing("_cat/nodes", INSTEAD_OF_HEALTH),
    missing("_open", "an index of a collection is always open"),
    missing(
        "_close",
        "an index of a collection is always open; delete it with `index::Delete`",
    ),
    missing(
        "_flush",
        "AWS flushes the indices of a collection; leave the call out",
    ),
    missing(
        "_forcemerge",
        "AWS merges the segments of a collection; leave the call out",
    ),
    missing("_delete_by_query", INSTEAD_OF_BY_QUERY),
    missing("_update_by_query", INSTEAD_OF_BY_QUERY),
    missing("_reindex", INSTEAD_OF_BY_QUERY),
    missing("_tasks", "a collection runs no tasks"),
    missing(
        "_template",
        "use the index templates of `template::Put`, which a collection has",
    ),
    missing(
        "_snapshot",
        "a collection takes its own snapshots, every hour; list them with `snapshot::automated`, and restore one with \
         `snapshot::Restore` from the repository `aoss-automated`",
    ),
    missing(
        "_plugins/_ism",
        "use a data lifecycle policy of the collection",
    ),
];

/// The repository of the snapshots that OpenSearch Serverless takes of a collection.
pub(crate) const AUTOMATED_OF_COLLECTIONS: &str = "aoss-automated";

const INSTEAD_OF_INFO: &str = "leave the call out: a collection states no version; `Client::target` says what the client talks to, and \
     `cat::Indices` (`GET _cat/indices`) shows whether it responds";
const INSTEAD_OF_HEALTH: &str = "list the indices with `cat::Indices` (`GET _cat/indices`); AWS manages nodes and shards of a collection";
const INSTEAD_OF_REFRESH: &str = "leave the refresh out, and wait with `Client::wait_until_visible` until searches see the documents";
const INSTEAD_OF_SCROLL: &str =
    "page with a point in time: `search::CreatePit` and `search_after`, or `Client::export`";
const INSTEAD_OF_TIMEOUT: &str =
    "leave the parameter out; `Client::call` sets a timeout for the whole call";
const INSTEAD_OF_BY_QUERY: &str =
    "read the documents with `Client::export`, and write them with `Client::ingest`";
const INSTEAD_OF_IDS: &str = "leave the id out: `document::Index` without `id`, or `Client::ingest` with `server_ids`; keep your own id in a \
     field of the document";
const INSTEAD_OF_UPDATE: &str = "search for the document, delete it by the id of the hit, and index the changed document without an id";

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::opensearch::CollectionType;
    use crate::opensearch::bulk::Bulk;
    use crate::opensearch::call::{Call, Raw};
    use crate::opensearch::document::{
        Create, Delete, DeleteByQuery, Exists, Get, Index, Mget, OpType, Update,
    };
    use crate::opensearch::fixtures::{builder_of_service, client_of_service};
    use crate::opensearch::search::{ClearScroll, Count, CreatePit, Scroll, Search};
    use crate::opensearch::{Client, Refresh, cat, cluster, index, pipeline, tasks};

    async fn refusal<C: Call>(client: &Client, call: C) -> Error {
        match client.send(call).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => error,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("the call was sent"),
        }
    }

    #[tokio::test]
    async fn a_call_that_a_collection_lacks_fails_before_it_is_sent_and_names_another() {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let client = client_of_service("aoss", move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            (200, "{}".to_owned())
        });
        let client = &client;
        let scroll = Search::<serde_json::Value>::new("movies").scroll("1m");
        for (error, hint) in [
            (
                refusal(client, cluster::Health::new()).await,
                "_cat/indices",
            ),
            (
                refusal(client, index::Refresh::new("movies")).await,
                "wait_until_visible",
            ),
            (refusal(client, scroll).await, "CreatePit"),
            (
                refusal(client, Scroll::<()>::new("s", "1m")).await,
                "CreatePit",
            ),
            (refusal(client, ClearScroll::new(["s"])).await, "CreatePit"),
            (refusal(client, tasks::Get::new("n:1")).await, "no tasks"),
            (
                refusal(
                    client,
                    DeleteByQuery::new("movies", serde_json::json!({"match_all": {}})),
                )
                .await,
                "Client::export",
            ),
            (
                refusal(client, Index::new("movies", 1).refresh(Refresh::True)).await,
                "wait_until_visible",
            ),
            (
                refusal(client, Index::new("movies", 1).refresh(Refresh::WaitFor)).await,
                "wait_until_visible",
            ),
            (
                refusal(client, cluster::Info::new()).await,
                "Client::target",
            ),
            (
                refusal(
                    client,
                    index::Delete::new("movies").query_param("timeout", "1s"),
                )
                .await,
                "leave the parameter out",
            ),
            (
                refusal(
                    client,
                    index::Create::new("movies").query_param("master_timeout", "1s"),
                )
                .await,
                "leave the parameter out",
            ),
        ] {
            assert!(
                error.hint().unwrap().contains(hint),
                "{error}: {:?}",
                error.hint()
            );
            assert!(
                error
                    .to_string()
                    .starts_with("OpenSearch Serverless does not support `")
                    || error.to_string().contains("the parameter `"),
                "{error}"
            );
            assert_eq!(error.attempts(), 0);
        }
        assert_eq!(sent.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_call_with_options_or_a_streamed_response_is_refused_the_same_way() {
        let client = client_of_service("aoss", |_, _| panic!("the call was sent"));
        let refresh = || index::Refresh::new("movies");
        let errors = [
            client.send_with_response(refresh()).await.err(),
            client.send_streaming(refresh()).await.err(),
            client.call(refresh()).max_attempts(1).send().await.err(),
            client.call(refresh()).send_streaming().await.err(),
        ];
        for error in errors {
            assert_eq!(error.unwrap().kind(), ErrorKind::Unsupported);
        }
    }

    #[tokio::test]
    async fn what_a_collection_supports_is_sent_and_raw_requests_always_are() {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let client = client_of_service("aoss", move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            (200, "{}".to_owned())
        });
        // What matters is that they are sent; this response fits none of them.
        drop(
            client
                .send(Get::<serde_json::Value>::new("movies", "_refresh"))
                .await,
        );
        drop(client.send(Count::new("movies")).await);
        drop(client.send(pipeline::Get::new("p")).await);
        drop(client.send(cat::Indices::new()).await);
        drop(client.send(CreatePit::new("movies", "1m")).await);
        drop(client.send(index::Create::new("movies")).await);
        drop(client.send(index::Delete::new("movies")).await);
        drop(
            client
                .send(Index::new("movies", 1).refresh(Refresh::False))
                .await,
        );
        drop(
            client
                .send(Raw::new(Method::POST, "/movies/_refresh"))
                .await,
        );
        drop(client.send(Raw::new(Method::GET, "/")).await);
        assert_eq!(sent.load(Ordering::SeqCst), 10);
    }

    /// Writes with ids, each with a part of its hint.
    async fn id_refusals(client: &Client) -> Vec<(Error, &'static str)> {
        let index = || Index::new("logs", 1);
        let mut bulk = Bulk::new("logs");
        bulk.index(1).id("1").create(2);
        vec![
            (refusal(client, index().id("1")).await, "without `id`"),
            (
                refusal(client, index().id("_doc").op_type(OpType::Create)).await,
                "server_ids",
            ),
            (refusal(client, Create::new("logs", "1", 1)).await, "field"),
            (
                refusal(client, Update::new("logs", "1", 1)).await,
                "delete it",
            ),
            (refusal(client, bulk).await, "server_ids"),
        ]
    }

    async fn send_what_all_types_have(client: &Client) {
        let mut bulk = Bulk::new("logs");
        bulk.index(1).create(2);
        bulk.delete("1");
        drop(client.send(Index::new("logs", 1)).await);
        drop(
            client
                .send(Get::<serde_json::Value>::new("logs", "1"))
                .await,
        );
        drop(client.send(Exists::new("logs", "1")).await);
        drop(
            client
                .send(Mget::<serde_json::Value>::new("logs").id("1"))
                .await,
        );
        drop(client.send(Delete::new("logs", "1")).await);
        drop(client.send(bulk).await);
        drop(client.send(Raw::new(Method::PUT, "/logs/_doc/1")).await);
    }

    #[tokio::test]
    async fn a_write_with_an_id_is_refused_unsent_by_a_type_without_ids() {
        for (collection_type, name) in [
            (CollectionType::TimeSeries, "a time series collection"),
            (CollectionType::VectorSearch, "a vector search collection"),
        ] {
            let sent = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&sent);
            let client = builder_of_service("aoss", move |_, _| {
                count.fetch_add(1, Ordering::SeqCst);
                (200, "{}".to_owned())
            });
            let client = client.collection_type(collection_type).build().unwrap();
            for (error, hint) in id_refusals(&client).await {
                assert!(error.to_string().starts_with(name), "{error}");
                assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
            }
            assert_eq!(sent.load(Ordering::SeqCst), 0);
            send_what_all_types_have(&client).await;
            assert_eq!(sent.load(Ordering::SeqCst), 7);
        }
    }

    #[tokio::test]
    async fn a_client_learns_from_the_first_refusal_that_ids_are_refused() {
        let error = r#"{"type":"illegal_argument_exception","reason":"Document ID is not supported in create/index operation request"}"#;
        let whole = (400, format!(r#"{{"error":{error},"status":400}}"#));
        let item = format!(r#"{{"index":{{"_id":"1","status":400,"error":{error}}}}}"#);
        let item = (200, format!(r#"{{"errors":true,"items":[{item}]}}"#));
        for response in [whole, item] {
            let client = client_of_service("aoss", move |_, _| response.clone());
            let clone = client.clone();
            assert_eq!(client.supports_document_ids(), None);
            let mut bulk = Bulk::new("logs");
            bulk.index(1).id("1");
            drop(client.send(bulk).await);
            assert_eq!(clone.supports_document_ids(), Some(false));
            for (error, _) in id_refusals(&clone).await {
                assert!(error.to_string().starts_with("this collection"), "{error}");
            }
        }
    }

    #[tokio::test]
    async fn a_refusal_changes_nothing_where_the_type_is_set_or_the_target_is_a_domain() {
        let error = r#"{"error":{"type":"illegal_argument_exception","reason":"Document ID is not supported in create/index operation request"},"status":400}"#;
        let server = move |_: &str, _: &str| (400, error.to_owned());
        let search = builder_of_service("aoss", server).collection_type(CollectionType::Search);
        for client in [search.build().unwrap(), client_of_service("es", server)] {
            for _ in 0..2 {
                let error = client
                    .send(Index::new("logs", 1).id("1"))
                    .await
                    .unwrap_err();
                assert_eq!(error.status().unwrap(), 400);
            }
            assert_eq!(client.supports_document_ids(), Some(true));
        }
    }

    #[tokio::test]
    async fn a_domain_has_all_calls() {
        let client = client_of_service("es", |_, _| {
            (
                200,
                r#"{"_shards":{"total":1,"successful":1,"failed":0}}"#.to_owned(),
            )
        });
        client.send(index::Refresh::new("movies")).await.unwrap();
    }
}
