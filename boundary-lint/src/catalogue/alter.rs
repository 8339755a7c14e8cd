//! Changes of tables and views.

use super::apply::Refusal;
use super::{Catalogue, Column, RelationId, RelationKind};
use crate::parse::statement::{Action, Alter, ColumnDefinition, Guard, Name};
use crate::source::{Place, Span};

type ToPlace<'a> = &'a dyn Fn(Span) -> Place;

impl Catalogue {
    pub(super) fn alter(&mut self, place: ToPlace<'_>, alter: &Alter, guard: Guard) -> Result<(), Refusal> {
        if alter.actions.is_empty() {
            return Ok(());
        }
        let Some(id) = self.find(alter.name.schema.as_deref(), &alter.name.name) else {
            // Sequences and indexes are renamed by ALTER TABLE as well, and hold no columns.
            let harmless = alter
                .actions
                .iter()
                .all(|action| matches!(action, Action::Rename(_) | Action::SetSchema(_)));
            return if alter.if_exists || harmless {
                Ok(())
            } else {
                self.known(&alter.name).map(|_| ())
            };
        };
        let mut result = Ok(());
        for action in &alter.actions {
            let applied = self.action(place, id, alter.only, action);
            result = match (result, applied) {
                (Err(first), Err(_)) => Err(first),
                (first, next) => first.and(next),
            };
            // A guarded statement that fails halfway is rolled back as a whole; its first action tells, as a rule.
            if result.is_err() && guard != Guard::Always {
                return result;
            }
        }
        result
    }

    fn action(
        &mut self,
        place: ToPlace<'_>,
        id: RelationId,
        only: bool,
        action: &Action,
    ) -> Result<(), Refusal> {
        match action {
            Action::AddColumn {
                column,
                if_not_exists,
            } => self.add_column(place, id, column, *if_not_exists, only, None),
            Action::DropColumn { name, if_exists } => self.drop_column(id, name, *if_exists, only),
            Action::RenameColumn { from, to, span } => self.rename_column(id, from, to, place(*span)),
            Action::SetType { name, ty, span } => {
                let ty = self.resolve_type(ty);
                self.rows_used |= ty.has_row();
                let at = place(*span);
                self.change(id, name, only, &mut |column| {
                    column.ty = ty.clone();
                    column.changed = at;
                })
            }
            Action::SetNotNull { name, not_null, span } => {
                let at = place(*span);
                self.change(id, name, only, &mut |column| {
                    column.not_null = *not_null;
                    column.changed = at;
                })
            }
            Action::PrimaryKey { columns, span } => self.primary_key(id, columns, only, place(*span)),
            Action::PrimaryKeyUsing { index, span } => match self.indexes.get(index).cloned() {
                Some(found) if found.table == id => self.primary_key(id, &found.columns, only, place(*span)),
                _ => Err(format!(
                    "the unique index {index} is created by no migration that was read"
                )),
            },
            Action::Rename(to) => self.rename(id, None, Some(to)),
            Action::SetSchema(to) => self.rename(id, Some(to), None),
            Action::Attach(child) => self.attach(child, id),
            Action::Inherit(parent) => {
                let parent = self.known(parent)?;
                self.link(id, parent);
                Ok(())
            }
            Action::Detach(child) => self.unlink(self.known(child)?, id),
            Action::NoInherit(parent) => self.unlink(id, self.known(parent)?),
            Action::RowSecurity(switch) => {
                self.switch_row_security(id, *switch);
                Ok(())
            }
            Action::Unseen(why) => Err((*why).to_owned()),
        }
    }

    fn add_column(
        &mut self,
        place: ToPlace<'_>,
        id: RelationId,
        definition: &ColumnDefinition,
        if_not_exists: bool,
        only: bool,
        from: Option<(RelationId, &Column)>,
    ) -> Result<(), Refusal> {
        let Some(relation) = self.relation(id) else {
            return Ok(());
        };
        let name = relation.name.clone();
        if relation.column(&definition.name).is_some() {
            let Some((parent, _)) = from else {
                return if if_not_exists {
                    Ok(())
                } else {
                    Err(format!("{name} already has a column {}", definition.name))
                };
            };
            // A child that has the column already merges it with its parent's.
            if let Some(column) = self
                .relation_mut(id)
                .and_then(|relation| relation.column_mut(&definition.name))
            {
                column.inherited_from.push(parent);
                column.not_null |= definition.not_null;
            }
            return Ok(());
        }
        let mut column = self.column(place, definition);
        self.rows_used |= column.ty.has_row();
        if let Some((parent, above)) = from {
            column.inherited_from = vec![parent];
            column.local = false;
            column.shows = Some(above.id);
        }
        if let Some(relation) = self.relation_mut(id) {
            relation.columns.push(column.clone());
        }
        if !only {
            for child in self.children(id) {
                self.add_column(
                    place,
                    child,
                    definition,
                    if_not_exists,
                    false,
                    Some((id, &column)),
                )?;
            }
        }
        Ok(())
    }

