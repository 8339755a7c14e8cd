//! 44 and 46: what code on a plane may not name, and what it must say.

use super::support::workspace::{EMPTY, Workspace};

const RUNTIME: &str = "[dependencies]\nboundary-runtime = { path = \"../boundary-runtime\" }";

/// A central crate with this code over a stand-in for the runtime.
fn central(code: &str) -> Workspace {
    Workspace::new("central = [\"central\"]\nshared = [\"model\"]\nin_country = [\"in-country\"]")
        .with("central", RUNTIME, &format!("{EMPTY}\n{code}"))
        .with("model", RUNTIME, EMPTY)
        .with("in-country", RUNTIME, EMPTY)
        .with("boundary-runtime", "", EMPTY)
}

const NAMES: &str = "seam-outside-vault: the central crate `central` names the seam of the vault | only the vault and in-country code may";
const IMPORTS: &str = "seam-outside-vault: the central crate `central` imports everything of the runtime, the seam of the vault with it | only the vault and in-country code may";

#[test]
fn attack_44_the_seam_is_found_by_its_path() {
    for code in [
        "use boundary_runtime::seam;",
        "pub use boundary_runtime::{audit, seam as harmless};",
        "fn f() { ::boundary_runtime::r#seam::mint() }",
    ] {
        assert_eq!(central(code).findings(&[]), [NAMES], "{code}");
    }
}

#[test]
fn attack_44_a_glob_import_of_the_runtime_does_not_hide_the_seam() {
    let found = central("use boundary_runtime::*;\nfn f() { seam::mint() }").findings(&[]);
    assert_eq!(found, [IMPORTS, NAMES]);
    let found = central("mod decoy { pub mod seam {} }\nuse boundary_runtime::*;\nfn f() { seam::mint() }")
        .findings(&[]);
    assert_eq!(found, [IMPORTS]);
}

#[test]
fn attack_44_another_name_for_the_runtime_does_not_hide_the_seam() {
    for (code, expected) in [
        ("use boundary_runtime as rt;\nfn f() { rt::seam::mint() }", NAMES),
        ("use boundary_runtime as rt;\nuse rt::*;", IMPORTS),
        ("extern crate boundary_runtime as rt;\nuse rt::*;", IMPORTS),
        (
            "use boundary_runtime::{self as rt};\nmod m { use super::rt as again; use again::*; }",
            IMPORTS,
        ),
    ] {
        assert_eq!(central(code).findings(&[]), [expected], "{code}");
    }
    let workspace = central("use harmless::*;");
    workspace.package(
        "crates/central",
        "central",
        "[dependencies]\nharmless = { package = \"boundary-runtime\", path = \"../boundary-runtime\" }",
        &format!("{EMPTY}\nuse harmless::*;"),
    );
    assert_eq!(workspace.findings(&[]), [IMPORTS]);
}

#[test]
fn attack_44_what_another_crate_exports_under_another_name_is_found_in_both() {
    let workspace = central("use model::innocent::*;");
    workspace.write(
        "crates/model/src/lib.rs",
        format!("{EMPTY}\npub use boundary_runtime as innocent;\npub use boundary_runtime::seam::Opener as Harmless;"),
    );
    let model = NAMES.replace("central crate `central`", "shared crate `model`");
    assert_eq!(workspace.findings(&[]), [IMPORTS.to_owned(), model]);
}

#[test]
fn attack_44_a_crate_between_the_central_one_and_the_runtime_is_read_as_well() {
    let workspace = central("");
    let outside = "[dependencies]\nboundary-runtime = { path = \"../../crates/boundary-runtime\" }";
    workspace.package(
        "outside/helper",
        "helper",
        outside,
        &format!("{EMPTY}\npub use boundary_runtime::seam as innocent;"),
    );
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"outside\"]\n",
    );
    assert_eq!(
        workspace.findings(&[]),
        Vec::<String>::new(),
        "nobody links it yet"
    );
    workspace.package(
        "crates/central",
        "central",
        "[dependencies]\nhelper = { path = \"../../outside/helper\" }",
        EMPTY,
    );
    assert_eq!(
        workspace.findings(&[]),
        [
            "seam-outside-vault: the crate `helper` (central -> helper) names the seam of the vault | only the vault and in-country code may"
        ]
    );
}

