//! Checks of what a model was made from. Whether it kept the strictness of its sources is compared by the compiler, in
//! the constants that `emit` writes: a derive does not see the sources' declarations.

use boundary_schema::Kind;
use syn::spanned::Spanned;

use super::Mistakes;
use crate::attr;
use crate::model::{Content, From, Model, last};

/// The sources of a dataset; one without has no lineage, so an erasure would not find it.
pub(super) fn sources(input: &attr::Input, kind: Kind, mistakes: &Mistakes) -> Vec<syn::Path> {
    let sources: Vec<syn::Path> = input
        .derived_from
        .iter()
        .flat_map(|sources| sources.as_ref().iter().cloned())
        .collect();
    match (kind, &input.derived_from) {
        (Kind::Dataset(_), _) if sources.is_empty() => mistakes.add(
            input.ident.span(),
            format!(
                "`{}` does not say what it was made from; add `derived_from(…)` with the models it was made from: its \
                 residency, its purposes and its erasure follow from theirs",
                input.ident
            ),
        ),
        (Kind::Table | Kind::Event, Some(sources)) => mistakes.add(
            sources.span(),
            "`derived_from` is for datasets; a field of a table or an event says `from(Model::field)`",
        ),
        _ => {}
    }
    sources
}

/// `from(Customer::city, Payment::amount)` as it was written on a field.
pub(super) fn from(raw: &attr::Field, mistakes: &Mistakes) -> Vec<From> {
    let paths = raw.from.iter().flat_map(|paths| paths.as_ref().iter());
    paths
        .filter_map(|path| {
            let mut record = path.clone();
            let field = record.segments.pop();
            record.segments.pop_punct();
            match field {
                Some(field) if !record.segments.is_empty() && field.arguments.is_none() => Some(From {
                    record,
                    field: field.ident,
                }),
                _ => {
                    mistakes.add(path.span(), "a source is written `Model::field`");
                    None
                }
            }
        })
        .collect()
}

/// A field of a dataset comes from the dataset's sources, and a transform is of a named field.
pub(super) fn check(model: &Model, mistakes: &Mistakes) {
    for field in &model.fields {
        let Content::Value(class) = &field.content else {
            continue;
        };
        if class.transform.is_some() && class.from.is_empty() {
            mistakes.add(
                field.ident.span(),
                format!(
                    "`{}` says `transform` and not of what; add `from(Model::field)`",
                    field.ident
                ),
            );
        }
        if !matches!(model.kind, Kind::Dataset(_)) {
            if class.transform.is_some() {
                mistakes.add(
                    field.ident.span(),
                    format!(
                        "`{}` is no dataset, so `{}` holds what it was given; only a field of a dataset says `transform`",
                        model.ident, field.ident
                    ),
                );
            }
            continue;
        }
        for source in &class.from {
            if !model.derived_from.contains(&source.record) {
                mistakes.add(
                    source.record.span(),
                    format!(
                        "`{}` is not among the sources of `{}`; add it to `derived_from(…)`",
                        last(&source.record),
                        model.ident
                    ),
                );
            }
        }
    }
}
