//! Data contracts of the Open Data Contract Standard 3.1: one contract for each schema of each database, as documents of one YAML stream.
//!
//! `classification` is the category's sensitivity, `criticalDataElement` whether the value is about a person. Category, residency and purposes are
//! custom properties, because the standard has no words for them. A column without a declaration has the classification `unclassified`.

use serde::Serialize;

use super::listed::{Listed, Listing, Meaning, Table, Value};
use super::{plain, yaml};
use crate::error::Error;

const VERSION: &str = "v3.1.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contract<'a> {
    api_version: &'static str,
    kind: &'static str,
    id: String,
    name: &'a str,
    version: &'static str,
    status: &'static str,
    description: Description,
    schema: Vec<Object<'a>>,
}

#[derive(Serialize)]
struct Description {
    purpose: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    name: &'a str,
    physical_name: String,
    physical_type: &'static str,
    logical_type: &'static str,
    properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Property<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_type: Option<&'a str>,
    required: bool,
    classification: &'static str,
    critical_data_element: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_properties: Vec<Custom>,
}

#[derive(Serialize)]
struct Custom {
    property: &'static str,
    value: Text,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Text {
    One(String),
    Many(Vec<String>),
}

/// The contracts.
pub(super) fn text(listed: &Listed<'_>) -> Result<String, Error> {
    let mut text = String::new();
    for schema in listed.schemas() {
        let source = schema.source;
        let contract = Contract {
            api_version: VERSION,
            kind: "DataContract",
            // Made of what names it, so that the same schema keeps its id.
            id: format!("urn:boundary:{}:{}", plain(source), plain(schema.name)),
            name: schema.name,
            version: "1.0.0",
            status: "active",
            description: Description {
                purpose: format!("Classification of the columns of {source}, as cargo boundary lists them."),
            },
            schema: schema.tables.iter().map(object).collect(),
        };
        text.push_str("---\n");
        text.push_str(&yaml(&contract)?);
    }
    Ok(text)
}

fn object<'a>(table: &'a Table<'a>) -> Object<'a> {
    Object {
        name: table.name,
        physical_name: format!("{}.{}", table.schema, table.name),
        physical_type: table.kind.as_str(),
        logical_type: "object",
        properties: table.columns.iter().map(property).collect(),
    }
}

fn property<'a>(listing: &'a Listing<'a>) -> Property<'a> {
    Property {
        name: listing.name(),
        physical_type: Some(listing.column.data_type.as_str()).filter(|ty| !ty.is_empty()),
        required: !listing.column.nullable,
        classification: listing.meaning.classification(),
        critical_data_element: match &listing.meaning {
            Meaning::Value(value) => value.is_personal(),
            other => *other == Meaning::Role("subject"),
        },
        custom_properties: match (&listing.meaning, listing.meaning.role()) {
            (Meaning::Value(value), _) => custom(value),
            (_, Some(role)) => vec![one("role", role)],
            (_, None) => Vec::new(),
        },
    }
}

fn custom(value: &Value<'_>) -> Vec<Custom> {
    let mut custom = vec![one("category", value.key), one("residency", value.residency())];
    custom.extend(value.storage.map(|storage| one("storage", storage)));
    if !value.purposes.is_empty() {
        custom.push(Custom {
            property: "purposes",
            value: Text::Many(value.purposes.iter().map(|why| why.name().to_owned()).collect()),
        });
    }
    custom
}

fn one(property: &'static str, value: impl Into<String>) -> Custom {
    Custom {
        property,
        value: Text::One(value.into()),
    }
}
