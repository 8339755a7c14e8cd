//! What a value is: the categories of personal and other data, and the uses that data may be put to.
//!
//! The keys are those of fideslang 3.1.4; a policy adds narrower categories of its own. Nothing here knows about
//! residency: that is for each field to say.

mod table;

use std::collections::BTreeMap;

pub use table::{BUILT_IN, BuiltIn, DATA_USES};

keywords! {
    /// How much harm a value can do in the wrong hands, from least to most.
    pub enum Sensitivity as "sensitivity" {
        /// Meant to be read by anybody.
        Public = "public",
        /// The organisation's own business, about nobody in particular.
        Internal = "internal",
        /// About a person.
        Personal = "personal",
        /// A special category (GDPR Art. 9 and 10), or something that lets its holder act as or find the person.
        Sensitive = "sensitive",
    }
}

/// One kind of data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Category {
    /// Dotted key, such as `user.contact.email`.
    pub key: String,
    /// How sensitive a value of this category is.
    pub sensitivity: Sensitivity,
    /// What the policy says about it; `None` for the built-in ones.
    pub description: Option<String>,
    identifies: bool,
    indexable: bool,
}

impl Category {
    /// Whether the residency rules for personal data apply: the category is at least
    /// [`Personal`](Sensitivity::Personal).
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.sensitivity >= Sensitivity::Personal
    }

    /// Whether one value of this category points at one person (or device, or account) by itself. Such a category
    /// can never be the key of a cohort.
    #[must_use]
    pub fn identifies(&self) -> bool {
        self.identifies
    }

    /// Whether a blind index may be kept of a field of this category: its values are about as many as people, devices
    /// or accounts, and none is much more frequent than another, so that frequencies tell nothing.
    #[must_use]
    pub fn indexable(&self) -> bool {
        self.indexable
    }
}

/// Why a category cannot be added to a [`Taxonomy`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// The key is not lowercase words of `a-z`, `0-9` and `_` joined by dots.
    #[error("{0:?} is not a category key: lowercase words joined by dots, such as `user.contact.email`")]
    Key(String),
    /// The key is in the taxonomy already.
    #[error("`{0}` is a known category already; extend it with a narrower key below it")]
    Known(String),
    /// No ancestor of the key is known.
    #[error("the category `{0}` is below no known category; its first word must be `user` or `system`")]
    NoAncestor(String),
    /// The extension is less sensitive than what it extends.
    #[error("the category `{key}` is {found}, less than the {least} of `{ancestor}` which it extends")]
    LessSensitive {
        /// The key of the extension.
        key: String,
        /// The sensitivity that was asked for.
        found: Sensitivity,
        /// The nearest known ancestor.
        ancestor: String,
        /// The sensitivity of that ancestor.
        least: Sensitivity,
    },
    /// The extension denies that it identifies a person although what it extends does.
    #[error(
        "the category `{key}` cannot deny that it identifies a person: `{ancestor}`, which it extends, does"
    )]
    DeniesIdentity {
        /// The key of the extension.
        key: String,
        /// The nearest known ancestor.
        ancestor: String,
    },
}

/// The categories that a policy knows: the built-in ones and its own.
///
/// ```
/// use boundary_schema::Taxonomy;
/// let taxonomy = Taxonomy::built_in();
/// let email = taxonomy.get("user.contact.email").ok_or("not known")?;
/// assert!(email.is_personal() && email.identifies());
/// assert_eq!(taxonomy.nearest("user.contact.emial"), Some("user.contact.email"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxonomy {
    categories: BTreeMap<String, Category>,
}

impl Default for Taxonomy {
    fn default() -> Self {
        Taxonomy::built_in()
    }
}

impl Taxonomy {
    /// The taxonomy without extensions.
    #[must_use]
    pub fn built_in() -> Self {
        let categories = BUILT_IN
            .iter()
            .map(|row| {
                let category = Category {
                    key: row.key.to_owned(),
                    sensitivity: row.sensitivity,
                    description: None,
                    identifies: row.identifies,
                    indexable: row.indexable,
                };
                (category.key.clone(), category)
            })
            .collect();
        Taxonomy { categories }
    }

    /// The category with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Category> {
        self.categories.get(key)
    }

    /// The known key that was probably meant by `key`.
    #[must_use]
    pub fn nearest(&self, key: &str) -> Option<&str> {
        crate::nearest::nearest(key, self.categories.keys().map(String::as_str))
    }

    /// All categories, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.categories.values()
    }

    /// The category itself or the closest one above it on the dotted path.
    #[must_use]
    pub fn nearest_ancestor(&self, key: &str) -> Option<&Category> {
        let mut path = key;
        loop {
            if let Some(category) = self.get(path) {
                return Some(category);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// Adds a category below a known one. It may be more sensitive than what it extends and never less; without a
    /// word about it (`identifies` is `None`) it identifies a person when its ancestor does. It is indexable when its
    /// ancestor is, or when it says of itself that it identifies a person where its ancestor does not.
    ///
    /// # Errors
    /// An [`ExtensionError`] when the key is malformed, known already or below nothing known, or when the extension
    /// would weaken its ancestor.
    pub fn extend(
        &mut self,
        key: &str,
        sensitivity: Sensitivity,
        identifies: Option<bool>,
        description: Option<&str>,
    ) -> Result<(), ExtensionError> {
        if !is_category_key(key) {
            return Err(ExtensionError::Key(key.to_owned()));
        }
        let ancestor = self
            .nearest_ancestor(key)
            .ok_or_else(|| ExtensionError::NoAncestor(key.to_owned()))?;
        if ancestor.key == key {
            return Err(ExtensionError::Known(key.to_owned()));
        }
        if sensitivity < ancestor.sensitivity {
            return Err(ExtensionError::LessSensitive {
                key: key.to_owned(),
                found: sensitivity,
                ancestor: ancestor.key.clone(),
                least: ancestor.sensitivity,
            });
        }
        if ancestor.identifies && identifies == Some(false) {
            return Err(ExtensionError::DeniesIdentity {
                key: key.to_owned(),
                ancestor: ancestor.key.clone(),
            });
        }
        let category = Category {
            key: key.to_owned(),
            sensitivity,
            description: description.map(str::to_owned),
            identifies: identifies.unwrap_or(ancestor.identifies),
            indexable: ancestor.indexable
                || (identifies == Some(true) && !ancestor.identifies && sensitivity < Sensitivity::Sensitive),
        };
        self.categories.insert(category.key.clone(), category);
        Ok(())
    }
}

/// Whether `word` is what the keys of a whole branch start with: `user` or `system`.
pub(crate) fn is_root(word: &str) -> bool {
    !word.contains('.') && BUILT_IN.iter().any(|row| row.key == word)
}

/// Whether `key` is lowercase words joined by dots, whatever they mean.
fn is_category_key(key: &str) -> bool {
    key.split('.').all(|word| crate::Name::new(word).is_ok())
}

/// Whether `key` is a data use of fideslang 3.1.4 or a narrower one below it, such as
/// `essential.service.payment_processing.refunds`.
#[must_use]
pub fn is_data_use(key: &str) -> bool {
    is_category_key(key)
        && DATA_USES.iter().any(|known| {
            key.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
}

/// The data use that was probably meant by `key`.
#[must_use]
pub fn nearest_data_use(key: &str) -> Option<&'static str> {
    crate::nearest::nearest(key, DATA_USES.iter().copied())
}

#[cfg(test)]
mod tests;
