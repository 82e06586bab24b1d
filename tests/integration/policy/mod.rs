//! The documents of `sigtower::policy`, judged by an independent evaluator: who may do what.

mod evaluator;

use serde_json::{Value, json};
use sigtower::policy::{self, Arn, Document, Level, ServicePrincipal};

use self::evaluator::{Request, allows, check_grammar};

const DOMAIN: &str = "arn:aws:es:eu-west-1:123456789012:domain/movies";
const ROLE: &str = "arn:aws:iam::123456789012:role/search";
const OTHER: &str = "arn:aws:iam::123456789012:role/other";

fn arn(text: &str) -> Arn {
    Arn::parse(text).unwrap()
}

fn json_of(document: impl ToString) -> Value {
    serde_json::from_str(&document.to_string()).unwrap()
}

fn request<'a>(principal: &'a str, action: &'a str, resource: &'a str) -> Request<'a> {
    Request {
        principal,
        action,
        resource,
        context: &[],
    }
}

#[test]
fn a_domain_access_policy_admits_one_role_and_no_other() {
    let policy = policy::domain_access(&arn(DOMAIN)).allow(&arn(ROLE), ["es:ESHttp*"]);
    let policy = json_of(policy.document().unwrap());
    check_grammar(&policy, true);
    let search = format!("{DOMAIN}/movies/_search");
    assert!(allows(&policy, request(ROLE, "es:ESHttpPost", &search)));
    assert!(!allows(&policy, request(OTHER, "es:ESHttpPost", &search)));
    assert!(!allows(&policy, request(ROLE, "es:DeleteDomain", DOMAIN)));
    let elsewhere = format!("{DOMAIN}-2/movies/_search");
    assert!(!allows(&policy, request(ROLE, "es:ESHttpPost", &elsewhere)));
}

#[test]
fn a_domain_access_policy_may_be_bound_to_paths_and_addresses() {
    let policy = policy::domain_access(&arn(DOMAIN))
        .allow_on(&arn(ROLE), ["es:ESHttpGet"], ["/movies/*"])
        .from_address("192.0.2.0/24")
        .from_address("2001:db8::/32");
    let policy = json_of(policy.document().unwrap());
    check_grammar(&policy, true);
    let (movies, others) = (
        format!("{DOMAIN}/movies/_doc/1"),
        format!("{DOMAIN}/logs/_doc/1"),
    );
    for (resource, address, is_allowed) in [
        (&movies, "192.0.2.7", true),
        (&movies, "2001:db8::7", true),
        (&movies, "198.51.100.7", false),
        (&others, "192.0.2.7", false),
    ] {
        let mut get = request(ROLE, "es:ESHttpGet", resource);
        let context = [("aws:SourceIp", address)];
        get.context = &context;
        assert_eq!(allows(&policy, get), is_allowed, "{resource} {address}");
    }
    assert!(
        !allows(&policy, request(ROLE, "es:ESHttpGet", &movies)),
        "no address known"
    );
}

#[test]
fn each_level_of_an_identity_policy_allows_its_requests_and_no_more() {
    let level = |level| {
        let policy = json_of(policy::identity(&arn(DOMAIN), level).unwrap());
        check_grammar(&policy, false);
        policy
    };
    let levels = [
        level(Level::ReadOnly),
        level(Level::ReadWrite),
        level(Level::Admin),
    ];
    for (action, path, allowed) in [
        ("es:ESHttpGet", "/movies/_doc/1", [true, true, true]),
        ("es:ESHttpHead", "/movies", [true, true, true]),
        ("es:ESHttpPost", "/movies/_search", [true, true, true]),
        (
            "es:ESHttpPost",
            "/movies/_search/point_in_time",
            [true, true, true],
        ),
        ("es:ESHttpPost", "/_msearch", [true, true, true]),
        ("es:ESHttpPost", "/movies/_count", [true, true, true]),
        ("es:ESHttpDelete", "/_search/scroll", [true, true, true]),
        ("es:ESHttpPost", "/movies/_doc", [false, true, true]),
        ("es:ESHttpPost", "/_bulk", [false, true, true]),
        (
            "es:ESHttpPost",
            "/movies/_delete_by_query",
            [false, true, true],
        ),
        ("es:ESHttpPut", "/movies/_doc/1", [false, true, true]),
        ("es:ESHttpDelete", "/movies", [false, true, true]),
        ("es:UpdateDomainConfig", "", [false, false, true]),
    ] {
        let resource = format!("{DOMAIN}{path}");
        let found = levels
            .each_ref()
            .map(|it| allows(it, request(ROLE, action, &resource)));
        assert_eq!(found, allowed, "{action} {path}");
        let elsewhere = resource.replace("/movies", "/logs-domain");
        let found = levels
            .each_ref()
            .map(|it| allows(it, request(ROLE, action, &elsewhere)));
        assert_eq!(found, [false; 3], "{action} {elsewhere}");
    }
}

