//! How far the restore of an index into a serverless collection is, as `_cat/recovery` shows it.

use crate::opensearch::cat::RecoveryRow;

/// The shards of one index that are being restored or have been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Recovered {
    pub(super) done: u32,
    pub(super) total: u32,
    /// How much of its data the slowest shard has, in percent.
    pub(super) least_percent: f64,
}

impl Recovered {
    /// What the rows say about an index of this snapshot.
    ///
    /// `before` are the rows from before the restore began: the index may have been restored earlier.
    pub(super) fn of(
        index: &str,
        snapshot: &str,
        rows: &[RecoveryRow],
        before: &[RecoveryRow],
    ) -> Self {
        let is_news = |row: &RecoveryRow| !before.iter().any(|old| is_same(old, row));
        let is_of_it = |row: &RecoveryRow| row.index == index && is_of(row, snapshot);
        let mut found = Self {
            done: 0,
            total: 0,
            least_percent: 100.0,
        };
        for row in rows.iter().filter(|row| is_of_it(row) && is_news(row)) {
            found.total += 1;
            found.done += u32::from(row.is_done());
            found.least_percent = found.least_percent.min(row.bytes_percent.unwrap_or(100.0));
        }
        found
    }

    pub(super) fn is_complete(self) -> bool {
        self.total > 0 && self.done == self.total
    }
}

/// Whether the row is of a restore, and of this snapshot as far as it says so.
fn is_of(row: &RecoveryRow, snapshot: &str) -> bool {
    let says = |column: &Option<String>, expected: &str| {
        let value = column.as_deref().unwrap_or_default();
        matches!(value, "" | "-" | "n/a") || value.eq_ignore_ascii_case(expected)
    };
    says(&row.recovery_type, "snapshot") && says(&row.snapshot, snapshot)
}

/// Whether both rows are of the same recovery, which had ended.
fn is_same(before: &RecoveryRow, row: &RecoveryRow) -> bool {
    before.is_done()
        && before.start_time_millis.is_some()
        && (&before.index, before.shard, before.start_time_millis)
            == (&row.index, row.shard, row.start_time_millis)
}
