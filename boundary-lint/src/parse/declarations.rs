//! Declarations: what `#[derive(Boundary)]` says of tables and their columns, read without compiling.

use boundary_schema::Protection;
use proc_macro2::{LineColumn, TokenStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Token};

use super::attributes::Entry;
pub use super::attributes::Residency;
use super::nesting;
use super::shebang::without_shebang;
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
    /// Why it is processed, as written.
    pub purposes: Vec<String>,
    /// What says what a JSON value holds.
    pub json: Json,
    /// How the struct holds it, as far as its type shows it.
    pub protection: Protection,
    /// The name of a type that shows nothing and may be an alias of one that does.
    pub alias: Option<String>,
    /// The ways in which it may be released, as written and without spaces.
    pub releases: Vec<String>,
    /// The fields that it was made from, each as `Struct::field`.
    pub from: Vec<String>,
    /// The release that they went through, as written and without spaces.
    pub transform: Option<String>,
    /// Its place.
    pub span: Span,
}

/// What says what a JSON value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// A Rust type, by its name.
    Type(String),
    /// Nothing: its classification holds for the value as a whole.
    Opaque,
    /// It is not said.
    Unsaid,
}

/// What a struct stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// A table.
    Table,
    /// A derived dataset, which may lie elsewhere than in this database.
    Dataset,
    /// An event, which has no columns and may be the value of a JSON column.
    Event,
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
    /// What it stands for.
    pub stands: Stands,
    /// Whether its rows are replicated to every region: `tenancy = global`.
    pub global: bool,
    /// What a derived dataset is: `kind = …`.
    pub kind: Option<String>,
    /// The structs that a derived dataset or an event was made from.
    pub derived_from: Vec<String>,
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

/// The declarations of a Rust file. A file with none of the words that the derive goes by is not parsed at all.
#[must_use]
pub fn declarations(text: &str, names: &DeriveNames) -> Declared {
    if !names.are_in(text) {
        return Declared::default();
    }
    let lines = Lines::new(text);
    let unseen = |span: Span, why: String| Declared {
        tables: Vec::new(),
        unseen: vec![(span, why)],
    };
    let parsed = parsed(text);
    match parsed {
        Ok(file) => {
            let mut reader = Reader {
                names,
                lines: &lines,
                declared: Declared::default(),
            };
            reader.visit_file(&file);
            reader.declared
        }
        Err(Unparsed::TooDeep) => unseen(
            Span::new(0, 0),
            "the file is nested too deeply to be parsed".to_owned(),
        ),
        Err(Unparsed::No(error)) => unseen(
            lines.span(error.span()),
            format!("the file does not parse as Rust: {error}"),
        ),
    }
}

/// Why a file was not parsed.
pub(super) enum Unparsed {
    /// It is nested more deeply than the parser may be given.
    TooDeep,
    /// It is no Rust.
    No(syn::Error),
}

/// A Rust file as syn reads it.
pub(super) fn parsed(text: &str) -> Result<syn::File, Unparsed> {
    let tokens: TokenStream = without_shebang(text)
        .parse()
        .map_err(|error: proc_macro2::LexError| Unparsed::No(error.into()))?;
    if nesting::too_deep(&tokens) {
        return Err(Unparsed::TooDeep);
    }
    syn::parse2(tokens).map_err(Unparsed::No)
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
    names: &'a DeriveNames,
    lines: &'a Lines<'a>,
    declared: Declared,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if self.derives_boundary(&item.attrs) {
            self.table(item);
        }
        syn::visit::visit_item_struct(self, item);
    }
}

