//! Migrations of whole statements, so that what is chosen at random reaches the replay, in one dialect at a time. Beside what the
//! target `migrations` asks: the last statement is seen, or said to be unseen. A statement that takes its neighbour with
//! it would hide columns.
#![no_main]

use boundary_lint_fuzz::{grammar, in_room, read};
use boundary_schema::Dialect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| in_room(|| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let dialect = Dialect::ALL[usize::from(*first) % Dialect::ALL.len()];
    let text = grammar::migration(dialect, rest);
    let last = "CREATE TABLE public.zzz_last (zzz int);";
    let catalogue = read(dialect, &format!("{text}{last}"));
    let seen = catalogue.relations().any(|relation| relation.name == "zzz_last");
    let told = catalogue
        .unseen
        .iter()
        .any(|unseen| unseen.place.span.end > text.len());
    assert!(seen || told, "{dialect:?} hides the last statement:\n{text}");
}));
