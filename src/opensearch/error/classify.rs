//! Finds out why an error response refuses the request.

use http::StatusCode;

use super::api_error::ApiError;
use super::authority::Authority;
use super::difference::Comparison;
use super::refusal::Refusal;
use super::scrub::Scrub;
use crate::service_error::{Meaning, ScopeMismatch, ServiceError, SignatureTimes};
use crate::sigv4::Scope;

impl Refusal {
    /// `scope` is what the request was signed for, if the service does not accept that.
    pub(super) fn of_response(
        status: StatusCode,
        error: &ServiceError,
        shown: &ApiError,
        scope: Option<&Scope>,
        scrub: &Scrub,
    ) -> Option<Self> {
        // A full disk blocks writes with 429, too. Fewer requests do not help against that.
        let is_busy =
            status == StatusCode::TOO_MANY_REQUESTS && !error.has_type("cluster_block_exception");
        if is_busy || error.meaning == Some(Meaning::Throttled) {
            return Some(Self::Throttled);
        }
        if !matches!(status.as_u16(), 400 | 401 | 403) {
            return None;
        }
        let reason = shown.reason.as_deref().unwrap_or_default();
        if is_about_the_payload_hash(reason) {
            return Some(Self::UnsignedPayloadHash);
        }
        let hint = shown.response_hint.as_deref().unwrap_or_default();
        if status != StatusCode::BAD_REQUEST && hint.ends_with(NETWORK_POLICY_HINT) {
            return Some(Self::NetworkPolicy);
        }
        Some(match error.meaning.as_ref() {
            Some(Meaning::Unsigned) => Self::Unsigned,
            Some(Meaning::NotAuthenticated) => Self::NotAuthenticated,
            Some(Meaning::ExpiredToken) => Self::ExpiredToken,
            Some(Meaning::UnknownKey) => Self::UnknownKey,
            Some(Meaning::SignatureExpired(SignatureTimes { signed, server })) => {
                Self::SignatureExpired {
                    signed: signed.clone(),
                    server_time: server.clone(),
                }
            }
            Some(Meaning::SignatureNotYetCurrent(SignatureTimes { signed, server })) => {
                Self::SignatureNotYetCurrent {
                    signed: signed.clone(),
                    server_time: server.clone(),
                }
            }
            Some(Meaning::WrongScope(found)) => Self::of_the_scope(found, scope, scrub),
            Some(Meaning::SignatureMismatch) => Self::SignatureMismatch {
                canonical_request: between(reason, CANONICAL_REQUEST, "'\n\nThe String-to-Sign"),
                string_to_sign: reason
                    .split_once(STRING_TO_SIGN)
                    .and_then(|(_, text)| Some(text.rsplit_once('\'')?.0.to_owned())),
                difference: None,
                arrived_as_sent: false,
            },
            _ => return Self::of_the_caller(status, error, shown, scope),
        })
    }

    /// Reads why STS gave no role: the SDK's error ends with STS's message.
    pub(super) fn of_a_role(text: &str) -> Option<Self> {
        let (who, action) = match text.split_once(NOT_AUTHORIZED) {
            Some((before, action)) => (before.split_once("User: "), action),
            None => (None, text.split_once("Not authorized to perform ")?.1),
        };
        let is_of_name = |char: char| char.is_ascii_alphanumeric() || char == ':';
        let name = action.split(|char| !is_of_name(char)).next()?;
        name.starts_with("sts:").then(|| Self::NotAuthorized {
            who: who.map(|(_, who)| who.into()),
            actions: vec![name.into()],
            by: Authority::of_message(action),
        })
    }

    /// Compares what the service received with what was signed.
    pub(super) fn compare(&mut self, signed: &str, scrub: &Scrub) {
        if let Self::SignatureMismatch {
            canonical_request: Some(received),
            difference,
            arrived_as_sent,
            ..
        } = self
        {
            match Comparison::of(&scrub.keep(signed), received) {
                Comparison::Same => *arrived_as_sent = true,
                Comparison::Differs(found) => *difference = Some(found),
                Comparison::Unclear => {}
            }
        }
    }

