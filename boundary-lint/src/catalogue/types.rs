//! Types of columns, and how Postgres prints them.

use boundary_schema::Dialect;

use super::builtins::builtin;
use super::{Catalogue, RelationId, TypeId};
use crate::parse::statement::TypeName;

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A type of `pg_catalog`, by its own name (`int8`).
    Builtin(&'static str),
    /// An array.
    Array(Box<ColumnType>),
    /// A type that the migrations created.
    User(TypeId),
    /// The row type of a table.
    Row(RelationId),
    /// A type that the migrations do not create: an extension's, as a rule.
    Foreign(String),
    /// A type of SQLite or MySQL, by the name that the database prints.
    Named(String),
    /// Not worked out.
    Unknown,
}

impl ColumnType {
    /// Whether it is made of the row type of a table.
    pub(super) fn has_row(&self) -> bool {
        match self {
            ColumnType::Row(_) => true,
            ColumnType::Array(element) => element.has_row(),
            _ => false,
        }
    }
}

/// A type that the migrations created.
#[derive(Clone, Debug)]
pub(super) struct UserType {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Scalar,
    Composite(Vec<(String, ColumnType)>),
    Domain { base: ColumnType, not_null: bool },
}

impl Catalogue {
    /// The type that a name stands for here and now.
    pub(super) fn resolve_type(&self, name: &TypeName) -> ColumnType {
        if self.dialect() != Dialect::Postgres {
            return ColumnType::Named(name.name.clone());
        }
        let element = self.resolve_element(name);
        if name.array {
            ColumnType::Array(Box::new(element))
        } else {
            element
        }
    }

    fn resolve_element(&self, name: &TypeName) -> ColumnType {
        let schema = name.schema.as_deref();
        if matches!(schema, None | Some("pg_catalog")) {
            if let Some(known) = builtin(&name.name) {
                return ColumnType::Builtin(known);
            }
            if let Some(known) = name.name.strip_prefix('_').and_then(builtin) {
                return ColumnType::Array(Box::new(ColumnType::Builtin(known)));
            }
        }
        if let Some(id) = self.find_type(schema, &name.name) {
            return ColumnType::User(id);
        }
        if let Some(id) = self.find(schema, &name.name) {
            return ColumnType::Row(id);
        }
        if let Some(element) = name.name.strip_prefix('_')
            && let Some(id) = self.find_type(schema, element)
        {
            return ColumnType::Array(Box::new(ColumnType::User(id)));
        }
        ColumnType::Foreign(name.name.clone())
    }

    pub(super) fn user_type(&self, id: TypeId) -> Option<&UserType> {
        self.types.get(id.0).and_then(Option::as_ref)
    }
}

/// Whether a value of `ty` needs the type `of`, directly or inside an array.
pub(super) fn is_made_of(ty: &ColumnType, of: &ColumnType) -> bool {
    match ty {
        ColumnType::Array(element) => is_made_of(element, of),
        other => other == of,
    }
}

/// Whether values of the type can never be null: a domain that says so.
pub(super) fn forbids_null(catalogue: &Catalogue, ty: &ColumnType) -> bool {
    let ColumnType::User(id) = ty else { return false };
    matches!(
        catalogue.user_type(*id).map(|ty| &ty.shape),
        Some(Shape::Domain { not_null: true, .. })
    )
}

/// As `information_schema.columns.data_type` prints it.
pub(super) fn data_type(catalogue: &Catalogue, ty: &ColumnType) -> String {
    let of = match ty {
        // A domain prints as the type below it, one level down.
        ColumnType::User(id) => match catalogue.user_type(*id).map(|ty| &ty.shape) {
            Some(Shape::Domain { base, .. }) => base,
            _ => ty,
        },
        _ => ty,
    };
    match of {
        ColumnType::Builtin("int2vector" | "oidvector") | ColumnType::Array(_) => "ARRAY".to_owned(),
        ColumnType::Builtin(name) => printed(name).to_owned(),
        ColumnType::User(_) | ColumnType::Row(_) | ColumnType::Foreign(_) => "USER-DEFINED".to_owned(),
        ColumnType::Named(name) => name.clone(),
        ColumnType::Unknown => String::new(),
    }
}

/// As `format_type` prints a type without its modifier.
fn printed(name: &'static str) -> &'static str {
    match name {
        "bool" => "boolean",
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "varchar" => "character varying",
        "bpchar" => "character",
        "varbit" => "bit varying",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "char" => "\"char\"",
        // A bare string literal ends as text.
        "unknown" => "text",
        other => other,
    }
}
