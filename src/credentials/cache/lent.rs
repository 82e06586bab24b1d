use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

use super::refresh::Held;
use crate::credentials::Identity;

/// Credentials for as long as one signature takes.
///
/// Those that the cache holds are guarded, not counted: threads that count the same credentials
/// hold each other up.
pub(crate) struct Lent(Source);

enum Source {
    Guarded(Guard<Option<Arc<Held>>>),
    Counted(Arc<Identity>),
}

impl Lent {
    pub(super) fn guarded(held: Guard<Option<Arc<Held>>>) -> Self {
        Self(Source::Guarded(held))
    }

    pub(super) fn counted(identity: Arc<Identity>) -> Self {
        Self(Source::Counted(identity))
    }
}

impl Deref for Lent {
    type Target = Arc<Identity>;

    fn deref(&self) -> &Arc<Identity> {
        match &self.0 {
            Source::Guarded(held) => &held.as_ref().expect("what is lent is there").identity,
            Source::Counted(identity) => identity,
        }
    }
}
