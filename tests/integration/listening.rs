//! Tests that listen to spans and events of their own thread.

use std::sync::OnceLock;

use tracing::Dispatch;
use tracing_subscriber::registry;

/// Call this before a test installs its subscriber.
///
/// While one subscriber exists, `tracing` asks only the thread that meets a span first whether the span is wanted.
/// If that is the thread of another test, the span is off for all. A second subscriber prevents this.
pub(crate) fn keep_callsites_on() {
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(registry()));
    tracing::callsite::rebuild_interest_cache();
}
