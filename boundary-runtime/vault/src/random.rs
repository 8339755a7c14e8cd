//! Random keys, salts and nonces from a generator in user space.
//!
//! Asking the operating system for each nonce costs more than the seal that uses it, so every thread keeps a ChaCha12
//! generator, seeded by the operating system and seeded anew after 64 KiB. Its buffer is wiped when the thread ends.
//! A process that forks without `exec` after its first use of the vault shares the generator's state with its child:
//! the vault is for processes that do not.

use std::cell::RefCell;

use boundary_runtime::KeyError;
use rand::rngs::{ChaCha12Rng, SysRng};
use rand::{Rng, SeedableRng};
use zeroize::Zeroizing;

const RESEED_AFTER: usize = 64 * 1024;
const BUFFER_LEN: usize = 512;

struct Generator {
    chacha: ChaCha12Rng,
    /// How much the generator may still give before it is seeded anew.
    left: usize,
    /// What was generated and not handed out yet is at its end, from `used` on.
    buffer: Zeroizing<[u8; BUFFER_LEN]>,
    used: usize,
}

impl Generator {
    fn seeded() -> Result<Self, KeyError> {
        let chacha = ChaCha12Rng::try_from_rng(&mut SysRng).map_err(|_| KeyError::NoRandomness)?;
        let buffer = Zeroizing::new([0; BUFFER_LEN]);
        Ok(Self {
            chacha,
            left: RESEED_AFTER,
            buffer,
            used: BUFFER_LEN,
        })
    }

    #[cold]
    fn refill(&mut self) -> Result<(), KeyError> {
        if self.left < BUFFER_LEN {
            *self = Self::seeded()?;
        }
        self.left -= BUFFER_LEN;
        self.chacha.fill_bytes(&mut *self.buffer);
        self.used = 0;
        Ok(())
    }

    /// Takes the next bytes and wipes them here, so that no key stays behind in the buffer.
    #[inline]
    fn take<const N: usize>(&mut self, bytes: &mut [u8; N]) -> Result<(), KeyError> {
        const { assert!(N <= BUFFER_LEN) };
        if BUFFER_LEN - self.used < N {
            self.refill()?;
        }
        let next = &mut self.buffer[self.used..self.used + N];
        bytes.copy_from_slice(next);
        next.fill(0);
        self.used += N;
        Ok(())
    }
}

thread_local! {
    static GENERATOR: RefCell<Option<Generator>> = const { RefCell::new(None) };
}

/// Fills `bytes` with fresh randomness.
#[inline]
pub(crate) fn fill<const N: usize>(bytes: &mut [u8; N]) -> Result<(), KeyError> {
    let filled = GENERATOR.try_with(|cell| {
        let mut slot = cell.try_borrow_mut().map_err(|_| KeyError::NoRandomness)?;
        match &mut *slot {
            Some(generator) => generator.take(bytes),
            none => none.insert(Generator::seeded()?).take(bytes),
        }
    });
    // A thread that is ending has no generator any more, and gets no weaker one.
    filled.unwrap_or(Err(KeyError::NoRandomness))
}

/// Fresh public bytes: a nonce, a salt, an identifier.
#[inline]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// The nonces of one key's seals: a random start, then one more for each.
///
/// This is the random construction of NIST SP 800-38D §8.2.2, in which the field of 96 bits is either drawn anew or that of the
/// seal before, incremented. Two holders of one key start at two random places and meet as rarely as two random nonces.
pub(crate) struct Nonces {
    high: u64,
    low: u32,
}

impl Nonces {
    pub(crate) fn starting_anywhere() -> Result<Self, KeyError> {
        Ok(Self {
            high: u64::from_be_bytes(bytes()?),
            low: u32::from_be_bytes(bytes()?),
        })
    }

    /// The next nonce; none comes twice before 2^96 others did.
    #[inline]
    pub(crate) fn next(&mut self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.high.to_be_bytes());
        nonce[8..].copy_from_slice(&self.low.to_be_bytes());
        let (low, has_wrapped) = self.low.overflowing_add(1);
        self.low = low;
        self.high = self.high.wrapping_add(u64::from(has_wrapped));
        nonce
    }
}

/// A fresh secret key.
pub(crate) fn key() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut key = Zeroizing::new([0; 32]);
    fill(&mut key)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn no_two_nonces_are_the_same_across_reseeds_and_threads() {
        let draw = || {
            (0..20_000)
                .map(|_| super::bytes::<12>().unwrap())
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(draw)).collect();
        let mut seen = HashSet::new();
        for nonce in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
            assert!(seen.insert(nonce), "a nonce came twice");
        }
        assert_eq!(seen.len(), 40_000);
    }

    #[test]
    fn the_nonces_of_a_key_count_on_from_their_start_and_carry() {
        let mut nonces = super::Nonces {
            high: u64::MAX,
            low: u32::MAX,
        };
        assert_eq!(nonces.next(), [0xff; 12]);
        assert_eq!(nonces.next(), [0; 12]);
        let mut nonces = super::Nonces {
            high: 0x0100_0000_0000_0002,
            low: u32::MAX,
        };
        assert_eq!(nonces.next(), [1, 0, 0, 0, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(nonces.next(), [1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]);
        let starts: HashSet<_> = (0..1_000)
            .map(|_| super::Nonces::starting_anywhere().unwrap().next())
            .collect();
        assert_eq!(starts.len(), 1_000);
    }
}
