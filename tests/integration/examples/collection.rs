use super::*;

#[tokio::test]
async fn collection_loads_searches_and_exports_on_the_imitation() {
    let run = example("collection").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(
        run.stdout.lines().collect::<Vec<_>>(),
        [
            "index sigtower-movies can be written",
            "3 documents stored",
            "1 found by a search",
            "3 exported",
        ]
    );
}
