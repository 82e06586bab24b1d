use std::fs;

use serde_json::Value;

use super::*;

#[tokio::test]
async fn explain_prints_every_golden_signature() {
    let golden = vectors("golden.jsonl");
    let run = example("explain").input(golden.clone()).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let mut count = 0;
    for (case, line) in lines(&golden).zip(lines(&run.stdout)) {
        assert_eq!(keys(&line), KEYS);
        assert_eq!(line["id"], case["id"]);
        for key in KEYS.into_iter().filter(|key| *key != "id") {
            assert_eq!(line[key], case[format!("expected_{key}")], "{}", case["id"]);
        }
        count += 1;
    }
    assert_eq!((count, run.stdout.lines().count()), (451, 451));
}

#[tokio::test]
async fn explain_prints_an_error_for_what_must_be_refused_and_exits_1() {
    let unsettled = vectors("unsettled.jsonl");
    let run = example("explain").input(unsettled.clone()).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    let mut refused = 0;
    for (case, line) in lines(&unsettled).zip(lines(&run.stdout)) {
        assert_eq!(line["id"], case["id"]);
        if case["action"].as_str().unwrap().starts_with("refuse") {
            assert_eq!(keys(&line), ["error", "id"], "{line}");
            refused += 1;
        }
    }
    assert_eq!((refused, run.stdout.lines().count()), (31, 43));
}

#[tokio::test]
async fn explain_goes_on_after_a_line_it_cannot_read() {
    let good = vectors("golden.jsonl").lines().next().unwrap().to_owned();
    let bad = [
        "{",
        "null",
        "[]",
        "\"text\"",
        "{\"id\": 7}",
        r#"{"id":"a","service":"es","uri":"/","authority":"a b"}"#,
        r#"{"id":"a","service":"es","uri":"/","authority":"a","body_b64":"!"}"#,
        r#"{"id":"a","service":"es","uri":"/","authority":"a","timestamp":"today"}"#,
        r#"{"id":"a","service":"es","uri":"/","authority":"a","headers":[["a"]]}"#,
        r#"{"id":"a","service":"es","uri":"/","authority":"a","settings":{"payload":"x"}}"#,
        r#"{"id":"a","service":"s3","uri":"/","authority":"a","settings":{"presign":"1h"}}"#,
    ];
    for bad in bad {
        let input = format!("{bad}\n\n{good}\n");
        let run = example("explain").input(input).run().await;
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{bad}: {run:?}");
        let printed: Vec<Value> = lines(&run.stdout).collect();
        assert_eq!(printed.len(), 2, "{bad}");
        assert_eq!(keys(&printed[0]), ["error", "id"], "{bad}");
        assert_eq!(keys(&printed[1]), KEYS);
    }
    let nothing = example("explain").run().await;
    assert_eq!((nothing.code, nothing.stdout.as_str()), (0, ""));
}

/// The URL is from AWS's page on query string authentication for S3.
#[tokio::test]
async fn explain_prints_a_presigned_url_as_published() {
    let case = serde_json::json!({
        "id": "url", "service": "s3", "uri": "/test.txt", "authority": "examplebucket.s3.amazonaws.com",
        "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "timestamp": "20130524T000000Z", "settings": { "presign": 86_400 },
    });
    let run = example("explain").input(case.to_string()).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let printed = lines(&run.stdout).next().unwrap();
    assert_eq!(keys(&printed), ["id", "url"]);
    let url = printed["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://examplebucket.s3.amazonaws.com/test.txt?"),
        "{url}"
    );
    assert!(
        url.ends_with(
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        ),
        "{url}"
    );
}

fn vectors(name: &str) -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/");
    fs::read_to_string(format!("{directory}{name}")).unwrap()
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn keys(line: &Value) -> Vec<&str> {
    line.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Of a line that shows a signature; sorted.
const KEYS: [&str; 6] = [
    "authorization",
    "canonical_request",
    "id",
    "signature",
    "signed_headers",
    "string_to_sign",
];
