//! Expressions, as far as the type of their result needs.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, LitKind};

use super::{Lower, names};
use crate::parse::statement::{Expression, Name, Statement, StatementKind};

impl Lower<'_> {
    /// The expressions directly below a node that is no expression itself.
    pub(super) fn parts(&self, node: &SyntaxNode) -> Vec<Expression> {
        let mut parts = Vec::new();
        for child in node.children() {
            if let Some(query) = ast::SelectVariant::cast(child.clone()) {
                parts.push(Expression::Query(Box::new(self.query(&query))));
            } else if let Some(expr) = ast::Expr::cast(child.clone()) {
                parts.push(self.expression(&expr));
            } else {
                parts.extend(self.parts(&child));
            }
        }
        parts
    }

    pub(super) fn expression(&self, expr: &ast::Expr) -> Expression {
        let parts = || self.parts(expr.syntax());
        match expr {
            ast::Expr::NameRef(name) => match special(name) {
                Some(ty) => Expression::Literal(ty),
                None => Expression::Column(vec![names::text(name)]),
            },
            ast::Expr::FieldExpr(field) => self.field(field).unwrap_or_else(|| Expression::Parts(parts())),
            ast::Expr::Literal(literal) => Expression::Literal(literal_type(literal)),
            ast::Expr::ParenExpr(_) => {
                let mut inner = parts();
                if inner.len() == 1 {
                    inner.remove(0)
                } else {
                    Expression::Parts(inner)
                }
            }
            ast::Expr::CastExpr(cast) => match cast.ty().and_then(|ty| self.type_name(&ty)) {
                Some(ty) => Expression::Cast(ty, Box::new(Expression::Parts(parts()))),
                None => Expression::Parts(parts()),
            },
            ast::Expr::CallExpr(call) => self.call(call),
            ast::Expr::CaseExpr(case) => self.case(case),
            ast::Expr::ArrayExpr(_) => Expression::Array(parts()),
            ast::Expr::IndexExpr(_) => {
                let mut parts = parts();
                if parts.is_empty() {
                    return Expression::Parts(parts);
                }
                Expression::Element(Box::new(parts.remove(0)))
            }
            ast::Expr::SliceExpr(_) | ast::Expr::Collate(_) => {
                let mut parts = parts();
                if parts.is_empty() {
                    Expression::Parts(parts)
                } else {
                    parts.remove(0)
                }
            }
            ast::Expr::BetweenExpr(_) => Expression::Typed("bool", parts()),
            ast::Expr::TupleExpr(_) => Expression::Parts(parts()),
            ast::Expr::BinExpr(binary) => self.binary(binary),
            ast::Expr::PrefixExpr(prefix) => match prefix.op() {
                Some(ast::PrefixOp::Not(_)) => Expression::Typed("bool", parts()),
                Some(ast::PrefixOp::Minus(_) | ast::PrefixOp::Plus(_)) => {
                    let mut parts = parts();
                    if parts.len() == 1 {
                        parts.remove(0)
                    } else {
                        Expression::Parts(parts)
                    }
                }
                _ => Expression::Parts(parts()),
            },
            ast::Expr::PostfixExpr(postfix) => match postfix.op() {
                Some(ast::PostfixOp::AtLocal(_)) | None => Expression::Parts(parts()),
                Some(_) => Expression::Typed("bool", parts()),
            },
        }
    }

    fn case(&self, case: &ast::CaseExpr) -> Expression {
        let mut values = Vec::new();
        let mut conditions: Vec<Expression> = case
            .expr()
            .map(|expr| self.expression(&expr))
            .into_iter()
            .collect();
        for branch in case
            .when_clause_list()
            .into_iter()
            .flat_map(|list| list.when_clauses())
        {
            conditions.extend(branch.condition().map(|expr| self.expression(&expr)));
            values.extend(branch.then().map(|expr| self.expression(&expr)));
        }
        values.extend(
            case.else_clause()
                .and_then(|e| e.expr())
                .map(|expr| self.expression(&expr)),
        );
        Expression::FirstKnown(values, conditions)
    }

    fn field(&self, field: &ast::FieldExpr) -> Option<Expression> {
        let last = field.field()?;
        match self.expression(&field.base()?) {
            Expression::Column(mut path) => {
                path.push(names::text(&last));
                Some(Expression::Column(path))
            }
            _ => None,
        }
    }

    fn binary(&self, binary: &ast::BinExpr) -> Expression {
        use ast::BinOp;
        let parts = || self.parts(binary.syntax());
        let (Some(left), Some(right), Some(op)) = (binary.lhs(), binary.rhs(), binary.op()) else {
            return Expression::Parts(parts());
        };
        let op = match op {
            BinOp::Plus(_) => "+".to_owned(),
            BinOp::Minus(_) => "-".to_owned(),
            BinOp::Star(_) => "*".to_owned(),
            BinOp::Slash(_) => "/".to_owned(),
            BinOp::Percent(_) => "%".to_owned(),
            BinOp::Caret(_) => "^".to_owned(),
            BinOp::AtTimeZone(_) => "at time zone".to_owned(),
            BinOp::CustomOp(op) => op.syntax().text().to_string(),
            BinOp::ColonColon(_)
            | BinOp::ColonEq(_)
            | BinOp::FatArrow(_)
            | BinOp::OperatorCall(_)
            | BinOp::Escape(_) => {
                return Expression::Parts(parts());
            }
            _ => return Expression::Typed("bool", parts()),
        };
        Expression::Operator(
            op,
            Box::new(self.expression(&left)),
            Box::new(self.expression(&right)),
        )
    }

    fn call(&self, call: &ast::CallExpr) -> Expression {
        // Each part is lowered once: twice a level would double with every level.
        let parts = || self.parts(call.syntax());
        if call.exists_fn().is_some()
            || call.any_fn().is_some()
            || call.all_fn().is_some()
            || call.some_fn().is_some()
        {
            return Expression::Typed("bool", parts());
        }
        for (present, ty) in [
            (call.extract_fn().is_some(), "numeric"),
            (
                call.substring_fn().is_some() || call.trim_fn().is_some() || call.overlay_fn().is_some(),
                "text",
            ),
            (call.position_fn().is_some(), "int4"),
            (
                call.json_exists_fn().is_some() || call.xml_exists_fn().is_some(),
                "bool",
            ),
        ] {
            if present {
                return Expression::Typed(ty, parts());
            }
        }
        let Some(name) = self.called(call) else {
            return Expression::Parts(parts());
        };
        // The first part is the function's own name, which is no column.
        let arguments = call
            .arg_list()
            .map(|list| self.parts(list.syntax()))
            .unwrap_or_default();
        let outside = call
            .syntax()
            .children()
            .skip(1)
            .filter(|child| !ast::ArgList::can_cast(child.kind()));
        let outside: Vec<Expression> = outside.flat_map(|child| self.parts(&child)).collect();
        if outside.is_empty() {
            return Expression::Call(name, arguments);
        }
        // What stands in FILTER and OVER gives no type, yet the query depends on it.
        Expression::FirstKnown(vec![Expression::Call(name, arguments)], outside)
    }

    /// The name of the function that a plain call calls.
    pub(super) fn called(&self, call: &ast::CallExpr) -> Option<Name> {
        let span = self.span(call);
        match self.expression(&call.expr()?) {
            Expression::Column(mut path) => {
                let name = path.pop()?;
                Some(Name {
                    name,
                    schema: path.pop(),
                    span,
                })
            }
            _ => None,
        }
    }

    /// The functions that a statement calls at its top level, or anywhere in it.
    pub(super) fn calls(&self, stmt: &ast::Stmt, out: &mut Vec<Statement>) {
        let span = self.span(stmt);
        let mut called = Vec::new();
        if let ast::Stmt::Call(call) = stmt {
            called.extend(self.reference(call.procedure_name_ref()));
        }
        for call in stmt.syntax().descendants().filter_map(ast::CallExpr::cast) {
            let Some(name) = self.called(&call) else { continue };
            if name.name == "set_config" {
                out.extend(
                    set_config(&call).map(|path| super::always(span, StatementKind::SearchPath(path))),
                );
            }
            called.push(name);
        }
        if !called.is_empty() {
            out.push(super::always(span, StatementKind::Calls(called)));
        }
    }
}

