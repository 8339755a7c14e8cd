//! `table!` and `view!` of diesel, as `diesel print-schema` writes them into `schema.rs`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::visit::Visit;

use super::{ListedColumn, ListedTable};
use crate::parse::declarations::{Lines, parsed};
use crate::source::Span;

/// The tables of a Rust file.
#[must_use]
pub fn tables(text: &str) -> Vec<ListedTable> {
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    // Without a column's arrow it is another macro of that name.
    if !(has("table!") || has("view!")) || !has("->") {
        return Vec::new();
    }
    let Ok(file) = parsed(text) else { return Vec::new() };
    let mut reader = Reader {
        lines: Lines::new(text),
        tables: Vec::new(),
    };
    reader.visit_file(&file);
    reader.tables
}

struct Reader<'a> {
    lines: Lines<'a>,
    tables: Vec<ListedTable>,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    /// What stands in a function is of a table that the function makes for itself.
    fn visit_block(&mut self, _: &'ast syn::Block) {}

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let last = mac.path.segments.last().map(|last| last.ident.to_string());
        if matches!(last.as_deref(), Some("table" | "view")) {
            let found = table(&self.lines, mac.tokens.clone());
            // The server's own tables hold nobody's data.
            let of_server = |table: &ListedTable| {
                matches!(table.schema.as_deref(), Some("information_schema" | "pg_catalog"))
            };
            self.tables.extend(found.filter(|table| !of_server(table)));
        }
    }
}

/// The tokens from left to right, with attributes taken apart from what they stand before.
struct Tokens {
    rest: std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
}

impl Tokens {
    fn new(tokens: TokenStream) -> Self {
        Tokens {
            rest: tokens.into_iter().peekable(),
        }
    }

    fn takes(&mut self, punct: char) -> bool {
        self.rest
            .next_if(|token| matches!(token, TokenTree::Punct(found) if found.as_char() == punct))
            .is_some()
    }

    fn ident(&mut self) -> Option<proc_macro2::Ident> {
        match self.rest.next()? {
            TokenTree::Ident(ident) => Some(ident),
            _ => None,
        }
    }

    /// `use …;` lines before a table.
    fn skip_uses(&mut self) {
        while self
            .rest
            .next_if(|token| matches!(token, TokenTree::Ident(ident) if ident == "use"))
            .is_some()
        {
            while self.rest.peek().is_some() && !self.takes(';') {
                self.rest.next();
            }
        }
    }

    /// The name that `#[sql_name = "…"]` gives, from the attributes that stand here.
    fn sql_name(&mut self) -> Option<String> {
        let mut name = None;
        while self.takes('#') {
            if let Some(TokenTree::Group(group)) = self.rest.next() {
                name = name.or_else(|| sql_name(&group));
            }
        }
        name
    }
}

fn sql_name(attribute: &Group) -> Option<String> {
    let meta: syn::MetaNameValue = syn::parse2(attribute.stream()).ok()?;
    let syn::Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(text),
        ..
    }) = &meta.value
    else {
        return None;
    };
    meta.path.is_ident("sql_name").then(|| text.value())
}

fn table(lines: &Lines<'_>, tokens: TokenStream) -> Option<ListedTable> {
    let mut tokens = Tokens::new(tokens);
    tokens.skip_uses();
    let given = tokens.sql_name();
    let first = tokens.ident()?;
    let (schema, name) = match tokens.takes('.') {
        true => (Some(plain(&first)), tokens.ident()?),
        false => (None, first),
    };
    let columns = loop {
        match tokens.rest.next()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break group.stream(),
            // The primary key.
            TokenTree::Group(_) => {}
            _ => return None,
        }
    };
    Some(ListedTable {
        schema,
        name: given.unwrap_or_else(|| plain(&name)),
        span: lines.span(name.span()),
        columns: columns_of(lines, columns),
    })
}

fn columns_of(lines: &Lines<'_>, tokens: TokenStream) -> Vec<ListedColumn> {
    let mut tokens = Tokens::new(tokens);
    let mut columns = Vec::new();
    loop {
        let given = tokens.sql_name();
        let Some(name) = tokens.ident() else {
            return columns;
        };
        if !(tokens.takes('-') && tokens.takes('>')) {
            return columns;
        }
        let mut ty = TokenStream::new();
        let mut last = name.span();
        let mut angles = 0usize;
        for token in tokens.rest.by_ref() {
            match &token {
                TokenTree::Punct(punct) if punct.as_char() == ',' && angles == 0 => break,
                TokenTree::Punct(punct) if punct.as_char() == '<' => angles += 1,
                TokenTree::Punct(punct) if punct.as_char() == '>' => angles = angles.saturating_sub(1),
                _ => {}
            }
            last = token.span();
            ty.extend([token]);
        }
        let (data_type, nullable) = syn::parse2(ty).map_or((String::new(), false), |ty| data_type(&ty));
        columns.push(ListedColumn {
            name: given.unwrap_or_else(|| plain(&name)),
            data_type,
            nullable,
            span: Span::new(lines.span(name.span()).start, lines.span(last).end),
        });
    }
}

