//! Who and whose: tenants, subjects, principals, and the pseudonyms that append-only files may hold.
//!
//! Identifiers are cheap to clone, so that an audit record or a lease never borrows from a request.

use std::fmt;
use std::sync::Arc;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier made of this text.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text of the identifier.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }
    };
}

identifier! {
    /// A tenant: the merchant, workspace or account that owns records and on whose authority they are sealed.
    TenantId
}

identifier! {
    /// A subject: the person whom a record is about, as the tenant knows them. Personal data: it stays in its region.
    SubjectId
}

/// A keyed digest of a subject's identifier, different for each tenant and region.
///
/// The consent ledger and the audit log are append-only, so they hold pseudonyms and never a [`SubjectId`] (R6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// The pseudonym with these 32 bytes, as the vault's keyed digest gave them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

impl serde::Serialize for Pseudonym {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Pseudonym {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| serde::de::Error::custom("a pseudonym is 64 lowercase hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

/// Who acts, in which operational role. The role's purposes are in the policy, not here (M7).
///
/// A clone shares its names, because every opened field is recorded with one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal(Arc<PrincipalNames>);

/// What a [`Principal`] goes by.
#[derive(Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct PrincipalNames {
    /// A stable name of the service or the operator, fit for the audit log: not a person's e-mail address.
    #[serde(rename = "principal", serialize_with = "text")]
    pub name: Arc<str>,
    /// The operational role, as the policy names it.
    #[serde(serialize_with = "text")]
    pub role: Arc<str>,
}

impl Principal {
    /// The principal of this name, acting in this role.
    ///
    /// ```
    /// let agent = boundary_runtime::Principal::new("agent-7", "support_agent");
    /// assert_eq!(&*agent.role, "support_agent");
    /// ```
    pub fn new(name: impl Into<Arc<str>>, role: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(PrincipalNames {
            name: name.into(),
            role: role.into(),
        }))
    }
}

impl std::ops::Deref for Principal {
    type Target = PrincipalNames;

    fn deref(&self) -> &PrincipalNames {
        &self.0
    }
}

impl serde::Serialize for Principal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

// `Arc<str>` itself serialises only with a feature of serde that every user would inherit.
fn text<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}
