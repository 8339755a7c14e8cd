//! How a message names alternatives: the nearest known word, and a list of words.

/// A word longer than this is not a slip of the pen, and comparing it would cost more than the hint is worth.
const LONGEST: usize = 128;

/// The known word that was probably meant by `word`: few edits away, or the only one with the same last segment.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let by_edits = known
        .clone()
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate);
    by_edits.or_else(|| {
        let mut same_end = known
            .into_iter()
            .filter(|candidate| candidate.contains('.') && last(candidate) == last(word));
        same_end.next().filter(|_| same_end.next().is_none())
    })
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// The words in backticks, separated by commas.
pub(crate) fn listed<S: AsRef<str>>(words: &[S]) -> String {
    words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_an_unrelated_word_is_not() {
        let known = ["jurisdiction", "plane"];
        assert_eq!(nearest("jurisdction", known), Some("jurisdiction"));
        assert_eq!(nearest("plan", known), Some("plane"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"p".repeat(100_000), known), None);
    }

    #[test]
    fn a_shared_last_segment_helps_only_when_it_is_the_only_one() {
        let known = ["user.contact.email", "user.content", "system.content"];
        assert_eq!(nearest("email", known), Some("user.contact.email"));
        assert_eq!(nearest("blog_post.content", known), None);
    }
}
