//! The identifiers that a policy gives to its regions, purposes, roles and sinks.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a region, purpose, role or sink: `[a-z][a-z0-9_]{0,62}`.
///
/// The alphabet is what fits a Rust identifier, a column value and a file name alike, with no two spellings of one
/// name. A clone shares the text.
///
/// ```
/// use boundary_schema::Name;
/// let region: Name = "eu_west".parse()?;
/// assert_eq!(region.as_str(), "eu_west");
/// assert!("EU-West".parse::<Name>().is_err());
/// # Ok::<(), boundary_schema::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 63;

    /// The regular expression that a name matches from end to end.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9_]{0,62}$";

    /// Checks `text` and keeps it as a name.
    ///
    /// # Errors
    /// A [`NameError`] that says which rule of the alphabet `text` breaks.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let Some(first) = text.chars().next() else {
            return Err(NameError::Empty);
        };
        if !first.is_ascii_lowercase() {
            return Err(NameError::Start(first));
        }
        if let Some(found) = text
            .chars()
            .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'))
        {
            return Err(NameError::Character(found));
        }
        if text.len() > Self::MAX_LEN {
            return Err(NameError::Length(text.len()));
        }
        Ok(Name(text.into()))
    }

    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no text.
    #[error("a name may not be empty")]
    Empty,
    /// It starts with something else than a lowercase ASCII letter.
    #[error("a name starts with a lowercase letter, not {0:?}")]
    Start(char),
    /// It holds a character outside `a-z`, `0-9` and `_`.
    #[error("a name holds only a-z, 0-9 and _, not {0:?}")]
    Character(char),
    /// It is longer than [`Name::MAX_LEN`].
    #[error("a name has at most {max} characters, not {0}", max = Name::MAX_LEN)]
    Length(usize),
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Name::new(text)
    }
}

impl TryFrom<&str> for Name {
    type Error = NameError;

    fn try_from(text: &str) -> Result<Self, NameError> {
        Name::new(text)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.as_str())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Name::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, NameError};

    #[test]
    fn the_alphabet_is_enforced() {
        for good in ["a", "in", "eu_west_1", "x_", &"a".repeat(63)] {
            assert_eq!(Name::new(good).map(|name| name.to_string()).as_deref(), Ok(good));
        }
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new("1a"), Err(NameError::Start('1')));
        assert_eq!(Name::new("_a"), Err(NameError::Start('_')));
        assert_eq!(Name::new("Éa"), Err(NameError::Start('É')));
        assert_eq!(Name::new("a-b"), Err(NameError::Character('-')));
        assert_eq!(Name::new("aé"), Err(NameError::Character('é')));
        assert_eq!(Name::new(&"a".repeat(64)), Err(NameError::Length(64)));
    }
}