/// `set_config('search_path', 'a, b', …)`, as `pg_dump` writes it.
fn set_config(call: &ast::CallExpr) -> Option<Vec<String>> {
    let arguments = call.arg_list()?.args();
    let mut literals = arguments.filter_map(|argument| match argument.expr()? {
        ast::Expr::Literal(literal) => literal.string_value(),
        _ => None,
    });
    if literals.next()? != "search_path" {
        return None;
    }
    let path = literals.next()?;
    Some(
        path.split(',')
            .map(|schema| schema.trim().trim_matches('"').to_owned())
            .filter(|s| !s.is_empty())
            .collect(),
    )
}

/// The type of the values that are written as bare keywords.
fn special(name: &ast::NameRef) -> Option<&'static str> {
    let token = name.syntax().first_token()?;
    Some(match token.text().to_ascii_lowercase().as_str() {
        "current_date" => "date",
        "current_time" => "timetz",
        "current_timestamp" => "timestamptz",
        "localtime" => "time",
        "localtimestamp" => "timestamp",
        "current_user" | "session_user" | "current_role" | "user" | "current_catalog" | "current_schema" => {
            "name"
        }
        _ => return None,
    })
}

fn literal_type(literal: &ast::Literal) -> &'static str {
    match literal.kind() {
        Some(LitKind::IntNumber(token)) => match token.text().replace('_', "").parse::<i64>() {
            Ok(value) if i32::try_from(value).is_ok() => "int4",
            Ok(_) => "int8",
            Err(_) => "numeric",
        },
        Some(LitKind::NumericNumber(_)) => "numeric",
        Some(LitKind::True(_) | LitKind::False(_)) => "bool",
        Some(LitKind::BitString(_) | LitKind::ByteString(_)) => "bit",
        // A string literal takes the type it is needed as; alone it ends as text.
        _ => "unknown",
    }
}
