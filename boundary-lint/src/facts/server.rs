//! What a live Postgres says of its tables besides their columns: row security, and the comments on columns.
//!
//! It is kept apart from the tables of the migrations, because the two are compared. Rows never come in here.

use std::collections::BTreeMap;

use crate::catalogue::Said;
use crate::parse::tokens::{Kind, Tokens, unquoted};
use crate::source::Place;

/// A live Postgres.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Its tables, by schema and name.
    pub tables: BTreeMap<(String, String), ServerTable>,
}

/// A table of a live Postgres.
#[derive(Clone, Debug)]
pub struct ServerTable {
    /// Where it stands in the list of the database.
    pub place: Place,
    /// Whether row security is switched on.
    pub enabled: bool,
    /// Whether it holds for the table's owner as well.
    pub forced: bool,
    /// Its policies.
    pub policies: Vec<ServerPolicy>,
    /// The comments on its columns, by column.
    pub comments: BTreeMap<String, Said>,
}

/// A policy of row security.
#[derive(Clone, Debug)]
pub struct ServerPolicy {
    /// Its name.
    pub name: String,
    /// Whether it takes rows away, whatever other policies show.
    pub restrictive: bool,
    /// Whether it is for all commands and all roles.
    pub for_all: bool,
    /// What it asks of rows that are read and of rows that are written, as the server prints it.
    pub conditions: Vec<String>,
}

impl ServerTable {
    /// Whether its policies keep rows apart by this column: a restrictive one for everything does, or else each that shows rows. How a
    /// condition compares the column is not judged.
    #[must_use]
    pub fn is_kept_apart_by(&self, column: &str) -> bool {
        let (restrictive, permissive): (Vec<&ServerPolicy>, _) =
            self.policies.iter().partition(|policy| policy.restrictive);
        let one_for_all = restrictive
            .iter()
            .any(|policy| policy.for_all && policy.asks_for(column));
        let each = permissive.iter().all(|policy| policy.asks_for(column));
        !self.policies.is_empty() && (one_for_all || each)
    }
}

impl ServerPolicy {
    /// Whether each of its conditions names a column.
    fn asks_for(&self, column: &str) -> bool {
        let names = |condition: &String| {
            Tokens::new(condition).any(|token| {
                let text = condition.get(token.span.start..token.span.end).unwrap_or("");
                match token.kind {
                    Kind::Word => text == column,
                    Kind::Quoted => unquoted(text) == column,
                    _ => false,
                }
            })
        };
        !self.conditions.is_empty() && self.conditions.iter().all(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn policy(restrictive: bool, for_all: bool, conditions: &[&str]) -> ServerPolicy {
        ServerPolicy {
            name: "p".to_owned(),
            restrictive,
            for_all,
            conditions: conditions.iter().map(ToString::to_string).collect(),
        }
    }

    fn kept_apart(policies: Vec<ServerPolicy>) -> bool {
        let table = ServerTable {
            place: Place {
                file: FileId(0),
                span: Span::default(),
            },
            enabled: true,
            forced: true,
            policies,
            comments: BTreeMap::new(),
        };
        table.is_kept_apart_by("tenant")
    }

    #[test]
    fn rows_are_kept_apart_by_one_policy_for_everything_or_by_each_that_shows_rows() {
        let (asks, other) = (
            "(tenant = current_setting('x'))",
            "(current_setting('app.tenant') <> 'tenant')",
        );
        for (policies, expected) in [
            (vec![], false),
            (vec![policy(false, true, &[asks])], true),
            (vec![policy(false, true, &["(\"tenant\" = 'a')"])], true),
            (vec![policy(false, true, &[other])], false),
            (vec![policy(false, true, &[])], false),
            (vec![policy(false, true, &[asks, "true"])], false),
            (
                vec![policy(false, true, &[asks]), policy(false, false, &["true"])],
                false,
            ),
            (
                vec![policy(true, true, &[asks]), policy(false, true, &["true"])],
                true,
            ),
            (
                vec![policy(true, false, &[asks]), policy(false, true, &["true"])],
                false,
            ),
            (
                vec![policy(true, true, &[other]), policy(false, true, &["true"])],
                false,
            ),
        ] {
            assert_eq!(kept_apart(policies.clone()), expected, "{policies:?}");
        }
    }
}
