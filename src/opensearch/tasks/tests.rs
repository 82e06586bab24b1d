use std::time::Duration;

use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::document::{Conflicts, DeleteByQuery, OpType, Reindex, UpdateByQuery};
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused, response};
use crate::retry::Idempotency;

#[test]
fn requests_are_as_the_reference_has_them() {
    let old = || json!({"range": {"year": {"lt": 1950}}});
    for (request, expected) in [
        (
            line(DeleteByQuery::new("movies", old()).conflicts(Conflicts::Proceed)),
            r#"POST /movies/_delete_by_query?wait_for_completion=false {"conflicts":"proceed","query":{"range":{"year":{"lt":1950}}}}"#,
        ),
        (
            line(
                DeleteByQuery::new("a,b-*", json!({}))
                    .slices("auto")
                    .requests_per_second(2.5)
                    .refresh(true)
                    .routing("ж")
                    .max_docs(7),
            ),
            r#"POST /a,b-*/_delete_by_query?wait_for_completion=false&slices=auto&requests_per_second=2.5&refresh=true&routing=%D0%B6 {"max_docs":7,"query":{}}"#,
        ),
        (
            line(UpdateByQuery::new("movies")),
            "POST /movies/_update_by_query?wait_for_completion=false",
        ),
        (
            line(
                UpdateByQuery::new("movies")
                    .query(json!({}))
                    .script(json!({"source": "x"}))
                    .pipeline("p"),
            ),
            r#"POST /movies/_update_by_query?wait_for_completion=false&pipeline=p {"query":{},"script":{"source":"x"}}"#,
        ),
        (
            line(
                Reindex::new("a,b-*", "c")
                    .query(json!({}))
                    .op_type(OpType::Create)
                    .pipeline("p")
                    .source_param("size", 10)
                    .dest_param("version_type", "external")
                    .slices(3),
            ),
            r#"POST /_reindex?wait_for_completion=false&slices=3 {"dest":{"index":"c","op_type":"create","pipeline":"p","version_type":"external"},"source":{"index":["a","b-*"],"query":{},"size":10}}"#,
        ),
        (
            line(Get::new("n:1").wait_for_completion(true).timeout("5s")),
            "GET /_tasks/n:1?wait_for_completion=true&timeout=5s",
        ),
        (
            line(List::new().actions("*byquery").parent_task_id("n:1")),
            "GET /_tasks?group_by=none&actions=%2Abyquery&parent_task_id=n%3A1",
        ),
        (
            line(Cancel::new("n:1")),
            "POST /_tasks/n:1/_cancel?group_by=none",
        ),
        (
            line(Rethrottle::new("n:1", 0.5)),
            "POST /_reindex/n:1/_rethrottle?group_by=none&requests_per_second=0.5",
        ),
        (
            line(Rethrottle::unlimited("n:1")),
            "POST /_reindex/n:1/_rethrottle?group_by=none&requests_per_second=-1",
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn a_call_without_a_task_id_is_invalid() {
    for error in [
        Get::new("").request().unwrap_err(),
        Cancel::new("").request().unwrap_err(),
        Rethrottle::new("", 1.0).request().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("task"), "{error}");
    }
}

#[test]
fn a_call_that_starts_a_task_is_not_repeated_and_one_that_steers_a_task_may_be() {
    let stated = |call: &dyn Fn() -> http::Request<crate::body::Body>| {
        call().extensions().get::<Idempotency>().copied()
    };
    let steering = Some(Idempotency::Idempotent);
    assert_eq!(stated(&|| Cancel::new("n:1").request().unwrap()), steering);
    let limit = || Rethrottle::new("n:1", 1.0).request().unwrap();
    assert_eq!(stated(&limit), steering);
    for start in [
        Reindex::new("a", "b").request().unwrap(),
        UpdateByQuery::new("a").request().unwrap(),
        DeleteByQuery::new("a", json!({})).request().unwrap(),
    ] {
        let judged = crate::opensearch::call::idempotency::of(&start.into_parts().0);
        assert_eq!(judged, Idempotency::NotIdempotent);
    }
}

#[test]
fn the_id_of_a_started_task_is_read() {
    let reindex = || Reindex::new("movies", "copies");
    decoded("reindex_task.json", reindex, |started| {
        let (node, number) = started.task.split_once(':').unwrap();
        assert!(!node.is_empty() && number.parse::<u64>().is_ok());
    });
    let update = || UpdateByQuery::new("movies");
    decoded("task_script_start.json", update, |started| {
        assert!(started.task.contains(':'));
    });
    // The server ran the task to its end, because a parameter asked for it.
    let waited = reindex().query_param("wait_for_completion", "true");
    let error = waited.decode(response(200, r#"{"took":1,"total":3}"#));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn the_progress_of_a_task_that_runs_is_read() {
    decoded(
        "task_running.json",
        || Get::new("n:1"),
        |response| {
            assert!(!response.completed && response.error.is_null());
            assert!(response.task.cancellable && !response.task.cancelled);
            assert!(response.task.running_time() > Duration::from_secs(1));
            assert_eq!(
                response.task.task_id(),
                format!("{}:{}", response.task.node, response.task.id)
            );
            let progress = response.progress().unwrap();
            assert!(progress.total >= 3 && (1..=2).contains(&progress.created));
            assert_eq!(progress.processed(), progress.created);
            assert_eq!(progress.requests_per_second, Some(1.0));
            assert!(progress.throttled_until_millis > 0);
        },
    );
}

#[test]
fn a_complete_task_has_the_response_of_its_call() {
    decoded(
        "task_get.json",
        || Get::new("n:1"),
        |response| {
            assert!(response.completed);
            let done = response.progress().unwrap();
            assert_eq!((done.total, done.updated, done.batches), (6, 6, 1));
            assert_eq!(
                (done.retries, done.requests_per_second),
                (Retries::default(), Some(-1.0))
            );
            assert!(done.took > 0 && done.failures.is_empty() && done.canceled.is_none());
        },
    );
    decoded(
        "task_sliced.json",
        || Get::new("n:1"),
        |response| {
            assert_eq!(response.progress().unwrap().slices.len(), 2);
        },
    );
}

#[test]
fn a_task_that_was_cancelled_or_failed_shows_why() {
    decoded(
        "task_cancelled.json",
        || Get::new("n:1"),
        |response| {
            assert!(response.completed && response.task.cancelled);
            let canceled = response.progress().unwrap().canceled;
            assert_eq!(canceled.as_deref(), Some("by user request"));
        },
    );
    decoded(
        "task_with_failures.json",
        || Get::new("n:1"),
        |response| {
            let done = response.progress().unwrap();
            assert!(done.total >= 3);
            assert_eq!(done.failures.len() as u64, done.total);
            assert_eq!(done.failures[0]["status"], 400);
        },
    );
    decoded(
        "task_with_error.json",
        || Get::new("n:1"),
        |response| {
            assert!(response.completed);
            assert_eq!(response.error["type"], "script_exception");
            // The status still says how far the task came.
            assert!(response.progress().unwrap().total >= 3);
        },
    );
    refused(
        "task_missing.json",
        || Get::new("n:1"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert_eq!(error.error_type(), Some("resource_not_found_exception"));
        },
    );
}

#[test]
fn tasks_that_were_listed_limited_or_cancelled_are_read() {
    decoded("task_list.json", List::new, |listed| {
        let [task] = &*listed.tasks else {
            panic!("{listed:?}")
        };
        assert_eq!(task.action, "indices:data/write/reindex");
        assert!((2..=3).contains(&task.progress().unwrap().created));
    });
    let limit = || Rethrottle::new("n:1", 2.0);
    decoded("task_rethrottle.json", limit, |limited| {
        let progress = limited.tasks[0].progress().unwrap();
        assert_eq!(progress.requests_per_second, Some(2.0));
    });
    let cancel = || Cancel::new("n:1");
    decoded("task_cancel.json", cancel, |cancelled| {
        assert!(cancelled.tasks[0].cancelled && cancelled.node_failures.is_empty());
        assert!(cancelled.tasks[0].progress().is_none());
    });
    decoded("task_cancel_missing.json", cancel, |cancelled| {
        assert!(cancelled.tasks.is_empty());
        let cause = &cancelled.node_failures[0]["caused_by"]["type"];
        assert_eq!(cause, "resource_not_found_exception");
    });
    decoded("task_rethrottle_missing.json", limit, |limited| {
        assert_eq!((limited.tasks.len(), limited.node_failures.len()), (0, 1));
    });
}

#[test]
fn the_status_of_a_different_kind_of_task_is_no_progress() {
    let task = |status: &str| {
        let body = format!(
            r#"{{"completed":false,"task":{{"node":"n","id":1,"action":"indices:admin/forcemerge","status":{status}}}}}"#
        );
        Get::new("n:1").decode(response(200, body)).unwrap()
    };
    for status in ["null", "{}", r#"{"phase":"INDEX"}"#, r#"{"total":"x"}"#] {
        assert!(task(status).progress().is_none(), "{status}");
    }
    // Numbers that no server sends do not overflow.
    let huge = u64::MAX;
    let huge = task(&format!(
        r#"{{"total":1,"batches":1,"created":{huge},"updated":{huge}}}"#
    ));
    assert_eq!(huge.progress().unwrap().processed(), u64::MAX);
}
