//! A first policy for a project that has none.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use boundary_schema::Policy;

use crate::error::Error;
use crate::facts::crates::members;
use crate::write;

/// A jurisdiction that nobody has decided on: ISO 3166-1 keeps `ZZ` for users, and CLDR reads it as "unknown region".
pub const UNDECIDED: &str = "ZZ";

/// The text of a first policy: it is valid, and the rule `policy-not-decided` finds it until somebody has said where data is kept.
#[must_use]
pub fn text(root: &Path) -> String {
    let mut out = format!(
        "# Where data may be, who may use it for what, and what may be released. Decide it with the people who write the\n\
         # code, and review it like code. `cargo boundary check` fails until every `{UNDECIDED}` is a jurisdiction.\n\
         version = 1\n\n\
         # A region for each country whose users' data stays there: its jurisdiction as \"EU\" or two capital letters.\n\
         [regions.home]\njurisdiction = \"{UNDECIDED}\"\nplane = \"in_country\"\n\n\
         # Where the business is run from. Only what was released gets here.\n\
         [regions.hub]\njurisdiction = \"{UNDECIDED}\"\nplane = \"central\"\n\n\
         # Why data is processed, each with its lawful basis (GDPR Art. 6(1)).\n\
         [purposes.service]\nuse = \"essential.service\"\nbasis = \"contract\"\n\n\
         # Who may act for which purposes.\n[roles.service]\npurposes = [\"service\"]\n\n\
         # Which package runs where: shared, in_country, central, or tools that are never deployed.\n[crates]\n"
    );
    match members(root) {
        Ok(metadata) => {
            let mut names: Vec<&str> = metadata
                .workspace_packages()
                .iter()
                .map(|package| package.name.as_str())
                .collect();
            names.sort_unstable();
            for list in ["shared", "in_country", "central", "tools"] {
                let _ = writeln!(out, "# {list} = []");
            }
            for name in names {
                let _ = writeln!(out, "#     \"{name}\",");
            }
        }
        Err(_) => out.push_str("# in_country = []\n# central = []\n"),
    }
    out.push_str(
        "\n# For how long an answer of the consent ledger holds.\n[consent]\ngrant_max_age = \"5m\"\n\n\
         # For how long an opened key authority stays in memory: a kill switch takes at most this long.\n\
         [keys]\nlease = \"60s\"\n\n\
         # What has to hold before anything crosses the border.\n\
         [release]\ndestination = \"hub\"\nminimum_subjects = 20\nmax_share_percent = 50\n",
    );
    out
}

/// Writes the policy, unless there is one.
///
/// # Errors
///
/// [`Error::Exists`] where the file is there; [`Error::Replace`] where it cannot be written.
pub fn write(root: &Path) -> Result<PathBuf, Error> {
    let path = root.join(Policy::FILE_NAME);
    if path.exists() {
        return Err(Error::Exists(path));
    }
    write::replace(&path, text(root).as_bytes())?;
    Ok(path)
}
