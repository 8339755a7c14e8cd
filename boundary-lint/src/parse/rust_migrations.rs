//! Migrations of sea-orm that hold SQL: what a `Migrator` runs in which order, and the SQL inside one migration.
//!
//! Tables that are built by calls (`Table::create()…`) are not worked out. Whatever a migration does besides running SQL that stands in
//! it is reported as not seen.

use syn::spanned::Spanned;
use syn::visit::Visit;

use super::declarations::{Lines, Unparsed, parsed};
use crate::source::Span;

/// A migration in Rust, as far as SQL stands in it.
#[derive(Clone, Debug)]
pub struct RustMigration {
    /// The file with everything blanked but its SQL, so that places in the one are places in the other.
    pub sql: String,
    /// What it does besides, with the reason why that is not seen.
    pub unseen: Vec<(Span, String)>,
}

/// The modules of the migrations that a file's `MigratorTrait` lists, in order; `None` where the file has none.
#[must_use]
pub fn order(text: &str) -> Option<Vec<String>> {
    memchr::memmem::find(text.as_bytes(), b"MigratorTrait for ")?;
    let file = parsed(text).ok()?;
    let mut listed = Listed { modules: None };
    listed.visit_file(&file);
    listed.modules
}

struct Listed {
    modules: Option<Vec<String>>,
}

impl<'ast> Visit<'ast> for Listed {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if !implements(item, "MigratorTrait") {
            return;
        }
        let function = item.items.iter().find_map(|item| match item {
            syn::ImplItem::Fn(function) if function.sig.ident == "migrations" => Some(function),
            _ => None,
        });
        if let Some(function) = function {
            let mut words = Vec::new();
            idents(quote_tokens(&function.block), &mut words);
            // `Box::new(m20240101_000001_users::Migration)`: the word before each `Migration`.
            let pairs = words.windows(2).filter(|pair| pair[1] == "Migration");
            self.modules = Some(pairs.map(|pair| pair[0].clone()).collect());
        }
    }
}

fn implements(item: &syn::ItemImpl, name: &str) -> bool {
    item.trait_
        .as_ref()
        .and_then(|of| of.0.segments.last())
        .is_some_and(|last| last.ident == name)
}

fn quote_tokens(block: &syn::Block) -> proc_macro2::TokenStream {
    use quote::ToTokens as _;
    block.to_token_stream()
}

fn idents(tokens: proc_macro2::TokenStream, out: &mut Vec<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(ident) => out.push(ident.to_string()),
            proc_macro2::TokenTree::Group(group) => idents(group.stream(), out),
            _ => {}
        }
    }
}

/// The migration of a file; `None` where it has none.
#[must_use]
pub fn migration(text: &str) -> Option<RustMigration> {
    let at = memchr::memmem::find(text.as_bytes(), b"MigrationTrait for ")?;
    let file = match parsed(text) {
        Ok(file) => file,
        // It does not compile.
        Err(Unparsed::No(_)) => return None,
        Err(Unparsed::TooDeep) => {
            let span = Span::new(at, at + "MigrationTrait".len());
            return Some(RustMigration {
                sql: only(text, &[]),
                unseen: vec![(span, "the migration is nested too deeply to be parsed".to_owned())],
            });
        }
    };
    let lines = Lines::new(text);
    let ups = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(item) if implements(item, "MigrationTrait") => {
            item.items.iter().find_map(|item| match item {
                syn::ImplItem::Fn(function) if function.sig.ident == "up" => Some(function),
                _ => None,
            })
        }
        _ => None,
    });
    let mut found = Up {
        lines: &lines,
        literals: Vec::new(),
        unseen: Vec::new(),
    };
    let mut constants = Constants {
        named: Vec::new(),
        lines: &lines,
    };
    constants.visit_file(&file);
    for up in ups {
        found.constants(up, &constants);
        found.visit_block(&up.block);
    }
    if found.literals.is_empty() && found.unseen.is_empty() {
        // Nothing was recognised at all, so nothing may be taken to be nothing.
        let span = Span::new(at, at + "MigrationTrait".len());
        let empty = does_nothing(&file);
        if !empty {
            found.unseen.push((span, NOT_SQL.to_owned()));
        }
    }
    Some(RustMigration {
        sql: only(text, &found.literals),
        unseen: found.unseen,
    })
}

const NOT_SQL: &str = "the migration is written in Rust here, and its tables cannot be worked out from it";

/// Whether `up` is `Ok(())` and nothing else.
fn does_nothing(file: &syn::File) -> bool {
    let ups = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(item) if implements(item, "MigrationTrait") => Some(&item.items),
        _ => None,
    });
    ups.flatten().any(|item| match item {
        syn::ImplItem::Fn(function) if function.sig.ident == "up" => {
            let mut words = Vec::new();
            idents(quote_tokens(&function.block), &mut words);
            words == ["Ok"]
        }
        _ => false,
    })
}

/// Texts that constants of the file hold.
struct Constants<'a> {
    named: Vec<(String, Literal)>,
    lines: &'a Lines<'a>,
}

impl<'ast> Visit<'ast> for Constants<'_> {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = &*item.expr
        {
            self.named
                .push((item.ident.to_string(), literal(self.lines, text)));
        }
    }
}

#[derive(Clone)]
struct Literal {
    span: Span,
    value: String,
}

fn literal(lines: &Lines<'_>, text: &syn::LitStr) -> Literal {
    Literal {
        span: lines.span(text.span()),
        value: text.value(),
    }
}

