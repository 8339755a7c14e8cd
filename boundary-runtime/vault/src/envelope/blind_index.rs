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
        Derivation::new(root.backend(), &*self.key(root)?).expand(&[value], &mut *hash);
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use boundary_runtime::BlindIndex;
    use boundary_schema::Normalisation;
    use data_encoding::HEXLOWER;

    use super::super::{Backend, golden};
    use super::*;

    const SPECIFICATION: &str = include_str!("../../../../docs/blind-index.md");

    const EMAIL: IndexColumn<'_> = IndexColumn {
        tenant: "acme",
        region: "in",
        table: "customers",
        column: "email_index",
        declared: BlindIndexDeclaration {
            of: "email",
            cardinality: 1_000_000,
            normalise: &[Normalisation::Trim, Normalisation::Lowercase],
        },
    };

    fn is_specified(name: &str, bytes: &[u8]) -> bool {
        SPECIFICATION.contains(&format!("\n{name}: {}\n", HEXLOWER.encode(bytes)))
    }

    #[test]
    fn an_index_has_the_bytes_that_the_specification_gives() {
        for &backend in Backend::ALL {
            let root = golden::root(backend);
            let key = EMAIL.key(&root).unwrap();
            assert!(is_specified("index key", &*key), "{}", HEXLOWER.encode(&*key));
            let hash = EMAIL.hash(&root, golden::PLAINTEXT).unwrap();
            let index = BlindIndex::new(golden::GENERATION, &hash);
            let shown = HEXLOWER.encode(index.as_bytes());
            assert!(is_specified("blind index", index.as_bytes()), "{shown}");
        }
    }

    #[test]
    fn attack_62_whatever_names_the_column_and_its_declaration_changes_the_key() {
        let key = |column: IndexColumn<'_>| column.key(&golden::root(Backend::default())).unwrap();
        let declared = |cardinality, normalise| BlindIndexDeclaration {
            cardinality,
            normalise,
            ..EMAIL.declared
        };
        let others = [
            IndexColumn {
                tenant: "acmf",
                ..EMAIL
            },
            IndexColumn {
                region: "eu",
                ..EMAIL
            },
            IndexColumn {
                table: "customer",
                ..EMAIL
            },
            IndexColumn {
                column: "phone_index",
                ..EMAIL
            },
            IndexColumn {
                tenant: "acm",
                region: "ein",
                ..EMAIL
            },
            IndexColumn {
                declared: declared(2_000_000, EMAIL.declared.normalise),
                ..EMAIL
            },
            IndexColumn {
                declared: declared(1_000_000, &[Normalisation::Trim]),
                ..EMAIL
            },
        ];
        for other in others {
            assert_ne!(*key(other), *key(EMAIL));
        }
        let another = WrappingRoot::new(Backend::default(), &golden::counting(0x01));
        assert_ne!(
            *EMAIL.key(&another).unwrap(),
            *key(EMAIL),
            "another authority or generation"
        );
    }

    #[test]
    fn only_the_first_bits_are_kept() {
        let shortened = |cardinality| {
            let declared = BlindIndexDeclaration {
                cardinality,
                ..EMAIL.declared
            };
            IndexColumn { declared, ..EMAIL }.shortened(&[0xFF; 32])
        };
        assert_eq!(shortened(1 << 16), [0xFF, 0b1110_0000]);
        assert_eq!(shortened(1 << 21), [0xFF, 0xFF]);
        assert_eq!(shortened(1 << 22), [0xFF, 0xFF, 0b1000_0000]);
        assert_eq!(shortened(1 << 28), [0xFF, 0xFF, 0b1111_1110]);
    }
}
