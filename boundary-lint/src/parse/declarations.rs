//! Declarations: what `#[derive(Boundary)]` says of tables and their columns, read without compiling.

use std::borrow::Cow;

use proc_macro2::{LineColumn, TokenStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Token};

use super::attributes::Entry;
pub use super::attributes::Residency;
use super::nesting;
use crate::source::Span;

/// What a field says of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// It has a part in identifying the record: `record_id`, `tenant` or `subject`.
    Role(&'static str),
    /// What it is and where it may be.
    Category {
        /// The category's key.
        category: String,
        /// Where the raw value may be.
        residency: Option<Residency>,
    },
    /// It is the wrapped data key, which is in the key table, or in a column beside the row.
    DataKey,
    /// Nothing: the derive refuses to compile it.
    Nothing,
}

/// A field of a declared struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in Rust, without `r#`.
    pub name: String,
    /// The column that it stands for.
    pub column: String,
    /// What it says.
    pub says: Says,
    /// Its place.
    pub span: Span,
}

/// A struct that declares a table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The struct's name.
    pub rust: String,
    /// The table's schema.
    pub schema: String,
    /// The table's name.
    pub name: String,
    /// Place of the table's name in the attribute.
    pub span: Span,
    /// Whether it is a derived dataset, which may lie elsewhere than in this database.
    pub dataset: bool,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// What a Rust file declares.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The tables.
    pub tables: Vec<Table>,
    /// Attributes that do not read as the derive's grammar, with the reason.
    pub unseen: Vec<(Span, String)>,
}

/// The declarations of a Rust file. A file without the word `Boundary` is not parsed at all.
#[must_use]
pub fn declarations(text: &str) -> Declared {
    if memchr::memmem::find(text.as_bytes(), b"Boundary").is_none() {
        return Declared::default();
    }
    let lines = Lines::new(text);
    let unseen = |span: Span, why: String| Declared {
        tables: Vec::new(),
        unseen: vec![(span, why)],
    };
    let parsed = match without_shebang(text).parse::<TokenStream>() {
        Ok(tokens) if nesting::too_deep(&tokens) => {
            return unseen(
                Span::new(0, 0),
                "the file is nested too deeply to be parsed".to_owned(),
            );
        }
        Ok(tokens) => syn::parse2::<syn::File>(tokens),
        Err(error) => Err(error.into()),
    };
    match parsed {
        Ok(file) => {
            let mut reader = Reader {
                lines: &lines,
                declared: Declared::default(),
            };
            reader.visit_file(&file);
            reader.declared
        }
        Err(error) => unseen(
            lines.span(error.span()),
            format!("the file does not parse as Rust: {error}"),
        ),
    }
}

/// A first line for the shell is blanked, so that all places stay.
pub(super) fn without_shebang(text: &str) -> Cow<'_, str> {
    if !text.starts_with("#!") || text.starts_with("#![") {
        return Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text));
    }
    let end = text.find('\n').unwrap_or(text.len());
    Cow::Owned(format!("{}{}", " ".repeat(end), &text[end..]))
}

/// Maps the line and column of `proc_macro2` to bytes.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// Then a column is a byte, and a long line with many places costs no search for each.
    is_ascii: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        Lines {
            text,
            starts,
            is_ascii: text.is_ascii(),
        }
    }

    fn byte(&self, at: LineColumn) -> usize {
        let start = self
            .starts
            .get(at.line.saturating_sub(1))
            .copied()
            .unwrap_or(self.text.len());
        if self.is_ascii {
            return (start + at.column).min(self.text.len());
        }
        let line = self.text.get(start..).unwrap_or("");
        start
            + line
                .char_indices()
                .nth(at.column)
                .map_or(line.len(), |(byte, _)| byte)
    }

    pub(super) fn span(&self, span: proc_macro2::Span) -> Span {
        Span::new(self.byte(span.start()), self.byte(span.end()))
    }
}

struct Reader<'a> {
    lines: &'a Lines<'a>,
    declared: Declared,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if derives_boundary(&item.attrs) {
            self.table(item);
        }
        syn::visit::visit_item_struct(self, item);
    }
}

