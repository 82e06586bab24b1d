//! A server refuses a parameter that it does not know. So each typed parameter of each call is sent once.

use serde_json::{Value, json};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::document::{
    self, Conflicts, DeleteByQuery, Mget, Reindex, UpdateByQuery,
};
use sigtower::opensearch::search::{Count, CreatePit, DeletePit, Msearch, Search};
use sigtower::opensearch::{
    Call, Client, Refresh, alias, cat, cluster, index, pipeline, tasks, template,
};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, movies};

async fn accepts<C: Call>(client: &Client, call: C) -> C::Output {
    let request = call.request().unwrap();
    let sent = client.send(call).await;
    sent.unwrap_or_else(|error| panic!("{} {}: {error}", request.method(), request.uri()))
}

pub(super) async fn parameters_of_documents_are_accepted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = &movies(&client).await;
    let index = document::Index::new(name, movie("Alien", 1979))
        .id("1")
        .routing("r");
    let index = index.timeout("10s").wait_for_active_shards(1);
    accepts(&client, index.require_alias(false).refresh(Refresh::True)).await;
    let create = document::Create::new(name, "2", movie("Heat", 1995));
    accepts(&client, create.timeout("10s").wait_for_active_shards("all")).await;
    let update = document::Update::new(name, "2", json!({"year": 1996}));
    let update = update.timeout("10s").wait_for_active_shards(1);
    accepts(&client, update.retry_on_conflict(1)).await;
    let get = document::Get::<Value>::new(name, "1").routing("r");
    let get = get.preference("_local").realtime(true);
    let found = accepts(
        &client,
        get.source_includes("t*,none").source_excludes("year"),
    )
    .await;
    assert_eq!(found.source, Some(json!({"title": "Alien"})));
    let exists = document::Exists::new(name, "2");
    assert!(accepts(&client, exists.preference("_local").realtime(true)).await);
    let mget = Mget::<Movie>::new(name).routed("1", "r").preference("x");
    accepts(&client, mget.realtime(true).source_excludes("none")).await;
    let delete = document::Delete::new(name, "2");
    accepts(&client, delete.timeout("10s").wait_for_active_shards(1)).await;
    let mut bulk = Bulk::new(name).timeout("10s").wait_for_active_shards(1);
    bulk.index(movie("Ronin", 1998)).id("3");
    let bulk = bulk.require_alias(false).refresh(Refresh::True);
    accepts(&client, bulk).await;
}

pub(super) async fn parameters_of_searches_are_accepted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = &movies(&client).await;
    let search = Search::<Movie>::new(format!("{name},missing"))
        .preference("x")
        .routing("r")
        .ignore_unavailable(true)
        .allow_no_indices(true)
        .expand_wildcards("open");
    accepts(
        &client,
        Msearch::new().search(&search).max_concurrent_searches(2),
    )
    .await;
    let search = search
        .allow_partial_search_results(false)
        .request_cache(false);
    let search = search
        .timeout("10s")
        .min_score(0.1)
        .post_filter(json!({"match_all": {}}));
    accepts(&client, search).await;
    let count = Count::new(format!("{name}*")).preference("x").routing("r");
    let count = count.ignore_unavailable(true).allow_no_indices(true);
    accepts(&client, count.expand_wildcards("all")).await;
    let pit = CreatePit::new(name, "1m").preference("x").routing("r");
    let pit = pit.ignore_unavailable(true).allow_no_indices(true);
    let pit = accepts(&client, pit.expand_wildcards("open")).await;
    accepts(&client, DeletePit::new([pit.pit_id])).await;
}

