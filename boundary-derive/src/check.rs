//! Compares the attributes with the policy. Every check is a function with its reason; all mistakes are reported.

mod blind_index;
mod classification;
mod lineage;
mod parameters;
mod types;

use std::cell::RefCell;

use boundary_schema::{DatasetKind, FieldRole, Kind, Policy, Tenancy};
use darling::ast::Data;
use proc_macro2::Span;
use syn::ext::IdentExt;

use self::classification::classification;
pub(crate) use self::types::outer_names;
use crate::attr;
use crate::model::{Content, Field, Model};

/// Collects mistakes, so that a developer sees all of a struct's in one go.
#[derive(Default)]
struct Mistakes(RefCell<Option<syn::Error>>);

impl Mistakes {
    fn add(&self, span: Span, message: impl std::fmt::Display) {
        let error = syn::Error::new(span, message);
        let mut all = self.0.borrow_mut();
        match all.as_mut() {
            Some(first) => first.combine(error),
            None => *all = Some(error),
        }
    }
}

/// The model of an input, or all its mistakes.
pub(crate) fn model(input: attr::Input, policy: &Policy) -> Result<Model, syn::Error> {
    let mistakes = Mistakes::default();
    let (kind, name) = kind(&input, &mistakes);
    let tenancy = tenancy(&input, kind, &mistakes);
    let derived_from = lineage::sources(&input, kind, &mistakes);
    let Data::Struct(fields) = input.data else {
        return Err(syn::Error::new(
            input.ident.span(),
            "#[derive(Boundary)] is for structs with named fields",
        ));
    };
    let struct_ident = input.ident.clone();
    let checked: Vec<Field> = fields
        .fields
        .into_iter()
        .filter_map(|raw| field(raw, &struct_ident, &input.generics, policy, &mistakes))
        .collect();
    let model = Model {
        ident: input.ident,
        vis: input.vis,
        generics: input.generics,
        kind,
        name,
        tenancy,
        derived_from,
        policy: input.policy.unwrap_or_else(|| syn::parse_quote!(crate::policy)),
        diagnostics: !input.no_implicit_prelude.is_present(),
        fields: checked,
    };
    roles(&model, &mistakes);
    global_table(&model, &mistakes);
    columns_differ(&model, &mistakes);
    parameters::check(&model, &mistakes);
    blind_index::check(&model, &mistakes);
    lineage::check(&model, &mistakes);
    match mistakes.0.into_inner() {
        None => Ok(model),
        Some(errors) => Err(errors),
    }
}

/// A declaration is of a table, an event or a dataset, or nothing could be joined with it.
fn kind(input: &attr::Input, mistakes: &Mistakes) -> (Kind, String) {
    let dataset = input.kind.as_ref().map(|kind| kind.as_ref().0);
    let named = [
        (input.table.as_ref(), Some(Kind::Table)),
        (input.event.as_ref(), Some(Kind::Event)),
        (input.dataset.as_ref(), dataset.map(Kind::Dataset)),
    ];
    let mut named = named
        .into_iter()
        .filter_map(|(name, kind)| name.map(|name| (name, kind)));
    let Some((name, kind)) = named.next() else {
        mistakes.add(
            input.ident.span(),
            format!(
                "`{}` does not say what it is; write `#[boundary(table = \"…\", tenancy = tenant)]`, \
                 `#[boundary(event = \"…\")]` or `#[boundary(dataset = \"…\", kind = …, derived_from(…))]` above it",
                input.ident
            ),
        );
        return (Kind::Table, String::new());
    };
    if let Some((second, _)) = named.next() {
        mistakes.add(
            second.span(),
            "a struct is a table, an event or a dataset; declare the other as a struct of its own",
        );
    }
    if kind.is_none() {
        mistakes.add(
            name.span(),
            "a dataset says what it is: add `kind = aggregate`, `features`, `index`, `embedding` or `log`",
        );
    }
    if let Some(kind) = &input.kind
        && input.dataset.is_none()
    {
        mistakes.add(kind.span(), "only a dataset has a `kind`");
    }
    let kind = kind.unwrap_or(Kind::Dataset(DatasetKind::Log));
    (kind, name.as_ref().clone())
}

/// A table is pinned to a region or replicated; there is no third state and no default.
fn tenancy(input: &attr::Input, kind: Kind, mistakes: &Mistakes) -> Tenancy {
    if let (Kind::Event | Kind::Dataset(_), Some(tenancy)) = (kind, &input.tenancy) {
        mistakes.add(
            tenancy.span(),
            "an event is always of a tenant, and so is a dataset unless it is an aggregate; leave `tenancy` out",
        );
    }
    match (kind, &input.tenancy) {
        (Kind::Table, Some(tenancy)) => tenancy.as_ref().0,
        (Kind::Dataset(DatasetKind::Aggregate), _) => Tenancy::Global,
        (Kind::Event | Kind::Dataset(_), _) => Tenancy::Tenant,
        (Kind::Table, None) => {
            if let Some(table) = &input.table {
                mistakes.add(
                    table.span(),
                    "a table says whose rows it holds: add `tenancy = tenant` (pinned to a region) or \
                     `tenancy = global` (replicated, so nothing personal may be in it)",
                );
            }
            Tenancy::Tenant
        }
    }
}

