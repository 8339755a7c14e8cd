//! A database client, raw SQL or a connection string in a crate on a plane.
//!
//! The region's store refuses a record of another region, a queue delivers under a fresh grant, and both know which region they are of. A
//! pool or a client of one's own asks nothing: it writes wherever its setting points. Found are the names of client libraries, the
//! names of sqlx, diesel and sea-orm that connect or run SQL (their derives for models are not meant), and texts that begin like a connection
//! string, all outside of tests. A crate that has its own database layer on purpose says so with a suppression, for which somebody answers.
//!
//! Not seen are clients of other libraries, and settings that are read when the program runs.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for named in &facts.crates.connections {
        let file = facts.sources.file(named.place.file);
        let name = file
            .text
            .get(named.place.span.start..named.place.span.end)
            .unwrap_or_default();
        found.add(
            format!("{} reaches for a database by itself", named.whose),
            Marked::new(named.place, format!("`{name}` knows no region")),
            Vec::new(),
            "read and write through the region's store".to_owned(),
        );
    }
    for named in &facts.crates.connection_strings {
        found.add(
            format!("{} holds a connection string", named.whose),
            Marked::new(named.place, "whose region is it?"),
            Vec::new(),
            "name a sink of boundary.toml, whose region is known, and read its address when the program starts".to_owned(),
        );
    }
}
