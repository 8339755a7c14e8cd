//! What is said to an endpoint and what it answers: version 1 of AWS's XKS proxy API, as far as a custody needs it.

use std::borrow::Cow;
use std::time::Duration;

use boundary_runtime::KeyError;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::envelope::TAG_LEN;
use crate::keys::Authority;

/// An endpoint may add this much to a ciphertext, for its own use.
const MAX_METADATA: usize = 20;

/// The body of a request. Fields that a call has not are not sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    pub(super) request_metadata: RequestMetadata<'a>,
    #[serde(flatten)]
    pub(super) operation: Operation<'a>,
}

/// Who asks, about what, and which request it is. Endpoints log it and may decide by it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestMetadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aws_principal_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kms_key_arn: Option<&'a str>,
    pub(super) kms_operation: &'static str,
    pub(super) kms_request_id: &'a str,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Operation<'a> {
    Encrypt {
        plaintext: &'a str,
        encryption_algorithm: &'static str,
        additional_authenticated_data: &'a str,
        ciphertext_data_integrity_value_algorithm: &'static str,
    },
    Decrypt {
        ciphertext: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        ciphertext_metadata: Option<&'a str>,
        encryption_algorithm: &'static str,
        additional_authenticated_data: &'a str,
        initialization_vector: &'a str,
        authentication_tag: &'a str,
    },
    /// Of a key, or of the endpoint.
    Ask {},
}

pub(super) const ALGORITHM: &str = "AES_GCM";
pub(super) const INTEGRITY: &str = "SHA_256";

/// The answer to an encryption.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EncryptAnswer {
    ciphertext: String,
    ciphertext_metadata: Option<String>,
    initialization_vector: String,
    authentication_tag: String,
    ciphertext_data_integrity_value: String,
}

/// A key of 32 bytes as an endpoint encrypted it.
pub(super) struct SealedKey {
    ciphertext: [u8; 32],
    metadata: Vec<u8>,
    iv: Vec<u8>,
    tag: [u8; TAG_LEN],
}

impl SealedKey {
    /// Reads the answer to an encryption and checks the digest that the endpoint computed over it.
    pub(super) fn from_answer(answer: &[u8], bound: &[u8]) -> Result<Self, KeyError> {
        let answer: EncryptAnswer = serde_json::from_slice(answer).map_err(|_| unexpected("encryption"))?;
        let decoded = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let read = || {
            let sealed = Self {
                ciphertext: decoded(&answer.ciphertext)?.try_into().ok()?,
                metadata: decoded(answer.ciphertext_metadata.as_deref().unwrap_or_default())?,
                iv: decoded(&answer.initialization_vector)?,
                tag: decoded(&answer.authentication_tag)?.try_into().ok()?,
            };
            let digest = decoded(&answer.ciphertext_data_integrity_value)?;
            Some((sealed, digest))
        };
        let (sealed, digest) = read().ok_or_else(|| unexpected("encryption"))?;
        if !sealed.has_valid_lengths() {
            return Err(unexpected("encryption"));
        }
        let mut expected = Sha256::new();
        for part in [
            bound,
            &sealed.metadata,
            &sealed.iv,
            &sealed.ciphertext,
            &sealed.tag,
        ] {
            expected.update(part);
        }
        if !bool::from(expected.finalize().ct_eq(digest.as_slice())) {
            return Err(KeyError::Damaged(
                "the endpoint's ciphertext was altered on its way: its integrity value does not match"
                    .to_owned(),
            ));
        }
        Ok(sealed)
    }

    fn has_valid_lengths(&self) -> bool {
        matches!(self.iv.len(), 12 | 16) && self.metadata.len() <= MAX_METADATA
    }

    /// One byte for the length of what may vary, and then that.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        for part in [&self.iv, &self.metadata] {
            // Both are short, as was checked when they came.
            into.push(u8::try_from(part.len()).unwrap_or_default());
            into.extend_from_slice(part);
        }
        into.extend_from_slice(&self.tag);
        into.extend_from_slice(&self.ciphertext);
    }

    /// What [`SealedKey::write`] wrote, and the rest.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (iv, bytes) = read_short(bytes)?;
        let (metadata, bytes) = read_short(bytes)?;
        let (tag, bytes) = bytes.split_first_chunk::<TAG_LEN>()?;
        let (ciphertext, rest) = bytes.split_first_chunk::<32>()?;
        let sealed = Self {
            ciphertext: *ciphertext,
            metadata: metadata.to_vec(),
            iv: iv.to_vec(),
            tag: *tag,
        };
        sealed.has_valid_lengths().then_some((sealed, rest))
    }

    /// The texts of a request to decrypt it.
    pub(super) fn encoded(&self) -> EncodedKey {
        EncodedKey {
            ciphertext: BASE64.encode(&self.ciphertext),
            metadata: (!self.metadata.is_empty()).then(|| BASE64.encode(&self.metadata)),
            iv: BASE64.encode(&self.iv),
            tag: BASE64.encode(&self.tag),
        }
    }
}

