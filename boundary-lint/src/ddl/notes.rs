//! A declaration as the comment on its column, in the grammar in which the lint reads such comments.
//!
//! What people wrote in a comment stays in it, behind `//`, which that grammar passes over. A comment that would not be read back as the
//! same declaration is not made.

use boundary_schema::Policy;

use crate::catalogue::DECLARES;
use crate::facts::Declaration;
use crate::parse::declarations::{Json, Residency, Says, declaration};

/// The comment that says what a declaration says, with what `existing` says besides; `None` where the grammar cannot say it.
pub(super) fn text(
    declared: &Declaration,
    is_json: bool,
    policy: Option<&Policy>,
    existing: Option<&str>,
) -> Option<String> {
    let mut said = match &declared.says {
        Says::Role(role) => (*role).to_owned(),
        Says::DataKey => "data_key".to_owned(),
        Says::Category { category, residency } => {
            let category = proc_macro2::Literal::string(category);
            let residency = match residency.as_ref()? {
                Residency::Pinned(region) => format!("pinned({region})"),
                other => other.to_string(),
            };
            format!("category = {category}, residency = {residency}")
        }
        Says::Nothing => return None,
    };
    let purposes: Vec<&str> = declared
        .purposes
        .iter()
        .map(|purpose| of_policy(policy, purpose))
        .collect();
    if !purposes.is_empty() {
        said.push_str(&format!(", purpose({})", purposes.join(", ")));
    }
    if is_json {
        match &declared.json {
            Json::Type(name) => said.push_str(&format!(", json = {}", proc_macro2::Literal::string(name))),
            Json::Opaque => said.push_str(", opaque"),
            Json::Unsaid => {}
        }
    }
    for line in existing.map(besides).unwrap_or_default() {
        said.push_str("\n// ");
        said.push_str(&line);
    }
    let read = declaration(&said).ok()?;
    let same =
        read.says == declared.says && read.purposes == purposes && (!is_json || read.json == declared.json);
    same.then(|| format!("{DECLARES} {said}"))
}

/// A purpose as the policy names it: `PaymentFraud` in Rust is `payment_fraud` there.
fn of_policy<'a>(policy: Option<&'a Policy>, purpose: &'a str) -> &'a str {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    policy
        .into_iter()
        .flat_map(|policy| policy.purposes().keys())
        .map(|name| name.as_str())
        .find(|name| plain(name) == plain(purpose))
        .unwrap_or(purpose)
}

/// What a comment says besides a declaration, line by line.
fn besides(comment: &str) -> Vec<String> {
    let lines = comment.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(declares) = comment.trim_start().strip_prefix(DECLARES) else {
        return lines.map(str::to_owned).collect();
    };
    declares
        .lines()
        .filter_map(remark)
        .map(str::trim)
        .filter(|remark| !remark.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What stands behind `//` in a line, outside of quotes.
fn remark(line: &str) -> Option<&str> {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if before == '/' && !quoted => return line.get(at + 1..),
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place, Span};

    fn declared(says: Says, purposes: &[&str], json: Json) -> Declaration {
        let place = Place {
            file: FileId(0),
            span: Span::default(),
        };
        Declaration {
            key: Default::default(),
            by: "Customer".to_owned(),
            field: String::new(),
            says,
            place,
            table_place: place,
            dataset: false,
            global: false,
            purposes: purposes.iter().map(ToString::to_string).collect(),
            json,
            protection: None,
            releases: Vec::new(),
            from: Vec::new(),
            transform: None,
            database: None,
        }
    }

    fn email(residency: Residency) -> Declaration {
        let category = "user.contact.email".to_owned();
        declared(
            Says::Category {
                category,
                residency: Some(residency),
            },
            &["Billing", "Support"],
            Json::Unsaid,
        )
    }

    #[test]
    fn a_declaration_is_said_in_the_grammar_that_the_lint_reads() {
        for (declared, is_json, expected) in [
            (
                declared(Says::Role("tenant"), &[], Json::Unsaid),
                false,
                "boundary: tenant",
            ),
            (
                declared(Says::DataKey, &[], Json::Unsaid),
                false,
                "boundary: data_key",
            ),
            (
                email(Residency::InCountry),
                false,
                "boundary: category = \"user.contact.email\", residency = in_country, purpose(Billing, Support)",
            ),
            (
                email(Residency::Pinned("in".to_owned())),
                false,
                "boundary: category = \"user.contact.email\", residency = pinned(in), purpose(Billing, Support)",
            ),
            (
                Declaration {
                    json: Json::Opaque,
                    ..email(Residency::Global)
                },
                true,
                "boundary: category = \"user.contact.email\", residency = global, purpose(Billing, Support), opaque",
            ),
            (
                Declaration {
                    json: Json::Type("Settings".to_owned()),
                    ..email(Residency::Global)
                },
                true,
                "boundary: category = \"user.contact.email\", residency = global, purpose(Billing, Support), json = \"Settings\"",
            ),
        ] {
            assert_eq!(text(&declared, is_json, None, None).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_the_grammar_cannot_say_is_not_said() {
        let without = Says::Category {
            category: "user.name".to_owned(),
            residency: None,
        };
        assert_eq!(
            text(&declared(without, &[], Json::Unsaid), false, None, None),
            None
        );
        assert_eq!(
            text(&declared(Says::Nothing, &[], Json::Unsaid), false, None, None),
            None
        );
        let odd = declared(Says::Role("tenant"), &["no word"], Json::Unsaid);
        assert_eq!(text(&odd, false, None, None), None);
    }

    #[test]
    fn what_people_wrote_stays_however_often_the_comment_is_made() {
        let tenant = declared(Says::Role("tenant"), &[], Json::Unsaid);
        let first = text(
            &tenant,
            false,
            None,
            Some("The merchant; it's \"theirs\".\n\nSee /docs // (old)"),
        )
        .unwrap();
        assert_eq!(
            first,
            "boundary: tenant\n// The merchant; it's \"theirs\".\n// See /docs // (old)"
        );
        assert_eq!(text(&tenant, false, None, Some(&first)).as_ref(), Some(&first));
        let other = text(&email(Residency::Global), false, None, Some(&first)).unwrap();
        assert!(
            other.ends_with("// See /docs // (old)") && !other.contains("tenant"),
            "{other}"
        );
        assert_eq!(remark("category = \"a//b\" // c"), Some(" c"));
    }
}
