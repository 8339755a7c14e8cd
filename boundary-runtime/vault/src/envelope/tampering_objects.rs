//! Every way to alter, cut, reorder or move an object ends in the same refusal.

use boundary_schema::{FieldDeclaration, Residency};
use proptest::prelude::*;

use super::golden::{NAMES, counting};
use super::golden_objects::{CHUNK, NAME, SCAN, object, open_object, seal_object};
use super::tampering::for_each_flip;
use super::*;

fn known() -> (boundary_runtime::seam::ObjectHeader, ObjectKeys) {
    object(Backend::default())
}

fn opens(sealed: &[u8]) -> Result<Vec<u8>, Undecryptable> {
    open_object(sealed, &NAMES, &SCAN, NAME)
}

#[test]
fn an_object_is_bound_to_its_name_its_field_and_its_record() {
    let sealed = seal_object(b"a scan").concat();
    assert_eq!(opens(&sealed).as_deref(), Ok(&b"a scan"[..]));
    assert_eq!(
        open_object(&sealed, &NAMES, &SCAN, "visa.pdf"),
        Err(Undecryptable)
    );
    for names in [
        RecordNames {
            tenant: "acmf",
            ..NAMES
        },
        RecordNames {
            region: "eu",
            ..NAMES
        },
        RecordNames {
            table: "payments",
            ..NAMES
        },
        RecordNames {
            record_id: "43",
            ..NAMES
        },
        RecordNames {
            subject: "s-8",
            ..NAMES
        },
    ] {
        assert_eq!(open_object(&sealed, &names, &SCAN, NAME), Err(Undecryptable));
    }
    for field in [
        FieldDeclaration {
            column: "photo",
            ..SCAN
        },
        FieldDeclaration {
            category: Some("user"),
            ..SCAN
        },
        FieldDeclaration {
            category: None,
            ..SCAN
        },
        FieldDeclaration {
            residency: Residency::Regional,
            ..SCAN
        },
        FieldDeclaration {
            residency: Residency::Pinned("in"),
            ..SCAN
        },
    ] {
        assert_eq!(
            open_object(&sealed, &NAMES, &field, NAME),
            Err(Undecryptable),
            "{field:?}"
        );
    }
    let for_more = FieldDeclaration {
        purposes: &["billing", "support"],
        line: 9,
        ..SCAN
    };
    assert!(open_object(&sealed, &NAMES, &for_more, NAME).is_ok());
}

#[test]
fn an_object_cut_lengthened_or_with_any_bit_flipped_does_not_open() {
    let sealed = seal_object(&counting::<150>(0)).concat();
    for length in 0..sealed.len() {
        assert_eq!(opens(&sealed[..length]), Err(Undecryptable), "cut at {length}");
        let longer = [&sealed[..length], b"\0", &sealed[length..]].concat();
        assert_eq!(opens(&longer), Err(Undecryptable), "a byte more at {length}");
    }
    assert_eq!(opens(&[&sealed[..], b"\0"].concat()), Err(Undecryptable));
    for_each_flip(&sealed, |altered, place| {
        assert_eq!(opens(altered), Err(Undecryptable), "{place}");
    });
}

#[test]
fn every_part_of_the_header_is_bound_to_the_chunks() {
    // With the right key at hand, so that it is not the wrap that fails.
    let (header, keys) = known();
    let bound = AdditionalData::of_object(&NAMES, &SCAN, NAME, &header).unwrap();
    let mut chunk = b"a scan".to_vec();
    let mut chunks = Chunks::new(keys, header.nonce_prefix, bound.into_bytes());
    chunks.seal(&mut chunk, true).unwrap();

    let renamed = |bytes: &[u8]| boundary_runtime::DataKey::from_bytes(bytes).unwrap();
    let mut other_id = header.data_key.as_bytes().to_vec();
    other_id[1] ^= 1;
    let data_key = header.data_key.clone();
    let altered = [
        (CHUNK as u32 + 1, header.nonce_prefix, data_key.clone()),
        (CHUNK as u32, counting(0x81), data_key.clone()),
        (CHUNK as u32, header.nonce_prefix, renamed(&other_id)),
    ];
    for (chunk_len, nonce_prefix, data_key) in altered {
        let header = boundary_runtime::seam::ObjectHeader {
            chunk_len,
            nonce_prefix,
            data_key,
        };
        let bound = AdditionalData::of_object(&NAMES, &SCAN, NAME, &header).unwrap();
        // The nonce is the one of before: it is the additional data that tells.
        let mut chunks = Chunks::new(known().1, known().0.nonce_prefix, bound.into_bytes());
        assert_eq!(chunks.open(&mut chunk.clone(), true), Err(Undecryptable));
    }
}

