use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// The shortest pause between two calls to the provider.
pub(super) fn short() -> Duration {
    random(SHORT)
}

/// The pause after a call failed while there are credentials to serve.
pub(super) fn long() -> Duration {
    random(LONG)
}

/// Pauses after calls in a row that brought nothing usable. Each is twice as long as the one before.
#[derive(Debug, Default)]
pub(super) struct Doubling {
    in_a_row: u32,
    last: Option<SystemTime>,
}

impl Doubling {
    /// The pause after a call that ended now.
    pub(super) fn next(&mut self, now: SystemTime) -> Duration {
        let factor = 1_u32.checked_shl(self.in_a_row).unwrap_or(u32::MAX);
        let (start, end) = (
            SHORT.start.saturating_mul(factor).min(LONG.start),
            SHORT.end.saturating_mul(factor).min(LONG.end),
        );
        let is_in_a_row = self.last.is_some_and(|last| {
            let elapsed = now.duration_since(last).unwrap_or_default();
            elapsed < LONG.start.max(end * 2)
        });
        if !is_in_a_row {
            *self = Self {
                in_a_row: 1,
                last: Some(now),
            };
            return short();
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = Some(now);
        random(start..end)
    }
}

/// A uniformly random pause, so that many machines that failed at once do not call again at once.
fn random(range: Range<Duration>) -> Duration {
    // Each `RandomState` has new keys. That is random enough here and needs no dependency.
    let random = RandomState::new().hash_one(()) >> 11;
    let fraction = random as f64 / (1_u64 << 53) as f64;
    range.start + (range.end - range.start).mul_f64(fraction)
}

const SHORT: Range<Duration> = Duration::from_secs(1)..Duration::from_secs(5);
const LONG: Range<Duration> = Duration::from_secs(5 * 60)..Duration::from_secs(10 * 60);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn pauses_are_spread_over_their_range() {
        for range in [LONG, SHORT] {
            let mut tenths = [0; 10];
            for _ in 0..10_000 {
                let pause = random(range.clone());
                assert!(range.contains(&pause), "{pause:?}");
                let share =
                    (pause - range.start).as_secs_f64() / (range.end - range.start).as_secs_f64();
                tenths[(share * 10.0) as usize] += 1;
            }
            // About 1,000 each; 700 is ten standard deviations away.
            assert!(
                tenths.iter().all(|count| (700..1300).contains(count)),
                "{tenths:?}"
            );
        }
    }

    #[test]
    fn pauses_in_a_row_double_up_to_ten_minutes_and_start_over_later() {
        let (mut pauses, mut now) = (Doubling::default(), UNIX_EPOCH);
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
            let least = Duration::from_secs(expected);
            let most = (least * 5).min(LONG.end);
            let pause = pauses.next(now);
            assert!((least..most).contains(&pause), "{pause:?} of {least:?}");
            now += pause;
        }
        for _ in 0..100 {
            let pause = pauses.next(now);
            assert!(LONG.contains(&pause), "{pause:?}");
            now += pause;
        }
        now += LONG.end * 2;
        assert!(SHORT.contains(&pauses.next(now)));
    }
}
