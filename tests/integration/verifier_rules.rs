//! Rules of the verifier that no golden request shows, with signatures by `aws-sigv4`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use http::request::Parts;
use http::{HeaderValue, Request, Version};
use sigtower::testing::{Principal, Verifier};

#[test]
fn presigned_urls_are_verified_until_they_expire() {
    let mut settings = settings();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(600));
    for (service, body) in [
        ("execute-api", SignableBody::Bytes(b"")),
        ("s3", SignableBody::UnsignedPayload),
    ] {
        let parts = signed(
            "https://host/a?b=c%20d",
            service,
            &[],
            body,
            settings.clone(),
        );
        assert!(!parts.headers.contains_key("authorization"));
        for (seconds, expected) in [
            (0, None),
            (600, None),
            (
                601,
                Some(
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124601Z - 10 min.)",
                ),
            ),
        ] {
            let now = time() + Duration::from_secs(seconds);
            let verifier = verifier(service).with_clock(move || now);
            let outcome = verifier.verify(&parts, b"");
            let message = outcome.err().map(|refused| refused.message());
            assert_eq!(message.as_deref(), expected, "{service}");
        }
        for (from, to) in [("b=c", "b=d"), ("Expires=600", "Expires=601"), ("/a", "/A")] {
            let mut parts = parts.clone();
            parts.uri = parts.uri.to_string().replacen(from, to, 1).parse().unwrap();
            let refused = verifier(service).verify(&parts, b"").unwrap_err();
            assert!(
                refused.canonical_request().is_some(),
                "{service}: {from} became {to}"
            );
        }
        let with_body = verifier(service).verify(&parts, b"x");
        assert_eq!(with_body.is_ok(), service == "s3");
    }
}

