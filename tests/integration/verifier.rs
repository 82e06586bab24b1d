//! The Domain's verifier against signatures that other implementations made.

use std::time::Duration;

use http::{HeaderValue, Method};
use sigtower::testing::{Principal, Verifier};

use crate::golden::{Golden, golden};

#[test]
fn every_golden_signature_is_accepted() {
    let golden = golden();
    assert_eq!(golden.len(), 451);
    for row in golden {
        let verified = row
            .verifier()
            .verify(&row.parts, &row.body)
            .unwrap_or_else(|refused| panic!("{}: {}", row.id, refused.message()));
        assert_eq!(
            verified.canonical_request, row.canonical_request,
            "{}",
            row.id
        );
        assert_eq!(verified.signed_headers, row.signed_headers, "{}", row.id);
        assert_eq!(verified.time, row.time, "{}", row.id);
    }
}

#[test]
fn every_golden_signature_is_refused_once_a_part_is_changed() {
    let mut flipped = 0;
    for row in golden() {
        for (what, changed) in flips(&row) {
            let outcome = row.verifier().verify(&changed.parts, &changed.body);
            assert!(
                outcome.is_err(),
                "{}: the verifier accepted a changed {what}",
                row.id
            );
            flipped += 1;
        }
    }
    assert!(flipped > 5_000, "only {flipped} changes were tried");
}

#[test]
fn a_mismatch_tells_what_should_have_been_signed() {
    let mut row = golden().swap_remove(0);
    let canonical_request = row.canonical_request.clone();
    flip_signature(&mut row);
    let refused = row.verifier().verify(&row.parts, &row.body).unwrap_err();
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.error_type(), "InvalidSignatureException");
    assert_eq!(refused.canonical_request(), Some(&*canonical_request));
    let body: serde_json::Value = serde_json::from_str(&refused.body()).unwrap();
    let message = body["message"].as_str().unwrap();
    assert!(message.starts_with("The request signature we calculated does not match"));
    assert!(message.contains(&format!("should have been\n'{canonical_request}'\n\n")));
    assert!(message.ends_with(&format!("'{}'\n", refused.string_to_sign().unwrap())));
}

#[test]
fn signatures_live_five_minutes_to_either_side() {
    let row = golden().swap_remove(0);
    for (offset, message) in [
        (
            -301,
            Some(
                "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)",
            ),
        ),
        (-300, None),
        (300, None),
        (
            301,
            Some(
                "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)",
            ),
        ),
    ] {
        let distance = Duration::from_secs(i64::unsigned_abs(offset));
        let now = if offset < 0 {
            row.time - distance
        } else {
            row.time + distance
        };
        let verifier = row.verifier().with_clock(move || now);
        let outcome = verifier.verify(&row.parts, &row.body);
        assert_eq!(
            outcome.err().map(|refused| refused.message()).as_deref(),
            message
        );
    }
}

#[test]
fn refusals_read_as_those_of_aws() {
    let row = golden().swap_remove(0);
    let check = |change: &dyn Fn(&mut Golden), verifier: Verifier, expected: [&str; 2]| {
        let mut row = row.clone();
        change(&mut row);
        let refused = verifier.verify(&row.parts, &row.body).unwrap_err();
        assert_eq!([refused.error_type(), &refused.message()], expected);
        assert_eq!(refused.status(), 403);
    };
    let keep = |_: &mut Golden| ();
    let verifier = || row.verifier();
    let time = row.time;
    let elsewhere = |region, service| Verifier::new(region, service).with_clock(move || time);
    check(
        &|row| drop(row.parts.headers.remove("authorization")),
        verifier(),
        [
            "AccessDeniedException",
            "User: anonymous is not authorized to perform: es:ESHttpGet because no resource-based policy allows the es:ESHttpGet action",
        ],
    );
    check(
        &keep,
        elsewhere("eu-west-1", "es"),
        [
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'us-east-1'. ",
        ],
    );
    check(
        &keep,
        elsewhere("us-east-1", "aoss"),
        [
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'aoss'. ",
        ],
    );
    check(
        &keep,
        elsewhere("us-east-1", "es"),
        [
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ],
    );
    check(
        &keep,
        elsewhere("us-east-1", "es").with_principal(row.principal.clone().with_token("issued")),
        [
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ],
    );
    check(
        &keep,
        elsewhere("us-east-1", "es").with_principal(row.principal.clone().with_expired(true)),
        [
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ],
    );
    check(
        &|row| {
            drop(
                row.parts
                    .headers
                    .insert("x-amz-meta-late", HeaderValue::from_static("1")),
            )
        },
        verifier(),
        [
            "InvalidSignatureException",
            "'x-amz-meta-late' must be a 'SignedHeader' in the AWS Authorization.",
        ],
    );
    check(
        &|row| row.authorization("Basic YTpi"),
        verifier(),
        [
            "IncompleteSignatureException",
            "Unsupported AWS 'algorithm': use AWS4-HMAC-SHA256.",
        ],
    );
    check(
        &|row| row.authorization("AWS4-HMAC-SHA256 Credential=a/b/c/d/e"),
        verifier(),
        [
            "IncompleteSignatureException",
            "Authorization header requires 'SignedHeaders' parameter. Authorization header requires 'Signature' parameter.",
        ],
    );
}

