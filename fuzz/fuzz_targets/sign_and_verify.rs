//! The verifier accepts every request that the signer signs.
//!
//! The verifier shares no code with the signer. If the two read a request differently, this target
//! crashes.
#![no_main]

use std::time::{Duration, SystemTime};

use arbitrary::Arbitrary;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Request, Uri};
use libfuzzer_sys::{Corpus, fuzz_target};
use sigtower::Credentials;
use sigtower::credentials::Identity;
use sigtower::sigv4::{EncodedDotSegments, Payload, PayloadHash, Scope, SignError, Signer};
use sigtower::testing::{Principal, VerifiedRequest, Verifier};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    service: Service,
    method: Method<'a>,
    origin: Origin,
    target: &'a [u8],
    headers: Vec<(Name<'a>, &'a [u8])>,
    body: &'a [u8],
    token: Option<&'a str>,
    secret: &'a str,
    seconds: u32,
    payload: How,
    encoded_dots: bool,
    flip: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Service {
    Es,
    Aoss,
    S3,
    ExecuteApi,
    Lattice,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Method<'a> {
    Get,
    Post,
    Other(&'a str),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Origin {
    Https,
    Http,
    OtherPort,
    /// The URI has a path and a query only.
    None,
}

/// Header names; those with a meaning are frequent.
#[derive(Arbitrary, Debug)]
enum Name<'a> {
    ContentType,
    ContentMd5,
    Host,
    Date,
    Token,
    Sha256,
    Meta(u8),
    Other(&'a [u8]),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum How {
    Bytes,
    Hash,
    Unsigned,
}

fuzz_target!(|input: Input<'_>| -> Corpus {
    let Some(parts) = input.parts() else {
        return Corpus::Reject;
    };
    let keys = Credentials::new("AKIDEXAMPLE", input.secret(), input.token());
    let Ok(identity) = Identity::new(&keys.clone().into()) else {
        return Corpus::Reject;
    };
    let scope = Scope::new("us-east-1", input.service.name()).expect("both are");
    let signer = Signer::new(scope, keys);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(input.seconds.into());
    let hash = PayloadHash::of(input.body);
    let payload = match input.payload {
        How::Bytes => Payload::Bytes(input.body),
        How::Hash => Payload::Hash(&hash),
        // Only some services accept an unsigned payload; for the others the header is missing.
        How::Unsigned if matches!(input.service, Service::ExecuteApi) => Payload::Hash(&hash),
        How::Unsigned => Payload::Unsigned,
    };

    let mut signed = parts.clone();
    match signer.sign_with(&mut signed, payload, &identity, time) {
        Ok(()) => {
            input.verify(&signed, time).unwrap_or_else(|refused| {
                panic!(
                    "signed, but refused: {refused}\n{}\n{parts:?}",
                    refused.message()
                )
            });
            input.refuses_another(&mut signed, time);
        }
        Err(error) => {
            assert_eq!(
                format!("{parts:?}"),
                format!("{signed:?}"),
                "changed, though {error}"
            );
            assert!(!matches!(error, SignError::Credentials(_)), "{error}");
        }
    }
    Corpus::Keep
});

impl Input<'_> {
    fn parts(&self) -> Option<Parts> {
        let uri = [self.origin.text().as_bytes(), self.target].concat();
        let uri = Uri::try_from(uri).ok()?;
        let mut request = Request::builder().method(self.method.text()).uri(uri);
        for (name, value) in self.headers.iter().take(20) {
            let name = name.header()?;
            request = request.header(name, HeaderValue::from_bytes(value).ok()?);
        }
        let (mut parts, ()) = request.body(()).ok()?.into_parts();
        if self.encoded_dots {
            parts.extensions.insert(EncodedDotSegments);
        }
        Some(parts)
    }

    /// Always a valid secret: other tests cover invalid ones.
    fn secret(&self) -> String {
        let usable = |char: &char| !char.is_control() && !char.is_whitespace();
        format!(
            "secret{}",
            self.secret.chars().filter(usable).collect::<String>()
        )
    }

    fn token(&self) -> Option<String> {
        let usable = |char: &char| char.is_ascii_graphic();
        let token = self.token?.chars().filter(usable).collect::<String>();
        Some(format!("token{token}"))
    }

    fn verify(
        &self,
        parts: &Parts,
        time: SystemTime,
    ) -> Result<VerifiedRequest, sigtower::testing::VerificationError> {
        let mut principal = Principal::new("AKIDEXAMPLE", self.secret());
        if let Some(token) = self.token() {
            principal = principal.with_token(token);
        }
        let verifier = Verifier::new("us-east-1", self.service.name())
            .with_principal(principal)
            .with_clock(move || time);
        verifier.verify(&as_sent(parts), self.body)
    }

    /// With one different digit the signature is wrong.
    fn refuses_another(&self, parts: &mut Parts, time: SystemTime) {
        let authorization = parts.headers["authorization"].as_bytes();
        let at = authorization.len() - 1 - usize::from(self.flip % 64);
        let mut other = authorization.to_vec();
        other[at] = if other[at] == b'0' { b'1' } else { b'0' };
        let other = HeaderValue::from_bytes(&other).expect("hex digits are text");
        parts.headers.insert("authorization", other);
        assert!(self.verify(parts, time).is_err());
    }
}

impl Method<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Other(name) => name,
        }
    }
}

impl Origin {
    fn text(self) -> &'static str {
        match self {
            Self::Https => "https://search.example/",
            Self::Http => "http://search.example/",
            Self::OtherPort => "https://Search.Example:9200/",
            Self::None => "",
        }
    }
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::Aoss => "aoss",
            Self::S3 => "s3",
            Self::ExecuteApi => "execute-api",
            Self::Lattice => "vpc-lattice-svcs",
        }
    }
}

impl Name<'_> {
    fn header(&self) -> Option<HeaderName> {
        Some(match self {
            Self::ContentType => HeaderName::from_static("content-type"),
            Self::ContentMd5 => HeaderName::from_static("content-md5"),
            Self::Host => HOST,
            Self::Date => HeaderName::from_static("x-amz-date"),
            Self::Token => HeaderName::from_static("x-amz-security-token"),
            Self::Sha256 => HeaderName::from_static("x-amz-content-sha256"),
            Self::Meta(number) => format!("x-amz-meta-{}", number % 4).parse().ok()?,
            Self::Other(name) => HeaderName::from_bytes(name).ok()?,
        })
    }
}

/// The request as HTTP/1.1 sends it: the path (or `/`) without the host, which is in its header.
fn as_sent(parts: &Parts) -> Parts {
    assert!(parts.headers.contains_key(HOST));
    let mut sent = parts.clone();
    let mut uri = std::mem::take(&mut sent.uri).into_parts();
    uri.scheme = None;
    uri.authority = None::<Authority>;
    let target = uri
        .path_and_query
        .as_ref()
        .map_or("/", |target| target.as_str());
    let target = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    uri.path_and_query = Some(target.parse().expect("it was one"));
    sent.uri = Uri::from_parts(uri).expect("a path is a URI");
    sent
}
