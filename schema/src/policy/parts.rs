//! The values that a policy is made of. They carry what was declared and answer questions about themselves alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use crate::Name;

/// Whose law applies in a region: `EU`, or a country by its ISO 3166-1 alpha-2 code.
///
/// Only the shape of the code is checked (two capital letters), not whether a country has it.
///
/// ```
/// use boundary_schema::Jurisdiction;
/// let india: Jurisdiction = "IN".parse()?;
/// assert_eq!(india.as_str(), "IN");
/// assert!("in".parse::<Jurisdiction>().is_err());
/// # Ok::<(), boundary_schema::JurisdictionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jurisdiction(String);

/// A text that is not the code of a [`Jurisdiction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a jurisdiction is `EU` or the two capital letters of a country in ISO 3166-1")]
pub struct JurisdictionError;

impl Jurisdiction {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Jurisdiction {
    type Err = JurisdictionError;

    fn from_str(text: &str) -> Result<Self, JurisdictionError> {
        if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Jurisdiction(text.to_owned()))
        } else {
            Err(JurisdictionError)
        }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

keywords! {
    /// Where code runs.
    pub enum Plane as "plane" {
        /// Inside a region whose subjects' raw data it may hold.
        InCountry = "in_country",
        /// Outside; it only ever has what was released.
        Central = "central",
    }
}

/// A place where data is kept and code runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Region {
    /// Its name in the policy.
    pub name: Name,
    /// Whose law applies there.
    pub jurisdiction: Jurisdiction,
    /// What its code may do.
    pub plane: Plane,
}

keywords! {
    /// The lawful basis of a purpose: GDPR Art. 6(1)(a) to (f).
    pub enum Basis as "basis" {
        /// (a) The subject has given consent.
        Consent = "consent",
        /// (b) A contract with the subject needs it.
        Contract = "contract",
        /// (c) A law obliges the controller to it.
        LegalObligation = "legal_obligation",
        /// (d) Somebody's life depends on it.
        VitalInterests = "vital_interests",
        /// (e) A task in the public interest needs it.
        PublicTask = "public_task",
        /// (f) Interests of the controller that the subject's do not override.
        LegitimateInterests = "legitimate_interests",
    }
}

impl Basis {
    /// Whether the subject must have consented before, and may withdraw it (Art. 7).
    #[must_use]
    pub const fn needs_consent(self) -> bool {
        matches!(self, Basis::Consent)
    }

    /// Whether the subject has a right to object (Art. 21(1): processing based on Art. 6(1)(e) or (f)).
    #[must_use]
    pub const fn may_be_objected_to(self) -> bool {
        matches!(self, Basis::PublicTask | Basis::LegitimateInterests)
    }
}

/// A declared use of data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purpose {
    /// Its name in the policy.
    pub name: Name,
    /// The fideslang data use, or a narrower one below it; the key `use` of the file.
    pub data_use: String,
    /// Why it is lawful.
    pub basis: Basis,
}

/// What a principal is allowed to act for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role {
    /// Its name in the policy.
    pub name: Name,
    /// The purposes that somebody in this role may open a session for.
    pub purposes: BTreeSet<Name>,
}

keywords! {
    /// What sort of place a sink is.
    pub enum SinkKind as "kind of sink" {
        /// A message queue or stream.
        Queue = "queue",
        /// An object store.
        Bucket = "bucket",
        /// A table of a database.
        Table = "table",
        /// An analytical store.
        Warehouse = "warehouse",
        /// A cache, in memory or on disk.
        Cache = "cache",
        /// A search index.
        Search = "search",
        /// Logs and traces.
        Log = "log",
        /// Counters and gauges.
        Metrics = "metrics",
        /// A file system.
        File = "file",
        /// An HTTP endpoint.
        Http = "http",
    }
}

/// Somewhere that data can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sink {
    /// Its name in the policy.
    pub name: Name,
    /// What sort of place it is.
    pub kind: SinkKind,
    /// The region that it is in.
    pub region: Name,
}

keywords! {
    /// A dialect of SQL that migrations are written in.
    pub enum Dialect as "dialect of SQL" {
        /// PostgreSQL.
        Postgres = "postgres",
        /// SQLite.
        Sqlite = "sqlite",
        /// MySQL and MariaDB.
        Mysql = "mysql",
    }
}

