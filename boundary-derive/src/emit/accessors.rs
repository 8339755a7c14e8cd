//! Accessors: the traits that say which session may, and the functions bound by them.

use boundary_schema::{FieldRole, Release};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::record::Roles;
use super::{may_read, module, title};
use crate::model::{Classification, Field, Model, Residency};

/// The module with the traits, the functions of the struct, and the `New…` struct. Nothing for a global table.
pub(super) fn items(model: &Model, rt: &TokenStream) -> TokenStream {
    let Some(roles) = Roles::of(model) else {
        return TokenStream::new();
    };
    let traits = traits(model, rt);
    let leave = leave(model, rt);
    let functions = functions(model, rt);
    let releases = releases(model, rt);
    let new = new_struct(model, &roles, rt);
    quote!(#traits #leave #functions #releases #new)
}

/// The fields that are kept closed, with their positions in the declaration.
fn guarded(model: &Model) -> impl Iterator<Item = (usize, &Field, &Classification)> {
    model
        .fields
        .iter()
        .enumerate()
        .filter_map(|(index, field)| Some((index, field, field.guarded()?)))
}

fn traits(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, vis, module) = (model.ident.unraw(), &model.vis, module(model));
    let readers = guarded(model).map(|(_, field, class)| {
        let (name, field_name) = (may_read(field), field.ident.unraw());
        let message = format!("`{ident}::{field_name}` may not be read in the clear by this session");
        let label = "the session that asks is a `{Self}`";
        let purposes = class.purposes.iter().map(|(_, name)| name.to_string()).collect::<Vec<_>>().join(", ");
        let what = format!(
            "`{field_name}` is `{}` ({}), residency {}, for {purposes}; declared at {}:{}",
            class.category,
            class.sensitivity,
            class.residency.words(),
            model.file(),
            field.line(),
        );
        let who = match &class.residency {
            Residency::Pinned(_, region) => format!(
                "it opens in region {region} only: `Session<InCountry<{region}>, …>` for one of these purposes, from \
                 that region's vault"
            ),
            _ => "it opens in its subject's region only: `Session<InCountry<…>, …>` for one of these purposes, from \
                  that region's vault"
                .to_owned(),
        };
        let ways = format!(
            "outside its region there are two ways, both made by the region's gate: a cohort ({}), or a de-identified \
             value ({})",
            way(class, |release| matches!(release, Release::Cohort), "release(cohort)"),
            way(class, |release| matches!(release, Release::Bucket(_)), "release(deidentify = …)"),
        );
        let doc = format!("Sessions that may read [`{ident}::{field_name}`](super::{ident}::{field_name}).");
        quote! {
            #[doc = #doc]
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #what, note = #who, note = #ways)]
            pub trait #name: #rt::RawSession {}
        }
    });
    let markers = guarded(model)
        .filter(|(.., class)| !class.releases.is_empty())
        .map(|(_, field, _)| {
            let (name, field_name) = (title(field), field.ident.unraw());
            let doc = format!("The field `{field_name}`, for the gate.");
            quote! {
                #[doc = #doc]
                #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
                pub struct #name;
            }
        });
    let module_doc = format!("Who may read and write [`{ident}`], and its fields that may be released.");
    let write_doc = format!("Sessions that may write [`{ident}`](super::{ident}).");
    let write_message = format!("`{ident}` may not be written by this session");
    let write_place = format!("declared at {}:{}", model.file(), model.line());
    quote! {
        #[doc = #module_doc]
        #vis mod #module {
            #(#readers)*

            #[doc = #write_doc]
            #[diagnostic::on_unimplemented(
                message = #write_message,
                label = "the session that asks is a `{Self}`",
                note = #write_place,
                note = "records are sealed in their subject's region, with a session from that region's vault"
            )]
            pub trait MayWrite: #rt::RawSession {}

            #(#markers)*
        }
    }
}

fn way(class: &Classification, is: impl Fn(&Release) -> bool, attribute: &str) -> String {
    if class.releases.iter().any(is) {
        format!("declared: `{attribute}`")
    } else {
        format!("`{attribute}` is not declared for this field")
    }
}

/// Which sessions have the traits.
fn leave(model: &Model, rt: &TokenStream) -> TokenStream {
    let (policy, module) = (&model.policy, module(model));
    let readers = guarded(model).flat_map(|(_, field, class)| {
        let (name, module) = (may_read(field), &module);
        class.purposes.iter().map(move |(_, purpose)| match &class.residency {
            Residency::Pinned(_, region) => quote! {
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #module::#name for #rt::Session<#rt::InCountry<#policy::region::#region>, #policy::purpose::#purpose> {}
            },
            _ => quote! {
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl<R: #policy::region::Declared> #module::#name
                    for #rt::Session<#rt::InCountry<R>, #policy::purpose::#purpose> {}
            },
        })
    });
    quote! {
        #(#readers)*

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<R: #policy::region::Declared, U: #policy::purpose::Declared> #module::MayWrite
            for #rt::Session<#rt::InCountry<R>, U> {}
    }
}

