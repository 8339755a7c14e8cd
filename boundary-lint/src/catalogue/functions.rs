//! Functions that the migrations create: what they give to queries, and whether calling them could change columns.

use std::sync::LazyLock;

use super::builtins::brings_no_table;
use super::results::leaves_columns_alone;
use super::{Catalogue, ColumnType};
use crate::parse::statement::{Name, Returns};

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) gives: Gives,
    pub(super) hides: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Gives {
    Value(ColumnType),
    Rows(Vec<(String, ColumnType)>),
    Unknown,
}

impl Catalogue {
    pub(super) fn create_function(&mut self, name: &Name, returns: &Returns, hides: bool) {
        let gives = match returns {
            Returns::Type(ty) => Gives::Value(self.resolve_type(ty)),
            Returns::Table(columns) => Gives::Rows(
                columns
                    .iter()
                    .map(|(name, ty)| {
                        (
                            name.clone(),
                            ty.as_ref()
                                .map_or(ColumnType::Unknown, |ty| self.resolve_type(ty)),
                        )
                    })
                    .collect(),
            ),
            Returns::Unknown => Gives::Unknown,
        };
        // Overloads share a name: where they differ, the later one speaks for all, except that a hidden change stays.
        let hides = hides || self.functions.get(&name.name).is_some_and(|before| before.hides);
        self.functions
            .insert(name.name.clone(), Function { gives, hides });
    }

    pub(super) fn function(&self, name: &Name) -> Option<&Function> {
        if name.schema.as_deref() == Some("pg_catalog") {
            None
        } else {
            self.functions.get(&name.name)
        }
    }

    /// The first of the called functions that nobody can vouch for.
    pub(super) fn stranger<'a>(&self, called: &'a [Name]) -> Option<&'a Name> {
        called.iter().find(|name| match self.function(name) {
            Some(function) => function.hides,
            None => {
                name.schema.as_deref() != Some("pg_catalog")
                    && !leaves_columns_alone(&name.name)
                    && !is_of_postgres(&name.name)
            }
        })
    }

    pub(super) fn extension_is_known(name: &str) -> bool {
        brings_no_table(name)
    }
}

/// The functions of `pg_catalog` in PostgreSQL 15 as its `pg_proc` lists them, sorted, without those that run a query which they are given.
const PG_CATALOG: &str = include_str!("pg_catalog.txt");

/// Whether Postgres itself brings a function of this name; none of them changes a table's columns.
fn is_of_postgres(name: &str) -> bool {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| PG_CATALOG.lines().collect());
    NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_postgres_are_sorted_and_none_runs_a_query() {
        assert!(PG_CATALOG.lines().is_sorted());
        assert!(is_of_postgres("jsonb_path_query") && is_of_postgres("abs"));
        for name in [
            "query_to_xml",
            "table_to_xml",
            "ts_stat",
            "ts_rewrite",
            "my_function",
            "",
        ] {
            assert!(!is_of_postgres(name), "{name}");
        }
    }
}