/// A folder of SQL migrations that is named in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationFolder {
    /// The folder, relative to that of the policy.
    pub path: String,
    /// The dialect, where it is said.
    pub dialect: Option<Dialect>,
}

/// A finding of the lint that somebody answers for until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowed {
    /// The rule.
    pub rule: String,
    /// `schema.table.column`, `schema.table`, or a file.
    pub at: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: String,
    /// Where the entry stands in the file, in bytes.
    pub span: Range<usize>,
}

/// A change that widens what may be done with data, and that somebody approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Approved {
    /// The change, as `cargo boundary diff` prints it.
    pub change: String,
    /// Who approved it.
    pub by: String,
    /// Why it is right.
    pub reason: String,
    /// The last day on which the approval holds, `YYYY-MM-DD`.
    pub until: String,
    /// Where the entry stands in the file, in bytes.
    pub span: Range<usize>,
}

/// How long backups are kept, and by which rules they are restored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backups {
    /// For how long backups of rows and objects are kept.
    pub rows: Duration,
    /// For how long backups of the key tables are kept. The sealed values of a record whose data key was
    /// deleted can be opened from backups for this long; what is not sealed is in those of rows.
    pub keys: Duration,
    /// The document with the rules of a restore.
    pub restore: String,
}

impl Backups {
    /// The longest retention in seconds: ten years of 365 days and three leap days.
    pub const LONGEST: u64 = (10 * 365 + 3) * 24 * 60 * 60;
}

keywords! {
    /// Where the code of a crate may run; the words are the keys of `[crates]`.
    pub enum CratePlane as "list of crates" {
        /// Linked by every plane: models.
        Shared = "shared",
        /// In-country binaries only.
        InCountry = "in_country",
        /// Central binaries: they must not reach `boundary-vault` in the dependency graph.
        Central = "central",
        /// Tests, demonstrations and administration, which may link both sides and are never deployed.
        Tools = "tools",
    }
}

/// Which packages of the workspace run where. No package is in two lists.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Crates {
    /// Packages that every plane links.
    pub shared: BTreeSet<String>,
    /// Packages of the in-country plane.
    pub in_country: BTreeSet<String>,
    /// Packages of the central plane.
    pub central: BTreeSet<String>,
    /// Packages that are never deployed.
    pub tools: BTreeSet<String>,
}

impl Crates {
    /// The packages of one list.
    #[must_use]
    pub fn of(&self, plane: CratePlane) -> &BTreeSet<String> {
        match plane {
            CratePlane::Shared => &self.shared,
            CratePlane::InCountry => &self.in_country,
            CratePlane::Central => &self.central,
            CratePlane::Tools => &self.tools,
        }
    }

    /// The list that the crate is in; `payments_model` and `payments-model` are one crate.
    #[must_use]
    pub fn plane(&self, name: &str) -> Option<CratePlane> {
        let is_listed = |plane: &CratePlane| self.of(*plane).iter().any(|listed| same_crate(listed, name));
        CratePlane::ALL.iter().copied().find(is_listed)
    }
}

/// Whether two spellings name one crate: Cargo turns `-` of a package into `_` of a crate.
pub(super) fn same_crate(a: &str, b: &str) -> bool {
    let hyphenated = |c| if c == '_' { '-' } else { c };
    a.chars().map(hyphenated).eq(b.chars().map(hyphenated))
}

/// How consent is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// For how long an answer of the ledger may be used before it is asked again; zero means for one access only.
    pub grant_max_age: Duration,
}

impl Consent {
    /// The longest [`grant_max_age`](Self::grant_max_age) in seconds: a day. It bounds how long after a withdrawal
    /// (GDPR Art. 7(3)) data may still be read.
    pub const LONGEST_AGE: u64 = 24 * 60 * 60;
}

keywords! {
    /// Where the wrapped data keys of a table's records lie.
    pub enum KeyPlace as "place of data keys" {
        /// In the region's key table, apart from the rows: a data key that is deleted there is gone from the backups
        /// of the rows as well.
        KeyTable = "key_table",
        /// In the row itself. They are in every backup of the rows, so deleting one erases nothing there.
        Inline = "inline",
    }
}

keywords! {
    /// Whose authority wraps the data keys of a table's records.
    pub enum KeyAuthority as "authority of data keys" {
        /// The tenant's, in the region.
        Tenant = "tenant",
        /// The separate one for what the law keeps: it outlives the tenant's.
        Retention = "retention",
    }
}

