//! What an AWS host name says about the region and the service behind it.
//!
//! Sources: the endpoint rules of botocore 1.44.8, and the endpoint pages of the AWS General
//! Reference, OpenSearch Service, OpenSearch Serverless and Neptune.

use super::partition::{Partition, Suffix};
use super::signing_names;
use crate::sigv4::{Region, ServiceName};

/// Region and service, as far as a host names them.
#[derive(Debug, Default)]
pub(super) struct AwsHost {
    pub(super) region: Option<Region>,
    pub(super) service: Option<ServiceName>,
    /// Whether a different region or service would be an error. Otherwise both are a guess.
    pub(super) is_certain: bool,
}

impl AwsHost {
    /// Reads a host in lower case. A host that is not one of AWS's names nothing.
    pub(super) fn read(host: &str) -> Self {
        let Some(found) = find(host) else {
            return Self::default();
        };
        Self {
            region: found.region.and_then(|region| Region::new(region).ok()),
            service: ServiceName::new(found.service).ok(),
            is_certain: found.is_certain,
        }
    }
}

struct Found<'a> {
    region: Option<&'a str>,
    service: &'a str,
    is_certain: bool,
}

impl<'a> Found<'a> {
    fn certain(region: Option<&'a str>, service: &'a str) -> Self {
        Self {
            region,
            service,
            is_certain: true,
        }
    }

    fn guess(region: Option<&'a str>, service: &'a str) -> Self {
        Self {
            region,
            service,
            is_certain: false,
        }
    }
}

fn find(host: &str) -> Option<Found<'_>> {
    let (partition, suffix, labels) = Partition::of(host)?;
    match suffix {
        Suffix::Resource => resource(&labels),
        Suffix::Service => match *labels.as_slice() {
            // GovCloud shares its suffix with the commercial regions.
            [ref rest @ .., region, "us-gov"] if is_region(region) => regional(rest, region),
            [ref rest @ .., "us-gov"] => global(rest, partition, Some("us-gov-west-1")),
            [ref rest @ .., region, "vpce"] if is_region(region) => regional(rest, region),
            [ref rest @ .., region] if is_region(region) => regional(rest, region),
            [_, .., region, service] if is_region(region) => region_first(region, service),
            [ref rest @ .., "global"] => global(rest, partition, None),
            ref rest => without_region(rest).or_else(|| global(rest, partition, None)),
        },
    }
}

/// `service.region.amazonaws.com`, often with a resource or a VPC endpoint before the service.
fn regional<'a>(labels: &[&'a str], region: &'a str) -> Option<Found<'a>> {
    let labels = match labels {
        [rest @ .., "dualstack"] => rest,
        all => all,
    };
    let labels: Vec<&str> = labels.iter().map(|&label| plain(label)).collect();
    let region = Some(region);
    match *labels.as_slice() {
        [] => None,
        // A host of S3 begins with a bucket, an access point or an account.
        [.., s3] if signing_name_of_s3(s3).is_some() => {
            signing_name_of_s3(s3).map(|name| Found::certain(region, name))
        }
        [.., "execute-api"] => Some(Found::certain(region, "execute-api")),
        ref all => named(all, region),
    }
}

fn named<'a>(labels: &[&'a str], region: Option<&'a str>) -> Option<Found<'a>> {
    let service = match labels {
        [first, rest @ ..] if first.starts_with("vpce-") || *first == "fips" => rest,
        all => all,
    };
    let prefix = service.join(".");
    if let Some(name) = signing_names::exact(&prefix) {
        return Some(match TWO_NAMES.contains(&&*prefix) {
            true => Found::guess(region, name),
            false => Found::certain(region, name),
        });
    }
    let (last, before) = service.split_last()?;
    let guess = match signing_names::at_the_end(service) {
        Some("iot") if !before.is_empty() => "iotdata",
        Some(name) => name,
        None => last,
    };
    Some(Found::guess(region, guess))
}

/// `resource.region.service.amazonaws.com`.
fn region_first<'a>(region: &'a str, service: &'a str) -> Option<Found<'a>> {
    let region = Some(region);
    Some(match plain(service) {
        known @ ("es" | "aoss" | "osis" | "neptune-graph") => Found::certain(region, known),
        "neptune" => Found::certain(region, "neptune-db"),
        known @ ("cloudsearch" | "opensearch" | "redshift") => Found::guess(region, known),
        "rds" => Found::guess(region, "rds-db"),
        _ => return None,
    })
}

/// `resource.service.region.on.aws`.
fn resource<'a>(labels: &[&'a str]) -> Option<Found<'a>> {
    let [ref before @ .., service, region] = *labels else {
        return None;
    };
    if before.is_empty() || !is_region(region) {
        return None;
    }
    let service = plain(service);
    let name = signing_names::exact(service)?;
    Some(match service {
        "aos" | "aoss" | "dsql" | "execute-api" | "lambda-url" | "neptune-graph" | "osis"
        | "osm" | "vpc-lattice-svcs" => Found::certain(Some(region), name),
        _ => Found::guess(Some(region), name),
    })
}

/// Services without regions, which sign for one region of their partition.
fn global<'a>(
    labels: &[&'a str],
    partition: &Partition,
    region: Option<&'a str>,
) -> Option<Found<'a>> {
    let labels: Vec<&str> = labels.iter().map(|&label| plain(label)).collect();
    let service = match *labels.as_slice() {
        [service] if GLOBAL.contains(&service) => service,
        ["global", "health"] => "health",
        _ => return None,
    };
    let region = region.unwrap_or_else(|| partition.region_of_global(service));
    Some(Found::certain(Some(region), signing_names::exact(service)?))
}

/// Hosts of S3 that leave open which region a bucket is in, or name it in the old way.
fn without_region<'a>(labels: &[&'a str]) -> Option<Found<'a>> {
    let labels = match labels {
        [rest @ .., "dualstack"] => rest,
        all => all,
    };
    match labels.last()? {
        &"s3" | &"s3-accelerate" => Some(Found::certain(None, "s3")),
        last => {
            let region = last
                .strip_prefix("s3-")
                .filter(|region| is_region(region))?;
            Some(Found::certain(Some(region), "s3"))
        }
    }
}

fn signing_name_of_s3(label: &str) -> Option<&'static str> {
    Some(match label {
        "s3" | "s3-accesspoint" | "s3-control" => "s3",
        "s3-object-lambda" => "s3-object-lambda",
        "s3-outposts" => "s3-outposts",
        zone if zone.starts_with("s3express-") => "s3express",
        _ => return None,
    })
}

/// A label without the mark of FIPS endpoints.
fn plain(label: &str) -> &str {
    label.strip_suffix("-fips").unwrap_or(label)
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: words, then a number.
fn is_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    matches!(number.len(), 1..=2)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.len() >= 2
        && words.iter().all(is_word)
}

/// Hosts that sign under either of two names. Those of `geo` have an API under their own name, and an
/// older one under `geo`. The name of `importexport` depends on the partition.
const TWO_NAMES: [&str; 4] = ["importexport", "maps.geo", "places.geo", "routes.geo"];

const GLOBAL: [&str; 11] = [
    "budgets",
    "cloudfront",
    "health",
    "iam",
    "importexport",
    "organizations",
    "route53",
    "savingsplans",
    "sdb",
    "sts",
    "waf",
];

#[cfg(test)]
mod tests;
