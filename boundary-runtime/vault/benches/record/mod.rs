//! The record of the benches through the envelope and nothing else, in the crate that has the rooms below the vault compiled into it.
#![allow(missing_docs, unreachable_pub)]

use std::hint::black_box;

use boundary_runtime::zeroize::{Zeroize, Zeroizing};
use boundary_schema::FieldDeclaration;

use crate::envelope::{self, AdditionalData, Backend, RecordKeys, RecordNames, WrappingRoot};
use crate::random::{self, Nonces};
use crate::secret::Secret;
use crate::ten;

pub const NAMES: RecordNames<'_> = RecordNames {
    tenant: ten::TENANT,
    region: "in",
    table: ten::TABLE.name,
    record_id: ten::RECORD_ID,
    subject: "s-1",
};
pub const FIELD: &FieldDeclaration = &ten::TABLE.fields[0];
pub const PLAINTEXT: [u8; 32] = [7; 32];

/// Version, suite, nonce, ciphertext, tag.
const SEALED_LEN: usize = 2 + 12 + PLAINTEXT.len() + 16;

/// Identifier and wrapped part of the data key, and the fields one after another in one buffer.
pub struct SealedRecord<W> {
    id: [u8; 16],
    wrapped: W,
    fields: Vec<u8>,
}

/// The same record through the envelope: what the vault does once leases and declarations are checked.
pub struct Envelope {
    root: WrappingRoot,
}

impl Envelope {
    pub fn new(backend: Backend) -> Self {
        Self {
            root: WrappingRoot::new(backend, &[1; 32]),
        }
    }

    pub fn seal(&self) -> SealedRecord<impl AsRef<[u8]> + use<>> {
        let id = random::bytes().unwrap_or_default();
        let bound = AdditionalData::of_data_key(&NAMES, &id, 1).unwrap_or_else(|_| unreachable!());
        let mut key = Secret::<1>::zero();
        random::fill(&mut key[0]).unwrap_or_else(|_| unreachable!());
        let salt = random::bytes().unwrap_or_default();
        let (keys, wrapped) = RecordKeys::wrap(&key[0], &salt, &self.root, 1, bound.as_bytes());
        let mut data = bound.into_fields(&NAMES).unwrap_or_else(|_| unreachable!());
        let mut nonces = Nonces::starting_anywhere().unwrap_or_else(|_| unreachable!());
        let mut fields = Vec::with_capacity(10 * SEALED_LEN);
        for _ in 0..10 {
            let plaintext = black_box(PLAINTEXT);
            let bound = data.field(NAMES.record_id, FIELD).unwrap_or_default();
            let done = envelope::seal(&keys, &nonces.next(), bound, &plaintext, &mut fields);
            assert!(done.is_ok());
        }
        SealedRecord { id, wrapped, fields }
    }

    pub fn open(&self, sealed: &SealedRecord<impl AsRef<[u8]>>) {
        let sealed = black_box(sealed);
        let bound = AdditionalData::of_data_key(&NAMES, &sealed.id, 1).unwrap_or_else(|_| unreachable!());
        let keys = RecordKeys::unwrap(sealed.wrapped.as_ref(), &self.root, bound.as_bytes());
        let keys = keys.unwrap_or_else(|_| unreachable!());
        let mut data = bound.into_fields(&NAMES).unwrap_or_else(|_| unreachable!());
        let mut plaintexts = Zeroizing::new(Vec::with_capacity(10 * PLAINTEXT.len()));
        for field in sealed.fields.chunks_exact(SEALED_LEN) {
            let bound = data.field(NAMES.record_id, FIELD).unwrap_or_default();
            assert!(envelope::open(&keys, bound, field, &mut plaintexts).is_ok());
        }
        black_box(&plaintexts);
        // Wiped in bulk; what `Zeroizing` has left to wipe then is empty.
        plaintexts.as_mut_slice().zeroize();
        plaintexts.truncate(0);
    }
}

/// What a wrap and a field are bound to, for the floor.
pub fn bounds() -> (Vec<u8>, Vec<u8>) {
    let wrap = AdditionalData::of_data_key(&NAMES, &[0; 16], 1).unwrap_or_else(|_| unreachable!());
    let bytes = wrap.as_bytes().to_vec();
    let mut fields = wrap.into_fields(&NAMES).unwrap_or_else(|_| unreachable!());
    let field = fields.field(NAMES.record_id, FIELD).unwrap_or_default().to_vec();
    (bytes, field)
}
