//! Compares the attributes with the policy. Every check is a function with its reason; all mistakes are reported.

use std::cell::RefCell;

use boundary_schema::{FieldRole, Kind, Plane, Policy, Sensitivity, Tenancy};
use darling::ast::Data;
use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::attr;
use crate::model::{Classification, Content, Field, Model, Residency, title_case};

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

fn classification(
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
        residency,
        purposes,
        releases: raw
            .release
            .iter()
            .flat_map(|release| release.as_ref().0.clone())
            .collect(),
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

/// The text of a type that is known to hold its value in the clear. What this does not know, the compiler finds by
/// the bound `Guarded` on the field's type.
fn plain_type(ty: &syn::Type) -> Option<String> {
    const PLAIN: [&str; 26] = [
        "String", "str", "char", "bool", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "i128", "isize", "f32", "f64", "Vec", "Box", "Cow", "Arc", "Rc", "PathBuf", "HashMap",
        "BTreeMap",
    ];
    let names = outer_names(ty);
    match (ty, names.last()) {
        (syn::Type::Reference(_) | syn::Type::Array(_) | syn::Type::Tuple(_), _) => Some(text(ty)),
        (_, Some(name)) if PLAIN.contains(&name.as_str()) => Some(text(innermost(ty))),
        _ => None,
    }
}

fn text(ty: &syn::Type) -> String {
    ty.to_token_stream()
        .to_string()
        .replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace("& ", "&")
}

/// The names of a type through its `Option`s: `Option<Sealed<String>>` is `Option`, `Sealed`.
fn outer_names(ty: &syn::Type) -> Vec<String> {
    let syn::Type::Path(path) = ty else {
        return Vec::new();
    };
    let Some(segment) = path.path.segments.last() else {
        return Vec::new();
    };
    let mut names = vec![segment.ident.to_string()];
    if segment.ident == "Option"
        && let Some(inner) = argument(segment)
    {
        names.extend(outer_names(inner));
    }
    names
}

fn innermost(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Path(path) => match path.path.segments.last() {
            Some(segment) if segment.ident == "Option" => argument(segment).map_or(ty, innermost),
            _ => ty,
        },
        _ => ty,
    }
}

fn argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
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
