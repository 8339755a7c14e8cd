//! Where a disclosed value leaves its function.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, Type};

use super::Goes;
use super::values::{Values, holding, root};

/// Macros that make a message which somebody else reads.
const MESSAGES: [&str; 26] = [
    "print",
    "println",
    "eprint",
    "eprintln",
    "dbg",
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "unreachable",
    "todo",
    "unimplemented",
    "log",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "event",
    "span",
    "anyhow",
    "bail",
    "ensure",
    "info_span",
    "debug_span",
];

/// Methods that make a message of what they are given.
const MESSAGE_METHODS: [&str; 4] = ["expect", "expect_err", "context", "with_context"];

/// Methods of channels.
const SENDS: [&str; 4] = ["send", "try_send", "blocking_send", "send_timeout"];

/// Every place of a function where a disclosed value leaves it, and how.
pub(super) fn flows(signature: &syn::Signature, block: &syn::Block) -> Vec<(Span, Goes, String)> {
    let values = holding(block);
    let mut search = Search {
        values: &values,
        foreign: BTreeSet::new(),
        found: Vec::new(),
    };
    let bounds = bounds(signature);
    for input in &signature.inputs {
        if let syn::FnArg::Typed(input) = input
            && let syn::Pat::Ident(name) = &*input.pat
            && is_foreign(&input.ty, &bounds)
        {
            search.foreign.insert(name.ident.to_string());
        }
    }
    search.visit_block(block);
    if let Some(syn::Stmt::Expr(last, None)) = block.stmts.last() {
        search.outlives(last);
    }
    search.found
}

/// The type parameters of a function that have bounds: code that somebody else chooses.
fn bounds(signature: &syn::Signature) -> BTreeSet<String> {
    let with_bounds = signature
        .generics
        .type_params()
        .filter(|parameter| !parameter.bounds.is_empty())
        .map(|parameter| parameter.ident.to_string());
    let of_where = signature
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let of_where = of_where.filter_map(|predicate| match predicate {
        syn::WherePredicate::Type(predicate) => match &predicate.bounded_ty {
            Type::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        },
        _ => None,
    });
    with_bounds.chain(of_where).collect()
}

/// Whether a value of this type is code that the function does not know.
fn is_foreign(ty: &Type, bounds: &BTreeSet<String>) -> bool {
    struct Looks<'b>(&'b BTreeSet<String>, bool);
    impl<'ast> Visit<'ast> for Looks<'_> {
        fn visit_type_trait_object(&mut self, _: &'ast syn::TypeTraitObject) {
            self.1 = true;
        }
        fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
            self.1 = true;
        }
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.1 |= path
                .get_ident()
                .is_some_and(|name| self.0.contains(&name.to_string()));
            visit::visit_path(self, path);
        }
    }
    let mut looks = Looks(bounds, false);
    looks.visit_type(ty);
    looks.1
}

struct Search<'v> {
    values: &'v Values,
    /// Variables that hold code which somebody else chose.
    foreign: BTreeSet<String>,
    found: Vec<(Span, Goes, String)>,
}

impl Search<'_> {
    fn add(&mut self, at: &impl Spanned, goes: Goes, by: impl Into<String>) {
        self.found.push((at.span(), goes, by.into()));
    }

    fn given<'a>(&self, mut arguments: impl Iterator<Item = &'a Expr>) -> bool {
        arguments.any(|argument| self.values.hold(argument))
    }

    /// Closures in an expression that outlives the function.
    fn outlives(&mut self, expression: &Expr) {
        match expression {
            Expr::Closure(closure) if self.values.in_closure(closure) => {
                self.add(closure, Goes::Elsewhere, "a closure");
            }
            Expr::Call(call) => call.args.iter().for_each(|argument| self.outlives(argument)),
            Expr::Struct(all) => all.fields.iter().for_each(|field| self.outlives(&field.expr)),
            _ => {}
        }
    }
}

/// `LAST_SEEN`: how statics are written.
fn is_static(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        if MESSAGES.contains(&name.as_str()) && self.values.in_macro(called) {
            self.add(&called.path, Goes::IntoAMessage, format!("{name}!"));
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let syn::Pat::Type(typed) = &local.pat
            && let syn::Pat::Ident(name) = &*typed.pat
            && is_foreign(&typed.ty, &BTreeSet::new())
        {
            self.foreign.insert(name.ident.to_string());
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let given = self.given(call.args.iter());
        if let Expr::Path(path) = &*call.func {
            let name = path
                .path
                .segments
                .last()
                .map(|last| last.ident.to_string())
                .unwrap_or_default();
            if given && name == "Err" {
                self.add(path, Goes::IntoAMessage, "Err");
            } else if given && path.path.get_ident().is_some() && self.foreign.contains(&name) {
                self.add(path, Goes::Elsewhere, name);
            }
        }
        // A closure that is handed to a function, not to an iterator's method, may be kept there.
        call.args.iter().for_each(|argument| self.outlives(argument));
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        let from = root(&call.receiver).unwrap_or_default();
        if name != "disclose" && self.given(call.args.iter()) {
            if MESSAGE_METHODS.contains(&name.as_str()) {
                self.add(&call.method, Goes::IntoAMessage, name);
            } else if is_static(&from) {
                self.add(&call.method, Goes::Elsewhere, from);
            } else if self.foreign.contains(&from) {
                self.add(&call.method, Goes::Elsewhere, format!("{from}.{name}"));
            } else if SENDS.contains(&name.as_str()) {
                self.add(&call.method, Goes::Elsewhere, name);
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_assign(&mut self, assigned: &'ast syn::ExprAssign) {
        if self.values.hold(&assigned.right)
            && let Some(name) = root(&assigned.left).filter(|name| is_static(name))
        {
            self.add(&assigned.left, Goes::Elsewhere, name);
        }
        visit::visit_expr_assign(self, assigned);
    }

    fn visit_expr_return(&mut self, returned: &'ast syn::ExprReturn) {
        if let Some(expression) = &returned.expr {
            self.outlives(expression);
        }
        visit::visit_expr_return(self, returned);
    }
}