#[test]
fn services_want_the_payload_header_they_document() {
    let (hash, unsigned) = (SignableBody::Bytes(b"{}"), SignableBody::UnsignedPayload);
    for (service, body, header, expected) in [
        ("es", &hash, false, Ok(())),
        ("es", &hash, true, Ok(())),
        ("aoss", &hash, true, Ok(())),
        (
            "aoss",
            &hash,
            false,
            Err("x-amz-content-sha256 is required"),
        ),
        ("s3", &hash, true, Ok(())),
        ("s3", &unsigned, true, Ok(())),
        ("s3", &hash, false, Err("x-amz-content-sha256 is required")),
        ("vpc-lattice-svcs", &unsigned, true, Ok(())),
        (
            "vpc-lattice-svcs",
            &hash,
            true,
            Err("x-amz-content-sha256 must be UNSIGNED-PAYLOAD"),
        ),
        (
            "vpc-lattice-svcs",
            &hash,
            false,
            Err("x-amz-content-sha256 is required"),
        ),
        ("execute-api", &hash, false, Ok(())),
        (
            "execute-api",
            &unsigned,
            true,
            Err("x-amz-content-sha256 may not be UNSIGNED-PAYLOAD here"),
        ),
    ] {
        let mut settings = settings();
        if header {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let parts = signed("https://host/", service, &[], body.clone(), settings);
        let outcome = verifier(service).verify(&parts, b"{}");
        let outcome = outcome.map(drop).map_err(|refused| refused.message());
        assert_eq!(
            outcome,
            expected.map_err(str::to_owned),
            "{service}, header: {header}"
        );
    }
}

#[test]
fn a_payload_header_that_lies_is_refused_though_it_is_signed() {
    let zeros = "0".repeat(64);
    let lie = [("x-amz-content-sha256", zeros.as_str())];
    for (service, error_type) in [
        ("es", "InvalidSignatureException"),
        ("aoss", "InvalidSignatureException"),
        ("s3", "InvalidRequest"),
    ] {
        let body = SignableBody::Bytes(b"{}");
        let parts = signed("https://host/", service, &lie, body, settings());
        let refused = verifier(service).verify(&parts, b"{}").unwrap_err();
        assert_eq!(refused.error_type(), error_type, "{service}");
        if let Some(canonical) = refused.canonical_request() {
            let signed = format!("x-amz-content-sha256:{zeros}\n");
            assert!(
                canonical.contains(&signed) && !canonical.ends_with(&zeros),
                "{canonical}"
            );
        }
    }
}

#[test]
fn the_authority_is_the_host_on_http2() {
    let mut parts = signed(
        "https://host/",
        "es",
        &[],
        SignableBody::Bytes(b""),
        settings(),
    );
    parts.version = Version::HTTP_2;
    parts.headers.remove("host");
    assert!(verifier("es").verify(&parts, b"").is_ok());
    parts
        .headers
        .insert("host", HeaderValue::from_static("another"));
    assert!(verifier("es").verify(&parts, b"").is_ok());
    parts.version = Version::HTTP_11;
    assert!(verifier("es").verify(&parts, b"").is_err());
}

#[test]
fn a_header_that_the_service_wants_signed_must_be_signed() {
    let ours = [
        ("content-type", "text/plain"),
        ("x-amz-target", "x"),
        ("x-amz-content-sha256", EMPTY),
    ];
    for (service, name, must_be_signed) in [
        ("es", "host", true),
        ("es", "x-amz-date", true),
        ("es", "x-amz-target", true),
        ("es", "content-type", false),
        ("es", "x-amz-content-sha256", false),
        ("aoss", "host", true),
        ("aoss", "x-amz-target", true),
        ("aoss", "content-type", false),
        ("aoss", "x-amz-content-sha256", true),
        ("execute-api", "host", true),
        ("execute-api", "content-type", true),
        ("execute-api", "x-amz-content-sha256", true),
    ] {
        let empty = SignableBody::Bytes(b"");
        let parts = signed("https://host/", service, &ours, empty, settings());
        assert!(verifier(service).verify(&parts, b"").is_ok());
        // Signed without the header, which is added afterwards, as some clients do.
        let others: Vec<_> = ours.into_iter().filter(|(it, _)| *it != name).collect();
        let empty = SignableBody::Bytes(b"");
        let mut parts = signed("https://host/", service, &others, empty, settings());
        match ours.iter().find(|(it, _)| *it == name) {
            Some((name, value)) => {
                parts.headers.insert(*name, HeaderValue::from_static(value));
            }
            None => withdraw(&mut parts, name),
        }
        let outcome = verifier(service).verify(&parts, b"");
        assert_eq!(outcome.is_err(), must_be_signed, "{service}: {name}");
        if let Err(error) = outcome {
            let shown = match name {
                "host" => "Host' or ':authority",
                _ => name,
            };
            let message = format!("'{shown}' must be a 'SignedHeader' in the AWS Authorization.");
            assert_eq!(error.message(), message, "{service}");
        }
    }
}

#[test]
fn a_collection_refuses_a_signed_content_length_and_a_domain_accepts_it() {
    let ours = [("content-length", "0"), ("x-amz-content-sha256", EMPTY)];
    for (service, expected) in [
        ("es", None),
        ("execute-api", None),
        (
            "aoss",
            Some("'content-length' must not be a 'SignedHeader' in the AWS Authorization."),
        ),
    ] {
        let empty = SignableBody::Bytes(b"");
        let parts = signed("https://host/", service, &ours, empty, settings());
        let outcome = verifier(service).verify(&parts, b"");
        let message = outcome.err().map(|error| error.message());
        assert_eq!(message.as_deref(), expected, "{service}");
    }
}

#[test]
fn a_presigned_url_is_not_enough_for_a_collection() {
    let mut settings = settings();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(600));
    let empty = SignableBody::Bytes(b"");
    let parts = signed("https://host/", "aoss", &[], empty, settings);
    let error = verifier("aoss").verify(&parts, b"").unwrap_err();
    assert_eq!(error.message(), "x-amz-content-sha256 is required");
}

