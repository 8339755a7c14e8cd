//! Replay: one statement after the other.

use boundary_schema::Dialect;

use super::types::{Shape, UserType};
use super::{Catalogue, Index, Publication, TypeId, Unseen, WayOut, types};
use crate::parse::statement::{
    Action, Guard, Name, Publish, Published, Statement, StatementKind, Transaction, TypeChange, TypeShape,
};
use crate::source::{FileId, Place, Span};

/// Why a statement could not be applied.
pub(super) type Refusal = String;

/// Replays the statements of files, in the order given, into a database.
pub fn replay<'a>(dialect: Dialect, files: impl IntoIterator<Item = (FileId, &'a [Statement])>) -> Catalogue {
    let mut catalogue = Catalogue::new(dialect);
    for (file, statements) in files {
        // Each file runs in a session of its own: deployments seldom run two migrations together.
        catalogue.search_path = vec![super::default_schema(dialect).to_owned()];
        for statement in committed(statements) {
            catalogue.run(file, statement);
        }
        catalogue.end_session();
    }
    catalogue
}

/// The statements that are not rolled back within the same file.
fn committed(statements: &[Statement]) -> Vec<&Statement> {
    let mut kept: Vec<&Statement> = Vec::with_capacity(statements.len());
    let mut begun: Option<usize> = None;
    let mut savepoints: Vec<(&str, usize)> = Vec::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Transaction(Transaction::Begin) => begun = begun.or(Some(kept.len())),
            StatementKind::Transaction(Transaction::Commit) => {
                begun = None;
                savepoints.clear();
            }
            StatementKind::Transaction(Transaction::Rollback) => {
                if let Some(at) = begun.take() {
                    kept.truncate(at);
                }
                savepoints.clear();
            }
            StatementKind::Transaction(Transaction::Savepoint(name)) => savepoints.push((name, kept.len())),
            StatementKind::Transaction(Transaction::RollbackTo(name)) => {
                if let Some(&(_, at)) = savepoints.iter().rev().find(|(savepoint, _)| savepoint == name) {
                    kept.truncate(at);
                }
            }
            _ => kept.push(statement),
        }
    }
    kept
}

impl Catalogue {
    fn run(&mut self, file: FileId, statement: &Statement) {
        let place = |span: Span| Place { file, span };
        if statement.guard == Guard::Undecided {
            return self.run_undecided(file, statement);
        }
        if let Err(why) = self.apply(&place, &statement.kind, statement.guard)
            && statement.guard == Guard::Always
        {
            self.miss(place(statement.span), why);
        }
    }

    /// Whether it runs is not known: what it would create is counted, what it would take away is not, and it is said.
    fn run_undecided(&mut self, file: FileId, statement: &Statement) {
        let place = |span: Span| Place { file, span };
        match &statement.kind {
            StatementKind::SearchPath(_)
            | StatementKind::UniqueIndex { .. }
            | StatementKind::CreateSchema { .. } => {}
            // A protection that may not be there is none, and a way out that may be there is one.
            StatementKind::Note(_) | StatementKind::RowPolicy { .. } => {}
            StatementKind::Alter(alter)
                if alter
                    .actions
                    .iter()
                    .all(|action| matches!(action, Action::RowSecurity(_))) => {}
            StatementKind::WayOut(_) => {
                let _ = self.apply(&place, &statement.kind, Guard::Undecided);
            }
            StatementKind::CreateTable(create) if create.temporary => {}
            StatementKind::DropRelations(drop)
                if drop
                    .names
                    .iter()
                    .all(|name| self.find(name.schema.as_deref(), &name.name).is_none()) => {}
            StatementKind::CreateTable(_)
            | StatementKind::CreateFrom(_)
            | StatementKind::CreateType { .. } => {
                let applied = self.apply(&place, &statement.kind, Guard::Undecided).is_ok();
                if applied && !matches!(statement.kind, StatementKind::CreateType { .. }) {
                    self.miss(place(statement.span), UNDECIDED.to_owned());
                }
            }
            StatementKind::Unseen(why) => self.miss(place(statement.span), (*why).to_owned()),
            StatementKind::Calls(called) => {
                if let Some(stranger) = self.stranger(called) {
                    self.miss(place(statement.span), calls(stranger));
                }
            }
            _ => self.miss(place(statement.span), UNDECIDED.to_owned()),
        }
    }

