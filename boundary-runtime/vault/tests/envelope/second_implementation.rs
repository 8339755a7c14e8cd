//! The format page, and the implementation in another language that was written from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const SPECIFICATION: &str = include_str!("../../../../docs/envelope.md");

/// The Python that `scripts/envelope-tools` brings: one that was brought for all tests, where `BOUNDARY_TEST_TOOLS` names
/// its folder, or one of this test's own.
fn python(own: &Path) -> PathBuf {
    let folder = match std::env::var_os("BOUNDARY_TEST_TOOLS") {
        Some(tools) => PathBuf::from(tools).join("envelope"),
        None => {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/envelope-tools");
            let brought = Command::new(&script).arg(own).output().unwrap();
            let error = String::from_utf8_lossy(&brought.stderr);
            assert!(brought.status.success(), "{}: {error}", script.display());
            own.to_owned()
        }
    };
    let python = folder.join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: scripts/envelope-tools brings it",
        python.display()
    );
    python
}

/// The lines `name: hex` of a text, each name once.
fn vectors(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    let mut vectors = BTreeMap::new();
    for (name, hex) in lines.filter(|(_, hex)| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        assert_eq!(vectors.insert(name, hex), None, "`{name}` is there twice");
    }
    vectors
}

/// It opens the vectors that open and refuses the others before it prints them, and the Rust code is held to the same
/// page: so the two implementations agree about every vector, in both directions.
#[test]
fn an_implementation_in_python_gives_every_vector_of_the_page_and_no_other() {
    let own = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/envelope.py");
    let run = Command::new(python(own.path()))
        .arg("-B")
        .arg(script)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let printed = String::from_utf8(run.stdout).unwrap();
    let (printed, specified) = (vectors(&printed), vectors(SPECIFICATION));
    assert!(specified.len() >= 78, "{} vectors", specified.len());
    for (name, hex) in &specified {
        assert_eq!(printed.get(name), Some(hex), "vector `{name}`");
    }
    assert_eq!(printed.len(), specified.len());
}
