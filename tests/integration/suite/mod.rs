//! Every typed call, through a verifying front, on the in-memory store and on a real OpenSearch; and each call that a
//! serverless collection has on the imitation of one.
//!
//! Each case is one function that both backends run. The real one is at `OPENSEARCH_UPSTREAM`
//! (`tests/opensearch.sh start` prints it); its tests are ignored unless asked for, and then a
//! missing server fails them:
//!
//! ```sh
//! OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start) cargo test --test integration -- --ignored on_opensearch
//! ```

mod access;
mod aggregations;
mod bulk;
mod documents;
mod export;
mod hits;
mod index_changes;
mod indices;
mod many;
mod parameters;
mod pipelines;
mod queries;
mod recipes;
mod refusals;
mod responses;
mod search;
mod snapshots;
mod tables;
mod tasks;
mod three_nodes;
mod unfriendly;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::{Client, Refresh, Target, index};
use sigtower::testing::{Collection, Domain, DomainBuilder};

/// Makes two tests of each case: one on the in-memory store, one on a real OpenSearch.
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

/// Makes a test of each case whose calls a serverless collection has.
macro_rules! in_a_collection {
    ($($room:ident: $($case:ident)*;)*) => {
        mod in_a_collection {
            $($(
                #[tokio::test]
                async fn $case() {
                    super::$room::$case(super::collection()).await;
                }
            )*)*
        }
    };
}

/// Makes a test of each case that the in-memory store does not support.
macro_rules! on_opensearch {
    ($($room:ident: $($case:ident)*;)*) => {
        mod only_on_opensearch {
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

on_opensearch! {
    documents:
        a_document_is_found_by_its_routing;
    snapshots:
        a_deleted_index_is_restored_with_each_document
        a_careless_restore_is_refused_and_the_default_is_not
        a_snapshot_role_may_and_a_reader_may_not
        snapshots_are_copied_deleted_and_cleaned_up
        an_index_without_its_shards_makes_a_snapshot_partial
        an_interrupted_wait_goes_on_later
        a_migration_compares_the_documents_of_both
        automated_snapshots_of_a_cluster_without_them_are_none;
    many:
        many_documents_are_read_at_once
        many_searches_have_hits_or_an_error_of_their_own;
    index_changes:
        settings_and_mappings_are_read_and_changed
        an_index_is_closed_and_opened
        an_index_is_created_if_it_is_missing
        aliases_move_at_once
        a_template_shapes_new_indices;
    pipelines:
        a_pipeline_is_tried_and_used;
    tables:
        tables_come_as_typed_rows;
    aggregations:
        aggregations_of_each_kind_are_typed;
    hits:
        hits_have_fields_highlights_and_inner_hits;
    parameters:
        parameters_of_documents_are_accepted
        parameters_of_searches_are_accepted
        parameters_of_tasks_are_accepted
        parameters_of_indices_are_accepted
        parameters_of_the_cluster_are_accepted;
    recipes:
        the_recipes_succeed_or_lack_their_plugin;
    export:
        slices_of_shards_have_every_document_once
        documents_are_followed_as_they_come
        a_deleted_point_in_time_is_reported_as_expired;
    tasks:
        a_reindex_is_followed_to_its_end
        a_task_is_limited_and_cancelled
        a_failure_inside_a_task_is_an_error
        documents_are_changed_and_deleted_by_query;
}

on_both_backends! {
    indices:
        info_and_health_describe_the_cluster
        an_index_is_created_described_and_deleted
        calls_without_a_type_are_sent_raw;
    documents:
        a_document_is_indexed_read_changed_and_deleted
        a_write_with_an_old_sequence_number_conflicts
        ids_of_any_content_arrive_as_given;
    search:
        hits_are_typed_and_counted
        aggregations_come_as_json
        a_scroll_returns_every_document_once
        a_point_in_time_does_not_change;
    queries:
        query_strings_find_the_documents_they_describe
        queries_find_the_documents_they_describe
        hits_are_sorted_paged_and_aggregated
        writes_keep_their_conditions;
    bulk:
        every_operation_has_its_own_outcome
        a_compressed_bulk_arrives_whole;
    access:
        an_admin_may_create_write_and_delete
        a_reader_reads_and_its_writes_are_denied
        an_unmapped_role_is_denied_with_role_and_action;
    refusals:
        a_wrong_secret_is_a_mismatch_with_the_canonical_request
        an_unknown_key_and_an_expired_token_are_different_refusals
        a_different_region_or_service_is_named
        a_wrong_clock_is_named
        an_unsigned_request_is_refused_as_unsigned;
    unfriendly:
        every_document_is_there_once;
    export:
        every_document_is_exported_once_and_an_export_resumes
        a_load_an_export_and_a_load_give_the_same_documents
        a_load_that_is_killed_three_times_loads_every_document_once;
}

in_a_collection! {
    indices:
        an_index_is_created_described_and_deleted
        calls_without_a_type_are_sent_raw;
    documents:
        a_document_is_indexed_read_changed_and_deleted
        a_write_with_an_old_sequence_number_conflicts
        ids_of_any_content_arrive_as_given;
    search:
        hits_are_typed_and_counted
        aggregations_come_as_json
        a_point_in_time_does_not_change;
    queries:
        query_strings_find_the_documents_they_describe
        queries_find_the_documents_they_describe
        hits_are_sorted_paged_and_aggregated
        writes_keep_their_conditions;
    bulk:
        every_operation_has_its_own_outcome
        a_compressed_bulk_arrives_whole;
    access:
        an_admin_may_create_write_and_delete;
    export:
        every_document_is_exported_once_and_an_export_resumes;
}

/// A search collection whose searches see each write at once: it has no refresh.
fn collection() -> DomainBuilder {
    let collection = Collection::search().visible_after(Duration::ZERO);
    Domain::builder().collection(collection)
}

/// A refresh by the write itself, where the target has it.
fn refreshing(client: &Client) -> Refresh {
    match client.target() {
        Target::Collection => Refresh::False,
        _ => Refresh::True,
    }
}

/// Makes searches see all writes.
async fn refresh(client: &Client, index: &str) {
    if client.target() != Target::Collection {
        client.send(index::Refresh::new(index)).await.unwrap();
    }
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

/// A new index with a keyword title and an integer year. No other test uses it.
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

/// A new index with three movies.
async fn three_movies(client: &Client) -> String {
    let name = movies(client).await;
    let mut bulk = Bulk::new(&name).refresh(Refresh::True);
    for (id, title, year) in [
        ("1", "Alien", 1979),
        ("2", "Heat", 1995),
        ("3", "Ronin", 1998),
    ] {
        bulk.index(movie(title, year)).id(id);
    }
    for outcome in client.send(bulk).await.unwrap() {
        outcome.unwrap();
    }
    name
}
