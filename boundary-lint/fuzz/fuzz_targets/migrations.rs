//! A migration in every dialect, parsed and replayed: no panic, no endless loop, and every place lies in the file.
#![no_main]

use boundary_lint_fuzz::{in_room, read};
use boundary_schema::Dialect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| in_room(|| {
    for dialect in Dialect::ALL {
        let _ = read(*dialect, text);
    }
}));
