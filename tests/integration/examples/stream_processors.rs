use super::*;

#[tokio::test]
async fn sink_gives_each_message_a_verdict_and_reports_missing_ids_once() {
    let run = example("sink").run().await;
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout.lines().count(), 12, "{run:?}");
    for index in ["by-field", "by-hash", "without"] {
        for acknowledged in [0, 2, 3] {
            let line = format!("{index} {acknowledged}: acknowledge");
            assert!(run.stdout.contains(&line), "{run:?}");
        }
        let line = run
            .stdout
            .lines()
            .find(|line| line.starts_with(&format!("{index} 1: ")));
        assert!(
            line.unwrap().contains("mapper_parsing_exception"),
            "{run:?}"
        );
    }
    assert_eq!(run.stderr, "3 of 4 messages have no id\n");
}

#[tokio::test]
async fn source_continues_after_the_last_document() {
    let run = example("source").run().await;
    assert_eq!((run.code, &*run.stderr), (0, ""), "{run:?}");
    let ids: Vec<_> = run
        .stdout
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(ids, ["0-0", "0-1", "0-2", "1-0", "1-1", "1-2"]);
}
