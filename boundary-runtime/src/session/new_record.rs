//! A record between its values and its ciphertext: what a generated `seal` goes through.

use boundary_schema::{FieldRole, Residency};

use super::lookup::index as index_of;
use crate::clock::Timestamp;
use crate::error::{AccessError, Refusal};
use crate::guarded::{Guarded, Indexed};
use crate::residence::Residence;
use crate::seam::{FieldAddress, Opener, RecordAddress};
use crate::{DataKey, Declaration, SubjectId, TenantId};

/// A record in the making: its residence, its fresh data key.
#[doc(hidden)]
pub struct NewRecord<'s> {
    pub(super) opener: &'s dyn Opener,
    pub(super) declaration: &'static Declaration,
    pub(super) residence: &'s Residence,
    pub(super) record_id: String,
    pub(super) data_key: DataKey,
    /// When the making began: its lease is checked against this, so a record is sealed whole or not at all.
    pub(super) now: Timestamp,
}

impl NewRecord<'_> {
    /// Closes a field of the new record.
    #[doc(hidden)]
    pub fn close<G: Guarded>(&self, field: usize, value: G::Value) -> Result<G, AccessError> {
        let field = &self.declaration.fields[field];
        if let Residency::Pinned(pinned) = field.residency
            && pinned != self.residence.region()
        {
            return Err(Refusal::Residency {
                declaration: self.declaration.rust,
                field: field.field,
                pinned,
                region: self.residence.region().to_owned(),
            }
            .into());
        }
        let record = RecordAddress {
            declaration: self.declaration,
            tenant: self.residence.tenant(),
            record_id: &self.record_id,
            subject: self.residence.subject(),
        };
        G::close(
            value,
            self.opener,
            &self.data_key,
            &FieldAddress { record, field },
            self.now,
        )
    }

    /// The blind index of a field of the new record.
    #[doc(hidden)]
    pub fn index<G: Indexed>(&self, index: usize, value: &G::Value) -> Result<G::Index, AccessError> {
        let index = &self.declaration.fields[index];
        let tenant = self.residence.tenant();
        G::index_given(value, &mut |value| {
            index_of(self.opener, self.declaration, tenant, index, value, self.now)
        })
    }

    /// Ends the making: tenant, subject and data key for the record's own fields.
    #[doc(hidden)]
    pub fn finish(self) -> (TenantId, SubjectId, DataKey) {
        debug_assert!(
            self.declaration.role(FieldRole::RecordId).is_some(),
            "the derive requires a record id"
        );
        (
            self.residence.tenant().clone(),
            self.residence.subject().clone(),
            self.data_key,
        )
    }
}
