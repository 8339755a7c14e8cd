//! Postgres, parsed by `squawk-syntax`.
//!
//! A migration is cut into statements first ([`super::tokens`]) and only those that could change columns are parsed.

mod alter;
mod blocks;
mod create;
mod expressions;
mod functions;
mod names;
mod notes;
mod publications;
mod queries;
mod reader;

use squawk_syntax::ast::{self, AstNode};

use super::statement::{Guard, Name, Statement, StatementKind, Transaction};
use super::tokens::{self, RawStatement};
use crate::source::Span;

/// The statements of a migration that could change columns, in order.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    statements_of(text, &|span| span, 0)
}

/// Places in a text that the parser sees, mapped to places in the file.
type ToFile<'a> = &'a dyn Fn(Span) -> Span;

/// SQL inside SQL inside SQL is followed this far.
const DEEPEST: usize = 3;

/// The statements of a text that stands in the file where `to_file` says; `depth` counts the texts around it.
fn statements_of(text: &str, to_file: ToFile<'_>, depth: usize) -> Vec<Statement> {
    let mut out = Vec::new();
    for raw in tokens::statements(text) {
        match role(&raw) {
            Role::Harmless => {}
            Role::Unseen(why) => out.push(unseen(to_file(raw.span), why)),
            Role::Publish => {
                let statement = text.get(raw.span.start..raw.span.end).unwrap_or("");
                let offset = raw.span.start;
                let shifted = |span: Span| to_file(Span::new(span.start + offset, span.end + offset));
                if let Some(publish) = publications::published(statement, &shifted) {
                    out.push(always(to_file(raw.span), StatementKind::Publish(publish)));
                }
            }
            Role::Note => {
                let statement = text.get(raw.span.start..raw.span.end).unwrap_or("");
                let offset = raw.span.start;
                let shifted = |span: Span| to_file(Span::new(span.start + offset, span.end + offset));
                let span = to_file(raw.span);
                out.extend(notes::noted(statement, span, &shifted).map(|kind| always(span, kind)));
            }
            Role::Transaction(transaction) => {
                out.push(always(to_file(raw.span), StatementKind::Transaction(transaction)))
            }
            Role::Parse if raw.too_deep => {
                out.push(unseen(
                    to_file(raw.span),
                    "the statement is nested too deeply to be parsed",
                ));
            }
            Role::Parse => parse(text, &raw, to_file, depth, &mut out),
        }
    }
    out
}

fn always(span: Span, kind: StatementKind) -> Statement {
    Statement {
        kind,
        span,
        guard: Guard::Always,
    }
}

fn unseen(span: Span, why: &'static str) -> Statement {
    always(span, StatementKind::Unseen(why))
}

