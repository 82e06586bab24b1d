use std::fmt;

use super::error::SignError;
use super::key::LastStart;
use super::signature::{Signature, SignatureInput};

/// How a request is signed, step by step.
///
/// `Debug`, `Display` and [`canonical_request`](Self::canonical_request) show neither the session
/// token nor the signature. The methods named `reveal_…` return them.
#[derive(Clone)]
pub struct Explanation {
    canonical_request: String,
    string_to_sign: String,
    signed_headers: Vec<String>,
    signature: String,
    authorization: String,
}

impl Explanation {
    /// The canonical request, with `[redacted]` in place of the session token.
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

    /// The string to sign, which contains no secret.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The names of the signed headers, lower-case and sorted.
    pub fn signed_headers(&self) -> &[String] {
        &self.signed_headers
    }

    /// The canonical request whose hash is signed, including the session token.
    pub fn reveal_canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// The signature. Anyone who has it can send the request for some minutes.
    pub fn reveal_signature(&self) -> &str {
        &self.signature
    }

    /// The `authorization` header, which contains the signature.
    pub fn reveal_authorization(&self) -> &str {
        &self.authorization
    }
}

impl SignatureInput<'_> {
    pub(super) fn explain(&self) -> Result<Explanation, SignError> {
        let headers = self.signed_headers()?;
        let mut text = Vec::new();
        let signature = self.sign(&mut text, &mut LastStart::default(), self.target, &headers)?;
        Ok(self.explanation(&text, &signature))
    }

    fn explanation(&self, text: &[u8], signature: &Signature) -> Explanation {
        let copy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let start = self.key.start_of_string_to_sign(self.time).concat();
        let string_to_sign = [&start[..], &signature.hash].concat();
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
