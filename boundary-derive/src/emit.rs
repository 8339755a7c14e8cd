//! The code of a model. Small, because every struct of every model pays for it at each compilation.

mod accessors;
mod declaration;
mod indexes;
mod lineage;
mod new;
mod readers;
mod record;
mod releases;

use boundary_schema::FieldRole;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;
use syn::ext::IdentExt;

use crate::model::{Classification, Field, Model, snake_case, title_case};

/// Everything that `#[derive(Boundary)]` makes of a model.
pub(crate) fn expand(model: &Model, rt: &TokenStream) -> TokenStream {
    let record = record::impls(model, rt);
    let lineage = lineage::constants(model, rt);
    let Some(roles) = Roles::of(model) else {
        return quote!(#record #lineage);
    };
    let readers = readers::module(model, rt);
    let accessors = accessors::functions(model, rt);
    let releases = releases::impls(model, rt);
    let indexes = indexes::functions(model, rt);
    let new = new::item(model, &roles, rt);
    quote!(#record #lineage #readers #accessors #releases #indexes #new)
}

/// What stands in for a model with mistakes, so that others which name it add no message of their own.
pub(crate) fn instead(input: &syn::DeriveInput, rt: &TokenStream) -> TokenStream {
    let (ident, (impl_generics, ty_generics, where_clause)) = (&input.ident, input.generics.split_for_impl());
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Record for #ident #ty_generics #where_clause {
            const DECLARATION: &'static #rt::Declaration = {
                static DECLARATION: #rt::Declaration = #rt::Declaration {
                    kind: #rt::schema::Kind::Table,
                    name: "",
                    tenancy: #rt::schema::Tenancy::Global,
                    rust: "",
                    file: "",
                    line: 0,
                    policy: ::core::option::Option::None,
                    derived_from: &[],
                    fields: &[],
                };
                &DECLARATION
            };

            fn cells(&self) -> ::std::vec::Vec<#rt::Cell> {
                ::std::vec::Vec::new()
            }
        }

        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            /// What this model declares, once its mistakes are mended.
            pub const DECLARATION: &'static #rt::Declaration = <Self as #rt::Record>::DECLARATION;
        }
    }
}

/// The fields that play the roles of a tenant's record.
struct Roles<'m> {
    /// The parts of the record's identifier.
    record_id: Vec<&'m Ident>,
    tenant: &'m Ident,
    subject: &'m Ident,
    data_key: &'m Ident,
}

impl<'m> Roles<'m> {
    /// The roles, which `check` has made sure of for every record of a tenant.
    fn of(model: &'m Model) -> Option<Self> {
        let ident = |role| model.role(role).map(|field| &field.ident);
        Some(Self {
            record_id: model
                .roles(FieldRole::RecordId)
                .map(|field| &field.ident)
                .collect(),
            tenant: ident(FieldRole::Tenant)?,
            subject: ident(FieldRole::Subject)?,
            data_key: ident(FieldRole::DataKey)?,
        })
    }

    /// The identifier as one value: the field itself, or a tuple of references to its parts.
    fn identifier(&self) -> TokenStream {
        match self.record_id.as_slice() {
            [only] => quote!(self.#only),
            parts => quote!((#(&self.#parts),*)),
        }
    }
}

/// The generics of the impls: those of the struct, and what the fields whose types depend on them must be able to do.
fn generics(model: &Model, rt: &TokenStream) -> syn::Generics {
    let mut generics = model.generics.clone();
    for field in model.declared().filter(|field| field.parametric) {
        let ty = &field.ty;
        let mut bounds = quote!(#rt::Column);
        if field.guarded().is_some() {
            bounds.extend(quote!(+ #rt::Guarded));
        }
        if field.is(FieldRole::RecordId) {
            bounds.extend(quote!(+ #rt::RecordId));
        }
        generics
            .make_where_clause()
            .predicates
            .push(syn::parse_quote!(#ty: #bounds));
    }
    generics
}

/// The fields that are kept closed, with their positions in the declaration.
fn guarded(model: &Model) -> impl Iterator<Item = (usize, &Field, &Classification)> {
    model
        .declared()
        .enumerate()
        .filter_map(|(index, field)| Some((index, field, field.guarded()?)))
}

/// Keeps an impl out of messages: one that listed what may would hide the one that says why this may not.
fn quiet(model: &Model) -> TokenStream {
    if model.diagnostics {
        quote!(#[diagnostic::do_not_recommend])
    } else {
        TokenStream::new()
    }
}

/// The module that holds a model's traits and types.
fn module(model: &Model) -> Ident {
    format_ident!(
        "{}",
        snake_case(&model.ident.unraw().to_string()),
        span = model.ident.span()
    )
}

/// The type that stands for a field, and the last part of its traits' names.
fn title(field: &Field) -> Ident {
    format_ident!("{}", title_case(&field.ident.unraw().to_string()))
}

/// The trait of sessions that may read a field.
fn may_read(field: &Field) -> Ident {
    format_ident!("MayRead{}", title(field))
}
