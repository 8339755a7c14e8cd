//! The attributes as they are written. What they mean is for `check` to say.

use boundary_schema::{DatasetKind, Normalisation, Release, Tenancy};
use darling::ast::{Data, NestedMeta};
use darling::util::{Flag, Ignored, PathList, SpannedValue};
use darling::{FromDeriveInput, FromField, FromMeta};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Ident};

/// A struct and its `#[boundary(..)]`.
#[derive(FromDeriveInput)]
#[darling(attributes(boundary), supports(struct_named))]
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) generics: syn::Generics,
    pub(crate) data: Data<Ignored, Field>,
    pub(crate) table: Option<SpannedValue<String>>,
    pub(crate) event: Option<SpannedValue<String>>,
    pub(crate) tenancy: Option<SpannedValue<TenancyAttr>>,
    pub(crate) dataset: Option<SpannedValue<String>>,
    pub(crate) kind: Option<SpannedValue<DatasetAttr>>,
    pub(crate) derived_from: Option<SpannedValue<PathList>>,
    pub(crate) policy: Option<syn::Path>,
    pub(crate) no_implicit_prelude: Flag,
}

impl Input {
    /// Reads a derive input; every attribute that cannot be read is an error of its own.
    pub(crate) fn read(input: &syn::DeriveInput) -> Result<Self, syn::Error> {
        Self::from_derive_input(input).map_err(syn::Error::from)
    }
}

/// A field and its `#[boundary(..)]`.
#[derive(FromField)]
#[darling(attributes(boundary))]
pub(crate) struct Field {
    pub(crate) ident: Option<Ident>,
    pub(crate) vis: syn::Visibility,
    pub(crate) ty: syn::Type,
    pub(crate) record_id: Flag,
    pub(crate) tenant: Flag,
    pub(crate) subject: Flag,
    pub(crate) data_key: Flag,
    pub(crate) category: Option<SpannedValue<String>>,
    pub(crate) residency: Option<SpannedValue<ResidencyAttr>>,
    pub(crate) purpose: Option<SpannedValue<PathList>>,
    #[darling(default, multiple)]
    pub(crate) release: Vec<SpannedValue<ReleaseAttr>>,
    pub(crate) from: Option<SpannedValue<PathList>>,
    pub(crate) transform: Option<SpannedValue<TransformAttr>>,
    pub(crate) column: Option<SpannedValue<String>>,
    pub(crate) index_of: Option<SpannedValue<FieldAttr>>,
    pub(crate) cardinality: Option<SpannedValue<u64>>,
    pub(crate) normalise: Option<SpannedValue<NormaliseAttr>>,
    /// A JSON value is classified as a whole, whatever it holds: a word for the lint.
    #[allow(dead_code, reason = "the lint reads it from the source")]
    pub(crate) opaque: Flag,
}

/// `tenancy = tenant` or `tenancy = global`.
#[derive(Clone, Copy)]
pub(crate) struct TenancyAttr(pub(crate) Tenancy);

impl FromMeta for TenancyAttr {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match word(expr).as_deref() {
            Some("tenant") => Ok(Self(Tenancy::Tenant)),
            Some("global") => Ok(Self(Tenancy::Global)),
            _ => Err(error(
                expr.span(),
                "tenancy is `tenant` (rows pinned to a region) or `global` (replicated)",
            )),
        }
    }
}

/// `kind = aggregate | features | index | embedding | log`.
#[derive(Clone, Copy)]
pub(crate) struct DatasetAttr(pub(crate) DatasetKind);

impl FromMeta for DatasetAttr {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let written = word(expr).unwrap_or_default();
        DatasetKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == written)
            .map(Self)
            .ok_or_else(|| {
                error(
                    expr.span(),
                    "kind is `aggregate`, `features`, `index`, `embedding` or `log`",
                )
            })
    }
}

/// `residency = global | regional | in_country | pinned(Region)`.
pub(crate) enum ResidencyAttr {
    Global,
    Regional,
    InCountry,
    Pinned(Ident),
}

