//! What a response, or the lack of one, means for each operation of its chunk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use http::HeaderMap;
use serde_json::value::RawValue;

use super::backoff;
use super::chunk::Chunk;
use super::classify::{self, Decision, Failure};
use super::entry::{Entry, Repeat};
use super::limit;
use super::outcome::{Done, Outcome, Rejected, Unknown};
use super::response::{self, Item};
use super::settings::Settings;
use crate::opensearch::bulk::Action;
use crate::opensearch::document::Change;
use crate::opensearch::error::{ApiError, Error, ErrorKind, Scrub};
use crate::opensearch::response::Response;
use crate::opensearch::wire::json;

/// What is to be done about a chunk.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) done: u64,
    /// The operations that are not done, and those that are if somebody wants to hear of each.
    pub(super) outcomes: Vec<Outcome>,
    /// Which operations are sent again, ascending.
    pub(super) retry: Vec<usize>,
    pub(super) again: Again,
    /// How many operations the server was too busy for.
    pub(super) throttled: usize,
    /// How long the server asks to wait.
    pub(super) asked: Option<Duration>,
    /// Whether there was a response.
    pub(super) was_answered: bool,
    /// Whether the whole request failed, so that others would fail as well.
    pub(super) failed_whole: bool,
    /// What the server wrote, for a size that it states.
    pub(super) message: String,
}

/// How the operations to be retried are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Again {
    /// In one chunk, after a wait.
    #[default]
    Later,
    /// In two chunks, at once.
    Halved,
    /// At once, and without compression from now on.
    Plain,
}

/// What judging depends on besides the response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    /// Whether there is time for a retry.
    pub(super) may_retry: bool,
    /// Whether outcomes of operations that are done are wanted one by one.
    pub(super) wants_done: bool,
    pub(super) was_compressed: bool,
    /// Whether the server has taken a compressed body before.
    pub(super) gzip_works: bool,
    /// Knows the secrets that the response may echo.
    pub(super) scrub: Option<&'a Scrub>,
}

/// Judges a chunk; marks in it what may have been applied.
pub(super) fn judge(
    chunk: &mut Chunk,
    result: Result<Response, Error>,
    context: Context<'_>,
) -> Verdict {
    let response = match result {
        Ok(response) => response,
        Err(error) => return failed(chunk, &error, None, context),
    };
    if response.status.is_success() {
        return items(chunk, &response, context);
    }
    let headers = response.headers.clone();
    match response.success() {
        Err(error) => failed(chunk, &error, Some(&headers), context),
        // A status is a success or not.
        Ok(_) => lost(chunk, "the response contradicts itself", context),
    }
}

/// Nobody knows whether the chunk was applied.
pub(super) fn lost(chunk: &mut Chunk, reason: &str, context: Context<'_>) -> Verdict {
    let mut verdict = Verdict {
        failed_whole: true,
        ..Verdict::default()
    };
    for index in 0..chunk.entries.len() {
        verdict.lose(chunk, index, reason, context.may_retry);
    }
    verdict
}

/// The chunk was not sent, and will not be.
pub(super) fn unsent(chunk: &mut Chunk, _: Context<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let reason = "the load was aborted before the operation was carried out";
    for index in 0..chunk.entries.len() {
        if chunk.entries[index].was_lost {
            verdict.unknown(chunk, index, reason);
        } else {
            verdict.reject(chunk, index, None, None, Some(reason));
        }
    }
    verdict
}

fn items(chunk: &mut Chunk, response: &Response, context: Context<'_>) -> Verdict {
    let mut verdict = Verdict {
        was_answered: true,
        asked: backoff::asked(&response.headers),
        ..Verdict::default()
    };
    let scrub = Scrub::of(response);
    let context = Context {
        scrub: Some(&scrub),
        ..context
    };
    let mut next = 0;
    // What may have been applied is marked only after the response has been read to its end.
    let mut ambiguous = Vec::new();
    // Servers cut text also inside of a character.
    let body = String::from_utf8_lossy(&response.body);
    let read = response::read(&body, |item| {
        let index = next;
        next += 1;
        let entry = chunk.entries.get(index);
        let entry = entry.ok_or_else(|| format!("item {index} has no operation"))?;
        if item.action != entry.action {
            let (answered, sent) = (item.action, entry.action);
            return Err(format!(
                "item {index} answers {answered}, but {sent} was sent"
            ));
        }
        let status = item.status;
        let status = status.ok_or_else(|| format!("item {index} has no status"))?;
        if is_done(status, &item) {
            verdict.add_done(entry, status, &item, context.wants_done);
        } else {
            verdict.fail(chunk, index, status, &item, context, &mut ambiguous);
        }
        Ok(())
    });
    let problem = match read {
        Err(error) => Some(error.to_string()),
        Ok(()) if next != chunk.entries.len() => {
            let sent = chunk.entries.len();
            Some(format!("{next} items answer {sent} operations"))
        }
        Ok(()) => None,
    };
    if let Some(problem) = problem {
        let reason = format!("the bulk response cannot be matched with its operations: {problem}");
        return Verdict {
            was_answered: true,
            ..lost(chunk, &reason, context)
        };
    }
    for (index, reason) in ambiguous {
        verdict.lose(chunk, index, &reason, context.may_retry);
    }
    verdict.retry.sort_unstable();
    verdict
}

