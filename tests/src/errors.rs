//! docs/errors.md: the messages of the compile-fail cases, by what went wrong, with the code that causes them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{files, root, shown};

/// A theme and its cases, in the order of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The heading.
    pub title: String,
    /// What went wrong, in a sentence.
    pub text: String,
    /// Whether the mistake is one of plane or purpose: then no message may be a bare mismatch of types.
    #[serde(default)]
    pub plane_or_purpose: bool,
    /// The cases, by the names of their files.
    pub cases: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    theme: Vec<Theme>,
}

/// The themes.
///
/// # Errors
/// If the table cannot be read.
pub fn themes() -> Result<Vec<Theme>, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(root().join("tests/errors.toml"))?;
    Ok(toml::from_str::<Table>(&text)?.theme)
}

/// The message of every case under tests/ui, by path.
///
/// # Errors
/// If a file cannot be read.
pub fn messages() -> std::io::Result<Vec<(PathBuf, String)>> {
    files(&root().join("tests/ui"), ".stderr")?
        .into_iter()
        .map(|path| std::fs::read_to_string(&path).map(|text| (path, text)))
        .collect()
}

/// The page: the cases of each theme, then all others under their own names.
///
/// # Errors
/// If a case of a theme does not exist, or stands in two.
pub fn page(themes: &[Theme], messages: &[(PathBuf, String)]) -> Result<String, Box<dyn std::error::Error>> {
    let mut page = String::from(
        "# Errors\n\nWhat the compiler says to whoever asks for what the border does not give. Made from the cases under `tests/ui/`, whose \
         messages are compared at each run of the tests. Of a case only the code that matters is shown; the file has all of it.\n",
    );
    let mut left: Vec<&(PathBuf, String)> = messages.iter().collect();
    for theme in themes {
        let _ = write!(page, "\n## {}\n\n{}\n", theme.title, theme.text);
        for case in &theme.cases {
            let at = left
                .iter()
                .position(|(path, _)| path.file_stem().is_some_and(|stem| stem == case.as_str()))
                .ok_or_else(|| format!("`{case}` is no case, or stands in two themes"))?;
            let (path, message) = left.remove(at);
            write_case(&mut page, path, message)?;
        }
    }
    page.push_str("\n## All others\n");
    for (path, message) in left {
        write_case(&mut page, path, message)?;
    }
    Ok(page)
}

fn write_case(page: &mut String, path: &Path, message: &str) -> std::io::Result<()> {
    let source = path.with_extension("rs");
    let text = std::fs::read_to_string(&source)?;
    let said = text
        .lines()
        .find_map(|line| line.strip_prefix("//! "))
        .unwrap_or_default();
    let _ = write!(
        page,
        "\n**{said}** [`{}`](../{})\n\n```rust\n{}\n```\n\n```text\n{}\n```\n",
        source.file_name().unwrap_or_default().to_string_lossy(),
        shown(&source),
        essential(&text),
        message.trim_end()
    );
    Ok(())
}

/// A case without what every case has: its comment, its imports, an empty `main`, and the fields that play roles.
fn essential(text: &str) -> String {
    let role = |line: &str| {
        ["record_id", "tenant", "subject", "data_key"]
            .iter()
            .any(|role| line.trim() == format!("#[boundary({role})]"))
    };
    let mut lines: Vec<&str> = Vec::new();
    let mut rest = text.lines().peekable();
    let (mut in_use, mut roles) = (false, false);
    while let Some(line) = rest.next() {
        if role(line) {
            rest.next();
            if !roles {
                lines.push("    // its identifier, tenant, subject and data key");
            }
            roles = true;
            continue;
        }
        roles = false;
        in_use |= line.starts_with("use ");
        let skipped =
            in_use || line.starts_with("//! ") || line == "fn main() {}" || line.ends_with("policy!();");
        if in_use && line.ends_with(';') {
            in_use = false;
        }
        let second_blank = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !(skipped || second_blank) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Messages that a bound could have said better, in cases about plane or purpose.
#[must_use]
pub fn bare(themes: &[Theme], messages: &[(PathBuf, String)]) -> Vec<String> {
    let mut bare = Vec::new();
    for theme in themes.iter().filter(|theme| theme.plane_or_purpose) {
        for case in &theme.cases {
            let found = messages
                .iter()
                .filter(|(path, _)| path.file_stem().is_some_and(|stem| stem == case.as_str()))
                .flat_map(|(_, message)| message.lines())
                .filter(|line| line.starts_with("error[E0308]") || line.starts_with("error[E0599]"));
            bare.extend(found.map(|line| format!("{case}: {line}")));
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_mismatch_is_found_in_cases_about_planes_only() {
        let theme = |plane_or_purpose| Theme {
            title: String::new(),
            text: String::new(),
            plane_or_purpose,
            cases: vec!["a".to_owned()],
        };
        let messages = [(
            PathBuf::from("ui/a.stderr"),
            "error[E0308]: mismatched types\n".to_owned(),
        )];
        assert_eq!(bare(&[theme(true)], &messages).len(), 1);
        assert_eq!(bare(&[theme(false)], &messages).len(), 0);
    }

    #[test]
    fn what_every_case_has_is_left_out() {
        let text = "//! Said.\n\nuse a::{\n    b,\n};\n\nboundary_runtime::policy!();\n\nstruct S {\n    #[boundary(tenant)]\n    \
                    pub t: T,\n    x: Y,\n}\n\nfn main() {}\n";
        assert_eq!(
            essential(text),
            "struct S {\n    // its identifier, tenant, subject and data key\n    x: Y,\n}"
        );
    }
}
