//! Fides datasets of others as suggestions, in the file that `cargo boundary fix` reads.
//!
//! What somebody else's catalogue says of a column is a hint to the person who classifies, no more: every entry waits to be accepted, and what
//! the policy does not know, or what has several answers, is left open with a line that says so. Nothing of a fact is made here.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use boundary_schema::Policy;
use serde::Deserialize;

use super::fides::UNCLASSIFIED;
use super::listed::{Listed, Meaning, Value, meaning, shared_use};
use super::{Foreign, in_line};
use crate::adopt::suggestions::{Entry, HEAD, residency};
use crate::catalogue::DECLARES;
use crate::error::Error;
use crate::facts::{Column, Facts};
use crate::parse::declarations::{Field as Declared, Says, declaration};

#[derive(Deserialize)]
struct File {
    dataset: Vec<Dataset>,
}

#[derive(Deserialize)]
struct Dataset {
    fides_key: String,
    #[serde(default)]
    fides_meta: Option<Meta>,
    #[serde(default)]
    data_categories: Option<Vec<String>>,
    collections: Vec<Collection>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    namespace: Option<Namespace>,
}

#[derive(Deserialize)]
struct Namespace {
    #[serde(default)]
    schema: Option<String>,
}

#[derive(Deserialize)]
struct Collection {
    name: String,
    #[serde(default)]
    data_categories: Option<Vec<String>>,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    data_categories: Option<Vec<String>>,
    #[serde(default)]
    data_uses: Option<Vec<String>>,
    #[serde(default)]
    fields: Option<Vec<Field>>,
}

/// The suggestions of a file, and what of it they leave out.
///
/// # Errors
///
/// [`Error::Read`] where the file cannot be read, [`Error::Foreign`] where it is not of the format.
pub fn import(facts: &Facts, format: Foreign, path: &Path) -> Result<(String, Vec<String>), Error> {
    let Foreign::Fides = format;
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    // The library's bounds on aliases hold against files that grow when they are read; those on size are for files smaller than a large
    // database has. A snippet would repeat what a stranger wrote.
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! { max_events: 100_000_000, max_nodes: 50_000_000 },
    };
    let file: File = serde_saphyr::from_str_with_options(&text, options).map_err(|error| Error::Foreign {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    let listed = Listed::of(facts);
    let mut tables: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, table) in listed.tables.iter().enumerate() {
        tables.entry(table.name).or_default().push(at);
    }
    let mut import = Import {
        listed,
        tables,
        text: String::from(HEAD),
        remarks: Vec::new(),
        seen: BTreeSet::new(),
    };
    for dataset in &file.dataset {
        import.dataset(dataset);
    }
    let remarks = import.remarks.iter().map(|remark| in_line(remark));
    Ok((import.text, remarks.collect()))
}

struct Import<'a> {
    listed: Listed<'a>,
    /// The tables by their names alone.
    tables: HashMap<&'a str, Vec<usize>>,
    text: String,
    remarks: Vec<String>,
    /// The columns that have an entry.
    seen: BTreeSet<String>,
}

impl<'a> Import<'a> {
    fn dataset(&mut self, dataset: &Dataset) {
        let schema = dataset
            .fides_meta
            .as_ref()
            .and_then(|meta| meta.namespace.as_ref()?.schema.as_deref());
        self.wide(&dataset.fides_key, dataset.data_categories.as_deref());
        for collection in &dataset.collections {
            let of = format!("{}.{}", dataset.fides_key, collection.name);
            self.wide(&of, collection.data_categories.as_deref());
            for field in &collection.fields {
                self.field(schema, &of, &collection.name, field);
            }
        }
    }

    /// A classification of a whole never covers its columns.
    fn wide(&mut self, of: &str, categories: Option<&[String]>) {
        if let Some(categories) = categories.filter(|categories| !categories.is_empty()) {
            self.remarks.push(format!(
                "{of}: its categories are of no single column, and are left out: {}",
                categories.join(", ")
            ));
        }
    }

