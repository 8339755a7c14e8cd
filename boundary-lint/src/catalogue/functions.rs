//! Functions that the migrations create: what they give to queries, and whether calling them could change columns.

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
            None => name.schema.as_deref() != Some("pg_catalog") && !leaves_columns_alone(&name.name),
        })
    }

    pub(super) fn extension_is_known(name: &str) -> bool {
        brings_no_table(name)
    }
}
