//! The key file of one authority: its key and its state, checked by a MAC under a key derived from that key.
//!
//! In a custody with a passphrase the key is sealed under what the passphrase gives, and bound to the authority.

use boundary_runtime::{KeyError, Timestamp};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::KeyState;
use super::sheet::{Sheet, from_hex};
use super::small_wrap;
use crate::envelope::{Backend, WrappingRoot};
use crate::keys::Authority;
use crate::random;

const SHEET: Sheet<6> = Sheet {
    title: "boundary-authority-key",
    names: ["tenant", "region", "class", "state", "due", "key"],
};

/// The key of one authority. Wiped when dropped.
pub(super) struct KeyFile {
    pub(super) state: KeyState,
    key: Zeroizing<[u8; 32]>,
}

impl KeyFile {
    /// A new key, enabled.
    pub(super) fn generate() -> Result<Self, KeyError> {
        Ok(Self::of(random::key()?))
    }

    /// This key, enabled.
    pub(super) fn of(key: Zeroizing<[u8; 32]>) -> Self {
        Self {
            state: KeyState::Enabled,
            key,
        }
    }

    /// Whether it is this key.
    pub(super) fn holds(&self, key: &[u8; 32]) -> bool {
        bool::from(self.key.ct_eq(key))
    }

    /// The file's name without its ending.
    pub(super) fn stem(authority: &Authority) -> String {
        authority.digest(b"boundary/authority-file")
    }

    /// The file's text. `protection` is what a passphrase gave, if the custody has one.
    pub(super) fn render(
        &self,
        authority: &Authority,
        protection: Option<&WrappingRoot>,
    ) -> Result<Zeroizing<String>, KeyError> {
        let tenant = HEXLOWER.encode(authority.tenant().as_str().as_bytes());
        let (state, due) = match self.state {
            KeyState::Enabled => ("enabled", 0),
            KeyState::Disabled => ("disabled", 0),
            KeyState::PendingDeletion(due) => ("pending_deletion", due.map_or(0, Timestamp::as_millis)),
        };
        let key = match protection {
            None => Zeroizing::new(HEXLOWER.encode(&*self.key)),
            Some(root) => Zeroizing::new(HEXLOWER.encode(&small_wrap::wrap(root, authority, &*self.key)?)),
        };
        let class = authority.class().name();
        let values = [&*tenant, authority.region(), class, state, &due.to_string(), &key];
        Ok(SHEET.render(values, |text| mac(&self.key, text)))
    }

    pub(super) fn parse(
        text: &[u8],
        authority: &Authority,
        protection: Option<&WrappingRoot>,
    ) -> Result<Self, KeyError> {
        let damaged = |what: &str| KeyError::Damaged(format!("the authority's key file has no valid {what}"));
        let read = SHEET.read(text)?;
        let key = match protection {
            None => from_hex::<32>(read.unchecked(5)).map(Zeroizing::new),
            Some(root) => {
                let sealed = HEXLOWER.decode(read.unchecked(5).as_bytes());
                let sealed = sealed.map_err(|_| damaged("key"))?;
                let key = small_wrap::unwrap(root, authority, &sealed)?;
                key.as_slice().try_into().ok().map(Zeroizing::new)
            }
        };
        let key = key.ok_or_else(|| damaged("key"))?;
        let [tenant, region, class, state, due, _] = read.checked(|text| mac(&key, text))?;
        if region != authority.region() {
            return Err(KeyError::WrongRegion {
                expected: authority.region().to_owned(),
                found: region.to_owned(),
            });
        }
        let is_ours = tenant == HEXLOWER.encode(authority.tenant().as_str().as_bytes())
            && class == authority.class().name();
        if !is_ours {
            return Err(KeyError::WrongAuthority);
        }
        let due: u64 = due.parse().map_err(|_| damaged("moment of deletion"))?;
        let state = match state {
            "enabled" => KeyState::Enabled,
            "disabled" => KeyState::Disabled,
            "pending_deletion" => KeyState::PendingDeletion(Some(Timestamp::from_millis(due))),
            _ => return Err(damaged("state")),
        };
        Ok(Self { state, key })
    }

    /// The key for wrapping, if it may be used.
    pub(super) fn root(&self) -> Result<WrappingRoot, KeyError> {
        match self.state {
            KeyState::Enabled => Ok(WrappingRoot::new(Backend::default(), &self.key)),
            KeyState::Disabled => Err(KeyError::Disabled),
            KeyState::PendingDeletion(_) => Err(KeyError::PendingDeletion),
        }
    }
}

/// HMAC-SHA256 over a file's text, under its own key and a label that no wrap uses.
pub(super) fn mac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(b"boundary/key-file\0");
    mac.update(text);
    mac.finalize().into_bytes().into()
}
