//! Every way to alter or move what was sealed ends in the same refusal.

use boundary_schema::{FieldDeclaration, Protection, Residency};

/// The field that the tests of the envelope seal.
pub(super) const EMAIL: FieldDeclaration = FieldDeclaration {
    field: "email",
    column: "email",
    role: None,
    category: Some("user.contact.email"),
    residency: Residency::InCountry,
    purposes: &["billing"],
    protection: Protection::Sealed,
    releases: &[],
    line: 1,
};
