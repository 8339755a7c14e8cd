//! What every format is written from: tables with their columns, and what each column is declared to be.
//!
//! Names are resolved here once: a purpose as the policy spells it, a region likewise, a category with the nearest key that other tools know.
//! Nothing of a format may enter.

use std::sync::LazyLock;

use boundary_schema::{Category, Policy, Purpose, Taxonomy, taxonomy};

use crate::catalogue::RelationKind;
use crate::facts::{Classified, Column, Declaration, Facts};
use crate::manifest::protection_word;
use crate::parse::declarations::{Json, Residency, Says};

/// The categories that Boundary shares with fideslang.
static SHARED: LazyLock<Taxonomy> = LazyLock::new(Taxonomy::built_in);

/// All tables of a project.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    pub(super) facts: &'a Facts,
    /// By database, then name.
    pub(super) tables: Vec<Table<'a>>,
    /// By name.
    pub(super) datasets: Vec<Dataset<'a>>,
}

/// A derived dataset, or one that it was made from.
#[derive(Debug)]
pub(super) struct Dataset<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    /// By name.
    pub(super) fields: Vec<(&'a Declaration, Meaning<'a>)>,
}

/// A schema of a database.
#[derive(Debug)]
pub(super) struct Schema<'l, 'a> {
    pub(super) name: &'a str,
    /// Where its columns were read from.
    pub(super) source: &'a str,
    pub(super) tables: &'l [Table<'a>],
}

/// A table or view.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Its database, by index.
    pub(super) database: usize,
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: RelationKind,
    /// By name.
    pub(super) columns: Vec<Listing<'a>>,
}

/// A column.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    pub(super) column: &'a Column,
    pub(super) meaning: Meaning<'a>,
}

/// What a column is declared to be.
#[derive(Debug, PartialEq)]
pub(super) enum Meaning<'a> {
    /// Its part in identifying the record: `record_id`, `tenant` or `subject`.
    Role(&'static str),
    /// The wrapped data key.
    DataKey,
    /// A value.
    Value(Value<'a>),
    /// No declaration covers it.
    Unclassified,
}

/// What a value is, where it may be and why it is processed.
#[derive(Debug, PartialEq)]
pub(super) struct Value<'a> {
    /// The category's key, as declared.
    pub(super) key: &'a str,
    /// The category, where the policy knows it.
    pub(super) category: Option<&'a Category>,
    pub(super) residency: Option<&'a Residency>,
    /// Regions may be spelled otherwise in Rust; this is as the policy does.
    pub(super) region: Option<&'a str>,
    pub(super) purposes: Vec<Why<'a>>,
    /// `sealed` where the column holds ciphertext, `plain` where it does not; `None` where no struct says.
    pub(super) storage: Option<&'static str>,
    pub(super) json: &'a Json,
}

/// A purpose, by the name it was declared with.
#[derive(Debug, PartialEq)]
pub(super) struct Why<'a> {
    pub(super) written: &'a str,
    /// The purpose, where the policy has it.
    pub(super) known: Option<&'a Purpose>,
}

impl Meaning<'_> {
    /// One word for how it is to be treated.
    pub(super) fn classification(&self) -> &'static str {
        match self {
            Meaning::Value(value) => value.sensitivity(),
            // A person's rows are found by it.
            Meaning::Role("subject") => "personal",
            Meaning::Role(_) | Meaning::DataKey => "internal",
            Meaning::Unclassified => "unclassified",
        }
    }

    /// The word for its part in the record, if it has one.
    pub(super) fn role(&self) -> Option<&'static str> {
        match self {
            Meaning::Role(role) => Some(role),
            Meaning::DataKey => Some("data_key"),
            Meaning::Value(_) | Meaning::Unclassified => None,
        }
    }
}

impl<'a> Why<'a> {
    /// Its name, as the policy spells it where it knows it.
    pub(super) fn name(&self) -> &'a str {
        self.known.map_or(self.written, |purpose| purpose.name.as_str())
    }
}

impl<'a> Value<'a> {
    /// The key itself or the nearest one above it that fideslang has.
    pub(super) fn shared_key(&self) -> Option<&'static str> {
        shared_category(self.key)
    }

    /// Whether it is about a person; what is not known is taken to be.
    pub(super) fn is_personal(&self) -> bool {
        self.category.is_none_or(Category::is_personal)
    }

    /// The word for how sensitive it is.
    pub(super) fn sensitivity(&self) -> &'static str {
        self.category
            .map_or("unknown", |category| category.sensitivity.as_str())
    }

    /// `in_country`, `pinned(in)`.
    pub(super) fn residency(&self) -> String {
        match (self.residency, self.region) {
            (Some(Residency::Pinned(_)), Some(region)) => format!("pinned({region})"),
            (Some(residency), _) => residency.to_string(),
            (None, _) => "unknown".to_owned(),
        }
    }
}

