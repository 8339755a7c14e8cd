//! 45: what the compiler makes of a central crate, whatever its files say.

use std::process::Command;

use super::dependencies::mark;
use super::support::succeed;
use super::support::workspace::{EMPTY, Workspace};

const HELPER: &str = "[dependencies]\nhelper = { path = \"../helper\" }";

/// A central crate with this code, over a crate with one macro, `made!`.
fn workspace(macro_body: &str, code: &str) -> Workspace {
    let made = format!("#[macro_export]\nmacro_rules! made {{ ($($x:tt)*) => {{ {macro_body} }} }}\n");
    Workspace::new("central = [\"central\"]")
        .with("central", HELPER, &format!("{EMPTY}\n{code}"))
        .with("helper", "", &made)
}

fn holds(kind: &str, target: &str, what: &str, label: &str) -> String {
    format!(
        "unsafe-in-expansion: the {kind} `{target}` of the central crate `central` holds {what} once its macros are \
         expanded | {label}"
    )
}

#[test]
fn attack_45_unsafe_code_of_another_crates_macro_passes_forbid_and_is_found_in_the_expanded_code() {
    for (body, code, what, label) in [
        (
            "unsafe { *(&raw const $($x)*).cast::<u8>() }",
            "pub fn peek(secret: u64) -> u8 { helper::made!(secret) }",
            "an unsafe block",
            "in `peek`, which calls `helper::made!`",
        ),
        (
            "pub unsafe fn hidden() {}",
            "helper::made!();",
            "an unsafe function",
            "below this root, which calls `helper::made!`",
        ),
        (
            "unsafe impl Send for super::Held {}",
            "pub struct Held(*const u8);\nmod inner { helper::made!(); }",
            "an unsafe impl",
            "in `inner`, which calls `helper::made!`",
        ),
        (
            "unsafe extern \"C\" { fn getpid() -> i32; }",
            "helper::made!();",
            "an unsafe extern block or function",
            "below this root, which calls `helper::made!`",
        ),
        (
            "#[unsafe(no_mangle)] pub fn shown_to_the_linker() {}",
            "helper::made!();",
            "an unsafe attribute",
            "below this root, which calls `helper::made!`",
        ),
        (
            "core::arch::global_asm!(\"nop\");",
            "helper::made!();",
            "assembler code",
            "below this root, which calls `helper::made!`",
        ),
    ] {
        let workspace = workspace(body, code);
        // The compiler lets it pass, although the crate forbids it, and so does the check of files.
        succeed(
            Command::new(env!("CARGO"))
                .args(["check", "--offline", "--quiet"])
                .env_remove("CARGO_TARGET_DIR")
                .current_dir(workspace.path()),
        );
        assert_eq!(workspace.findings(&[]), Vec::<String>::new(), "{body}");
        let expected = [holds("lib", "central", what, label)];
        assert_eq!(workspace.findings(&["--expanded"]), expected, "{body}");
        // A second run, in which nothing has to be built, says the same.
        assert_eq!(workspace.findings(&["--expanded"]), expected, "{body}");
    }
}

#[test]
fn attack_45_every_target_is_expanded() {
    let workspace = workspace("unsafe { *(&raw const $($x)*) }", "");
    let code = "#![forbid(unsafe_code)]\nfn main() { look(1); }\nfn look(secret: u64) -> u64 { helper::made!(secret) }\n";
    let test = format!("{code}#[test]\nfn looks() {{ let secret = 2; helper::made!(secret); }}\n");
    for (path, code) in [
        ("src/bin/second-one.rs", code),
        ("examples/shown.rs", code),
        ("tests/tested.rs", &test),
        ("benches/timed.rs", code),
    ] {
        workspace.write(&format!("crates/central/{path}"), code);
    }
    let holds = |kind: &str, target: &str, within: &str| {
        let label = format!("in `{within}`, which calls `helper::made!`");
        holds(kind, target, "an unsafe block", &label)
    };
    assert_eq!(
        workspace.findings(&["--expanded"]),
        [
            holds("bench", "timed", "look"),
            holds("bin", "second-one", "look"),
            holds("example", "shown", "look"),
            holds("test", "tested", "look"),
            holds("test", "tested", "looks"),
        ]
    );
}

