use std::collections::BTreeMap;

/// A set of numbers, kept as ranges: what parallel chunks leave has few holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Reads pairs of a first number and the number after the last one.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let filled = pairs.into_iter().filter(|(start, end)| start < end);
        Self(filled.collect())
    }

    pub(crate) fn pairs(&self) -> Vec<(u64, u64)> {
        self.0.iter().map(|(start, end)| (*start, *end)).collect()
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        let mut before = self.0.range(..=number);
        before.next_back().is_some_and(|(_, end)| number < *end)
    }

    pub(crate) fn insert(&mut self, number: u64) {
        if self.contains(number) {
            return;
        }
        let (mut start, mut end) = (number, number + 1);
        if let Some((&before, &before_end)) = self.0.range(..number).next_back()
            && before_end == number
        {
            start = before;
        }
        if let Some(after_end) = self.0.remove(&end) {
            end = after_end;
        }
        self.0.insert(start, end);
    }
}
