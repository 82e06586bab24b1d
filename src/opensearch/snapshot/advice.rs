//! What to do when a call of the snapshot workflow is refused: the likely cause, and the IAM document
//! that removes it.

use crate::opensearch::client::Client;
use crate::opensearch::error::{Error, ErrorKind, Refusal};
use crate::opensearch::response::Response;
use crate::policy::{self, Arn};

/// What a call knows beside the response.
#[derive(Debug, Default)]
pub(super) struct Context<'a> {
    /// The bucket, and the ARN of the role that reaches it.
    pub(super) access: Option<(&'a str, &'a str)>,
    pub(super) domain: Option<&'a Arn>,
}

/// Returns the response itself if its status is 2xx, or else an error that says what to do.
pub(super) fn success(response: Response, context: &Context<'_>) -> Result<Response, Error> {
    response.success().map_err(|error| advise(error, context))
}

/// The ARN of the client's domain, if its host is one of AWS's: `search-NAME-HASH.REGION.es.…`. The
/// account is the role's, because a role cannot be passed to a different account.
pub(super) fn domain_of(client: &Client, role: &str) -> Option<Arn> {
    let role = Arn::parse(role).ok()?;
    let label = client.endpoint().host().split('.').next()?;
    let name = ["search-", "vpc-"]
        .iter()
        .find_map(|start| label.strip_prefix(start))?;
    let (name, hash) = name.rsplit_once('-')?;
    if hash.len() != HASH_LENGTH || client.service()?.as_str() != "es" {
        return None;
    }
    let region = client.region()?.as_str();
    Arn::domain(role.partition(), region, role.account(), name).ok()
}

fn advise(error: Error, context: &Context<'_>) -> Error {
    // AWS's edge and the cluster report a role that cannot be assumed with different statuses.
    if is_about_trust(&error) {
        return about_trust(error, context);
    }
    if error.kind() != ErrorKind::Denied {
        return error;
    }
    let Some(Refusal::NotAuthorized { who, actions, .. }) = error.refusal() else {
        return error;
    };
    let is_of_snapshots = |action: &String| {
        action.starts_with("cluster:admin/repository")
            || action.starts_with("cluster:admin/snapshot")
    };
    if actions.iter().any(|action| action == "iam:PassRole") {
        about_pass_role(error, context)
    } else if actions.iter().any(is_of_snapshots) {
        let who = who.clone();
        about_mapping(error, who.as_deref())
    } else if actions.is_empty() {
        error.with_hint(SECURITY_INDEX_HINT)
    } else {
        error
    }
}

fn about_pass_role(error: Error, context: &Context<'_>) -> Error {
    let Some((bucket, role)) = context.access else {
        return error;
    };
    let document = Arn::parse(role).and_then(|role| policy::snapshot_access(bucket, &role));
    let hint = format!("allow the caller iam:PassRole on {role}: attach this policy to the caller");
    with_document(error, hint, document.ok())
}

fn about_mapping(error: Error, who: Option<&str>) -> Error {
    let who = who.and_then(|who| Arn::parse(who).ok());
    let who = who.map(|who| role_of_session(&who).unwrap_or(who));
    let caller = who.as_ref().map_or("the caller's role", Arn::as_str);
    let hint = format!(
        "map {caller} to `manage_snapshots` in fine-grained access control; PUT /_plugins/_security/api/rolesmapping/manage_snapshots replaces the mapping, so keep what is in it"
    );
    let document = who.and_then(|who| policy::role_mapping([&who]).ok());
    with_document(error, hint, document)
}

fn about_trust(error: Error, context: &Context<'_>) -> Error {
    let role = context.access.map_or("the snapshot role", |(_, role)| role);
    let hint = format!(
        "let es.amazonaws.com assume {role}: set this trust policy of the role; after a change, wait a minute"
    );
    let document = context
        .domain
        .and_then(|domain| policy::trust(domain).document().ok());
    let hint = match document {
        Some(_) => hint,
        None => hint.replace("this trust policy", "the trust policy `policy::trust`"),
    };
    with_document(error, hint, document)
}

/// A caller with an assumed role is mapped by the role: `assumed-role/NAME/SESSION` → `role/NAME`.
fn role_of_session(who: &Arn) -> Option<Arn> {
    let session = who.resource().strip_prefix("assumed-role/")?;
    let name = session.split('/').next()?;
    Arn::role(who.partition(), who.account(), name).ok()
}

fn is_about_trust(error: &Error) -> bool {
    let texts = [error.reason(), error.cause(), error.body()];
    !error.status().is_some_and(|status| status.is_success())
        && texts
            .into_iter()
            .flatten()
            .any(|text| text.contains("sts:AssumeRole") || text.contains("Unable to assume role"))
}

fn with_document(error: Error, hint: String, document: Option<impl ToString>) -> Error {
    let error = error.with_hint(hint);
    match document {
        Some(document) => error.with_document(document.to_string()),
        None => error,
    }
}

/// Domain hosts end their first label with this many characters that AWS chooses.
const HASH_LENGTH: usize = 26;
const SECURITY_INDEX_HINT: &str = "check that the snapshot exists; if it does, leave out system indices and the global state, because nobody may restore the security index";
