use aws_credential_types::provider::error::CredentialsError as ProviderError;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::*;
use crate::credentials::CredentialsError;
use crate::opensearch::call::Call;
use crate::opensearch::cluster::Info;
use crate::sigv4::SignError;
use crate::transport::{Phase, TransportError};

fn response(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl Into<String>,
) -> Response {
    let headers: HeaderMap = headers
        .iter()
        .map(|&(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body.into())
}

fn refused(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl Into<String>,
) -> Error {
    response(status, headers, body).success().unwrap_err()
}

#[test]
fn a_refusal_says_which_it_is() {
    let role = "arn:aws:iam::123456789012:role/reader";
    let not_authorised = |who: &str, action: &str, by| Refusal::NotAuthorized {
        who: Some(who.into()),
        action: Some(action.into()),
        by,
    };
    let invalid_signature = [("x-amzn-errortype", "InvalidSignatureException")];
    for (headers, body, refusal) in [
        (
            &[][..],
            json!({"Message": "User: anonymous is not authorized to perform: es:ESHttpGet because no resource-based policy allows the es:ESHttpGet action"}),
            Refusal::Unsigned,
        ),
        (
            &[("x-amzn-errortype", "MissingAuthenticationTokenException")],
            json!({"message": "Missing Authentication Token"}),
            Refusal::Unsigned,
        ),
        (
            &[],
            json!({"Message": "User: arn:aws:iam::123456789012:user/x is not authorized to perform: es:ESHttpPut with an explicit deny in an identity-based policy"}),
            not_authorised(
                "arn:aws:iam::123456789012:user/x",
                "es:ESHttpPut",
                Authority::IdentityPolicy,
            ),
        ),
        (
            &[],
            json!({"Message": "User: arn:aws:iam::123456789012:user/x is not authorized to perform: es:ESHttpPost because no resource-based policy allows the es:ESHttpPost action"}),
            not_authorised(
                "arn:aws:iam::123456789012:user/x",
                "es:ESHttpPost",
                Authority::ResourcePolicy,
            ),
        ),
        (
            &[],
            json!({"error": {"root_cause": [], "type": "security_exception", "reason": format!("no permissions for [indices:admin/create] and User [name={role}, backend_roles=[{role}], requestedTenant=null]")}, "status": 403}),
            not_authorised(
                role,
                "indices:admin/create",
                Authority::FineGrainedAccessControl,
            ),
        ),
        (
            &[("x-aoss-response-hint", "X01:gw-helper-deny")],
            json!({"status": 403, "request-id": "r", "error": {"reason": "403 Forbidden", "type": "Forbidden"}}),
            Refusal::NotAuthorized {
                who: None,
                action: None,
                by: Authority::DataAccessPolicy,
            },
        ),
        (
            &invalid_signature,
            json!({"message": "Signature expired: 20240522T115159Z is now earlier than 20240522T115500Z (20240522T120000Z - 5 min.)"}),
            Refusal::SignatureExpired {
                signed: Some("20240522T115159Z".into()),
                server_time: Some("20240522T120000Z".into()),
            },
        ),
        (
            &invalid_signature,
            json!({"message": "Signature not yet current: 20240522T121000Z is still later than 20240522T120500Z (20240522T120000Z + 5 min.)"}),
            Refusal::SignatureNotYetCurrent {
                signed: Some("20240522T121000Z".into()),
                server_time: Some("20240522T120000Z".into()),
            },
        ),
        (
            &invalid_signature,
            json!({"message": "Credential should be scoped to a valid region, not 'us-west-2'. "}),
            Refusal::WrongRegion {
                sent: Some("us-west-2".into()),
            },
        ),
        (
            &invalid_signature,
            json!({"message": "Credential should be scoped to correct service: 'es'. "}),
            Refusal::WrongService {
                expected: Some("es".into()),
            },
        ),
        (
            &[("x-amzn-errortype", "ExpiredTokenException")],
            json!({"message": "The security token included in the request is expired"}),
            Refusal::ExpiredToken,
        ),
        (
            &[(
                "x-amzn-errortype",
                "UnrecognizedClientException:http://internal.amazon.com/coral/",
            )],
            json!({"message": null}),
            Refusal::UnknownKey,
        ),
        (
            &[],
            json!({"message": "The security token included in the request is invalid."}),
            Refusal::UnknownKey,
        ),
        (
            &[],
            json!({"message": "Request throttled due to too many requests"}),
            Refusal::Throttled,
        ),
    ] {
        let error = refused(403, headers, body.to_string());
        assert_eq!(error.refusal(), Some(&refusal), "{body}");
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()));
        let throttled = refusal == Refusal::Throttled;
        assert_eq!(error.is_retryable(), throttled, "{body}");
        let kind = if throttled {
            ErrorKind::Throttled
        } else {
            ErrorKind::Denied
        };
        assert_eq!(error.kind(), kind, "{body}");
    }
}