fn functions(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, module) = (&model.ident, module(model));
    let functions = guarded(model).map(|(index, field, class)| {
        let (name, ty, trait_name) = (&field.ident, &field.ty, may_read(field));
        let setter = format_ident!("set_{}", name.unraw());
        let what = format!("`{}`, residency {}", class.category, class.residency.words());
        let get_doc = format!("Opens `{}`: {what}. Audited.", name.unraw());
        let set_doc = format!("Seals a new `{}`: {what}.", name.unraw());
        quote! {
            #[doc = #get_doc]
            ///
            /// # Errors
            /// If the grant does not hold, the session's lease has ended, or the value was not sealed for this field
            /// of this record.
            pub fn #name<S, G>(
                &self,
                session: &S,
                grant: &G,
            ) -> ::core::result::Result<<#ty as #rt::Guarded>::Opened, #rt::AccessError>
            where
                S: #module::#trait_name,
                G: #rt::GrantFor<S>,
            {
                #rt::RawSession::open(session, self, #index, &self.#name, grant)
            }

            #[doc = #set_doc]
            ///
            /// # Errors
            /// If the session's lease has ended or the record is of another region.
            pub fn #setter<S>(
                &mut self,
                session: &S,
                value: <#ty as #rt::Guarded>::Value,
            ) -> ::core::result::Result<(), #rt::AccessError>
            where
                S: #module::MayWrite,
            {
                self.#name = #rt::RawSession::reseal(session, self, #index, value)?;
                ::core::result::Result::Ok(())
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #ident {
            #(#functions)*
        }
    }
}

fn releases(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, module) = (&model.ident, module(model));
    let fields = guarded(model)
        .filter(|(.., class)| !class.releases.is_empty())
        .map(|(index, field, _)| {
            let (name, title, ty) = (&field.ident, title(field), &field.ty);
            quote! {
                #[automatically_derived]
                impl #rt::ReleasableField for #module::#title {
                    type Record = #ident;
                    type Wrapper = #ty;
                    const FIELD: usize = #index;

                    fn wrapper(record: &#ident) -> &#ty {
                        &record.#name
                    }
                }
            }
        });
    quote!(#(#fields)*)
}

fn new_struct(model: &Model, roles: &Roles<'_>, rt: &TokenStream) -> TokenStream {
    let (ident, vis, module) = (&model.ident, &model.vis, module(model));
    let new = format_ident!("New{}", ident.unraw(), span = ident.span());
    let Roles {
        record_id,
        tenant,
        subject,
        data_key,
    } = roles;
    let given: Vec<_> = model
        .fields
        .iter()
        .filter(|field| {
            ![FieldRole::Tenant, FieldRole::Subject, FieldRole::DataKey]
                .iter()
                .any(|role| field.is(*role))
        })
        .collect();
    let members = given.iter().map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        let doc = match field.guarded() {
            Some(class) => format!("`{}`, to be sealed.", class.category),
            None => "Kept as it is.".to_owned(),
        };
        let ty = if field.guarded().is_some() {
            quote!(<#ty as #rt::Guarded>::Value)
        } else {
            quote!(#ty)
        };
        quote!(#[doc = #doc] pub #name: #ty)
    });
    let sealed = guarded(model).map(|(index, field, _)| {
        let (name, ty) = (&field.ident, &field.ty);
        quote!(let #name = __boundary.close::<#ty>(#index, self.#name)?;)
    });
    let kept = given.iter().map(|field| {
        let name = &field.ident;
        if field.guarded().is_some() {
            quote!(#name)
        } else {
            quote!(#name: self.#name)
        }
    });
    let doc = format!(
        "A [`{}`] before it is sealed. Tenant and subject come with the residence.",
        ident.unraw()
    );
    quote! {
        #[doc = #doc]
        #vis struct #new {
            #(#members,)*
        }

        #[automatically_derived]
        impl #new {
            /// Seals the record under a fresh data key, in the region of the residence.
            ///
            /// # Errors
            /// If the residence is in another region than the session, or the session's lease has ended.
            pub fn seal<S>(
                self,
                session: &S,
                residence: &#rt::control::Residence,
            ) -> ::core::result::Result<#ident, #rt::AccessError>
            where
                S: #module::MayWrite,
            {
                let __boundary = #rt::RawSession::start(
                    session,
                    <#ident as #rt::Record>::DECLARATION,
                    residence,
                    &self.#record_id,
                )?;
                #(#sealed)*
                let (#tenant, #subject, #data_key) = __boundary.finish();
                ::core::result::Result::Ok(#ident { #(#kept,)* #tenant, #subject, #data_key })
            }
        }
    }
}
