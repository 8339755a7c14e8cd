//! The fields that may cross the border, and in which form.

use boundary_schema::Release;
use proc_macro2::TokenStream;
use quote::quote;

use super::{guarded, module, title};
use crate::model::Model;

/// What the gate asks of a field: where its value is, and which channels are declared for it.
pub(super) fn impls(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, module) = (&model.ident, module(model));
    let fields = guarded(model)
        .filter(|(.., class)| !class.releases.is_empty())
        .map(|(index, field, class)| {
            let (name, title, ty) = (&field.ident, title(field), &field.ty);
            let channels = class.releases.iter().map(|release| match release {
                Release::Cohort => quote!(impl #rt::CohortField for #module::#title {}),
                Release::Bucket(_) => quote!(impl #rt::BucketField for #module::#title {}),
            });
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

                #(#[automatically_derived] #channels)*
            }
        });
    quote!(#(#fields)*)
}
