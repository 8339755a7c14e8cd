//! Padding of suite `02`: one byte `80`, then zeros to the next multiple of the bucket (ISO/IEC 7816-4).
//!
//! There is always a byte of it, so every plaintext has one padded form for a bucket and no two share one. The bucket is
//! not part of the format: who opens strips what is there.

/// The largest bucket that a policy can ask for.
pub(super) const LARGEST_BUCKET: usize = boundary_schema::Envelope::LARGEST_BUCKET as usize;

use super::Undecryptable;

const MARK: u8 = 0x80;

/// How many bytes of padding a plaintext gets: at least one, at most the bucket.
pub(super) fn length(plaintext: usize, bucket: u32) -> usize {
    let bucket = (bucket as usize).clamp(1, LARGEST_BUCKET);
    bucket - plaintext % bucket
}

/// Appends so many bytes of padding.
pub(super) fn append(length: usize, out: &mut Vec<u8>) {
    if let Some(zeros) = length.checked_sub(1) {
        out.push(MARK);
        out.resize(out.len() + zeros, 0);
    }
}

/// The length without the padding. What is read has been authenticated, so the time that this takes tells nothing.
pub(super) fn stripped(padded: &[u8]) -> Result<usize, Undecryptable> {
    let mark = padded.iter().rposition(|byte| *byte != 0).ok_or(Undecryptable)?;
    if padded[mark] == MARK && padded.len() - mark <= LARGEST_BUCKET {
        Ok(mark)
    } else {
        Err(Undecryptable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_padded_strips_to_its_own_length() {
        for bucket in [2, 3, 16, 64, 65_536] {
            for length_before in [0, 1, 2, 15, 16, 17, 63, 64, 65] {
                let mut padded = vec![0x80; length_before];
                append(length(length_before, bucket), &mut padded);
                assert_eq!(padded.len() % bucket as usize, 0, "{length_before} in {bucket}");
                assert!(padded.len() > length_before && padded.len() <= length_before + bucket as usize);
                assert_eq!(
                    stripped(&padded),
                    Ok(length_before),
                    "{length_before} in {bucket}"
                );
            }
        }
    }

    #[test]
    fn padding_without_its_mark_or_longer_than_any_bucket_is_none() {
        for malformed in [
            &b""[..],
            b"\0",
            b"\0\0\0\0",
            b"abc",
            b"abc\x81",
            b"abc\x81\0\0",
            b"\x80a",
        ] {
            assert_eq!(stripped(malformed), Err(Undecryptable), "{malformed:?}");
        }
        let mut longest = vec![0; LARGEST_BUCKET];
        longest[0] = MARK;
        assert_eq!(stripped(&longest), Ok(0));
        longest.push(0);
        assert_eq!(stripped(&longest), Err(Undecryptable));
    }
}
