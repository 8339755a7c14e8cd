//! Suppressions: findings that somebody answers for, until a day.
//!
//! `// boundary: allow(rule, reason = "…", owner = "…", until = "YYYY-MM-DD")`, and `-- boundary: allow(…)` in SQL, at the end of the
//! line of a finding or on the line above it. One that does not say all of it, has expired or suppresses nothing is a
//! finding itself. `[[allow]]` of `boundary.toml` says the same of a column, a table or a file that has no line to stand beside. The day is an
//! argument here: nothing reads a clock.

use memchr::memmem;

use crate::facts::Facts;
use crate::rules::{Finding, Marked, RULES};
use crate::source::{FileId, Place, Span};

/// How a suppression begins.
pub const MARK: &str = "boundary: allow(";

/// The rule of suppressions themselves.
pub const RULE: &str = "suppression";

/// Rules that nobody can answer for: a central plane with keys is none, and a suppression of suppressions would hide itself.
pub const NEVER: [&str; 5] = [
    "baseline",
    "central-reaches-vault",
    "lock-stale",
    RULE,
    "vault-in-central-binary",
];

/// What is left of the findings.
#[derive(Debug)]
pub struct Judged {
    /// The findings that nothing suppresses, and those about suppressions.
    pub findings: Vec<Finding>,
    /// How many were suppressed.
    pub suppressed: usize,
    /// How many the baseline lists.
    pub baselined: usize,
    /// How many the base has as well.
    pub inherited: usize,
}

/// A suppression as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Suppression {
    of: Of,
    /// Where it stands.
    pub place: Place,
    /// The rule.
    pub rule: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: String,
    /// Why it does not count.
    problem: Option<String>,
    used: bool,
}

/// What a suppression is of.
#[derive(Clone, Debug)]
enum Of {
    /// The line of a comment and the one below it.
    Line { file: String, line: usize },
    /// A column, a table or a file.
    Named(String),
}

impl Suppression {
    /// The column, table or file that it is of.
    #[must_use]
    pub fn at(&self) -> &str {
        match &self.of {
            Of::Line { file, .. } => file,
            Of::Named(name) => name,
        }
    }

    fn answers_for(&self, finding: &Finding, file: &str, line: usize) -> bool {
        self.problem.is_none()
            && self.rule == finding.rule
            && match &self.of {
                Of::Line { file: of, line: at } => of == file && (*at == line || at + 1 == line),
                Of::Named(name) => {
                    name == file
                        || finding.subject.as_ref().is_some_and(|(schema, table, column)| {
                            *name == format!("{schema}.{table}.{column}")
                                || *name == format!("{schema}.{table}")
                        })
                }
            }
    }
}

/// Takes away what is suppressed on this day, `YYYY-MM-DD`, and adds what is wrong with the suppressions.
#[must_use]
pub fn apply(facts: &Facts, findings: Vec<Finding>, today: &str) -> Judged {
    let mut suppressions = read(facts, today);
    let before = findings.len();
    let mut left: Vec<Finding> = findings
        .into_iter()
        .filter(|finding| {
            let place = finding.primary.place;
            let file = facts.sources.file(place.file);
            let line = file.line_column(place.span.start).0;
            let answering = suppressions
                .iter_mut()
                .find(|suppression| suppression.answers_for(finding, &file.shown, line));
            match answering {
                Some(suppression) => {
                    suppression.used = true;
                    false
                }
                None => true,
            }
        })
        .collect();
    let suppressed = before - left.len();
    left.extend(suppressions.into_iter().filter_map(|suppression| {
        let problem = match suppression.problem {
            Some(problem) => problem,
            None if suppression.used => return None,
            None => format!("`{}` finds nothing here", suppression.rule),
        };
        Some(Finding {
            rule: RULE,
            message: "a suppression that does not hold".to_owned(),
            primary: Marked {
                place: suppression.place,
                label: problem,
            },
            related: Vec::new(),
            subject: None,
            help: format!(
                "remove it, or write `{MARK}rule, reason = \"…\", owner = \"…\", until = \"YYYY-MM-DD\")` beside what it answers for"
            ),
        })
    }));
    crate::rules::sort(facts, &mut left);
    Judged {
        findings: left,
        suppressed,
        baselined: 0,
        inherited: 0,
    }
}

/// Every suppression as it was written, whether or not its day is over.
#[must_use]
pub fn written(facts: &Facts) -> Vec<Suppression> {
    // Nothing has expired before the first day.
    read(facts, "")
}