    fn field(&mut self, schema: Option<&str>, of: &str, table: &str, field: &Field) {
        let shown = format!("{of}.{}", field.name);
        let column = match self.column(schema, table, &field.name) {
            Ok(column) => column,
            Err(why) => {
                self.remarks.push(format!("{shown}: {why}"));
                return;
            }
        };
        let facts = self.listed.facts;
        let (own_schema, own_table, own_column) = &column.key;
        let own_schema = facts.declared_schema(column.database, own_schema);
        let name = format!("{own_schema}.{own_table}.{own_column}");
        let Some(mut found) = Found::of(facts, field) else {
            return;
        };
        if !self.seen.insert(name.clone()) {
            self.remarks
                .push(format!("{shown}: the file has it twice; the first holds"));
            return;
        }
        for open in &found.open {
            self.remarks.push(format!("{shown}: {open}"));
        }
        if let Meaning::Value(value) = meaning(facts, facts.declaration(column)) {
            found.compare(&value, &shown, &mut self.remarks);
        }
        let mut remarks = vec![format!("from Fides: {shown}")];
        remarks.append(&mut found.lines);
        remarks.append(&mut found.open);
        let purposes: Vec<&str> = found.purposes.iter().map(String::as_str).collect();
        let entry = Entry {
            remarks,
            category: &found.category,
            residency: &found.residency,
            purposes: &purposes,
        };
        entry.write(&mut self.text, &name);
    }

    /// The column that a field stands for.
    fn column(&self, schema: Option<&str>, table: &str, name: &str) -> Result<&'a Column, String> {
        let named = self.tables.get(table).map_or(&[][..], Vec::as_slice);
        let tables: Vec<_> = named
            .iter()
            .filter_map(|at| self.listed.tables.get(*at))
            .filter(|known| schema.is_none_or(|schema| known.schema == schema))
            .collect();
        let schemas: BTreeSet<&str> = tables.iter().map(|table| table.schema).collect();
        if schemas.len() > 1 {
            let schemas: Vec<&str> = schemas.into_iter().collect();
            return Err(format!(
                "several schemas have the table, and the dataset's `fides_meta.namespace` names none: {}",
                schemas.join(", ")
            ));
        }
        if tables.is_empty() {
            return Err("this project has no such table".to_owned());
        }
        // Databases that have the same table have one declaration for it.
        let mut columns = tables.iter().filter_map(|table| {
            let at = table
                .columns
                .binary_search_by(|listing| listing.name().cmp(name))
                .ok()?;
            table.columns.get(at)
        });
        columns
            .next()
            .map(|listing| listing.column)
            .ok_or_else(|| "this project has no such column".to_owned())
    }
}

/// What a field says, as far as it can be suggested.
#[derive(Debug, Default)]
struct Found {
    category: String,
    residency: String,
    purposes: Vec<String>,
    /// Lines for the person who accepts it.
    lines: Vec<String>,
    /// What was left open, and why.
    open: Vec<String>,
}

impl Found {
    /// `None` where the field says nothing about data.
    fn of(facts: &Facts, field: &Field) -> Option<Found> {
        let description = field.description.as_deref().unwrap_or("").trim();
        let own = description.strip_prefix(DECLARES).map(declaration);
        if let Some(Ok(Declared {
            says: Says::Role(_) | Says::DataKey,
            ..
        })) = own
        {
            return None;
        }
        let mut found = Found::default();
        let categories: Vec<&str> = listed(field.data_categories.as_deref());
        let inner = field.fields.as_deref().unwrap_or(&[]);
        if inner.is_empty()
            && categories.is_empty()
            && (description.is_empty() || description == UNCLASSIFIED)
        {
            return None;
        }
        if let Some(Ok(declared)) = own
            && found.take_own(facts, &declared, &categories)
        {
            return Some(found);
        }
        let mut nested = BTreeSet::new();
        nested_categories(inner, &mut nested);
        if !nested.is_empty() {
            let nested: Vec<&str> = nested.into_iter().collect();
            found.open.push(format!(
                "fields within it have categories of their own: {}",
                nested.join(", ")
            ));
        }
        match categories.as_slice() {
            [] => {}
            [category] if found.open.is_empty() => found.take(facts, category),
            [category] => found.lines.push(format!("its own category: {category}")),
            several => found.open.push(format!(
                "it has several categories, and a column has one: {}",
                several.join(", ")
            )),
        }
        if categories.is_empty() && found.open.is_empty() {
            return None;
        }
        found.uses(facts, &listed(field.data_uses.as_deref()));
        Some(found)
    }

