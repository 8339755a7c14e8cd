//! The declaration as a constant.

use boundary_schema::{FieldRole, Kind, Release, Tenancy};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::model::{Content, Field, Model, Residency};

/// The expression of a model's `Declaration`.
pub(super) fn expression(model: &Model, rt: &TokenStream) -> TokenStream {
    let kind = match model.kind {
        Kind::Table => quote!(Table),
        Kind::Event => quote!(Event),
    };
    let tenancy = match model.tenancy {
        Tenancy::Tenant => quote!(Tenant),
        Tenancy::Global => quote!(Global),
    };
    let (name, rust, file, line) = (
        &model.name,
        model.ident.unraw().to_string(),
        model.file(),
        model.line(),
    );
    let fields = model.fields.iter().map(|field| field_expression(field, rt));
    quote! {
        #rt::schema::Declaration {
            kind: #rt::schema::Kind::#kind,
            name: #name,
            tenancy: #rt::schema::Tenancy::#tenancy,
            rust: #rust,
            file: #file,
            line: #line,
            fields: &[#(#fields),*],
        }
    }
}

fn field_expression(field: &Field, rt: &TokenStream) -> TokenStream {
    let (name, column, line) = (field.ident.unraw().to_string(), &field.column, field.line());
    let none = quote!(::core::option::Option::None);
    let some = quote!(::core::option::Option::Some);
    let (role, category, residency, purposes, releases) = match &field.content {
        Content::Role(role) => {
            let role = match role {
                FieldRole::RecordId => quote!(RecordId),
                FieldRole::Tenant => quote!(Tenant),
                FieldRole::Subject => quote!(Subject),
                FieldRole::DataKey => quote!(DataKey),
            };
            (
                quote!(#some(#rt::schema::FieldRole::#role)),
                none,
                quote!(InCountry),
                Vec::new(),
                Vec::new(),
            )
        }
        Content::Value(class) => {
            let category = &class.category;
            let residency = match &class.residency {
                Residency::Global => quote!(Global),
                Residency::Regional => quote!(Regional),
                Residency::InCountry => quote!(InCountry),
                Residency::Pinned(name, _) => quote!(Pinned(#name)),
            };
            let purposes = class.purposes.iter().map(|(name, _)| name.clone()).collect();
            let releases = class.releases.iter().map(|release| match release {
                Release::Cohort => quote!(#rt::schema::Release::Cohort),
                Release::Bucket(width) => quote!(#rt::schema::Release::Bucket(#width)),
            });
            (
                none,
                quote!(#some(#category)),
                residency,
                purposes,
                releases.collect::<Vec<_>>(),
            )
        }
    };
    let protection = if field.guarded().is_some() {
        let ty = &field.ty;
        quote!(<#ty as #rt::Guarded>::PROTECTION)
    } else {
        quote!(#rt::schema::Protection::Plain)
    };
    quote! {
        #rt::schema::FieldDeclaration {
            field: #name,
            column: #column,
            role: #role,
            category: #category,
            residency: #rt::schema::Residency::#residency,
            purposes: &[#(#purposes),*],
            protection: #protection,
            releases: &[#(#releases),*],
            line: #line,
        }
    }
}
