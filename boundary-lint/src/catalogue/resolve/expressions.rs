//! Types of expressions, and what a query depends on through them.

use super::{Found, Resolver, Scope};
use crate::catalogue::functions::Gives;
use crate::catalogue::types::Shape;
use crate::catalogue::{ColumnType, operators, results};
use crate::parse::statement::Expression;

impl Resolver<'_> {
    /// The column that a path names, if it names one.
    pub(super) fn named(&self, path: &[String], scope: &Scope<'_>) -> Option<Found> {
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
    pub(super) fn expression(&mut self, expression: &Expression, scope: &Scope<'_>) -> ColumnType {
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
                let types: Vec<ColumnType> = types.into_iter().map(|ty| self.flat(ty)).collect();
                match self.catalogue.function(name).map(|function| &function.gives) {
                    Some(Gives::Value(ty)) => ty.clone(),
                    Some(_) => ColumnType::Unknown,
                    None => results::result(&name.name, &types),
                }
            }
            Expression::FirstKnown(values, others) => {
                let types: Vec<ColumnType> =
                    values.iter().map(|value| self.expression(value, scope)).collect();
                self.all(others, scope);
                self.common(types)
            }
            Expression::Array(elements) => {
                let types: Vec<ColumnType> = elements
                    .iter()
                    .map(|element| self.expression(element, scope))
                    .collect();
                match self.common(types) {
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
                operators::operator(operator, &self.flat(left), &self.flat(right))
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

    pub(super) fn field(&mut self, column: &str, field: &str, scope: &Scope<'_>) -> ColumnType {
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

    pub(super) fn all(&mut self, parts: &[Expression], scope: &Scope<'_>) {
        for part in parts {
            self.expression(part, scope);
        }
    }

    /// Operators work on what a domain is made of.
    fn flat(&self, mut ty: ColumnType) -> ColumnType {
        // Domains are made of older ones, so this ends; the bound is for a replay gone wrong.
        for _ in 0..64 {
            let ColumnType::User(id) = ty else { break };
            match self.catalogue.user_type(id).map(|ty| &ty.shape) {
                Some(Shape::Domain { base, .. }) => ty = base.clone(),
                _ => break,
            }
        }
        ty
    }

    /// The type that values meet in; where they differ, their domains are looked through.
    pub(super) fn common(&self, types: Vec<ColumnType>) -> ColumnType {
        if types.windows(2).all(|pair| pair[0] == pair[1]) {
            return types.into_iter().next().unwrap_or(ColumnType::Unknown);
        }
        let flat: Vec<ColumnType> = types.into_iter().map(|ty| self.flat(ty)).collect();
        operators::common(&flat)
    }
}
