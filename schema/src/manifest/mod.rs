//! The manifest: everything that a workspace declares, one item a line, as `boundary.lock` keeps it.
//!
//! An item is known by its kind, its group (the database of a column, the event of a field) and its name, and never by a line of a
//! file, so a manifest only changes when what is declared changes. Which of two manifests allows more is not decided here.

mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use read::ManifestError;

keywords! {
    /// What an item of a manifest is; the word is its section of the file.
    pub enum ItemKind as "section of a manifest" {
        /// A number or word of the policy that holds for the whole workspace.
        Setting = "settings",
        /// A region.
        Region = "regions",
        /// A purpose.
        Purpose = "purposes",
        /// A category that the policy adds.
        Category = "categories",
        /// A role of principals.
        Role = "roles",
        /// A sink.
        Sink = "sinks",
        /// A package, with the plane that its code runs in.
        Crate = "crates",
        /// A table or view of a database.
        Table = "tables",
        /// A column of a database.
        Column = "columns",
        /// A derived dataset.
        Dataset = "datasets",
        /// An event.
        Event = "events",
        /// A field of an event or of a derived dataset.
        Field = "fields",
        /// A use of the one exit from an opened value.
        Exit = "exits",
        /// A publication, subscription or foreign server.
        WayOut = "ways_out",
        /// A finding that somebody answers for.
        Suppression = "suppressions",
        /// Something that the lint cannot see.
        Unseen = "not_seen",
    }
}

impl ItemKind {
    /// What the group of an item of this kind is, for those that have one.
    #[must_use]
    pub const fn group(self) -> Option<&'static str> {
        match self {
            ItemKind::Table | ItemKind::Column => Some("database"),
            ItemKind::Field => Some("event or dataset"),
            ItemKind::Suppression => Some("rule"),
            ItemKind::Unseen => Some("file"),
            _ => None,
        }
    }

    /// One item of this kind, in a sentence.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            ItemKind::Setting => "setting",
            ItemKind::Region => "region",
            ItemKind::Purpose => "purpose",
            ItemKind::Category => "category",
            ItemKind::Role => "role",
            ItemKind::Sink => "sink",
            ItemKind::Crate => "crate",
            ItemKind::Table => "table",
            ItemKind::Column => "column",
            ItemKind::Dataset => "dataset",
            ItemKind::Event => "event",
            ItemKind::Field => "field",
            ItemKind::Exit => "exit",
            ItemKind::WayOut => "way out",
            ItemKind::Suppression => "suppression",
            ItemKind::Unseen => "not seen",
        }
    }
}

keywords! {
    /// What is said of an item.
    pub enum Attribute as "attribute of an item" {
        /// The type of a column, or what a table, sink or dataset is.
        Type = "type",
        /// Whether a column may hold null.
        Null = "null",
        /// The part of a column in identifying its record.
        Role = "role",
        /// What a value is.
        Category = "category",
        /// How sensitive its category is.
        Sensitivity = "sensitivity",
        /// Whether values of a category name a person by themselves.
        Identifies = "identifies",
        /// Where the raw value may be.
        Residency = "residency",
        /// Why it is processed, or what a role may act for.
        Purposes = "purposes",
        /// How a struct holds it.
        Protection = "protection",
        /// The ways in which it may cross the border.
        Release = "release",
        /// What says what a JSON value holds.
        Json = "json",
        /// Whose rows a table holds.
        Tenancy = "tenancy",
        /// Whether the database keeps the rows of tenants apart.
        RowSecurity = "row_security",
        /// What an item was made from.
        From = "from",
        /// Where code runs.
        Plane = "plane",
        /// Whose law applies.
        Jurisdiction = "jurisdiction",
        /// Where a sink is.
        Region = "region",
        /// The use of data that a purpose stands for.
        Use = "use",
        /// The lawful basis of a purpose.
        Basis = "basis",
        /// The value of a setting; a length of time is in seconds.
        Value = "value",
        /// How often an item is there.
        Count = "count",
        /// Why somebody answers for it.
        Reason = "reason",
        /// Who answers for it.
        Owner = "owner",
        /// The last day on which it holds.
        Until = "until",
        /// The name that it was created under, where it has another one now.
        Born = "born",
    }
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A word or a text.
    Text(String),
    /// A set of words.
    Set(BTreeSet<String>),
    /// A number.
    Number(u64),
    /// It is so; where it is not, the attribute is missing.
    Yes,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Set(words) => {
                for (at, word) in words.iter().enumerate() {
                    write!(f, "{}{word}", if at == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Value::Number(number) => number.fmt(f),
            Value::Yes => f.write_str("yes"),
        }
    }
}

/// What an item is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// What it belongs to; empty for kinds that have no groups.
    pub group: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Item {
    /// ```
    /// use boundary_schema::manifest::{Item, ItemKind};
    /// let sink = Item { kind: ItemKind::Sink, group: String::new(), name: "hub_inbox".to_owned() };
    /// assert_eq!(sink.to_string(), "sink hub_inbox");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group.as_str() {
            "" => write!(f, "{} {}", self.kind.noun(), self.name),
            group => write!(f, "{} {group}: {}", self.kind.noun(), self.name),
        }
    }
}

/// What is said of one item, sorted by attribute, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(Vec<(Attribute, Value)>);

impl Said {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&attribute, |(known, _)| *known);
        at.ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    /// Says it; what was said of this attribute before is replaced.
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        match self.0.binary_search_by_key(&attribute, |(known, _)| *known) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (attribute, value)),
        }
    }

    /// Says a text, where it is not empty.
    pub fn text(&mut self, attribute: Attribute, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.set(attribute, Value::Text(text));
        }
    }

    /// Says a set, where it is not empty.
    pub fn words<S: Into<String>>(&mut self, attribute: Attribute, words: impl IntoIterator<Item = S>) {
        let words: BTreeSet<String> = words.into_iter().map(Into::into).collect();
        if !words.is_empty() {
            self.set(attribute, Value::Set(words));
        }
    }

    /// Everything that is said, in the order of attributes.
    pub fn iter(&self) -> impl Iterator<Item = (Attribute, &Value)> {
        self.0.iter().map(|(attribute, value)| (*attribute, value))
    }
}

/// Everything that a workspace declares.
///
/// ```
/// use boundary_schema::manifest::{Attribute, Item, ItemKind, Manifest, Said};
///
/// let mut manifest = Manifest::default();
/// let email = Item { kind: ItemKind::Column, group: "migrations".into(), name: "public.customers.email".into() };
/// let mut said = Said::default();
/// said.text(Attribute::Category, "user.contact.email");
/// said.words(Attribute::Purposes, ["support", "billing"]);
/// manifest.items.insert(email, said);
///
/// let text = manifest.to_string();
/// assert!(text.contains(r#""public.customers.email" = { category = "user.contact.email", purposes = ["billing", "support"] }"#));
/// assert_eq!(Manifest::parse(&text)?, manifest);
/// # Ok::<(), boundary_schema::manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The items.
    pub items: BTreeMap<Item, Said>,
}

impl Manifest {
    /// The name of the file.
    pub const FILE_NAME: &'static str = "boundary.lock";

    /// The version of the format that this crate reads and writes.
    pub const VERSION: u64 = 1;
}