fn field(
    raw: attr::Field,
    whose: &syn::Ident,
    generics: &syn::Generics,
    policy: &Policy,
    mistakes: &Mistakes,
) -> Option<Field> {
    let ident = raw.ident.clone()?;
    let parametric = parameters::mentioned(&raw.ty, generics);
    let column = raw
        .column
        .as_ref()
        .map_or_else(|| ident.unraw().to_string(), |column| column.as_ref().clone());
    blind_index::words_without_index(&raw, mistakes);
    let content = match role(&raw, &ident, mistakes) {
        Some(role) => Content::Role(role),
        None if is_marker(&raw.ty) => Content::Marker,
        None if raw.index_of.is_some() => Content::Index(blind_index::declared(&raw, &ident, mistakes)?),
        None => Content::Value(classification(&raw, whose, &ident, policy, mistakes)?),
    };
    Some(Field {
        ident,
        ty: raw.ty,
        column,
        content,
        parametric,
    })
}

/// `PhantomData` by its name; the generated code builds the one of `core`, so another type of that name does not compile.
fn is_marker(ty: &syn::Type) -> bool {
    outer_names(ty).last().is_some_and(|name| name == "PhantomData")
}

/// A field has one role or a classification: a role's category is known, and a value plays no role.
fn role(raw: &attr::Field, ident: &syn::Ident, mistakes: &Mistakes) -> Option<FieldRole> {
    let flags = [
        (raw.record_id, FieldRole::RecordId),
        (raw.tenant, FieldRole::Tenant),
        (raw.subject, FieldRole::Subject),
        (raw.data_key, FieldRole::DataKey),
    ];
    let mut present = flags.into_iter().filter(|(flag, _)| flag.is_present());
    let (_, role) = present.next()?;
    if let Some((second, _)) = present.next() {
        mistakes.add(second.span(), format!("`{ident}` can play one role only"));
    }
    if raw.category.is_some()
        || raw.residency.is_some()
        || raw.purpose.is_some()
        || raw.index_of.is_some()
        || !raw.release.is_empty()
    {
        mistakes.add(
            ident.span(),
            format!("`{ident}` plays a role, so it takes no classification"),
        );
    }
    Some(role)
}

/// A sealed record is bound to its identifier, its tenant and its subject, and opens with its data key. Only the
/// identifier may have several parts.
fn roles(model: &Model, mistakes: &Mistakes) {
    let roles = [
        (FieldRole::RecordId, "record_id"),
        (FieldRole::Tenant, "tenant"),
        (FieldRole::Subject, "subject"),
        (FieldRole::DataKey, "data_key"),
    ];
    for (role, name) in roles {
        let mut fields = model.fields.iter().filter(|field| field.is(role));
        let first = fields.next();
        if let Some(second) = fields.next()
            && role != FieldRole::RecordId
        {
            mistakes.add(
                second.ident.span(),
                format!("`{}` has a `{name}` already", model.ident),
            );
        }
        match (first, model.tenancy) {
            (None, Tenancy::Tenant) => mistakes.add(
                model.ident.span(),
                format!(
                    "`{}` lacks a field with the role `#[boundary({name})]`",
                    model.ident
                ),
            ),
            (Some(field), Tenancy::Global) if role != FieldRole::RecordId => mistakes.add(
                field.ident.span(),
                format!("`{}` is a global table, so it has no `{name}`", model.ident),
            ),
            _ => {}
        }
    }
}

/// A global table is replicated to every region and to the central plane.
fn global_table(model: &Model, mistakes: &Mistakes) {
    if model.tenancy != Tenancy::Global {
        return;
    }
    for field in model.fields.iter().filter(|field| field.guarded().is_some()) {
        let (ident, field_ident) = (&model.ident, &field.ident);
        let message = match model.kind {
            Kind::Dataset(_) => format!(
                "`{ident}` is an aggregate, so nothing in it is about one person; say `transform = cohort` of \
                 `{field_ident}`, or make it a dataset of another kind"
            ),
            _ => format!(
                "`{ident}` is a global table, so nothing in it is regulated; move `{field_ident}` to a table with \
                 `tenancy = tenant`"
            ),
        };
        mistakes.add(field.ident.span(), message);
    }
}

/// Two fields of one column would classify it twice.
fn columns_differ(model: &Model, mistakes: &Mistakes) {
    for (index, field) in model.fields.iter().enumerate() {
        if model.fields[..index]
            .iter()
            .any(|earlier| earlier.column == field.column)
        {
            mistakes.add(
                field.ident.span(),
                format!("column `{}` is declared twice", field.column),
            );
        }
    }
}
