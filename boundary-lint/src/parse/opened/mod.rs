//! Where a Rust file discloses an opened value, and where the value goes from there, within one function.
//!
//! Over-approximated where that is cheap: what is made of a disclosed value counts as that value. Other functions and the
//! developer's own macros are not looked into.

mod sinks;
mod values;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::declarations::{Lines, Unparsed, parsed};
use crate::source::Span;

/// A use of the one exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The call.
    pub span: Span,
    /// The function that it stands in.
    pub function: String,
    /// The reason, where it is a text in the code.
    pub reason: Option<String>,
}

/// Where a disclosed value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goes {
    /// Into a log, a trace, a panic or an error.
    IntoAMessage,
    /// To code that is not this function's: a callback, a trait object, a static, a channel, a closure that outlives it.
    Elsewhere,
}

/// A disclosed value that goes somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Where the value stands.
    pub span: Span,
    /// Where it goes.
    pub goes: Goes,
    /// By what: `info!`, `expect`, `callback`.
    pub by: String,
}

/// What a file does with opened values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Uses of the exit.
    pub exits: Vec<Exit>,
    /// The exit taken as a function, or a file that is nested too deeply to be parsed: its uses cannot be counted.
    pub taken: Vec<Span>,
    /// Where disclosed values go.
    pub flows: Vec<Flow>,
}

/// What a file does with opened values, outside of its tests. A file without the word does nothing, and one that is no Rust does
/// not compile.
#[must_use]
pub fn opened(text: &str) -> Opened {
    if memchr::memmem::find(text.as_bytes(), b"disclose").is_none() {
        return Opened::default();
    }
    let file = match parsed(text) {
        Ok(file) => file,
        Err(Unparsed::No(_)) => return Opened::default(),
        // The compiler may read it all the same, and what is disclosed in it cannot be counted.
        Err(Unparsed::TooDeep) => {
            return Opened {
                taken: vec![Span::new(0, 0)],
                ..Opened::default()
            };
        }
    };
    let mut search = Search {
        lines: Lines::new(text),
        found: Opened::default(),
        function: String::new(),
    };
    search.visit_file(&file);
    let Opened { exits, taken, flows } = &mut search.found;
    exits.sort_by_key(|exit| exit.span);
    taken.sort_unstable();
    flows.sort_by(|a, b| (a.span, a.goes, &a.by).cmp(&(b.span, b.goes, &b.by)));
    flows.dedup();
    search.found
}

struct Search<'a> {
    lines: Lines<'a>,
    found: Opened,
    function: String,
}

impl Search<'_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let outer = std::mem::replace(&mut self.function, signature.ident.to_string());
        for (span, goes, by) in sinks::flows(signature, block) {
            let span = self.lines.span(span);
            self.found.flows.push(Flow { span, goes, by });
        }
        visit::visit_block(self, block);
        self.function = outer;
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute
            .path()
            .segments
            .last()
            .map(|last| last.ident.to_string());
        match (last.as_deref(), &attribute.meta) {
            (Some("test"), _) => true,
            (Some("cfg"), syn::Meta::List(list)) => list.tokens.to_string() == "test",
            _ => false,
        }
    })
}

