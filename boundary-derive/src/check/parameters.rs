//! Checks of a model with type parameters, constants or lifetimes.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Mistakes;
use super::types::outer_names;
use crate::model::{Content, Model};

/// Whether a type mentions a parameter of the struct.
pub(super) fn mentioned(ty: &syn::Type, generics: &syn::Generics) -> bool {
    struct Search<'g> {
        generics: &'g syn::Generics,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Search<'_> {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            let named = |parameter: &syn::GenericParam| match parameter {
                syn::GenericParam::Type(parameter) => parameter.ident == *ident,
                syn::GenericParam::Const(parameter) => parameter.ident == *ident,
                syn::GenericParam::Lifetime(parameter) => parameter.lifetime.ident == *ident,
            };
            self.found |= self.generics.params.iter().any(named);
        }
    }
    let mut search = Search {
        generics,
        found: false,
    };
    visit::visit_type(&mut search, ty);
    search.found
}

/// A declaration is one for all instances of a model, so it cannot depend on a parameter.
pub(super) fn check(model: &Model, mistakes: &Mistakes) {
    if model.generics.params.is_empty() {
        return;
    }
    if !model.derived_from.is_empty() {
        mistakes.add(
            model.generics.span(),
            format!(
                "`{}` was made from other models, so it takes no parameters of its own",
                model.ident
            ),
        );
    }
    for field in &model.fields {
        let Content::Value(class) = &field.content else {
            continue;
        };
        let wrapper = outer_names(&field.ty).pop().unwrap_or_default();
        if field.parametric
            && field.guarded().is_some()
            && !["Sealed", "Resident"].contains(&wrapper.as_str())
        {
            mistakes.add(
                field.ty.span(),
                format!(
                    "the type of `{}::{}` depends on a parameter, so its wrapper is written out: `Sealed<…>`, \
                     `Resident<…>`, or an `Option` of one",
                    model.ident, field.ident
                ),
            );
        }
        if !class.from.is_empty() {
            mistakes.add(
                field.ident.span(),
                format!(
                    "`{}` has parameters, so a field of it takes no `from(…)`",
                    model.ident
                ),
            );
        }
        if !class.releases.is_empty() {
            mistakes.add(
                field.ident.span(),
                format!(
                    "`{}` has parameters, so the gate does not know which of its instances `{}` is of; declare \
                     `release` on a model without parameters",
                    model.ident, field.ident
                ),
            );
        }
    }
}
