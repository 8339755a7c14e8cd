//! `DO` blocks: plain DDL in them runs like DDL outside, where its condition can be judged.

use squawk_syntax::ast::{self, AstNode};

use super::functions::{hidden, may_change_columns};
use super::{DEEPEST, Lower, statements_of, unseen};
use crate::parse::statement::{Guard, Statement, StatementKind};
use crate::parse::tokens::{self, Kind, Token, Tokens};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn block(&self, block: &ast::Do, out: &mut Vec<Statement>) {
        let span = self.span(block);
        let text = block.syntax().text().to_string();
        let literal = Tokens::new(&text).find(|token| matches!(token.kind, Kind::Text | Kind::Dollar));
        let raw_body = literal.map_or("", |token| tokens::inside(&text, token));
        if self.depth >= DEEPEST {
            out.push(unseen(span, "DO blocks are nested too deeply"));
            return;
        }
        let body = block.plpgsql().filter(|body| body.errors().is_empty());
        let Some(body) = body else {
            if hidden(raw_body).is_some() {
                out.push(unseen(
                    span,
                    "the DO block changes tables and does not parse as PL/pgSQL",
                ));
            }
            return;
        };
        let in_body = |span: Span| (self.to_file)(in_literal(&body, span));
        let inner = Lower {
            to_file: &in_body,
            depth: self.depth + 1,
        };
        if let Some(block) = body.tree().block() {
            inner.plpgsql_block(&block, Guard::Always, out);
        }
    }

    fn plpgsql_block(&self, block: &ast::PlpgsqlBlock, guard: Guard, out: &mut Vec<Statement>) {
        let caught = block.exception();
        let guard_inside = if caught.is_some() {
            weaker(guard, Guard::WhereItApplies)
        } else {
            guard
        };
        self.body(block.body(), guard_inside, out);
        for handler in caught.into_iter().flat_map(|section| section.handlers()) {
            self.body(handler.body(), Guard::Undecided, out);
        }
    }

    fn body(&self, body: Option<ast::PlpgsqlBody>, guard: Guard, out: &mut Vec<Statement>) {
        for stmt in body.into_iter().flat_map(|body| body.stmts()) {
            self.plpgsql_statement(&stmt, guard, out);
        }
    }

    fn plpgsql_statement(&self, stmt: &ast::PlpgsqlStmt, guard: Guard, out: &mut Vec<Statement>) {
        match stmt {
            ast::PlpgsqlStmt::PlpgsqlBlock(block) => self.plpgsql_block(block, guard, out),
            ast::PlpgsqlStmt::PlpgsqlExecSqlStmt(exec) => {
                if let Some(stmt) = exec.stmt() {
                    // SELECT … INTO assigns a variable here, and makes no table.
                    if !matches!(stmt, ast::Stmt::SelectInto(_)) {
                        self.guarded(guard, out, |out| self.statement(&stmt, out));
                    }
                }
            }
            ast::PlpgsqlStmt::PlpgsqlPerformStmt(perform) => {
                let stmt = perform.syntax().children().find_map(ast::Stmt::cast);
                if let Some(stmt) = stmt {
                    self.guarded(guard, out, |out| self.calls(&stmt, out));
                }
            }
            ast::PlpgsqlStmt::PlpgsqlCallStmt(call) => {
                if let Some(call) = call.call() {
                    self.guarded(guard, out, |out| self.calls(&ast::Stmt::Call(call), out));
                }
            }
            ast::PlpgsqlStmt::PlpgsqlDoStmt(nested) => {
                if let Some(block) = nested.do_() {
                    self.guarded(guard, out, |out| self.block(&block, out));
                }
            }
            ast::PlpgsqlStmt::PlpgsqlIfStmt(branches) => self.branches(branches, guard, out),
            ast::PlpgsqlStmt::PlpgsqlDynExecuteStmt(execute) => self.execute(execute, guard, out),
            ast::PlpgsqlStmt::PlpgsqlForDynStmt(_) | ast::PlpgsqlStmt::PlpgsqlReturnQueryExecuteStmt(_) => {}
            other => {
                // Loops and CASE: their bodies run on conditions that only data decides.
                for body in bodies(other.syntax()) {
                    self.body(Some(body), Guard::Undecided, out);
                }
            }
        }
    }

    fn branches(&self, branches: &ast::PlpgsqlIfStmt, guard: Guard, out: &mut Vec<Statement>) {
        let mut decided = branches.cond().is_some_and(|cond| asks_catalogue(&cond));
        let judged = |decided: bool| {
            weaker(
                guard,
                if decided {
                    Guard::WhereItApplies
                } else {
                    Guard::Undecided
                },
            )
        };
        self.body(branches.then_body(), judged(decided), out);
        for branch in branches.elsifs() {
            decided &= branch.cond().is_some_and(|cond| asks_catalogue(&cond));
            self.body(branch.body(), judged(decided), out);
        }
        self.body(
            branches.else_clause().and_then(|clause| clause.body()),
            judged(decided),
            out,
        );
    }

    fn execute(&self, execute: &ast::PlpgsqlDynExecuteStmt, guard: Guard, out: &mut Vec<Statement>) {
        let text = execute.syntax().text().to_string();
        let tokens: Vec<Token> = Tokens::new(&text).skip(1).collect();
        let span = self.span(execute);
        let end = tokens
            .iter()
            .position(|token| token.kind == Kind::Other(b';'))
            .unwrap_or(tokens.len());
        let literal = tokens
            .first()
            .filter(|token| end == 1 && matches!(token.kind, Kind::Text | Kind::Dollar));
        if let Some(literal) = literal {
            let sql = tokens::inside(&text, *literal).replace("''", "'");
            self.guarded(guard, out, |out| {
                out.extend(statements_of(&sql, &|_| span, self.depth + 1))
            });
        } else if may_change_columns(&text, &tokens) {
            out.push(unseen(
                span,
                "the statement is put together when it runs (dynamic EXECUTE)",
            ));
        }
    }

    /// Lowers under a guard.
    fn guarded(&self, guard: Guard, out: &mut Vec<Statement>, lower: impl FnOnce(&mut Vec<Statement>)) {
        let from = out.len();
        lower(out);
        for statement in &mut out[from..] {
            // What cannot be seen stays so whatever its condition.
            if !matches!(statement.kind, StatementKind::Unseen(_)) {
                statement.guard = weaker(statement.guard, guard);
            }
        }
    }
}

