//! A JSON column whose content nothing classifies.
//!
//! A `jsonb` column can hold a whole person. Its declaration names the Rust type whose fields say what is inside, or says that the value
//! is classified as a whole, whatever it holds:
//!
//! ```text
//! payload = { category = "user.content", residency = "in_country", purposes = ["support"], json = "SignedUp" }
//! payload jsonb, -- boundary: category = user.content, residency = in_country, purpose(support), opaque
//! ```
//!
//! A field of a struct names the type by its own type, `Json<SignedUp>`, or has the word `opaque` in its attribute. The type derives
//! `Boundary` (an event, as a rule), and no field of it may be kept more tightly than the column.

use boundary_schema::Protection;

use super::{Found, Marked, name};
use crate::facts::{Classified, Declaration, Facts, TypeField};
use crate::parse::declarations::{Json, Says};

/// Types of columns whose values have a shape of their own.
const SHAPED: [&str; 4] = ["json", "jsonb", "hstore", "xml"];

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for column in &facts.columns {
        let (Classified::Declared(_), Some(declared)) = (column.classified, facts.declaration(column)) else {
            continue;
        };
        let ty = column.data_type.to_ascii_lowercase();
        if !SHAPED.contains(&ty.as_str())
            || !matches!(declared.says, Says::Category { .. })
            || declared.protection == Some(Protection::Sealed)
        {
            continue;
        }
        let (why, related, help) = match &declared.json {
            Json::Opaque => continue,
            Json::Unsaid => (
                format!("`{}` does not say what is inside", declared.by),
                None,
                "name the type, `json = \"…\"`, or classify the value as a whole, `opaque`",
            ),
            Json::Type(ty) => match facts.types.get(ty) {
                None => (
                    format!("`{ty}` derives no `Boundary`, so nothing classifies its fields"),
                    None,
                    "derive `Boundary` for the type with `event = \"…\"`, or classify the value as a whole, `opaque`",
                ),
                Some(fields) => match fields.iter().find(|field| is_tighter(field, declared)) {
                    None => continue,
                    Some(field) => (
                        format!("a field of `{ty}` has to stay closer"),
                        Some(Marked::new(field.place, "kept more tightly than the column")),
                        "declare the column as tightly as the tightest field inside",
                    ),
                },
            },
        };
        found.about(&column.key).add(
            format!("column `{}` holds JSON that is not classified", name(&column.key)),
            Marked::new(declared.place, why),
            related
                .into_iter()
                .chain([Marked::new(column.birth, format!("it is {ty}"))])
                .collect(),
            help.to_owned(),
        );
    }
}

fn is_tighter(field: &TypeField, column: &Declaration) -> bool {
    let residency = |says: &Says| match says {
        Says::Category { residency, .. } => residency.clone(),
        _ => None,
    };
    residency(&column.says)
        .zip(residency(&field.says))
        .is_some_and(|(column, field)| column.is_weaker_than(&field))
}
