//! The byte scan: whether any canary is in any file below a folder, as it is or as hexadecimal or Base64 text.

use std::path::{Path, PathBuf};

use data_encoding::{BASE64_NOPAD, HEXLOWER, HEXUPPER};
use memchr::memmem;

use crate::Failure;

/// What a scan read and found.
pub(crate) struct Scan {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    /// File and canary, once for each pair.
    pub(crate) found: Vec<(PathBuf, String)>,
}

/// Scans every file below `folder`.
pub(crate) fn scan(folder: &Path, canaries: &[String]) -> Result<Scan, Failure> {
    let patterns: Vec<(&String, Vec<u8>)> = canaries
        .iter()
        .flat_map(|canary| forms(canary).into_iter().map(move |form| (canary, form)))
        .collect();
    let mut scan = Scan {
        files: 0,
        bytes: 0,
        found: Vec::new(),
    };
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = std::fs::read(&path)?;
            scan.files += 1;
            scan.bytes += content.len();
            for (canary, form) in &patterns {
                let pair = (path.clone(), (*canary).clone());
                if memmem::find(&content, form).is_some() && !scan.found.contains(&pair) {
                    scan.found.push(pair);
                }
            }
        }
    }
    Ok(scan)
}

/// The ways in which a canary could stand in a file.
fn forms(canary: &str) -> Vec<Vec<u8>> {
    let bytes = canary.as_bytes();
    let mut forms = vec![
        bytes.to_vec(),
        HEXLOWER.encode(bytes).into_bytes(),
        HEXUPPER.encode(bytes).into_bytes(),
    ];
    // In Base64 a text reads differently at each of three alignments; whole groups of three bytes stay recognisable.
    for skip in 0..3 {
        let whole = &bytes[skip..skip + (bytes.len() - skip) / 3 * 3];
        forms.push(BASE64_NOPAD.encode(whole).into_bytes());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_in_every_form_and_at_every_alignment() {
        let folder = tempfile::tempdir().unwrap();
        let canaries = ["qzcanary".to_owned()];
        for (number, before) in ["", "a", "ab", "abc"].iter().enumerate() {
            let text = format!("{before}qzcanary and more");
            std::fs::write(
                folder.path().join(format!("{number}.b64")),
                BASE64_NOPAD.encode(text.as_bytes()),
            )
            .unwrap();
            std::fs::write(
                folder.path().join(format!("{number}.hex")),
                HEXLOWER.encode(text.as_bytes()),
            )
            .unwrap();
            std::fs::write(folder.path().join(format!("{number}.txt")), text).unwrap();
        }
        std::fs::write(folder.path().join("clean"), "nothing here").unwrap();
        let scan = scan(folder.path(), &canaries).unwrap();
        assert_eq!((scan.files, scan.found.len()), (13, 12));
    }
}