/// What a statement can mean to columns, by its first words.
enum Role {
    Harmless,
    Publish,
    /// It changes no column, and says something about one.
    Note,
    Parse,
    Transaction(Transaction),
    Unseen(&'static str),
}

fn role(raw: &RawStatement) -> Role {
    if raw.hides {
        return Role::Unseen("a command of psql stands here behind something else in its line");
    }
    if raw.meta {
        return match raw.word(0) {
            "i" | "ir" | "include" | "include_relative" => {
                Role::Unseen("another file is included here by psql")
            }
            "g" | "gx" | "gexec" | "gset" => Role::Unseen("psql runs what a query gives"),
            "if" | "elif" | "else" => Role::Unseen("psql runs what follows on a condition"),
            _ => Role::Harmless,
        };
    }
    match raw.word(0) {
        "comment" | "security" | "copy" => Role::Note,
        "insert" | "update" | "delete" | "merge" | "truncate" | "values" | "table" | "grant" | "revoke"
        | "analyze" | "analyse" | "vacuum" | "reindex" | "cluster" | "refresh" | "lock" | "notify"
        | "listen" | "unlisten" | "prepare" | "deallocate" | "execute" | "show" | "checkpoint" | "load"
        | "declare" | "fetch" | "move" | "close" | "release" | "repack" => Role::Harmless,
        "reassign" => Role::Harmless,
        // Its options may be longer than the words that are known here.
        "explain" => match raw.head.iter().find(|word| EXPLAINED.contains(&word.as_str())) {
            Some(word) if word != "create" && !raw.head.iter().any(|word| word.starts_with("analy")) => {
                Role::Harmless
            }
            _ => Role::Unseen("EXPLAIN may run what it explains"),
        },
        "discard" if raw.word(1) == "all" => Role::Parse,
        "discard" => Role::Harmless,
        "begin" | "start" => Role::Transaction(Transaction::Begin),
        "commit" | "end" if raw.word(1) == "prepared" => Role::Harmless,
        "commit" | "end" => Role::Transaction(Transaction::Commit),
        "savepoint" => Role::Transaction(Transaction::Savepoint(raw.word(1).to_owned())),
        "abort" => Role::Transaction(Transaction::Rollback),
        "rollback" => match raw.head.iter().position(|word| word == "to") {
            Some(at) => {
                let at = if raw.word(at + 1) == "savepoint" {
                    at + 2
                } else {
                    at + 1
                };
                Role::Transaction(Transaction::RollbackTo(raw.word(at).to_owned()))
            }
            None => Role::Transaction(Transaction::Rollback),
        },
        "create" => created(raw),
        "alter" => match raw.word(1) {
            "table" | "view" | "materialized" | "foreign" if raw.word(2) == "data" => Role::Harmless,
            "table" | "view" | "materialized" | "foreign" | "type" | "domain" | "schema" => Role::Parse,
            "" => Role::Parse,
            "publication" => Role::Publish,
            _ => Role::Harmless,
        },
        "drop" => match raw.word(1) {
            "policy" => Role::Note,
            "foreign" if raw.word(2) == "data" => Role::Harmless,
            "table" | "view" | "materialized" | "foreign" | "type" | "domain" | "schema" | "" => Role::Parse,
            "owned" => Role::Unseen("what a role owns is dropped, and who owns what is not known"),
            "extension" if raw.head.last().is_some_and(|word| word == "cascade") => {
                Role::Unseen("an extension is dropped with everything that depends on it")
            }
            _ => Role::Harmless,
        },
        "import" => {
            Role::Unseen("tables are imported from a foreign server, whose columns are not in the migrations")
        }
        // SELECT, WITH, DO, SET, RESET, CALL, and anything unknown.
        _ => Role::Parse,
    }
}

/// What EXPLAIN is asked of.
const EXPLAINED: [&str; 8] = [
    "create", "delete", "insert", "merge", "select", "update", "values", "with",
];

fn created(raw: &RawStatement) -> Role {
    let words = raw.head.iter().map(String::as_str).skip(1);
    let mut words = words.skip_while(|w| {
        matches!(
            *w,
            "or" | "replace"
                | "global"
                | "local"
                | "temp"
                | "temporary"
                | "unlogged"
                | "recursive"
                | "constraint"
        )
    });
    match (words.next().unwrap_or(""), words.next().unwrap_or("")) {
        ("foreign", "data") | ("index", _) => Role::Harmless,
        (
            "table" | "view" | "materialized" | "foreign" | "schema" | "type" | "domain" | "function"
            | "procedure",
            _,
        )
        | ("extension" | "unique" | "", _) => Role::Parse,
        ("publication", _) => Role::Publish,
        ("policy" | "server" | "subscription", _) => Role::Note,
        ("trigger" | "role" | "user" | "group" | "sequence" | "statistics", _)
        | ("cast" | "operator" | "aggregate" | "collation" | "conversion" | "database" | "tablespace", _)
        | (
            "language" | "trusted" | "procedural" | "text" | "transform" | "access" | "event" | "rule"
            | "property",
            _,
        ) => Role::Harmless,
        _ => Role::Parse,
    }
}

fn parse(text: &str, raw: &RawStatement, to_file: ToFile<'_>, depth: usize, out: &mut Vec<Statement>) {
    let offset = raw.span.start;
    let shifted = |span: Span| to_file(Span::new(span.start + offset, span.end + offset));
    let statement = text.get(raw.span.start..raw.span.end).unwrap_or("");
    let lowered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let parsed = squawk_syntax::SourceFile::parse(statement);
        if !parsed.errors().is_empty() {
            return None;
        }
        let lower = Lower {
            to_file: &shifted,
            depth,
        };
        let mut lowered = Vec::new();
        for stmt in parsed.tree().stmts() {
            lower.statement(&stmt, &mut lowered);
        }
        Some(lowered)
    }));
    match lowered {
        Ok(Some(lowered)) => out.extend(lowered),
        Ok(None) => out.push(unseen(to_file(raw.span), "the statement does not parse")),
        Err(_) => out.push(unseen(to_file(raw.span), "the parser gave up on the statement")),
    }
}

