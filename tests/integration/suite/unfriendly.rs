use sigtower::opensearch::document::Index;
use sigtower::opensearch::{index, search};
use sigtower::testing::{DomainBuilder, Fault, ReceivedRequest};

use super::{movie, movies};

/// A clock that is an hour off, and the faults of the example `unfriendly`.
pub(super) async fn every_document_is_there_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    let (before, asked_before) = (client.statistics(), domain.request_count());
    domain
        .set_clock_offset(3600)
        .every(10, Fault::response(503))
        .every(20, Fault::dropped())
        .every_of(50, ReceivedRequest::is_idempotent, Fault::reset_at(0));
    let mut twice = 0;
    for number in 0..200 {
        let write = Index::new(&index, movie("Alien", 1979)).id(number.to_string());
        let written = client.send(write).await.unwrap();
        twice += usize::from(written.version == Some(2));
    }
    let faults = domain.fault_counts();
    assert!(faults.responses >= 8 && faults.dropped >= 8 && faults.cut >= 4);
    // Only requests whose response was cut were applied twice.
    assert_eq!(twice, faults.cut);
    let tally = client.statistics();
    let asked = domain.request_count() - asked_before;
    assert_eq!(tally.requests - before.requests, 200);
    assert_eq!(tally.attempts - before.attempts, asked as u64);
    // One more attempt was refused because of its time.
    let hit = faults.responses + faults.dropped + faults.cut + 1;
    assert_eq!(tally.retries() - before.retries(), hit as u64);
    let skew = client.clock_skew().as_millis();
    assert!((3_590_000..3_610_000).contains(&skew), "{skew}");

    client.send(index::Refresh::new(&index)).await.unwrap();
    let counted = client.send(search::Count::new(&index)).await.unwrap();
    assert_eq!(counted.count, 200);
    client.send(index::Delete::new(&index)).await.unwrap();
}
