//! Finding `boundary.toml`, and the module that stands for it in types.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use boundary_schema::{Plane, Policy};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::title_case;
use crate::runtime;

/// Names the policy's file where it is not above the crate: builds outside the source tree set it.
const OVERRIDE: &str = "BOUNDARY_POLICY";

/// The policy that the crate is compiled under. Read once in a compilation.
pub(crate) fn load() -> Result<&'static Policy, String> {
    static POLICY: OnceLock<Result<Policy, String>> = OnceLock::new();
    let policy = POLICY.get_or_init(|| Policy::load(path()?).map_err(|errors| errors.to_string()));
    policy.as_ref().map_err(Clone::clone)
}

pub(crate) fn manifest_dir() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from)
}

fn path() -> Result<PathBuf, String> {
    match std::env::var_os(OVERRIDE) {
        Some(path) => Ok(PathBuf::from(path)),
        None => Policy::find(manifest_dir()).map_err(|errors| errors.to_string()),
    }
}

/// A problem with the policy, at the macro that needed it.
pub(crate) fn compile_error(problem: &str) -> TokenStream {
    quote!(::core::compile_error!(#problem);)
}

/// The module `policy` of the policy that the crate is compiled under.
pub(crate) fn module() -> TokenStream {
    let (policy, path) = match load().and_then(|policy| Ok((policy, path()?))) {
        Ok(found) => found,
        Err(problem) => return compile_error(&problem),
    };
    module_of(policy, &included(&path), &runtime::path())
}

/// An expression for the file's path that does not depend on where the sources lie, if the file is above the crate.
fn included(path: &Path) -> TokenStream {
    let manifest = manifest_dir();
    match path
        .parent()
        .and_then(|folder| manifest.strip_prefix(folder).ok())
    {
        Some(below) => {
            let up = "/..".repeat(below.components().count());
            let name = format!("{up}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #name))
        }
        None => {
            let path = path.display().to_string();
            quote!(#path)
        }
    }
}

fn module_of(policy: &Policy, included: &TokenStream, rt: &TokenStream) -> TokenStream {
    let file = Policy::FILE_NAME;
    let regions: Vec<TokenStream> = policy
        .regions()
        .values()
        .filter(|region| region.plane == Plane::InCountry)
        .map(|region| {
            let (name, jurisdiction) = (region.name.as_str(), region.jurisdiction.as_str());
            let ident = format_ident!("{}", title_case(name));
            let doc = format!("Region `{name}`, of jurisdiction {jurisdiction}.");
            quote! {
                #[doc = #doc]
                #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
                pub struct #ident;
                impl #rt::Region for #ident {
                    const NAME: &'static str = #name;
                    const JURISDICTION: &'static str = #jurisdiction;
                }
                impl sealed::Declared for #ident {}
                impl Declared for #ident {}
            }
        })
        .collect();
    let purposes: Vec<TokenStream> = policy
        .purposes()
        .values()
        .map(|purpose| {
            let name = purpose.name.as_str();
            let ident = format_ident!("{}", title_case(name));
            let doc = format!(
                "Purpose `{name}`: data use `{}`, legal basis {}.",
                purpose.data_use, purpose.basis
            );
            quote! {
                #[doc = #doc]
                #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
                pub struct #ident;
                impl #rt::Purpose for #ident {
                    const NAME: &'static str = #name;
                }
                impl sealed::Declared for #ident {}
                impl Declared for #ident {}
            }
        })
        .collect();
    quote! {
        /// What `boundary.toml` declares, as types.
        pub mod policy {
            /// The text of `boundary.toml` that this crate was compiled under.
            pub const SOURCE: &str = ::core::include_str!(#included);

            /// The policy of [`SOURCE`], for the run time: the one that the types were made from.
            ///
            /// # Errors
            /// Not in a crate that compiled: the macro has read the same text.
            pub fn load() -> ::core::result::Result<#rt::schema::Policy, #rt::schema::PolicyErrors> {
                #rt::schema::Policy::parse(#file, SOURCE)
            }

            /// The in-country regions.
            pub mod region {
                mod sealed {
                    pub trait Declared {}
                }

                /// A region that `boundary.toml` declares. Sealed: no other crate can add one.
                pub trait Declared: #rt::Region + sealed::Declared {}

                #(#regions)*
            }

            /// The purposes.
            pub mod purpose {
                mod sealed {
                    pub trait Declared {}
                }

                /// A purpose that `boundary.toml` declares. Sealed: no other crate can add one.
                pub trait Declared: #rt::Purpose + sealed::Declared {}

                #(#purposes)*
            }
        }
    }
}
