//! Queries of views and of tables made from queries, parsed by `sqlparser` and put into our words.

use boundary_schema::Dialect;
use sqlparser::ast;
use sqlparser::dialect::{MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::cut::{Kind, Token};
use super::reader::Reader;
use crate::parse::statement::{Alias, Expression, From, Item, Merge, Name, Query, QueryBody, Select, With};
use crate::source::Span;

/// A query may be nested this deeply; the parser counts its own recursion, and not that of the chains that it gives.
const DEEPEST: usize = 2_000;

impl Reader<'_> {
    /// The query that the rest of the statement is; `None` where it does not parse.
    pub(super) fn query(&mut self) -> Option<Query> {
        let rest = self.take_rest();
        let (first, last) = rest.first().zip(rest.last())?;
        let whole = Span::new(first.span.start, last.span.end);
        let text = self.text.get(whole.start..whole.end)?;
        if self.is_too_deep(rest) {
            return None;
        }
        // `WITH CHECK OPTION` of a view is no part of its query.
        let lower = text.to_ascii_lowercase();
        let end = [
            "with cascaded check option",
            "with local check option",
            "with check option",
        ]
        .iter()
        .find_map(|option| lower.rfind(option))
        .unwrap_or(text.len());
        let text = text.get(..end)?;
        let parsed = std::panic::catch_unwind(|| {
            let mysql = MySqlDialect {};
            let sqlite = SQLiteDialect {};
            let dialect: &dyn sqlparser::dialect::Dialect = match self.dialect {
                Dialect::Mysql => &mysql,
                _ => &sqlite,
            };
            let mut parser = Parser::new(dialect).try_with_sql(text).ok()?;
            let query = parser.parse_query().ok()?;
            (parser.peek_token().token == sqlparser::tokenizer::Token::EOF).then_some(query)
        });
        let query = parsed.ok()??;
        let lower = Lower {
            text,
            offset: whole.start,
            starts: std::iter::once(0)
                .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
                .collect(),
            characters: match text.is_ascii() {
                true => Vec::new(),
                false => text.char_indices().map(|(byte, _)| byte).collect(),
            },
        };
        Some(lower.query(&query))
    }
}

impl Reader<'_> {
    /// Whether the tree of these tokens may be deeper than the stack has room for. A token deepens it by one at most, and a comma ends what
    /// came before it, but for what `UNION` stacks up.
    fn is_too_deep(&self, tokens: &[Token]) -> bool {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let (mut current, mut sets, mut below) = (0usize, 0usize, 0usize);
        for token in tokens {
            match token.kind {
                Kind::Other(b'(') => {
                    open.push((current, sets));
                    below += current + sets + 1;
                    (current, sets) = (0, 0);
                }
                Kind::Other(b')') => {
                    (current, sets) = open.pop().unwrap_or_default();
                    below = below.saturating_sub(current + sets + 1);
                }
                Kind::Other(b',') => current = 0,
                Kind::Word if ["union", "except", "intersect"].contains(&self.lower(*token).as_str()) => {
                    sets += 1
                }
                _ => current += 1,
            }
            if below + current + sets > DEEPEST {
                return true;
            }
        }
        false
    }
}

/// Turns the parser's types into ours; places are those of the file.
struct Lower<'a> {
    text: &'a str,
    offset: usize,
    starts: Vec<usize>,
    /// Where each character begins, unless every one is a byte: a long line with many places costs no search for each.
    characters: Vec<usize>,
}

fn folded(ident: &ast::Ident) -> String {
    ident.value.to_lowercase()
}

