//! What the targets have in common: a record and an object whose keys are known, so that bytes get past their tags where that
//! is what is asked for.
#![forbid(unsafe_code)]

#[path = "../../src/envelope/mod.rs"]
#[allow(dead_code, unused_imports)]
mod envelope;
#[path = "../../src/secret.rs"]
mod secret;

use aes_gcm::aead::KeyInit;
use aes_gcm::{AeadInOut, Aes256Gcm};
use boundary_runtime::seam::ObjectHeader;
use boundary_runtime::{DataKey, TenantId};
use boundary_schema::{FieldDeclaration, Protection, Residency};
use envelope::{
    AdditionalData, Backend, Chunks, ObjectKeys, RecordKeys, RecordNames, Undecryptable, WrappingRoot,
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

const NAMES: RecordNames<'_> = RecordNames {
    tenant: "acme",
    region: "in",
    table: "customers",
    record_id: "42",
    subject: "s-7",
};
const FIELD: FieldDeclaration = FieldDeclaration {
    field: "email",
    column: "email",
    role: None,
    category: Some("user.contact.email"),
    residency: Residency::InCountry,
    purposes: &["billing"],
    protection: Protection::Sealed,
    releases: &[],
    from: &[],
    transform: None,
    index: None,
    line: 1,
};
const ID: [u8; 16] = [6; 16];
const DATA_KEY: [u8; 32] = [4; 32];
const GENERATION: u32 = 7;
const CHUNK: usize = 64;

fn root() -> WrappingRoot {
    WrappingRoot::new(Backend::default(), &[1; 32])
}

fn bound_of_key(id: &[u8; 16], generation: u32) -> AdditionalData {
    AdditionalData::of_data_key(&NAMES, id, generation).expect("names are short")
}

fn bound_of_field() -> Vec<u8> {
    let data = bound_of_key(&ID, GENERATION);
    let mut data = data.into_fields(&NAMES).expect("names are short");
    data.field(NAMES.record_id, &FIELD)
        .expect("names are short")
        .to_vec()
}

fn record() -> (RecordKeys, Vec<u8>) {
    let bound = bound_of_key(&ID, GENERATION);
    let (keys, wrapped) = RecordKeys::wrap(&DATA_KEY, &[2; 32], &root(), GENERATION, bound.as_bytes());
    (keys, wrapped.to_vec())
}

/// `known` with the bytes laid over it: as a change of some of its bits, and as another end.
fn altered(known: &[u8], bytes: &[u8]) -> [Vec<u8>; 2] {
    let flipped = known
        .iter()
        .enumerate()
        .map(|(at, byte)| byte ^ bytes.get(at).unwrap_or(&0));
    let kept = bytes.first().map_or(0, |first| usize::from(*first) % known.len());
    [flipped.collect(), [&known[..kept], bytes].concat()]
}

/// Opens a field of the record.
fn open(sealed: &[u8]) -> Result<Vec<u8>, Undecryptable> {
    let mut out = Zeroizing::new(b"before".to_vec());
    let opened = envelope::open(&record().0, &mut bound_of_field(), sealed, &mut out);
    let rest = out
        .strip_prefix(b"before")
        .expect("what was there stays")
        .to_vec();
    assert!(
        opened.is_ok() || rest.is_empty(),
        "a refusal leaves nothing behind"
    );
    opened.map(|()| rest)
}

/// Target `field`.
pub fn field(bytes: &[u8]) {
    let (mut bound, nonce) = (bound_of_field(), [3; 12]);
    if let Ok(plaintext) = open(bytes) {
        // A fuzzer sees the real one compared, and may come with it: then it is the one way to seal this plaintext.
        let nonce: &[u8; 12] = bytes[2..].first_chunk().expect("it opened");
        let bucket = u32::try_from(bytes.len() - 30).expect("short");
        let mut again = Vec::new();
        match bytes[1] {
            1 => envelope::seal(&record().0, nonce, &mut bound, &plaintext, &mut again),
            _ => envelope::seal_padded(&record().0, nonce, &mut bound, &plaintext, bucket, &mut again),
        }
        .expect("short");
        assert_eq!(again, bytes);
    }
    let mut sealed = Vec::new();
    envelope::seal(&record().0, &nonce, &mut bound, bytes, &mut sealed).expect("short");
    assert_eq!(open(&sealed).as_deref(), Ok(bytes));
    let bucket = 2 + u32::from(bytes.first().copied().unwrap_or(0));
    let mut padded = Vec::new();
    envelope::seal_padded(&record().0, &nonce, &mut bound, bytes, bucket, &mut padded).expect("short");
    assert_eq!(open(&padded).as_deref(), Ok(bytes));
    for other in altered(&sealed, bytes) {
        assert_eq!(open(&other).is_ok(), other == sealed);
    }

    // The bytes as a content of suite 02 that somebody with the key has sealed, well padded or not.
    let mut okm = [0; 64];
    let prk = Hkdf::<Sha256>::from_prk(&DATA_KEY).expect("32 bytes");
    prk.expand(b"boundary/record-keys", &mut okm).expect("64 bytes");
    let key: &[u8; 32] = okm.first_chunk().expect("64 bytes");
    let mut content = bytes.to_vec();
    bound[1] = 2;
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached((&nonce).into(), &bound, content.as_mut_slice().into())
        .expect("short");
    let opened = open(&[&[1, 2], &nonce[..], &content, &tag].concat());
    let mark = bytes.iter().rposition(|byte| *byte != 0);
    match mark.filter(|mark| bytes[*mark] == 0x80) {
        Some(mark) => assert_eq!(opened.as_deref(), Ok(&bytes[..mark])),
        None => assert_eq!(opened, Err(Undecryptable)),
    }
}

