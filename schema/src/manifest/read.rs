//! Text becomes a manifest. What is not understood is a mistake: a lock file that is half read would hide half of a change.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Attribute, Item, ItemKind, Manifest, Said, Value};

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A merge left both sides in the file.
    #[error(
        "line {line}: an unresolved merge conflict\nhelp: take either side, then write the file again with `cargo boundary manifest`"
    )]
    Conflict {
        /// The line of the first mark, from 1.
        line: usize,
    },
    /// It is of a version that this tool does not read.
    #[error(
        "version {found} of the format is not read here, only {}\nhelp: write the file again with `cargo boundary manifest`",
        Manifest::VERSION
    )]
    Version {
        /// The version that the file gives.
        found: String,
    },
    /// It is something else.
    #[error("line {line}: {why}\nhelp: write the file again with `cargo boundary manifest`")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

impl Manifest {
    /// The manifest that a text says.
    ///
    /// # Errors
    /// [`ManifestError`] where the text has the marks of a merge conflict, is of another version, or is no manifest.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        if let Some(line) = conflict(text) {
            return Err(ManifestError::Conflict { line });
        }
        let root = DeTable::parse(text).map_err(|error| ManifestError::Malformed {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            why: error.message().to_owned(),
        })?;
        let root = root.get_ref();
        let version = root.get("version").map(|found| shown(found.get_ref()));
        if version != Some(Manifest::VERSION.to_string()) {
            return Err(ManifestError::Version {
                found: version.unwrap_or_else(|| "none".to_owned()),
            });
        }
        let mut manifest = Manifest::default();
        let reader = Reader { text };
        for (key, section) in root.iter().filter(|(key, _)| key.get_ref() != "version") {
            let kind: ItemKind = reader.word(key.get_ref(), key.span().start)?;
            let section = reader.table(section)?;
            if kind.group().is_none() {
                reader.items(&mut manifest, kind, "", section)?;
                continue;
            }
            for (group, items) in section {
                reader.items(&mut manifest, kind, group.get_ref(), reader.table(items)?)?;
            }
        }
        Ok(manifest)
    }
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn malformed(&self, at: usize, why: String) -> ManifestError {
        ManifestError::Malformed {
            line: line_of(self.text, at),
            why,
        }
    }

    fn word<T: std::str::FromStr<Err = crate::UnknownWord>>(
        &self,
        word: &str,
        at: usize,
    ) -> Result<T, ManifestError> {
        word.parse()
            .map_err(|error: crate::UnknownWord| self.malformed(at, error.to_string()))
    }

    fn table<'a, 't>(&self, value: &'a Spanned<DeValue<'t>>) -> Result<&'a DeTable<'t>, ManifestError> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.malformed(value.span().start, "expected a table".to_owned()))
    }

    fn items(
        &self,
        manifest: &mut Manifest,
        kind: ItemKind,
        group: &str,
        items: &DeTable<'_>,
    ) -> Result<(), ManifestError> {
        for (name, attributes) in items {
            let mut said = Said::default();
            for (attribute, value) in self.table(attributes)? {
                let attribute: Attribute = self.word(attribute.get_ref(), attribute.span().start)?;
                said.set(attribute, self.value(value)?);
            }
            let item = Item {
                kind,
                group: group.to_owned(),
                name: name.get_ref().to_string(),
            };
            manifest.items.insert(item, said);
        }
        Ok(())
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Result<Value, ManifestError> {
        let unexpected = || {
            self.malformed(
                value.span().start,
                format!("found the value `{}`", shown(value.get_ref())),
            )
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Value::Text(text.to_string())),
            DeValue::Boolean(true) => Ok(Value::Yes),
            DeValue::Integer(number) => {
                let number = u64::from_str_radix(number.as_str(), number.radix());
                number.map(Value::Number).map_err(|_| unexpected())
            }
            DeValue::Array(words) => {
                let words = words
                    .iter()
                    .map(|word| word.get_ref().as_str().map(str::to_owned));
                words
                    .collect::<Option<_>>()
                    .map(Value::Set)
                    .ok_or_else(unexpected)
            }
            _ => Err(unexpected()),
        }
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::String(text) => text.to_string(),
        other => other.type_str().to_owned(),
    }
}

/// The line of the first mark that git leaves in a file it could not merge.
fn conflict(text: &str) -> Option<usize> {
    let marks = ["<<<<<<< ", "||||||| ", ">>>>>>> "];
    let is_mark = |line: &str| line == "=======" || marks.iter().any(|mark| line.starts_with(mark));
    text.lines().position(is_mark).map(|at| at + 1)
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
