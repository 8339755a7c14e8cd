//! `#[derive(Boundary)]` and `policy!()`: what a model declares becomes types.
//!
//! The way of an input: `attr` reads the attributes, `check` compares them with the policy and reports every mistake
//! at once, `model` is what is left when there is none, `emit` turns it into code. Nothing here decides at run time.

mod attr;
mod check;
mod emit;
#[cfg(test)]
mod expansion;
mod model;
mod policy;
mod runtime;
mod value;

use proc_macro::TokenStream;

/// Classifies a model field by field and makes its typed accessors.
///
/// On the struct: `#[boundary(table = "…", tenancy = tenant)]`, `tenancy = global` for replicated tables,
/// `#[boundary(event = "…")]`, or `#[boundary(dataset = "…", kind = features, derived_from(Customer))]` for what is made
/// from other models. On each field either a role (`record_id`, `tenant`, `subject`, `data_key`) or
/// `category = "…"`, `residency = global | regional | in_country | pinned(Region)`, `purpose(..)`, and optionally
/// `release(cohort)`, `release(deidentify = bucket(width))`, `column = "…"`, `from(Customer::city)`. A record's identifier
/// may have several parts, each with `record_id`.
///
/// A field that is the blind index of another says `index_of = email`, `cardinality = 1_000_000` and
/// `normalise(trim, lowercase)`, and is a `BlindIndex`; `seal` and the setter fill it.
///
/// A field that was made from others may not be looser than they are: not in residency, not in purposes, not in its
/// wrapper. Only a field of a dataset may say `transform = cohort` or `transform = bucket(10)`, where its source declares
/// that release. A dataset without `derived_from` does not compile.
///
/// For a struct `Customer` with a regulated field `email` it makes:
///
/// - `NewCustomer`, whose `seal` encrypts on write;
/// - `Customer::email(&session, &grant)` and `Customer::set_email(&session, value)`;
/// - for a field with a blind index `Customer::find_email(&session, &tenant, value)` and `Customer::reindex_email`;
/// - the module `customer` with the traits `MayReadEmail` and `MayWrite`, which only sessions of the right plane and
///   purpose have, and a type for each field that declares `release(..)`;
/// - `Customer::DECLARATION`, which the vault, the stores and the reports read.
#[proc_macro_derive(Boundary, attributes(boundary))]
pub fn derive_boundary(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    derive(&input).into()
}

/// Encodes a value type so that it can be sealed: a newtype as what it wraps, an enum without data as the name of its
/// variant in snake_case, and with `#[plaintext(json)]` whatever serde can read and write as JSON. Implements `Zeroize`
/// as well, for all fields; a struct inside another gets it by the same derive.
///
/// The encoding is part of what is sealed: renaming a variant, or a field of a JSON type, makes old values unreadable
/// unless serde is told both names.
#[proc_macro_derive(Plaintext, attributes(plaintext))]
pub fn derive_plaintext(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::plaintext(&input, &runtime::path())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Lets a value type lie in a column as it is: a newtype as what it wraps, an enum without data as the name of its
/// variant in snake_case.
#[proc_macro_derive(Column)]
pub fn derive_column(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::column(&input, &runtime::path())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes the module `policy` from `boundary.toml`: a type for each in-country region and each purpose.
///
/// The file is looked for from the crate's own folder upwards; the environment variable `BOUNDARY_POLICY` names it
/// where it is not above the crate. A change of the file rebuilds the crate.
///
/// In a module under `#![no_implicit_prelude]` there is no tool prelude either, so that generated code cannot carry
/// `#[diagnostic::..]`: write `policy!(no_implicit_prelude)`, and `no_implicit_prelude` in each model's `#[boundary(..)]`.
/// The messages are plainer then; what compiles is the same.
#[proc_macro]
pub fn policy(input: TokenStream) -> TokenStream {
    match input.to_string().as_str() {
        "" => policy::module(true).into(),
        "no_implicit_prelude" => policy::module(false).into(),
        _ => {
            quote::quote!(::core::compile_error!("policy!() takes nothing, or `no_implicit_prelude`");).into()
        }
    }
}

fn derive(input: &syn::DeriveInput) -> proc_macro2::TokenStream {
    let policy = match policy::load() {
        Ok(policy) => policy,
        Err(problem) => return policy::compile_error(&problem),
    };
    let rt = runtime::path();
    match attr::Input::read(input).and_then(|input| check::model(input, policy)) {
        Ok(model) => emit::expand(&model, &rt),
        Err(mistakes) => {
            let mistakes = mistakes.into_compile_error();
            let instead = emit::instead(input, &rt);
            quote::quote!(#mistakes #instead)
        }
    }
}
