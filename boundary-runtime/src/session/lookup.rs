//! Looking records up by a sealed field, through its blind index.
//!
//! A look-up is for a purpose of the field and is audited, but needs no grant: it is how the subject is found to whom a
//! grant is then resolved. So what it gives back is records that are sealed still. Of the records that an index finds,
//! most are not meant; they are told apart here, and neither value leaves this file.

use boundary_schema::{BlindIndexDeclaration, FieldDeclaration, Residency};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Session;
use crate::audit::{Act, Outcome};
use crate::error::{AccessError, Misuse, Refusal};
use crate::guarded::{BlindIndex, Indexed, normalised};
use crate::plane::{InCountry, Purpose, Region};
use crate::record::TenantRecord;
use crate::seam::{IndexAddress, Opener};
use crate::session::RawSession;
use crate::{Declaration, Plaintext, TenantId, Timestamp};

/// A value that records of a tenant are looked up by: made by the generated `find_…`, used by a store.
///
/// A store of one's own selects the tenant's rows whose [`column`](Self::column) is among the
/// [`candidates`](Self::candidates), and hands them to [`matching`](Self::matching), which keeps those that are meant.
/// The region's own store does both in `RegionStore::find`.
pub struct Lookup<T: TenantRecord, G: Indexed> {
    tenant: TenantId,
    field: &'static FieldDeclaration,
    index: &'static FieldDeclaration,
    candidates: Vec<BlindIndex>,
    sought: Zeroizing<Vec<u8>>,
    wrapper: fn(&T) -> &G,
}

impl<T: TenantRecord, G: Indexed> Lookup<T, G> {
    /// The tenant whose records are looked up.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The column of the blind index.
    #[must_use]
    pub fn column(&self) -> &'static str {
        self.index.column
    }

    /// The value's index under each generation of the tenant's keys, newest first; none for a value of which the
    /// normalisation leaves nothing, which is never found.
    #[must_use]
    pub fn candidates(&self) -> &[BlindIndex] {
        &self.candidates
    }

    /// Those of the records that are meant. They are sealed still: an accessor with a grant opens them.
    ///
    /// A record that does not open is not among them, because nobody can tell whether it is meant.
    ///
    /// # Errors
    /// If the session's lease has ended, or the audit log cannot take the records that are found.
    pub fn matching<S: RawSession>(&self, session: &S, records: Vec<T>) -> Result<Vec<T>, AccessError> {
        session.matching(self, records)
    }
}

fn declared(index: &'static FieldDeclaration) -> Result<BlindIndexDeclaration, AccessError> {
    index.index.ok_or(Misuse::NoIndex(index.field).into())
}

/// The index of a value under the newest generation of the tenant's keys.
pub(super) fn index<V: Plaintext>(
    opener: &dyn Opener,
    declaration: &'static Declaration,
    tenant: &TenantId,
    field: &'static FieldDeclaration,
    value: &V,
    now: Timestamp,
) -> Result<BlindIndex, AccessError> {
    let value = normalised(value, declared(field)?.normalise)?;
    let address = IndexAddress {
        declaration,
        tenant,
        field,
    };
    opener.index(&address, &value, now)
}

impl<R: Region, U: Purpose> Session<InCountry<R>, U> {
    pub(super) fn index_of<V: Plaintext>(
        &self,
        declaration: &'static Declaration,
        tenant: &TenantId,
        field: &'static FieldDeclaration,
        value: &V,
    ) -> Result<BlindIndex, AccessError> {
        let now = self.means.clock.now();
        index(&*self.means.opener, declaration, tenant, field, value, now)
    }

    pub(super) fn look_up_value<T: TenantRecord, G: Indexed>(
        &self,
        tenant: &TenantId,
        [field, index]: [usize; 2],
        value: &G::Sought,
        wrapper: fn(&T) -> &G,
    ) -> Result<Lookup<T, G>, AccessError> {
        let (field, index) = (&T::DECLARATION.fields[field], &T::DECLARATION.fields[index]);
        let now = self.means.clock.now();
        let found = self.check_lookup::<T>(field).and_then(|()| {
            let sought = normalised(value, declared(index)?.normalise)?;
            let address = IndexAddress {
                declaration: T::DECLARATION,
                tenant,
                field: index,
            };
            let candidates = self.means.opener.candidates(&address, &sought, now)?;
            Ok((sought, candidates))
        });
        self.record(now, Act::Lookup, tenant, |audit| {
            audit.declaration = Some(T::DECLARATION.name);
            audit.field = Some(field.field);
            if found.is_err() {
                audit.outcome = Outcome::Refused;
            }
        })?;
        let (sought, candidates) = found?;
        Ok(Lookup {
            tenant: tenant.clone(),
            field,
            index,
            candidates,
            sought,
            wrapper,
        })
    }

    /// The bound on the generated function says so too; a declaration that was written by hand has no such function.
    fn check_lookup<T: TenantRecord>(&self, field: &'static FieldDeclaration) -> Result<(), AccessError> {
        let (declaration, region) = (T::DECLARATION.rust, self.region());
        if !field.purposes.contains(&U::NAME) {
            return Err(Refusal::Purpose {
                declaration,
                field: field.field,
                purpose: U::NAME,
            }
            .into());
        }
        match field.residency {
            Residency::Pinned(pinned) if pinned != region => Err(Refusal::Residency {
                declaration,
                field: field.field,
                pinned,
                region: region.to_owned(),
            }
            .into()),
            _ => Ok(()),
        }
    }

    pub(super) fn matching_records<T: TenantRecord, G: Indexed>(
        &self,
        lookup: &Lookup<T, G>,
        records: Vec<T>,
    ) -> Result<Vec<T>, AccessError> {
        let (now, steps) = (self.means.clock.now(), declared(lookup.index)?.normalise);
        let mut found = Vec::new();
        for record in records {
            // A row of another tenant is none of this look-up's, whatever the store selected.
            if *record.tenant() != lookup.tenant {
                continue;
            }
            let opened = match self.open_for_purpose(&record, lookup.field, (lookup.wrapper)(&record), now) {
                Ok(opened) => opened,
                Err(AccessError::Undecryptable) => continue,
                Err(refusal) => return Err(refusal),
            };
            let Some(value) = G::sought(&opened) else { continue };
            if bool::from(normalised(value, steps)?.as_slice().ct_eq(&lookup.sought)) {
                self.record(now, Act::Lookup, &lookup.tenant, |audit| {
                    audit.declaration = Some(T::DECLARATION.name);
                    audit.field = Some(lookup.field.field);
                    audit.data_key = Some(record.data_key().id());
                    audit.note = Some("found".into());
                })?;
                found.push(record);
            }
        }
        Ok(found)
    }
}
