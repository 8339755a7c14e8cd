//! What a migration says about columns, in our own words.
//!
//! Every SQL dialect is lowered to these types and replay knows nothing else, so no type of a parser library may
//! appear here. Names are already folded the way the dialect folds them.

pub use super::query::*;
use crate::source::Span;

/// The name of a table, view, type or function, possibly qualified by a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The schema, where the statement gives one.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
    /// Where the statement names it.
    pub span: Span,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A type as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The schema, where the statement gives one.
    pub schema: Option<String>,
    /// The type's own name (`int8`, not `bigint`).
    pub name: String,
    /// Whether it is an array of that type.
    pub array: bool,
}

/// How sure it is that a statement runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It runs; if it cannot be applied, something was not seen.
    Always,
    /// It runs where it applies: under a test of the catalogue, or with its error caught.
    WhereItApplies,
    /// It runs on a condition that cannot be decided from the text.
    Undecided,
}

/// One statement with its place.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its place in the file.
    pub span: Span,
    /// Whether it runs.
    pub guard: Guard,
}

/// What a statement does to the columns of a database.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// A table written out column by column.
    CreateTable(CreateTable),
    /// A table, view or materialised view made from a query.
    CreateFrom(CreateFrom),
    /// Changes of a table, view or composite type.
    Alter(Alter),
    /// Tables and views that are dropped.
    DropRelations(Drop),
    /// A schema and what is created inside it.
    CreateSchema {
        /// Its name.
        name: Name,
        /// The statements inside.
        elements: Vec<Statement>,
    },
    /// A schema under another name.
    RenameSchema {
        /// The schema.
        from: Name,
        /// Its new name.
        to: String,
    },
    /// Tables whose rows are sent to subscribers.
    Publish(Publish),
    /// Something said about a column.
    Note(Note),
    /// A policy of row security comes or goes.
    RowPolicy {
        /// The table.
        table: Name,
        /// The policy.
        name: String,
        /// Whether it comes.
        creates: bool,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// Another place that rows may go to.
    WayOut(WayOut),
    /// Schemas that are dropped.
    DropSchemas(Drop),
    /// An enum, composite, range or base type.
    CreateType {
        /// Its name.
        name: Name,
        /// What it is.
        shape: TypeShape,
    },
    /// A change of a type or domain.
    AlterType {
        /// The type.
        name: Name,
        /// The change.
        change: TypeChange,
    },
    /// Types and domains that are dropped.
    DropTypes(Drop),
    /// A function, with what its body could do to columns.
    CreateFunction {
        /// Its name.
        name: Name,
        /// What it gives.
        returns: Returns,
        /// What in its body changes columns, if anything does.
        hides: Option<(Span, &'static str)>,
    },
    /// A unique index, which a primary key may later be made of.
    UniqueIndex {
        /// Its name.
        name: String,
        /// The table.
        table: Name,
        /// The columns; expressions are left out.
        columns: Vec<String>,
    },
    /// An extension, which may bring tables.
    Extension(Name),
    /// The schemas that unqualified names are looked up in from here on.
    SearchPath(Vec<String>),
    /// Functions called for what they do.
    Calls(Vec<Name>),
    /// A transaction begins or ends, or a savepoint is set or left.
    Transaction(Transaction),
    /// Something that may change columns and cannot be seen into.
    Unseen(&'static str),
}

/// The borders of transactions; only what is rolled back matters to the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// `BEGIN`.
    Begin,
    /// `COMMIT`.
    Commit,
    /// `ROLLBACK`.
    Rollback,
    /// `SAVEPOINT name`.
    Savepoint(String),
    /// `ROLLBACK TO name`.
    RollbackTo(String),
}

/// `CREATE TABLE` and `CREATE FOREIGN TABLE`.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// The table.
    pub name: Name,
    /// Whether it lives on another server.
    pub foreign: bool,
    /// That server, where it is named.
    pub server: Option<String>,
    /// Whether it ends with the session.
    pub temporary: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// What stands between the parentheses, in order.
    pub elements: Vec<TableElement>,
    /// Tables that it inherits columns from.
    pub inherits: Vec<Name>,
    /// The partitioned table that it is a part of.
    pub partition_of: Option<Name>,
    /// The composite type that gives its columns.
    pub of_type: Option<TypeName>,
}

/// An element of a table definition.
#[derive(Clone, Debug)]
pub enum TableElement {
    /// A column.
    Column(ColumnDefinition),
    /// The columns of another relation, copied.
    Like {
        /// The other relation.
        name: Name,
        /// Whether the comments on them are copied too.
        comments: bool,
    },
    /// A primary key over these columns.
    PrimaryKey(Vec<String>),
    /// A `NOT NULL` of this column, written as a table constraint.
    NotNull(String),
}

/// A column as a statement defines it.
#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its place.
    pub span: Span,
    /// Its type; absent where a parent or a composite type gives it.
    pub ty: Option<TypeName>,
    /// Whether the definition itself forbids null: `NOT NULL`, primary key, identity, serial.
    pub not_null: bool,
}

/// A relation made from a query.
#[derive(Clone, Debug)]
pub struct CreateFrom {
    /// The relation.
    pub name: Name,
    /// What it becomes.
    pub kind: MadeFrom,
    /// Whether it ends with the session.
    pub temporary: bool,
    /// `OR REPLACE`.
    pub replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Names given to the first columns.
    pub columns: Vec<(String, Span)>,
    /// The query.
    pub query: Query,
}

