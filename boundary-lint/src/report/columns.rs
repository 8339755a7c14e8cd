//! The list of all columns.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;

use crate::error::Error;
use crate::facts::{Column, Facts};

/// The header of the list, which is also its order.
pub const HEADER: [&str; 8] = [
    "table_schema",
    "table_name",
    "column_name",
    "data_type",
    "is_nullable",
    "relation_kind",
    "classification",
    "source",
];

fn row<'a>(facts: &'a Facts, column: &'a Column) -> [Cow<'a, str>; 8] {
    let (schema, table, name) = &column.key;
    [
        schema.into(),
        table.into(),
        name.into(),
        column.data_type.as_str().into(),
        if column.nullable { "YES" } else { "NO" }.into(),
        column.kind.as_str().into(),
        facts.classification(column).into(),
        facts.sources.line_of(column.birth).into(),
    ]
}

/// Writes the list as CSV (RFC 4180, lines ended by a newline).
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_csv(out: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    writeln!(out, "{}", HEADER.join(","))?;
    for column in &facts.columns {
        let cells = row(facts, column);
        writeln!(out, "{}", cells.each_ref().map(|cell| quoted(cell)).join(","))?;
    }
    Ok(())
}

pub(super) fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\"")).into()
    } else {
        cell.into()
    }
}

/// Writes the list as a table with aligned columns.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_human(out: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    let rows: Vec<[String; 4]> = facts
        .columns
        .iter()
        .map(|column| {
            let [schema, table, name, ty, nullable, _, classification, source] = row(facts, column);
            let nullable = if nullable == "YES" { "?" } else { "" };
            [
                format!("{schema}.{table}.{name}"),
                format!("{ty}{nullable}"),
                classification.into_owned(),
                source.into_owned(),
            ]
        })
        .collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for [name, ty, classification, source] in &rows {
        let [a, b, c] = widths;
        let line = format!("{name:a$}  {ty:b$}  {classification:c$}  {source}");
        writeln!(out, "{}", line.trim_end())?;
    }
    let total = facts.columns.len();
    let classified = if facts.declarations_read {
        format!(", {} classified", facts.classified())
    } else {
        String::new()
    };
    writeln!(
        out,
        "{total} column{}{classified}, {} not visible",
        if total == 1 { "" } else { "s" },
        facts.unseen.len()
    )
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    columns: Vec<Shown<'a>>,
    not_visible: Vec<NotVisible<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    table_schema: &'a str,
    table_name: &'a str,
    column_name: &'a str,
    data_type: Option<&'a str>,
    is_nullable: bool,
    relation_kind: &'a str,
    classification: Option<&'a str>,
    source: String,
    changed: String,
}

#[derive(Serialize)]
struct NotVisible<'a> {
    source: String,
    why: &'a str,
}

/// Writes the list as JSON, in a form that carries its version.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_json(out: &mut impl Write, facts: &Facts) -> Result<(), Error> {
    let unseen = facts.unseen.iter();
    let report = Report {
        version: super::json::VERSION,
        columns: facts.columns.iter().map(|column| shown(facts, column)).collect(),
        not_visible: unseen
            .map(|unseen| NotVisible {
                source: facts.sources.line_of(unseen.place),
                why: &unseen.why,
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn shown<'a>(facts: &'a Facts, column: &'a Column) -> Shown<'a> {
    let (table_schema, table_name, column_name) = &column.key;
    let known = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    Shown {
        table_schema,
        table_name,
        column_name,
        data_type: known(&column.data_type),
        is_nullable: column.nullable,
        relation_kind: column.kind.as_str(),
        classification: known(facts.classification(column)),
        source: facts.sources.line_of(column.birth),
        changed: facts.sources.line_of(column.changed),
    }
}
