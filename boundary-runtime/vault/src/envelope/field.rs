//! One sealed field: version, suite, nonce, ciphertext, tag.
//!
//! Of suite `02` what is sealed is the padded plaintext, so that the ciphertext's length shows no more than its bucket.
//! Both suites open whatever the policy asks for now: a policy that begins to pad leaves older values readable.

use boundary_runtime::Misuse;
use zeroize::{Zeroize, Zeroizing};

use super::additional::set_suite;
use super::cipher::{NONCE_LEN, TAG_LEN};
use super::padding::{self, LARGEST_BUCKET};
use super::{PADDED, RecordKeys, SUITE, Undecryptable, VERSION};

// What is `inline(always)` here and in the ciphers below is a tenth of a field's time if it is called: a field is two blocks of AES.

/// The longest plaintext of a field: 16 MiB.
pub(crate) const MAX_PLAINTEXT: usize = 16 * 1024 * 1024;

const HEADER_LEN: usize = 2;
const OVERHEAD: usize = HEADER_LEN + NONCE_LEN + TAG_LEN;

/// Seals a field with this nonce, which must be fresh, and appends the envelope to `out`.
#[inline(always)]
pub(crate) fn seal(
    keys: &RecordKeys,
    nonce: &[u8; NONCE_LEN],
    bound: &mut [u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Misuse> {
    seal_of(keys, nonce, bound, SUITE, plaintext, 0, out)
}

/// As [`seal`], with the plaintext padded to the next multiple of a bucket of that many bytes.
pub(crate) fn seal_padded(
    keys: &RecordKeys,
    nonce: &[u8; NONCE_LEN],
    bound: &mut [u8],
    plaintext: &[u8],
    bucket: u32,
    out: &mut Vec<u8>,
) -> Result<(), Misuse> {
    let padding = padding::length(plaintext.len(), bucket);
    seal_of(keys, nonce, bound, PADDED, plaintext, padding, out)
}

#[inline(always)]
fn seal_of(
    keys: &RecordKeys,
    nonce: &[u8; NONCE_LEN],
    bound: &mut [u8],
    suite: u8,
    plaintext: &[u8],
    padding: usize,
    out: &mut Vec<u8>,
) -> Result<(), Misuse> {
    if plaintext.len() > MAX_PLAINTEXT {
        return Err(Misuse::TooLong);
    }
    set_suite(bound, suite);
    let start = out.len();
    out.reserve_exact(OVERHEAD + plaintext.len() + padding);
    out.extend_from_slice(&[VERSION, suite]);
    out.extend_from_slice(nonce);
    out.extend_from_slice(plaintext);
    padding::append(padding, out);
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
#[inline(always)]
pub(crate) fn open(
    keys: &RecordKeys,
    bound: &mut [u8],
    sealed: &[u8],
    out: &mut Zeroizing<Vec<u8>>,
) -> Result<(), Undecryptable> {
    let (header, rest) = sealed.split_first_chunk::<HEADER_LEN>().ok_or(Undecryptable)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Undecryptable)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(Undecryptable)?;
    let longest = match *header {
        [VERSION, SUITE] => MAX_PLAINTEXT,
        [VERSION, PADDED] => MAX_PLAINTEXT + LARGEST_BUCKET,
        _ => return Err(Undecryptable),
    };
    if ciphertext.len() > longest {
        return Err(Undecryptable);
    }
    set_suite(bound, header[1]);
    let start = out.len();
    reserve_wiping(out, ciphertext.len());
    out.extend_from_slice(ciphertext);
    let opened = keys.cipher.open(nonce, bound, &mut out[start..], tag);
    let opened = opened.and_then(|()| match header[1] {
        PADDED => padding::stripped(&out[start..]),
        _ => Ok(ciphertext.len()),
    });
    match opened {
        Ok(length) if length <= MAX_PLAINTEXT => {
            out.truncate(start + length);
            Ok(())
        }
        _ => {
            out[start..].zeroize();
            out.truncate(start);
            Err(Undecryptable)
        }
    }
}

/// Makes room without leaving a copy of what `out` holds in memory that was freed.
fn reserve_wiping(out: &mut Zeroizing<Vec<u8>>, additional: usize) {
    if out.capacity() - out.len() < additional {
        let mut larger = Zeroizing::new(Vec::with_capacity(out.len() + additional));
        larger.extend_from_slice(out);
        *out = larger;
    }
}
