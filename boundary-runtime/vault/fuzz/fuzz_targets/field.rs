//! A sealed field: bytes from anywhere do not open, and what was sealed with any padding opens to its plaintext or not at all.
#![no_main]

use boundary_vault_fuzz::field;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| field(bytes));
