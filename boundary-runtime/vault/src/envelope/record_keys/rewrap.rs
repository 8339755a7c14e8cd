//! A data key out of one wrap and into another: what is inside stays, so whatever it sealed opens as before.

use super::{RecordKeys, WRAPPED_LEN};
use crate::envelope::Undecryptable;
use crate::envelope::wrapping::{SALT_LEN, WrappingRoot};

/// A lease key, its generation, and the additional data of a wrap under it.
#[derive(Clone, Copy)]
pub(crate) struct Wrap<'a> {
    pub(crate) root: &'a WrappingRoot,
    pub(crate) generation: u32,
    pub(crate) bound: &'a [u8],
}

impl RecordKeys {
    /// Takes a data key out of its wrap, checks its commitment, and wraps it under another lease key with a fresh salt.
    pub(crate) fn rewrap(
        wrapped: &[u8],
        older: Wrap<'_>,
        newer: Wrap<'_>,
        salt: &[u8; SALT_LEN],
    ) -> Result<[u8; WRAPPED_LEN], Undecryptable> {
        let (_, data_key) = Self::unwrap_with_key(wrapped, older.root, older.bound)?;
        let (_, rewrapped) = Self::wrap(&data_key[0], salt, newer.root, newer.generation, newer.bound);
        Ok(rewrapped)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{COMMITMENT_AT, SALT_AT};
    use super::*;
    use crate::envelope::Backend;

    fn wrapped() -> Vec<u8> {
        RecordKeys::wrap(
            &[7; 32],
            &[1; 32],
            &WrappingRoot::new(Backend::default(), &[2; 32]),
            1,
            b"older",
        )
        .1
        .to_vec()
    }

    fn rewrap(wrapped: &[u8], root: &WrappingRoot, bound: &[u8]) -> Result<Vec<u8>, Undecryptable> {
        let older = Wrap {
            root,
            generation: 1,
            bound,
        };
        let newer = Wrap {
            root: &WrappingRoot::new(Backend::default(), &[3; 32]),
            generation: 2,
            bound: b"newer",
        };
        RecordKeys::rewrap(wrapped, older, newer, &[4; 32]).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn the_same_data_key_comes_out_of_the_newer_wrap() {
        let older = WrappingRoot::new(Backend::default(), &[2; 32]);
        let rewrapped = rewrap(&wrapped(), &older, b"older").unwrap();
        assert_eq!(crate::envelope::generation_of(&rewrapped), Ok(2));
        // The commitment is that of the data key, so the same one shows the same data key.
        assert_eq!(rewrapped[COMMITMENT_AT..], wrapped()[COMMITMENT_AT..]);
        assert!(
            RecordKeys::unwrap(
                &rewrapped,
                &WrappingRoot::new(Backend::default(), &[3; 32]),
                b"newer"
            )
            .is_ok()
        );
        assert!(RecordKeys::unwrap(&rewrapped, &older, b"older").is_err());
    }

    #[test]
    fn what_does_not_unwrap_is_not_wrapped_anew() {
        let older = WrappingRoot::new(Backend::default(), &[2; 32]);
        assert!(rewrap(&wrapped(), &older, b"another record").is_err());
        assert!(
            rewrap(
                &wrapped(),
                &WrappingRoot::new(Backend::default(), &[9; 32]),
                b"older"
            )
            .is_err()
        );
        let whole = wrapped();
        for position in (0..1).chain(SALT_AT..whole.len()) {
            let mut altered = whole.clone();
            altered[position] ^= 1;
            assert!(rewrap(&altered, &older, b"older").is_err(), "byte {position}");
            assert!(rewrap(&whole[..position], &older, b"older").is_err());
        }
    }
}
