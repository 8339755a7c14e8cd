//! 47 and 48: the vault reached, and crates that nobody listed.

use std::process::Command;

use super::support::workspace::{EMPTY, Workspace};
use super::support::{Run, succeed};

const HELPER: &str = "helper = { path = \"../helper\" }";
const VAULT: &str = "boundary-vault = { path = \"../boundary-vault\" }";

/// The one finding that a way to the vault makes.
fn reached(path: &str) -> Vec<String> {
    vec![format!(
        "central-reaches-vault: the central crate `central` reaches the vault | {path}"
    )]
}

#[test]
fn attack_47_a_direct_dependency_is_found() {
    let workspace = Workspace::central(&format!("[dependencies]\n{VAULT}"));
    assert_eq!(workspace.findings(&[]), reached("central -> boundary-vault"));
}

#[test]
fn attack_47_a_renamed_dependency_is_found() {
    let workspace = Workspace::central(
        "[dependencies]\nharmless = { package = \"boundary-vault\", path = \"../boundary-vault\" }",
    );
    assert_eq!(workspace.findings(&[]), reached("central -> boundary-vault"));
    let Run { stdout, .. } = workspace.check(&[]);
    assert!(stdout.contains("crates/central/Cargo.toml:7:1"), "{stdout}");
}

#[test]
fn attack_47_a_transitive_dependency_is_found_with_its_whole_way() {
    let workspace = Workspace::central(&format!("[dependencies]\n{HELPER}"))
        .with("helper", "[dependencies]\ndeep = { path = \"../deep\" }", EMPTY)
        .with("deep", &format!("[dependencies]\n{VAULT}"), EMPTY);
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> helper -> deep -> boundary-vault")
    );
}

#[test]
fn attack_47_an_optional_dependency_that_no_feature_turns_on_is_found() {
    let optional = "boundary-vault = { path = \"../boundary-vault\", optional = true }";
    let workspace = Workspace::central(&format!("[dependencies]\n{optional}"));
    assert_eq!(workspace.findings(&[]), reached("central -> boundary-vault"));
    let workspace = Workspace::central(&format!("[dependencies]\n{HELPER}")).with(
        "helper",
        &format!("[features]\nkeys = [\"dep:boundary-vault\"]\n[dependencies]\n{optional}"),
        EMPTY,
    );
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> helper -> boundary-vault")
    );
}

#[test]
fn attack_47_a_build_dependency_is_found() {
    let workspace = Workspace::central(&format!("[build-dependencies]\n{HELPER}")).with(
        "helper",
        &format!("[dependencies]\n{VAULT}"),
        EMPTY,
    );
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> helper -> boundary-vault")
    );
}

#[test]
fn attack_47_a_dev_dependency_is_found_and_the_tests_of_a_dependency_are_not_its_users() {
    let workspace = Workspace::central(&format!("[dev-dependencies]\n{VAULT}"));
    assert_eq!(workspace.findings(&[]), reached("central -> boundary-vault"));
    let workspace = Workspace::central(&format!("[dev-dependencies]\n{HELPER}")).with(
        "helper",
        &format!("[dependencies]\n{VAULT}"),
        EMPTY,
    );
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> helper -> boundary-vault")
    );
    let workspace = Workspace::central(&format!("[dependencies]\n{HELPER}")).with(
        "helper",
        &format!("[dev-dependencies]\n{VAULT}"),
        EMPTY,
    );
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
}

#[test]
fn attack_47_a_dependency_for_another_target_is_found() {
    for target in ["cfg(windows)", "cfg(unix)", "wasm32-unknown-unknown"] {
        let workspace = Workspace::central(&format!("[target.'{target}'.dependencies]\n{HELPER}")).with(
            "helper",
            &format!("[target.'cfg(target_os = \"none\")'.dependencies]\n{VAULT}"),
            EMPTY,
        );
        assert_eq!(
            workspace.findings(&[]),
            reached("central -> helper -> boundary-vault"),
            "{target}"
        );
    }
}

