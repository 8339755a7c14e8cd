//! The seam between what every plane links and the vault, which only in-country binaries link.
//!
//! **Named by `boundary-vault`, by in-country code that needs a [`Signer`], and by tests.** Rust has no crate-private friendship across crates, so anybody can
//! implement [`Opener`] and mint a session from it. It gains them nothing: an opener receives ciphertext, and one that
//! was not made by the vault has no key to open it with (attack 40). The lint reports central and shared crates that name it.

use std::sync::Arc;

use boundary_schema::{Declaration, FieldDeclaration};
use zeroize::Zeroizing;

use crate::audit::Audit;
use crate::clock::{Clock, Timestamp};
use crate::data_key::DataKey;
use crate::error::AccessError;
use crate::guarded::BlindIndex;
use crate::plane::{InCountry, Purpose, Region};
use crate::session::{InCountryMeans, Session};

pub use crate::session::{OBJECT_CHUNK_LEN, OBJECT_SUITE, ObjectHeader};
use crate::{Principal, SubjectId, TenantId};

/// What identifies a record: bound into its data key and into each of its sealed fields.
#[derive(Clone, Copy)]
pub struct RecordAddress<'a> {
    /// The declaration of the record's table or event.
    pub declaration: &'static Declaration,
    /// The tenant that owns the record.
    pub tenant: &'a TenantId,
    /// The record's identifier in canonical text.
    pub record_id: &'a str,
    /// The person whom the record is about. A grant is of a subject, so the data key opens for this one only.
    pub subject: &'a SubjectId,
}

/// What identifies one sealed field of a record.
#[derive(Clone, Copy)]
pub struct FieldAddress<'a> {
    /// The record.
    pub record: RecordAddress<'a>,
    /// The field's declaration: one of `record.declaration.fields`.
    pub field: &'static FieldDeclaration,
}

/// Seals the fields of one record in the making, whose fresh data key it holds unwrapped.
pub trait RecordSealer: Send {
    /// Checks that a resident field may be written: that it is one of the record's, and the lease holds.
    ///
    /// # Errors
    /// If the field is none of the record's or pinned to another region, or the lease has ended.
    fn admit(&mut self, field: &'static FieldDeclaration, now: Timestamp) -> Result<(), AccessError>;

    /// Seals a field and appends the envelope to `out`.
    ///
    /// # Errors
    /// As [`RecordSealer::admit`], and if the plaintext is too long.
    fn seal(
        &mut self,
        field: &'static FieldDeclaration,
        plaintext: &[u8],
        out: &mut Vec<u8>,
        now: Timestamp,
    ) -> Result<(), AccessError>;
}

/// What identifies one object of a record.
#[derive(Clone, Copy)]
pub struct ObjectAddress<'a> {
    /// The field that the object belongs to, and whose classification it has.
    pub field: FieldAddress<'a>,
    /// The object's own name, which tells it from others of the same field.
    pub name: &'a str,
}

/// Seals the chunks of one object in their order.
pub trait ChunkSealer: Send {
    /// Seals the next chunk in place and appends its tag.
    ///
    /// # Errors
    /// If the lease has ended, or the object has; then the chunk is not to be used.
    fn seal(&mut self, chunk: &mut Vec<u8>, is_last: bool, now: Timestamp) -> Result<(), AccessError>;
}

/// Opens the chunks of one object in their order.
pub trait ChunkOpener: Send {
    /// Opens the next chunk in place and takes its tag away.
    ///
    /// # Errors
    /// If the lease has ended, or this is not the chunk that comes next; then none opens any more.
    fn open(&mut self, chunk: &mut Vec<u8>, is_last: bool, now: Timestamp) -> Result<(), AccessError>;
}

/// What identifies a blind index: whose values it is of. No record is part of it, or records could not be found by it.
#[derive(Clone, Copy)]
pub struct IndexAddress<'a> {
    /// The declaration of the table.
    pub declaration: &'static Declaration,
    /// The tenant whose records are indexed.
    pub tenant: &'a TenantId,
    /// The declaration of the index: one of `declaration.fields`, which says of what it is the index.
    pub field: &'static FieldDeclaration,
}

/// The session's hold on keys. Synchronous and without I/O: the leases were opened when the session was, and the
/// session says what time it is.
pub trait Opener: Send + Sync {
    /// The region whose keys this opener holds.
    fn region(&self) -> &str;

