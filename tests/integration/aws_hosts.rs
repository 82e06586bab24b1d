//! Region and signing name of AWS's hosts, against what botocore resolves for every service.

use std::collections::BTreeMap;

use sigtower::endpoint::{Endpoint, EndpointError};

#[test]
fn every_host_that_botocore_resolves_is_signed_as_botocore_does() {
    let hosts = hosts();
    assert!(hosts.len() > 4_800, "{}", hosts.len());
    let mut wrong = Vec::new();
    for (host, scopes) in &hosts {
        let endpoint = Endpoint::parse(host).unwrap_or_else(|error| panic!("{host}: {error}"));
        let found = endpoint.scope().map(|scope| scope.to_string());
        let is_right = match &found {
            Ok(found) => scopes.contains(found) || has_two_names(host),
            Err(_) => has_to_be_given(host),
        };
        if !is_right {
            wrong.push(format!("{host}: {found:?}, botocore {scopes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn botocores_own_region_and_service_are_never_a_contradiction() {
    for (host, scopes) in hosts() {
        for scope in scopes {
            let (region, service) = scope.split_once('/').unwrap();
            let endpoint = Endpoint::parse(host).unwrap();
            let given = endpoint
                .with_region(region)
                .and_then(|endpoint| endpoint.with_service(service));
            match given {
                Ok(endpoint) => assert_eq!(endpoint.scope().unwrap().to_string(), scope, "{host}"),
                Err(error) => assert!(OF_GOVCLOUD_TOO.contains(&host), "{host}: {error}"),
            }
        }
    }
}

#[test]
fn a_different_service_is_refused_for_known_hosts_and_wins_for_others() {
    for known in [
        "search-x.us-east-1.es.amazonaws.com",
        "abc.us-east-1.aoss.amazonaws.com",
        "search-x.us-iso-east-1.es.c2s.ic.gov",
        "bucket.s3.us-east-1.amazonaws.com",
        "api.tunneling.iot.us-east-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com",
        "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com",
    ] {
        let endpoint = Endpoint::parse(known).unwrap();
        let refused = endpoint.clone().with_service("brand-new").unwrap_err();
        assert!(
            matches!(refused, EndpointError::ServiceMismatch { .. }),
            "{known}: {refused}"
        );
        let refused = endpoint.with_region("eu-west-1").unwrap_err();
        assert!(
            matches!(refused, EndpointError::RegionMismatch { .. }),
            "{known}: {refused}"
        );
    }
    for guessed in [
        "brand-new.us-east-1.amazonaws.com",
        "data.brand-new.us-east-1.amazonaws.com",
        "maps.geo.us-east-1.amazonaws.com",
        "abc-ats.iot.us-east-1.amazonaws.com",
        "brand-new.connect.us-east-1.amazonaws.com",
        "brand-new.eu-west-1.api.aws",
    ] {
        let endpoint = Endpoint::parse(guessed).unwrap();
        assert!(endpoint.scope().is_ok(), "{guessed}");
        let endpoint = endpoint.with_region("eu-central-1").unwrap();
        let endpoint = endpoint.with_service("geo").unwrap();
        assert_eq!(
            endpoint.scope().unwrap().to_string(),
            "eu-central-1/geo",
            "{guessed}"
        );
    }
}

/// `region/name`s by host.
fn hosts() -> BTreeMap<&'static str, Vec<String>> {
    let mut hosts = BTreeMap::<_, Vec<_>>::new();
    let lines = include_str!("../vectors/aws-hosts.tsv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_else(|| panic!("{line}"));
        let (host, region, service) = (next(), next(), next());
        hosts
            .entry(host)
            .or_default()
            .push(format!("{region}/{service}"));
    }
    hosts
}

/// Hosts that sign under either of two names; ours is a guess, and an explicit service wins.
fn has_two_names(host: &str) -> bool {
    let prefixes = ["importexport.", "maps.geo.", "places.geo.", "routes.geo."];
    prefixes.iter().any(|prefix| host.starts_with(prefix))
}

/// A host that leaves something open, so that the caller has to set it: the bucket may be in any
/// region, and the sign-in pages are not under an API's suffix.
fn has_to_be_given(host: &str) -> bool {
    host == "s3.amazonaws.com" || host.contains(".signin.")
}

/// GovCloud shares these hosts; a request to them is signed for the commercial regions.
const OF_GOVCLOUD_TOO: [&str; 2] = ["budgets.amazonaws.com", "cloudfront.amazonaws.com"];