/// Every suppression of the files that were read, once each.
fn read(facts: &Facts, today: &str) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    for (id, file) in facts.sources.iter() {
        for at in memmem::find_iter(file.text.as_bytes(), MARK) {
            let line = file.line_column(at).0;
            if is_in_comment(&file.text, at)
                && !found.iter().any(|known| {
                    matches!(&known.of, Of::Line { file: of, line: at } if *of == file.shown && *at == line)
                })
            {
                found.push(suppression(id, &file.shown, &file.text, at, line, today));
            }
        }
    }
    found.extend(in_policy(facts, today));
    found
}

/// Those of `[[allow]]`.
fn in_policy(facts: &Facts, today: &str) -> Vec<Suppression> {
    let allowed = facts.policy.iter().flat_map(|policy| policy.allowed());
    allowed
        .filter_map(|allowed| {
            Some(Suppression {
                of: Of::Named(allowed.at.clone()),
                place: facts.in_policy(&allowed.span)?,
                rule: allowed.rule.clone(),
                reason: allowed.reason.clone(),
                owner: allowed.owner.clone(),
                until: allowed.until.clone(),
                problem: refused(&allowed.rule).or_else(|| expired(&allowed.until, today)),
                used: false,
            })
        })
        .collect()
}

/// Why a rule cannot be answered for.
fn refused(rule: &str) -> Option<String> {
    if !RULES.iter().any(|known| known.id == rule) {
        Some(format!("there is no rule `{rule}`"))
    } else if NEVER.contains(&rule) {
        Some(format!("`{rule}` cannot be suppressed"))
    } else {
        None
    }
}

fn expired(until: &str, today: &str) -> Option<String> {
    (until < today).then(|| format!("it has expired on {until}"))
}

/// Whether a comment begins before this byte on its line, and no text in quotes.
fn is_in_comment(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = text[start..at].trim_end();
    (before.ends_with("//") || before.ends_with("--")) && before.matches('"').count().is_multiple_of(2)
}

fn suppression(id: FileId, file: &str, text: &str, at: usize, line: usize, today: &str) -> Suppression {
    let rest = &text[at + MARK.len()..];
    let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let (inside, closed) = match rest.rfind(')') {
        Some(end) => (&rest[..end], true),
        None => (rest, false),
    };
    let (rule, parts) = inside.split_once(',').unwrap_or((inside, ""));
    let rule = rule.trim().to_owned();
    let part = |name: &str| {
        let after = parts.split_once(&format!("{name} = \""))?.1;
        after
            .split('"')
            .next()
            .map(str::trim)
            .filter(|value| !value.is_empty())
    };
    let problem = if !closed {
        Some("it has no closing parenthesis on its line".to_owned())
    } else if let Some(refused) = refused(&rule) {
        Some(refused)
    } else if let Some(missing) = ["reason", "owner", "until"]
        .iter()
        .find(|name| part(name).is_none())
    {
        Some(format!("it lacks `{missing} = \"…\"`"))
    } else {
        match part("until") {
            Some(until) if !is_day(until) => Some(format!("`{until}` is no day; write YYYY-MM-DD")),
            Some(until) => expired(until, today),
            None => None,
        }
    };
    Suppression {
        of: Of::Line {
            file: file.to_owned(),
            line,
        },
        place: Place {
            file: id,
            span: Span::new(at, at + MARK.len() + rest.trim_end().len()),
        },
        rule,
        reason: part("reason").unwrap_or_default().to_owned(),
        owner: part("owner").unwrap_or_default().to_owned(),
        until: part("until").unwrap_or_default().to_owned(),
        problem,
        used: false,
    }
}

/// Whether a text is a day as `2026-11-21`; such days compare as texts.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let year = parts.next().is_some_and(|part| digits(part, 4));
    let month = parts
        .next()
        .is_some_and(|part| digits(part, 2) && ("01"..="12").contains(&part));
    let day = parts
        .next()
        .is_some_and(|part| digits(part, 2) && ("01"..="31").contains(&part));
    year && month && day && parts.next().is_none()
}

/// The day, in UTC, of this many seconds since 1970: the algorithm `civil_from_days` of Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms".
#[must_use]
pub fn day_of(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day_of(0), "1970-01-01");
        assert_eq!(day_of(951_782_400), "2000-02-29");
        assert_eq!(day_of(1_795_219_199), "2026-11-20");
        assert_eq!(day_of(4_107_542_400), "2100-03-01");
        assert!(is_day("2026-11-21") && !is_day("2026-13-01") && !is_day("soon") && !is_day("2026-1-1"));
    }
}
