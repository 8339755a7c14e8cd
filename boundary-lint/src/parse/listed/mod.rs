//! Tables that a project lists besides its migrations: for diesel, for sea-orm, for sqlx.
//!
//! A list says what the code believes the database to be. It is compared with the migrations, and stands for them where there are
//! none.

pub mod diesel;
pub mod sea_orm;
pub mod sqlx;

use crate::source::Span;

/// A table of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTable {
    /// Its schema, where the list gives one.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub span: Span,
    /// Its columns, in order.
    pub columns: Vec<ListedColumn>,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedColumn {
    /// Its name in the database.
    pub name: String,
    /// Its type, as far as the list gives one.
    pub data_type: String,
    /// Whether it may hold null.
    pub nullable: bool,
    /// Where it is listed.
    pub span: Span,
}
