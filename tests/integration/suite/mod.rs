//! Every typed call, through a verifying front, on the in-memory store and on a real OpenSearch.
//!
//! Each case is one function that both backends run. The real one is at `OPENSEARCH_UPSTREAM`
//! (`tests/opensearch.sh start` prints it); its tests are ignored unless asked for, and then a
//! missing server fails them:
//!
//! ```sh
//! OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start) cargo test --test integration -- --ignored on_opensearch
//! ```

mod access;
mod bulk;
mod documents;
mod indices;
mod queries;
mod refusals;
mod responses;
mod search;
mod unfriendly;

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use sigtower::opensearch::{Client, index};
use sigtower::testing::{Domain, DomainBuilder};

/// Makes two tests of each case.
macro_rules! on_both_backends {
    ($($room:ident: $($case:ident)*;)*) => {
        mod in_memory {
            $($(
                #[tokio::test]
                async fn $case() {
                    super::$room::$case(sigtower::testing::Domain::builder()).await;
                }
            )*)*
        }

        mod on_opensearch {
            $($(
                #[tokio::test]
                #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
                async fn $case() {
                    super::$room::$case(super::upstream()).await;
                }
            )*)*
        }
    };
}

on_both_backends! {
    indices:
        info_and_health
        an_index_comes_is_described_and_goes
        what_is_not_modelled_goes_raw;
    documents:
        a_document_is_indexed_read_changed_and_deleted
        writes_wait_for_each_other_by_sequence_number
        ids_of_any_content_arrive_as_given
        routing_finds_its_document;
    search:
        hits_are_typed_and_counted
        aggregations_come_as_json
        a_scroll_reads_everything_once
        a_point_in_time_does_not_move;
    queries:
        query_strings_find_what_they_say
        queries_find_what_they_say
        hits_are_sorted_paged_and_summed_up
        writes_keep_the_terms_they_name;
    bulk:
        every_operation_has_its_own_outcome
        a_compressed_bulk_arrives_whole;
    access:
        the_admin_may
        the_reader_reads_and_is_told_what_it_may_not
        nobody_is_told_who_and_what;
    refusals:
        a_wrong_secret_shows_what_the_service_saw
        an_unknown_key_and_an_expired_token_are_told_apart
        another_region_or_service_is_named
        a_wrong_clock_is_named
        what_is_unsigned_is_called_so;
    unfriendly:
        every_document_is_there_once;
}

fn upstream() -> DomainBuilder {
    let url = std::env::var("OPENSEARCH_UPSTREAM");
    Domain::builder().upstream(&url.expect("OPENSEARCH_UPSTREAM is the URL of an OpenSearch"))
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Movie {
    title: String,
    year: u16,
}

fn movie(title: &str, year: u16) -> Movie {
    Movie {
        title: title.to_owned(),
        year,
    }
}

/// A new index with a keyword title and an integer year, unlike any other test's.
async fn movies(client: &Client) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("movies-{}-{count}", std::process::id());
    let mappings = serde_json::json!({
        "properties": { "title": { "type": "keyword" }, "year": { "type": "integer" } }
    });
    let settings = serde_json::json!({ "number_of_shards": 1, "number_of_replicas": 0 });
    let create = index::Create::new(&name)
        .mappings(mappings)
        .settings(settings);
    client.send(create).await.unwrap();
    name
}