pub(super) async fn parameters_of_tasks_are_accepted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = &movies(&client).await;
    let all = json!({"match_all": {}});
    let update = UpdateByQuery::new(name).query(&all).pipeline("_none");
    let update = update.conflicts(Conflicts::Proceed).max_docs(7).slices(1);
    let update = update.requests_per_second(-1.0).refresh(true).routing("r");
    let update = update
        .preference("x")
        .ignore_unavailable(true)
        .allow_no_indices(true);
    let update = update
        .expand_wildcards("open")
        .timeout("10s")
        .wait_for_active_shards(1);
    accepts(&client, update).await.wait(&client).await.unwrap();
    let delete = DeleteByQuery::new(format!("{name},missing"), &all);
    let delete = delete
        .preference("x")
        .ignore_unavailable(true)
        .allow_no_indices(true);
    let delete = delete
        .expand_wildcards("open")
        .timeout("10s")
        .wait_for_active_shards(1);
    accepts(&client, delete).await.wait(&client).await.unwrap();
    let reindex = Reindex::new(name, format!("{name}-copy")).query(&all);
    let reindex = reindex.timeout("10s").wait_for_active_shards(1);
    let started = accepts(&client, reindex).await;
    started.wait(&client).await.unwrap();
    let get = tasks::Get::new(started.task).wait_for_completion(true);
    accepts(&client, get.timeout("10s")).await;
    let list = tasks::List::new().actions("*search").detailed(true);
    accepts(&client, list.parent_task_id("none:1")).await;
}

pub(super) async fn parameters_of_indices_are_accepted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = &domain.client();
    let name = &movies(client).await;
    let (own, pattern) = (format!("{name}-own"), format!("{name}*"));
    let create = index::Create::new(&own)
        .timeout("10s")
        .wait_for_active_shards(0);
    accepts(client, create.cluster_manager_timeout("10s").if_missing()).await;
    macro_rules! over_indices {
        ($($call:expr),* $(,)?) => { $({
            let call = $call.ignore_unavailable(true).allow_no_indices(true);
            accepts(client, call.expand_wildcards("open,closed")).await;
        })* };
    }
    over_indices! {
        index::Exists::new(&pattern),
        index::Refresh::new(&own),
        index::GetMapping::new(&pattern),
        index::GetSettings::new(&pattern).include_defaults(true).flat_settings(true),
        index::Get::new(&pattern),
        index::PutMapping::new(&own).properties(json!({"x": {"type": "long"}})).timeout("10s").cluster_manager_timeout("10s"),
        index::PutSettings::new(&own, json!({"index.refresh_interval": "5s"})).preserve_existing(true).timeout("10s").cluster_manager_timeout("10s"),
        index::Close::new(&own).timeout("10s").cluster_manager_timeout("10s").wait_for_active_shards(0),
        index::Open::new(&own).timeout("10s").cluster_manager_timeout("10s").wait_for_active_shards(0),
        alias::Get::new().index(&pattern),
        index::Delete::new(&own).timeout("10s").cluster_manager_timeout("10s"),
    }
    let add = alias::Action::add(name, format!("{name}-alias")).is_hidden(true);
    let add = add.index_routing("1").search_routing("1,2");
    let update = alias::Update::new().action(add).timeout("10s");
    accepts(client, update.cluster_manager_timeout("10s")).await;
    let known = accepts(
        client,
        alias::Get::new().index(name).expand_wildcards("all"),
    )
    .await;
    let alias = &known[name].aliases[&format!("{name}-alias")];
    assert_eq!(
        (alias.is_hidden, alias.index_routing.as_deref()),
        (Some(true), Some("1"))
    );
}

pub(super) async fn parameters_of_the_cluster_are_accepted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = &domain.client();
    let name = &movies(client).await;
    let put = template::Put::new(name, [format!("{name}-*")]).cluster_manager_timeout("10s");
    accepts(client, put).await;
    accepts(
        client,
        template::Delete::new(name).cluster_manager_timeout("10s"),
    )
    .await;
    let put = pipeline::Put::new(name)
        .timeout("10s")
        .cluster_manager_timeout("10s");
    accepts(client, put).await;
    let delete = pipeline::Delete::new(name).timeout("10s");
    accepts(client, delete.cluster_manager_timeout("10s")).await;
    let indices = cat::Indices::new()
        .index(name)
        .health(cluster::Status::Green);
    let indices = indices
        .expand_wildcards("all")
        .cluster_manager_timeout("10s");
    assert_eq!(accepts(client, indices).await.len(), 1);
    accepts(client, cat::Shards::new().cluster_manager_timeout("10s")).await;
    accepts(client, cat::Nodes::new().cluster_manager_timeout("10s")).await;
    let health = cluster::Health::new().index(name).timeout("10s");
    let health = health
        .level(cluster::Level::Shards)
        .wait_for_status(cluster::Status::Yellow);
    let health = health.wait_for_active_shards(1).expand_wildcards("open");
    let health = accepts(client, health.cluster_manager_timeout("10s")).await;
    assert!(!health.timed_out);
}
