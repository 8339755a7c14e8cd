//! 57: the vault's mark in a binary, in fact and not in a stand-in.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::dependencies::mark;
use super::support::succeed;
use super::support::workspace::{EMPTY, Workspace};

/// The repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// Builds in a folder and gives the programs that came out, by name.
fn build(folder: &Path, arguments: &[&str], target: Option<&Path>) -> Vec<(String, PathBuf)> {
    let mut command = Command::new(env!("CARGO"));
    command
        .arg("build")
        .args(arguments)
        .arg("--message-format=json")
        .current_dir(folder);
    if let Some(target) = target {
        command.arg("--target-dir").arg(target);
    }
    let output = String::from_utf8(succeed(&mut command).stdout).unwrap();
    let messages = output
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let program = |message: serde_json::Value| {
        let executable = message["executable"].as_str()?.into();
        Some((message["target"]["name"].as_str()?.to_owned(), executable))
    };
    messages.filter_map(program).collect()
}

fn of<'a>(programs: &'a [(String, PathBuf)], name: &str) -> &'a Path {
    let found = programs.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no {name} among {programs:?}")).1
}

/// Whether `cargo boundary check --binary` finds the mark in each of these binaries.
fn is_found(binaries: &[&Path]) -> bool {
    let workspace = Workspace::new("central = [\"central\"]").with("central", "", EMPTY);
    let mut options = vec!["--binary"];
    options.extend(binaries.iter().map(|path| path.to_str().unwrap()));
    let found = workspace.findings(&options);
    for finding in &found {
        assert!(
            finding.starts_with(
                "vault-in-central-binary: a central binary holds the vault | the vault's mark is at byte "
            ),
            "{finding}"
        );
    }
    assert!(found.is_empty() || found.len() == binaries.len(), "{found:?}");
    !found.is_empty()
}

#[test]
fn attack_57_the_mark_is_found_at_every_place_of_a_file() {
    let workspace = Workspace::new("central = [\"central\"]").with("central", "", EMPTY);
    // Around the end of what the search holds at a time.
    for before in [0, 1 << 18, (1 << 18) + 40, (1 << 19) - 20, 3_000_001] {
        workspace.write("binary", [vec![0; before], mark().into_bytes()].concat());
        assert_eq!(
            workspace.findings(&["--binary", "binary"]),
            [format!(
                "vault-in-central-binary: a central binary holds the vault | the vault's mark is at byte {before}"
            )]
        );
        workspace.write(
            "binary",
            [vec![0; before], mark().replace('4', "5").into_bytes()].concat(),
        );
        assert_eq!(workspace.findings(&["--binary", "binary"]), Vec::<String>::new());
    }
}

#[test]
fn attack_57_a_binary_that_cannot_be_read_is_not_let_through() {
    let workspace = Workspace::new("central = [\"central\"]").with("central", "", EMPTY);
    for binary in ["missing", "crates"] {
        let run = workspace.check(&["--binary", binary]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
        assert!(run.stderr.contains(binary), "{}", run.stderr);
    }
}

/// With fat LTO, one codegen unit and symbols stripped, which is when a linker keeps least.
#[test]
fn attack_57_the_mark_outlives_a_release_build_of_whatever_opens_a_vault_and_is_in_no_central_one() {
    let workspace = Workspace::new("central = [\"central\"]\nin_country = [\"in-country\"]");
    let dependency =
        |name: &str, path: &str| format!("{name} = {{ path = {:?} }}\n", repository().join(path));
    let runtime = dependency("boundary-runtime", "boundary-runtime");
    let in_country = [
        "[dependencies]\ntokio = { version = \"1\", features = [\"rt\"] }\n",
        &runtime,
        &dependency("boundary-schema", "schema"),
        &dependency("boundary-vault", "boundary-runtime/vault"),
    ]
    .concat();
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[profile.release]\nlto = \"fat\"\ncodegen-units = 1\nstrip = true\n",
    );
    for (name, manifest, program) in [
        (
            "in-country",
            in_country,
            include_str!("../programs/opens_a_vault.rs"),
        ),
        (
            "central",
            format!("[dependencies]\n{runtime}"),
            include_str!("../programs/is_central.rs"),
        ),
    ] {
        workspace.package(&format!("crates/{name}"), name, &manifest, EMPTY);
        workspace.write(&format!("crates/{name}/src/main.rs"), program);
    }
    // The same versions as everywhere else, and nothing to fetch.
    let lock = std::fs::read(repository().join("Cargo.lock")).unwrap();
    workspace.write("Cargo.lock", lock);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attack_57");
    let programs = build(workspace.path(), &["--release", "--bins"], Some(&target));
    let (in_country, central) = (of(&programs, "in-country"), of(&programs, "central"));
    // They do what they are built for.
    succeed(Command::new(in_country).arg(workspace.path()));
    succeed(&mut Command::new(central));
    assert!(is_found(&[in_country]));
    assert!(!is_found(&[central]));
}

#[test]
fn attack_57_the_examples_central_binary_holds_no_mark_and_its_in_country_binary_does() {
    // As `cargo demo` builds them, so that nothing is built twice.
    let packages = [
        "--package",
        "payments-in-country",
        "--package",
        "payments-central",
    ];
    let programs = build(&repository(), &packages, None);
    assert!(is_found(&[of(&programs, "payments-in-country")]));
    assert!(!is_found(&[of(&programs, "payments-central")]));
}
