//! What a client knows of its target, and how it explains the refusals of a collection.

use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::*;
use crate::Credentials;
use crate::body::Body;
use crate::error::BoxError;
use crate::opensearch::bulk::Bulk;
use crate::opensearch::error::{Authority, Error, ErrorKind, Refusal};
use crate::opensearch::search::Count;
use crate::opensearch::target::{CollectionType, Target};
use crate::opensearch::{Raw, document, index, template};

const DOMAIN: &str = "https://search-x.us-east-1.es.amazonaws.com";
const COLLECTION: &str = "https://abc123.us-east-1.aoss.amazonaws.com";
const CUSTOM: &str = "https://search.example.com";

/// A client whose server sends this response to everything.
fn builder(url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> ClientBuilder {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let body = body.to_owned();
    let server = tower::service_fn(move |_: Request<Body>| {
        let mut response = Response::builder().status(status);
        for (name, value) in &headers {
            response = response.header(name, value);
        }
        let response = response.body(Body::from(body.clone())).unwrap();
        std::future::ready(Ok::<_, BoxError>(response))
    });
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    Client::builder(url)
        .credentials(credentials)
        .max_attempts(1)
        .over(server)
}

fn quiet(url: &str) -> ClientBuilder {
    builder(url, 200, &[], "{}")
}

#[test]
fn the_target_comes_from_the_host_or_from_a_setting() {
    let custom = || quiet(CUSTOM).region("eu-west-1");
    for (builder, target, service) in [
        (quiet(DOMAIN), Target::Domain, "es"),
        (quiet(COLLECTION), Target::Collection, "aoss"),
        (custom().service("es"), Target::Domain, "es"),
        (custom().service("aoss"), Target::Collection, "aoss"),
        // The target says which service requests are signed for.
        (custom().target(Target::Domain), Target::Domain, "es"),
        (
            custom().target(Target::Collection),
            Target::Collection,
            "aoss",
        ),
        (
            custom().collection_type(CollectionType::Search),
            Target::Collection,
            "aoss",
        ),
        (
            quiet("http://localhost:9200")
                .region("eu-west-1")
                .collection_type(CollectionType::TimeSeries),
            Target::Collection,
            "aoss",
        ),
        // A proxy for a collection may expect signatures for a service of its own.
        (
            custom().service("es").target(Target::Collection),
            Target::Collection,
            "es",
        ),
        (
            custom().service("es").target(Target::Cluster),
            Target::Cluster,
            "es",
        ),
    ] {
        let client = builder.build().unwrap();
        assert_eq!(client.target(), target, "{client:?}");
        assert_eq!(client.service().unwrap().as_str(), service, "{client:?}");
    }
    let own = quiet("http://localhost:9200").unauthenticated().build();
    assert_eq!(own.unwrap().target(), Target::Cluster);
    let domain = quiet(DOMAIN).basic_auth("admin", "x").build();
    assert_eq!(domain.unwrap().target(), Target::Domain);
}

#[test]
fn the_type_of_a_collection_says_whether_it_takes_ids() {
    for (collection_type, supports) in [
        (CollectionType::Search, true),
        (CollectionType::TimeSeries, false),
        (CollectionType::VectorSearch, false),
    ] {
        let client = quiet(COLLECTION).collection_type(collection_type);
        let client = client.build().unwrap();
        assert_eq!(client.collection_type(), Some(collection_type));
        assert_eq!(client.supports_document_ids(), Some(supports));
    }
    let unknown = quiet(COLLECTION).build().unwrap();
    assert_eq!(unknown.collection_type(), None);
    assert_eq!(unknown.supports_document_ids(), None);
    let domain = quiet(DOMAIN).build().unwrap();
    assert_eq!(domain.supports_document_ids(), Some(true));
}

#[test]
fn a_target_that_contradicts_the_host_is_not_built() {
    for (builder, given, expected) in [
        (
            quiet(DOMAIN).target(Target::Collection),
            "collection",
            "domain",
        ),
        (
            quiet(DOMAIN).collection_type(CollectionType::Search),
            "collection",
            "domain",
        ),
        (
            quiet(COLLECTION).target(Target::Domain),
            "domain",
            "collection",
        ),
        (
            quiet(CUSTOM)
                .region("eu-west-1")
                .target(Target::Domain)
                .collection_type(CollectionType::Search),
            "collection",
            "domain",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, BuildError::Target { .. }), "{error}");
        let line = error.to_string();
        let says = format!("is not a {given}: it is a {expected}");
        assert!(line.contains(&says), "{line}");
    }
}

const FORBIDDEN: &str =
    r#"{"status":403,"request-id":"r","error":{"reason":"403 Forbidden","type":"Forbidden"}}"#;
const NO_PERMISSION: &str = r#"{"status":403,"error":{"type":"security_exception","reason":"OpenSearch exception [type=authorization_exception, reason=User does not have permissions for the requested resource]"}}"#;
const DENY: &[(&str, &str)] = &[("x-aoss-response-hint", "X01:gw-helper-deny")];

async fn denied(client: ClientBuilder) -> Error {
    let error = client.build().unwrap().send(Count::new("movies")).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    assert!(error.hint().is_some(), "{error}");
    error
}

