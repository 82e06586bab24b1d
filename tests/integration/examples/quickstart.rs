use sigtower::testing::{Access, Domain, Fault, Received};

use super::*;

#[tokio::test]
async fn quickstart_runs_on_an_embedded_domain() {
    let run = example("quickstart").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    for printed in ANSWERS {
        assert!(run.stdout.contains(printed), "{printed}: {run:?}");
    }
    assert!(
        run.stdout
            .contains("an embedded domain listens at http://127.0.0.1:")
    );
}

#[tokio::test]
async fn quickstart_does_the_same_on_a_domain_at_a_url() {
    for (service, variable) in [("es", None), ("aoss", Some("aoss"))] {
        let domain = Domain::builder().service(service).region("eu-west-1");
        let domain = domain
            .principal(principal().with_token("token"))
            .start()
            .await;
        let mut run = example("quickstart").keys(KEY, SECRET, "token");
        if let Some(variable) = variable {
            run = run.env("AWS_SERVICE", variable);
        }
        let run = run.env("AWS_REGION", "eu-west-1");
        let run = run.env("OPENSEARCH_URL", &domain.url()).run().await;
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        for printed in ANSWERS {
            assert!(run.stdout.contains(printed), "{printed}: {run:?}");
        }
        let methods: Vec<_> = domain.requests().into_iter().map(|it| it.method).collect();
        assert!(methods.len() >= 10, "{methods:?}");
        assert_eq!(methods.last().unwrap(), "DELETE");
    }
}

#[tokio::test]
async fn quickstart_completes_on_an_unfriendly_domain_and_says_what_it_took() {
    let run = example("quickstart").args(["--unfriendly"]).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let [requests, attempts, retries] = run.numbers("sent: ")[..] else {
        panic!("{run:?}")
    };
    let [came, throttled, before, after] = run.numbers("of ")[..] else {
        panic!("{run:?}")
    };
    assert!(requests > 110, "{run:?}");
    assert!(throttled >= 5 && before >= 5 && after >= 2, "{run:?}");
    // The one more was refused for its time.
    assert_eq!(retries, throttled + before + after + 1, "{run:?}");
    assert_eq!((attempts, attempts), (requests + retries, came), "{run:?}");
    assert!(run.stdout.contains("more: 100 documents, each there once"));
    assert_an_hour_off(&run);
}

#[tokio::test]
async fn quickstart_tells_truly_what_an_unfriendly_domain_did_to_it() {
    let domain = Domain::builder().principal(principal()).start().await;
    domain
        .set_clock_offset(-3600)
        .every(10, Fault::response(429))
        .every(20, Fault::dropped())
        .every_of(50, Received::is_idempotent, Fault::reset_at(0));
    let run = example("quickstart")
        .keys(KEY, SECRET, "")
        .env("AWS_REGION", "us-east-1")
        .env("OPENSEARCH_URL", &domain.url())
        .args(["--more", "100"])
        .run()
        .await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let (faults, came) = (domain.fault_counts(), domain.request_count());
    assert_eq!(
        domain.requests().len(),
        came - 1,
        "one refused for its time"
    );
    let hit = faults.answered + faults.dropped + faults.cut;
    assert!(faults.answered >= 5 && faults.dropped >= 5 && faults.cut >= 2);
    assert_eq!(
        run.numbers("sent: "),
        [came - hit - 1, came, hit + 1],
        "{run:?}"
    );
    assert_an_hour_off(&run);
}

#[tokio::test]
async fn quickstart_leaves_a_domain_at_a_url_as_it_is() {
    let run = example("quickstart").env("OPENSEARCH_URL", "http://127.0.0.1:1");
    let run = run.args(["--unfriendly"]).run().await;
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
    assert!(run.stderr.contains("--unfriendly"), "{run:?}");
}

fn assert_an_hour_off(run: &Run) {
    let [seconds, _tenths] = run.numbers("clock: ")[..] else {
        panic!("{run:?}")
    };
    assert!((3590..=3610).contains(&seconds), "{run:?}");
}

#[tokio::test]
async fn quickstart_explains_a_refusal_and_exits_1() {
    let reader = principal().with_access(Access::Read);
    let reader = reader.with_arn("arn:aws:iam::123456789012:role/reader");
    for (domain, secret, region, says) in [
        (principal(), "wrong", "us-east-1", "signature"),
        (principal(), SECRET, "eu-west-1", "region"),
        (principal().expired(), SECRET, "us-east-1", "expired"),
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
async fn quickstart_says_what_it_needs_to_know() {
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
        (
            keys(with_url("https://u:p@localhost")).env("AWS_REGION", "us-east-1"),
            "user information",
        ),
        (keys(with_url("")), "OPENSEARCH_URL"),
        (
            keys(with_url("http://127.0.0.1:1")).env("AWS_REGION", "us-east-1"),
            "could not connect",
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

const ANSWERS: [&str; 10] = [
    "info: ",
    "health: ",
    "create index: ",
    "index: \"tt0111161\" ",
    "index: \"a b/ж\" ",
    "get: \"a b/ж\" ",
    "bulk: index \"1\" ",
    "search: ",
    "delete: \"a b/ж\" ",
    "delete index: ",
];
