//! Whether a page is complete.

use serde_json::Value;

use super::error::ExportError;
use super::settings::Settings;
use crate::opensearch::Error;
use crate::opensearch::error::OneLine;
use crate::opensearch::search::Hits;
use crate::service_error::ClusterError;

/// Returns why hits are missing from a page.
pub(super) fn complete<T>(page: &Hits<T>, settings: &Settings) -> Result<(), ExportError> {
    let index = settings.index.clone();
    if page.shards.failed > 0 {
        let reasons = page.shards.failures.iter();
        let mut reasons = reasons.map(|failure| ClusterError::read(&failure["reason"]));
        let first = reasons.next().unwrap_or_default();
        if is_expired(first.error_type.as_deref()) {
            return Err(ExportError::Expired {
                index,
                keep_alive: settings.keep_alive,
                source: None,
            });
        }
        let parts: Vec<_> = [first.error_type, first.reason]
            .into_iter()
            .flatten()
            .collect();
        let reason = match parts.is_empty() {
            true => "the response states no reason".to_owned(),
            false => OneLine(&parts.join(": ")).to_string(),
        };
        return Err(ExportError::Shards {
            index,
            failed: page.shards.failed,
            total: page.shards.total,
            reason,
        });
    }
    match page.timed_out {
        true => Err(ExportError::TimedOut { index }),
        false => Ok(()),
    }
}

/// What the failure of a search for a page means.
pub(super) fn explain(source: Error, settings: &Settings) -> ExportError {
    let index = settings.index.clone();
    let cause = source.cause().and_then(|cause| cause.split(':').next());
    if is_expired(source.error_type()) || is_expired(cause) || is_lost_scroll(&source) {
        return ExportError::Expired {
            index,
            keep_alive: settings.keep_alive,
            source: Some(source),
        };
    }
    ExportError::Page { index, source }
}

/// Whether the same page may be complete when it is read again.
pub(super) fn may_pass(error: &ExportError) -> bool {
    match error {
        ExportError::Shards { .. } | ExportError::TimedOut { .. } => true,
        ExportError::Page { source, .. } => source.is_retryable(),
        _ => false,
    }
}

/// Whether there are fewer hits than the server counted.
pub(super) fn count(read: u64, total: Option<u64>, settings: &Settings) -> Result<(), ExportError> {
    match total {
        Some(total) if read < total => Err(ExportError::Incomplete {
            index: settings.index.clone(),
            read,
            total,
        }),
        _ => Ok(()),
    }
}

fn is_expired(error_type: Option<&str>) -> bool {
    error_type == Some("search_context_missing_exception")
}

/// The cause is in the body of the error; its first line only states that all shards failed.
fn is_lost_scroll(error: &Error) -> bool {
    let body: Option<Value> = error
        .body()
        .and_then(|body| serde_json::from_str(body).ok());
    let root = body
        .as_ref()
        .and_then(|body| body.pointer("/error/root_cause/0/type"));
    is_expired(root.and_then(Value::as_str))
}
