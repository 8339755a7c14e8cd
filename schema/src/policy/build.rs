//! Makes the typed policy and reports what only several keys together can get wrong.
//!
//! `check` has reported every other mistake, so a value that is missing or malformed is passed over in silence here:
//! the policy is not made, and the report says why.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::Policy;
use super::columns::{ColumnMeaning, ColumnResidency, DeclaredColumn};
use super::duration;
use super::error::{Report, quoted};
use super::parts::{
    Allowed, Approved, Backups, Consent, CratePlane, Crates, Envelope, Keys, MigrationFolder, Plane, Purpose,
    Region, ReleaseRules, Role, Sink, TableKeys, same_crate,
};
use crate::nearest::{listed, nearest};
use crate::taxonomy::{self, BUILT_IN, ExtensionError};
use crate::{Name, Taxonomy};

/// The policy, if the file says enough to make it.
pub(super) fn build(root: &Spanned<DeTable<'_>>, report: &mut Report<'_>) -> Option<Policy> {
    let root = root.get_ref();
    let categories = categories(root, report);
    let envelope = envelope(root, &categories, report);
    let crates = crates(root, report);
    let columns = columns(root, &categories, report);
    let regions = entries(root, "regions", |name, region| {
        Some(Region {
            name,
            jurisdiction: parsed(region, "jurisdiction")?,
            plane: parsed(region, "plane")?,
        })
    });
    let release = table(root, "release");
    if let (Some(regions), Some(release)) = (&regions, release) {
        planes(regions, release, report);
    }
    let release = release?;
    Some(Policy {
        source: report.text().to_owned(),
        regions: regions?,
        purposes: entries(root, "purposes", |name, purpose| {
            Some(Purpose {
                name,
                data_use: parsed(purpose, "use")?,
                basis: parsed(purpose, "basis")?,
            })
        })?,
        categories,
        roles: entries(root, "roles", |name, role| {
            let purposes = array(role, "purposes")?
                .iter()
                .map(|purpose| Name::new(text(purpose)?).ok());
            Some(Role {
                name,
                purposes: purposes.collect::<Option<_>>()?,
            })
        })?,
        sinks: entries(root, "sinks", |name, sink| {
            Some(Sink {
                name,
                kind: parsed(sink, "kind")?,
                region: parsed(sink, "region")?,
            })
        })?,
        crates,
        consent: Consent {
            grant_max_age: lasting(table(root, "consent")?, "grant_max_age")?,
        },
        keys: keys(table(root, "keys")?, report)?,
        envelope,
        release: ReleaseRules {
            destination: parsed(release, "destination")?,
            minimum_subjects: count(release, "minimum_subjects")?,
            max_share_percent: count(release, "max_share_percent")?,
        },
        columns,
        migrations: records(root, "migrations", |entry, _| {
            Some(MigrationFolder {
                path: text(entry.get("path")?)?.to_owned(),
                dialect: parsed(entry, "dialect"),
            })
        }),
        allowed: records(root, "allow", |entry, span| {
            let of = |key| Some(text(entry.get(key)?)?.to_owned());
            Some(Allowed {
                rule: of("rule")?,
                at: of("at")?,
                reason: of("reason")?,
                owner: of("owner")?,
                until: of("until")?,
                span,
            })
        }),
        approved: records(root, "approve", |entry, span| {
            let of = |key| Some(text(entry.get(key)?)?.to_owned());
            Some(Approved {
                change: of("change")?,
                by: of("by")?,
                reason: of("reason")?,
                until: of("until")?,
                span,
            })
        }),
        backups: table(root, "backups").and_then(|entry| backups(entry, report)),
    })
}

/// What sealed values show of themselves; a bucket of a category that does not exist is a mistake.
fn envelope(root: &DeTable<'_>, categories: &Taxonomy, report: &mut Report<'_>) -> Envelope {
    let padding = table(root, "envelope").and_then(|envelope| table(envelope, "padding"));
    let mut buckets = Vec::new();
    for (key, value) in padding.into_iter().flatten() {
        let Some(bucket) = whole_number(value.get_ref()).and_then(|bucket| u32::try_from(bucket).ok()) else {
            continue;
        };
        let category: &str = key.get_ref();
        if categories.get(category).is_none() {
            let message = format!(
                "`envelope.padding`: found the unknown category {}",
                quoted(category)
            );
            report.add_with_nearest(key.span(), message, categories.nearest(category));
            continue;
        }
        buckets.push((category.to_owned(), bucket));
    }
    Envelope::new(buckets)
}

