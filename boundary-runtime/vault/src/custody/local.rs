//! The embedded custody: authority keys in files that only the service's own user may read.

use std::path::Path;
use std::time::Duration;

use boundary_runtime::{Clock, KeyError, SystemClock, Timestamp};
use boundary_schema::Name;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::custodies::check_region;
use super::files::Folder;
use super::key_file::{KeyFile, mac};
use super::sheet::{Sheet, from_hex};
use super::{
    Custody, CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, Origin, Pending, Rung, passphrase,
    small_wrap,
};
use crate::envelope::WrappingRoot;
use crate::keys::Authority;
use crate::random;

const SIGNING_FILE: &str = "signing.key";
const SIGNING: Sheet<2> = Sheet {
    title: "boundary-signing-key",
    names: ["region", "key"],
};

/// A custody of one region in a folder of files, for development, tests, demonstrations and single machines.
///
/// The folder has mode 0700 and its files 0600, and nothing more open is read. Each authority has one file with its
/// key, its state and a MAC; the region's signing key has another. The wrapped keys lie elsewhere, in the region's
/// own folder: neither folder alone opens anything. Whoever may write the folder is its keeper; there is no
/// protection from them on this rung.
///
/// With a passphrase ([`LocalCustody::open_with_passphrase`]) the keys in the files are sealed under it as well, so a copy of
/// the folder is of no use without it. The process that holds the custody open holds what the passphrase gave.
///
/// Its calls read or write one small file at once, on the thread that asks.
///
/// ```
/// use boundary_vault::{Custody, LocalCustody};
///
/// let folder = tempfile::tempdir()?;
/// let custody = LocalCustody::open(folder.path().join("custody"), "in")?;
/// assert_eq!(custody.region(), "in");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LocalCustody {
    region: Name,
    folder: Folder,
    protection: Option<WrappingRoot>,
    signing_key: Zeroizing<[u8; 32]>,
}

impl LocalCustody {
    /// Opens the custody of `region` in this folder. A new folder becomes a new custody with a new signing key.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the folder or a file in it is open to others, or is a link, or if it has a passphrase;
    /// [`KeyError::WrongRegion`] if it is another region's; [`KeyError::Damaged`] if its signing key was altered, or is
    /// missing while authority keys are there.
    pub fn open(folder: impl AsRef<Path>, region: &str) -> Result<Self, KeyError> {
        Self::open_protected(folder.as_ref(), region, None)
    }

    /// Opens the custody of `region` in this folder, whose keys are sealed under a passphrase. It has to be the one that the
    /// custody was made with; a custody that was made without one is refused, because its keys lie there in the clear.
    ///
    /// Deriving the key takes about a tenth of a second, once. The passphrase is for the caller to wipe: take it from a file or
    /// a prompt and never from an argument, which every user of the machine can read.
    ///
    /// # Errors
    /// As [`LocalCustody::open`]; [`KeyError::Denied`] if the passphrase is empty or another one.
    pub fn open_with_passphrase(
        folder: impl AsRef<Path>,
        region: &str,
        passphrase: &str,
    ) -> Result<Self, KeyError> {
        Self::open_protected(folder.as_ref(), region, Some(passphrase))
    }

    fn open_protected(folder: &Path, region: &str, passphrase: Option<&str>) -> Result<Self, KeyError> {
        let region =
            Name::new(region).map_err(|error| KeyError::Denied(format!("no region's name: {error}")))?;
        let folder = Folder::open(folder)?;
        let is_new = !folder
            .names()?
            .iter()
            .any(|name| name.ends_with(".key") || name == passphrase::FILE);
        let protection = match (folder.read(passphrase::FILE)?, passphrase) {
            (None, None) => None,
            (Some(text), Some(given)) => Some(passphrase::check(&text, region.as_str(), given)?),
            (None, Some(given)) if is_new => Some(passphrase::set(&folder, region.as_str(), given)?),
            (Some(_), None) => {
                return Err(KeyError::Denied(
                    "this custody has a passphrase; open it with that one".to_owned(),
                ));
            }
            (None, Some(_)) => {
                return Err(KeyError::Denied(
                    "this custody was made without a passphrase, and its keys lie there in the clear; make a new one \
                     and move the authorities to it"
                        .to_owned(),
                ));
            }
        };
        let own = Authority::of_region(region.as_str());
        let signing_key = match folder.read(SIGNING_FILE)? {
            Some(text) => read_signing_key(&text, &own, protection.as_ref())?,
            None if folder.names()?.iter().any(|name| name.ends_with(".key")) => {
                return Err(KeyError::Damaged(
                    "the region's signing key is missing".to_owned(),
                ));
            }
            None => {
                let key = random::key()?;
                let hex = match &protection {
                    None => Zeroizing::new(HEXLOWER.encode(&*key)),
                    Some(root) => Zeroizing::new(HEXLOWER.encode(&small_wrap::wrap(root, &own, &*key)?)),
                };
                let text = SIGNING.render([region.as_str(), &hex], |text| mac(&key, text));
                folder.write(SIGNING_FILE, text.as_bytes())?;
                key
            }
        };
        Ok(Self {
            region,
            folder,
            protection,
            signing_key,
        })
    }

    fn load(&self, authority: &Authority) -> Result<KeyFile, KeyError> {
        check_region(self.region.as_str(), authority.region())?;
        let text = self
            .folder
            .read(&file_name(authority))?
            .ok_or_else(|| authority.unknown())?;
        KeyFile::parse(&text, authority, self.protection.as_ref())
    }

