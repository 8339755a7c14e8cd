//! Declarations from everywhere: structs, `boundary.toml`, comments on columns, lines beside them.

use boundary_schema::{ColumnMeaning, ColumnResidency, Policy};

use super::project::RustFile;
use super::{Declaration, Facts, Made, Misdeclared, TypeField};
use crate::catalogue::{Catalogue, DECLARES};
use crate::parse::declarations::{Field, Json, Residency, Says, Stands, declaration};
use crate::parse::statement::{Action, Statement, StatementKind, TableElement};
use crate::source::{FileId, Place, Span};
use crate::suppress;

/// The schema that an unqualified name stands for in a declaration: the default one of each database.
pub(super) const DEFAULT_SCHEMA: &str = "public";

/// A table's name as declarations write it.
pub(super) fn qualified(name: &str) -> (String, String) {
    match name.split_once('.') {
        Some((schema, name)) => (schema.to_owned(), name.to_owned()),
        None => (DEFAULT_SCHEMA.to_owned(), name.to_owned()),
    }
}

/// What the structs of Rust files declare.
pub(super) fn in_rust(facts: &mut Facts, files: &[RustFile]) {
    for file in files {
        let place = |span| Place {
            file: file.file,
            span,
        };
        for table in &file.declared.tables {
            let fields = facts.types.entry(table.rust.clone()).or_default();
            fields.extend(table.fields.iter().map(|field| TypeField {
                says: field.says.clone(),
                place: place(field.span),
            }));
            let declared = table.fields.iter().map(|field| Declaration {
                key: (table.schema.clone(), table.name.clone(), field.column.clone()),
                by: table.rust.clone(),
                field: field.name.clone(),
                says: field.says.clone(),
                place: place(field.span),
                table_place: place(table.span),
                dataset: table.stands == Stands::Dataset,
                global: table.global,
                purposes: field.purposes.clone(),
                json: field.json.clone(),
                protection: Some(field.protection),
                releases: field.releases.clone(),
                from: field.from.clone(),
                transform: field.transform.clone(),
                database: None,
            });
            if table.stands != Stands::Event {
                facts.declarations.extend(declared.clone());
            }
            if table.stands != Stands::Table {
                facts.made.push(Made {
                    stands: table.stands,
                    name: match table.schema.as_str() {
                        DEFAULT_SCHEMA => table.name.clone(),
                        schema => format!("{schema}.{}", table.name),
                    },
                    by: table.rust.clone(),
                    kind: table.kind.clone(),
                    derived_from: table.derived_from.clone(),
                    fields: declared.collect(),
                    place: place(table.span),
                });
            }
        }
    }
    facts
        .made
        .sort_by(|a, b| (&a.name, a.place).cmp(&(&b.name, b.place)));
}

/// What `[tables]` of the policy declares.
pub(super) fn in_policy(facts: &mut Facts, policy: &Policy) {
    for column in policy.columns() {
        let (Some(place), Some(table_place)) =
            (facts.in_policy(&column.span), facts.in_policy(&column.table_span))
        else {
            continue;
        };
        let (schema, table) = qualified(&column.table);
        let (says, purposes) = match &column.meaning {
            ColumnMeaning::Role(role) => (Says::Role(role.as_str()), Vec::new()),
            ColumnMeaning::Category {
                category,
                residency,
                purposes,
            } => (
                Says::Category {
                    category: category.clone(),
                    residency: Some(residency_of(residency)),
                },
                purposes.iter().map(ToString::to_string).collect(),
            ),
        };
        let json = match (&column.json, column.opaque) {
            (Some(path), _) => Json::Type(path.rsplit("::").next().unwrap_or(path).to_owned()),
            (None, true) => Json::Opaque,
            (None, false) => Json::Unsaid,
        };
        facts.declarations.push(Declaration {
            key: (schema, table, column.column.clone()),
            by: Policy::FILE_NAME.to_owned(),
            field: column.column.clone(),
            says,
            place,
            table_place,
            dataset: false,
            global: false,
            purposes,
            json,
            protection: None,
            releases: Vec::new(),
            from: Vec::new(),
            transform: None,
            database: None,
        });
    }
}

fn residency_of(residency: &ColumnResidency) -> Residency {
    match residency {
        ColumnResidency::Global => Residency::Global,
        ColumnResidency::Regional => Residency::Regional,
        ColumnResidency::InCountry => Residency::InCountry,
        ColumnResidency::Pinned(region) => Residency::Pinned(region.to_string()),
    }
}

/// What the comments on a database's columns declare.
pub(super) fn in_comments(facts: &mut Facts, catalogue: &Catalogue, database: usize) {
    for relation in catalogue.relations() {
        for column in &relation.columns {
            let Some(said) = &column.comment else { continue };
            let Some(text) = said.text.trim_start().strip_prefix(DECLARES) else {
                continue;
            };
            let key = (
                catalogue.declared_schema(&relation.schema),
                relation.name.clone(),
                column.name.clone(),
            );
            declare(
                facts,
                text,
                key,
                said.place,
                relation.birth,
                database,
                "COMMENT ON COLUMN",
            );
        }
    }
}

