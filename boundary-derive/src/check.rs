//! Compares the attributes with the policy. Every check is a function with its reason; all mistakes are reported.

mod classification;
mod types;

use std::cell::RefCell;

use boundary_schema::{FieldRole, Kind, Policy, Tenancy};
use darling::ast::Data;
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use self::classification::classification;
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
    no_generics(&input, &mistakes);
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
        .filter_map(|raw| field(raw, &struct_ident, policy, &mistakes))
        .collect();
    let model = Model {
        ident: input.ident,
        vis: input.vis,
        kind,
        name,
        tenancy,
        policy: input.policy.unwrap_or_else(|| syn::parse_quote!(crate::policy)),
        fields: checked,
    };
    roles(&model, &mistakes);
    global_table(&model, &mistakes);
    columns_differ(&model, &mistakes);
    match mistakes.0.into_inner() {
        None => Ok(model),
        Some(errors) => Err(errors),
    }
}

/// A declaration is of a table or an event, or nothing could be joined with it.
fn kind(input: &attr::Input, mistakes: &Mistakes) -> (Kind, String) {
    match (&input.table, &input.event) {
        (Some(table), None) => (Kind::Table, table.as_ref().clone()),
        (None, Some(event)) => (Kind::Event, event.as_ref().clone()),
        (Some(_), Some(event)) => {
            mistakes.add(
                event.span(),
                "a struct is a table or an event; declare the event as a struct of its own",
            );
            (Kind::Table, String::new())
        }
        (None, None) => {
            mistakes.add(
                input.ident.span(),
                format!(
                    "`{}` does not say what it is; write `#[boundary(table = \"…\", tenancy = tenant)]` or \
                     `#[boundary(event = \"…\")]` above it",
                    input.ident
                ),
            );
            (Kind::Table, String::new())
        }
    }
}

/// A table is pinned to a region or replicated; there is no third state and no default.
fn tenancy(input: &attr::Input, kind: Kind, mistakes: &Mistakes) -> Tenancy {
    match (kind, &input.tenancy) {
        (Kind::Table, Some(tenancy)) => tenancy.as_ref().0,
        (Kind::Event, None) => Tenancy::Tenant,
        (Kind::Event, Some(tenancy)) => {
            mistakes.add(
                tenancy.span(),
                "an event is always of a tenant; leave `tenancy` out",
            );
            Tenancy::Tenant
        }
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

/// A generic model has no single declaration that the vault could know.
fn no_generics(input: &attr::Input, mistakes: &Mistakes) {
    if !input.generics.params.is_empty() {
        mistakes.add(
            input.generics.span(),
            "a declared model has no generic parameters or lifetimes yet",
        );
    }
}

fn field(raw: attr::Field, whose: &syn::Ident, policy: &Policy, mistakes: &Mistakes) -> Option<Field> {
    let ident = raw.ident.clone()?;
    let column = raw
        .column
        .as_ref()
        .map_or_else(|| ident.unraw().to_string(), |column| column.as_ref().clone());
    let content = match role(&raw, &ident, mistakes) {
        Some(role) => Content::Role(role),
        None => Content::Value(classification(&raw, whose, &ident, policy, mistakes)?),
    };
    Some(Field {
        ident,
        ty: raw.ty,
        column,
        content,
    })
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
    if raw.category.is_some() || raw.residency.is_some() || raw.purpose.is_some() || !raw.release.is_empty() {
        mistakes.add(
            ident.span(),
            format!("`{ident}` plays a role, so it takes no classification"),
        );
    }
    Some(role)
}

/// A sealed record is bound to its identifier, its tenant and its subject, and opens with its data key.
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
        if let Some(second) = fields.next() {
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
        mistakes.add(
            field.ident.span(),
            format!(
                "`{}` is a global table, so nothing in it is regulated; move `{}` to a table with `tenancy = tenant`",
                model.ident, field.ident
            ),
        );
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
