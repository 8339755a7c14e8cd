//! Which groups may be released, and what becomes of the others.

use std::collections::{BTreeMap, HashMap};

use crate::Pseudonym;

/// Records that share a label, by subject.
#[derive(Default)]
pub(super) struct Group {
    pub(super) records: u64,
    /// Each subject's part in the sum.
    pub(super) subjects: HashMap<Pseudonym, i64>,
    /// The sum over all subjects, kept wide so that it cannot overflow while records are added.
    pub(super) sum: i128,
}

impl Group {
    /// Adds one record of a subject.
    pub(super) fn add(&mut self, subject: Pseudonym, amount: i64) {
        self.records += 1;
        let part = self.subjects.entry(subject).or_default();
        *part = part.saturating_add(amount);
        self.sum += i128::from(amount);
    }

    fn join(&mut self, other: Group) {
        self.records += other.records;
        self.sum += other.sum;
        for (subject, amount) in other.subjects {
            let part = self.subjects.entry(subject).or_default();
            *part = part.saturating_add(amount);
        }
    }
}

/// What a group must meet to be released.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Distinct subjects at least.
    pub(super) minimum: u64,
    /// What one subject's part may be of the parts' magnitudes together, in percent.
    pub(super) max_share: Option<u8>,
}

impl Rule {
    fn allows(self, group: &Group) -> bool {
        if (group.subjects.len() as u64) < self.minimum {
            return false;
        }
        let Some(percent) = self.max_share else {
            return true;
        };
        let magnitude = |part: &i64| u128::from(part.unsigned_abs());
        let all: u128 = group.subjects.values().map(magnitude).sum();
        let largest = group.subjects.values().map(magnitude).max().unwrap_or(0);
        largest * 100 <= all * u128::from(percent)
    }
}

/// Parts groups into those that may be released and the remainder, which is released only if it meets the rule too.
pub(super) fn suppress(
    groups: BTreeMap<String, Group>,
    rule: Rule,
) -> (BTreeMap<String, Group>, Option<Group>) {
    let (mut released, small): (BTreeMap<_, _>, BTreeMap<_, _>) =
        groups.into_iter().partition(|(_, group)| rule.allows(group));
    if small.is_empty() {
        return (released, None);
    }
    let mut remainder = Group::default();
    for (_, group) in small {
        remainder.join(group);
    }
    while !rule.allows(&remainder) {
        let smallest = released
            .iter()
            .min_by_key(|(_, group)| group.subjects.len())
            .map(|(label, _)| label.clone());
        match smallest.and_then(|label| released.remove(&label)) {
            Some(group) => remainder.join(group),
            None => return (released, None),
        }
    }
    (released, Some(remainder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(first: u8, subjects: u8, amount: i64) -> Group {
        let mut group = Group::default();
        for subject in first..first + subjects {
            group.add(Pseudonym::from_bytes([subject; 32]), amount);
        }
        group
    }

    const RULE: Rule = Rule {
        minimum: 3,
        max_share: Some(50),
    };

    #[test]
    fn a_small_group_takes_the_smallest_large_one_with_it() {
        let groups = [
            ("a", group(0, 5, 10)),
            ("b", group(10, 3, 10)),
            ("c", group(20, 1, 10)),
        ];
        let (released, remainder) =
            suppress(groups.into_iter().map(|(l, g)| (l.to_owned(), g)).collect(), RULE);
        assert_eq!(released.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(remainder.unwrap().subjects.len(), 4);
    }

    #[test]
    fn rows_of_one_subject_are_one_subject() {
        let mut heavy = Group::default();
        for _ in 0..100 {
            heavy.add(Pseudonym::from_bytes([1; 32]), 1);
        }
        let (released, remainder) = suppress([("a".to_owned(), heavy)].into(), RULE);
        assert!(released.is_empty() && remainder.is_none());
    }

    #[test]
    fn one_subject_that_dominates_a_sum_suppresses_its_group() {
        let mut dominated = group(0, 9, 10);
        dominated.add(Pseudonym::from_bytes([99; 32]), 91);
        let mut shared = group(0, 9, 10);
        shared.add(Pseudonym::from_bytes([99; 32]), 90);
        assert!(!RULE.allows(&dominated));
        assert!(RULE.allows(&shared));
    }

    #[test]
    fn nothing_is_released_where_everything_together_is_too_small() {
        let groups = [("a".to_owned(), group(0, 1, 1)), ("b".to_owned(), group(1, 1, 1))].into();
        let (released, remainder) = suppress(groups, RULE);
        assert!(released.is_empty() && remainder.is_none());
    }
}
