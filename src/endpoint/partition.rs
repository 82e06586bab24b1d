//! AWS's partitions: the DNS suffixes of their endpoints, and their regions for global services.
//!
//! From `partitions.json` of botocore 1.44.8. `amazonaws.com` and `api.aws` are those of AWS
//! GovCloud (US) too, which marks its global services with the label `us-gov`.

/// One of AWS's partitions.
#[derive(Debug)]
pub(super) struct Partition {
    /// `service.region.SUFFIX`.
    suffix: &'static str,
    /// `service.region.SUFFIX`, reachable over IPv6 too.
    dual_stack_suffix: &'static str,
    /// `resource.service.region.SUFFIX`: single resources, reachable over IPv6 too.
    resource_suffix: Option<&'static str>,
    /// Where services without regions are.
    global_region: &'static str,
}

/// What a host's suffix says about the labels before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// A service's endpoint.
    Service,
    /// The endpoint of one resource, such as a domain.
    Resource,
}

impl Partition {
    /// The partition of a host in lower case, and the labels before the suffix. `None` for a host
    /// that is not one of AWS's.
    ///
    /// Whole labels are compared, from the end: `es.amazonaws.com.attacker.example` is not AWS's.
    pub(super) fn of(host: &str) -> Option<(&'static Self, Suffix, Vec<&str>)> {
        let labels = |suffix: &str| {
            let rest = host.strip_suffix(suffix)?.strip_suffix('.')?;
            Some(rest.split('.').collect())
        };
        PARTITIONS.iter().find_map(|partition| {
            let service = labels(partition.suffix).or_else(|| labels(partition.dual_stack_suffix));
            if let Some(labels) = service {
                return Some((partition, Suffix::Service, labels));
            }
            let labels = labels(partition.resource_suffix?)?;
            Some((partition, Suffix::Resource, labels))
        })
    }

    /// The region that requests to a service without regions are signed for.
    pub(super) fn region_of_global(&self, service: &str) -> &'static str {
        match service {
            "iam" if self.suffix == CHINA => "cn-north-1",
            _ => self.global_region,
        }
    }
}

const CHINA: &str = "amazonaws.com.cn";

static PARTITIONS: [Partition; 7] = [
    Partition {
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        resource_suffix: Some("on.aws"),
        global_region: "us-east-1",
    },
    Partition {
        suffix: CHINA,
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        resource_suffix: Some("on.amazonwebservices.com.cn"),
        global_region: "cn-northwest-1",
    },
    Partition {
        suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        resource_suffix: Some("on.amazonwebservices.eu"),
        global_region: "eusc-de-east-1",
    },
    Partition {
        suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        resource_suffix: None,
        global_region: "us-iso-east-1",
    },
    Partition {
        suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        resource_suffix: None,
        global_region: "us-isob-east-1",
    },
    Partition {
        suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        resource_suffix: None,
        global_region: "eu-isoe-west-1",
    },
    Partition {
        suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        resource_suffix: None,
        global_region: "us-isof-south-1",
    },
];
