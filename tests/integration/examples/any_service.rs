#![cfg(feature = "rustls")]

use std::fs;

use http::Request;
use sigtower::testing::{Domain, Verifier};

use super::*;

#[tokio::test]
async fn any_service_prints_the_status_to_stderr_and_the_body_to_stdout() {
    let domain = Domain::builder().principal(principal()).start().await;
    let run = scoped(&["GET", &domain.url()]).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, "200 OK\n"), "{run:?}");
    let body: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(body["version"]["number"].is_string());

    let missing = format!("{}/missing", domain.url());
    let run = scoped(&["GET", &missing]).run().await;
    assert_eq!((run.code, run.stderr.as_str()), (1, "404 Not Found\n"));
    assert!(run.stdout.contains("index_not_found_exception"));
}

#[tokio::test]
async fn any_service_sends_a_file_or_its_input_as_the_body() {
    let domain = Domain::builder().principal(principal()).start().await;
    let path = format!("{}/any_service_body.json", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&path, br#"{"title":"Alien"}"#).unwrap();
    let url = format!("{}/movies/_doc/1?refresh=true", domain.url());
    for (file, input) in [(path.as_str(), ""), ("-", r#"{"title":"Alien"}"#)] {
        let run = scoped(&["PUT", &url, "--body", file])
            .args([
                "-H",
                "content-type: application/json",
                "-H",
                "X-Amz-Meta-A:  b ",
            ])
            .input(input)
            .run()
            .await;
        assert_eq!(run.code, 0, "{run:?}");
        let received = domain.requests().pop().unwrap();
        assert_eq!(received.body, r#"{"title":"Alien"}"#);
        assert_eq!(received.headers["content-type"], "application/json");
        assert_eq!(received.headers["x-amz-meta-a"], "b");
        assert!(received.signed_headers.contains(&"x-amz-meta-a".to_owned()));
    }
    let run = scoped(&["PUT", &url, "--body", "/there/is/no/such/file"])
        .run()
        .await;
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.starts_with("error: /there/is/no/such/file: "),
        "{run:?}"
    );
}

#[tokio::test]
async fn any_service_signs_for_what_flags_host_and_environment_say() {
    let domain = Domain::builder().service("execute-api").region("eu-west-1");
    let domain = domain
        .principal(principal().with_token("token"))
        .start()
        .await;
    let any = || example("any_service").keys(KEY, SECRET, "token");
    let url = domain.url();
    let flags = [
        "GET",
        &url,
        "--service",
        "execute-api",
        "--region",
        "eu-west-1",
    ];
    assert_eq!(any().args(flags).run().await.code, 0);
    let by_variable = any().args(["GET", &url, "--service", "execute-api"]);
    assert_eq!(
        by_variable.env("AWS_REGION", "eu-west-1").run().await.code,
        0
    );
    let scopes = domain
        .requests()
        .into_iter()
        .map(|received| received.scope.region);
    assert_eq!(scopes.collect::<Vec<_>>(), ["eu-west-1", "eu-west-1"]);
    let before = domain.request_count();

    let aws = "https://abc.execute-api.eu-west-1.amazonaws.com/";
    for (args, says) in [
        (
            &["GET", &url, "--region", "eu-west-1"][..],
            "cannot determine the service",
        ),
        (
            &["GET", &url, "--service", "es"],
            "cannot determine the region",
        ),
        (
            &["GET", aws, "--region", "us-east-1"],
            "region us-east-1 contradicts",
        ),
        (&["GET", aws, "--service", "s3"], "service s3 contradicts"),
        (&["GET", aws, "--region", "EU-west-1"], "is not valid"),
        (&["GET", aws, "--service", "a/b"], "is not valid"),
        (
            &["GET", "http://abc.execute-api.eu-west-1.amazonaws.com/"],
            "in clear",
        ),
        (
            &[
                "GET",
                "https://u:p@abc.execute-api.eu-west-1.amazonaws.com/",
            ],
            "user name or password",
        ),
        (&["GET", "/relative"], "absolute"),
    ] {
        let run = any().args(args.iter().copied()).run().await;
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{says}: {run:?}");
        assert!(run.stderr.starts_with("error: "), "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
    }
    assert_eq!(domain.request_count(), before);
}

#[tokio::test]
async fn any_service_refuses_and_reports_with_exit_code_1() {
    let domain = Domain::builder().principal(principal()).start().await;
    let url = domain.url();
    let s3 = ["--service", "s3", "--region", "us-east-1"];
    let unsigned = ["PUT", &url, "--unsigned-payload"];
    let run = example("any_service")
        .keys(KEY, SECRET, "")
        .args(unsigned)
        .args(s3);
    let run = run.run().await;
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
    assert!(
        run.stderr.contains("an unsigned payload over http"),
        "{run:?}"
    );
    assert_eq!(domain.request_count(), 0);

    let run = scoped(&["GET", &url]).keys(KEY, "wrong", "").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (1, "403 Forbidden\n"));
    assert!(
        run.stdout
            .contains("does not match the signature you provided")
    );

    let scope = ["GET", &url, "--service", "es", "--region", "us-east-1"];
    let run = example("any_service").args(scope).run().await;
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("AWS_ACCESS_KEY_ID"), "{run:?}");

    let run = scoped(&["GET", "http://127.0.0.1:1/"]).run().await;
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));

    domain.redirect_next("http://127.0.0.1:1/");
    let run = scoped(&["GET", &url]).run().await;
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "307 Temporary Redirect\n")
    );
}

