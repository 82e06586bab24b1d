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