/// Whether a path names the exit: `Plain::disclose`, with whatever stands before it.
pub(super) fn is_exit(path: &syn::Path) -> bool {
    let mut last = path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    last.next().is_some_and(|name| name == "disclose") && last.next().is_some()
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !is_test(&function.attrs) {
            self.function(&function.sig, &function.block);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            self.function(&function.sig, &function.block);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "disclose" {
            self.exit(call.method.span(), call.args.first());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        match &*call.func {
            syn::Expr::Path(path) if is_exit(&path.path) => {
                self.exit(path.span(), call.args.iter().nth(1));
                call.args.iter().for_each(|argument| self.visit_expr(argument));
            }
            _ => visit::visit_expr_call(self, call),
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if is_exit(&path.path) {
            let span = self.lines.span(path.span());
            self.found.taken.push(span);
        }
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        // What stands in a macro's arguments is code as well, where it can be read as expressions.
        for expression in values::arguments(called) {
            self.visit_expr(&expression);
        }
    }
}

impl Search<'_> {
    fn exit(&mut self, span: proc_macro2::Span, reason: Option<&syn::Expr>) {
        let reason = match reason {
            Some(syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            })) => Some(text.value()),
            _ => None,
        };
        let exit = Exit {
            span: self.lines.span(span),
            function: self.function.clone(),
            reason,
        };
        self.found.exits.push(exit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(body: &str) -> Vec<(Goes, String)> {
        let text = format!(
            "fn f<F: Fn(&str)>(email: &Plain<String>, call: F, sink: &dyn Sink, out: &Sender) {{ {body} }}"
        );
        opened(&text)
            .flows
            .into_iter()
            .map(|flow| (flow.goes, flow.by))
            .collect()
    }

    #[test]
    fn exits_are_found_by_method_by_path_and_in_macros_and_tests_do_not_count() {
        let text = "impl A { fn a(&self) { self.email.disclose(\"send it\"); log(Plain::disclose(&x, WHY)); } }\n\
                    fn b() { let f = Plain::<String>::disclose; println!(\"{}\", x.disclose(\"shown to its owner\")); }\n\
                    #[cfg(test)] mod t { fn c() { x.disclose(\"test\"); } }\n\
                    #[tokio::test] async fn d() { x.disclose(\"test\"); }";
        let found = opened(text);
        let exits: Vec<_> = found
            .exits
            .iter()
            .map(|exit| (exit.function.as_str(), exit.reason.as_deref()))
            .collect();
        assert_eq!(
            exits,
            [
                ("a", Some("send it")),
                ("a", None),
                ("b", Some("shown to its owner"))
            ]
        );
        assert_eq!(found.taken.len(), 1);
    }

    #[test]
    fn a_disclosed_value_is_followed_into_messages() {
        for (body, by) in [
            ("println!(\"{}\", email.disclose(\"x\"));", "println!"),
            (
                "let text = email.disclose(\"x\").clone(); tracing::info!(address = %text);",
                "info!",
            ),
            (
                "let text = email.disclose(\"x\"); log::warn!(\"{text}\");",
                "warn!",
            ),
            (
                "let text = format!(\"<{}>\", email.disclose(\"x\")); panic!(\"{text:?}\");",
                "panic!",
            ),
            (
                "let (a, b) = (1, email.disclose(\"x\")); anyhow::bail!(\"no {b}\");",
                "bail!",
            ),
            (
                "if let Some(it) = Some(email.disclose(\"x\")) { return Err(it.to_owned()); }",
                "Err",
            ),
            ("let t = email.disclose(\"x\"); thing.expect(&t[1..]);", "expect"),
            (
                "let u = User { email: email.disclose(\"x\") }; error!(user = ?u);",
                "error!",
            ),
            (
                "match email.disclose(\"x\").as_str() { it => assert!(false, \"{it}\") }",
                "assert!",
            ),
            (
                "let mut s = String::new(); s.push_str(email.disclose(\"x\")); eprintln!(\"{s}\");",
                "eprintln!",
            ),
        ] {
            let found = flows(body);
            assert!(
                found.contains(&(Goes::IntoAMessage, by.to_owned())),
                "{body}: {found:?}"
            );
        }
    }

    #[test]
    fn a_disclosed_value_is_followed_to_other_code() {
        for (body, by) in [
            ("call(email.disclose(\"x\"));", "call"),
            ("sink.put(email.disclose(\"x\"));", "sink.put"),
            ("let t = email.disclose(\"x\").clone(); out.send(t);", "send"),
            (
                "let t = email.disclose(\"x\"); LAST.lock().push(t.clone());",
                "LAST",
            ),
            ("SEEN.set(email.disclose(\"x\").clone());", "SEEN"),
            (
                "let t = email.disclose(\"x\").clone(); std::thread::spawn(move || keep(t));",
                "a closure",
            ),
            (
                "let t = email.disclose(\"x\").clone(); Box::new(move || t.len())",
                "a closure",
            ),
            (
                "let local: &dyn Sink = make(); local.put(email.disclose(\"x\"));",
                "local.put",
            ),
        ] {
            let found = flows(body);
            assert!(
                found.contains(&(Goes::Elsewhere, by.to_owned())),
                "{body}: {found:?}"
            );
        }
    }

    #[test]
    fn what_does_not_hold_the_value_is_left_alone() {
        for body in [
            "println!(\"{}\", email.disclose(\"x\").len());",
            "let t = email.disclose(\"x\"); letter.address(t); info!(\"sent\");",
            "let sent = mailer.send_to(email.disclose(\"x\")); info!(\"{sent:?}\");",
            "let n = names.iter().map(|name| name.disclose(\"x\").len()).sum::<usize>(); println!(\"{n}\");",
            "call(\"nothing\"); sink.put(1); panic!(\"no\");",
        ] {
            assert_eq!(flows(body), [], "{body}");
        }
    }
}
