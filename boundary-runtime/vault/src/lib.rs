//! The holder of a region's keys: custody, leases, envelope, sealing and opening.
//!
//! Only in-country binaries link this crate, and the lint proves it over the dependency graph: without it a session
//! has no key, whatever else was forged. [`Vault`] is the way in; `docs/envelope.md` specifies what it writes.
//!
//! Layers, lowest first: `envelope` (the format), `keys` (what an authority's keys are), `custody` (who keeps the key
//! that wraps them), `lease` (how long they stay open), `vault` (who may have a session on them).

#![forbid(unsafe_code)]

mod custody;
mod envelope;
mod keys;
mod lease;
mod random;
mod secret;
mod vault;

#[cfg(feature = "aws-kms")]
pub use custody::KmsCustody;
pub use custody::{
    Custodies, Custody, CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, LocalCustody, Origin,
    Pending, Rung,
};
#[cfg(feature = "external-keys")]
pub use custody::{ExternalConfig, ExternalCredentials, ExternalCustody, ExternalIdentity};
#[cfg(feature = "pkcs11")]
pub use custody::{Pkcs11Config, Pkcs11Custody};
pub use envelope::Backend;
pub use keys::{Authority, AuthorityClass, AuthorityName};
pub use lease::ZERO_LEASE_HOLD;
pub use vault::{
    AuthorityRecord, AuthorityState, KeptKey, RegionSigner, Vault, VaultConfig, VaultPseudonyms,
    VaultRewrapper,
};

/// The mark in every binary that can open a vault: a central binary that holds these bytes was linked wrongly.
pub const MARKER: &str = "boundary-vault:in-country-only:4f1c8e0b9d2a47c6a35e7710b8d96f24";

#[cfg(test)]
mod tests {
    #[test]
    fn the_mark_is_the_one_that_binaries_are_searched_for() {
        // `tests/marker.rs` spells it apart, because naming it there would put it into the binary that is searched.
        assert_eq!(
            super::MARKER,
            "boundary-vault:in-country-only:4f1c8e0b9d2a47c6a35e7710b8d96f24"
        );
    }
}
