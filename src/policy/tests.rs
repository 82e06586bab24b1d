use super::*;

fn domain() -> Arn {
    Arn::domain("aws", "eu-west-1", "123456789012", "movies").unwrap()
}

fn role() -> Arn {
    Arn::role("aws", "123456789012", "path/snapshots").unwrap()
}

#[test]
fn an_arn_has_its_six_parts() {
    let arn = Arn::parse("arn:aws-us-gov:es:us-gov-west-1:123456789012:domain/movies").unwrap();
    assert_eq!(arn.partition(), "aws-us-gov");
    assert_eq!((arn.service(), arn.region()), ("es", "us-gov-west-1"));
    assert_eq!(
        (arn.account(), arn.resource()),
        ("123456789012", "domain/movies")
    );
    let bucket = Arn::parse("arn:aws:s3:::a:b").unwrap();
    assert_eq!((bucket.account(), bucket.resource()), ("", "a:b"));
}

#[test]
fn a_text_that_is_not_an_arn_is_an_error_with_the_reason() {
    for (text, reason) in [
        ("", "six parts"),
        ("arn:aws:iam::123456789012", "six parts"),
        ("urn:aws:iam::123456789012:role/x", "begin with arn:"),
        ("arn:gcp:iam::123456789012:role/x", "partition"),
        ("arn:aws:IAM::123456789012:role/x", "service"),
        ("arn:aws:iam::12345:role/x", "12 digits"),
        ("arn:aws:iam:::role/x", "account id is missing"),
        ("arn:aws:iam::123456789012:", "resource"),
        ("arn:aws:iam::123456789012:role/a b", "resource"),
        ("arn:aws:iam::123456789012:role/*", "wildcard"),
        ("arn:aws:iam::123456789012:role/${aws:username}", "variable"),
        ("arn:aws:iam::123456789012:role/é", "resource"),
    ] {
        let error = Arn::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn a_document_refuses_an_arn_of_another_kind() {
    let bucket = Arn::parse("arn:aws:s3:::my-bucket").unwrap();
    for error in [
        snapshot_access("my-bucket", &bucket).unwrap_err(),
        snapshot_access("my-bucket", &domain()).unwrap_err(),
        trust(&role()).document().unwrap_err(),
        identity(&role(), Level::Admin).unwrap_err(),
        role_mapping([&bucket]).unwrap_err(),
        domain_access(&domain())
            .allow(&bucket, ["es:ESHttpGet"])
            .document()
            .unwrap_err(),
        serverless_encryption("movies", Some(&role())).unwrap_err(),
    ] {
        assert!(matches!(error, PolicyError::WrongKind { .. }), "{error}");
    }
}

#[test]
fn invalid_names_addresses_and_empty_documents_are_errors() {
    for bucket in [
        "",
        "ab",
        "My-Bucket",
        "a..b",
        "-ab",
        "arn:aws:s3:::b",
        &"a".repeat(64),
    ] {
        assert!(snapshot_access(bucket, &role()).is_err(), "{bucket}");
    }
    for address in ["", "192.0.2.0/33", "2001:db8::/129", "192.0.2", "all"] {
        let policy = domain_access(&domain())
            .allow(&role(), ["es:*"])
            .from_address(address);
        assert!(policy.document().is_err(), "{address}");
    }
    assert!(domain_access(&domain()).document().is_err());
    assert!(role_mapping([]).is_err());
    assert!(serverless_data("movies", [], Level::ReadOnly).is_err());
    for collection in ["", "ab", "1movies", "Movies", "a*b"] {
        assert!(
            serverless_encryption(collection, None).is_err(),
            "{collection}"
        );
    }
    assert!(serverless_network("movies", ["vpc-1"]).is_err());
    let china = Arn::role("aws-cn", "123456789012", "x").unwrap();
    let mixed = domain_access(&domain()).allow(&china, ["es:*"]).document();
    assert!(matches!(mixed, Err(PolicyError::Partitions(..))));
}

#[test]
fn the_bucket_has_the_partition_of_the_role() {
    for partition in ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"] {
        let role = Arn::role(partition, "123456789012", "snapshots").unwrap();
        let policy = snapshot_access("my-bucket", &role).unwrap();
        let resources: Vec<_> = policy
            .statement
            .iter()
            .flat_map(|it| &it.resource)
            .collect();
        let start = format!("arn:{partition}:");
        assert!(
            resources.iter().all(|it| it.starts_with(&start)),
            "{resources:?}"
        );
    }
}
