//! The grammar of `#[boundary(…)]`, as far as the lint needs it. The derive checks the rest.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Token};

/// Where the raw form of a value may be, as declared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Residency {
    /// Anywhere.
    Global,
    /// In the jurisdiction of the subject.
    Regional,
    /// In the region of the subject.
    InCountry,
    /// In this region.
    Pinned(String),
}

impl std::fmt::Display for Residency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Residency::Global => f.write_str("global"),
            Residency::Regional => f.write_str("regional"),
            Residency::InCountry => f.write_str("in_country"),
            Residency::Pinned(region) => write!(f, "pinned({region})"),
        }
    }
}

impl Residency {
    /// Whether `self` lets the raw value be in more places than `other`.
    #[must_use]
    pub fn is_weaker_than(&self, other: &Residency) -> bool {
        let rank = |residency: &Residency| match residency {
            Residency::Global => 0,
            Residency::Regional => 1,
            Residency::InCountry => 2,
            Residency::Pinned(_) => 3,
        };
        rank(self) < rank(other)
    }
}

/// One entry of `#[boundary(…)]`.
pub(super) enum Entry {
    /// `record_id`.
    Word(String),
    /// `category = "…"`.
    Text { key: String, value: LitStr },
    /// `residency = …`.
    Residency(Residency),
    /// A category that is written without quotes, as comments in SQL may.
    Bare(String),
    /// `purpose(Billing, Support)`.
    Purposes(Vec<String>),
    /// `tenancy = global`.
    Tenancy(String),
    /// `release(cohort, deidentify = bucket(10))`, each way without spaces.
    Release(Vec<String>),
    /// `derived_from(Person, Order)`: structs.
    DerivedFrom(Vec<String>),
    /// `from(Person::name)`: fields of structs.
    From(Vec<String>),
    /// `kind = aggregate`.
    Kind(String),
    /// `index_of = email`: a field of the same struct.
    IndexOf(String),
    /// `transform = bucket(10)`, without spaces.
    Transform(String),
    /// Anything else that the grammar has and the lint does not need.
    Other,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
        if input.peek(syn::token::Paren) {
            let inside;
            syn::parenthesized!(inside in input);
            if key == "purpose" {
                let paths = Punctuated::<syn::Path, Token![,]>::parse_terminated(&inside)?;
                let last = |path: &syn::Path| path.segments.last().map(|last| last.ident.to_string());
                return Ok(Entry::Purposes(paths.iter().filter_map(last).collect()));
            }
            if ["release", "derived_from", "from"].iter().any(|word| key == word) {
                let parts = Punctuated::<Expr, Token![,]>::parse_terminated(&inside)?;
                let parts = parts.iter().map(without_spaces);
                return Ok(match key.to_string().as_str() {
                    "release" => Entry::Release(parts.collect()),
                    // Structs are known by their last word, fields by theirs behind it.
                    "from" => Entry::From(parts.map(|path| last_words(&path, 2)).collect()),
                    _ => Entry::DerivedFrom(parts.map(|path| last_words(&path, 1)).collect()),
                });
            }
            inside.parse::<proc_macro2::TokenStream>()?;
            return Ok(Entry::Other);
        }
        if !input.peek(Token![=]) {
            return Ok(Entry::Word(key.to_string()));
        }
        input.parse::<Token![=]>()?;
        if input.peek(LitStr) {
            return Ok(Entry::Text {
                key: key.to_string(),
                value: input.parse()?,
            });
        }
        if key == "residency" {
            // A region may have the name of a keyword: `pinned(in)`.
            let ahead = input.fork();
            let word = ahead.call(<Ident as syn::ext::IdentExt>::parse_any);
            if word.is_ok_and(|word| word == "pinned") && ahead.peek(syn::token::Paren) {
                input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
                let inside;
                syn::parenthesized!(inside in input);
                let region = match inside.peek(LitStr) {
                    true => inside.parse::<LitStr>()?.value(),
                    false => inside.call(<Ident as syn::ext::IdentExt>::parse_any)?.to_string(),
                };
                return Ok(Entry::Residency(Residency::Pinned(region.to_ascii_lowercase())));
            }
        }
        let value: Expr = input.parse()?;
        if key == "category" {
            let error = || syn::Error::new(value.span(), "expected the key of a category");
            return dotted(&value).map(Entry::Bare).ok_or_else(error);
        }
        if key == "transform" {
            return Ok(Entry::Transform(without_spaces(&value)));
        }
        if key == "index_of" {
            let field = |name: String| Entry::IndexOf(last_words(&name, 1));
            return Ok(dotted(&value).map_or(Entry::Other, field));
        }
        if key == "kind" {
            return Ok(dotted(&value).map_or(Entry::Other, Entry::Kind));
        }
        if key == "tenancy" {
            return Ok(dotted(&value).map_or(Entry::Other, Entry::Tenancy));
        }
        if key != "residency" {
            return Ok(Entry::Other);
        }
        residency(&value).map(Entry::Residency)
    }
}

/// The tokens of an expression, written without spaces: `deidentify=bucket(10)`.
fn without_spaces(value: &Expr) -> String {
    quote::ToTokens::to_token_stream(value)
        .to_string()
        .replace(' ', "")
}

/// The last words of a path: `Person::name` of `model::Person::name`.
fn last_words(path: &str, count: usize) -> String {
    let words = path
        .split("::")
        .map(|word| word.strip_prefix("r#").unwrap_or(word));
    let words: Vec<&str> = words.collect();
    words
        .get(words.len().saturating_sub(count)..)
        .unwrap_or(&words)
        .join("::")
}

/// `user.contact.email`, as Rust reads it: a field of a field.
fn dotted(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(format!("{}.{name}", dotted(&field.base)?)),
            syn::Member::Unnamed(_) => None,
        },
        _ => None,
    }
}

fn residency(value: &Expr) -> syn::Result<Residency> {
    let word = |expr: &Expr| match expr {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    };
    let found = match word(value).as_deref() {
        Some("global") => Some(Residency::Global),
        Some("regional") => Some(Residency::Regional),
        Some("in_country") => Some(Residency::InCountry),
        _ => None,
    };
    found.ok_or_else(|| {
        syn::Error::new(
            value.span(),
            "expected global, regional, in_country or pinned(Region)",
        )
    })
}
