//! What looks records up by their blind indexes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::{generics, may_read, module};
use crate::model::{Indexed, Model};

/// For each index a look-up and a renewal, and a constant in which the compiler asks whether the type can be indexed.
pub(super) fn functions(model: &Model, rt: &TokenStream) -> TokenStream {
    let indexed: Vec<Indexed<'_>> = model.indexed().collect();
    if indexed.is_empty() {
        return TokenStream::new();
    }
    let (ident, module) = (&model.ident, module(model));
    let constants = indexed.iter().map(|one| constant(model, one, rt));
    let functions = indexed.iter().map(|one| {
        let (name, ty, index) = (&one.field.ident, &one.field.ty, &one.index.ident);
        let trait_name = may_read(one.field);
        let (find, reindex) = (
            format_ident!("find_{}", name.unraw()),
            format_ident!("reindex_{}", name.unraw()),
        );
        let places = [one.field_place, one.index_place];
        let [field_place, index_place] = places;
        let find_doc = format!(
            "What the records of a tenant are looked up by whose `{}` is this value. Audited; what is found stays sealed.",
            name.unraw()
        );
        let reindex_doc = format!(
            "Makes the blind index of `{}` anew, under the newest generation of the tenant's keys.",
            name.unraw()
        );
        quote! {
            #[doc = #find_doc]
            ///
            /// # Errors
            /// If the lease has ended, or the audit log cannot take the look-up.
            pub fn #find<S>(
                session: &S,
                tenant: &#rt::TenantId,
                value: #rt::Sought<#ty>,
            ) -> ::core::result::Result<#rt::Lookup<Self, #ty>, #rt::AccessError>
            where
                S: #module::#trait_name,
            {
                #rt::RawSession::look_up(session, tenant, [#field_place, #index_place], value, |record| &record.#name)
            }

            #[doc = #reindex_doc]
            ///
            /// # Errors
            /// If the lease has ended, or the value was sealed for another place.
            pub fn #reindex<S>(&mut self, session: &S) -> ::core::result::Result<(), #rt::AccessError>
            where
                S: #module::#trait_name,
            {
                self.#index = #rt::RawSession::reindex(session, self, [#field_place, #index_place], &self.#name)?;
                ::core::result::Result::Ok(())
            }
        }
    });
    let generics = generics(model, rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #(#constants)*

        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*
        }
    }
}

/// A derive sees the name of a type only: whether its values are many is for the type to say.
fn constant(model: &Model, one: &Indexed<'_>, rt: &TokenStream) -> TokenStream {
    let (whose, name, ty) = (model.ident.unraw(), one.field.ident.unraw(), &one.field.ty);
    let never = format!(
        "`{whose}::{name}` has a blind index, and its type takes none: its values can be listed, or one value has \
         several encodings"
    );
    let no_text =
        format!("`{whose}::{name}` has a blind index, and its type is no text: write `normalise(exact)`");
    let span = one.index.ident.span();
    let bytes = match one.declared.is_exact() {
        true => quote!({}),
        false => quote_spanned!(span=> ::core::panic!(#no_text)),
    };
    quote_spanned! {span=>
        const _: () = match <#rt::Sought<#ty> as #rt::Plaintext>::INDEX_FORM {
            #rt::IndexForm::Text => {}
            #rt::IndexForm::Bytes => #bytes,
            #rt::IndexForm::Never => ::core::panic!(#never),
        };
    }
}
