//! The fields of one record whose data key is at hand, and a session's hold on a record in the making.

use boundary_runtime::seam::{RecordAddress, RecordSealer};
use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{AccessError, DataKey, Timestamp};
use boundary_schema::{Declaration, FieldDeclaration};

use super::opener::{VaultOpener, names};
use super::registry::check_column;
use crate::envelope::{self, AdditionalData, RecordKeys, Undecryptable};
use crate::lease::Lease;
use crate::random::Nonces;

/// What seals and opens the fields of one record. The keys are wiped when it is dropped.
pub(super) struct Fields {
    keys: RecordKeys,
    /// Their start is drawn when the first field is sealed: mostly a record that is there already is only read.
    nonces: Option<Nonces>,
    bound: AdditionalData,
}

impl Fields {
    /// With the additional data that all of them share.
    pub(super) fn new(keys: RecordKeys, bound: AdditionalData) -> Self {
        Self {
            keys,
            nonces: None,
            bound,
        }
    }

    /// Seals a field, padded to a bucket where one is given.
    pub(super) fn seal(
        &mut self,
        record_id: &str,
        field: &FieldDeclaration,
        bucket: Option<u32>,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), AccessError> {
        let nonces = match &mut self.nonces {
            Some(nonces) => nonces,
            none => none.insert(Nonces::starting_anywhere()?),
        };
        let nonce = nonces.next();
        let bound = self.bound.field(record_id, field)?;
        Ok(match bucket {
            None => envelope::seal(&self.keys, &nonce, bound, plaintext, out),
            Some(bucket) => envelope::seal_padded(&self.keys, &nonce, bound, plaintext, bucket, out),
        }?)
    }

    pub(super) fn open(
        &mut self,
        record_id: &str,
        field: &FieldDeclaration,
        sealed: &[u8],
        out: &mut Zeroizing<Vec<u8>>,
    ) -> Result<(), AccessError> {
        let bound = self.bound.field(record_id, field)?;
        envelope::open(&self.keys, bound, sealed, out).map_err(|Undecryptable| AccessError::Undecryptable)
    }
}

/// A record in the making. Nobody else has its key yet, so its fields need no look at whose key it is: the lease is asked at
/// each of them all the same.
pub(super) struct NewRecord<'a> {
    opener: &'a VaultOpener,
    lease: &'a Lease,
    declaration: &'static Declaration,
    record_id: Box<str>,
    fields: Fields,
}

impl VaultOpener {
    pub(super) fn start_record(
        &self,
        address: &RecordAddress<'_>,
        now: Timestamp,
    ) -> Result<(DataKey, NewRecord<'_>), AccessError> {
        let fresh = self.fresh(address, now, RecordKeys::wrap)?;
        let bound = fresh.bound.into_fields(&names(address, &self.region))?;
        let record = NewRecord {
            opener: self,
            lease: &self.leases[fresh.lease].1,
            declaration: address.declaration,
            record_id: address.record_id.into(),
            fields: Fields::new(fresh.keys, bound),
        };
        Ok((fresh.data_key, record))
    }
}

impl RecordSealer for NewRecord<'_> {
    fn admit(&mut self, field: &'static FieldDeclaration, now: Timestamp) -> Result<(), AccessError> {
        check_column(self.declaration, field, &self.opener.region)?;
        self.lease.keys(now)?;
        Ok(())
    }

    fn seal(
        &mut self,
        field: &'static FieldDeclaration,
        plaintext: &[u8],
        out: &mut Vec<u8>,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        self.admit(field, now)?;
        let bucket = self.opener.registry.bucket(field);
        self.fields.seal(&self.record_id, field, bucket, plaintext, out)
    }
}
