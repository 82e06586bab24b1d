use std::time::{Duration, SystemTime};

use super::local_clock::SLACK;
use super::pause;

/// When credentials are next fetched, and from when on callers wait for that, by the local clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Schedule {
    /// A time before this means that the clock was set back, and the schedule is void.
    from: SystemTime,
    refresh_at: SystemTime,
    wait_at: Option<SystemTime>,
}

/// How long credentials live from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// They have no expiry.
    Unlimited,
    Left(Duration),
    /// They look expired since this long ago.
    ExpiredFor(Duration),
}

/// What is to be expected of credentials with a lifetime, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outlook {
    Expired,
    /// They live less than a minute. Calls for others, at such intervals, would never end.
    Brief,
    Long,
}

/// What a caller does with the credentials in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Use them.
    Fresh,
    /// Use them; one caller fetches new ones.
    Advisory,
    /// Wait for new ones.
    Mandatory,
}

impl Schedule {
    /// For credentials fetched now. Without an expiry they are fetched again after `ttl`.
    pub(super) fn of(now: SystemTime, lifetime: Lifetime, ttl: Duration) -> Self {
        let (refresh_after, wait_after) = match lifetime {
            Lifetime::Unlimited => (ttl, None),
            Lifetime::ExpiredFor(_) => (Duration::ZERO, None),
            Lifetime::Left(left) => {
                let advisory = advisory_window(left);
                let mandatory = advisory.min(MANDATORY_WINDOW);
                (left - advisory, Some(left - mandatory))
            }
        };
        Self {
            from: earlier(now, SLACK),
            refresh_at: later(now, refresh_after.max(pause::short())),
            wait_at: wait_after.map(|after| later(now, after)),
        }
    }

    /// The same, but without a call to the provider before the pause has passed.
    pub(super) fn postponed(self, now: SystemTime, pause: Duration) -> Self {
        self.due_at(now, later(now, pause))
    }

    /// The same, but due at this time.
    pub(super) fn due_at(self, now: SystemTime, at: SystemTime) -> Self {
        Self {
            from: earlier(now, SLACK),
            refresh_at: at,
            ..self
        }
    }

    /// The same, but due for all callers, even if their times are a little earlier than this one.
    pub(super) fn due(self, now: SystemTime) -> Self {
        self.due_at(now, earlier(now, SLACK))
    }

    /// The same, but callers wait as soon as new credentials are due.
    pub(super) fn with_waiting(self) -> Self {
        Self {
            wait_at: Some(SystemTime::UNIX_EPOCH),
            ..self
        }
    }

    pub(super) fn phase(&self, now: SystemTime) -> Phase {
        if self.from <= now && now < self.refresh_at {
            Phase::Fresh
        } else if self.wait_at.is_some_and(|at| at <= now) {
            Phase::Mandatory
        } else {
            Phase::Advisory
        }
    }
}

impl Lifetime {
    /// The lifetime at this time by the service's clock.
    pub(super) fn at(service_now: SystemTime, expiry: Option<SystemTime>) -> Self {
        match expiry.map(|expiry| expiry.duration_since(service_now)) {
            None => Self::Unlimited,
            Some(Ok(left)) if !left.is_zero() => Self::Left(left),
            Some(Ok(_)) => Self::ExpiredFor(Duration::ZERO),
            Some(Err(error)) => Self::ExpiredFor(error.duration()),
        }
    }

    pub(super) fn outlook(self) -> Outlook {
        match self {
            Self::ExpiredFor(_) => Outlook::Expired,
            Self::Left(left) if left < MANDATORY_WINDOW => Outlook::Brief,
            Self::Left(_) | Self::Unlimited => Outlook::Long,
        }
    }
}

/// How long before the expiry new credentials are fetched.
///
/// Credentials whose lifetime is within the window are due when half of it has passed. A provider
/// that keeps returning them is then called less and less often, not without a pause.
fn advisory_window(lifetime: Duration) -> Duration {
    let window = if lifetime <= 20 * MINUTE {
        5 * MINUTE
    } else if lifetime < 90 * MINUTE {
        15 * MINUTE
    } else {
        60 * MINUTE
    };
    if lifetime > window {
        window
    } else {
        lifetime / 2
    }
}

fn earlier(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_sub(by).unwrap_or(time)
}

/// The end of time is a hundred years away: platforms differ in how late a time they can hold.
fn later(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_add(by.min(CENTURY)).unwrap_or(time)
}

