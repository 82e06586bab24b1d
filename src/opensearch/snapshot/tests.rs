//! Requests, responses and errors of the calls, and the workflows over a transport in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::Credentials;
use crate::body::Body;
use crate::error::BoxError;
use crate::opensearch::call::Call;
use crate::opensearch::client::Client;
use crate::opensearch::cluster;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::fixtures::{decoded, line, refused, response};
use crate::policy::Arn;

const ROLE: &str = "arn:aws:iam::123456789012:role/snapshots";

#[test]
fn requests_are_as_the_reference_has_them() {
    for (request, expected) in [
        (
            line(Repository::fs("dir").register("r").verify(false)),
            r#"PUT /_snapshot/r?verify=false {"settings":{"location":"dir"},"type":"fs"}"#,
        ),
        (line(GetRepository::all()), "GET /_snapshot/_all"),
        (line(GetRepository::new("a,b*")), "GET /_snapshot/a,b*"),
        (line(Verify::new("r")), "POST /_snapshot/r/_verify"),
        (line(Cleanup::new("r")), "POST /_snapshot/r/_cleanup"),
        (line(DeleteRepository::new("r")), "DELETE /_snapshot/r"),
        (line(Create::new("r", "s")), "PUT /_snapshot/r/s"),
        (
            line(
                Create::new("r", "s")
                    .indices("movies")
                    .indices("logs-*,-logs-1")
                    .ignore_unavailable(true)
                    .include_global_state(false)
                    .partial(true)
                    .wait_for_completion(true),
            ),
            r#"PUT /_snapshot/r/s?wait_for_completion=true {"ignore_unavailable":true,"include_global_state":false,"indices":"movies,logs-*,-logs-1","partial":true}"#,
        ),
        (
            line(Get::all("cs-automated")),
            "GET /_snapshot/cs-automated/_all",
        ),
        (
            line(Get::new("r", "a,b").ignore_unavailable(true)),
            "GET /_snapshot/r/a,b?ignore_unavailable=true",
        ),
        (line(Status::new("r", "s")), "GET /_snapshot/r/s/_status"),
        (line(Status::running()), "GET /_snapshot/_status"),
        (line(Delete::new("r", "s")), "DELETE /_snapshot/r/s"),
        (
            line(CloneSnapshot::new("r", "s", "t", "movies")),
            r#"PUT /_snapshot/r/s/_clone/t {"indices":"movies"}"#,
        ),
        (
            line(Restore::new("r", "s")),
            r#"POST /_snapshot/r/s/_restore {"include_aliases":false,"include_global_state":false,"indices":"*,-.*"}"#,
        ),
        (
            line(
                Restore::new("r", "s")
                    .indices("movies")
                    .rename("(.+)", "old-$1")
                    .include_aliases(true)
                    .index_settings(json!({"index.number_of_replicas": 0}))
                    .wait_for_completion(true),
            ),
            r#"POST /_snapshot/r/s/_restore?wait_for_completion=true {"include_aliases":true,"include_global_state":false,"index_settings":{"index.number_of_replicas":0},"indices":"movies","rename_pattern":"(.+)","rename_replacement":"old-$1"}"#,
        ),
    ] {
        assert_eq!(request, expected);
    }
}

