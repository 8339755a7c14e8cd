//! A declared column that no migration creates, or a table of the policy that no struct declares.
//!
//! Either the column was renamed or dropped and the declaration stayed, or the declaration is misspelt, and the column
//! that it was meant for has none. A derived dataset need not be a table of this database; where it is one, its columns have to be
//! there. A table under `[keys.tables]` that nobody declares is one whose data keys are kept as if the policy did not name it: what the
//! law wants kept would go with the tenant's own authority.

use std::collections::HashSet;

use super::{Found, Marked};
use crate::facts::{Classified, Declaration, Facts, Key};
use crate::parse::declarations::Says;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    check_policy(facts, found);
    let tables = facts.declared_tables();
    let found_columns: HashSet<&Key> = facts
        .columns
        .iter()
        .filter_map(|column| match column.classified {
            Classified::Declared(at) => facts.declarations.get(at).map(|declared| &declared.key),
            _ => None,
        })
        .collect();
    for declaration in &facts.declarations {
        let (schema, table, column) = &declaration.key;
        let stored = matches!(declaration.says, Says::Role(_) | Says::Category { .. });
        let exists = found_columns.contains(&declaration.key);
        if !stored || exists {
            continue;
        }
        let of_table = tables.get(&(schema.as_str(), table.as_str()));
        if declaration.dataset && of_table.is_none() {
            continue;
        }
        let Some(of_table) = of_table else {
            found.about(&declaration.key).add(
                format!("table `{schema}.{table}` is declared and no migration creates it"),
                Marked::new(declaration.place, format!("`{column}` would be a column of it")),
                vec![Marked::new(declaration.table_place, "the table is declared here")],
                "correct the table's name, or add the migration that creates it".to_owned(),
            );
            continue;
        };
        let columns = facts.columns_of(&of_table.key.0, &of_table.key.1);
        let near = nearest(column, columns, |other| &other.key.2);
        let (birth, label, help) = match near {
            Some(near) => (
                near.birth,
                format!("`{}` is a column of this table", near.key.2),
                format!("did you mean `column = \"{}\"`?", near.key.2),
            ),
            None => (
                of_table.birth,
                "the table comes to be here".to_owned(),
                "correct the name, add `column = \"…\"`, or remove the field".to_owned(),
            ),
        };
        found.about(&declaration.key).add(
            format!("column `{schema}.{table}.{column}` is declared and does not exist"),
            Marked::new(declaration.place, format!("`{}` declares it", declaration.by)),
            vec![Marked::new(birth, label)],
            help,
        );
    }
}

/// The tables of `[keys.tables]`, by the names that structs declare.
fn check_policy(facts: &Facts, found: &mut Found<'_>) {
    let Some(policy) = &facts.policy else { return };
    let tables = facts.declarations.iter().filter(|one| !one.is_outside_rust());
    let known: HashSet<String> = tables
        .map(Declaration::declared_name)
        .chain(facts.made.iter().map(|made| made.name.clone()))
        .collect();
    for name in policy.keys().tables().keys().filter(|name| !known.contains(*name)) {
        let Some(place) = facts.in_policy(&place_of(name, policy.source())) else {
            continue;
        };
        let help = match nearest(name, &known, |other| other) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct the name, or take the table out of `[keys.tables]`".to_owned(),
        };
        found.add(
            format!("the policy says how the data keys of `{name}` are kept, and no struct declares it"),
            Marked::new(place, "no table or event goes by this name"),
            Vec::new(),
            help,
        );
    }
}

/// Where the policy names the table: behind the first word of `[keys.tables]`, in whichever way TOML lets it be written.
fn place_of(name: &str, source: &str) -> std::ops::Range<usize> {
    let start = source.find("keys.tables").or_else(|| source.find("[keys]")).unwrap_or(0);
    let at = source[start..].find(name).map_or(start, |at| start + at);
    at..at + name.len()
}

/// What is named most like the word, if anything is named like it at all.
fn nearest<'a, T>(word: &str, known: impl IntoIterator<Item = &'a T>, named: fn(&T) -> &str) -> Option<&'a T> {
    known
        .into_iter()
        .map(|one| (strsim::damerau_levenshtein(named(one), word), one))
        .filter(|(distance, _)| *distance <= 1 + word.len() / 4)
        .min_by_key(|(distance, one)| (*distance, named(one)))
        .map(|(_, one)| one)
}