#[test]
fn a_request_with_two_hosts_is_refused() {
    let empty = SignableBody::Bytes(b"");
    for service in ["es", "aoss", "s3"] {
        let ours = [("x-amz-content-sha256", EMPTY)];
        let mut parts = signed("https://host/", service, &ours, empty.clone(), settings());
        assert!(verifier(service).verify(&parts, b"").is_ok());
        parts
            .headers
            .append("host", HeaderValue::from_static("host"));
        let error = verifier(service).verify(&parts, b"").unwrap_err();
        assert_eq!(error.status(), 400, "{service}");
        assert_eq!(
            error.message(),
            "The request has 2 'host' headers; a request may have only one."
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_nothing_panics() {
    let good = signed(
        "https://host/",
        "es",
        &[],
        SignableBody::Bytes(b""),
        settings(),
    );
    let authorization = good.headers["authorization"].to_str().unwrap().to_owned();
    let check = |what: &str, error_type: &str, change: &dyn Fn(&mut Parts)| {
        let mut parts = good.clone();
        change(&mut parts);
        let refused = verifier("es").verify(&parts, b"").unwrap_err();
        assert_eq!(refused.error_type(), error_type, "{what}");
    };
    for (uri, error_type) in [
        ("https://host/%zz", "InvalidURIPathException"),
        ("https://host/a%4", "InvalidURIPathException"),
        ("https://host/../a", "InvalidURIPathException"),
        ("https://host/?a=%zz", "MalformedQueryStringException"),
        ("https://host/?a=%", "MalformedQueryStringException"),
    ] {
        check(uri, error_type, &|parts| parts.uri = uri.parse().unwrap());
    }
    for (from, to) in [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("Signature=", "Signature=,Signature="),
        ("/us-east-1", ""),
        ("host;x-amz-date", "x-amz-date;host"),
        ("host;x-amz-date", "Host;X-Amz-Date"),
        ("host;x-amz-date", "host;host;x-amz-date"),
        (", Signature=", ", "),
        ("Credential=", "Credentials="),
    ] {
        check(to, "IncompleteSignatureException", &|parts| {
            let changed = authorization.replacen(from, to, 1);
            assert_ne!(changed, authorization);
            parts
                .headers
                .insert("authorization", changed.parse().unwrap());
        });
    }
    for stamp in [
        "",
        "2015-08-30T12:36:00Z",
        "20150830T123600",
        "99999999T999999Z",
    ] {
        check(stamp, "IncompleteSignatureException", &|parts| {
            parts.headers.insert("x-amz-date", stamp.parse().unwrap());
        });
    }
    for name in ["authorization", "x-amz-date"] {
        check(name, "IncompleteSignatureException", &|parts| {
            let value = parts.headers[name].clone();
            parts.headers.append(name, value);
        });
    }
    check("bytes", "IncompleteSignatureException", &|parts| {
        let value = HeaderValue::from_bytes(b"AWS4-HMAC-SHA256 Credential=\xff").unwrap();
        parts.headers.insert("authorization", value);
    });
    for end in ["é", "00", "g"] {
        check(end, "InvalidSignatureException", &|parts| {
            let cut = &authorization[..authorization.len() - end.len()];
            let value = HeaderValue::from_bytes(format!("{cut}{end}").as_bytes()).unwrap();
            parts.headers.insert("authorization", value);
        });
    }
}

/// A request as `aws-sigv4` signs it.
fn signed(
    uri: &str,
    service: &str,
    headers: &[(&str, &str)],
    body: SignableBody<'_>,
    settings: SigningSettings,
) -> Parts {
    let keys = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&keys)
        .region("us-east-1")
        .name(service)
        .time(time())
        .settings(settings)
        .build()
        .unwrap();
    let mut request = Request::post(uri).header("host", "host");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(()).unwrap();
    let given = [("host", "host")]
        .into_iter()
        .chain(headers.iter().copied());
    let signable = SignableRequest::new("POST", uri, given, body).unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request.into_parts().0
}

/// Removes a header from the list of signed headers.
fn withdraw(parts: &mut Parts, name: &str) {
    let authorization = parts.headers["authorization"].to_str().unwrap();
    let list = authorization.split("SignedHeaders=").nth(1).unwrap();
    let list = list.split(',').next().unwrap();
    let rest: Vec<&str> = list.split(';').filter(|signed| *signed != name).collect();
    let changed = authorization.replace(list, &rest.join(";"));
    parts
        .headers
        .insert("authorization", changed.parse().unwrap());
}

fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    settings
}

fn verifier(service: &str) -> Verifier {
    Verifier::new("us-east-1", service)
        .with_principal(Principal::new("AKIDEXAMPLE", "secret"))
        .with_clock(time)
}

/// 20150830T123600Z.
fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

/// The SHA-256 of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