/// What a query is made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeFrom {
    /// `CREATE TABLE AS`, `SELECT INTO`.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
}

/// `ALTER TABLE`, `ALTER VIEW` and their kin.
#[derive(Clone, Debug)]
pub struct Alter {
    /// The relation.
    pub name: Name,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`: children are left alone.
    pub only: bool,
    /// The changes, in order.
    pub actions: Vec<Action>,
}

/// One change of a relation.
#[derive(Clone, Debug)]
pub enum Action {
    /// A new column.
    AddColumn {
        /// The column.
        column: ColumnDefinition,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// A column that goes.
    DropColumn {
        /// The column.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// A column under another name.
    RenameColumn {
        /// The column.
        from: String,
        /// Its new name.
        to: String,
        /// Place of the new name.
        span: Span,
    },
    /// Another type.
    SetType {
        /// The column.
        name: String,
        /// The type.
        ty: TypeName,
        /// Place of the change.
        span: Span,
    },
    /// `SET NOT NULL` and `DROP NOT NULL`.
    SetNotNull {
        /// The column.
        name: String,
        /// Whether null is forbidden from here on.
        not_null: bool,
        /// Place of the change.
        span: Span,
    },
    /// A primary key over these columns.
    PrimaryKey {
        /// The columns.
        columns: Vec<String>,
        /// Place of the change.
        span: Span,
    },
    /// A primary key made of an existing unique index.
    PrimaryKeyUsing {
        /// The index.
        index: String,
        /// Place of the change.
        span: Span,
    },
    /// Another name.
    Rename(String),
    /// Another schema.
    SetSchema(String),
    /// A table becomes a partition of this one.
    Attach(Name),
    /// A partition becomes a table of its own.
    Detach(Name),
    /// This table becomes a child of another.
    Inherit(Name),
    /// This table stops being a child of another.
    NoInherit(Name),
    /// Row security is switched.
    RowSecurity(RowSecuritySwitch),
    /// The table takes the shape of a composite type, or something else that is not followed.
    Unseen(&'static str),
}

/// A statement that drops things. What depends on them goes too: without `CASCADE` nothing may depend on them.
#[derive(Clone, Debug)]
pub struct Drop {
    /// What goes.
    pub names: Vec<Name>,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

/// What a created type is.
#[derive(Clone, Debug)]
pub enum TypeShape {
    /// An enum, range or base type: opaque to columns.
    Scalar,
    /// A composite type with its attributes.
    Composite(Vec<(String, TypeName)>),
    /// A domain over another type.
    Domain {
        /// The type below.
        base: TypeName,
        /// Whether it forbids null.
        not_null: bool,
    },
}

/// A change of a type.
#[derive(Clone, Debug)]
pub enum TypeChange {
    /// Another name.
    Rename(String),
    /// Another schema.
    SetSchema(String),
    /// A domain begins or ceases to forbid null.
    NotNull(bool),
    /// A composite type gains an attribute.
    AddAttribute(String, TypeName),
    /// A composite type loses an attribute.
    DropAttribute(String),
    /// An attribute under another name.
    RenameAttribute(String, String),
    /// An attribute of another type.
    SetAttributeType(String, TypeName),
}

/// What a function gives.
#[derive(Clone, Debug)]
pub enum Returns {
    /// One value, or a set of values, of a type.
    Type(TypeName),
    /// Rows with these columns.
    Table(Vec<(String, Option<TypeName>)>),
    /// Nothing that a query could use, or not known.
    Unknown,
}

/// How row security is switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSecuritySwitch {
    /// `ENABLE ROW LEVEL SECURITY`.
    Enable,
    /// `DISABLE ROW LEVEL SECURITY`.
    Disable,
    /// `FORCE ROW LEVEL SECURITY`: for the owner as well.
    Force,
    /// `NO FORCE ROW LEVEL SECURITY`.
    NoForce,
}

/// Something said about a column.
#[derive(Clone, Debug)]
pub struct Note {
    /// The table.
    pub table: Name,
    /// The column.
    pub column: String,
    /// Of what kind it is.
    pub kind: NoteKind,
    /// What is said; `None` takes back what was.
    pub text: Option<String>,
    /// Where the text stands.
    pub span: Span,
}

/// Of what kind a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// `COMMENT ON COLUMN`.
    Comment,
    /// `SECURITY LABEL`: how PostgreSQL Anonymizer masks the column.
    Mask,
}

/// Another place that rows may go to or come from.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// Of what kind it is.
    pub kind: WayOutKind,
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub span: Span,
}

/// Of what kind a way out is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOutKind {
    /// `CREATE SERVER`.
    Server,
    /// `CREATE SUBSCRIPTION`.
    Subscription,
    /// `COPY … TO PROGRAM`.
    Program,
}

/// A publication, or what is added to one.
#[derive(Clone, Debug)]
pub struct Publish {
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub span: Span,
    /// What it sends.
    pub what: Published,
}

/// What a publication sends.
#[derive(Clone, Debug)]
pub enum Published {
    /// All tables, or all of a schema, now and later.
    All,
    /// These.
    Tables(Vec<PublishedTable>),
}

/// A table of a publication.
#[derive(Clone, Debug)]
pub struct PublishedTable {
    /// The table.
    pub name: Name,
    /// The columns, where they are listed.
    pub columns: Option<Vec<String>>,
}