/// The place in the file of a place in a block's body, whose escapes were decoded.
fn in_literal(body: &squawk_syntax::plpgsql::Plpgsql, span: Span) -> Span {
    let whole = body.syntax().text_range();
    let last = u32::from(whole.end());
    let clamped = |byte: usize| u32::try_from(byte).unwrap_or(last).min(last);
    // The parser's range type is not exported, so a range is made from one at hand.
    let mut empty = whole;
    std::mem::take(&mut empty);
    let shifted = empty.checked_add(clamped(span.start).into()).unwrap_or(whole);
    let range = body.source_range(shifted.cover_offset(clamped(span.end).into()));
    Span::new(range.start().into(), range.end().into())
}

fn weaker(a: Guard, b: Guard) -> Guard {
    match (a, b) {
        (Guard::Undecided, _) | (_, Guard::Undecided) => Guard::Undecided,
        (Guard::WhereItApplies, _) | (_, Guard::WhereItApplies) => Guard::WhereItApplies,
        _ => Guard::Always,
    }
}

/// The bodies inside a loop or a `CASE`, but not the bodies inside those.
fn bodies(node: &squawk_syntax::SyntaxNode) -> Vec<ast::PlpgsqlBody> {
    let mut found = Vec::new();
    for child in node.children() {
        match ast::PlpgsqlBody::cast(child.clone()) {
            Some(body) => found.push(body),
            None => found.extend(bodies(&child)),
        }
    }
    found
}

/// Whether a condition asks only whether something exists, so that the statement under it runs where it applies.
fn asks_catalogue(condition: &ast::PlpgsqlExpr) -> bool {
    let text = condition.syntax().text().to_string().to_ascii_lowercase();
    let existence = text.contains("exists")
        || text.contains("to_reg")
        || text.contains("is null")
        || text.contains("is not null");
    let catalogue = [
        "information_schema.",
        "pg_catalog.",
        "pg_class",
        "pg_type",
        "pg_attribute",
        "pg_namespace",
    ];
    let catalogue = catalogue.iter().chain(&[
        "pg_constraint",
        "pg_indexes",
        "pg_tables",
        "pg_views",
        "pg_enum",
        "pg_proc",
    ]);
    existence && (text.contains("to_reg") || catalogue.into_iter().any(|name| text.contains(name)))
}
