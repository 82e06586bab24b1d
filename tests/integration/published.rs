//! The worked examples of AWS's documentation.
//!
//! - S3: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html> and
//!   <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
//! - IAM: the General Reference's "Signature Version 4 signing process", `ListUsers`
//! - The suite: AWS's signing test suite, region `us-east-1`, service `service`

use std::time::Duration;

use http::header::{DATE, RANGE};
use http::request::Parts;
use http::{HeaderName, Request};
use sigtower::Credentials;
use sigtower::sigv4::{ContentSha256, Payload, Scope, Signer};

use crate::vectors::time;

#[tokio::test]
async fn the_signature_of_get_object_is_the_published_one() {
    let signer = s3().with_signed_headers([RANGE]).unwrap();
    let parts = parts(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        &[("range", "bytes=0-9")],
    );
    let authorization = authorization(&signer, parts, b"").await;
    assert_eq!(
        authorization,
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
         Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
}

#[tokio::test]
async fn the_signature_of_put_object_is_the_published_one() {
    let signer = s3().with_signed_headers([DATE]).unwrap();
    let headers = [
        ("date", "Fri, 24 May 2013 00:00:00 GMT"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ];
    let parts = parts(
        "PUT",
        "https://examplebucket.s3.amazonaws.com/test$file.text",
        &headers,
    );
    let authorization = authorization(&signer, parts, b"Welcome to Amazon S3.").await;
    assert_eq!(
        authorization,
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
         Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    );
}

#[tokio::test]
async fn the_signatures_of_bucket_requests_are_the_published_ones() {
    for (query, signature) in [
        (
            "lifecycle",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "max-keys=2&prefix=J",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ] {
        let uri = format!("https://examplebucket.s3.amazonaws.com/?{query}");
        let authorization = authorization(&s3(), parts("GET", &uri, &[]), b"").await;
        assert!(
            authorization.ends_with(signature),
            "{query}: {authorization}"
        );
    }
}

#[tokio::test]
async fn the_presigned_url_is_the_published_one() {
    let parts = parts(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        &[],
    );
    let url = s3()
        .presign(&parts, Payload::Empty, Duration::from_secs(86_400))
        .await
        .unwrap();
    assert_eq!(
        url,
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

#[tokio::test]
async fn the_signature_of_iam_list_users_is_the_published_one() {
    let signer = signer("iam", "20150830T123600Z");
    let content_type = (
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    );
    let uri = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let explained = signer
        .explain(&parts("GET", uri, &[content_type]), Payload::Empty)
        .await
        .unwrap();
    assert_eq!(
        explained.string_to_sign(),
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
         f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    );
    assert_eq!(
        explained.reveal_authorization(),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
}

#[tokio::test]
async fn the_signatures_of_the_signing_test_suite_are_the_published_ones() {
    let signer = signer("service", "20150830T123600Z");
    for (name, method, path, signature) in [
        (
            "get-vanilla",
            "GET",
            "/",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "post-vanilla",
            "POST",
            "/",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "get-utf8",
            "GET",
            "/ሴ",
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        ),
        (
            "get-unreserved",
            "GET",
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "get-vanilla-query-order-key-case",
            "GET",
            "/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ] {
        let uri = format!("https://example.amazonaws.com{path}");
        let authorization = authorization(&signer, parts(method, &uri, &[]), b"").await;
        assert!(
            authorization.ends_with(signature),
            "{name}: {authorization}"
        );
    }
}

#[tokio::test]
async fn a_presigned_url_keeps_its_query_and_carries_the_token() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("to/ken+=".to_owned()));
    let scope = Scope::new("us-east-1", "execute-api").unwrap();
    let signer = Signer::new(scope, credentials).with_clock(time("20150830T123600Z"));
    let uri = "https://a.example:443/x%20y?q=a+b&X-Amz-Signature=old&X-Amz-Date=old";
    let parts = parts("GET", uri, &[("x-amz-meta-a", "b")]);
    let hour = Duration::from_secs(3600);
    let url = signer
        .presign(&parts, Payload::Empty, hour)
        .await
        .unwrap()
        .to_string();
    assert!(
        url.starts_with("https://a.example/x%20y?q=a%20b&X-Amz-Algorithm="),
        "{url}"
    );
    assert!(url.contains("&X-Amz-Date=20150830T123600Z&"), "{url}");
    assert!(
        url.contains("&X-Amz-Security-Token=to%2Fken%2B%3D&"),
        "{url}"
    );
    assert!(
        url.contains("&X-Amz-SignedHeaders=host%3Bx-amz-meta-a&"),
        "{url}"
    );
    assert_eq!(url.matches("X-Amz-Signature").count(), 1, "{url}");

    for seconds in [0, 604_801] {
        let lifetime = Duration::from_secs(seconds);
        assert!(
            signer
                .presign(&parts, Payload::Empty, lifetime)
                .await
                .is_err()
        );
    }
    for service in ["es", "aoss"] {
        let signer = self::signer(service, "20150830T123600Z");
        assert!(signer.presign(&parts, Payload::Empty, hour).await.is_err());
    }
}

async fn authorization(signer: &Signer, mut parts: Parts, body: &[u8]) -> String {
    signer.sign(&mut parts, Payload::Bytes(body)).await.unwrap();
    parts.headers["authorization"].to_str().unwrap().to_owned()
}

fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut parts = Request::builder()
        .method(method)
        .uri(uri)
        .body(())
        .unwrap()
        .into_parts()
        .0;
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        parts.headers.append(name, value.parse().unwrap());
    }
    parts
}

fn s3() -> Signer {
    let id = "AKIAIOSFODNN7EXAMPLE";
    let credentials = Credentials::new(id, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None);
    Signer::new(Scope::new("us-east-1", "s3").unwrap(), credentials)
        .with_clock(time("20130524T000000Z"))
}

fn signer(service: &str, now: &str) -> Signer {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIDEXAMPLE", secret, None);
    Signer::new(Scope::new("us-east-1", service).unwrap(), credentials)
        .with_content_sha256(ContentSha256::Never)
        .with_clock(time(now))
}
