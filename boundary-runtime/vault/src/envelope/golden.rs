//! The bytes of format v1, frozen. `docs/envelope.md` shows the same ones, for implementers in other languages.

use boundary_runtime::{DataKey, TenantId};
use boundary_schema::{FieldDeclaration, Residency};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::cipher::Derivation;
use super::tampering::EMAIL;
use super::*;

const SPECIFICATION: &str = include_str!("../../../../docs/envelope.md");

pub(super) const NAMES: RecordNames<'_> = RecordNames {
    tenant: "acme",
    region: "in",
    table: "customers",
    record_id: "42",
    subject: "s-7",
};
pub(super) const GENERATION: u32 = 7;
pub(super) const NONCE: [u8; 12] = counting(0x70);
pub(super) const ID: [u8; 16] = counting(0x60);
pub(super) const PLAINTEXT: &[u8] = b"asha@example.com";

/// `N` bytes that count up from `first`.
pub(super) const fn counting<const N: usize>(first: u8) -> [u8; N] {
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        bytes[index] = first + index as u8;
        index += 1;
    }
    bytes
}

pub(super) fn root(backend: Backend) -> WrappingRoot {
    WrappingRoot::new(backend, &counting(0x00))
}

/// The data key of the golden record: its keys and its wrapped part.
pub(super) fn record(backend: Backend) -> (RecordKeys, Vec<u8>) {
    let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
    let (keys, wrapped) = RecordKeys::wrap(
        &counting(0x40),
        &counting(0x20),
        &root(backend),
        GENERATION,
        bound.as_bytes(),
    );
    (keys, wrapped.to_vec())
}

pub(super) fn additional_data(names: &RecordNames<'_>, field: &FieldDeclaration) -> Vec<u8> {
    AdditionalData::of_data_key(names, &[0; 16], 1)
        .and_then(|data| data.into_fields(names))
        .unwrap()
        .field(names.record_id, field)
        .unwrap()
        .to_vec()
}

/// The golden record's sealed field.
pub(super) fn sealed(backend: Backend) -> Vec<u8> {
    let mut out = Vec::new();
    seal(
        &record(backend).0,
        &NONCE,
        &mut additional_data(&NAMES, &EMAIL),
        PLAINTEXT,
        &mut out,
    )
    .unwrap();
    out
}

/// As [`sealed`], padded to a bucket of 64 bytes.
pub(super) fn sealed_padded(backend: Backend) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bound = additional_data(&NAMES, &EMAIL);
    seal_padded(&record(backend).0, &NONCE, &mut bound, PLAINTEXT, 64, &mut out).unwrap();
    out
}

/// The value that the specification gives for `name`, as `name: hex` in a block of vectors.
pub(super) fn specified(name: &str) -> Vec<u8> {
    let line = SPECIFICATION
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let line = line.unwrap_or_else(|| panic!("docs/envelope.md has no vector `{name}`"));
    bytes_of(name, line)
}

