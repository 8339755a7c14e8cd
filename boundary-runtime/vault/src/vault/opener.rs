//! A session's hold on keys. Synchronous and without I/O; each use checks the lease again.

use std::sync::{Arc, Mutex, TryLockError};

use boundary_runtime::seam::{
    ChunkOpener, ChunkSealer, FieldAddress, IndexAddress, ObjectAddress, ObjectHeader, Opener, RecordAddress,
    RecordSealer,
};
use boundary_runtime::{AccessError, BlindIndex, DataKey, KeyError, Misuse, SubjectId, TenantId, Timestamp};
use boundary_schema::Declaration;
use zeroize::Zeroizing;

use super::record::Fields;
use super::registry::{Registry, check_column, check_field};
use crate::envelope::{self, AdditionalData, IndexColumn, RecordKeys, RecordNames, WrappingRoot};
use crate::keys::{AuthorityClass, OpenedKeys};
use crate::lease::Lease;
use crate::random;
use crate::secret::Secret;

/// What a session opens with: the leases of its tenants, and the last record's keys.
pub(super) struct VaultOpener {
    pub(super) region: Arc<str>,
    /// The class of authority that the leases are on.
    pub(super) class: AuthorityClass,
    pub(super) leases: Vec<(TenantId, Arc<Lease>)>,
    pub(super) registry: Arc<Registry>,
    pub(super) last: Mutex<Option<OpenRecord>>,
}

/// A record whose data key is unwrapped. The key is wiped when another record takes its place.
pub(super) struct OpenRecord {
    declaration: &'static Declaration,
    tenant: TenantId,
    record_id: String,
    subject: SubjectId,
    data_key: DataKey,
    lease: usize,
    fields: Fields,
}

impl OpenRecord {
    /// Whether this is the record at `address`, with this very data key.
    fn is(&self, address: &RecordAddress<'_>, key: &DataKey) -> bool {
        std::ptr::eq(self.declaration, address.declaration)
            && self.record_id == address.record_id
            && is_same(
                self.subject.as_str().as_bytes(),
                address.subject.as_str().as_bytes(),
            )
            && is_same(
                self.tenant.as_str().as_bytes(),
                address.tenant.as_str().as_bytes(),
            )
            && is_same(self.data_key.as_bytes(), key.as_bytes())
    }
}

/// A data key that was just made.
pub(super) struct Fresh<K> {
    pub(super) lease: usize,
    pub(super) data_key: DataKey,
    /// What it is split into.
    pub(super) keys: K,
    /// What its wrap is bound to.
    pub(super) bound: AdditionalData,
}

impl VaultOpener {
    /// Does something with a record's unwrapped key, after checking everything that may have changed.
    fn with_record<T>(
        &self,
        key: &DataKey,
        field: &FieldAddress<'_>,
        now: Timestamp,
        act: impl FnOnce(&mut OpenRecord) -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        check_field(field, &self.region)?;
        // Two threads at one session's fields do not wait for each other: the second one unwraps for itself.
        let mut last = match self.last.try_lock() {
            Ok(last) => last,
            Err(TryLockError::Poisoned(last)) => last.into_inner(),
            Err(TryLockError::WouldBlock) => return act(&mut self.unwrap(key, &field.record, now)?),
        };
        if let Some(record) = &mut *last
            && record.is(&field.record, key)
        {
            self.leases[record.lease].1.keys(now)?;
            return act(record);
        }
        *last = None;
        act(last.insert(self.unwrap(key, &field.record, now)?))
    }

    fn unwrap(
        &self,
        key: &DataKey,
        address: &RecordAddress<'_>,
        now: Timestamp,
    ) -> Result<OpenRecord, AccessError> {
        let (index, root, bound) = self.wrapped_under(key, address, now)?;
        let keys = RecordKeys::unwrap(key.wrapped(), root, bound.as_bytes())?;
        Ok(OpenRecord {
            declaration: address.declaration,
            tenant: address.tenant.clone(),
            record_id: address.record_id.to_owned(),
            subject: address.subject.clone(),
            data_key: key.clone(),
            lease: index,
            fields: Fields::new(keys, bound.into_fields(&names(address, &self.region))?),
        })
    }

    /// The lease and its key that a data key of this record was wrapped under, and what the wrap is bound to.
    pub(super) fn wrapped_under(
        &self,
        key: &DataKey,
        address: &RecordAddress<'_>,
        now: Timestamp,
    ) -> Result<(usize, &WrappingRoot, AdditionalData), AccessError> {
        self.registry.check(address.declaration, self.class)?;
        let (index, lease) = self.lease(address.tenant)?;
        let keys = lease.keys(now)?;
        if key.tenant() != address.tenant.as_str() || !key.is_of_region(&self.region) {
            return Err(AccessError::Undecryptable);
        }
        let generation = envelope::generation_of(key.wrapped())?;
        let root = match keys.generation(generation) {
            Some(root) => root,
            // Wrapped after a rotation that this lease does not know of yet; a renewed one will.
            None if keys.newest().is_some_and(|(newest, _)| generation > newest) => {
                return Err(lease.expired().into());
            }
            None => return Err(AccessError::Undecryptable),
        };
        let bound = AdditionalData::of_data_key(&names(address, &self.region), &key.id(), generation)?;
        Ok((index, root, bound))
    }

