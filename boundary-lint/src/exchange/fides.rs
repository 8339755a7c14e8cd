//! Fides datasets (fideslang 3.1): one dataset for each schema of each database, its tables as collections, their columns as fields.
//!
//! `data_categories` and `data_uses` take only what fideslang knows, so a category or use of the policy's own goes out as the nearest one above
//! it. The description of a field carries the classification in full, which is what comes back in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::listed::{Listed, Meaning, Table, Value};
use super::note::note;
use super::yaml;
use crate::error::Error;

/// What the description of a field says that no declaration covers.
pub(super) const UNCLASSIFIED: &str = "unclassified";

#[derive(Serialize)]
struct File<'a> {
    dataset: Vec<Dataset<'a>>,
}

#[derive(Serialize)]
struct Dataset<'a> {
    fides_key: String,
    name: &'a str,
    description: String,
    fides_meta: Meta<'a>,
    collections: Vec<Collection<'a>>,
}

#[derive(Serialize)]
struct Meta<'a> {
    namespace: Namespace<'a>,
}

#[derive(Serialize)]
struct Namespace<'a> {
    schema: &'a str,
}

#[derive(Serialize)]
struct Collection<'a> {
    name: &'a str,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_categories: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_uses: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fides_meta: Option<FieldMeta>,
}

#[derive(Serialize)]
struct FieldMeta {
    primary_key: bool,
}

/// The datasets.
pub(super) fn text(listed: &Listed<'_>) -> Result<String, Error> {
    let mut schemas: BTreeMap<(usize, &str), Vec<&Table<'_>>> = BTreeMap::new();
    for table in &listed.tables {
        schemas
            .entry((table.database, table.schema))
            .or_default()
            .push(table);
    }
    let mut used = BTreeSet::new();
    let dataset = schemas.into_iter().map(|((database, schema), tables)| Dataset {
        fides_key: key(schema, &mut used),
        name: schema,
        description: format!(
            "Columns of {}, as cargo boundary lists them.",
            listed.source(database)
        ),
        fides_meta: Meta {
            namespace: Namespace { schema },
        },
        collections: tables.into_iter().map(collection).collect(),
    });
    yaml(&File {
        dataset: dataset.collect(),
    })
}

fn collection<'a>(table: &'a Table<'a>) -> Collection<'a> {
    let fields = table.columns.iter().map(|listing| {
        let (data_categories, data_uses) = match &listing.meaning {
            Meaning::Value(value) => (value.shared_key().into_iter().collect(), uses(value)),
            Meaning::Role(_) | Meaning::DataKey | Meaning::Unclassified => (Vec::new(), Vec::new()),
        };
        Field {
            name: listing.name(),
            description: note(&listing.meaning, &listing.column.data_type)
                .unwrap_or_else(|| UNCLASSIFIED.to_owned()),
            data_categories,
            data_uses,
            fides_meta: (listing.meaning == Meaning::Role("record_id"))
                .then_some(FieldMeta { primary_key: true }),
        }
    });
    Collection {
        name: table.name,
        fields: fields.collect(),
    }
}

/// The data uses of a value's purposes, each as the nearest one that fideslang has.
fn uses(value: &Value<'_>) -> Vec<&'static str> {
    let known = value.purposes.iter().filter_map(|why| why.known);
    let mut uses: Vec<&'static str> = known
        .filter_map(|purpose| super::listed::shared_use(&purpose.data_use))
        .collect();
    uses.sort_unstable();
    uses.dedup();
    uses
}

/// A key may hold letters, digits, `_`, `.`, `-`, `<` and `>`, what else a name has becomes `_`; and no key stands twice.
fn key(name: &str, used: &mut BTreeSet<String>) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let key: String = name
        .chars()
        .map(|letter| if allowed(letter) { letter } else { '_' })
        .collect();
    let numbered = (2..).map(|number| format!("{key}_{number}"));
    let free = std::iter::once(key.clone())
        .chain(numbered)
        .find(|key| !used.contains(key))
        .unwrap_or(key);
    used.insert(free.clone());
    free
}
