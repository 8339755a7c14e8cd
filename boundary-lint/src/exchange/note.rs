//! A classification as one line, in the grammar of `#[boundary(…)]`: `boundary: category = "…", residency = …, purpose(…)`.
//!
//! The lint reads it in comments on columns; other formats carry it as text beside their own, narrower words, so that nothing is lost on the
//! way back.

use super::listed::{Meaning, Value};
use crate::adopt::fix::camel;
use crate::adopt::suggestions::quoted;
use crate::catalogue::DECLARES;
use crate::parse::declarations::{Json, Residency};

/// The line for a column; `None` where it is not classified.
pub(super) fn note(meaning: &Meaning<'_>, data_type: &str) -> Option<String> {
    let said = match meaning {
        Meaning::Role(role) => (*role).to_owned(),
        Meaning::DataKey => "data_key".to_owned(),
        Meaning::Value(value) => of_value(value, data_type),
        Meaning::Unclassified => return None,
    };
    Some(format!("{DECLARES} {said}"))
}

fn of_value(value: &Value<'_>, data_type: &str) -> String {
    let mut parts = vec![format!("category = {}", quoted(value.key))];
    match value.residency {
        // A region may have the name of a keyword.
        Some(Residency::Pinned(written)) => {
            let region = value.region.unwrap_or(written);
            parts.push(format!("residency = pinned({})", quoted(region)));
        }
        Some(residency) => parts.push(format!("residency = {residency}")),
        None => {}
    }
    if !value.purposes.is_empty() {
        let names: Vec<String> = value.purposes.iter().map(|why| camel(why.name())).collect();
        parts.push(format!("purpose({})", names.join(", ")));
    }
    match value.json {
        Json::Opaque => parts.push("opaque".to_owned()),
        Json::Type(name) if ["json", "jsonb"].contains(&data_type) => {
            parts.push(format!("json = {}", quoted(name)));
        }
        Json::Type(_) | Json::Unsaid => {}
    }
    parts.join(", ")
}