/// All vectors under a heading, up to the next one: one that is added to the page is tried without further ado.
pub(super) fn vectors_under(heading: &str) -> Vec<(&'static str, Vec<u8>)> {
    let heading = format!("### {heading}");
    let after = SPECIFICATION.lines().skip_while(|line| *line != heading).skip(1);
    let vectors: Vec<_> = after
        .take_while(|line| !line.starts_with("###"))
        .filter_map(|line| line.split_once(": "))
        .filter(|(_, hex)| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(|(name, hex)| (name, bytes_of(name, hex)))
        .collect();
    assert!(
        !vectors.is_empty(),
        "docs/envelope.md has no vectors under `{heading}`"
    );
    vectors
}

fn bytes_of(name: &str, hex: &str) -> Vec<u8> {
    HEXLOWER
        .decode(hex.trim().as_bytes())
        .unwrap_or_else(|error| panic!("vector `{name}`: {error}"))
}

/// Unwraps the bytes of a whole data key as the vault does for a record: names first, then the wrap.
pub(super) fn unwrap_whole(
    backend: Backend,
    bytes: &[u8],
    names: &RecordNames<'_>,
) -> Result<RecordKeys, Undecryptable> {
    let key = DataKey::from_bytes(bytes).map_err(|_| Undecryptable)?;
    if key.tenant() != names.tenant || key.region() != names.region {
        return Err(Undecryptable);
    }
    // Another generation has another lease key, or none.
    let generation = generation_of(key.wrapped())?;
    let root = if generation == GENERATION {
        root(backend)
    } else {
        WrappingRoot::new(backend, &[generation as u8; 32])
    };
    let bound = AdditionalData::of_data_key(names, &key.id(), generation).unwrap();
    RecordKeys::unwrap(key.wrapped(), &root, bound.as_bytes())
}

pub(super) fn check(name: &str, bytes: &[u8]) {
    assert_eq!(
        HEXLOWER.encode(bytes),
        HEXLOWER.encode(&specified(name)),
        "vector `{name}`"
    );
}

#[test]
fn the_inputs_are_the_specified_ones() {
    check("lease key", &counting::<32>(0x00));
    check("salt", &counting::<32>(0x20));
    check("data key", &counting::<32>(0x40));
    check("data key id", &ID);
    check("nonce", &NONCE);
    check("plaintext", PLAINTEXT);
}

#[test]
fn the_derived_keys_are_the_specified_ones() {
    for &backend in Backend::ALL {
        let mut wrapping_key = [0; 32];
        let info: [&[u8]; 2] = [b"boundary/wrapping-key", &counting::<32>(0x20)];
        Derivation::new(backend, &counting(0x00)).expand(&info, &mut wrapping_key);
        check("wrapping key", &wrapping_key);
        let mut okm = [0; 64];
        Derivation::new(backend, &counting(0x40)).expand(&[b"boundary/record-keys"], &mut okm);
        check("encryption key", &okm[..32]);
        check("commitment", &okm[32..]);
    }
}

#[test]
fn a_wrapped_data_key_has_the_specified_bytes() {
    let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
    check("data key additional data", bound.as_bytes());
    for &backend in Backend::ALL {
        check("wrapped part", &record(backend).1);
    }
    let (_, wrapped) = record(Backend::default());
    let data_key = DataKey::from_parts(ID, &TenantId::new("acme"), "in", &wrapped).unwrap();
    check("whole data key", data_key.as_bytes());
}

#[test]
fn a_sealed_field_has_the_specified_bytes_and_opens() {
    check("field additional data", &additional_data(&NAMES, &EMAIL));
    for &backend in Backend::ALL {
        check("sealed field", &sealed(backend));

        let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
        let wrapped = specified("wrapped part");
        let keys = RecordKeys::unwrap(&wrapped, &root(backend), bound.as_bytes()).unwrap();
        let mut out = Zeroizing::new(Vec::new());
        let mut bound = additional_data(&NAMES, &EMAIL);
        open(&keys, &mut bound, &specified("sealed field"), &mut out).unwrap();
        assert_eq!(*out, PLAINTEXT, "{backend:?}");
    }
}

#[test]
fn padded_fields_have_the_specified_bytes_and_open() {
    let mut bound = additional_data(&NAMES, &EMAIL);
    for (name, plaintext, bucket) in [
        ("padded field", PLAINTEXT, 64),
        ("padded empty field", b"", 2),
        ("padded full bucket", PLAINTEXT, 16),
    ] {
        for &backend in Backend::ALL {
            let keys = record(backend).0;
            let mut padded = Vec::new();
            seal_padded(&keys, &NONCE, &mut bound, plaintext, bucket, &mut padded).unwrap();
            check(name, &padded);
            let mut out = Zeroizing::new(Vec::new());
            open(&keys, &mut bound, &padded, &mut out).unwrap();
            assert_eq!(*out, plaintext, "{backend:?}");
        }
    }
    check("padded additional data", &bound);
}

#[test]
fn an_empty_field_pinned_to_a_region_has_the_specified_bytes() {
    let pinned = FieldDeclaration {
        column: "national_id",
        residency: Residency::Pinned("in"),
        ..EMAIL
    };
    let mut bound = additional_data(&NAMES, &pinned);
    check("pinned additional data", &bound);
    for &backend in Backend::ALL {
        let mut out = Vec::new();
        seal(&record(backend).0, &NONCE, &mut bound, b"", &mut out).unwrap();
        check("pinned empty field", &out);
    }
}

/// The vectors that must not open: each is the golden data key with one thing changed.
#[test]
fn the_data_keys_that_must_not_unwrap_do_not() {
    for &backend in Backend::ALL {
        check_data_keys(backend);
    }
}

fn check_data_keys(backend: Backend) {
    assert!(unwrap_whole(backend, &specified("whole data key"), &NAMES).is_ok());
    let mut whole_ones = 0;
    for (name, bytes) in vectors_under("Wrapped parts that do not unwrap") {
        if name.starts_with("whole data key") {
            whole_ones += 1;
            assert_eq!(
                unwrap_whole(backend, &bytes, &NAMES).err(),
                Some(Undecryptable),
                "vector `{name}`"
            );
            continue;
        }
        let whole = DataKey::from_parts(ID, &TenantId::new("acme"), "in", &bytes).unwrap();
        let unwrapped = unwrap_whole(backend, whole.as_bytes(), &NAMES);
        assert_eq!(unwrapped.err(), Some(Undecryptable), "vector `{name}`");
    }
    assert_eq!(whole_ones, 4);
    // Under the name that it was given, a renamed key does not open either.
    let (globex, eu) = (
        RecordNames {
            tenant: "globex",
            ..NAMES
        },
        RecordNames {
            region: "eu",
            ..NAMES
        },
    );
    for (name, names) in [("tenant globex", globex), ("region eu", eu)] {
        let renamed = specified(&format!("whole data key renamed to {name}"));
        assert_eq!(
            unwrap_whole(backend, &renamed, &names).err(),
            Some(Undecryptable),
            "{name}"
        );
    }
}

/// Each is the golden field with one thing changed.
#[test]
fn the_fields_that_must_not_open_do_not() {
    let vectors = vectors_under("Fields that do not open");
    for (name, bytes) in &vectors {
        for &backend in Backend::ALL {
            let mut out = Zeroizing::new(Vec::new());
            let mut bound = additional_data(&NAMES, &EMAIL);
            let opened = open(&record(backend).0, &mut bound, bytes, &mut out);
            assert_eq!(opened, Err(Undecryptable), "vector `{name}`, {backend:?}");
            assert!(out.is_empty());
        }
    }
    for what in ["tenant", "region", "table", "column", "category", "residency"] {
        let name = format!("field of another {what}");
        assert!(vectors.iter().any(|(known, _)| *known == name), "{name}");
    }
}
