/// The partition of a region whose name states it: China and GovCloud. `None` for all others.
pub(crate) fn partition_of(region: &str) -> Option<&'static str> {
    match region {
        _ if region.starts_with("cn-") => Some("aws-cn"),
        _ if region.starts_with("us-gov-") => Some("aws-us-gov"),
        _ => None,
    }
}
