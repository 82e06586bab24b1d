//! Which roles may do what, and how denials read.

use serde_json::json;
use sigtower::opensearch::document::{Delete, Get, Index, Update};
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Authority, Error, ErrorKind, Refresh, Refusal};
use sigtower::opensearch::{cluster, index, search};
use sigtower::testing::{DomainBuilder, Principal};

use super::{Movie, movie, movies};

pub(super) async fn an_admin_may_create_write_and_delete(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    client
        .send(Index::new(&index, movie("Alien", 1979)).id("1"))
        .await
        .unwrap();
    client.send(index::Delete::new(&index)).await.unwrap();
}

pub(super) async fn a_reader_reads_and_its_writes_are_denied(domain: DomainBuilder) {
    let domain = domain.start().await;
    let admin = domain.client();
    let index = movies(&admin).await;
    let write = Index::new(&index, movie("Alien", 1979))
        .id("1")
        .refresh(Refresh::True);
    admin.send(write).await.unwrap();

    let reader = domain.client_as(&Principal::reader());
    reader.send(cluster::Info::new()).await.unwrap();
    reader.send(cluster::Health::new()).await.unwrap();
    let document = reader.send(Get::<Movie>::new(&index, "1")).await.unwrap();
    assert_eq!(document.source, Some(movie("Alien", 1979)));
    let found = reader.send(Search::<Movie>::new(&index)).await.unwrap();
    assert_eq!(found.hits.len(), 1);
    assert_eq!(
        reader.send(search::Count::new(&index)).await.unwrap().count,
        1
    );

    let role = "arn:aws:iam::123456789012:role/reader";
    let create = reader
        .send(index::Create::new(format!("{index}-other")))
        .await;
    assert_refused(create.unwrap_err(), role, "indices:admin/create");
    let delete = reader.send(index::Delete::new(&index)).await;
    assert_refused(delete.unwrap_err(), role, "indices:admin/delete");
    let update = reader
        .send(Update::new(&index, "1", json!({ "year": 1 })))
        .await;
    assert_refused(update.unwrap_err(), role, "indices:data/write/update");
    let written = reader
        .send(Index::new(&index, movie("x", 1)).id("2"))
        .await
        .unwrap_err();
    assert_refused_something(&written, role);
    let deleted = reader.send(Delete::new(&index, "1")).await.unwrap_err();
    assert_refused_something(&deleted, role);

    let still = admin.send(Get::<Movie>::new(&index, "1")).await.unwrap();
    assert_eq!(still.source, Some(movie("Alien", 1979)));
}

pub(super) async fn an_unmapped_role_is_denied_with_role_and_action(domain: DomainBuilder) {
    let domain = domain.start().await;
    let index = movies(&domain.client()).await;
    let nobody = domain.client_as(&Principal::nobody());
    let role = "arn:aws:iam::123456789012:role/nobody";
    let info = nobody.send(cluster::Info::new()).await.unwrap_err();
    assert_refused(info, role, "cluster:monitor/main");
    let health = nobody.send(cluster::Health::new()).await.unwrap_err();
    assert_refused(health, role, "cluster:monitor/health");
    let get = nobody
        .send(Get::<Movie>::new(&index, "1"))
        .await
        .unwrap_err();
    assert_refused(get, role, "indices:data/read/get");
    let search = nobody.send(Search::<Movie>::new(&index)).await.unwrap_err();
    assert_refused(search, role, "indices:data/read/search");
    // The response to HEAD has no body that names role and action.
    let exists = nobody.send(index::Exists::new(&index)).await.unwrap_err();
    assert_eq!(
        (exists.kind(), exists.status().unwrap().as_u16()),
        (ErrorKind::Denied, 403)
    );
}

fn assert_refused(error: Error, role: &str, may_not: &str) {
    assert_eq!(action(&error, role), may_not);
    let line = error.to_string();
    assert!(
        line.starts_with(&format!("not authorised: {role} may not {may_not} (403")),
        "{line}"
    );
}

fn assert_refused_something(error: &Error, role: &str) {
    let action = action(error, role);
    assert!(action.starts_with("indices:data/write/"), "{action}");
}

fn action(error: &Error, role: &str) -> String {
    assert_eq!(
        (error.kind(), error.status().unwrap().as_u16()),
        (ErrorKind::Denied, 403)
    );
    assert!(!error.is_retryable());
    assert!(error.hint().unwrap().contains("role"), "{:?}", error.hint());
    match error.refusal() {
        Some(Refusal::NotAuthorized {
            who, actions, by, ..
        }) => {
            assert_eq!(who.as_deref(), Some(role));
            assert_eq!(*by, Authority::FineGrainedAccessControl);
            actions.first().cloned().expect("an action")
        }
        other => panic!("{other:?}"),
    }
}
