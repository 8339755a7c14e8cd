//! What a field that was made from others must keep of their strictness.
//!
//! Everything here runs while the model compiles: the derive puts one constant for each source of a field into the
//! generated code, and a constant that panics is a compiler error. The run time has nothing to check.

use crate::declaration::{Declaration, FieldDeclaration, Protection, Release};
use crate::residency::Residency;

/// In what a field is looser than a source of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looser {
    /// The source has no field of this name.
    UnknownField,
    /// Its raw form may be in more places, or in another region.
    Residency,
    /// It may be processed for a purpose that the source may not be.
    Purpose,
    /// It is held less closed.
    Protection,
    /// The source does not declare the release that the transform is.
    Transform,
}

/// In what `field` is looser than the field `name` of `source`; `None` if it keeps everything.
///
/// A transform, which the source must declare as a release, stands for a check of its own in residency and protection;
/// purposes hold through any transform. A global source field restrains nothing.
///
/// ```
/// use boundary_schema::lineage::{Looser, looser};
/// # use boundary_schema::{Declaration, FieldDeclaration, Kind, Protection, Residency, Tenancy};
/// # const AGE: FieldDeclaration = FieldDeclaration {
/// #     field: "age", column: "age", role: None, category: Some("user.demographic.age"),
/// #     residency: Residency::InCountry, purposes: &["analytics"], protection: Protection::Resident,
/// #     releases: &[], from: &[], transform: None, index: None, line: 1,
/// # };
/// # static CUSTOMER: Declaration = Declaration {
/// #     kind: Kind::Table, name: "customers", tenancy: Tenancy::Tenant, rust: "Customer", file: "model.rs", line: 1,
/// #     policy: None, derived_from: &[], fields: &[AGE],
/// # };
/// // `CUSTOMER.age` is in_country, for analytics.
/// let copied = FieldDeclaration { residency: Residency::Regional, ..AGE };
/// assert_eq!(looser(&copied, &CUSTOMER, "age"), Some(Looser::Residency));
/// assert_eq!(looser(&AGE, &CUSTOMER, "age"), None);
/// ```
#[must_use]
pub const fn looser(field: &FieldDeclaration, source: &Declaration, name: &str) -> Option<Looser> {
    if source.name.is_empty() {
        // The derive reports the mistakes of the source itself, and a second message would only hide them.
        return None;
    }
    let mut index = 0;
    while index < source.fields.len() {
        if same(source.fields[index].field, name) {
            return looser_than(field, &source.fields[index]);
        }
        index += 1;
    }
    Some(Looser::UnknownField)
}

/// In what `field` is looser than any regulated field of `source`: for a field that does not say what it was made from.
#[must_use]
pub const fn looser_than_any(field: &FieldDeclaration, source: &Declaration) -> Option<Looser> {
    let mut index = 0;
    while index < source.fields.len() {
        if source.fields[index].category.is_some()
            && let Some(looser) = looser_than(field, &source.fields[index])
        {
            return Some(looser);
        }
        index += 1;
    }
    None
}

const fn looser_than(field: &FieldDeclaration, source: &FieldDeclaration) -> Option<Looser> {
    if matches!(source.residency, Residency::Global) {
        return None;
    }
    if !purposes_within(field.purposes, source.purposes) {
        return Some(Looser::Purpose);
    }
    if let Some(transform) = field.transform {
        return if declares(source.releases, transform) {
            None
        } else {
            Some(Looser::Transform)
        };
    }
    if !residency_kept(field.residency, source.residency) {
        return Some(Looser::Residency);
    }
    if rank(field.protection) < rank(source.protection) {
        return Some(Looser::Protection);
    }
    None
}

/// What is pinned to a region stays pinned to the same one.
const fn residency_kept(field: Residency, source: Residency) -> bool {
    match (field, source) {
        (Residency::Pinned(here), Residency::Pinned(there)) => same(here, there),
        (field, source) => !field.is_weaker_than(&source),
    }
}

const fn purposes_within(inner: &[&str], outer: &[&str]) -> bool {
    let mut index = 0;
    while index < inner.len() {
        let mut found = false;
        let mut other = 0;
        while other < outer.len() {
            found = found || same(inner[index], outer[other]);
            other += 1;
        }
        if !found {
            return false;
        }
        index += 1;
    }
    true
}

