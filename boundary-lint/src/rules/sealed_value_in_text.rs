//! A sealed value in a column that is made for text.
//!
//! What `Sealed` stores is bytes: `bytea` in Postgres, `BLOB` in SQLite and MySQL. A column of text for it holds plaintext today, or will
//! refuse the first sealed value. A sensitive value that is declared outside of Rust, where nothing seals it, is found as well when
//! its column is made for text.

use boundary_schema::Sensitivity;

use boundary_schema::Protection;

use super::{Found, Marked, name};
use crate::facts::{Classified, Facts};
use crate::parse::declarations::{Residency, Says};

/// Types that hold text, and are read by whoever reads the table.
const TEXT: [&str; 14] = [
    "character",
    "character varying",
    "char",
    "citext",
    "json",
    "jsonb",
    "longtext",
    "mediumtext",
    "name",
    "nvarchar",
    "text",
    "tinytext",
    "varchar",
    "xml",
];

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for column in &facts.columns {
        let (Classified::Declared(_), Some(declared)) = (column.classified, facts.declaration(column)) else {
            continue;
        };
        let ty = column.data_type.to_ascii_lowercase();
        let ty = ty.split('(').next().unwrap_or("").trim();
        if !TEXT.contains(&ty) {
            continue;
        }
        let Says::Category { category, residency } = &declared.says else {
            continue;
        };
        let stays = !matches!(residency, None | Some(Residency::Global));
        let is_sensitive = facts
            .category(category)
            .is_some_and(|category| category.sensitivity >= Sensitivity::Sensitive);
        let why = match (
            declared.protection == Some(Protection::Sealed),
            declared.is_outside_rust() && stays && is_sensitive,
        ) {
            (true, _) => format!("`{}` seals it, and sealed values are bytes", declared.by),
            _ if declared.protection == Some(Protection::BlindIndex) => {
                format!("`{}` keeps a blind index in it, which is bytes", declared.by)
            }
            (_, true) => format!("`{category}` is sensitive, and nothing seals it"),
            _ => continue,
        };
        found.about(&column.key).add(
            format!("column `{}` keeps a value as text", name(&column.key)),
            Marked::new(column.changed, format!("its type is {}", column.data_type)),
            vec![Marked::new(declared.place, why)],
            "change the column's type to bytes (`bytea`), and declare it in a struct with `Sealed`"
                .to_owned(),
        );
    }
}
