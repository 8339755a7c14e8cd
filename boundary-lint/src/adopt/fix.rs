//! Attributes for the fields of structs, put in where a person accepted them.
//!
//! Only text is inserted: every other byte of a file stays. All files of a run are written or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use boundary_schema::{ColumnResidency, Policy};
use serde::Deserialize;
use toml::Spanned;

use super::suggestions::quoted;
use crate::error::Error;
use crate::facts::{Declaration, Facts};
use crate::parse::declarations::Says;
use crate::rules::name;
use crate::source::{FileId, SourceFile};
use crate::write;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    #[serde(default)]
    column: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    category: String,
    residency: String,
    #[serde(default)]
    purpose: Vec<String>,
    #[serde(default)]
    accepted: bool,
}

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// How many attributes were put in.
    pub inserted: usize,
    /// How many entries nobody has accepted.
    pub waiting: usize,
    /// What was accepted and could not be done, with the reason.
    pub left: Vec<String>,
}

/// Puts in the attributes that a file accepts.
///
/// # Errors
///
/// [`Error::Accepted`] where the file holds an entry that the policy contradicts: then nothing is written. [`Error::Read`] and
/// [`Error::Replace`] for files; [`Error::Changed`] where a file is not what was read any more.
pub fn apply(facts: &Facts, policy: &Policy, file: &Path) -> Result<Fixed, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::Read {
        path: file.to_owned(),
        source,
    })?;
    let accepted: Accepted = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        refused(file, &text, start, error.message().to_owned())
    })?;
    let mut fixed = Fixed::default();
    let mut insertions: BTreeMap<FileId, Vec<(usize, String)>> = BTreeMap::new();
    for entry in &accepted.column {
        let at = entry.span().start;
        let entry = entry.get_ref();
        if !entry.accepted {
            fixed.waiting += 1;
            continue;
        }
        let attribute = attribute(policy, entry).map_err(|why| refused(file, &text, at, why))?;
        match field(facts, &entry.name) {
            Ok(declaration) => {
                let source = facts.sources.file(declaration.place.file);
                let (at, indent) = before_field(&source.text, declaration.place.span.start);
                let inserted = format!("{attribute}\n{indent}");
                insertions
                    .entry(declaration.place.file)
                    .or_default()
                    .push((at, inserted));
                fixed.inserted += 1;
            }
            Err(why) => fixed.left.push(format!("{}: {why}", entry.name)),
        }
    }
    replace_all(facts, insertions)?;
    Ok(fixed)
}

fn refused(file: &Path, text: &str, at: usize, why: String) -> Error {
    let source = SourceFile::new(Path::new(""), file.to_owned(), text.to_owned());
    Error::Accepted {
        path: file.to_owned(),
        line: source.line_column(at).0,
        why,
    }
}

/// The attribute for an entry, if the policy knows what it names.
fn attribute(policy: &Policy, entry: &Entry) -> Result<String, String> {
    let category = policy.categories().get(&entry.category).ok_or_else(|| {
        let meant = policy.categories().nearest(&entry.category);
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
        format!("`{}` is no category that the policy knows{meant}", entry.category)
    })?;
    let residency: ColumnResidency = entry
        .residency
        .parse()
        .map_err(|error: boundary_schema::ColumnResidencyError| error.to_string())?;
    let shown = match &residency {
        ColumnResidency::Pinned(region) if !policy.regions().contains_key(region.as_str()) => {
            return Err(format!("`{region}` is no region of the policy"));
        }
        ColumnResidency::Pinned(region) => format!("pinned({})", camel(region.as_str())),
        other => other.to_string(),
    };
    if category.is_personal() && residency == ColumnResidency::Global {
        return Err(format!("`{}` is personal and cannot be global", entry.category));
    }
    if category.is_personal() && entry.purpose.is_empty() {
        return Err(format!("`{}` is personal and needs a purpose", entry.category));
    }
    if let Some(unknown) = entry
        .purpose
        .iter()
        .find(|purpose| !policy.purposes().contains_key(purpose.as_str()))
    {
        return Err(format!("`{unknown}` is no purpose of the policy"));
    }
    let purposes: Vec<String> = entry.purpose.iter().map(|purpose| camel(purpose)).collect();
    let purposes = match purposes.is_empty() {
        true => String::new(),
        false => format!(", purpose({})", purposes.join(", ")),
    };
    Ok(format!(
        "#[boundary(category = {}, residency = {shown}{purposes})]",
        quoted(&entry.category)
    ))
}

