//! The one table of the keys of `boundary.toml`. The reader, its messages and the JSON Schema come from it; a key that
//! is not here does not exist.

use super::columns::ColumnRole;
use super::parts::{
    Backups, Basis, Consent, Dialect, Envelope, KeyAuthority, KeyPlace, Keys, Plane, SinkKind,
};
use super::{Policy, duration};
use crate::Sensitivity;
use crate::nearest::listed;

/// One key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
    /// One sentence for the reader of the schema.
    pub(super) doc: &'static str,
}

/// What the value of a key may be.
pub(super) enum Kind {
    /// The version of the format.
    Version,
    /// Any text that is not empty.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from `least` to `most`.
    Count { least: u64, most: u64 },
    /// A table of whole numbers from `least` to `most`, each under a category key; it holds for the categories below too.
    CategoryCounts { least: u64, most: u64 },
    /// A text such as `5m`, of at most so many seconds.
    Duration { longest: u64 },
    /// A text such as `7d`, of at least and at most so many seconds.
    Wait { shortest: u64, longest: u64 },
    /// `EU` or a country code.
    Jurisdiction,
    /// A fideslang data use or one below it.
    DataUse,
    /// One of a closed set of words.
    Word(&'static [&'static str]),
    /// The name of an entry of another table.
    Reference(Section),
    /// An array of such names.
    References(Section),
    /// An array of package names.
    Packages,
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table of tables with these keys, each under a name.
    Named(&'static [Key]),
    /// A table of tables with these keys, each under a dotted category key.
    Categories(&'static [Key]),
    /// A table of tables of tables with these keys: under a table of the database, then under a column.
    Columns(&'static [Key]),
    /// A table of tables with these keys, each under the name of a table of the database.
    Tables(&'static [Key]),
    /// An array of tables with these keys.
    Records(&'static [Key]),
    /// A declared category: built in, or of the policy.
    Category,
    /// `global`, `regional`, `in_country` or `pinned(region)`.
    Residency,
    /// A day of the calendar, `YYYY-MM-DD`.
    Day,
}

/// A table whose entries other keys refer to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Regions,
    Purposes,
}

impl Section {
    /// The key of the table.
    pub(super) fn key(self) -> &'static str {
        match self {
            Section::Regions => "regions",
            Section::Purposes => "purposes",
        }
    }

    /// What one entry is called.
    pub(super) fn entry(self) -> &'static str {
        match self {
            Section::Regions => "region",
            Section::Purposes => "purpose",
        }
    }
}

impl Kind {
    /// What a message says was expected.
    pub(super) fn expected(&self) -> String {
        match self {
            Kind::Version => format!("the number {}", Policy::VERSION),
            Kind::Text => "a text that is not empty".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Count { least, most } => format!("a whole number from {least} to {most}"),
            Kind::CategoryCounts { .. } => "a table of whole numbers, each under a category key".to_owned(),
            Kind::Duration { longest } => {
                format!(
                    "a duration such as \"90s\", \"5m\" or \"1h\", at most \"{}\"",
                    duration::display(*longest)
                )
            }
            Kind::Wait { shortest, longest } => {
                format!(
                    "a duration such as \"7d\", at least \"{}\" and at most \"{}\"",
                    duration::display(*shortest),
                    duration::display(*longest)
                )
            }
            Kind::Jurisdiction => "\"EU\" or a country as two capital letters (ISO 3166-1)".to_owned(),
            Kind::DataUse => "a data use of fideslang 3.1.4, or a narrower one below it".to_owned(),
            Kind::Word(words) => format!("one of {}", listed(words)),
            Kind::Reference(section) => format!("the name of a {}", section.entry()),
            Kind::References(section) => format!("an array of names of {}s", section.entry()),
            Kind::Packages => "an array of package names".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Named(_) => "a table of tables, each under a name".to_owned(),
            Kind::Categories(_) => "a table of tables, each under a category key".to_owned(),
            Kind::Columns(_) => {
                "a table of columns, each a table, under the name of a database table".to_owned()
            }
            Kind::Tables(_) => "a table of tables, each under the name of a database table".to_owned(),
            Kind::Records(_) => "an array of tables".to_owned(),
            Kind::Category => "a category of the policy, or a built-in one".to_owned(),
            Kind::Residency => "\"global\", \"regional\", \"in_country\" or \"pinned(region)\"".to_owned(),
            Kind::Day => "a day as \"YYYY-MM-DD\"".to_owned(),
        }
    }
}

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        required: true,
        kind,
        doc,
    }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        required: false,
        kind,
        doc,
    }
}

