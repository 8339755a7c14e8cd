//! What is wrong with a policy file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One mistake in a policy file. Displays as `boundary.toml:12:5: message; help`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyError {
    /// The file, as it was given.
    pub file: PathBuf,
    /// Where in the file; `None` when the file as a whole could not be found or read.
    pub position: Option<Position>,
    /// What was found and what was expected.
    pub message: String,
    /// What probably mends it.
    pub help: Option<String>,
}

impl PolicyError {
    pub(super) fn of_file(file: &Path, message: String, help: Option<String>) -> Self {
        PolicyError {
            file: file.to_owned(),
            position: None,
            message,
            help,
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(position) = self.position {
            write!(f, "{position}:")?;
        }
        write!(f, " {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PolicyError {}

/// Everything that is wrong with a policy file, in the order of the file; never empty. Displays one mistake a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyErrors {
    first: PolicyError,
    rest: Vec<PolicyError>,
}

impl PolicyErrors {
    /// The mistakes, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &PolicyError> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// How many mistakes there are; at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        1 + self.rest.len()
    }

    /// The first mistake.
    #[must_use]
    pub fn first(&self) -> &PolicyError {
        &self.first
    }
}

impl From<PolicyError> for PolicyErrors {
    fn from(first: PolicyError) -> Self {
        PolicyErrors {
            first,
            rest: Vec::new(),
        }
    }
}

impl IntoIterator for PolicyErrors {
    type Item = PolicyError;
    type IntoIter = std::iter::Chain<std::iter::Once<PolicyError>, std::vec::IntoIter<PolicyError>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.first).chain(self.rest)
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.rest.iter().try_for_each(|error| write!(f, "\n{error}"))
    }
}

impl std::error::Error for PolicyErrors {}

/// Collects the mistakes of one file and knows where its lines are.
pub(super) struct Report<'a> {
    file: &'a Path,
    text: &'a str,
    line_starts: Vec<usize>,
    found: Vec<PolicyError>,
}

impl<'a> Report<'a> {
    /// The text that is reported on.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn new(file: &'a Path, text: &'a str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Report {
            file,
            text,
            line_starts: std::iter::once(0).chain(after_newlines).collect(),
            found: Vec::new(),
        }
    }

    /// Adds a mistake at the start of `span`, which is in bytes.
    pub(super) fn add(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        let position = Some(self.position(span.start));
        self.found.push(PolicyError {
            file: self.file.to_owned(),
            position,
            message,
            help,
        });
    }

    /// Adds a mistake and offers the nearest known word.
    pub(super) fn add_with_nearest(&mut self, span: Range<usize>, message: String, nearest: Option<&str>) {
        self.add(
            span,
            message,
            nearest.map(|word| format!("did you mean `{word}`?")),
        );
    }

    /// The mistakes in the order of the file, or `value` when there are none.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, PolicyErrors> {
        self.found.sort_by_key(|error| error.position);
        let mut found = self.found.into_iter();
        match (found.next(), value) {
            (Some(first), _) => Err(PolicyErrors {
                first,
                rest: found.collect(),
            }),
            (None, Some(value)) => Ok(value),
            (None, None) => {
                let message = "this policy cannot be understood, and Boundary cannot say why".to_owned();
                let help = "please report it with the file".to_owned();
                Err(PolicyError::of_file(self.file, message, Some(help)).into())
            }
        }
    }

    fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count())
            + 1;
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Position {
            line: number(line),
            column: number(column),
        }
    }
}

/// `text` in backticks, fit for one line of a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", excerpt(text))
}

/// The beginning of `text`, fit for one line of a message.
pub(super) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut excerpt = String::new();
    for c in text.chars().take(SHOWN) {
        if c.is_control() {
            excerpt.extend(c.escape_debug())
        } else {
            excerpt.push(c)
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        excerpt.push('…');
    }
    excerpt
}
