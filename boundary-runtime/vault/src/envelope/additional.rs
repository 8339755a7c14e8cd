//! What a ciphertext is bound to: the additional data of AES-GCM.
//!
//! Two different addresses never give the same bytes, because every text carries its length (4 bytes, big-endian).

use boundary_runtime::Misuse;
use boundary_runtime::seam::ObjectHeader;
use boundary_schema::{FieldDeclaration, Residency};

use super::{CHUNKED, SUITE, VERSION};

/// Where the suite stands: behind the version.
const SUITE_AT: usize = 1;

const FIELD_LABEL: &str = "boundary/field";
const DATA_KEY_LABEL: &str = "boundary/data-key";
const OBJECT_LABEL: &str = "boundary/object";

/// The names that a record goes by.
#[derive(Clone, Copy)]
pub(crate) struct RecordNames<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) region: &'a str,
    pub(crate) table: &'a str,
    pub(crate) record_id: &'a str,
    /// The person whom the record is about: bound into the data key, and so into every field.
    pub(crate) subject: &'a str,
}

/// Additional data in the making. For fields it keeps what all fields of a record have in common.
pub(crate) struct AdditionalData {
    bytes: Vec<u8>,
    common: usize,
}

impl AdditionalData {
    /// The beginning that all fields of a record share: version, suite, label, tenant, region, table. It takes the place of
    /// what the record's data key was bound to.
    pub(crate) fn into_fields(mut self, record: &RecordNames<'_>) -> Result<Self, Misuse> {
        self.bytes.clear();
        self.label(FIELD_LABEL)?;
        self.texts(&[record.tenant, record.region, record.table])?;
        self.common = self.bytes.len();
        Ok(self)
    }

    /// The additional data of one field: the common beginning, column, record id, category, residency.
    ///
    /// Sealing and opening write the suite that they use into it, so the suite of a field is always the bound one.
    #[inline]
    pub(crate) fn field(&mut self, record_id: &str, field: &FieldDeclaration) -> Result<&mut [u8], Misuse> {
        self.bytes.truncate(self.common);
        self.place(record_id, field)?;
        Ok(&mut self.bytes)
    }

    /// The additional data of every chunk of an object: as a field's under another label, then the object's name and
    /// what of its header never changes.
    pub(crate) fn of_object(
        record: &RecordNames<'_>,
        field: &FieldDeclaration,
        object: &str,
        header: &ObjectHeader,
    ) -> Result<Self, Misuse> {
        let mut data = Self::labelled(OBJECT_LABEL, 256)?;
        set_suite(&mut data.bytes, CHUNKED);
        data.texts(&[record.tenant, record.region, record.table])?;
        data.place(record.record_id, field)?;
        data.texts(&[object])?;
        data.bytes.extend_from_slice(&header.chunk_len.to_be_bytes());
        data.bytes.extend_from_slice(&header.nonce_prefix);
        data.bytes.extend_from_slice(&header.data_key.id());
        Ok(data)
    }

    #[inline]
    fn place(&mut self, record_id: &str, field: &FieldDeclaration) -> Result<(), Misuse> {
        let category = field.category.unwrap_or_default();
        match field.residency {
            Residency::Pinned(region) => {
                self.texts(&[field.column, record_id, category, &format!("pinned({region})")])
            }
            other => self.texts(&[field.column, record_id, category, other.keyword()]),
        }
    }

    /// The additional data of a wrapped data key.
    pub(crate) fn of_data_key(
        record: &RecordNames<'_>,
        id: &[u8; 16],
        generation: u32,
    ) -> Result<Self, Misuse> {
        let mut data = Self::labelled(DATA_KEY_LABEL, 192)?;
        data.texts(&[
            record.tenant,
            record.region,
            record.table,
            record.record_id,
            record.subject,
        ])?;
        data.bytes.extend_from_slice(id);
        data.bytes.extend_from_slice(&generation.to_be_bytes());
        Ok(data)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Version, suite and label, then whatever is bound besides.
    pub(crate) fn labelled(label: &str, capacity: usize) -> Result<Self, Misuse> {
        let mut data = Self {
            bytes: Vec::with_capacity(capacity),
            common: 0,
        };
        data.label(label)?;
        Ok(data)
    }

    fn label(&mut self, label: &str) -> Result<(), Misuse> {
        self.bytes.extend_from_slice(&[VERSION, SUITE]);
        self.texts(&[label])
    }

    #[inline]
    pub(crate) fn texts(&mut self, texts: &[&str]) -> Result<(), Misuse> {
        for text in texts {
            let length = u32::try_from(text.len()).map_err(|_| Misuse::TooLong)?;
            self.bytes.extend_from_slice(&length.to_be_bytes());
            self.bytes.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}

/// Writes the suite into additional data.
pub(super) fn set_suite(bound: &mut [u8], suite: u8) {
    // Mostly it is there already, and what is not written need not reach memory before the tag reads it.
    if let Some(place) = bound.get_mut(SUITE_AT)
        && *place != suite
    {
        *place = suite;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_residency_is_bound_as_it_is_displayed() {
        let names = RecordNames {
            tenant: "t",
            region: "in",
            table: "c",
            record_id: "1",
            subject: "s",
        };
        for residency in [Residency::Regional, Residency::InCountry, Residency::Pinned("in")] {
            let field = FieldDeclaration {
                residency,
                ..super::super::tampering::EMAIL
            };
            let data = AdditionalData::of_data_key(&names, &[0; 16], 1).unwrap();
            let mut data = data.into_fields(&names).unwrap();
            let bytes = data.field("1", &field).unwrap();
            assert!(bytes.ends_with(residency.to_string().as_bytes()), "{residency}");
        }
    }
}
