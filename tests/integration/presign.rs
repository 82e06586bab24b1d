//! Presigned URLs to servers on loopback, such as MinIO or LocalStack.
//!
//! The expected URLs are those of botocore 1.44.8 (`S3SigV4QueryAuth`).

use std::time::Duration;

use http::Request;
use http::request::Parts;
use sigtower::Credentials;
use sigtower::sigv4::{Payload, Scope, SignError, Signer};
use sigtower::testing::{Principal, Verifier};

use crate::vectors::time;

#[tokio::test]
async fn a_url_to_loopback_is_presigned_as_botocore_does_and_verifies() {
    for (method, url, signature, signature_with_token) in [
        (
            "GET",
            "http://127.0.0.1:9000/bucket/key",
            "d5cb01ed22f2c88a8a8d29b562732b76447033c916b097051f54decbe2c799d7",
            "881d98700de54ef87d133d88c082383a6fc1858e45508dd2a6118ecb206a5a0a",
        ),
        (
            "PUT",
            "http://localhost:9000/bucket/a%20b%24.txt",
            "ac324027803c02d04de9d618856041c729c3157da3a4de9d5801717a2a5fa4e9",
            "019cac45daf26e6151286e5ade5b44df8fac4556084fa927064fa3d69e215acf",
        ),
        (
            "GET",
            "http://[::1]:9000/bucket/key?versionId=1",
            "8ca8f244d330dc28febf689d86401a760c5974a0066a10f6a23d0fbd80d569c9",
            "2ebecad062c5c674e9e4814a88d512b9e04746bb4acb2c625f7a1ee02e8ab66b",
        ),
        (
            "GET",
            "http://localhost/bucket/key",
            "4a15e84b596bd14e0e1f19c5e6054626cc4ab43b895530b374cf6be25eea120e",
            "26278cf2b073a9a6f221f4f311559d2e8f905b35f784d796cf702dca9451916d",
        ),
    ] {
        for (token, signature) in [(None, signature), (Some(TOKEN), signature_with_token)] {
            let parts = parts(method, url);
            let presigned = signer("s3", token)
                .presign(&parts, Payload::Empty, TEN_MINUTES)
                .await
                .unwrap_or_else(|error| panic!("{url}: {error}"))
                .to_string();
            // botocore puts the token last; the order of parameters is not signed.
            let (_, found) = presigned.rsplit_once("X-Amz-Signature=").unwrap();
            assert_eq!(found, signature, "{presigned}");
            verify(method, &presigned, token);
        }
    }
}

#[tokio::test]
async fn a_presigned_url_in_cleartext_beyond_loopback_takes_permission() {
    for host in ["minio:9000", "10.0.0.7", "localhost.example", "0.0.0.0"] {
        let url = format!("http://{host}/bucket/key");
        // A `host` header cannot make another server loopback.
        for named in [None, Some("localhost")] {
            let mut parts = parts("GET", &url);
            if let Some(named) = named {
                parts.headers.insert("host", named.parse().unwrap());
            }
            let signer = signer("s3", None);
            let refused = signer.presign(&parts, Payload::Empty, TEN_MINUTES).await;
            let error = refused.expect_err(&url);
            assert!(matches!(error, SignError::UnsignedOverCleartext), "{error}");
            assert!(
                error.to_string().contains("with_unsigned_cleartext"),
                "{error}"
            );

            let signer = signer.with_unsigned_cleartext(true);
            let presigned = signer.presign(&parts, Payload::Empty, TEN_MINUTES).await;
            if named.is_none() {
                verify("GET", &presigned.unwrap().to_string(), None);
            }
            let signer = signer.with_unsigned_cleartext(false);
            let refused = signer.presign(&parts, Payload::Empty, TEN_MINUTES).await;
            assert!(refused.is_err(), "{url}");
        }
    }
}

#[tokio::test]
async fn a_url_whose_payload_is_signed_needs_no_permission_for_cleartext() {
    let parts = parts("GET", "http://api.example/users");
    let signer = signer("execute-api", None);
    assert!(
        signer
            .presign(&parts, Payload::Empty, TEN_MINUTES)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_empty_session_token_signs_as_no_token() {
    let parts = parts("GET", "https://bucket.s3.us-east-1.amazonaws.com/key");
    let (without, empty) = (signer("s3", None), signer("s3", Some("")));
    let url = without.presign(&parts, Payload::Empty, TEN_MINUTES).await;
    let same = empty.presign(&parts, Payload::Empty, TEN_MINUTES).await;
    assert_eq!(url.unwrap(), same.unwrap());

    let mut signed = [parts.clone(), parts.clone()];
    without.sign(&mut signed[0], Payload::Empty).await.unwrap();
    // A token that the request had before is not this signer's.
    signed[1]
        .headers
        .insert("x-amz-security-token", TOKEN.parse().unwrap());
    empty.sign(&mut signed[1], Payload::Empty).await.unwrap();
    assert_eq!(signed[0].headers, signed[1].headers);
    assert!(!signed[1].headers.contains_key("x-amz-security-token"));
    let explained = empty.explain(&parts, Payload::Empty).await.unwrap();
    assert!(!explained.canonical_request().contains("security-token"));
}

/// Verifies as a server does, which sees path, query and `host`.
fn verify(method: &str, url: &str, token: Option<&str>) {
    let mut parts = parts(method, url);
    let host = parts.uri.authority().unwrap().as_str().parse().unwrap();
    parts.headers.insert("host", host);
    let mut principal = Principal::new(KEY_ID, SECRET);
    if let Some(token) = token {
        principal = principal.with_token(token);
    }
    let verifier = Verifier::new("us-east-1", "s3")
        .with_principal(principal)
        .with_clock(|| time(NOW));
    // For S3 the body of a presigned URL is not signed.
    let verified = verifier.verify(&parts, b"any body");
    let verified = verified.unwrap_or_else(|refused| panic!("{url}: {}", refused.message()));
    assert_eq!(verified.payload_hash, "UNSIGNED-PAYLOAD");
    assert_eq!(verified.signed_headers, ["host"]);
}

fn parts(method: &str, uri: &str) -> Parts {
    let request = Request::builder().method(method).uri(uri).body(());
    request.unwrap().into_parts().0
}

fn signer(service: &str, token: Option<&str>) -> Signer {
    let credentials = Credentials::new(KEY_ID, SECRET, token.map(str::to_owned));
    Signer::new(Scope::new("us-east-1", service).unwrap(), credentials).with_clock(time(NOW))
}

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "to/ken+=";
const NOW: &str = "20150830T123600Z";
const TEN_MINUTES: Duration = Duration::from_secs(600);
