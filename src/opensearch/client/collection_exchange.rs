use std::sync::Arc;

use http::{Method, Request, StatusCode, Uri};

use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::call::kind::{Kind, Stated};
use crate::opensearch::call::permission::CollectionCall;
use crate::opensearch::refused_id;
use crate::opensearch::response::Response;
use crate::opensearch::target::KnownTarget;
use crate::policy::partition_of;

/// What is kept of a request to a collection until its response has come.
pub(super) struct CollectionExchange(Box<Sent>);

struct Sent {
    known_target: Arc<KnownTarget>,
    method: Method,
    uri: Uri,
    stated: Option<Stated>,
    partition: &'static str,
}

impl CollectionExchange {
    /// `None` if the target is no collection.
    pub(super) fn of(
        request: &Request<Body>,
        known_target: &Arc<KnownTarget>,
        endpoint: &Endpoint,
    ) -> Option<Self> {
        known_target.is_collection().then(|| {
            Self(Box::new(Sent {
                known_target: Arc::clone(known_target),
                method: request.method().clone(),
                uri: request.uri().clone(),
                stated: request.extensions().get().copied(),
                partition: partition(endpoint),
            }))
        })
    }

    /// Learns from a refused id, and keeps with a denial what was asked for.
    pub(super) fn look_at(self, response: &mut Response) {
        let sent = *self.0;
        if matches!(
            response.status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ) {
            let kind = Kind::of_call(sent.stated, sent.uri.path());
            response.keep_call(CollectionCall::new(&sent.method, &kind, sent.partition));
        } else if sent.known_target.supports_document_ids().is_none() && refused_id::is_in(response)
        {
            sent.known_target.learn_that_ids_are_refused();
        }
    }
}

/// The partition of AWS, for ARNs.
fn partition(endpoint: &Endpoint) -> &'static str {
    let region = endpoint.region().map_or("", |region| region.as_str());
    partition_of(region).unwrap_or("aws")
}
