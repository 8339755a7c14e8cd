//! The columns of a query, worked out through the catalogue.

use std::rc::Rc;

use super::builtins;
use super::functions::Gives;
use super::types::Shape;
use super::{Catalogue, ColumnId, ColumnType, Dependency, RelationId};
use crate::parse::statement::{
    Alias, Expression, From, Item, Merge, Name, Query, QueryBody, Select, TypeName,
};
use crate::source::Span;

/// Queries inside queries are followed this far.
const DEEPEST: usize = 64;

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
}

fn opaque(why: impl Into<String>) -> Resolved {
    Resolved {
        opaque: Some(why.into()),
        ..Resolved::default()
    }
}

impl Resolver<'_> {
    fn query(&mut self, query: &Query, outer: &Scope<'_>) -> Resolved {
        if outer.depth > DEEPEST {
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
            column.ty = builtins::common(&[column.ty.clone(), other]);
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
                    });
                }
            }
        }
        for other in &select.others {
            self.expression(other, &scope);
        }
        resolved
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
                })
                .collect(),
            None,
        )
    }

    /// Adds a member of `FROM` to the scope; gives what `*` takes from it.
    fn from(&mut self, from: &From, scope: &mut Scope<'_>) -> (Vec<Found>, Option<String>) {
        let table = match from {
            From::Relation { name, alias } => self.relation(name, alias, scope),
            From::Query { query, alias } => {
                let mut resolved = self.query(query, scope);
                renamed(
                    &mut resolved.columns,
                    alias.columns.iter().map(|(name, _)| name.as_str()),
                );
                Table {
                    name: alias.name.clone(),
                    schema: None,
                    columns: resolved.columns,
                    opaque: resolved.opaque,
                }
            }
            From::Function {
                call,
                name,
                ordinality,
                alias,
            } => self.function(call, name, *ordinality, alias, scope),
            From::Unseen { alias } => {
                let columns = alias
                    .columns
                    .iter()
                    .map(|(name, ty)| self.defined(name, ty.as_ref()))
                    .collect();
                Table {
                    name: alias.name.clone(),
                    schema: None,
                    columns,
                    opaque: Some("a form of FROM is not followed".to_owned()),
                }
            }
            From::Join {
                left,
                right,
                merge,
                on,
            } => return self.join(left, right, merge, on, scope),
        };
        let star = (table.columns.clone(), table.opaque.clone());
        scope.tables.push(table);
        star
    }

    fn join(
        &mut self,
        left: &From,
        right: &From,
        merge: &Merge,
        on: &[Expression],
        scope: &mut Scope<'_>,
    ) -> (Vec<Found>, Option<String>) {
        let (left, left_opaque) = self.from(left, scope);
        let (right, right_opaque) = self.from(right, scope);
        for condition in on {
            self.expression(condition, scope);
        }
        let merged: Vec<String> = match merge {
            Merge::None => Vec::new(),
            Merge::Using(names) => names.clone(),
            Merge::Natural => left
                .iter()
                .filter(|l| right.iter().any(|r| r.name == l.name))
                .map(|l| l.name.clone())
                .collect(),
        };
        let mut star: Vec<Found> = Vec::new();
        for name in &merged {
            let sides = [&left, &right].map(|side| side.iter().find(|column| column.name == *name).cloned());
            self.depends_on_all(sides.each_ref().map(Option::as_ref).into_iter().flatten());
            star.extend(sides.into_iter().flatten().next());
        }
        star.extend(
            left.into_iter()
                .chain(right)
                .filter(|column| !merged.contains(&column.name)),
        );
        (star, left_opaque.or(right_opaque))
    }

    fn relation(&mut self, name: &Name, alias: &Alias, scope: &Scope<'_>) -> Table {
        let shown = alias.name.clone().or_else(|| Some(name.name.clone()));
        let schema = if alias.name.is_none() {
            name.schema.clone()
        } else {
            None
        };
        let (mut columns, why) = match scope.with_table(&name.name).filter(|_| name.schema.is_none()) {
            Some(with) => (with.columns.clone(), with.opaque.clone()),
            None => match self
                .catalogue
                .find(name.schema.as_deref(), &name.name)
                .and_then(|id| self.catalogue.relation(id))
            {
                Some(relation) => {
                    self.depends.push(Dependency {
                        relation: relation.id,
                        column: None,
                    });
                    let columns = relation.columns.iter().map(|column| Found {
                        name: column.name.clone(),
                        ty: column.ty.clone(),
                        shows: Some(column.id),
                        span: None,
                        relation: Some(relation.id),
                    });
                    let why = relation
                        .opaque
                        .then(|| format!("not all columns of {name} can be seen"));
                    (columns.collect(), why)
                }
                None => (
                    Vec::new(),
                    Some(format!(
                        "{name} is created by no migration that was read before this one"
                    )),
                ),
            },
        };
        renamed(&mut columns, alias.columns.iter().map(|(name, _)| name.as_str()));
        Table {
            name: shown,
            schema,
            columns,
            opaque: why,
        }
    }

    fn function(
        &mut self,
        call: &Expression,
        name: &str,
        ordinality: bool,
        alias: &Alias,
        scope: &Scope<'_>,
    ) -> Table {
        let ty = self.expression(call, scope);
        let shown = alias.name.clone().or_else(|| Some(name.to_owned()));
        let found = |name: &str, ty: ColumnType| Found {
            name: name.to_owned(),
            ty,
            shows: None,
            span: None,
            relation: None,
        };
        let one = alias.name.as_deref().unwrap_or(name).to_owned();
        let mut why = None;
        let gives = match call {
            Expression::Call(called, _) => self
                .catalogue
                .function(called)
                .map(|function| function.gives.clone()),
            _ => None,
        };
        let mut columns: Vec<Found> = if alias.columns.iter().any(|(_, ty)| ty.is_some()) {
            alias
                .columns
                .iter()
                .map(|(name, ty)| self.defined(name, ty.as_ref()))
                .collect()
        } else {
            match (gives, rows(name)) {
                (Some(Gives::Rows(columns)), _) => {
                    columns.into_iter().map(|(name, ty)| found(&name, ty)).collect()
                }
                (Some(Gives::Value(ColumnType::Row(id))), _) => {
                    let fields = self.catalogue.relation(id).map(fields_of).unwrap_or_default();
                    fields.into_iter().map(|(name, ty)| found(&name, ty)).collect()
                }
                (Some(Gives::Value(ColumnType::User(id))), _) => {
                    match self.catalogue.user_type(id).map(|ty| ty.shape.clone()) {
                        Some(Shape::Composite(fields)) => {
                            fields.into_iter().map(|(name, ty)| found(&name, ty)).collect()
                        }
                        _ => vec![found(&one, ty)],
                    }
                }
                (Some(Gives::Value(_)), _) => vec![found(&one, ty)],
                (_, Some(columns)) => columns
                    .iter()
                    .map(|(name, ty)| found(name, ColumnType::Builtin(ty)))
                    .collect(),
                (Some(Gives::Unknown), None) => {
                    why = Some(format!("what {name} returns is not known"));
                    Vec::new()
                }
                (None, None) if ty == ColumnType::Unknown && !builtins::leaves_columns_alone(name) => {
                    why = Some(format!("what {name} returns is not known"));
                    Vec::new()
                }
                (None, None) => vec![found(&one, ty)],
            }
        };
        if ordinality {
            columns.push(found("ordinality", ColumnType::Builtin("int8")));
        }
        renamed(&mut columns, alias.columns.iter().map(|(name, _)| name.as_str()));
        Table {
            name: shown,
            schema: None,
            columns,
            opaque: why,
        }
    }

    fn defined(&self, name: &str, ty: Option<&TypeName>) -> Found {
        let ty = ty.map_or(ColumnType::Unknown, |ty| self.catalogue.resolve_type(ty));
        Found {
            name: name.to_owned(),
            ty,
            shows: None,
            span: None,
            relation: None,
        }
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

    /// The column that a path names, if it names one.
    fn named(&self, path: &[String], scope: &Scope<'_>) -> Option<Found> {
        match path {
            [name] => scope.column(name).cloned(),
            [.., table, name] => {
                let schema = path
                    .len()
                    .checked_sub(3)
                    .and_then(|at| path.get(at))
                    .map(String::as_str);
                scope
                    .table(schema, table)?
                    .columns
                    .iter()
                    .find(|column| column.name == *name)
                    .cloned()
            }
            [] => None,
        }
    }

    /// The type of an expression, and the query's dependence on what the expression names.
    fn expression(&mut self, expression: &Expression, scope: &Scope<'_>) -> ColumnType {
        match expression {
            Expression::Column(path) => {
                if let Some(found) = self.named(path, scope) {
                    self.depends_on_all([&found]);
                    return found.ty;
                }
                // A whole row by the name of its table, or a field of a composite column.
                match path.as_slice() {
                    [table] => match scope.table(None, table).map(|table| table.columns.clone()) {
                        Some(columns) => {
                            self.depends_on_all(&columns);
                            columns
                                .first()
                                .and_then(|column| column.relation)
                                .map_or(ColumnType::Unknown, ColumnType::Row)
                        }
                        None => ColumnType::Unknown,
                    },
                    [column, field] => self.field(column, field, scope),
                    _ => ColumnType::Unknown,
                }
            }
            Expression::Literal(ty) => ColumnType::Builtin(ty),
            Expression::Cast(ty, inner) => {
                self.expression(inner, scope);
                self.catalogue.resolve_type(ty)
            }
            Expression::Call(name, arguments) => {
                let types: Vec<ColumnType> = arguments
                    .iter()
                    .map(|argument| self.expression(argument, scope))
                    .collect();
                match self.catalogue.function(name).map(|function| &function.gives) {
                    Some(Gives::Value(ty)) => ty.clone(),
                    Some(_) => ColumnType::Unknown,
                    None => builtins::result(&name.name, &types),
                }
            }
            Expression::FirstKnown(values, others) => {
                let types: Vec<ColumnType> =
                    values.iter().map(|value| self.expression(value, scope)).collect();
                self.all(others, scope);
                builtins::common(&types)
            }
            Expression::Array(elements) => {
                let types: Vec<ColumnType> = elements
                    .iter()
                    .map(|element| self.expression(element, scope))
                    .collect();
                match builtins::common(&types) {
                    ColumnType::Builtin("unknown") => {
                        ColumnType::Array(Box::new(ColumnType::Builtin("text")))
                    }
                    nested @ ColumnType::Array(_) => nested,
                    element => ColumnType::Array(Box::new(element)),
                }
            }
            Expression::Element(array) => match self.expression(array, scope) {
                ColumnType::Array(element) => *element,
                ColumnType::Builtin("jsonb") => ColumnType::Builtin("jsonb"),
                _ => ColumnType::Unknown,
            },
            Expression::Query(query) => {
                let resolved = self.query(query, scope);
                resolved
                    .columns
                    .first()
                    .map_or(ColumnType::Unknown, |column| column.ty.clone())
            }
            Expression::Operator(operator, left, right) => {
                let (left, right) = (self.expression(left, scope), self.expression(right, scope));
                builtins::operator(operator, &left, &right)
            }
            Expression::Typed(ty, parts) => {
                self.all(parts, scope);
                ColumnType::Builtin(ty)
            }
            Expression::Parts(parts) => {
                self.all(parts, scope);
                ColumnType::Unknown
            }
        }
    }

    fn field(&mut self, column: &str, field: &str, scope: &Scope<'_>) -> ColumnType {
        let Some(found) = scope.column(column).cloned() else {
            return ColumnType::Unknown;
        };
        self.depends_on_all([&found]);
        let ColumnType::User(id) = found.ty else {
            return ColumnType::Unknown;
        };
        match self.catalogue.user_type(id).map(|ty| &ty.shape) {
            Some(Shape::Composite(fields)) => fields
                .iter()
                .find(|(name, _)| name == field)
                .map_or(ColumnType::Unknown, |(_, ty)| ty.clone()),
            _ => ColumnType::Unknown,
        }
    }

    fn all(&mut self, parts: &[Expression], scope: &Scope<'_>) {
        for part in parts {
            self.expression(part, scope);
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

/// The columns of Postgres' own functions that give rows of more than one.
fn rows(function: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match function {
        "jsonb_each" => &[("key", "text"), ("value", "jsonb")],
        "json_each" => &[("key", "text"), ("value", "json")],
        "jsonb_each_text" | "json_each_text" => &[("key", "text"), ("value", "text")],
        "jsonb_array_elements" => &[("value", "jsonb")],
        "json_array_elements" => &[("value", "json")],
        "jsonb_array_elements_text" | "json_array_elements_text" => &[("value", "text")],
        _ => return None,
    })
}