    /// Tables are taken by what they are and not by their names, so a publication follows a table that is renamed.
    fn publish(&mut self, place: &dyn Fn(Span) -> Place, publish: &Publish) -> Result<(), Refusal> {
        let tables = match &publish.what {
            Published::All => None,
            Published::Tables(named) => {
                let mut tables = Vec::new();
                for table in named {
                    let id = self.find(table.name.schema.as_deref(), &table.name.name);
                    let id =
                        id.ok_or_else(|| format!("it publishes {}, which no migration creates", table.name))?;
                    tables.push((id, table.columns.clone()));
                }
                Some(tables)
            }
        };
        self.publications.push(Publication {
            place: place(publish.span),
            name: publish.name.clone(),
            tables,
        });
        Ok(())
    }

    pub(super) fn miss(&mut self, place: Place, why: String) {
        self.unseen.push(Unseen { place, why });
    }

    fn apply(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        kind: &StatementKind,
        guard: Guard,
    ) -> Result<(), Refusal> {
        match kind {
            StatementKind::CreateTable(create) => self.create_table(place, create),
            StatementKind::CreateFrom(create) => self.create_from(place, create),
            StatementKind::Alter(alter) => self.alter(place, alter, guard),
            StatementKind::DropRelations(drop) => self.drop_relations(drop),
            StatementKind::CreateSchema { name, elements } => self.create_schema(place, name, elements),
            StatementKind::RenameSchema { from, to } => self.rename_schema(from, to),
            StatementKind::DropSchemas(drop) => self.drop_schemas(drop),
            StatementKind::CreateType { name, shape } => self.create_type(name, shape),
            StatementKind::AlterType { name, change } => self.alter_type(name, change),
            StatementKind::DropTypes(drop) => self.drop_types(drop),
            StatementKind::CreateFunction { name, returns, hides } => {
                self.create_function(name, returns, hides.is_some());
                if let Some((span, why)) = hides {
                    self.miss(
                        place(*span),
                        format!("the function {name} is not followed: {why}"),
                    );
                }
                Ok(())
            }
            StatementKind::UniqueIndex { name, table, columns } => {
                if let Some(table) = self.find(table.schema.as_deref(), &table.name) {
                    self.indexes.insert(
                        name.clone(),
                        Index {
                            table,
                            columns: columns.clone(),
                        },
                    );
                }
                Ok(())
            }
            StatementKind::Extension(name) if Self::extension_is_known(&name.name) => Ok(()),
            StatementKind::Extension(name) => Err(format!(
                "the extension {name} may bring tables or views of its own"
            )),
            StatementKind::SearchPath(path) => {
                self.search_path.clone_from(path);
                Ok(())
            }
            StatementKind::Calls(called) => match self.stranger(called) {
                Some(stranger) => Err(calls(stranger)),
                None => Ok(()),
            },
            StatementKind::Publish(publish) => self.publish(place, publish),
            StatementKind::Note(note) => self.note(place, note),
            StatementKind::RowPolicy {
                table,
                name,
                creates,
                if_exists,
            } => self.row_policy(table, name, *creates, *if_exists),
            StatementKind::WayOut(way) => {
                self.ways_out.push(WayOut {
                    place: place(way.span),
                    kind: way.kind,
                    name: way.name.clone(),
                });
                Ok(())
            }
            StatementKind::Transaction(_) => Ok(()),
            StatementKind::Unseen(why) => Err((*why).to_owned()),
        }
    }

    fn create_schema(
        &mut self,
        place: &dyn Fn(Span) -> Place,
        name: &Name,
        elements: &[Statement],
    ) -> Result<(), Refusal> {
        self.add_schema(&name.name);
        let outside = std::mem::replace(
            &mut self.search_path,
            vec![name.name.clone(), "public".to_owned()],
        );
        let mut result = Ok(());
        for element in elements {
            result = result.and(self.apply(place, &element.kind, element.guard));
        }
        self.search_path = outside;
        result
    }

