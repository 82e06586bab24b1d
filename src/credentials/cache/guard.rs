use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

use super::held::Held;
use crate::credentials::identity::Identity;

/// Credentials for the duration of one signature.
///
/// Those in the cache are guarded instead of counted: threads that change one reference count slow
/// each other down.
pub(crate) struct IdentityGuard(Source);

enum Source {
    Held(Guard<Option<Arc<Held>>>),
    Identity(Arc<Identity>),
}

impl IdentityGuard {
    pub(super) fn of_held(held: Guard<Option<Arc<Held>>>) -> Self {
        Self(Source::Held(held))
    }

    pub(super) fn of_identity(identity: Arc<Identity>) -> Self {
        Self(Source::Identity(identity))
    }
}

impl Deref for IdentityGuard {
    type Target = Arc<Identity>;

    fn deref(&self) -> &Arc<Identity> {
        match &self.0 {
            Source::Held(held) => {
                let held = held.as_ref().expect("`of_held` is given held credentials");
                &held.identity
            }
            Source::Identity(identity) => identity,
        }
    }
}