#[test]
fn a_refusal_is_one_line_with_who_action_status_and_request() {
    let error = refused(
        403,
        &[("x-amzn-requestid", "7f2c")],
        r#"{"error":{"type":"security_exception","reason":"no permissions for [indices:admin/create] and User [name=arn:aws:iam::123456789012:role/reader, backend_roles=[], requestedTenant=null]"}}"#,
    );
    assert_eq!(
        error.to_string(),
        "not authorised: arn:aws:iam::123456789012:role/reader may not indices:admin/create (403, request 7f2c)"
    );
    assert_eq!(
        error.hint(),
        Some("map the role to a fine-grained access control role that allows it")
    );
}

#[test]
fn what_snapshots_need_is_hinted_at() {
    for (body, hint) in [
        (
            r#"{"Message":"User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/snapshots"}"#,
            "iam:PassRole",
        ),
        (
            r#"{"error":{"root_cause":[],"type":"security_exception","reason":"no permissions for [cluster:admin/repository/put] and User [name=x, backend_roles=[], requestedTenant=null]"}}"#,
            "manage_snapshots",
        ),
    ] {
        let error = refused(403, &[], body);
        assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
    }
}

#[test]
fn a_mismatch_hands_over_what_the_service_signed_but_not_the_token() {
    let token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN//////////wEaCXVzLWVhc3QtMSJ=";
    let canonical = "GET\n/movies/_search\n\nhost:h\nx-amz-date:20240522T120000Z\nx-amz-security-token:TOKEN\n\nhost;x-amz-date;x-amz-security-token\nabc";
    let message = format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20240522T120000Z\nscope\nhash'\n",
        canonical.replace("TOKEN", token)
    );
    let error = refused(
        403,
        &[("x-amzn-errortype", "InvalidSignatureException")],
        json!({ "message": message }).to_string(),
    );
    let Some(Refusal::SignatureMismatch {
        canonical_request: Some(canonical_request),
        string_to_sign,
        ..
    }) = error.refusal()
    else {
        panic!("{error:?}");
    };
    assert_eq!(*canonical_request, canonical.replace("TOKEN", "[redacted]"));
    assert_eq!(
        string_to_sign.as_deref(),
        Some("AWS4-HMAC-SHA256\n20240522T120000Z\nscope\nhash")
    );
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
        error.body().unwrap().to_owned(),
        error.reason().unwrap().to_owned(),
    ] {
        assert!(!shown.contains("IQoJ"), "{shown}");
    }
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn every_shape_of_complaint_becomes_type_and_reason() {
    let cases = [
        (
            404,
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [m]"}],"type":"index_not_found_exception","reason":"no such index [m]","index":"m"},"status":404}"#,
            "index_not_found_exception: no such index [m] (404)",
            ErrorKind::NotFound,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"query_shard_exception","reason":"Failed to parse query [x:]"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}"#,
            "search_phase_execution_exception: all shards failed: query_shard_exception: Failed to parse query [x:] (400)",
            ErrorKind::BadRequest,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"mapper_parsing_exception","reason":"failed to parse"}],"type":"mapper_parsing_exception","reason":"failed to parse","caused_by":{"type":"a","reason":"b","caused_by":{"type":"number_format_exception","reason":"For input string: \"x\""}}}}"#,
            "mapper_parsing_exception: failed to parse: number_format_exception: For input string: \"x\" (400)",
            ErrorKind::BadRequest,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"parse_exception","reason":"request body is required"}]}}"#,
            "parse_exception: request body is required (400)",
            ErrorKind::BadRequest,
        ),
        (
            405,
            r#"{"error":"Incorrect HTTP method for uri [/m]","status":405}"#,
            "Incorrect HTTP method for uri [/m] (405)",
            ErrorKind::BadRequest,
        ),
        (
            413,
            r#"{"Message":"Request size exceeded 10485760 bytes"}"#,
            "Request size exceeded 10485760 bytes (413)",
            ErrorKind::BadRequest,
        ),
        (
            400,
            r#"{"__type":"com.amazon.coral.service#SerializationException","Message":"no"}"#,
            "SerializationException: no (400)",
            ErrorKind::BadRequest,
        ),
        (
            429,
            r#"{"message":"Too Many Requests"}"#,
            "throttled: Too Many Requests (429)",
            ErrorKind::Throttled,
        ),
        (
            402,
            r#"{"error":{"type":"service_quota_exceeded_exception","reason":"OCU limit"}}"#,
            "throttled: service_quota_exceeded_exception: OCU limit (402)",
            ErrorKind::Throttled,
        ),
        (
            502,
            "<html>\r\n<head><title>502 Bad\nGateway</title></head><body>nginx</body></html>",
            "502 Bad Gateway (502)",
            ErrorKind::Server,
        ),
        (
            400,
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>gone</Message><RequestId>r1</RequestId></Error>",
            "NoSuchKey: gone (400, request r1)",
            ErrorKind::BadRequest,
        ),
        (
            503,
            "no healthy upstream\n",
            "no healthy upstream (503)",
            ErrorKind::Server,
        ),
        (
            503,
            "",
            "Service Unavailable, without a reason (503)",
            ErrorKind::Server,
        ),
        (
            404,
            "",
            "Not Found, without a reason (404)",
            ErrorKind::NotFound,
        ),
        (
            599,
            "",
            "unknown status, without a reason (599)",
            ErrorKind::Server,
        ),
        (
            500,
            "\u{feff}{\"message\":\"with a byte order mark\"}",
            "with a byte order mark (500)",
            ErrorKind::Server,
        ),
        (
            409,
            r#"{"error":{"type":"version_conflict_engine_exception","reason":"[1]: version conflict"}}"#,
            "version_conflict_engine_exception: [1]: version conflict (409)",
            ErrorKind::Conflict,
        ),
        (
            500,
            r#"{"error":{"type":"x","#,
            "{\"error\":{\"type\":\"x\", (500)",
            ErrorKind::Server,
        ),
        (
            500,
            "[1,2]",
            "Internal Server Error, without a reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            "null",
            "Internal Server Error, without a reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":{"type":5,"reason":{"a":1},"root_cause":"x","caused_by":[]}}"#,
            "Internal Server Error, without a reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":null,"message":["x"]}"#,
            "Internal Server Error, without a reason (500)",
            ErrorKind::Server,
        ),
    ];
    for (status, body, line, kind) in cases {
        let error = refused(status, &[], body);
        assert_eq!(error.to_string(), line);
        assert_eq!(error.kind(), kind, "{line}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        let passing = matches!(status, 402 | 429 | 502 | 503 | 504);
        assert_eq!(error.is_retryable(), passing, "{line}");
    }
}

