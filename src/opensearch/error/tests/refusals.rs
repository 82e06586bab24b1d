//! Why a server refused a request, and what to do about it.

use serde_json::json;

use super::refused;
use crate::opensearch::error::*;

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
