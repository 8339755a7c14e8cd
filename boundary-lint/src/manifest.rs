//! The manifest of a project: its facts, as items that are known by name.
//!
//! Nothing is decided here, and no line of a file gets into it, so that it changes only with what is declared.

use std::collections::BTreeMap;

use boundary_schema::manifest::{Attribute, Item, ItemKind, Manifest, Said, Value};
use boundary_schema::{CratePlane, Policy, Sensitivity, Taxonomy};

use crate::catalogue::{RelationKind, WayOutKind};
use crate::facts::{Declaration, Facts};
use crate::parse::declarations::{Json, Says, Stands};
use crate::rules::name;
use crate::source::Place;
use crate::suppress;

/// A manifest, with the place of each item.
#[derive(Debug, Default)]
pub struct Placed {
    /// What is declared.
    pub manifest: Manifest,
    /// Where each item is declared, or came to be.
    pub places: BTreeMap<Item, Place>,
}

impl Placed {
    fn add(
        &mut self,
        kind: ItemKind,
        group: &str,
        name: impl Into<String>,
        place: Option<Place>,
        said: Said,
    ) {
        let item = Item {
            kind,
            group: group.to_owned(),
            name: name.into(),
        };
        if let Some(place) = place {
            self.places.entry(item.clone()).or_insert(place);
        }
        // What is there several times under one name is counted; a column of two sources is said once.
        let counted = [ItemKind::Exit, ItemKind::Unseen, ItemKind::Suppression].contains(&kind);
        match self.manifest.items.get_mut(&item) {
            Some(known) if counted => {
                let count = match known.get(Attribute::Count) {
                    Some(Value::Number(count)) => count + 1,
                    _ => 2,
                };
                known.set(Attribute::Count, Value::Number(count));
            }
            Some(_) => {}
            None => {
                self.manifest.items.insert(item, said);
            }
        }
    }
}

/// The manifest of these facts; without the crates of the planes it lacks the exits.
#[must_use]
pub fn of(facts: &Facts) -> Placed {
    let mut placed = Placed::default();
    if let Some(policy) = &facts.policy {
        settings(facts, policy, &mut placed);
        named(facts, policy, &mut placed);
    }
    relations(facts, &mut placed);
    made(facts, &mut placed);
    exits(facts, &mut placed);
    for suppression in suppress::written(facts) {
        let mut said = Said::default();
        said.text(Attribute::Reason, suppression.reason.clone());
        said.text(Attribute::Owner, suppression.owner.clone());
        said.text(Attribute::Until, suppression.until.clone());
        placed.add(
            ItemKind::Suppression,
            &suppression.rule,
            suppression.at(),
            Some(suppression.place),
            said,
        );
    }
    for unseen in &facts.unseen {
        let file = &facts.sources.file(unseen.place.file).shown;
        placed.add(
            ItemKind::Unseen,
            file,
            unseen.why.clone(),
            Some(unseen.place),
            Said::default(),
        );
    }
    placed
}

/// The first place in the policy where a key of a table stands.
fn in_policy(facts: &Facts, table: &str, key: &str) -> Option<Place> {
    let source = facts.policy.as_ref()?.source();
    let find = |needle: &str, from: usize| source.get(from..)?.find(needle).map(|at| from + at);
    let (start, length) = match find(&format!("[{table}.{key}]"), 0) {
        Some(at) => (at, table.len() + key.len() + 3),
        None => {
            let section = find(&format!("[{table}]"), 0)?;
            match find(&format!("\n{key}"), section) {
                Some(at) => (at + 1, key.len()),
                None => (section, table.len() + 2),
            }
        }
    };
    facts.in_policy(&(start..start + length))
}

fn settings(facts: &Facts, policy: &Policy, placed: &mut Placed) {
    let number = |value: u64| Value::Number(value);
    let release = policy.release();
    let mut settings = vec![
        (
            "consent",
            "grant_max_age",
            number(policy.consent().grant_max_age.as_secs()),
        ),
        ("keys", "lease", number(policy.keys().lease.as_secs())),
        (
            "release",
            "destination",
            Value::Text(release.destination.to_string()),
        ),
        (
            "release",
            "minimum_subjects",
            number(release.minimum_subjects.into()),
        ),
        (
            "release",
            "max_share_percent",
            number(release.max_share_percent.into()),
        ),
    ];
    if let Some(backups) = policy.backups() {
        settings.extend([
            ("backups", "rows", number(backups.rows.as_secs())),
            ("backups", "keys", number(backups.keys.as_secs())),
            ("backups", "restore", Value::Text(backups.restore.clone())),
        ]);
    }
    for (table, key, value) in settings {
        let mut said = Said::default();
        said.set(Attribute::Value, value);
        let place = in_policy(facts, table, key);
        placed.add(ItemKind::Setting, "", format!("{table}.{key}"), place, said);
    }
    for (category, bucket) in policy.envelope().padding() {
        let mut said = Said::default();
        said.set(Attribute::Value, number(bucket.into()));
        let place = in_policy(facts, "envelope.padding", &format!("\"{category}\""));
        let name = format!("envelope.padding.{category}");
        placed.add(ItemKind::Setting, "", name, place, said);
    }
}

