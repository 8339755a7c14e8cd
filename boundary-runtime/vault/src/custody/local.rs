//! The embedded custody: authority keys in files that only the service's own user may read.

use std::path::Path;

use boundary_runtime::KeyError;
use boundary_schema::Name;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::files::Folder;
use super::key_file::{KeyFile, State, mac};
use super::sheet::{Sheet, from_hex};
use super::{Custody, Pending};
use crate::envelope::{AdditionalData, TAG_LEN};
use crate::keys::Authority;
use crate::random;

const SIGNING_FILE: &str = "signing.key";
const SIGNING: Sheet<2> = Sheet {
    title: "boundary-signing-key",
    names: ["region", "key"],
};

const WRAP_VERSION: u8 = 1;
const SALT_END: usize = 1 + 32;

/// A custody of one region in a folder of files, for development, tests, demonstrations and single machines.
///
/// The folder has mode 0700 and its files 0600, and nothing more open is read. Each authority has one file with its
/// key, its state and a MAC; the region's signing key has another. The wrapped keys lie elsewhere, in the region's
/// own folder: neither folder alone opens anything. Whoever may write the folder is its keeper; there is no
/// protection from them on this rung.
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
    signing_key: Zeroizing<[u8; 32]>,
}

impl LocalCustody {
    /// Opens the custody of `region` in this folder. A new folder becomes a new custody with a new signing key.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the folder or a file in it is open to others, or is a link; [`KeyError::WrongAuthority`]
    /// if it is another region's; [`KeyError::Damaged`] if its signing key was altered, or is missing while authority
    /// keys are there.
    pub fn open(folder: impl AsRef<Path>, region: &str) -> Result<Self, KeyError> {
        let region =
            Name::new(region).map_err(|error| KeyError::Denied(format!("no region's name: {error}")))?;
        let folder = Folder::open(folder.as_ref())?;
        let signing_key = match folder.read(SIGNING_FILE)? {
            Some(text) => read_signing_key(&text, &region)?,
            None if folder.names()?.iter().any(|name| name.ends_with(".key")) => {
                return Err(KeyError::Damaged(
                    "the region's signing key is missing".to_owned(),
                ));
            }
            None => {
                let key = random::key()?;
                let hex = Zeroizing::new(HEXLOWER.encode(&*key));
                let text = SIGNING.render([region.as_str(), &hex], |text| mac(&key, text));
                folder.write(SIGNING_FILE, text.as_bytes())?;
                key
            }
        };
        Ok(Self {
            region,
            folder,
            signing_key,
        })
    }

    fn load(&self, authority: &Authority) -> Result<KeyFile, KeyError> {
        self.check_region(authority)?;
        let text = self
            .folder
            .read(&KeyFile::name(authority))?
            .ok_or_else(|| authority.unknown())?;
        KeyFile::parse(&text, authority)
    }

    fn store(&self, authority: &Authority, file: &KeyFile) -> Result<(), KeyError> {
        self.folder
            .write(&KeyFile::name(authority), file.render(authority).as_bytes())
    }

    fn set_state(&self, authority: &Authority, state: State) -> Result<(), KeyError> {
        let _lock = self.folder.lock()?;
        let mut file = self.load(authority)?;
        if file.state == State::PendingDeletion && state == State::Disabled {
            return Err(KeyError::PendingDeletion);
        }
        file.state = state;
        self.store(authority, &file)
    }

    fn check_region(&self, authority: &Authority) -> Result<(), KeyError> {
        if self.region == *authority.region() {
            Ok(())
        } else {
            Err(KeyError::WrongAuthority)
        }
    }

    fn provision_now(&self, authority: &Authority) -> Result<(), KeyError> {
        let _lock = self.folder.lock()?;
        match self.load(authority) {
            Ok(file) => file.root().map(drop),
            Err(KeyError::Unknown { .. }) => self.store(authority, &KeyFile::generate()?),
            Err(error) => Err(error),
        }
    }

    /// Version, salt, wrapped keys, tag.
    fn wrap_now(&self, authority: &Authority, keys: &[u8]) -> Result<Vec<u8>, KeyError> {
        let root = self.load(authority)?.root()?;
        let salt = random::bytes::<32>()?;
        let mut secret = Zeroizing::new(keys.to_vec());
        let tag = root.wrap(&salt, bound(authority)?.as_bytes(), &mut secret);
        Ok([&[WRAP_VERSION][..], &salt, &secret, &tag].concat())
    }

    fn unwrap_now(&self, authority: &Authority, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let root = self.load(authority)?.root()?;
        let damaged = || KeyError::Damaged("the authority's wrapped keys do not unwrap".to_owned());
        let (header, rest) = wrapped.split_first_chunk::<SALT_END>().ok_or_else(damaged)?;
        let (secret, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or_else(damaged)?;
        let salt = header[1..]
            .first_chunk::<32>()
            .filter(|_| header[0] == WRAP_VERSION)
            .ok_or_else(damaged)?;
        let mut secret = Zeroizing::new(secret.to_vec());
        root.unwrap(salt, bound(authority)?.as_bytes(), &mut secret, tag)
            .map_err(|_| damaged())?;
        Ok(secret)
    }

    fn destroy_now(&self, authority: &Authority) -> Result<(), KeyError> {
        self.check_region(authority)?;
        let _lock = self.folder.lock()?;
        self.folder.destroy(&KeyFile::name(authority))
    }
}

impl Custody for LocalCustody {
    fn region(&self) -> &str {
        self.region.as_str()
    }

    fn provision<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()> {
        Box::pin(async { self.provision_now(authority) })
    }

    fn wrap<'a>(&'a self, authority: &'a Authority, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async { self.wrap_now(authority, keys) })
    }

    fn unwrap<'a>(&'a self, authority: &'a Authority, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async { self.unwrap_now(authority, wrapped) })
    }

    fn suspend<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()> {
        Box::pin(async { self.set_state(authority, State::Disabled) })
    }

    fn resume<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()> {
        Box::pin(async { self.set_state(authority, State::Enabled) })
    }

    fn schedule_deletion<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()> {
        Box::pin(async { self.set_state(authority, State::PendingDeletion) })
    }

    fn destroy<'a>(&'a self, authority: &'a Authority) -> Pending<'a, ()> {
        Box::pin(async { self.destroy_now(authority) })
    }

    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        Box::pin(async { Ok(self.signing_key.clone()) })
    }
}

/// What a wrap of this custody is bound to.
fn bound(authority: &Authority) -> Result<AdditionalData, KeyError> {
    let too_long = |_| KeyError::Denied("the authority's name is too long".to_owned());
    let mut bound = AdditionalData::labelled("boundary/authority", 256).map_err(too_long)?;
    bound
        .texts(&[authority.tenant().as_str(), authority.region()])
        .map_err(too_long)?;
    Ok(bound)
}

fn read_signing_key(text: &[u8], region: &Name) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let read = SIGNING.read(text)?;
    let key = from_hex::<32>(read.unchecked(1)).map(Zeroizing::new);
    let key =
        key.ok_or_else(|| KeyError::Damaged("the region's signing key file has no valid key".to_owned()))?;
    let [kept_region, _] = read.checked(|text| mac(&key, text))?;
    if region != kept_region {
        return Err(KeyError::WrongAuthority);
    }
    Ok(key)
}