#[test]
fn attack_44_no_folder_no_link_and_no_ignore_file_hides_code_that_is_compiled() {
    let workspace = central("mod target;");
    let code = "use boundary_runtime::seam;\n";
    for path in ["target/mod.rs", ".hidden.rs", "ignored.rs", "build/ignored.rs"] {
        let path = format!("crates/central/src/{path}");
        workspace.write(&path, code);
        workspace.write(".gitignore", "ignored.rs\n");
        workspace.write("crates/central/.ignore", "*\n");
        assert_eq!(workspace.findings(&[]), [NAMES], "{path}");
        std::fs::remove_file(workspace.path().join(path)).unwrap();
    }
    workspace.write("elsewhere/linked.rs", code);
    let folder = workspace.path().join("crates/central/src");
    std::os::unix::fs::symlink(workspace.path().join("elsewhere"), folder.join("linked")).unwrap();
    // A loop and a link to nothing are no reason to stop.
    std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("nowhere.rs")).unwrap();
    assert_eq!(workspace.findings(&[]), [NAMES]);
}

#[test]
fn attack_44_the_function_that_mints_sessions_is_found_without_its_path() {
    assert_eq!(
        central("fn f() { in_country_session(mine) }").findings(&[]),
        [NAMES]
    );
}

#[test]
fn attack_46_each_target_of_a_central_crate_must_forbid_unsafe_code() {
    let main = "fn main() {}\n";
    let workspace = central("");
    for path in [
        "src/main.rs",
        "src/bin/second.rs",
        "examples/shown.rs",
        "tests/tested.rs",
        "benches/timed.rs",
        "build.rs",
    ] {
        workspace.write(&format!("crates/central/{path}"), main);
    }
    let found = workspace.findings(&[]);
    let open = |kind: &str, name: &str| {
        format!(
            "unsafe-not-forbidden: the {kind} `{name}` of the central crate `central` does not forbid unsafe code | \
             the root of this target lacks `#![forbid(unsafe_code)]`"
        )
    };
    assert_eq!(
        found,
        [
            open("bench", "timed"),
            open("bin", "central"),
            open("bin", "second"),
            open("custom-build", "build-script-build"),
            open("example", "shown"),
            open("test", "tested"),
        ]
    );
}

#[test]
fn attack_46_the_lints_of_the_manifest_or_of_the_workspace_forbid_for_all_targets_and_deny_is_not_enough() {
    for (lints, workspace_lints, clean) in [
        ("[lints.rust]\nunsafe_code = \"forbid\"", "", true),
        ("[lints.rust]\nunsafe_code = \"deny\"", "", false),
        (
            "[lints]\nworkspace = true",
            "[workspace.lints.rust]\nunsafe_code = \"forbid\"",
            true,
        ),
        (
            "[lints]\nworkspace = true",
            "[workspace.lints.rust]\nunsafe_code = { level = \"deny\" }",
            false,
        ),
    ] {
        let workspace = Workspace::new("central = [\"central\"]").with("central", lints, "//! A stand-in.\n");
        workspace.write(
            "Cargo.toml",
            format!("[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n{workspace_lints}\n"),
        );
        assert_eq!(
            workspace.findings(&[]).is_empty(),
            clean,
            "{lints}\n{workspace_lints}"
        );
    }
}

/// A finding of the rule about hidden items, in the central crate.
fn hidden(name: &str) -> String {
    format!(
        "hidden-item-named: the central crate `central` names `{name}`, which is for generated code only | \
         only what the derive generates calls this"
    )
}

#[test]
fn attack_44_a_hidden_item_is_found_by_path_by_another_name_and_by_call() {
    for (code, name) in [
        ("fn f() { RawSession::open(s, r, 0, v, g) }", "open"),
        (
            "use boundary_runtime::RawSession as Raw;\nfn f() { apply(Raw::reseal) }",
            "reseal",
        ),
        ("fn f<S: MayRead>(s: &S) { s.open(r, 0, v, g) }", "open"),
        (
            "fn f<S: MayRead>(s: &S) { s.start(declaration, residence, id) }",
            "start",
        ),
        ("fn f(record: boundary_runtime::NewRecord) {}", "NewRecord"),
        ("fn f() { <Sealed<String> as Guarded>::close(v, f) }", "close"),
    ] {
        assert_eq!(central(code).findings(&[]), [hidden(name)], "{code}");
    }
}