    fn rename_column(&mut self, id: RelationId, from: &str, to: &str, at: Place) -> Result<(), Refusal> {
        let Some(relation) = self.relation_mut(id) else {
            return Ok(());
        };
        if relation.column(to).is_some() && from != to {
            return Err(format!("{} already has a column {to}", relation.name));
        }
        let opaque = relation.opaque;
        let name = relation.name.clone();
        let Some(column) = relation.column_mut(from) else {
            return if opaque {
                Ok(())
            } else {
                Err(format!("{name} has no column {from} here"))
            };
        };
        let before = std::mem::replace(&mut column.name, to.to_owned());
        column.born.get_or_insert(before);
        column.named = at;
        column.changed = at;
        for index in self.indexes.values_mut().filter(|index| index.table == id) {
            for column in index.columns.iter_mut().filter(|column| *column == from) {
                to.clone_into(column);
            }
        }
        for child in self.children(id) {
            // A child of two parents is met twice.
            if self
                .relation(child)
                .is_some_and(|child| child.column(from).is_some())
            {
                self.rename_column(child, from, to, at)?;
            }
        }
        Ok(())
    }

    /// Changes a column here and, unless told otherwise, in all children.
    fn change(
        &mut self,
        id: RelationId,
        name: &str,
        only: bool,
        change: &mut dyn FnMut(&mut Column),
    ) -> Result<(), Refusal> {
        let Some(relation) = self.relation_mut(id) else {
            return Ok(());
        };
        let opaque = relation.opaque;
        let table = relation.name.clone();
        match relation.column_mut(name) {
            Some(column) => change(column),
            None if opaque => return Ok(()),
            None => return Err(format!("{table} has no column {name} here")),
        }
        if !only {
            for child in self.children(id) {
                self.change(child, name, false, change)?;
            }
        }
        Ok(())
    }

    fn primary_key(
        &mut self,
        id: RelationId,
        columns: &[String],
        only: bool,
        at: Place,
    ) -> Result<(), Refusal> {
        for name in columns {
            self.change(id, name, only, &mut |column| {
                if !column.not_null {
                    column.not_null = true;
                    column.changed = at;
                }
            })?;
        }
        Ok(())
    }

    fn rename(&mut self, id: RelationId, schema: Option<&str>, name: Option<&str>) -> Result<(), Refusal> {
        let Some(relation) = self.relation(id) else {
            return Ok(());
        };
        let before = (relation.schema.clone(), relation.name.clone());
        let after = (
            schema.unwrap_or(&before.0).to_owned(),
            name.unwrap_or(&before.1).to_owned(),
        );
        if before != after && self.by_name.contains_key(&after) {
            return Err(format!("{}.{} already exists", after.0, after.1));
        }
        self.by_name.remove(&before);
        self.by_name.insert(after.clone(), id);
        self.add_schema(&after.0);
        if let Some(relation) = self.relation_mut(id) {
            relation.born.get_or_insert(before);
            (relation.schema, relation.name) = after;
        }
        Ok(())
    }

    fn attach(&mut self, child: &Name, parent: RelationId) -> Result<(), Refusal> {
        // ALTER INDEX … ATTACH PARTITION never comes here; a child that is not known is a table that is not known.
        let child = self.known(child)?;
        self.link(child, parent);
        // A partition takes its parent's NOT NULL over.
        let forbidding: Vec<String> = self
            .relation(parent)
            .map(|relation| {
                relation
                    .columns
                    .iter()
                    .filter(|column| column.not_null)
                    .map(|column| column.name.clone())
                    .collect()
            })
            .unwrap_or_default();
        for column in self
            .relation_mut(child)
            .into_iter()
            .flat_map(|relation| &mut relation.columns)
        {
            column.not_null |= forbidding.contains(&column.name);
        }
        Ok(())
    }

    fn link(&mut self, child: RelationId, parent: RelationId) {
        // Postgres refuses circles; so must a replay that walks down.
        if self.is_below(parent, child) {
            return;
        }
        let above: Vec<(String, super::ColumnId)> = self
            .relation(parent)
            .map(|p| p.columns.iter().map(|c| (c.name.clone(), c.id)).collect())
            .unwrap_or_default();
        let Some(relation) = self.relation_mut(child) else {
            return;
        };
        if relation.kind == RelationKind::View || relation.id == parent || relation.parents.contains(&parent)
        {
            return;
        }
        let parents = relation.parents.iter().copied().chain([parent]).collect();
        for column in &mut relation.columns {
            if let Some((_, id)) = above.iter().find(|(name, _)| *name == column.name) {
                column.inherited_from.push(parent);
                column.shows = Some(*id);
            }
        }
        self.set_parents(child, parents);
    }

    /// Whether `id` is `above` or stands somewhere below it.
    fn is_below(&self, id: RelationId, above: RelationId) -> bool {
        let mut open = vec![id];
        let mut seen = std::collections::HashSet::new();
        while let Some(next) = open.pop() {
            if next == above {
                return true;
            }
            if seen.insert(next) {
                open.extend(
                    self.relation(next)
                        .into_iter()
                        .flat_map(|relation| &relation.parents),
                );
            }
        }
        false
    }

    fn unlink(&mut self, child: RelationId, parent: RelationId) -> Result<(), Refusal> {
        let Some(relation) = self.relation_mut(child) else {
            return Ok(());
        };
        if !relation.parents.contains(&parent) {
            return Err(format!("{} is no child of that table here", relation.name));
        }
        relation.parents.retain(|id| *id != parent);
        for column in &mut relation.columns {
            column.inherited_from.retain(|id| *id != parent);
            if column.inherited_from.is_empty() {
                column.local = true;
                column.shows = None;
            }
        }
        Ok(())
    }
}
