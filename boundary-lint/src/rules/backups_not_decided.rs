//! Erasable records, and no word on their backups.
//!
//! An erasure deletes a record's data key. A backup of the key table brings it back, so what is sealed of an erased person is gone from the
//! backups only when those of the keys are, and only if a restore repeats the erasures before it serves anything. What is resident is in the
//! backups of rows for as long as these are kept. Where a struct seals values, the policy says
//! in `[backups]` how long backups of rows and of keys are kept, and names the document with the rules of a restore, which has to be there.
//!
//! ```toml
//! [backups]
//! rows = "35d"
//! keys = "7d"
//! restore = "docs/restore.md"
//! ```

use boundary_schema::Protection;

use super::{Found, Marked};
use crate::facts::Facts;
use crate::source::{Place, Span};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let (Some(policy), Some(file)) = (&facts.policy, facts.policy_file) else {
        return;
    };
    let sealed = facts
        .declarations
        .iter()
        .filter(|declared| declared.protection == Some(Protection::Sealed))
        .min_by_key(|declared| declared.place);
    let Some(sealed) = sealed else { return };
    let related = || {
        vec![Marked::new(
            sealed.place,
            "values like this one are erased with their data key",
        )]
    };
    let at = |words: &str| {
        let from = policy.source().find(words);
        let span = from.map_or(Span::default(), |from| Span::new(from, from + words.len()));
        Place { file, span }
    };
    match policy.backups() {
        None => found.add(
            "records are sealed, and nobody has said how their backups are kept".to_owned(),
            Marked::new(at("[keys]"), "keys are kept here, and `[backups]` is missing"),
            related(),
            "add `[backups]` with `rows`, `keys` (how long each is kept) and `restore` (a document)".to_owned(),
        ),
        Some(backups) if facts.no_restore_rules => found.add(
            "the rules of a restore are missing".to_owned(),
            Marked::new(
                at(&backups.restore),
                "there is no such file beside the policy",
            ),
            related(),
            "write what is restored, in which order, and that erasures are repeated before anything is served"
                .to_owned(),
        ),
        Some(_) => {}
    }
}
