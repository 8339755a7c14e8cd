//! Lengths of time as a policy writes them: a whole number and one unit.

use std::time::Duration;

/// The units, with what each is worth in seconds.
pub(super) const UNITS: &[(char, u64)] = &[('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];

/// The regular expression that a duration matches.
pub(super) const PATTERN: &str = "^[0-9]{1,9}[smhd]$";

/// `90s`, `5m`, `1h` or `35d`.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let (_, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = &text[..text.len() - 1];
    if number.is_empty() || number.len() > 9 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(number.parse::<u64>().ok()? * seconds))
}

/// The longest unit that says it in a whole number; a day is 24h, and more are days.
pub(super) fn display(seconds: u64) -> String {
    let whole = |(unit, worth): &&(char, u64)| {
        seconds > 0 && seconds.is_multiple_of(*worth) && (*unit != 'd' || seconds > *worth)
    };
    match UNITS.iter().rev().find(whole) {
        Some((unit, worth)) => format!("{}{unit}", seconds / worth),
        None => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_duration() {
        for (text, seconds) in [
            ("0s", 0),
            ("90s", 90),
            ("5m", 300),
            ("1h", 3600),
            ("35d", 3_024_000),
            ("999999999h", 3_599_999_996_400),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "s",
            "5",
            "5 m",
            "-1s",
            "+1s",
            "1.5h",
            "1h30m",
            "5ms",
            "5é",
            "9999999999s",
            "٣s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_its_longest_whole_unit() {
        assert_eq!(
            [0, 90, 300, 3600, 86_400, 35 * 86_400].map(display),
            ["0s", "90s", "5m", "1h", "24h", "35d"]
        );
    }
}
