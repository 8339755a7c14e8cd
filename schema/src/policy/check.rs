//! Reports whatever in the file contradicts the table of keys.
//!
//! What only several keys together can get wrong is for `build`.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::columns::ColumnResidency;
use super::duration;
use super::error::{Report, excerpt, quoted};
use super::parts::Jurisdiction;
use super::shape::{Key, Kind, ROOT, Section};
use super::{Policy, build};
use crate::nearest::{listed, nearest};
use crate::{Name, taxonomy};

/// Reports every key that is unknown or missing and every value that is not of its kind.
pub(super) fn check(root: &Spanned<DeTable<'_>>, report: &mut Report<'_>) {
    Check {
        root: root.get_ref(),
        report,
    }
    .table(root.get_ref(), 0..0, ROOT, "");
}

struct Check<'c, 'a> {
    root: &'c DeTable<'c>,
    report: &'c mut Report<'a>,
}

impl Check<'_, '_> {
    /// Checks the keys of a table which is at `path`; the top level has the empty path.
    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, keys: &'static [Key], path: &str) {
        let place = if path.is_empty() {
            "the policy".to_owned()
        } else {
            format!("`{path}`")
        };
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        let mut misspelt = BTreeSet::new();
        for (found, value) in table {
            let name: &str = found.get_ref();
            match keys.iter().find(|key| key.name == name) {
                Some(key) => self.value(value, &key.kind, &join(path, key.name)),
                None => {
                    let message = format!(
                        "unknown key {} in {place}, expected one of {}",
                        quoted(name),
                        listed(&names)
                    );
                    let meant = nearest(name, names.iter().copied());
                    misspelt.extend(meant);
                    self.report.add_with_nearest(found.span(), message, meant);
                }
            }
        }
        let is_missing =
            |key: &&Key| key.required && !table.contains_key(key.name) && !misspelt.contains(key.name);
        for key in keys.iter().filter(is_missing) {
            let message = format!(
                "{place} lacks the key `{}`, expected {}",
                key.name,
                key.kind.expected()
            );
            self.report.add(span.clone(), message, None);
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, kind: &Kind, path: &str) {
        let span = value.span();
        match (kind, value.get_ref()) {
            (Kind::Table(keys), DeValue::Table(table)) => self.table(table, span, keys, path),
            (Kind::Named(keys), DeValue::Table(table)) => self.entries(table, keys, path),
            (Kind::Categories(keys), DeValue::Table(table)) => self.categories(table, keys, path),
            (Kind::CategoryCounts { least, most }, DeValue::Table(table)) => {
                let count = Kind::Count {
                    least: *least,
                    most: *most,
                };
                for (name, number) in table {
                    let path = join(path, name.get_ref());
                    match number.get_ref() {
                        // Without quotes TOML makes a table of every word of a dotted key.
                        DeValue::Table(_) => {
                            let message = format!("`{path}` is not a category but a whole branch");
                            let help = "quote the key of the category: `\"user.contact\" = 64`".to_owned();
                            self.report.add(name.span(), message, Some(help));
                        }
                        _ => self.value(number, &count, &path),
                    }
                }
            }
            (Kind::Tables(keys), DeValue::Table(table)) => {
                for (name, value) in table {
                    self.entry(name, value, keys, path);
                }
            }
            (Kind::Columns(keys), DeValue::Table(table)) => {
                for (name, columns) in table {
                    let path = join(path, name.get_ref());
                    match columns.get_ref() {
                        DeValue::Table(columns) => {
                            for (column, value) in columns {
                                self.entry(column, value, keys, &path);
                            }
                        }
                        other => self.mismatch(columns.span(), &path, other, "a table of columns", None),
                    }
                }
            }
            (Kind::Records(keys), DeValue::Array(array)) => {
                for item in array {
                    match item.get_ref() {
                        DeValue::Table(entry) => self.table(entry, item.span(), keys, path),
                        other => self.mismatch(item.span(), path, other, "a table", None),
                    }
                }
            }
            (Kind::Residency, DeValue::String(text)) => match text.parse() {
                Ok(ColumnResidency::Pinned(region)) => {
                    self.reference(region.as_str(), span, Section::Regions, path)
                }
                Ok(_) => {}
                Err(_) => self.mismatch(span, path, value.get_ref(), &kind.expected(), None),
            },
            (Kind::References(section), DeValue::Array(array)) => {
                for (index, item) in array.iter().enumerate() {
                    match item.get_ref() {
                        DeValue::String(name) if is_repeated(array, index) => {
                            let message = format!("`{path}`: {} is listed twice", quoted(name));
                            self.report.add(item.span(), message, None);
                        }
                        DeValue::String(name) => self.reference(name, item.span(), *section, path),
                        other => {
                            let expected = Kind::Reference(*section).expected();
                            self.mismatch(item.span(), path, other, &expected, None);
                        }
                    }
                }
            }
            (Kind::Packages, DeValue::Array(array)) => {
                for item in array {
                    match item.get_ref() {
                        DeValue::String(name) if is_package(name) => {}
                        other => self.mismatch(item.span(), path, other, "the name of a package", None),
                    }
                }
            }
            (Kind::Reference(section), DeValue::String(name)) => self.reference(name, span, *section, path),
            (kind, scalar) => {
                if !is_of_kind(scalar, kind) {
                    let meant = match (kind, scalar) {
                        (Kind::Word(words), DeValue::String(text)) => nearest(text, words.iter().copied()),
                        (Kind::DataUse, DeValue::String(text)) => taxonomy::nearest_data_use(text),
                        _ => None,
                    };
                    self.mismatch(span, path, scalar, &kind.expected(), meant);
                }
            }
        }
    }