const MINUTE: Duration = Duration::from_secs(60);
const MANDATORY_WINDOW: Duration = MINUTE;
const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const NOW: f64 = 2e9;
    const TTL: Duration = Duration::from_secs(900);

    fn at(seconds: f64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs_f64(NOW + seconds)
    }

    fn left(seconds: f64) -> Lifetime {
        Lifetime::Left(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn windows_follow_the_lifetime_when_obtained() {
        for (lifetime, advisory, mandatory) in [
            (12.0 * 3600.0, 3600.0, 60.0),
            (90.0 * 60.0, 3600.0, 60.0),
            (90.0 * 60.0 - 1.0, 900.0, 60.0),
            (3600.0, 900.0, 60.0),
            (20.0 * 60.0 + 1.0, 900.0, 60.0),
            (20.0 * 60.0, 300.0, 60.0),
            (301.0, 300.0, 60.0),
            (300.0, 150.0, 60.0),
            (60.0, 30.0, 30.0),
        ] {
            let schedule = Schedule::of(at(0.0), left(lifetime), TTL);
            for left in [lifetime, advisory, mandatory, 0.0, -1e8] {
                for left in [left + 0.001, left] {
                    let now = lifetime - left;
                    let is_paused = (0.0..5.0).contains(&now);
                    let expected = if left > advisory || is_paused {
                        Phase::Fresh
                    } else if left > mandatory {
                        Phase::Advisory
                    } else {
                        Phase::Mandatory
                    };
                    let is_at_the_end_of_the_pause = is_paused && left <= advisory && now > 0.9;
                    if !is_at_the_end_of_the_pause {
                        let found = schedule.phase(at(now));
                        assert_eq!(found, expected, "lives {lifetime} s, {left} s left");
                    }
                }
            }
        }
    }

    #[test]
    fn credentials_are_not_fetched_again_within_a_second_however_short_they_live() {
        for lifetime in [left(0.001), left(1.9), Lifetime::ExpiredFor(TTL)] {
            let schedule = Schedule::of(at(0.0), lifetime, Duration::ZERO);
            assert_eq!(schedule.phase(at(0.99)), Phase::Fresh, "{lifetime:?}");
            assert_ne!(schedule.phase(at(5.0)), Phase::Fresh, "{lifetime:?}");
        }
        let always = Schedule::of(at(0.0), Lifetime::Unlimited, Duration::ZERO);
        assert_eq!(always.phase(at(0.99)), Phase::Fresh);
        assert_eq!(always.phase(at(5.0)), Phase::Advisory);
    }

    #[test]
    fn without_an_expiry_no_caller_ever_waits() {
        let quarterly = Schedule::of(at(0.0), Lifetime::Unlimited, TTL);
        assert_eq!(quarterly.phase(at(899.9)), Phase::Fresh);
        assert_eq!(quarterly.phase(at(900.0)), Phase::Advisory);
        assert_eq!(quarterly.phase(at(1e8)), Phase::Advisory);
    }

    #[test]
    fn a_postponed_schedule_serves_past_the_expiry() {
        let schedule = Schedule::of(at(0.0), left(3600.0), TTL);
        let postponed = schedule.postponed(at(3590.0), 5 * MINUTE);
        assert_eq!(postponed.phase(at(3889.9)), Phase::Fresh);
        assert_eq!(postponed.phase(at(3890.0)), Phase::Mandatory);
        // Before the last minute no caller waits for the next call either.
        let early = schedule.postponed(at(2800.0), 5 * MINUTE);
        assert_eq!(early.phase(at(3100.0)), Phase::Advisory);
        assert_eq!(early.with_waiting().phase(at(3100.0)), Phase::Mandatory);
    }

    #[test]
    fn a_clock_that_was_set_back_voids_a_schedule() {
        let quarterly = Schedule::of(at(0.0), Lifetime::Unlimited, TTL);
        assert_eq!(quarterly.phase(at(-300.0)), Phase::Fresh);
        assert_eq!(quarterly.phase(at(-300.1)), Phase::Advisory);
    }

    #[test]
    fn lifetimes_are_judged_by_the_expiry() {
        assert_eq!(Lifetime::at(at(0.0), None), Lifetime::Unlimited);
        assert_eq!(Lifetime::at(at(0.0), Some(at(2.0))), left(2.0));
        for seconds in [0, 7] {
            let expired = Lifetime::ExpiredFor(Duration::from_secs(seconds));
            assert_eq!(Lifetime::at(at(seconds as f64), Some(at(0.0))), expired);
            assert_eq!(expired.outlook(), Outlook::Expired);
        }
        assert_eq!(left(59.9).outlook(), Outlook::Brief);
        assert_eq!(left(60.0).outlook(), Outlook::Long);
        assert_eq!(Lifetime::Unlimited.outlook(), Outlook::Long);
    }

    #[test]
    fn times_and_durations_at_the_ends_of_their_range_do_not_panic() {
        let late = UNIX_EPOCH + Duration::from_secs(1 << 62);
        for now in [UNIX_EPOCH, at(0.0), late] {
            for expiry in [UNIX_EPOCH, at(0.0), late] {
                let lifetime = Lifetime::at(now, Some(expiry));
                let schedule = Schedule::of(now, lifetime, Duration::MAX);
                let _ = schedule.postponed(now, Duration::MAX).phase(expiry);
            }
            let never = Schedule::of(now, Lifetime::Unlimited, Duration::MAX);
            assert_eq!(never.phase(now), Phase::Fresh);
        }
    }
}