/// How the data keys of one table are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableKeys {
    /// Where they lie.
    pub data_key: KeyPlace,
    /// Who wraps them.
    pub authority: KeyAuthority,
}

impl Default for TableKeys {
    /// What holds for a table that the policy does not name.
    fn default() -> Self {
        Self {
            data_key: KeyPlace::KeyTable,
            authority: KeyAuthority::Tenant,
        }
    }
}

/// How keys are held.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keys {
    /// For how long an opened authority stays in memory, counted from its opening; zero means that every use asks the
    /// custody.
    pub lease: Duration,
    /// For how long the key of an authority waits for its deletion, during which it can be resumed.
    pub deletion_wait: Duration,
    tables: BTreeMap<String, TableKeys>,
}

impl Keys {
    /// The longest [`lease`](Self::lease) in seconds: an hour. It bounds for how long a tenant's kill switch can go
    /// unnoticed.
    pub const LONGEST_LEASE: u64 = 60 * 60;

    /// The shortest [`deletion_wait`](Self::deletion_wait) in seconds: a day.
    pub const SHORTEST_WAIT: u64 = 24 * 60 * 60;

    /// The longest [`deletion_wait`](Self::deletion_wait) in seconds: 30 days.
    pub const LONGEST_WAIT: u64 = 30 * 24 * 60 * 60;

    /// The [`deletion_wait`](Self::deletion_wait) of a policy that does not say it, in seconds: 7 days.
    pub const DEFAULT_WAIT: u64 = 7 * 24 * 60 * 60;

    pub(super) fn new(lease: Duration, deletion_wait: Duration, tables: BTreeMap<String, TableKeys>) -> Self {
        Self {
            lease,
            deletion_wait,
            tables,
        }
    }

    /// How the data keys of a table or event are kept, by its declared name. One that the policy does not name keeps
    /// them in the key table, under the tenant's authority.
    #[must_use]
    pub fn of_table(&self, name: &str) -> TableKeys {
        self.tables.get(name).copied().unwrap_or_default()
    }

    /// The tables that the policy names, ordered by name.
    #[must_use]
    pub fn tables(&self) -> &BTreeMap<String, TableKeys> {
        &self.tables
    }
}

/// What a sealed value shows of itself to somebody who has no key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Envelope {
    /// Categories and their buckets in bytes, the longest keys first.
    padding: Vec<(String, u32)>,
}

impl Envelope {
    /// The smallest bucket in bytes. One of a single byte would hide nothing.
    pub const LEAST_BUCKET: u64 = 2;

    /// The largest bucket in bytes.
    pub const LARGEST_BUCKET: u64 = 65_536;

    pub(super) fn new(mut padding: Vec<(String, u32)>) -> Self {
        padding.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { padding }
    }

    /// The bucket that values of a category are padded to, in bytes: what is said of it, or else of the nearest category
    /// that it is below. Nothing where their length may show.
    ///
    /// ```
    /// # let policy = include_str!("../../tests/payments.toml");
    /// use boundary_schema::Policy;
    ///
    /// let padding = "[envelope.padding]\n\"user.contact\" = 64\n\"user.contact.url\" = 256\n";
    /// let policy = Policy::parse("boundary.toml", &format!("{policy}\n{padding}"))?;
    /// assert_eq!(policy.envelope().bucket("user.contact.email"), Some(64));
    /// assert_eq!(policy.envelope().bucket("user.contact.url"), Some(256));
    /// assert_eq!(policy.envelope().bucket("user.name"), None);
    /// # Ok::<(), boundary_schema::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn bucket(&self, category: &str) -> Option<u32> {
        let covers = |key: &str| {
            let rest = category.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.padding
            .iter()
            .find(|(key, _)| covers(key))
            .map(|(_, bucket)| *bucket)
    }

    /// The categories that the policy names, with their buckets in bytes; the longest keys first.
    pub fn padding(&self) -> impl Iterator<Item = (&str, u32)> {
        self.padding.iter().map(|(key, bucket)| (key.as_str(), *bucket))
    }
}

/// What has to hold before a cohort or de-identified value crosses the border.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReleaseRules {
    /// The central region that released values go to.
    pub destination: Name,
    /// The least number of distinct subjects in a cohort; at least 2.
    pub minimum_subjects: u32,
    /// The largest part of a cohort's sum, in per cent, that may come from one subject; 1 to 100.
    pub max_share_percent: u8,
}
