//! A rung of hold-your-own-key: authority keys in a token of PKCS#11, which the customer has and administers.
//!
//! The key never leaves the token. It seals one key of 32 bytes, and that key wraps the authority's keyring. What this process
//! must never hold is the token's key; what it holds for the time of a lease is what the token opened.

mod config;
mod failure;
mod gate;
mod keys;
mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use boundary_runtime::{Clock, KeyError, SystemClock, Timestamp};
use boundary_schema::Name;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use self::config::Pkcs11Config;
use self::failure::Failure;
use self::gate::Gate;
use self::keys::{SealedKey, TokenKey};
use self::token::Token;
use super::custodies::check_region;
use super::key_file::KeyFile;
use super::{
    Custody, CustodyKey, Destruction, Folder, KeyReference, KeyRequest, KeyState, Origin, Pending, Rung,
    not_ours, signing, small_wrap,
};
use crate::envelope::{Backend, NONCE_LEN, WrappingRoot};
use crate::keys::Authority;
use crate::random;

const VERSION: u8 = 1;
const SMALL_WRAP_FROM: usize = 1 + NONCE_LEN + SealedKey::SEALED_LEN;

/// Calls that are under way in a token at once.
const CALLS_AT_ONCE: usize = 4;

/// Keys of ours begin so, and no other key does.
const LABEL_PREFIX: &str = "boundary/";

/// A custody of one region whose keys are in a token of PKCS#11.
///
/// Keys that it makes or imports are sensitive and not extractable, and are called by the region and a digest of their
/// authority: no tenant's name is in the token. A designated key is one that the customer made, under a label of their own.
/// Disabling a key sets its `CKA_ENCRYPT` and `CKA_DECRYPT` to false, which the customer can do as well. A key that waits for
/// its destruction says in its `CKA_ID` for how long.
///
/// Its calls go into the device's library on threads for blocking work, and need a tokio runtime with timers. A login holds for
/// the whole process, so two custodies of one token in one process share it, whatever PIN the second one has.
///
/// ```no_run
/// use boundary_vault::{Pkcs11Config, Pkcs11Custody};
///
/// # async fn open() -> Result<(), boundary_runtime::KeyError> {
/// let custody = Pkcs11Custody::open(Pkcs11Config {
///     library: "/usr/lib/softhsm/libsofthsm2.so".into(),
///     token: "acme-in".into(),
///     pin: Pkcs11Config::read_pin("/run/secrets/boundary/pin")?,
///     region: "in".into(),
///     folder: "/var/lib/boundary/in/hsm".into(),
///     budget: Pkcs11Config::BUDGET,
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
pub struct Pkcs11Custody {
    region: Name,
    folder: Folder,
    gate: Gate,
    inner: Arc<Inner>,
}

/// What the blocking threads work with.
struct Inner {
    token: Token,
    /// The folder of the lock under which keys are made: not the one of the signing key, whose lock is held then.
    keys: Folder,
    /// Folders lock out other processes, this one locks out the other threads of this one.
    making: Mutex<()>,
}

impl Pkcs11Custody {
    /// Loads the library, finds the token and logs in.
    ///
    /// # Errors
    /// [`KeyError::Unreachable`] if the library cannot be loaded or no slot holds the token; [`KeyError::Denied`] if the token
    /// refuses the PIN, if two tokens have its label, or if the folder is open to others; [`KeyError::TooSlow`] if the
    /// budget is not enough.
    pub async fn open(config: Pkcs11Config) -> Result<Self, KeyError> {
        let Pkcs11Config {
            library,
            token,
            pin,
            region,
            folder: path,
            budget,
        } = config;
        let region =
            Name::new(&region).map_err(|error| KeyError::Denied(format!("no region's name: {error}")))?;
        let folder = Folder::open(&path)?;
        let keys = Folder::open(&path.join("keys"))?;
        let gate = Gate::new(CALLS_AT_ONCE, budget);
        let inner = gate.run(move || {
            let token = Token::load(&library, token, pin.as_str().into())?;
            token.with(|_| Ok(())).map_err(without_key)?;
            Ok(Arc::new(Inner {
                token,
                keys,
                making: Mutex::default(),
            }))
        });
        Ok(Self {
            inner: inner.await?,
            region,
            folder,
            gate,
        })
    }

