use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::schedule::{Lifetime, Outlook, Phase, Schedule};
use crate::credentials::error::CredentialsError;
use crate::credentials::identity::Identity;

/// The credentials in use, and what is known about them. It is replaced, never changed.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) identity: Arc<Identity>,
    schedule: Schedule,
    /// Before this time the provider is not called, not even if the service rejects these credentials.
    not_before: Option<SystemTime>,
    /// Their lifetime when it was last judged, by the clocks of the caller at that time.
    lifetime: Lifetime,
    outlook: Outlook,
    rejected: bool,
}

impl Held {
    /// Credentials that have just been fetched.
    pub(super) fn fetched(
        identity: Identity,
        lifetime: Lifetime,
        ttl: Duration,
        now: SystemTime,
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            schedule: Schedule::of(now, lifetime, ttl),
            not_before: None,
            lifetime,
            outlook: lifetime.outlook(),
            rejected: false,
        }
    }

    /// The same credentials, which the service has rejected before.
    pub(super) fn rejected_before(self) -> Self {
        Self {
            schedule: self.schedule.with_waiting(),
            rejected: true,
            ..self
        }
    }

    /// The same, with a pause before the next call even if the service rejects them.
    pub(super) fn paused(self, now: SystemTime, pause: Duration) -> Self {
        if self.rejected || self.outlook < Outlook::Long {
            return self.postponed(now, pause);
        }
        Self {
            not_before: now.checked_add(pause),
            ..self
        }
    }

    /// The same, with a pause before the next call.
    pub(super) fn postponed(self, now: SystemTime, pause: Duration) -> Self {
        Self {
            schedule: self.schedule.postponed(now, pause),
            not_before: now.checked_add(pause),
            ..self
        }
    }

    /// The same after the service rejected them.
    pub(super) fn rejected(self, now: SystemTime) -> Self {
        let schedule = match self.not_before {
            Some(at) if now < at => self.schedule.due_at(now, at),
            _ => self.schedule.due(now),
        };
        Self {
            schedule: schedule.with_waiting(),
            rejected: true,
            ..self
        }
    }

    /// The same after the local clock was set back: what was planned by the old time is void.
    pub(super) fn due(self, now: SystemTime) -> Self {
        Self {
            schedule: self.schedule.due(now),
            not_before: None,
            ..self
        }
    }

    /// The same, if they live longer by what this caller knows of the service's clock. Otherwise the
    /// time of the caller does not matter: credentials that look good remain so until they are due.
    pub(super) fn vindicated(
        &self,
        service_now: SystemTime,
        ttl: Duration,
        now: SystemTime,
    ) -> Option<Self> {
        let lifetime = Lifetime::at(service_now, self.identity.expiry());
        let outlook = lifetime.outlook();
        let is_vindicated = self.outlook < outlook && !self.rejected;
        is_vindicated.then(|| Self {
            schedule: Schedule::of(now, lifetime, ttl),
            not_before: None,
            lifetime,
            outlook,
            ..self.clone()
        })
    }

    /// Whether a caller may use them without taking the cache's lock.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        self.outlook == Outlook::Long && self.schedule.phase(now) == Phase::Fresh
    }

    pub(super) fn phase(&self, now: SystemTime) -> Phase {
        self.schedule.phase(now)
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// Whether the provider may be called to replace them, if the service rejects them.
    pub(super) fn may_be_replaced(&self, now: SystemTime) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }

    /// Whether credentials with this expiry outlive them.
    pub(super) fn is_outlived_by(&self, expiry: Option<SystemTime>) -> bool {
        match (self.identity.expiry(), expiry) {
            (Some(mine), Some(other)) => mine < other,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// What a caller gets that does not wait: these credentials, unless clock and service agree that
    /// they have expired.
    pub(super) fn outcome(&self) -> Result<Arc<Identity>, CredentialsError> {
        match self.lifetime {
            Lifetime::ExpiredFor(ago) if self.rejected => Err(CredentialsError::Expired { ago }),
            _ => Ok(Arc::clone(&self.identity)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const MINUTE: Duration = Duration::from_secs(60);

    /// Credentials that expired an hour ago by the local clock; the provider had a pause after that.
    fn expired(now: SystemTime) -> Held {
        let keys = Credentials::new("AKID", "secret", None, Some(now - HOUR), "test");
        let identity = Identity::new(&keys).unwrap();
        Held::fetched(identity, Lifetime::ExpiredFor(HOUR), HOUR, now).postponed(now, MINUTE)
    }

    #[test]
    fn a_clock_of_the_service_that_is_behind_makes_credentials_good_again() {
        let now = SystemTime::now();
        let held = expired(now);
        assert!(!held.is_fresh(now) && !held.may_be_replaced(now));
        assert!(held.vindicated(now, HOUR, now).is_none(), "no news");

        let good = held.vindicated(now - 2 * HOUR, HOUR, now).unwrap();
        assert!(good.is_fresh(now) && good.may_be_replaced(now));
        assert!(good.vindicated(now - 2 * HOUR, HOUR, now).is_none());
        // The service's word counts, not the clock that said they had expired.
        assert!(good.rejected(now).outcome().is_ok());
    }

    #[test]
    fn what_clock_and_service_agree_on_is_expired() {
        let now = SystemTime::now();
        let rejected = expired(now).rejected(now);
        assert!(rejected.vindicated(now - 2 * HOUR, HOUR, now).is_none());
        let error = rejected.outcome().unwrap_err();
        assert!(matches!(error, CredentialsError::Expired { ago } if ago == HOUR));
    }
}