impl Lower<'_> {
    fn byte(&self, at: sqlparser::tokenizer::Location) -> usize {
        let line = usize::try_from(at.line).unwrap_or(1).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
        if self.characters.is_empty() {
            return (start + column).min(self.text.len());
        }
        let first = self.characters.partition_point(|byte| *byte < start);
        self.characters
            .get(first + column)
            .copied()
            .unwrap_or(self.text.len())
    }

    /// The place within the query's text.
    fn within(&self, node: &impl ast::Spanned) -> Span {
        self.bytes(node.span())
    }

    fn bytes(&self, span: sqlparser::tokenizer::Span) -> Span {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        Span::new(start, end.max(start))
    }

    fn span(&self, node: &impl ast::Spanned) -> Span {
        self.file_span(node.span())
    }

    fn file_span(&self, span: sqlparser::tokenizer::Span) -> Span {
        let span = self.bytes(span);
        Span::new(span.start + self.offset, span.end + self.offset)
    }

    fn query(&self, query: &ast::Query) -> Query {
        let with = query
            .with
            .iter()
            .flat_map(|with| &with.cte_tables)
            .map(|cte| With {
                name: folded(&cte.alias.name),
                columns: cte
                    .alias
                    .columns
                    .iter()
                    .map(|column| folded(&column.name))
                    .collect(),
                query: Some(self.query(&cte.query)),
            });
        Query {
            with: with.collect(),
            body: self.body(&query.body),
        }
    }

    fn body(&self, body: &ast::SetExpr) -> QueryBody {
        match body {
            ast::SetExpr::Select(select) => QueryBody::Select(Box::new(self.select(select))),
            ast::SetExpr::Query(query) => {
                let query = self.query(query);
                match query.with.is_empty() {
                    true => query.body,
                    false => QueryBody::Unseen,
                }
            }
            ast::SetExpr::SetOperation { left, right, .. } => {
                let side = |body: &ast::SetExpr| {
                    Box::new(Query {
                        with: Vec::new(),
                        body: self.body(body),
                    })
                };
                QueryBody::Set(side(left), side(right))
            }
            ast::SetExpr::Values(values) => QueryBody::Values(
                values
                    .rows
                    .first()
                    .map(|row| row.content.iter().map(|value| self.expression(value)).collect())
                    .unwrap_or_default(),
            ),
            _ => QueryBody::Unseen,
        }
    }

    fn select(&self, select: &ast::Select) -> Select {
        Select {
            items: select.projection.iter().map(|item| self.item(item)).collect(),
            from: select.from.iter().map(|table| self.joined(table)).collect(),
            others: select
                .selection
                .iter()
                .chain(&select.having)
                .map(|expression| self.expression(expression))
                .collect(),
        }
    }

    fn item(&self, item: &ast::SelectItem) -> Item {
        match item {
            ast::SelectItem::Wildcard(_) => Item::Star {
                of: Vec::new(),
                span: self.span(item),
            },
            ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                Item::Star {
                    of: parts(name),
                    span: self.span(item),
                }
            }
            ast::SelectItem::UnnamedExpr(expression) => {
                let within = self.within(expression);
                let written = self.closed(within);
                let name = match expression {
                    ast::Expr::Identifier(ident) => folded(ident),
                    ast::Expr::CompoundIdentifier(idents) => idents.last().map(folded).unwrap_or_default(),
                    _ if written.is_empty() => expression.to_string(),
                    _ => written.to_owned(),
                };
                Item::Expression {
                    expression: self.expression(expression),
                    name,
                    span: self.span(expression),
                }
            }
            ast::SelectItem::ExprWithAlias { expr, alias } => Item::Expression {
                expression: self.expression(expr),
                name: folded(alias),
                span: self.file_span(alias.span),
            },
            other => Item::Expression {
                expression: Expression::Parts(Vec::new()),
                name: other.to_string(),
                span: self.span(other),
            },
        }
    }

    /// The text of an expression with the parentheses that its place leaves out.
    fn closed(&self, within: Span) -> &str {
        let bytes = self.text.as_bytes();
        let count = |end: usize, byte: u8| {
            let written = bytes.get(within.start..end).unwrap_or(&[]);
            written.iter().filter(|found| **found == byte).count()
        };
        let mut end = within.end;
        while count(end, b'(') > count(end, b')')
            && let Some(next) = memchr::memchr(b')', bytes.get(end..).unwrap_or(&[]))
        {
            end += next + 1;
        }
        self.text.get(within.start..end).unwrap_or("")
    }

    fn joined(&self, table: &ast::TableWithJoins) -> From {
        let mut from = self.factor(&table.relation);
        for join in &table.joins {
            let (merge, on) = self.merge(&join.join_operator);
            from = From::Join {
                left: Box::new(from),
                right: Box::new(self.factor(&join.relation)),
                merge,
                optional: optional(&join.join_operator),
                on,
            };
        }
        from
    }

    fn merge(&self, operator: &ast::JoinOperator) -> (Merge, Vec<Expression>) {
        use ast::JoinOperator as Op;
        let constraint = match operator {
            Op::Join(of)
            | Op::Inner(of)
            | Op::Left(of)
            | Op::LeftOuter(of)
            | Op::Right(of)
            | Op::RightOuter(of)
            | Op::FullOuter(of)
            | Op::CrossJoin(of)
            | Op::StraightJoin(of) => of,
            _ => return (Merge::None, Vec::new()),
        };
        match constraint {
            ast::JoinConstraint::On(expression) => (Merge::None, vec![self.expression(expression)]),
            ast::JoinConstraint::Using(columns) => {
                let named = columns.iter().filter_map(|name| parts(name).pop());
                (Merge::Using(named.collect()), Vec::new())
            }
            ast::JoinConstraint::Natural => (Merge::Natural, Vec::new()),
            ast::JoinConstraint::None => (Merge::None, Vec::new()),
        }
    }

    fn factor(&self, factor: &ast::TableFactor) -> From {
        match factor {
            ast::TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                let mut named = parts(name);
                let last = named.pop().unwrap_or_default();
                From::Relation {
                    name: Name {
                        schema: named.pop(),
                        name: last,
                        span: self.span(name),
                    },
                    alias: alias_of(alias.as_ref()),
                }
            }
            ast::TableFactor::Derived { subquery, alias, .. } => From::Query {
                query: self.query(subquery),
                alias: alias_of(alias.as_ref()),
            },
            ast::TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => self.joined(table_with_joins),
            // Functions that give rows: `json_each(…)`.
            ast::TableFactor::Table { alias, .. } | ast::TableFactor::TableFunction { alias, .. } => {
                From::Unseen {
                    alias: alias_of(alias.as_ref()),
                }
            }
            _ => From::Unseen {
                alias: Alias::default(),
            },
        }
    }

    /// Only a bare column has the type of something that is stored; everything else is a value of its own.
    fn expression(&self, expression: &ast::Expr) -> Expression {
        match expression {
            ast::Expr::Identifier(ident) => Expression::Column(vec![folded(ident)]),
            ast::Expr::CompoundIdentifier(idents) => Expression::Column(idents.iter().map(folded).collect()),
            ast::Expr::Nested(inner) => self.expression(inner),
            ast::Expr::Subquery(query) => {
                Expression::Parts(vec![Expression::Query(Box::new(self.query(query)))])
            }
            _ => Expression::Parts(Vec::new()),
        }
    }
}

/// Which side of a join may have no row.
fn optional(operator: &ast::JoinOperator) -> [bool; 2] {
    use ast::JoinOperator as Op;
    match operator {
        Op::Left(_) | Op::LeftOuter(_) => [false, true],
        Op::Right(_) | Op::RightOuter(_) => [true, false],
        Op::FullOuter(_) => [true, true],
        _ => [false, false],
    }
}

fn parts(name: &ast::ObjectName) -> Vec<String> {
    name.0
        .iter()
        .filter_map(|part| part.as_ident().map(folded))
        .collect()
}

fn alias_of(alias: Option<&ast::TableAlias>) -> Alias {
    Alias {
        name: alias.map(|alias| folded(&alias.name)),
        columns: alias
            .into_iter()
            .flat_map(|alias| &alias.columns)
            .map(|column| (folded(&column.name), None))
            .collect(),
    }
}
