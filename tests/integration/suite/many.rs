//! Many documents, and many searches, in one request.

use serde::Deserialize;
use serde_json::{Value, json};
use sigtower::opensearch::search::{Hits, Msearch, Search};
use sigtower::opensearch::{ErrorKind, document};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, three_movies};

pub(super) async fn many_documents_are_read_at_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let get = document::Mget::<Movie>::new(&name).ids(["1", "nowhere"]);
    let get = get.of_index("missing-index", "1").routed("2", "a");
    let documents = client.send(get).await.unwrap();
    assert_eq!(
        documents[0].as_ref().unwrap().source,
        Some(movie("Alien", 1979))
    );
    assert!(!documents[1].as_ref().unwrap().found);
    let error = documents[2].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.error_type(), Some("index_not_found_exception"));
    assert!(
        documents[3].as_ref().unwrap().found,
        "one shard has all routing values"
    );
    #[derive(Debug, Deserialize)]
    struct OnlyTitle {
        title: String,
    }
    let get = document::Mget::<OnlyTitle>::new(&name)
        .id("3")
        .source_includes("title");
    let documents = client.send(get).await.unwrap();
    assert_eq!(
        documents[0]
            .as_ref()
            .unwrap()
            .source
            .as_ref()
            .unwrap()
            .title,
        "Ronin"
    );
}

pub(super) async fn many_searches_have_hits_or_an_error_of_their_own(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let typed = Search::<Movie>::new(&name).q("year:>1990").sort("year");
    let plain = Search::<Value>::new(&name)
        .query(json!({"match_all": {}}))
        .size(1);
    let missing = Search::<Value>::new("missing-index");
    let wrong = Search::<Value>::new(&name).query(json!({"term": {"year": "not a number"}}));
    let lenient = Search::<Value>::new("missing-index").ignore_unavailable(true);
    let all = Msearch::new()
        .search(&typed)
        .search(&plain)
        .search(&missing)
        .search(&wrong);
    let found = client.send(all.search(&lenient)).await.unwrap();
    let movies: Hits<Movie> = found.hits(0).unwrap();
    let titles: Vec<_> = movies
        .hits
        .iter()
        .map(|hit| hit.source.title.as_str())
        .collect();
    assert_eq!(titles, ["Heat", "Ronin"]);
    assert_eq!(found.hits::<Value>(1).unwrap().total.unwrap().value, 3);
    let error = found.hits::<Value>(2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = found.hits::<Value>(3).unwrap_err();
    assert!(error.to_string().contains("not a number"), "{error}");
    assert!(found.hits::<Value>(4).unwrap().hits.is_empty());
}
