//! The report from facts and findings.

use std::collections::BTreeMap;

use boundary_schema::manifest::{Attribute, ItemKind, Value};

use super::rows::{Rows, TOO_LOOSE, TOO_TIGHT, is_personal};
use super::{
    ChangeRow, Changes, Counts, Decided, Hatch, Minimum, Note, Report, Row, RuleCount, VERSION, modes,
};
use crate::diff::{What, compare};
use crate::facts::Facts;
use crate::manifest::{self, Placed};
use crate::report::diff::SideOf;
use crate::suppress::{self, Judged};

/// The report of these facts and findings, compared with a base where there is one.
#[must_use]
pub fn of(facts: &Facts, judged: &Judged, base: Option<&SideOf>) -> Report {
    let mut rows = Rows::new(facts);
    let (columns, fields) = (rows.columns(), rows.fields());
    let declared = manifest::of(facts);
    Report {
        version: VERSION,
        policy: facts
            .policy_file
            .map_or_else(String::new, |file| facts.sources.file(file).shown.clone()),
        counts: counts(facts, judged, &columns),
        decided: decided(facts, &declared),
        minimum: minimum(facts, &columns, &declared),
        hatches: hatches(facts, &declared),
        not_seen: not_seen(facts),
        modes: modes::of(judged),
        findings: findings(facts, judged),
        changes: base.map(|base| changes(facts, base, &declared)),
        columns,
        fields,
    }
}

fn counts(facts: &Facts, judged: &Judged, columns: &[Row]) -> Counts {
    let classified = facts.classified();
    Counts {
        tables: facts.tables.len(),
        columns: columns.len(),
        classified,
        unclassified: columns.len() - classified,
        not_visible: facts.unseen.len(),
        personal: columns.iter().filter(|row| is_personal(row)).count(),
        sealed: columns.iter().filter(|row| row.held == "sealed").count(),
        findings: judged.findings.len(),
    }
}

/// File and line of an item of the manifest.
fn line(facts: &Facts, placed: &Placed, item: &boundary_schema::manifest::Item) -> String {
    placed
        .places
        .get(item)
        .map_or_else(String::new, |place| facts.sources.line_of(*place))
}

/// What the policy decides, item by item.
fn decided(facts: &Facts, declared: &Placed) -> Vec<Decided> {
    let of_policy = [
        ItemKind::Setting,
        ItemKind::Region,
        ItemKind::Purpose,
        ItemKind::Category,
        ItemKind::Role,
        ItemKind::Sink,
        ItemKind::Crate,
    ];
    let items = declared.manifest.items.iter();
    items
        .filter(|(item, _)| of_policy.contains(&item.kind))
        .map(|(item, said)| Decided {
            kind: item.kind.noun(),
            name: item.name.clone(),
            says: said
                .iter()
                .map(|(attribute, value)| match (attribute, value) {
                    (Attribute::Value, Value::Number(number)) => setting(&item.name, *number),
                    (Attribute::Value, value) => value.to_string(),
                    (attribute, value) => format!("{attribute}: {value}"),
                })
                .collect::<Vec<_>>()
                .join("; "),
            at: line(facts, declared, item),
        })
        .collect()
}

/// A number of the policy with its unit.
fn setting(name: &str, number: u64) -> String {
    match name {
        "release.minimum_subjects" => format!("{number} people"),
        "release.max_share_percent" => format!("{number} %"),
        _ if name.starts_with("envelope.padding.") => format!("{number} bytes"),
        _ => seconds(number),
    }
}

/// A length of time in its longest whole unit.
pub(super) fn seconds(seconds: u64) -> String {
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let whole = units
        .iter()
        .find(|(worth, _)| seconds > *worth && seconds.is_multiple_of(*worth));
    match whole {
        Some((worth, unit)) => format!("{} {unit}", seconds / worth),
        None => format!("{seconds} seconds"),
    }
}

