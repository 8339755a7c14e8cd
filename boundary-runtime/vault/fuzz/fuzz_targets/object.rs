//! An object: bytes from anywhere do not open, no change of a real one does, and whatever is sealed opens.
#![no_main]

use boundary_vault_fuzz::object;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| object(bytes));