/// How keys are held. A table that is named and of which nothing is said is a mistake: it reads as if something held.
fn keys(entry: &DeTable<'_>, report: &mut Report<'_>) -> Option<Keys> {
    let mut tables = BTreeMap::new();
    for (name, of_table) in table(entry, "tables").into_iter().flatten() {
        let Some(of_table) = of_table.get_ref().as_table() else {
            continue;
        };
        if of_table.is_empty() {
            let message = format!("`keys.tables`: nothing is said of {}", quoted(name.get_ref()));
            let help = "write `data_key = …`, `authority = …`, or both".to_owned();
            report.add(name.span(), message, Some(help));
        }
        let default = TableKeys::default();
        let keys = TableKeys {
            data_key: parsed(of_table, "data_key").unwrap_or(default.data_key),
            authority: parsed(of_table, "authority").unwrap_or(default.authority),
        };
        tables.insert(name.get_ref().to_string(), keys);
    }
    let wait = lasting(entry, "deletion_wait").unwrap_or(Duration::from_secs(Keys::DEFAULT_WAIT));
    Some(Keys::new(lasting(entry, "lease")?, wait, tables))
}

/// How backups are kept; keys that outlive their rows in backups would make every erasure wait for them.
fn backups(entry: &DeTable<'_>, report: &mut Report<'_>) -> Option<Backups> {
    let (rows, keys) = (lasting(entry, "rows")?, lasting(entry, "keys")?);
    if keys > rows {
        report.add(
            entry.get("keys")?.span(),
            "`backups.keys`: backups of keys are kept longer than those of the rows they open".to_owned(),
            Some("keep backups of the key tables for a shorter time: an erasure reaches the backups when they are gone".to_owned()),
        );
    }
    Some(Backups {
        rows,
        keys,
        restore: text(entry.get("restore")?)?.to_owned(),
    })
}

/// The columns of `[tables]`; one that does not say enough is a mistake.
fn columns(root: &DeTable<'_>, categories: &Taxonomy, report: &mut Report<'_>) -> Vec<DeclaredColumn> {
    let mut columns = Vec::new();
    for (name, of_table) in table(root, "tables").into_iter().flatten() {
        for (column, entry) in of_table.get_ref().as_table().into_iter().flatten() {
            let Some(entry) = entry.get_ref().as_table() else {
                continue;
            };
            let Some(meaning) = meaning(entry, column.span(), categories, report) else {
                continue;
            };
            columns.push(DeclaredColumn {
                table: name.get_ref().to_string(),
                column: column.get_ref().to_string(),
                meaning,
                json: entry.get("json").and_then(text).map(str::to_owned),
                opaque: entry.get("opaque").and_then(|flag| flag.get_ref().as_bool()) == Some(true),
                table_span: name.span(),
                span: column.span(),
            });
        }
    }
    columns
}

/// What a column is: by a role, or by category and residency.
fn meaning(
    entry: &DeTable<'_>,
    span: std::ops::Range<usize>,
    categories: &Taxonomy,
    report: &mut Report<'_>,
) -> Option<ColumnMeaning> {
    let help = || Some("write `role = …`, or `category = …` and `residency = …`".to_owned());
    match (entry.get("role"), entry.get("category")) {
        (Some(_), None) => {
            for key in ["residency", "purposes", "json", "opaque"] {
                if let Some(value) = entry.get(key) {
                    let message = format!("a column with a role has no `{key}`");
                    report.add(value.span(), message, help());
                }
            }
            parsed(entry, "role").map(ColumnMeaning::Role)
        }
        (None, Some(category)) => {
            let key = text(category)?;
            if categories.get(key).is_none() {
                let message = format!("found the unknown category {}", quoted(key));
                report.add_with_nearest(category.span(), message, categories.nearest(key));
                return None;
            }
            let Some(residency) = entry.get("residency") else {
                report.add(span, "the column lacks the key `residency`".to_owned(), help());
                return None;
            };
            let purposes = array(entry, "purposes").into_iter().flatten();
            let residency: ColumnResidency = text(residency)?.parse().ok()?;
            Some(ColumnMeaning::Category {
                category: key.to_owned(),
                residency,
                purposes: purposes
                    .map(|purpose| Name::new(text(purpose)?).ok())
                    .collect::<Option<_>>()?,
            })
        }
        (Some(_), Some(_)) | (None, None) => {
            let message = "the column needs a role or a category, one of the two".to_owned();
            report.add(span, message, help());
            None
        }
    }
}

/// Adds the policy's categories, parents first: the table is ordered by key.
fn categories(root: &DeTable<'_>, report: &mut Report<'_>) -> Taxonomy {
    let mut taxonomy = Taxonomy::built_in();
    for (key, category) in table(root, "categories").into_iter().flatten() {
        let Some(category) = category.get_ref().as_table() else {
            continue;
        };
        let Some(sensitivity) = parsed(category, "sensitivity") else {
            continue;
        };
        let identifies = category
            .get("identifies")
            .and_then(|value| value.get_ref().as_bool());
        let description = category.get("description").and_then(text);
        if let Err(error) = taxonomy.extend(key.get_ref(), sensitivity, identifies, description) {
            let meant = match &error {
                ExtensionError::NoAncestor(key) => with_known_root(key),
                _ => None,
            };
            report.add_with_nearest(key.span(), error.to_string(), meant.as_deref());
        }
    }
    taxonomy
}