/// The top level of the file.
pub(super) const ROOT: &[Key] = &[
    required("version", Kind::Version, "Version of this format."),
    required(
        "regions",
        Kind::Named(REGION),
        "The places where data is kept and code runs.",
    ),
    required("purposes", Kind::Named(PURPOSE), "The declared uses of data."),
    optional(
        "categories",
        Kind::Categories(CATEGORY),
        "Categories narrower than the built-in ones.",
    ),
    required(
        "roles",
        Kind::Named(ROLE),
        "What each role of a principal may act for.",
    ),
    optional(
        "sinks",
        Kind::Named(SINK),
        "The places that data can be written to, logs included.",
    ),
    required(
        "crates",
        Kind::Table(CRATES),
        "Which packages of the workspace run where; each is in one list.",
    ),
    required("consent", Kind::Table(CONSENT), "How consent is asked for."),
    required("keys", Kind::Table(KEYS), "How keys are held."),
    required(
        "release",
        Kind::Table(RELEASE),
        "What has to hold before anything crosses the border.",
    ),
    optional(
        "envelope",
        Kind::Table(ENVELOPE),
        "What a sealed value shows of itself.",
    ),
    optional(
        "tables",
        Kind::Columns(COLUMN),
        "Columns of tables that no Rust model declares.",
    ),
    optional(
        "migrations",
        Kind::Records(MIGRATIONS),
        "Folders of SQL migrations that are not found by their names.",
    ),
    optional(
        "allow",
        Kind::Records(ALLOW),
        "Findings of the lint that somebody answers for until a day.",
    ),
    optional(
        "approve",
        Kind::Records(APPROVE),
        "Changes that widen what may be done with data, each with who approved it.",
    ),
    optional(
        "backups",
        Kind::Table(BACKUPS),
        "How long backups are kept, and by which rules they are restored.",
    ),
];

const COLUMN: &[Key] = &[
    optional(
        "role",
        Kind::Word(ColumnRole::WORDS),
        "Its part in identifying the record, instead of a category.",
    ),
    optional("category", Kind::Category, "What a value is."),
    optional("residency", Kind::Residency, "Where the raw value may be."),
    optional(
        "purposes",
        Kind::References(Section::Purposes),
        "Why it is processed.",
    ),
    optional(
        "json",
        Kind::Text,
        "The Rust type whose fields say what a JSON value holds.",
    ),
    optional(
        "opaque",
        Kind::Flag,
        "Whether a JSON value is classified as a whole, whatever it holds.",
    ),
];

const MIGRATIONS: &[Key] = &[
    required("path", Kind::Text, "The folder, from the folder of this file."),
    optional(
        "dialect",
        Kind::Word(Dialect::WORDS),
        "The dialect of SQL; told from the files where it is absent.",
    ),
];

const ALLOW: &[Key] = &[
    required("rule", Kind::Text, "The rule."),
    required(
        "at",
        Kind::Text,
        "Where: a column as schema.table.column, a table as schema.table, or a file.",
    ),
    required("reason", Kind::Text, "Why the finding is accepted."),
    required("owner", Kind::Text, "Who answers for it."),
    required("until", Kind::Day, "The last day on which it holds."),
];

const APPROVE: &[Key] = &[
    required(
        "change",
        Kind::Text,
        "The change, as `cargo boundary diff` prints it.",
    ),
    required("by", Kind::Text, "Who approved it."),
    required("reason", Kind::Text, "Why it is right."),
    required("until", Kind::Day, "The last day on which the approval holds."),
];

const BACKUPS: &[Key] = &[
    required(
        "rows",
        Kind::Duration {
            longest: Backups::LONGEST,
        },
        "How long backups of rows and objects are kept.",
    ),
    required(
        "keys",
        Kind::Duration {
            longest: Backups::LONGEST,
        },
        "How long backups of the key tables are kept: for so long erased sealed values can be opened from backups.",
    ),
    required(
        "restore",
        Kind::Text,
        "The document with the rules of a restore: erasures are repeated before anything is served.",
    ),
];

const REGION: &[Key] = &[
    required(
        "jurisdiction",
        Kind::Jurisdiction,
        "Whose law applies there: EU, or an ISO 3166-1 country code.",
    ),
    required(
        "plane",
        Kind::Word(Plane::WORDS),
        "Whether its code may hold raw data of its subjects.",
    ),
];

const PURPOSE: &[Key] = &[
    required(
        "use",
        Kind::DataUse,
        "The fideslang 3.1.4 data use, or a narrower one below it.",
    ),
    required(
        "basis",
        Kind::Word(Basis::WORDS),
        "The lawful basis: GDPR Art. 6(1)(a) to (f).",
    ),
];

