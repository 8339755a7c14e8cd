//! How a custody's key is named, where it came from, and in which state it is.

use std::fmt;

use boundary_runtime::{KeyError, Timestamp};
use zeroize::Zeroizing;

use crate::keys::Authority;

/// The rungs of the ladder, by who holds the key and rules its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rung {
    /// Files of this service's own: development, tests, single machines.
    Embedded,
    /// A provider's key service makes and keeps the key; it is known by name only.
    ProviderManaged,
    /// Bring your own key: the customer's material, or a key in the customer's account.
    CustomerManaged,
    /// Hold your own key: it never enters our environment; a device or service of the customer's answers.
    CustomerHeld,
}

impl Rung {
    /// Its name in records and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::ProviderManaged => "provider-managed",
            Self::CustomerManaged => "customer-managed (BYOK)",
            Self::CustomerHeld => "customer-held (HYOK)",
        }
    }
}

/// Where an authority's key came from, which decides who may end its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The custody made it for the authority.
    Made,
    /// The customer brought the material, and the custody imported it.
    Imported,
    /// It was there before, and is the customer's: only its holder can disable or destroy it.
    Designated,
}

impl Origin {
    /// All of them, with their names in records.
    pub(crate) const NAMES: [(Self, &'static str); 3] = [
        (Self::Made, "made"),
        (Self::Imported, "imported"),
        (Self::Designated, "designated"),
    ];

    /// Its name in records and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(origin, _)| *origin == self);
        named.map_or("", |(_, name)| name)
    }
}

/// A custody's own name for a key: an ARN, a label in a token, an identifier at an endpoint. No secret.
///
/// ```
/// use boundary_vault::KeyReference;
///
/// assert_eq!(KeyReference::new("acme-eu-2026")?.as_str(), "acme-eu-2026");
/// assert!(KeyReference::new("two\nlines").is_err());
/// # Ok::<(), boundary_runtime::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyReference(Box<str>);

impl KeyReference {
    /// A name of 1 to 2,048 visible ASCII characters.
    ///
    /// # Errors
    /// [`KeyError::Denied`] for any other text.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let is_name = (1..=2048).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_name {
            Ok(Self(text.into()))
        } else {
            Err(KeyError::Denied(
                "a key reference is 1 to 2,048 visible ASCII characters without spaces".to_owned(),
            ))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that an authority is to have.
pub enum KeyRequest {
    /// A new key that the custody makes.
    Make,
    /// A new key of the customer's material: 256 bits. It is wiped when the request is dropped.
    Import(Zeroizing<[u8; 32]>),
    /// A key that exists and is the customer's.
    Use(KeyReference),
}

impl KeyRequest {
    /// Where the key will have come from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        match self {
            Self::Make => Origin::Made,
            Self::Import(_) => Origin::Imported,
            Self::Use(_) => Origin::Designated,
        }
    }
}

/// A key in a custody, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct CustodyKey<'a> {
    /// The authority that the key is of.
    pub authority: &'a Authority,
    /// The custody's name for it.
    pub reference: &'a KeyReference,
    /// Where it came from.
    pub origin: Origin,
}

/// What a custody says of a key that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It can be used.
    Enabled,
    /// It exists and cannot be used.
    Disabled,
    /// It cannot be used and will be destroyed; at this moment, where the custody says one.
    PendingDeletion(Option<Timestamp>),
}

/// How far a key's destruction has come when a custody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destruction {
    /// The key is gone.
    Done,
    /// The custody keeps a waiting period of its own and destroys the key at this moment. Until then nobody can use it, and
    /// whoever administers the custody can take it back.
    Due(Timestamp),
}