/// Target `wrapped`.
pub fn wrapped(bytes: &[u8]) {
    let known = record().1;
    let unwraps = |wrapped: &[u8]| {
        envelope::generation_of(wrapped)
            .and_then(|generation| {
                RecordKeys::unwrap(wrapped, &root(), bound_of_key(&ID, generation).as_bytes()).map(drop)
            })
            .is_ok()
    };
    assert!(unwraps(&known));
    assert_eq!(unwraps(bytes), bytes == known);
    for other in altered(&known, bytes) {
        assert_eq!(unwraps(&other), other == known);
    }
}

/// Whether the bytes of a data key are those of the record's, or might be: as the vault asks it.
fn unwraps_whole(bytes: &[u8]) -> bool {
    let Ok(key) = DataKey::from_bytes(bytes) else {
        return false;
    };
    assert_eq!(key.as_bytes(), bytes);
    let named = [key.tenant(), key.region()];
    let again = DataKey::from_parts(key.id(), &TenantId::new(named[0]), named[1], key.wrapped());
    assert_eq!(again.map(|again| again.as_bytes() == bytes), Ok(true));
    let _ = format!("{key:?}");
    named == [NAMES.tenant, NAMES.region]
        && envelope::generation_of(key.wrapped())
            .and_then(|generation| {
                let bound = bound_of_key(&key.id(), generation);
                RecordKeys::unwrap(key.wrapped(), &root(), bound.as_bytes()).map(drop)
            })
            .is_ok()
}

/// Target `data_key`.
pub fn data_key(bytes: &[u8]) {
    let known = DataKey::from_parts(ID, &TenantId::new(NAMES.tenant), NAMES.region, &record().1)
        .expect("short names");
    assert!(unwraps_whole(known.as_bytes()));
    assert_eq!(unwraps_whole(bytes), bytes == known.as_bytes());
    for other in altered(known.as_bytes(), bytes) {
        assert_eq!(unwraps_whole(&other), other == known.as_bytes());
    }
}

fn chunks(header: &ObjectHeader, keys: ObjectKeys) -> Chunks {
    let bound = AdditionalData::of_object(&NAMES, &FIELD, "scan", header).expect("names are short");
    Chunks::new(keys, header.nonce_prefix, bound.into_bytes())
}

fn seal_object(plaintext: &[u8]) -> Vec<u8> {
    let bound = bound_of_key(&ID, GENERATION);
    let (keys, wrapped) = ObjectKeys::wrap(&DATA_KEY, &[2; 32], &root(), GENERATION, bound.as_bytes());
    let header = ObjectHeader {
        chunk_len: CHUNK as u32,
        nonce_prefix: [5; 7],
        data_key: DataKey::from_parts(ID, &TenantId::new(NAMES.tenant), NAMES.region, &wrapped)
            .expect("short names"),
    };
    let mut chunks = chunks(&header, keys);
    let mut parts: Vec<&[u8]> = plaintext.chunks(CHUNK).collect();
    if parts.is_empty() {
        parts.push(b"");
    }
    let mut sealed = header.to_bytes().expect("a data key of version 1");
    for (index, part) in parts.iter().enumerate() {
        let mut chunk = part.to_vec();
        chunks
            .seal(&mut chunk, index + 1 == parts.len())
            .expect("few chunks");
        sealed.append(&mut chunk);
    }
    sealed
}

fn open_object(mut sealed: &[u8]) -> Option<Vec<u8>> {
    let header = ObjectHeader::read(&mut sealed).expect("a slice does not fail")?;
    let key = &header.data_key;
    if [key.tenant(), key.region()] != [NAMES.tenant, NAMES.region] {
        return None;
    }
    let generation = envelope::generation_of(key.wrapped()).ok()?;
    let bound = bound_of_key(&key.id(), generation);
    let keys = ObjectKeys::unwrap(key.wrapped(), &root(), bound.as_bytes()).ok()?;
    let mut chunks = chunks(&header, keys);
    let mut plaintext = Vec::new();
    loop {
        let (chunk, rest) = sealed.split_at(sealed.len().min(header.chunk_len as usize + 16));
        let mut chunk = chunk.to_vec();
        let opened = chunks.open(&mut chunk, rest.is_empty());
        assert!(
            opened.is_ok() || chunk.is_empty(),
            "nothing of a chunk that does not open is left"
        );
        opened.ok()?;
        plaintext.append(&mut chunk);
        if rest.is_empty() {
            return Some(plaintext);
        }
        sealed = rest;
    }
}

/// Target `object`.
pub fn object(bytes: &[u8]) {
    if let Some(plaintext) = open_object(bytes) {
        assert_eq!(seal_object(&plaintext), bytes);
    }
    let sealed = seal_object(bytes);
    assert_eq!(open_object(&sealed).as_deref(), Some(bytes));
    for other in altered(&sealed, bytes) {
        assert_eq!(open_object(&other).is_some(), other == sealed);
    }
    // Chunks of a longer object in an order that the bytes say.
    let known = seal_object(&[7; 3 * CHUNK]);
    let (header, body) = known.split_at(known.len() - 3 * (CHUNK + 16));
    let chosen = bytes
        .iter()
        .take(6)
        .flat_map(|byte| body.chunks(CHUNK + 16).nth(usize::from(*byte) % 3))
        .flatten();
    let other: Vec<u8> = header.iter().chain(chosen).copied().collect();
    assert_eq!(open_object(&other).is_some(), other == known);
}
