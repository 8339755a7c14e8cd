//! Attack 29: cohorts and de-identified values as struct literals.

use boundary_runtime::release::{Cohorts, Deidentified};

fn attack() {
    let _ = Cohorts { dataset: String::new(), cohorts: Vec::new() };
    let _ = Deidentified { dataset: String::new(), values: vec!["priya@example.org".to_owned()] };
}

fn main() {}