#[tokio::test]
async fn any_service_rejects_arguments_that_are_none_with_exit_code_2() {
    let url = "https://abc.execute-api.eu-west-1.amazonaws.com/";
    for args in [
        &[][..],
        &["GET"],
        &["GET", "https://a b/"],
        &["GE T", url],
        &["GET", url, "--presign", "soon"],
        &["GET", url, "-H", "no colon"],
        &["GET", url, "-H", "bad name: x"],
        &["GET", url, "-H", "name: x\r\ny: z"],
        &["GET", url, "--no-such-flag"],
    ] {
        let run = example("any_service")
            .args(args.iter().copied())
            .run()
            .await;
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {run:?}"
        );
    }
}

#[tokio::test]
async fn any_service_prints_a_presigned_url_that_verifies() {
    let url = "https://my-bucket.s3.us-east-1.amazonaws.com/a%20b?versionId=1";
    let presign = |seconds: &'static str| {
        let run = example("any_service").keys(KEY, SECRET, "token");
        run.args(["GET", url, "--presign", seconds])
    };
    let run = presign("60").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let printed = run.stdout.strip_suffix('\n').unwrap();
    assert!(printed.starts_with(url), "{printed}");
    assert!(printed.contains("&X-Amz-Expires=60&"), "{printed}");
    let verifier = Verifier::new("us-east-1", "s3");
    let verifier = verifier.with_principal(principal().with_token("token"));
    let request = Request::get(printed).header("host", "my-bucket.s3.us-east-1.amazonaws.com");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    verifier.verify(&parts, b"").unwrap();

    for seconds in ["0", "604801"] {
        let run = presign(seconds).run().await;
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
    }
    let domain = "https://search-x.us-east-1.es.amazonaws.com/";
    let run = example("any_service").keys(KEY, SECRET, "");
    let run = run.args(["GET", domain, "--presign", "60"]).run().await;
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("does not accept presigned URLs"),
        "{run:?}"
    );
}

/// Signs for the region and service of an ordinary domain.
fn scoped(args: &[&str]) -> Example {
    let scope = ["--service", "es", "--region", "us-east-1"];
    let example = example("any_service").keys(KEY, SECRET, "");
    example.args(args.iter().copied()).args(scope)
}