    /// The key of this name, which must be the authority's own.
    fn load_named(&self, key: CustodyKey<'_>) -> Result<KeyFile, KeyError> {
        check_region(self.region.as_str(), key.authority.region())?;
        if key.reference.as_str() != KeyFile::stem(key.authority) {
            return Err(KeyError::WrongAuthority);
        }
        self.load(key.authority)
    }

    fn store(&self, authority: &Authority, file: &KeyFile) -> Result<(), KeyError> {
        let text = file.render(authority, self.protection.as_ref())?;
        self.folder.write(&file_name(authority), text.as_bytes())
    }

    fn provision_now(&self, authority: &Authority, request: &KeyRequest) -> Result<KeyReference, KeyError> {
        let reference = KeyReference::new(&KeyFile::stem(authority))?;
        let _lock = self.folder.lock()?;
        let known = match self.load(authority) {
            Ok(file) => Some(file),
            Err(KeyError::Unknown { .. }) => None,
            Err(error) => return Err(error),
        };
        match (request, known) {
            (KeyRequest::Use(_), _) => {
                return Err(KeyError::Denied(
                    "a local custody has no keys but its own; ask it to make or to import one".to_owned(),
                ));
            }
            (KeyRequest::Import(material), Some(file)) if !file.holds(material) => {
                return Err(KeyError::Denied(
                    "the authority has another key already; move it to a custody of its own to change its key".to_owned(),
                ));
            }
            (_, Some(file)) => file.root().map(drop)?,
            (KeyRequest::Import(material), None) => self.store(authority, &KeyFile::of(material.clone()))?,
            (KeyRequest::Make, None) => self.store(authority, &KeyFile::generate()?)?,
        }
        Ok(reference)
    }

    fn change(
        &self,
        key: CustodyKey<'_>,
        change: impl FnOnce(KeyState) -> Result<KeyState, KeyError>,
    ) -> Result<(), KeyError> {
        let _lock = self.folder.lock()?;
        let mut file = self.load_named(key)?;
        let state = change(file.state)?;
        if state != file.state {
            file.state = state;
            self.store(key.authority, &file)?;
        }
        Ok(())
    }

    fn schedule_now(&self, key: CustodyKey<'_>, waiting: Duration) -> Result<Timestamp, KeyError> {
        let mut due = SystemClock.now().plus(waiting);
        self.change(key, |state| {
            if let KeyState::PendingDeletion(Some(said_before)) = state {
                due = said_before;
            }
            Ok(KeyState::PendingDeletion(Some(due)))
        })?;
        Ok(due)
    }

    fn destroy_now(&self, key: CustodyKey<'_>) -> Result<Destruction, KeyError> {
        check_region(self.region.as_str(), key.authority.region())?;
        let _lock = self.folder.lock()?;
        self.folder.destroy(&file_name(key.authority))?;
        Ok(Destruction::Done)
    }
}

impl Custody for LocalCustody {
    fn region(&self) -> &str {
        self.region.as_str()
    }

    fn rung(&self, origin: Origin) -> Rung {
        match origin {
            Origin::Made => Rung::Embedded,
            Origin::Imported | Origin::Designated => Rung::CustomerManaged,
        }
    }

    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference> {
        Box::pin(async { self.provision_now(authority, request) })
    }

    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async move { small_wrap::wrap(&self.load_named(key)?.root()?, key.authority, keys) })
    }

    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move { small_wrap::unwrap(&self.load_named(key)?.root()?, key.authority, wrapped) })
    }

    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState> {
        Box::pin(async move { self.load_named(key).map(|file| file.state) })
    }

    fn disable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        Box::pin(async move {
            self.change(key, |state| match state {
                KeyState::PendingDeletion(_) => Err(KeyError::PendingDeletion),
                KeyState::Enabled | KeyState::Disabled => Ok(KeyState::Disabled),
            })
        })
    }

    fn enable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        Box::pin(async move { self.change(key, |_| Ok(KeyState::Enabled)) })
    }

    fn schedule_deletion<'a>(&'a self, key: CustodyKey<'a>, waiting: Duration) -> Pending<'a, Timestamp> {
        Box::pin(async move { self.schedule_now(key, waiting) })
    }

    fn destroy<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, Destruction> {
        Box::pin(async move { self.destroy_now(key) })
    }

    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        Box::pin(async { Ok(self.signing_key.clone()) })
    }
}

fn file_name(authority: &Authority) -> String {
    format!("{}.key", KeyFile::stem(authority))
}

fn read_signing_key(
    text: &[u8],
    own: &Authority,
    protection: Option<&WrappingRoot>,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let damaged = || KeyError::Damaged("the region's signing key file has no valid key".to_owned());
    let read = SIGNING.read(text)?;
    let key = match protection {
        None => from_hex::<32>(read.unchecked(1)).map(Zeroizing::new),
        Some(root) => {
            let sealed = HEXLOWER
                .decode(read.unchecked(1).as_bytes())
                .map_err(|_| damaged())?;
            let key = small_wrap::unwrap(root, own, &sealed)?;
            key.as_slice().try_into().ok().map(Zeroizing::new)
        }
    };
    let key = key.ok_or_else(damaged)?;
    let [kept_region, _] = read.checked(|text| mac(&key, text))?;
    check_region(own.region(), kept_region)?;
    Ok(key)
}
