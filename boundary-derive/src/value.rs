//! `#[derive(Plaintext)]` and `#[derive(Column)]`: the encodings of a developer's own value types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields};

use crate::model::snake_case;

/// What a value type is encoded as.
enum Shape<'a> {
    /// The value that a newtype wraps, of this type.
    Wrapped(&'a syn::Type),
    /// The name of a variant.
    Names(Vec<&'a syn::Ident>),
}

/// `impl Plaintext`, and the `impl Zeroize` that it rests on.
pub(crate) fn plaintext(input: &DeriveInput, rt: &TokenStream) -> Result<TokenStream, syn::Error> {
    // What a blind index may do with values: nothing with a list of names, nor with JSON, which has no one encoding.
    let mut index_form = TokenStream::new();
    let (encode, decode) = if json(input)? {
        (
            quote!(#rt::json::encode(self, out)),
            quote!(#rt::json::decode(bytes)),
        )
    } else {
        match shape(
            input,
            "`#[derive(Plaintext)]`",
            ", or `#[plaintext(json)]` for what serde can read and write",
        )? {
            Shape::Wrapped(inner) => {
                index_form = quote! {
                    const INDEX_FORM: #rt::IndexForm = <#inner as #rt::Plaintext>::INDEX_FORM;
                };
                (
                    quote!(<#inner as #rt::Plaintext>::encode(&self.0, out)),
                    quote!(<#inner as #rt::Plaintext>::decode(bytes).map(Self)),
                )
            }
            Shape::Names(variants) => {
                let (to_name, from_name) = names(&variants, rt);
                (
                    quote! {
                        out.extend_from_slice(#to_name.as_bytes());
                        ::core::result::Result::Ok(())
                    },
                    quote! {{
                        let name = ::core::str::from_utf8(bytes).unwrap_or_default();
                        #from_name
                    }},
                )
            }
        }
    };
    let wiped = wiped(input, rt)?;
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #rt::zeroize::Zeroize for #ident #ty_generics #where_clause {
            fn zeroize(&mut self) {
                #wiped
            }
        }

        #[automatically_derived]
        impl #impl_generics #rt::Plaintext for #ident #ty_generics #where_clause {
            #index_form
            fn encode(
                &self,
                out: &mut #rt::zeroize::Zeroizing<::std::vec::Vec<u8>>,
            ) -> ::core::result::Result<(), #rt::EncodeError> {
                #encode
            }
            fn decode(bytes: &[u8]) -> ::core::result::Result<Self, #rt::DecodeError> {
                #decode
            }
        }
    })
}

/// `impl Column`.
pub(crate) fn column(input: &DeriveInput, rt: &TokenStream) -> Result<TokenStream, syn::Error> {
    let (to_cell, from_cell) = match shape(input, "`#[derive(Column)]`", "")? {
        Shape::Wrapped(inner) => (
            quote!(<#inner as #rt::Column>::to_cell(&self.0)),
            quote!(<#inner as #rt::Column>::from_cell(cell).map(Self)),
        ),
        Shape::Names(variants) => {
            let (to_name, from_name) = names(&variants, rt);
            (
                quote!(#rt::Column::to_cell(&::std::borrow::ToOwned::to_owned(#to_name))),
                quote! {{
                    let name = <::std::string::String as #rt::Column>::from_cell(cell)?;
                    let name = name.as_str();
                    #from_name
                }},
            )
        }
    };
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Column for #ident #ty_generics #where_clause {
            fn to_cell(&self) -> #rt::Cell {
                #to_cell
            }
            fn from_cell(cell: &#rt::Cell) -> ::core::result::Result<Self, #rt::DecodeError> {
                #from_cell
            }
        }
    })
}

/// Wipes every field of the value; the name of a variant is no secret that could be wiped in place.
fn wiped(input: &DeriveInput, rt: &TokenStream) -> Result<TokenStream, syn::Error> {
    let variant = |path: TokenStream, fields: &Fields| {
        let places: Vec<TokenStream> = fields.members().map(|member| quote!(#member)).collect();
        let names: Vec<syn::Ident> = (0..places.len())
            .map(|index| format_ident!("field_{index}"))
            .collect();
        quote!(#path { #(#places: #names,)* } => { #(#rt::zeroize::Zeroize::zeroize(#names);)* })
    };
    let arms = match &input.data {
        Data::Struct(data) => vec![variant(quote!(Self), &data.fields)],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|one| {
                let name = &one.ident;
                variant(quote!(Self::#name), &one.fields)
            })
            .collect(),
        Data::Union(_) => {
            return Err(syn::Error::new(
                input.ident.span(),
                "a union does not say which of its fields holds the value, so it cannot be wiped",
            ));
        }
    };
    Ok(quote!(match self { #(#arms)* }))
}

/// Expressions for the name of `self`, and for the variant of the text `name`.
fn names(variants: &[&syn::Ident], rt: &TokenStream) -> (TokenStream, TokenStream) {
    let texts: Vec<String> = variants
        .iter()
        .map(|variant| snake_case(&variant.to_string()))
        .collect();
    let expected = format!("one of {}", texts.join(", "));
    let to_name = quote!(match self { #(Self::#variants => #texts,)* });
    let from_name = quote! {
        match name {
            #(#texts => ::core::result::Result::Ok(Self::#variants),)*
            _ => ::core::result::Result::Err(#rt::DecodeError::new(#expected)),
        }
    };
    (to_name, from_name)
}

/// Whether `#[plaintext(json)]` is there.
fn json(input: &DeriveInput) -> Result<bool, syn::Error> {
    let mut json = false;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("plaintext"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("json") {
                json = true;
                Ok(())
            } else {
                Err(meta.error("`plaintext` takes `json`"))
            }
        })?;
    }
    Ok(json)
}

fn shape<'a>(input: &'a DeriveInput, derive: &str, otherwise: &str) -> Result<Shape<'a>, syn::Error> {
    match &input.data {
        Data::Struct(data) => {
            if let Fields::Unnamed(fields) = &data.fields
                && fields.unnamed.len() == 1
            {
                return Ok(Shape::Wrapped(&fields.unnamed[0].ty));
            }
        }
        Data::Enum(data)
            if !data.variants.is_empty()
                && data
                    .variants
                    .iter()
                    .all(|variant| matches!(variant.fields, Fields::Unit)) =>
        {
            return Ok(Shape::Names(
                data.variants.iter().map(|variant| &variant.ident).collect(),
            ));
        }
        Data::Enum(_) | Data::Union(_) => {}
    }
    Err(syn::Error::new(
        input.ident.span(),
        format!("{derive} is for a newtype, `struct Name(Inner)`, or an enum without data{otherwise}"),
    ))
}