fn minimum(facts: &Facts, columns: &[Row], declared: &Placed) -> Minimum {
    let count = |is: &dyn Fn(&Row) -> bool| columns.iter().filter(|row| is(row)).count();
    let mut minimum = Minimum {
        stays: count(&|row| !["", "global"].contains(&row.residency.as_str())),
        anywhere: count(&|row| row.residency == "global"),
        too_tight: count(&|row| row.seems.starts_with(TOO_TIGHT)),
        too_loose: count(&|row| row.seems.starts_with(TOO_LOOSE)),
        crates: Vec::new(),
    };
    let crates = declared
        .manifest
        .items
        .iter()
        .filter(|(item, _)| item.kind == ItemKind::Crate);
    minimum.crates = crates
        .map(|(item, said)| Note {
            name: item.name.clone(),
            says: match said.get(Attribute::Plane).map(ToString::to_string).as_deref() {
                Some("central") => "may run centrally: it cannot open anything",
                Some("in_country") => "must run inside: it may link the vault",
                Some("shared") => "may run anywhere: it holds no plaintext",
                _ => "is never deployed: it links both sides",
            }
            .to_owned(),
            at: line(facts, declared, item),
        })
        .collect();
    minimum
}

fn hatches(facts: &Facts, declared: &Placed) -> Vec<Hatch> {
    let mut hatches: Vec<Hatch> = facts
        .crates
        .exits
        .iter()
        .map(|exit| Hatch {
            kind: "exit",
            name: exit.function.clone(),
            reason: exit
                .reason
                .clone()
                .unwrap_or_else(|| "the reason is no text in the code".to_owned()),
            owner: String::new(),
            at: facts.sources.line_of(exit.at.place),
        })
        .collect();
    hatches.extend(suppress::written(facts).into_iter().map(|suppression| Hatch {
        kind: "suppression",
        name: format!("{} of {}", suppression.rule, suppression.at()),
        owner: format!("{} until {}", suppression.owner, suppression.until),
        at: facts.sources.line_of(suppression.place),
        reason: suppression.reason,
    }));
    let ways = declared
        .manifest
        .items
        .keys()
        .filter(|item| item.kind == ItemKind::WayOut);
    hatches.extend(ways.map(|item| Hatch {
        kind: "way out",
        name: item.name.clone(),
        reason: String::new(),
        owner: String::new(),
        at: line(facts, declared, item),
    }));
    let tools = facts.policy.iter().flat_map(|policy| &policy.crates().tools);
    hatches.extend(tools.map(|package| {
        Hatch {
            kind: "tool",
            name: package.clone(),
            reason: "may link both sides and is never deployed".to_owned(),
            owner: String::new(),
            at: declared
                .places
                .iter()
                .find(|(item, _)| item.kind == ItemKind::Crate && item.name == *package)
                .map_or_else(String::new, |(_, place)| facts.sources.line_of(*place)),
        }
    }));
    hatches
}

fn not_seen(facts: &Facts) -> Vec<Note> {
    facts
        .unseen
        .iter()
        .map(|unseen| Note {
            name: facts.sources.file(unseen.place.file).shown.clone(),
            says: format!("{}; {}", unseen.why, unseen.mend),
            at: facts.sources.line_of(unseen.place),
        })
        .collect()
}

fn findings(facts: &Facts, judged: &Judged) -> Vec<RuleCount> {
    let mut by_rule: BTreeMap<&'static str, RuleCount> = BTreeMap::new();
    for finding in &judged.findings {
        by_rule
            .entry(finding.rule)
            .or_insert_with(|| RuleCount {
                rule: finding.rule,
                findings: 0,
                first: facts.sources.line_of(finding.primary.place),
            })
            .findings += 1;
    }
    by_rule.into_values().collect()
}

fn changes(facts: &Facts, base: &SideOf, declared: &Placed) -> Changes {
    let changes = compare(&base.placed.manifest, &declared.manifest);
    Changes {
        base: base.shown.clone(),
        changes: changes
            .iter()
            .map(|change| ChangeRow {
                direction: change.direction.as_str(),
                change: change.to_string(),
                why: change.why,
                at: match (&change.what, &base.facts) {
                    (What::Removed, Some(before)) => line(before, &base.placed, &change.item),
                    (What::Removed, None) => String::new(),
                    _ => line(facts, declared, &change.item),
                },
            })
            .collect(),
    }
}