#[test]
fn a_snapshot_policy_passes_the_role_and_reaches_the_bucket_and_its_objects() {
    let role = "arn:aws:iam::123456789012:role/snapshots";
    let policy = json_of(policy::snapshot_access("my-bucket", &arn(role)).unwrap());
    check_grammar(&policy, false);
    for (action, resource, is_allowed) in [
        ("s3:ListBucket", "arn:aws:s3:::my-bucket", true),
        ("s3:PutObject", "arn:aws:s3:::my-bucket/a/b", true),
        ("s3:DeleteObject", "arn:aws:s3:::my-bucket/a", true),
        ("s3:PutObject", "arn:aws:s3:::my-bucket-2/a", false),
        ("s3:DeleteBucket", "arn:aws:s3:::my-bucket", false),
        ("iam:PassRole", role, true),
        ("iam:PassRole", OTHER, false),
        // Where a well-known recipe puts it.
        ("iam:PassRole", "arn:aws:s3:::my-bucket", false),
    ] {
        let found = allows(&policy, request(ROLE, action, resource));
        assert_eq!(found, is_allowed, "{action} {resource}");
    }
}

#[test]
fn a_trust_policy_admits_the_service_for_one_domain_of_one_account() {
    for (service, name) in [
        (ServicePrincipal::Es, "es.amazonaws.com"),
        (
            ServicePrincipal::OpenSearchService,
            "opensearchservice.amazonaws.com",
        ),
    ] {
        let policy = policy::trust(&arn(DOMAIN)).service(service).document();
        let policy = json_of(policy.unwrap());
        check_grammar(&policy, true);
        let other = DOMAIN.replace("movies", "logs");
        for (principal, account, source, is_allowed) in [
            (name, "123456789012", DOMAIN, true),
            (name, "210987654321", DOMAIN, false),
            (name, "123456789012", &other, false),
            ("lambda.amazonaws.com", "123456789012", DOMAIN, false),
        ] {
            let context = [("aws:SourceAccount", account), ("aws:SourceArn", source)];
            let mut assume = request(principal, "sts:AssumeRole", "");
            assume.context = &context;
            assert_eq!(
                allows(&policy, assume),
                is_allowed,
                "{principal} {account} {source}"
            );
        }
        assert!(
            !allows(&policy, request(name, "sts:AssumeRole", "")),
            "no source known"
        );
    }
}

#[test]
fn a_role_mapping_lists_roles_and_users_apart() {
    let user = arn("arn:aws:iam::123456789012:user/ann");
    let mapping = policy::role_mapping([&arn(ROLE), &user]).unwrap();
    let expected = json!({"backend_roles": [ROLE], "users": [user.as_str()], "hosts": []});
    assert_eq!(json_of(mapping), expected);
}

/// The forms are those of AWS's guide for OpenSearch Serverless.
#[test]
fn serverless_documents_have_the_documented_form() {
    let data = policy::serverless_data("movies", [&arn(ROLE)], Level::ReadOnly).unwrap();
    assert_eq!(
        json_of(data),
        json!([{
            "Description": "Data access to the collection movies",
            "Rules": [
                {
                    "ResourceType": "collection",
                    "Resource": ["collection/movies"],
                    "Permission": ["aoss:DescribeCollectionItems"]
                },
                {
                    "ResourceType": "index",
                    "Resource": ["index/movies/*"],
                    "Permission": ["aoss:ReadDocument", "aoss:DescribeIndex"]
                }
            ],
            "Principal": [ROLE]
        }])
    );
    let network = policy::serverless_network("movies", ["vpce-050f79086ee71ac05"]).unwrap();
    let rules = json!([
        {"ResourceType": "collection", "Resource": ["collection/movies"]},
        {"ResourceType": "dashboard", "Resource": ["collection/movies"]}
    ]);
    assert_eq!(
        json_of(network),
        json!([{
            "Description": "Network access to the collection movies",
            "Rules": rules,
            "AllowFromPublic": false,
            "SourceVPCEs": ["vpce-050f79086ee71ac05"]
        }])
    );
    let public = policy::serverless_network("movies", [""; 0]).unwrap();
    assert_eq!(json_of(public)[0]["AllowFromPublic"], true);
    let key = arn("arn:aws:kms:eu-west-1:123456789012:key/1234abcd");
    let encryption = policy::serverless_encryption("movies", Some(&key)).unwrap();
    assert_eq!(
        json_of(encryption),
        json!({
            "Rules": [{"ResourceType": "collection", "Resource": ["collection/movies"]}],
            "AWSOwnedKey": false,
            "KmsARN": key.as_str()
        })
    );
    let owned = json_of(policy::serverless_encryption("movies", None).unwrap());
    assert_eq!(owned["AWSOwnedKey"], true);
    assert!(owned.get("KmsARN").is_none());
}

#[test]
fn every_partition_is_kept() {
    for (partition, region) in [
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
    ] {
        let domain = Arn::domain(partition, region, "123456789012", "movies").unwrap();
        let role = Arn::role(partition, "123456789012", "snapshots").unwrap();
        let documents: [Document; 4] = [
            policy::domain_access(&domain)
                .allow(&role, ["es:ESHttp*"])
                .document()
                .unwrap(),
            policy::identity(&domain, Level::ReadOnly).unwrap(),
            policy::snapshot_access("my-bucket", &role).unwrap(),
            policy::trust(&domain).document().unwrap(),
        ];
        for document in documents {
            let text = document.to_string();
            let arns = text.matches("\"arn:").count();
            assert!(arns > 0);
            assert_eq!(
                text.matches(&format!("\"arn:{partition}:")).count(),
                arns,
                "{text}"
            );
        }
    }
}
