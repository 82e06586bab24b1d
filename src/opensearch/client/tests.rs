use std::env::VarError;
use std::time::Duration;

use http::Response;

use super::*;
use crate::Credentials;
use crate::body::Body;
use crate::endpoint::EndpointError;
use crate::error::BoxError;

const DOMAIN: &str = "https://search-x.us-east-1.es.amazonaws.com";
const CUSTOM: &str = "https://search.example.com";

fn builder(url: &str) -> ClientBuilder {
    ClientBuilder::new(url)
        .credentials(Credentials::new(
            "AKIDEXAMPLE",
            "hunter2",
            Some("tok3n".into()),
        ))
        .over(tower::service_fn(|_: http::Request<Body>| {
            std::future::ready(Ok::<_, BoxError>(Response::new(Body::empty())))
        }))
}

fn from_variables(variables: &'static [(&str, &str)]) -> Result<Client, BuildError> {
    ClientBuilder::from_variables(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found
            .map(|(_, value)| (*value).to_owned())
            .ok_or(VarError::NotPresent)
    })?
    .build()
}

fn scope(client: &Client) -> (&str, &str) {
    (
        client.region().unwrap().as_str(),
        client.service().unwrap().as_str(),
    )
}

#[test]
fn region_and_service_come_from_the_host_or_must_be_given() {
    let client = builder(DOMAIN).build().unwrap();
    assert_eq!(scope(&client), ("us-east-1", "es"));
    let client = builder(CUSTOM).region("eu-west-1").service("aoss");
    assert_eq!(scope(&client.build().unwrap()), ("eu-west-1", "aoss"));
    for (incomplete, expected) in [
        (builder(CUSTOM), "cannot determine the region"),
        (
            builder(CUSTOM).region("eu-west-1"),
            "cannot determine the service",
        ),
        (builder(DOMAIN).region("eu-west-1"), "contradicts"),
        (builder(DOMAIN).service("aoss"), "contradicts"),
        (
            builder(CUSTOM).region("x@evil.example:443/#"),
            "is not valid",
        ),
        (
            builder(CUSTOM).region("eu-west-1").service("a/b"),
            "is not valid",
        ),
        (builder(CUSTOM).connect_to("localhost"), "has no port"),
        (
            builder("http://search-x.us-east-1.es.amazonaws.com"),
            "in clear",
        ),
    ] {
        let error = incomplete.build().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_client_without_credentials_is_not_built() {
    let built = ClientBuilder::new(DOMAIN).build();
    assert!(matches!(built, Err(BuildError::NoCredentials)));
}

#[test]
fn an_attempt_must_end_before_its_signature_does() {
    let limit = Duration::from_secs(300);
    let built = builder(DOMAIN).attempt_timeout(limit).build();
    assert!(matches!(built, Err(BuildError::AttemptTimeout(said)) if said == limit));
    let just = limit - Duration::from_millis(1);
    assert!(builder(DOMAIN).attempt_timeout(just).build().is_ok());
}

#[test]
fn variables_fill_in_what_the_host_does_not_tell() {
    const LOCAL: (&str, &str) = ("OPENSEARCH_URL", "http://localhost:9200");
    for (variables, expected) in [
        (
            &[LOCAL, ("AWS_REGION", "eu-west-1")][..],
            ("eu-west-1", "es"),
        ),
        (
            &[LOCAL, ("AWS_DEFAULT_REGION", "eu-west-2")],
            ("eu-west-2", "es"),
        ),
        (
            &[
                LOCAL,
                ("AWS_REGION", ""),
                ("AWS_DEFAULT_REGION", "eu-west-2"),
            ],
            ("eu-west-2", "es"),
        ),
        (
            &[LOCAL, ("AWS_REGION", "eu-west-1"), ("AWS_SERVICE", "aoss")],
            ("eu-west-1", "aoss"),
        ),
    ] {
        assert_eq!(scope(&from_variables(variables).unwrap()), expected);
    }
    let told = &[
        ("OPENSEARCH_URL", "http://localhost:9200"),
        ("AWS_SERVICE", "es"),
    ];
    let missing = from_variables(told).unwrap_err();
    assert!(matches!(
        missing,
        BuildError::Endpoint(EndpointError::MissingRegion { .. })
    ));
    let missing = from_variables(&[]).unwrap_err();
    assert!(matches!(missing, BuildError::Variable("OPENSEARCH_URL")));
}

#[test]
fn variables_never_contradict_a_host_that_tells() {
    let builder = ClientBuilder::from_variables(|name| match name {
        "OPENSEARCH_URL" => Ok(DOMAIN.into()),
        "AWS_REGION" => Ok("ap-south-1".into()),
        "AWS_SERVICE" => Ok("aoss".into()),
        _ => Err(VarError::NotPresent),
    });
    let scope = builder.unwrap().endpoint().unwrap().scope().unwrap();
    assert_eq!(scope.to_string(), "us-east-1/es");
}

#[test]
fn variables_say_how_often_to_try_and_whose_clock_to_follow() {
    let built = |name: &'static str, value: &'static str| {
        ClientBuilder::from_variables(move |asked| match asked {
            "OPENSEARCH_URL" => Ok(DOMAIN.into()),
            _ if asked == name => Ok(value.into()),
            _ => Err(VarError::NotPresent),
        })
        .map(|builder| format!("{:?}", builder.config))
    };
    for (name, value, says) in [
        ("AWS_MAX_ATTEMPTS", "5", "max_attempts: 5"),
        ("AWS_MAX_ATTEMPTS", "", "max_attempts: 3"),
        (
            "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
            "True",
            "follows_service_clock: false",
        ),
        (
            "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
            "false",
            "follows_service_clock: true",
        ),
        (
            "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
            "",
            "follows_service_clock: true",
        ),
    ] {
        let limits = built(name, value).unwrap();
        assert!(limits.contains(says), "{limits}");
    }
    for (name, value) in [
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_MAX_ATTEMPTS", "many"),
        ("AWS_MAX_ATTEMPTS", "-1"),
        ("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "1"),
    ] {
        let error = built(name, value).unwrap_err();
        assert!(
            matches!(error, BuildError::Value { variable, .. } if variable == name),
            "{error}"
        );
    }
}

#[test]
fn builder_and_client_show_no_secrets() {
    let builder = builder(DOMAIN);
    let shown = format!("{builder:?}");
    let shown = format!("{shown} {:#?}", builder.build().unwrap());
    assert!(shown.contains("us-east-1"), "{shown}");
    for secret in ["hunter2", "tok3n"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_login_is_read_from_variables_or_from_the_url() {
    use std::sync::{Arc, Mutex};

    const URL: (&str, &str) = ("OPENSEARCH_URL", "https://localhost:9200");
    const USER: (&str, &str) = ("OPENSEARCH_USERNAME", "admin");
    const PASSWORD: (&str, &str) = ("OPENSEARCH_PASSWORD", "hunter2hunter2");
    let in_url = |url| ("OPENSEARCH_URL", url);
    let builder = |variables: Vec<(&'static str, &'static str)>| {
        ClientBuilder::from_variables(move |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .ok_or(VarError::NotPresent)
        })
    };
    for (variables, expected) in [
        (
            vec![URL, USER, PASSWORD],
            "Basic YWRtaW46aHVudGVyMmh1bnRlcjI=",
        ),
        (
            vec![in_url("https://admin:hunter2hunter2@localhost:9200/")],
            "Basic YWRtaW46aHVudGVyMmh1bnRlcjI=",
        ),
        (
            vec![in_url("https://other:x@localhost:9200/"), USER, PASSWORD],
            "Basic YWRtaW46aHVudGVyMmh1bnRlcjI=",
        ),
    ] {
        let builder = builder(variables).unwrap();
        let sent = Arc::new(Mutex::new(String::new()));
        let seen = Arc::clone(&sent);
        let shown = format!("{builder:?}");
        let client = builder.over(tower::service_fn(move |request: http::Request<Body>| {
            let value = request.headers()["authorization"].to_str().unwrap();
            seen.lock().unwrap().push_str(value);
            std::future::ready(Ok::<_, BoxError>(Response::new(Body::from("{}"))))
        }));
        let client = client.build().unwrap();
        client.raw(http::Method::GET, "/", ()).await.unwrap();
        assert_eq!(*sent.lock().unwrap(), expected);
        let shown = format!("{shown} {client:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("YWRt"),
            "{shown}"
        );
    }
    for (variables, missing) in [
        (vec![URL, USER], "OPENSEARCH_PASSWORD"),
        (vec![URL, PASSWORD], "OPENSEARCH_USERNAME"),
    ] {
        let error = builder(variables).unwrap_err();
        assert!(
            matches!(error, BuildError::Variable(name) if name == missing),
            "{error}"
        );
    }
    // Text that is no URL is not repeated, because it may contain a password.
    let odd = builder(vec![in_url("https://admin:hunter2/x@localhost")]).unwrap();
    let error = odd.build().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[cfg(not(any(feature = "rustls", feature = "ring")))]
#[test]
fn https_without_tls_is_refused_when_building() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let https = ClientBuilder::new(DOMAIN).credentials(credentials.clone());
    assert!(matches!(
        https.build(),
        Err(BuildError::Tls(crate::transport::TlsError::Disabled))
    ));
    let http = ClientBuilder::new("http://localhost:9200")
        .region("us-east-1")
        .service("es")
        .credentials(credentials);
    assert!(http.build().is_ok());
}
