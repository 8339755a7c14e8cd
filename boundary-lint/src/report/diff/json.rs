//! Changes for programs, in a form that carries its version.

use std::io::Write;

use boundary_schema::Approved;
use boundary_schema::manifest::{Item, Value};
use serde::Serialize;

use super::{Compared, what};
use crate::diff::{Direction, What};
use crate::error::Error;

/// Version of the form. It rises when something is removed or changes its meaning.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    base: &'a str,
    head: &'a str,
    widening: usize,
    not_approved: usize,
    narrowing: usize,
    neutral: usize,
    changes: Vec<Shown<'a>>,
    wrong_approvals: Vec<Wrong<'a>>,
    spent_approvals: Vec<&'a str>,
}

#[derive(Serialize)]
struct Shown<'a> {
    direction: &'static str,
    change: String,
    item: ShownItem<'a>,
    what: String,
    attribute: Option<&'static str>,
    from: Option<String>,
    to: Option<String>,
    why: &'static str,
    place: Option<Place<'a>>,
    approved: Option<Approval<'a>>,
}

#[derive(Serialize)]
struct ShownItem<'a> {
    kind: &'static str,
    group: Option<&'a str>,
    name: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Approval<'a> {
    by: &'a str,
    reason: &'a str,
    until: &'a str,
}

#[derive(Serialize)]
struct Wrong<'a> {
    change: &'a str,
    why: &'a str,
    place: Option<Place<'a>>,
}

fn item(item: &Item) -> ShownItem<'_> {
    ShownItem {
        kind: item.kind.noun(),
        group: item.kind.group().map(|_| item.group.as_str()),
        name: &item.name,
    }
}

fn approval(approved: &Approved) -> Approval<'_> {
    Approval {
        by: &approved.by,
        reason: &approved.reason,
        until: &approved.until,
    }
}

/// Writes all changes, the approvals and the counts.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, compared: &Compared<'_>) -> Result<(), Error> {
    let place = |line: Option<(&'_ str, usize)>| line.map(|(file, line)| (file.to_owned(), line));
    let _ = place;
    let changes = compared
        .changes
        .iter()
        .zip(&compared.approvals.of)
        .map(|(change, approved)| {
            let (attribute, from, to) = match &change.what {
                What::Changed { attribute, from, to } => {
                    (Some(attribute.as_str()), from.as_ref(), to.as_ref())
                }
                _ => (None, None, None),
            };
            let text = |value: Option<&Value>| value.map(ToString::to_string);
            Shown {
                direction: change.direction.as_str(),
                change: change.to_string(),
                item: item(&change.item),
                what: what(change),
                attribute,
                from: text(from),
                to: text(to),
                why: change.why,
                place: compared.line(change).map(|(file, line)| Place { file, line }),
                approved: approved.map(approval),
            }
        });
    let wrong = compared.approvals.wrong.iter().map(|(approved, why)| Wrong {
        change: &approved.change,
        why,
        place: compared
            .line_of(approved)
            .map(|(file, line)| Place { file, line }),
    });
    let report = Report {
        version: VERSION,
        base: &compared.base.shown,
        head: &compared.head.shown,
        widening: compared.count(Direction::Widening),
        not_approved: compared.approvals.missing(compared.changes),
        narrowing: compared.count(Direction::Narrowing),
        neutral: compared.count(Direction::Neutral),
        changes: changes.collect(),
        wrong_approvals: wrong.collect(),
        spent_approvals: compared
            .approvals
            .spent
            .iter()
            .map(|approved| approved.change.as_str())
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}
