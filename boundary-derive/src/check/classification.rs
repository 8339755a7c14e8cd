//! Checks of one field's classification against the policy.

use boundary_schema::{Plane, Policy, Sensitivity};
use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;

use super::Mistakes;
use super::types::{outer_names, plain_type};
use crate::attr;
use crate::model::{Classification, Residency, title_case};

/// The classification of a field, or what is wrong with it.
pub(super) fn classification(
    raw: &attr::Field,
    whose: &syn::Ident,
    ident: &syn::Ident,
    policy: &Policy,
    mistakes: &Mistakes,
) -> Option<Classification> {
    if raw.category.is_none() && raw.residency.is_none() && raw.purpose.is_none() && raw.release.is_empty() {
        mistakes.add(
            ident.span(),
            format!(
                "`{whose}::{ident}` is not classified; say what it is, where its raw form may be, and why: \
                 `#[boundary(category = \"…\", residency = in_country, purpose(…))]`, or give it a role: `record_id`, \
                 `tenant`, `subject`, `data_key`"
            ),
        );
        return None;
    }
    let category = category(raw, ident, policy, mistakes);
    let residency = residency(raw, ident, policy, mistakes);
    let purposes = purposes(raw, ident, residency.as_ref(), policy, mistakes);
    let (category, residency) = (category?, residency?);
    let class = Classification {
        category: category.key.clone(),
        sensitivity: category.sensitivity,
        indexable: category.indexable(),
        residency,
        purposes,
        releases: raw
            .release
            .iter()
            .flat_map(|release| release.as_ref().0.clone())
            .collect(),
        from: super::lineage::from(raw, mistakes),
        transform: raw.transform.map(|transform| transform.as_ref().0),
    };
    nothing_personal_is_global(raw, &class, whose, ident, mistakes);
    kept_closed(raw, &class, whose, ident, mistakes);
    sensitive_is_sealed(raw, &class, whose, ident, mistakes);
    releases(raw, &class, category.identifies(), ident, mistakes);
    Some(class)
}

/// A category that the policy does not know has no sensitivity, so nothing could be decided by it.
fn category<'p>(
    raw: &attr::Field,
    ident: &syn::Ident,
    policy: &'p Policy,
    mistakes: &Mistakes,
) -> Option<&'p boundary_schema::Category> {
    let Some(key) = &raw.category else {
        mistakes.add(
            ident.span(),
            format!("`{ident}` lacks `category = \"…\"`: what the value is"),
        );
        return None;
    };
    let known = policy.categories().get(key);
    if known.is_none() {
        let near = policy
            .categories()
            .nearest(key)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        mistakes.add(
            key.span(),
            format!("the policy knows no category `{}`{near}", key.as_ref()),
        );
    }
    known
}

/// A residency is written, never assumed; a pinned one names an in-country region of the policy.
fn residency(
    raw: &attr::Field,
    ident: &syn::Ident,
    policy: &Policy,
    mistakes: &Mistakes,
) -> Option<Residency> {
    let Some(residency) = &raw.residency else {
        mistakes.add(
            ident.span(),
            format!("`{ident}` lacks `residency = …`: where its raw form may be"),
        );
        return None;
    };
    Some(match residency.as_ref() {
        attr::ResidencyAttr::Global => Residency::Global,
        attr::ResidencyAttr::Regional => Residency::Regional,
        attr::ResidencyAttr::InCountry => Residency::InCountry,
        attr::ResidencyAttr::Pinned(region) => {
            let regions = policy
                .regions()
                .values()
                .filter(|region| region.plane == Plane::InCountry);
            let names: Vec<String> = regions.map(|region| region.name.to_string()).collect();
            match names.iter().find(|name| region == &title_case(name)) {
                Some(name) => Residency::Pinned(name.clone(), region.clone()),
                None => {
                    mistakes.add(
                        region.span(),
                        format!(
                            "the policy declares no in-country region `{region}`; it declares {}",
                            list(&names)
                        ),
                    );
                    return None;
                }
            }
        }
    })
}