impl Reader<'_> {
    fn table(&mut self, item: &syn::ItemStruct) {
        let entries = self.entries(&item.attrs);
        let table = entries.iter().find_map(|entry| match entry {
            Entry::Text { key, value } => match key.as_str() {
                "table" => Some((value, Stands::Table)),
                "dataset" => Some((value, Stands::Dataset)),
                "event" => Some((value, Stands::Event)),
                _ => None,
            },
            _ => None,
        });
        // A struct that names none does not compile.
        let Some((table, stands)) = table else { return };
        let global = entries
            .iter()
            .any(|entry| matches!(entry, Entry::Tenancy(word) if word == "global"));
        let kind = entries.iter().find_map(|entry| match entry {
            Entry::Kind(kind) => Some(kind.clone()),
            _ => None,
        });
        let derived_from = listed(&entries, |entry| match entry {
            Entry::DerivedFrom(structs) => Some(structs),
            _ => None,
        });
        let name = table.value();
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (schema.to_owned(), name.to_owned()),
            None => ("public".to_owned(), name),
        };
        let mut fields = Vec::new();
        let mut indexes = Vec::new();
        for field in &item.fields {
            let Some(ident) = &field.ident else { continue };
            let entries = self.entries(&field.attrs);
            let name = ident.to_string();
            let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
            let column = entries.iter().find_map(|entry| match entry {
                Entry::Text { key, value } if key == "column" => Some(value.value()),
                _ => None,
            });
            if let Some(of) = index_of(&entries) {
                indexes.push((fields.len(), of));
            }
            fields.push(Field {
                column: column.unwrap_or_else(|| name.clone()),
                says: says(&entries),
                purposes: purposes(&entries),
                json: json(&entries, Some(&field.ty)),
                protection: protection(&field.ty),
                alias: alias(&field.ty),
                releases: listed(&entries, |entry| match entry {
                    Entry::Release(ways) => Some(ways),
                    _ => None,
                }),
                from: listed(&entries, |entry| match entry {
                    Entry::From(fields) => Some(fields),
                    _ => None,
                }),
                transform: entries.iter().find_map(|entry| match entry {
                    Entry::Transform(transform) => Some(transform.clone()),
                    _ => None,
                }),
                span: self
                    .lines
                    .span(ident.span().join(field.ty.span()).unwrap_or_else(|| ident.span())),
                name,
            });
        }
        for (index, of) in indexes {
            classify_index(&mut fields, index, &of);
        }
        let span = self.lines.span(table.span());
        self.declared.tables.push(Table {
            rust: item.ident.to_string(),
            schema,
            name,
            span,
            stands,
            global,
            kind,
            derived_from,
            fields,
        });
    }

    fn derives_boundary(&self, attributes: &[Attribute]) -> bool {
        attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("derive"))
            .any(|attribute| {
                let paths = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
                paths.is_ok_and(|paths| paths.iter().any(|path| self.names.has(path)))
            })
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

/// What a declaration says that stands outside of Rust, in the words of the derive: a comment in SQL.
///
/// # Errors
///
/// What does not read as such.
pub fn declaration(text: &str) -> Result<Field, String> {
    let parse = Punctuated::<Entry, Token![,]>::parse_terminated;
    let deep = text.bytes().filter(|byte| b"([{".contains(byte)).count() > DEEPEST_COMMENT;
    let tokens: TokenStream = match deep {
        true => return Err("it is nested too deeply".to_owned()),
        false => text
            .parse()
            .map_err(|error: proc_macro2::LexError| error.to_string())?,
    };
    let entries: Vec<Entry> = syn::parse::Parser::parse2(parse, tokens)
        .map_err(|error| error.to_string())?
        .into_iter()
        .collect();
    Ok(Field {
        name: String::new(),
        column: String::new(),
        says: says(&entries),
        purposes: purposes(&entries),
        json: json(&entries, None),
        protection: Protection::Plain,
        alias: None,
        releases: listed(&entries, |entry| match entry {
            Entry::Release(ways) => Some(ways),
            _ => None,
        }),
        from: Vec::new(),
        transform: None,
        span: Span::default(),
    })
}

/// More parentheses than this no declaration needs.
const DEEPEST_COMMENT: usize = 16;

fn purposes(entries: &[Entry]) -> Vec<String> {
    listed(entries, |entry| match entry {
        Entry::Purposes(named) => Some(named),
        _ => None,
    })
}

/// All that the entries of one kind list.
fn listed(entries: &[Entry], of: impl Fn(&Entry) -> Option<&Vec<String>>) -> Vec<String> {
    entries.iter().filter_map(of).flatten().cloned().collect()
}

/// What says what a JSON value holds: a word of the attribute, or the field's own type.
fn json(entries: &[Entry], ty: Option<&syn::Type>) -> Json {
    let named = entries.iter().find_map(|entry| match entry {
        Entry::Text { key, value } if key == "json" => Some(value.value()),
        _ => None,
    });
    let opaque = |entry: &Entry| matches!(entry, Entry::Word(word) if word == "opaque");
    match named {
        Some(path) => Json::Type(path.rsplit("::").next().unwrap_or(&path).trim().to_owned()),
        None if entries.iter().any(opaque) => Json::Opaque,
        None => ty.and_then(innermost).map_or(Json::Unsaid, Json::Type),
    }
}

/// The field whose blind index this one is.
fn index_of(entries: &[Entry]) -> Option<String> {
    entries.iter().find_map(|entry| match entry {
        Entry::IndexOf(of) => Some(of.clone()),
        _ => None,
    })
}

/// Gives a blind index the classification of the field whose index it is. Of one that is not there it has none: then its
/// column is unclassified, and the derive refuses to compile it.
fn classify_index(fields: &mut [Field], index: usize, of: &str) {
    let found = fields.iter().find(|field| field.name == of);
    let Some((says, purposes)) = found.map(|of| (of.says.clone(), of.purposes.clone())) else {
        return;
    };
    if let Some(field) = fields.get_mut(index) {
        field.says = says;
        field.purposes = purposes;
        field.protection = Protection::BlindIndex;
    }
}

