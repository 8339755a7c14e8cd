//! The Data Privacy Vocabulary of the W3C as JSON-LD: a node for each purpose with its legal basis, and for each column with what it is.
//!
//! Names of columns and regions are in a namespace of ours, because the vocabulary has none for them. Which terms are meant is for
//! `dpv_terms` to say.

use serde_json::{Value as Json, json};

use super::dpv_terms::{basis, category, data_use};
use super::listed::{Listed, Meaning, Value};
use super::plain;
use crate::error::Error;

/// The namespace of what only a project knows.
const OWN: &str = "urn:boundary:";

/// The graph.
pub(super) fn text(listed: &Listed<'_>) -> Result<String, Error> {
    let mut graph = Vec::new();
    if let Some(policy) = &listed.facts.policy {
        graph.extend(policy.purposes().values().map(|purpose| {
            json!({
                "@id": purpose_id(purpose.name.as_str()),
                "@type": data_use(&purpose.data_use),
                "dpv:hasLegalBasis": { "@id": basis(purpose.basis) },
                "rdfs:label": purpose.name.as_str(),
                "boundary:dataUse": purpose.data_use,
            })
        }));
    }
    for (table, listing) in listed.columns() {
        let name = [table.schema, table.name, listing.name()];
        let mut node = json!({
            "@id": format!("{OWN}column:{}:{}", table.database + 1, name.map(escaped).join(".")),
            "rdfs:label": name.join("."),
            "boundary:source": plain(listed.source(table.database)),
            "boundary:classification": listing.meaning.classification(),
        });
        let said = match &listing.meaning {
            Meaning::Value(value) => of_value(value),
            Meaning::Role("subject") => json!({ "@type": "pd:UID", "boundary:role": "subject" }),
            Meaning::Role(role) => json!({ "@type": "dpv:Data", "boundary:role": role }),
            Meaning::DataKey => json!({ "@type": "dpv:NonPersonalData", "boundary:role": "data_key" }),
            Meaning::Unclassified => json!({ "@type": "dpv:Data" }),
        };
        if let (Json::Object(node), Json::Object(said)) = (&mut node, said) {
            node.extend(said);
        }
        graph.push(node);
    }
    let document = json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "boundary": OWN,
        },
        "@graph": graph,
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn of_value(value: &Value<'_>) -> Json {
    let mut types = vec![match category(value.key) {
        // A policy may know better of a narrower key.
        "dpv:NonPersonalData" if value.is_personal() => "dpv:Data",
        term => term,
    }];
    if value.sensitivity() == "sensitive" && value.key.starts_with("user") {
        types.push("dpv:SensitivePersonalData");
    }
    let mut node = json!({
        "@type": types,
        "boundary:category": value.key,
        "boundary:residency": value.residency(),
    });
    if let Json::Object(node) = &mut node {
        // A purpose that the policy does not have is no node of this graph, and stays a text.
        let (known, unknown): (Vec<_>, Vec<_>) = value.purposes.iter().partition(|why| why.known.is_some());
        if !known.is_empty() {
            let ids = known.iter().map(|why| json!({ "@id": purpose_id(why.name()) }));
            node.insert("dpv:hasPurpose".to_owned(), ids.collect());
        }
        if !unknown.is_empty() {
            let names = unknown.iter().map(|why| json!(why.written));
            node.insert("boundary:unknownPurpose".to_owned(), names.collect());
        }
        if let Some(storage) = value.storage {
            node.insert("boundary:storage".to_owned(), json!(storage));
        }
    }
    node
}

fn purpose_id(name: &str) -> String {
    format!("{OWN}purpose:{name}")
}

/// A name within an IRI; two names never become one.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            true => escaped.push(char::from(byte)),
            false => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::declarations::Json as Said;
    use boundary_schema::{Sensitivity, Taxonomy};

    #[test]
    fn what_a_policy_calls_personal_is_not_called_the_opposite() {
        let mut taxonomy = Taxonomy::built_in();
        taxonomy
            .extend("system.operations.badge", Sensitivity::Personal, None, None)
            .unwrap();
        let types = |key: &str| {
            let value = Value {
                key,
                category: taxonomy.get(key),
                residency: None,
                region: None,
                purposes: Vec::new(),
                storage: None,
                json: &Said::Unsaid,
            };
            of_value(&value)["@type"].clone()
        };
        assert_eq!(types("system.operations"), json!(["dpv:NonPersonalData"]));
        assert_eq!(types("system.operations.badge"), json!(["dpv:Data"]));
        assert_eq!(types("system.unheard_of"), json!(["dpv:Data"]));
        assert_eq!(
            types("user.biometric"),
            json!(["pd:Biometric", "dpv:SensitivePersonalData"])
        );
    }

    #[test]
    fn two_names_are_two_iris() {
        assert_eq!(escaped("a.b"), "a%2Eb");
        assert_eq!(escaped("é\" "), "%C3%A9%22%20");
    }
}
