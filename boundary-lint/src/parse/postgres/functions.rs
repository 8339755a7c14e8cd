//! Functions: what they give to queries, and whether their bodies hide changes of columns.

use squawk_syntax::ast::{self, AstNode};

use super::{Lower, names};
use crate::parse::statement::{Name, Returns, StatementKind};
use crate::parse::tokens::{self, Kind, Token, Tokens};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn create_function(&self, create: &ast::CreateFunction) -> Option<StatementKind> {
        let name = self.path(create.name()?.path())?;
        let returns = self.returns(create);
        Some(self.routine(
            create.syntax().text().to_string().as_str(),
            self.span(create),
            name,
            returns,
        ))
    }

    pub(super) fn create_procedure(&self, create: &ast::CreateProcedure) -> Option<StatementKind> {
        let name = self.path(
            create
                .syntax()
                .children()
                .find_map(ast::ProcedureName::cast)?
                .path(),
        )?;
        Some(self.routine(
            create.syntax().text().to_string().as_str(),
            self.span(create),
            name,
            Returns::Unknown,
        ))
    }

    fn routine(&self, text: &str, span: Span, name: Name, returns: Returns) -> StatementKind {
        // The statement's own tokens are searched, then those of its body, which is a literal of it.
        let mut hides = hidden(text);
        for token in Tokens::new(text).filter(|token| matches!(token.kind, Kind::Text | Kind::Dollar)) {
            hides = hides.or_else(|| hidden(tokens::inside(text, token)));
        }
        StatementKind::CreateFunction {
            hides: hides.map(|why| (span, why)),
            name,
            returns,
        }
    }

    fn returns(&self, create: &ast::CreateFunction) -> Returns {
        let func_type = |ty: Option<ast::FuncType>| match ty? {
            ast::FuncType::Type(ty) => self.type_name(&ty),
            ast::FuncType::PercentType(_) => None,
        };
        if let Some(table) = create.ret_type().and_then(|ret| ret.return_table_arg_list()) {
            let columns = table
                .args()
                .filter_map(|column| Some((names::text(&column.name()?), func_type(column.func_type()))));
            return Returns::Table(columns.collect());
        }
        let out = create
            .param_list()
            .into_iter()
            .flat_map(|list| list.params())
            .filter(|param| {
                matches!(
                    param.mode(),
                    Some(ast::ParamMode::ParamOut(_) | ast::ParamMode::ParamInOut(_))
                )
            });
        let out: Vec<_> = out
            .map(|param| {
                (
                    param.name().map(|name| names::text(&name)).unwrap_or_default(),
                    func_type(param.func_type()),
                )
            })
            .collect();
        if out.len() > 1 {
            return Returns::Table(out);
        }
        match create.ret_type().and_then(|ret| func_type(ret.func_type())) {
            Some(ty) if ty.name == "record" || ty.name == "trigger" || ty.name == "void" => Returns::Unknown,
            Some(ty) => Returns::Type(ty),
            None => out
                .into_iter()
                .next()
                .and_then(|(_, ty)| ty)
                .map_or(Returns::Unknown, Returns::Type),
        }
    }
}

