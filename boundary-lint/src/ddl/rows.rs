//! Row security of a table of tenants, and the key that foreign keys need to stay inside of a tenant.
//!
//! Nothing here may make a table more open than it was: the restrictive policy holds whatever other policies say, and a permissive one
//! is only made where there is none.

use super::sql::{block, comment, list, literal, made_name, name, qualified};

/// The setting of a session that names its tenant.
pub(super) const SETTING: &str = "boundary.tenant";

/// The policy that keeps other tenants out.
const KEEPS_OUT: &str = "boundary_tenant";

/// The policy that lets the tenant in.
const LETS_IN: &str = "boundary_tenant_rows";

/// A table of tenants.
pub(super) struct TenantTable<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    /// The column of the tenant, with its type as `information_schema` prints it.
    pub(super) tenant: (&'a str, &'a str),
    /// The names of the policies that migrations gave it.
    pub(super) policies: &'a [String],
}

impl TenantTable<'_> {
    /// Row security and its policies.
    pub(super) fn row_security(&self, out: &mut String) {
        let table = qualified(self.schema, self.name);
        let of_tenant = of_tenant(self.tenant.0, self.tenant.1);
        out.push_str(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n\
             ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        ));
        let policy = |policy: &str, kind: &str| {
            format!(
                "DROP POLICY IF EXISTS {policy} ON {table};\n\
                 CREATE POLICY {policy} ON {table} AS {kind}\n    \
                     USING ({of_tenant})\n    \
                     WITH CHECK ({of_tenant});\n"
            )
        };
        out.push_str(&policy(KEEPS_OUT, "RESTRICTIVE"));
        let others: Vec<String> = self
            .policies
            .iter()
            .filter(|policy| ![KEEPS_OUT, LETS_IN].contains(&policy.as_str()))
            .map(|policy| name(policy))
            .collect();
        match others.is_empty() {
            true => out.push_str(&policy(LETS_IN, "PERMISSIVE")),
            false => comment(
                out,
                &format!(
                    "The policies that the table has decide which of the tenant's rows are seen: {}.\n\
                     One more permissive policy would show more rows than they do, so none is made.",
                    others.join(", ")
                ),
            ),
        }
    }

    /// A unique key over the tenant and these columns, where the table has none.
    pub(super) fn key(&self, record: &[&str], out: &mut String) {
        let table = qualified(self.schema, self.name);
        let columns: Vec<&str> = std::iter::once(self.tenant.0)
            .chain(record.iter().copied())
            .collect();
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        let sorted: Vec<String> = sorted.into_iter().map(literal).collect();
        let columns = list(columns);
        let oid = format!("{}::regclass", literal(&table));
        let constraint = name(&made_name("boundary_", self.name, "_tenant"));
        comment(
            out,
            &format!(
                "A foreign key that carries the tenant along stays in it: REFERENCES {table} {columns}.\n\
                 Foreign keys are checked without row security; one on the record alone reaches every tenant's."
            ),
        );
        out.push_str(&block(&format!(
            "    IF (SELECT c.relkind = 'r' FROM pg_catalog.pg_class AS c WHERE c.oid = {oid}) AND NOT EXISTS (\n        \
                     SELECT FROM pg_catalog.pg_index AS i\n        \
                     WHERE i.indrelid = {oid}\n            \
                         AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL\n            \
                         AND ARRAY[{sorted}] = (\n                \
                             SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE \"C\")\n                \
                             FROM pg_catalog.pg_attribute AS a\n                \
                             WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])\n            \
                         )\n    \
                 ) THEN\n        \
                     ALTER TABLE {table} ADD CONSTRAINT {constraint} UNIQUE {columns};\n    \
                 END IF;\n",
            sorted = sorted.join(", "),
        )));
    }
}

/// Whether a row is of the session's tenant. Without a setting this is null, and so it is where `SET LOCAL` ended and left an empty text.
fn of_tenant(column: &str, data_type: &str) -> String {
    let column = name(column);
    let set = format!("nullif(current_setting({}, true), '')", literal(SETTING));
    match data_type {
        "text" | "character varying" | "character" => format!("{column} = {set}"),
        // The setting takes the column's type, so that an index on the column can be used.
        "uuid" | "bigint" | "integer" | "smallint" | "numeric" => format!("{column} = {set}::{data_type}"),
        // A type that the migrations made, or one that is not known.
        _ => format!("{column}::text = {set}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'a>(policies: &'a [String], data_type: &'a str) -> TenantTable<'a> {
        TenantTable {
            schema: "public",
            name: "order",
            tenant: ("Tenant", data_type),
            policies,
        }
    }

    #[test]
    fn the_setting_takes_the_type_of_the_column() {
        for (data_type, expected) in [
            (
                "text",
                "\"Tenant\" = nullif(current_setting('boundary.tenant', true), '')",
            ),
            (
                "uuid",
                "\"Tenant\" = nullif(current_setting('boundary.tenant', true), '')::uuid",
            ),
            (
                "USER-DEFINED",
                "\"Tenant\"::text = nullif(current_setting('boundary.tenant', true), '')",
            ),
            (
                "",
                "\"Tenant\"::text = nullif(current_setting('boundary.tenant', true), '')",
            ),
        ] {
            assert_eq!(of_tenant("Tenant", data_type), expected);
        }
    }

    #[test]
    fn a_table_with_policies_of_its_own_gets_no_other_permissive_one() {
        let mut alone = String::new();
        let ours = [KEEPS_OUT.to_owned(), LETS_IN.to_owned()];
        table(&ours, "text").row_security(&mut alone);
        assert!(
            alone.contains("AS RESTRICTIVE") && alone.contains("AS PERMISSIVE"),
            "{alone}"
        );
        let mut beside = String::new();
        let theirs = ["own rows".to_owned()];
        table(&theirs, "text").row_security(&mut beside);
        assert!(
            beside.contains("AS RESTRICTIVE") && !beside.contains("AS PERMISSIVE"),
            "{beside}"
        );
        assert!(beside.contains("\"own rows\""), "{beside}");
    }
}
