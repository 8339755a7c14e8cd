//! SARIF 2.1.0 (OASIS Standard), in the part of it that GitHub's code scanning reads.
//!
//! Findings that are suppressed, in the baseline or in the base are left out: code scanning takes a result that is missing for one that is
//! mended, and one with `suppressions` for one that is open.

use std::io::Write;

use serde::Serialize;

use super::fingerprint::fingerprints;
use crate::error::Error;
use crate::facts::Facts;
use crate::rules::{Finding, Marked, RULES};
use crate::source::Place;
use crate::suppress::Judged;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The root that all paths are relative to, which GitHub takes to be the repository's.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text<String>,
    full_description: Text<String>,
    help: Help,
    default_configuration: Level,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "boundaryFinding/v1")]
    finding: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Writes the findings.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged) -> Result<(), Error> {
    let prints = fingerprints(facts, &judged.findings);
    let results = judged.findings.iter().zip(prints);
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "cargo-boundary",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: RULES.iter().map(descriptor).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: results
                .map(|(finding, print)| outcome(facts, finding, print))
                .collect(),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)?;
    Ok(())
}

fn descriptor(rule: &crate::rules::Rule) -> Descriptor {
    let page = rule.text();
    let short = page.split("\n\n").next().unwrap_or("").replace('\n', " ");
    Descriptor {
        id: rule.id,
        name: rule.id,
        short_description: Text { text: short.clone() },
        full_description: Text { text: short },
        help: Help {
            text: page.clone(),
            markdown: page,
        },
        default_configuration: Level { level: "error" },
    }
}

fn outcome<'a>(facts: &'a Facts, finding: &'a Finding, print: String) -> Outcome<'a> {
    let label = match finding.primary.label.as_str() {
        "" => String::new(),
        label => format!(": {label}"),
    };
    Outcome {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule),
        level: "error",
        message: Text {
            text: format!(
                "{}{label}. Help: {}",
                finding.message,
                finding.help.replace('\n', " ")
            ),
        },
        locations: [location(facts, finding.primary.place, None)],
        related_locations: finding
            .related
            .iter()
            .enumerate()
            .map(|(at, marked)| location(facts, marked.place, Some((at, marked))))
            .collect(),
        partial_fingerprints: Fingerprints { finding: print },
    }
}

fn location<'a>(facts: &'a Facts, place: Place, related: Option<(usize, &'a Marked)>) -> Location<'a> {
    let place = super::real(facts, place);
    let file = facts.sources.file(place.file);
    let (start_line, start_column) = file.line_column(place.span.start);
    let (end_line, end_column) = file.line_column(place.span.end);
    Location {
        id: related.map(|(at, _)| at + 1),
        physical_location: Physical {
            artifact_location: Artifact {
                uri: encoded(&file.shown),
                uri_base_id: ROOT,
            },
            region: Region {
                start_line,
                start_column,
                end_line,
                end_column,
            },
        },
        message: related
            .map(|(_, marked)| marked.label.as_str())
            .filter(|label| !label.is_empty())
            .map(|text| Text { text }),
    }
}

/// A path as a relative reference (RFC 3986): all but unreserved characters and slashes are percent-encoded.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    // An absolute path would be taken for one of the server's.
    out.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn paths_are_percent_encoded() {
        assert_eq!(encoded("a b/ä%.sql"), "a%20b/%C3%A4%25.sql");
        assert_eq!(encoded("/etc/x"), "etc/x");
    }
}
