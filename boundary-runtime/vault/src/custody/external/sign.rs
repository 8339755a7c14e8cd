//! Signatures of requests: AWS Signature Version 4, with the service name of XKS proxies.
//!
//! What is signed is the method, the path, the host, the time and a digest of the body, under a secret that the endpoint has as
//! well. So a request cannot be altered, and an endpoint refuses one that is minutes old.

use boundary_runtime::{KeyError, Timestamp};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::day::Day;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "kms-xks-proxy";
const SIGNED_HEADERS: &str = "host;x-amz-date";

/// What a service and an endpoint have agreed on to know each other by. It has no `Debug`, because the secret has none.
pub struct ExternalCredentials {
    /// The name of the secret: letters and digits.
    pub access_key_id: String,
    /// The secret. Take it from a file or a secret store, never from an argument.
    pub secret_access_key: Zeroizing<String>,
}

impl ExternalCredentials {
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let is_name = !self.access_key_id.is_empty()
            && self.access_key_id.len() <= 128
            && self
                .access_key_id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric());
        if is_name && !self.secret_access_key.is_empty() {
            return Ok(());
        }
        Err(KeyError::Denied(
            "the endpoint's credentials are an access key id of letters and digits and a secret that is not empty".to_owned(),
        ))
    }
}

/// A request that is to be signed.
pub(super) struct Unsigned<'a> {
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
    pub(super) region: &'a str,
    pub(super) now: Timestamp,
}

/// The headers that a signed request carries.
pub(super) struct Signed {
    pub(super) date: String,
    pub(super) authorization: String,
}

impl Unsigned<'_> {
    pub(super) fn sign(&self, credentials: &ExternalCredentials) -> Signed {
        let day = Day::of(self.now);
        let seconds = self.now.as_millis() / 1000 % 86_400;
        let day = format!("{:04}{:02}{:02}", day.year, day.month, day.day);
        let date = format!(
            "{day}T{:02}{:02}{:02}Z",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
        let canonical = format!(
            "POST\n{}\n\nhost:{}\nx-amz-date:{date}\n\n{SIGNED_HEADERS}\n{}",
            self.path,
            self.host,
            HEXLOWER.encode(&Sha256::digest(self.body))
        );
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let to_sign = format!(
            "{ALGORITHM}\n{date}\n{scope}\n{}",
            HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()))
        );
        let key = signing_key(&credentials.secret_access_key, &day, self.region, SERVICE);
        let signature = HEXLOWER.encode(&mac(&*key, to_sign.as_bytes()));
        Signed {
            authorization: format!(
                "{ALGORITHM} Credential={}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
                credentials.access_key_id
            ),
            date,
        }
    }
}

/// The key of a day's signatures in a region.
fn signing_key(secret: &str, day: &str, region: &str, service: &str) -> Zeroizing<[u8; 32]> {
    let secret = Zeroizing::new(format!("AWS4{secret}"));
    let mut key = Zeroizing::new(mac(secret.as_bytes(), day.as_bytes()));
    for part in [region, service, "aws4_request"] {
        key = Zeroizing::new(mac(&*key, part.as_bytes()));
    }
    key
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and the key of "Examples of how to derive a signing key" in AWS's general reference.
    #[test]
    fn a_days_key_is_that_of_the_published_example() {
        let key = signing_key(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830",
            "us-east-1",
            "iam",
        );
        assert_eq!(
            HEXLOWER.encode(&*key),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    /// Computed once by a few lines of Python from AWS's description of the signature.
    #[test]
    fn a_request_is_signed_as_another_implementation_signs_it() {
        let credentials = ExternalCredentials {
            access_key_id: "AKEY234567ABCDEFGHIJ".to_owned(),
            secret_access_key: Zeroizing::new("a+secret/of=tests".to_owned()),
        };
        let signed = Unsigned {
            host: "keys.example.com:8443",
            path: "/acme/kms/xks/v1/keys/k-1/encrypt",
            body: b"{}",
            region: "in",
            now: Timestamp::from_millis(1_709_164_800_000 + 3_723_456),
        }
        .sign(&credentials);
        assert_eq!(signed.date, "20240229T010203Z");
        assert_eq!(
            signed.authorization,
            "AWS4-HMAC-SHA256 Credential=AKEY234567ABCDEFGHIJ/20240229/in/kms-xks-proxy/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=da40c077a0b9c194dad7bf03e86dd05d65c5aaaf8533d43202577170e36c0c66"
        );
    }

    #[test]
    fn credentials_that_would_break_the_header_are_refused() {
        for (id, secret) in [("", "s"), ("A B", "s"), ("A/B", "s"), ("A,B", "s"), ("AB", "")] {
            let credentials = ExternalCredentials {
                access_key_id: id.to_owned(),
                secret_access_key: Zeroizing::new(secret.to_owned()),
            };
            assert!(matches!(credentials.check(), Err(KeyError::Denied(_))), "{id}");
        }
    }
}
