use std::fmt;
use std::time::SystemTime;

use http::request::Parts;

use super::clock::Timestamp;
use super::key::Begun;
use super::signer::{Signature, Signer, Work};
use super::{Payload, PayloadHash, SignError};
use crate::credentials::Identity;

impl Signer {
    /// Shows how a request would be signed, and leaves it as it is.
    ///
    /// ```
    /// # use sigtower::Credentials;
    /// # use sigtower::sigv4::{Payload, Scope, Signer};
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signer = Signer::new(Scope::new("us-east-1", "es")?, Credentials::new("a", "b", None));
    /// let request = http::Request::get("https://search.example/_cluster/health").body(())?;
    /// let (parts, ()) = request.into_parts();
    /// println!("{}", signer.explain(&parts, Payload::Empty).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`sign`](Signer::sign).
    pub async fn explain(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
    ) -> Result<Explanation, SignError> {
        let now = self.now();
        let identity = self.identity(now).await?;
        self.explain_with(parts, payload, &identity, now)
    }

    /// [Shows](Self::explain) how a request is signed with a snapshot of credentials at a time.
    ///
    /// # Errors
    ///
    /// As [`sign_with`](Signer::sign_with).
    pub fn explain_with(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
        identity: &Identity,
        time: SystemTime,
    ) -> Result<Explanation, SignError> {
        let time = Timestamp::new(time)?;
        let scope = self.scope_of(parts);
        let mut hashed = PayloadHash::EMPTY;
        let payload = payload.hash(parts, &scope, self.unsigned_cleartext, &mut hashed)?;
        self.work(parts, &scope, payload, identity, &time)?
            .explain()
    }
}

impl Work<'_> {
    fn explain(&self) -> Result<Explanation, SignError> {
        let headers = self.signed_headers();
        let mut text = Vec::new();
        let signature = self.sign(&mut text, &mut Begun::default(), self.target, &headers)?;
        Ok(self.explanation(&text, &signature))
    }

    fn explanation(&self, text: &[u8], signature: &Signature) -> Explanation {
        let copy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let beginning = self.key.beginning(self.time).concat();
        let string_to_sign = [&beginning[..], &signature.hash].concat();
        let names = copy(&text[signature.signed_headers.clone()]);
        Explanation {
            canonical_request: copy(&text[signature.canonical_request.clone()]),
            string_to_sign: copy(&string_to_sign),
            signed_headers: names.split(';').map(str::to_owned).collect(),
            signature: copy(&text[signature.hex.clone()]),
            authorization: copy(&self.authorization(text, signature)),
        }
    }
}

/// How a request is signed, step by step.
///
/// What it shows of itself is redacted: neither the session token nor the signature. Both take a
/// call that says so.
#[derive(Clone)]
pub struct Explanation {
    canonical_request: String,
    string_to_sign: String,
    signed_headers: Vec<String>,
    signature: String,
    authorization: String,
}

impl Explanation {
    /// The canonical request, its session token replaced by `[redacted]`.
    pub fn canonical_request(&self) -> String {
        let mut redacted = String::with_capacity(self.canonical_request.len());
        for line in self.canonical_request.split_inclusive('\n') {
            if line.starts_with(TOKEN_HEADER) {
                redacted.push_str(TOKEN_HEADER);
                redacted.push_str("[redacted]\n");
            } else {
                redacted.push_str(line);
            }
        }
        redacted
    }

    /// The string to sign, which holds no secret.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The names of the signed headers, lower-case and sorted.
    pub fn signed_headers(&self) -> &[String] {
        &self.signed_headers
    }

    /// The canonical request whose hash is signed, session token and all.
    pub fn reveal_canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// The signature, which lets anybody send the request for some minutes.
    pub fn reveal_signature(&self) -> &str {
        &self.signature
    }

    /// The `authorization` header, which holds the signature.
    pub fn reveal_authorization(&self) -> &str {
        &self.authorization
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("canonical_request", &self.canonical_request())
            .field("string_to_sign", &self.string_to_sign)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "canonical request:\n{}\n", self.canonical_request())?;
        write!(f, "string to sign:\n{}", self.string_to_sign)
    }
}

const TOKEN_HEADER: &str = "x-amz-security-token:";