    /// A fresh data key for what lies at this address, wrapped by `wrap` under the newest key of the tenant's lease.
    pub(super) fn fresh<K, const N: usize>(
        &self,
        address: &RecordAddress<'_>,
        now: Timestamp,
        wrap: impl FnOnce(&[u8; 32], &[u8; 32], &WrappingRoot, u32, &[u8]) -> (K, [u8; N]),
    ) -> Result<Fresh<K>, AccessError> {
        self.registry.check(address.declaration, self.class)?;
        let (index, lease) = self.lease(address.tenant)?;
        let (generation, root) = lease.keys(now)?.newest().ok_or(KeyError::Disabled)?;
        let (id, salt) = (random::bytes()?, random::bytes()?);
        let bound = AdditionalData::of_data_key(&names(address, &self.region), &id, generation)?;
        let mut secret = Secret::<1>::zero();
        random::fill(&mut secret[0])?;
        let (keys, wrapped) = wrap(&secret[0], &salt, root, generation, bound.as_bytes());
        let data_key =
            DataKey::from_parts(id, address.tenant, &self.region, &wrapped).map_err(|_| Misuse::TooLong)?;
        Ok(Fresh {
            lease: index,
            data_key,
            keys,
            bound,
        })
    }

    /// The keys of the tenant and the column of an index, after checking everything that may have changed.
    fn index_column<'a>(
        &'a self,
        address: &'a IndexAddress<'_>,
        now: Timestamp,
    ) -> Result<(&'a OpenedKeys, IndexColumn<'a>), AccessError> {
        self.registry.check(address.declaration, self.class)?;
        check_column(address.declaration, address.field, &self.region)?;
        let keys = self.lease(address.tenant)?.1.keys(now)?;
        let column = IndexColumn {
            tenant: address.tenant.as_str(),
            region: &self.region,
            table: address.declaration.name,
            column: address.field.column,
            declared: address.field.index.ok_or(Misuse::NoIndex(address.field.field))?,
        };
        Ok((keys, column))
    }

    fn lease(&self, tenant: &TenantId) -> Result<(usize, &Lease), AccessError> {
        let found = self
            .leases
            .iter()
            .enumerate()
            .find(|(_, (known, _))| known == tenant);
        found
            .map(|(index, (_, lease))| (index, &**lease))
            .ok_or(Misuse::TenantNotInSession.into())
    }
}

impl Opener for VaultOpener {
    fn region(&self) -> &str {
        &self.region
    }

    fn create<'a>(
        &'a self,
        address: &RecordAddress<'_>,
        now: Timestamp,
    ) -> Result<(DataKey, Box<dyn RecordSealer + 'a>), AccessError> {
        let (data_key, record) = self.start_record(address, now)?;
        Ok((data_key, Box::new(record)))
    }

    fn admit(&self, key: &DataKey, field: &FieldAddress<'_>, now: Timestamp) -> Result<(), AccessError> {
        self.with_record(key, field, now, |_| Ok(()))
    }

    fn seal(
        &self,
        key: &DataKey,
        field: &FieldAddress<'_>,
        plaintext: &[u8],
        out: &mut Vec<u8>,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        self.with_record(key, field, now, |record| {
            let bucket = self.registry.bucket(field.field);
            let fields = &mut record.fields;
            fields.seal(field.record.record_id, field.field, bucket, plaintext, out)
        })
    }

    fn open(
        &self,
        key: &DataKey,
        field: &FieldAddress<'_>,
        sealed: &[u8],
        out: &mut Zeroizing<Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        self.with_record(key, field, now, |record| {
            record
                .fields
                .open(field.record.record_id, field.field, sealed, out)
        })
    }

    fn seal_object(
        &self,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<(ObjectHeader, Box<dyn ChunkSealer>), AccessError> {
        let (header, chunks) = self.start_object(object, now)?;
        Ok((header, Box::new(chunks)))
    }

    fn open_object(
        &self,
        header: &ObjectHeader,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<Box<dyn ChunkOpener>, AccessError> {
        Ok(Box::new(self.continue_object(header, object, now)?))
    }

    fn index(
        &self,
        address: &IndexAddress<'_>,
        value: &[u8],
        now: Timestamp,
    ) -> Result<BlindIndex, AccessError> {
        let (keys, column) = self.index_column(address, now)?;
        let (generation, root) = keys.newest().ok_or(KeyError::Disabled)?;
        let shortened = match value {
            [] => column.shortened(&*random::key()?),
            value => column.hash(root, value)?,
        };
        Ok(BlindIndex::new(generation, &shortened))
    }

    fn candidates(
        &self,
        address: &IndexAddress<'_>,
        value: &[u8],
        now: Timestamp,
    ) -> Result<Vec<BlindIndex>, AccessError> {
        let (keys, column) = self.index_column(address, now)?;
        if value.is_empty() {
            return Ok(Vec::new());
        }
        keys.generations()
            .map(|(generation, root)| Ok(BlindIndex::new(generation, &column.hash(root, value)?)))
            .collect()
    }
}

/// Equality of bytes of which ours are kept alive: mostly they are the very same, as a record's fields are opened in turn.
fn is_same(kept: &[u8], given: &[u8]) -> bool {
    std::ptr::eq(kept, given) || kept == given
}

pub(super) fn names<'a>(address: &RecordAddress<'a>, region: &'a str) -> RecordNames<'a> {
    RecordNames {
        tenant: address.tenant.as_str(),
        region,
        table: address.declaration.name,
        record_id: address.record_id,
        subject: address.subject.as_str(),
    }
}