    fn of_the_scope(found: &ScopeMismatch, scope: Option<&Scope>, scrub: &Scrub) -> Self {
        let kept = |text: &Option<String>| text.as_deref().map(|text| scrub.keep(text));
        let region = scope.map(|scope| scope.region().as_str().to_owned());
        let service = scope.map(|scope| scope.service().as_str().to_owned());
        match found.is_region {
            true => Self::WrongRegion {
                sent: kept(&found.region_sent).or(region),
                expected: kept(&found.region_expected),
                service,
            },
            false => Self::WrongService {
                sent: service,
                expected: kept(&found.service_expected),
                region,
            },
        }
    }

    fn of_the_caller(
        status: StatusCode,
        error: &ServiceError,
        shown: &ApiError,
        scope: Option<&Scope>,
    ) -> Option<Self> {
        let reason = shown.reason.as_deref().unwrap_or_default();
        let denied = |who, actions, by| Some(Self::NotAuthorized { who, actions, by });
        if let Some((who, what)) = reason.split_once(NOT_AUTHORIZED)
            && let Some(who) = who.strip_prefix("User: ")
        {
            if who == "anonymous" {
                return Some(Self::Unsigned);
            }
            let action = what.split_whitespace().next();
            let action = action.map(|action| action.trim_end_matches(['.', ',']).into());
            let actions = action.into_iter().collect();
            return denied(Some(who.into()), actions, Authority::of_message(what));
        }
        if let Some(rest) = reason.strip_prefix("no permissions for [") {
            let (actions, rest) = until_closed(rest);
            let actions = actions.split(',').map(str::trim);
            let actions = actions.filter(|action| !action.is_empty());
            let who = between(rest, "User [name=", ", backend_roles");
            let actions = actions.map(str::to_owned).collect();
            return denied(who, actions, Authority::FineGrainedAccessControl);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Some(Self::NotAuthenticated);
        }
        let name = shown.error_type.as_deref().unwrap_or_default();
        let is_of_serverless = status == StatusCode::FORBIDDEN && shown.response_hint.is_some()
            || (name, reason) == ("Forbidden", "403 Forbidden")
            || name == "authorization_exception"
            || name == "security_exception" && reason.starts_with(NO_PERMISSION);
        if is_of_serverless {
            // It refuses a different service like any request that it does not allow.
            let other = scope.filter(|scope| scope.service().as_str() != "aoss");
            if let Some(scope) = other.filter(|_| shown.response_hint.is_some()) {
                return Some(Self::WrongService {
                    sent: Some(scope.service().as_str().to_owned()),
                    expected: Some("aoss".to_owned()),
                    region: Some(scope.region().as_str().to_owned()),
                });
            }
            return denied(None, Vec::new(), Authority::DataAccessPolicy);
        }
        if name == "security_exception" {
            return denied(None, Vec::new(), Authority::FineGrainedAccessControl);
        }
        let is_denied = error.meaning == Some(Meaning::AccessDenied);
        is_denied.then(|| Self::NotAuthorized {
            who: None,
            actions: Vec::new(),
            by: Authority::Unknown,
        })
    }
}

/// Splits at the bracket that closes the one before the text: `indices:data/write/bulk[s]] and …`.
fn until_closed(text: &str) -> (&str, &str) {
    let mut open = 1_usize;
    for (at, char) in text.char_indices() {
        match char {
            '[' => open += 1,
            ']' => open -= 1,
            _ => continue,
        }
        if open == 0 {
            return (&text[..at], &text[at + 1..]);
        }
    }
    (text, "")
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    Some(found.into())
}

/// The sentences of a collection, and of the front of AWS, about this header.
fn is_about_the_payload_hash(reason: &str) -> bool {
    let reason = reason.trim_start_matches(['`', '\'', '"']);
    let Some(rest) = reason.strip_prefix("x-amz-content-sha256") else {
        return false;
    };
    let rest = rest.trim_start_matches(['`', '\'', '"', ' ']);
    let sentences = [
        "header must be signed",
        "is required",
        "must be a 'SignedHeader'",
    ];
    sentences.iter().any(|sentence| rest.starts_with(sentence))
}

const NOT_AUTHORIZED: &str = " is not authorized to perform: ";
const CANONICAL_REQUEST: &str = "The Canonical String for this request should have been\n'";
const STRING_TO_SIGN: &str = "The String-to-Sign should have been\n'";
/// How OpenSearch Serverless says in the cluster's form that no data access policy allows the call.
const NO_PERMISSION: &str = "OpenSearch exception [type=authorization_exception";
/// The end of `x-aoss-response-hint`, whose start is `X01`.
const NETWORK_POLICY_HINT: &str = ":network-policy-deny";
