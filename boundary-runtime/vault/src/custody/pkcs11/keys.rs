//! Keys as a token has them: AES-256, sensitive, never extractable.

use boundary_runtime::{KeyError, Timestamp};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use zeroize::{Zeroize, Zeroizing};

use super::super::KeyState;
use super::failure::Failure;
use crate::envelope::{Backend, Cipher, NONCE_LEN, TAG_LEN};
use crate::random;

/// A key in a token, for the time of one session.
pub(super) struct TokenKey<'s> {
    session: &'s Session,
    handle: ObjectHandle,
}

impl<'s> TokenKey<'s> {
    /// The secret key of this label, if there is one.
    pub(super) fn find(session: &'s Session, label: &str) -> Result<Option<Self>, Failure> {
        let found = session.find_objects(&[
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Token(true),
            Attribute::Label(label.into()),
        ])?;
        match *found {
            [] => Ok(None),
            [handle] => Ok(Some(Self { session, handle })),
            _ => Err(KeyError::Denied(format!(
                "the token has {} secret keys labelled `{label}`; which of them is meant cannot be known, so leave one",
                found.len()
            ))
            .into()),
        }
    }

    /// A new key of this label, made in the token.
    pub(super) fn generate(session: &'s Session, label: &str, digest: &str) -> Result<Self, Failure> {
        let mut template = template(label, digest);
        template.push(Attribute::ValueLen(32.into()));
        let handle = session.generate_key(&Mechanism::AesKeyGen, &template)?;
        Ok(Self { session, handle })
    }

    /// A new key of this label from material that is given.
    pub(super) fn import(
        session: &'s Session,
        label: &str,
        digest: &str,
        material: &[u8; 32],
    ) -> Result<Self, Failure> {
        let mut template = template(label, digest);
        template.push(Attribute::Class(ObjectClass::SECRET_KEY));
        template.push(Attribute::Value(material.to_vec()));
        let created = session.create_object(&template);
        if let Some(Attribute::Value(copy)) = template.last_mut() {
            copy.zeroize();
        }
        Ok(Self {
            session,
            handle: created?,
        })
    }

    /// Refuses a key that is not AES-256, or that the token would give away.
    pub(super) fn check_kept(&self) -> Result<(), Failure> {
        let attributes = self.session.get_attributes(
            self.handle,
            &[
                AttributeType::KeyType,
                AttributeType::ValueLen,
                AttributeType::Sensitive,
                AttributeType::Extractable,
            ],
        )?;
        let has = |wanted: &Attribute| attributes.contains(wanted);
        if !has(&Attribute::KeyType(KeyType::AES)) || !has(&Attribute::ValueLen(32.into())) {
            return Err(
                KeyError::Denied("the key in the token is not one of AES with 256 bits".to_owned()).into(),
            );
        }
        if !has(&Attribute::Sensitive(true)) || !has(&Attribute::Extractable(false)) {
            let refused = "the key in the token can be taken out of it: it has to be sensitive and not extractable \
                           (CKA_SENSITIVE true, CKA_EXTRACTABLE false)";
            return Err(KeyError::Denied(refused.to_owned()).into());
        }
        Ok(())
    }

    /// Its state. A token knows no waiting keys: one of ours is disabled then, and its identifier says until when.
    pub(super) fn state(&self, is_ours: bool) -> Result<KeyState, Failure> {
        let attributes = self.session.get_attributes(
            self.handle,
            &[AttributeType::Encrypt, AttributeType::Decrypt, AttributeType::Id],
        )?;
        if attributes.contains(&Attribute::Encrypt(true)) && attributes.contains(&Attribute::Decrypt(true)) {
            return Ok(KeyState::Enabled);
        }
        let due = attributes.iter().find_map(|attribute| match attribute {
            Attribute::Id(id) if is_ours => due_of(id),
            _ => None,
        });
        Ok(due.map_or(KeyState::Disabled, |due| KeyState::PendingDeletion(Some(due))))
    }

