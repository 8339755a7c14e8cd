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
    AdditionalData::of_fields(names)
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
        &additional_data(&NAMES, &EMAIL),
        PLAINTEXT,
        &mut out,
    )
    .unwrap();
    out
}

/// The value that the specification gives for `name`, as `name: hex` in a block of vectors.
fn specified(name: &str) -> Vec<u8> {
    let line = SPECIFICATION
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let line = line.unwrap_or_else(|| panic!("docs/envelope.md has no vector `{name}`"));
    HEXLOWER
        .decode(line.trim().as_bytes())
        .unwrap_or_else(|error| panic!("vector `{name}`: {error}"))
}

fn check(name: &str, bytes: &[u8]) {
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
        let bound = additional_data(&NAMES, &EMAIL);
        open(&keys, &bound, &specified("sealed field"), &mut out).unwrap();
        assert_eq!(*out, PLAINTEXT, "{backend:?}");
    }
}

#[test]
fn an_empty_field_pinned_to_a_region_has_the_specified_bytes() {
    let pinned = FieldDeclaration {
        column: "national_id",
        residency: Residency::Pinned("in"),
        ..EMAIL
    };
    let bound = additional_data(&NAMES, &pinned);
    check("pinned additional data", &bound);
    for &backend in Backend::ALL {
        let mut out = Vec::new();
        seal(&record(backend).0, &NONCE, &bound, b"", &mut out).unwrap();
        check("pinned empty field", &out);
    }
}

/// The vectors that must not open: each is the golden field or data key with one thing changed.
#[test]
fn the_negative_vectors_do_not_open() {
    for &backend in Backend::ALL {
        check_negative_vectors(backend);
    }
}

fn check_negative_vectors(backend: Backend) {
    let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
    for name in [
        "other commitment",
        "other suite of the data key",
        "data key of another lease key",
        "data key of another subject",
    ] {
        let opened = RecordKeys::unwrap(&specified(name), &root(backend), bound.as_bytes());
        assert_eq!(opened.err(), Some(Undecryptable), "vector `{name}`, {backend:?}");
    }
    for name in [
        "other version",
        "other suite of the field",
        "field of record 43",
        "cut field",
    ] {
        let mut out = Zeroizing::new(Vec::new());
        let opened = open(
            &record(backend).0,
            &additional_data(&NAMES, &EMAIL),
            &specified(name),
            &mut out,
        );
        assert_eq!(opened, Err(Undecryptable), "vector `{name}`, {backend:?}");
        assert!(out.is_empty());
    }
}
