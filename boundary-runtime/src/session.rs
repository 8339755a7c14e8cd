//! A session: plane, purpose and principal, and in-country the hold on keys.

mod lookup;
mod new_record;
mod object;
mod object_header;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use boundary_schema::{FieldDeclaration, Residency};

use crate::audit::{Act, Audit, AuditRecord, Outcome};
use crate::clock::{Clock, Timestamp};
use crate::error::{AccessError, Misuse, Refusal};
use crate::grant::GrantFor;
use crate::guarded::{Closing, Guarded, Indexed, Plain};
use crate::plane::{Central, InCountry, Plane, Purpose, Region};
use crate::record::{RecordId, TenantRecord};
use crate::residence::Residence;
use crate::seam::{FieldAddress, Opener, RecordAddress};
use crate::{DataKey, Declaration, Principal, Pseudonym, TenantId};

pub use lookup::Lookup;
pub use new_record::NewRecord;
pub use object::{ObjectContent, ObjectError, ObjectReader, ObjectWriter};
pub use object_header::{OBJECT_CHUNK_LEN, OBJECT_SUITE, ObjectHeader};

/// A principal at work on plane `P` for purpose `U`.
///
/// A central session is made by anybody and opens nothing. An in-country session that can open anything comes from
/// `boundary-vault`, which central crates do not link.
pub struct Session<P: Plane, U: Purpose> {
    principal: Principal,
    means: P::Means,
    purpose: PhantomData<fn() -> U>,
}

/// What an in-country session holds.
#[doc(hidden)]
pub struct InCountryMeans {
    pub(crate) opener: Box<dyn Opener>,
    pub(crate) audit: Arc<dyn Audit>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl<P: Plane, U: Purpose> Session<P, U> {
    pub(crate) fn new(principal: Principal, means: P::Means) -> Self {
        Self {
            principal,
            means,
            purpose: PhantomData,
        }
    }

    /// Who acts.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// This session as one of region `Q`, if that is where it is: for code that learns its region at run time only and
    /// asks for a field that is pinned to one.
    ///
    /// ```
    /// # use boundary_runtime::{InCountry, Purpose, Region, Session};
    /// fn with_the_pinned_field<R: Region, In: Region, U: Purpose>(session: &Session<InCountry<R>, U>) -> &'static str {
    ///     match session.in_region::<In>() {
    ///         Some(_session) => "a `Session<InCountry<In>, U>`, for which the accessor compiles",
    ///         None => "another region: the field stays closed",
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn in_region<Q: Region>(&self) -> Option<&Session<InCountry<Q>, U>>
    where
        Self: RawSession,
    {
        (self as &dyn Any).downcast_ref()
    }
}

impl<U: Purpose> Session<Central, U> {
    /// A central session: it reads what crossed the border and opens nothing.
    #[must_use]
    pub fn central(principal: Principal) -> Self {
        Self::new(principal, ())
    }
}

impl<P: Plane, U: Purpose> fmt::Debug for Session<P, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Session({} as {} for {})",
            self.principal.name,
            self.principal.role,
            U::NAME
        )
    }
}

mod sealed {
    pub trait RawSession {}
}

/// A session that may hold raw values: one of an in-country plane. The base of every generated "may read" trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no in-country session",
    label = "only a session of an in-country plane can hold raw values",
    note = "run this code in the subject's region with a session from its vault, or ask the gate for cohorts or \
            de-identified values"
)]
pub trait RawSession: sealed::RawSession + Sized {
    /// The purpose of the session.
    type Purpose: Purpose;
    /// The region of the session.
    type Region: Region;

    /// Opens a field of a record. Called by generated accessors.
    #[doc(hidden)]
    fn open<T: TenantRecord, G: Guarded>(
        &self,
        record: &T,
        field: usize,
        value: &G,
        grant: &impl GrantFor<Self>,
    ) -> Result<G::Opened, AccessError>;

    /// Closes a new value of a field of an existing record. Called by generated setters.
    #[doc(hidden)]
    fn reseal<T: TenantRecord, G: Guarded>(
        &self,
        record: &T,
        field: usize,
        value: G::Value,
    ) -> Result<G, AccessError>;

