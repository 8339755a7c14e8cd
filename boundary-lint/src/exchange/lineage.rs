//! What derived datasets were made from: the sources that models name, found among the models of the project.
//!
//! A source that cannot be told, because no model or several have its name, is reported and never guessed.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Declaration, Facts};
use crate::parse::declarations::{Says, Stands};

/// A model and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// The struct's name.
    pub(super) rust: String,
    /// The name of its table, event or dataset.
    pub(super) name: String,
    pub(super) stands: Stands,
    /// The structs that a dataset was made from.
    pub(super) derived_from: Vec<String>,
    pub(super) fields: Vec<Made>,
}

/// A field and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// Its name in Rust.
    pub(super) name: String,
    /// The column that it stands for.
    pub(super) column: String,
    /// Whether it has a category, and not only a role.
    pub(super) is_value: bool,
    /// Structs and their fields; empty where it does not say.
    pub(super) from: Vec<(String, String)>,
    /// The release that they went through.
    pub(super) transform: Option<String>,
}

impl Made {
    fn of(declared: &Declaration) -> Self {
        let words = |path: &String| {
            let (rust, field) = path.split_once("::")?;
            Some((rust.to_owned(), field.to_owned()))
        };
        Made {
            name: declared.field.clone(),
            column: declared.key.2.clone(),
            is_value: matches!(declared.says, Says::Category { .. }),
            from: declared.from.iter().filter_map(words).collect(),
            transform: declared.transform.clone(),
        }
    }
}

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
    pub(super) fn of(facts: &Facts) -> Self {
        let mut by_name: BTreeMap<String, Vec<Model>> = BTreeMap::new();
        for made in &facts.made {
            by_name.entry(made.by.clone()).or_default().push(Model {
                rust: made.by.clone(),
                name: made.name.clone(),
                stands: made.stands,
                derived_from: made.derived_from.clone(),
                fields: made.fields.iter().map(Made::of).collect(),
            });
        }
        // A struct of a table is known by the place of the table's name in it.
        let mut tables: BTreeMap<_, Vec<&Declaration>> = BTreeMap::new();
        for declared in facts
            .declarations
            .iter()
            .filter(|declared| !declared.dataset && !declared.is_outside_rust())
        {
            tables
                .entry((&declared.by, declared.table_place))
                .or_default()
                .push(declared);
        }
        for ((rust, _), mut declared) in tables {
            declared.sort_by_key(|declared| declared.place);
            let (schema, table, _) = &declared[0].key;
            by_name.entry(rust.clone()).or_default().push(Model {
                rust: rust.clone(),
                name: format!("{schema}.{table}"),
                stands: Stands::Table,
                derived_from: Vec::new(),
                fields: declared.iter().map(|declared| Made::of(declared)).collect(),
            });
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
