//! The columns of a query, worked out through the catalogue.

mod expressions;
mod tables;

use std::rc::Rc;

use super::types::Shape;
use super::{Catalogue, ColumnId, ColumnType, Dependency, RelationId};
use crate::parse::statement::{Alias, Expression, Item, Query, QueryBody, Select};
use crate::source::Span;

/// Queries inside queries are followed this far.
const DEEPEST: usize = 1_000;
/// A statement may look into this many queries: `WITH RECURSIVE` inside itself doubles the work with every level.
const MOST: usize = 10_000;
/// A statement may look at this many columns: `SELECT *, *` of a query of the same kind doubles them with every level.
const MOST_COLUMNS: usize = 500_000;
/// A query may give this many columns, as many as the most generous server lets a table have.
const WIDEST: usize = 4_096;

/// What a query gives.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    pub(super) columns: Vec<Found>,
    /// Why not all columns are known, where they are not.
    pub(super) opaque: Option<String>,
    pub(super) depends: Vec<Dependency>,
}

/// A column of a query.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) ty: ColumnType,
    /// The stored column whose values it shows unchanged.
    pub(super) shows: Option<ColumnId>,
    pub(super) span: Option<Span>,
    relation: Option<RelationId>,
    /// An outer join may give it a row without values.
    pub(super) optional: bool,
}

/// A member of `FROM`, under the name that it goes by.
#[derive(Clone, Debug)]
struct Table {
    name: Option<String>,
    schema: Option<String>,
    columns: Vec<Found>,
    opaque: Option<String>,
}

/// What names mean at one point of a query.
#[derive(Default)]
struct Scope<'a> {
    outer: Option<&'a Scope<'a>>,
    with: Vec<(String, Rc<Resolved>)>,
    tables: Vec<Table>,
    /// What `*` stands for, in order; merged columns come once.
    star: Vec<Found>,
    star_opaque: Option<String>,
    depth: usize,
}

impl<'a> Scope<'a> {
    fn inside(outer: &'a Scope<'a>) -> Self {
        Scope {
            outer: Some(outer),
            depth: outer.depth + 1,
            ..Scope::default()
        }
    }

    fn with_table(&self, name: &str) -> Option<Rc<Resolved>> {
        let mut scope = Some(self);
        while let Some(current) = scope {
            if let Some((_, found)) = current.with.iter().rev().find(|(with, _)| with == name) {
                return Some(Rc::clone(found));
            }
            scope = current.outer;
        }
        None
    }

    fn table(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        let mut scope = Some(self);
        while let Some(current) = scope {
            let found = current.tables.iter().find(|table| {
                table.name.as_deref() == Some(name) && (schema.is_none() || table.schema.as_deref() == schema)
            });
            if found.is_some() {
                return found;
            }
            scope = current.outer;
        }
        None
    }

    fn column(&self, name: &str) -> Option<&Found> {
        let mut scope = Some(self);
        while let Some(current) = scope {
            let found = current.star.iter().find(|column| column.name == name);
            let found = found.or_else(|| {
                current
                    .tables
                    .iter()
                    .flat_map(|table| &table.columns)
                    .find(|column| column.name == name)
            });
            if found.is_some() {
                return found;
            }
            scope = current.outer;
        }
        None
    }
}

impl Catalogue {
    /// The columns of a query, here and now.
    pub(super) fn resolve(&self, query: &Query) -> Resolved {
        let mut resolver = Resolver {
            catalogue: self,
            depends: Vec::new(),
            left: MOST,
            columns_left: MOST_COLUMNS,
        };
        let mut resolved = resolver.query(query, &Scope::default());
        resolver.depends.sort_by_key(|d| (d.relation, d.column));
        resolver.depends.dedup();
        resolved.depends = resolver.depends;
        resolved
    }
}

struct Resolver<'c> {
    catalogue: &'c Catalogue,
    depends: Vec<Dependency>,
    /// Queries that may still be looked into.
    left: usize,
    /// Columns that may still be looked at.
    columns_left: usize,
}

const TOO_MANY: &str = "it has more columns than a server allows";

fn opaque(why: impl Into<String>) -> Resolved {
    Resolved {
        opaque: Some(why.into()),
        ..Resolved::default()
    }
}