/// What is looked for in `up`.
struct Up<'a> {
    lines: &'a Lines<'a>,
    literals: Vec<Literal>,
    unseen: Vec<(Span, String)>,
}

/// Calls that run SQL or lead to what does, and change no table themselves.
const KNOWN_CALLS: &[&str] = &[
    "Ok",
    "Err",
    "Some",
    "as_ref",
    "await",
    "begin",
    "clone",
    "commit",
    "execute",
    "execute_raw",
    "execute_unprepared",
    "from_string",
    "get_connection",
    "get_database_backend",
    "into",
    "into_iter",
    "iter",
    "map",
    "map_err",
    "new",
    "ok",
    "split",
    "to_owned",
    "to_string",
    "trim",
    "unwrap",
];

impl Up<'_> {
    /// The constants that `up` names.
    fn constants(&mut self, up: &syn::ImplItemFn, constants: &Constants<'_>) {
        let mut words = Vec::new();
        idents(quote_tokens(&up.block), &mut words);
        for (name, text) in &constants.named {
            if words.contains(name) {
                self.literals.push(text.clone());
            }
        }
    }

    fn call(&mut self, name: &str, span: proc_macro2::Span) {
        if !KNOWN_CALLS.contains(&name) {
            let why =
                format!("`{name}` is called in a migration, and what it does to tables cannot be worked out");
            self.unseen.push((self.lines.span(span), why));
        }
    }
}

impl<'ast> Visit<'ast> for Up<'_> {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        if is_sql(&text.value()) {
            self.literals.push(literal(self.lines, text));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.call(&call.method.to_string(), call.method.span());
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.call(&last.ident.to_string(), last.ident.span());
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let name = mac.path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        if !["vec", "println", "eprintln", "info", "debug", "warn", "matches"].contains(&name.as_str()) {
            let why =
                format!("`{name}!` stands in a migration, and the SQL that it makes cannot be worked out");
            self.unseen.push((self.lines.span(mac.span()), why));
        }
    }

    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        let why = "whether this runs depends on a condition that the text does not decide".to_owned();
        self.unseen.push((self.lines.span(branch.if_token.span()), why));
        syn::visit::visit_expr_if(self, branch);
    }
}

/// Whether a text is SQL, by its first word.
fn is_sql(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    [
        "alter", "begin", "call", "comment", "create", "delete", "do", "drop", "grant", "insert", "select",
        "set", "truncate", "update", "with",
    ]
    .contains(&word.to_ascii_lowercase().as_str())
}

/// The text with all but these literals blanked. A literal with escapes is put at its beginning: it is shorter than what stands there.
fn only(text: &str, literals: &[Literal]) -> String {
    let mut bytes: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'\n' { b'\n' } else { b' ' })
        .collect();
    for literal in literals {
        let source = text.get(literal.span.start..literal.span.end).unwrap_or("");
        let opening = source.find('"').map_or(0, |at| at + 1);
        let from = literal.span.start + opening;
        let value = literal.value.as_bytes();
        // Its closing quote is there in any case, and ends the statement.
        if let Some(room) = bytes.get_mut(from..=from + value.len()) {
            room[..value.len()].copy_from_slice(value);
            room[value.len()] = b';';
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = r##"
        use sea_orm_migration::prelude::*;
        const MORE: &str = "CREATE INDEX i ON t (a)";
        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                let db = manager.get_connection();
                db.execute_unprepared(r#"
                    -- people
                    CREATE TABLE t (a text)"#).await?;
                db.execute_unprepared(MORE).await?;
                Ok(())
            }
            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                manager.get_connection().execute_unprepared("DROP TABLE t").await?;
                Ok(())
            }
        }
    "##;

    #[test]
    fn sql_stands_where_it_stood() {
        let migration = migration(MIGRATION).unwrap();
        assert!(migration.unseen.is_empty(), "{:?}", migration.unseen);
        assert_eq!(migration.sql.len(), MIGRATION.len());
        let at = MIGRATION.find("CREATE TABLE").unwrap();
        assert_eq!(&migration.sql[at..at + 23], "CREATE TABLE t (a text)");
        assert!(migration.sql.contains("CREATE INDEX"));
        assert!(!migration.sql.contains("DROP TABLE"));
    }

    #[test]
    fn what_is_built_by_calls_is_not_seen() {
        let built = MIGRATION.replace(
            "let db",
            "manager.create_table(Table::create().to_owned()).await?; let db",
        );
        let unseen = migration(&built).unwrap().unseen;
        assert!(
            unseen.iter().any(|(_, why)| why.contains("`create_table`")),
            "{unseen:?}"
        );
        let formatted = MIGRATION.replace(
            "execute_unprepared(MORE)",
            "execute_unprepared(&format!(\"{}\", x))",
        );
        assert_eq!(migration(&formatted).unwrap().unseen.len(), 1);
        let elsewhere = "impl MigrationTrait for M { async fn up(&self) { self.run } }";
        assert_eq!(migration(elsewhere).unwrap().unseen.len(), 1);
        let nothing = "impl MigrationTrait for M { async fn up(&self) { Ok(()) } }";
        assert!(migration(nothing).unwrap().unseen.is_empty());
    }

    #[test]
    fn a_migrator_gives_the_order() {
        let text = "
            mod m2; mod m1;
            impl MigratorTrait for Migrator {
                fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                    vec![Box::new(m1::Migration), Box::new(crate::m2::Migration)]
                }
            }";
        assert_eq!(order(text).unwrap(), ["m1", "m2"]);
        assert_eq!(order("fn main() {}"), None);
    }
}
