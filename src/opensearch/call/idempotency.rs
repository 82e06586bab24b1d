//! Which requests to OpenSearch may be sent again when it is unknown whether they were applied.
//!
//! The request itself may say so by an [`Idempotency`] in its extensions; [`bulk`](crate::opensearch::bulk)
//! and [`Update`](crate::opensearch::document::Update) do, because with them it depends on the body.
//! For any other request the rules are:
//!
//! - A read may be repeated, also by POST. The next page of a scroll may not: the server moves on
//!   with each request, and a page whose response was lost would be missing.
//! - Storing a document under an id may be repeated, and deleting it. A document whose id the server
//!   chooses may not: there would be two.
//! - What can succeed only once may not be repeated: create, `if_seq_no`, a version that must be
//!   higher. The second request would fail because of the first, and its caller would see a
//!   conflict that does not exist. The creation of an index or a snapshot is such a request.

use http::Method;
use http::request::Parts;

use super::kind::Kind;
use crate::retry::Idempotency;

/// What the request says of itself, or else what follows from its kind, method and parameters.
pub(crate) fn of(head: &Parts) -> Idempotency {
    if let Some(stated) = head.extensions.get() {
        return *stated;
    }
    let query = head.uri.query().unwrap_or_default();
    if !succeeds_only_once(query)
        && is_repeatable(&Kind::of(&head.uri, &head.extensions), &head.method)
    {
        Idempotency::Idempotent
    } else {
        Idempotency::NotIdempotent
    }
}

fn is_repeatable(kind: &Kind<'_>, method: &Method) -> bool {
    let is_post = *method == Method::POST;
    if kind.is_document() {
        return match kind.family {
            "_doc" => is_post || method.is_idempotent(),
            _ => method.is_safe(),
        };
    }
    match (kind.family, kind.detail) {
        ("_search", Some("scroll")) if kind.index.is_none() => *method == Method::DELETE,
        ("_search", Some("point_in_time")) if kind.index.is_some() => true,
        ("_snapshot", Some(_)) if *method == Method::PUT => kind.more != 1,
        ("", None) if *method == Method::PUT => false,
        (family, _) if is_post => READS.contains(&family) || REPEATABLE.contains(&family),
        _ => method.is_idempotent(),
    }
}

/// Whether a parameter makes the request fail the second time.
fn succeeds_only_once(query: &str) -> bool {
    let mut parameters = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let is_higher_version =
        query.contains("version_type=external") && !query.contains("external_gte");
    is_higher_version
        || parameters.any(|parameter| {
            matches!(
                parameter,
                ("op_type", "create")
                    | ("create", "true" | "")
                    | ("if_seq_no" | "if_primary_term", _)
            )
        })
}

const READS: [&str; 13] = [
    "_analyze",
    "_count",
    "_explain",
    "_field_caps",
    "_mget",
    "_msearch",
    "_mtermvectors",
    "_rank_eval",
    "_render",
    "_search",
    "_search_shards",
    "_termvectors",
    "_validate",
];
/// The result is the same, however often they are applied.
const REPEATABLE: [&str; 7] = [
    "_cache",
    "_close",
    "_flush",
    "_forcemerge",
    "_mapping",
    "_open",
    "_refresh",
];

#[cfg(test)]
mod tests;
