//! Which expressions of a function hold a disclosed value.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Pat, Token};

use super::is_exit;

/// Methods whose result tells of a value and does not hold it.
const TELLING: [&str; 14] = [
    "len",
    "is_empty",
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "eq",
    "ne",
    "cmp",
    "contains",
    "starts_with",
    "ends_with",
    "capacity",
    "count",
];

/// Types whose `new` and `from` wrap what they are given.
const WRAPPING: [&str; 10] = [
    "Some", "Ok", "Err", "Box", "Rc", "Arc", "Cow", "String", "Vec", "Cell",
];

/// The names of a function's variables that hold a disclosed value.
pub(super) fn holding(block: &syn::Block) -> Values {
    let mut values = Values::default();
    // Names only ever join, so this ends.
    loop {
        let before = values.names.len();
        let mut pass = Pass { values: &mut values };
        pass.visit_block(block);
        if values.names.len() == before {
            return values;
        }
    }
}

#[derive(Default)]
pub(super) struct Values {
    names: BTreeSet<String>,
}

impl Values {
    /// Whether an expression holds a disclosed value.
    pub(super) fn hold(&self, expression: &Expr) -> bool {
        match expression {
            Expr::MethodCall(call) => {
                call.method == "disclose"
                    || (self.hold(&call.receiver) && !TELLING.contains(&call.method.to_string().as_str()))
            }
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) if is_exit(&path.path) => true,
                Expr::Path(path) if is_wrapping(&path.path) => {
                    call.args.iter().any(|argument| self.hold(argument))
                }
                _ => false,
            },
            Expr::Macro(called) => called.mac.path.is_ident("format") && self.in_macro(&called.mac),
            Expr::Path(path) => path
                .path
                .get_ident()
                .is_some_and(|name| self.names.contains(&name.to_string())),
            Expr::Reference(inner) => self.hold(&inner.expr),
            Expr::Paren(inner) => self.hold(&inner.expr),
            Expr::Group(inner) => self.hold(&inner.expr),
            Expr::Unary(inner) => self.hold(&inner.expr),
            Expr::Cast(inner) => self.hold(&inner.expr),
            Expr::Try(inner) => self.hold(&inner.expr),
            Expr::Await(inner) => self.hold(&inner.base),
            Expr::Field(inner) => self.hold(&inner.base),
            Expr::Index(inner) => self.hold(&inner.expr),
            Expr::Binary(both) => {
                matches!(both.op, syn::BinOp::Add(_)) && (self.hold(&both.left) || self.hold(&both.right))
            }
            Expr::Tuple(all) => all.elems.iter().any(|one| self.hold(one)),
            Expr::Array(all) => all.elems.iter().any(|one| self.hold(one)),
            Expr::Struct(all) => all.fields.iter().any(|field| self.hold(&field.expr)),
            Expr::Block(block) => self.ends(&block.block),
            Expr::If(branches) => {
                self.ends(&branches.then_branch)
                    || branches
                        .else_branch
                        .as_ref()
                        .is_some_and(|(_, branch)| self.hold(branch))
            }
            Expr::Match(arms) => arms.arms.iter().any(|arm| self.hold(&arm.body)),
            _ => false,
        }
    }

    /// Whether a block ends in such an expression.
    fn ends(&self, block: &syn::Block) -> bool {
        matches!(block.stmts.last(), Some(syn::Stmt::Expr(last, None)) if self.hold(last))
    }

    /// Whether a macro is given one, as an argument or by a name within its format string.
    pub(super) fn in_macro(&self, called: &syn::Macro) -> bool {
        arguments(called).iter().any(|argument| match argument {
            Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => captured(&text.value()).any(|name| self.names.contains(name)),
            Expr::Assign(named) => self.hold(&named.right),
            other => self.hold(other),
        })
    }

    /// Whether a closure captures one, or makes one.
    pub(super) fn in_closure(&self, closure: &syn::ExprClosure) -> bool {
        struct Names<'v>(&'v Values, bool);
        impl<'ast> Visit<'ast> for Names<'_> {
            fn visit_expr(&mut self, expression: &'ast Expr) {
                self.1 |= self.0.hold(expression);
                visit::visit_expr(self, expression);
            }
        }
        let mut names = Names(self, false);
        names.visit_expr(&closure.body);
        names.1
    }

    fn bind(&mut self, pattern: &Pat) {
        struct Idents<'v>(&'v mut BTreeSet<String>);
        impl<'ast> Visit<'ast> for Idents<'_> {
            fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
                self.0.insert(ident.ident.to_string());
                visit::visit_pat_ident(self, ident);
            }
        }
        Idents(&mut self.names).visit_pat(pattern);
    }
}

