use super::*;

/// `region/service` of a host, `?` for what it does not name; `~` in front of a guess.
fn read(host: &str) -> String {
    let found = AwsHost::read(host);
    let text = |value: Option<String>| value.unwrap_or_else(|| "?".into());
    let region = text(found.region.map(|region| region.to_string()));
    let service = text(found.service.map(|service| service.to_string()));
    let mark = if found.is_certain { "" } else { "~" };
    format!("{mark}{region}/{service}")
}

#[test]
fn opensearch_hosts_of_every_partition_name_region_and_service() {
    for (host, expected) in [
        ("search-x.us-east-1.es.amazonaws.com", "us-east-1/es"),
        ("vpc-x-abc123.eu-west-1.es.amazonaws.com", "eu-west-1/es"),
        (
            "search-x.us-gov-west-1.es.amazonaws.com",
            "us-gov-west-1/es",
        ),
        ("search-x.cn-north-1.es.amazonaws.com.cn", "cn-north-1/es"),
        (
            "search-x.eusc-de-east-1.es.amazonaws.eu",
            "eusc-de-east-1/es",
        ),
        ("search-x.us-iso-east-1.es.c2s.ic.gov", "us-iso-east-1/es"),
        (
            "search-x.us-isob-east-1.es.sc2s.sgov.gov",
            "us-isob-east-1/es",
        ),
        (
            "vpc-x.us-isof-south-1.es.csp.hci.ic.gov",
            "us-isof-south-1/es",
        ),
        (
            "search-x.eu-isoe-west-1.es.cloud.adc-e.uk",
            "eu-isoe-west-1/es",
        ),
        ("search-x.us-east-2.es-fips.amazonaws.com", "us-east-2/es"),
        ("search-x.aos.us-east-1.on.aws", "us-east-1/es"),
        (
            "vpc-x.aos.cn-northwest-1.on.amazonwebservices.com.cn",
            "cn-northwest-1/es",
        ),
        (
            "search-x.aos.eusc-de-east-1.on.amazonwebservices.eu",
            "eusc-de-east-1/es",
        ),
        ("abc.us-east-1.aoss.amazonaws.com", "us-east-1/aoss"),
        (
            "abc.us-gov-west-1.aoss-fips.amazonaws.com",
            "us-gov-west-1/aoss",
        ),
        ("abc.aoss.us-east-1.on.aws", "us-east-1/aoss"),
        ("es.eu-central-1.amazonaws.com", "eu-central-1/es"),
        ("aos.eu-central-1.api.aws", "eu-central-1/es"),
        ("aoss.eu-central-1.amazonaws.com", "eu-central-1/aoss"),
        ("logs-abc.us-west-2.osis.amazonaws.com", "us-west-2/osis"),
        ("osis.us-west-2.amazonaws.com", "us-west-2/osis"),
        (
            "logs-abc.us-west-2.osis-fips.amazonaws.com",
            "us-west-2/osis",
        ),
    ] {
        assert_eq!(read(host), expected, "{host}");
    }
}