impl FromMeta for ResidencyAttr {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let wrong = || {
            error(
                expr.span(),
                "residency is `global`, `regional`, `in_country` or `pinned(Region)`",
            )
        };
        if let Some((name, argument)) = call(expr) {
            return match (name.as_str(), argument) {
                ("pinned", Expr::Path(region)) => region
                    .path
                    .get_ident()
                    .cloned()
                    .map(Self::Pinned)
                    .ok_or_else(wrong),
                _ => Err(wrong()),
            };
        }
        match word(expr).as_deref() {
            Some("global") => Ok(Self::Global),
            Some("regional") => Ok(Self::Regional),
            Some("in_country") => Ok(Self::InCountry),
            _ => Err(wrong()),
        }
    }
}

/// `release(cohort)`, `release(deidentify = bucket(10))`, or both in one.
#[derive(Clone, Default)]
pub(crate) struct ReleaseAttr(pub(crate) Vec<Release>);

impl FromMeta for ReleaseAttr {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let help = "release is `cohort` or `deidentify = bucket(width)`, with a width of at least 2";
        let mut releases = Vec::new();
        for item in items {
            let release = match item {
                NestedMeta::Meta(syn::Meta::Path(path)) if path.is_ident("cohort") => Some(Release::Cohort),
                NestedMeta::Meta(syn::Meta::NameValue(pair)) if pair.path.is_ident("deidentify") => {
                    bucket(&pair.value).map(Release::Bucket)
                }
                _ => None,
            };
            releases.push(release.ok_or_else(|| error(item.span(), help))?);
        }
        if releases.is_empty() {
            Err(darling::Error::custom(help))
        } else {
            Ok(Self(releases))
        }
    }
}

/// `transform = cohort` or `transform = bucket(10)`.
#[derive(Clone, Copy)]
pub(crate) struct TransformAttr(pub(crate) Release);

impl FromMeta for TransformAttr {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match word(expr).as_deref() {
            Some("cohort") => Some(Release::Cohort),
            _ => bucket(expr).map(Release::Bucket),
        }
        .map(Self)
        .ok_or_else(|| {
            error(
                expr.span(),
                "transform is `cohort` or `bucket(width)`, as the source's `release` declares it",
            )
        })
    }
}

/// `index_of = email`: a field of the same struct.
pub(crate) struct FieldAttr(pub(crate) Ident);

impl FromMeta for FieldAttr {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(path) => path.path.get_ident().cloned().map(Self),
            _ => None,
        }
        .ok_or_else(|| {
            error(
                expr.span(),
                "`index_of` names a field of this struct: `index_of = email`",
            )
        })
    }
}

/// `normalise(trim, lowercase)`.
pub(crate) struct NormaliseAttr(pub(crate) Vec<Normalisation>);

impl FromMeta for NormaliseAttr {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let help = || format!("a normalisation is of {}", Normalisation::WORDS.join(", "));
        let step = |item: &NestedMeta| match item {
            NestedMeta::Meta(syn::Meta::Path(path)) => path.get_ident()?.to_string().parse().ok(),
            _ => None,
        };
        let steps = items
            .iter()
            .map(|item| step(item).ok_or_else(|| error(item.span(), &help())));
        let steps = steps.collect::<darling::Result<Vec<Normalisation>>>()?;
        if steps.is_empty() {
            Err(darling::Error::custom(help()))
        } else {
            Ok(Self(steps))
        }
    }
}

/// The width in `bucket(width)`.
fn bucket(expr: &Expr) -> Option<u64> {
    let (name, argument) = call(expr)?;
    let Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Int(width),
        ..
    }) = argument
    else {
        return None;
    };
    let width = width.base10_parse().ok().filter(|width| *width >= 2)?;
    (name == "bucket").then_some(width)
}

fn word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// Name and only argument of a call such as `pinned(In)`.
fn call(expr: &Expr) -> Option<(String, &Expr)> {
    let Expr::Call(call) = expr else { return None };
    let mut arguments = call.args.iter();
    match (word(&call.func), arguments.next(), arguments.next()) {
        (Some(name), Some(argument), None) => Some((name, argument)),
        _ => None,
    }
}

fn error(span: Span, message: &str) -> darling::Error {
    darling::Error::custom(message).with_span(&span)
}
