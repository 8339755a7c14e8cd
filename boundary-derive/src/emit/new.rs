//! The `New…` struct: a record before it is sealed.

use boundary_schema::FieldRole;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::{Roles, generics, guarded, module};
use crate::model::{Content, Field, Model};

/// The struct, and the `seal` that encrypts on write.
pub(super) fn item(model: &Model, roles: &Roles<'_>, rt: &TokenStream) -> TokenStream {
    let (ident, vis, module) = (&model.ident, &model.vis, module(model));
    let new = format_ident!("New{}", ident.unraw(), span = ident.span());
    let generics = generics(model, rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let given: Vec<&Field> = model.fields.iter().filter(|field| is_given(field)).collect();
    let members = given.iter().map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        match field.guarded() {
            Some(class) => {
                let doc = format!("`{}`, to be sealed.", class.category);
                quote!(#[doc = #doc] pub #name: #rt::Given<#ty>)
            }
            None => quote!(#[doc = "Kept as it is."] pub #name: #ty),
        }
    });
    let sealed = guarded(model).map(|(index, field, _)| {
        let (name, ty) = (&field.ident, &field.ty);
        let indexed = model.indexed().find(|one| one.field_place == index).map(|one| {
            let (index, place) = (&one.index.ident, one.index_place);
            quote!(let #index = __boundary.index::<#ty>(#place, &self.#name)?;)
        });
        quote! {
            #indexed
            let #name = __boundary.close::<#ty>(#index, self.#name)?;
        }
    });
    let mutable = guarded(model).next().map(|_| quote!(mut));
    let indexes = model.indexed().map(|one| &one.index.ident);
    let kept = given.iter().map(|field| {
        let name = &field.ident;
        match field.guarded() {
            Some(_) => quote!(#name),
            None => quote!(#name: self.#name),
        }
    });
    let (tenant, subject, data_key) = (roles.tenant, roles.subject, roles.data_key);
    let identifier = roles.identifier();
    let doc = format!(
        "A [`{}`] before it is sealed. Tenant and subject come with the residence.",
        ident.unraw()
    );
    quote! {
        #[doc = #doc]
        #vis struct #new #impl_generics #where_clause {
            #(#members,)*
        }

        #[automatically_derived]
        impl #impl_generics #new #ty_generics #where_clause {
            /// Seals the record under a fresh data key, in the region of the residence.
            ///
            /// # Errors
            /// If the residence is in another region than the session, or the session's lease has ended.
            pub fn seal<S>(
                self,
                session: &S,
                residence: &#rt::control::Residence,
            ) -> ::core::result::Result<#ident #ty_generics, #rt::AccessError>
            where
                S: #module::MayWrite,
            {
                let #mutable __boundary = #rt::RawSession::start(
                    session,
                    <#ident #ty_generics as #rt::Record>::DECLARATION,
                    residence,
                    &#identifier,
                )?;
                #(#sealed)*
                let (#tenant, #subject, #data_key) = __boundary.finish();
                ::core::result::Result::Ok(#ident { #(#kept,)* #(#indexes,)* #tenant, #subject, #data_key })
            }
        }
    }
}

/// Tenant and subject come with the residence, data key and blind indexes from the vault; the rest is given.
fn is_given(field: &Field) -> bool {
    !matches!(field.content, Content::Index(_))
        && ![FieldRole::Tenant, FieldRole::Subject, FieldRole::DataKey]
            .iter()
            .any(|role| field.is(*role))
}
