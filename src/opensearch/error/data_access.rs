//! What to do when a data access policy of OpenSearch Serverless does not allow a call.
//!
//! AWS: [Data access
//! control](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html).

use super::authority::Authority;
use super::refusal::Refusal;
use super::scrub::Scrub;
use crate::opensearch::call::permission::CollectionCall;
use crate::policy;

/// One line on what to do, and the policy that allows the call.
pub(super) struct Advice {
    pub(super) hint: String,
    pub(super) document: String,
}

/// `None` if the refusal has a different reason, or AWS documents no permission for the call.
pub(super) fn advise(refusal: &Refusal, call: &CollectionCall, scrub: &Scrub) -> Option<Advice> {
    let Refusal::NotAuthorized {
        who,
        by: Authority::DataAccessPolicy,
        ..
    } = refusal
    else {
        return None;
    };
    let permission = call.permission.as_ref()?;
    let placeholder = format!("arn:{}:iam::ACCOUNT-ID:role/ROLE-NAME", call.partition);
    let principal = who.clone().unwrap_or(placeholder);
    let indices = permission.indices.as_deref();
    let document = policy::data_access_for(permission.name, COLLECTION, indices, &principal);
    let to_replace = match who {
        Some(_) => "the name of the collection in it",
        None => "role and collection in it",
    };
    Some(Advice {
        hint: format!(
            "allow {} in a data access policy, such as the one in `Error::document` (replace {to_replace}), and aoss:APIAccessAll in an IAM policy of the caller; a change takes about a minute",
            permission.name
        ),
        document: scrub.keep(&document.to_string()),
    })
}

/// The host contains only the id of the collection.
const COLLECTION: &str = "COLLECTION-NAME";