#[test]
fn a_data_key_wrapped_anew_opens_the_same_chunks() {
    let sealed = seal_object(b"a scan");
    let (mut header, _) = known();
    let bound =
        AdditionalData::of_data_key(&NAMES, &header.data_key.id(), super::golden::GENERATION).unwrap();
    let (_, rewrapped) = ObjectKeys::wrap(
        &counting(0x40),
        &[0xaa; 32],
        &super::golden::root(Backend::default()),
        super::golden::GENERATION,
        bound.as_bytes(),
    );
    let tenant = boundary_runtime::TenantId::new("acme");
    header.data_key =
        boundary_runtime::DataKey::from_parts(header.data_key.id(), &tenant, "in", &rewrapped).unwrap();
    let with_new_header = [header.to_bytes().unwrap(), sealed[1].clone()].concat();
    assert_ne!(with_new_header, sealed.concat());
    assert_eq!(opens(&with_new_header).as_deref(), Ok(&b"a scan"[..]));
}

proptest! {
    #[test]
    fn an_object_of_any_length_opens_and_no_other_order_of_its_chunks_does(
        plaintext in proptest::collection::vec(any::<u8>(), 0..400),
        picks in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let sealed = seal_object(&plaintext);
        let (header, chunks) = sealed.split_first().unwrap();
        prop_assert_eq!(chunks.len(), plaintext.len().div_ceil(CHUNK).max(1));
        prop_assert_eq!(opens(&sealed.concat()), Ok(plaintext));

        let order: Vec<usize> = picks.iter().map(|pick| pick.index(chunks.len())).collect();
        if !order.iter().copied().eq(0..chunks.len()) {
            let picked = order.iter().flat_map(|index| chunks[*index].clone());
            let altered: Vec<u8> = header.iter().copied().chain(picked).collect();
            prop_assert_eq!(opens(&altered), Err(Undecryptable));
        }
    }

    #[test]
    fn a_chunk_of_another_object_does_not_open(
        ours in proptest::collection::vec(any::<u8>(), 1..200),
        prefix in any::<[u8; 7]>(),
        other_key in any::<[u8; 32]>(),
    ) {
        let (header, _) = known();
        let bound = || AdditionalData::of_object(&NAMES, &SCAN, NAME, &header).unwrap().into_bytes();
        let (keys, _) = ObjectKeys::wrap(&other_key, &[2; 32], &super::golden::root(Backend::default()), 1, b"");
        let mut chunk = ours.clone();
        Chunks::new(keys, header.nonce_prefix, bound()).seal(&mut chunk, true).unwrap();
        let mut sealed = seal_object(&ours);
        sealed.truncate(1);
        sealed.push(chunk);
        prop_assert_eq!(opens(&sealed.concat()), Err(Undecryptable));

        prop_assume!(prefix != header.nonce_prefix);
        let mut chunk = ours;
        Chunks::new(known().1, prefix, bound()).seal(&mut chunk, true).unwrap();
        sealed.truncate(1);
        sealed.push(chunk);
        prop_assert_eq!(opens(&sealed.concat()), Err(Undecryptable));
    }

    #[test]
    fn bytes_from_anywhere_are_no_object(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(opens(&bytes), Err(Undecryptable));
        let header = known().0.to_bytes().unwrap();
        prop_assert_eq!(opens(&[&header[..], &bytes].concat()), Err(Undecryptable));
    }
}
