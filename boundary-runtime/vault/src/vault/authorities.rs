//! The records of a region's authorities, in the region's own folder: who keeps the key, in which state the authority is,
//! and its keys, wrapped. Without the custody they open nothing.

use std::path::Path;

use boundary_runtime::{KeyError, Timestamp};
use data_encoding::HEXLOWER;

use crate::custody::{CustodyKey, Folder, KeyReference, Origin, Sheet, checksum};
use crate::keys::Authority;

const SHEET: Sheet<11> = Sheet {
    title: "boundary-authority",
    names: [
        "tenant",
        "region",
        "class",
        "state",
        "due",
        "custody",
        "reference",
        "origin",
        "generation",
        "former",
        "wrapped",
    ],
};

/// What we do with an authority, whatever the state of its key is in the custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityState {
    /// Sessions may be opened.
    Active,
    /// No session is opened until it is resumed.
    Suspended,
    /// No session is opened, and from this moment on it may be destroyed.
    PendingDeletion(Timestamp),
}

impl AuthorityState {
    /// Its name in records and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::PendingDeletion(_) => "pending_deletion",
        }
    }

    fn due(self) -> u64 {
        match self {
            Self::PendingDeletion(due) => due.as_millis(),
            Self::Active | Self::Suspended => 0,
        }
    }

    fn read(name: &str, due: &str) -> Result<Self, KeyError> {
        let unknown = || KeyError::Damaged("the authority's record has no known state".to_owned());
        match name {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            "pending_deletion" => due
                .parse()
                .map(|due| Self::PendingDeletion(Timestamp::from_millis(due)))
                .map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// A key in one of the region's custodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The custody's name among the region's [`Custodies`](crate::Custodies).
    pub custody: String,
    /// The custody's name for the key.
    pub reference: KeyReference,
    /// Where the key came from.
    pub origin: Origin,
}

impl KeptKey {
    pub(super) fn of<'a>(&'a self, authority: &'a Authority) -> CustodyKey<'a> {
        CustodyKey {
            authority,
            reference: &self.reference,
            origin: self.origin,
        }
    }
}

/// What a region knows of an authority. It holds no secret: the keys in it are wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRecord {
    /// What we do with it.
    pub state: AuthorityState,
    /// The key that wraps its keys.
    pub key: KeptKey,
    /// The generation of lease keys that new data keys are wrapped under.
    pub generation: u32,
    /// Keys that wrapped its keys before it moved, and that still exist as far as is known. Copies of older records open
    /// under them.
    pub former: Vec<KeptKey>,
    pub(super) wrapped: Vec<u8>,
}

/// The folder `authorities` of a region.
pub(super) struct Authorities {
    pub(super) folder: Folder,
}

impl Authorities {
    pub(super) fn open(region_folder: &Path) -> Result<Self, KeyError> {
        Ok(Self {
            folder: Folder::open(&region_folder.join("authorities"))?,
        })
    }

    /// The record of an authority, if it was provisioned.
    pub(super) fn load(&self, authority: &Authority) -> Result<Option<AuthorityRecord>, KeyError> {
        let Some(text) = self.folder.read(&name(authority))? else {
            return Ok(None);
        };
        let values = SHEET.read(&text)?.checked(checksum)?;
        let [
            tenant,
            region,
            class,
            state,
            due,
            custody,
            reference,
            origin,
            generation,
            former,
            wrapped,
        ] = values;
        let is_ours = tenant == HEXLOWER.encode(authority.tenant().as_str().as_bytes())
            && region == authority.region()
            && class == authority.class().name();
        if !is_ours {
            return Err(KeyError::WrongAuthority);
        }
        let damaged = |what: &str| KeyError::Damaged(format!("the authority's record has no valid {what}"));
        let former = former.split(' ').filter(|entry| !entry.is_empty());
        Ok(Some(AuthorityRecord {
            state: AuthorityState::read(state, due)?,
            key: kept(custody, origin, reference)?,
            generation: generation.parse().map_err(|_| damaged("generation"))?,
            former: former.map(read_former).collect::<Result<_, _>>()?,
            wrapped: HEXLOWER
                .decode(wrapped.as_bytes())
                .map_err(|_| damaged("wrapped keys"))?,
        }))
    }

    pub(super) fn store(&self, authority: &Authority, record: &AuthorityRecord) -> Result<(), KeyError> {
        let former: Vec<String> = record
            .former
            .iter()
            .map(|key| format!("{}|{}|{}", key.custody, key.origin.name(), key.reference))
            .collect();
        let values = [
            &*HEXLOWER.encode(authority.tenant().as_str().as_bytes()),
            authority.region(),
            authority.class().name(),
            record.state.name(),
            &record.state.due().to_string(),
            &record.key.custody,
            record.key.reference.as_str(),
            record.key.origin.name(),
            &record.generation.to_string(),
            &former.join(" "),
            &HEXLOWER.encode(&record.wrapped),
        ];
        self.folder
            .write(&name(authority), SHEET.render(values, checksum).as_bytes())
    }

    pub(super) fn remove(&self, authority: &Authority) -> Result<(), KeyError> {
        self.folder.destroy(&name(authority))
    }
}

fn kept(custody: &str, origin: &str, reference: &str) -> Result<KeptKey, KeyError> {
    let damaged = || KeyError::Damaged("the authority's record names no key".to_owned());
    let named = Origin::NAMES.iter().find(|(_, name)| *name == origin);
    Ok(KeptKey {
        custody: custody.to_owned(),
        reference: KeyReference::new(reference).map_err(|_| damaged())?,
        origin: named.ok_or_else(damaged)?.0,
    })
}

fn read_former(entry: &str) -> Result<KeptKey, KeyError> {
    let mut parts = entry.splitn(3, '|');
    let mut next = || parts.next().unwrap_or_default();
    kept(next(), next(), next())
}

fn name(authority: &Authority) -> String {
    format!(
        "{}.authority",
        authority.digest(b"boundary/wrapped-authority-file")
    )
}
