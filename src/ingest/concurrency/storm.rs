//! Finds out whether the server refuses work whatever the rate is: then a lower limit does not help.

/// Compares the share of accepted work while the limit is halved, and again while it is halved once more.
///
/// A server at its capacity accepts a larger share of a lower rate. In a storm the share stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Storm {
    /// The highest limit of this period.
    highest: f64,
    accepted: f64,
    refused: f64,
    /// Chunks that were accepted whole since the last refusal.
    streak: u32,
    /// The highest limit since refusals became many, and the share that was accepted in the period before.
    before: Option<(f64, f64)>,
    /// The limit is not lowered further than this.
    least: f64,
}

impl Storm {
    /// The server accepted the share `accepted` of a chunk. The limit is `limit` now, and never lower than
    /// `lowest`. Returns whether a storm has ended.
    pub(super) fn add(&mut self, accepted: f64, limit: f64, lowest: f64) -> bool {
        self.highest = self.highest.max(limit);
        self.accepted += accepted;
        self.refused += 1.0 - accepted;
        self.streak = match accepted < 1.0 {
            true => 0,
            false => self.streak.saturating_add(1),
        };
        if self.least > 0.0 {
            return self.add_in_storm(limit);
        }
        if self.refused == 0.0 {
            self.begin(limit);
        }
        if self.accepted < LEAST_WORK || self.refused < LEAST_WORK {
            return false;
        }
        let share = self.share();
        if share > 1.0 - HEAVY {
            self.before = None;
            self.begin(limit);
        } else if limit <= (0.5 * self.highest).max(lowest) {
            let mut level = self.highest;
            if let Some((higher, before)) = self.before {
                // By chance, a period may look better than the next: the first level counts.
                level = level.max(higher);
                if share < HELPED * before {
                    self.least = level;
                }
            }
            self.before = Some((level, share));
            self.begin(limit);
        }
        false
    }

    fn add_in_storm(&mut self, limit: f64) -> bool {
        let is_calm = self.streak >= CALM;
        if self.accepted + self.refused < STORM_WORK && !is_calm {
            return false;
        }
        let before = self.before.map_or(0.0, |(_, share)| share);
        let has_ended = is_calm || self.share() > 1.0 - HEAVY;
        // If more is refused than in the storm, the rate matters again.
        if has_ended || self.share() < 0.5 * before {
            *self = Self::default();
        }
        self.begin(limit);
        has_ended
    }

    fn share(&self) -> f64 {
        self.accepted / (self.accepted + self.refused)
    }

    /// The limit is not lowered further than this; 0 without a storm.
    pub(super) fn least(&self) -> f64 {
        self.least
    }

    fn begin(&mut self, limit: f64) {
        self.highest = limit;
        (self.accepted, self.refused) = (0.0, 0.0);
    }
}

/// Accepted and refused work, in chunks; with less, a share is chance.
const LEAST_WORK: f64 = 4.0;
/// All work of a period during a storm, in chunks.
const STORM_WORK: f64 = 100.0;
/// After this many accepted chunks, the storm has ended.
const CALM: u32 = 30;
/// Refusals below this share are not a storm.
const HEAVY: f64 = 0.15;
/// At half the rate, a server at its capacity accepts twice the share.
const HELPED: f64 = 1.25;

#[cfg(test)]
mod tests {
    use super::*;

    /// For each share, as much work as is compared, while the limit is halved from 8 on.
    fn after(shares: &[f64]) -> Storm {
        let mut storm = Storm::default();
        let mut limit = 8.0;
        for share in shares {
            storm.add(*share, limit, 0.05);
            limit /= 2.0;
            for _ in 0..64 {
                if storm.accepted == 0.0 || storm.least > 0.0 {
                    break;
                }
                assert!(!storm.add(*share, limit, 0.05));
            }
        }
        storm
    }

    #[test]
    fn a_share_that_halving_does_not_raise_is_a_storm() {
        for (shares, least) in [
            (&[0.5][..], 0.0),
            (&[0.5, 0.5], 8.0),
            (&[0.5, 0.25], 8.0),
            // A server at its capacity.
            (&[0.25, 0.5], 0.0),
            (&[0.25, 0.3125], 0.0),
            (&[0.25, 0.296875], 8.0),
            (&[0.25, 0.5, 0.5], 8.0),
            // Few are refused.
            (&[0.875, 0.875, 0.875], 0.0),
            (&[0.5, 0.875, 0.5], 0.0),
        ] {
            assert_eq!(after(shares).least(), least, "{shares:?}");
        }
    }

    #[test]
    fn nothing_is_compared_before_there_is_enough_work_at_half_the_limit() {
        let mut storm = Storm::default();
        for _ in 0..100 {
            storm.add(0.5, 8.0, 0.05);
        }
        assert!(storm.before.is_none(), "not halved");
        storm.add(0.5, 4.0, 0.05);
        assert_eq!(storm.before, Some((8.0, 0.5)));
        for share in [0.75, 0.25] {
            let mut storm = Storm::default();
            storm.add(share, 8.0, 0.05);
            (1..15).for_each(|_| _ = storm.add(share, 4.0, 0.05));
            assert!(storm.before.is_none());
            storm.add(share, 4.0, 0.05);
            assert_eq!(storm.before, Some((8.0, share)));
        }
        // The limit cannot be halved.
        let mut storm = Storm::default();
        (0..8).for_each(|_| _ = storm.add(0.5, 0.05, 0.05));
        assert_eq!(storm.before, Some((0.05, 0.5)));
    }

    #[test]
    fn a_storm_ends_with_thirty_chunks_or_with_few_refusals() {
        let mut calm = after(&[0.5, 0.5]);
        (1..30).for_each(|_| assert!(!calm.add(1.0, 8.0, 0.05)));
        assert!(calm.add(1.0, 8.0, 0.05));
        assert_eq!(calm.least(), 0.0);

        for (share, ends, least) in [
            (0.875, true, 0.0),
            (0.5, false, 8.0),
            (0.25, false, 8.0),
            // The rate matters again.
            (0.125, false, 0.0),
        ] {
            let mut storm = after(&[0.5, 0.5]);
            (1..100).for_each(|_| assert!(!storm.add(share, 8.0, 0.05)));
            assert_eq!(storm.least(), 8.0, "{share}");
            assert_eq!(storm.add(share, 8.0, 0.05), ends, "{share}");
            assert_eq!(storm.least(), least, "{share}");
            assert_eq!((storm.accepted, storm.refused), (0.0, 0.0), "{share}");
        }
    }
}
