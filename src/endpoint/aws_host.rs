//! What an AWS host name says about the region and the service behind it.
//!
//! Sources: the endpoint pages of the AWS General Reference, and of OpenSearch Service and Serverless.

use crate::sigv4::{Region, Scope, ServiceName};

/// The scope of an AWS host in lower case; nothing for any other host.
///
/// Whole labels are compared, from the end: `es.amazonaws.com.attacker.example` is nobody's domain.
pub(super) fn scope(host: &str) -> Option<Scope> {
    let labels: Vec<&str> = host.split('.').collect();
    let (region, service) = match *labels.as_slice() {
        [ref rest @ .., "amazonaws", "com"]
        | [ref rest @ .., "amazonaws", "com", "cn"]
        | [ref rest @ .., "amazonaws", "eu"] => classic(rest)?,
        [ref rest @ .., "on", "aws"]
        | [ref rest @ .., "on", "amazonwebservices", "com", "cn"]
        | [ref rest @ .., "on", "amazonwebservices", "eu"] => resource(rest)?,
        [ref rest @ .., "api", "aws"]
        | [ref rest @ .., "api", "amazonwebservices", "com", "cn"]
        | [ref rest @ .., "api", "amazonwebservices", "eu"] => service_before_region(rest)?,
        _ => return None,
    };
    looks_like_a_region(region).then_some(())?;
    let region = Region::new(region).ok()?;
    let service = ServiceName::new(service).ok()?;
    Some(Scope::from((region, service)))
}

/// `….amazonaws.com`: domains and collections put the region first, everybody else the service.
fn classic<'a>(labels: &[&'a str]) -> Option<(&'a str, &'a str)> {
    match *labels {
        [_, .., region, service] if matches!(plain(service), "es" | "aoss") => {
            Some((region, plain(service)))
        }
        // Services of the whole partition sign for the region they live in.
        [global @ ("iam" | "sts" | "route53" | "cloudfront" | "organizations")] => {
            Some(("us-east-1", global))
        }
        [ref rest @ .., "vpce"] => service_before_region(rest),
        [.., "s3", "dualstack", region] => Some((region, "s3")),
        _ => service_before_region(labels),
    }
}

/// `name.service.region.on.aws`: dual-stack hosts of single resources.
fn resource<'a>(labels: &[&'a str]) -> Option<(&'a str, &'a str)> {
    match *labels {
        [_, .., service, region] => match plain(service) {
            "aos" => Some((region, "es")),
            "lambda-url" => Some((region, "lambda")),
            known @ ("aoss" | "vpc-lattice-svcs" | "execute-api") => Some((region, known)),
            _ => None,
        },
        _ => None,
    }
}

fn service_before_region<'a>(labels: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let [.., service, region] = *labels else {
        return None;
    };
    Some((region, signing_name(plain(service), labels)?))
}

/// A service's signing name where its host says something else.
fn signing_name<'a>(service: &'a str, labels: &[&'a str]) -> Option<&'a str> {
    Some(match service {
        "aos" => "es",
        "aps-workspaces" => "aps",
        "email" => "ses",
        "iot" if labels.len() > 2 => "iotdata",
        "s3-control" | "s3-accesspoint" => "s3",
        bedrock if bedrock.starts_with("bedrock-") => "bedrock",
        express if express.starts_with("s3express-") => "s3express",
        // `vpce`, `dualstack` and `amazonaws` hosts of other shapes: rather ask than guess.
        "vpce" | "dualstack" => return None,
        same => same,
    })
}

fn plain(service: &str) -> &str {
    service.strip_suffix("-fips").unwrap_or(service)
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: words, then a number.
fn looks_like_a_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    matches!(number.len(), 1..=2)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.len() >= 2
        && words.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(host: &str) -> Option<String> {
        scope(host).map(|scope| scope.to_string())
    }

    #[test]
    fn aws_hosts_tell_region_and_service() {
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
            ("search-x.us-east-2.es-fips.amazonaws.com", "us-east-2/es"),
            ("search-x.aos.us-east-1.on.aws", "us-east-1/es"),
            (
                "vpc-x.aos.cn-northwest-1.on.amazonwebservices.com.cn",
                "cn-northwest-1/es",
            ),
            ("abc.us-east-1.aoss.amazonaws.com", "us-east-1/aoss"),
            (
                "abc.us-gov-west-1.aoss-fips.amazonaws.com",
                "us-gov-west-1/aoss",
            ),
            ("abc.aoss.us-east-1.on.aws", "us-east-1/aoss"),
            ("es.eu-central-1.amazonaws.com", "eu-central-1/es"),
            ("aos.eu-central-1.api.aws", "eu-central-1/es"),
            (
                "abc.execute-api.us-west-2.amazonaws.com",
                "us-west-2/execute-api",
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
            ("s3.us-east-1.amazonaws.com", "us-east-1/s3"),
            ("bucket.s3.us-east-1.amazonaws.com", "us-east-1/s3"),
            (
                "dotted.bucket.s3.dualstack.us-east-1.amazonaws.com",
                "us-east-1/s3",
            ),
            ("s3-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1/s3"),
            (
                "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com",
                "us-east-1/s3express",
            ),
            (
                "bedrock-runtime.us-east-1.amazonaws.com",
                "us-east-1/bedrock",
            ),
            ("abc-ats.iot.us-east-1.amazonaws.com", "us-east-1/iotdata"),
            ("iot.us-east-1.amazonaws.com", "us-east-1/iot"),
            ("email.us-east-1.amazonaws.com", "us-east-1/ses"),
            ("sts.eu-west-1.amazonaws.com", "eu-west-1/sts"),
            ("iam.amazonaws.com", "us-east-1/iam"),
        ] {
            assert_eq!(told(host).as_deref(), Some(expected), "{host}");
        }
    }

    #[test]
    fn look_alikes_of_aws_hosts_tell_nothing() {
        for host in [
            "search-x.us-east-1.es.amazonaws.com.attacker.example",
            "evil-es.amazonaws.com.attacker.example",
            "search-x.us-east-1.es.amazonaws.com.uk",
            "search-x.us-east-1.es-amazonaws.com",
            "search-x.us-east-1.es.xamazonaws.com",
            "search-x.us-east-1.es.amazonaws.co",
            "search-x.us-east-1.xes.amazonaws.com",
            "us-east-1.es.amazonaws.com",
            "es.amazonaws.com",
            "amazonaws.com",
            "search-x.nowhere.es.amazonaws.com",
            "search-x.us-east-1x.es.amazonaws.com",
            "search-x.aos.us-east-1.on.aws.attacker.example",
            "search-x.aos.us-east-1.in.aws",
            "search-x.es.on.aws",
            "aos.us-east-1.on.aws",
            "bucket.s3.amazonaws.com",
            "opensearch.example.com",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "",
        ] {
            assert_eq!(told(host), None, "{host}");
        }
    }
}
