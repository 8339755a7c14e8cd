//! A column that two structs declare, one of them more weakly.
//!
//! Code that goes through the weaker struct reads and writes the same column without the protection of the other. The
//! declarations of one column must agree in category and residency; the strongest one is taken as meant.

use std::cmp::Reverse;

use super::{Found, Marked};
use crate::facts::{Declaration, Facts};
use crate::parse::declarations::{Residency, Says};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for declarations in facts.declarations.chunk_by(|a, b| a.key == b.key) {
        let Some(strongest) = declarations
            .iter()
            .min_by_key(|d| (Reverse(strength(facts, d)), d.place))
        else {
            continue;
        };
        for declaration in declarations
            .iter()
            .filter(|declaration| declaration.place != strongest.place)
        {
            let Some(why) = weaker(facts, declaration, strongest) else {
                continue;
            };
            let (schema, table, column) = &declaration.key;
            found.about(&declaration.key).add(
                format!("column `{schema}.{table}.{column}` is declared again, more weakly"),
                Marked::new(declaration.place, why),
                vec![Marked::new(
                    strongest.place,
                    format!("`{}` declares it as {}", strongest.by, shown(strongest)),
                )],
                format!(
                    "declare it as `{}` does, or read it through `{}`",
                    strongest.by, strongest.by
                ),
            );
        }
    }
}

/// How strongly a declaration protects: first where the value may be, then how sensitive it is.
fn strength(facts: &Facts, declaration: &Declaration) -> (u8, u8) {
    match &declaration.says {
        Says::Nothing => (0, 0),
        Says::DataKey | Says::Role(_) => (1, 0),
        Says::Category { category, residency } => {
            let residency = match residency {
                None | Some(Residency::Global) => 1,
                Some(Residency::Regional) => 2,
                Some(Residency::InCountry) => 3,
                Some(Residency::Pinned(_)) => 4,
            };
            (residency, 1 + sensitivity(facts, category))
        }
    }
}

fn sensitivity(facts: &Facts, category: &str) -> u8 {
    facts
        .category(category)
        .map_or(0, |category| category.sensitivity as u8)
}

fn shown(declaration: &Declaration) -> String {
    match &declaration.says {
        Says::Role(role) => format!("the {role} of the record"),
        Says::Category {
            category,
            residency: Some(residency),
        } => format!("`{category}`, `{residency}`"),
        Says::Category {
            category,
            residency: None,
        } => format!("`{category}`"),
        Says::DataKey => "a data key".to_owned(),
        Says::Nothing => "a plain field".to_owned(),
    }
}

fn weaker(facts: &Facts, weak: &Declaration, strong: &Declaration) -> Option<String> {
    match (&weak.says, &strong.says) {
        (Says::Nothing, Says::Nothing) => None,
        (Says::Nothing, _) => Some(format!("`{}` has it as a plain field", weak.by)),
        (Says::Role(a), Says::Role(b)) if a == b => None,
        (Says::DataKey, Says::DataKey) => None,
        (
            Says::Category {
                category: a,
                residency: here,
            },
            Says::Category {
                category: b,
                residency: there,
            },
        ) => {
            let loose = here
                .as_ref()
                .zip(there.as_ref())
                .is_some_and(|(here, there)| here.is_weaker_than(there));
            if loose {
                return Some(format!("weaker here: {}", shown(weak)));
            }
            if sensitivity(facts, a) < sensitivity(facts, b) {
                return Some(format!("less sensitive here: {}", shown(weak)));
            }
            (a != b || here != there).then(|| format!("different here: {}", shown(weak)))
        }
        _ => Some(format!("different here: {}", shown(weak))),
    }
}
