//! What a model says of itself to stores, queues and the gate.

use boundary_schema::{FieldRole, Tenancy};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::declaration;
use crate::model::Model;

/// `Record`, and `TenantRecord` or `GlobalRecord`.
pub(super) fn impls(model: &Model, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let declaration = declaration::expression(model, rt);
    let columns: Vec<_> = model
        .fields
        .iter()
        .filter(|field| !field.is(FieldRole::DataKey))
        .collect();
    let names: Vec<_> = columns.iter().map(|field| &field.ident).collect();
    let cells: Vec<_> = (0..columns.len())
        .map(|index| format_ident!("cell_{index}"))
        .collect();
    let wrong = format!("a row of {} columns", columns.len());
    let from_cells = quote! {
        let [#(#cells),*] = cells else {
            return ::core::result::Result::Err(#rt::DecodeError::new(#wrong));
        };
    };
    let read = quote!(#(#names: #rt::Column::from_cell(#cells)?,)*);
    let specific = match (model.tenancy, Roles::of(model)) {
        (
            Tenancy::Tenant,
            Some(Roles {
                record_id,
                tenant,
                subject,
                data_key,
            }),
        ) => quote! {
            #[automatically_derived]
            impl #rt::TenantRecord for #ident {
                fn tenant(&self) -> &#rt::TenantId {
                    &self.#tenant
                }
                fn subject(&self) -> &#rt::SubjectId {
                    &self.#subject
                }
                fn data_key(&self) -> &#rt::DataKey {
                    &self.#data_key
                }
                fn record_id(&self) -> ::std::borrow::Cow<'_, str> {
                    #rt::RecordId::canonical(&self.#record_id)
                }
                fn from_cells(
                    cells: &[#rt::Cell],
                    data_key: #rt::DataKey,
                ) -> ::core::result::Result<Self, #rt::DecodeError> {
                    #from_cells
                    ::core::result::Result::Ok(Self { #read #data_key: data_key })
                }
            }
        },
        _ => quote! {
            #[automatically_derived]
            impl #rt::GlobalRecord for #ident {
                fn from_cells(cells: &[#rt::Cell]) -> ::core::result::Result<Self, #rt::DecodeError> {
                    #from_cells
                    ::core::result::Result::Ok(Self { #read })
                }
            }
        },
    };
    quote! {
        #[automatically_derived]
        impl #rt::Record for #ident {
            // One `static`: the vault knows a declaration by its address.
            const DECLARATION: &'static #rt::Declaration = {
                static DECLARATION: #rt::Declaration = #declaration;
                &DECLARATION
            };

            fn cells(&self) -> ::std::vec::Vec<#rt::Cell> {
                ::std::vec![#(#rt::Column::to_cell(&self.#names)),*]
            }
        }

        #[automatically_derived]
        impl #ident {
            /// What this model declares.
            pub const DECLARATION: &'static #rt::Declaration = <Self as #rt::Record>::DECLARATION;
        }

        #specific
    }
}

/// The fields that play the roles of a tenant's record.
pub(super) struct Roles<'m> {
    pub(super) record_id: &'m syn::Ident,
    pub(super) tenant: &'m syn::Ident,
    pub(super) subject: &'m syn::Ident,
    pub(super) data_key: &'m syn::Ident,
}

impl<'m> Roles<'m> {
    /// The roles, which `check` has made sure of for every table of a tenant.
    pub(super) fn of(model: &'m Model) -> Option<Self> {
        let ident = |role| model.role(role).map(|field| &field.ident);
        Some(Self {
            record_id: ident(FieldRole::RecordId)?,
            tenant: ident(FieldRole::Tenant)?,
            subject: ident(FieldRole::Subject)?,
            data_key: ident(FieldRole::DataKey)?,
        })
    }
}
