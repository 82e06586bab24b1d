use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::CredentialsError;

/// One immutable snapshot of checked credentials: what a single signature is made with.
pub struct Identity {
    generation: u64,
    access_key_id: Box<str>,
    secret_access_key: Zeroizing<String>,
    session_token: Option<HeaderValue>,
    expiry: Option<SystemTime>,
}

impl Identity {
    /// Checks credentials and takes a snapshot of them.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::Invalid`] when a part is empty or cannot be sent as a header: most often
    /// a newline that came along with a file.
    pub fn new(credentials: &SdkCredentials) -> Result<Self, CredentialsError> {
        static GENERATION: AtomicU64 = AtomicU64::new(0);

        check("access key id", credentials.access_key_id(), |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
        })?;
        check(
            "secret access key",
            credentials.secret_access_key(),
            |byte| !byte.is_ascii_control(),
        )?;
        let session_token = credentials
            .session_token()
            .map(sensitive_token)
            .transpose()?;
        Ok(Self {
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
            access_key_id: credentials.access_key_id().into(),
            secret_access_key: credentials.secret_access_key().to_owned().into(),
            session_token,
            expiry: credentials.expiry(),
        })
    }

    /// The access key id, which is not a secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// When the credentials expire, if they do.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expiry
    }

    /// Unlike that of any other keys' snapshot in this process.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// Ready to be sent, and marked sensitive.
    pub(crate) fn session_token(&self) -> Option<&HeaderValue> {
        self.session_token.as_ref()
    }

    /// Whether these are the same keys, whatever their expiry.
    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        self.access_key_id == other.access_key_id
            && self.secret_access_key == other.secret_access_key
            && self.session_token == other.session_token
    }

    /// Counts as the same snapshot: what was derived from its keys is still good.
    pub(super) fn with_generation_of(self, other: &Self) -> Self {
        Self {
            generation: other.generation,
            ..self
        }
    }

    pub(super) fn to_sdk(&self) -> SdkCredentials {
        let token = self.session_token.as_ref();
        let token = token
            .and_then(|token| token.to_str().ok())
            .map(str::to_owned);
        SdkCredentials::new(
            self.access_key_id(),
            self.secret_access_key(),
            token,
            self.expiry,
            "sigtower",
        )
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("access_key_id", &self.access_key_id)
            .field("session_token", &self.session_token)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

fn sensitive_token(token: &str) -> Result<HeaderValue, CredentialsError> {
    check("session token", token, |byte| byte.is_ascii_graphic())?;
    let mut value = HeaderValue::from_str(token).expect("visible ASCII, as just checked");
    value.set_sensitive(true);
    Ok(value)
}

fn check(
    part: &'static str,
    text: &str,
    allowed: impl Fn(&u8) -> bool,
) -> Result<(), CredentialsError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.ends_with(['\n', '\r']) {
        "ends in a newline; trim what it was read from"
    } else if text.trim() != text {
        "begins or ends in white space; trim what it was read from"
    } else if !text.as_bytes().iter().all(allowed) {
        "has a character that no such text has"
    } else {
        return Ok(());
    };
    Err(CredentialsError::Invalid { part, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(id: &str, secret: &str, token: Option<&str>) -> Result<Identity, String> {
        let token = token.map(str::to_owned);
        Identity::new(&SdkCredentials::new(id, secret, token, None, "test"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn each_part_is_checked_and_the_error_says_which_and_why() {
        assert!(checked("AKID", "secret/+=", Some("tok/en+==")).is_ok());
        for (id, secret, token, says) in [
            ("AKID\n", "s", None, "access key id ends in a newline"),
            ("AKID", "s\n", None, "secret access key ends in a newline"),
            (
                "AKID",
                "s",
                Some("t\r\n"),
                "session token ends in a newline",
            ),
            ("", "s", None, "access key id is empty"),
            ("AKID", "", None, "secret access key is empty"),
            ("AKID", "s", Some(""), "session token is empty"),
            (
                " AKID",
                "s",
                None,
                "access key id begins or ends in white space",
            ),
            ("AK/ID", "s", None, "access key id has a character"),
            (
                "AKID, Signature=x",
                "s",
                None,
                "access key id has a character",
            ),
            ("AKID", "s\x00x", None, "secret access key has a character"),
            ("AKID", "s", Some("t\x00x"), "session token has a character"),
            (
                "AKID",
                "s",
                Some("t\u{e9}"),
                "session token has a character",
            ),
        ] {
            let error = checked(id, secret, token).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let identity = checked("AKID", "canary-secret", Some("canary-token")).unwrap();
        let text = format!("{identity:?} {identity:#?}");
        assert!(text.contains("AKID") && !text.contains("canary"), "{text}");
    }
}
