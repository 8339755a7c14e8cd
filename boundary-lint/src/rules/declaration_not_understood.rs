//! A declaration in a migration that does not read as one.
//!
//! A comment on a column and a line beside it declare the column in the words of the derive:
//!
//! ```text
//! COMMENT ON COLUMN customers.email IS 'boundary: category = "user.contact.email", residency = in_country, purpose(support)';
//! phone text, -- boundary: category = user.contact.phone_number, residency = in_country, purpose(support)
//! ```
//!
//! A line alone on its line is about the next one. What begins with `boundary:` and says nothing that is understood was meant to
//! protect something, so it is not passed over.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for misdeclared in &facts.misdeclared {
        found.add(
            "a declaration is not understood".to_owned(),
            Marked::new(misdeclared.place, misdeclared.why.clone()),
            Vec::new(),
            misdeclared.help.clone(),
        );
    }
}
