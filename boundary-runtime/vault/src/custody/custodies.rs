//! The custodies of a region, by the names that authorities' records know them by.

use std::sync::Arc;

use boundary_runtime::KeyError;
use boundary_schema::Name;

use super::Custody;

/// The rungs of the ladder that are set up in a region: its home, where keys are made unless something else is asked for, and
/// any number of others.
///
/// An authority's record names its custody, so a name must not be given to another one.
#[derive(Clone)]
pub struct Custodies {
    home: Arc<dyn Custody>,
    named: Vec<(Name, Arc<dyn Custody>)>,
}

impl Custodies {
    /// The name of the home.
    pub const HOME: &'static str = "home";

    /// A region with this custody alone.
    #[must_use]
    pub fn of(home: Arc<dyn Custody>) -> Self {
        Self {
            home,
            named: Vec::new(),
        }
    }

    /// And this one, under a name.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the name is none or is taken, [`KeyError::WrongRegion`] if the custody is another region's.
    pub fn and(mut self, name: &str, custody: Arc<dyn Custody>) -> Result<Self, KeyError> {
        let name = Name::new(name)
            .map_err(|error| KeyError::Denied(format!("`{name}` is no custody's name: {error}")))?;
        if self.get(name.as_str()).is_ok() {
            return Err(KeyError::Denied(format!("two custodies are called `{name}`")));
        }
        check_region(self.home.region(), custody.region())?;
        self.named.push((name, custody));
        Ok(self)
    }

    /// The home.
    #[must_use]
    pub fn home(&self) -> &dyn Custody {
        &*self.home
    }

    /// The custody of this name.
    ///
    /// # Errors
    /// [`KeyError::NoCustody`] if there is none; no other takes its place.
    pub fn get(&self, name: &str) -> Result<&dyn Custody, KeyError> {
        if name == Self::HOME {
            return Ok(&*self.home);
        }
        let found = self.named.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, custody)| &**custody)
            .ok_or_else(|| KeyError::NoCustody {
                name: name.to_owned(),
            })
    }
}

impl<C: Custody + 'static> From<Arc<C>> for Custodies {
    fn from(home: Arc<C>) -> Self {
        Self::of(home)
    }
}

/// Refuses what is of another region.
pub(crate) fn check_region(ours: &str, theirs: &str) -> Result<(), KeyError> {
    if ours == theirs {
        return Ok(());
    }
    Err(KeyError::WrongRegion {
        expected: ours.to_owned(),
        found: theirs.to_owned(),
    })
}
