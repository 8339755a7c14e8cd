//! Checks of blind indexes: which fields may have one, and what is declared of it.

use boundary_schema::{BlindIndexDeclaration, Kind, Normalisation};
use syn::spanned::Spanned;

use super::Mistakes;
use super::types::outer_names;
use crate::attr;
use crate::model::{BlindIndex, Content, Field, Model, Residency};

/// The blind index that a field declares to be, or what is wrong with its attributes. It takes its classification from
/// the field whose index it is: otherwise the two could differ.
pub(super) fn declared(raw: &attr::Field, ident: &syn::Ident, mistakes: &Mistakes) -> Option<BlindIndex> {
    let of = raw.index_of.as_ref()?.as_ref().0.clone();
    let classified = raw.category.is_some()
        || raw.residency.is_some()
        || raw.purpose.is_some()
        || raw.from.is_some()
        || raw.transform.is_some()
        || !raw.release.is_empty();
    if classified {
        mistakes.add(
            ident.span(),
            format!("`{ident}` is the blind index of `{of}`, so its classification is that field's; leave it out here"),
        );
    }
    if !matches!(raw.vis, syn::Visibility::Inherited) {
        mistakes.add(
            raw.vis.span(),
            format!("`{ident}` is a blind index, so it is private: `find_{of}(&session, &tenant, value)` looks records up"),
        );
    }
    let cardinality = cardinality(raw, ident, mistakes);
    let normalise = normalise(raw, ident, mistakes);
    Some(BlindIndex {
        of,
        cardinality: cardinality?,
        normalise: normalise?,
    })
}

/// Words of an index on a field that is none.
pub(super) fn words_without_index(raw: &attr::Field, mistakes: &Mistakes) {
    let cardinality = raw.cardinality.as_ref().map(SpannedExt::place);
    let normalise = raw.normalise.as_ref().map(SpannedExt::place);
    if let (None, Some(span)) = (&raw.index_of, cardinality.or(normalise)) {
        mistakes.add(
            span,
            "`cardinality` and `normalise` are said of a blind index: a field of its own with `index_of = …`",
        );
    }
}

/// An index is cut by the cardinality that is declared: whoever says nothing would get one that tells values apart.
fn cardinality(raw: &attr::Field, ident: &syn::Ident, mistakes: &Mistakes) -> Option<u64> {
    let least = BlindIndexDeclaration::MIN_CARDINALITY;
    match &raw.cardinality {
        None => mistakes.add(
            ident.span(),
            format!(
                "`{ident}` lacks `cardinality = …`: how many distinct values a tenant is expected to have, by which the \
                 index is cut so short that many values share one"
            ),
        ),
        Some(declared) if *declared.as_ref() < least => mistakes.add(
            declared.span(),
            format!(
                "a blind index of fewer than {least} values is read by listing them, so there is none; look the \
                 records up by another field, and open this one"
            ),
        ),
        Some(declared) => return Some(*declared.as_ref()),
    }
    None
}

/// Two spellings of one value have two indexes, so what is done about that is said, even if it is nothing.
fn normalise(raw: &attr::Field, ident: &syn::Ident, mistakes: &Mistakes) -> Option<Vec<Normalisation>> {
    let Some(steps) = &raw.normalise else {
        mistakes.add(
            ident.span(),
            format!(
                "`{ident}` lacks `normalise(…)`: what is done to a value before it is indexed, in this order: {}; or \
                 `normalise(exact)`",
                Normalisation::WORDS[1..].join(", ")
            ),
        );
        return None;
    };
    let named = &steps.as_ref().0;
    let is_twice = (1..named.len()).any(|index| named[..index].contains(&named[index]));
    if is_twice || (named.len() > 1 && named.contains(&Normalisation::Exact)) {
        mistakes.add(
            steps.place(),
            "each step of a normalisation is named once, and `exact` stands alone",
        );
        return None;
    }
    Some(named.clone())
}

/// Checks each index against the field whose index it is.
pub(super) fn check(model: &Model, mistakes: &Mistakes) {
    let mut seen: Vec<&syn::Ident> = Vec::new();
    for field in &model.fields {
        let Content::Index(index) = &field.content else {
            continue;
        };
        if model.kind != Kind::Table {
            mistakes.add(
                field.ident.span(),
                format!(
                    "`{}` is no table, so nothing is looked up in it by an index",
                    model.ident
                ),
            );
        }
        if seen.contains(&&index.of) {
            mistakes.add(
                index.of.span(),
                format!(
                    "`{}` has a blind index already; two of them tell more than one",
                    index.of
                ),
            );
        }
        seen.push(&index.of);
        match model.fields.iter().find(|other| other.ident == index.of) {
            Some(of) => may_have_one(model, field, of, mistakes),
            None => mistakes.add(
                index.of.span(),
                format!("`{}` has no field `{}`", model.ident, index.of),
            ),
        }
    }
}

/// Only a sealed field of many and evenly frequent values may have an index.
fn may_have_one(model: &Model, index: &Field, of: &Field, mistakes: &Mistakes) {
    let (whose, name) = (&model.ident, &of.ident);
    let Content::Value(class) = &of.content else {
        mistakes.add(
            index.ident.span(),
            format!("`{whose}::{name}` holds no classified value, so it has no blind index"),
        );
        return;
    };
    if matches!(class.residency, Residency::Global) {
        mistakes.add(
            index.ident.span(),
            format!("`{whose}::{name}` is global and plain, so it can be queried as it is; leave out its blind index"),
        );
    } else if outer_names(&of.ty).iter().any(|name| name == "Resident") {
        mistakes.add(
            index.ident.span(),
            format!(
                "`{whose}::{name}` is resident, plain in its own region's store, so it can be queried as it is; leave \
                 out its blind index"
            ),
        );
    } else if !class.indexable {
        mistakes.add(
            index.ident.span(),
            format!(
                "`{whose}::{name}` is `{}`, and a blind index of it could be read: values of this category are few, or some \
                 far more frequent than others, or nothing that anybody is looked up by; look the records up by another \
                 field, and open this one",
                class.category
            ),
        );
    } else if of.parametric {
        mistakes.add(
            index.ident.span(),
            format!("the type of `{whose}::{name}` depends on a parameter, so it has no blind index"),
        );
    }
    let is_option = |field: &Field| outer_names(&field.ty).iter().any(|name| name == "Option");
    let holds_index = outer_names(&index.ty)
        .last()
        .is_some_and(|name| name == "BlindIndex");
    if !holds_index || is_option(index) != is_option(of) {
        let ty = match is_option(of) {
            true => "Option<BlindIndex>",
            false => "BlindIndex",
        };
        mistakes.add(
            index.ty.span(),
            format!("the blind index of `{whose}::{name}` is of type `{ty}`"),
        );
    }
}

/// The span of an attribute's value.
trait SpannedExt {
    fn place(&self) -> proc_macro2::Span;
}

impl<T> SpannedExt for darling::util::SpannedValue<T> {
    fn place(&self) -> proc_macro2::Span {
        self.span()
    }
}