impl Resolver<'_> {
    fn query(&mut self, query: &Query, outer: &Scope<'_>) -> Resolved {
        self.left = self.left.saturating_sub(1);
        if outer.depth > DEEPEST || self.left == 0 {
            return opaque("its queries are nested too deeply");
        }
        let mut scope = Scope::inside(outer);
        for with in &query.with {
            let mut resolved = match &with.query {
                Some(inner) => {
                    self.recursive(with.name.as_str(), &with.columns, inner, &mut scope);
                    let resolved = self.query(inner, &scope);
                    scope.with.pop();
                    resolved
                }
                None => opaque(format!("{} gives what a changing statement returns", with.name)),
            };
            renamed(&mut resolved.columns, with.columns.iter().map(String::as_str));
            scope.with.push((with.name.clone(), Rc::new(resolved)));
        }
        match &query.body {
            QueryBody::Select(select) => self.select(select, &scope),
            QueryBody::Set(left, right) => self.set(left, right, &scope),
            QueryBody::Values(row) => {
                let types: Vec<ColumnType> = row.iter().map(|value| self.expression(value, &scope)).collect();
                let column = |(at, ty)| Found {
                    name: format!("column{}", at + 1),
                    ty,
                    shows: None,
                    span: None,
                    relation: None,
                    optional: false,
                };
                Resolved {
                    columns: types.into_iter().enumerate().map(column).collect(),
                    ..Resolved::default()
                }
            }
            QueryBody::Table(name) => {
                let table = self.relation(name, &Alias::default(), &scope);
                self.depends_on_all(&table.columns);
                Resolved {
                    columns: table.columns,
                    opaque: table.opaque,
                    ..Resolved::default()
                }
            }
            QueryBody::Unseen => opaque("a form of query is not followed"),
        }
    }

    /// A `WITH` table may name itself; its first part gives its columns.
    fn recursive(&mut self, name: &str, columns: &[String], query: &Query, scope: &mut Scope<'_>) {
        let mut seed = match &query.body {
            QueryBody::Set(left, _) => self.query(left, scope),
            _ => Resolved::default(),
        };
        renamed(&mut seed.columns, columns.iter().map(String::as_str));
        scope.with.push((name.to_owned(), Rc::new(seed)));
    }

    fn set(&mut self, left: &Query, right: &Query, scope: &Scope<'_>) -> Resolved {
        let mut left = self.query(left, scope);
        let right = self.query(right, scope);
        for (at, column) in left.columns.iter_mut().enumerate() {
            let other = right
                .columns
                .get(at)
                .map_or(ColumnType::Unknown, |other| other.ty.clone());
            column.ty = self.common(vec![column.ty.clone(), other]);
            // Values of two sources are mixed.
            column.shows = None;
        }
        left.opaque = left.opaque.or(right.opaque);
        left
    }

    fn select(&mut self, select: &Select, outer: &Scope<'_>) -> Resolved {
        let mut scope = Scope::inside(outer);
        for from in &select.from {
            let (star, star_opaque) = self.from(from, &mut scope);
            scope.star.extend(star);
            scope.star_opaque = scope.star_opaque.take().or(star_opaque);
        }
        let mut resolved = Resolved::default();
        for item in &select.items {
            match item {
                Item::Star { of, span } => self.star(of, *span, &scope, &mut resolved),
                Item::Expression {
                    expression,
                    name,
                    span,
                } => {
                    let ty = self.expression(expression, &scope);
                    let source = match expression {
                        Expression::Column(path) => self.named(path, &scope),
                        _ => None,
                    };
                    let shows = source.as_ref().and_then(|source| source.shows);
                    resolved.columns.push(Found {
                        name: name.clone(),
                        ty,
                        shows,
                        span: Some(*span),
                        relation: None,
                        optional: source.is_some_and(|source| source.optional),
                    });
                }
            }
        }
        for other in &select.others {
            self.expression(other, &scope);
        }
        if resolved.columns.len() > WIDEST {
            return opaque(TOO_MANY);
        }
        resolved
    }

    /// Takes columns from those that may still be looked at; false where there are not that many.
    fn affords(&mut self, columns: usize) -> bool {
        let left = self.columns_left.checked_sub(columns);
        self.columns_left = left.unwrap_or(0);
        left.is_some()
    }

    fn star(&mut self, of: &[String], span: Span, scope: &Scope<'_>, resolved: &mut Resolved) {
        let (columns, why) = match of {
            [] => (scope.star.clone(), scope.star_opaque.clone()),
            [.., name] => {
                let schema = of
                    .len()
                    .checked_sub(2)
                    .and_then(|at| of.get(at))
                    .map(String::as_str);
                match scope.table(schema, name) {
                    Some(table) => (table.columns.clone(), table.opaque.clone()),
                    None => self.composite_star(name, scope),
                }
            }
        };
        if !self.affords(columns.len()) || resolved.columns.len() > WIDEST {
            resolved.opaque = Some(TOO_MANY.to_owned());
            return;
        }
        self.depends_on_all(&columns);
        resolved.columns.extend(columns.into_iter().map(|column| Found {
            span: Some(span),
            ..column
        }));
        resolved.opaque = resolved.opaque.take().or(why);
    }

    /// `(column).*` of a composite type.
    fn composite_star(&mut self, name: &str, scope: &Scope<'_>) -> (Vec<Found>, Option<String>) {
        let fields = match scope.column(name).map(|column| column.ty.clone()) {
            Some(ColumnType::User(id)) => match self.catalogue.user_type(id).map(|ty| &ty.shape) {
                Some(Shape::Composite(fields)) => fields.clone(),
                _ => Vec::new(),
            },
            Some(ColumnType::Row(id)) => self.catalogue.relation(id).map(fields_of).unwrap_or_default(),
            _ => Vec::new(),
        };
        if fields.is_empty() {
            return (Vec::new(), Some(format!("{name}.* is not known here")));
        }
        (
            fields
                .into_iter()
                .map(|(name, ty)| Found {
                    name,
                    ty,
                    shows: None,
                    span: None,
                    relation: None,
                    optional: false,
                })
                .collect(),
            None,
        )
    }

    fn depends_on_all<'f>(&mut self, columns: impl IntoIterator<Item = &'f Found>) {
        for column in columns {
            if let (Some(relation), Some(_)) = (column.relation, column.shows) {
                self.depends.push(Dependency {
                    relation,
                    column: column.shows,
                });
            }
        }
    }
}

fn fields_of(relation: &super::Relation) -> Vec<(String, ColumnType)> {
    relation
        .columns
        .iter()
        .map(|column| (column.name.clone(), column.ty.clone()))
        .collect()
}

/// Gives the first columns the names listed.
fn renamed<'n>(columns: &mut [Found], names: impl Iterator<Item = &'n str>) {
    for (column, name) in columns.iter_mut().zip(names) {
        name.clone_into(&mut column.name);
    }
}