    /// Does some work in the token for an authority.
    async fn ask<T: Send + 'static>(
        &self,
        authority: &Authority,
        work: impl FnOnce(&Inner, &Authority) -> Result<T, KeyError> + Send + 'static,
    ) -> Result<T, KeyError> {
        check_region(self.region.as_str(), authority.region())?;
        let (inner, authority) = (Arc::clone(&self.inner), authority.clone());
        self.gate.run(move || work(&inner, &authority)).await
    }

    /// Does some work with a key, which has to be one that the authority may have.
    async fn ask_of<T: Send + 'static>(
        &self,
        key: CustodyKey<'_>,
        work: impl Fn(&TokenKey<'_>, &Authority) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, KeyError> {
        let (label, is_ours) = (self.label_of(key)?, is_ours(key.origin));
        let work = move |inner: &Inner, authority: &Authority| {
            inner.with_key(authority, &label, is_ours, |key| work(key, authority))
        };
        self.ask(key.authority, work).await
    }

    /// The label of a key, which must be the authority's own: a key of ours is of one authority, and a designated one is none
    /// of ours.
    fn label_of(&self, key: CustodyKey<'_>) -> Result<String, KeyError> {
        check_region(self.region.as_str(), key.authority.region())?;
        let label = key.reference.as_str();
        let is_right = if is_ours(key.origin) {
            label == own_label(key.authority)
        } else {
            !label.starts_with(LABEL_PREFIX)
        };
        if is_right {
            Ok(label.to_owned())
        } else {
            Err(KeyError::WrongAuthority)
        }
    }
}

impl Inner {
    /// Does some work with the key of this label.
    fn with_key<T>(
        &self,
        authority: &Authority,
        label: &str,
        is_ours: bool,
        work: impl Fn(&TokenKey<'_>) -> Result<T, Failure>,
    ) -> Result<T, KeyError> {
        let done = self.token.with(|session| {
            let key = TokenKey::find(session, label)?.ok_or(Failure::Gone)?;
            match work(&key) {
                // The token only says that it may not be used.
                Err(Failure::Blocked) => Err(match key.state(is_ours)? {
                    KeyState::PendingDeletion(_) => KeyError::PendingDeletion.into(),
                    KeyState::Enabled | KeyState::Disabled => Failure::Blocked,
                }),
                answer => answer,
            }
        });
        done.map_err(|failure| match failure {
            Failure::Gone => authority.unknown(),
            other => without_key(other),
        })
    }

    fn provision(&self, authority: &Authority, request: &KeyRequest) -> Result<KeyReference, KeyError> {
        let label = match request {
            KeyRequest::Use(reference) if reference.as_str().starts_with(LABEL_PREFIX) => {
                return Err(KeyError::WrongAuthority);
            }
            KeyRequest::Use(reference) => reference.as_str().to_owned(),
            KeyRequest::Make | KeyRequest::Import(_) => own_label(authority),
        };
        let reference = KeyReference::new(&label)?;
        let is_ours = is_ours(request.origin());
        if is_ours {
            let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
            let _lock = self.keys.lock()?;
            let made = self
                .token
                .with(|session| make(session, authority, &label, request));
            made.map_err(without_key)?;
        }
        self.with_key(authority, &label, is_ours, |key| prove(key, authority, request))?;
        Ok(reference)
    }
}

/// Makes or imports a key, if there is none yet.
fn make(
    session: &cryptoki::session::Session,
    authority: &Authority,
    label: &str,
    request: &KeyRequest,
) -> Result<(), Failure> {
    if TokenKey::find(session, label)?.is_some() {
        return Ok(());
    }
    let digest = KeyFile::stem(authority);
    match request {
        KeyRequest::Make => TokenKey::generate(session, label, &digest)?,
        KeyRequest::Import(material) => TokenKey::import(session, label, &digest, material)?,
        KeyRequest::Use(_) => return Ok(()),
    };
    Ok(())
}

/// Checks that a key can be used, is kept as it should be, and is the one that was asked for.
fn prove(key: &TokenKey<'_>, authority: &Authority, request: &KeyRequest) -> Result<(), Failure> {
    match key.state(is_ours(request.origin()))? {
        KeyState::Enabled => {}
        KeyState::Disabled => return Err(KeyError::Disabled.into()),
        KeyState::PendingDeletion(_) => return Err(KeyError::PendingDeletion.into()),
    }
    key.check_kept()?;
    let bound = small_wrap::bound(authority)?;
    let sealed = seal(key, bound.as_bytes(), &*random::key()?)?;
    match request {
        KeyRequest::Import(material) if !sealed.is_under(material, bound.as_bytes()) => Err(KeyError::Denied(
            "the authority has another key in the token already; designate the new one, or destroy the old one first".to_owned(),
        )
        .into()),
        _ => Ok(()),
    }
}

/// Seals a key, and has it opened again: a token that cannot give back what it took would take a tenant's data with it.
fn seal(key: &TokenKey<'_>, bound: &[u8], secret: &[u8; 32]) -> Result<SealedKey, Failure> {
    let sealed = key.seal(bound, secret)?;
    let opened = key.open(bound, &sealed)?;
    if bool::from(opened[..].ct_eq(&secret[..])) {
        Ok(sealed)
    } else {
        Err(
            KeyError::Damaged("the token does not open what it sealed; nothing was kept under it".to_owned())
                .into(),
        )
    }
}

/// What a failure means where no key is in question, or where it is known which one.
fn without_key(failure: Failure) -> KeyError {
    match failure {
        Failure::Key(error) => error,
        Failure::Blocked => KeyError::Disabled,
        Failure::Lost(said) => KeyError::Unreachable(format!("the token is lost: {said}")),
        Failure::Gone => KeyError::Unreachable("a key went while it was used; try again".to_owned()),
    }
}

/// The same request, for another thread.
fn copied(request: &KeyRequest) -> KeyRequest {
    match request {
        KeyRequest::Make => KeyRequest::Make,
        KeyRequest::Import(material) => KeyRequest::Import(material.clone()),
        KeyRequest::Use(reference) => KeyRequest::Use(reference.clone()),
    }
}

fn is_ours(origin: Origin) -> bool {
    origin != Origin::Designated
}

fn own_label(authority: &Authority) -> String {
    format!(
        "{LABEL_PREFIX}{}/{}",
        authority.region(),
        KeyFile::stem(authority)
    )
}

impl Custody for Pkcs11Custody {
    fn region(&self) -> &str {
        self.region.as_str()
    }

