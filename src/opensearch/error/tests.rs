use aws_credential_types::provider::error::CredentialsError as ProviderError;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use std::error::Error as _;

use super::*;
use crate::credentials::CredentialsError;
use crate::error::BoxError;
use crate::opensearch::call::Call;
use crate::opensearch::cluster::Info;
use crate::opensearch::response::Response;
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
        actions: vec![action.into()],
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
                actions: vec![],
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
                expected: None,
                service: None,
            },
        ),
        (
            &invalid_signature,
            json!({"message": "Credential should be scoped to correct service: 'es'. "}),
            Refusal::WrongService {
                sent: None,
                expected: Some("es".into()),
                region: None,
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
        assert_eq!(error.hint(), Some(&*refusal.hint()));
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
fn the_permissions_of_snapshots_have_hints() {
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
fn a_mismatch_shows_what_the_service_signed_without_the_token() {
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
fn every_form_of_error_becomes_type_and_reason() {
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
            "request body is too large; the server accepts 10485760 bytes (413)",
            ErrorKind::TooLarge,
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
            "Service Unavailable, and the response states no reason (503)",
            ErrorKind::Server,
        ),
        (
            404,
            "",
            "Not Found, and the response states no reason (404)",
            ErrorKind::NotFound,
        ),
        (
            599,
            "",
            "unknown status, and the response states no reason (599)",
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
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            "null",
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":{"type":5,"reason":{"a":1},"root_cause":"x","caused_by":[]}}"#,
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":null,"message":["x"]}"#,
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
    ];
    for (status, body, line, kind) in cases {
        let error = refused(status, &[], body);
        assert_eq!(error.to_string(), line);
        assert_eq!(error.kind(), kind, "{line}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        let is_of_the_cluster = body.starts_with(r#"{"error":{"type":5"#);
        let passes = matches!(status, 402 | 429 | 500 | 502 | 503 | 504) && !is_of_the_cluster;
        assert_eq!(error.is_retryable(), passes, "{line}");
    }
}

#[test]
fn an_empty_refusal_still_shows_what_the_headers_say() {
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
fn a_redirect_shows_its_target_without_query_and_user() {
    for (location, line) in [
        (
            "https://u:p@other.example/a?X-Amz-Security-Token=t#f",
            "redirected to https://other.example/a; redirects are not followed (301)",
        ),
        (
            "/_dashboards?token=t",
            "redirected to /_dashboards; redirects are not followed (301)",
        ),
        (
            "//u:p@other.example:1/a",
            "redirected to //other.example:1/a; redirects are not followed (301)",
        ),
        (
            "http://[broken",
            "redirected; redirects are not followed (301)",
        ),
    ] {
        let error = refused(301, &[("location", location)], "");
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert_eq!(error.to_string(), line);
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_malformed_response_is_an_error_with_its_status() {
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
fn every_action_that_is_refused_is_named_whole() {
    for (reason, actions, who) in [
        (
            "no permissions for [indices:data/write/delete, indices:data/write/bulk[s]] and User [name=r, backend_roles=[], requestedTenant=null]",
            &["indices:data/write/delete", "indices:data/write/bulk[s]"][..],
            Some("r"),
        ),
        (
            "no permissions for [indices:data/write/bulk[s]] and User [name=arn:aws:iam::1:role/a[b], backend_roles=[x, y], requestedTenant=null]",
            &["indices:data/write/bulk[s]"],
            Some("arn:aws:iam::1:role/a[b]"),
        ),
        (
            "no permissions for [indices:data/read/search] and associated roles [own_index, readall]",
            &["indices:data/read/search"],
            None,
        ),
        (
            "no permissions for [indices:data/write/bulk[s][p], indices:a[b",
            &["indices:data/write/bulk[s][p]", "indices:a[b"],
            None,
        ),
        (
            "no permissions for [] and User [name=r, backend_roles=[]]",
            &[],
            Some("r"),
        ),
    ] {
        let body = json!({"error": {"root_cause": [], "type": "security_exception", "reason": reason}, "status": 403});
        let error = refused(403, &[], body.to_string());
        let Some(Refusal::NotAuthorized {
            who: found,
            actions: named,
            by: Authority::FineGrainedAccessControl,
        }) = error.refusal()
        else {
            panic!("{error:?}");
        };
        assert_eq!(
            (&named[..], found.as_deref()),
            (
                &actions.iter().map(ToString::to_string).collect::<Vec<_>>()[..],
                who
            )
        );
        let line = error.to_string();
        for action in actions {
            assert!(line.contains(action), "{line}");
        }
    }
}

#[test]
fn serverless_says_what_it_does_not_accept() {
    for (code, refusal) in [
        (
            "InvalidSignature",
            Refusal::SignatureMismatch {
                canonical_request: None,
                string_to_sign: None,
                difference: None,
                arrived_as_sent: false,
            },
        ),
        ("ExpiredToken", Refusal::ExpiredToken),
        ("UnrecognizedClient", Refusal::UnknownKey),
        ("MissingAuthenticationToken", Refusal::Unsigned),
        ("SomethingNew", Refusal::NotAuthenticated),
    ] {
        let reason = format!(
            "Customer authentication failed: ResultDetail: {{ Code={code}, Message=Invalid signature }}"
        );
        for body in [
            json!({"error": {"reason": reason}, "status": 403}),
            json!({"status": 403, "request-id": "r", "error": {"reason": reason, "type": "AccessDenied"}}),
        ] {
            let error = refused(403, &[], body.to_string());
            assert_eq!(error.kind(), ErrorKind::Denied);
            assert_eq!(error.refusal(), Some(&refusal), "{body}");
            assert!(error.hint().is_some());
        }
    }
}

#[test]
fn each_kind_of_policy_that_denies_has_a_name_and_a_hint() {
    let user = "arn:aws:iam::123456789012:user/x";
    for (end, by, hint) in [
        (
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p",
            Authority::ServiceControlPolicy,
            "Organizations",
        ),
        (
            "because no VPC endpoint policy allows the es:ESHttpGet action",
            Authority::VpcEndpointPolicy,
            "VPC endpoint",
        ),
        (
            "because no permissions boundary allows the es:ESHttpGet action",
            Authority::PermissionsBoundary,
            "boundary",
        ),
        (
            "because no session policy allows the es:ESHttpGet action",
            Authority::SessionPolicy,
            "session policy",
        ),
        (
            "with an explicit deny in a resource control policy",
            Authority::ResourceControlPolicy,
            "resource control policy",
        ),
        (
            "because no resource-based policy allows the es:ESHttpGet action",
            Authority::ResourcePolicy,
            "domain's access policy",
        ),
        (
            "because no identity-based policy allows the es:ESHttpGet action",
            Authority::IdentityPolicy,
            "IAM policy",
        ),
        ("", Authority::Unknown, "check"),
    ] {
        for resource in [
            "",
            "on resource: arn:aws:es:eu-west-1:1:domain/d/because no x ",
        ] {
            let message =
                format!("User: {user} is not authorized to perform: es:ESHttpGet {resource}{end}");
            let body = json!({ "Message": message }).to_string();
            let denied = [("x-amzn-errortype", "AccessDeniedException")];
            for headers in [&[][..], &denied] {
                let error = refused(403, headers, &*body);
                let Some(Refusal::NotAuthorized {
                    who,
                    actions,
                    by: found,
                }) = error.refusal()
                else {
                    panic!("{error:?}");
                };
                assert_eq!(
                    (who.as_deref(), &actions[..]),
                    (Some(user), &["es:ESHttpGet".to_owned()][..])
                );
                assert_eq!(*found, by, "{message}");
                assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
            }
        }
    }
}

#[test]
fn a_wrong_scope_shows_what_the_server_expects() {
    let denied = [("x-amzn-errortype", "InvalidSignatureException")];
    for service in ["es", "aoss", "execute-api"] {
        let body = json!({"message": format!("Credential should be scoped to correct service: '{service}'. ")});
        let error = refused(403, &denied, body.to_string());
        let line = error.to_string();
        assert!(
            line.contains(&format!("expects service `{service}`")),
            "{line}"
        );
        let hint = error.hint().unwrap();
        assert!(hint.contains(&format!("`{service}`")), "{hint}");
    }
    let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message></Error>";
    let error = refused(400, &[], body);
    assert_eq!(
        error.to_string(),
        "signature rejected: it is for region `us-east-1`, but the server expects region `eu-west-1` (400)"
    );
    assert_eq!(error.hint(), Some("sign for region `eu-west-1`"));
}

#[test]
fn an_index_that_exists_is_a_conflict() {
    for body in [
        r#"{"error":{"root_cause":[{"type":"resource_already_exists_exception","reason":"index [m/x] already exists"}],"type":"resource_already_exists_exception","reason":"index [m/x] already exists"},"status":400}"#,
        r#"{"error":"ResourceAlreadyExistsException[index [m/x] already exists]","status":400}"#,
    ] {
        let error = refused(400, &[], body);
        assert_eq!(error.kind(), ErrorKind::Conflict, "{body}");
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_body_that_is_too_large_has_a_kind_and_a_hint() {
    for (status, body) in [
        (413, ""),
        (
            413,
            "<html><title>413 Request Entity Too Large</title></html>",
        ),
        (413, r#"{"message":"Request size exceeded 10485760 bytes"}"#),
        (400, "<Error><Code>EntityTooLarge</Code></Error>"),
    ] {
        let error = refused(status, &[], body);
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{body}");
        assert!(
            error.to_string().starts_with("request body is too large"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("split"));
        assert!(!error.is_retryable());
    }
}

#[test]
fn words_in_a_message_refuse_nothing() {
    for words in [
        "Request throttled",
        "ThrottlingException",
        "ExpiredToken",
        "security token included in the request is expired",
        "Missing Authentication Token",
        "no permissions for [x]",
        "User: x is not authorized to perform: y",
        "scoped to a valid region",
    ] {
        for status in [400, 404, 409] {
            let body = json!({"error": {"root_cause": [], "type": "x", "reason": format!("failed: {words}")}, "status": status});
            let error = refused(status, &[], body.to_string());
            assert_eq!(error.refusal(), None, "{body}");
            assert!(!error.is_retryable());
        }
        let body = json!({"message": format!("no such user: {words}")}).to_string();
        assert_eq!(refused(400, &[], body).refusal(), None, "{words}");
    }
}

#[test]
fn what_retries_take_for_throttling_is_reported_as_throttling() {
    for (status, headers, body) in [
        (
            400,
            &[("x-amzn-errortype", "RequestLimitExceeded")][..],
            "{}",
        ),
        (400, &[], r#"{"code":"RequestLimitExceeded"}"#),
        (400, &[], "<Error><Code>RequestLimitExceeded</Code></Error>"),
        (503, &[], "<Error><Code>SlowDown</Code></Error>"),
        (
            400,
            &[],
            r#"{"__type":"ProvisionedThroughputExceededException"}"#,
        ),
    ] {
        let error = refused(status, headers, body);
        assert_eq!(error.kind(), ErrorKind::Throttled, "{body}");
        assert!(error.is_retryable(), "{body}");
    }
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

#[test]
fn a_response_that_cannot_be_read_may_be_to_an_applied_write() {
    let response = Response::new(StatusCode::CREATED, HeaderMap::new(), r#"{"_id":7}"#);
    let error = response.json::<Vec<u8>>().unwrap_err();
    assert!(error.may_have_been_applied());
    assert_eq!(
        error.to_string(),
        "unexpected response: expected a sequence, found map (201)"
    );
    let response = Response::new(StatusCode::BAD_REQUEST, HeaderMap::new(), "no");
    assert!(!response.json::<u8>().unwrap_err().may_have_been_applied());
}
