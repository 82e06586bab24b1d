//! Reads the result of a completed task: a success, or what failed.

use serde_json::Value;

use super::error::WaitError;
use crate::opensearch::error::OneLine;
use crate::opensearch::tasks::{GetResponse, Progress};
use crate::service_error::ClusterError;

/// Returns why a complete task did not succeed.
pub(super) fn check(task: &str, response: &GetResponse) -> Result<(), WaitError> {
    let progress = response.progress();
    let canceled = progress.as_ref().and_then(|done| done.canceled.clone());
    let task = task.to_owned();
    if !response.error.is_null() {
        return Err(WaitError::Failed {
            task,
            reason: describe(&response.error),
            failures: 1,
            progress: progress.map(Box::new),
        });
    }
    if let Some(first) = failures(&response.response).next() {
        return Err(WaitError::Failed {
            task,
            reason: describe_item(first),
            failures: failures(&response.response).count(),
            progress: progress.map(Box::new),
        });
    }
    if response.task.cancelled || canceled.is_some() {
        return Err(WaitError::Cancelled {
            task,
            reason: OneLine(canceled.as_deref().unwrap_or("no reason is known")).to_string(),
            progress: progress.map(Box::new),
        });
    }
    if progress.as_ref().is_some_and(has_timed_out) {
        return Err(WaitError::Failed {
            task,
            reason: "a search of the task timed out, so that documents are missing".to_owned(),
            failures: 1,
            progress: progress.map(Box::new),
        });
    }
    Ok(())
}

fn has_timed_out(progress: &Progress) -> bool {
    progress.timed_out
}

/// The documents that failed, and the shards that failed.
fn failures(response: &Value) -> impl Iterator<Item = &Value> {
    let lists = [
        response.get("failures"),
        response.pointer("/_shards/failures"),
    ];
    lists
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
}

/// One failure with its place: `index strict, id 1: strict_dynamic_mapping_exception: … (400)`.
fn describe_item(failure: &Value) -> String {
    let mut place = Vec::new();
    for name in ["index", "shard", "id"] {
        match failure.get(name) {
            Some(Value::String(value)) => place.push(format!("{name} {}", OneLine(value))),
            Some(Value::Number(value)) => place.push(format!("{name} {value}")),
            _ => {}
        }
    }
    let cause = failure.get("cause").or_else(|| failure.get("reason"));
    let mut line = match place.is_empty() {
        true => describe(cause.unwrap_or(failure)),
        false => format!(
            "{}: {}",
            place.join(", "),
            describe(cause.unwrap_or(failure))
        ),
    };
    if let Some(status) = failure.get("status").and_then(Value::as_u64) {
        line.push_str(&format!(" ({status})"));
    }
    line
}

fn describe(error: &Value) -> String {
    let read = ClusterError::read(error);
    let parts = [read.error_type, read.reason, read.cause];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => OneLine(&error.to_string()).to_string(),
        false => OneLine(&parts.join(": ")).to_string(),
    }
}
