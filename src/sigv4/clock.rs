use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::error::SignError;

/// The source of the time of a signature.
///
/// A fixed [`SystemTime`] is a clock too, for tests:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use sigtower::sigv4::Clock;
///
/// let clock = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// assert_eq!(Clock::now(&clock), clock);
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current time, UTC.
    fn now(&self) -> SystemTime;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl Clock for SystemTime {
    fn now(&self) -> SystemTime {
        *self
    }
}

/// An instant as SigV4 writes it: UTC, whole seconds, `YYYYMMDDTHHMMSSZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timestamp {
    start: SystemTime,
    end: SystemTime,
    day: u64,
    text: [u8; 16],
}

impl Timestamp {
    /// Truncates to whole seconds.
    pub(super) fn new(time: SystemTime) -> Result<Self, SignError> {
        let since = time.duration_since(UNIX_EPOCH);
        let seconds = since.map_err(|_| SignError::Time)?.as_secs();
        if seconds > LAST_SECOND {
            return Err(SignError::Time);
        }
        let start = UNIX_EPOCH + Duration::from_secs(seconds);
        Ok(Self {
            start,
            end: start + Duration::from_secs(1),
            day: seconds / SECONDS_A_DAY,
            text: format(seconds),
        })
    }

    /// Days since 1970-01-01. A signing key depends on the day.
    pub(super) fn day(&self) -> u64 {
        self.day
    }

    /// Whether [`new`](Self::new) would return the same for this time.
    pub(super) fn is_of(&self, time: SystemTime) -> bool {
        self.start <= time && time < self.end
    }

    /// Whether both are the same second.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.start == other.start
    }

    pub(super) fn as_bytes(&self) -> &[u8; 16] {
        &self.text
    }

    /// `YYYYMMDDTHHMMSSZ`
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).expect("digits, T and Z are ASCII")
    }

    /// `YYYYMMDD`
    pub(super) fn date(&self) -> &str {
        &self.as_str()[..8]
    }
}

fn format(seconds: u64) -> [u8; 16] {
    let (year, month, day) = civil(seconds / SECONDS_A_DAY);
    let second = seconds % SECONDS_A_DAY;
    let mut text = *b"YYYYMMDDTHHMMSSZ";
    digits(&mut text[0..4], year);
    digits(&mut text[4..6], month);
    digits(&mut text[6..8], day);
    digits(&mut text[9..11], second / 3600);
    digits(&mut text[11..13], second / 60 % 60);
    digits(&mut text[13..15], second % 60);
    text
}

/// The proleptic Gregorian date of a day counted from 1970-01-01.
///
/// Counts in eras of 400 years that begin on 1 March, so that leap days are the last of a year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // from 0000-03-01
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153; // 0 is March
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

fn digits(out: &mut [u8], mut number: u64) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

const SECONDS_A_DAY: u64 = 86_400;
const LAST_SECOND: u64 = 253_402_300_799; // 9999-12-31T23:59:59Z

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_to_the_truncated_second() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (1_483_228_799, "20161231T235959Z"),
            (4_107_542_399, "21000228T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
            (LAST_SECOND, "99991231T235959Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 999);
            assert_eq!(Timestamp::new(time).unwrap().as_str(), text);
        }
    }

    #[test]
    fn times_without_a_four_digit_year_are_refused() {
        let early = UNIX_EPOCH - Duration::from_secs(1);
        let late = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1);
        assert!(matches!(Timestamp::new(early), Err(SignError::Time)));
        assert!(matches!(Timestamp::new(late), Err(SignError::Time)));
    }
}
