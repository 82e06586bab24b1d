use serde_json::json;
use sigtower::opensearch::ErrorKind;
use sigtower::opensearch::document::{Change, Create, Delete, Exists, Get, Index, OpType, Update};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, movies, refreshing};

pub(super) async fn a_document_is_indexed_read_changed_and_deleted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    let alien = movie("Alien", 1979);

    let written = client
        .send(Index::new(&index, &alien).id("1"))
        .await
        .unwrap();
    assert_eq!(
        (written.result, written.version),
        (Change::Created, Some(1))
    );
    let written = client
        .send(Index::new(&index, &alien).id("1"))
        .await
        .unwrap();
    assert_eq!(
        (written.result, written.version),
        (Change::Updated, Some(2))
    );
    let unnamed = client.send(Index::new(&index, &alien)).await.unwrap();
    assert!(!unnamed.id.is_empty());

    for conflict in [
        client.send(Create::new(&index, "1", &alien)).await,
        client
            .send(Index::new(&index, &alien).id("1").op_type(OpType::Create))
            .await,
    ] {
        let conflict = conflict.unwrap_err();
        assert_eq!(conflict.kind(), ErrorKind::Conflict);
        assert_eq!(
            conflict.error_type(),
            Some("version_conflict_engine_exception")
        );
        assert!(!conflict.is_retryable());
    }

    let changed = Update::new(&index, "1", json!({ "year": 1980 })).refresh(refreshing(&client));
    assert_eq!(client.send(changed).await.unwrap().result, Change::Updated);
    let upserted = Update::new(&index, "2", &alien).doc_as_upsert(true);
    assert_eq!(client.send(upserted).await.unwrap().result, Change::Created);
    let missing = client
        .send(Update::new(&index, "3", &alien))
        .await
        .unwrap_err();
    assert_eq!(missing.error_type(), Some("document_missing_exception"));

    let document = client.send(Get::<Movie>::new(&index, "1")).await.unwrap();
    assert!(document.found);
    assert_eq!(document.source, Some(movie("Alien", 1980)));
    assert!(client.send(Exists::new(&index, "1")).await.unwrap());

    let deleted = client.send(Delete::new(&index, "1")).await.unwrap();
    assert_eq!(deleted.result, Change::Deleted);
    let deleted = client.send(Delete::new(&index, "1")).await.unwrap();
    assert_eq!(deleted.result, Change::NotFound);
    let gone = client.send(Get::<Movie>::new(&index, "1")).await.unwrap();
    assert!(!gone.found && gone.source.is_none());
    assert!(!client.send(Exists::new(&index, "1")).await.unwrap());

    let no_index = client
        .send(Get::<Movie>::new("no-such-index", "1"))
        .await
        .unwrap_err();
    assert_eq!(no_index.error_type(), Some("index_not_found_exception"));
    let no_number = json!({ "title": "Alien", "year": "last year" });
    let unparsed = client
        .send(Index::new(&index, &no_number))
        .await
        .unwrap_err();
    assert_eq!(unparsed.kind(), ErrorKind::BadRequest);
}

pub(super) async fn a_write_with_an_old_sequence_number_conflicts(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    let first = client
        .send(Index::new(&index, movie("Alien", 1979)).id("1"))
        .await
        .unwrap();
    let (seq_no, term) = (first.seq_no.unwrap(), first.primary_term.unwrap());
    let write = || {
        let write = Index::new(&index, movie("Aliens", 1986)).id("1");
        write.if_seq_no(seq_no).if_primary_term(term)
    };
    client.send(write()).await.unwrap();
    let late = client.send(write()).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict);
}

pub(super) async fn ids_of_any_content_arrive_as_given(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    let long = "x".repeat(512);
    for id in [
        ".",
        "..",
        "a/b",
        "/",
        "//",
        "a//b",
        "%2F",
        "%",
        "%zz",
        "a b",
        " ",
        "+",
        "a+b",
        "?",
        "#",
        "a?b=c&d",
        "urn:test:1",
        "user@example.com",
        "a,b",
        "a;b",
        "!$&'()*+,;=:@",
        "\"<>\\^`{|}",
        "é",
        "e\u{301}",
        "映画",
        "фильм",
        "😀",
        "\u{200d}",
        "_id",
        "-",
        "~",
        "...",
        ".a",
        long.as_str(),
    ] {
        let movie = movie(id, 2000);
        let written = client.send(Index::new(&index, &movie).id(id)).await;
        assert_eq!(
            written.unwrap_or_else(|error| panic!("{id:?}: {error}")).id,
            id
        );
        let read = client.send(Get::<Movie>::new(&index, id)).await.unwrap();
        assert_eq!(read.id, id);
        assert_eq!(read.source.as_ref(), Some(&movie), "{id:?}");
        assert!(
            client.send(Exists::new(&index, id)).await.unwrap(),
            "{id:?}"
        );
        let deleted = client.send(Delete::new(&index, id)).await.unwrap();
        assert_eq!((deleted.id.as_str(), deleted.result), (id, Change::Deleted));
    }
    for refused in ["", &"x".repeat(513)] {
        let sent = domain.request_count();
        let error = client
            .send(Get::<Movie>::new(&index, refused))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(domain.request_count(), sent, "nothing was sent");
    }
}

pub(super) async fn a_document_is_found_by_its_routing(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    let routing = "a b/+é";
    let write = Index::new(&index, movie("Alien", 1979))
        .id("1")
        .routing(routing);
    client.send(write).await.unwrap();
    let read = client
        .send(Get::<Movie>::new(&index, "1").routing(routing))
        .await
        .unwrap();
    assert_eq!(read.routing.as_deref(), Some(routing));
}