/// How a field of this type holds its value: `Sealed<…>`, `Resident<…>`, an `Option` of one, or as it is.
fn protection(ty: &syn::Type) -> Protection {
    match alias(ty).as_deref() {
        Some("Sealed") => Protection::Sealed,
        Some("Resident") => Protection::Resident,
        _ => Protection::Plain,
    }
}

/// The name of a type, or of that in an `Option`.
fn alias(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
            match arguments.args.first() {
                Some(syn::GenericArgument::Type(ty)) => alias(ty),
                _ => None,
            }
        }
        _ => Some(last.ident.to_string()),
    }
}

/// The names that a file gives to wrappers: `type Email = Sealed<String>;`.
#[must_use]
pub fn aliases_of_wrappers(text: &str) -> Vec<(String, Protection)> {
    let mut aliases = Vec::new();
    if !text.contains("Sealed<") && !text.contains("Resident<") {
        return aliases;
    }
    for line in text.lines() {
        let line = line.trim_start();
        let Some((before, rest)) = line.split_once("type ") else {
            continue;
        };
        let is_item = before.is_empty() || before.starts_with("pub");
        let Some((name, meant)) = rest.split_once('=').filter(|_| is_item) else {
            continue;
        };
        let name = name.split('<').next().unwrap_or(name).trim();
        let wrapper = meant.split('<').next().unwrap_or(meant);
        let protection = match wrapper.rsplit("::").next().unwrap_or(wrapper).trim() {
            "Sealed" => Protection::Sealed,
            "Resident" => Protection::Resident,
            _ => continue,
        };
        aliases.push((name.to_owned(), protection));
    }
    aliases
}

/// The last word of the innermost type: `Preferences` of `Option<Json<Preferences>>`.
fn innermost(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
        let inner = arguments.args.iter().rev().find_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        });
        if let Some(inner) = inner {
            return innermost(inner);
        }
    }
    Some(last.ident.to_string()).filter(|name| !SHAPELESS.contains(&name.as_str()))
}

/// Types that say nothing of what a value holds.
const SHAPELESS: [&str; 9] = [
    "Bytes",
    "JsonValue",
    "Map",
    "RawValue",
    "String",
    "Value",
    "Vec",
    "str",
    "u8",
];

/// The names that the derive goes by in a project: its own, and those that it is imported or re-exported under.
#[derive(Clone, Debug)]
pub struct DeriveNames(Vec<String>);

impl DeriveNames {
    /// Its own name and these.
    #[must_use]
    pub fn with(others: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = others.into_iter().chain(["Boundary".to_owned()]).collect();
        names.sort_unstable();
        names.dedup();
        DeriveNames(names)
    }

    /// The other names that a file gives to the derive: `use boundary_runtime::Boundary as Classified`.
    #[must_use]
    pub fn given_in(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let renamed = memchr::memmem::find_iter(bytes, b"Boundary").filter_map(|at| {
            let rest = text
                .get(at + "Boundary".len()..)?
                .trim_start()
                .strip_prefix("as")?;
            let name = rest.strip_prefix(char::is_whitespace)?.trim_start();
            let end = name
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(name.len());
            name.get(..end)
                .filter(|name| !name.is_empty() && *name != "_")
                .map(str::to_owned)
        });
        renamed.collect()
    }

    fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.0
            .iter()
            .any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
    }

    fn has(&self, path: &syn::Path) -> bool {
        let last = path.segments.last().map(|last| last.ident.to_string());
        last.is_some_and(|last| self.0.contains(&last))
    }
}

