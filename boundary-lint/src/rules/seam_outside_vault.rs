//! A central or shared crate that names the seam between `boundary-runtime` and the vault, or hides such a name; and a
//! crate between a central crate and the runtime that does.
//!
//! Rust has no friend crates, so what the vault needs of the runtime is public: the module `seam`. A session minted there
//! with an opener of one's own has no key and opens nothing, but nobody outside the region has an honest use for it
//! either. Found are, wherever they stand, in groups of imports and in the arguments of macros as well:
//!
//! - a path through a module `seam` of another crate, whatever name that crate goes by;
//! - a path that begins with `seam` in a file that neither declares nor imports a module of that name;
//! - the function `in_country_session`, which is what mints a session, with or without a path;
//! - everything of the runtime (`use boundary_runtime::*`), under each of the names that manifests and imports give it.
//!
//! Not seen is a name that no Rust file of the package spells: one that a macro puts together, one in a file without the
//! ending `.rs` or outside of the package's folder (`include!`, an attribute `path`), one that a build script writes. `cargo boundary check --expanded` reads
//! central crates as the compiler does and finds those.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for seam in &facts.crates.seams {
        let file = facts.sources.file(seam.place.file);
        let does = match file.text.get(seam.place.span.start..seam.place.span.end) {
            Some("*") => "imports everything of the runtime, the seam of the vault with it",
            Some("") => "could not be cut into tokens",
            _ => "names the seam of the vault",
        };
        found.add(
            format!("{} {does}", seam.whose),
            Marked::new(seam.place, "only the vault and in-country code may"),
            Vec::new(),
            "open sessions with a vault, in an in-country crate; what is to cross the border comes from the gate"
                .to_owned(),
        );
    }
}
