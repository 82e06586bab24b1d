//! Secrets that are easy to recognise, and every place where they could be shown.

mod capture;
mod clients;
mod echoes;
#[cfg(any(feature = "rustls", feature = "ring"))]
mod http2;
mod shapes;
mod signers;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{Debug, Display};

use sigtower::Credentials;

use self::capture::Capture;

/// Everything that was shown, and the signatures that must not be in it.
#[derive(Default)]
struct Shown {
    text: String,
    signatures: Vec<String>,
}

#[tokio::test]
async fn no_secret_is_in_any_debug_display_or_log_at_trace() {
    let log = Capture::start();
    let mut shown = Shown::default();
    signers::run(&mut shown).await;
    clients::run(&mut shown).await;
    #[cfg(any(feature = "rustls", feature = "ring"))]
    http2::run(&mut shown).await;
    let log = log.stop();

    // If nothing had been shown, the rest would prove nothing.
    let mut expected = vec!["TRACE", "DEBUG", "hyper_util::", "sigtower::"];
    if cfg!(any(feature = "rustls", feature = "ring")) {
        expected.extend(["h2::", "rustls::"]);
    }
    for part in expected {
        assert!(log.contains(part), "nothing logged by {part}");
    }
    assert!(shown.text.contains(ACCESS_KEY) && shown.text.contains("[redacted]"));
    assert!(shown.signatures.len() > 20);

    shown.text.push_str(&log);
    let text = shown.text.to_lowercase();
    let secrets = SECRETS.iter().map(|secret| secret.to_lowercase());
    let hits: BTreeSet<_> = secrets
        .chain(shown.signatures)
        .flat_map(|secret| found(&text, &secret))
        .collect();
    assert!(hits.is_empty(), "{} hits: {hits:#?}", hits.len());
}

impl Shown {
    fn debug(&mut self, value: &(impl Debug + ?Sized)) {
        self.text += &format!("\n{value:?}\n{value:#?}");
    }

    fn display(&mut self, value: &(impl Display + ?Sized)) {
        self.text += &format!("\n{value}\n{value:#}");
    }

    /// An error and all its sources.
    fn error(&mut self, error: &(dyn Error + 'static)) {
        for error in std::iter::successors(Some(error), |&error| error.source()) {
            self.display(error);
            self.debug(error);
        }
    }

    /// A signature that was made, and must not be shown.
    fn signed(&mut self, authorization: &str) {
        let (_, signature) = authorization.split_once("Signature=").unwrap();
        assert_eq!(signature.len(), 64);
        self.signatures.push(signature.to_owned());
    }
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY, Some(TOKEN.to_owned()))
}

/// The text around each place where a secret is shown.
fn found(text: &str, secret: &str) -> Vec<String> {
    let places = text.match_indices(secret).map(|(at, _)| {
        let from = text.floor_char_boundary(at.saturating_sub(100));
        text[from..at + secret.len()].to_owned()
    });
    places.collect()
}

const ACCESS_KEY: &str = "ASIASHOWNEXAMPLE";
const SECRET_KEY: &str = "CanarySecretKey/7MDENG+bPxRfiCY";
const OTHER_SECRET_KEY: &str = "CanaryOtherSecretKey/7MDENG+bPx";
const TOKEN: &str = "CanarySessionToken/EXAMPLE+token==";
const OLD_TOKEN: &str = "CanaryOldSessionToken";
const OLD_SIGNATURE: &str = "canary0000000000000000000000000000000000000000000000000000000000";
const BEARER: &str = "CanaryBearerOfTheCaller";
const COOKIE: &str = "CanaryCookie";
const PASSWORD: &str = "CanaryPasswordInAUrl";
const DOCUMENT: &str = "CanaryInADocument";

/// Parts of secrets, so that a secret that is cut or partly escaped is found, too.
const SECRETS: [&str; 9] = [
    "CanarySecretKey",
    "CanaryOtherSecretKey",
    "CanarySessionToken",
    OLD_TOKEN,
    OLD_SIGNATURE,
    BEARER,
    COOKIE,
    PASSWORD,
    DOCUMENT,
];
