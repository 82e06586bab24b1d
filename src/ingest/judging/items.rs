use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::backoff;
use super::super::chunk::Chunk;
use super::super::classify::{self, Decision, Failure};
use super::super::entry::Repeat;
use super::super::response::{self, Item};
use super::context::Context;
use super::verdict::Verdict;
use crate::opensearch::bulk::Action;
use crate::opensearch::error::{ApiError, Scrub};
use crate::opensearch::response::Response;
use crate::opensearch::wire::json;

/// The request was accepted: each operation has an item in the response.
pub(super) fn items(chunk: &mut Chunk, response: &Response, context: Context<'_>) -> Verdict {
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
    // Servers cut text also inside of a character. `from_utf8` is faster, and nearly all responses are sound.
    let body = str::from_utf8(&response.body)
        .map_or_else(|_| String::from_utf8_lossy(&response.body), Cow::Borrowed);
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
        if item.id.is_some_and(|id| !chunk.may_have_id(index, id)) {
            return Err(format!("item {index} has the id of a different operation"));
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
            ..Verdict::lost(chunk, &reason, context)
        };
    }
    for (index, reason) in ambiguous {
        verdict.lose(chunk, index, &reason, context);
    }
    verdict.retry.sort_unstable();
    verdict
}

fn is_done(status: u16, item: &Item<'_>) -> bool {
    let nothing_to_delete = status == 404 && item.action == Action::Delete && item.error.is_none();
    (200..300).contains(&status) || nothing_to_delete
}

impl Verdict {
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
        let decision = context.decide(&failure);
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
        } else if context.may_retry(entry) {
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
}

fn read_error(error: &RawValue, scrub: Option<&Scrub>) -> ApiError {
    let value = json::from_slice(error.get().as_bytes()).unwrap_or_default();
    match scrub {
        Some(scrub) => ApiError::of_item(&value, scrub),
        None => ApiError::default(),
    }
}
