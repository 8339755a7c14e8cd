//! What a column probably holds, guessed from its name and type, with the evidence.
//!
//! A guess helps the person who classifies, and points at declarations that look wrong. Nothing here makes a classification: no
//! type of [`crate::facts`] is made from a [`Suggestion`].

mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

use table::{Category, PATTERNS, Pattern};

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The name is used for other things as well.
    Low,
    /// The name is seldom used for anything else.
    Medium,
    /// The name is used for nothing else.
    High,
}

impl Confidence {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The key of a built-in category.
    pub category: &'static str,
    /// Whether values of it are about a person.
    pub personal: bool,
    /// What the guess rests on.
    pub evidence: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Guesses what a column holds. The type is as `information_schema` prints it.
#[must_use]
pub fn suggest(table: &str, column: &str, data_type: &str) -> Option<Suggestion> {
    let words = words(column);
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    let by_type = of_type(data_type);
    if let Some((pattern, category)) = best(&known, data_type) {
        return Some(Suggestion {
            category: category.key,
            personal: category.personal,
            evidence: format!("the name has `{}`", pattern.words.join(" ")),
            confidence: pattern.confidence,
        });
    }
    if let Some(found) = by_type {
        return Some(found);
    }
    // `name` alone is of a person where the table is of persons.
    let persons = self::words(table)
        .iter()
        .any(|word| PERSONS.contains(&word.as_str()));
    (persons && known == ["name"]).then(|| Suggestion {
        category: "user.name",
        personal: true,
        evidence: format!("`name` in a table of persons, `{table}`"),
        confidence: Confidence::Medium,
    })
}

/// Words for tables whose rows are persons.
const PERSONS: [&str; 20] = [
    "account",
    "applicant",
    "author",
    "beneficiary",
    "borrower",
    "client",
    "contact",
    "customer",
    "driver",
    "employee",
    "guest",
    "member",
    "passenger",
    "patient",
    "payee",
    "payer",
    "person",
    "student",
    "subscriber",
    "user",
];

/// A pattern and its category.
type Entry = (&'static Pattern, &'static Category);

/// The patterns by their first words: names are many.
static BY_FIRST_WORD: LazyLock<HashMap<&str, Vec<Entry>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<Entry>> = HashMap::new();
    for pattern in PATTERNS {
        let category = table::CATEGORIES
            .iter()
            .find(|category| category.key == pattern.category);
        if let (Some(first), Some(category)) = (pattern.words.first(), category) {
            by_word.entry(first).or_default().push((pattern, category));
        }
    }
    by_word
});

/// More words first, then the surer one, then what is of a person; the key decides between equals.
fn rank(
    pattern: &Pattern,
    category: &Category,
) -> (usize, Confidence, bool, std::cmp::Reverse<&'static str>) {
    (
        pattern.words.len(),
        pattern.confidence,
        category.personal,
        std::cmp::Reverse(category.key),
    )
}

/// The pattern with the most words, and among those the surest.
fn best(words: &[&str], data_type: &str) -> Option<Entry> {
    let is_flag = data_type == "boolean";
    let is_time = data_type.starts_with("timestamp");
    let mut best: Option<Entry> = None;
    for (at, word) in words.iter().enumerate() {
        for (pattern, category) in BY_FIRST_WORD.get(word).into_iter().flatten() {
            let fits = words.get(at..at + pattern.words.len()) == Some(pattern.words);
            // A flag or a time about a person's thing is not that thing: `email_verified`, `phone_changed_at`.
            let is_thing = !(category.personal && (is_flag || is_time && !pattern.is_time))
                && !(category.personal && words.last().is_some_and(|last| ABOUT.contains(last)));
            if fits && is_thing && best.is_none_or(|(known, of)| rank(pattern, category) > rank(known, of)) {
                best = Some((pattern, category));
            }
        }
    }
    best
}

/// Last words that make a column speak about a thing instead of holding it.
const ABOUT: [&str; 16] = [
    "at",
    "attempts",
    "available",
    "count",
    "enabled",
    "failed",
    "id",
    "kind",
    "limit",
    "required",
    "status",
    "total",
    "type",
    "used",
    "valid",
    "verified",
];

fn of_type(data_type: &str) -> Option<Suggestion> {
    let (category, personal) = match data_type {
        "inet" | "cidr" => ("user.device.ip_address", true),
        "macaddr" | "macaddr8" => ("user.device.device_id", true),
        "point" | "geometry" | "geography" => ("user.location.precise", true),
        "tsvector" => ("user.content", true),
        "boolean" => ("system.operations", false),
        _ if data_type.starts_with("timestamp") => ("system.operations", false),
        _ => return None,
    };
    Some(Suggestion {
        category,
        personal,
        evidence: format!("the type is {data_type}"),
        confidence: if personal {
            Confidence::Medium
        } else {
            Confidence::Low
        },
    })
}

/// The words of a name, in small letters and without the plural's `s`: `userEmails` gives `user`, `email`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
        if begins || !letter.is_alphanumeric() {
            push(&mut words, &mut word);
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    // `phone2` and `address1` count what they hold.
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = if plain.is_empty() { word.as_str() } else { plain };
    let singular = match plain {
        _ if plain.ends_with("ss") || plain.ends_with("us") || plain.len() < 4 => plain,
        _ if plain.ends_with("sses") => &plain[..plain.len() - 2],
        _ => plain.strip_suffix('s').unwrap_or(plain),
    };
    if !singular.is_empty() {
        words.push(singular.to_owned());
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("userEmails", "user email"),
            ("HTTPReferer", "http referer"),
            ("phone2", "phone"),
            ("addresses", "address"),
            ("date_of_birth", "date of birth"),
            ("status", "status"),
            ("ip_addr_v4", "ip addr v"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn every_pattern_is_of_a_listed_category_that_the_taxonomy_has() {
        let taxonomy = boundary_schema::Taxonomy::built_in();
        for category in table::CATEGORIES {
            let known = taxonomy.get(category.key);
            assert_eq!(
                known.map(|known| known.is_personal()),
                Some(category.personal),
                "{}",
                category.key
            );
        }
        for pattern in PATTERNS {
            assert!(
                table::CATEGORIES
                    .iter()
                    .any(|category| category.key == pattern.category),
                "{}",
                pattern.category
            );
            for word in pattern.words {
                assert_eq!(
                    words(word),
                    [*word],
                    "{word} is never met: names are in the singular"
                );
            }
        }
    }
}
