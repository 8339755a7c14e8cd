//! What a finding is recognised by from one run to the next: its rule and what it is about, and never a line number.

use std::collections::HashMap;
use std::fmt::Write as _;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::baseline;
use crate::facts::Facts;
use crate::rules::Finding;

/// The fingerprints of findings, in their order: 32 hexadecimal digits, the beginning of a SHA-256. Findings that are equal are told apart by
/// which of them comes first.
#[must_use]
pub fn fingerprints(facts: &Facts, findings: &[Finding]) -> Vec<String> {
    let keys: Vec<(String, [u8; 32])> = findings
        .par_iter()
        .map(|finding| {
            let key = baseline::key(facts, finding);
            let digest = Sha256::digest(&key).into();
            (key, digest)
        })
        .collect();
    // By the digests and not by the texts: there may be many.
    let mut met: HashMap<[u8; 32], usize> = HashMap::new();
    let ordinals: Vec<usize> = keys
        .iter()
        .map(|(_, digest)| {
            let ordinal = met.entry(*digest).or_default();
            *ordinal += 1;
            *ordinal
        })
        .collect();
    keys.into_par_iter()
        .zip(ordinals)
        .map(|((key, _), ordinal)| {
            let digest = Sha256::digest(format!("{key}\n{ordinal}"));
            digest.iter().take(16).fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
        })
        .collect()
}
