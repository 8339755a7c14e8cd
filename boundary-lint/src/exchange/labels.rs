//! `SECURITY LABEL` for PostgreSQL Anonymizer: a mask for each column of personal data.
//!
//! `MASKED WITH VALUE NULL` hides a value of every type and needs no judgement of ours; a mask that the migrations have already is kept. What
//! is personal is known from the declarations alone.

use super::comments::{column, literal, statements};
use super::in_line;
use super::listed::{Listed, Meaning};
use crate::catalogue::RelationKind;

/// What the provider of PostgreSQL Anonymizer is called.
const PROVIDER: &str = "anon";

/// The mask that hides everything.
const HIDDEN: &str = "MASKED WITH VALUE NULL";

/// The statements.
pub(super) fn text(listed: &Listed<'_>, remarks: &mut Vec<String>) -> String {
    let mut unmasked = 0;
    let text = statements(listed, remarks, |table, listing, text| {
        let column = column(table, listing);
        match &listing.meaning {
            Meaning::Unclassified => text.push_str(&format!("-- unclassified: {}\n", in_line(&column))),
            Meaning::Value(value) if value.is_personal() => {
                // The anonymiser masks tables.
                if table.kind != RelationKind::Table {
                    unmasked += 1;
                    let kind = table.kind.as_str();
                    text.push_str(&format!("-- not masked, {kind}: {}\n", in_line(&column)));
                    return;
                }
                let kept = listing.column.mask.as_ref().map(|mask| mask.text.as_str());
                text.push_str(&format!(
                    "SECURITY LABEL FOR {PROVIDER} ON COLUMN {column} IS {};\n",
                    literal(kept.unwrap_or(HIDDEN))
                ));
            }
            Meaning::Value(_) | Meaning::Role(_) | Meaning::DataKey => {}
        }
    });
    if unmasked > 0 {
        remarks.push(format!(
            "personal columns of something else than tables are not masked: {unmasked}"
        ));
    }
    text
}