    fn rung(&self, _: Origin) -> Rung {
        Rung::CustomerHeld
    }

    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference> {
        Box::pin(async move {
            let request = copied(request);
            self.ask(authority, move |inner, authority| {
                inner.provision(authority, &request)
            })
            .await
        })
    }

    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async move {
            let root = random::key()?;
            let small = small_wrap::wrap(&WrappingRoot::new(Backend::default(), &root), key.authority, keys)?;
            let sealed = self.ask_of(key, move |key, authority| {
                seal(key, small_wrap::bound(authority)?.as_bytes(), &root)
            });
            let sealed = sealed.await?;
            Ok([&[VERSION][..], &sealed.nonce, &sealed.sealed, &small].concat())
        })
    }

    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            let (sealed, small) = read_wrapped(wrapped)?;
            let root = self.ask_of(key, move |key, authority| {
                key.open(small_wrap::bound(authority)?.as_bytes(), &sealed)
            });
            let root: Zeroizing<[u8; 32]> = root.await?;
            small_wrap::unwrap(
                &WrappingRoot::new(Backend::default(), &root),
                key.authority,
                small,
            )
        })
    }

    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState> {
        let is_ours = is_ours(key.origin);
        Box::pin(self.ask_of(key, move |key, _| key.state(is_ours)))
    }

    fn disable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        if !is_ours(key.origin) {
            return not_ours(key);
        }
        Box::pin(self.ask_of(key, |key, authority| match key.state(true)? {
            KeyState::PendingDeletion(_) => Err(KeyError::PendingDeletion.into()),
            KeyState::Enabled | KeyState::Disabled => {
                key.set_state(&KeyFile::stem(authority), KeyState::Disabled)
            }
        }))
    }

    fn enable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        if !is_ours(key.origin) {
            return not_ours(key);
        }
        Box::pin(self.ask_of(key, |key, authority| {
            key.set_state(&KeyFile::stem(authority), KeyState::Enabled)
        }))
    }

    fn schedule_deletion<'a>(&'a self, key: CustodyKey<'a>, waiting: Duration) -> Pending<'a, Timestamp> {
        if !is_ours(key.origin) {
            return not_ours(key);
        }
        let due = SystemClock.now().plus(waiting);
        Box::pin(self.ask_of(key, move |key, authority| {
            if let KeyState::PendingDeletion(Some(due)) = key.state(true)? {
                return Ok(due);
            }
            key.set_state(&KeyFile::stem(authority), KeyState::PendingDeletion(Some(due)))?;
            Ok(due)
        }))
    }

    fn destroy<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, Destruction> {
        if !is_ours(key.origin) {
            return not_ours(key);
        }
        Box::pin(async move {
            let destroyed = self.ask_of(key, |key, _| key.destroy()).await;
            match destroyed {
                Ok(()) | Err(KeyError::Unknown { .. }) => Ok(Destruction::Done),
                Err(error) => Err(error),
            }
        })
    }

    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        Box::pin(signing::seed(self, &self.folder, &KeyRequest::Make))
    }
}

/// The parts of a wrap: what the token sealed, and what is wrapped under that.
fn read_wrapped(wrapped: &[u8]) -> Result<(SealedKey, &[u8]), KeyError> {
    let damaged = || KeyError::Damaged("the authority's wrapped keys are not of a token's form".to_owned());
    let (head, small) = wrapped
        .split_first_chunk::<SMALL_WRAP_FROM>()
        .ok_or_else(damaged)?;
    let (version, head) = head.split_first().ok_or_else(damaged)?;
    let (nonce, sealed) = head.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
    let sealed = sealed.try_into().map_err(|_| damaged())?;
    if *version != VERSION {
        return Err(damaged());
    }
    Ok((
        SealedKey {
            nonce: *nonce,
            sealed,
        },
        small,
    ))
}