#[test]
fn rotated_keys_are_expired_and_new_ones_known() {
    let row = golden().swap_remove(0);
    let verifier = row.verifier();
    verifier.rotate(
        row.principal
            .clone()
            .with_keys("AKIANEWKEYXXXEXAMPLE", "new"),
    );
    let refused = verifier.verify(&row.parts, &row.body).unwrap_err();
    assert_eq!(refused.error_type(), "ExpiredTokenException");
    verifier.add_principal(row.principal.clone());
    assert!(verifier.verify(&row.parts, &row.body).is_ok());
}

#[test]
fn no_secret_shows_in_debug() {
    let principal = Principal::admin().with_token("the-token");
    let verifier = Verifier::new("us-east-1", "es").with_principal(principal.clone());
    let row = golden()
        .into_iter()
        .find(|row| row.id == "es-token-plain")
        .expect("a golden request with a token");
    let verified = row.verifier().verify(&row.parts, &row.body).unwrap();
    let mut changed = row.clone();
    flip_signature(&mut changed);
    let refused = row
        .verifier()
        .verify(&changed.parts, &changed.body)
        .unwrap_err();
    let token = row.parts.headers["x-amz-security-token"].to_str().unwrap();
    for text in [
        format!("{principal:?} {verifier:?} {:?}", principal.credentials()),
        format!("{verified:?} {refused:?} {refused}"),
    ] {
        for secret in ["wJalrXUtnFEMI", "the-token", token] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// Every way to change one signed part of a request.
fn flips(row: &Golden) -> Vec<(String, Golden)> {
    let mut flips = Vec::new();
    let mut flip = |what: String, change: &dyn Fn(&mut Golden)| {
        let mut changed = row.clone();
        change(&mut changed);
        flips.push((what, changed));
    };
    flip("method".into(), &|row| row.parts.method = Method::PATCH);
    flip("path".into(), &|row| {
        row.target(|target| {
            let end = target.find('?').unwrap_or(target.len());
            target.insert(end, 'x');
        })
    });
    flip("query".into(), &|row| {
        row.target(|target| {
            target.push_str(if target.contains('?') { "&x=1" } else { "?x=1" });
        })
    });
    if !row.unsigned_payload {
        flip("body".into(), &|row| row.body.push(b'x'));
    }
    flip("signature".into(), &flip_signature);
    flip("access key".into(), &|row| {
        row.edit("Credential=", "Credential=X")
    });
    let scope_date = format!(
        "/{}/",
        &row.parts.headers["x-amz-date"].to_str().unwrap()[..8]
    );
    flip("scope date".into(), &|row| {
        row.edit(&scope_date, "/20010101/")
    });
    flip("region".into(), &|row| {
        row.edit(&format!("/{}/", row.region.clone()), "/eu-west-9/")
    });
    flip("service".into(), &|row| {
        row.edit(&format!("/{}/aws4", row.service.clone()), "/xs/aws4")
    });
    flip("terminator".into(), &|row| {
        row.edit("aws4_request", "aws4_requesT")
    });
    for name in &row.signed_headers {
        flip(format!("header {name}"), &|row| {
            let value = row.parts.headers[name].as_bytes();
            let value = HeaderValue::from_bytes(&[value, b"x"].concat()).unwrap();
            row.parts
                .headers
                .insert(name.parse::<http::HeaderName>().unwrap(), value);
        });
        flip(format!("missing header {name}"), &|row| {
            row.parts.headers.remove(name);
        });
        flip(format!("unsigned header {name}"), &|row| {
            let all = row.signed_headers.join(";");
            let mut rest = row.signed_headers.clone();
            rest.retain(|signed| signed != name);
            row.edit(&all, &rest.join(";"));
        });
    }
    flips
}

fn flip_signature(row: &mut Golden) {
    let value = row.parts.headers["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let (rest, last) = value.split_at(value.len() - 1);
    row.authorization(&format!("{rest}{}", if last == "0" { '1' } else { '0' }));
}

impl Golden {
    fn authorization(&mut self, value: &str) {
        self.parts
            .headers
            .insert("authorization", value.parse().unwrap());
    }

    fn edit(&mut self, from: &str, to: &str) {
        let value = self.parts.headers["authorization"].to_str().unwrap();
        assert!(value.contains(from), "{}: no {from} in {value}", self.id);
        self.authorization(&value.replacen(from, to, 1));
    }

    fn target(&mut self, change: impl Fn(&mut String)) {
        let mut target = self.parts.uri.to_string();
        change(&mut target);
        self.parts.uri = target.parse().unwrap();
    }
}
