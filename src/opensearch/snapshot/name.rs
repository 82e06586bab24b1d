//! What the names of repositories and snapshots may be.

use crate::opensearch::error::Error;

/// The repository of the snapshots that Amazon OpenSearch Service takes of a domain.
pub const AUTOMATED: &str = "cs-automated";

/// The same for a domain with encryption of data at rest.
pub const AUTOMATED_ENCRYPTED: &str = "cs-automated-enc";

pub(super) const AUTOMATED_REPOSITORIES: [&str; 2] = [AUTOMATED, AUTOMATED_ENCRYPTED];

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
    if AUTOMATED_REPOSITORIES.contains(&repository) {
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
