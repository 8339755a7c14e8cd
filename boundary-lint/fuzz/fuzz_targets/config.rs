//! A policy: every mistake has a place in the file.
#![no_main]

use boundary_schema::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(errors) = Policy::parse("boundary.toml", text) {
        assert!(errors.len() > 0);
        let _ = errors.to_string();
    }
});
