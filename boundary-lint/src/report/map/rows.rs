//! Columns and fields as rows of the data map.

use std::collections::HashMap;

use boundary_schema::{Plane, Policy, Protection, Sensitivity};

use super::Row;
use crate::facts::{Classified, Declaration, Facts};
use crate::manifest::protection_word;
use crate::parse::declarations::{Residency, Says, Stands};

/// What rows need besides their own declaration.
pub(super) struct Rows<'a> {
    facts: &'a Facts,
    policy: Option<&'a Policy>,
    /// Fields of datasets, by `Struct::field` and by struct.
    derived: HashMap<&'a str, Vec<String>>,
    whole: HashMap<&'a str, Vec<String>>,
    /// The policy's sinks by residency, worked out once for each.
    sinks: HashMap<Residency, Vec<String>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let mut derived: HashMap<&str, Vec<String>> = HashMap::new();
        let mut whole: HashMap<&str, Vec<String>> = HashMap::new();
        for made in facts.made.iter().filter(|made| made.stands == Stands::Dataset) {
            for field in &made.fields {
                let name = format!("{}.{}", made.name, field.field);
                for from in &field.from {
                    derived.entry(from).or_default().push(name.clone());
                }
                // A field of a dataset that does not say what it was made from was made from all of it.
                if field.from.is_empty() && matches!(field.says, Says::Category { .. }) {
                    for source in &made.derived_from {
                        whole.entry(source).or_default().push(name.clone());
                    }
                }
            }
        }
        Rows {
            facts,
            policy: facts.policy.as_ref(),
            derived,
            whole,
            sinks: HashMap::new(),
        }
    }

    pub(super) fn columns(&mut self) -> Vec<Row> {
        let facts = self.facts;
        facts
            .columns
            .iter()
            .map(|column| {
                let (schema, table, name) = &column.key;
                let database = facts.databases.get(column.database);
                let mut row = Row {
                    of: database.map_or_else(String::new, |database| database.shown.clone()),
                    table: format!("{schema}.{table}"),
                    column: name.clone(),
                    r#type: column.data_type.clone(),
                    classified: match column.classified {
                        Classified::Declared(_) => "declared",
                        Classified::Through(_) => "through",
                        Classified::No => "no",
                    },
                    born: facts.sources.line_of(column.birth),
                    ..Row::default()
                };
                if let Some(declaration) = facts.declaration(column) {
                    self.declared(&mut row, declaration);
                }
                row
            })
            .collect()
    }

    pub(super) fn fields(&mut self) -> Vec<Row> {
        let facts = self.facts;
        let mut rows = Vec::new();
        for made in &facts.made {
            for field in &made.fields {
                let mut row = Row {
                    of: match made.stands {
                        Stands::Event => "event".to_owned(),
                        _ => made.kind.clone().unwrap_or_else(|| "dataset".to_owned()),
                    },
                    table: made.name.clone(),
                    column: field.column_name().to_owned(),
                    classified: match field.says {
                        Says::Nothing => "no",
                        _ => "declared",
                    },
                    ..Row::default()
                };
                self.declared(&mut row, field);
                rows.push(row);
            }
        }
        rows
    }

    fn declared(&mut self, row: &mut Row, declaration: &Declaration) {
        let facts = self.facts;
        row.by.clone_from(&declaration.by);
        row.declared = facts.sources.line_of(declaration.place);
        let protection = declaration.protection;
        match &declaration.says {
            Says::Role(role) => row.role = role,
            Says::DataKey => row.role = "data_key",
            Says::Nothing => {}
            Says::Category { category, residency } => {
                row.category.clone_from(category);
                let known = facts.category(category);
                row.sensitivity = known.map_or("unknown", |known| known.sensitivity.as_str());
                row.held = protection.map_or("", protection_word);
                if let Some(residency) = residency {
                    row.residency = residency.to_string();
                    row.sinks = self.sinks(residency);
                    if matches!(protection, Some(Protection::Sealed | Protection::BlindIndex)) {
                        row.key = match residency {
                            Residency::Pinned(region) => format!("its tenant's, in {region}"),
                            _ => "its tenant's, in the region of its subject".to_owned(),
                        };
                    }
                }
            }
        }
        row.purposes = declaration
            .purposes
            .iter()
            .map(|written| match facts.purpose(written) {
                Some(purpose) => format!("{} ({})", purpose.name, purpose.basis),
                None => format!("{written} (no basis)"),
            })
            .collect();
        row.release.clone_from(&declaration.releases);
        let path = format!("{}::{}", declaration.by, declaration.field);
        let derived = self.derived.get(path.as_str()).into_iter().flatten();
        let whole = self.whole.get(declaration.by.as_str()).into_iter().flatten();
        let is_value = matches!(declaration.says, Says::Category { .. });
        row.derived = derived.chain(whole.filter(|_| is_value)).cloned().collect();
        row.derived.sort_unstable();
        row.derived.dedup();
        row.seems = seems(row);
    }

    /// The sinks that the raw value may go to: those in a region where it may be.
    fn sinks(&mut self, residency: &Residency) -> Vec<String> {
        if let Some(known) = self.sinks.get(residency) {
            return known.clone();
        }
        let sinks: Vec<String> = self
            .policy
            .iter()
            .flat_map(|policy| policy.sinks().values().map(move |sink| (policy, sink)))
            .filter(|(policy, sink)| {
                let region = policy.regions().get(&sink.region);
                region.is_some_and(|region| match residency {
                    Residency::Global => true,
                    Residency::Regional | Residency::InCountry => region.plane == Plane::InCountry,
                    Residency::Pinned(pinned) => region.name.as_str() == pinned,
                })
            })
            .map(|(_, sink)| match residency {
                Residency::Regional => format!(
                    "{} (if its subject is of {}'s jurisdiction)",
                    sink.name, sink.region
                ),
                Residency::InCountry => {
                    format!("{} (if its subject is at home in {})", sink.name, sink.region)
                }
                _ => sink.name.to_string(),
            })
            .collect();
        self.sinks.insert(residency.clone(), sinks.clone());
        sinks
    }
}

impl Declaration {
    /// The column, or the field where it has none.
    fn column_name(&self) -> &str {
        match self.key.2.as_str() {
            "" => &self.field,
            column => column,
        }
    }
}

/// What may be wrong with a declaration. What nobody classified is a finding, and needs no second word.
fn seems(row: &Row) -> String {
    let stays = !["", "global"].contains(&row.residency.as_str());
    match (is_personal(row), row.residency.as_str()) {
        (false, _) if stays => format!(
            "{TOO_TIGHT}: {} is {} and is kept inside",
            row.category, row.sensitivity
        ),
        (true, "global") => format!(
            "{TOO_LOOSE}: {} is {} and may be anywhere",
            row.category, row.sensitivity
        ),
        (true, "regional") => format!(
            "{TOO_LOOSE}: {} may be in every region of a jurisdiction",
            row.category
        ),
        (true, _) if row.purposes.is_empty() => {
            format!("{TOO_LOOSE}: {} is kept for no purpose", row.category)
        }
        _ => String::new(),
    }
}

/// How a row's `seems` begins where it may be declared looser.
pub(super) const TOO_TIGHT: &str = "too tight";

/// How a row's `seems` begins where it should be declared tighter.
pub(super) const TOO_LOOSE: &str = "too loose";

/// Whether a row is about a person.
#[must_use]
pub fn is_personal(row: &Row) -> bool {
    [Sensitivity::Personal, Sensitivity::Sensitive]
        .iter()
        .any(|sensitivity| sensitivity.as_str() == row.sensitivity)
        || row.sensitivity == "unknown"
}