/// Whether a call of this path makes something that holds what it is given: a struct or a variant, by its capital letter, or a
/// well-known constructor.
fn is_wrapping(path: &syn::Path) -> bool {
    let mut last = path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let (name, of) = (last.next().unwrap_or_default(), last.next().unwrap_or_default());
    name.starts_with(|c: char| c.is_ascii_uppercase())
        || (["new", "from"].contains(&name.as_str()) && WRAPPING.contains(&of.as_str()))
}

/// A macro's arguments, where they are expressions with commas between. The marks of tracing, `%` and `?`, are no part of them.
pub(super) fn arguments(called: &syn::Macro) -> Vec<Expr> {
    let parse = |tokens: proc_macro2::TokenStream| {
        syn::parse::Parser::parse2(Punctuated::<Expr, Token![,]>::parse_terminated, tokens)
    };
    let marks = called.tokens.clone().into_iter().filter(
        |token| !matches!(token, proc_macro2::TokenTree::Punct(mark) if ['%', '?'].contains(&mark.as_char())),
    );
    parse(called.tokens.clone())
        .or_else(|_| parse(marks.collect()))
        .map(|all| all.into_iter().collect())
        .unwrap_or_default()
}

/// The names that a format string captures: `text` in `{text:?}`.
fn captured(format: &str) -> impl Iterator<Item = &str> {
    format.split('{').skip(1).filter_map(|part| {
        let name = part.split(['}', ':']).next()?.trim();
        (!name.is_empty()).then_some(name)
    })
}

struct Pass<'v> {
    values: &'v mut Values,
}

impl<'ast> Visit<'ast> for Pass<'_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init
            && self.values.hold(&init.expr)
        {
            self.values.bind(&local.pat);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_let(&mut self, matched: &'ast syn::ExprLet) {
        if self.values.hold(&matched.expr) {
            self.values.bind(&matched.pat);
        }
        visit::visit_expr_let(self, matched);
    }

    fn visit_expr_match(&mut self, matched: &'ast syn::ExprMatch) {
        if self.values.hold(&matched.expr) {
            matched.arms.iter().for_each(|arm| self.values.bind(&arm.pat));
        }
        visit::visit_expr_match(self, matched);
    }

    fn visit_expr_for_loop(&mut self, looped: &'ast syn::ExprForLoop) {
        if self.values.hold(&looped.expr) {
            self.values.bind(&looped.pat);
        }
        visit::visit_expr_for_loop(self, looped);
    }

    fn visit_expr_assign(&mut self, assigned: &'ast syn::ExprAssign) {
        if self.values.hold(&assigned.right)
            && let Some(name) = root(&assigned.left)
        {
            self.values.names.insert(name);
        }
        visit::visit_expr_assign(self, assigned);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        // What is put into a collection or a text makes it hold the value.
        let puts = [
            "push",
            "push_str",
            "insert",
            "extend",
            "append",
            "extend_from_slice",
        ];
        if puts.contains(&call.method.to_string().as_str())
            && call.args.iter().any(|argument| self.values.hold(argument))
            && let Some(name) = root(&call.receiver)
        {
            self.values.names.insert(name);
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The variable or static that an expression starts from: `LAST` in `LAST.lock().unwrap()`.
pub(super) fn root(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Expr::Field(inner) => root(&inner.base),
        Expr::Index(inner) => root(&inner.expr),
        Expr::Unary(inner) => root(&inner.expr),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Reference(inner) => root(&inner.expr),
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Try(inner) => root(&inner.expr),
        Expr::Await(inner) => root(&inner.base),
        _ => None,
    }
}