#[test]
fn an_empty_refusal_still_says_what_the_headers_tell() {
    let error = refused(
        403,
        &[
            ("x-aoss-response-hint", "X01:gw-helper-deny"),
            ("x-amz-request-id", "r2"),
        ],
        "",
    );
    assert_eq!(error.response_hint(), Some("X01:gw-helper-deny"));
    assert_eq!(
        error.to_string(),
        "not authorised: the caller may not do this (403, X01:gw-helper-deny, request r2)"
    );
    let error = refused(403, &[("x-amzn-errortype", "ExpiredTokenException")], "");
    assert_eq!(error.refusal(), Some(&Refusal::ExpiredToken));
    let error = refused(
        401,
        &[("www-authenticate", "X-Security-IdP")],
        "Unauthorized",
    );
    assert_eq!(error.refusal(), Some(&Refusal::NotAuthenticated));
    let error = refused(403, &[], "");
    assert_eq!((error.kind(), error.refusal()), (ErrorKind::Denied, None));
    let error = refused(400, &[("x-aoss-response-hint", "X01:bad")], "");
    assert_eq!(
        (error.kind(), error.refusal()),
        (ErrorKind::BadRequest, None)
    );
}

#[test]
fn a_redirect_shows_where_to_but_no_query_and_no_user() {
    for (location, line) in [
        (
            "https://u:p@other.example/a?X-Amz-Security-Token=t#f",
            "redirected to https://other.example/a, which is not followed (301)",
        ),
        (
            "/_dashboards?token=t",
            "redirected to /_dashboards, which is not followed (301)",
        ),
        (
            "//u:p@other.example:1/a",
            "redirected to //other.example:1/a, which is not followed (301)",
        ),
        ("http://[broken", "redirected, which is not followed (301)"),
    ] {
        let error = refused(301, &[("location", location)], "");
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert_eq!(error.to_string(), line);
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_malformed_answer_is_an_error_with_its_status() {
    for body in [
        &b""[..],
        b"<html>login</html>",
        b"\xef\xbb\xbf{\"cluster_name\":\"c\",\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":\"\xff\",\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":7,\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":\"c\",\"version\":{\"num",
        b"{}",
        b"[]",
        b"null",
    ] {
        let response = Response::new(StatusCode::OK, HeaderMap::new(), body);
        let error = Info::new().decode(response).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(error.source().is_some());
        assert!(!error.is_retryable());
    }
    let deep = "[".repeat(100_000);
    assert_eq!(refused(500, &[], deep).kind(), ErrorKind::Server);
}

#[test]
fn control_characters_of_a_server_are_shown_escaped() {
    let error = refused(400, &[], json!({"message": "a\u{1b}[31m\r\nb"}).to_string());
    assert_eq!(error.to_string(), r"a\u{1b}[31m\r\nb (400)");
}

#[derive(Debug, thiserror::Error)]
#[error("wrapped")]
struct Wrapped(#[source] BoxError);

#[test]
fn what_failed_in_the_stack_is_found_beneath_any_wrapping() {
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
fn who_gets_no_role_is_named() {
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
