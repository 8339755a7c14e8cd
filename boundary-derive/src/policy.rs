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
pub(crate) fn module(diagnostics: bool) -> TokenStream {
    let (policy, path) = match load().and_then(|policy| Ok((policy, path()?))) {
        Ok(found) => found,
        Err(problem) => return compile_error(&problem),
    };
    module_of(policy, &included(&path), &runtime::path(), diagnostics)
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

fn module_of(policy: &Policy, included: &TokenStream, rt: &TokenStream, diagnostics: bool) -> TokenStream {
    let file = Policy::FILE_NAME;
    let quiet = if diagnostics {
        quote!(#[diagnostic::do_not_recommend])
    } else {
        TokenStream::new()
    };
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
                #quiet
                impl Declared for #ident {}
            }
        })
        .collect();
    let deployment = deployment(policy, rt);
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
                #quiet
                impl Declared for #ident {}
            }
        })
        .collect();
    let declared = |plural: &str, names: Vec<&str>| {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", title_case(name)))
            .collect();
        format!("{plural} that boundary.toml declares: {}", names.join(", "))
    };
    let in_country = policy
        .regions()
        .values()
        .filter(|region| region.plane == Plane::InCountry);
    let no_region = on_unimplemented(
        diagnostics,
        "`{Self}` is no in-country region of boundary.toml",
        &declared(
            "in-country regions",
            in_country.map(|region| region.name.as_str()).collect(),
        ),
    );
    let no_purpose = on_unimplemented(
        diagnostics,
        "`{Self}` is no purpose of boundary.toml",
        &declared(
            "purposes",
            policy.purposes().keys().map(|name| name.as_str()).collect(),
        ),
    );
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

            #deployment

            /// The in-country regions.
            pub mod region {
                mod sealed {
                    pub trait Declared {}
                }

                #no_region
                /// A region that `boundary.toml` declares. Sealed: no other crate can add one.
                pub trait Declared: #rt::Region + sealed::Declared {}

                #(#regions)*
            }

            /// The purposes.
            pub mod purpose {
                mod sealed {
                    pub trait Declared {}
                }

                #no_purpose
                /// A purpose that `boundary.toml` declares. Sealed: no other crate can add one.
                pub trait Declared: #rt::Purpose + sealed::Declared {}

                #(#purposes)*
            }
        }
    }
}

fn on_unimplemented(diagnostics: bool, message: &str, note: &str) -> TokenStream {
    if diagnostics {
        quote!(#[diagnostic::on_unimplemented(message = #message, note = #note)])
    } else {
        TokenStream::new()
    }
}

/// The way from a region's name, known at run time only, to the types of its plane.
fn deployment(policy: &Policy, rt: &TokenStream) -> TokenStream {
    let (mut in_country, mut central) = (Vec::new(), Vec::new());
    for region in policy.regions().values() {
        let name = region.name.as_str();
        match region.plane {
            Plane::InCountry => {
                let ident = format_ident!("{}", title_case(name));
                in_country.push(quote!(#name => deployment.in_country::<region::#ident>()));
            }
            Plane::Central => central.push(name),
        }
    }
    let central = (!central.is_empty()).then(|| quote!(#(#central)|* => deployment.central(),));
    quote! {
        /// A program that is deployed everywhere and learns only at run time where it is.
        ///
        /// Each plane has a function of its own, in which the types of that plane hold as they do in a program for that
        /// plane alone.
        pub trait Deployment: ::core::marker::Sized {
            /// What the program comes to; a boxed future where it waits.
            type Output;

            /// The program inside a region.
            fn in_country<R: region::Declared>(self) -> Self::Output;

            /// The program on the central plane.
            fn central(self) -> Self::Output;
        }

        /// Runs a program on the plane of the region with this name.
        ///
        /// # Errors
        /// If the policy declares no such region; then nothing ran.
        pub fn deploy<D: Deployment>(
            region: &str,
            deployment: D,
        ) -> ::core::result::Result<D::Output, #rt::Refusal> {
            ::core::result::Result::Ok(match region {
                #(#in_country,)*
                #central
                _ => {
                    return ::core::result::Result::Err(#rt::Refusal::Unknown {
                        kind: "region",
                        name: ::std::borrow::ToOwned::to_owned(region),
                    });
                }
            })
        }
    }
}
