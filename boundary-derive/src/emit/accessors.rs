//! The typed accessors of a model's guarded fields, each bound by the trait of the sessions that may.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::{generics, guarded, may_read, module};
use crate::model::Model;

/// A getter and a setter for each guarded field.
pub(super) fn functions(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, module) = (&model.ident, module(model));
    let functions = guarded(model).map(|(index, field, class)| {
        let (name, ty, trait_name) = (&field.ident, &field.ty, may_read(field));
        let setter = format_ident!("set_{}", name.unraw());
        let what = format!("`{}`, residency {}", class.category, class.residency.words());
        let get_doc = format!("Opens `{}`: {what}. Audited.", name.unraw());
        let set_doc = format!("Seals a new `{}`: {what}.", name.unraw());
        // Both are made before either is kept, so a setter that fails has changed nothing.
        let (made, kept) = model.indexed().find(|one| one.field_place == index).map_or_else(Default::default, |one| {
            let (column, place) = (&one.index.ident, one.index_place);
            (
                quote!(let __index = #rt::RawSession::index::<_, #ty>(session, self, #place, &value)?;),
                quote!(self.#column = __index;),
            )
        });
        quote! {
            #[doc = #get_doc]
            ///
            /// # Errors
            /// If the grant does not hold, the lease has ended, or the value was sealed for another place.
            pub fn #name<S, G>(&self, session: &S, grant: &G) -> #rt::Opened<#ty>
            where
                S: #module::#trait_name,
                G: #rt::GrantFor<S>,
            {
                #rt::RawSession::open(session, self, #index, &self.#name, grant)
            }

            #[doc = #set_doc]
            ///
            /// # Errors
            /// If the lease has ended, or the record is of another region.
            pub fn #setter<S>(&mut self, session: &S, value: #rt::Given<#ty>) -> ::core::result::Result<(), #rt::AccessError>
            where
                S: #module::MayWrite,
            {
                #made
                self.#name = #rt::RawSession::reseal(session, self, #index, value)?;
                #kept
                ::core::result::Result::Ok(())
            }
        }
    });
    let generics = generics(model, rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*
        }
    }
}