fn plain(ident: &proc_macro2::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// As Postgres prints the type, and whether it may be null.
fn data_type(ty: &syn::Type) -> (String, bool) {
    let syn::Type::Path(path) = ty else {
        return (String::new(), false);
    };
    let Some(last) = path.path.segments.last() else {
        return (String::new(), false);
    };
    let inner = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    };
    let name = last.ident.to_string();
    match (name.as_str(), inner) {
        ("Nullable", Some(inner)) => (data_type(inner).0, true),
        ("Unsigned", Some(inner)) => data_type(inner),
        ("Array", Some(_)) => ("ARRAY".to_owned(), false),
        (name, _) => {
            let known = TYPES.iter().find(|(names, _)| names.contains(&name));
            (
                known.map_or("USER-DEFINED", |(_, printed)| printed).to_owned(),
                false,
            )
        }
    }
}

/// Diesel's names of types, with what Postgres prints for them.
const TYPES: &[(&[&str], &str)] = &[
    (&["Int2", "SmallInt", "SmallSerial"], "smallint"),
    (&["Int4", "Integer", "Serial"], "integer"),
    (&["Int8", "BigInt", "BigSerial"], "bigint"),
    (&["TinyInt"], "tinyint"),
    (&["Float4", "Float"], "real"),
    (&["Float8", "Double"], "double precision"),
    (&["Numeric", "Decimal"], "numeric"),
    (&["Bool"], "boolean"),
    (&["Text", "Citext", "Tinytext", "Mediumtext", "Longtext"], "text"),
    (&["Varchar", "VarChar"], "character varying"),
    (&["Bpchar", "Char"], "character"),
    (
        &[
            "Bytea",
            "Binary",
            "VarBinary",
            "Varbinary",
            "Blob",
            "Tinyblob",
            "Mediumblob",
            "Longblob",
        ],
        "bytea",
    ),
    (&["Date"], "date"),
    (&["Time"], "time without time zone"),
    (&["Timestamp", "Datetime"], "timestamp without time zone"),
    (&["Timestamptz", "TimestamptzSqlite"], "timestamp with time zone"),
    (&["Interval"], "interval"),
    (&["Uuid"], "uuid"),
    (&["Json"], "json"),
    (&["Jsonb"], "jsonb"),
    (&["Inet"], "inet"),
    (&["Cidr"], "cidr"),
    (&["MacAddr"], "macaddr"),
    (&["Money"], "money"),
    (&["Oid"], "oid"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_with_their_names_in_the_database() {
        let text = r#"
            // @generated automatically by Diesel CLI.
            pub mod sql_types { #[derive(diesel::sql_types::SqlType)] pub struct Mood; }
            diesel::table! {
                use diesel::sql_types::*;
                use super::sql_types::Mood;

                /// People.
                #[sql_name = "people"]
                billing.persons (id, r#type) {
                    /// Key.
                    id -> Int8,
                    #[sql_name = "type"]
                    #[max_length = 255]
                    type_ -> Nullable<Varchar>,
                    tags -> Array<Nullable<Text>>,
                    mood -> Mood
                }
            }
            diesel::joinable!(a -> b (c));
            mod inner { table! { plain { r#in -> Jsonb, } } }
            table! { information_schema.columns (table_name) { table_name -> Text, } }
            fn load() { table! { temporary (a) { a -> Text, } } }
        "#;
        let tables = tables(text);
        let shown: Vec<String> = tables
            .iter()
            .map(|table| {
                let columns: Vec<String> = table
                    .columns
                    .iter()
                    .map(|column| format!("{} {} {}", column.name, column.data_type, column.nullable))
                    .collect();
                format!("{:?} {}: {}", table.schema, table.name, columns.join(", "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Some(\"billing\") people: id bigint false, type character varying true, tags ARRAY false, mood USER-DEFINED false",
                "None plain: in jsonb false",
            ]
        );
        let column = &tables[0].columns[1];
        assert_eq!(
            &text[column.span.start..column.span.end],
            "type_ -> Nullable<Varchar>"
        );
    }
}
