//! Constants in which the compiler compares a field with what it was made from. One that panics is a compiler error, at
//! the place where the source is named.

use boundary_schema::Kind;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::model::{Classification, Content, Field, Model, last};

/// One constant for each source of each field.
pub(super) fn constants(model: &Model, rt: &TokenStream) -> TokenStream {
    let mut constants = TokenStream::new();
    for (index, field) in model.declared().enumerate() {
        let Content::Value(class) = &field.content else {
            continue;
        };
        for source in &class.from {
            let (record, name) = (&source.record, source.field.unraw().to_string());
            let span = source.field.span();
            let looser = quote_spanned!(span=> #rt::schema::lineage::looser(FIELD, <#record as #rt::Record>::DECLARATION, #name));
            constants.extend(constant(
                model,
                index,
                &looser,
                span,
                &Messages::of(model, field, class, &source.words()),
                rt,
            ));
        }
        if class.from.is_empty() && matches!(model.kind, Kind::Dataset(_)) {
            for source in &model.derived_from {
                let span = source.span();
                let looser = quote_spanned!(span=> #rt::schema::lineage::looser_than_any(FIELD, <#source as #rt::Record>::DECLARATION));
                let words = format!(
                    "a field of `{}`; say of which it was made: `from(…)`",
                    last(source)
                );
                constants.extend(constant(
                    model,
                    index,
                    &looser,
                    span,
                    &Messages::of(model, field, class, &words),
                    rt,
                ));
            }
        }
    }
    constants
}

fn constant(
    model: &Model,
    index: usize,
    looser: &TokenStream,
    span: Span,
    messages: &Messages,
    rt: &TokenStream,
) -> TokenStream {
    let ident = &model.ident;
    let Messages {
        unknown,
        residency,
        purpose,
        protection,
        transform,
    } = messages;
    quote_spanned! {span=>
        const _: () = {
            const FIELD: &#rt::FieldDeclaration = &<#ident>::DECLARATION.fields[#index];
            match #looser {
                ::core::option::Option::None => {}
                ::core::option::Option::Some(#rt::schema::lineage::Looser::UnknownField) => ::core::panic!(#unknown),
                ::core::option::Option::Some(#rt::schema::lineage::Looser::Residency) => ::core::panic!(#residency),
                ::core::option::Option::Some(#rt::schema::lineage::Looser::Purpose) => ::core::panic!(#purpose),
                ::core::option::Option::Some(#rt::schema::lineage::Looser::Protection) => ::core::panic!(#protection),
                ::core::option::Option::Some(#rt::schema::lineage::Looser::Transform) => ::core::panic!(#transform),
            }
        };
    }
}

/// What is said of each way in which a field can be looser than its source.
struct Messages {
    unknown: String,
    residency: String,
    purpose: String,
    protection: String,
    transform: String,
}

impl Messages {
    fn of(model: &Model, field: &Field, class: &Classification, source: &str) -> Self {
        let own = format!("`{}::{}`", model.ident.unraw(), field.ident.unraw());
        let purposes: Vec<String> = class.purposes.iter().map(|(_, name)| name.to_string()).collect();
        let source = if source.contains('`') {
            source.to_owned()
        } else {
            format!("`{source}`")
        };
        Self {
            unknown: format!("{own} is made from {source}, and there is no such field"),
            residency: format!(
                "{own} is {}, which is looser than (or another region than) its source, {source}: give it the source's \
                 residency",
                class.residency.words()
            ),
            purpose: format!(
                "{own} is for {}, and one of them is no purpose of its source, {source}: what was made from a value \
                 is for the value's purposes at most",
                purposes.join(", ")
            ),
            protection: format!(
                "{own} is held less closed than its source, {source}: use the source's wrapper"
            ),
            transform: format!(
                "{own} says `transform`, and its source, {source}, does not declare that `release`"
            ),
        }
    }
}
