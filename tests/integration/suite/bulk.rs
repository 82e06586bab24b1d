use sigtower::Credentials;
use sigtower::opensearch::Client;
use sigtower::opensearch::bulk::{Action, Bulk};
use sigtower::opensearch::document::{Change, Get, Index};
use sigtower::testing::{Domain, DomainBuilder};

use super::{Movie, movie, movies, refresh, refreshing};

pub(super) async fn every_operation_has_its_own_outcome(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    client
        .send(Index::new(&index, movie("Alien", 1979)).id("there"))
        .await
        .unwrap();

    let mut bulk = Bulk::new(&index);
    bulk.index(movie("One", 2001))
        .id("a/b c")
        .create(movie("Two", 2002))
        .id("there")
        .update("there", serde_json::json!({ "year": 1980 }))
        .update("missing", serde_json::json!({ "year": 1980 }))
        .delete("missing")
        .index(movie("Unnamed", 2003))
        .delete("there")
        .create(serde_json::json!({ "title": "Bad", "year": "no number" }))
        .id("bad");
    let done = client
        .send(bulk.refresh(refreshing(&client)))
        .await
        .unwrap();
    let seen: Vec<_> = done
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(done) => (done.action, done.status, String::new()),
            Err(refused) => {
                let kind = refused.error_type.clone().unwrap_or_default();
                (refused.action, refused.status, kind)
            }
        })
        .collect();
    let ok = String::new;
    let conflict = "version_conflict_engine_exception".to_owned();
    let missing = "document_missing_exception".to_owned();
    assert_eq!(
        seen,
        [
            (Action::Index, 201, ok()),
            (Action::Create, 409, conflict),
            (Action::Update, 200, ok()),
            (Action::Update, 404, missing),
            (Action::Delete, 404, ok()),
            (Action::Index, 201, ok()),
            (Action::Delete, 200, ok()),
            (Action::Create, 400, "mapper_parsing_exception".to_owned()),
        ]
    );
    assert_eq!(
        done.outcomes[4].as_ref().unwrap().result,
        Some(Change::NotFound)
    );
    let refused: Vec<_> = done.rejected().map(|refused| refused.position).collect();
    assert_eq!(refused, [1, 3, 7]);
    let Err(refused) = &done.outcomes[1] else {
        unreachable!()
    };
    assert_eq!(refused.operation.document_id(), Some("there"));
    assert!(!refused.is_retryable());

    let read = client
        .send(Get::<Movie>::new(&index, "a/b c"))
        .await
        .unwrap();
    assert_eq!(read.source, Some(movie("One", 2001)));
}

pub(super) async fn a_compressed_bulk_arrives_whole(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = compressing(&domain);
    let index = movies(&client).await;
    let mut bulk = Bulk::new(&index);
    for number in 0..500 {
        bulk.index(movie(&format!("movie {number}"), 2000))
            .id(number.to_string());
    }
    domain.verify_next(|request| {
        assert_eq!(request.headers["content-encoding"], "gzip");
        assert!(request.body.len() < 20_000, "{} bytes", request.body.len());
    });
    let done = client.send(bulk).await.unwrap();
    assert_eq!(done.outcomes.len(), 500);
    assert!(done.outcomes.iter().all(Result::is_ok));
    refresh(&client, &index).await;
    let last = client.send(Get::<Movie>::new(&index, "499")).await.unwrap();
    assert_eq!(last.source, Some(movie("movie 499", 2000)));
}

fn compressing(domain: &Domain) -> Client {
    let credentials: Credentials = domain.credentials();
    let client = Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service());
    client
        .credentials(credentials)
        .compress_requests_over(1024)
        .build()
        .unwrap()
}