pub(super) struct EncodedKey {
    pub(super) ciphertext: String,
    pub(super) metadata: Option<String>,
    pub(super) iv: String,
    pub(super) tag: String,
}

fn read_short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, bytes) = bytes.split_first()?;
    bytes.split_at_checked(usize::from(*length))
}

#[derive(Deserialize)]
struct DecryptAnswer<'a> {
    #[serde(borrow)]
    plaintext: Cow<'a, str>,
}

/// The key in the answer to a decryption.
pub(super) fn opened(answer: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let answer: DecryptAnswer<'_> = serde_json::from_slice(answer).map_err(|_| unexpected("decryption"))?;
    let plaintext = Zeroizing::new(answer.plaintext.into_owned());
    let mut key = Zeroizing::new([0; 33]);
    // Base64 of 32 bytes is of 44 characters, which may hold 33 bytes.
    let is_full =
        plaintext.len() == 44 && matches!(BASE64.decode_mut(plaintext.as_bytes(), &mut *key), Ok(32));
    let key = key.first_chunk::<32>().filter(|_| is_full);
    Ok(Zeroizing::new(*key.ok_or_else(|| unexpected("decryption"))?))
}

/// What an endpoint says of a key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyMetadata {
    key_spec: String,
    key_usage: Vec<String>,
    key_status: String,
}

impl KeyMetadata {
    pub(super) fn from_answer(answer: &[u8]) -> Result<Self, KeyError> {
        serde_json::from_slice(answer).map_err(|_| unexpected("question about a key"))
    }

    /// Refuses a key that is of no use here.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let may = |wanted: &str| self.key_usage.iter().any(|usage| usage == wanted);
        if self.key_spec == "AES_256" && may("ENCRYPT") && may("DECRYPT") {
            return Ok(());
        }
        Err(KeyError::Denied(
            "the endpoint's key is not one of AES_256 that may ENCRYPT and DECRYPT".to_owned(),
        ))
    }

    /// Whatever is not called enabled is not.
    pub(super) fn is_enabled(&self) -> bool {
        self.key_status == "ENABLED"
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorAnswer<'a> {
    #[serde(borrow)]
    error_name: Cow<'a, str>,
}

/// What an answer that is no success means. Nothing of what the endpoint wrote is repeated but a name that is known.
pub(super) fn refusal(
    status: u16,
    answer: &[u8],
    authority: Option<&Authority>,
    budget: Duration,
) -> KeyError {
    if (300..400).contains(&status) {
        return KeyError::Denied(format!(
            "the endpoint answers {status}, a redirection, and none is followed; correct its address"
        ));
    }
    let answer = serde_json::from_slice::<ErrorAnswer<'_>>(answer);
    let name = answer.as_ref().map_or("", |answer| &answer.error_name);
    let said = |what: &str| format!("the endpoint answers {status} {name}: {what}");
    match name {
        "AccessDeniedException" => KeyError::Denied(said("its rules do not let this service use the key")),
        "AuthenticationFailedException" => KeyError::Denied(said(
            "it does not accept the signature; compare the credentials, the address and both clocks",
        )),
        "InvalidKeyUsageException" => KeyError::Denied(said("the key may not be used for this")),
        "ValidationException" | "UnsupportedOperationException" => {
            KeyError::Denied(said("it does not do what is asked for"))
        }
        "InvalidStateException" => KeyError::Disabled,
        "KeyNotFoundException" => authority.map_or_else(
            || KeyError::Denied(said("it answers a question about no key so")),
            Authority::unknown,
        ),
        "InvalidCiphertextException" => KeyError::Damaged(
            "the endpoint does not decrypt the authority's wrapped keys under this key".to_owned(),
        ),
        "DependencyTimeoutException" => KeyError::TooSlow { budget },
        "InvalidUriPathException" => {
            KeyError::Unreachable(said("there is no such API at this path; correct the address"))
        }
        "ThrottlingException" | "InternalException" => KeyError::Unreachable(said("ask again later")),
        _ => KeyError::Unreachable(format!(
            "the endpoint answers {status} and names no error that is known"
        )),
    }
}

