//! Attack 28: the mark of what crosses, for a type of one's own.

use boundary_runtime::release::CrossesBorder;

#[derive(serde::Serialize, serde::Deserialize)]
struct Raw(String);

impl CrossesBorder for Raw {
    const KIND: &'static str = "cohorts";

    fn dataset_name(&self) -> &str {
        "customers"
    }
}

fn main() {}