#[test]
fn attack_45_code_that_is_there_only_while_a_feature_is_off_is_expanded_too() {
    let code = "#[cfg(not(feature = \"extra\"))]\npub fn peek(secret: u64) -> u64 { helper::made!(secret) }\n\
                pub fn always(secret: u64) -> u64 { helper::made!(secret) }";
    let workspace = workspace("unsafe { *(&raw const $($x)*) }", code).with(
        "central",
        &format!("[features]\nextra = []\n\n{HELPER}"),
        &format!("{EMPTY}\n{code}"),
    );
    let expected = ["always", "peek"].map(|name| {
        let label = format!("in `{name}`, which calls `helper::made!`");
        holds("lib", "central", "an unsafe block", &label)
    });
    assert_eq!(workspace.findings(&["--expanded"]), expected);
}

#[test]
fn attack_44_a_name_that_a_macro_puts_together_is_found_in_the_expanded_code() {
    let runtime = "boundary-runtime = { path = \"../boundary-runtime\" }";
    let code = "pub fn mint() { helper::made!(seam) }";
    let workspace = workspace("::boundary_runtime::$($x)*::mint()", code)
        .with("boundary-runtime", "", "pub mod seam { pub fn mint() {} }")
        .with(
            "central",
            &format!("{HELPER}\n{runtime}"),
            &format!("{EMPTY}\n{code}"),
        );
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
    assert_eq!(
        workspace.findings(&["--expanded"]),
        [
            "seam-outside-vault: the lib `central` of the central crate `central`, expanded, names the seam of the vault | \
          only the vault and in-country code may"
        ]
    );
}

#[test]
fn attack_44_a_name_in_a_file_that_is_no_rust_file_by_its_ending_is_found_in_the_expanded_code() {
    let runtime = "boundary-runtime = { path = \"../boundary-runtime\" }";
    let workspace = workspace("", "")
        .with("boundary-runtime", "", "pub mod seam { pub fn mint() {} }")
        .with(
            "central",
            &format!("{HELPER}\n{runtime}"),
            &format!("{EMPTY}\ninclude!(\"mint.txt\");"),
        );
    workspace.write(
        "crates/central/src/mint.txt",
        "pub fn mint() { boundary_runtime::seam::mint() }",
    );
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
    assert_eq!(
        workspace.findings(&["--expanded"]),
        [
            "seam-outside-vault: the lib `central` of the central crate `central`, expanded, names the seam of the vault | \
             only the vault and in-country code may"
        ]
    );
}

#[test]
fn attack_47_a_copy_of_the_vault_that_is_brought_in_from_another_folder_is_found_in_the_expanded_code() {
    let workspace = workspace("", "#[path = \"../../../elsewhere/keys.rs\"]\npub mod keys;");
    workspace.write(
        "elsewhere/keys.rs",
        format!("pub const MARK: &str = \"{}\";\n", mark()),
    );
    assert_eq!(workspace.findings(&[]), Vec::<String>::new());
    let expected = holds(
        "lib",
        "central",
        "the mark of the vault",
        "somewhere below this root",
    );
    assert_eq!(workspace.findings(&["--expanded"]), [expected]);
}

#[test]
fn attack_45_what_does_not_expand_is_not_let_through() {
    let workspace = workspace("compile_error!(\"no\")", "helper::made!();");
    let run = workspace.check(&["--expanded"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
    assert!(
        run.stderr
            .starts_with("error: the lib `central` of the central crate `central` could not be expanded:"),
        "{}",
        run.stderr
    );
}
