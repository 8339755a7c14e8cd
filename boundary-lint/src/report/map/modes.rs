//! The failure modes that the mission names (M105, M107, M108), each with the rules that look for it.

use std::collections::BTreeMap;

use super::Mode;
use crate::suppress::Judged;

/// Name, rules, and what they cannot tell.
const MODES: &[(&str, &[&str], &str)] = &[
    (
        "consent drift",
        &["consent-outside-ledger"],
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
        &["key-in-database", "sealed-value-in-text", "seam-outside-vault"],
        "what a key may open is decided by its custody",
    ),
    (
        "derived leaks",
        &[
            "json-without-type",
            "personal-data-in-global-table",
            "personal-data-declared-global",
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
        "a column that was added by hand is seen only with `--live`",
    ),
    (
        "a replication bolted on for analytics",
        &["column-published", "column-sent-out", "sink-without-region"],
        "a copy that is made outside of the migrations is not seen",
    ),
    (
        "residency only in contracts, one key for all",
        &[
            "central-reaches-vault",
            "policy-not-decided",
            "vault-in-central-binary",
        ],
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
        .map(|(name, rules, beyond)| {
            let rules: Vec<&'static str> = rules.iter().copied().filter(|rule| is_rule(rule)).collect();
            Mode {
                name,
                findings: rules.iter().filter_map(|rule| counts.get(rule)).sum(),
                rules,
                beyond,
            }
        })
        .collect()
}

fn is_rule(id: &str) -> bool {
    crate::rules::RULES.iter().any(|rule| rule.id == id)
}