#[test]
fn hosts_of_single_resources_name_region_and_service() {
    for (host, expected) in [
        (
            "db.cluster-abc.us-east-1.neptune.amazonaws.com",
            "us-east-1/neptune-db",
        ),
        (
            "db.cluster-ro-abc.eu-west-1.neptune.amazonaws.com",
            "eu-west-1/neptune-db",
        ),
        (
            "g-1a2b.us-east-1.neptune-graph.amazonaws.com",
            "us-east-1/neptune-graph",
        ),
        (
            "g-1a2b.neptune-graph.us-east-1.on.aws",
            "us-east-1/neptune-graph",
        ),
        (
            "abc.execute-api.us-west-2.amazonaws.com",
            "us-west-2/execute-api",
        ),
        (
            "abc.execute-api.cn-north-1.amazonaws.com.cn",
            "cn-north-1/execute-api",
        ),
        (
            "vpce-0a-b.execute-api.us-west-2.vpce.amazonaws.com",
            "us-west-2/execute-api",
        ),
        ("abc.lambda-url.us-west-2.on.aws", "us-west-2/lambda"),
        (
            "svc-0a.7d6.vpc-lattice-svcs.us-west-2.on.aws",
            "us-west-2/vpc-lattice-svcs",
        ),
        ("abc.dsql.us-east-1.on.aws", "us-east-1/dsql"),
        ("abc-ats.iot.us-east-1.amazonaws.com", "~us-east-1/iotdata"),
        (
            "abc.jobs.iot.us-east-1.amazonaws.com",
            "~us-east-1/iot-jobs-data",
        ),
        (
            "123456789012.ddb.us-east-1.amazonaws.com",
            "~us-east-1/dynamodb",
        ),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "~us-east-1/ecr",
        ),
        (
            "gw.gateway.bedrock-agentcore.us-east-1.amazonaws.com",
            "~us-east-1/bedrock-agentcore",
        ),
        (
            "search-x-abc.us-east-1.cloudsearch.amazonaws.com",
            "~us-east-1/cloudsearch",
        ),
        ("db.abc.us-east-1.rds.amazonaws.com", "~us-east-1/rds-db"),
    ] {
        assert_eq!(read(host), expected, "{host}");
    }
}

