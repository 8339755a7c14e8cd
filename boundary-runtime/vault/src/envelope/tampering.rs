//! Every way to alter or move what was sealed ends in the same refusal, whichever backend is asked.

use boundary_schema::{FieldDeclaration, Protection, Residency};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::golden::{
    GENERATION, ID, NAMES, NONCE, PLAINTEXT, additional_data, counting, record, root, sealed, sealed_padded,
    specified, unwrap_whole,
};
use super::*;

/// The field that the tests of the envelope seal.
pub(super) const EMAIL: FieldDeclaration = FieldDeclaration {
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

/// What all backends answer alike.
pub(super) fn alike<T: PartialEq + std::fmt::Debug>(answer: impl Fn(Backend) -> T) -> T {
    let first = answer(Backend::default());
    for &backend in Backend::ALL {
        assert_eq!(answer(backend), first, "{backend:?}");
    }
    first
}

pub(super) fn opens(
    names: &RecordNames<'_>,
    field: &FieldDeclaration,
    sealed: &[u8],
) -> Result<Vec<u8>, Undecryptable> {
    alike(|backend| opens_by(backend, names, field, sealed))
}

fn opens_by(
    backend: Backend,
    names: &RecordNames<'_>,
    field: &FieldDeclaration,
    sealed: &[u8],
) -> Result<Vec<u8>, Undecryptable> {
    let mut out = Zeroizing::new(b"before".to_vec());
    let opened = open(
        &record(backend).0,
        &mut additional_data(names, field),
        sealed,
        &mut out,
    );
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

fn unwraps(
    names: &RecordNames<'_>,
    id: &[u8; 16],
    generation: u32,
    wrapped: &[u8],
) -> Result<(), Undecryptable> {
    let bound = AdditionalData::of_data_key(names, id, generation).unwrap();
    alike(|backend| RecordKeys::unwrap(wrapped, &root(backend), bound.as_bytes()).map(drop))
}

#[test]
fn a_field_is_bound_to_everything_but_its_purposes() {
    assert_eq!(
        opens(&NAMES, &EMAIL, &sealed(Backend::default())).as_deref(),
        Ok(PLAINTEXT)
    );
    let elsewhere = [
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
            tenant: "acm",
            region: "ein",
            ..NAMES
        },
    ];
    for names in &elsewhere {
        assert_eq!(
            opens(names, &EMAIL, &sealed(Backend::default())),
            Err(Undecryptable),
            "{}/{}",
            names.tenant,
            names.region
        );
    }
    let otherwise = [
        FieldDeclaration {
            column: "phone",
            ..EMAIL
        },
        FieldDeclaration {
            category: Some("user.contact"),
            ..EMAIL
        },
        FieldDeclaration {
            category: None,
            ..EMAIL
        },
        FieldDeclaration {
            residency: Residency::Regional,
            ..EMAIL
        },
        FieldDeclaration {
            residency: Residency::Pinned("in"),
            ..EMAIL
        },
    ];
    for field in &otherwise {
        assert_eq!(
            opens(&NAMES, field, &sealed(Backend::default())),
            Err(Undecryptable),
            "{field:?}"
        );
    }
    let for_more = FieldDeclaration {
        purposes: &["billing", "support"],
        field: "mail",
        line: 9,
        ..EMAIL
    };
    assert_eq!(
        opens(&NAMES, &for_more, &sealed(Backend::default())).as_deref(),
        Ok(PLAINTEXT)
    );
}

#[test]
fn a_data_key_is_bound_to_its_record_its_identifier_and_its_generation() {
    let (_, wrapped) = record(Backend::default());
    assert_eq!(unwraps(&NAMES, &ID, GENERATION, &wrapped), Ok(()));
    let elsewhere = [
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
            subject: "s-8",
            ..NAMES
        },
        RecordNames {
            record_id: "42\0",
            subject: "-7",
            ..NAMES
        },
        RecordNames {
            record_id: "43",
            ..NAMES
        },
    ];
    for names in &elsewhere {
        assert_eq!(unwraps(names, &ID, GENERATION, &wrapped), Err(Undecryptable));
    }
    assert_eq!(
        unwraps(&NAMES, &counting(0x61), GENERATION, &wrapped),
        Err(Undecryptable)
    );
    assert_eq!(unwraps(&NAMES, &ID, GENERATION + 1, &wrapped), Err(Undecryptable));
    let bound = AdditionalData::of_data_key(&NAMES, &ID, GENERATION).unwrap();
    let of_another_key = WrappingRoot::new(Backend::default(), &counting(0x01));
    assert!(RecordKeys::unwrap(&wrapped, &of_another_key, bound.as_bytes()).is_err());
}