fn unexpected(call: &str) -> KeyError {
    KeyError::Damaged(format!(
        "the endpoint's answer to a {call} is not of the API's form"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_api_is_an_error_of_the_ladder() {
        let authority = Authority::new("acme", "in");
        let budget = Duration::from_millis(250);
        let of = |status, name: &str| {
            let body = format!(r#"{{"errorName":"{name}","errorMessage":"s3cret"}}"#);
            refusal(status, body.as_bytes(), Some(&authority), budget)
        };
        assert_eq!(of(400, "InvalidStateException"), KeyError::Disabled);
        assert_eq!(of(404, "KeyNotFoundException"), authority.unknown());
        assert_eq!(
            of(503, "DependencyTimeoutException"),
            KeyError::TooSlow { budget }
        );
        for (status, name) in [
            (401, "AuthenticationFailedException"),
            (403, "AccessDeniedException"),
            (400, "InvalidKeyUsageException"),
            (400, "ValidationException"),
            (501, "UnsupportedOperationException"),
            (302, "InvalidStateException"),
        ] {
            assert!(matches!(of(status, name), KeyError::Denied(_)), "{name}");
        }
        let damaged = of(400, "InvalidCiphertextException");
        assert!(matches!(damaged, KeyError::Damaged(_)), "{damaged:?}");
        for (status, name) in [
            (429, "ThrottlingException"),
            (500, "InternalException"),
            (404, "InvalidUriPathException"),
            (500, "NeverHeardOfException"),
        ] {
            let error = of(status, name);
            assert!(matches!(error, KeyError::Unreachable(_)), "{name}");
            assert!(!error.to_string().contains("s3cret") && !error.to_string().contains("NeverHeard"));
        }
        let garbage = refusal(500, b"<html>", Some(&authority), budget);
        assert!(matches!(garbage, KeyError::Unreachable(_)), "{garbage:?}");
    }

    #[test]
    fn the_integrity_value_is_that_of_the_specification() {
        // The specification's own example is of 12 bytes; the digest is over the same order of parts.
        let mut expected = Sha256::new();
        for part in ["project=nile,department=marketing", "key_version=1"] {
            expected.update(part);
        }
        for part in ["HMrlRw85cAJUd5Ax", "ghxkK1txeDNn3q8Y", "vBxN2ncH1oEkR8WVXpmyYQ=="] {
            expected.update(BASE64.decode(part.as_bytes()).unwrap());
        }
        assert_eq!(
            BASE64.encode(&expected.finalize()),
            "qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc="
        );
    }

    #[test]
    fn what_is_kept_of_an_answer_reads_back_and_nothing_shorter_does() {
        for metadata in [vec![], vec![7; MAX_METADATA]] {
            let sealed = SealedKey {
                ciphertext: [1; 32],
                metadata,
                iv: vec![2; 12],
                tag: [3; TAG_LEN],
            };
            let mut bytes = Vec::new();
            sealed.write(&mut bytes);
            let whole = bytes.len();
            bytes.extend_from_slice(b"rest");
            let (read, rest) = SealedKey::read(&bytes).unwrap();
            assert_eq!(
                (read.metadata, read.iv, rest),
                (sealed.metadata, sealed.iv, &b"rest"[..])
            );
            for length in 0..whole {
                assert!(SealedKey::read(&bytes[..length]).is_none(), "cut at {length}");
            }
        }
        assert!(SealedKey::read(&[200; 400]).is_none(), "a nonce of 200 bytes");
    }

    #[test]
    fn a_plaintext_of_any_other_length_is_no_key() {
        let answer = |bytes: &[u8]| format!(r#"{{"plaintext":"{}"}}"#, BASE64.encode(bytes));
        assert_eq!(*opened(answer(&[9; 32]).as_bytes()).unwrap(), [9; 32]);
        for length in [0, 16, 31, 33, 64] {
            assert!(opened(answer(&vec![9; length]).as_bytes()).is_err(), "{length}");
        }
        for garbage in ["", "{}", "[]", r#"{"plaintext":7}"#, r#"{"plaintext":"=="}"#] {
            assert!(opened(garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