    /// Enables a key of ours, disables it, or has it wait for its destruction: in one call, so that none of it is done alone.
    pub(super) fn set_state(&self, digest: &str, state: KeyState) -> Result<(), Failure> {
        let is_enabled = state == KeyState::Enabled;
        let changed = [
            Attribute::Encrypt(is_enabled),
            Attribute::Decrypt(is_enabled),
            id_of(digest, state),
        ];
        Ok(self.session.update_attributes(self.handle, &changed)?)
    }

    pub(super) fn destroy(&self) -> Result<(), Failure> {
        match self.session.destroy_object(self.handle).map_err(Failure::from) {
            Err(Failure::Gone) => Ok(()),
            answer => answer,
        }
    }

    /// Seals a key of 32 bytes and gives the nonce and the sealed key with its tag.
    pub(super) fn seal(&self, bound: &[u8], secret: &[u8; 32]) -> Result<SealedKey, Failure> {
        // Devices that choose the nonce themselves write it over this one.
        let mut nonce = random::bytes::<NONCE_LEN>()?;
        let sealed = {
            let parameters = GcmParams::new(&mut nonce, bound, TAG_BITS.into())?;
            self.session
                .encrypt(&Mechanism::AesGcm(parameters), self.handle, secret)?
        };
        let sealed = sealed.try_into().map_err(|_| {
            KeyError::Damaged("the token sealed a key and gave a wrong number of bytes".to_owned())
        })?;
        Ok(SealedKey { nonce, sealed })
    }

    pub(super) fn open(&self, bound: &[u8], key: &SealedKey) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let mut nonce = key.nonce;
        let parameters = GcmParams::new(&mut nonce, bound, TAG_BITS.into())?;
        let opened = self
            .session
            .decrypt(&Mechanism::AesGcm(parameters), self.handle, &key.sealed)?;
        let opened = Zeroizing::new(opened);
        let opened: &[u8; 32] = opened.as_slice().try_into().map_err(|_| {
            KeyError::Damaged("the token opened a key and gave a wrong number of bytes".to_owned())
        })?;
        Ok(Zeroizing::new(*opened))
    }
}

const TAG_BITS: std::ffi::c_ulong = TAG_LEN as std::ffi::c_ulong * 8;

/// A key of 32 bytes as a token sealed it.
pub(super) struct SealedKey {
    pub(super) nonce: [u8; NONCE_LEN],
    pub(super) sealed: [u8; Self::SEALED_LEN],
}

impl SealedKey {
    pub(super) const SEALED_LEN: usize = 32 + TAG_LEN;

    /// Whether it was sealed under this key.
    pub(super) fn is_under(&self, key: &[u8; 32], bound: &[u8]) -> bool {
        let Some((secret, tag)) = self.sealed.split_last_chunk::<TAG_LEN>() else {
            return false;
        };
        let mut secret = Zeroizing::new(secret.to_vec());
        Cipher::new(Backend::default(), key)
            .open(&self.nonce, bound, &mut secret, tag)
            .is_ok()
    }
}

/// What every key of ours is in a token.
fn template(label: &str, digest: &str) -> Vec<Attribute> {
    vec![
        Attribute::KeyType(KeyType::AES),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(true),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        Attribute::Sign(false),
        Attribute::Verify(false),
        Attribute::Derive(false),
        Attribute::Label(label.into()),
        id_of(digest, KeyState::Enabled),
    ]
}

/// What stands in a key's `CKA_ID` after its digest while it waits for its destruction.
const DUE: &str = " due ";

/// A key's identifier: the digest of its authority, and the moment of its destruction if it waits for that.
fn id_of(digest: &str, state: KeyState) -> Attribute {
    let id = match state {
        KeyState::PendingDeletion(Some(due)) => format!("{digest}{DUE}{}", due.as_millis()),
        _ => digest.to_owned(),
    };
    Attribute::Id(id.into_bytes())
}

fn due_of(id: &[u8]) -> Option<Timestamp> {
    let (_, millis) = std::str::from_utf8(id).ok()?.split_once(DUE)?;
    millis.parse().ok().map(Timestamp::from_millis)
}
