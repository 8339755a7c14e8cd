//! The JSON Schema of `boundary.toml`, for editors, made from the table of keys.
//!
//! It says what one key can say for itself; that names resolve, crates are in one list and extensions do not weaken
//! their ancestors is known to the reader alone.

use super::shape::{Key, Kind, ROOT};
use super::{Policy, duration};
use crate::Name;
use crate::taxonomy::{BUILT_IN, DATA_USES};

/// The JSON Schema (draft 2020-12) of the policy file, with a newline at the end.
///
/// A copy is checked in as `boundary.schema.json`; a test fails when it is stale.
#[must_use]
pub fn json_schema() -> String {
    let mut members = vec![
        (
            "$schema",
            Json::text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title", Json::text("Boundary policy")),
        (
            "description",
            Json::text(
                "Where data may be, who may use it for what, and what may be released: boundary.toml.",
            ),
        ),
    ];
    members.extend(of_keys(ROOT));
    let mut text = String::new();
    Json::Object(members).write(&mut text, 0);
    text.push('\n');
    text
}

type Members = Vec<(&'static str, Json)>;

/// What a schema says about a table with these keys.
fn of_keys(keys: &'static [Key]) -> Members {
    let properties = keys.iter().map(|key| {
        let mut members = of_kind(&key.kind);
        members.insert(0, ("description", Json::text(key.doc)));
        (key.name, Json::Object(members))
    });
    let required: Vec<_> = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| Json::text(key.name))
        .collect();
    let mut members = vec![
        ("type", Json::text("object")),
        ("properties", Json::Object(properties.collect())),
        ("additionalProperties", Json::Flag(false)),
    ];
    if !required.is_empty() {
        members.push(("required", Json::List(required)));
    }
    members
}

fn of_kind(kind: &Kind) -> Members {
    match kind {
        Kind::Version => vec![("const", Json::Number(Policy::VERSION.into()))],
        Kind::Text => pattern(r"\S"),
        Kind::Flag => vec![("type", Json::text("boolean"))],
        Kind::Count { least, most } => vec![
            ("type", Json::text("integer")),
            ("minimum", Json::Number(*least)),
            ("maximum", Json::Number(*most)),
        ],
        Kind::Duration { .. } | Kind::Wait { .. } => pattern(duration::PATTERN),
        Kind::Jurisdiction => pattern("^[A-Z]{2}$"),
        Kind::DataUse => {
            let known = vec![("enum", Json::words(DATA_USES))];
            let narrower = pattern(&below(DATA_USES.iter().copied()));
            vec![(
                "anyOf",
                Json::List(vec![Json::Object(known), Json::Object(narrower)]),
            )]
        }
        Kind::Word(words) => vec![("enum", Json::words(words))],
        Kind::Reference(_) => pattern(Name::PATTERN),
        Kind::References(_) => array(pattern(Name::PATTERN)),
        Kind::Packages => array(pattern(r"^[A-Za-z0-9_][A-Za-z0-9_-]*$")),
        Kind::Table(keys) => of_keys(keys),
        Kind::Named(keys) => entries(Name::PATTERN, keys),
        Kind::CategoryCounts { least, most } => {
            let count = of_kind(&Kind::Count {
                least: *least,
                most: *most,
            });
            let keys = pattern(&at_or_below(BUILT_IN.iter().map(|row| row.key)));
            vec![
                ("type", Json::text("object")),
                ("propertyNames", Json::Object(keys)),
                ("additionalProperties", Json::Object(count)),
            ]
        }
        Kind::Tables(keys) => entries(r"\S", keys),
        Kind::Columns(keys) => {
            let columns = entries(r"\S", keys);
            vec![
                ("type", Json::text("object")),
                ("additionalProperties", Json::Object(columns)),
            ]
        }
        Kind::Records(keys) => vec![
            ("type", Json::text("array")),
            ("items", Json::Object(of_keys(keys))),
        ],
        Kind::Category => pattern(&below(BUILT_IN.iter().map(|row| row.key))),
        Kind::Residency => pattern(r"^(global|regional|in_country|pinned\([a-z][a-z0-9_]{0,62}\))$"),
        Kind::Day => pattern("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
        Kind::Categories(keys) => entries(&below(BUILT_IN.iter().map(|row| row.key)), keys),
    }
}

fn pattern(pattern: &str) -> Members {
    vec![("type", Json::text("string")), ("pattern", Json::text(pattern))]
}

fn array(items: Members) -> Members {
    vec![
        ("type", Json::text("array")),
        ("items", Json::Object(items)),
        ("uniqueItems", Json::Flag(true)),
    ]
}

fn entries(names: &str, keys: &'static [Key]) -> Members {
    vec![
        ("type", Json::text("object")),
        (
            "propertyNames",
            Json::Object(vec![("pattern", Json::text(names))]),
        ),
        ("additionalProperties", Json::Object(of_keys(keys))),
    ]
}

/// The pattern of the dotted keys below the roots among `known`.
fn below(known: impl Iterator<Item = &'static str>) -> String {
    format!(r"^{}(\.[a-z][a-z0-9_]{{0,62}})+$", roots(known))
}

/// The pattern of the roots among `known` and the dotted keys below them.
fn at_or_below(known: impl Iterator<Item = &'static str>) -> String {
    format!(r"^{}(\.[a-z][a-z0-9_]{{0,62}})*$", roots(known))
}

fn roots(known: impl Iterator<Item = &'static str>) -> String {
    let roots: Vec<&str> = known.filter(|key| !key.contains('.')).collect();
    format!("({})", roots.join("|"))
}

/// As much of JSON as a schema needs.
enum Json {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Json>),
    Object(Members),
}

impl Json {
    fn text(text: &str) -> Self {
        Json::Text(text.to_owned())
    }

    fn words(words: &[&str]) -> Self {
        Json::List(words.iter().copied().map(Json::text).collect())
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Json::Text(text) => write_text(out, text),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Json::List(items) => {
                write_lines(out, depth, ['[', ']'], items, |out, item, depth| {
                    item.write(out, depth)
                });
            }
            Json::Object(members) => {
                write_lines(out, depth, ['{', '}'], members, |out, (name, value), depth| {
                    write_text(out, name);
                    out.push_str(": ");
                    value.write(out, depth);
                })
            }
        }
    }
}

/// Writes one item a line between the brackets.
fn write_lines<T>(
    out: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    items: &[T],
    write: impl Fn(&mut String, &T, usize),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(out, item, depth + 1);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

/// Writes a JSON string. The texts are those of this crate: printable, so that only two characters need escaping.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