fn declare(
    facts: &mut Facts,
    text: &str,
    key: super::Key,
    place: Place,
    table_place: Place,
    database: usize,
    by: &str,
) {
    let read = declaration(text).and_then(|field| judged(facts, &field).map(|()| field));
    match read {
        Ok(field) => facts.declarations.push(Declaration {
            field: key.2.clone(),
            key,
            by: by.to_owned(),
            says: field.says,
            place,
            table_place,
            dataset: false,
            global: false,
            purposes: field.purposes,
            json: field.json,
            protection: None,
            releases: field.releases,
            from: Vec::new(),
            transform: None,
            database: Some(database),
        }),
        Err(why) => misdeclared(facts, place, why),
    }
}

fn misdeclared(facts: &mut Facts, place: Place, why: String) {
    facts.misdeclared.push(Misdeclared {
        place,
        why,
        help: "write a role (`record_id`, `tenant`, `subject`), or\n\
               `category = …, residency = …, purpose(…)` as in #[boundary(…)]"
            .to_owned(),
    });
}

/// What the compiler would refuse in a struct is refused here.
fn judged(facts: &Facts, field: &Field) -> Result<(), String> {
    let Some(policy) = &facts.policy else {
        return Ok(());
    };
    let Says::Category { category, residency } = &field.says else {
        return match field.says {
            Says::Nothing => Err("it gives neither a role nor a category".to_owned()),
            _ => Ok(()),
        };
    };
    if policy.categories().get(category).is_none() {
        let meant = policy.categories().nearest(category);
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
        return Err(format!(
            "`{category}` is no category that the policy knows{meant}"
        ));
    }
    match residency {
        None => Err("it gives a category without a residency".to_owned()),
        Some(Residency::Pinned(region)) if !policy.regions().contains_key(region.as_str()) => {
            Err(format!("`{region}` is no region of the policy"))
        }
        Some(_) => Ok(()),
    }
}

/// What lines of a migration declare: `-- boundary: …` at the end of a column's line, or alone on the line above it.
pub(super) fn in_lines(
    facts: &mut Facts,
    catalogue: &Catalogue,
    statements: &[(FileId, Vec<Statement>)],
    database: usize,
) {
    for (file, statements) in statements {
        let markers = markers(facts, *file);
        if markers.is_empty() {
            continue;
        }
        let source = facts.sources.file(*file);
        let line_of = |place: Place| (place.file == *file).then(|| source.line_column(place.span.start).0);
        let mut born = Vec::new();
        for relation in catalogue.relations() {
            for column in &relation.columns {
                // A copy below its parent shows what its parent holds.
                if column.shows.is_none()
                    && let Some(line) = line_of(column.birth)
                {
                    let key = (
                        catalogue.declared_schema(&relation.schema),
                        relation.name.clone(),
                        column.name.clone(),
                    );
                    born.push((line, key, relation.birth));
                }
            }
        }
        let mut defined = Vec::new();
        for statement in statements {
            definitions(statement, &mut defined);
        }
        let defined: Vec<usize> = defined
            .into_iter()
            .map(|span| source.line_column(span.start).0)
            .collect();
        for Marker { line, span, text } in markers {
            let place = Place { file: *file, span };
            let of_line: Vec<_> = born.iter().filter(|(at, ..)| *at == line).cloned().collect();
            match of_line.as_slice() {
                [(_, key, table)] => {
                    declare(facts, &text, key.clone(), place, *table, database, "-- boundary:");
                }
                // Its column was dropped since, or its table.
                [] if defined.contains(&line) => {}
                [] => misdeclared(
                    facts,
                    place,
                    "no column comes to be on its line or the next".to_owned(),
                ),
                _ => misdeclared(
                    facts,
                    place,
                    "several columns come to be on this line; give each a line of its own".to_owned(),
                ),
            }
        }
    }
}

struct Marker {
    /// The line of the column that it is about.
    line: usize,
    span: Span,
    text: String,
}

/// The markers of a file that are no suppressions.
fn markers(facts: &Facts, file: FileId) -> Vec<Marker> {
    let source = facts.sources.file(file);
    let mut markers = Vec::new();
    for at in memchr::memmem::find_iter(source.text.as_bytes(), DECLARES) {
        let rest = &source.text[at..];
        let rest = rest[..rest.find('\n').unwrap_or(rest.len())].trim_end();
        let start = source.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = source.text[start..at].trim_end();
        let is_comment = before.ends_with("--") && before.matches('\'').count().is_multiple_of(2);
        if !is_comment || rest.starts_with(suppress::MARK) {
            continue;
        }
        let alone = before.trim() == "--";
        markers.push(Marker {
            line: source.line_column(at).0 + usize::from(alone),
            span: Span::new(at, at + rest.len()),
            text: rest[DECLARES.len()..].to_owned(),
        });
    }
    markers
}

/// The places of the columns that a statement defines.
fn definitions(statement: &Statement, out: &mut Vec<Span>) {
    match &statement.kind {
        StatementKind::CreateTable(create) => {
            out.extend(create.elements.iter().filter_map(|element| match element {
                TableElement::Column(column) => Some(column.span),
                _ => None,
            }))
        }
        StatementKind::Alter(alter) => out.extend(alter.actions.iter().filter_map(|action| match action {
            Action::AddColumn { column, .. } => Some(column.span),
            _ => None,
        })),
        StatementKind::CreateSchema { elements, .. } => {
            for element in elements {
                definitions(element, out);
            }
        }
        _ => {}
    }
}
