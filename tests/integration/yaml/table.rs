//! The table of results.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::compare::Verdict;
use super::outcome::Outcome;

#[derive(Default)]
pub(super) struct Table {
    equal: usize,
    equal_except_values: usize,
    different: usize,
    skipped: BTreeMap<String, usize>,
    steps: Steps,
    typed: BTreeSet<String>,
}

#[derive(Default)]
struct Steps {
    typed: usize,
    raw: usize,
    unsendable: usize,
    hold: usize,
    do_not_hold: usize,
    unknown: usize,
    statuses: BTreeMap<u16, usize>,
}

impl Table {
    pub(super) fn skip(&mut self, reason: String) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    pub(super) fn add(&mut self, verdict: &Verdict, outcomes: &[Outcome]) {
        *match verdict {
            Verdict::Equal => &mut self.equal,
            Verdict::EqualExceptValues => &mut self.equal_except_values,
            Verdict::Different(_) => &mut self.different,
        } += 1;
        for outcome in outcomes {
            let steps = &mut self.steps;
            *match outcome {
                Outcome::Answered(answer) => {
                    *steps.statuses.entry(answer.status).or_default() += 1;
                    if answer.is_typed {
                        self.typed.insert(answer.api.clone());
                        &mut steps.typed
                    } else {
                        &mut steps.raw
                    }
                }
                Outcome::Unsendable => &mut steps.unsendable,
                Outcome::Failed(_) => continue,
                Outcome::Judged(Some(true)) => &mut steps.hold,
                Outcome::Judged(Some(false)) => &mut steps.do_not_hold,
                Outcome::Judged(None) => &mut steps.unknown,
            } += 1;
        }
    }

    /// Whether nothing differs, and enough has run to be worth something.
    pub(super) fn is_proof(&self, is_part: bool) -> bool {
        let ran = self.equal + self.equal_except_values;
        let enough = ran >= 1_000
            && self.equal >= 900
            && self.typed.len() >= 10
            && self.steps.typed >= 1_000;
        self.different == 0 && self.steps.unknown == 0 && (is_part || enough)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            equal,
            equal_except_values,
            different,
            steps,
            ..
        } = self;
        writeln!(f, "{equal:6} tests are equal")?;
        writeln!(
            f,
            "{equal_except_values:6} tests are equal except for measured values"
        )?;
        writeln!(f, "{different:6} tests differ")?;
        for (reason, count) in &self.skipped {
            writeln!(f, "{count:6} tests are skipped: {reason}")?;
        }
        let Steps {
            typed,
            raw,
            unsendable,
            hold,
            do_not_hold,
            unknown,
            statuses,
        } = steps;
        writeln!(
            f,
            "{typed:6} requests by {} typed calls: {:?}",
            self.typed.len(),
            self.typed
        )?;
        writeln!(f, "{raw:6} requests by `Raw`")?;
        writeln!(f, "{unsendable:6} steps have no path, so nothing is sent")?;
        writeln!(
            f,
            "{hold:6} expectations hold in both ways, {do_not_hold} in neither, {unknown} are unknown"
        )?;
        write!(f, "statuses: {statuses:?}")
    }
}
