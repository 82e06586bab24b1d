//! Failures without a response, and errors that do not pass.

use aws_credential_types::provider::error::CredentialsError as ProviderError;

use super::refused;
use crate::credentials::CredentialsError;
use crate::error::BoxError;
use crate::opensearch::error::*;
use crate::sigv4::SignError;
use crate::transport::{Phase, TransportError};
use std::error::Error as _;

#[derive(Debug, thiserror::Error)]
#[error("wrapped")]
struct Wrapped(#[source] BoxError);

#[test]
fn a_failure_of_the_stack_is_found_beneath_other_errors() {
    let connect = || TransportError::connect("https://h:443", "refused");
    let timeout = |phase| TransportError::timeout(phase, std::time::Duration::from_secs(1));
    let cases: [(BoxError, ErrorKind, bool); 8] = [
        (connect().into(), ErrorKind::Connect, true),
        (Wrapped(connect().into()).into(), ErrorKind::Connect, true),
        (timeout(Phase::Connect).into(), ErrorKind::Timeout, true),
        (timeout(Phase::Attempt).into(), ErrorKind::Timeout, false),
        (
            TransportError::Broken("reset".into()).into(),
            ErrorKind::Transport,
            false,
        ),
        (SignError::MissingHost.into(), ErrorKind::Sign, false),
        (
            SignError::Credentials(CredentialsError::Expired {
                ago: std::time::Duration::from_secs(7),
            })
            .into(),
            ErrorKind::Credentials,
            false,
        ),
        ("somebody else's".into(), ErrorKind::Transport, false),
    ];
    for (error, kind, retryable) in cases {
        let error = Error::from_stack(error);
        assert_eq!((error.kind(), error.is_retryable()), (kind, retryable));
        assert_eq!(error.is_timeout(), kind == ErrorKind::Timeout);
        assert!(error.source().is_some());
        assert_eq!(error.status(), None);
    }
    let ours = Error::from_stack(refused(404, &[], "").into());
    assert_eq!(ours.kind(), ErrorKind::NotFound);
}

#[test]
fn an_error_of_kind_timeout_is_a_timeout_wherever_it_comes_from() {
    assert!(Error::new(ErrorKind::Timeout, "a snapshot is still in progress").is_timeout());
    assert!(Error::timed_out("an index is not visible").is_timeout());
}

#[test]
fn a_caller_without_the_right_to_a_role_is_named() {
    let user = "arn:aws:iam::123456789012:user/stranger";
    for (said, line) in [
        (
            format!("AccessDenied: User: {user} is not authorized to perform: sts:AssumeRole on resource: x"),
            format!("no usable credentials: not authorised: {user} may not sts:AssumeRole"),
        ),
        (
            "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity".into(),
            "no usable credentials: not authorised: the caller may not sts:AssumeRoleWithWebIdentity"
                .into(),
        ),
        (
            format!("User: {user} is not authorized to perform: secretsmanager:GetSecretValue"),
            format!(
                "no usable credentials: the credentials provider failed: wrapped: User: {user} is not authorized \
                 to perform: secretsmanager:GetSecretValue"
            ),
        ),
        (
            "connection refused".into(),
            "no usable credentials: the credentials provider failed: wrapped: connection refused".into(),
        ),
    ] {
        let provider = ProviderError::provider_error(Wrapped(said.into()));
        let error = SignError::Credentials(CredentialsError::of_provider(&provider));
        let error = Error::from_stack(error.into());
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.to_string(), line);
        let names_trust = error.hint().is_some_and(|hint| hint.contains("trust policy"));
        assert_eq!(names_trust, error.refusal().is_some());
        assert_eq!(names_trust, line.contains("may not"));
    }
}

#[test]
fn a_request_that_cannot_be_built_is_invalid() {
    let error = Error::from(http::Request::get("not a uri").body(()).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn what_does_not_pass_is_not_retryable() {
    let buckets = r#"{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"","caused_by":{"type":"too_many_buckets_exception","reason":"Trying to create too many buckets."}},"status":503}"#;
    let error = refused(503, &[], buckets);
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Server, false)
    );

    let certificate = std::io::Error::new(
        std::io::ErrorKind::InvalidData,
        "invalid peer certificate: Expired",
    );
    let error = TransportError::connect("https://h:443", certificate);
    let error = Error::from_stack(error.into());
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Connect, false)
    );
    let line = error.to_string();
    assert!(
        line.starts_with("no connection to https://h:443: "),
        "{line}"
    );
}
