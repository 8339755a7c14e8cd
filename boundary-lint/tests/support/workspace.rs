//! A workspace that a test writes crate by crate, so that each way around a rule stands in the test that closes it.

use std::path::Path;

use super::{Run, lint};

/// A workspace in a temporary folder. Its crates are stand-ins: only names and edges matter.
#[derive(Debug)]
pub(crate) struct Workspace(tempfile::TempDir);

const BACKUPS: &str = "[backups]\nrows = \"35d\"\nkeys = \"7d\"\nrestore = \"restore.md\"\n";

const POLICY: &str = r#"version = 1

[regions.in]
jurisdiction = "IN"
plane = "in_country"

[regions.hub]
jurisdiction = "US"
plane = "central"

[purposes.support]
use = "essential.service.operations.support"
basis = "contract"

[roles.agent]
purposes = ["support"]

[consent]
grant_max_age = "5m"

[keys]
lease = "60s"

[release]
destination = "hub"
minimum_subjects = 20
max_share_percent = 50
"#;

/// The code of a crate that does nothing.
pub(crate) const EMPTY: &str = "//! A stand-in.\n\n#![forbid(unsafe_code)]\n";

impl Workspace {
    /// A workspace whose policy has these lists of crates: `central = ["central"]`, one a line.
    pub(crate) fn new(lists: &str) -> Self {
        let workspace = Workspace(tempfile::tempdir().unwrap());
        workspace.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        );
        workspace.write("boundary.toml", format!("{POLICY}\n[crates]\n{lists}\n{BACKUPS}"));
        workspace.write("restore.md", "Erasures are repeated before anything is served.\n");
        workspace
    }

    /// A central crate with this rest of a manifest, and a stand-in for the vault.
    pub(crate) fn central(manifest: &str) -> Self {
        Workspace::new("central = [\"central\"]")
            .with("central", manifest, EMPTY)
            .with("boundary-vault", "", EMPTY)
    }

    /// Adds a crate: its name, what its manifest says besides, and the code of its library.
    pub(crate) fn with(self, name: &str, manifest: &str, code: &str) -> Self {
        self.package(&format!("crates/{name}"), name, manifest, code);
        self
    }

    /// Adds a crate in a folder of its choice.
    pub(crate) fn package(&self, folder: &str, name: &str, manifest: &str, code: &str) {
        self.write(
            &format!("{folder}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{manifest}\n"),
        );
        self.write(&format!("{folder}/src/lib.rs"), code);
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs `cargo boundary check` with these options.
    pub(crate) fn check(&self, options: &[&str]) -> Run {
        lint(self.path(), &[&["check"], options].concat())
    }

    /// The findings of a check, as `rule: message | label`, sorted.
    pub(crate) fn findings(&self, options: &[&str]) -> Vec<String> {
        let run = self.check(&[&["--format", "json"], options].concat());
        assert!(matches!(run.status, Some(0 | 1)), "{}{}", run.stdout, run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap();
        let shown = |finding: &serde_json::Value| {
            let (rule, message) = (text(&finding["rule"]), text(&finding["message"]));
            let label = text(&finding["place"]["label"]);
            format!("{rule}: {message} | {label}")
        };
        let mut found: Vec<String> = findings.iter().map(shown).collect();
        found.sort();
        assert_eq!(found.is_empty(), run.status == Some(0));
        found
    }
}