impl<'a> Listed<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut columns: Vec<&Column> = facts.columns.iter().collect();
        columns.sort_by(|a, b| (a.database, &a.key).cmp(&(b.database, &b.key)));
        let table = |column: &&'a Column| (column.database, column.key.0.as_str(), column.key.1.as_str());
        let tables = columns
            .chunk_by(|a, b| table(a) == table(b))
            .filter_map(|columns| {
                let first = columns.first()?;
                Some(Table {
                    database: first.database,
                    schema: &first.key.0,
                    name: &first.key.1,
                    kind: first.kind,
                    columns: columns
                        .iter()
                        .map(|column| Listing {
                            column,
                            meaning: meaning(facts, facts.declaration(column)),
                        })
                        .collect(),
                })
            });
        Listed {
            facts,
            tables: tables.collect(),
            datasets: datasets(facts),
        }
    }

    /// The tables of each schema of each database.
    pub(super) fn schemas(&self) -> impl Iterator<Item = Schema<'_, 'a>> {
        let schemas = self
            .tables
            .chunk_by(|a, b| (a.database, a.schema) == (b.database, b.schema));
        schemas.filter_map(|tables| {
            let first = tables.first()?;
            Some(Schema {
                name: first.schema,
                source: self.source(first.database),
                tables,
            })
        })
    }

    /// Every column with its table.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&Table<'a>, &Listing<'a>)> {
        self.tables
            .iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
    }

    /// Whether a database is a Postgres.
    pub(super) fn is_postgres(&self, database: usize) -> bool {
        self.facts
            .databases
            .get(database)
            .is_some_and(|database| database.has_row_security)
    }

    /// Where the columns of a database were read from.
    pub(super) fn source(&self, database: usize) -> &'a str {
        self.facts
            .databases
            .get(database)
            .map_or("", |database| database.shown.as_str())
    }
}

impl Listing<'_> {
    pub(super) fn name(&self) -> &str {
        &self.column.key.2
    }

    /// Whether it only shows a column that is declared elsewhere.
    pub(super) fn is_through(&self) -> bool {
        matches!(self.column.classified, Classified::Through(_))
    }
}

/// The derived datasets, which may lie elsewhere than in a database.
fn datasets(facts: &Facts) -> Vec<Dataset<'_>> {
    let derived: Vec<&Declaration> = facts
        .declarations
        .iter()
        .filter(|declaration| declaration.dataset)
        .collect();
    let name = |declaration: &&Declaration| (declaration.key.0.clone(), declaration.key.1.clone());
    let datasets = derived.chunk_by(|a, b| name(a) == name(b)).filter_map(|fields| {
        let first = fields.first()?;
        Some(Dataset {
            schema: &first.key.0,
            name: &first.key.1,
            fields: fields
                .iter()
                .map(|declaration| (*declaration, meaning(facts, Some(declaration))))
                .collect(),
        })
    });
    datasets.collect()
}

/// What a declaration says, with its names as the policy spells them.
pub(super) fn meaning<'a>(facts: &'a Facts, declaration: Option<&'a Declaration>) -> Meaning<'a> {
    let Some(declaration) = declaration else {
        return Meaning::Unclassified;
    };
    let policy = facts.policy.as_ref();
    match &declaration.says {
        Says::Role(role) => Meaning::Role(role),
        Says::DataKey => Meaning::DataKey,
        Says::Nothing => Meaning::Unclassified,
        Says::Category { category, residency } => Meaning::Value(Value {
            key: category,
            category: facts.category(category),
            residency: residency.as_ref(),
            region: residency
                .as_ref()
                .and_then(|residency| region(policy?, residency)),
            purposes: declaration
                .purposes
                .iter()
                .map(|written| Why {
                    written,
                    known: facts.purpose(written),
                })
                .collect(),
            storage: declaration.protection.map(protection_word),
            json: &declaration.json,
        }),
    }
}

/// `PaymentFraud` in Rust is `payment_fraud` in the policy.
fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

fn region<'a>(policy: &'a Policy, residency: &Residency) -> Option<&'a str> {
    let Residency::Pinned(written) = residency else {
        return None;
    };
    let mut names = policy.regions().keys().map(|name| name.as_str());
    names.find(|name| plain(name) == plain(written))
}

/// The category itself or the nearest one above it that fideslang has.
pub(super) fn shared_category(key: &str) -> Option<&'static str> {
    SHARED.nearest_ancestor(key).map(|category| category.key.as_str())
}

/// The data use itself or the nearest one above it that fideslang has.
pub(super) fn shared_use(key: &str) -> Option<&'static str> {
    let above = |known: &&&str| {
        key.strip_prefix(**known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    taxonomy::DATA_USES
        .iter()
        .filter(above)
        .max_by_key(|known| known.len())
        .copied()
}