    /// Takes a classification that an export wrote, unless the categories beside it have been changed since.
    fn take_own(&mut self, facts: &Facts, declared: &Declared, categories: &[&str]) -> bool {
        let Says::Category { category, residency } = &declared.says else {
            return false;
        };
        let shared = super::listed::shared_category(category);
        if categories != shared.as_slice() {
            self.lines
                .push(format!("its description still says `{category}`"));
            return false;
        }
        self.take(facts, category);
        if let (false, Some(residency)) = (self.category.is_empty(), residency) {
            self.residency = residency.to_string();
        }
        for written in &declared.purposes {
            match facts.purpose(written) {
                Some(purpose) => self.purposes.push(purpose.name.to_string()),
                None => self.open.push(format!("the policy has no purpose `{written}`")),
            }
        }
        true
    }

    /// Takes a category if the policy knows it.
    fn take(&mut self, facts: &Facts, key: &str) {
        match facts.category(key) {
            Some(category) => {
                self.category = category.key.clone();
                self.residency = residency(category.is_personal()).to_owned();
            }
            None => {
                let near = facts
                    .policy
                    .as_ref()
                    .and_then(|policy| policy.categories().nearest_ancestor(key));
                let near = near.map_or(String::new(), |near| {
                    format!("; the nearest above it is `{}`", near.key)
                });
                self.open
                    .push(format!("`{key}` is no category that the policy knows{near}"));
            }
        }
    }

    /// Uses allow processing, so none is put in for somebody to accept by the way.
    fn uses(&mut self, facts: &Facts, uses: &[&str]) {
        for used in uses {
            let fits = facts
                .policy
                .as_ref()
                .map_or(Vec::new(), |policy| with_use(policy, used));
            self.lines.push(match fits.is_empty() {
                true => format!("used for {used}, for which the policy has no purpose"),
                false => format!("used for {used}: {}", fits.join(", ")),
            });
        }
    }

    /// Says whether the project has declared the column already, and the same.
    fn compare(&mut self, value: &Value<'_>, shown: &str, remarks: &mut Vec<String>) {
        if value.key == self.category {
            self.lines.push("declared so already".to_owned());
            return;
        }
        let differs = format!("declared as `{}` already", value.key);
        if !self.category.is_empty() {
            remarks.push(format!("{shown}: `{}` here, {differs}", self.category));
        }
        self.lines.push(differs);
    }
}

fn listed(texts: Option<&[String]>) -> Vec<&str> {
    texts.unwrap_or(&[]).iter().map(String::as_str).collect()
}

fn nested_categories<'a>(fields: &'a [Field], out: &mut BTreeSet<&'a str>) {
    for field in fields {
        out.extend(listed(field.data_categories.as_deref()));
        nested_categories(field.fields.as_deref().unwrap_or(&[]), out);
    }
}

/// The purposes whose use, as far as fideslang has it, is this one.
fn with_use<'a>(policy: &'a Policy, used: &str) -> Vec<&'a str> {
    let purposes = policy.purposes().values();
    purposes
        .filter(|purpose| purpose.data_use == used || shared_use(&purpose.data_use) == Some(used))
        .map(|purpose| purpose.name.as_str())
        .collect()
}
