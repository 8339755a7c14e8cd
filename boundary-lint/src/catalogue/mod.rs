//! The database as the migrations leave it: replay of statements into relations, columns and types.
//!
//! Nothing is skipped in silence. What replay cannot follow becomes an [`Unseen`], with its place.

mod alter;
mod apply;
mod builtins;
mod create;
mod drop;
mod functions;
mod notes;
mod operators;
mod resolve;
mod results;
mod types;

use std::collections::HashMap;

use boundary_schema::Dialect;

pub use apply::replay;
pub use notes::DECLARES;

pub use crate::parse::statement::WayOutKind;
use crate::source::Place;
pub use types::ColumnType;
use types::UserType;

/// A relation, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(usize);

/// A column, for as long as it lives and whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(usize);

/// A type that the migrations created, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(usize);

/// What a relation is, in the words of `information_schema.tables`, extended by materialised views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// An ordinary or partitioned table, or a partition.
    Table,
    /// A view.
    View,
    /// A materialised view, which `information_schema` leaves out.
    MaterializedView,
    /// A table of another server.
    Foreign,
}

impl RelationKind {
    /// As `information_schema.tables.table_type` prints it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            RelationKind::Table => "BASE TABLE",
            RelationKind::View => "VIEW",
            RelationKind::MaterializedView => "MATERIALIZED VIEW",
            RelationKind::Foreign => "FOREIGN",
        }
    }
}

/// A column as the migrations leave it.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its identity.
    pub id: ColumnId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: ColumnType,
    /// Whether it forbids null of itself; its type may forbid it as well.
    pub not_null: bool,
    /// Where it came to be.
    pub birth: Place,
    /// Where it got its name.
    pub named: Place,
    /// The name that it was created under, where it was renamed since.
    pub born: Option<String>,
    /// Where it was last changed: renamed, retyped, made nullable or not.
    pub changed: Place,
    /// The column whose values it shows unchanged: through a view, a partition or inheritance.
    pub shows: Option<ColumnId>,
    /// The comment on it.
    pub comment: Option<Said>,
    /// How it is masked.
    pub mask: Option<Said>,
    inherited_from: Vec<RelationId>,
    local: bool,
}

/// A text that is said about a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Where it is said.
    pub place: Place,
}

/// Which rows of a table a role may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSecurity {
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it holds for the table's owner as well.
    pub forced: bool,
    /// The names of its policies.
    pub policies: Vec<String>,
}

/// Another place that rows may go to or come from.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// Where it is named.
    pub place: Place,
    /// Of what kind it is.
    pub kind: WayOutKind,
    /// Its name.
    pub name: String,
}

/// A table or view as the migrations leave it.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its identity.
    pub id: RelationId,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Where it came to be.
    pub birth: Place,
    /// The schema and name that it was created under, where it was moved or renamed since.
    pub born: Option<(String, String)>,
    /// The server that a foreign table lives on.
    pub server: Option<String>,
    /// Which rows a role may see.
    pub row_security: RowSecurity,
    temporary: bool,
    /// Not all of its columns are known.
    opaque: bool,
    parents: Vec<RelationId>,
    depends: Vec<Dependency>,
}

impl Relation {
    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }
}

/// What a view needs of another relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dependency {
    relation: RelationId,
    /// `None`: the relation as a whole.
    column: Option<ColumnId>,
}

/// Something that may have changed columns and was not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Where.
    pub place: Place,
    /// Why.
    pub why: String,
}

/// A publication, or what was added to one.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Where.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Its tables, with the columns where they are listed; `None` for all tables.
    pub tables: Option<Vec<(RelationId, Option<Vec<String>>)>>,
}

#[derive(Clone, Debug)]
struct Index {
    table: RelationId,
    columns: Vec<String>,
}

/// A database.
#[derive(Clone, Debug)]
pub struct Catalogue {
    dialect: Dialect,
    relations: Vec<Option<Relation>>,
    by_name: HashMap<(String, String), RelationId>,
    types: Vec<Option<UserType>>,
    types_by_name: HashMap<(String, String), TypeId>,
    functions: HashMap<String, functions::Function>,
    indexes: HashMap<String, Index>,
    schemas: Vec<String>,
    search_path: Vec<String>,
    columns_made: usize,
    /// Relations that may stand directly below another; their `parents` decide.
    below: HashMap<RelationId, Vec<RelationId>>,
    /// Views that may need a relation; their `depends` decide.
    needing: HashMap<RelationId, Vec<RelationId>>,
    temporary: Vec<RelationId>,
    rows_used: bool,
    /// What is sent to subscribers.
    pub publications: Vec<Publication>,
    /// Other places that rows may go to or come from.
    pub ways_out: Vec<WayOut>,
    /// What was not followed, in the order of replay.
    pub unseen: Vec<Unseen>,
}

/// The schema of what is created without one. The migrations of MySQL do not know the name of their database.
#[must_use]
pub const fn default_schema(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "main",
        Dialect::Mysql => "default",
        _ => "public",
    }
}