    /// Checks the entries of a table of named tables.
    fn entries(&mut self, table: &DeTable<'_>, keys: &'static [Key], path: &str) {
        for (name, value) in table {
            if let Err(error) = Name::new(name.get_ref()) {
                self.report.add(
                    name.span(),
                    format!("{} in `{path}`: {error}", quoted(name.get_ref())),
                    None,
                );
            }
            self.entry(name, value, keys, path);
        }
    }

    /// Checks the entries of the table of categories. Whether their keys are in order depends on the others: that is
    /// for `build`.
    fn categories(&mut self, table: &DeTable<'_>, keys: &'static [Key], path: &str) {
        for (name, value) in table {
            // Without quotes TOML makes a table of every word of a dotted key.
            if taxonomy::is_root(name.get_ref()) && value.get_ref().is_table() {
                let message = format!("`{path}.{}` is not a category but a whole branch", name.get_ref());
                let help = format!("quote the key of the category: `[{path}.\"user.demographic.age\"]`");
                self.report.add(name.span(), message, Some(help));
            } else {
                self.entry(name, value, keys, path);
            }
        }
    }

    fn entry(
        &mut self,
        name: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        keys: &'static [Key],
        path: &str,
    ) {
        let path = join(path, name.get_ref());
        match value.get_ref() {
            DeValue::Table(entry) => self.table(entry, name.span(), keys, &path),
            other => self.mismatch(value.span(), &path, other, &Kind::Table(keys).expected(), None),
        }
    }

    fn reference(&mut self, name: &str, span: Range<usize>, section: Section, path: &str) {
        // A missing section is a mistake of its own, and the names that it would declare cannot be judged.
        let Some(declared) = build::table(self.root, section.key()) else {
            return;
        };
        if declared.contains_key(name) {
            return;
        }
        let declared: Vec<&str> = declared.keys().map(|name| name.get_ref().as_ref()).collect();
        let expected = match declared.as_slice() {
            [] => format!("but no {} is declared", section.entry()),
            declared => format!("expected one of {}", listed(declared)),
        };
        let message = format!(
            "`{path}`: found the unknown {} {}, {expected}",
            section.entry(),
            quoted(name)
        );
        self.report
            .add_with_nearest(span, message, nearest(name, declared.iter().copied()));
    }

    fn mismatch(
        &mut self,
        span: Range<usize>,
        path: &str,
        found: &DeValue<'_>,
        expected: &str,
        meant: Option<&str>,
    ) {
        let message = format!("`{path}`: found {}, expected {expected}", shown(found));
        self.report.add_with_nearest(span, message, meant);
    }
}

/// Whether a value that stands for itself is of its kind.
fn is_of_kind(value: &DeValue<'_>, kind: &Kind) -> bool {
    match (kind, value) {
        (Kind::Version, value) => build::whole_number(value) == Some(Policy::VERSION.into()),
        (Kind::Flag, value) => value.is_bool(),
        (Kind::Count { least, most }, value) => {
            build::whole_number(value).is_some_and(|number| (*least..=*most).contains(&number))
        }
        // Whether a category is known depends on those that the policy adds: that is for `build`.
        (Kind::Text | Kind::Category, DeValue::String(text)) => !text.trim().is_empty(),
        (Kind::Day, DeValue::String(text)) => is_day(text),
        (Kind::Duration { longest }, DeValue::String(text)) => {
            duration::parse(text).is_some_and(|duration| duration.as_secs() <= *longest)
        }
        (Kind::Wait { shortest, longest }, DeValue::String(text)) => {
            duration::parse(text).is_some_and(|duration| (*shortest..=*longest).contains(&duration.as_secs()))
        }
        (Kind::Jurisdiction, DeValue::String(text)) => text.parse::<Jurisdiction>().is_ok(),
        (Kind::DataUse, DeValue::String(text)) => taxonomy::is_data_use(text),
        (Kind::Word(words), DeValue::String(text)) => words.contains(&text.as_ref()),
        _ => false,
    }
}

/// Whether a text is a day as `2026-11-21`; such days compare as texts.
fn is_day(text: &str) -> bool {
    let number = |part: Option<&str>, length: usize| {
        let part =
            part.filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse::<u16>().ok()
    };
    let mut parts = text.split('-');
    let year = number(parts.next(), 4);
    let month = number(parts.next(), 2).filter(|month| (1..=12).contains(month));
    let day = number(parts.next(), 2).filter(|day| (1..=31).contains(day));
    year.and(month).and(day).is_some() && parts.next().is_none()
}

/// Whether the text at `index` of the array stands before it too.
fn is_repeated(array: &DeArray<'_>, index: usize) -> bool {
    let mut earlier = array.iter().take(index);
    array
        .get(index)
        .is_some_and(|item| earlier.any(|other| other.get_ref().as_str() == item.get_ref().as_str()))
}

/// Whether Cargo could have a package of this name.
fn is_package(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => quoted(&number.to_string()),
        DeValue::Float(number) => quoted(number.as_str()),
        DeValue::Boolean(flag) => quoted(if *flag { "true" } else { "false" }),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The dotted path of `key` below `path`, quoted as TOML asks for when the key has a dot of its own.
fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (path.is_empty(), bare) {
        (true, _) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (false, false) => format!("{path}.\"{}\"", excerpt(key)),
    }
}
