//! The module of a model: the traits that say which session may, and the types that stand for its fields.

use boundary_schema::Release;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::{guarded, may_read, module as module_of, quiet, title};
use crate::model::{Classification, Field, Model, Residency};

/// The module, and the sessions that have its traits.
pub(super) fn module(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, vis, module) = (model.ident.unraw(), &model.vis, module_of(model));
    let readers = guarded(model).map(|(_, field, class)| reader(model, field, class, rt));
    let write = writer(model, rt);
    let fields = guarded(model).map(|(_, field, class)| {
        let name = title(field);
        let doc = format!(
            "The field `{}` (`{}`), for the gate.",
            field.ident.unraw(),
            class.category
        );
        quote! {
            #[doc = #doc]
            pub struct #name;
        }
    });
    let leave = leave(model, rt);
    let doc = format!("Who may read and write [`{ident}`], and its fields as types.");
    quote! {
        #[doc = #doc]
        #vis mod #module {
            #(#readers)*
            #write
            #(#fields)*
        }
        #leave
    }
}

/// The trait of sessions that may read a field, with the message for those that may not.
fn reader(model: &Model, field: &Field, class: &Classification, rt: &TokenStream) -> TokenStream {
    let (ident, field_name, name) = (model.ident.unraw(), field.ident.unraw(), may_read(field));
    let purposes = class
        .purposes
        .iter()
        .map(|(_, name)| name.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let what = format!(
        "`{field_name}` is `{}` ({}), residency {}, for {purposes}; declared at {}:{}",
        class.category,
        class.sensitivity,
        class.residency.words(),
        model.file(),
        field.line(),
    );
    let (region, session, aware) = match &class.residency {
        Residency::Pinned(_, region) => (
            format!("region {region}"),
            region.to_string(),
            format!(
                "; where the region is known at run time only, `session.in_region::<{region}>()` gives it"
            ),
        ),
        _ => ("its subject's region".to_owned(), "…".to_owned(), String::new()),
    };
    let who = format!(
        "it opens in {region} only: `Session<InCountry<{session}>, …>` for one of these purposes, from that region's \
         vault{aware}"
    );
    let ways = format!(
        "outside its region there are two ways, both made by the region's gate: a cohort ({}), or a de-identified \
         value ({})",
        way(
            class,
            |release| matches!(release, Release::Cohort),
            "release(cohort)"
        ),
        way(
            class,
            |release| matches!(release, Release::Bucket(_)),
            "release(deidentify = …)"
        ),
    );
    let message = format!("`{ident}::{field_name}` may not be read in the clear by this session");
    let diagnostic = diagnostic(model, &message, &[what, who, ways]);
    let doc = format!("Sessions that may read [`{ident}::{field_name}`](super::{ident}::{field_name}).");
    quote! {
        #[doc = #doc]
        #diagnostic
        pub trait #name: #rt::RawSession {}
    }
}

fn writer(model: &Model, rt: &TokenStream) -> TokenStream {
    let ident = model.ident.unraw();
    let diagnostic = diagnostic(
        model,
        &format!("`{ident}` may not be written by this session"),
        &[
            format!("declared at {}:{}", model.file(), model.line()),
            "records are sealed in their subject's region, with a session from that region's vault"
                .to_owned(),
        ],
    );
    let doc = format!("Sessions that may write [`{ident}`](super::{ident}).");
    quote! {
        #[doc = #doc]
        #diagnostic
        pub trait MayWrite: #rt::RawSession {}
    }
}

fn diagnostic(model: &Model, message: &str, notes: &[String]) -> TokenStream {
    if !model.diagnostics {
        return TokenStream::new();
    }
    quote! {
        #[diagnostic::on_unimplemented(
            message = #message,
            label = "the session that asks is a `{Self}`",
            #(note = #notes),*
        )]
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
    let (policy, module) = (&model.policy, module_of(model));
    let quiet = quiet(model);
    let readers = guarded(model).flat_map(|(_, field, class)| {
        let (name, module, quiet) = (may_read(field), &module, &quiet);
        class.purposes.iter().map(move |(_, purpose)| {
            let (parameter, region) = match &class.residency {
                Residency::Pinned(_, region) => (TokenStream::new(), quote!(#policy::region::#region)),
                _ => (quote!(<R: #policy::region::Declared>), quote!(R)),
            };
            quote! {
                #[automatically_derived]
                #quiet
                impl #parameter #module::#name
                    for #rt::Session<#rt::InCountry<#region>, #policy::purpose::#purpose> {}
            }
        })
    });
    quote! {
        #(#readers)*

        #[automatically_derived]
        #quiet
        impl<R: #policy::region::Declared, U: #policy::purpose::Declared> #module::MayWrite
            for #rt::Session<#rt::InCountry<R>, U> {}
    }
}