impl Reader<'_> {
    fn table(&mut self, item: &syn::ItemStruct) {
        let entries = self.entries(&item.attrs);
        let table = entries.iter().find_map(|entry| match entry {
            Entry::Text { key, value } if key == "table" || key == "dataset" => {
                Some((value, key == "dataset"))
            }
            _ => None,
        });
        // An event has no columns, and a struct that names neither does not compile.
        let Some((table, dataset)) = table else { return };
        let name = table.value();
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (schema.to_owned(), name.to_owned()),
            None => ("public".to_owned(), name),
        };
        let mut fields = Vec::new();
        for field in &item.fields {
            let Some(ident) = &field.ident else { continue };
            let entries = self.entries(&field.attrs);
            let name = ident.to_string();
            let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
            let column = entries.iter().find_map(|entry| match entry {
                Entry::Text { key, value } if key == "column" => Some(value.value()),
                _ => None,
            });
            fields.push(Field {
                column: column.unwrap_or_else(|| name.clone()),
                says: says(&entries),
                span: self
                    .lines
                    .span(ident.span().join(field.ty.span()).unwrap_or_else(|| ident.span())),
                name,
            });
        }
        let span = self.lines.span(table.span());
        self.declared.tables.push(Table {
            rust: item.ident.to_string(),
            schema,
            name,
            span,
            dataset,
            fields,
        });
    }

    fn entries(&mut self, attributes: &[Attribute]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("boundary"))
        {
            match attribute.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated) {
                Ok(found) => entries.extend(found),
                Err(error) => {
                    let at = self.lines.span(error.span());
                    self.declared.unseen.push((
                        at,
                        format!("the attribute does not read as #[boundary(…)]: {error}"),
                    ));
                }
            }
        }
        entries
    }
}

fn says(entries: &[Entry]) -> Says {
    let category = entries.iter().find_map(|entry| match entry {
        Entry::Text { key, value } if key == "category" => Some(value.value()),
        _ => None,
    });
    if let Some(category) = category {
        let residency = entries.iter().find_map(|entry| match entry {
            Entry::Residency(residency) => Some(residency.clone()),
            _ => None,
        });
        return Says::Category { category, residency };
    }
    let word = |word: &str| {
        entries
            .iter()
            .any(|entry| matches!(entry, Entry::Word(found) if found == word))
    };
    match ["record_id", "tenant", "subject"]
        .into_iter()
        .find(|role| word(role))
    {
        Some(role) => Says::Role(role),
        None if word("data_key") => Says::DataKey,
        None => Says::Nothing,
    }
}

fn derives_boundary(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .any(|attribute| {
            let paths = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
            paths.is_ok_and(|paths| {
                paths
                    .iter()
                    .any(|path| path.segments.last().is_some_and(|last| last.ident == "Boundary"))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_grammar_is_read() {
        let declared = declarations(
            r#"
            mod inner {
                #[derive(Clone, boundary_runtime::Boundary)]
                #[boundary(table = "billing.customers", tenancy = tenant)]
                pub struct Customer {
                    #[boundary(record_id)] pub id: u64,
                    #[boundary(tenant)] pub tenant: u64,
                    #[boundary(subject)] pub subject: u64,
                    #[boundary(data_key)] key: Key,
                    #[boundary(category = "user.contact.email", residency = in_country, purpose(Billing, Support), release(deidentify = bucket(10)))]
                    email: Sealed<String>,
                    #[boundary(category = "user.name", residency = pinned(In), column = "kind")]
                    r#type: Sealed<String>,
                    plain: String,
                }
            }
            #[derive(Boundary)]
            #[boundary(event = "customer.signed_up")]
            struct SignedUp { #[boundary(subject)] who: u64 }
            "#,
        );
        assert!(declared.unseen.is_empty(), "{:?}", declared.unseen);
        let [table] = declared.tables.as_slice() else {
            panic!("{declared:?}")
        };
        assert_eq!(
            (table.schema.as_str(), table.name.as_str()),
            ("billing", "customers")
        );
        let shown: Vec<_> = table
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.column.as_str(), field.says.clone()))
            .collect();
        let category = |key: &str, residency| Says::Category {
            category: key.to_owned(),
            residency: Some(residency),
        };
        assert_eq!(
            shown,
            [
                ("id", "id", Says::Role("record_id")),
                ("tenant", "tenant", Says::Role("tenant")),
                ("subject", "subject", Says::Role("subject")),
                ("key", "key", Says::DataKey),
                (
                    "email",
                    "email",
                    category("user.contact.email", Residency::InCountry)
                ),
                (
                    "type",
                    "kind",
                    category("user.name", Residency::Pinned("in".to_owned()))
                ),
                ("plain", "plain", Says::Nothing),
            ]
        );
    }

    #[test]
    fn a_file_that_does_not_parse_is_said_to_be_unseen() {
        let declared = declarations("// Boundary\nfn f( {");
        assert_eq!(declared.unseen.len(), 1);
        assert!(declarations("fn f( {").unseen.is_empty());
        assert_eq!(
            declarations(&format!("// Boundary\nfn f() {{ {} }}", "(".repeat(100_000)))
                .unseen
                .len(),
            1
        );
    }
}