    fn rename_schema(&mut self, from: &Name, to: &str) -> Result<(), Refusal> {
        if !self.schemas.contains(&from.name) && !self.by_name.keys().any(|(schema, _)| *schema == from.name)
        {
            return Err(format!(
                "the schema {from} is created by no migration that was read"
            ));
        }
        for schema in self
            .schemas
            .iter_mut()
            .chain(&mut self.search_path)
            .filter(|schema| **schema == from.name)
        {
            to.clone_into(schema);
        }
        for relation in self
            .relations
            .iter_mut()
            .flatten()
            .filter(|relation| relation.schema == from.name)
        {
            let before = (relation.schema.clone(), relation.name.clone());
            relation.born.get_or_insert(before);
            to.clone_into(&mut relation.schema);
        }
        for ty in self
            .types
            .iter_mut()
            .flatten()
            .filter(|ty| ty.schema == from.name)
        {
            to.clone_into(&mut ty.schema);
        }
        let moved = |key: (String, String)| {
            if key.0 == from.name {
                (to.to_owned(), key.1)
            } else {
                key
            }
        };
        self.by_name = std::mem::take(&mut self.by_name)
            .into_iter()
            .map(|(key, id)| (moved(key), id))
            .collect();
        self.types_by_name = std::mem::take(&mut self.types_by_name)
            .into_iter()
            .map(|(key, id)| (moved(key), id))
            .collect();
        Ok(())
    }

    fn create_type(&mut self, name: &Name, shape: &TypeShape) -> Result<(), Refusal> {
        let schema = name.schema.clone().unwrap_or_else(|| self.creation_schema());
        let key = (schema.clone(), name.name.clone());
        // A type created as a shell first is filled later; anything else would be an error of Postgres.
        if self.types_by_name.contains_key(&key) && !matches!(shape, TypeShape::Scalar) {
            return Err(format!("the type {name} already exists"));
        }
        let shape = match shape {
            TypeShape::Scalar => Shape::Scalar,
            TypeShape::Composite(fields) => Shape::Composite(
                fields
                    .iter()
                    .map(|(name, ty)| (name.clone(), self.resolve_type(ty)))
                    .collect(),
            ),
            TypeShape::Domain { base, not_null } => {
                let base = self.resolve_type(base);
                // A domain over a domain that forbids null lets null in as a column's value no more than that one does.
                Shape::Domain {
                    base,
                    not_null: *not_null,
                }
            }
        };
        self.add_schema(&schema);
        if !self.types_by_name.contains_key(&key) {
            self.types.push(Some(UserType {
                schema,
                name: name.name.clone(),
                shape,
            }));
            self.types_by_name.insert(key, TypeId(self.types.len() - 1));
        }
        Ok(())
    }

    fn alter_type(&mut self, name: &Name, change: &TypeChange) -> Result<(), Refusal> {
        let Some(id) = self.find_type(name.schema.as_deref(), &name.name) else {
            return Err(format!(
                "the type {name} is created by no migration that was read"
            ));
        };
        let resolved = match change {
            TypeChange::AddAttribute(_, ty) | TypeChange::SetAttributeType(_, ty) => self.resolve_type(ty),
            _ => types::ColumnType::Unknown,
        };
        let Some(ty) = self.types.get_mut(id.0).and_then(Option::as_mut) else {
            return Ok(());
        };
        let before = (ty.schema.clone(), ty.name.clone());
        match (change, &mut ty.shape) {
            (TypeChange::Rename(to), _) => ty.name.clone_from(to),
            (TypeChange::SetSchema(to), _) => ty.schema.clone_from(to),
            (TypeChange::NotNull(value), Shape::Domain { not_null, .. }) => *not_null = *value,
            (TypeChange::AddAttribute(name, _), Shape::Composite(fields)) => {
                fields.push((name.clone(), resolved))
            }
            (TypeChange::DropAttribute(name), Shape::Composite(fields)) => {
                fields.retain(|(field, _)| field != name)
            }
            (TypeChange::RenameAttribute(from, to), Shape::Composite(fields)) => {
                for (field, _) in fields.iter_mut().filter(|(field, _)| field == from) {
                    field.clone_from(to);
                }
            }
            (TypeChange::SetAttributeType(name, _), Shape::Composite(fields)) => {
                for (_, ty) in fields.iter_mut().filter(|(field, _)| field == name) {
                    ty.clone_from(&resolved);
                }
            }
            _ => {}
        }
        let after = (ty.schema.clone(), ty.name.clone());
        self.types_by_name.remove(&before);
        self.types_by_name.insert(after, id);
        Ok(())
    }
}

const UNDECIDED: &str = "whether this runs depends on a condition that the text does not decide";

fn calls(name: &Name) -> String {
    format!("it calls {name}, which may change tables")
}
