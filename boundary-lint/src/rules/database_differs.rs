//! A live database that protects less than the model, or says something else.
//!
//! Migrations say what a database should be; somebody may have changed it by hand. With `--live`, a table in which a column is declared as
//! the tenant is asked for what `row-security-missing` asks of migrations, as the server has it: row security that is on, that is forced,
//! and policies that name the tenant's column. Either a restrictive policy for all commands and roles names it, or every permissive one
//! does. How a policy compares the column is not judged.
//!
//! A comment on a column that begins with `boundary:` declares the column to whoever reads the database. It has to say the category,
//! residency, role and purposes that the project declares; where it does not, one of the two misleads. A column without such a
//! comment is no finding.

use std::collections::BTreeSet;

use super::{Found, Marked, name};
use crate::catalogue::{DECLARES, Said};
use crate::facts::{Declaration, Facts, ServerTable};
use crate::parse::declarations::{Says, declaration};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let Some(server) = &facts.server else { return };
    for columns in facts.declarations.chunk_by(|a, b| a.key == b.key) {
        let says = |declared: &&Declaration| declared.says != Says::Nothing;
        let declared = columns
            .iter()
            .filter(says)
            .find(|declared| !declared.is_outside_rust())
            .or_else(|| columns.iter().find(says));
        let Some(declared) = declared else { continue };
        let (schema, table, column) = &declared.key;
        let Some(live) = server.tables.get(&(schema.clone(), table.clone())) else {
            continue;
        };
        if columns.iter().any(|declared| declared.says == Says::Role("tenant")) {
            row_security(declared, live, found);
        }
        if let Some(comment) = live.comments.get(column) {
            contradiction(declared, comment, found);
        }
    }
}

fn row_security(tenant: &Declaration, live: &ServerTable, found: &mut Found<'_>) {
    let (schema, table, column) = &tenant.key;
    let policy = format!("a policy that keeps rows apart by `{column}`");
    let lacks: Vec<&str> = [
        (!live.enabled, "`ENABLE ROW LEVEL SECURITY`"),
        (!live.forced, "`FORCE ROW LEVEL SECURITY`"),
        (!live.is_kept_apart_by(column), policy.as_str()),
    ]
    .into_iter()
    .filter_map(|(lacks, what)| lacks.then_some(what))
    .collect();
    if lacks.is_empty() {
        return;
    }
    found.about(&(schema.clone(), table.clone(), String::new())).add(
        format!("table `{schema}.{table}` is not kept apart by tenant in the live database"),
        Marked::new(live.place, format!("it lacks {}", lacks.join(", "))),
        vec![Marked::new(tenant.place, "rows belong to this tenant")],
        "let the table's owner run what `cargo boundary ddl` prints".to_owned(),
    );
}

fn contradiction(declared: &Declaration, comment: &Said, found: &mut Found<'_>) {
    let Some(text) = comment.text.trim_start().strip_prefix(DECLARES) else {
        return;
    };
    // `PaymentFraud` in Rust is `payment_fraud` in the policy.
    let plain = |purposes: &[String]| -> BTreeSet<String> {
        let plain = |purpose: &String| purpose.replace('_', "").to_ascii_lowercase();
        purposes.iter().map(plain).collect()
    };
    let why = match declaration(text) {
        Err(why) => format!("it does not read as a declaration: {why}"),
        Ok(said) if said.says != declared.says => format!("it says {}", shown(&said.says)),
        Ok(said) if plain(&said.purposes) != plain(&declared.purposes) => {
            format!("its purposes are {}", listed(&said.purposes))
        }
        Ok(_) => return,
    };
    let meant = match declared.purposes.as_slice() {
        [] => shown(&declared.says),
        purposes => format!("{} for {}", shown(&declared.says), listed(purposes)),
    };
    found.about(&declared.key).add(
        format!("the comment on column `{}` contradicts its declaration", name(&declared.key)),
        Marked::new(comment.place, why),
        vec![Marked::new(declared.place, format!("`{}` declares it as {meant}", declared.by))],
        "put the comment right with what `cargo boundary ddl` prints, or correct the declaration".to_owned(),
    );
}

fn listed(purposes: &[String]) -> String {
    match purposes {
        [] => "none".to_owned(),
        some => some.join(", "),
    }
}

fn shown(says: &Says) -> String {
    match says {
        Says::Role(role) => format!("`{role}`"),
        Says::DataKey => "`data_key`".to_owned(),
        Says::Category {
            category,
            residency: Some(residency),
        } => format!("`{category}`, `{residency}`"),
        Says::Category {
            category,
            residency: None,
        } => format!("`{category}` without a residency"),
        Says::Nothing => "nothing".to_owned(),
    }
}
