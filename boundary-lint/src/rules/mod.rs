//! The rules, one file each: the file's name is the rule's id with dashes, its doc comment is the rule's page.

use rayon::prelude::*;

use crate::facts::{Facts, Key};
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

impl Rule {
    /// Its page as Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.page.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n")
    }
}

macro_rules! rules {
    ($($module:ident => $id:literal),+ $(,)?) => {
        $(mod $module;)+

        /// All rules, by id.
        pub const RULES: &[Rule] = &[
            $(Rule { id: $id, page: include_str!(concat!(stringify!($module), ".rs")), check: $module::check },)+
        ];
    };
}

rules! {
    backups_not_decided => "backups-not-decided",
    baseline => "baseline",
    central_reaches_vault => "central-reaches-vault",
    column_not_visible => "column-not-visible",
    column_published => "column-published",
    column_sent_out => "column-sent-out",
    connection_outside_store => "connection-outside-store",
    consent_outside_ledger => "consent-outside-ledger",
    crate_not_found => "crate-not-found",
    crate_not_listed => "crate-not-listed",
    database_differs => "database-differs",
    declaration_not_understood => "declaration-not-understood",
    declared_column_missing => "declared-column-missing",
    exit_without_reason => "exit-without-reason",
    hidden_item_named => "hidden-item-named",
    json_without_type => "json-without-type",
    key_in_database => "key-in-database",
    lock_stale => "lock-stale",
    mask_disagrees => "mask-disagrees",
    name_suggests_personal => "name-suggests-personal",
    opened_value_handed_on => "opened-value-handed-on",
    opened_value_in_message => "opened-value-in-message",
    personal_data_declared_global => "personal-data-declared-global",
    personal_data_in_global_table => "personal-data-in-global-table",
    policy_not_decided => "policy-not-decided",
    purpose_without_basis => "purpose-without-basis",
    residency_not_enforced => "residency-not-enforced",
    row_security_missing => "row-security-missing",
    sealed_value_in_text => "sealed-value-in-text",
    seam_outside_vault => "seam-outside-vault",
    sink_without_region => "sink-without-region",
    sources_disagree => "sources-disagree",
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
    /// The column that it is about, or the table, whose column has no name.
    pub subject: Option<Key>,
}

/// `schema.table.column`, or `schema.table` where the column has no name.
#[must_use]
pub fn name(key: &Key) -> String {
    let (schema, table, column) = key;
    match column.as_str() {
        "" => format!("{schema}.{table}"),
        column => format!("{schema}.{table}.{column}"),
    }
}

/// Collects what one rule finds.
#[derive(Debug)]
struct Found<'a> {
    rule: &'static str,
    findings: &'a mut Vec<Finding>,
    subject: Option<Key>,
}

impl Found<'_> {
    /// The next finding is about this column or table.
    fn about(&mut self, key: &Key) -> &mut Self {
        self.subject = Some(key.clone());
        self
    }

    fn add(&mut self, message: String, primary: Marked, related: Vec<Marked>, help: String) {
        self.findings.push(Finding {
            rule: self.rule,
            message,
            primary,
            related,
            help,
            subject: self.subject.take(),
        });
    }
}

/// All findings, in the order of the files, then of the rules.
#[must_use]
pub fn check(facts: &Facts) -> Vec<Finding> {
    let by_rule: Vec<Vec<Finding>> = RULES
        .par_iter()
        .map(|rule| {
            let mut findings = Vec::new();
            (rule.check)(
                facts,
                &mut Found {
                    rule: rule.id,
                    findings: &mut findings,
                    subject: None,
                },
            );
            findings
        })
        .collect();
    // There may be many of one rule, and they are moved only where they have to be.
    let mut findings: Vec<Finding> = Vec::new();
    for found in by_rule {
        if findings.len() < found.len() {
            let fewer = std::mem::replace(&mut findings, found);
            findings.extend(fewer);
        } else {
            findings.extend(found);
        }
    }
    sort(facts, &mut findings);
    findings
}

/// Puts findings into the order of the files, then of the rules.
pub(crate) fn sort(facts: &Facts, findings: &mut [Finding]) {
    // The paths are compared once and not with every pair of findings.
    let rank = facts.sources.rank();
    findings.par_sort_by(|a, b| {
        let key = |finding: &Finding| {
            let place = finding.primary.place;
            (rank[place.file.0], place.span, finding.rule)
        };
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
}
