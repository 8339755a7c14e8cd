//! A release with the region's signature, and its form on the wire.
//!
//! The form is JSON: `version`, `region`, `destination`, `sequence`, `issued_at` (milliseconds since the Unix epoch),
//! `kind`, `body` (the value as a JSON text), `audit_head`, `signature`. The signature is Ed25519 (RFC 8032) over the
//! label and then each of the other parts, every part with its length in front (4 bytes, big-endian).

use std::io;

use serde::{Deserialize, Serialize};

use super::cohort::{Cohorts, Deidentified};
use crate::clock::Timestamp;
use crate::journal::Head;
use crate::seam::Signer;

pub(super) const VERSION: u8 = 1;
const LABEL: &[u8] = b"boundary release v1";

mod sealed {
    use super::{Cohorts, Deidentified, InboxOnly};

    pub trait CrossesBorder: Sized {
        /// Reads a value that a region signed. A bound on the public trait would let anybody call this, so it asks for
        /// a token that only the inbox makes.
        fn read(body: &str, only: InboxOnly) -> Result<Self, serde_json::Error>;
    }

    impl CrossesBorder for Cohorts {
        fn read(body: &str, _: InboxOnly) -> Result<Self, serde_json::Error> {
            let mut from = serde_json::Deserializer::from_str(body);
            let value = Cohorts::read(&mut from)?;
            from.end().map(|()| value)
        }
    }

    impl CrossesBorder for Deidentified {
        fn read(body: &str, _: InboxOnly) -> Result<Self, serde_json::Error> {
            let mut from = serde_json::Deserializer::from_str(body);
            let value = Deidentified::read(&mut from)?;
            from.end().map(|()| value)
        }
    }
}

/// Made by the inbox, once it has verified a signature.
pub struct InboxOnly(());

impl InboxOnly {
    pub(super) fn after_verification() -> Self {
        Self(())
    }
}

/// What may cross the border: [`Cohorts`] and [`Deidentified`], and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not cross the border",
    label = "only cohorts and de-identified values may",
    note = "make one inside the region with the gate: `gate.count_by`, `gate.sum_by` or `gate.deidentify`, then \
            `gate.sign`"
)]
pub trait CrossesBorder: sealed::CrossesBorder + Serialize {
    /// The name of the channel on the wire.
    #[doc(hidden)]
    const KIND: &'static str;

    /// The table or event that it was made of.
    #[doc(hidden)]
    fn dataset_name(&self) -> &str;
}

impl CrossesBorder for Cohorts {
    const KIND: &'static str = "cohorts";

    fn dataset_name(&self) -> &str {
        self.dataset()
    }
}

impl CrossesBorder for Deidentified {
    const KIND: &'static str = "deidentified";

    fn dataset_name(&self) -> &str {
        self.dataset()
    }
}

/// A release as a region signed it. Made by the gate, or by an inbox that verified it.
#[derive(Debug)]
pub struct Signed<V: CrossesBorder> {
    value: V,
    wire: Wire,
}

mod sealed_release {
    pub trait Release {}
    impl<V: super::CrossesBorder> Release for super::Signed<V> {}
}

/// What a border sink takes: a release that the gate signed.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` may not be handed to a border sink",
    label = "only a signed release may cross the border",
    note = "make a cohort or a de-identified value inside the region with the gate (`gate.count_by`, `gate.sum_by`, \
            `gate.deidentify`), then `gate.sign` it",
    note = "a raw value stays in its region: hand it to a sink of that region"
)]
pub trait SignedRelease: sealed_release::Release {
    /// Region, sequence and bytes of the release.
    #[doc(hidden)]
    fn parts(&self) -> io::Result<(&str, u64, Vec<u8>)>;
}

#[diagnostic::do_not_recommend]
impl<V: CrossesBorder> SignedRelease for Signed<V> {
    fn parts(&self) -> io::Result<(&str, u64, Vec<u8>)> {
        Ok((self.region(), self.sequence(), self.to_bytes()?))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    pub(super) version: u8,
    pub(super) region: String,
    pub(super) destination: String,
    pub(super) sequence: u64,
    pub(super) issued_at: Timestamp,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) audit_head: Head,
    pub(super) signature: String,
}

impl Wire {
    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 256);
        let parts: [&[u8]; 9] = [
            LABEL,
            &[self.version],
            self.region.as_bytes(),
            self.destination.as_bytes(),
            &self.sequence.to_be_bytes(),
            &self.issued_at.as_millis().to_be_bytes(),
            self.kind.as_bytes(),
            self.body.as_bytes(),
            &[
                &self.audit_head.sequence.to_be_bytes()[..],
                &self.audit_head.hash[..],
            ]
            .concat(),
        ];
        for part in parts {
            bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

impl<V: CrossesBorder> Signed<V> {
    /// Signs a value. Its sequence is that of its own record in the audit log, so no two releases share one.
    pub(super) fn seal(
        value: V,
        signer: &dyn Signer,
        destination: &str,
        now: Timestamp,
        head: Head,
    ) -> Result<Self, serde_json::Error> {
        let mut wire = Wire {
            version: VERSION,
            region: signer.region().to_owned(),
            destination: destination.to_owned(),
            sequence: head.sequence,
            issued_at: now,
            kind: V::KIND.to_owned(),
            body: serde_json::to_string(&value)?,
            audit_head: head,
            signature: String::new(),
        };
        wire.signature = data_encoding::HEXLOWER.encode(&signer.sign(&wire.signed_bytes()));
        Ok(Self { value, wire })
    }

    pub(super) fn verified(value: V, wire: Wire) -> Self {
        Self { value, wire }
    }

    /// What was released.
    #[must_use]
    pub fn value(&self) -> &V {
        &self.value
    }

    /// The region that signed it.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.wire.region
    }

    /// The region's sequence of this release; later releases have higher ones.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.wire.sequence
    }

    /// Where the region's audit log ended when it signed: the other plane's proof that the log was not set back.
    #[must_use]
    pub fn audit_head(&self) -> Head {
        self.wire.audit_head
    }

    /// The release on the wire.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&self.wire)
    }
}
