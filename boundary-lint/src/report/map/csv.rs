//! The data map as a table for spreadsheets (RFC 4180, lines ended by a newline).

use std::borrow::Cow;
use std::io::Write;

use super::{Report, Row};
use crate::report::columns::quoted;

/// The header, which is also the order.
const HEADER: [&str; 19] = [
    "in",
    "table",
    "column",
    "type",
    "classified",
    "role",
    "category",
    "sensitivity",
    "residency",
    "purposes",
    "held",
    "key",
    "release",
    "sinks",
    "derived",
    "seems",
    "by",
    "declared",
    "born",
];

/// Writes all columns, then the fields of events and derived datasets.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "{}", HEADER.join(","))?;
    for row in report.columns.iter().chain(&report.fields) {
        for (at, cell) in cells(row).iter().enumerate() {
            write!(out, "{}{}", if at == 0 { "" } else { "," }, guarded(cell))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn cells(row: &Row) -> [Cow<'_, str>; 19] {
    let list = |words: &[String]| Cow::from(words.join("; "));
    [
        row.of.as_str().into(),
        row.table.as_str().into(),
        row.column.as_str().into(),
        row.r#type.as_str().into(),
        row.classified.into(),
        row.role.into(),
        row.category.as_str().into(),
        row.sensitivity.into(),
        row.residency.as_str().into(),
        list(&row.purposes),
        row.held.into(),
        row.key.as_str().into(),
        list(&row.release),
        list(&row.sinks),
        list(&row.derived),
        row.seems.as_str().into(),
        row.by.as_str().into(),
        row.declared.as_str().into(),
        row.born.as_str().into(),
    ]
}

/// A cell. A name that a spreadsheet would take for a formula is kept from being one (OWASP, "CSV Injection").
fn guarded(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("\"'{}\"", cell.replace('"', "\"\"")).into(),
        false => quoted(cell),
    }
}
