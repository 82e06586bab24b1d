use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::error::CredentialsError;

/// One immutable snapshot of checked credentials. Each signature is made with one.
pub struct Identity {
    generation: u64,
    access_key_id: Box<str>,
    secret_access_key: Zeroizing<String>,
    session_token: Option<HeaderValue>,
    expiry: Option<SystemTime>,
}

impl Identity {
    /// Checks credentials and takes a snapshot of them. An empty session token counts as none.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::Invalid`] when a key is empty or a part cannot be sent as a header. The
    /// most frequent cause is a newline at the end of a file.
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
        // An empty token in a file, a variable or JSON means that there is none.
        let session_token = credentials
            .session_token()
            .filter(|token| !token.is_empty())
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

    /// A number that snapshots of different keys in this process do not share.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The session token as a header value that is marked sensitive.
    pub(crate) fn session_token(&self) -> Option<&HeaderValue> {
        self.session_token.as_ref()
    }

    /// Whether both have the same keys. Their expiry may differ.
    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        self.access_key_id == other.access_key_id
            && self.secret_access_key == other.secret_access_key
            && self.session_token == other.session_token
    }

    /// The same as a snapshot with the same keys: signing keys derived from them stay valid.
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
        "ends in a newline; remove it where the text is stored"
    } else if text.trim() != text {
        "begins or ends with white space; remove it where the text is stored"
    } else if !text.as_bytes().iter().all(allowed) {
        "contains a character that is not allowed in it, such as a quote or a control character"
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
    fn an_invalid_part_is_an_error_that_names_it_and_the_fault() {
        assert!(checked("AKID", "secret/+=", Some("tok/en+==")).is_ok());
        let newline = "ends in a newline";
        let space = "begins or ends with white space";
        let character = "contains a character";
        let (id, secret, token) = ("access key id", "secret access key", "session token");
        for (credentials, part, fault) in [
            (("AKID\n", "s", None), id, newline),
            (("AKID", "s\n", None), secret, newline),
            (("AKID", "s", Some("t\r\n")), token, newline),
            (("", "s", None), id, "is empty"),
            (("AKID", "", None), secret, "is empty"),
            ((" AKID", "s", None), id, space),
            (("AKID", "s", Some(" ")), token, space),
            (("AK/ID", "s", None), id, character),
            (("\"AKID\"", "s", None), id, character),
            (("AKID, Signature=x", "s", None), id, character),
            (("AKID", "s\x00x", None), secret, character),
            (("AKID", "s", Some("t\x00x")), token, character),
            (("AKID", "s", Some("t\u{e9}")), token, character),
        ] {
            let (id, secret, token) = credentials;
            let error = checked(id, secret, token).unwrap_err();
            let expected = format!("the {part} from the credentials provider {fault}");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn an_empty_session_token_means_none() {
        let identity = checked("AKID", "secret", Some("")).unwrap();
        assert!(identity.session_token().is_none());
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let identity = checked("AKID", "canary-secret", Some("canary-token")).unwrap();
        let text = format!("{identity:?} {identity:#?}");
        assert!(text.contains("AKID") && !text.contains("canary"), "{text}");
    }
}