    /// Starts a new record. Called by generated `seal`.
    #[doc(hidden)]
    fn start<'s>(
        &'s self,
        declaration: &'static Declaration,
        residence: &'s Residence,
        record_id: &impl RecordId,
    ) -> Result<NewRecord<'s>, AccessError>;

    /// Starts an object of a record's field. Called by [`ObjectWriter`].
    #[doc(hidden)]
    fn seal_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
    ) -> Result<object::Sealing, AccessError>;

    /// Opens an object of a record's field. Called by [`ObjectReader`].
    #[doc(hidden)]
    fn open_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
        header: &ObjectHeader,
        grant: &impl GrantFor<Self>,
    ) -> Result<object::Opening, AccessError>;

    /// The blind index of a new value of a field. Called by generated setters.
    #[doc(hidden)]
    fn index<T: TenantRecord, G: Indexed>(
        &self,
        record: &T,
        index: usize,
        value: &G::Value,
    ) -> Result<G::Index, AccessError>;

    /// The blind index of the value that a field holds, made anew. Called by generated code.
    #[doc(hidden)]
    fn reindex<T: TenantRecord, G: Indexed>(
        &self,
        record: &T,
        field_and_index: [usize; 2],
        value: &G,
    ) -> Result<G::Index, AccessError>;

    /// What records are looked up by. Called by generated code.
    #[doc(hidden)]
    fn look_up<T: TenantRecord, G: Indexed>(
        &self,
        tenant: &TenantId,
        field_and_index: [usize; 2],
        value: G::Sought,
        wrapper: fn(&T) -> &G,
    ) -> Result<Lookup<T, G>, AccessError>;

    /// Keeps the records that a look-up means. Called by [`Lookup::matching`].
    #[doc(hidden)]
    fn matching<T: TenantRecord, G: Indexed>(
        &self,
        lookup: &Lookup<T, G>,
        records: Vec<T>,
    ) -> Result<Vec<T>, AccessError>;
}

impl<R: Region, U: Purpose> sealed::RawSession for Session<InCountry<R>, U> {}

impl<R: Region, U: Purpose> RawSession for Session<InCountry<R>, U> {
    type Purpose = U;
    type Region = R;

    fn open<T: TenantRecord, G: Guarded>(
        &self,
        record: &T,
        field: usize,
        value: &G,
        grant: &impl GrantFor<Self>,
    ) -> Result<G::Opened, AccessError> {
        let field = &T::DECLARATION.fields[field];
        let now = self.means.clock.now();
        let opened = match grant.check(record.tenant(), record.subject(), now) {
            Ok(()) => self.open_for_purpose(record, field, value, now),
            Err(refusal) => Err(refusal),
        };
        let outcome = if opened.is_ok() {
            Outcome::Done
        } else {
            Outcome::Refused
        };
        self.record(now, Act::Open, record.tenant(), |audit| {
            audit.outcome = outcome;
            audit.subject = Some(grant.subject_pseudonym());
            audit.data_key = Some(record.data_key().id());
            audit.declaration = Some(T::DECLARATION.name);
            audit.field = Some(field.field);
        })?;
        opened
    }

    fn reseal<T: TenantRecord, G: Guarded>(
        &self,
        record: &T,
        field: usize,
        value: G::Value,
    ) -> Result<G, AccessError> {
        let field = &T::DECLARATION.fields[field];
        self.check_region(T::DECLARATION, field, record.data_key())?;
        let id = record.record_id();
        let address = RecordAddress {
            declaration: T::DECLARATION,
            tenant: record.tenant(),
            record_id: &id,
            subject: record.subject(),
        };
        let mut field = KnownField {
            opener: &*self.means.opener,
            key: record.data_key(),
            address: FieldAddress {
                record: address,
                field,
            },
            now: self.means.clock.now(),
        };
        G::close(value, &mut field)
    }