/// Regions, purposes, categories, roles, sinks and crates.
fn named(facts: &Facts, policy: &Policy, placed: &mut Placed) {
    for (name, region) in policy.regions() {
        let mut said = Said::default();
        said.text(Attribute::Jurisdiction, region.jurisdiction.as_str());
        said.text(Attribute::Plane, region.plane.as_str());
        let place = in_policy(facts, "regions", name.as_str());
        placed.add(ItemKind::Region, "", name.as_str(), place, said);
    }
    for (name, purpose) in policy.purposes() {
        let mut said = Said::default();
        said.text(Attribute::Use, purpose.data_use.as_str());
        said.text(Attribute::Basis, purpose.basis.as_str());
        let place = in_policy(facts, "purposes", name.as_str());
        placed.add(ItemKind::Purpose, "", name.as_str(), place, said);
    }
    let built_in = Taxonomy::built_in();
    for category in policy.categories().iter() {
        if built_in.get(&category.key).is_some() {
            continue;
        }
        let mut said = Said::default();
        said.text(Attribute::Sensitivity, category.sensitivity.as_str());
        if category.identifies() {
            said.set(Attribute::Identifies, Value::Yes);
        }
        let place = in_policy(facts, "categories", &format!("\"{}\"", category.key));
        placed.add(ItemKind::Category, "", category.key.as_str(), place, said);
    }
    for (name, role) in policy.roles() {
        let mut said = Said::default();
        said.words(
            Attribute::Purposes,
            role.purposes.iter().map(|purpose| purpose.as_str()),
        );
        let place = in_policy(facts, "roles", name.as_str());
        placed.add(ItemKind::Role, "", name.as_str(), place, said);
    }
    for (name, sink) in policy.sinks() {
        let mut said = Said::default();
        said.text(Attribute::Type, sink.kind.as_str());
        said.text(Attribute::Region, sink.region.as_str());
        let place = in_policy(facts, "sinks", name.as_str());
        placed.add(ItemKind::Sink, "", name.as_str(), place, said);
    }
    for plane in CratePlane::ALL {
        for package in policy.crates().of(*plane) {
            let mut said = Said::default();
            said.text(Attribute::Plane, plane.as_str());
            let place = in_policy(facts, "crates", plane.as_str());
            placed.add(ItemKind::Crate, "", package.as_str(), place, said);
        }
    }
}

fn relations(facts: &Facts, placed: &mut Placed) {
    let shown = |database: usize| {
        let database = facts.databases.get(database);
        database.map_or("", |database| database.shown.as_str())
    };
    for table in &facts.tables {
        let (schema, relation) = &table.key;
        let mut said = Said::default();
        said.text(Attribute::Type, kind(table.kind));
        let declared = facts.declared_schema(table.database, schema);
        let declarations = facts.declarations_of(declared, relation);
        if let Some(tenancy) = tenancy(declarations) {
            said.text(Attribute::Tenancy, tenancy);
        }
        let security = &table.row_security;
        if security.enabled && security.forced && !security.policies.is_empty() {
            said.set(Attribute::RowSecurity, Value::Yes);
        }
        if let Some((schema, relation)) = &table.born {
            said.text(Attribute::Born, format!("{schema}.{relation}"));
        }
        placed.add(
            ItemKind::Table,
            shown(table.database),
            format!("{schema}.{relation}"),
            Some(table.birth),
            said,
        );
    }
    for column in &facts.columns {
        let mut said = Said::default();
        said.text(Attribute::Type, column.data_type.as_str());
        if column.nullable {
            said.set(Attribute::Null, Value::Yes);
        }
        let declaration = facts.declaration(column);
        if let Some(declaration) = declaration {
            declared(facts, declaration, &mut said);
        }
        if let Some(born) = &column.born {
            said.text(Attribute::Born, name(born));
        }
        let place = declaration.map_or(column.birth, |declaration| declaration.place);
        placed.add(
            ItemKind::Column,
            shown(column.database),
            name(&column.key),
            Some(place),
            said,
        );
    }
    for publication in &facts.publications {
        way_out(placed, "publication", &publication.name, publication.place);
    }
    for way in &facts.ways_out {
        let kind = match way.kind {
            WayOutKind::Subscription => "subscription",
            WayOutKind::Server => "foreign server",
            WayOutKind::Program => "program",
        };
        way_out(placed, kind, &way.name, way.place);
    }
}

