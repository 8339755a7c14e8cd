//! Queries and expressions, as far as the columns that they give need them.

use super::statement::{Name, TypeName};
use crate::source::Span;

/// A query whose columns can be worked out.
#[derive(Clone, Debug)]
pub struct Query {
    /// `WITH` tables, in order.
    pub with: Vec<With>,
    /// The rest.
    pub body: QueryBody,
}

/// One `WITH` table.
#[derive(Clone, Debug)]
pub struct With {
    /// Its name.
    pub name: String,
    /// Names given to its first columns.
    pub columns: Vec<String>,
    /// Its query; absent for `INSERT … RETURNING` and its kin.
    pub query: Option<Query>,
}

/// The part of a query that gives columns.
#[derive(Clone, Debug)]
pub enum QueryBody {
    /// `SELECT`.
    Select(Box<Select>),
    /// `UNION`, `INTERSECT`, `EXCEPT`: the first names the columns.
    Set(Box<Query>, Box<Query>),
    /// `VALUES`: the rows, of which the first counts for the types.
    Values(Vec<Expression>),
    /// `TABLE name`.
    Table(Name),
    /// A form that is not followed.
    Unseen,
}

/// `SELECT … FROM …`.
#[derive(Clone, Debug)]
pub struct Select {
    /// The select list.
    pub items: Vec<Item>,
    /// The tables.
    pub from: Vec<From>,
    /// Expressions of all other clauses: they give no columns, but the query depends on what they name.
    pub others: Vec<Expression>,
}

/// An item of a select list.
#[derive(Clone, Debug)]
pub enum Item {
    /// `*`, or `table.*`.
    Star {
        /// What stands before the star.
        of: Vec<String>,
        /// Its place.
        span: Span,
    },
    /// An expression.
    Expression {
        /// The expression.
        expression: Expression,
        /// Name of the resulting column.
        name: String,
        /// Its place.
        span: Span,
    },
}

/// A member of a `FROM` list.
#[derive(Clone, Debug)]
pub enum From {
    /// A table, view or `WITH` table.
    Relation {
        /// Its name.
        name: Name,
        /// The alias.
        alias: Alias,
    },
    /// A query in parentheses.
    Query {
        /// The query.
        query: Query,
        /// The alias.
        alias: Alias,
    },
    /// A function that gives rows.
    Function {
        /// The call.
        call: Expression,
        /// Name of the function, which names the result where there is no alias.
        name: String,
        /// `WITH ORDINALITY`.
        ordinality: bool,
        /// The alias.
        alias: Alias,
    },
    /// Two members joined.
    Join {
        /// Left side.
        left: Box<From>,
        /// Right side.
        right: Box<From>,
        /// Which columns are merged.
        merge: Merge,
        /// Whether a row may come without one of the left, and of the right: then what forbids null is null.
        optional: [bool; 2],
        /// Expressions of the condition.
        on: Vec<Expression>,
    },
    /// A member that is not followed.
    Unseen {
        /// The alias.
        alias: Alias,
    },
}

/// Columns that a join merges into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// None.
    None,
    /// Those of `USING`.
    Using(Vec<String>),
    /// All of the same name.
    Natural,
}

/// An alias with the names and types that it gives.
#[derive(Clone, Debug, Default)]
pub struct Alias {
    /// The alias.
    pub name: Option<String>,
    /// Names of the columns, with types where a definition list gives them.
    pub columns: Vec<(String, Option<TypeName>)>,
}

/// An expression, as far as the type of its result needs it.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A column, possibly qualified.
    Column(Vec<String>),
    /// A literal of a known type.
    Literal(&'static str),
    /// A value of a stated type.
    Cast(TypeName, Box<Expression>),
    /// A function call.
    Call(Name, Vec<Expression>),
    /// A value of the first known type among these (`CASE`).
    FirstKnown(Vec<Expression>, Vec<Expression>),
    /// `ARRAY[…]` or `ARRAY(SELECT …)`.
    Array(Vec<Expression>),
    /// An element of an array.
    Element(Box<Expression>),
    /// A query that gives one value.
    Query(Box<Query>),
    /// Two operands and what stands between them.
    Operator(String, Box<Expression>, Box<Expression>),
    /// A value of a known type, made of these.
    Typed(&'static str, Vec<Expression>),
    /// A value whose type is not worked out, made of these.
    Parts(Vec<Expression>),
}
