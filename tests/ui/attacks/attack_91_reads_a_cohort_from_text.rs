//! Attack 91: a cohort of one's own, read from text, for the gate to sign.

use boundary_runtime::release::{Cohorts, Deidentified, Gate};
use payments_model::policy::{purpose, region};

fn from_text(gate: &Gate<'_, region::In, purpose::Analytics>, json: &str) {
    let cohorts: Cohorts = serde_json::from_str(json).unwrap();
    let _ = gate.sign(cohorts);
}

fn from_any_text(json: &str) -> Deidentified {
    serde_json::from_str(json).unwrap()
}

fn main() {}
