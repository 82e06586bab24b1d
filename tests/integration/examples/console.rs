use serde_json::Value;
use sigtower::testing::Domain;

use super::*;

const SCRIPT: &str = r#"
# comments and blank lines do not count
PUT /movies
{
  "settings": {"number_of_shards": 1},

  "mappings": {"properties": {"title": {"type": "keyword"}}}
}
post movies/_bulk {"index":{"_id":"1"}}
{"title":"Alien"}
{"index":{"_id":"2"}}
{"title":"Aliens"}

POST /movies/_refresh
GET /movies/_count
"#;

#[tokio::test]
async fn a_script_in_a_pipe_prints_bodies_and_status_lines_apart() {
    let run = example("console").input(SCRIPT).run().await;
    assert_eq!(run.code, 0, "{run:?}");
    let mut lines = run.stderr.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("an embedded domain listens at ")
    );
    let requests = [
        "(PUT /movies)",
        "(POST /movies/_bulk)",
        "(POST /movies/_refresh)",
        "(GET /movies/_count)",
    ];
    for (line, request) in lines.by_ref().zip(requests) {
        assert!(
            line.starts_with("200 OK in ") && line.ends_with(request),
            "{run:?}"
        );
    }
    assert_eq!(lines.next(), None);
    let bodies: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&run.stdout)
        .into_iter()
        .collect();
    let bodies = bodies.unwrap();
    assert_eq!((bodies.len(), &bodies[3]["count"]), (4, &2.into()));
    assert!(!run.stdout.contains('\x1b'), "no colours in a pipe");
}

#[tokio::test]
async fn a_status_of_400_or_more_exits_1_after_all_requests() {
    let run = example("console")
        .input("GET /missing/_count\nGET /_cluster/health\n")
        .run()
        .await;
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("404 Not Found in "), "{run:?}");
    assert!(run.stderr.contains("200 OK in "), "{run:?}");
    assert!(run.stdout.contains("index_not_found_exception"), "{run:?}");
    for (input, says) in [
        ("hello\n", "line 1: \"hello\" is not a request"),
        ("FETCH /x\n", "is not a request"),
    ] {
        let run = example("console").input(input).run().await;
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stderr.contains(says), "{run:?}");
    }
}

#[tokio::test]
async fn one_request_in_the_arguments_has_data_and_headers() {
    let domain = Domain::builder().principal(principal()).start().await;
    let file = std::env::temp_dir().join(format!("sigtower-console-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"title":"Alien"}"#).unwrap();
    let at_file = format!("@{}", file.display());
    for data in [r#"{"title":"Alien"}"#, "@-", &at_file] {
        domain.clear_requests();
        let args = ["PUT", "/movies/_doc/1", "-d", data, "-H", "x-opaque-id: 7"];
        let run = on(&domain)
            .args(args)
            .input(r#"{"title":"Alien"}"#)
            .run()
            .await;
        assert_eq!(run.code, 0, "{run:?}");
        let received = domain.requests().remove(0);
        assert_eq!(received.body, r#"{"title":"Alien"}"#.as_bytes());
        assert_eq!(received.headers["x-opaque-id"], "7");
        assert_eq!(received.headers["content-type"], "application/json");
    }
    std::fs::remove_file(&file).unwrap();
    let run = on(&domain)
        .args(["GET", "/movies/_doc/1", "--color", "always"])
        .run()
        .await;
    assert!(
        run.stdout
            .contains("\x1b[34m\"title\"\x1b[0m: \x1b[32m\"Alien\"\x1b[0m"),
        "{run:?}"
    );
    let run = on(&domain).args(["GET", "/missing"]).run().await;
    assert_eq!(run.code, 1, "{run:?}");
    let run = on(&domain)
        .args(["GET", "/", "-d", "@/no/such/file"])
        .run()
        .await;
    assert!(run.stderr.contains("cannot read /no/such/file"), "{run:?}");
}

#[tokio::test]
async fn explain_shows_what_was_signed_and_no_secret() {
    let with_token = principal().with_token("the-session-token");
    let domain = Domain::builder().principal(with_token).start().await;
    let run = example("console").keys(KEY, SECRET, "the-session-token");
    let run = run
        .env("AWS_REGION", "us-east-1")
        .env("OPENSEARCH_URL", &domain.url());
    let run = run
        .args(["POST", "/movies/_search?size=1", "-d", "{}", "--explain"])
        .run()
        .await;
    let received = domain.requests().remove(0);
    let date = received.headers["x-amz-date"].to_str().unwrap();
    for shown in [
        "canonical request:\n  POST\n  /movies/_search\n  size=1\n",
        &format!("string to sign:\n  AWS4-HMAC-SHA256\n  {date}\n"),
        "x-amz-security-token:[redacted]",
    ] {
        assert!(run.stderr.contains(shown), "{shown}: {run:?}");
    }
    let output = format!("{run:?}");
    assert!(!output.contains(SECRET) && !output.contains("the-session-token"));
}

#[tokio::test]
async fn a_refusal_has_a_hint() {
    let domain = Domain::builder().principal(principal()).start().await;
    let run = example("console")
        .keys(KEY, "wrong", "")
        .env("AWS_REGION", "us-east-1");
    let run = run
        .env("OPENSEARCH_URL", &domain.url())
        .args(["GET", "/"])
        .run()
        .await;
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains("403 Forbidden") && run.stderr.contains("  hint: "),
        "{run:?}"
    );
}

fn on(domain: &Domain) -> Example {
    let run = example("console").keys(KEY, SECRET, "");
    run.env("AWS_REGION", "us-east-1")
        .env("OPENSEARCH_URL", &domain.url())
}
