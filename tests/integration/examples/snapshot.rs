use serde_json::Value;
use sigtower::opensearch::{Client, Refresh, document, index, search};
use sigtower::testing::Domain;

use super::*;

const S3: [&str; 6] = [
    "--index",
    "movies",
    "--bucket",
    "my-bucket",
    "--role-arn",
    "arn:aws:iam::123456789012:role/snapshots",
];

#[tokio::test]
async fn a_dry_run_prints_requests_and_documents_and_sends_nothing() {
    let domain = Domain::start().await;
    let run = example("snapshot")
        .args(S3)
        .args(["--dry-run", "--snapshot", "monday"]);
    let run = run
        .env("AWS_REGION", "eu-west-1")
        .env("OPENSEARCH_URL", &domain.url());
    let run = run.run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(domain.request_count(), 0);
    let positions = [
        "PUT /_snapshot/backups\n",
        "\"region\": \"eu-west-1\"",
        "PUT /_snapshot/backups/monday\n",
        "DELETE /movies\n",
        "POST /_snapshot/backups/monday/_restore\n",
        "iam:PassRole",
        "sts:AssumeRole",
        "\"backend_roles\"",
    ]
    .map(|printed| {
        run.stdout
            .find(printed)
            .unwrap_or_else(|| panic!("{printed}: {run:?}"))
    });
    assert!(positions.is_sorted(), "{positions:?}");
}

#[tokio::test]
async fn missing_and_wrong_flags_are_named() {
    for (args, code, says) in [
        (&["--index", "movies"][..], 2, "--fs"),
        (&["--fs", "x"], 2, "--index"),
        (
            &["--index", "movies", "--bucket", "my-bucket"],
            2,
            "--role-arn",
        ),
        (
            &[
                "--index",
                "m",
                "--bucket",
                "my-bucket",
                "--role-arn",
                "snapshots",
                "--dry-run",
            ],
            1,
            "not an ARN",
        ),
        (&["--index", "m", "--fs", "x"], 1, "OPENSEARCH_URL"),
    ] {
        let run = example("snapshot").args(args.iter().copied()).run().await;
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
    }
}

#[tokio::test]
#[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
async fn on_opensearch_the_recipe_runs_twice_and_after_an_interruption() {
    let upstream = std::env::var("OPENSEARCH_UPSTREAM").expect("OPENSEARCH_UPSTREAM is set");
    let domain = Domain::builder()
        .principal(principal().with_role_arn("arn:aws:iam::123456789012:role/admin"))
        .upstream(&upstream)
        .start()
        .await;
    let client = domain.client();
    let name = format!("recipe-{}", std::process::id());
    fill(&client, &name).await;
    let run = || {
        let args = [
            "--index",
            &name,
            "--fs",
            &name,
            "--repository",
            &name,
            "--snapshot",
            "s",
        ];
        let run = example("snapshot").args(args).keys(KEY, SECRET, "");
        run.env("AWS_REGION", "us-east-1")
            .env("OPENSEARCH_URL", &domain.url())
    };
    for snapshot in ["s", "s-2"] {
        let run = run().run().await;
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let made = format!("made: snapshot {snapshot} with 50 documents");
        for printed in [
            &*made,
            "snapshot: 1 of 1 shards",
            "deleted: index",
            "compared: 50 documents",
        ] {
            assert!(run.stdout.contains(printed), "{printed}: {run:?}");
        }
    }

    // As if the run had ended after the deletion.
    client.send(index::Delete::new(&name)).await.unwrap();
    let run = run().run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("snapshot s-2 contains it"), "{run:?}");
    let counted = client.send(search::Count::new(&name)).await.unwrap();
    assert_eq!(counted.count, 50);
    client.send(index::Delete::new(&name)).await.unwrap();
}

async fn fill(client: &Client, name: &str) {
    let settings = serde_json::json!({"number_of_shards": 1, "number_of_replicas": 0});
    client
        .send(index::Create::new(name).settings(settings))
        .await
        .unwrap();
    for number in 0..50 {
        let episode: Value =
            serde_json::json!({"title": format!("Episode {number}"), "number": number});
        let write = document::Index::new(name, &episode).id(number.to_string());
        client.send(write.refresh(Refresh::False)).await.unwrap();
    }
}
