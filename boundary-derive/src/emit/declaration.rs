//! The declaration as a constant.

use boundary_schema::{FieldRole, Kind, Release, Tenancy};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::check::outer_names;
use crate::model::{BlindIndex, Classification, Content, Field, Model, Residency, title_case};

/// The expression of a model's `Declaration`.
pub(super) fn expression(model: &Model, rt: &TokenStream) -> TokenStream {
    let kind = match model.kind {
        Kind::Table => quote!(Table),
        Kind::Event => quote!(Event),
        Kind::Dataset(kind) => {
            let kind = format_ident!("{}", title_case(kind.as_str()));
            quote!(Dataset(#rt::schema::DatasetKind::#kind))
        }
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
    let (derived_from, policy) = (&model.derived_from, &model.policy);
    let fields = model.declared().map(|field| field_expression(model, field, rt));
    quote! {
        #rt::schema::Declaration {
            kind: #rt::schema::Kind::#kind,
            name: #name,
            tenancy: #rt::schema::Tenancy::#tenancy,
            rust: #rust,
            file: #file,
            line: #line,
            policy: ::core::option::Option::Some(#policy::SOURCE),
            derived_from: &[#(<#derived_from as #rt::Record>::DECLARATION),*],
            fields: &[#(#fields),*],
        }
    }
}

fn field_expression(model: &Model, field: &Field, rt: &TokenStream) -> TokenStream {
    let (name, column, line) = (field.ident.unraw().to_string(), &field.column, field.line());
    let class = match &field.content {
        Content::Role(role) => {
            let role = match role {
                FieldRole::RecordId => quote!(RecordId),
                FieldRole::Tenant => quote!(Tenant),
                FieldRole::Subject => quote!(Subject),
                FieldRole::DataKey => quote!(DataKey),
            };
            let role = quote!(#rt::schema::FieldRole::#role);
            return quote!(#rt::FieldDeclaration::role(#name, #column, #role, #line));
        }
        Content::Marker => return TokenStream::new(),
        Content::Index(index) => return index_expression(model, field, index, rt),
        Content::Value(class) => class,
    };
    let mut declared = value_expression(field, class, &protection(field, rt), rt);
    if !class.releases.is_empty() {
        let releases = class.releases.iter().map(|one| release(*one, rt));
        declared.extend(quote!(.releasing(&[#(#releases),*])));
    }
    if !class.from.is_empty() {
        let from = class.from.iter().map(|source| {
            let (record, field) = (&source.record, source.field.unraw().to_string());
            quote!(#rt::schema::Source { declaration: <#record as #rt::Record>::DECLARATION, field: #field })
        });
        let transform = match class.transform {
            Some(transform) => {
                let transform = release(transform, rt);
                quote!(::core::option::Option::Some(#transform))
            }
            None => quote!(::core::option::Option::None),
        };
        declared.extend(quote!(.made_from(&[#(#from),*], #transform)));
    }
    declared
}

/// A blind index has the classification of the field whose index it is; `check` has made sure that there is one.
fn index_expression(model: &Model, field: &Field, index: &BlindIndex, rt: &TokenStream) -> TokenStream {
    let of = model.fields.iter().find(|other| other.ident == index.of);
    let Some(Content::Value(class)) = of.map(|of| &of.content) else {
        return TokenStream::new();
    };
    let (of, cardinality) = (index.of.unraw().to_string(), index.cardinality);
    let steps = index
        .normalise
        .iter()
        .map(|step| format_ident!("{}", title_case(step.as_str())));
    let declared = value_expression(field, class, &quote!(#rt::schema::Protection::BlindIndex), rt);
    quote! {
        #declared.indexing(#rt::schema::BlindIndexDeclaration {
            of: #of,
            cardinality: #cardinality,
            normalise: &[#(#rt::schema::Normalisation::#steps),*],
        })
    }
}

fn value_expression(
    field: &Field,
    class: &Classification,
    protection: &TokenStream,
    rt: &TokenStream,
) -> TokenStream {
    let (name, column, line) = (field.ident.unraw().to_string(), &field.column, field.line());
    let category = &class.category;
    let residency = match &class.residency {
        Residency::Global => quote!(Global),
        Residency::Regional => quote!(Regional),
        Residency::InCountry => quote!(InCountry),
        Residency::Pinned(name, _) => quote!(Pinned(#name)),
    };
    let purposes = class.purposes.iter().map(|(name, _)| name);
    quote! {
        #rt::FieldDeclaration::value(
            #name,
            #column,
            #category,
            #rt::schema::Residency::#residency,
            &[#(#purposes),*],
            #protection,
            #line,
        )
    }
}

fn release(release: Release, rt: &TokenStream) -> TokenStream {
    match release {
        Release::Cohort => quote!(#rt::schema::Release::Cohort),
        Release::Bucket(width) => quote!(#rt::schema::Release::Bucket(#width)),
    }
}

/// How the struct holds a field: as its type says, or as its wrapper's name does where a static cannot name the type.
pub(super) fn protection(field: &Field, rt: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match (field.guarded(), outer_names(ty).pop()) {
        (None, _) => quote!(#rt::schema::Protection::Plain),
        (Some(_), Some(wrapper)) if field.parametric => {
            let wrapper = format_ident!("{wrapper}");
            quote!(#rt::schema::Protection::#wrapper)
        }
        (Some(_), _) => quote!(<#ty as #rt::Guarded>::PROTECTION),
    }
}