/// The key with its first word put right, if that is a slip.
fn with_known_root(key: &str) -> Option<String> {
    let (root, rest) = key.split_once('.')?;
    let roots = BUILT_IN
        .iter()
        .map(|row| row.key)
        .filter(|key| taxonomy::is_root(key));
    Some(format!("{}.{rest}", nearest(root, roots)?))
}

/// Sorts the packages into their lists; a package that is in two, or twice in one, is a mistake.
fn crates(root: &DeTable<'_>, report: &mut Report<'_>) -> Crates {
    let mut crates = Crates::default();
    let Some(lists) = table(root, "crates") else {
        return crates;
    };
    for plane in CratePlane::ALL {
        let mut list = BTreeSet::new();
        for item in array(lists, plane.as_str()).into_iter().flatten() {
            let Some(name) = text(item) else { continue };
            let earlier = match list.iter().any(|listed: &String| same_crate(listed, name)) {
                true => Some(*plane),
                false => crates.plane(name),
            };
            match earlier {
                Some(earlier) => {
                    let message = format!(
                        "`crates.{plane}` lists {}, which `crates.{earlier}` lists too",
                        quoted(name)
                    );
                    report.add(item.span(), message, Some("a crate runs in one place".to_owned()));
                }
                None => {
                    list.insert(name.to_owned());
                }
            }
        }
        match plane {
            CratePlane::Shared => crates.shared = list,
            CratePlane::InCountry => crates.in_country = list,
            CratePlane::Central => crates.central = list,
            CratePlane::Tools => crates.tools = list,
        }
    }
    crates
}

/// Released values go to a central region, never into another in-country one.
fn planes(regions: &BTreeMap<Name, Region>, release: &DeTable<'_>, report: &mut Report<'_>) {
    let Some(destination) = release.get("destination") else {
        return;
    };
    let Some(region) = text(destination).and_then(|name| regions.get(name)) else {
        return;
    };
    if region.plane != Plane::Central {
        let central: Vec<_> = regions
            .values()
            .filter(|region| region.plane == Plane::Central)
            .collect();
        let names: Vec<&Name> = central.iter().map(|region| &region.name).collect();
        let expected = match names.as_slice() {
            [] => "but no region is central".to_owned(),
            names => format!("expected a central one: {}", listed(names)),
        };
        let message = format!(
            "`release.destination` is the in-country region `{}`, {expected}",
            region.name
        );
        report.add(destination.span(), message, None);
    }
}

/// The table at `key`.
pub(super) fn table<'t, 'i>(parent: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    parent.get(key)?.get_ref().as_table()
}

/// The whole number that the value is, if it is one and not negative.
pub(super) fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn array<'t, 'i>(parent: &'t DeTable<'i>, key: &str) -> Option<&'t DeArray<'i>> {
    parent.get(key)?.get_ref().as_array()
}

fn text<'t>(value: &'t Spanned<DeValue<'_>>) -> Option<&'t str> {
    value.get_ref().as_str()
}

fn parsed<T: FromStr>(parent: &DeTable<'_>, key: &str) -> Option<T> {
    text(parent.get(key)?)?.parse().ok()
}

fn count<T: TryFrom<u64>>(parent: &DeTable<'_>, key: &str) -> Option<T> {
    whole_number(parent.get(key)?.get_ref())?.try_into().ok()
}

fn lasting(parent: &DeTable<'_>, key: &str) -> Option<Duration> {
    duration::parse(text(parent.get(key)?)?)
}

/// The entries of an array of tables, each with its place; none when it is absent.
fn records<T>(
    root: &DeTable<'_>,
    key: &str,
    entry: impl Fn(&DeTable<'_>, std::ops::Range<usize>) -> Option<T>,
) -> Vec<T> {
    let found = array(root, key).into_iter().flatten();
    found
        .filter_map(|item| entry(item.get_ref().as_table()?, item.span()))
        .collect()
}

/// The entries of a table of named tables; none when it is absent.
fn entries<T>(
    root: &DeTable<'_>,
    key: &str,
    entry: impl Fn(Name, &DeTable<'_>) -> Option<T>,
) -> Option<BTreeMap<Name, T>> {
    let Some(found) = table(root, key) else {
        return Some(BTreeMap::new());
    };
    found
        .iter()
        .map(|(name, value)| {
            let name = Name::new(name.get_ref()).ok()?;
            Some((name.clone(), entry(name, value.get_ref().as_table()?)?))
        })
        .collect()
}