/// The first three are the bodies of AWS's page "Registering a manual snapshot repository".
#[test]
fn the_body_of_a_registration_is_the_one_that_aws_documents() {
    let china = "arn:aws-cn:iam::123456789012:role/snapshots";
    let gov = "arn:aws-us-gov:iam::123456789012:role/snapshots";
    for (repository, expected) in [
        (
            Repository::s3("my-bucket", ROLE)
                .base_path("my/snapshot/directory")
                .region("us-west-1"),
            json!({"bucket": "my-bucket", "base_path": "my/snapshot/directory", "region": "us-west-1", "role_arn": ROLE}),
        ),
        (
            Repository::s3("my-bucket", ROLE).region("us-east-1"),
            json!({"bucket": "my-bucket", "endpoint": "s3.amazonaws.com", "role_arn": ROLE}),
        ),
        (
            Repository::s3("my-bucket", ROLE)
                .region("eu-west-1")
                .server_side_encryption(true)
                .readonly(true),
            json!({"bucket": "my-bucket", "region": "eu-west-1", "role_arn": ROLE, "server_side_encryption": true, "readonly": true}),
        ),
        (
            Repository::s3("my-bucket", china).region("cn-north-1"),
            json!({"bucket": "my-bucket", "region": "cn-north-1", "endpoint": "s3.cn-north-1.amazonaws.com.cn", "role_arn": china}),
        ),
        (
            Repository::s3_with_role("my-bucket", "aws-us-gov", "123456789012", "snapshots")
                .region("us-gov-west-1"),
            json!({"bucket": "my-bucket", "region": "us-gov-west-1", "endpoint": "s3.us-gov-west-1.amazonaws.com", "role_arn": gov}),
        ),
        (
            Repository::s3("my-bucket", ROLE),
            json!({"bucket": "my-bucket", "region": "eu-central-1", "role_arn": ROLE}),
        ),
        (
            Repository::s3("my-bucket", ROLE).endpoint("vpce-1.s3.eu-west-1.vpce.amazonaws.com"),
            json!({"bucket": "my-bucket", "region": "eu-central-1", "endpoint": "vpce-1.s3.eu-west-1.vpce.amazonaws.com", "role_arn": ROLE}),
        ),
        (
            Repository::s3_self_managed("my-bucket").setting("client", "backup"),
            json!({"bucket": "my-bucket", "client": "backup"}),
        ),
        (
            Repository::s3_self_managed("my-bucket").region("us-east-1"),
            json!({"bucket": "my-bucket", "region": "us-east-1"}),
        ),
    ] {
        let body = repository.body(Some("eu-central-1")).unwrap();
        assert_eq!(body, json!({"type": "s3", "settings": expected}));
    }
}

