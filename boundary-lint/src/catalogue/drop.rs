//! What goes, and what goes with it.

use std::collections::HashSet;

use super::apply::Refusal;
use super::types::{Shape, is_made_of};
use super::{Catalogue, ColumnId, ColumnType, RelationId, TypeId};
use crate::parse::statement::{Drop, Name};

impl Catalogue {
    pub(super) fn drop_relations(&mut self, drop: &Drop) -> Result<(), Refusal> {
        self.drop_all(
            drop,
            |catalogue, name| catalogue.find(name.schema.as_deref(), &name.name),
            Self::drop_relation,
        )
    }

    pub(super) fn drop_types(&mut self, drop: &Drop) -> Result<(), Refusal> {
        self.drop_all(
            drop,
            |catalogue, name| catalogue.find_type(name.schema.as_deref(), &name.name),
            Self::drop_type,
        )
    }

    fn drop_all<Id>(
        &mut self,
        drop: &Drop,
        find: impl Fn(&Self, &Name) -> Option<Id>,
        remove: impl Fn(&mut Self, Id),
    ) -> Result<(), Refusal> {
        let mut missing = None;
        for name in &drop.names {
            match find(self, name) {
                Some(id) => remove(self, id),
                None if drop.if_exists => {}
                None => missing = missing.or(Some(name)),
            }
        }
        match missing {
            Some(name) => Err(format!(
                "{name} is dropped, yet created by no migration that was read before this one"
            )),
            None => Ok(()),
        }
    }

    /// Drops a relation with all that cannot be without it. Without `CASCADE` Postgres would have refused where
    /// something depends on it, so what depends on it is the same set either way.
    pub(super) fn drop_relation(&mut self, id: RelationId) {
        let Some(relation) = self.relations.get_mut(id.0).and_then(Option::take) else {
            return;
        };
        self.by_name.remove(&(relation.schema, relation.name));
        self.indexes.retain(|_, index| index.table != id);
        for child in self.children(id) {
            self.drop_relation(child);
        }
        for view in self.dependents(id, |_| true) {
            self.drop_relation(view);
        }
        if self.rows_used {
            self.drop_columns_of(&ColumnType::Row(id));
        }
    }

    pub(super) fn drop_column(
        &mut self,
        id: RelationId,
        name: &str,
        if_exists: bool,
        only: bool,
    ) -> Result<(), Refusal> {
        let Some(relation) = self.relation(id) else {
            return Ok(());
        };
        let Some(column) = relation.column(name) else {
            let forgiven = if_exists || relation.opaque;
            return if forgiven {
                Ok(())
            } else {
                Err(format!("{} has no column {name} here", relation.name))
            };
        };
        let column = column.id;
        self.remove_column(id, name, column, only);
        Ok(())
    }

    fn remove_column(&mut self, id: RelationId, name: &str, column: ColumnId, only: bool) {
        if let Some(relation) = self.relation_mut(id) {
            relation.columns.retain(|other| other.id != column);
        }
        for index in self.indexes.values_mut().filter(|index| index.table == id) {
            index.columns.retain(|other| other != name);
        }
        for view in self.dependents(id, |dependency| dependency.column == Some(column)) {
            self.drop_relation(view);
        }
        for child in self.children(id) {
            let Some(inherited) = self
                .relation_mut(child)
                .and_then(|relation| relation.column_mut(name))
            else {
                continue;
            };
            inherited.inherited_from.retain(|parent| *parent != id);
            if inherited.inherited_from.is_empty() && (!inherited.local && !only) {
                let inherited = inherited.id;
                self.remove_column(child, name, inherited, only);
            } else {
                inherited.local |= only;
            }
        }
    }

    fn drop_type(&mut self, id: TypeId) {
        let Some(ty) = self.types.get_mut(id.0).and_then(Option::take) else {
            return;
        };
        self.types_by_name.remove(&(ty.schema, ty.name));
        let gone = ColumnType::User(id);
        self.drop_columns_of(&gone);
        for other in 0..self.types.len() {
            let needs = match self.types[other].as_mut().map(|ty| &mut ty.shape) {
                Some(Shape::Domain { base, .. }) => is_made_of(base, &gone),
                Some(Shape::Composite(fields)) => {
                    fields.retain(|(_, ty)| !is_made_of(ty, &gone));
                    false
                }
                _ => false,
            };
            if needs {
                self.drop_type(TypeId(other));
            }
        }
    }

    /// Drops every column that is of a type that goes, in views as in tables.
    fn drop_columns_of(&mut self, gone: &ColumnType) {
        let columns: Vec<(RelationId, String, ColumnId, bool)> = self
            .relations
            .iter()
            .flatten()
            .flat_map(|relation| relation.columns.iter().map(move |column| (relation, column)))
            .filter(|(_, column)| is_made_of(&column.ty, gone))
            .map(|(relation, column)| {
                (
                    relation.id,
                    column.name.clone(),
                    column.id,
                    !relation.depends.is_empty(),
                )
            })
            .collect();
        for (relation, name, column, view) in columns {
            if view {
                self.drop_relation(relation);
            } else {
                self.remove_column(relation, &name, column, false);
            }
        }
    }

    pub(super) fn drop_schemas(&mut self, drop: &Drop) -> Result<(), Refusal> {
        for name in &drop.names {
            let schema = &name.name;
            let known = self.schemas.contains(schema);
            if !known && !drop.if_exists {
                return Err(format!(
                    "the schema {schema} is dropped, yet created by no migration that was read"
                ));
            }
            let inside: HashSet<RelationId> = self
                .relations
                .iter()
                .flatten()
                .filter(|relation| relation.schema == *schema)
                .map(|r| r.id)
                .collect();
            let mut inside: Vec<RelationId> = inside.into_iter().collect();
            inside.sort();
            for id in inside {
                self.drop_relation(id);
            }
            for id in 0..self.types.len() {
                if self.types[id].as_ref().is_some_and(|ty| ty.schema == *schema) {
                    self.drop_type(TypeId(id));
                }
            }
            self.schemas.retain(|other| other != schema);
        }
        Ok(())
    }

    /// Temporary relations end with their session.
    pub(super) fn end_session(&mut self) {
        let temporary = std::mem::take(&mut self.temporary);
        for id in temporary {
            self.drop_relation(id);
        }
    }
}
