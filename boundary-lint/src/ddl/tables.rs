//! Tables that structs declare and no migration creates.
//!
//! Types of columns are those of the fields, as far as a field's type has one meaning in Postgres. No type is guessed: a table with a
//! field that is not known becomes a comment for a person to complete.

use std::collections::BTreeMap;

use super::sql::{comment, list, name, qualified};
use crate::facts::{Declaration, Facts};
use crate::parse::declarations::Says;

/// A table to be created.
pub(super) struct NewTable<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    pub(super) columns: Vec<NewColumn<'a>>,
}

/// A column to be created.
pub(super) struct NewColumn<'a> {
    pub(super) declared: &'a Declaration,
    /// Its type; where it is not known, the Rust type of its field.
    pub(super) ty: Result<Type, String>,
}

/// A type of Postgres, as `information_schema` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) nullable: bool,
}

impl NewTable<'_> {
    /// The columns of a role.
    pub(super) fn of_role(&self, role: &str) -> Vec<&NewColumn<'_>> {
        let of_role =
            |column: &&NewColumn<'_>| matches!(column.declared.says, Says::Role(said) if said == role);
        self.columns.iter().filter(of_role).collect()
    }

    /// Whether all of its types are known.
    pub(super) fn is_known(&self) -> bool {
        self.columns.iter().all(|column| column.ty.is_ok())
    }

    /// Creates it, where its types are known; otherwise says what is missing.
    pub(super) fn create(&self, out: &mut String) {
        let mut lines = Vec::new();
        for column in &self.columns {
            let name = name(&column.declared.key.2);
            lines.push(match &column.ty {
                Ok(ty) => format!("{name} {}{}", ty.name, if ty.nullable { "" } else { " NOT NULL" }),
                Err(rust) => format!("{name} <the type for {rust}>"),
            });
        }
        let key: Vec<&str> = ["tenant", "record_id"]
            .into_iter()
            .flat_map(|role| self.of_role(role))
            .map(|column| column.declared.key.2.as_str())
            .collect();
        if !key.is_empty() {
            lines.push(format!("PRIMARY KEY {}", list(key)));
        }
        let create = format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    {}\n);\n",
            qualified(self.schema, self.name),
            lines.join(",\n    ")
        );
        match self.is_known() {
            true => out.push_str(&create),
            false => {
                comment(
                    out,
                    "What Postgres type these fields have is not known here. Complete the statement, make it a migration, and\n\
                     run `cargo boundary ddl` again for its row security and comments.",
                );
                comment(out, create.trim_end());
            }
        }
    }
}

/// The tables of structs that are in no database, by schema and name. Datasets may lie elsewhere. A wrapped data key has a table of its
/// own: beside its row it would be in every copy of the row.
pub(super) fn new_tables(facts: &Facts) -> Vec<NewTable<'_>> {
    let known = facts.declared_tables();
    let mut tables: BTreeMap<(&str, &str), Vec<&Declaration>> = BTreeMap::new();
    for declared in &facts.declarations {
        let key = (declared.key.0.as_str(), declared.key.1.as_str());
        if !known.contains_key(&key) && !declared.dataset && !declared.is_outside_rust() {
            tables.entry(key).or_default().push(declared);
        }
    }
    tables
        .into_iter()
        .map(|((schema, name), mut declared)| {
            declared.sort_by_key(|declared| declared.place);
            let mut columns: Vec<NewColumn<'_>> = Vec::new();
            for declared in declared
                .into_iter()
                .filter(|declared| declared.says != Says::DataKey)
            {
                let ty = type_of(facts, declared);
                match columns
                    .iter_mut()
                    .find(|column| column.declared.key == declared.key)
                {
                    // Two structs that disagree: neither is taken at its word.
                    Some(column) if column.ty != ty => {
                        column.ty = Err("what two structs disagree about".to_owned())
                    }
                    Some(_) => {}
                    None => columns.push(NewColumn { declared, ty }),
                }
            }
            NewTable {
                schema,
                name,
                columns,
            }
        })
        .collect()
}

/// The type of a declared field, read where the field stands.
fn type_of(facts: &Facts, declared: &Declaration) -> Result<Type, String> {
    let (file, span) = (facts.sources.file(declared.place.file), declared.place.span);
    let field = file.text.get(span.start..span.end).unwrap_or("");
    let Some((_, written)) = field.split_once(':') else {
        return Err("a field that was not read".to_owned());
    };
    let parsed = syn::parse_str::<syn::Type>(written).ok();
    parsed
        .and_then(|ty| postgres(&ty))
        .ok_or_else(|| format!("`{}`", written.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// The type in Postgres that a field's type is stored as. The wrappers are stored as the adapters store them, see docs/adapters.md.
fn postgres(ty: &syn::Type) -> Option<Type> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let arguments: Vec<&syn::Type> = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let word = last.ident.to_string();
    let name = match (word.as_str(), arguments.as_slice()) {
        ("Option", [inner]) => {
            return postgres(inner).map(|inner| Type {
                nullable: true,
                ..inner
            });
        }
        ("Resident", [inner]) => return postgres(inner),
        ("Sealed", [_]) | ("BlindIndex", []) => "bytea",
        ("Vec", [inner]) if is_byte(inner) => "bytea",
        ("Json", [_]) => "jsonb",
        ("DateTime", [_]) | ("OffsetDateTime", []) => "timestamp with time zone",
        ("NaiveDateTime" | "PrimitiveDateTime", []) => "timestamp without time zone",
        ("NaiveDate" | "Date", []) => "date",
        ("String" | "TenantId" | "SubjectId", []) => "text",
        ("Uuid", []) => "uuid",
        ("Decimal" | "BigDecimal", []) => "numeric",
        ("bool", []) => "boolean",
        ("i16" | "i8" | "u8", []) => "smallint",
        ("i32" | "u16", []) => "integer",
        ("i64" | "u32", []) => "bigint",
        ("f32", []) => "real",
        ("f64", []) => "double precision",
        _ => return None,
    };
    Some(Type {
        name,
        nullable: false,
    })
}

fn is_byte(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("u8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fields_type_has_one_meaning_or_none() {
        let of = |rust: &str| postgres(&syn::parse_str(rust).unwrap()).map(|ty| (ty.name, ty.nullable));
        for (rust, expected) in [
            ("Sealed<String>", Some(("bytea", false))),
            ("Option<Sealed<Plan>>", Some(("bytea", true))),
            ("boundary_runtime::Resident<u8>", Some(("smallint", false))),
            ("Option<Resident<i64>>", Some(("bigint", true))),
            ("TenantId", Some(("text", false))),
            ("chrono::DateTime<Utc>", Some(("timestamp with time zone", false))),
            ("Vec<u8>", Some(("bytea", false))),
            ("Vec<String>", None),
            ("u64", None),
            ("Plan", None),
            ("Resident<Plan>", None),
            ("&'static str", None),
        ] {
            assert_eq!(of(rust), expected, "{rust}");
        }
    }
}