#[test]
fn attack_47_a_patch_that_brings_the_vault_is_found() {
    let workspace = Workspace::central("[dependencies]\nitoa = \"1\"");
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[patch.crates-io]\nitoa = { path = \"patched\" }\n",
    );
    workspace.package(
        "patched",
        "itoa",
        "[dependencies]\nboundary-vault = { path = \"../crates/boundary-vault\" }",
        EMPTY,
    );
    let manifest = std::fs::read_to_string(workspace.path().join("patched/Cargo.toml")).unwrap();
    workspace.write("patched/Cargo.toml", manifest.replace("0.1.0", "1.0.99"));
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> itoa -> boundary-vault")
    );
}

/// The mark, in the form in which a copy of the vault's sources holds it.
pub(super) fn mark() -> String {
    [
        "boundary-vault",
        "in-country-only",
        "4f1c8e0b9d2a47c6a35e7710b8d96f24",
    ]
    .join(":")
}

fn copied(path: &str) -> Vec<String> {
    vec![format!(
        "central-reaches-vault: the central crate `central` reaches a copy of the vault | {path}"
    )]
}

#[test]
fn attack_47_a_copy_of_the_vault_under_another_name_is_found_by_its_mark() {
    let code = format!("{EMPTY}\nconst MARK: &str = \"{}\";\n", mark());
    let workspace = Workspace::central(&format!("[dependencies]\n{HELPER}")).with(
        "helper",
        "[dependencies]\nkeys = { path = \"../../vendored/keys\" }",
        EMPTY,
    );
    workspace.package("vendored/keys", "keys", "", EMPTY);
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"vendored\"]\n",
    );
    assert_eq!(
        workspace.findings(&[]),
        Vec::<String>::new(),
        "nothing is wrong yet"
    );
    workspace.write("vendored/keys/src/deep/inside.rs", &code);
    assert_eq!(workspace.findings(&[]), copied("central -> helper -> keys"));
}

#[test]
fn attack_47_a_copy_of_the_vault_under_another_name_is_found_by_its_manifest() {
    let workspace = Workspace::central(&format!("[dependencies]\n{HELPER}")).with(
        "helper",
        "[package.metadata.boundary]\nvault = true",
        EMPTY,
    );
    assert_eq!(workspace.findings(&[]), copied("central -> helper"));
    // The vault itself says so, or a copy of it would not.
    let manifest = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../boundary-runtime/vault/Cargo.toml"
    );
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    assert_eq!(
        manifest["package"]["metadata"]["boundary"]["vault"].as_bool(),
        Some(true)
    );
}

#[test]
fn attack_47_a_copy_of_the_vault_within_the_central_crate_is_found() {
    let workspace = Workspace::central("");
    workspace.write(
        "crates/central/src/keys.rs",
        format!("const MARK: &str = \"{}\";\n", mark()),
    );
    assert_eq!(
        workspace.findings(&[]),
        [
            "central-reaches-vault: the central crate `central` is a copy of the vault | what only the vault holds"
        ]
    );
}

