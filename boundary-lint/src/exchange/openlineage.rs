//! OpenLineage 2.0.2: a job event for each derived dataset, with its sources as inputs and columns, lineage and classification as facets.
//!
//! The jobs that make the datasets are not known here, so a job is called as its dataset. Nobody is declared to own a dataset, so there is no
//! facet that says who does.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::lineage::{Lineage, Made, Model};
use super::listed::{Dataset, Listed, Meaning, meaning};
use crate::error::Error;
use crate::parse::declarations::Stands;

/// The namespace of tables and datasets.
const NAMESPACE: &str = "boundary";

/// The namespace of events.
const EVENTS: &str = "boundary.events";

/// What wrote the events.
const PRODUCER: &str = concat!("urn:boundary:cargo-boundary:", env!("CARGO_PKG_VERSION"));

/// The events, one a line.
pub(super) fn text(listed: &Listed<'_>, today: &str, remarks: &mut Vec<String>) -> Result<String, Error> {
    let lineage = Lineage::of(listed.facts);
    let mut text = String::new();
    for dataset in &listed.datasets {
        let event = event(listed, &lineage, dataset, today, remarks);
        text.push_str(&serde_json::to_string(&event)?);
        text.push('\n');
    }
    Ok(text)
}

fn event(
    listed: &Listed<'_>,
    lineage: &Lineage,
    dataset: &Dataset<'_>,
    today: &str,
    remarks: &mut Vec<String>,
) -> Json {
    let name = format!("{}.{}", dataset.schema, dataset.name);
    let mut remark = |why: String| remarks.push(format!("{name}: its lineage is not whole: {why}"));
    let mut models: Vec<&Model> = Vec::new();
    let structs: BTreeSet<&str> = dataset
        .fields
        .iter()
        .map(|(declaration, _)| declaration.by.as_str())
        .collect();
    for rust in structs {
        match lineage.model(rust) {
            Ok(model) => models.push(model),
            Err(why) => remark(why),
        }
    }
    let mut inputs = BTreeSet::new();
    for rust in models.iter().flat_map(|model| &model.derived_from) {
        match lineage.model(rust) {
            Ok(model) => {
                inputs.insert(model.rust.as_str());
            }
            Err(why) => remark(why),
        }
    }
    let mut fields = Map::new();
    for model in &models {
        for made in &model.fields {
            let (sources, untold) = lineage.sources(model, made);
            untold.into_iter().for_each(&mut remark);
            let inputs: Vec<Json> = sources
                .iter()
                .filter_map(|source| {
                    let (namespace, name) = id(lineage.model(source.model).ok()?);
                    Some(json!({
                        "namespace": namespace,
                        "name": name,
                        "field": source.column,
                        "transformations": [transformation(made)],
                    }))
                })
                .collect();
            if !inputs.is_empty() {
                fields.insert(made.column.clone(), json!({ "inputFields": inputs }));
            }
        }
    }
    let columns: Vec<(&str, &Meaning<'_>)> = dataset
        .fields
        .iter()
        .map(|(declaration, meaning)| (declaration.key.2.as_str(), meaning))
        .collect();
    let mut facets = facets(&columns);
    facets.insert(
        "columnLineage".to_owned(),
        facet("1-2-0", "ColumnLineageDatasetFacet", "fields", json!(fields)),
    );
    let inputs: Vec<Json> = inputs
        .into_iter()
        .filter_map(|rust| lineage.model(rust).ok())
        .map(|model| input(listed, model))
        .collect();
    json!({
        "eventTime": format!("{today}T00:00:00Z"),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
        "job": { "namespace": NAMESPACE, "name": name },
        "inputs": inputs,
        "outputs": [{ "namespace": NAMESPACE, "name": name, "facets": facets }],
    })
}

fn input(listed: &Listed<'_>, model: &Model) -> Json {
    let (namespace, name) = id(model);
    let facts = listed.facts;
    let declared = facts
        .declarations
        .iter()
        .filter(|declaration| declaration.by == model.rust);
    let meanings: Vec<(&str, Meaning<'_>)> = declared
        .map(|declaration| (declaration.key.2.as_str(), meaning(facts, Some(declaration))))
        .collect();
    let columns: Vec<(&str, &Meaning<'_>)> = meanings
        .iter()
        .map(|(column, meaning)| (*column, meaning))
        .collect();
    // The columns of an event are in no declaration that is joined with a table.
    match columns.is_empty() {
        true => json!({ "namespace": namespace, "name": name }),
        false => json!({ "namespace": namespace, "name": name, "facets": facets(&columns) }),
    }
}

/// Namespace and name.
fn id(model: &Model) -> (&'static str, String) {
    match model.stands {
        Stands::Event => (EVENTS, model.name.clone()),
        // As declarations name it: without a schema it is the default one.
        Stands::Table | Stands::Dataset if model.name.contains('.') => (NAMESPACE, model.name.clone()),
        Stands::Table | Stands::Dataset => (NAMESPACE, format!("public.{}", model.name)),
    }
}

fn transformation(made: &Made) -> Json {
    match made.transform.as_deref() {
        Some("cohort") => json!({
            "type": "DIRECT", "subtype": "AGGREGATION", "description": "cohort", "masking": true,
        }),
        Some(transform) => json!({
            "type": "DIRECT", "subtype": "TRANSFORMATION", "description": transform, "masking": true,
        }),
        None if made.from.is_empty() => json!({
            "type": "DIRECT", "description": "the model does not say from which field, so from any of its sources",
        }),
        None => json!({ "type": "DIRECT" }),
    }
}

/// The facets of columns: their names, and a tag for each thing that is declared of them.
fn facets(columns: &[(&str, &Meaning<'_>)]) -> Map<String, Json> {
    let names: Vec<Json> = columns
        .iter()
        .map(|(column, _)| json!({ "name": column }))
        .collect();
    let mut tags = Vec::new();
    for (column, meaning) in columns {
        let mut tag = |key: &str, value: &str| {
            tags.push(json!({ "key": key, "value": value, "source": "BOUNDARY", "field": column }));
        };
        tag("classification", meaning.classification());
        if let Some(role) = meaning.role() {
            tag("role", role);
        }
        if let Meaning::Value(value) = meaning {
            tag("category", value.key);
            tag("residency", &value.residency());
            for why in &value.purposes {
                tag("purpose", why.name());
            }
        }
    }
    let mut facets = Map::new();
    facets.insert(
        "schema".to_owned(),
        facet("1-2-0", "SchemaDatasetFacet", "fields", json!(names)),
    );
    facets.insert(
        "tags".to_owned(),
        facet("1-0-0", "TagsDatasetFacet", "tags", json!(tags)),
    );
    facets
}

fn facet(version: &str, name: &str, key: &str, value: Json) -> Json {
    json!({
        "_producer": PRODUCER,
        "_schemaURL": format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}"),
        key: value,
    })
}
