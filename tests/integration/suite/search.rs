use std::collections::BTreeSet;

use serde_json::json;
use sigtower::opensearch::document::{Delete, Index};
use sigtower::opensearch::search::{ClearScroll, CreatePit, DeletePit, Scroll, Search};
use sigtower::opensearch::{Client, ErrorKind, search};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, movies, refreshing};

pub(super) async fn hits_are_typed_and_counted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = ten_movies(&client).await;

    let found: search::Hits<Movie> = client
        .send(Search::new(&index).q("title:movie-3").size(10))
        .await
        .unwrap();
    assert_eq!(found.total.unwrap().value, 1);
    assert_eq!(found.hits[0].id, "3");
    assert_eq!(found.hits[0].source, movie("movie-3", 1993));

    let newest = Search::new(&index)
        .query(json!({ "range": { "year": { "gte": 1995 } } }))
        .sort(json!([{ "year": "desc" }]))
        .from(1)
        .size(2)
        .track_total_hits(true);
    let found: search::Hits<Movie> = client.send(newest).await.unwrap();
    assert_eq!(found.total.unwrap().value, 5);
    let years: Vec<_> = found.hits.iter().map(|hit| hit.source.year).collect();
    assert_eq!(years, [1998, 1997]);

    let all = client.send(search::Count::new(&index)).await.unwrap();
    assert_eq!(all.count, 10);
    let some = search::Count::new(&index).query(json!({ "term": { "title": "movie-1" } }));
    assert_eq!(client.send(some).await.unwrap().count, 1);

    let nonsense = Search::<Movie>::new(&index).query(json!({ "no_such_query": {} }));
    let error = client.send(nonsense).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.error_type()),
        (ErrorKind::BadRequest, Some("parsing_exception"))
    );
}

pub(super) async fn aggregations_come_as_json(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = ten_movies(&client).await;
    let titles = json!({
        "titles": { "terms": { "field": "title", "size": 3 } },
        "mean": { "avg": { "field": "year" } },
    });
    let search = Search::<Movie>::new(&index).size(0).aggregations(titles);
    let found = client.send(search).await.unwrap();
    assert!(found.hits.is_empty());
    assert_eq!(
        found.aggregations["titles"]["buckets"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(found.aggregations["mean"]["value"], 1994.5);
}

pub(super) async fn a_scroll_returns_every_document_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = ten_movies(&client).await;
    let mut page: search::Hits<Movie> = client
        .send(Search::new(&index).size(4).scroll("1m"))
        .await
        .unwrap();
    let mut seen = BTreeSet::new();
    let mut scroll_id = String::new();
    while !page.hits.is_empty() {
        for hit in &page.hits {
            assert!(seen.insert(hit.id.clone()), "{} came twice", hit.id);
        }
        scroll_id = page.scroll_id.unwrap();
        page = client.send(Scroll::new(&scroll_id, "1m")).await.unwrap();
    }
    assert_eq!(seen.len(), 10);
    assert!(
        client
            .send(ClearScroll::new([&scroll_id]))
            .await
            .unwrap()
            .succeeded
    );
    let gone = client
        .send(Scroll::<Movie>::new(&scroll_id, "1m"))
        .await
        .unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

pub(super) async fn a_point_in_time_does_not_change(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = ten_movies(&client).await;
    let pit = client.send(CreatePit::new(&index, "1m")).await.unwrap();
    client
        .send(Delete::new(&index, "0").refresh(refreshing(&client)))
        .await
        .unwrap();

    let page = || {
        let sort = json!([{ "year": "asc" }]);
        Search::<Movie>::new(&index)
            .pit(&pit.pit_id, "1m")
            .size(6)
            .sort(sort)
    };
    let first = client.send(page()).await.unwrap();
    assert_eq!(first.hits.len(), 6);
    assert_eq!(first.hits[0].id, "0", "deleted since, but not in this view");
    let after = first.hits.into_iter().last().unwrap().sort;
    let second = client.send(page().search_after(after)).await.unwrap();
    assert_eq!(second.hits.len(), 4);

    let deleted = client.send(DeletePit::new([&pit.pit_id])).await.unwrap();
    assert!(deleted.pits.iter().all(|pit| pit.successful));
    assert!(client.send(page()).await.is_err());
}

async fn ten_movies(client: &Client) -> String {
    let index = movies(client).await;
    for number in 0..10 {
        let movie = movie(&format!("movie-{number}"), 1990 + number);
        let write = Index::new(&index, movie)
            .id(number.to_string())
            .refresh(refreshing(client));
        client.send(write).await.unwrap();
    }
    index
}
