use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::error::InvalidLogin;
use crate::sigv4::SentSecrets;

/// A user name and a password as a header, and as secrets that errors remove from a server's text.
pub(super) struct BasicLogin {
    pub(super) header: HeaderValue,
    pub(super) secrets: SentSecrets,
}

impl BasicLogin {
    pub(super) fn new(user: &str, password: String) -> Result<Self, InvalidLogin> {
        let password = Zeroizing::new(password);
        check("user name", user)?;
        check("password", &password)?;
        let invalid = |problem| InvalidLogin {
            part: "user name",
            problem,
        };
        if user.is_empty() {
            return Err(invalid("is empty"));
        }
        if user.contains(':') {
            return Err(invalid(
                "contains a colon, which ends the user name in basic authentication",
            ));
        }
        let pair = Zeroizing::new(format!("{user}:{}", *password));
        let encoded = Zeroizing::new(STANDARD.encode(&*pair));
        let text = Zeroizing::new(format!("Basic {}", *encoded));
        let mut header = HeaderValue::from_str(&text).expect("base64 is visible ASCII");
        header.set_sensitive(true);
        Ok(Self {
            header,
            secrets: SentSecrets::new([password, encoded]),
        })
    }
}

fn check(part: &'static str, text: &str) -> Result<(), InvalidLogin> {
    let problem = if text.ends_with(['\n', '\r']) {
        "ends in a newline; remove it where the text is stored"
    } else if text.chars().any(char::is_control) {
        "contains a control character"
    } else {
        return Ok(());
    };
    Err(InvalidLogin { part, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(user: &str, password: &str) -> Result<String, String> {
        let login = BasicLogin::new(user, password.into()).map_err(|error| error.to_string())?;
        assert!(login.header.is_sensitive());
        Ok(login.header.to_str().unwrap().into())
    }

    #[test]
    fn a_login_is_encoded_as_rfc_7617_has_it() {
        for (user, password, expected) in [
            (
                "Aladdin",
                "open sesame",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            ),
            ("test", "123\u{a3}", "Basic dGVzdDoxMjPCow=="),
            ("admin", "", "Basic YWRtaW46"),
            ("admin", "a:b", "Basic YWRtaW46YTpi"),
        ] {
            assert_eq!(header(user, password).unwrap(), expected);
        }
    }

    #[test]
    fn a_login_that_cannot_be_sent_is_an_error_without_its_text() {
        for (user, password, expected) in [
            ("", "hunter2", "the user name is empty"),
            ("ad:min", "hunter2", "the user name contains a colon"),
            ("admin", "hunter2\n", "the password ends in a newline"),
            (
                "admin\r\nx",
                "hunter2",
                "the user name contains a control character",
            ),
            (
                "admin",
                "hunter2\0",
                "the password contains a control character",
            ),
        ] {
            let error = header(user, password).unwrap_err();
            assert!(
                error.starts_with(expected) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
