//! Creation of tables and views.

use std::collections::HashSet;

use boundary_schema::Dialect;

use super::apply::Refusal;
use super::types::Shape;
use super::{
    Catalogue, Column, ColumnId, ColumnType, Dependency, Relation, RelationId, RelationKind, RowSecurity,
    TEMPORARY,
};
use crate::parse::statement::{ColumnDefinition, CreateFrom, CreateTable, MadeFrom, Name, TableElement};
use crate::source::{Place, Span};

/// How a new relation's columns relate to those that they come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// The same values (a partition, a child, a view).
    Shows,
    /// Its own values (`LIKE`, `CREATE TABLE AS`).
    Apart,
}

impl Catalogue {
    pub(super) fn create_table(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        create: &CreateTable,
    ) -> Result<(), Refusal> {
        let Some((schema, name)) = self.free_name(&create.name, create.temporary, create.if_not_exists)?
        else {
            return Ok(());
        };
        let birth = place(create.name.span);
        let mut columns: Vec<Column> = Vec::new();
        let mut opaque = false;
        let mut parents = Vec::new();
        for parent in create.inherits.iter().chain(&create.partition_of) {
            let id = self.known(parent)?;
            parents.push(id);
            opaque |= self.relation(id).is_some_and(|relation| relation.opaque);
            for inherited in self.copied(id, birth, Link::Shows) {
                match columns.iter_mut().find(|column| column.name == inherited.name) {
                    Some(column) => {
                        column.not_null |= inherited.not_null;
                        column.inherited_from.push(id);
                    }
                    None => columns.push(Column {
                        inherited_from: vec![id],
                        local: false,
                        ..inherited
                    }),
                }
            }
        }
        if let Some(of) = &create.of_type {
            columns.extend(self.attributes(&self.resolve_type(of), birth)?);
        }
        for element in &create.elements {
            self.add_element(place, element, &mut columns)?;
        }
        for element in &create.elements {
            let named: &[String] = match element {
                TableElement::PrimaryKey(names) => names,
                TableElement::NotNull(name) => std::slice::from_ref(name),
                _ => continue,
            };
            for column in columns.iter_mut().filter(|column| named.contains(&column.name)) {
                column.not_null = true;
            }
        }
        let kind = if create.foreign {
            RelationKind::Foreign
        } else {
            RelationKind::Table
        };
        let id = self.insert(schema, name, kind, columns, birth, create.temporary);
        self.set_parents(id, parents);
        if let Some(relation) = self.relation_mut(id) {
            relation.opaque = opaque;
            relation.server.clone_from(&create.server);
        }
        Ok(())
    }

    fn add_element(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        element: &TableElement,
        columns: &mut Vec<Column>,
    ) -> Result<(), Refusal> {
        match element {
            TableElement::Column(definition) => {
                let existing = columns.iter_mut().find(|column| column.name == definition.name);
                match existing {
                    // It restates an inherited column, or adds constraints to it.
                    Some(column) => {
                        column.not_null |= definition.not_null;
                        column.local = true;
                    }
                    None => {
                        let column = self.column(place, definition);
                        columns.push(column);
                    }
                }
            }
            TableElement::Like { name, comments } => {
                let id = self.known(name)?;
                if self.relation(id).is_some_and(|relation| relation.opaque) {
                    self.miss(
                        place(name.span),
                        format!("it copies the columns of {name}, not all of which can be seen"),
                    );
                }
                let mut copied = self.copied(id, place(name.span), Link::Apart);
                let originals = self.relation(id).filter(|_| *comments);
                for original in originals.into_iter().flat_map(|relation| &relation.columns) {
                    // The comment stays where it is said: there it is mended.
                    if let Some(copy) = copied.iter_mut().find(|copy| copy.name == original.name) {
                        copy.comment.clone_from(&original.comment);
                    }
                }
                for copy in copied {
                    match columns.iter_mut().find(|column| column.name == copy.name) {
                        None => columns.push(copy),
                        // It restates an inherited column.
                        Some(column) if !column.inherited_from.is_empty() => {
                            column.not_null |= copy.not_null;
                            column.local = true;
                        }
                        // No server takes a name twice, and copies of copies would double it with every statement.
                        Some(_) => {
                            return Err(format!(
                                "{name} has a column {}, which is there already",
                                copy.name
                            ));
                        }
                    }
                }
            }
            TableElement::PrimaryKey(_) | TableElement::NotNull(_) => {}
        }
        Ok(())
    }

