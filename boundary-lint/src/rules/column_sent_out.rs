//! A column that has to stay, in a table of another server.
//!
//! The rows of a foreign table are on the server that it names. Where the policy says that this server is in a central region, a
//! column that is declared `regional`, `in_country` or pinned is outside of its region, and so may be one without a classification. A server
//! that the policy does not know is central to this rule.

use boundary_schema::Plane;

use super::{Found, Marked, name};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let Some(policy) = &facts.policy else { return };
    for table in &facts.tables {
        let Some(server) = &table.server else { continue };
        let region = policy
            .sinks()
            .get(server.as_str())
            .and_then(|sink| policy.regions().get(sink.region.as_str()));
        if region.is_some_and(|region| region.plane == Plane::InCountry) {
            continue;
        }
        let (schema, table_name) = &table.key;
        for column in facts.columns_of(schema, table_name) {
            if column.database != table.database || facts.may_leave(column) {
                continue;
            }
            let whereabouts = match region {
                Some(region) => format!("`{server}` is in the central region `{}`", region.name),
                None => format!("where `{server}` is, the policy does not say"),
            };
            found.about(&column.key).add(
                format!("column `{}` is kept on another server", name(&column.key)),
                Marked::new(column.birth, whereabouts),
                facts
                    .declaration(column)
                    .map(|declared| Marked::new(declared.place, "declared to stay"))
                    .into_iter()
                    .collect(),
                "keep the table in its region, or leave the column out of the foreign table".to_owned(),
            );
        }
    }
}
