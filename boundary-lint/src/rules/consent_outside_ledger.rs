//! Consent that is kept in a column of the product's database.
//!
//! A flag such as `marketing_opt_in` is asked by the code that remembers to ask it, and is copied wherever the row goes. The consent ledger
//! is asked by every session, keeps who consented to what and when, and ends access when consent is withdrawn. A column that only shows
//! what the ledger holds is answered for by a suppression.

use super::{Found, Marked, name};
use crate::facts::Facts;
use crate::suggest::suggest;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for column in &facts.columns {
        let (_, table, column_name) = &column.key;
        // Flags and times of consent: the name is looked at as if it were a text.
        let suggestion = suggest(table, column_name.trim_end_matches("_at"), "text");
        if suggestion.is_none_or(|suggestion| suggestion.category != "user.privacy_preferences") {
            continue;
        }
        found.about(&column.key).add(
            format!(
                "column `{}` keeps consent outside of the ledger",
                name(&column.key)
            ),
            Marked::new(column.birth, "nothing asks this column when data is used"),
            Vec::new(),
            "record consent in the consent ledger, and drop the column".to_owned(),
        );
    }
}
