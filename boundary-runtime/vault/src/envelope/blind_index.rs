//! The keyed and shortened hash of a blind index. `docs/blind-index.md` specifies it; the golden bytes of both are the same.
//!
//! Each column of each authority has a key of its own in each generation, derived from the lease key. So an index ends
//! with the authority, and no two tenants, regions or columns give a value the same one.

use boundary_runtime::Misuse;
use boundary_schema::BlindIndexDeclaration;
use zeroize::Zeroizing;

use super::AdditionalData;
use super::cipher::Derivation;
use super::wrapping::WrappingRoot;

const LABEL: &str = "boundary/blind-index";

/// The column that an index is of.
#[derive(Clone, Copy)]
pub(crate) struct IndexColumn<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) region: &'a str,
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) declared: BlindIndexDeclaration,
}

impl IndexColumn<'_> {
    /// The first bits of HMAC-SHA256 over the normalised value, under the key of this column in the root's generation.
    pub(crate) fn hash(&self, root: &WrappingRoot, value: &[u8]) -> Result<Vec<u8>, Misuse> {
        let mut hash = Zeroizing::new([0; 32]);
        // One block of HKDF-Expand is HMAC over the value and a byte 01.
        Derivation::new(&*self.key(root)?).expand(&[value], &mut *hash);
        Ok(self.shortened(&hash))
    }

    /// The first bits of 32 bytes. The bits of the last byte that are not kept are 0.
    pub(crate) fn shortened(&self, hash: &[u8; 32]) -> Vec<u8> {
        let bits = self.declared.bits() as usize;
        let kept = hash.iter().enumerate().take(bits.div_ceil(8));
        kept.map(|(place, byte)| match bits - place * 8 {
            last @ 1..8 => byte & (0xFF << (8 - last)),
            _ => *byte,
        })
        .collect()
    }

    /// The key of this column. What is done to values and how many bits are kept is part of it, so that an index that
    /// was declared otherwise tells nothing about this one.
    fn key(&self, root: &WrappingRoot) -> Result<Zeroizing<[u8; 32]>, Misuse> {
        let mut info = AdditionalData::labelled(LABEL, 160)?;
        info.texts(&[self.tenant, self.region, self.table, self.column])?;
        let steps: Vec<&str> = self.declared.normalise.iter().map(|step| step.as_str()).collect();
        info.texts(&[&steps.join(","), &self.declared.bits().to_string()])?;
        Ok(root.derive(info.as_bytes()))
    }
}
