//! Makes a server's text fit to be kept and shown: without secrets, and of bounded size.
//!
//! Servers, proxies and gateways send back what they were sent. AWS answers a wrong signature with the canonical
//! request, which contains the session token. Two rules remove secrets, each for what the other cannot know:
//!
//! - [`literals`] removes the session token, the secret key, the signature, the password or the bearer token of the
//!   attempt, in whatever encoding;
//! - [`names`] removes the values of headers and parameters whose name says that they are secret. A text that was taken
//!   from a body may lack the name, so the names are looked for in the body as well.

mod literals;
mod names;
mod views;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use bytes::Bytes;

use self::literals::Secret;
use super::one_line::OneLine;
use crate::opensearch::response::Response;
use crate::sigv4::SigningRecord;

/// Removes secrets from what one server wrote.
#[derive(Default)]
pub(crate) struct Scrub {
    record: Option<SigningRecord>,
    body: Bytes,
    /// Prepared for the first text, since most responses have none to keep.
    secrets: OnceCell<Secrets>,
}

#[derive(Default)]
struct Secrets {
    known: Vec<Secret>,
    /// Those that have a secret's name in the body.
    named: Vec<String>,
}

/// Shows nothing: it knows secrets.
impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrub").finish_non_exhaustive()
    }
}

impl Scrub {
    /// Knows the secrets that the response's last attempt was signed with, and those that the body names.
    pub(crate) fn of(response: &Response) -> Self {
        let report = response.report();
        Self {
            record: report.map(|report| report.evidence.record.clone()),
            body: response.body.clone(),
            secrets: OnceCell::new(),
        }
    }

    /// What is kept of one text in an error.
    pub(super) fn keep(&self, text: &str) -> String {
        let text = &text[..text.floor_char_boundary(MOST_READ)];
        let secrets = self.secrets.get_or_init(|| self.find_secrets());
        names::scrub(&literals::scrub(text, &secrets.known), &secrets.named)
    }

    /// What is kept of a text on one line.
    pub(super) fn keep_line(&self, text: &str) -> String {
        self.keep(&OneLine(text).to_string())
    }

    fn find_secrets(&self) -> Secrets {
        let known = self.record.as_ref().map(SigningRecord::secrets);
        let known = known.unwrap_or_default().into_iter();
        Secrets {
            known: known.filter_map(Secret::new).collect(),
            named: names::secrets(&start_of(&self.body)),
        }
    }

    /// What is kept of a body in an error.
    pub(super) fn body(&self, bytes: &[u8]) -> String {
        let mut kept = self.keep(&start_of(bytes));
        kept.truncate(kept.floor_char_boundary(MOST_KEPT));
        kept
    }
}

fn start_of(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(&body[..body.len().min(MOST_READ)])
}

const MOST_READ: usize = 64 * 1024;
const MOST_KEPT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn a_secret_is_removed_though_only_the_body_has_its_name() {
        for (body, text) in [
            ("<Token-0>IQoJb3JpZ2lu/=</Token-0>", "IQoJb3JpZ2lu/= is old"),
            (
                r#"{"x-amz-security-token":"IQoJb3JpZ2lu\/\u003d","message":"…"}"#,
                "IQoJb3JpZ2lu/= is old",
            ),
        ] {
            let response = Response::new(StatusCode::FORBIDDEN, HeaderMap::new(), body);
            assert_eq!(Scrub::of(&response).keep(text), "[redacted] is old");
        }
    }

    #[test]
    fn a_kept_body_is_bounded_and_cut_between_characters() {
        let kept = Scrub::default().body("é".repeat(100_000).as_bytes());
        assert!((MOST_KEPT - 1..=MOST_KEPT).contains(&kept.len()));
        assert!(kept.chars().all(|char| char == 'é' || char == '\u{fffd}'));
    }
}
