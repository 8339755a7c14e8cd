//! Entities of sea-orm: a struct `Model` with `#[derive(DeriveEntityModel)]` stands for a table.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Meta, Token};

use super::{ListedColumn, ListedTable};
use crate::parse::declarations::{Lines, parsed};
use crate::source::Span;

/// The entities of a Rust file.
#[must_use]
pub fn tables(text: &str) -> Vec<ListedTable> {
    if memchr::memmem::find(text.as_bytes(), b"DeriveEntityModel").is_none() {
        return Vec::new();
    }
    let Ok(file) = parsed(text) else { return Vec::new() };
    let mut reader = Reader {
        lines: Lines::new(text),
        tables: Vec::new(),
    };
    reader.visit_file(&file);
    reader.tables
}

struct Reader<'a> {
    lines: Lines<'a>,
    tables: Vec<ListedTable>,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let derives = item
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("derive"))
            .filter_map(|attribute| {
                attribute
                    .parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)
                    .ok()
            })
            .flatten()
            .any(|path| {
                path.segments
                    .last()
                    .is_some_and(|last| last.ident == "DeriveEntityModel")
            });
        if derives {
            self.tables.extend(self.table(item));
        }
    }
}

impl Reader<'_> {
    fn table(&self, item: &syn::ItemStruct) -> Option<ListedTable> {
        let said = entries(&item.attrs);
        let (name, place) = text_of(&said, "table_name")?;
        let rename = text_of(&said, "rename_all").map(|(word, _)| word);
        let columns = item
            .fields
            .iter()
            .filter_map(|field| self.column(field, rename.as_deref()));
        Some(ListedTable {
            schema: text_of(&said, "schema_name").map(|(schema, _)| schema),
            name,
            span: self.lines.span(place),
            columns: columns.collect(),
        })
    }

    fn column(&self, field: &syn::Field, rename: Option<&str>) -> Option<ListedColumn> {
        let said = entries(&field.attrs);
        let is_ignored = said.iter().any(|meta| meta.path().is_ident("ignore"));
        let (data_type, nullable) = data_type(&field.ty)?;
        let ident = field.ident.as_ref()?;
        let name = ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let given = text_of(&said, "column_name").map(|(name, _)| name);
        let start = self.lines.span(ident.span()).start;
        (!is_ignored).then(|| ListedColumn {
            name: given.unwrap_or_else(|| renamed(name, rename)),
            data_type,
            nullable: nullable || said.iter().any(|meta| meta.path().is_ident("nullable")),
            span: Span::new(start, self.lines.span(field.ty.span()).end.max(start)),
        })
    }
}

fn entries(attributes: &[Attribute]) -> Vec<Meta> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("sea_orm"))
        .filter_map(|attribute| {
            attribute
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .collect()
}

fn text_of(entries: &[Meta], key: &str) -> Option<(String, proc_macro2::Span)> {
    entries.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(key) => match &pair.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some((text.value(), text.span())),
            _ => None,
        },
        _ => None,
    })
}

/// A field's name as the column has it: snake case, or the case that the struct asks for.
fn renamed(name: &str, rename: Option<&str>) -> String {
    let camel = |upper_first: bool| {
        let mut out = String::new();
        for (at, word) in name.split('_').filter(|word| !word.is_empty()).enumerate() {
            let mut letters = word.chars();
            match letters.next() {
                Some(first) if at > 0 || upper_first => out.extend(first.to_uppercase()),
                Some(first) => out.push(first),
                None => {}
            }
            out.push_str(letters.as_str());
        }
        out
    };
    match rename {
        Some("camelCase" | "mixed_case") => camel(false),
        Some("PascalCase" | "camel_case" | "UPPERCASE_CAMEL") => camel(true),
        Some("kebab-case" | "kebab_case") => name.replace('_', "-"),
        Some("SCREAMING_SNAKE_CASE" | "UPPERCASE") => name.to_uppercase(),
        _ => name.to_owned(),
    }
}

/// The type as Postgres would print it, and whether it may be null; `None` for what is a relation and no column.
fn data_type(ty: &syn::Type) -> Option<(String, bool)> {
    let syn::Type::Path(path) = ty else {
        return Some((String::new(), false));
    };
    let last = path.path.segments.last()?;
    let inner = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    };
    let name = last.ident.to_string();
    let printed = match (name.as_str(), inner) {
        ("HasOne" | "HasMany" | "BelongsTo", _) => return None,
        ("Option", Some(inner)) => return data_type(inner).map(|(printed, _)| (printed, true)),
        ("Vec", Some(syn::Type::Path(inner))) if inner.path.is_ident("u8") => "bytea",
        ("Vec", _) => "ARRAY",
        ("String", _) => "character varying",
        ("i8" | "u8" | "i16" | "u16", _) => "smallint",
        ("i32" | "u32", _) => "integer",
        ("i64" | "u64", _) => "bigint",
        ("f32", _) => "real",
        ("f64", _) => "double precision",
        ("bool", _) => "boolean",
        ("Uuid", _) => "uuid",
        ("Json" | "JsonValue" | "Value", _) => "jsonb",
        ("Decimal" | "BigDecimal", _) => "numeric",
        ("Date" | "NaiveDate" | "ChronoDate" | "TimeDate", _) => "date",
        ("DateTime" | "NaiveDateTime" | "ChronoDateTime" | "TimeDateTime", None) => {
            "timestamp without time zone"
        }
        ("DateTimeUtc" | "DateTimeWithTimeZone" | "DateTimeLocal" | "DateTime", _) => {
            "timestamp with time zone"
        }
        _ => "",
    };
    Some((printed.to_owned(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_gives_its_table_and_columns() {
        let text = r#"
            use sea_orm::entity::prelude::*;
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
            #[sea_orm(schema_name = "shop", table_name = "cakes", rename_all = "camelCase")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i32,
                pub baked_by: Option<String>,
                #[sea_orm(column_name = "kind", column_type = "Text")]
                pub r#type: String,
                #[sea_orm(ignore)]
                pub slices: Vec<String>,
                pub fruits: HasMany<super::fruit::Entity>,
                pub recipe: Json,
            }
        "#;
        let tables = tables(text);
        let [table] = tables.as_slice() else {
            panic!("{tables:?}")
        };
        assert_eq!(
            (table.schema.as_deref(), table.name.as_str()),
            (Some("shop"), "cakes")
        );
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.data_type.as_str(), column.nullable))
            .collect();
        assert_eq!(
            columns,
            [
                ("id", "integer", false),
                ("bakedBy", "character varying", true),
                ("kind", "character varying", false),
                ("recipe", "jsonb", false),
            ]
        );
    }
}