    pub(super) fn column(&mut self, place: &dyn Fn(Span) -> Place, definition: &ColumnDefinition) -> Column {
        let birth = place(definition.span);
        Column {
            id: self.column_id(),
            name: definition.name.clone(),
            ty: definition
                .ty
                .as_ref()
                .map_or(ColumnType::Unknown, |ty| self.resolve_type(ty)),
            not_null: definition.not_null,
            birth,
            named: birth,
            born: None,
            changed: birth,
            shows: None,
            comment: None,
            mask: None,
            inherited_from: Vec::new(),
            local: true,
        }
    }

    /// Copies of a relation's columns, born at `birth`.
    fn copied(&mut self, of: RelationId, birth: Place, link: Link) -> Vec<Column> {
        let columns = self
            .relation(of)
            .map(|relation| relation.columns.clone())
            .unwrap_or_default();
        let copy = |column: Column| Column {
            shows: (link == Link::Shows).then_some(column.id),
            comment: None,
            mask: None,
            id: self.column_id(),
            birth,
            named: birth,
            born: None,
            changed: birth,
            inherited_from: Vec::new(),
            local: true,
            ..column
        };
        columns.into_iter().map(copy).collect()
    }

    fn attributes(&mut self, ty: &ColumnType, birth: Place) -> Result<Vec<Column>, Refusal> {
        let fields = match ty {
            ColumnType::User(id) => match self.user_type(*id).map(|ty| &ty.shape) {
                Some(Shape::Composite(fields)) => fields.clone(),
                _ => return Err("the type that gives the table its columns is not composite".to_owned()),
            },
            _ => {
                return Err(
                    "the type that gives the table its columns is created by no migration that was read"
                        .to_owned(),
                );
            }
        };
        let make = |(name, ty): (String, ColumnType)| Column {
            id: self.column_id(),
            name,
            ty,
            not_null: false,
            birth,
            named: birth,
            born: None,
            changed: birth,
            shows: None,
            comment: None,
            mask: None,
            inherited_from: Vec::new(),
            local: true,
        };
        Ok(fields.into_iter().map(make).collect())
    }

    pub(super) fn create_from(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        create: &CreateFrom,
    ) -> Result<(), Refusal> {
        let resolved = self.resolve(&create.query);
        // A view over a temporary table is temporary.
        let of_temporary = resolved
            .depends
            .iter()
            .any(|d| self.relation(d.relation).is_some_and(|r| r.temporary));
        let temporary = create.temporary || (create.kind == MadeFrom::View && of_temporary);
        let kind = match create.kind {
            MadeFrom::Table => RelationKind::Table,
            MadeFrom::View => RelationKind::View,
            MadeFrom::MaterializedView => RelationKind::MaterializedView,
        };
        let birth = place(create.name.span);
        let forbidding = self.forbidding_null(&resolved.depends);
        let mut columns = Vec::new();
        for (at, found) in resolved.columns.iter().enumerate() {
            let listed = create.columns.get(at);
            let birth = listed
                .map(|(_, span)| place(*span))
                .or(found.span.map(place))
                .unwrap_or(birth);
            columns.push(Column {
                id: self.column_id(),
                name: listed.map_or_else(|| found.name.clone(), |(name, _)| name.clone()),
                ty: self.kept(&found.ty, create.kind),
                not_null: !found.optional && found.shows.is_some_and(|shown| forbidding.contains(&shown)),
                birth,
                named: birth,
                born: None,
                changed: birth,
                shows: found.shows.filter(|_| create.kind != MadeFrom::Table),
                comment: None,
                mask: None,
                inherited_from: Vec::new(),
                local: true,
            });
        }
        if let Some(id) = self.replaced(create)? {
            return self.replace_view(place, create, id, columns, resolved);
        }
        let Some((schema, name)) = self.free_name(&create.name, temporary, create.if_not_exists)? else {
            return Ok(());
        };
        let id = self.insert(schema, name, kind, columns, birth, temporary);
        if create.kind != MadeFrom::Table {
            self.set_depends(id, resolved.depends);
        }
        if let Some(relation) = self.relation_mut(id) {
            relation.opaque = resolved.opaque.is_some();
        }
        match resolved.opaque.filter(|_| !temporary) {
            Some(why) => Err(format!(
                "not all columns of {} can be worked out: {why}",
                create.name
            )),
            None => Ok(()),
        }
    }

    /// The stored columns whose showing forbids null: in MySQL what shows a column does as that column does.
    fn forbidding_null(&self, depends: &[Dependency]) -> HashSet<ColumnId> {
        if self.dialect() != Dialect::Mysql {
            return HashSet::new();
        }
        let relations: HashSet<RelationId> = depends.iter().map(|of| of.relation).collect();
        let columns = relations.into_iter().filter_map(|id| self.relation(id));
        let forbidding = columns
            .flat_map(|relation| &relation.columns)
            .filter(|column| column.not_null);
        forbidding.map(|column| column.id).collect()
    }

