//! A table of tenants without row security.
//!
//! In a table that several tenants share, one forgotten `WHERE tenant = …` shows a tenant the rows of another. Row security makes the
//! database refuse them: `ENABLE ROW LEVEL SECURITY`, `FORCE ROW LEVEL SECURITY` for the owner as well, and a policy that compares the
//! tenant. All three are asked for, of every table of Postgres migrations in which a column is declared as the tenant. Partitions are
//! reached through their parent and are not asked.

use super::{Found, Marked};
use crate::catalogue::RelationKind;
use crate::facts::{Classified, Facts};
use crate::parse::declarations::Says;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for table in &facts.tables {
        let (schema, name) = &table.key;
        let has_row_security = facts
            .databases
            .get(table.database)
            .is_some_and(|database| database.has_row_security);
        if table.kind != RelationKind::Table || !has_row_security {
            continue;
        }
        let tenant = facts.columns_of(schema, name).iter().find(|column| {
            column.database == table.database
                && matches!(column.classified, Classified::Declared(_))
                && facts
                    .declaration(column)
                    .is_some_and(|declared| declared.says == Says::Role("tenant"))
        });
        let Some(tenant) = tenant else { continue };
        let security = &table.row_security;
        let lacks: Vec<&str> = [
            (!security.enabled, "`ENABLE ROW LEVEL SECURITY`"),
            (!security.forced, "`FORCE ROW LEVEL SECURITY`"),
            (security.policies.is_empty(), "a policy"),
        ]
        .into_iter()
        .filter_map(|(lacks, what)| lacks.then_some(what))
        .collect();
        if lacks.is_empty() {
            continue;
        }
        let key = (schema.clone(), name.clone(), String::new());
        found.about(&key).add(
            format!("table `{schema}.{name}` of tenants has no row security"),
            Marked::new(table.birth, format!("it lacks {}", lacks.join(", "))),
            vec![Marked::new(tenant.birth, "rows belong to this tenant")],
            format!(
                "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n\
                 CREATE POLICY tenant ON {name} USING ({} = current_setting('app.tenant')::…);",
                tenant.key.2
            ),
        );
    }
}
