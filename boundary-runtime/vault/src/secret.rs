//! Keys on the stack, wiped in bulk.

use std::ops::{Deref, DerefMut};

use zeroize::Zeroize;

/// So many keys of 32 bytes, wiped when dropped.
///
/// `Zeroizing` of an array writes byte after byte, which on the way of every record costs more than drawing the key does;
/// a slice of bytes is wiped in bulk.
pub(crate) struct Secret<const KEYS: usize>([[u8; 32]; KEYS]);

impl<const KEYS: usize> Secret<KEYS> {
    pub(crate) fn zero() -> Self {
        Self([[0; 32]; KEYS])
    }

    /// All of it as one slice, to be filled.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.0.as_flattened_mut()
    }
}

impl<const KEYS: usize> Deref for Secret<KEYS> {
    type Target = [[u8; 32]; KEYS];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<const KEYS: usize> DerefMut for Secret<KEYS> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<const KEYS: usize> Drop for Secret<KEYS> {
    fn drop(&mut self) {
        self.0.as_flattened_mut().zeroize();
    }
}
