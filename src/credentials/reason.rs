//! The reason for a failure: one line, without secrets.

use std::env;
use std::error::Error;
use std::iter;

use aws_credential_types::provider::error::CredentialsError as SdkError;

use super::redact::redact;

/// The texts of an error and of its sources.
pub(super) fn of(error: &(dyn Error + 'static)) -> String {
    one_line(&texts(error), &[])
}

/// The texts of an error and of its sources, as they are.
pub(super) fn texts(error: &(dyn Error + 'static)) -> String {
    let mut texts = String::new();
    for error in iter::successors(Some(error), |&error| error.source()) {
        let text = error.to_string();
        // The SDK's own text says only that something happened.
        let is_empty = error.is::<SdkError>() && error.source().is_some();
        if is_empty || texts.contains(&text) {
            continue;
        }
        if !texts.is_empty() {
            texts.push_str(": ");
        }
        texts.push_str(&text);
    }
    texts
}

/// A text without these secrets, secrets of the environment and what looks like a secret; on one
/// line, and not too long.
pub(super) fn one_line(text: &str, secrets: &[String]) -> String {
    let of_environment = SECRET_VARIABLES
        .iter()
        .filter_map(|name| env::var(name).ok());
    let mut text = text.to_owned();
    for secret in of_environment.chain(secrets.iter().cloned()) {
        let secret = secret.trim();
        if secret.len() >= SHORTEST_SECRET {
            text = text.replace(secret, "[redacted]");
        }
    }
    let text = redact(&text);
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let mut line = words.join(" ");
    if line.len() > LONGEST_LINE {
        line.truncate(line.floor_char_boundary(LONGEST_LINE));
        line.push('…');
    }
    line
}

const SECRET_VARIABLES: [&str; 4] = [
    "AWS_SECRET_ACCESS_KEY",
    "SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];
const SHORTEST_SECRET: usize = 6;
const LONGEST_LINE: usize = 1000;