#[test]
fn hosts_of_s3_name_the_region_where_they_can() {
    for (host, expected) in [
        ("s3.us-east-1.amazonaws.com", "us-east-1/s3"),
        ("bucket.s3.us-east-1.amazonaws.com", "us-east-1/s3"),
        (
            "dotted.bucket.s3.dualstack.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        ("s3-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1/s3"),
        (
            "bucket.s3-fips.dualstack.us-gov-east-1.amazonaws.com",
            "us-gov-east-1/s3",
        ),
        (
            "bucket.vpce-0a-b.s3.us-east-1.vpce.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            "ap-123456789012.s3-accesspoint.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            "123456789012.s3-control.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            "ol-123456789012.s3-object-lambda.us-east-1.amazonaws.com",
            "us-east-1/s3-object-lambda",
        ),
        (
            "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com",
            "us-east-1/s3express",
        ),
        (
            "b--x-s3.s3express-fips-use1-az4.us-east-1.amazonaws.com",
            "us-east-1/s3express",
        ),
        (
            "s3express-control.us-east-1.amazonaws.com",
            "us-east-1/s3express",
        ),
        ("s3-us-west-2.amazonaws.com", "us-west-2/s3"),
        ("bucket.s3-us-west-2.amazonaws.com", "us-west-2/s3"),
        ("s3.amazonaws.com", "?/s3"),
        ("bucket.s3.amazonaws.com", "?/s3"),
        ("bucket.s3-accelerate.dualstack.amazonaws.com", "?/s3"),
        ("bucket.s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1/s3"),
    ] {
        assert_eq!(read(host), expected, "{host}");
    }
}

#[test]
fn services_without_regions_sign_for_the_region_of_their_partition() {
    for (host, expected) in [
        ("iam.amazonaws.com", "us-east-1/iam"),
        ("iam-fips.amazonaws.com", "us-east-1/iam"),
        ("iam.us-gov.amazonaws.com", "us-gov-west-1/iam"),
        ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1/iam"),
        ("iam.global.api.amazonwebservices.com.cn", "cn-north-1/iam"),
        ("sts.amazonaws.com", "us-east-1/sts"),
        ("route53.amazonaws.com", "us-east-1/route53"),
        ("route53.global.api.aws", "us-east-1/route53"),
        ("route53.amazonaws.com.cn", "cn-northwest-1/route53"),
        ("route53.us-gov.amazonaws.com", "us-gov-west-1/route53"),
        ("route53.amazonaws.eu", "eusc-de-east-1/route53"),
        ("route53.c2s.ic.gov", "us-iso-east-1/route53"),
        ("route53.sc2s.sgov.gov", "us-isob-east-1/route53"),
        ("route53.cloud.adc-e.uk", "eu-isoe-west-1/route53"),
        ("route53.csp.hci.ic.gov", "us-isof-south-1/route53"),
        ("cloudfront.amazonaws.com", "us-east-1/cloudfront"),
        ("organizations.amazonaws.com", "us-east-1/organizations"),
        ("budgets.amazonaws.com.cn", "cn-northwest-1/budgets"),
        ("budgets.global.sc2s.sgov.gov", "us-isob-east-1/budgets"),
        ("global.health.amazonaws.com.cn", "cn-northwest-1/health"),
        ("importexport.amazonaws.com", "us-east-1/IngestionService"),
        ("waf-fips.amazonaws.com", "us-east-1/waf"),
    ] {
        assert_eq!(read(host), expected, "{host}");
    }
}

#[test]
fn signing_names_that_differ_from_the_host_are_known() {
    for (prefix, expected) in [
        ("api.tunneling.iot", "us-east-1/IoTSecuredTunneling"),
        ("api.iot-tunneling", "us-east-1/IoTSecuredTunneling"),
        ("data.jobs.iot", "us-east-1/iot-jobs-data"),
        ("data.iotevents", "us-east-1/ioteventsdata"),
        ("data-ats.iot", "us-east-1/iotdata"),
        ("iot", "us-east-1/iot"),
        ("email", "us-east-1/ses"),
        ("mail-manager", "us-east-1/ses"),
        ("oidc", "us-east-1/sso-oauth"),
        ("portal.sso", "us-east-1/awsssoportal"),
        ("participant.connect", "us-east-1/execute-api"),
        ("pinpoint", "us-east-1/mobiletargeting"),
        ("bedrock-runtime", "us-east-1/bedrock"),
        ("bedrock-agentcore", "us-east-1/bedrock-agentcore"),
        ("bedrock-mantle", "us-east-1/bedrock-mantle"),
        ("git-codecommit", "us-east-1/codecommit"),
        ("api-fips.sagemaker", "us-east-1/sagemaker"),
        ("fips.batch", "us-east-1/batch"),
        ("vpce-0a-b.api.ecr", "us-east-1/ecr"),
        ("maps.geo", "~us-east-1/geo-maps"),
        ("abc.aps-workspaces", "~us-east-1/aps"),
        // Not known: a guess from the host.
        ("brand-new", "~us-east-1/brand-new"),
        ("data.brand-new", "~us-east-1/brand-new"),
    ] {
        let host = format!("{prefix}.us-east-1.amazonaws.com");
        assert_eq!(read(&host), expected, "{host}");
    }
}

#[test]
fn hosts_that_resemble_those_of_aws_name_nothing() {
    for host in [
        "search-x.us-east-1.es.amazonaws.com.attacker.example",
        "evil-es.amazonaws.com.attacker.example",
        "search-x.us-east-1.es.amazonaws.com.uk",
        "search-x.us-east-1.es-amazonaws.com",
        "search-x.us-east-1.es.xamazonaws.com",
        "search-x.us-east-1.es.amazonaws.co",
        "search-x.us-east-1.xes.amazonaws.com",
        "us-east-1.es.amazonaws.com",
        "us-east-1.osis.amazonaws.com",
        "es.amazonaws.com",
        "amazonaws.com",
        ".amazonaws.com",
        "us-east-1.amazonaws.com",
        "search-x.nowhere.es.amazonaws.com",
        "search-x.us-east-1x.es.amazonaws.com",
        "search-x.aos.us-east-1.on.aws.attacker.example",
        "search-x.aos.us-east-1.in.aws",
        "search-x.us-iso-east-1.es.c2s.ic.gov.attacker.example",
        "search-x.us-iso-east-1.es.xc2s.ic.gov",
        "search-x.es.on.aws",
        "aos.us-east-1.on.aws",
        "x.brand-new.us-east-1.on.aws",
        "opensearch.example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "",
    ] {
        assert_eq!(read(host), "~?/?", "{host}");
    }
}
