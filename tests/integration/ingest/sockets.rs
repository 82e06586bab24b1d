//! Connections that break at any byte, of the request or of the response.

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde_json::json;
use sigtower::ingest::{Ids, Operation};
use sigtower::opensearch::index;
use sigtower::opensearch::search::Count;
use sigtower::testing::Domain;

use crate::faults::wire::{Fault, Way, What, Wire};

#[tokio::test]
async fn a_connection_that_breaks_at_some_bytes_neither_loses_nor_doubles_a_document() {
    break_everywhere(200, 211).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "soak: every third byte of a thousand items"]
async fn soak_a_connection_that_breaks_anywhere_neither_loses_nor_doubles_a_document() {
    break_everywhere(1000, 3).await;
}

async fn break_everywhere(items: u64, step: usize) {
    let domain = Domain::start().await;
    let wire = Wire::to(domain.url()[7..].parse().unwrap()).await;
    load(&domain, &wire, "measured", items, Ids::Generated).await;
    let mut cases = Vec::new();
    for way in [Way::Request, Way::Answer] {
        for byte in (0..wire.passed(way)).step_by(step) {
            for what in [What::Reset, What::Cut] {
                for ids in [Ids::Caller, Ids::Generated, Ids::Server] {
                    cases.push((Fault { way, byte, what }, ids));
                }
            }
        }
    }
    assert!(cases.len() > 60, "{}", cases.len());
    let checks = iter(cases.into_iter().enumerate()).map(|(case, (fault, ids))| {
        let domain = &domain;
        async move {
            let wire = Wire::to(domain.url()[7..].parse().unwrap()).await;
            wire.next(fault);
            check(domain, &wire, case, fault, ids, items).await;
        }
    });
    checks.buffer_unordered(16).collect::<Vec<_>>().await;
}

async fn check(domain: &Domain, wire: &Wire, case: usize, fault: Fault, ids: Ids, items: u64) {
    let index = format!("case-{case}");
    let report = load(domain, wire, &index, items, ids).await;
    let client = domain.client();
    let stored = match client.send(index::Refresh::new(&*index)).await {
        Ok(_) => client.send(Count::new(&*index)).await.unwrap().count,
        Err(_) => 0,
    };
    let unknown = report.unknown.len() as u64;
    assert_eq!(
        report.done + unknown,
        items,
        "{fault:?} {ids:?}: {report:?}"
    );
    let reason = report.unknown.first().map(|item| &item.reason);
    if ids == Ids::Server {
        assert!(
            stored == report.done || stored == items,
            "{fault:?}: {stored} stored"
        );
        assert!(
            unknown == 0 || unknown == items,
            "{fault:?}: {unknown} unknown"
        );
    } else {
        assert_eq!(
            (stored, unknown),
            (items, 0),
            "{fault:?} {ids:?}: {reason:?}"
        );
    }
    // The documents of all cases would not fit into memory.
    if stored > 0 {
        client.send(index::Delete::new(index)).await.unwrap();
    }
}

async fn load(
    domain: &Domain,
    wire: &Wire,
    index: &str,
    items: u64,
    ids: Ids,
) -> sigtower::ingest::Report {
    let builder = domain.client_builder().connect_to(wire.address());
    let client = builder.build().unwrap();
    let load = client.ingest(index).ids(ids).start();
    for n in 0..items {
        let operation = Operation::index(json!({ "n": n }));
        let operation = match ids {
            Ids::Caller => operation.id(n.to_string()),
            _ => operation,
        };
        load.push(operation).await.unwrap();
    }
    load.finish().await
}