#[test]
fn a_field_cut_or_lengthened_at_any_place_does_not_open() {
    let sealed = sealed(Backend::default());
    for length in 0..sealed.len() {
        assert_eq!(
            opens(&NAMES, &EMAIL, &sealed[..length]),
            Err(Undecryptable),
            "cut at {length}"
        );
        assert_eq!(
            opens(&NAMES, &EMAIL, &sealed[length + 1..]),
            Err(Undecryptable),
            "without its first {length}"
        );
        let longer = [&sealed[..length], b"\0", &sealed[length..]].concat();
        assert_eq!(
            opens(&NAMES, &EMAIL, &longer),
            Err(Undecryptable),
            "a byte more at {length}"
        );
    }
}

#[test]
fn a_field_with_any_bit_flipped_does_not_open() {
    for_each_flip(&sealed(Backend::default()), |altered, place| {
        assert_eq!(opens(&NAMES, &EMAIL, altered), Err(Undecryptable), "{place}");
    });
}

#[test]
fn a_data_key_cut_or_with_any_bit_flipped_does_not_unwrap() {
    let (_, wrapped) = record(Backend::default());
    for length in 0..wrapped.len() {
        assert_eq!(
            unwraps(&NAMES, &ID, GENERATION, &wrapped[..length]),
            Err(Undecryptable),
            "cut at {length}"
        );
    }
    for_each_flip(&wrapped, |altered, place| {
        // As the vault does it: the generation that the bytes name is the one that is bound.
        let unwrapped =
            generation_of(altered).and_then(|generation| unwraps(&NAMES, &ID, generation, altered));
        assert_eq!(unwrapped, Err(Undecryptable), "{place}");
    });
}

#[test]
fn one_field_holds_16_mebibytes_and_no_more() {
    let largest = vec![7; 16 * 1024 * 1024];
    let (keys, mut bound) = (record(Backend::default()).0, additional_data(&NAMES, &EMAIL));
    let mut out = Vec::new();
    seal(&keys, &NONCE, &mut bound, &largest, &mut out).unwrap();
    assert_eq!(opens(&NAMES, &EMAIL, &out), Ok(largest.clone()));
    let mut out = Vec::new();
    let longer = [&largest[..], b"x"].concat();
    assert_eq!(
        seal(&keys, &NONCE, &mut bound, &longer, &mut out),
        Err(boundary_runtime::Misuse::TooLong)
    );
    assert!(out.is_empty());
    seal_padded(&keys, &NONCE, &mut bound, &largest, 65_536, &mut out).unwrap();
    assert_eq!(opens(&NAMES, &EMAIL, &out), Ok(largest));
}

#[test]
fn a_padded_field_cut_lengthened_or_with_any_bit_flipped_does_not_open() {
    let sealed = sealed_padded(Backend::default());
    assert_eq!(opens(&NAMES, &EMAIL, &sealed).as_deref(), Ok(PLAINTEXT));
    for length in 0..sealed.len() {
        assert_eq!(
            opens(&NAMES, &EMAIL, &sealed[..length]),
            Err(Undecryptable),
            "cut at {length}"
        );
        let longer = [&sealed[..length], b"\0", &sealed[length..]].concat();
        assert_eq!(
            opens(&NAMES, &EMAIL, &longer),
            Err(Undecryptable),
            "a byte more at {length}"
        );
    }
    for_each_flip(&sealed, |altered, place| {
        assert_eq!(opens(&NAMES, &EMAIL, altered), Err(Undecryptable), "{place}");
    });
}

#[test]
fn the_suites_of_a_field_cannot_be_exchanged() {
    for suite in 0..=u8::MAX {
        for sealed in [sealed(Backend::default()), sealed_padded(Backend::default())] {
            let mut altered = sealed.clone();
            altered[1] = suite;
            assert_eq!(
                opens(&NAMES, &EMAIL, &altered).is_ok(),
                altered == sealed,
                "suite {suite}"
            );
        }
    }
}

