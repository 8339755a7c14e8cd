//! What a look at the crates gives the rules. Data, and nothing that makes it.

use super::expand::Unsafe;
use crate::source::Place;

/// A way from a central crate to the vault.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The packages on the way, from the central crate to the vault.
    pub path: Vec<String>,
    /// The dependency in the central crate's manifest that begins the way; in the crate that is a copy of the vault
    /// itself, the mark.
    pub place: Place,
    /// What gives the last package away, where it goes by another name than the vault's: the mark in its sources, or
    /// the line of its manifest.
    pub copy: Option<Place>,
}

/// A crate that the policy names and the workspace does not have.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// The list that names it.
    pub list: &'static str,
    /// Place of the name in the policy.
    pub place: Place,
}

/// A crate that uses the runtime and is in no list of the policy.
#[derive(Clone, Debug)]
pub struct Unlisted {
    /// The packages on the way, from the crate to the runtime.
    pub path: Vec<String>,
    /// Its name in its manifest.
    pub place: Place,
}

/// A place in the code of a crate, with the crate as a message names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// The crate, with the list that names it or the way on which a central crate links it.
    pub whose: String,
    /// The place.
    pub place: Place,
}

/// A feature of one of Boundary's crates that is for tests, turned on outside of tests.
#[derive(Clone, Debug)]
pub struct TestFeature {
    /// The crate that turns it on, as a message names it.
    pub whose: String,
    /// The crate whose feature it is.
    pub package: String,
    /// The feature.
    pub feature: String,
    /// The dependency in the manifest.
    pub place: Place,
}

/// What the crates show.
#[derive(Debug, Default)]
pub struct Crates {
    /// Ways from a central crate to the vault.
    pub reaches: Vec<Reach>,
    /// Crates that the policy names and the workspace does not have.
    pub unknown: Vec<Unknown>,
    /// Crates that use the runtime and are in no list.
    pub unlisted: Vec<Unlisted>,
    /// Places that name the seam of the vault where central code would reach it.
    pub seams: Vec<Named>,
    /// Roots of targets of central crates that do not forbid unsafe code.
    pub not_forbidden: Vec<Named>,
    /// Unsafe code that comes out of macros, where crates were expanded.
    pub unsafes: Vec<Unsafe>,
    /// Places that name what is public for generated code only.
    pub hidden: Vec<Named>,
    /// Places outside of tests that name what is there for tests.
    pub test_only: Vec<Named>,
    /// Features for tests that are turned on outside of tests.
    pub test_features: Vec<TestFeature>,
}
