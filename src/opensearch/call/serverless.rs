//! Calls that OpenSearch Serverless does not have.

use http::Request;

use super::kind::Stated;
use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::error::{Error, ErrorKind};

/// Refuses a typed call that a collection cannot serve. A [`Raw`](super::Raw) call is always sent.
pub(crate) fn check(request: &Request<Body>, endpoint: &Endpoint) -> Result<(), Error> {
    if endpoint
        .service()
        .is_none_or(|service| service.as_str() != "aoss")
    {
        return Ok(());
    }
    let stated = request.extensions().get::<Stated>();
    let words = stated.map_or("", |stated| stated.words);
    if !words.starts_with("_snapshot") {
        return Ok(());
    }
    let line = "OpenSearch Serverless does not support this call: a collection takes its own snapshots, every hour";
    Err(Error::new(ErrorKind::Unsupported, line).with_hint(HINT))
}

const HINT: &str = "list and restore the collection's snapshots with raw requests, as AWS documents in \"Backing up collections using snapshots\"";