const CATEGORY: &[Key] = &[
    required(
        "sensitivity",
        Kind::Word(Sensitivity::WORDS),
        "How sensitive a value is; not less than what the category extends.",
    ),
    optional(
        "identifies",
        Kind::Flag,
        "Whether one value points at one person by itself; by default as what the category extends.",
    ),
    optional("description", Kind::Text, "What a value of the category is."),
];

const ROLE: &[Key] = &[required(
    "purposes",
    Kind::References(Section::Purposes),
    "The purposes that the role may act for.",
)];

const SINK: &[Key] = &[
    required("kind", Kind::Word(SinkKind::WORDS), "What sort of place it is."),
    required(
        "region",
        Kind::Reference(Section::Regions),
        "The region that it is in.",
    ),
];

const CRATES: &[Key] = &[
    optional("shared", Kind::Packages, "Packages that every plane links."),
    optional("in_country", Kind::Packages, "Packages of in-country binaries."),
    optional(
        "central",
        Kind::Packages,
        "Packages of central binaries, which must not reach boundary-vault.",
    ),
    optional(
        "tools",
        Kind::Packages,
        "Packages that may link both sides and are never deployed.",
    ),
];

const CONSENT: &[Key] = &[required(
    "grant_max_age",
    Kind::Duration {
        longest: Consent::LONGEST_AGE,
    },
    "For how long an answer of the consent ledger may be used; at most 24h.",
)];

const KEYS: &[Key] = &[
    required(
        "lease",
        Kind::Duration {
            longest: Keys::LONGEST_LEASE,
        },
        "For how long an opened key authority is held in memory; 0s means not at all, at most 1h.",
    ),
    optional(
        "deletion_wait",
        Kind::Wait {
            shortest: Keys::SHORTEST_WAIT,
            longest: Keys::LONGEST_WAIT,
        },
        "For how long the key of an authority waits for its deletion; at least 24h, at most 30d, 7d where it is absent.",
    ),
    optional(
        "tables",
        Kind::Tables(KEYS_OF_TABLE),
        "How the data keys of a table's records are kept, where it is not in the key table and under the tenant's authority.",
    ),
];

const KEYS_OF_TABLE: &[Key] = &[
    optional(
        "data_key",
        Kind::Word(KeyPlace::WORDS),
        "Where wrapped data keys lie: apart in the key table, or inline in the row and so in every backup of the rows.",
    ),
    optional(
        "authority",
        Kind::Word(KeyAuthority::WORDS),
        "Whose authority wraps them: the tenant's, or the separate one for what the law keeps.",
    ),
];

const ENVELOPE: &[Key] = &[optional(
    "padding",
    Kind::CategoryCounts {
        least: Envelope::LEAST_BUCKET,
        most: Envelope::LARGEST_BUCKET,
    },
    "By category, the bytes to whose multiples sealed values are padded; it holds for the categories below too.",
)];

const RELEASE: &[Key] = &[
    required(
        "destination",
        Kind::Reference(Section::Regions),
        "The central region that released values go to.",
    ),
    required(
        "minimum_subjects",
        Kind::Count {
            least: 2,
            most: u32::MAX as u64,
        },
        "The least number of distinct subjects in a cohort.",
    ),
    required(
        "max_share_percent",
        Kind::Count { least: 1, most: 100 },
        "The largest part of a cohort's sum, in per cent, that may come from one subject.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CratePlane;

    #[test]
    fn the_lists_of_crates_are_the_words_of_crate_plane() {
        assert!(
            CRATES
                .iter()
                .map(|key| key.name)
                .eq(CratePlane::WORDS.iter().copied())
        );
    }

    #[test]
    fn every_bound_that_a_doc_names_is_the_bound() {
        for keys in [CONSENT, KEYS] {
            for key in keys {
                let longest = match key.kind {
                    Kind::Duration { longest } => longest,
                    Kind::Wait { shortest, longest } => {
                        let shortest = format!("at least {}", duration::display(shortest));
                        assert!(key.doc.contains(&shortest), "{}", key.name);
                        let default = format!("{} where it is absent", duration::display(Keys::DEFAULT_WAIT));
                        assert!(key.doc.contains(&default), "{}", key.name);
                        longest
                    }
                    _ => continue,
                };
                assert!(
                    key.doc
                        .contains(&format!("at most {}", duration::display(longest))),
                    "{}",
                    key.name
                );
            }
        }
    }
}
