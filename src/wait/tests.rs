use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::Instant;

use super::*;
use crate::opensearch::Client;
use crate::opensearch::fixtures::{captured_as, client_of};

type Asked = Arc<Mutex<Vec<(Instant, String)>>>;

/// A client whose server responds with these statuses and bodies, the last one for ever; and what it
/// was asked, with the time of each request.
fn client(responses: impl IntoIterator<Item = (u16, String)>) -> (Client, Asked) {
    let mut responses: VecDeque<_> = responses.into_iter().collect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let client = client_of(move |line, _| {
        log.lock().unwrap().push((Instant::now(), line.to_owned()));
        match responses.len() {
            1 => responses[0].clone(),
            _ => responses.pop_front().unwrap(),
        }
    });
    (client, asked)
}

/// A response that a real server gave.
fn captured(file: &str) -> (u16, String) {
    let (_, response) = captured_as(file).into_iter().next().unwrap();
    (response.status.as_u16(), response.text().into_owned())
}

fn unavailable() -> (u16, String) {
    (
        503,
        r#"{"error":{"type":"x","reason":"y"},"status":503}"#.to_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_task_is_followed_to_its_end_with_waits_that_grow() {
    let running = captured("task_running.json");
    let states = vec![running.clone(); 9]
        .into_iter()
        .chain([captured("task_get.json")]);
    let (client, asked) = client(states);
    let mut seen = Vec::new();
    let task = client.task("n:1");
    let done = task.wait_with(|state| seen.push(state.completed));
    assert_eq!(done.await.unwrap().progress().unwrap().updated, 6);
    assert_eq!((seen.len(), seen.last()), (10, Some(&true)));
    let asked = asked.lock().unwrap();
    assert!(
        asked.iter().all(|(_, line)| line == "GET /_tasks/n:1"),
        "{asked:?}"
    );
    let waits: Vec<_> = asked.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    for (wait, longest) in waits
        .iter()
        .zip([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0])
    {
        let longest = Duration::from_secs_f64(longest);
        let slack = Duration::from_millis(2);
        assert!(
            *wait + slack >= longest / 2 && *wait <= longest + slack,
            "{waits:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_started_task_returns_what_it_did() {
    let (client, _) = client([captured("task_running.json"), captured("task_get.json")]);
    let started: crate::opensearch::tasks::StartResponse =
        serde_json::from_str(r#"{"task":"n:1"}"#).unwrap();
    assert_eq!(started.wait(&client).await.unwrap().total, 6);
    let merge = r#"{"completed":true,"task":{"node":"n","id":1,"action":"indices:admin/forcemerge"},"response":{"_shards":{"total":1,"failed":0}}}"#;
    let (client, _) = self::client([(200, merge.to_owned())]);
    let error = started.wait(&client).await.unwrap_err();
    assert!(matches!(error, WaitError::NoProgress { .. }), "{error}");
    assert!(client.task("n:1").wait().await.unwrap().completed);
}

#[tokio::test]
async fn a_failure_inside_the_result_of_a_task_is_an_error_that_says_what_failed() {
    let shards = r#"{"completed":true,"task":{"node":"n","id":1,"action":"a"},"response":{"_shards":{"total":2,"failed":1,"failures":[{"index":"movies","shard":0,"reason":{"type":"io_exception","reason":"disk"}}]}}}"#;
    let search = r#"{"completed":true,"task":{"node":"n","id":1,"action":"a"},"response":{"total":3,"batches":0,"failures":[{"index":"m","shard":2,"node":"x","reason":{"type":"search_phase","reason":"a\nb"}}]}}"#;
    let timed_out = r#"{"completed":true,"task":{"node":"n","id":1,"action":"a"},"response":{"total":3,"batches":0,"timed_out":true,"failures":[]}}"#;
    for ((status, body), failed, parts) in [
        (
            captured("task_with_error.json"),
            1,
            &["script_exception: runtime error", "null_pointer_exception"][..],
        ),
        (
            captured("task_with_failures.json"),
            3,
            &[
                "index strict, id 1: strict_dynamic_mapping_exception: ",
                "(400)",
            ],
        ),
        (
            (200, shards.to_owned()),
            1,
            &["index movies, shard 0: io_exception: disk"],
        ),
        (
            (200, search.to_owned()),
            1,
            &[r"index m, shard 2: search_phase: a\nb"],
        ),
        ((200, timed_out.to_owned()), 1, &["timed out"]),
    ] {
        let (client, _) = client([(status, body)]);
        let error = client.task("n:1").wait().await.unwrap_err();
        let line = error.to_string();
        let WaitError::Failed { failures, .. } = error else {
            panic!("{line}")
        };
        assert_eq!(failures, failed, "{line}");
        for part in parts.iter().chain(&["task n:1 failed"]) {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains('\n'), "{line}");
    }
}

#[tokio::test]
async fn a_cancelled_task_is_an_error_with_what_it_did() {
    let (client, _) = client([captured("task_cancelled.json")]);
    let error = client.task("n:1").wait().await.unwrap_err();
    let WaitError::Cancelled {
        reason, progress, ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(reason, "by user request");
    assert_eq!(progress.unwrap().created, 3);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_the_cluster_does_not_know_is_not_found() {
    let (client, asked) = client([captured("task_missing.json")]);
    let began = Instant::now();
    let error = client.task("n:1").wait().await.unwrap_err();
    assert!(matches!(error, WaitError::NotFound { .. }), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 4);
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_task_is_followed_though_it_is_unknown_until_its_result_is_stored() {
    let missing = captured("task_missing.json");
    let states = [captured("task_running.json"), missing.clone(), missing];
    let (client, asked) = client(states.into_iter().chain([captured("task_get.json")]));
    let done = client.task("n:1").wait().await.unwrap();
    assert_eq!(done.progress().unwrap().updated, 6);
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn reads_that_fail_for_a_reason_that_may_pass_are_repeated() {
    // Each read has three attempts of the client's own.
    let failures = vec![unavailable(); 12].into_iter();
    let (client, _) = client(failures.chain([captured("task_get.json")]));
    assert!(client.task("n:1").wait().await.unwrap().completed);
}

#[tokio::test(start_paused = true)]
async fn reads_that_always_fail_end() {
    let (client, asked) = client([unavailable()]);
    let error = client.task("n:1").wait().await.unwrap_err();
    assert!(matches!(error, WaitError::Read { .. }), "{error}");
    let asked = asked.lock().unwrap().len();
    assert!((11..=33).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_task_is_followed_no_longer_than_asked() {
    let (client, _) = client([captured("task_running.json")]);
    let start = Instant::now();
    let limit = Duration::from_secs(60);
    let task = client.task("n:1").with_timeout(limit);
    let error = task.wait().await.unwrap_err();
    assert!(
        error.to_string().contains("still runs after 60s"),
        "{error}"
    );
    let took = start.elapsed();
    assert!(
        took >= limit && took < limit + Duration::from_secs(1),
        "{took:?}"
    );

    let mut states = task.with_timeout(Duration::MAX).follow();
    for _ in 0..20 {
        assert!(!states.next().await.unwrap().unwrap().completed);
    }
}

#[tokio::test]
async fn a_stream_of_states_ends_after_the_complete_task_or_an_error() {
    let (client, _) = client([captured("task_running.json"), captured("task_get.json")]);
    let states: Vec<_> = client.task("n:1").follow().collect().await;
    let completed: Vec<_> = states
        .iter()
        .map(|state| state.as_ref().unwrap().completed)
        .collect();
    assert_eq!(completed, [false, true]);
    let (client, _) = self::client([captured("task_with_error.json")]);
    let states: Vec<_> = client.task("n:1").follow().collect().await;
    assert!(
        matches!(&*states, [Err(WaitError::Failed { .. })]),
        "{states:?}"
    );
}

#[tokio::test]
async fn a_task_is_limited_and_cancelled_on_request() {
    let responses = ["task_rethrottle.json", "task_cancel.json"].map(captured);
    let (client, asked) = client(responses);
    let task = client.task("n:1");
    assert_eq!(task.rethrottle(2.0).await.unwrap().tasks.len(), 1);
    assert!(task.cancel().await.unwrap().tasks[0].cancelled);
    let asked = asked.lock().unwrap();
    let lines: Vec<_> = asked.iter().map(|(_, line)| &**line).collect();
    let limit = "POST /_reindex/n:1/_rethrottle?group_by=none&requests_per_second=2";
    assert_eq!(lines, [limit, "POST /_tasks/n:1/_cancel?group_by=none"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_index_is_asked_until_it_can_be_written_and_nothing_is_left_behind() {
    let missing = r#"{"took":0,"errors":true,"items":[{"delete":{"_index":"movies","_id":"x","status":404,"error":{"type":"index_not_found_exception","reason":"no such index [movies]"}}}]}"#;
    let whole = r#"{"error":{"type":"index_not_found_exception","reason":"no such index [movies]"},"status":404}"#;
    let throttled = r#"{"took":0,"errors":true,"items":[{"delete":{"_index":"movies","_id":"x","status":429,"error":{"type":"x","reason":"slow down"}}}]}"#;
    for ready in [
        r#"{"took":0,"errors":false,"items":[{"delete":{"_index":"movies","_id":"x","status":404,"result":"not_found"}}]}"#,
        // A collection without ids.
        r#"{"took":0,"errors":true,"items":[{"delete":{"_index":"movies","_id":"x","status":400,"error":{"type":"illegal_argument_exception","reason":"Document ID is not supported in create/index operation request"}}}]}"#,
    ] {
        let mut responses = vec![(200, missing), (404, whole), (200, throttled), (200, ready)];
        responses.reverse();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&bodies);
        let client = client_of(move |line, body| {
            log.lock().unwrap().push((line.to_owned(), body.to_owned()));
            let (status, response) = responses.pop().unwrap();
            // The item has the id of the operation.
            let id = body.split('"').nth(5).unwrap();
            (
                status,
                response.replace("\"x\",\"status\"", &format!("\"{id}\",\"status\"")),
            )
        });
        let limit = Duration::from_secs(60);
        client.wait_until_writable("movies", limit).await.unwrap();
        let bodies = bodies.lock().unwrap();
        assert_eq!(bodies.len(), 4);
        for (line, body) in &*bodies {
            assert!(line.starts_with("POST /movies/_bulk"), "{line}");
            assert!(body.starts_with(r#"{"delete":{"_id":"sigtower-"#), "{body}");
            assert_eq!(body.lines().count(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_an_index_ends_at_its_limit_with_the_reason() {
    let whole = r#"{"error":{"type":"index_not_found_exception","reason":"no such index [movies]"},"status":404}"#;
    let (client, asked) = client([(404, whole.to_owned())]);
    let start = Instant::now();
    let limit = Duration::from_secs(30);
    let error = client
        .wait_until_writable("movies", limit)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), crate::opensearch::ErrorKind::Timeout);
    assert!(error.is_timeout());
    let line = error.to_string();
    assert!(
        line.contains("\"movies\"") && line.contains("30s") && line.contains("no such index"),
        "{line}"
    );
    assert!(start.elapsed() <= limit && asked.lock().unwrap().len() > 5);
    // A limit without end does not overflow.
    let endless = client.wait_until_visible("movies", Visible::Count(1), Duration::MAX);
    assert!(tokio::time::timeout(limit, endless).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_denial_ends_a_wait_at_once() {
    let (client, asked) = client([(403, r#"{"message":"User: a is not authorized"}"#.to_owned())]);
    let limit = Duration::from_secs(30);
    for error in [
        client
            .wait_until_writable("movies", limit)
            .await
            .unwrap_err(),
        client
            .wait_until_visible("movies", Visible::Id("1".into()), limit)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), crate::opensearch::ErrorKind::Denied);
    }
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn documents_are_counted_until_they_are_visible() {
    let counts = [0, 3, 9, 10].map(|count| (200, format!(r#"{{"count":{count}}}"#)));
    let (client, asked) = client(counts);
    let limit = Duration::from_secs(60);
    client
        .wait_until_visible("movies", Visible::Count(10), limit)
        .await
        .unwrap();
    assert_eq!(asked.lock().unwrap().len(), 4);
}
