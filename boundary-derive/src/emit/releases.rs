//! The fields that may cross the border, and in which form.

use boundary_schema::Release;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{guarded, module, quiet, title};
use crate::model::Model;

/// What the gate asks of a field, for each channel that is declared for it.
pub(super) fn impls(model: &Model, rt: &TokenStream) -> TokenStream {
    let (ident, module, quiet) = (&model.ident, module(model), quiet(model));
    let mut impls = TokenStream::new();
    for (index, field, class) in guarded(model) {
        let (name, title, ty) = (&field.ident, title(field), &field.ty);
        for release in &class.releases {
            let channel = match release {
                Release::Cohort => format_ident!("CohortField"),
                Release::Bucket(_) => format_ident!("BucketField"),
            };
            impls.extend(quote! {
                #[automatically_derived]
                #quiet
                impl #rt::#channel for #module::#title {
                    type Record = #ident;
                    type Wrapper = #ty;
                    const FIELD: usize = #index;

                    fn wrapper(record: &#ident) -> &#ty {
                        &record.#name
                    }
                }
            });
        }
    }
    impls
}
