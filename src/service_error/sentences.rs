//! The sentences with which AWS refuses a signature or a caller.
//!
//! A sentence counts only at the very start of a message: what follows may hold text of the caller's choice.

use super::meaning::{Meaning, ScopeMismatch, SignatureTimes};
use super::times;

/// What a whole message means. Only for messages whose author is AWS.
pub(super) fn meaning_of(message: &str) -> Option<Meaning> {
    let message = message.trim();
    match message.strip_suffix('.').unwrap_or(message) {
        "Missing Authentication Token" => return Some(Meaning::Unsigned),
        "Request throttled due to too many requests" => return Some(Meaning::Throttled),
        "The security token included in the request is expired" => {
            return Some(Meaning::ExpiredToken);
        }
        "The security token included in the request is invalid" => {
            return Some(Meaning::UnknownKey);
        }
        _ => {}
    }
    if message.starts_with("User: ") && message.contains(" is not authorized to perform: ") {
        return Some(Meaning::AccessDenied);
    }
    of_the_signature(message)
}

/// What a whole text means that is not JSON: `403 Request throttled due to too many requests /_bulk`.
pub(super) fn of_a_text(text: &str) -> Option<Meaning> {
    let text = text.strip_prefix("403 ").unwrap_or(text);
    let rest = text.strip_prefix("Request throttled due to too many requests")?;
    (rest.is_empty() || rest.starts_with(" /")).then_some(Meaning::Throttled)
}

/// What a message says about a signature that the service does not accept.
pub(super) fn of_the_signature(message: &str) -> Option<Meaning> {
    let message = message.trim();
    if let Some(rest) = message.strip_prefix("Signature expired") {
        let times = times_of(rest, " is now earlier than ", " - ");
        return Some(Meaning::SignatureExpired(times));
    }
    if let Some(rest) = message.strip_prefix("Signature not yet current") {
        let times = times_of(rest, " is still later than ", " + ");
        return Some(Meaning::SignatureNotYetCurrent(times));
    }
    if message.starts_with("Credential should be scoped to ") {
        return Some(Meaning::WrongScope(scope_of(message)));
    }
    if let Some(rest) = message.strip_prefix("The authorization header is malformed; ") {
        return scope_of_s3(rest).map(Meaning::WrongScope);
    }
    message
        .starts_with("The request signature we calculated does not match")
        .then_some(Meaning::SignatureMismatch)
}

/// Reads what OpenSearch Serverless says about a caller whom it cannot verify:
/// `Customer authentication failed: ResultDetail: { Code=InvalidSignature, Message=Invalid signature }`.
pub(super) fn serverless_code(reason: &str) -> Option<&str> {
    let detail = reason
        .trim()
        .strip_prefix("Customer authentication failed")?;
    let detail = detail.strip_prefix(": ResultDetail: {").unwrap_or_default();
    let code = detail
        .trim_start()
        .strip_prefix("Code=")
        .unwrap_or_default();
    let is_of_name = |char: char| char.is_ascii_alphanumeric() || char == '.' || char == '_';
    code.split(|char| !is_of_name(char)).next()
}

/// How many bytes a service accepts, where it refuses a body as too large:
/// `Request size exceeded 10485760 bytes`.
pub(super) fn size_limit(message: &str) -> Option<u64> {
    let words: Vec<_> = message.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let is_size = pair[1].trim_end_matches(['.', ',', ';']) == "bytes";
        is_size.then(|| pair[0].parse().ok())?
    })
}

/// The times in `: A is now earlier than B (C - 5 min.)`: A was signed, C is the service's.
fn times_of(rest: &str, relation: &str, sign: &str) -> SignatureTimes {
    let read = || {
        let rest = rest.strip_prefix(": ")?;
        let (signed, rest) = rest.split_once(relation)?;
        let (_, rest) = rest.split_once(" (")?;
        let (server, _) = rest.split_once(sign)?;
        Some((times::to_basic(signed)?, times::to_basic(server)?))
    };
    let (signed, server) = read().unzip();
    SignatureTimes { signed, server }
}

/// Reads sentences such as `Credential should be scoped to a valid region, not 'c'. Credential should be scoped to
/// correct service: 'es'.`
fn scope_of(message: &str) -> ScopeMismatch {
    let mut found = ScopeMismatch::default();
    for sentence in message.split("Credential should be scoped ") {
        let Some(what) = sentence.strip_prefix("to ") else {
            continue;
        };
        if let Some(rest) = what.strip_prefix("a valid region") {
            found.is_region = true;
            found.region_sent = rest.strip_prefix(", not ").and_then(quoted);
        } else if let Some(rest) = what.strip_prefix("correct service") {
            found.service_expected = rest.strip_prefix(": ").and_then(quoted);
        }
    }
    found
}

/// Reads `the region 'us-east-1' is wrong; expecting 'eu-west-1'` and `incorrect service "es". This endpoint belongs
/// to "s3".`
fn scope_of_s3(rest: &str) -> Option<ScopeMismatch> {
    if let Some(rest) = rest.strip_prefix("the region ") {
        let expected = rest.split_once(" is wrong; expecting ");
        return Some(ScopeMismatch {
            region_sent: quoted(rest),
            region_expected: expected.and_then(|(_, region)| quoted(region)),
            is_region: true,
            ..ScopeMismatch::default()
        });
    }
    let rest = rest.strip_prefix("incorrect service ")?;
    let expected = rest.split_once("This endpoint belongs to ");
    Some(ScopeMismatch {
        service_expected: expected.and_then(|(_, service)| quoted(service)),
        ..ScopeMismatch::default()
    })
}

/// The text between the quotation marks at the start.
fn quoted(text: &str) -> Option<String> {
    let quote = text
        .chars()
        .next()
        .filter(|char| matches!(char, '\'' | '"'))?;
    let (name, _) = text[1..].split_once(quote)?;
    (!name.is_empty()).then(|| name.to_owned())
}