fn way_out(placed: &mut Placed, kind: &str, name: &str, place: Place) {
    let mut said = Said::default();
    said.text(Attribute::Type, kind);
    placed.add(ItemKind::WayOut, "", format!("{kind} {name}"), Some(place), said);
}

const fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Foreign => "foreign table",
    }
}

/// Whose rows a table holds, where its declarations say it.
fn tenancy(declarations: &[Declaration]) -> Option<&'static str> {
    if declarations.iter().any(|declared| declared.global) {
        return Some("global");
    }
    let is_tenant = |declared: &Declaration| declared.says == Says::Role("tenant");
    declarations.iter().any(is_tenant).then_some("tenant")
}

/// What a declaration says of a column or a field.
fn declared(facts: &Facts, declaration: &Declaration, said: &mut Said) {
    match &declaration.says {
        Says::Category { category, residency } => {
            said.text(Attribute::Category, category.as_str());
            let known = facts.category(category);
            let sensitivity = known.map_or(Sensitivity::Sensitive, |known| known.sensitivity);
            said.text(Attribute::Sensitivity, sensitivity.as_str());
            if let Some(residency) = residency {
                said.text(Attribute::Residency, residency.to_string());
            }
        }
        Says::Role(role) => said.text(Attribute::Role, *role),
        Says::DataKey => said.text(Attribute::Role, "data_key"),
        Says::Nothing => {}
    }
    let purposes = declaration.purposes.iter();
    said.words(
        Attribute::Purposes,
        purposes.map(|written| {
            facts
                .purpose(written)
                .map_or(written.as_str(), |known| known.name.as_str())
        }),
    );
    if let (Some(protection), Says::Category { .. }) = (declaration.protection, &declaration.says) {
        said.text(Attribute::Protection, protection_word(protection));
    }
    said.words(Attribute::Release, declaration.releases.iter().cloned());
    said.words(Attribute::From, declaration.from.iter().cloned());
    match &declaration.json {
        Json::Type(_) if declaration.protection.is_some() => {}
        Json::Type(named) => said.text(Attribute::Json, named.as_str()),
        Json::Opaque => said.text(Attribute::Json, "opaque"),
        Json::Unsaid => {}
    }
}

/// How a struct holds a value, in a word.
#[must_use]
pub const fn protection_word(protection: boundary_schema::Protection) -> &'static str {
    match protection {
        boundary_schema::Protection::Sealed => "sealed",
        boundary_schema::Protection::Resident => "resident",
        boundary_schema::Protection::BlindIndex => "blind_index",
        boundary_schema::Protection::Plain => "plain",
    }
}

fn made(facts: &Facts, placed: &mut Placed) {
    for made in &facts.made {
        let (item, mut said) = match made.stands {
            Stands::Event => (ItemKind::Event, Said::default()),
            Stands::Table | Stands::Dataset => (ItemKind::Dataset, Said::default()),
        };
        said.text(Attribute::Type, made.kind.clone().unwrap_or_default());
        said.words(Attribute::From, made.derived_from.iter().cloned());
        placed.add(item, "", made.name.as_str(), Some(made.place), said);
        for field in &made.fields {
            let mut said = Said::default();
            declared(facts, field, &mut said);
            placed.add(
                ItemKind::Field,
                &made.name,
                field.field.as_str(),
                Some(field.place),
                said,
            );
        }
    }
}

/// Exits are known by what they do and why, and not by the file they stand in.
fn exits(facts: &Facts, placed: &mut Placed) {
    for exit in &facts.crates.exits {
        let reason = exit
            .reason
            .as_deref()
            .unwrap_or("the reason is no text in the code");
        let name = format!("{}: {reason}", exit.function);
        placed.add(ItemKind::Exit, "", name, Some(exit.at.place), Said::default());
    }
}
