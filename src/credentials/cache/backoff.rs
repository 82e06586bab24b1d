use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::Duration;

/// Until the next try after a failed refresh, while there are credentials to serve.
pub(super) const AFTER_FAILURE: Range<Duration> =
    Duration::from_secs(5 * 60)..Duration::from_secs(10 * 60);

/// Until the next try when there is nothing to serve, or only what the service rejected.
pub(super) const WITH_NOTHING: Range<Duration> = Duration::from_secs(1)..Duration::from_secs(5);

/// A uniformly random pause, so that a fleet that failed together does not come back together.
pub(super) fn pause(range: Range<Duration>) -> Duration {
    // Each `RandomState` has keys of its own: random enough for this, and nothing to depend on.
    let random = RandomState::new().hash_one(()) >> 11;
    let fraction = random as f64 / (1_u64 << 53) as f64;
    range.start + (range.end - range.start).mul_f64(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_over_their_range() {
        for range in [AFTER_FAILURE, WITH_NOTHING] {
            let mut tenths = [0; 10];
            for _ in 0..10_000 {
                let pause = pause(range.clone());
                assert!(range.contains(&pause), "{pause:?}");
                let share =
                    (pause - range.start).as_secs_f64() / (range.end - range.start).as_secs_f64();
                tenths[(share * 10.0) as usize] += 1;
            }
            // 1000 each, give or take; 700 is ten standard deviations away.
            assert!(
                tenths.iter().all(|count| (700..1300).contains(count)),
                "{tenths:?}"
            );
        }
    }
}
