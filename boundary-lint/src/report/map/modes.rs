//! The failure modes that the mission names (M105, M107, M108), each with the rules that look for it.

use std::collections::BTreeMap;

use super::Mode;
use crate::suppress::Judged;

/// Name, rules, and what they cannot tell.
const MODES: &[(&str, &[&str], &str)] = &[
    (
        "consent drift",
        &["consent-outside-ledger", "purpose-without-basis"],
        "a grant that a service keeps for longer than the policy allows is refused at run time",
    ),
    (
        "residency drift",
        &[
            "connection-outside-store",
            "residency-not-enforced",
            "weaker-redeclaration",
        ],
        "where a store really is can only be attested by who runs it",
    ),
    (
        "key overreach",
        &[
            "central-reaches-vault",
            "key-in-database",
            "sealed-value-in-text",
            "seam-outside-vault",
            "vault-in-central-binary",
        ],
        "what a key may open is decided by its custody",
    ),
    (
        "derived leaks",
        &[
            "json-without-type",
            "mask-disagrees",
            "name-suggests-personal",
            "personal-data-declared-global",
            "personal-data-in-global-table",
        ],
        "a copy that no struct declares is seen only where it is a column",
    ),
    (
        "debug bypass",
        &[
            "exit-without-reason",
            "opened-value-handed-on",
            "opened-value-in-message",
            "test-only-reachable",
        ],
        "a person with a debugger in a region is stopped by access control alone",
    ),
    (
        "backup ambiguity",
        &["backups-not-decided"],
        "whether a restore was done by its rules is in the audit log, if at all",
    ),
    (
        "schema erosion",
        &[
            "column-not-visible",
            "database-differs",
            "declared-column-missing",
            "sources-disagree",
            "unclassified-column",
        ],
        "a column that was added by hand is seen only by check --live",
    ),
    (
        "a replication bolted on for analytics",
        &["column-published", "column-sent-out", "sink-without-region"],
        "a copy that is made outside of the migrations is not seen",
    ),
    (
        "residency only in contracts",
        &["policy-not-decided"],
        "what a contract promises is not read",
    ),
];

pub(super) fn of(judged: &Judged) -> Vec<Mode> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &judged.findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    MODES
        .iter()
        .map(|(name, rules, beyond)| Mode {
            name,
            findings: rules.iter().filter_map(|rule| counts.get(rule)).sum(),
            rules: rules.to_vec(),
            beyond,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::MODES;

    #[test]
    fn the_rules_of_a_mode_are_rules_and_stand_in_one_mode() {
        let mut all: Vec<&str> = MODES.iter().flat_map(|(_, rules, _)| *rules).copied().collect();
        for rule in &all {
            assert!(
                crate::rules::RULES.iter().any(|known| known.id == *rule),
                "{rule}"
            );
        }
        all.sort_unstable();
        let before = all.len();
        all.dedup();
        assert_eq!(all.len(), before);
    }
}
