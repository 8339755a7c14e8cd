//! The rules, one file each: the file's name is the rule's id with dashes, its doc comment is the rule's page.

mod central_reaches_vault;
mod column_not_visible;
mod column_published;
mod connection_outside_store;
mod crate_not_found;
mod crate_not_listed;
mod declared_column_missing;
mod exit_without_reason;
mod hidden_item_named;
mod opened_value_handed_on;
mod opened_value_in_message;
mod seam_outside_vault;
mod suppression;
mod test_only_reachable;
mod unclassified_column;
mod unsafe_in_expansion;
mod unsafe_not_forbidden;
mod vault_in_central_binary;
mod weaker_redeclaration;

use crate::facts::Facts;
use crate::source::Place;

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id, which is the name of its file with dashes.
    pub id: &'static str,
    /// Its page.
    pub page: &'static str,
    check: fn(&Facts, &mut Found<'_>),
}

macro_rules! rules {
    ($($module:ident => $id:literal),+ $(,)?) => {
        /// All rules, by id.
        pub const RULES: &[Rule] = &[
            $(Rule { id: $id, page: include_str!(concat!(stringify!($module), ".rs")), check: $module::check },)+
        ];
    };
}

rules! {
    central_reaches_vault => "central-reaches-vault",
    column_not_visible => "column-not-visible",
    column_published => "column-published",
    connection_outside_store => "connection-outside-store",
    crate_not_found => "crate-not-found",
    crate_not_listed => "crate-not-listed",
    declared_column_missing => "declared-column-missing",
    exit_without_reason => "exit-without-reason",
    hidden_item_named => "hidden-item-named",
    opened_value_handed_on => "opened-value-handed-on",
    opened_value_in_message => "opened-value-in-message",
    seam_outside_vault => "seam-outside-vault",
    suppression => "suppression",
    test_only_reachable => "test-only-reachable",
    unclassified_column => "unclassified-column",
    unsafe_in_expansion => "unsafe-in-expansion",
    unsafe_not_forbidden => "unsafe-not-forbidden",
    vault_in_central_binary => "vault-in-central-binary",
    weaker_redeclaration => "weaker-redeclaration",
}

/// A place that a finding shows, and what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The place.
    pub place: Place,
    /// What it has to do with the finding.
    pub label: String,
}

impl Marked {
    fn new(place: Place, label: impl Into<String>) -> Self {
        Marked {
            place,
            label: label.into(),
        }
    }
}

/// Something that a rule found. It cannot be made without a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where it is to be mended.
    pub primary: Marked,
    /// What else belongs to it.
    pub related: Vec<Marked>,
    /// What to do.
    pub help: String,
}

/// Collects what one rule finds.
#[derive(Debug)]
struct Found<'a> {
    rule: &'static str,
    findings: &'a mut Vec<Finding>,
}

impl Found<'_> {
    fn add(&mut self, message: String, primary: Marked, related: Vec<Marked>, help: String) {
        self.findings.push(Finding {
            rule: self.rule,
            message,
            primary,
            related,
            help,
        });
    }
}

/// All findings, in the order of the files, then of the rules.
#[must_use]
pub fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        (rule.check)(
            facts,
            &mut Found {
                rule: rule.id,
                findings: &mut findings,
            },
        );
    }
    sort(facts, &mut findings);
    findings
}

/// Puts findings into the order of the files, then of the rules.
pub(crate) fn sort(facts: &Facts, findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let place = finding.primary.place;
        (
            facts.sources.file(place.file).shown.clone(),
            place.span,
            finding.rule,
            finding.message.clone(),
        )
    });
}
