//! The residency policy of a workspace, `boundary.toml`, as typed values.
//!
//! Text becomes a [`Policy`] once, in [`Policy::parse`]; past it every name resolves and every number is in range.
//! `shape` is the one table of keys; `check` reports what contradicts it, `build` makes the values and reports what
//! only several keys together can get wrong. No decision is taken here.

mod build;
mod check;
mod columns;
mod duration;
mod error;
mod json;
mod load;
mod parts;
mod shape;

use std::collections::BTreeMap;

use crate::{Name, Taxonomy};

pub use columns::{ColumnMeaning, ColumnResidency, ColumnResidencyError, ColumnRole, DeclaredColumn};
pub use error::{PolicyError, PolicyErrors, Position};
pub use json::json_schema;
pub use parts::{
    Allowed, Approved, Backups, Basis, Consent, CratePlane, Crates, Dialect, Envelope, Jurisdiction,
    JurisdictionError, KeyAuthority, KeyPlace, Keys, MigrationFolder, Plane, Purpose, Region, ReleaseRules,
    Role, Sink, SinkKind, TableKeys,
};

/// What a workspace declares about where its data may be, who may use it for what, and what may be released.
///
/// A policy only comes from [`Policy::parse`] or [`Policy::load`] and does not change afterwards.
///
/// ```
/// use boundary_schema::{CratePlane, Policy};
///
/// let policy = Policy::parse("boundary.toml", r#"
///     version = 1
///
///     [regions]
///     in = { jurisdiction = "IN", plane = "in_country" }
///     hub = { jurisdiction = "US", plane = "central" }
///
///     [purposes.billing]
///     use = "essential.service.payment_processing"
///     basis = "contract"
///
///     [categories."user.government_id.aadhaar"]
///     sensitivity = "sensitive"
///
///     [roles.service]
///     purposes = ["billing"]
///
///     [crates]
///     in_country = ["ledger"]
///     central = ["dashboard"]
///
///     [consent]
///     grant_max_age = "5m"
///
///     [keys]
///     lease = "60s"
///
///     [release]
///     destination = "hub"
///     minimum_subjects = 20
///     max_share_percent = 50
/// "#)?;
///
/// assert!(policy.purpose_allowed("service", "billing"));
/// assert_eq!(policy.plane_of_crate("dashboard"), Some(CratePlane::Central));
/// assert!(policy.region_of_jurisdiction("IN").is_some_and(|region| region.name == "in"));
/// assert!(policy.categories().get("user.government_id.aadhaar").is_some_and(|aadhaar| aadhaar.identifies()));
/// # Ok::<(), boundary_schema::PolicyErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    source: String,
    regions: BTreeMap<Name, Region>,
    purposes: BTreeMap<Name, Purpose>,
    categories: Taxonomy,
    roles: BTreeMap<Name, Role>,
    sinks: BTreeMap<Name, Sink>,
    crates: Crates,
    consent: Consent,
    keys: Keys,
    envelope: Envelope,
    release: ReleaseRules,
    columns: Vec<DeclaredColumn>,
    migrations: Vec<MigrationFolder>,
    allowed: Vec<Allowed>,
    approved: Vec<Approved>,
    backups: Option<Backups>,
}

impl Policy {
    /// The name of the file.
    pub const FILE_NAME: &'static str = "boundary.toml";

    /// The version of the format that this crate reads.
    pub const VERSION: u32 = 1;

    /// The text that the policy was read from: what a declaration was compiled under is compared with it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The regions, by name.
    #[must_use]
    pub fn regions(&self) -> &BTreeMap<Name, Region> {
        &self.regions
    }

    /// The purposes, by name.
    #[must_use]
    pub fn purposes(&self) -> &BTreeMap<Name, Purpose> {
        &self.purposes
    }

    /// The built-in categories and those that the policy adds.
    #[must_use]
    pub fn categories(&self) -> &Taxonomy {
        &self.categories
    }

    /// The roles, by name.
    #[must_use]
    pub fn roles(&self) -> &BTreeMap<Name, Role> {
        &self.roles
    }

    /// The sinks, by name.
    #[must_use]
    pub fn sinks(&self) -> &BTreeMap<Name, Sink> {
        &self.sinks
    }

    /// Which crates run where.
    #[must_use]
    pub fn crates(&self) -> &Crates {
        &self.crates
    }

    /// How long an answer of the consent ledger holds.
    #[must_use]
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// How long an opened authority is held, and how the data keys of each table are kept.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What sealed values show of themselves.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What has to hold before anything crosses the border.
    #[must_use]
    pub fn release(&self) -> &ReleaseRules {
        &self.release
    }

    /// The columns of `[tables]`, in the order of tables and columns.
    #[must_use]
    pub fn columns(&self) -> &[DeclaredColumn] {
        &self.columns
    }

    /// The folders of migrations that are named, in the order of the file.
    #[must_use]
    pub fn migrations(&self) -> &[MigrationFolder] {
        &self.migrations
    }

    /// The findings that somebody answers for, in the order of the file.
    #[must_use]
    pub fn allowed(&self) -> &[Allowed] {
        &self.allowed
    }

    /// The changes that somebody approved, in the order of the file.
    #[must_use]
    pub fn approved(&self) -> &[Approved] {
        &self.approved
    }

    /// How backups are kept, where the policy says it.
    #[must_use]
    pub fn backups(&self) -> Option<&Backups> {
        self.backups.as_ref()
    }

    /// The in-country regions of a jurisdiction (`IN`, `EU`), ordered by name.
    pub fn regions_of_jurisdiction(&self, jurisdiction: &str) -> impl Iterator<Item = &Region> {
        self.regions.values().filter(move |region| {
            region.plane == Plane::InCountry && region.jurisdiction.as_str() == jurisdiction
        })
    }

    /// The in-country region of a jurisdiction (`IN`, `EU`) when there is exactly one. With several, where a person's
    /// data lives is a fact about the person, so nothing is guessed.
    #[must_use]
    pub fn region_of_jurisdiction(&self, jurisdiction: &str) -> Option<&Region> {
        let mut regions = self.regions_of_jurisdiction(jurisdiction);
        regions.next().filter(|_| regions.next().is_none())
    }

    /// Whether somebody in this role may act for this purpose. Unknown names may nothing.
    #[must_use]
    pub fn purpose_allowed(&self, role: &str, purpose: &str) -> bool {
        self.roles
            .get(role)
            .is_some_and(|role| role.purposes.contains(purpose))
    }

    /// Where the crate runs, if the policy lists it; `payments_model` and `payments-model` are one crate.
    #[must_use]
    pub fn plane_of_crate(&self, name: &str) -> Option<CratePlane> {
        self.crates.plane(name)
    }
}