fn is_done(status: u16, item: &Item<'_>) -> bool {
    let nothing_to_delete = status == 404 && item.action == Action::Delete && item.error.is_none();
    (200..300).contains(&status) || nothing_to_delete
}

/// The whole request failed.
fn failed(
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
            ..lost(chunk, &error.to_string(), context)
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
    let decision = decide(context.settings, &failure);
    let throttles = status.is_some_and(|status| {
        classify::is_throttling(status, error_type) || status == 503 || error.is_retryable()
    });
    if throttles && verdict.was_answered {
        verdict.throttled = chunk.entries.len();
    }
    let line = error.to_string();
    for index in all {
        let entry = chunk.entries[index];
        if decision == Decision::Retry && context.may_retry {
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
        _ => false,
    }
}

impl Verdict {
    fn add_done(&mut self, entry: &Entry, status: u16, item: &Item<'_>, is_wanted: bool) {
        self.done += 1;
        if is_wanted {
            self.outcomes.push(Outcome::Done(Done {
                position: entry.position,
                action: entry.action,
                status,
                result: item.result.or_else(|| result_of(entry.action, status)),
                id: item.id.and_then(response::text),
                version: item.version,
                seq_no: item.seq_no,
                primary_term: item.primary_term,
            }));
        }
    }

    fn fail(
        &mut self,
        chunk: &Chunk,
        index: usize,
        status: u16,
        item: &Item<'_>,
        context: Context<'_>,
        ambiguous: &mut Vec<(usize, String)>,
    ) {
        let entry = &chunk.entries[index];
        if status == 409 && entry.was_lost && entry.repeat == Repeat::Unique {
            return self.add_done(entry, status, item, context.wants_done);
        }
        let error = item.error.map(|error| read_error(error, context.scrub));
        let error = error.unwrap_or_default();
        let (error_type, reason) = (error.error_type.as_deref(), error.reason.as_deref());
        let name = error_type.unwrap_or_default();
        if status == 409 && entry.was_lost && entry.repeat == Repeat::Conflicts {
            let reason =
                "a conflict (409) after a lost request: with that request, or with another";
            return self.unknown(chunk, index, reason);
        }
        let default = classify::of_item(status, name, context.settings.serverless);
        let failure = Failure {
            action: Some(entry.action),
            status: Some(status),
            error_type,
            reason,
            attempts: chunk.attempts,
            default,
        };
        let decision = decide(context.settings, &failure);
        if classify::is_throttling(status, name) {
            self.throttled += 1;
        }
        if decision == Decision::Reject && entry.was_lost {
            // What was refused now may have been applied by the request that was lost.
            let line = format!(
                "a request was lost; the next was rejected: {} ({status})",
                reason.unwrap_or(name)
            );
            self.unknown(chunk, index, &line);
        } else if decision == Decision::Reject {
            self.reject(chunk, index, Some(status), error_type, reason);
        } else if classify::is_ambiguous(status, name) {
            let line = format!("{} ({status})", reason.unwrap_or(name));
            ambiguous.push((index, line));
        } else if context.may_retry {
            self.retry.push(index);
        } else if entry.was_lost {
            self.unknown(
                chunk,
                index,
                reason.unwrap_or("no time is left for a retry"),
            );
        } else {
            self.reject(chunk, index, Some(status), error_type, reason);
        }
    }

    /// An operation may have been applied.
    fn lose(&mut self, chunk: &mut Chunk, index: usize, reason: &str, may_retry: bool) {
        if may_retry && chunk.entries[index].repeat != Repeat::Never {
            chunk.entries[index].was_lost = true;
            self.retry.push(index);
        } else {
            self.unknown(chunk, index, reason);
        }
    }

    fn unknown(&mut self, chunk: &Chunk, index: usize, reason: &str) {
        self.outcomes.push(Outcome::Unknown(Unknown {
            position: chunk.entries[index].position,
            operation: chunk.operation(index),
            reason: reason.to_owned(),
            attempts: chunk.attempts,
        }));
    }

    fn reject(
        &mut self,
        chunk: &Chunk,
        index: usize,
        status: Option<u16>,
        error_type: Option<&str>,
        reason: Option<&str>,
    ) {
        self.outcomes.push(Outcome::Rejected(Rejected {
            position: chunk.entries[index].position,
            operation: chunk.operation(index),
            status,
            error_type: error_type.map(Into::into),
            reason: reason.map(Into::into),
            attempts: chunk.attempts,
        }));
    }
}

/// Asks the caller's hook; if it panics, what is done without one.
fn decide(settings: &Settings, failure: &Failure<'_>) -> Decision {
    let Some(decide) = &settings.decide else {
        return failure.default;
    };
    catch_unwind(AssertUnwindSafe(|| decide(failure))).unwrap_or(failure.default)
}

fn read_error(error: &RawValue, scrub: Option<&Scrub>) -> ApiError {
    let value = json::from_slice(error.get().as_bytes()).unwrap_or_default();
    match scrub {
        Some(scrub) => ApiError::of_item(&value, scrub),
        None => ApiError::default(),
    }
}

/// What a status says of the change, if the server does not say it.
fn result_of(action: Action, status: u16) -> Option<Change> {
    match (action, status) {
        (_, 201) | (Action::Create, _) => Some(Change::Created),
        (Action::Index, 200) => Some(Change::Updated),
        (Action::Delete, 200) => Some(Change::Deleted),
        (Action::Delete, 404) => Some(Change::NotFound),
        _ => None,
    }
}
