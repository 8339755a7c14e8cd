//! The primitives, as the envelope uses them, against the vectors of project Wycheproof.

use std::panic::{AssertUnwindSafe, catch_unwind};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::cipher::{Cipher, Derivation};
use super::{Backend, Undecryptable};

const AES_GCM: &str = include_str!("../../tests/vectors/wycheproof_aes_gcm.txt");
const HKDF: &str = include_str!("../../tests/vectors/wycheproof_hkdf_sha256.txt");

/// The columns of each vector.
fn vectors<const N: usize>(file: &str) -> impl Iterator<Item = [&str; N]> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let columns: Vec<&str> = line.split(' ').collect();
        columns
            .try_into()
            .unwrap_or_else(|_| panic!("a vector of another form: {line}"))
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    match hex {
        "-" => Vec::new(),
        hex => HEXLOWER.decode(hex.as_bytes()).unwrap(),
    }
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    bytes(hex).try_into().unwrap()
}

#[test]
fn aes_gcm_seals_and_opens_the_valid_vectors_and_refuses_the_others() {
    for &backend in Backend::ALL {
        check_aes_gcm(backend);
    }
}

fn check_aes_gcm(backend: Backend) {
    let (mut valid, mut invalid) = (0, 0);
    for [number, result, key, nonce, bound, plaintext, ciphertext, tag] in vectors(AES_GCM) {
        let cipher = Cipher::new(backend, &array(key));
        let (nonce, bound, tag) = (array(nonce), bytes(bound), array(tag));
        let mut content = bytes(ciphertext);
        let opened = cipher.open(&nonce, &bound, &mut content, &tag);
        match result {
            "valid" => {
                valid += 1;
                assert_eq!((opened, &content), (Ok(()), &bytes(plaintext)), "vector {number}");
                let sealed = cipher.seal(&nonce, &bound, &mut content);
                assert_eq!(
                    (sealed, content),
                    (Some(tag), bytes(ciphertext)),
                    "vector {number}"
                );
            }
            "invalid" => {
                invalid += 1;
                assert_eq!(opened, Err(Undecryptable), "vector {number}");
            }
            other => panic!("vector {number}: {other}"),
        }
    }
    assert_eq!((valid, invalid), (39, 27));
}

/// Our keys are uniformly random and skip the extract step, so it is made here, by HMAC (RFC 5869 §2.2); the expansion
/// is that of the envelope.
#[test]
fn hkdf_expands_the_valid_vectors_and_refuses_the_others() {
    for &backend in Backend::ALL {
        check_hkdf(backend);
    }
}

fn check_hkdf(backend: Backend) {
    let (mut valid, mut invalid) = (0, 0);
    for [number, result, input, salt, info, length, output] in vectors(HKDF) {
        let mut extract = Hmac::<Sha256>::new_from_slice(&bytes(salt)).unwrap();
        extract.update(&bytes(input));
        let derivation = Derivation::new(backend, &extract.finalize().into_bytes().into());
        let info = bytes(info);
        let mut okm = vec![0; length.parse().unwrap()];
        match result {
            "valid" => {
                valid += 1;
                derivation.expand(&[&info], &mut okm);
                assert_is(&okm, output, number);
                // The label and the salt of a wrapping key are two parts of one info.
                let (first, second) = info.split_at(info.len() / 2);
                let mut in_parts = vec![0; okm.len()];
                derivation.expand(&[first, second], &mut in_parts);
                assert_is(&in_parts, output, number);
            }
            "invalid" => {
                invalid += 1;
                let expanded = catch_unwind(AssertUnwindSafe(|| derivation.expand(&[&info], &mut okm)));
                assert!(
                    expanded.is_err(),
                    "vector {number} is longer than RFC 5869 allows"
                );
            }
            other => panic!("vector {number}: {other}"),
        }
    }
    assert_eq!((valid, invalid), (83, 3));
}

fn assert_is(okm: &[u8], output: &str, number: &str) {
    match output.strip_prefix("sha256:") {
        Some(digest) => assert_eq!(HEXLOWER.encode(&Sha256::digest(okm)), digest, "vector {number}"),
        None => assert_eq!(okm, bytes(output), "vector {number}"),
    }
}
