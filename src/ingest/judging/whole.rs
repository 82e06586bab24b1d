use http::HeaderMap;

use super::super::chunk::Chunk;
use super::super::classify::{self, Decision, Failure};
use super::super::{backoff, limit};
use super::context::Context;
use super::verdict::{Again, Verdict};
use crate::opensearch::error::{Error, ErrorKind};

/// The whole request failed.
pub(super) fn failed(
    chunk: &mut Chunk,
    error: &Error,
    headers: Option<&HeaderMap>,
    context: Context<'_>,
) -> Verdict {
    let status = error.status().map(|status| status.as_u16());
    let mut verdict = Verdict {
        was_answered: status.is_some(),
        asked: headers.and_then(backoff::asked),
        failed_whole: true,
        message: [error.reason(), error.body()]
            .into_iter()
            .flatten()
            .collect(),
        ..Verdict::default()
    };
    let all = 0..chunk.entries.len();
    if status == Some(413) || limit::says_too_large(&verdict.message) && status == Some(400) {
        if chunk.entries.len() > 1 {
            verdict.retry = all.collect();
            verdict.again = Again::Halved;
        } else if chunk.entries[0].was_lost {
            verdict.unknown(chunk, 0, &error.to_string());
        } else {
            verdict.reject(chunk, 0, status, error.error_type(), error.reason());
        }
        return verdict;
    }
    if context.was_compressed && refuses_encoding(status, &verdict.message, context.gzip_works) {
        verdict.retry = all.collect();
        verdict.again = Again::Plain;
        return verdict;
    }
    if error.may_have_been_applied() || error.kind() == ErrorKind::Decode {
        return Verdict {
            asked: verdict.asked,
            was_answered: verdict.was_answered,
            ..Verdict::lost(chunk, &error.to_string(), context)
        };
    }
    let error_type = error.error_type().unwrap_or_default();
    let passes = error.is_retryable()
        || matches!(
            error.kind(),
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Credentials
        )
        || status.is_some_and(|status| {
            let serverless = context.settings.serverless;
            classify::of_item(status, error_type, serverless) == Decision::Retry
        });
    let failure = Failure {
        action: None,
        status,
        error_type: error.error_type(),
        reason: error.reason(),
        attempts: chunk.attempts,
        default: if passes {
            Decision::Retry
        } else {
            Decision::Reject
        },
    };
    let decision = context.decide(&failure);
    let throttles = status.is_some_and(|status| {
        classify::is_throttling(status, error_type) || status == 503 || error.is_retryable()
    });
    if throttles && verdict.was_answered {
        verdict.throttled = chunk.entries.len();
    }
    let line = error.to_string();
    for index in all {
        let entry = chunk.entries[index];
        if decision == Decision::Retry && context.may_retry(&entry) {
            verdict.retry.push(index);
        } else if entry.was_lost {
            verdict.unknown(chunk, index, &line);
        } else {
            let reason = error.reason().unwrap_or(&line);
            verdict.reject(chunk, index, status, error.error_type(), Some(reason));
        }
    }
    verdict
}

/// Whether the server, or what stands before it, takes no gzip.
fn refuses_encoding(status: Option<u16>, message: &str, gzip_works: bool) -> bool {
    let message = message.to_ascii_lowercase();
    let names_it = || {
        ["gzip", "encoding", "compress"]
            .iter()
            .any(|word| message.contains(word))
    };
    match status {
        Some(415) => true,
        // A server that does not decompress reads nonsense, and complains of that.
        Some(400) => !gzip_works || names_it(),
        Some(500) => names_it(),
        // A collection of the second generation compares the hash with the inflated body.
        Some(403) => message.contains("checksum verification failed"),
        _ => false,
    }
}