/// Turns parsed statements into ours.
struct Lower<'a> {
    to_file: ToFile<'a>,
    depth: usize,
}

impl Lower<'_> {
    fn span(&self, node: &impl AstNode) -> Span {
        // Blanks and comments before the first token belong to no one.
        let node = node.syntax();
        let start = node
            .children_with_tokens()
            .find(|child| !child.kind().is_trivia())
            .map_or(node.text_range().start(), |child| child.text_range().start());
        (self.to_file)(Span::new(start.into(), node.text_range().end().into()))
    }

    fn statement(&self, stmt: &ast::Stmt, out: &mut Vec<Statement>) {
        let span = self.span(stmt);
        let mut push = |kind: Option<StatementKind>| {
            let kind = kind.unwrap_or(StatementKind::Unseen("the statement is incomplete"));
            out.push(always(span, kind));
        };
        match stmt {
            ast::Stmt::CreateTable(create) => push(self.create_table(create)),
            ast::Stmt::CreateForeignTable(create) => push(self.create_foreign_table(create)),
            ast::Stmt::CreateTableAs(create) => push(self.create_table_as(create)),
            ast::Stmt::SelectInto(select) => push(self.select_into(select)),
            ast::Stmt::CreateView(create) => push(self.create_view(create)),
            ast::Stmt::CreateMaterializedView(create) => push(self.create_materialized_view(create)),
            ast::Stmt::CreateSchema(create) => push(self.create_schema(create)),
            ast::Stmt::CreateType(create) => push(self.create_type(create)),
            ast::Stmt::CreateDomain(create) => push(self.create_domain(create)),
            ast::Stmt::CreateIndex(create) => {
                if let Some(kind) = self.unique_index(create) {
                    push(Some(kind));
                }
            }
            ast::Stmt::CreateExtension(create) => push(create.extension().map(|extension| {
                StatementKind::Extension(Name {
                    schema: None,
                    name: names::text(&extension),
                    span,
                })
            })),
            ast::Stmt::CreateFunction(create) => push(self.create_function(create)),
            ast::Stmt::CreateProcedure(create) => push(self.create_procedure(create)),
            // What moves between tablespaces keeps its columns.
            ast::Stmt::AlterTable(alter) if alter.all_in_tablespace().is_some() => {}
            ast::Stmt::AlterMaterializedView(alter) if alter.all_in_tablespace().is_some() => {}
            ast::Stmt::AlterTable(alter) => push(self.alter_table(alter)),
            ast::Stmt::AlterForeignTable(alter) => push(self.alter_foreign_table(alter)),
            ast::Stmt::AlterView(alter) => push(self.alter_view(alter)),
            ast::Stmt::AlterMaterializedView(alter) => push(self.alter_materialized_view(alter)),
            ast::Stmt::AlterSchema(alter) => {
                if let Some(kind) = self.alter_schema(alter) {
                    push(Some(kind));
                }
            }
            ast::Stmt::AlterType(alter) => {
                for kind in self.alter_type(alter) {
                    push(Some(kind));
                }
            }
            ast::Stmt::AlterDomain(alter) => {
                if let Some(kind) = self.alter_domain(alter) {
                    push(Some(kind));
                }
            }
            ast::Stmt::DropTable(_)
            | ast::Stmt::DropView(_)
            | ast::Stmt::DropMaterializedView(_)
            | ast::Stmt::DropForeignTable(_) => push(Some(StatementKind::DropRelations(self.dropped(stmt)))),
            ast::Stmt::DropType(_) | ast::Stmt::DropDomain(_) => {
                push(Some(StatementKind::DropTypes(self.dropped(stmt))))
            }
            ast::Stmt::DropSchema(_) => push(Some(StatementKind::DropSchemas(self.dropped(stmt)))),
            ast::Stmt::Do(block) => self.block(block, out),
            ast::Stmt::Set(set) => out.extend(self.set(set).map(|kind| always(span, kind))),
            ast::Stmt::Reset(_) | ast::Stmt::Discard(_) => {
                out.extend(self.reset(stmt).map(|kind| always(span, kind)))
            }
            ast::Stmt::Select(_)
            | ast::Stmt::CompoundSelect(_)
            | ast::Stmt::ParenSelect(_)
            | ast::Stmt::Call(_) => self.calls(stmt, out),
            // The rest changes data, privileges or settings, never columns.
            _ => {}
        }
    }
}
