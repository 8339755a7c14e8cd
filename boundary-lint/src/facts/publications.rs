//! What publications send to subscribers although it has to stay.

use std::collections::HashSet;

use super::{Facts, Key, Publication};
use crate::catalogue::{self, Catalogue, RelationKind};

/// Adds the publications of a database whose columns have been joined.
pub(super) fn add(facts: &mut Facts, catalogue: &Catalogue) {
    if catalogue.publications.is_empty() {
        return;
    }
    let stay = staying(facts);
    let found: Vec<Publication> = catalogue
        .publications
        .iter()
        .map(|publication| Publication {
            place: publication.place,
            name: publication.name.clone(),
            columns: sent(&stay, catalogue, publication),
        })
        .collect();
    facts.publications.extend(found);
}

/// The columns that have to stay.
fn staying(facts: &Facts) -> HashSet<Key> {
    let staying = facts.columns.iter().filter(|column| !facts.may_leave(column));
    staying.map(|column| column.key.clone()).collect()
}

/// The columns that a publication sends although they have to stay.
fn sent(stay: &HashSet<Key>, catalogue: &Catalogue, publication: &catalogue::Publication) -> Vec<Key> {
    let mut sent: Vec<Key> = Vec::new();
    for relation in catalogue.relations() {
        let listed = match &publication.tables {
            None if relation.kind == RelationKind::Table => None,
            None => continue,
            Some(tables) => match tables.iter().find(|(id, _)| *id == relation.id) {
                Some((_, listed)) => listed.as_ref(),
                None => continue,
            },
        };
        let columns = relation.columns.iter().map(|column| &column.name);
        let columns = columns.filter(|name| listed.is_none_or(|listed| listed.contains(name)));
        sent.extend(
            columns
                .map(|name| (relation.schema.clone(), relation.name.clone(), name.clone()))
                .filter(|key| stay.contains(key)),
        );
    }
    sent.sort_unstable();
    sent
}