/// Where temporary relations live.
const TEMPORARY: &str = "pg_temp";

impl Catalogue {
    /// An empty database, with its default schema.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let schema = default_schema(dialect);
        Catalogue {
            dialect,
            relations: Vec::new(),
            by_name: HashMap::new(),
            types: Vec::new(),
            types_by_name: HashMap::new(),
            functions: HashMap::new(),
            indexes: HashMap::new(),
            schemas: vec![schema.to_owned()],
            search_path: vec![schema.to_owned()],
            columns_made: 0,
            below: HashMap::new(),
            needing: HashMap::new(),
            temporary: Vec::new(),
            rows_used: false,
            publications: Vec::new(),
            ways_out: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// The dialect that the database speaks.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The relations that outlive a session, in no particular order.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations
            .iter()
            .flatten()
            .filter(|relation| !relation.temporary)
    }

    /// A schema as declarations name it: `public` where it is the default one.
    #[must_use]
    pub fn declared_schema(&self, schema: &str) -> String {
        match schema == default_schema(self.dialect) {
            true => default_schema(Dialect::Postgres).to_owned(),
            false => schema.to_owned(),
        }
    }

    /// A column's type as `information_schema.columns.data_type` prints it; empty where it could not be worked out.
    #[must_use]
    pub fn data_type(&self, column: &Column) -> String {
        types::data_type(self, &column.ty)
    }

    /// Whether a column may hold null, as `information_schema.columns.is_nullable` has it.
    #[must_use]
    pub fn is_nullable(&self, column: &Column) -> bool {
        !column.not_null && !types::forbids_null(self, &column.ty)
    }

    fn relation(&self, id: RelationId) -> Option<&Relation> {
        self.relations.get(id.0).and_then(Option::as_ref)
    }

    fn relation_mut(&mut self, id: RelationId) -> Option<&mut Relation> {
        self.relations.get_mut(id.0).and_then(Option::as_mut)
    }

    fn column_id(&mut self) -> ColumnId {
        self.columns_made += 1;
        ColumnId(self.columns_made)
    }

    /// The schema that an unqualified name is created in: the first of the search path that exists.
    fn creation_schema(&self) -> String {
        let exists = self
            .search_path
            .iter()
            .find(|schema| self.schemas.contains(schema));
        exists
            .cloned()
            .unwrap_or_else(|| default_schema(self.dialect).to_owned())
    }

    fn find(&self, schema: Option<&str>, name: &str) -> Option<RelationId> {
        let lookup = |schema: &str| self.by_name.get(&(schema.to_owned(), name.to_owned())).copied();
        match schema {
            Some(schema) => lookup(schema),
            None => lookup(TEMPORARY).or_else(|| self.search_path.iter().find_map(|schema| lookup(schema))),
        }
    }

    fn find_type(&self, schema: Option<&str>, name: &str) -> Option<TypeId> {
        let lookup = |schema: &str| {
            self.types_by_name
                .get(&(schema.to_owned(), name.to_owned()))
                .copied()
        };
        match schema {
            Some(schema) => lookup(schema),
            None => lookup(TEMPORARY).or_else(|| self.search_path.iter().find_map(|schema| lookup(schema))),
        }
    }

    /// Ids of all relations that stand directly below `id` by inheritance or as partitions.
    fn children(&self, id: RelationId) -> Vec<RelationId> {
        let below = self.below.get(&id).into_iter().flatten().copied();
        below
            .filter(|child| {
                self.relation(*child)
                    .is_some_and(|child| child.parents.contains(&id))
            })
            .collect()
    }

    /// Ids of all views with a dependency on `id` that `counts`.
    fn dependents(&self, id: RelationId, counts: impl Fn(&Dependency) -> bool) -> Vec<RelationId> {
        let needing = self.needing.get(&id).into_iter().flatten().copied();
        let needs = |view: &Relation| {
            view.depends
                .iter()
                .any(|dependency| dependency.relation == id && counts(dependency))
        };
        needing
            .filter(|view| self.relation(*view).is_some_and(needs))
            .collect()
    }

    fn set_parents(&mut self, id: RelationId, parents: Vec<RelationId>) {
        for parent in &parents {
            let below = self.below.entry(*parent).or_default();
            if !below.contains(&id) {
                below.push(id);
            }
        }
        if let Some(relation) = self.relation_mut(id) {
            relation.parents = parents;
        }
    }

    fn set_depends(&mut self, id: RelationId, depends: Vec<Dependency>) {
        for dependency in &depends {
            let needing = self.needing.entry(dependency.relation).or_default();
            if needing.last() != Some(&id) {
                needing.push(id);
            }
        }
        if let Some(relation) = self.relation_mut(id) {
            relation.depends = depends;
        }
    }

    fn add_schema(&mut self, name: &str) {
        if !self.schemas.iter().any(|schema| schema == name) {
            self.schemas.push(name.to_owned());
        }
    }
}
