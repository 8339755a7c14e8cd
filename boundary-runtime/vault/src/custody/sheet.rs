//! The form of the vault's small files: a title, a fixed list of `name value` lines, a check over all of it.
//!
//! There is one spelling of each content, and the check covers every byte before it: whatever was altered, cut or
//! added is found. What is found is refused, never repaired.

use std::fmt::Write;

use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a kind of file holds: the title of its first line and the names of its lines, in order.
pub(crate) struct Sheet<const N: usize> {
    pub(crate) title: &'static str,
    pub(crate) names: [&'static str; N],
}

impl<const N: usize> Sheet<N> {
    /// The text of a file with these values, ending in the check that `check` computes over it.
    pub(crate) fn render(&self, values: [&str; N], check: impl Fn(&[u8]) -> [u8; 32]) -> Zeroizing<String> {
        let longest: usize = values.iter().map(|value| value.len() + 32).sum();
        // Large enough from the start, so that no part of a secret stays behind in a smaller buffer.
        let mut text = Zeroizing::new(String::with_capacity(longest + 256));
        let _ = writeln!(text, "{} 1", self.title);
        for (name, value) in self.names.iter().zip(values) {
            let _ = writeln!(text, "{name} {value}");
        }
        let check = check(text.as_bytes());
        let _ = writeln!(text, "check {}", HEXLOWER.encode(&check));
        text
    }

    /// The values of a file and the part of its text that the check covers.
    ///
    /// Reading checks the form; the caller checks the check, for which it may need a value.
    pub(crate) fn read<'t>(&self, text: &'t [u8]) -> Result<Read<'t, N>, KeyError> {
        let damaged = || KeyError::Damaged(format!("not a whole {} file of version 1", self.title));
        let text = std::str::from_utf8(text).map_err(|_| damaged())?;
        let (covered, check) = text.rsplit_once("check ").ok_or_else(damaged)?;
        let check = check
            .strip_suffix('\n')
            .and_then(from_hex::<32>)
            .ok_or_else(damaged)?;
        let mut lines = covered.strip_suffix('\n').ok_or_else(damaged)?.split('\n');
        if lines.next().and_then(|line| line.strip_prefix(self.title)) != Some(" 1") {
            return Err(damaged());
        }
        let mut values = [""; N];
        for (name, value) in self.names.iter().zip(&mut values) {
            let line = lines.next().and_then(|line| line.strip_prefix(name));
            *value = line.and_then(|line| line.strip_prefix(' ')).ok_or_else(damaged)?;
        }
        if lines.next().is_some() {
            return Err(damaged());
        }
        Ok(Read {
            values,
            covered: covered.as_bytes(),
            check,
        })
    }
}

/// A file that was read, before its check was checked.
pub(crate) struct Read<'t, const N: usize> {
    values: [&'t str; N],
    covered: &'t [u8],
    check: [u8; 32],
}

impl<'t, const N: usize> Read<'t, N> {
    /// A value that is not trusted yet: what the check itself is computed with.
    pub(crate) fn unchecked(&self, index: usize) -> &'t str {
        self.values[index]
    }

    /// The values, if `check` computes the same check over the text as the file ends in.
    pub(crate) fn checked(self, check: impl Fn(&[u8]) -> [u8; 32]) -> Result<[&'t str; N], KeyError> {
        if bool::from(check(self.covered).ct_eq(&self.check)) {
            Ok(self.values)
        } else {
            Err(KeyError::Damaged(
                "the content does not match its check".to_owned(),
            ))
        }
    }
}

/// The check of a file without a secret: SHA-256. It finds damage; against forgery such a file holds wraps only.
pub(crate) fn checksum(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Exactly `N` bytes in lowercase hexadecimal.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_full = text.len() == 2 * N;
    (is_full && HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet<2> = Sheet {
        title: "test-sheet",
        names: ["region", "value"],
    };

    #[test]
    fn a_sheet_reads_back_and_every_altered_cut_or_longer_one_is_refused() {
        let text = SHEET.render(["in", "00ff"], checksum);
        let read = |text: &[u8]| {
            SHEET
                .read(text)
                .and_then(|read| read.checked(checksum).map(|v| v.map(str::to_owned)))
        };
        assert_eq!(read(text.as_bytes()).unwrap(), ["in", "00ff"]);
        for length in 0..text.len() {
            assert!(read(&text.as_bytes()[..length]).is_err(), "cut at {length}");
        }
        for position in 0..text.len() {
            for bit in 0..8 {
                let mut altered = text.as_bytes().to_vec();
                altered[position] ^= 1 << bit;
                assert!(read(&altered).is_err(), "bit {bit} of byte {position}");
            }
        }
        assert!(read(format!("{}\n", text.as_str()).as_bytes()).is_err());
        assert!(read(format!("\n{}", text.as_str()).as_bytes()).is_err());
    }
}
