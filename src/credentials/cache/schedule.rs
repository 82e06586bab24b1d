use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When credentials are next to be replaced, and from when on callers wait for that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Schedule {
    // Earlier than this only if the clock was set back, and then the rest means nothing.
    from: SystemTime,
    refresh_at: Option<SystemTime>,
    wait_at: Option<SystemTime>,
    backing_off: bool,
}

/// What a caller does about the credentials at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Sign with them.
    Fresh,
    /// Sign with them, while one caller sees to new ones.
    Advisory,
    /// Wait for new ones.
    Mandatory,
}

impl Schedule {
    /// For credentials obtained now; without an expiry they are asked for again after `ttl`.
    pub(super) fn obtained(
        now: SystemTime,
        expiry: Option<SystemTime>,
        ttl: Option<Duration>,
    ) -> Self {
        let (refresh_at, wait_at) = match expiry {
            Some(expiry) => {
                let advisory = advisory_window(expiry.duration_since(now).unwrap_or_default());
                let mandatory = advisory.min(MANDATORY_WINDOW);
                (
                    Some(earlier(expiry, advisory)),
                    Some(earlier(expiry, mandatory)),
                )
            }
            None => (ttl.and_then(|ttl| now.checked_add(ttl)), None),
        };
        Self {
            from: earlier(now, SLACK),
            refresh_at,
            wait_at,
            backing_off: false,
        }
    }

    /// The same after a refresh that brought nothing new: not tried again for a while.
    pub(super) fn backed_off(self, now: SystemTime, pause: Duration) -> Self {
        Self {
            from: earlier(now, SLACK),
            refresh_at: now.checked_add(pause),
            backing_off: true,
            ..self
        }
    }

    /// The same after the service rejected the credentials: due at once, unless backed off.
    pub(super) fn rejected(self) -> Self {
        let refresh_at = if self.backing_off {
            self.refresh_at
        } else {
            Some(UNIX_EPOCH)
        };
        Self {
            refresh_at,
            wait_at: Some(UNIX_EPOCH),
            ..self
        }
    }

    pub(super) fn is_backing_off(&self) -> bool {
        self.backing_off
    }

    pub(super) fn phase(&self, now: SystemTime) -> Phase {
        if self.from <= now && self.refresh_at.is_none_or(|at| now < at) {
            Phase::Fresh
        } else if self.wait_at.is_some_and(|at| at <= now) {
            Phase::Mandatory
        } else {
            Phase::Advisory
        }
    }
}

/// How long before the expiry new credentials are asked for.
///
/// What arrives within its window already is due at half of what is left, lest a source that keeps
/// handing it out is asked without a pause.
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

const MINUTE: Duration = Duration::from_secs(60);
const MANDATORY_WINDOW: Duration = MINUTE;
// Callers read the clock before they get here, not in the same order, and may be held up between.
const SLACK: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 2e9;

    fn at(seconds: f64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs_f64(NOW + seconds)
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
            (0.5, 0.25, 0.25),
        ] {
            let schedule = Schedule::obtained(at(0.0), Some(at(lifetime)), None);
            for left in [lifetime, advisory, mandatory, 0.0, -1e9] {
                for left in [left + 0.001, left] {
                    let expected = if left > advisory {
                        Phase::Fresh
                    } else if left > mandatory {
                        Phase::Advisory
                    } else {
                        Phase::Mandatory
                    };
                    let found = schedule.phase(at(lifetime - left));
                    assert_eq!(found, expected, "lives {lifetime} s, {left} s left");
                }
            }
        }
    }

    #[test]
    fn without_an_expiry_nobody_ever_waits() {
        let never = Schedule::obtained(at(0.0), None, None);
        assert_eq!(never.phase(at(1e9)), Phase::Fresh);
        let hourly = Schedule::obtained(at(0.0), None, Some(60 * MINUTE));
        assert_eq!(hourly.phase(at(3599.9)), Phase::Fresh);
        assert_eq!(hourly.phase(at(3600.0)), Phase::Advisory);
        assert_eq!(hourly.phase(at(1e9)), Phase::Advisory);
    }

    #[test]
    fn backing_off_serves_past_expiry_and_outlasts_a_rejection() {
        let schedule = Schedule::obtained(at(0.0), Some(at(3600.0)), None);
        let backed_off = schedule.backed_off(at(3590.0), 5 * MINUTE);
        for schedule in [backed_off, backed_off.rejected()] {
            assert_eq!(schedule.phase(at(3889.9)), Phase::Fresh);
            assert_eq!(schedule.phase(at(3890.0)), Phase::Mandatory);
        }
        assert_eq!(schedule.rejected().phase(at(0.0)), Phase::Mandatory);
        // In the advisory window the next try is again one caller's affair.
        let early = schedule.backed_off(at(2800.0), 5 * MINUTE);
        assert_eq!(early.phase(at(3100.0)), Phase::Advisory);
    }

    #[test]
    fn a_clock_set_back_makes_a_plan_void() {
        let hourly = Schedule::obtained(at(0.0), None, Some(60 * MINUTE));
        assert_eq!(hourly.phase(at(-900.0)), Phase::Fresh);
        assert_eq!(hourly.phase(at(-900.1)), Phase::Advisory);
        let backed_off = hourly.backed_off(at(1e7), 10 * MINUTE);
        assert_eq!(backed_off.phase(at(0.0)), Phase::Advisory);
    }

    #[test]
    fn instants_at_the_ends_of_time_are_no_trouble() {
        for expiry in [UNIX_EPOCH, UNIX_EPOCH + Duration::from_secs(1 << 62)] {
            let schedule = Schedule::obtained(at(0.0), Some(expiry), None);
            let _ = schedule.backed_off(expiry, Duration::MAX).phase(expiry);
        }
    }
}
