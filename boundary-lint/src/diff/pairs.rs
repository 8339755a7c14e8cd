//! Which item of one manifest is which of another: a column keeps its identity when it, its table or its schema is renamed.

use std::collections::{BTreeMap, BTreeSet};

use boundary_schema::manifest::{Attribute, Item, Manifest, Value};

/// The items of two manifests, side by side.
pub(super) struct Pairs<'a> {
    /// What both have: the base's item, and the head's.
    pub(super) both: Vec<(&'a Item, &'a Item)>,
    /// What only the head has.
    pub(super) added: Vec<&'a Item>,
    /// What only the base has.
    pub(super) removed: Vec<&'a Item>,
}

/// What an item was created as.
fn born(manifest: &Manifest, item: &Item) -> Option<Item> {
    match manifest.items.get(item)?.get(Attribute::Born)? {
        Value::Text(name) => Some(Item {
            name: name.clone(),
            ..item.clone()
        }),
        _ => None,
    }
}

/// Pairs items by what they were created as, then by name. An item is in one pair at most.
pub(super) fn of<'a>(base: &'a Manifest, head: &'a Manifest) -> Pairs<'a> {
    let mut before: BTreeSet<&Item> = base.items.keys().collect();
    let mut after: BTreeSet<&Item> = head.items.keys().collect();
    let mut both = Vec::new();
    // The same name, and created as the same.
    for item in base.items.keys() {
        if let Some((same, _)) = head.items.get_key_value(item)
            && born(base, item).is_some()
            && born(base, item) == born(head, same)
        {
            before.remove(item);
            after.remove(same);
            both.push((item, same));
        }
    }
    let claims = |manifest: &'a Manifest, left: &BTreeSet<&'a Item>| -> BTreeMap<Item, &'a Item> {
        let named = left
            .iter()
            .filter_map(|item| Some((born(manifest, item)?, *item)));
        named.collect()
    };
    // Renamed before and renamed again; renamed since the base; renamed back.
    let (were, are) = (claims(base, &before), claims(head, &after));
    let mut found: Vec<(&Item, &Item)> = Vec::new();
    for (created, item) in &were {
        if let Some(same) = are.get(created) {
            found.push((item, same));
        }
    }
    for (created, item) in &are {
        if let Some(same) = before.get(created).filter(|same| born(base, same).is_none()) {
            found.push((same, item));
        }
    }
    for (created, item) in &were {
        if let Some(same) = after.get(created).filter(|same| born(head, same).is_none()) {
            found.push((item, same));
        }
    }
    // The same name, also where it was created anew: SQLite changes a table by making another one.
    found.extend(before.iter().filter_map(|item| Some((*item, *after.get(*item)?))));
    for (item, same) in found {
        if before.contains(item) && after.contains(same) {
            before.remove(item);
            after.remove(same);
            both.push((item, same));
        }
    }
    Pairs {
        both,
        added: after.into_iter().collect(),
        removed: before.into_iter().collect(),
    }
}
