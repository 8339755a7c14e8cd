//! Queries, as far as their columns need.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::column_name::ColumnName;

use super::{Lower, names};
use crate::parse::statement::{Alias, Expression, From, Item, Merge, Name, Query, QueryBody, Select, With};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn query(&self, query: &ast::SelectVariant) -> Query {
        match query {
            ast::SelectVariant::Select(select) => {
                let body = self.select(select.syntax(), select.select_clause(), select.from_clause());
                Query {
                    with: self.with(select.with_clause()),
                    body,
                }
            }
            ast::SelectVariant::SelectInto(select) => {
                let body = self.select(select.syntax(), select.select_clause(), select.from_clause());
                Query {
                    with: self.with(select.with_clause()),
                    body,
                }
            }
            ast::SelectVariant::ParenSelect(paren) => {
                let inner = paren.select().map_or_else(unseen, |select| self.query(&select));
                let mut with = self.with(paren.with_clause());
                with.extend(inner.with);
                Query {
                    with,
                    body: inner.body,
                }
            }
            ast::SelectVariant::Table(table) => {
                let name = self.reference(table.relation_name().and_then(|name| name.relation_name_ref()));
                Query {
                    with: self.with(table.with_clause()),
                    body: name.map_or(QueryBody::Unseen, QueryBody::Table),
                }
            }
            ast::SelectVariant::Values(values) => {
                let row = values.row_list().and_then(|list| list.rows().next());
                let exprs = row
                    .into_iter()
                    .flat_map(|row| row.exprs())
                    .map(|expr| self.expression(&expr));
                Query {
                    with: self.with(values.with_clause()),
                    body: QueryBody::Values(exprs.collect()),
                }
            }
            ast::SelectVariant::CompoundSelect(compound) => self.compound(compound),
        }
    }

    fn compound(&self, compound: &ast::CompoundSelect) -> Query {
        let mut left = compound.lhs().map_or_else(unseen, |query| self.query(&query));
        let right = compound.rhs().map_or_else(unseen, |query| self.query(&query));
        // `WITH` before the first operand belongs to the whole.
        let with = match compound.lhs() {
            Some(ast::SelectVariant::ParenSelect(_)) | None => Vec::new(),
            Some(_) => std::mem::take(&mut left.with),
        };
        Query {
            with,
            body: QueryBody::Set(Box::new(left), Box::new(right)),
        }
    }

    fn with(&self, clause: Option<ast::WithClause>) -> Vec<With> {
        let tables = clause.into_iter().flat_map(|clause| clause.with_tables());
        tables
            .filter_map(|table| {
                Some(With {
                    name: names::text(&table.name()?),
                    columns: table
                        .column_list()
                        .into_iter()
                        .flat_map(|l| l.column_names())
                        .map(|n| names::text(&n))
                        .collect(),
                    query: table
                        .query()
                        .and_then(|query| ast::SelectVariant::cast(query.syntax().clone()))
                        .map(|q| self.query(&q)),
                })
            })
            .collect()
    }

    fn select(
        &self,
        node: &squawk_syntax::SyntaxNode,
        clause: Option<ast::SelectClause>,
        from: Option<ast::FromClause>,
    ) -> QueryBody {
        let targets = clause
            .and_then(|clause| clause.target_list())
            .into_iter()
            .flat_map(|list| list.targets());
        let items = targets.map(|target| self.item(&target)).collect();
        let from = from
            .into_iter()
            .flat_map(|from| from.items())
            .map(|item| self.listed_table(&item))
            .collect();
        let others = node.children().filter(|child| {
            let kind = child.kind();
            !ast::SelectClause::can_cast(kind)
                && !ast::FromClause::can_cast(kind)
                && !ast::WithClause::can_cast(kind)
        });
        let others = others.flat_map(|child| self.parts(&child)).collect();
        QueryBody::Select(Box::new(Select { items, from, others }))
    }

    fn item(&self, target: &ast::Target) -> Item {
        let span = self.span(target);
        if target.star_token().is_some() {
            return Item::Star { of: Vec::new(), span };
        }
        if let Some(ast::Expr::FieldExpr(field)) = target.expr()
            && field.star_token().is_some()
            && let Some(Expression::Column(of)) = field.base().map(|base| self.expression(&base))
        {
            return Item::Star { of, span };
        }
        let name = ColumnName::from_target(target.clone()).and_then(|(name, _)| name.to_string());
        let expression = target
            .expr()
            .map_or(Expression::Parts(Vec::new()), |expr| self.expression(&expr));
        Item::Expression {
            expression,
            name: name.unwrap_or_else(|| "?column?".to_owned()),
            span,
        }
    }

    fn listed_table(&self, item: &ast::FromListItem) -> From {
        match item {
            ast::FromListItem::JoinExpr(join) => self.join(join),
            ast::FromListItem::FromItem(item) => self.table_item(item),
        }
    }

    fn join(&self, expr: &ast::JoinExpr) -> From {
        let nowhere = || From::Unseen {
            alias: Alias::default(),
        };
        let left = expr
            .from_list_item()
            .map_or_else(nowhere, |item| self.listed_table(&item));
        let Some(join) = expr.join() else { return left };
        let right = join
            .from_list_item()
            .map_or_else(nowhere, |item| self.listed_table(&item));
        let condition = join.join_condition();
        let merge = match &condition {
            Some(ast::JoinCondition::JoinUsingClause(using)) => {
                let columns = using
                    .column_ref_list()
                    .into_iter()
                    .flat_map(|list| list.column_name_refs());
                Merge::Using(columns.map(|name| names::text(&name)).collect())
            }
            _ if join.natural_token().is_some() => Merge::Natural,
            _ => Merge::None,
        };
        let on = condition
            .map(|condition| self.parts(condition.syntax()))
            .unwrap_or_default();
        From::Join {
            left: Box::new(left),
            right: Box::new(right),
            merge,
            // No column of a view forbids null here, however it is joined.
            optional: [false, false],
            on,
        }
    }

    fn table_item(&self, item: &ast::FromItem) -> From {
        let alias = self.alias(item.alias());
        let from = match item {
            ast::FromItem::RelationFromItem(relation) => {
                self.reference(relation.relation_name_ref())
                    .map(|name| From::Relation {
                        name,
                        alias: alias.clone(),
                    })
            }
            ast::FromItem::FunctionFromItem(function) => function.call_expr().map(|call| {
                let ordinality = function.with_ordinality().is_some();
                self.function_item(ast::Expr::CallExpr(call), ordinality, alias.clone())
            }),
            ast::FromItem::ExprFromItem(expr) => {
                let call = expr.call_expr().map(ast::Expr::CallExpr);
                let expr = call.or_else(|| expr.cast_expr().map(ast::Expr::CastExpr));
                expr.map(|expr| self.function_item(expr, false, alias.clone()))
            }
            ast::FromItem::ParenFromItem(paren) => self.paren(paren, &alias),
            _ => None,
        };
        from.unwrap_or(From::Unseen { alias })
    }

    fn function_item(&self, expr: ast::Expr, ordinality: bool, alias: Alias) -> From {
        let call = self.expression(&expr);
        let name = match &call {
            Expression::Call(name, _) => name.name.clone(),
            Expression::Cast(ty, _) => ty.name.clone(),
            _ => String::new(),
        };
        From::Function {
            call,
            name,
            ordinality,
            alias,
        }
    }

    fn paren(&self, paren: &ast::ParenFromItem, alias: &Alias) -> Option<From> {
        let query = |query: ast::SelectVariant| From::Query {
            query: self.query(&query),
            alias: alias.clone(),
        };
        if let Some(select) = paren.paren_select() {
            return Some(query(ast::SelectVariant::ParenSelect(select)));
        }
        let inner = paren.paren_expr()?;
        if let Some(variant) = inner.syntax().children().find_map(ast::SelectVariant::cast) {
            return Some(query(variant));
        }
        // A join in parentheses; with an alias of its own, its members hide behind that.
        let from = self.listed_table(&inner.from_list_item()?);
        if alias.name.is_none() {
            return Some(from);
        }
        let body = Select {
            items: vec![Item::Star {
                of: Vec::new(),
                span: self.span(paren),
            }],
            from: vec![from],
            others: Vec::new(),
        };
        Some(From::Query {
            query: Query {
                with: Vec::new(),
                body: QueryBody::Select(Box::new(body)),
            },
            alias: alias.clone(),
        })
    }

    fn alias(&self, alias: Option<ast::FromAlias>) -> Alias {
        let Some(alias) = alias else {
            return Alias::default();
        };
        let columns = match alias.columns() {
            Some(ast::FromAliasColumns::ColumnList(list)) => list
                .column_names()
                .map(|name| (names::text(&name), None))
                .collect(),
            Some(ast::FromAliasColumns::ColumnDefList(list)) => list
                .column_defs()
                .filter_map(|def| {
                    Some((
                        names::text(&def.name()?),
                        def.ty().and_then(|ty| self.type_name(&ty)),
                    ))
                })
                .collect(),
            None => Vec::new(),
        };
        Alias {
            name: alias.name().map(|name| names::text(&name)),
            columns,
        }
    }
}

fn unseen() -> Query {
    Query {
        with: Vec::new(),
        body: QueryBody::Unseen,
    }
}

/// `CREATE RECURSIVE VIEW v (a) AS q` stands for `CREATE VIEW v AS WITH RECURSIVE v (a) AS (q) SELECT a FROM v`.
pub(super) fn recursive(name: &Name, columns: &[(String, Span)], query: Query) -> Query {
    let with = With {
        name: name.name.clone(),
        columns: columns.iter().map(|(column, _)| column.clone()).collect(),
        query: Some(query),
    };
    let from = From::Relation {
        name: Name {
            schema: None,
            ..name.clone()
        },
        alias: Alias::default(),
    };
    let star = Item::Star {
        of: Vec::new(),
        span: name.span,
    };
    let body = Select {
        items: vec![star],
        from: vec![from],
        others: Vec::new(),
    };
    Query {
        with: vec![with],
        body: QueryBody::Select(Box::new(body)),
    }
}