    fn start<'s>(
        &'s self,
        declaration: &'static Declaration,
        residence: &'s Residence,
        record_id: &impl RecordId,
    ) -> Result<NewRecord<'s>, AccessError> {
        if residence.region() != self.means.opener.region() {
            return Err(Misuse::AnotherRegion.into());
        }
        let record_id = record_id.canonical();
        let address = RecordAddress {
            declaration,
            tenant: residence.tenant(),
            record_id: &record_id,
            subject: residence.subject(),
        };
        let now = self.means.clock.now();
        let (data_key, sealer) = self.means.opener.create(&address, now)?;
        Ok(NewRecord {
            opener: &*self.means.opener,
            declaration,
            residence,
            data_key,
            sealer,
            now,
        })
    }

    fn seal_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
    ) -> Result<object::Sealing, AccessError> {
        self.start_object(record, field, object)
    }

    fn open_object<T: TenantRecord>(
        &self,
        record: &T,
        field: &str,
        object: &str,
        header: &ObjectHeader,
        grant: &impl GrantFor<Self>,
    ) -> Result<object::Opening, AccessError> {
        self.open_granted_object(record, field, object, header, grant)
    }

    fn index<T: TenantRecord, G: Indexed>(
        &self,
        record: &T,
        index: usize,
        value: &G::Value,
    ) -> Result<G::Index, AccessError> {
        let index = &T::DECLARATION.fields[index];
        G::index_given(value, &mut |value| {
            self.index_of(T::DECLARATION, record.tenant(), index, value)
        })
    }

    fn reindex<T: TenantRecord, G: Indexed>(
        &self,
        record: &T,
        [field, index]: [usize; 2],
        value: &G,
    ) -> Result<G::Index, AccessError> {
        let (field, index) = (&T::DECLARATION.fields[field], &T::DECLARATION.fields[index]);
        let opened = self.open_for_purpose(record, field, value, self.means.clock.now())?;
        G::index_opened(&opened, &mut |value| {
            self.index_of(T::DECLARATION, record.tenant(), index, value)
        })
    }

    fn look_up<T: TenantRecord, G: Indexed>(
        &self,
        tenant: &TenantId,
        field_and_index: [usize; 2],
        value: G::Sought,
        wrapper: fn(&T) -> &G,
    ) -> Result<Lookup<T, G>, AccessError> {
        let value = Plain::new(value);
        self.look_up_value(tenant, field_and_index, value.inner(), wrapper)
    }

    fn matching<T: TenantRecord, G: Indexed>(
        &self,
        lookup: &Lookup<T, G>,
        records: Vec<T>,
    ) -> Result<Vec<T>, AccessError> {
        self.matching_records(lookup, records)
    }
}

impl<R: Region, U: Purpose> Session<InCountry<R>, U> {
    /// Opens a field if the policy lets this session's purpose and region have it; neither grant nor audit.
    pub(crate) fn open_for_purpose<T: TenantRecord, G: Guarded>(
        &self,
        record: &T,
        field: &'static FieldDeclaration,
        value: &G,
        now: Timestamp,
    ) -> Result<G::Opened, AccessError> {
        let declaration = T::DECLARATION;
        if !field.purposes.contains(&U::NAME) {
            return Err(Refusal::Purpose {
                declaration: declaration.rust,
                field: field.field,
                purpose: U::NAME,
            }
            .into());
        }
        self.check_region(declaration, field, record.data_key())?;
        let id = record.record_id();
        let address = RecordAddress {
            declaration,
            tenant: record.tenant(),
            record_id: &id,
            subject: record.subject(),
        };
        value.open(
            &*self.means.opener,
            record.data_key(),
            &FieldAddress {
                record: address,
                field,
            },
            now,
        )
    }

    fn check_region(
        &self,
        declaration: &'static Declaration,
        field: &'static FieldDeclaration,
        key: &DataKey,
    ) -> Result<(), AccessError> {
        let region = self.means.opener.region();
        if !key.is_of_region(region) {
            return Err(Misuse::AnotherRegion.into());
        }
        match field.residency {
            Residency::Pinned(pinned) if pinned != region => Err(Refusal::Residency {
                declaration: declaration.rust,
                field: field.field,
                pinned,
                region: region.to_owned(),
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Writes an audit record of this session.
    pub(crate) fn record(
        &self,
        now: Timestamp,
        act: Act,
        tenant: &TenantId,
        fill: impl FnOnce(&mut AuditRecord),
    ) -> Result<(), AccessError> {
        let mut record = AuditRecord::new(now, act, self.principal.clone());
        record.purpose = Some(U::NAME);
        record.tenant = Some(tenant.clone());
        fill(&mut record);
        self.means.audit.record(record).map_err(AccessError::from)
    }

    /// The session's region, as the vault holds its keys.
    #[must_use]
    pub fn region(&self) -> &str {
        self.means.opener.region()
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn opener(&self) -> &dyn Opener {
        &*self.means.opener
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.means.clock
    }

    pub(crate) fn audit(&self) -> &dyn Audit {
        &*self.means.audit
    }
}

/// A field of a record that there is already.
struct KnownField<'a> {
    opener: &'a dyn Opener,
    key: &'a DataKey,
    address: FieldAddress<'a>,
    now: Timestamp,
}

impl Closing for KnownField<'_> {
    fn admit(&mut self) -> Result<(), AccessError> {
        self.opener.admit(self.key, &self.address, self.now)
    }

    fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), AccessError> {
        self.opener
            .seal(self.key, &self.address, plaintext, out, self.now)
    }
}

/// Gives the pseudonyms of subjects: implemented by the vault, whose keys they are made with.
pub trait Pseudonyms: Send + Sync {
    /// The subject's pseudonym under its tenant's key in this region.
    ///
    /// # Errors
    /// If the tenant's authority was not opened, or its lease has ended.
    fn pseudonym(&self, tenant: &TenantId, subject: &crate::SubjectId) -> Result<Pseudonym, AccessError>;
}