#[test]
fn attack_44_hidden_items_are_found_on_every_plane() {
    let workspace = central("");
    for (krate, list) in [
        ("central", "central"),
        ("model", "shared"),
        ("in-country", "in_country"),
    ] {
        let path = format!("crates/{krate}/src/inner/deep.rs");
        workspace.write(&path, "fn f() { RawSession::open(s, r, 0, v, g) }");
        let expected = hidden("open").replace("central crate `central`", &format!("{list} crate `{krate}`"));
        assert_eq!(workspace.findings(&[]), [expected]);
        std::fs::remove_file(workspace.path().join(path)).unwrap();
    }
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
}

fn for_tests(list: &str, krate: &str, name: &str) -> String {
    format!(
        "test-only-reachable: the {list} crate `{krate}` names `{name}` outside of its tests | for tests only"
    )
}

#[test]
fn attack_56_a_clock_that_stands_still_and_a_log_that_forgets_are_found_on_every_plane() {
    let workspace = central("");
    for (krate, list) in [
        ("central", "central"),
        ("model", "shared"),
        ("in-country", "in_country"),
    ] {
        let path = format!("crates/{krate}/src/inner.rs");
        for (name, code) in [
            (
                "ManualClock",
                "pub fn f() { boundary_runtime::ManualClock::at(start) }",
            ),
            (
                "MemoryAudit",
                "use boundary_runtime::audit::{self, MemoryAudit as Harmless};",
            ),
        ] {
            workspace.write(&path, code);
            assert_eq!(workspace.findings(&[]), [for_tests(list, krate, name)]);
        }
        std::fs::remove_file(workspace.path().join(path)).unwrap();
    }
}

#[test]
fn attack_56_tests_may_use_what_is_for_tests() {
    let workspace =
        central("#[cfg(test)]\nmod inner;\nmod outer;\n#[cfg(test)]\nuse boundary_runtime::ManualClock;");
    let code = "use boundary_runtime::ManualClock;";
    workspace.write(
        "crates/central/tests/whole.rs",
        format!("#![forbid(unsafe_code)]\n{code}"),
    );
    workspace.write(
        "crates/central/benches/whole.rs",
        format!("#![forbid(unsafe_code)]\n{code}"),
    );
    workspace.write("crates/central/src/inner.rs", "mod deep;");
    workspace.write("crates/central/src/inner/deep.rs", code);
    workspace.write("crates/central/src/outer.rs", "#[cfg(test)] mod tests;");
    workspace.write("crates/central/src/outer/tests.rs", code);
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
    // The same name beside the modules for tests is no test.
    workspace.write("crates/central/src/tests.rs", code);
    assert_eq!(
        workspace.findings(&[]),
        [for_tests("central", "central", "ManualClock")]
    );
}

#[test]
fn attack_56_a_feature_for_tests_is_found_where_something_that_is_built_turns_it_on() {
    let dependency = "boundary-runtime = { path = \"../boundary-runtime\", features = [\"testing\"] }";
    for (manifest, found) in [
        (format!("[dependencies]\n{dependency}"), true),
        (format!("[target.'cfg(unix)'.dependencies]\n{dependency}"), true),
        (
            format!("[features]\nextra = [\"boundary-runtime/testing\"]\n{RUNTIME}"),
            true,
        ),
        (format!("{RUNTIME}\n[dev-dependencies]\n{dependency}"), false),
    ] {
        let workspace = central("").with("central", &manifest, EMPTY).with(
            "boundary-runtime",
            "[features]\ntesting = []",
            EMPTY,
        );
        let expected = "test-only-reachable: the central crate `central` turns on the feature `testing` of \
                        `boundary-runtime` outside of its tests | for tests only";
        let expected: Vec<&str> = Some(expected).filter(|_| found).into_iter().collect();
        assert_eq!(workspace.findings(&[]), expected, "{manifest}");
    }
}
