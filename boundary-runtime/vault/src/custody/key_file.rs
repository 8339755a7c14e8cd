//! The key file of one authority: its key and its state, checked by a MAC under a key derived from that key.

use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::sheet::{Sheet, from_hex};
use crate::envelope::{Backend, WrappingRoot};
use crate::keys::Authority;
use crate::random;

const SHEET: Sheet<4> = Sheet {
    title: "boundary-authority-key",
    names: ["tenant", "region", "state", "key"],
};

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Enabled,
    Disabled,
    PendingDeletion,
}

const STATES: [(State, &str); 3] = [
    (State::Enabled, "enabled"),
    (State::Disabled, "disabled"),
    (State::PendingDeletion, "pending_deletion"),
];

/// The key of one authority. Wiped when dropped.
pub(super) struct KeyFile {
    pub(super) state: State,
    key: Zeroizing<[u8; 32]>,
}

impl KeyFile {
    /// A new key, enabled.
    pub(super) fn generate() -> Result<Self, KeyError> {
        Ok(Self {
            state: State::Enabled,
            key: random::key()?,
        })
    }

    /// The file's name: a digest, so that no tenant's name reaches the file system.
    pub(super) fn name(authority: &Authority) -> String {
        let mut digest = Sha256::new();
        digest.update(b"boundary/authority-file\0");
        digest.update(authority.tenant().as_str().as_bytes());
        format!("{}.key", HEXLOWER.encode(&digest.finalize()))
    }

    pub(super) fn render(&self, authority: &Authority) -> Zeroizing<String> {
        let tenant = HEXLOWER.encode(authority.tenant().as_str().as_bytes());
        let state = STATES
            .iter()
            .find(|(state, _)| *state == self.state)
            .map_or("", |(_, word)| word);
        let key = Zeroizing::new(HEXLOWER.encode(&*self.key));
        SHEET.render([&tenant, authority.region(), state, &key], |text| {
            mac(&self.key, text)
        })
    }

    pub(super) fn parse(text: &[u8], authority: &Authority) -> Result<Self, KeyError> {
        let damaged = |what: &str| KeyError::Damaged(format!("the authority's key file has no valid {what}"));
        let read = SHEET.read(text)?;
        let key = from_hex::<32>(read.unchecked(3))
            .map(Zeroizing::new)
            .ok_or_else(|| damaged("key"))?;
        let [tenant, region, state, _] = read.checked(|text| mac(&key, text))?;
        if tenant != HEXLOWER.encode(authority.tenant().as_str().as_bytes()) || region != authority.region() {
            return Err(KeyError::WrongAuthority);
        }
        let state = STATES
            .iter()
            .find(|(_, word)| *word == state)
            .ok_or_else(|| damaged("state"))?
            .0;
        Ok(Self { state, key })
    }

    /// The key for wrapping, if it may be used.
    pub(super) fn root(&self) -> Result<WrappingRoot, KeyError> {
        match self.state {
            State::Enabled => Ok(WrappingRoot::new(Backend::default(), &self.key)),
            State::Disabled => Err(KeyError::Disabled),
            State::PendingDeletion => Err(KeyError::PendingDeletion),
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
