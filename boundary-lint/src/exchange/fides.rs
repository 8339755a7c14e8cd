//! Fides datasets (fideslang 3.1): one dataset for each schema of each database, its tables as collections, their columns as fields.
//!
//! `data_categories` and `data_uses` take only what fideslang knows, so a category or use of the policy's own goes out as the nearest one above
//! it. The description of a field carries the classification in full, which is what comes back in.

use std::collections::BTreeSet;

use serde::Serialize;

use super::listed::{Listed, Meaning, Table, Value};
use super::note::note;
use super::{plain, unused, yaml};
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
    let mut used = BTreeSet::new();
    let dataset = listed.schemas().map(|schema| Dataset {
        fides_key: unused(plain(schema.name), &mut used),
        name: schema.name,
        description: format!("Columns of {}, as cargo boundary lists them.", schema.source),
        fides_meta: Meta {
            namespace: Namespace { schema: schema.name },
        },
        collections: schema.tables.iter().map(collection).collect(),
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