#[test]
fn an_invalid_repository_is_an_error_before_sending() {
    let s3 = |bucket: &str, role: &str| Repository::s3(bucket, role).region("eu-west-1");
    for (repository, reason) in [
        (s3("my-bucket", ""), "fewer than six parts"),
        (s3("my-bucket", "snapshots"), "fewer than six parts"),
        (
            s3("my-bucket", "arn:aws:iam::123456789012:user/ann"),
            "not the ARN of an IAM role",
        ),
        (s3("my-bucket", "arn:aws:iam::1234:role/x"), "not 12 digits"),
        (
            s3("my-bucket", "arn:aws:s3:::my-bucket"),
            "not the ARN of an IAM role",
        ),
        (
            s3("my-bucket", ROLE).region("cn-north-1"),
            "region cn-north-1 is in aws-cn",
        ),
        (
            s3("my-bucket", "arn:aws-cn:iam::123456789012:role/x"),
            "region eu-west-1 is in aws",
        ),
        (s3("", ROLE), "not a bucket name"),
        (s3("s3://my-bucket", ROLE), "give the name alone"),
        (Repository::fs(""), "`location` of the repository is empty"),
        (
            Repository::s3("my-bucket", ROLE),
            "the region of bucket my-bucket is missing",
        ),
    ] {
        let error = repository.register("r").request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_name_that_would_change_the_meaning_of_a_path_is_refused() {
    for name in ["", "_all", "_status", "*", "a*", "a,b", "a b", "a/b"] {
        for request in [
            Delete::new("r", name).request(),
            Create::new("r", name).request(),
            Restore::new("r", name).request(),
            Restore::new(name, "s").request(),
            DeleteRepository::new(name).request(),
            Repository::fs("x").register(name).request(),
        ] {
            assert_eq!(
                request.unwrap_err().kind(),
                ErrorKind::InvalidRequest,
                "{name}"
            );
        }
    }
    for request in [
        Create::new(AUTOMATED, "s").request(),
        Delete::new(AUTOMATED_ENCRYPTED, "s").request(),
        DeleteRepository::new(AUTOMATED).request(),
    ] {
        let error = request.unwrap_err().to_string();
        assert!(error.contains("only be listed and restored"), "{error}");
    }
    Restore::new(AUTOMATED, "s").request().unwrap();
}

#[test]
fn captured_responses_are_read() {
    let register = || Repository::fs("capture").register("backup");
    decoded("repository_put.json", register, |made| {
        assert!(made.acknowledged)
    });
    decoded("repository_get.json", GetRepository::all, |found| {
        assert_eq!(found["backup"].kind, "fs");
        assert_eq!(found["backup"].settings["location"], "capture");
    });
    decoded(
        "repository_verify.json",
        || Verify::new("backup"),
        |verified| {
            assert_eq!(verified.nodes.values().next().unwrap().name, "node-1");
        },
    );
    let create = || Create::new("backup", "first");
    decoded("snapshot_create.json", create, |created| {
        let snapshot = created.snapshot.unwrap();
        assert_eq!(snapshot.state, State::Success);
        assert_eq!(snapshot.shards.successful, snapshot.shards.total);
        assert!(snapshot.indices.contains(&"movies".to_owned()));
    });
    decoded("snapshot_create_accepted.json", create, |created| {
        assert!(created.snapshot.is_none());
    });
    decoded(
        "snapshot_get.json",
        || Get::new("backup", "first"),
        |found| {
            assert_eq!((found.len(), &*found[0].snapshot), (1, "first"));
            assert!(!found[0].state.is_in_progress());
        },
    );
    decoded(
        "snapshot_status.json",
        || Status::new("backup", "first"),
        |found| {
            let movies = &found[0].indices["movies"];
            assert_eq!(movies.shards["0"].stage, "DONE");
            assert_eq!(movies.shards_stats.done, 1);
            assert!(found[0].stats.total.size_in_bytes > 0);
        },
    );
    decoded(
        "snapshot_restore.json",
        || Restore::new("backup", "first"),
        |restored| {
            assert_eq!(restored.snapshot.unwrap().indices, ["restored-movies"]);
        },
    );
    decoded(
        "snapshot_delete.json",
        || Delete::new("backup", "first"),
        |gone| {
            assert!(gone.acknowledged);
        },
    );
    let delete = || DeleteRepository::new("backup");
    decoded("repository_delete.json", delete, |gone| {
        assert!(gone.acknowledged)
    });
}

#[test]
fn a_registration_may_be_accepted_or_acknowledged() {
    let register = Repository::fs("x").register("r");
    for body in [r#"{"accepted":true}"#, r#"{"acknowledged":true}"#] {
        assert!(register.decode(response(200, body)).unwrap().acknowledged);
    }
    assert!(register.decode(response(200, "[]")).is_err());
}

#[test]
fn captured_errors_have_their_kind() {
    let create = || Create::new("backup", "first");
    refused("snapshot_create_exists.json", create, |error| {
        assert_eq!(error.kind(), ErrorKind::BadRequest);
    });
    refused(
        "snapshot_missing.json",
        || Get::new("backup", "missing"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
        },
    );
    refused(
        "repository_missing.json",
        || GetRepository::new("missing"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
        },
    );
    refused(
        "snapshot_restore_over_open.json",
        || Restore::new("backup", "first"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert!(!error.may_have_been_applied() && !error.is_retryable());
            assert!(error.to_string().starts_with("cannot restore index `movies` of snapshot `first` in repository `backup`: an open index has this name"), "{error}");
            assert!(error.hint().unwrap().contains("rename"));
        },
    );
}

#[test]
fn a_denial_names_its_cause_and_the_document_that_removes_it() {
    let domain = Arn::domain("aws", "eu-west-1", "123456789012", "movies").unwrap();
    let register = Repository::s3("my-bucket", ROLE)
        .register("r")
        .domain(domain);
    let pass_role = r#"{"Message":"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/snapshots"}"#;
    let not_mapped = r#"{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [cluster:admin/repository/put] and User [name=arn:aws:sts::123456789012:assumed-role/reader/ann, backend_roles=[], requestedTenant=null]"}],"type":"security_exception","reason":"no permissions for [cluster:admin/repository/put] and User [name=arn:aws:sts::123456789012:assumed-role/reader/ann, backend_roles=[], requestedTenant=null]"},"status":403}"#;
    let no_trust = r#"{"error":{"root_cause":[{"type":"a_w_s_security_token_service_exception","reason":"User: arn:aws:sts::000000000000:assumed-role/cp-sts-grant-role/swift-eu-west-1-prod is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/snapshots"}],"type":"repository_verification_exception","reason":"[r] path is not accessible on cluster-manager node","caused_by":{"type":"a_w_s_security_token_service_exception","reason":"User: arn:aws:sts::000000000000:assumed-role/cp-sts-grant-role/swift-eu-west-1-prod is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/snapshots"}},"status":500}"#;
    for (status, body, hint, key, value) in [
        (
            403,
            pass_role,
            "iam:PassRole on arn:aws:iam::123456789012:role/snapshots",
            "/Statement/2/Resource/0",
            ROLE,
        ),
        (
            403,
            not_mapped,
            "map arn:aws:iam::123456789012:role/reader to `manage_snapshots`",
            "/backend_roles/0",
            "arn:aws:iam::123456789012:role/reader",
        ),
        (
            500,
            no_trust,
            "let es.amazonaws.com assume arn:aws:iam::123456789012:role/snapshots",
            "/Statement/0/Condition/ArnLike/aws:SourceArn/0",
            "arn:aws:es:eu-west-1:123456789012:domain/movies",
        ),
    ] {
        let error = register.decode(response(status, body)).unwrap_err();
        assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
        let document: Value = serde_json::from_str(error.document().unwrap()).unwrap();
        assert_eq!(document.pointer(key), Some(&value.into()), "{document}");
    }
    refused(
        "security_restore_of_everything.json",
        || Restore::new("backup", "first"),
        |error| {
            assert!(
                error.hint().unwrap().contains("system indices"),
                "{:?}",
                error.hint()
            );
        },
    );
}

#[test]
fn a_partial_snapshot_is_an_error_unless_accepted() {
    let body = r#"{"snapshot":{"snapshot":"s","state":"PARTIAL","failures":[{"index":"movies","shard_id":2,"reason":"primary shard is not allocated"}],"shards":{"total":5,"failed":1,"successful":4}}}"#;
    let error = Create::new("r", "s")
        .decode(response(200, body))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(
        error.to_string(),
        "snapshot `s` in repository `r` is partial: 1 of 5 shards failed; shard 2 of index `movies`: primary shard is not allocated"
    );
    let accepted = Create::new("r", "s")
        .partial(true)
        .decode(response(200, body));
    assert_eq!(accepted.unwrap().snapshot.unwrap().state, State::Partial);
    let failed = body.replace("PARTIAL", "FAILED");
    for accepts in [true, false] {
        let create = Create::new("r", "s").partial(accepts);
        let error = create.decode(response(200, &*failed)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incomplete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_registration_is_repeated_while_its_verification_fails() {
    let unverified = r#"{"error":{"type":"repository_verification_exception","reason":"[r] path is not accessible"},"status":500}"#;
    let repository = Repository::s3("my-bucket", ROLE);
    let server = Server::of(
        "es",
        [
            (500, unverified),
            (500, unverified),
            (200, r#"{"acknowledged":true}"#),
        ],
    );
    repository.register("r").run(&server.client).await.unwrap();
    let sent = server.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(
        sent[0].2["settings"]["region"], "eu-west-1",
        "the client's region"
    );

    let server = Server::of("es", vec![(500, unverified); 200]);
    let started = Instant::now();
    let register = repository
        .register("r")
        .verification_timeout(Duration::from_secs(30));
    let error = register.run(&server.client).await.unwrap_err();
    assert_eq!(
        error.error_type(),
        Some("repository_verification_exception")
    );
    assert!(
        (30..35).contains(&started.elapsed().as_secs()),
        "{:?}",
        started.elapsed()
    );

    let missing = r#"{"error":{"type":"repository_exception","reason":"[r] failed to create repository"},"status":500}"#;
    let server = Server::of("es", [(500, missing), (200, "{}")]);
    repository
        .register("r")
        .run(&server.client)
        .await
        .unwrap_err();
    assert_eq!(server.sent().len(), 1, "a different error is not repeated");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_polled_until_it_ends() {
    let server = Server::of(
        "es",
        [
            (200, r#"{"accepted":true}"#),
            (
                200,
                r#"{"snapshots":[{"snapshot":"s","state":"IN_PROGRESS"}]}"#,
            ),
            (503, "busy"),
            (
                200,
                r#"{"snapshots":[{"snapshot":"s","state":"IN_PROGRESS"}]}"#,
            ),
            (
                200,
                r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":["movies"]}]}"#,
            ),
        ],
    );
    let snapshot = Create::new("r", "s").run(&server.client).await.unwrap();
    assert_eq!(snapshot.indices, ["movies"]);
    let last = server.sent().pop().unwrap();
    assert_eq!((&*last.0, &*last.1), ("GET", "/_snapshot/r/s"));

    let going_on = r#"{"snapshots":[{"snapshot":"s","state":"IN_PROGRESS"}]}"#;
    let server = Server::of("es", vec![(200, going_on); 100]);
    let finish = Finish::new("r", "s").wait_timeout(Duration::from_secs(60));
    let error = finish.run(&server.client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Timeout, true)
    );
    assert!(
        error
            .to_string()
            .contains("`s` in repository `r` is still in progress after 60s"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_response_was_lost_is_looked_up() {
    let server = Server::of(
        "es",
        [
            (504, "<html>gateway timeout</html>"),
            (200, r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS"}]}"#),
        ],
    );
    let snapshot = Create::new("r", "s").run(&server.client).await.unwrap();
    assert_eq!(snapshot.state, State::Success);
    let missing = r#"{"error":{"type":"snapshot_missing_exception","reason":"[r:s] is missing"},"status":404}"#;
    let server = Server::of(
        "es",
        [(504, "<html>gateway timeout</html>"), (404, missing)],
    );
    let error = Create::new("r", "s").run(&server.client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown);
}

#[tokio::test(start_paused = true)]
async fn progress_is_a_stream_that_ends_with_the_snapshot() {
    let status = |state: &str, done: u32| {
        format!(
            r#"{{"snapshots":[{{"snapshot":"s","state":"{state}","shards_stats":{{"done":{done},"total":2}}}}]}}"#
        )
    };
    let bodies = [
        status("STARTED", 0),
        status("STARTED", 1),
        status("SUCCESS", 2),
    ];
    let server = Server::of("es", bodies.iter().map(|body| (200, &**body)));
    let progress = Finish::new("r", "s").progress(&server.client);
    let done: Vec<_> = progress
        .map_ok(|it| it.shards_stats.done)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(done, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_restore_waits_for_each_index_under_its_new_name() {
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":[".security","logs","movies"]}]}"#;
    // An index is yellow while its shards wait for their data.
    let health = |logs: u32, movies: &str| {
        format!(
            r#"{{"status":"red","initializing_shards":1,"indices":{{"old-logs":{{"status":"yellow","number_of_shards":2,"active_primary_shards":{logs}}},"old-movies":{{"status":"{movies}","number_of_shards":1,"active_primary_shards":1}}}}}}"#
        )
    };
    let (red, half, ready) = (health(0, "red"), health(1, "green"), health(2, "green"));
    let server = Server::of(
        "es",
        [
            (200, r#"{"accepted":true}"#),
            (200, info),
            (408, &red),
            (200, &half),
            (200, &ready),
        ],
    );
    let restore = Restore::new("r", "s").rename("(.+)", "old-$1");
    let restored = restore.run(&server.client).await.unwrap().all().unwrap();
    let names: Vec<_> = restored
        .iter()
        .map(|it| (&*it.source, &*it.index, it.status))
        .collect();
    assert_eq!(
        names,
        [
            ("logs", "old-logs", cluster::Status::Yellow),
            ("movies", "old-movies", cluster::Status::Green),
        ]
    );
    assert_eq!(
        server.sent()[2].1,
        "/_cluster/health/old-logs,old-movies?level=indices&timeout=1s"
    );
}

#[tokio::test(start_paused = true)]
async fn an_index_that_cannot_be_restored_has_an_error_of_its_own() {
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":["logs","movies"]}]}"#;
    let health = r#"{"status":"red","initializing_shards":0,"indices":{"logs":{"status":"red","number_of_shards":1},"movies":{"status":"green"}}}"#;
    let mut responses = vec![(200, r#"{"accepted":true}"#), (200, info)];
    responses.extend([(200, health); 50]);
    let server = Server::of("es", responses);
    let started = Instant::now();
    let restored = Restore::new("r", "s").run(&server.client).await.unwrap();
    assert!((60..90).contains(&started.elapsed().as_secs()));
    assert_eq!(restored.ready(), 1);
    assert!(restored.indices[1].result.is_ok());
    let error = restored.all().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(
        error
            .to_string()
            .starts_with("index `logs`, restored from `logs` of snapshot `s`, is not ready: its status is red, and 0 of 1 primary shards are in use"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_still_being_restored_after_the_limit_has_timed_out() {
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":["logs"]}]}"#;
    let health = r#"{"status":"yellow","initializing_shards":1,"indices":{"logs":{"status":"yellow","number_of_shards":1}}}"#;
    let mut responses = vec![(200, r#"{"accepted":true}"#), (200, info)];
    responses.extend([(200, health); 50]);
    let server = Server::of("es", responses);
    let restore = Restore::new("r", "s").wait_timeout(Duration::from_secs(90));
    let restored = restore.run(&server.client).await.unwrap();
    let error = restored.all().unwrap_err();
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Timeout, true)
    );
    assert!(error.to_string().contains("after 90s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_collection_refuses_snapshots_before_anything_is_sent() {
    let server = Server::of("aoss", []);
    let client = &server.client;
    let mut errors: Vec<Error> = Vec::new();
    errors.extend(client.send(Repository::fs("x").register("r")).await.err());
    errors.extend(
        Repository::s3("my-bucket", ROLE)
            .register("r")
            .run(client)
            .await
            .err(),
    );
    errors.extend(client.send(GetRepository::all()).await.err());
    errors.extend(client.send(Verify::new("r")).await.err());
    errors.extend(client.send(Cleanup::new("r")).await.err());
    errors.extend(client.send(DeleteRepository::new("r")).await.err());
    errors.extend(client.send(Create::new("r", "s")).await.err());
    errors.extend(client.send(Get::all("r")).await.err());
    errors.extend(client.send(Status::running()).await.err());
    errors.extend(client.send(Delete::new("r", "s")).await.err());
    errors.extend(
        client
            .send(CloneSnapshot::new("r", "s", "t", "*"))
            .await
            .err(),
    );
    errors.extend(client.send(Restore::new("r", "s")).await.err());
    errors.extend(
        client
            .send(GetRepository::new(AUTOMATED_SERVERLESS))
            .await
            .err(),
    );
    errors.extend(
        client
            .send(Status::new(AUTOMATED_SERVERLESS, "s"))
            .await
            .err(),
    );
    errors.extend(
        client
            .call(Get::all("r"))
            .max_attempts(1)
            .send()
            .await
            .err(),
    );
    assert_eq!(errors.len(), 15);
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.status().is_none());
    }
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn the_snapshots_of_a_collection_are_those_that_the_service_takes() {
    // As AWS's page shows a response, with `indexes`; and as OpenSearch writes it.
    let later = r#"{"snapshot":"snapshot-2","uuid":"u2","version_id":136327827,"version":"2.11.0","remote_store_index_shallow_copy":true,"indexes":["movies"],"data_streams":[],"include_global_state":true,"metadata":{},"state":"SUCCESS","start_time":"2025-01-27T09:52:11.953Z","start_time_in_millis":1737971531953,"end_time":"2025-01-27T09:53:01.062Z","end_time_in_millis":1737971581062,"duration_in_millis":49109,"failures":[],"shards":{"total":0,"failed":0,"successful":0}}"#;
    let earlier = r#"{"snapshot":"snapshot-1","uuid":"u1","indices":["logs"],"state":"SUCCESS","start_time_in_millis":1737964331000}"#;
    let body = format!(r#"{{"snapshots":[{later},{earlier}]}}"#);
    let server = Server::of("aoss", [(200, &*body)]);
    let found = automated(&server.client).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|(repository, it)| (*repository, &*it.snapshot, &*it.indices[0]))
        .collect();
    assert_eq!(
        found,
        [
            ("aoss-automated", "snapshot-1", "logs"),
            ("aoss-automated", "snapshot-2", "movies")
        ]
    );
    let sent = server.sent();
    assert_eq!(
        (sent.len(), &*sent[0].0, &*sent[0].1),
        (1, "GET", "/_snapshot/aoss-automated/_all")
    );
    let error = server.client.send(Delete::new(AUTOMATED_SERVERLESS, "s"));
    let error = error.await.unwrap_err();
    assert!(
        error.to_string().contains("only be listed and restored"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_restore_into_a_collection_is_followed_by_its_recoveries() {
    let row = |index: &str, start: u64, stage: &str, percent: &str| {
        format!(
            r#"{{"index":"{index}","shard":"0","type":"snapshot","stage":"{stage}","repository":"aoss-automated","snapshot":"s","start_time_millis":"{start}","bytes_percent":"{percent}"}}"#
        )
    };
    // An earlier restore of the same index, and the start of an index that this restore does not contain.
    let old = row("r-movies", 1, "done", "100.0%");
    let other =
        r#"{"index":"logs","shard":"0","type":"empty_store","stage":"done","snapshot":"n/a"}"#;
    let running = row("r-movies", 2, "index", "42.5%");
    let done = row("r-movies", 2, "done", "100.0%");
    let rows = |row: &str| format!("[{old},{other},{row}]");
    let none = format!("[{old},{other}]");
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indexes":["movies","logs"]}]}"#;
    let (running, done) = (rows(&running), rows(&done));
    let server = Server::of(
        "aoss",
        [
            (200, &*none),
            (200, r#"{"accepted":true}"#),
            (200, info),
            (200, &*none),
            (503, ""),
            (200, &*running),
            (200, &*done),
        ],
    );
    let restore = Restore::new(AUTOMATED_SERVERLESS, "s").indices("movies");
    let restore = restore.rename("^", "r-");
    let restored = restore.run(&server.client).await.unwrap().all().unwrap();
    assert_eq!(restored.len(), 1);
    assert_eq!(
        (&*restored[0].source, &*restored[0].index),
        ("movies", "r-movies")
    );
    let sent = server.sent();
    assert_eq!(sent[1].1, "/_snapshot/aoss-automated/s/_restore");
    assert_eq!(sent[1].2["indices"], "movies");
    assert!(
        sent[3].1.starts_with("/_cat/recovery?format=json"),
        "{}",
        sent[3].1
    );
    assert_eq!(sent.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn the_progress_of_a_restore_into_a_collection_says_how_far_it_is() {
    let row = |shard: u8, stage: &str, percent: &str| {
        format!(
            r#"{{"index":"movies","shard":"{shard}","type":"snapshot","stage":"{stage}","snapshot":"s","bytes_percent":"{percent}"}}"#
        )
    };
    let running = format!(
        "[{},{}]",
        row(0, "done", "100.0%"),
        row(1, "index", "42.5%")
    );
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":["movies"]}]}"#;
    let responses = [(200, r#"{"accepted":true}"#), (200, info)].into_iter();
    let endless = std::iter::repeat_n((200, &*running), 50);
    let server = Server::of("aoss", responses.chain(endless));
    let restore = Restore::new(AUTOMATED_SERVERLESS, "s").wait_timeout(Duration::from_secs(60));
    let restoring = server.client.send(&restore).await.unwrap();
    let first = restoring.progress(&server.client).boxed().next().await;
    let first = first.unwrap().unwrap();
    assert_eq!((first.ready(), first.indices[0].active_shards), (0, 1));
    let line = first.all().unwrap_err().to_string();
    assert!(
        line.contains("1 of 2 shards are in use, and the slowest has 42.5%"),
        "{line}"
    );
}

#[tokio::test]
async fn automated_snapshots_are_listed_from_the_repository_that_exists() {
    let missing = r#"{"error":{"type":"repository_missing_exception","reason":"[cs-automated] missing"},"status":404}"#;
    let found = r#"{"snapshots":[{"snapshot":"b","state":"SUCCESS","start_time_in_millis":2},{"snapshot":"a","state":"SUCCESS","start_time_in_millis":1}]}"#;
    let server = Server::of("es", [(404, missing), (200, found)]);
    let listed = automated(&server.client).await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|(repository, it)| (*repository, &*it.snapshot))
        .collect();
    assert_eq!(
        names,
        [("cs-automated-enc", "a"), ("cs-automated-enc", "b")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_migration_registers_read_only_and_compares_counts() {
    let info = r#"{"snapshots":[{"snapshot":"s","state":"SUCCESS","indices":["movies"]}]}"#;
    let health = r#"{"status":"green","indices":{"movies":{"status":"green"}}}"#;
    let (refreshed, counted) = (r#"{"_shards":{}}"#, r#"{"count":7,"_shards":{}}"#);
    for (before, is_equal) in [(counted, true), (r#"{"count":8,"_shards":{}}"#, false)] {
        let old = Server::of("es", [(200, refreshed), (200, before)]);
        let new = Server::of(
            "es",
            [
                (200, r#"{"acknowledged":true}"#),
                (200, r#"{"accepted":true}"#),
                (200, info),
                (200, health),
                (200, refreshed),
                (200, counted),
            ],
        );
        let migration = Migration::new(Repository::s3("my-bucket", ROLE), Restore::new("r", "s"));
        let migrated = migration.run(&old.client, &new.client).await;
        assert_eq!(new.sent()[0].2["settings"]["readonly"], true);
        match migrated {
            Ok(indices) => {
                assert!(is_equal);
                assert_eq!((&*indices[0].target, indices[0].documents), ("movies", 7));
            }
            Err(error) => {
                assert!(!is_equal);
                assert!(
                    error
                        .to_string()
                        .contains("`movies` has 8 documents on the source"),
                    "{error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_domain_of_a_trust_policy_comes_from_the_clients_host() {
    let server = Server::of("es", []);
    let domain = advice::domain_of(&server.client, ROLE).unwrap();
    assert_eq!(
        domain.as_str(),
        "arn:aws:es:eu-west-1:123456789012:domain/my-movies"
    );
    assert!(advice::domain_of(&Server::of("aoss", []).client, ROLE).is_none());
}

/// A client over responses in memory.
struct Server {
    client: Client,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// Method, target and body.
type Sent = (String, String, Value);

impl Server {
    /// A server that responds with these statuses and bodies in turn, and then fails the test.
    fn of<'a>(service: &str, responses: impl IntoIterator<Item = (u16, &'a str)>) -> Self {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&sent);
        let responses = responses
            .into_iter()
            .map(|(status, body)| (status, body.to_owned()));
        let responses = Arc::new(Mutex::new(responses.collect::<VecDeque<_>>()));
        let over = tower::service_fn(move |request: Request<Body>| {
            let body = serde_json::from_slice(request.body().as_bytes()).unwrap_or_default();
            let target = request.uri().path_and_query().unwrap().to_string();
            let method = request.method().to_string();
            log.lock().unwrap().push((method, target, body));
            let (status, body) = responses
                .lock()
                .unwrap()
                .pop_front()
                .expect("one more response");
            let response = http::Response::builder().status(StatusCode::from_u16(status).unwrap());
            let body = Full::new(Bytes::from(body));
            std::future::ready(Ok::<_, BoxError>(response.body(body).unwrap()))
        });
        let url = match service {
            "aoss" => "https://abcdefghij0123456789.eu-west-1.aoss.amazonaws.com",
            _ => "https://search-my-movies-abcdefghijklmnopqrstuvwxyz.eu-west-1.es.amazonaws.com",
        };
        let client = Client::builder(url)
            .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
            .max_attempts(1)
            .over(over)
            .build();
        Self {
            client: client.unwrap(),
            sent,
        }
    }

    fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}
