use super::arn::Arn;
use super::document::{Document, Statement};
use super::error::PolicyError;
use super::level::Level;

/// Returns an identity policy: what the user or role that has it may do on a domain
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html#ac-types-identity)).
///
/// Searches are sent by POST, so that read-only access needs `es:ESHttpPost` too; the policy allows
/// it only on the paths of APIs that read. On a domain with fine-grained access control, map the role
/// as well: see [`role_mapping`](super::role_mapping).
///
/// ```
/// use sigtower::policy::{self, Arn, Level};
///
/// let domain = Arn::domain("aws", "eu-west-1", "123456789012", "movies")?;
/// println!("{}", policy::identity(&domain, Level::ReadOnly)?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// [`PolicyError::WrongKind`] when the ARN is not one of a domain.
pub fn identity(domain: &Arn, level: Level) -> Result<Document, PolicyError> {
    let domain = domain.checked_domain()?;
    let paths = |paths: &[&str]| -> Vec<String> {
        let joined = paths.iter().map(|path| format!("{domain}/{path}"));
        joined.collect()
    };
    Ok(Document::new(match level {
        Level::ReadOnly => vec![
            Statement::allow(["es:ESHttpGet", "es:ESHttpHead"])
                .sid("Read")
                .on(paths(&["*"])),
            Statement::allow(["es:ESHttpPost"])
                .sid("Search")
                .on(paths(&READING)),
            Statement::allow(["es:ESHttpDelete"])
                .sid("EndSearch")
                .on(paths(&["_search/scroll*", "_search/point_in_time*"])),
        ],
        Level::ReadWrite => vec![
            Statement::allow(["es:ESHttp*"])
                .sid("ReadWrite")
                .on(paths(&["*"])),
        ],
        Level::Admin => vec![
            Statement::allow(["es:*"])
                .sid("Admin")
                .on([domain.to_string(), format!("{domain}/*")]),
        ],
    }))
}

/// The APIs that read by POST, without an index and with one.
const READING: [&str; 14] = [
    "_search",
    "_search/*",
    "*/_search",
    "*/_search/*",
    "_msearch",
    "*/_msearch",
    "_mget",
    "*/_mget",
    "_count",
    "*/_count",
    "*/_explain/*",
    "*/_analyze",
    "_field_caps",
    "*/_field_caps",
];
