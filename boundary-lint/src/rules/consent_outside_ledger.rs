//! Consent that is kept in a column of the product's database.
//!
//! A flag such as `marketing_opt_in` is asked by the code that remembers to ask it, and is copied wherever the row goes. The consent ledger
//! is asked by every session, keeps who consented to what and when, and ends access when consent is withdrawn. A column that only shows
//! what the ledger holds is answered for by a suppression.

use super::{Found, Marked, name};
use crate::facts::Facts;
use crate::suggest::suggest;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for column in facts.columns.iter().filter(|column| may_be_consent(&column.key.2)) {
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

/// Whether a name has a part that every name of consent has; few go further.
fn may_be_consent(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["consent", "opt", "unsubscribe"].iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_consent_is_filtered_away() {
        for name in ["marketing_consent", "optIn", "newsletter_opt_out", "unsubscribed", "gdprConsent"] {
            assert!(may_be_consent(name), "{name}");
        }
        assert!(!may_be_consent("email"));
    }
}
