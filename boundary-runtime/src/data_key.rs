//! The wrapped data key of a record, as it travels with the record.

use std::fmt;
use std::sync::Arc;

use crate::TenantId;
use crate::error::DecodeError;

/// The first byte of every version 1 data key.
pub const DATA_KEY_VERSION: u8 = 1;

/// Length of a data key's random identifier, in bytes.
pub const DATA_KEY_ID_LEN: usize = 16;

/// A record's data key in wrapped form, with the name of the authority that wrapped it.
///
/// It is no secret: without the authority's lease key it opens nothing. A store keeps it in the region's key table,
/// apart from the row, so that deleting it erases the row's sealed fields wherever copies of the row are (R2).
///
/// Layout of version 1: version (1 byte), identifier (16 bytes), tenant and region (each a length of 2 bytes,
/// big-endian, and as many bytes of UTF-8), then the wrapped part, which only the vault reads.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey {
    /// Shared, because a session keeps the key of the record that it opened last.
    bytes: Arc<[u8]>,
    /// Where the tenant ends; it starts after version, identifier and a length.
    tenant_end: u16,
    /// Where the region ends and the wrapped part starts.
    region_end: u16,
}

const TENANT_START: usize = 1 + DATA_KEY_ID_LEN + 2;

impl DataKey {
    /// Joins the parts of a data key. Only a vault can make a wrapped part that opens anything.
    ///
    /// # Errors
    /// If the tenant's or the region's name is longer than 1,024 bytes.
    pub fn from_parts(
        id: [u8; DATA_KEY_ID_LEN],
        tenant: &TenantId,
        region: &str,
        wrapped: &[u8],
    ) -> Result<Self, DecodeError> {
        let mut bytes =
            Vec::with_capacity(TENANT_START + tenant.as_str().len() + 2 + region.len() + wrapped.len());
        bytes.push(DATA_KEY_VERSION);
        bytes.extend_from_slice(&id);
        let tenant_end = push_name(&mut bytes, tenant.as_str())?;
        let region_end = push_name(&mut bytes, region)?;
        if wrapped.is_empty() {
            return Err(DecodeError::new("a data key with its wrapped part"));
        }
        bytes.extend_from_slice(wrapped);
        Ok(Self {
            bytes: bytes.into(),
            tenant_end,
            region_end,
        })
    }

    /// Reads a data key as [`DataKey::as_bytes`] gave it.
    ///
    /// # Errors
    /// If the bytes are no data key of a known version, or are cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.first() != Some(&DATA_KEY_VERSION) {
            return Err(DecodeError::new("a data key of version 1"));
        }
        let tenant_end = name_end(bytes, TENANT_START)?;
        let region_end = name_end(bytes, usize::from(tenant_end) + 2)?;
        if usize::from(region_end) == bytes.len() {
            return Err(DecodeError::new("a data key with its wrapped part"));
        }
        Ok(Self {
            bytes: bytes.into(),
            tenant_end,
            region_end,
        })
    }

    /// The data key as bytes, for a key table.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The random identifier of the key: what the audit log names a record by.
    #[must_use]
    pub fn id(&self) -> [u8; DATA_KEY_ID_LEN] {
        let mut id = [0; DATA_KEY_ID_LEN];
        id.copy_from_slice(&self.bytes[1..=DATA_KEY_ID_LEN]);
        id
    }

    /// The tenant whose authority wrapped the key.
    #[must_use]
    pub fn tenant(&self) -> &str {
        text(&self.bytes[TENANT_START..usize::from(self.tenant_end)])
    }

    /// The region whose authority wrapped the key.
    #[must_use]
    pub fn region(&self) -> &str {
        text(self.region_bytes())
    }

    fn region_bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.tenant_end) + 2..usize::from(self.region_end)]
    }

    /// Whether the key was wrapped by an authority of this region.
    #[must_use]
    pub fn is_of_region(&self, region: &str) -> bool {
        self.region_bytes() == region.as_bytes()
    }

    /// The wrapped part, which only the vault reads.
    #[must_use]
    pub fn wrapped(&self) -> &[u8] {
        &self.bytes[usize::from(self.region_end)..]
    }
}

/// Appends a name with its length of two bytes, and gives its end.
fn push_name(bytes: &mut Vec<u8>, name: &str) -> Result<u16, DecodeError> {
    let too_long = || DecodeError::new("a name of at most 1,024 bytes");
    let length = u16::try_from(name.len()).ok().filter(|length| *length <= 1024);
    bytes.extend_from_slice(&length.ok_or_else(too_long)?.to_be_bytes());
    bytes.extend_from_slice(name.as_bytes());
    u16::try_from(bytes.len()).map_err(|_| too_long())
}

/// The end of the name that starts at `start`, after its length of two bytes; checked to be UTF-8.
fn name_end(bytes: &[u8], start: usize) -> Result<u16, DecodeError> {
    let cut = || DecodeError::new("a data key that is not cut off");
    let length = bytes.get(start - 2..start).ok_or_else(cut)?;
    let length = u16::from_be_bytes([length[0], length[1]]);
    if length > 1024 {
        return Err(DecodeError::new("a name of at most 1,024 bytes"));
    }
    let end = start + usize::from(length);
    let name = bytes.get(start..end).ok_or_else(cut)?;
    std::str::from_utf8(name).map_err(|_| DecodeError::new("names in UTF-8"))?;
    u16::try_from(end).map_err(|_| cut())
}

/// The text of a name that `from_bytes` has checked.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = data_encoding::HEXLOWER.encode(&self.id());
        write!(
            f,
            "DataKey({id}, tenant {}, region {})",
            self.tenant(),
            self.region()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_key_reads_back_and_is_refused_when_cut_at_any_length() {
        let key = DataKey::from_parts([7; 16], &TenantId::new("acme"), "in", &[9; 40]).unwrap();
        assert_eq!(
            (key.tenant(), key.region(), key.wrapped()),
            ("acme", "in", &[9; 40][..])
        );
        assert_eq!(key.id(), [7; 16]);
        assert_eq!(DataKey::from_bytes(key.as_bytes()).unwrap(), key);
        let names = key.as_bytes().len() - 40;
        for length in 0..=names {
            assert!(
                DataKey::from_bytes(&key.as_bytes()[..length]).is_err(),
                "cut at {length}"
            );
        }
    }
}
