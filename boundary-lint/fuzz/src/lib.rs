//! What the targets share: the stack that the lint gives its parsers, so that a target overflows only where the lint would, and
//! which panics count.
//!
//! The lint catches a panic of a library's parser and calls the statement unseen, so such a panic is named and the run goes on. A
//! panic in the project's own code ends the run, caught or not.

#![forbid(unsafe_code)]

pub mod grammar;

use std::collections::BTreeSet;
use std::panic::PanicHookInfo;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use boundary_lint::catalogue::{Catalogue, replay};
use boundary_lint::parse::statements;
use boundary_lint::source::{SourceFile, Sources};
use boundary_lint::suggest::suggest;
use boundary_schema::Dialect;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Runs `work` on a thread with the lint's own stack; one thread serves all inputs of a run.
///
/// # Panics
///
/// Where the system grants no thread, which ends the run.
pub fn in_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static ROOM: OnceLock<ThreadPool> = OnceLock::new();
    let room = ROOM.get_or_init(|| {
        // In place of the hook of libfuzzer-sys, which ends the run at a panic that is caught as well.
        std::panic::set_hook(Box::new(judge));
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .stack_size(boundary_lint::STACK);
        match pool.build() {
            Ok(room) => room,
            Err(error) => panic!("no thread to work in: {error}"),
        }
    });
    room.install(work)
}

/// Names each place that panics once, and ends the run unless it is a library's.
fn judge(panic: &PanicHookInfo<'_>) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let of_library = place.contains("/registry/src/");
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
        eprintln!("{panic}");
    }
    if !of_library {
        std::process::abort();
    }
}

/// Parses and replays a migration, and asks everything of the result that a report would.
///
/// # Panics
///
/// Where a place does not lie in the text.
#[must_use]
pub fn read(dialect: Dialect, text: &str) -> Catalogue {
    let found = statements(dialect, text);
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(Path::new(""), "case.sql".into(), text.to_owned()));
    let catalogue = replay(dialect, [(file, found.as_slice())]);
    for relation in catalogue.relations() {
        for column in &relation.columns {
            for place in [column.birth, column.named, column.changed] {
                assert!(text.get(place.span.start..place.span.end).is_some(), "{place:?}");
                let _ = sources.line_of(place);
            }
            let ty = catalogue.data_type(column);
            let _ = (
                catalogue.is_nullable(column),
                suggest(&relation.name, &column.name, &ty),
            );
        }
    }
    for unseen in &catalogue.unseen {
        let span = unseen.place.span;
        assert!(text.get(span.start..span.end).is_some(), "{unseen:?}");
    }
    catalogue
}
