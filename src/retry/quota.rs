use std::sync::atomic::{AtomicU32, Ordering};

/// The tokens that pay for retries. All requests of a client share them.
#[derive(Debug)]
pub(super) struct Quota(AtomicU32);

impl Quota {
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }

    /// Takes this many tokens, or none if there are fewer.
    pub(super) fn take(&self, cost: u32) -> Option<u32> {
        self.update(|tokens| tokens.checked_sub(cost))?;
        Some(cost)
    }

    /// Takes as many tokens as there are, up to this many.
    pub(super) fn take_up_to(&self, cost: u32) -> u32 {
        let before = self.update(|tokens| Some(tokens.saturating_sub(cost)));
        before.unwrap_or_default().min(cost)
    }

    /// Gives tokens back; a full bucket stays full.
    pub(super) fn give(&self, tokens: u32) {
        // The bucket is almost always full. Then there is no write that the processor's cores would contend for.
        if self.0.load(Ordering::Relaxed) < CAPACITY {
            self.update(|there| Some((there + tokens).min(CAPACITY)));
        }
    }

    fn update(&self, change: impl FnMut(u32) -> Option<u32>) -> Option<u32> {
        let order = Ordering::Relaxed;
        self.0.fetch_update(order, order, change).ok()
    }
}

const CAPACITY: u32 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_taken_whole_and_the_bucket_never_overflows() {
        let quota = Quota::new();
        assert_eq!((0..100).filter_map(|_| quota.take(14)).count(), 35);
        assert_eq!(quota.take(14), None);
        assert_eq!((quota.take_up_to(14), quota.take_up_to(14)), (10, 0));
        quota.give(14);
        assert_eq!((quota.take(14), quota.take(1)), (Some(14), None));
        quota.give(1000);
        assert_eq!((quota.take(500), quota.take(1)), (Some(500), None));
    }
}
