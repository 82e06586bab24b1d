use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_ENCODING, HeaderValue};

use super::settings::Settings;
use crate::body::Body;
use crate::opensearch::call::Route;
use crate::opensearch::error::Error;
use crate::retry::CallerRetries;

/// A bulk request, apart from its body.
pub(super) struct BulkRequest<'a> {
    pub(super) settings: &'a Settings,
    /// Whether outcomes of operations that are done are wanted one by one.
    pub(super) wants_done: bool,
    pub(super) operations: usize,
    pub(super) is_gzip: bool,
}

impl BulkRequest<'_> {
    pub(super) fn with_body(self, body: Bytes) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.settings.index).literal("_bulk");
        let route = route
            .query("filter_path", self.filter())
            .parameters(&self.settings.query);
        // What was lost is sent again item by item, by what each of them allows.
        let route = route.idempotent(false).batch_size(self.operations);
        let mut request = route.ndjson(body)?;
        request.extensions_mut().insert(CallerRetries);
        if self.is_gzip {
            let gzip = HeaderValue::from_static("gzip");
            request.headers_mut().insert(CONTENT_ENCODING, gzip);
        }
        Ok(request)
    }

    /// What the response contains: no more than the outcomes need.
    fn filter(&self) -> &'static str {
        match (self.settings.details, self.wants_done) {
            (true, _) => DETAILS,
            (false, true) => RESULTS,
            (false, false) => STATUSES,
        }
    }
}

const STATUSES: &str = "errors,items.*.status,items.*.error";
const RESULTS: &str = "errors,items.*.status,items.*.error,items.*.result";
const DETAILS: &str = "errors,items.*.status,items.*.error,items.*.result,items.*._id,\
                       items.*._version,items.*._seq_no,items.*._primary_term";
