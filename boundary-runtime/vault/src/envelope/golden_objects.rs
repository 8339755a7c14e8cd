//! The bytes of objects of format v1, frozen as those of fields are.

use boundary_runtime::seam::ObjectHeader;
use boundary_runtime::{DataKey, TenantId};
use boundary_schema::FieldDeclaration;

use super::cipher::Derivation;
use super::golden::{GENERATION, ID, NAMES, check, counting, root, specified, unwrap_whole, vectors_under};
use super::tampering::{EMAIL, alike};
use super::*;

pub(super) const SCAN: FieldDeclaration = FieldDeclaration {
    field: "scan",
    column: "scan",
    category: Some("user.content"),
    ..EMAIL
};
pub(super) const NAME: &str = "passport.pdf";
pub(super) const CHUNK: usize = 64;

/// The golden object's header and its keys.
pub(super) fn object(backend: Backend) -> (ObjectHeader, ObjectKeys) {
    let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
    let (keys, wrapped) = ObjectKeys::wrap(
        &counting(0x40),
        &counting(0x20),
        &root(backend),
        GENERATION,
        bound.as_bytes(),
    );
    let header = ObjectHeader {
        chunk_len: CHUNK as u32,
        nonce_prefix: counting(0x80),
        data_key: DataKey::from_parts(ID, &TenantId::new("acme"), "in", &wrapped).unwrap(),
    };
    (header, keys)
}

/// Seals an object whole: its header and its chunks, each apart.
pub(super) fn seal_object(plaintext: &[u8]) -> Vec<Vec<u8>> {
    alike(|backend| seal_object_by(backend, plaintext))
}

fn seal_object_by(backend: Backend, plaintext: &[u8]) -> Vec<Vec<u8>> {
    let (header, keys) = object(backend);
    let bound = AdditionalData::of_object(&NAMES, &SCAN, NAME, &header).unwrap();
    let mut chunks = Chunks::new(keys, header.nonce_prefix, bound.into_bytes());
    let mut parts: Vec<&[u8]> = plaintext.chunks(CHUNK).collect();
    if parts.is_empty() {
        parts.push(b"");
    }
    let mut sealed = vec![header.to_bytes().unwrap()];
    for (index, part) in parts.iter().enumerate() {
        let mut chunk = part.to_vec();
        chunks.seal(&mut chunk, index + 1 == parts.len()).unwrap();
        sealed.push(chunk);
    }
    sealed
}

/// Opens an object whole, as the vault and the reader of boundary-runtime do it between them.
pub(super) fn open_object(
    sealed: &[u8],
    names: &RecordNames<'_>,
    field: &FieldDeclaration,
    name: &str,
) -> Result<Vec<u8>, Undecryptable> {
    alike(|backend| open_object_by(backend, sealed, names, field, name))
}

fn open_object_by(
    backend: Backend,
    mut sealed: &[u8],
    names: &RecordNames<'_>,
    field: &FieldDeclaration,
    name: &str,
) -> Result<Vec<u8>, Undecryptable> {
    let header = ObjectHeader::read(&mut sealed).unwrap().ok_or(Undecryptable)?;
    unwrap_whole(backend, header.data_key.as_bytes(), names)?;
    let generation = generation_of(header.data_key.wrapped())?;
    let bound = AdditionalData::of_data_key(names, &header.data_key.id(), generation).unwrap();
    let keys = ObjectKeys::unwrap(header.data_key.wrapped(), &root(backend), bound.as_bytes())?;
    let bound = AdditionalData::of_object(names, field, name, &header).unwrap();
    let mut chunks = Chunks::new(keys, header.nonce_prefix, bound.into_bytes());
    let mut plaintext = Vec::new();
    loop {
        let length = sealed.len().min(header.chunk_len as usize + TAG_LEN);
        let (chunk, rest) = sealed.split_at(length);
        let mut chunk = chunk.to_vec();
        chunks.open(&mut chunk, rest.is_empty())?;
        plaintext.append(&mut chunk);
        if rest.is_empty() {
            return Ok(plaintext);
        }
        sealed = rest;
    }
}

#[test]
fn objects_have_the_specified_bytes_and_open() {
    let plaintext: [u8; 150] = counting(0);
    check("object plaintext", &plaintext);
    check("nonce prefix", &object(Backend::default()).0.nonce_prefix);
    for &backend in Backend::ALL {
        let mut key = [0; 32];
        Derivation::new(backend, &counting(0x40)).expand(&[b"boundary/object-key"], &mut key);
        check("object key", &key);
    }
    let bound = AdditionalData::of_object(&NAMES, &SCAN, NAME, &object(Backend::default()).0).unwrap();
    check("object additional data", bound.as_bytes());
    for (name, plaintext) in [
        ("object", &plaintext[..]),
        ("object of whole chunks", &plaintext[..128]),
        ("empty object", b""),
    ] {
        check(name, &seal_object(plaintext).concat());
        let opened = open_object(&specified(name), &NAMES, &SCAN, NAME);
        assert_eq!(opened.as_deref(), Ok(plaintext), "vector `{name}`");
    }
}

/// Each is the golden object with one thing changed.
#[test]
fn the_objects_that_must_not_open_do_not() {
    let vectors = vectors_under("Objects that do not open");
    for (name, bytes) in &vectors {
        let opened = open_object(bytes, &NAMES, &SCAN, NAME);
        assert_eq!(opened, Err(Undecryptable), "vector `{name}`");
    }
    for what in [
        "tenant",
        "region",
        "table",
        "column",
        "category",
        "residency",
        "name",
    ] {
        let name = format!("object of another {what}");
        assert!(vectors.iter().any(|(known, _)| *known == name), "{name}");
    }
}