/// What cargo builds for these packages together.
fn tree(workspace: &Workspace, packages: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--edges", "normal", "--prefix", "none"]);
    for package in packages {
        command.args(["--package", package]);
    }
    let output = succeed(command.current_dir(workspace.path()));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn attack_48_a_feature_that_an_in_country_crate_turns_on_for_the_central_one_is_found() {
    let workspace = Workspace::new("central = [\"central\"]\nin_country = [\"in-country\"]")
        .with(
            "central",
            "[dependencies]\nhelper = { path = \"../../shared/helper\" }",
            EMPTY,
        )
        .with(
            "in-country",
            "[dependencies]\nhelper = { path = \"../../shared/helper\", features = [\"keys\"] }",
            EMPTY,
        );
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"shared\"]\n",
    );
    workspace.package(
        "shared/helper",
        "helper",
        "[features]\nkeys = [\"dep:boundary-vault\"]\n\n[dependencies]\nboundary-vault = { path = \"../boundary-vault\", optional = true }",
        EMPTY,
    );
    workspace.package("shared/boundary-vault", "boundary-vault", "", EMPTY);
    assert_eq!(
        workspace.findings(&[]),
        reached("central -> helper -> boundary-vault")
    );
    // It is the other package's build that brings it: `central` built alone holds no vault.
    assert!(!tree(&workspace, &["central"]).contains("boundary-vault"));
    let both = tree(&workspace, &["central", "in-country"]);
    assert!(both.contains("boundary-vault"), "{both}");
    workspace.write(
        "crates/in-country/Cargo.toml",
        "[package]\nname = \"in-country\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nhelper = { path = \"../../shared/helper\" }\n",
    );
    std::fs::remove_file(workspace.path().join("Cargo.lock")).unwrap();
    let without = workspace.findings(&[]);
    assert_eq!(without, Vec::<String>::new(), "nobody turns it on any more");
}

const RUNTIME: &str = "boundary-runtime = { path = \"../boundary-runtime\" }";

#[test]
fn a_crate_that_uses_the_runtime_and_is_in_no_list_is_found_however_it_comes_by_it() {
    for (kind, path) in [
        ("dependencies", "forgotten -> boundary-runtime"),
        ("dev-dependencies", "forgotten -> boundary-runtime"),
        ("build-dependencies", "forgotten -> boundary-runtime"),
        (
            "target.'cfg(windows)'.dependencies",
            "forgotten -> boundary-runtime",
        ),
    ] {
        let workspace = Workspace::new("central = [\"central\"]")
            .with("central", &format!("[dependencies]\n{RUNTIME}"), EMPTY)
            .with("boundary-runtime", "", EMPTY)
            .with("stranger", "", EMPTY)
            .with("forgotten", &format!("[{kind}]\n{RUNTIME}"), EMPTY);
        assert_eq!(
            workspace.findings(&[]),
            [format!(
                "crate-not-listed: the crate `forgotten` is on no plane | {path}"
            )],
            "{kind}"
        );
    }
}

#[test]
fn a_policy_without_lists_lets_no_crate_go_unlisted() {
    let workspace = Workspace::new("").with("boundary-runtime", "", EMPTY).with(
        "central",
        &format!("[dependencies]\n{RUNTIME}"),
        EMPTY,
    );
    assert_eq!(
        workspace.findings(&[]),
        ["crate-not-listed: the crate `central` is on no plane | central -> boundary-runtime"]
    );
}

#[test]
fn a_crate_outside_the_folder_of_the_policy_is_governed_by_its_own_policy_or_by_this_one() {
    let workspace = Workspace::new("central = [\"central\"]")
        .with("central", &format!("[dependencies]\n{RUNTIME}"), EMPTY)
        .with("boundary-runtime", "", EMPTY);
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"governed/crates/*\"]\n",
    );
    let outside = "[dependencies]\nboundary-runtime = { path = \"../../../crates/boundary-runtime\" }";
    workspace.package("governed/crates/other", "other", outside, EMPTY);
    let policy = std::fs::read_to_string(workspace.path().join("boundary.toml")).unwrap();
    workspace.write(
        "governed/boundary.toml",
        policy.replace("\"central\"]", "\"other\"]"),
    );
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
    let forgotten = "crate-not-listed: the crate `central` is on no plane | central -> boundary-runtime";
    assert_eq!(workspace.findings(&["--root", "governed"]), Vec::<String>::new());
    // Without a policy of its own, the one that is asked governs it.
    std::fs::remove_file(workspace.path().join("boundary.toml")).unwrap();
    assert_eq!(workspace.findings(&["--root", "governed"]), [forgotten]);
}
