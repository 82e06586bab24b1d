//! What OpenSearch Serverless does not have, and what to use instead.
//!
//! Sources: AWS's page [Supported operations and plugins in Amazon OpenSearch
//! Serverless](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html),
//! and what users of other clients have met. [`collections`](crate::collections) shows the table.

use http::{Method, Request};

use super::kind::Stated;
use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::error::{Error, ErrorKind};

/// Refuses a typed call or a parameter that a collection does not support. A [`Raw`](super::Raw) call
/// is always sent.
pub(crate) fn check(request: &Request<Body>, endpoint: &Endpoint) -> Result<(), Error> {
    let service = endpoint.service();
    if service.is_none_or(|service| service.as_str() != "aoss") {
        return Ok(());
    }
    let Some(stated) = request.extensions().get::<Stated>() else {
        return Ok(());
    };
    check_call(*stated)?;
    check_parameters(*stated, request)
}

fn check_call(stated: Stated) -> Result<(), Error> {
    let Some(call) = CALLS.iter().find(|call| call.is(stated.words)) else {
        return Ok(());
    };
    let line = format!(
        "OpenSearch Serverless does not support `{}`; nothing was sent",
        call.words
    );
    Err(Error::new(ErrorKind::Unsupported, line).with_hint(call.instead))
}

fn check_parameters(stated: Stated, request: &Request<Body>) -> Result<(), Error> {
    let query = request.uri().query().unwrap_or_default();
    let is_deletion = stated.words.is_empty() && request.method() == Method::DELETE;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let instead = match name {
            "refresh" if matches!(value, "" | "true") => INSTEAD_OF_REFRESH,
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

const CALLS: [Missing; 15] = [
    missing("_refresh", INSTEAD_OF_REFRESH),
    missing("_search/scroll", INSTEAD_OF_SCROLL),
    missing("_cluster", INSTEAD_OF_HEALTH),
    missing("_nodes", INSTEAD_OF_HEALTH),
    missing("_cat/shards", INSTEAD_OF_HEALTH),
    missing("_cat/nodes", INSTEAD_OF_HEALTH),
    missing("_open", "an index of a collection is always open"),
    missing(
        "_close",
        "an index of a collection is always open; delete it with `index::Delete`",
    ),
    missing("_delete_by_query", INSTEAD_OF_BY_QUERY),
    missing("_update_by_query", INSTEAD_OF_BY_QUERY),
    missing("_reindex", INSTEAD_OF_BY_QUERY),
    missing("_tasks", "a collection runs no tasks"),
    missing(
        "_ingest",
        "change documents before you send them; a collection has no ingest pipelines",
    ),
    missing(
        "_snapshot",
        "a collection takes its own snapshots, every hour; list and restore them with raw requests, as AWS documents \
         in \"Backing up collections using snapshots\"",
    ),
    missing(
        "_plugins/_ism",
        "use a data lifecycle policy of the collection",
    ),
];

const INSTEAD_OF_HEALTH: &str =
    "read `GET /_cat/indices` with a raw request; AWS manages nodes and shards of a collection";
const INSTEAD_OF_REFRESH: &str =
    "wait with `Client::wait_until_visible` until searches see the documents";
const INSTEAD_OF_SCROLL: &str =
    "page with a point in time: `search::CreatePit` and `search_after`, or `Client::export`";
const INSTEAD_OF_TIMEOUT: &str =
    "leave the parameter out; `Client::call` sets a timeout for the whole call";
const INSTEAD_OF_BY_QUERY: &str =
    "read the documents with `Client::export`, and write them with `Client::ingest`";

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::opensearch::call::{Call, Raw};
    use crate::opensearch::document::{DeleteByQuery, Get, Index};
    use crate::opensearch::fixtures::client_of_service;
    use crate::opensearch::search::{ClearScroll, Count, CreatePit, Scroll, Search};
    use crate::opensearch::{Client, Refresh, cluster, index, tasks};

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
        drop(client.send(CreatePit::new("movies", "1m")).await);
        drop(client.send(index::Create::new("movies")).await);
        drop(client.send(index::Delete::new("movies")).await);
        drop(
            client
                .send(Index::new("movies", 1).refresh(Refresh::WaitFor))
                .await,
        );
        drop(
            client
                .send(Raw::new(Method::POST, "/movies/_refresh"))
                .await,
        );
        drop(client.send(Raw::new(Method::GET, "/")).await);
        assert_eq!(sent.load(Ordering::SeqCst), 8);
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
