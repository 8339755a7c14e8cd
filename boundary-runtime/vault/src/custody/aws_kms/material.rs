//! The customer's own material, on its way into AWS KMS.

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{AlgorithmSpec, ExpirationModelType, KeyMetadata, KeyState, WrappingKeySpec};
use boundary_runtime::KeyError;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::KmsCustody;
use super::calls::unexpected;
use crate::keys::Authority;

impl KmsCustody {
    /// Imports the material into a key that has none. It leaves this process only under the key that KMS made for that.
    pub(super) async fn bring(
        &self,
        key: &str,
        authority: &Authority,
        material: &[u8; 32],
    ) -> Result<(), KeyError> {
        let request = self
            .client
            .get_parameters_for_import()
            .key_id(key)
            .wrapping_algorithm(AlgorithmSpec::RsaesOaepSha256)
            .wrapping_key_spec(WrappingKeySpec::Rsa4096);
        let parameters = match self.ask(request.send()).await {
            Ok(parameters) => parameters,
            Err(refusal) => return Err(self.why_not(key, authority, refusal).await),
        };
        let public_key = parameters
            .public_key
            .ok_or_else(|| unexpected("a key to import under"))?;
        let request = self
            .client
            .import_key_material()
            .key_id(key)
            .set_import_token(parameters.import_token)
            .encrypted_key_material(Blob::new(sealed_for(public_key.as_ref(), material)?))
            .expiration_model(ExpirationModelType::KeyMaterialDoesNotExpire);
        match self.ask(request.send()).await {
            Ok(_) => Ok(()),
            Err(refusal) => Err(self.why_not(key, authority, refusal).await),
        }
    }
}

/// Whether the key waits for its material.
pub(super) fn is_missing(found: &KeyMetadata) -> bool {
    found.key_state() == Some(&KeyState::PendingImport)
}

/// What tells one material from another and nothing else of it: HMAC-SHA256 under the material, cut to 128 bits.
pub(super) fn mark(material: &[u8; 32]) -> [u8; 16] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(material).expect("any length will do");
    mac.update(b"boundary/imported-material\0");
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut mark = [0; 16];
    mark.copy_from_slice(&full[..16]);
    mark
}

/// RSAES-OAEP with SHA-256 under a public key in SubjectPublicKeyInfo's DER.
fn sealed_for(public_key: &[u8], material: &[u8; 32]) -> Result<Vec<u8>, KeyError> {
    let unusable = |_| unexpected("a key that can be imported under");
    let key = PublicEncryptingKey::from_der(public_key)
        .map_err(|_| unexpected("a key that can be imported under"))?;
    let key = OaepPublicEncryptingKey::new(key).map_err(unusable)?;
    let mut sealed = vec![0; key.ciphertext_size()];
    let length = key
        .encrypt(&OAEP_SHA256_MGF1SHA256, material, &mut sealed, None)
        .map_err(unusable)?
        .len();
    sealed.truncate(length);
    Ok(sealed)
}
