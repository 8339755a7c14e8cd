//! A residency that is only written down.
//!
//! A column such as `data_region` records where a customer was promised that data stays. While no column of the project is declared with a
//! residency other than `global`, nothing keeps the promise: every row is where the database is.

use super::{Found, Marked, name};
use crate::facts::Facts;
use crate::parse::declarations::{Residency, Says};

/// Names of columns that record a promise.
const PROMISES: [&str; 9] = [
    "data_jurisdiction",
    "data_location",
    "data_region",
    "data_residency",
    "home_region",
    "hosting_region",
    "residency",
    "residency_region",
    "storage_region",
];

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let is_kept = |says: &Says| matches!(says, Says::Category { residency: Some(residency), .. } if *residency != Residency::Global);
    if facts.declarations.iter().any(|declared| is_kept(&declared.says)) {
        return;
    }
    for column in facts
        .columns
        .iter()
        .filter(|column| PROMISES.contains(&column.key.2.as_str()))
    {
        found.about(&column.key).add(
            format!(
                "column `{}` records a residency that nothing keeps",
                name(&column.key)
            ),
            Marked::new(column.birth, "a promise to a customer, as it seems"),
            Vec::new(),
            "declare the columns that have to stay, `residency = in_country`".to_owned(),
        );
    }
}
