//! A record between its values and its ciphertext: what a generated `seal` goes through.

use boundary_schema::{FieldDeclaration, FieldRole, Residency};

use super::lookup::index as index_of;
use crate::clock::Timestamp;
use crate::error::{AccessError, Refusal};
use crate::guarded::{Closing, Guarded, Indexed};
use crate::residence::Residence;
use crate::seam::{Opener, RecordSealer};
use crate::{DataKey, Declaration, SubjectId, TenantId};

/// A record in the making: its residence, its fresh data key.
#[doc(hidden)]
pub struct NewRecord<'s> {
    pub(super) opener: &'s dyn Opener,
    pub(super) declaration: &'static Declaration,
    pub(super) residence: &'s Residence,
    pub(super) data_key: DataKey,
    pub(super) sealer: Box<dyn RecordSealer + 's>,
    /// When the making began: its lease is checked against this, so a record is sealed whole or not at all.
    pub(super) now: Timestamp,
}

impl NewRecord<'_> {
    /// Closes a field of the new record.
    #[doc(hidden)]
    pub fn close<G: Guarded>(&mut self, field: usize, value: G::Value) -> Result<G, AccessError> {
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
        let (sealer, now) = (&mut *self.sealer, self.now);
        G::close(value, &mut NewField { sealer, field, now })
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

/// A field of a record in the making.
struct NewField<'a, 's> {
    sealer: &'a mut (dyn RecordSealer + 's),
    field: &'static FieldDeclaration,
    now: Timestamp,
}

impl Closing for NewField<'_, '_> {
    fn admit(&mut self) -> Result<(), AccessError> {
        self.sealer.admit(self.field, self.now)
    }

    fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), AccessError> {
        self.sealer.seal(self.field, plaintext, out, self.now)
    }
}