fn says(entries: &[Entry]) -> Says {
    let category = entries.iter().find_map(|entry| match entry {
        Entry::Text { key, value } if key == "category" => Some(value.value()),
        Entry::Bare(category) => Some(category.clone()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_may_have_other_names() {
        let text = "pub type Email = boundary_runtime::Sealed<String>;\n  pub(crate) type Kept<T> = Resident<T>;\n\
                    // type No = Sealed<String>;\ntype Plain = String; // Sealed<String>\n";
        assert_eq!(
            aliases_of_wrappers(text),
            [
                ("Email".to_owned(), Protection::Sealed),
                ("Kept".to_owned(), Protection::Resident)
            ]
        );
    }

    #[test]
    fn sources_transforms_and_releases_are_read() {
        let declared = declarations(
            r#"
            #[derive(Boundary)]
            #[boundary(dataset = "totals", kind = aggregate, derived_from(crate::a::Visit, Person))]
            struct Totals {
                #[boundary(record_id)] id: i64,
                #[boundary(from(crate::a::Visit::r#type, Person::age), transform = bucket(10))]
                #[boundary(category = "user.behavior", residency = pinned(In), purpose(Billing), column = "kind")]
                #[boundary(release(cohort, deidentify = bucket(10)))]
                sort: Option<Resident<i64>>,
            }
            "#,
            &DeriveNames::with([]),
        );
        let [table] = declared.tables.as_slice() else {
            panic!("{declared:?}")
        };
        assert_eq!(
            (table.stands, table.kind.as_deref()),
            (Stands::Dataset, Some("aggregate"))
        );
        assert_eq!(table.derived_from, ["Visit", "Person"]);
        let [id, sort] = table.fields.as_slice() else {
            panic!("{table:?}")
        };
        assert!(id.from.is_empty() && id.protection == Protection::Plain);
        assert_eq!(
            (sort.column.as_str(), sort.protection),
            ("kind", Protection::Resident)
        );
        assert_eq!(sort.from, ["Visit::type", "Person::age"]);
        assert_eq!(sort.transform.as_deref(), Some("bucket(10)"));
        assert_eq!(sort.releases, ["cohort", "deidentify=bucket(10)"]);
    }

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
                    #[boundary(index_of = email, cardinality = 1_000_000, normalise(trim, lowercase))]
                    email_index: BlindIndex,
                    #[boundary(index_of = nothing, cardinality = 1_000_000, normalise(exact))]
                    astray: BlindIndex,
                }
            }
            #[derive(Boundary)]
            #[boundary(event = "customer.signed_up")]
            struct SignedUp { #[boundary(subject)] who: u64 }
            "#,
            &DeriveNames::with([]),
        );
        assert!(declared.unseen.is_empty(), "{:?}", declared.unseen);
        let [table, event] = declared.tables.as_slice() else {
            panic!("{declared:?}")
        };
        assert_eq!(
            (table.schema.as_str(), table.name.as_str()),
            ("billing", "customers")
        );
        assert_eq!((table.stands, event.stands), (Stands::Table, Stands::Event));
        assert_eq!(table.fields[4].purposes, ["Billing", "Support"]);
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
                (
                    "email_index",
                    "email_index",
                    category("user.contact.email", Residency::InCountry)
                ),
                ("astray", "astray", Says::Nothing),
            ]
        );
        assert_eq!(table.fields[7].purposes, table.fields[4].purposes);
        assert_eq!(table.fields[7].protection, Protection::BlindIndex);
    }

    #[test]
    fn a_file_that_does_not_parse_is_said_to_be_unseen() {
        let names = DeriveNames::with([]);
        let declared = declarations("// Boundary\nfn f( {", &names);
        assert_eq!(declared.unseen.len(), 1);
        assert!(declarations("fn f( {", &names).unseen.is_empty());
        assert_eq!(
            declarations(
                &format!("// Boundary\nfn f() {{ {} }}", "(".repeat(100_000)),
                &names
            )
            .unseen
            .len(),
            1
        );
    }

    #[test]
    fn the_derive_is_known_by_the_names_that_a_project_gives_it() {
        let given = "pub use boundary_runtime::{Boundary  as Classified, Sealed}; use x::Boundary as _; // Boundary assumes";
        assert_eq!(DeriveNames::given_in(given), ["Classified"]);
        let text = "#[derive(crate::Classified)] #[boundary(table = \"t\")] struct T { a: u8 }";
        let names = DeriveNames::with(DeriveNames::given_in(given));
        assert_eq!(declarations(text, &names).tables.len(), 1);
        assert_eq!(declarations(text, &DeriveNames::with([])).tables.len(), 0);
    }

    #[test]
    fn a_comment_declares_in_the_words_of_the_derive() {
        let said =
            declaration("category = user.contact.email, residency = pinned(in), purpose(billing), opaque");
        let said = said.unwrap();
        assert_eq!(
            said.says,
            Says::Category {
                category: "user.contact.email".to_owned(),
                residency: Some(Residency::Pinned("in".to_owned()))
            }
        );
        assert_eq!(
            (said.purposes, said.json),
            (vec!["billing".to_owned()], Json::Opaque)
        );
        assert_eq!(declaration("tenant").unwrap().says, Says::Role("tenant"));
        assert!(declaration("category: email").is_err());
        assert!(declaration(&"(".repeat(10_000)).is_err());
    }

    #[test]
    fn the_innermost_type_says_what_json_holds() {
        for (ty, expected) in [
            ("Option<Json<crate::Preferences>>", Some("Preferences")),
            ("serde_json::Value", None),
            ("Vec<u8>", None),
            ("HashMap<String, Setting>", Some("Setting")),
        ] {
            assert_eq!(
                innermost(&syn::parse_str(ty).unwrap()).as_deref(),
                expected,
                "{ty}"
            );
        }
    }
}