/// Whether the bytes of a whole data key unwrap.
fn unwraps_whole(bytes: &[u8], names: &RecordNames<'_>) -> bool {
    alike(|backend| unwrap_whole(backend, bytes, names).is_ok())
}

#[test]
fn a_whole_data_key_cut_renamed_or_with_any_bit_flipped_does_not_unwrap() {
    let whole = specified("whole data key");
    assert!(unwraps_whole(&whole, &NAMES));
    for length in 0..whole.len() {
        assert!(!unwraps_whole(&whole[..length], &NAMES), "cut at {length}");
        let longer = [&whole[..length], b"\0", &whole[length..]].concat();
        assert!(!unwraps_whole(&longer, &NAMES), "a byte more at {length}");
    }
    for_each_flip(&whole, |altered, place| {
        assert!(!unwraps_whole(altered, &NAMES), "{place}");
        // Asked for under the names that it says it has, whichever they are now.
        let Ok(key) = boundary_runtime::DataKey::from_bytes(altered) else {
            return;
        };
        let names = RecordNames {
            tenant: key.tenant(),
            region: key.region(),
            ..NAMES
        };
        assert!(!unwraps_whole(altered, &names), "{place}, renamed");
    });
}

pub(super) fn for_each_flip(bytes: &[u8], check: impl Fn(&[u8], &str)) {
    let mut altered = bytes.to_vec();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            altered[position] ^= 1 << bit;
            check(&altered, &format!("bit {bit} of byte {position}"));
            altered[position] ^= 1 << bit;
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_in_its_place_and_in_no_other(
        plaintext in proptest::collection::vec(any::<u8>(), 0..200),
        here in [".{0,12}", ".{0,12}", ".{0,12}", ".{0,12}"],
        there in [".{0,12}", ".{0,12}", ".{0,12}", ".{0,12}"],
        data_key in any::<[u8; 32]>(),
        salt in any::<[u8; 32]>(),
        nonce in any::<[u8; 12]>(),
        bucket in proptest::option::of(2_u32..300),
        sealing in proptest::sample::select(Backend::ALL),
        opening in proptest::sample::select(Backend::ALL),
    ) {
        fn names(texts: &[String; 4]) -> RecordNames<'_> {
            RecordNames { tenant: &texts[0], region: &texts[1], table: &texts[2], record_id: &texts[3], subject: "s" }
        }
        let bound = AdditionalData::of_data_key(&names(&here), &ID, 1).unwrap();
        let (keys, wrapped) = RecordKeys::wrap(&data_key, &salt, &root(sealing), 1, bound.as_bytes());
        let mut sealed = Vec::new();
        let mut field_bound = additional_data(&names(&here), &EMAIL);
        match bucket {
            None => seal(&keys, &nonce, &mut field_bound, &plaintext, &mut sealed).unwrap(),
            Some(bucket) => {
                seal_padded(&keys, &nonce, &mut field_bound, &plaintext, bucket, &mut sealed).unwrap();
                prop_assert_eq!((sealed.len() - 30) % bucket as usize, 0);
                prop_assert!(sealed.len() - 30 > plaintext.len());
            }
        }

        let unwrapped = RecordKeys::unwrap(&wrapped, &root(opening), bound.as_bytes());
        let mut out = Zeroizing::new(Vec::new());
        let opened = open(&unwrapped.unwrap(), &mut additional_data(&names(&here), &EMAIL), &sealed, &mut out);
        prop_assert_eq!(opened, Ok(()));
        prop_assert_eq!(&*out, &plaintext);

        if here != there {
            let mut out = Zeroizing::new(Vec::new());
            let moved = open(&keys, &mut additional_data(&names(&there), &EMAIL), &sealed, &mut out);
            prop_assert_eq!(moved, Err(Undecryptable));
            let bound = AdditionalData::of_data_key(&names(&there), &ID, 1).unwrap();
            prop_assert!(RecordKeys::unwrap(&wrapped, &root(opening), bound.as_bytes()).is_err());
        }
    }

    #[test]
    fn bytes_from_anywhere_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(opens(&NAMES, &EMAIL, &bytes), Err(Undecryptable));
        prop_assert_eq!(unwraps(&NAMES, &ID, GENERATION, &bytes), Err(Undecryptable));
    }
}