    /// Makes a fresh data key for a record, wrapped under the authority of the record's tenant, and what seals the
    /// record's fields with it.
    ///
    /// # Errors
    /// If the session has no lease on the tenant's authority, or the lease has ended.
    fn create<'a>(
        &'a self,
        record: &RecordAddress<'_>,
        now: Timestamp,
    ) -> Result<(DataKey, Box<dyn RecordSealer + 'a>), AccessError>;

    /// Checks that the record's data key unwraps, which is what admits to its resident fields.
    ///
    /// # Errors
    /// As [`Opener::open`].
    fn admit(&self, key: &DataKey, field: &FieldAddress<'_>, now: Timestamp) -> Result<(), AccessError>;

    /// Seals one field under the record's data key and appends the envelope to `out`.
    ///
    /// # Errors
    /// If the data key does not unwrap, or the plaintext is too long.
    fn seal(
        &self,
        key: &DataKey,
        field: &FieldAddress<'_>,
        plaintext: &[u8],
        out: &mut Vec<u8>,
        now: Timestamp,
    ) -> Result<(), AccessError>;

    /// Opens one field and appends the plaintext to `out`.
    ///
    /// # Errors
    /// If the field's table is not registered, the data key does not unwrap, or the envelope was made for another
    /// field, record, tenant, region or classification.
    fn open(
        &self,
        key: &DataKey,
        field: &FieldAddress<'_>,
        sealed: &[u8],
        out: &mut Zeroizing<Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), AccessError>;

    /// Starts an object under a fresh data key of its own.
    ///
    /// # Errors
    /// As [`Opener::create`].
    fn seal_object(
        &self,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<(ObjectHeader, Box<dyn ChunkSealer>), AccessError>;

    /// Unwraps an object's data key.
    ///
    /// # Errors
    /// As [`Opener::open`].
    fn open_object(
        &self,
        header: &ObjectHeader,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<Box<dyn ChunkOpener>, AccessError>;

    /// The blind index of a normalised value under the newest generation of the tenant's keys. For an empty value it
    /// is a random one, so that what many records lack is no index that many share.
    ///
    /// # Errors
    /// If the table is not registered, the field is no index, or the lease has ended.
    fn index(
        &self,
        address: &IndexAddress<'_>,
        value: &[u8],
        now: Timestamp,
    ) -> Result<BlindIndex, AccessError>;

    /// The blind indexes of a normalised value under every generation held, newest first. None for an empty value.
    ///
    /// # Errors
    /// As [`Opener::index`].
    fn candidates(
        &self,
        address: &IndexAddress<'_>,
        value: &[u8],
        now: Timestamp,
    ) -> Result<Vec<BlindIndex>, AccessError>;
}

/// Wraps the data keys of one tenant's records anew, after its authority got a new lease key. Pure computation.
///
/// What comes back is the same data key with the same identifier, so the sealed fields of its record open as before.
pub trait Rewrapper: Send + Sync {
    /// The tenant whose data keys it wraps.
    fn tenant(&self) -> &TenantId;

    /// Whether the records of this table or event are under the authority that it wraps for: a tenant may have a second
    /// one, for what the law keeps.
    fn is_of(&self, table: &str) -> bool;

    /// The generation under which it wraps.
    fn newest(&self) -> u32;

    /// The generation under which a data key is wrapped; `None` if its wrapped part is of no known form.
    fn generation(&self, key: &DataKey) -> Option<u32>;

    /// The data key of this record, wrapped under the newest generation; one that is so already is given back as it is.
    ///
    /// # Errors
    /// If the data key does not unwrap for this record, or the lease has ended.
    fn rewrap(&self, record: &RecordAddress<'_>, key: &DataKey) -> Result<DataKey, AccessError>;
}

/// Signs in a region's name: releases for the border, the heads of its logs, the identity cards of its stores.
pub trait Signer: Send + Sync {
    /// The region in whose name it signs.
    fn region(&self) -> &str;

    /// The Ed25519 signature (RFC 8032) of the message.
    fn sign(&self, message: &[u8]) -> [u8; 64];

    /// The public key that verifies it, which the other planes are given.
    fn verifying_key(&self) -> [u8; 32];
}

/// A session in region `R` for purpose `U` that opens with `opener`.
pub fn in_country_session<R: Region, U: Purpose>(
    principal: Principal,
    opener: Box<dyn Opener>,
    audit: Arc<dyn Audit>,
    clock: Arc<dyn Clock>,
) -> Session<InCountry<R>, U> {
    Session::new(principal, InCountryMeans { opener, audit, clock })
}
