//! What the names of repositories and snapshots may be.

use crate::opensearch::call::serverless::AUTOMATED_OF_COLLECTIONS;
use crate::opensearch::error::Error;
use crate::opensearch::target::Target;

/// The repository of the snapshots that Amazon OpenSearch Service takes of a domain.
pub const AUTOMATED: &str = "cs-automated";

/// The same for a domain with encryption of data at rest.
pub const AUTOMATED_ENCRYPTED: &str = "cs-automated-enc";

/// The repository of the snapshots that Amazon OpenSearch Serverless takes of a collection, every hour
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-snapshots.html)).
pub const AUTOMATED_SERVERLESS: &str = AUTOMATED_OF_COLLECTIONS;

/// The repositories of the service's own snapshots: of domains, or of a collection.
pub(super) fn automated_repositories(target: Target) -> &'static [&'static str] {
    match target {
        Target::Collection => &[AUTOMATED_SERVERLESS],
        _ => &[AUTOMATED, AUTOMATED_ENCRYPTED],
    }
}

/// Accepts a name that is not a part of the API's paths, such as `_status`, and not a pattern.
pub(super) fn check_repository(name: &str) -> Result<(), Error> {
    check("repository", name)
}

/// The same for a snapshot. A pattern in a deletion would delete many snapshots.
pub(super) fn check_snapshot(name: &str) -> Result<(), Error> {
    check("snapshot", name)
}

/// Refuses the repositories that Amazon OpenSearch Service writes itself.
pub(super) fn check_writable(repository: &str) -> Result<(), Error> {
    if [AUTOMATED, AUTOMATED_ENCRYPTED, AUTOMATED_SERVERLESS].contains(&repository) {
        return Err(Error::invalid(format!(
            "repository `{repository}` is written by Amazon OpenSearch Service; its snapshots can only be listed and restored"
        )));
    }
    Ok(())
}

fn check(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::invalid(format!("{what} name is empty")));
    }
    let is_forbidden =
        |char: char| char.is_control() || char.is_whitespace() || "\\/*?\"<>|,#".contains(char);
    if name.starts_with('_') || name.contains(is_forbidden) {
        return Err(Error::invalid(format!(
            "{name:?} is not a {what} name: it must not begin with an underscore or contain blanks, wildcards or any of \\ / \" < > | , #"
        )));
    }
    Ok(())
}
