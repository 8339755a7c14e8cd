//! The bytes of a whole data key: what is read is what was written, and none but the real one unwraps.
#![no_main]

use boundary_vault_fuzz::data_key;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| data_key(bytes));
