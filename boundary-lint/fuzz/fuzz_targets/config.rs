//! A policy: it is read, or every mistake has a place in the file.
#![no_main]

use boundary_lint_fuzz::in_room;
use boundary_schema::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    |text: &str| in_room(|| match Policy::parse("boundary.toml", text) {
        Ok(policy) => assert!(policy.release().minimum_subjects >= 2),
        Err(errors) => {
            let lines = text.split('\n').count();
            assert!(errors.len() > 0);
            for error in errors.iter() {
                let line = error.position.map(|at| at.line as usize);
                assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{error}");
            }
            let _ = errors.to_string();
        }
    })
);
