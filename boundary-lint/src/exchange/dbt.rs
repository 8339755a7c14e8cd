//! Properties of dbt (`version: 2`): tables as sources and derived datasets as models, with the classification under `config.meta` of each column.
//!
//! dbt 1.10 and later read `config.meta` of a column. `meta` beside it, as older versions have it, is deprecated there, so it is not written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::listed::{Listed, Meaning, Table, Value};
use super::{unused, yaml};
use crate::error::Error;

#[derive(Serialize)]
struct File<'a> {
    version: u32,
    sources: Vec<Source<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<Relation<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    name: String,
    schema: &'a str,
    tables: Vec<Relation<'a>>,
}

#[derive(Serialize)]
struct Relation<'a> {
    name: &'a str,
    columns: Vec<Column<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_type: Option<&'a str>,
    config: Config,
}

#[derive(Serialize)]
struct Config {
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    boundary: Said,
}

#[derive(Serialize)]
struct Said {
    classification: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    residency: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    purposes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<&'static str>,
}

/// The properties of all sources, and of the derived datasets as models.
pub(super) fn text(listed: &Listed<'_>, remarks: &mut Vec<String>) -> Result<String, Error> {
    let mut used = BTreeSet::new();
    let sources = listed.schemas().map(|schema| Source {
        name: unused(schema.name.to_owned(), &mut used),
        schema: schema.name,
        tables: schema.tables.iter().map(relation).collect(),
    });
    let sources = sources.collect();
    let mut models = BTreeMap::new();
    for dataset in &listed.datasets {
        // To dbt a model's name is its own in the whole project.
        if models.contains_key(dataset.name) {
            remarks.push(format!(
                "several datasets are called {}, and a model of dbt is known by that alone: {}.{} is left out",
                dataset.name, dataset.schema, dataset.name
            ));
            continue;
        }
        let fields = dataset.fields.iter();
        let model = Relation {
            name: dataset.name,
            columns: fields
                .map(|(declaration, meaning)| column(&declaration.key.2, None, meaning))
                .collect(),
        };
        models.insert(dataset.name, model);
    }
    yaml(&File {
        version: 2,
        sources,
        models: models.into_values().collect(),
    })
}

fn relation<'a>(table: &'a Table<'a>) -> Relation<'a> {
    let columns = table.columns.iter();
    Relation {
        name: table.name,
        columns: columns
            .map(|listing| {
                let data_type = Some(listing.column.data_type.as_str()).filter(|ty| !ty.is_empty());
                column(listing.name(), data_type, &listing.meaning)
            })
            .collect(),
    }
}

fn column<'a>(name: &'a str, data_type: Option<&'a str>, meaning: &Meaning<'_>) -> Column<'a> {
    let value = match meaning {
        Meaning::Value(value) => Some(value),
        Meaning::Role(_) | Meaning::DataKey | Meaning::Unclassified => None,
    };
    let boundary = Said {
        classification: meaning.classification(),
        role: meaning.role(),
        category: value.map(|value| value.key.to_owned()),
        residency: value.map(Value::residency),
        purposes: value.map_or(Vec::new(), |value| {
            value.purposes.iter().map(|why| why.name().to_owned()).collect()
        }),
        storage: value.and_then(|value| value.storage),
    };
    Column {
        name,
        data_type,
        config: Config {
            meta: Meta { boundary },
        },
    }
}