const fn declares(releases: &[Release], transform: Release) -> bool {
    let mut index = 0;
    while index < releases.len() {
        let declared = match (releases[index], transform) {
            (Release::Cohort, Release::Cohort) => true,
            // A wider bucket tells less.
            (Release::Bucket(declared), Release::Bucket(width)) => width >= declared && width % declared == 0,
            _ => false,
        };
        if declared {
            return true;
        }
        index += 1;
    }
    false
}

const fn rank(protection: Protection) -> u8 {
    match protection {
        Protection::Plain => 0,
        Protection::Resident | Protection::BlindIndex => 1,
        Protection::Sealed => 2,
    }
}

/// Whether two texts are the same; `==` of `str` is no constant function yet.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Tenancy};

    const SOURCE: FieldDeclaration = FieldDeclaration {
        field: "age",
        column: "age",
        role: None,
        category: Some("user.demographic.age"),
        residency: Residency::InCountry,
        purposes: &["analytics", "support"],
        protection: Protection::Resident,
        releases: &[Release::Bucket(10)],
        from: &[],
        transform: None,
        index: None,
        line: 1,
    };
    static TABLE: Declaration = Declaration {
        kind: Kind::Table,
        name: "people",
        tenancy: Tenancy::Tenant,
        rust: "Person",
        file: "model.rs",
        line: 1,
        policy: None,
        derived_from: &[],
        fields: &[SOURCE],
    };

    #[test]
    fn a_field_keeps_residency_purposes_and_protection_of_its_source() {
        let field = |change: fn(&mut FieldDeclaration)| {
            let mut field = SOURCE;
            change(&mut field);
            looser(&field, &TABLE, "age")
        };
        assert_eq!(field(|_| ()), None);
        assert_eq!(field(|field| field.residency = Residency::Pinned("in")), None);
        assert_eq!(field(|field| field.purposes = &["support"]), None);
        assert_eq!(field(|field| field.protection = Protection::Sealed), None);
        assert_eq!(
            field(|field| field.residency = Residency::Regional),
            Some(Looser::Residency)
        );
        assert_eq!(
            field(|field| field.residency = Residency::Global),
            Some(Looser::Residency)
        );
        assert_eq!(
            field(|field| field.purposes = &["analytics", "marketing"]),
            Some(Looser::Purpose)
        );
        assert_eq!(
            field(|field| field.protection = Protection::Plain),
            Some(Looser::Protection)
        );
        assert_eq!(looser(&SOURCE, &TABLE, "name"), Some(Looser::UnknownField));
    }

    #[test]
    fn a_transform_loosens_only_what_the_source_declares_as_a_release() {
        let through = |transform, purposes| {
            let field = FieldDeclaration {
                residency: Residency::Global,
                protection: Protection::Plain,
                transform: Some(transform),
                purposes,
                ..SOURCE
            };
            looser(&field, &TABLE, "age")
        };
        assert_eq!(through(Release::Bucket(10), &[]), None);
        assert_eq!(
            through(Release::Bucket(20), &[]),
            None,
            "a wider bucket tells less"
        );
        assert_eq!(
            through(Release::Bucket(15), &[]),
            Some(Looser::Transform),
            "15 straddles buckets of 10"
        );
        assert_eq!(through(Release::Bucket(5), &[]), Some(Looser::Transform));
        assert_eq!(through(Release::Cohort, &[]), Some(Looser::Transform));
        assert_eq!(
            through(Release::Bucket(10), &["marketing"]),
            Some(Looser::Purpose)
        );
    }

    #[test]
    fn a_field_that_names_no_source_is_held_to_all_of_them() {
        assert_eq!(looser_than_any(&SOURCE, &TABLE), None);
        let field = FieldDeclaration {
            residency: Residency::Regional,
            ..SOURCE
        };
        assert_eq!(looser_than_any(&field, &TABLE), Some(Looser::Residency));
    }

    #[test]
    fn what_is_pinned_stays_pinned_to_the_same_region() {
        let pinned = |region| Residency::Pinned(region);
        assert!(residency_kept(pinned("in"), pinned("in")));
        assert!(!residency_kept(pinned("eu"), pinned("in")));
        assert!(!residency_kept(Residency::InCountry, pinned("in")));
    }
}
