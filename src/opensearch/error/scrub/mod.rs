//! Makes a server's text fit to be kept and shown: without secrets, and of bounded size.
//!
//! Servers, proxies and gateways send back what they were sent. AWS answers a wrong signature with the canonical
//! request, which contains the session token. Two rules remove secrets, each for what the other cannot know:
//!
//! - [`literals`] removes the session token, the secret key, the signature, the password or the bearer token of the
//!   attempt, in whatever encoding;
//! - [`names`] removes the values of headers and parameters whose name says that they are secret.

mod literals;
mod names;
mod views;

use std::cell::OnceCell;
use std::fmt;

use self::literals::Secret;
use super::one_line::OneLine;
use crate::opensearch::response::Response;
use crate::sigv4::SigningRecord;

/// Removes secrets from what one server wrote.
#[derive(Default)]
pub(crate) struct Scrub {
    record: Option<SigningRecord>,
    /// Prepared for the first text, since most responses have none to keep.
    secrets: OnceCell<Vec<Secret>>,
}

/// Shows nothing: it knows secrets.
impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrub").finish_non_exhaustive()
    }
}

impl Scrub {
    /// Knows the secrets that the response's last attempt was signed with.
    pub(crate) fn of(response: &Response) -> Self {
        let report = response.report();
        Self {
            record: report.map(|report| report.evidence.record.clone()),
            secrets: OnceCell::new(),
        }
    }

    /// What is kept of one text in an error.
    pub(super) fn keep(&self, text: &str) -> String {
        let text = &text[..text.floor_char_boundary(MOST_READ)];
        let secrets = self.secrets.get_or_init(|| {
            let known = self.record.as_ref().map(SigningRecord::secrets);
            let known = known.unwrap_or_default().into_iter();
            known.filter_map(Secret::new).collect()
        });
        names::scrub(&literals::scrub(text, secrets))
    }

    /// What is kept of a text on one line that came from this body, or quotes it: a secret may have its name only in the
    /// body.
    pub(super) fn keep_part(&self, text: &str, body: &[u8]) -> String {
        let line = OneLine(text).to_string();
        let body = String::from_utf8_lossy(&body[..body.len().min(MOST_READ)]);
        let kept = self.keep(&format!("{line}\n{body}"));
        kept.lines().next().unwrap_or_default().to_owned()
    }

    /// What is kept of a body in an error.
    pub(super) fn body(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_READ)]);
        let mut kept = self.keep(&text);
        kept.truncate(kept.floor_char_boundary(MOST_KEPT));
        kept
    }
}

const MOST_READ: usize = 64 * 1024;
const MOST_KEPT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_body_is_bounded_and_cut_between_characters() {
        let kept = Scrub::default().body("é".repeat(100_000).as_bytes());
        assert!(kept.len() <= MOST_KEPT);
        assert!(kept.chars().all(|char| char == 'é' || char == '\u{fffd}'));
    }
}
