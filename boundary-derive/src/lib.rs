//! `#[derive(Boundary)]` and `policy!()`: what a model declares becomes types.
//!
//! The way of an input: `attr` reads the attributes, `check` compares them with the policy and reports every mistake
//! at once, `model` is what is left when there is none, `emit` turns it into code. Nothing here decides at run time.

mod attr;
mod check;
mod emit;
mod model;
mod policy;
mod runtime;

use proc_macro::TokenStream;

/// Classifies a model field by field and makes its typed accessors.
///
/// On the struct: `#[boundary(table = "…", tenancy = tenant)]`, `tenancy = global` for replicated tables, or
/// `#[boundary(event = "…")]`. On each field either a role (`record_id`, `tenant`, `subject`, `data_key`) or
/// `category = "…"`, `residency = global | regional | in_country | pinned(Region)`, `purpose(..)`, and optionally
/// `release(cohort)`, `release(deidentify = bucket(width))`, `column = "…"`.
///
/// For a struct `Customer` with a regulated field `email` it makes:
///
/// - `NewCustomer`, whose `seal` encrypts on write;
/// - `Customer::email(&session, &grant)` and `Customer::set_email(&session, value)`;
/// - the module `customer` with the traits `MayReadEmail` and `MayWrite`, which only sessions of the right plane and
///   purpose have, and a type for each field that declares `release(..)`;
/// - `Customer::DECLARATION`, which the vault, the stores and the reports read.
#[proc_macro_derive(Boundary, attributes(boundary))]
pub fn derive_boundary(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    derive(&input).into()
}

/// Makes the module `policy` from `boundary.toml`: a type for each in-country region and each purpose.
///
/// The file is looked for from the crate's own folder upwards; the environment variable `BOUNDARY_POLICY` names it
/// where it is not above the crate. A change of the file rebuilds the crate.
#[proc_macro]
pub fn policy(input: TokenStream) -> TokenStream {
    if !input.is_empty() {
        return quote::quote!(::core::compile_error!("policy!() takes no arguments");).into();
    }
    policy::module().into()
}

fn derive(input: &syn::DeriveInput) -> proc_macro2::TokenStream {
    let policy = match policy::load() {
        Ok(policy) => policy,
        Err(problem) => return policy::compile_error(&problem),
    };
    match attr::Input::read(input).and_then(|input| check::model(input, policy)) {
        Ok(model) => emit::expand(&model, &runtime::path()),
        Err(errors) => errors.into_compile_error(),
    }
}