#[tokio::test]
async fn a_call_without_a_data_access_policy_shows_the_policy_that_allows_it() {
    for (headers, body) in [
        (DENY, FORBIDDEN),
        (&[], FORBIDDEN),
        (&[], NO_PERMISSION),
        (DENY, ""),
    ] {
        let error = denied(builder(COLLECTION, 403, headers, body)).await;
        let Some(Refusal::NotAuthorized { by, .. }) = error.refusal() else {
            panic!("{error:?}")
        };
        assert_eq!(*by, Authority::DataAccessPolicy, "{body}");
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("aoss:ReadDocument") && hint.contains("aoss:APIAccessAll"),
            "{hint}"
        );
        let document: Value = serde_json::from_str(error.document().unwrap()).unwrap();
        let expected = json!([{
            "Description": "aoss:ReadDocument in the collection COLLECTION-NAME",
            "Rules": [{
                "ResourceType": "index",
                "Resource": ["index/COLLECTION-NAME/movies"],
                "Permission": ["aoss:ReadDocument"],
            }],
            "Principal": ["arn:aws:iam::ACCOUNT-ID:role/ROLE-NAME"],
        }]);
        assert_eq!(document, expected);
    }
}

#[tokio::test]
async fn the_policy_names_what_the_call_needs() {
    let client = builder(COLLECTION, 403, DENY, FORBIDDEN).build().unwrap();
    let mut bulk = Bulk::new("logs");
    bulk.index(1);
    let template = template::Put::new("t", ["logs-*"]);
    let mut errors = Vec::new();
    errors.extend(client.send(index::Create::new("logs")).await.err());
    errors.extend(client.send(bulk).await.err());
    errors.extend(client.send(template).await.err());
    errors.extend(client.send(document::Delete::new("logs", "1")).await.err());
    let raw = Raw::new(Method::GET, "/_cat/indices");
    let raw = client.send(raw).await.unwrap();
    errors.extend(raw.success().err());
    let needed = [
        ("aoss:CreateIndex", "index/COLLECTION-NAME/logs"),
        ("aoss:WriteDocument", "index/COLLECTION-NAME/logs"),
        ("aoss:UpdateCollectionItems", "collection/COLLECTION-NAME"),
        ("aoss:WriteDocument", "index/COLLECTION-NAME/logs"),
        ("aoss:DescribeIndex", "index/COLLECTION-NAME/*"),
    ];
    assert_eq!(errors.len(), needed.len());
    for (error, (permission, resource)) in errors.iter().zip(needed) {
        let document: Value = serde_json::from_str(error.document().unwrap()).unwrap();
        let rule = &document[0]["Rules"][0];
        assert_eq!(rule["Permission"], json!([permission]));
        assert_eq!(rule["Resource"], json!([resource]));
    }
}

#[tokio::test]
async fn a_network_policy_has_a_refusal_of_its_own() {
    let headers = [("x-aoss-response-hint", "X01:network-policy-deny")];
    for status in [401, 403] {
        let error = denied(builder(COLLECTION, status, &headers, "")).await;
        assert_eq!(error.refusal(), Some(&Refusal::NetworkPolicy));
        assert!(error.to_string().contains("network policy"), "{error}");
        assert!(error.hint().unwrap().contains("policy::serverless_network"));
        assert_eq!(error.document(), None);
    }
}

#[tokio::test]
async fn a_collection_that_is_asked_with_signatures_for_es_names_aoss() {
    let custom = builder(CUSTOM, 403, DENY, FORBIDDEN);
    let custom = custom.region("eu-west-1").service("es");
    let error = denied(custom).await;
    let Some(Refusal::WrongService { sent, expected, .. }) = error.refusal() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (sent.as_deref(), expected.as_deref()),
        (Some("es"), Some("aoss"))
    );
    assert_eq!(error.hint(), Some("sign for service `aoss`"));
}

#[tokio::test]
async fn an_unsigned_payload_hash_has_a_refusal_of_its_own() {
    for (status, body) in [
        (400, "`x-amz-content-sha256 header must be signed in SigV4`"),
        (
            400,
            r#"{"message":"x-amz-content-sha256 header must be signed in SigV4"}"#,
        ),
        (400, r#"{"message":"x-amz-content-sha256 is required"}"#),
        (
            403,
            r#"{"message":"'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization."}"#,
        ),
    ] {
        let error = denied(builder(COLLECTION, status, &[], body)).await;
        assert_eq!(
            error.refusal(),
            Some(&Refusal::UnsignedPayloadHash),
            "{body}"
        );
        assert!(error.hint().unwrap().contains("SigV4Layer"));
    }
    let echo = r#"{"message":"no index [x-amz-content-sha256 is required]"}"#;
    let client = builder(COLLECTION, 400, &[], echo).build().unwrap();
    let error = client.send(Count::new("movies")).await.unwrap_err();
    assert_eq!(error.refusal(), None);
}

#[tokio::test]
async fn a_domain_has_no_policy_of_a_collection() {
    let client = builder(DOMAIN, 403, &[], FORBIDDEN).build().unwrap();
    let error = client.send(Count::new("movies")).await.unwrap_err();
    assert_eq!(error.document(), None);
}