    /// The type that a column of a query keeps.
    fn kept(&self, ty: &ColumnType, kind: MadeFrom) -> ColumnType {
        match ty {
            // A bare string literal ends as text.
            ColumnType::Builtin("unknown") => ColumnType::Builtin("text"),
            ColumnType::Named(name) if self.dialect() == Dialect::Sqlite && kind == MadeFrom::Table => {
                ColumnType::Named(affinity(name).to_owned())
            }
            ty => ty.clone(),
        }
    }

    fn replaced(&self, create: &CreateFrom) -> Result<Option<RelationId>, Refusal> {
        if !create.replace {
            return Ok(None);
        }
        let schema = create
            .name
            .schema
            .clone()
            .unwrap_or_else(|| self.creation_schema());
        let Some(id) = self.find(Some(&schema), &create.name.name) else {
            return Ok(None);
        };
        match self.relation(id).map(|relation| relation.kind) {
            Some(RelationKind::View) => Ok(Some(id)),
            _ => Err(format!("{} already exists and is no view", create.name)),
        }
    }

    /// `CREATE OR REPLACE VIEW` keeps the columns that were there, and their births.
    fn replace_view(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        create: &CreateFrom,
        id: RelationId,
        columns: Vec<Column>,
        resolved: super::resolve::Resolved,
    ) -> Result<(), Refusal> {
        let changed = place(create.name.span);
        let Some(view) = self.relation_mut(id) else {
            return Ok(());
        };
        let kept = columns.into_iter().map(|column| match view.column(&column.name) {
            Some(before) => Column {
                id: before.id,
                birth: before.birth,
                named: before.named,
                born: before.born.clone(),
                changed,
                comment: before.comment.clone(),
                mask: before.mask.clone(),
                ..column
            },
            None => column,
        });
        view.columns = kept.collect();
        view.opaque = resolved.opaque.is_some();
        self.set_depends(id, resolved.depends);
        match resolved.opaque {
            Some(why) => Err(format!(
                "not all columns of {} can be worked out: {why}",
                create.name
            )),
            None => Ok(()),
        }
    }

    /// The relation of a name, or why there is none.
    pub(super) fn known(&self, name: &Name) -> Result<RelationId, Refusal> {
        self.find(name.schema.as_deref(), &name.name)
            .ok_or_else(|| format!("{name} is created by no migration that was read before this one"))
    }

    /// Schema and name for a new relation; `None` where one of that name may stay.
    fn free_name(
        &self,
        name: &Name,
        temporary: bool,
        if_not_exists: bool,
    ) -> Result<Option<(String, String)>, Refusal> {
        let schema = match &name.schema {
            _ if temporary => TEMPORARY.to_owned(),
            Some(schema) => schema.clone(),
            None => self.creation_schema(),
        };
        let taken = self.find(Some(&schema), &name.name).is_some();
        match (taken, if_not_exists) {
            (false, _) => Ok(Some((schema, name.name.clone()))),
            (true, true) => Ok(None),
            (true, false) => Err(format!(
                "{name} already exists; what it is made of here was not taken over"
            )),
        }
    }

    fn insert(
        &mut self,
        schema: String,
        name: String,
        kind: RelationKind,
        columns: Vec<Column>,
        birth: Place,
        temporary: bool,
    ) -> RelationId {
        let id = RelationId(self.relations.len());
        if temporary {
            self.temporary.push(id);
        } else {
            self.add_schema(&schema);
        }
        self.rows_used |= columns.iter().any(|column| column.ty.has_row());
        self.by_name.insert((schema.clone(), name.clone()), id);
        self.relations.push(Some(Relation {
            id,
            schema,
            name,
            kind,
            columns,
            birth,
            born: None,
            server: None,
            row_security: RowSecurity::default(),
            temporary,
            opaque: false,
            parents: Vec::new(),
            depends: Vec::new(),
        }));
        id
    }
}

/// The type that SQLite gives a column of `CREATE TABLE AS`: the affinity of the declared one
/// (<https://www.sqlite.org/datatype3.html>, 3.1 and 3.2).
fn affinity(declared: &str) -> &'static str {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    match () {
        () if has(&["INT"]) => "INT",
        () if has(&["CHAR", "CLOB", "TEXT"]) => "TEXT",
        () if declared.is_empty() || has(&["BLOB"]) => "",
        () if has(&["REAL", "FLOA", "DOUB"]) => "REAL",
        () => "NUM",
    }
}
