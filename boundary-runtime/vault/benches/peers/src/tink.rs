//! Tink for Rust: a data key per field under a key that is held in memory, and all fields under that one key.

use std::hint::black_box;

use tink_core::Aead;
use tink_core::keyset::Handle;

use crate::rounds::Row;
use crate::{FIELD_BOUND, FIELDS, PLAINTEXT};

fn local() -> Box<dyn Aead> {
    tink_aead::init();
    let handle = Handle::new(&tink_aead::aes256_gcm_key_template()).expect("a keyset");
    tink_aead::new(&handle).expect("an AEAD")
}

fn row(name: &'static str, aead: Box<dyn Aead>) -> Row<'static> {
    let seal = move |aead: &dyn Aead| -> Vec<Vec<u8>> {
        (0..FIELDS)
            .map(|_| aead.encrypt(black_box(&PLAINTEXT), &FIELD_BOUND).expect("sealed"))
            .collect()
    };
    let sealed = seal(&*aead);
    let opening = aead.box_clone();
    Row::new(
        name,
        move || drop(black_box(seal(&*aead))),
        move || {
            for field in &sealed {
                black_box(opening.decrypt(field, &FIELD_BOUND).expect("opened"));
            }
        },
    )
}

/// Envelope encryption, whose data key is made, wrapped and unwrapped for each field: the library has none per record.
pub fn envelope() -> Row<'static> {
    let aead = tink_aead::KmsEnvelopeAead::new(tink_aead::aes256_gcm_key_template(), local());
    row("Tink, envelope AEAD, a data key a field", Box::new(aead))
}

/// No data key at all: less than a key for each record, and the nonces of all records share one key.
pub fn one_static_key() -> Row<'static> {
    row("Tink, plain AEAD, one key for everything", local())
}
