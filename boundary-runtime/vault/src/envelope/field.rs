//! One sealed field: version, suite, nonce, ciphertext, tag.

use boundary_runtime::Misuse;
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{NONCE_LEN, TAG_LEN};
use super::{RecordKeys, SUITE, Undecryptable, VERSION};

/// The longest plaintext of a field: 16 MiB.
pub(crate) const MAX_PLAINTEXT: usize = 16 * 1024 * 1024;

const HEADER_LEN: usize = 2;
const OVERHEAD: usize = HEADER_LEN + NONCE_LEN + TAG_LEN;

/// Seals a field with this nonce, which must be fresh, and appends the envelope to `out`.
pub(crate) fn seal(
    keys: &RecordKeys,
    nonce: &[u8; NONCE_LEN],
    bound: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Misuse> {
    if plaintext.len() > MAX_PLAINTEXT {
        return Err(Misuse::TooLong);
    }
    let start = out.len();
    out.reserve_exact(OVERHEAD + plaintext.len());
    out.extend_from_slice(&[VERSION, SUITE]);
    out.extend_from_slice(nonce);
    out.extend_from_slice(plaintext);
    let content = &mut out[start + HEADER_LEN + NONCE_LEN..];
    match keys.cipher.seal(nonce, bound, content) {
        Some(tag) => {
            out.extend_from_slice(&tag);
            Ok(())
        }
        None => {
            // Out of reach below the limit above; the copied plaintext must not stay behind in any case.
            out[start..].zeroize();
            out.truncate(start);
            Err(Misuse::TooLong)
        }
    }
}

/// Opens an envelope and appends the plaintext to `out`; if it does not open, `out` is as it was.
pub(crate) fn open(
    keys: &RecordKeys,
    bound: &[u8],
    sealed: &[u8],
    out: &mut Zeroizing<Vec<u8>>,
) -> Result<(), Undecryptable> {
    let (header, rest) = sealed.split_first_chunk::<HEADER_LEN>().ok_or(Undecryptable)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Undecryptable)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(Undecryptable)?;
    if *header != [VERSION, SUITE] || ciphertext.len() > MAX_PLAINTEXT {
        return Err(Undecryptable);
    }
    let start = out.len();
    reserve_wiping(out, ciphertext.len());
    out.extend_from_slice(ciphertext);
    keys.cipher
        .open(nonce, bound, &mut out[start..], tag)
        .inspect_err(|_| out.truncate(start))
}

/// Makes room without leaving a copy of what `out` holds in memory that was freed.
fn reserve_wiping(out: &mut Zeroizing<Vec<u8>>, additional: usize) {
    if out.capacity() - out.len() < additional {
        let mut larger = Zeroizing::new(Vec::with_capacity(out.len() + additional));
        larger.extend_from_slice(out);
        *out = larger;
    }
}
