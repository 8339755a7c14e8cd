//! What derived datasets were made from: the sources that models name, found among the models of the project.
//!
//! A source that cannot be told, because no model or several have its name, is reported and never guessed.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::parse::declarations::Stands;
use crate::parse::lineage::{Made, Model, models};

/// The models of a project, by the names of their structs.
#[derive(Debug)]
pub(super) struct Lineage(BTreeMap<String, Vec<Model>>);

/// A field that another one was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source<'a> {
    pub(super) model: &'a str,
    /// The column that the field stands for.
    pub(super) column: &'a str,
}

impl Lineage {
    /// Reads it out of the files that models stand in.
    pub(super) fn of(facts: &Facts) -> Self {
        let files: BTreeSet<_> = facts
            .types
            .values()
            .flatten()
            .map(|field| field.place.file)
            .collect();
        let mut by_name: BTreeMap<String, Vec<Model>> = BTreeMap::new();
        for file in files {
            for model in models(&facts.sources.file(file).text) {
                if facts.types.contains_key(&model.rust) {
                    by_name.entry(model.rust.clone()).or_default().push(model);
                }
            }
        }
        Lineage(by_name)
    }

    /// The one model of a struct.
    ///
    /// # Errors
    ///
    /// Where there is none, or several.
    pub(super) fn model(&self, rust: &str) -> Result<&Model, String> {
        match self.0.get(rust).map_or(&[][..], Vec::as_slice) {
            [model] => Ok(model),
            [] => Err(format!("no model is called `{rust}`")),
            _ => Err(format!("several models are called `{rust}`")),
        }
    }

    /// The fields that a field was made from, and what cannot be told of them. One that does not say is made from every value of every source.
    pub(super) fn sources<'a>(&'a self, model: &'a Model, made: &'a Made) -> (Vec<Source<'a>>, Vec<String>) {
        let mut sources = BTreeSet::new();
        let mut untold = Vec::new();
        for (rust, field) in &made.from {
            match self.model(rust) {
                Ok(source) => match source.fields.iter().find(|known| known.name == *field) {
                    Some(known) => {
                        sources.insert(Source {
                            model: &source.rust,
                            column: &known.column,
                        });
                    }
                    None => untold.push(format!("`{rust}` has no field `{field}`")),
                },
                Err(why) => untold.push(why),
            }
        }
        if made.from.is_empty() && made.is_value && model.stands == Stands::Dataset {
            for rust in &model.derived_from {
                match self.model(rust) {
                    Ok(source) => {
                        let values = source.fields.iter().filter(|known| known.is_value);
                        sources.extend(values.map(|known| Source {
                            model: &source.rust,
                            column: &known.column,
                        }));
                    }
                    Err(why) => untold.push(why),
                }
            }
        }
        (sources.into_iter().collect(), untold)
    }
}
