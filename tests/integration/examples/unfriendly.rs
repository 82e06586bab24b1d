use super::*;

#[tokio::test]
async fn unfriendly_stores_each_document_once_and_counts_its_retries() {
    let run = example("unfriendly").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("100 documents, each stored once"));
    let [requests, attempts, retries] = run.numbers("sent: ")[..] else {
        panic!("{run:?}")
    };
    let [came, throttled, dropped, reset] = run.numbers("faults: ")[..] else {
        panic!("{run:?}")
    };
    assert!(requests > 200, "{run:?}");
    assert!(throttled >= 10 && dropped >= 10 && reset >= 2, "{run:?}");
    // One more retry: the first request was refused because of the clock.
    assert_eq!(retries, throttled + dropped + reset + 1, "{run:?}");
    assert_eq!((attempts, attempts), (requests + retries, came), "{run:?}");
    let [seconds, _tenths] = run.numbers("clock: ")[..] else {
        panic!("{run:?}")
    };
    assert!((3590..=3610).contains(&seconds), "{run:?}");
}
