use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The local clock as callers report it. Its time never goes back, unless the clock was set back.
///
/// Callers read the clock before they take the cache's lock, so their times come out of order.
/// Callers with clocks of their own may also disagree. All of them are measured by the latest time
/// that any caller reported. Much earlier times count only when many of them follow one another for
/// a minute, and none is later than the latest: then the clock was set back.
#[derive(Debug)]
pub(super) struct LocalClock {
    latest: SystemTime,
    earlier: Option<Earlier>,
}

/// Times in a row that are much earlier than the latest.
#[derive(Debug)]
struct Earlier {
    first: SystemTime,
    last: SystemTime,
    count: u32,
}

/// What a reported time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Schedules are measured by this time.
    Time(SystemTime),
    /// The clock was set back to this time: schedules made before are void.
    SetBack(SystemTime),
}

impl LocalClock {
    pub(super) fn read(&mut self, reported: SystemTime) -> Reading {
        if self.latest < reported {
            *self = Self::at(reported);
            return Reading::Time(reported);
        }
        if self.latest.duration_since(reported).unwrap_or_default() <= SLACK {
            return Reading::Time(self.latest);
        }
        let earlier = self.earlier.get_or_insert_with(|| Earlier::at(reported));
        earlier.report(reported);
        if !earlier.is_set_back() {
            return Reading::Time(self.latest);
        }
        *self = Self::at(reported);
        Reading::SetBack(reported)
    }

    fn at(latest: SystemTime) -> Self {
        Self {
            latest,
            earlier: None,
        }
    }
}

impl Default for LocalClock {
    fn default() -> Self {
        Self::at(UNIX_EPOCH)
    }
}

impl Earlier {
    fn at(time: SystemTime) -> Self {
        Self {
            first: time,
            last: time,
            count: 1,
        }
    }

    fn report(&mut self, time: SystemTime) {
        if self.last < time {
            self.last = time;
            self.count = self.count.saturating_add(1);
        } else if self.last.duration_since(time).unwrap_or_default() > SLACK {
            *self = Self::at(time); // by another clock
        }
    }

    fn is_set_back(&self) -> bool {
        let elapsed = self.last.duration_since(self.first).unwrap_or_default();
        self.count >= CONFIRMATIONS && elapsed >= CONFIRMATION
    }
}

impl Reading {
    pub(super) fn time(self) -> SystemTime {
        match self {
            Self::Time(time) | Self::SetBack(time) => time,
        }
    }
}

/// How much earlier than the latest time a report may be without being noticed.
pub(super) const SLACK: Duration = Duration::from_secs(5 * 60);
const CONFIRMATION: Duration = Duration::from_secs(60);
const CONFIRMATIONS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_900_000_000 + seconds)
    }

    #[test]
    fn times_that_come_out_of_order_do_not_turn_the_clock_back() {
        let mut clock = LocalClock::default();
        for (reported, expected) in [(1000, 1000), (700, 1000), (999, 1000), (1001, 1001)] {
            assert_eq!(clock.read(at(reported)), Reading::Time(at(expected)));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_counts_after_a_minute_and_ten_reports() {
        let mut clock = LocalClock::default();
        clock.read(at(10_000));
        for reported in [500, 500, 499, 501, 502, 503, 504, 505, 506, 507, 559] {
            assert_eq!(clock.read(at(reported)), Reading::Time(at(10_000)));
        }
        assert_eq!(clock.read(at(560)), Reading::SetBack(at(560)));
        assert_eq!(clock.read(at(561)), Reading::Time(at(561)));

        let mut rarely_read = LocalClock::default();
        rarely_read.read(at(1_000_000));
        for hour in 0..9 {
            assert_eq!(
                rarely_read.read(at(hour * 3600)),
                Reading::Time(at(1_000_000))
            );
        }
        let set_back = at(9 * 3600);
        assert_eq!(rarely_read.read(set_back), Reading::SetBack(set_back));
    }

    #[test]
    fn clocks_that_disagree_are_measured_by_the_latest() {
        let (hour, day) = (3600, 86_400);
        let mut clock = LocalClock::default();
        clock.read(at(2 * day));
        for second in 1..1000 {
            for behind in [2 * day, 2 * day - hour, day, hour, 0] {
                let latest = 2 * day + second - u64::from(behind > 0);
                let reading = clock.read(at(2 * day + second - behind));
                assert_eq!(reading, Reading::Time(at(latest)));
            }
        }
    }

    #[test]
    fn a_clock_that_stands_still_in_the_future_does_not_stop_the_others() {
        let mut clock = LocalClock::default();
        let set_back = (0..120).find(|second| {
            clock.read(at(86_400));
            matches!(clock.read(at(*second)), Reading::SetBack(_))
        });
        assert_eq!(set_back, Some(60));
    }
}
