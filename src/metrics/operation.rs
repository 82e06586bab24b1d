use http::StatusCode;
use metrics::{Label, histogram};
use tokio::time::Instant;

use super::exchange::add_outcome;
use super::names::OPERATION_DURATION;

/// Times one call of the OpenSearch client.
pub(crate) struct Operation {
    name: String,
    begun: Instant,
}

impl Operation {
    pub(crate) fn begin(name: impl FnOnce() -> String) -> Self {
        Self {
            name: name(),
            begun: Instant::now(),
        }
    }

    pub(crate) fn end(self, status: Option<StatusCode>, failure: Option<&'static str>) {
        let mut labels = vec![
            Label::from_static_parts("db.system.name", "opensearch"),
            Label::new("db.operation.name", self.name),
        ];
        add_outcome(&mut labels, "db.response.status_code", status, failure);
        histogram!(OPERATION_DURATION, labels).record(self.begun.elapsed());
    }
}
