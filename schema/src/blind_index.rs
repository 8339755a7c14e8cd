//! How a blind index is declared: of which field, how short, over which form of the value.
//!
//! `docs/blind-index.md` says what an index leaks, and why it is cut this short.

keywords! {
    /// What is done to a value before it is indexed, so that two spellings of one value are found alike.
    pub enum Normalisation as "normalisation" {
        /// Nothing: only the very same value is found.
        Exact = "exact",
        /// Blanks at both ends are left out.
        Trim = "trim",
        /// Letters become lower case, each by itself.
        Lowercase = "lowercase",
        /// Only the digits 0 to 9 are kept: `+91 22 1` is found as `91221`.
        Digits = "digits",
        /// Only letters and digits are kept: `AB-12 3` is found as `AB123`.
        Alphanumeric = "alphanumeric",
    }
}

/// What a blind index is declared to be: `#[boundary(index_of = email, cardinality = 1_000_000, normalise(trim, lowercase))]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlindIndexDeclaration {
    /// The Rust name of the field whose values are indexed, in the same struct.
    pub of: &'static str,
    /// How many distinct values a tenant's column is expected to hold.
    pub cardinality: u64,
    /// What is done to a value first, in this order.
    pub normalise: &'static [Normalisation],
}

impl BlindIndexDeclaration {
    /// The least cardinality that may be declared. Whoever can list all values of a field, and has seen how often each
    /// occurs, reads an index by its frequencies; fewer values than these are soon listed.
    pub const MIN_CARDINALITY: u64 = 1 << 16;

    /// Each value of an index stands for 2^5 = 32 to 63 of the declared values.
    const SHARED_BITS: u32 = 5;

    /// How many bits of the keyed hash are kept: ⌊log₂ cardinality⌋ − 5.
    ///
    /// ```
    /// use boundary_schema::{BlindIndexDeclaration, Normalisation};
    ///
    /// let index = |cardinality| BlindIndexDeclaration { of: "email", cardinality, normalise: &[Normalisation::Exact] };
    /// assert_eq!(index(BlindIndexDeclaration::MIN_CARDINALITY).bits(), 11);
    /// assert_eq!(index(1_000_000).bits(), 14); // 1,000,000 / 2^14: 61 values share one
    /// ```
    #[must_use]
    pub const fn bits(&self) -> u32 {
        match self.cardinality.checked_ilog2() {
            Some(bits) => bits.saturating_sub(Self::SHARED_BITS),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_value_stands_for_32_to_63_of_the_declared_values() {
        for cardinality in [1 << 16, 100_000, (1 << 17) - 1, 1 << 20, 3_000_000_000, u64::MAX] {
            let index = BlindIndexDeclaration {
                of: "email",
                cardinality,
                normalise: &[Normalisation::Exact],
            };
            let shared = cardinality >> index.bits();
            assert!((32..64).contains(&shared), "{cardinality}: {shared}");
        }
    }
}
