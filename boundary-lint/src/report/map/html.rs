//! The report as one page that needs nothing else: no network, no file beside it.

use std::io::Write;

use data_encoding::BASE64;
use minijinja::{AutoEscape, Environment, context};
use sha2::{Digest, Sha256};

use super::Report;
use super::rows::{TOO_LOOSE, TOO_TIGHT};
use crate::error::Error;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Writes the page, with the picture as SVG. Places are links to `link` followed by the file and `#L` with the line.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, report: &Report, picture: &str, link: &str) -> Result<(), Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let prefix = link.to_owned();
    environment.add_filter("href", move |place: String| href(&prefix, &place));
    let page = |error: minijinja::Error| Error::Page(error.to_string());
    environment.add_template("page.html", PAGE).map_err(page)?;
    let (too_loose, too_tight) = (
        super::seeming(report, TOO_LOOSE),
        super::seeming(report, TOO_TIGHT),
    );
    let text = environment
        .get_template("page.html")
        .and_then(|template| {
            template.render(context! {
                report => minijinja::Value::from_serialize(Shown::of(report, &too_loose, &too_tight)),
                picture => minijinja::Value::from_safe_string(picture.to_owned()),
                style => minijinja::Value::from_safe_string(STYLE.to_owned()),
                script => minijinja::Value::from_safe_string(SCRIPT.to_owned()),
                script_digest => digest(SCRIPT),
                style_digest => digest(STYLE),
                link => link,
            })
        })
        .map_err(page)?;
    // The rows are many, so they do not go through the template. Their place is the last: what stands before it may be of anybody.
    let (before, behind) = text
        .rsplit_once(ROWS)
        .ok_or_else(|| Error::Page("the page has no place for its rows".to_owned()))?;
    out.write_all(before.as_bytes())?;
    let rows: Vec<&super::Row> = report.columns.iter().chain(&report.fields).collect();
    let json = serde_json::to_string(&rows)?;
    // Nothing in a script element may look like its end or like a comment.
    out.write_all(
        json.replace('<', "\\u003c")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029")
            .as_bytes(),
    )?;
    out.write_all(behind.as_bytes())?;
    Ok(())
}

/// Where the template wants the rows.
const ROWS: &str = "@rows@";

/// What the template shows itself; the longest lists are cut, and say so.
#[derive(serde::Serialize)]
struct Shown<'a> {
    counts: super::Counts,
    policy: &'a str,
    decided: &'a [super::Decided],
    crates: &'a [super::Note],
    too_loose: Cut<'a, super::Note>,
    too_tight: Cut<'a, super::Note>,
    stays: usize,
    anywhere: usize,
    hatches: Cut<'a, super::Hatch>,
    not_seen: Cut<'a, super::Note>,
    modes: &'a [super::Mode],
    findings: &'a [super::RuleCount],
    base: Option<&'a str>,
    changes: Option<Cut<'a, super::ChangeRow>>,
}

#[derive(serde::Serialize)]
struct Cut<'a, T> {
    shown: &'a [T],
    more: usize,
    all: usize,
}

impl<'a, T> Cut<'a, T> {
    fn of(all: &'a [T]) -> Self {
        const MOST: usize = 200;
        Cut {
            shown: all.get(..MOST).unwrap_or(all),
            more: all.len().saturating_sub(MOST),
            all: all.len(),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(report: &'a Report, too_loose: &'a [super::Note], too_tight: &'a [super::Note]) -> Self {
        Shown {
            counts: report.counts,
            policy: &report.policy,
            decided: &report.decided,
            crates: &report.minimum.crates,
            too_loose: Cut::of(too_loose),
            too_tight: Cut::of(too_tight),
            stays: report.minimum.stays,
            anywhere: report.minimum.anywhere,
            hatches: Cut::of(&report.hatches),
            not_seen: Cut::of(&report.not_seen),
            modes: &report.modes,
            findings: &report.findings,
            base: report.changes.as_ref().map(|changes| changes.base.as_str()),
            changes: report.changes.as_ref().map(|changes| Cut::of(&changes.changes)),
        }
    }
}

/// The address of a place.
fn href(prefix: &str, place: &str) -> String {
    let (file, line) = place.rsplit_once(':').unwrap_or((place, "1"));
    let file: String = file
        .chars()
        .map(|c| match c {
            ' ' | '#' | '?' | '%' | '"' | '<' | '>' => format!("%{:02X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("{prefix}{file}#L{line}")
}

/// The digest by which the page's policy lets this text run, and no other (CSP Level 3, `hash-source`).
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}
