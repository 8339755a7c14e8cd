//! What a model says of itself to stores, queues and the gate.

use boundary_schema::{FieldRole, Tenancy};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Roles, declaration, generics, quiet};
use crate::model::Model;

/// `Record`, and `TenantRecord` or `GlobalRecord`.
pub(super) fn impls(model: &Model, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let generics = generics(model, rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let quiet = quiet(model);
    let declaration = declaration::expression(model, rt);
    let columns: Vec<_> = model
        .declared()
        .filter(|field| !field.is(FieldRole::DataKey))
        .collect();
    let names: Vec<_> = columns.iter().map(|field| &field.ident).collect();
    let cells: Vec<_> = (0..columns.len())
        .map(|index| format_ident!("cell_{index}"))
        .collect();
    let wrong = format!("a row of {} columns", columns.len());
    let from_cells = quote! {
        let [#(#cells),*] = cells else {
            return ::core::result::Result::Err(#rt::DecodeError::new(#wrong));
        };
    };
    let markers = model
        .fields
        .iter()
        .filter(|field| !field.is_stored())
        .map(|field| &field.ident);
    let read = quote! {
        #(#names: #rt::Column::from_cell(#cells)?,)*
        #(#markers: ::core::marker::PhantomData,)*
    };
    let protections = protections(model, rt);
    let specific = match (model.tenancy, Roles::of(model)) {
        (
            Tenancy::Tenant,
            Some(
                ref roles @ Roles {
                    tenant,
                    subject,
                    data_key,
                    ..
                },
            ),
        ) => {
            let identifier = roles.identifier();
            let record_id = match roles.record_id.len() {
                1 => quote!(#rt::RecordId::canonical(&#identifier)),
                _ => quote!(::std::borrow::Cow::Owned(#rt::RecordId::canonical(&#identifier).into_owned())),
            };
            quote! {
            #[automatically_derived]
            impl #impl_generics #rt::TenantRecord for #ident #ty_generics #where_clause {
                fn tenant(&self) -> &#rt::TenantId {
                    &self.#tenant
                }
                fn subject(&self) -> &#rt::SubjectId {
                    &self.#subject
                }
                fn data_key(&self) -> &#rt::DataKey {
                    &self.#data_key
                }
                fn record_id(&self) -> ::std::borrow::Cow<'_, str> {
                    #record_id
                }
                fn from_cells(
                    cells: &[#rt::Cell],
                    data_key: #rt::DataKey,
                ) -> ::core::result::Result<Self, #rt::DecodeError> {
                    #from_cells
                    ::core::result::Result::Ok(Self { #read #data_key: data_key })
                }
            }
            }
        }
        _ => quote! {
            #[automatically_derived]
            impl #impl_generics #rt::GlobalRecord for #ident #ty_generics #where_clause {
                fn from_cells(cells: &[#rt::Cell]) -> ::core::result::Result<Self, #rt::DecodeError> {
                    #from_cells
                    ::core::result::Result::Ok(Self { #read })
                }
            }
        },
    };
    quote! {
        #[automatically_derived]
        #quiet
        impl #impl_generics #rt::Record for #ident #ty_generics #where_clause {
            // One `static`: the vault knows a declaration by its address.
            const DECLARATION: &'static #rt::Declaration = {
                static DECLARATION: #rt::Declaration = #declaration;
                &DECLARATION
            };

            fn cells(&self) -> ::std::vec::Vec<#rt::Cell> {
                #protections
                ::std::vec![#(#rt::Column::to_cell(&self.#names)),*]
            }
        }

        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            /// What this model declares.
            pub const DECLARATION: &'static #rt::Declaration = <Self as #rt::Record>::DECLARATION;
        }

        #specific
    }
}

/// Holds the compiler to the wrappers that the declaration goes by: it cannot ask a type that depends on a parameter, so
/// it trusts a name, under which another type may hide.
fn protections(model: &Model, rt: &TokenStream) -> TokenStream {
    let asserted = model
        .declared()
        .filter(|field| field.parametric && field.guarded().is_some())
        .map(|field| {
            let (name, ty) = (&field.ident, with_own_wrapper(&field.ty, rt));
            quote_spanned!(field.ty.span()=> let _: &#ty = &self.#name;)
        });
    quote!(#(#asserted)*)
}

/// A type with its wrapper named by the path of the runtime: `Option<Sealed<T>>` as `Option<::boundary_runtime::Sealed<T>>`.
fn with_own_wrapper(ty: &syn::Type, rt: &TokenStream) -> TokenStream {
    let syn::Type::Path(path) = ty else {
        return quote!(#ty);
    };
    let Some(segment) = path.path.segments.last() else {
        return quote!(#ty);
    };
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) if segment.ident == "Option" => {
            let inner = arguments.args.iter().map(|argument| match argument {
                syn::GenericArgument::Type(ty) => with_own_wrapper(ty, rt),
                other => quote!(#other),
            });
            quote!(::core::option::Option<#(#inner),*>)
        }
        _ => quote!(#rt::#segment),
    }
}
