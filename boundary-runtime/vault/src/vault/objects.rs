//! A session's hold on one object: its chunks, and the lease that each of them asks.

use std::sync::Arc;

use boundary_runtime::seam::{ChunkOpener, ChunkSealer, OBJECT_CHUNK_LEN, ObjectAddress, ObjectHeader};
use boundary_runtime::{AccessError, Timestamp};

use super::opener::{VaultOpener, names};
use super::registry::check_field;
use crate::envelope::{AdditionalData, Chunks, NONCE_PREFIX_LEN, ObjectKeys};
use crate::lease::Lease;
use crate::random;

/// The chunks of an object, for as long as the lease under which it was opened holds.
pub(super) struct HeldObject {
    chunks: Chunks,
    lease: Arc<Lease>,
}

impl VaultOpener {
    pub(super) fn start_object(
        &self,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<(ObjectHeader, HeldObject), AccessError> {
        check_field(&object.field, &self.region)?;
        let fresh = self.fresh(&object.field.record, now, ObjectKeys::wrap)?;
        let header = ObjectHeader {
            chunk_len: OBJECT_CHUNK_LEN,
            nonce_prefix: random::bytes::<NONCE_PREFIX_LEN>()?,
            data_key: fresh.data_key,
        };
        let held = self.held(fresh.lease, fresh.keys, object, &header)?;
        Ok((header, held))
    }

    pub(super) fn continue_object(
        &self,
        header: &ObjectHeader,
        object: &ObjectAddress<'_>,
        now: Timestamp,
    ) -> Result<HeldObject, AccessError> {
        check_field(&object.field, &self.region)?;
        let key = &header.data_key;
        let (lease, root, bound) = self.wrapped_under(key, &object.field.record, now)?;
        let keys = ObjectKeys::unwrap(key.wrapped(), root, bound.as_bytes())?;
        self.held(lease, keys, object, header)
    }

    fn held(
        &self,
        lease: usize,
        keys: ObjectKeys,
        object: &ObjectAddress<'_>,
        header: &ObjectHeader,
    ) -> Result<HeldObject, AccessError> {
        let names = names(&object.field.record, &self.region);
        let bound = AdditionalData::of_object(&names, object.field.field, object.name, header)?;
        Ok(HeldObject {
            chunks: Chunks::new(keys, header.nonce_prefix, bound.into_bytes()),
            lease: Arc::clone(&self.leases[lease].1),
        })
    }
}

impl ChunkSealer for HeldObject {
    fn seal(&mut self, chunk: &mut Vec<u8>, is_last: bool, now: Timestamp) -> Result<(), AccessError> {
        self.lease.keys(now)?;
        Ok(self.chunks.seal(chunk, is_last)?)
    }
}

impl ChunkOpener for HeldObject {
    fn open(&mut self, chunk: &mut Vec<u8>, is_last: bool, now: Timestamp) -> Result<(), AccessError> {
        self.lease.keys(now)?;
        Ok(self.chunks.open(chunk, is_last)?)
    }
}
