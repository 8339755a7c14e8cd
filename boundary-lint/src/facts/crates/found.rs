//! What a look at the crates gives the rules. Data, and nothing that makes it.

use super::expand::Unsafe;
use crate::parse::opened::Goes;
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

/// A use of the one exit from an opened value.
#[derive(Clone, Debug)]
pub struct Exit {
    /// The call.
    pub at: Named,
    /// The function that it stands in.
    pub function: String,
    /// The reason, where it is a text in the code.
    pub reason: Option<String>,
}

/// A disclosed value that goes where nobody looks after it.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where.
    pub at: Named,
    /// Where it goes.
    pub goes: Goes,
    /// By what.
    pub by: String,
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
    /// Lines of code of the crates that touch personal data.
    pub code_lines: usize,
    /// Uses of the exit, outside of tests.
    pub exits: Vec<Exit>,
    /// The exit taken as a function.
    pub taken: Vec<Named>,
    /// Where disclosed values go.
    pub flows: Vec<Flow>,
    /// Names of database clients and of raw SQL.
    pub connections: Vec<Named>,
    /// Connection strings.
    pub connection_strings: Vec<Named>,
    /// Features for tests that are turned on outside of tests.
    pub test_features: Vec<TestFeature>,
}
