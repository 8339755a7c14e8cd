//! The code of a model. Small, because every struct of every model pays for it at each compilation.

mod accessors;
mod declaration;
mod record;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;
use syn::ext::IdentExt;

use crate::model::{Field, Model, snake_case, title_case};

/// Everything that `#[derive(Boundary)]` makes of a model.
pub(crate) fn expand(model: &Model, rt: &TokenStream) -> TokenStream {
    let record = record::impls(model, rt);
    let accessors = accessors::items(model, rt);
    quote!(#record #accessors)
}

/// The module that holds a model's traits and types.
fn module(model: &Model) -> Ident {
    format_ident!(
        "{}",
        snake_case(&model.ident.unraw().to_string()),
        span = model.ident.span()
    )
}

/// The type that stands for a field, and the last part of its traits' names.
fn title(field: &Field) -> Ident {
    format_ident!("{}", title_case(&field.ident.unraw().to_string()))
}

/// The trait of sessions that may read a field.
fn may_read(field: &Field) -> Ident {
    format_ident!("MayRead{}", title(field))
}
