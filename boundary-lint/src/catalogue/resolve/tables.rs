//! Members of `FROM`.

use super::{Found, Resolver, Scope, TOO_MANY, Table, fields_of, renamed};
use crate::catalogue::functions::Gives;
use crate::catalogue::types::Shape;
use crate::catalogue::{ColumnType, Dependency, results};
use crate::parse::statement::{Alias, Expression, From, Merge, Name, TypeName};

impl Resolver<'_> {
    /// Adds a member of `FROM` to the scope; gives what `*` takes from it.
    pub(super) fn from(&mut self, from: &From, scope: &mut Scope<'_>) -> (Vec<Found>, Option<String>) {
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
                optional,
                on,
            } => {
                let (left, left_opaque) = self.side(left, optional[0], scope);
                let (right, right_opaque) = self.side(right, optional[1], scope);
                for condition in on {
                    self.expression(condition, scope);
                }
                let star = self.joined(left, right, merge);
                return (star, left_opaque.or(right_opaque));
            }
        };
        let mut table = table;
        if !self.affords(table.columns.len()) {
            table.columns.clear();
            table.opaque = Some(TOO_MANY.to_owned());
        }
        let star = (table.columns.clone(), table.opaque.clone());
        scope.tables.push(table);
        star
    }

    /// One side of a join, whose rows may be missing.
    fn side(&mut self, from: &From, optional: bool, scope: &mut Scope<'_>) -> (Vec<Found>, Option<String>) {
        let first = scope.tables.len();
        let (mut star, why) = self.from(from, scope);
        let tables = scope.tables[first..]
            .iter_mut()
            .flat_map(|table| &mut table.columns);
        for column in tables.chain(&mut star).filter(|_| optional) {
            column.optional = true;
        }
        (star, why)
    }

    /// What `*` takes from a join; merged columns come first, and once.
    fn joined(&mut self, left: Vec<Found>, right: Vec<Found>, merge: &Merge) -> Vec<Found> {
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
            // From the side that has a row.
            let [left, right] = sides;
            star.extend(match left {
                Some(left) if !left.optional => Some(left),
                left => right.filter(|right| left.is_none() || !right.optional).or(left),
            });
        }
        star.extend(
            left.into_iter()
                .chain(right)
                .filter(|column| !merged.contains(&column.name)),
        );
        star
    }

    pub(super) fn relation(&mut self, name: &Name, alias: &Alias, scope: &Scope<'_>) -> Table {
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
                        optional: false,
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

    pub(super) fn function(
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
            optional: false,
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
                (None, None) if ty == ColumnType::Unknown && !results::leaves_columns_alone(name) => {
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

    pub(super) fn defined(&self, name: &str, ty: Option<&TypeName>) -> Found {
        let ty = ty.map_or(ColumnType::Unknown, |ty| self.catalogue.resolve_type(ty));
        Found {
            name: name.to_owned(),
            ty,
            shows: None,
            span: None,
            relation: None,
            optional: false,
        }
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
