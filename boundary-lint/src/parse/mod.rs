//! Text becomes facts: migrations become [`statement::Statement`]s, Rust files become declarations.
//!
//! Each dialect of SQL stands behind [`Dialect`]; no parser's own types get past this room.

mod attributes;
pub mod connections;
pub mod ddl_in_code;
pub mod declarations;
mod depth;
pub mod expanded;
pub mod forbid;
pub mod hidden;
pub mod items;
pub mod listed;
mod nesting;
pub mod opened;
mod paths;
mod postgres;
mod query;
pub mod rust_migrations;
pub mod seam;
pub mod statement;
mod test_code;
pub mod test_only;
mod tokens;

pub use postgres::Postgres;
use statement::Statement;

/// A dialect of SQL.
pub trait Dialect: Sync {
    /// The statements of a migration that could change columns, in order.
    ///
    /// It never fails: what cannot be read comes out as a statement of kind
    /// [`Unseen`](statement::StatementKind::Unseen), with its place.
    fn statements(&self, text: &str) -> Vec<Statement>;
}
