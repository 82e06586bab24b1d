use std::fmt;
use std::time::{Duration, SystemTime};

/// How far a service's clock is ahead of ours; negative if it is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockSkew(i64);

impl ClockSkew {
    /// The clocks agree.
    pub const ZERO: Self = Self(0);

    /// A skew of this many milliseconds.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The skew in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How far the clocks are apart.
    pub const fn abs(self) -> Duration {
        Duration::from_millis(self.0.unsigned_abs())
    }

    /// What the service's clock shows when ours shows `time`.
    pub fn apply(self, time: SystemTime) -> SystemTime {
        let shifted = match self.0 {
            0 => None,
            ..0 => time.checked_sub(self.abs()),
            1.. => time.checked_add(self.abs()),
        };
        shifted.unwrap_or(time)
    }

    /// How far `service` is ahead of `ours`.
    pub fn between(ours: SystemTime, service: SystemTime) -> Self {
        let millis = |distance: Duration| i64::try_from(distance.as_millis()).unwrap_or(i64::MAX);
        Self(match service.duration_since(ours) {
            Ok(ahead) => millis(ahead),
            Err(error) => -millis(error.duration()),
        })
    }

    /// How far this skew is from another.
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

/// `+3600.0 s`
impl fmt::Display for ClockSkew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let tenths = self.0.unsigned_abs() / 100;
        write!(f, "{sign}{}.{} s", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_skew_shifts_a_time_and_is_the_difference_of_two_clocks() {
        let noon = UNIX_EPOCH + Duration::from_secs(1_716_379_200);
        for (millis, text) in [(0, "+0.0 s"), (300_250, "+300.2 s"), (-1_500, "-1.5 s")] {
            let skew = ClockSkew::from_millis(millis);
            let there = skew.apply(noon);
            assert_eq!(ClockSkew::between(noon, there), skew);
            assert_eq!(skew.to_string(), text);
        }
        let (least, most) = (
            ClockSkew::from_millis(i64::MIN),
            ClockSkew::from_millis(i64::MAX),
        );
        assert_eq!(least.distance(most).as_millis(), u128::from(u64::MAX));
        let _ = (least.apply(noon), most.apply(noon));
    }
}