/// Why a body could change columns, if it could.
///
/// It goes by words alone, so that a body in any language that embeds SQL is judged, and errs towards saying so.
pub(super) fn hidden(body: &str) -> Option<&'static str> {
    let tokens: Vec<Token> = Tokens::new(body).collect();
    let word = |at: usize| {
        tokens
            .get(at)
            .filter(|token| token.kind == Kind::Word)
            .map_or(String::new(), |token| {
                body[token.span.start..token.span.end].to_ascii_lowercase()
            })
    };
    for at in 0..tokens.len() {
        match word(at).as_str() {
            "create" | "alter" | "drop" | "import" | "select" if changes_columns(|n| word(at + n)) => {
                return Some("its body changes tables when it is called");
            }
            "execute" => {
                let before = at.checked_sub(1).map(word).unwrap_or_default();
                let after = word(at + 1);
                let is_trigger = matches!(after.as_str(), "function" | "procedure");
                let is_grant = matches!(before.as_str(), "grant" | "revoke") || after == "on";
                // `FOR … IN EXECUTE`, `RETURN QUERY EXECUTE` and `OPEN … FOR EXECUTE` take queries alone.
                let is_query = matches!(before.as_str(), "in" | "query" | "for");
                if !is_trigger && !is_grant && !is_query && may_change_columns(body, &tokens[at + 1..]) {
                    return Some("its body executes SQL that is put together when it runs");
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether these words, the first ones of a statement, begin one that changes columns that outlive the session.
fn changes_columns(word: impl Fn(usize) -> String) -> bool {
    let first = word(0);
    let mut at = 1;
    while matches!(
        word(at).as_str(),
        "or" | "replace" | "global" | "local" | "unlogged" | "recursive" | "materialized" | "foreign"
    ) {
        at += 1;
    }
    matches!(
        (first.as_str(), word(at).as_str()),
        (
            "create" | "alter" | "drop",
            "table" | "view" | "schema" | "type" | "domain"
        ) | ("drop", "owned")
            | ("import", "schema")
    )
}

/// Whether what follows `EXECUTE` could be a statement that changes columns.
///
/// Where the text begins with a literal, its first words tell: `format('CREATE TRIGGER %I …')` cannot.
pub(super) fn may_change_columns(text: &str, after: &[Token]) -> bool {
    let literal = after
        .iter()
        .take(4)
        .find(|token| matches!(token.kind, Kind::Text | Kind::Dollar));
    let first = after
        .first()
        .map(|token| (token.kind, &text[token.span.start..token.span.end]));
    let begins_with_literal = match first {
        Some((Kind::Text | Kind::Dollar, _)) => true,
        Some((Kind::Word, word)) => {
            ["format", "concat"].iter().any(|f| word.eq_ignore_ascii_case(f))
                && after.get(1).is_some_and(|token| token.kind == Kind::Other(b'('))
                && after
                    .get(2)
                    .is_some_and(|token| matches!(token.kind, Kind::Text | Kind::Dollar))
        }
        _ => false,
    };
    let Some(literal) = literal.filter(|_| begins_with_literal) else {
        return true;
    };
    let inside = tokens::inside(text, *literal);
    let tokens: Vec<Token> = Tokens::new(inside).collect();
    let word = |at: usize| {
        tokens
            .get(at)
            .filter(|token| token.kind == Kind::Word)
            .map_or(String::new(), |token| {
                inside[token.span.start..token.span.end].to_ascii_lowercase()
            })
    };
    // Two literal words that the placeholders cannot change, and no second statement behind them.
    let harmless = match (word(0).as_str(), word(1).as_str()) {
        (
            "insert" | "update" | "delete" | "grant" | "revoke" | "notify" | "analyze" | "vacuum" | "comment",
            second,
        ) => !second.is_empty(),
        ("select" | "with", _) if !inside.contains("%s") => true,
        ("refresh", "materialized") | ("set", "local") | ("lock", "table") => true,
        (
            "create" | "drop" | "alter",
            "trigger" | "index" | "policy" | "role" | "user" | "sequence" | "publication" | "function",
        ) => true,
        ("create", "unique") => true,
        // `%I` and `%L` stand for one name or value each; what follows the name decides.
        ("alter", "type" | "table") if !inside.contains("%s") && !inside.contains(',') => {
            let actions = (2..tokens.len()).map(|at| (word(at), word(at + 1)));
            let mut known = actions.filter(|(first, second)| {
                matches!(
                    (first.as_str(), second.as_str()),
                    ("add", "value" | "constraint" | "check" | "unique" | "foreign")
                        | ("owner", "to")
                        | ("drop" | "validate", "constraint")
                        | ("enable" | "disable" | "force", "row" | "trigger")
                )
            });
            known.next().is_some()
        }
        _ => false,
    };
    !harmless || inside.contains(';') && inside.trim_end().trim_end_matches(';').contains(';')
}
