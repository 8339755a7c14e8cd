//! All backends compute the same bytes, and each opens what another sealed.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn backends_seal_to_the_same_bytes_and_open_each_others(
        key in any::<[u8; 32]>(),
        nonce in any::<[u8; NONCE_LEN]>(),
        bound in proptest::collection::vec(any::<u8>(), 0..300),
        content in proptest::collection::vec(any::<u8>(), 0..2_000),
        flipped in any::<prop::sample::Index>(),
    ) {
        let seal = |backend| {
            let mut sealed = content.clone();
            let tag = Cipher::new(backend, &key).seal(&nonce, &bound, &mut sealed).unwrap();
            (sealed, tag)
        };
        let (sealed, tag) = seal(Backend::default());
        for &backend in Backend::ALL {
            prop_assert_eq!(seal(backend), (sealed.clone(), tag), "{:?}", backend);
            let cipher = Cipher::new(backend, &key);
            let mut opened = sealed.clone();
            prop_assert_eq!(cipher.open(&nonce, &bound, &mut opened, &tag), Ok(()));
            prop_assert_eq!(&opened, &content);

            let mut other_tag = tag;
            other_tag[flipped.index(TAG_LEN)] ^= 1;
            let mut refused = sealed.clone();
            prop_assert_eq!(cipher.open(&nonce, &bound, &mut refused, &other_tag), Err(Undecryptable));
            prop_assert!(content.len() < 8 || refused != content, "a refusal gave the plaintext: {:?}", backend);
        }
    }

    #[test]
    fn backends_derive_the_same_keys(
        key in any::<[u8; 32]>(),
        info in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..4),
        length in 0..200_usize,
    ) {
        let info: Vec<&[u8]> = info.iter().map(Vec::as_slice).collect();
        let derive = |backend| {
            let mut okm = vec![0; length];
            Derivation::new(backend, &key).expand(&info, &mut okm);
            okm
        };
        for &backend in Backend::ALL {
            prop_assert_eq!(derive(backend), derive(Backend::default()), "{:?}", backend);
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn a_backend_with_a_fips_module_is_refused_where_there_is_none() {
    let refused = Backend::AwsLcFips.check();
    assert_eq!(refused.is_ok(), aws_lc_rs::try_fips_mode().is_ok());
    assert!(matches!(
        refused,
        Ok(()) | Err(boundary_runtime::KeyError::NoFipsModule)
    ));
}
