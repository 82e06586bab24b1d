use sigtower::testing::{Access, Domain};

use super::*;

#[tokio::test]
async fn quickstart_runs_on_an_embedded_domain() {
    let run = example("quickstart").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    for printed in PRINTED {
        assert!(run.stdout.contains(printed), "{printed}: {run:?}");
    }
    assert!(
        run.stdout
            .contains("an embedded domain listens at http://127.0.0.1:")
    );
}

#[tokio::test]
async fn quickstart_does_the_same_on_a_domain_at_a_url() {
    let (run, domain) = quickstart_at_a_url("es").await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    for printed in PRINTED {
        assert!(run.stdout.contains(printed), "{printed}: {run:?}");
    }
    let methods: Vec<_> = domain.requests().into_iter().map(|it| it.method).collect();
    assert!(methods.len() >= 8, "{methods:?}");
    assert_eq!(methods.last().unwrap(), "DELETE");
}

#[tokio::test]
async fn quickstart_says_what_a_collection_lacks() {
    let (run, domain) = quickstart_at_a_url("aoss").await;
    assert_eq!(run.code, 1, "{run:?}");
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(
        lines[0].starts_with("error: OpenSearch Serverless does not support `GET /`"),
        "{run:?}"
    );
    assert!(lines[1].contains("leave the call out"), "{run:?}");
    assert_eq!(domain.request_count(), 0);
}

async fn quickstart_at_a_url(service: &str) -> (Run, Domain) {
    let domain = Domain::builder().service(service).region("eu-west-1");
    let domain = domain
        .principal(principal().with_token("token"))
        .start()
        .await;
    let mut run = example("quickstart").keys(KEY, SECRET, "token");
    if service == "aoss" {
        run = run.env("AWS_SERVICE", service);
    }
    let run = run.env("AWS_REGION", "eu-west-1");
    let run = run.env("OPENSEARCH_URL", &domain.url()).run().await;
    (run, domain)
}

#[tokio::test]
async fn quickstart_explains_a_refusal_and_exits_1() {
    let reader = principal().with_access(Access::Read);
    let reader = reader.with_arn("arn:aws:iam::123456789012:role/reader");
    for (domain, secret, region, says) in [
        (principal(), "wrong", "us-east-1", "signature"),
        (principal(), SECRET, "eu-west-1", "region"),
        (
            principal().with_expired(true),
            SECRET,
            "us-east-1",
            "expired",
        ),
        (reader, SECRET, "us-east-1", "role/reader"),
        (
            principal().with_access(Access::NoPolicy),
            SECRET,
            "us-east-1",
            "es:ESHttpGet",
        ),
    ] {
        let domain = Domain::builder().principal(domain).start().await;
        let run = example("quickstart").keys(KEY, secret, "");
        let run = run.env("AWS_REGION", region);
        let run = run.env("OPENSEARCH_URL", &domain.url()).run().await;
        assert_eq!(run.code, 1, "{says}: {run:?}");
        let mut lines = run.stderr.lines();
        let first = lines.next().unwrap();
        assert!(
            first.starts_with("error: ") && first.contains(says),
            "{run:?}"
        );
        assert!(first.contains("(403"), "{run:?}");
        assert!(lines.next().unwrap().starts_with("  hint: "), "{run:?}");
        assert!(!run.stderr.contains(SECRET));
    }
}

#[tokio::test]
async fn quickstart_names_the_setting_that_is_missing_or_invalid() {
    let domain = Domain::builder().principal(principal()).start().await;
    let with_url = |url: &str| example("quickstart").env("OPENSEARCH_URL", url);
    let keys = |example: Example| example.keys(KEY, SECRET, "");
    for (run, says) in [
        (
            with_url(&domain.url()).env("AWS_REGION", "us-east-1"),
            "AWS_ACCESS_KEY_ID",
        ),
        (keys(with_url(&domain.url())), "region"),
        (
            keys(with_url("http://search.example.com")).env("AWS_REGION", "us-east-1"),
            "in clear",
        ),
        (keys(with_url("")), "OPENSEARCH_URL"),
        (
            keys(with_url("http://127.0.0.1:1")).env("AWS_REGION", "us-east-1"),
            "127.0.0.1:1",
        ),
    ] {
        let run = run.run().await;
        assert_eq!(
            (run.code, run.stdout.contains("info:")),
            (1, false),
            "{run:?}"
        );
        assert!(run.stderr.starts_with("error: "), "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
    }
    assert_eq!(domain.request_count(), 0);
}

const PRINTED: [&str; 7] = [
    "info: ",
    "health: ",
    "create index: ",
    "get: Some(",
    "bulk: create \"2\" 201",
    "search: \"2\" ",
    "delete index: ",
];