/// `payment_fraud` of the policy is `PaymentFraud` in Rust.
pub(crate) fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

/// The one field that stands for a column and says nothing yet.
fn field<'a>(facts: &'a Facts, column: &str) -> Result<&'a Declaration, String> {
    let of_column: Vec<&Declaration> = facts
        .declarations
        .iter()
        .filter(|declaration| name(&declaration.key) == column)
        .collect();
    let bare: Vec<&&Declaration> = of_column
        .iter()
        .filter(|declaration| declaration.says == Says::Nothing && !declaration.is_outside_rust())
        .collect();
    match (bare.as_slice(), of_column.is_empty()) {
        ([declaration], _) => Ok(declaration),
        ([first, second, ..], _) => Err(format!(
            "several structs have the field: {} and {}; classify it in one by hand",
            facts.sources.line_of(first.place),
            facts.sources.line_of(second.place)
        )),
        ([], false) => Err("it is classified already".to_owned()),
        ([], true) => Err(
            "no struct with `#[derive(Boundary)]` has a field for it; add one, or declare it under [tables] of boundary.toml"
                .to_owned(),
        ),
    }
}

/// Where an attribute of a field goes: before its visibility; and the blanks that its line begins with.
fn before_field(text: &str, name: usize) -> (usize, &str) {
    let mut at = text[..name].trim_end().len();
    let before = &text[..at];
    if let Some(rest) = before.strip_suffix("pub") {
        at = rest.len();
    } else if before.ends_with(')')
        && let Some(open) = before.rfind("pub")
        && before[open + 3..].trim_start().starts_with('(')
    {
        at = open;
    } else {
        at = name;
    }
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let blanks = text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len();
    (at, &text[line..line + blanks])
}

/// Writes every file, or none of them.
fn replace_all(facts: &Facts, insertions: BTreeMap<FileId, Vec<(usize, String)>>) -> Result<(), Error> {
    let mut written: Vec<(PathBuf, &str)> = Vec::new();
    let mut planned = Vec::new();
    for (file, mut inserted) in insertions {
        let source = facts.sources.file(file);
        let now = std::fs::read(&source.path).map_err(|error| Error::Read {
            path: source.path.clone(),
            source: error,
        })?;
        if now != source.text.as_bytes() {
            return Err(Error::Changed(source.path.clone()));
        }
        // From the end, so that earlier places stay.
        inserted.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut text = source.text.clone();
        for (at, attribute) in inserted {
            text.insert_str(at, &attribute);
        }
        planned.push((source, text));
    }
    for (source, text) in planned {
        if let Err(error) = write::replace(&source.path, text.as_bytes()) {
            for (path, before) in written {
                write::replace(&path, before.as_bytes())?;
            }
            return Err(error);
        }
        written.push((source.path.clone(), &source.text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_goes_before_the_visibility() {
        for (text, name, expected) in [
            ("    pub email: X", "email", (4, "    ")),
            ("\tpub(crate) email: X", "email", (1, "\t")),
            ("  email: X", "email", (2, "  ")),
            ("S { id: u8, pub email: X }", "email", (12, "")),
        ] {
            assert_eq!(before_field(text, text.find(name).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn names_of_the_policy_become_those_of_rust() {
        assert_eq!(camel("payment_fraud"), "PaymentFraud");
        assert_eq!(camel("in"), "In");
    }
}
