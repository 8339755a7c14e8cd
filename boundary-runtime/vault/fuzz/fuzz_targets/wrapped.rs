//! The wrapped part of a data key: bytes from anywhere do not unwrap, nor do those of a real one with anything changed.
#![no_main]

use boundary_vault_fuzz::wrapped;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| wrapped(bytes));