/// A regulated value is processed for named purposes; none means it may not be processed at all.
fn purposes(
    raw: &attr::Field,
    ident: &syn::Ident,
    residency: Option<&Residency>,
    policy: &Policy,
    mistakes: &Mistakes,
) -> Vec<(String, syn::Ident)> {
    let Some(purposes) = &raw.purpose else {
        if !matches!(residency, None | Some(Residency::Global)) {
            mistakes.add(
                ident.span(),
                format!("`{ident}` lacks `purpose(…)`: why it may be processed"),
            );
        }
        return Vec::new();
    };
    let names: Vec<String> = policy.purposes().keys().map(ToString::to_string).collect();
    let mut found: Vec<(String, syn::Ident)> = Vec::new();
    for path in purposes.as_ref().iter() {
        let written = path.to_token_stream().to_string();
        match names.iter().find(|name| title_case(name) == written) {
            Some(name) if found.iter().any(|(known, _)| known == name) => {
                mistakes.add(path.span(), format!("purpose `{written}` is named twice"));
            }
            Some(name) => found.push((
                name.clone(),
                format_ident!("{}", title_case(name), span = path.span()),
            )),
            None => mistakes.add(
                path.span(),
                format!(
                    "the policy declares no purpose `{written}`; it declares {}",
                    list(&names)
                ),
            ),
        }
    }
    if found.is_empty() && purposes.as_ref().is_empty() {
        mistakes.add(purposes.span(), "name at least one purpose");
    }
    found
}

fn list(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{}`", title_case(name)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What is replicated everywhere must say nothing about a person.
fn nothing_personal_is_global(
    raw: &attr::Field,
    class: &Classification,
    whose: &syn::Ident,
    ident: &syn::Ident,
    mistakes: &Mistakes,
) {
    // What went through a release of its source says nothing about one person any more; that the source declares the
    // release is compared where both are known.
    if class.transform.is_some() {
        return;
    }
    if matches!(class.residency, Residency::Global) && class.sensitivity >= Sensitivity::Personal {
        let span = raw.residency.as_ref().map_or(ident.span(), SpannedExt::place);
        mistakes.add(
            span,
            format!(
                "`{whose}::{ident}` is `{}` ({}), and nothing personal may be `global`; use `in_country`, `regional` \
                 or `pinned(Region)`",
                class.category, class.sensitivity
            ),
        );
    }
}

/// A regulated value in an ordinary type could leave by a field access, a format string or another derive.
fn kept_closed(
    raw: &attr::Field,
    class: &Classification,
    whose: &syn::Ident,
    ident: &syn::Ident,
    mistakes: &Mistakes,
) {
    if matches!(class.residency, Residency::Global) {
        return;
    }
    if !matches!(raw.vis, syn::Visibility::Inherited) {
        mistakes.add(
            raw.vis.span(),
            format!(
                "`{whose}::{ident}` is {}, so it is private: `{ident}(&session, &grant)` reads it",
                class.residency.words()
            ),
        );
    }
    if let Some(plain) = plain_type(&raw.ty) {
        mistakes.add(
            raw.ty.span(),
            format!(
                "`{whose}::{ident}` is `{}`, {}, and `{plain}` holds it in the clear; write `Sealed<{plain}>` \
                 (ciphertext) or `Resident<{plain}>` (plain in its own region's store)",
                class.category,
                class.residency.words()
            ),
        );
    }
}

/// High-sensitivity values are ciphertext even in their own region's store.
fn sensitive_is_sealed(
    raw: &attr::Field,
    class: &Classification,
    whose: &syn::Ident,
    ident: &syn::Ident,
    mistakes: &Mistakes,
) {
    if class.sensitivity == Sensitivity::Sensitive
        && outer_names(&raw.ty).iter().any(|name| name == "Resident")
    {
        mistakes.add(
            raw.ty.span(),
            format!(
                "`{whose}::{ident}` is `{}` (sensitive), so it is ciphertext even in its own region's store: write \
                 `Sealed<…>` in place of `Resident<…>`",
                class.category
            ),
        );
    }
}

/// A release is for regulated fields, and a cohort keyed by what identifies a person is that person.
fn releases(
    raw: &attr::Field,
    class: &Classification,
    identifies: bool,
    ident: &syn::Ident,
    mistakes: &Mistakes,
) {
    let Some(release) = raw.release.first() else {
        return;
    };
    if matches!(class.residency, Residency::Global) {
        mistakes.add(
            release.place(),
            format!("`{ident}` is global and needs no `release`"),
        );
    } else if identifies {
        mistakes.add(
            release.place(),
            format!(
                "`{ident}` is `{}`, which identifies one person, so it may not be released in any form",
                class.category
            ),
        );
    }
}

/// The span of an attribute's value.
trait SpannedExt {
    fn place(&self) -> Span;
}

impl<T> SpannedExt for darling::util::SpannedValue<T> {
    fn place(&self) -> Span {
        self.span()
    }
}
