//! The generated pages are what the tests show. `BOUNDARY_UPDATE=1 cargo test -p boundary-tests --test generated` writes them
//! anew, to be read before they are committed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use boundary_tests::{attacks, errors, root};

fn compare(page: &str, name: &str) {
    let path = root().join(name);
    if std::env::var_os("BOUNDARY_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "{name} is stale: write it anew with BOUNDARY_UPDATE=1 cargo test -p boundary-tests --test generated"
    );
}

#[test]
fn the_page_of_attacks_is_what_the_tests_show() {
    let page = attacks::page(&attacks::table().unwrap(), &attacks::tests().unwrap());
    compare(
        &page.unwrap_or_else(|mistakes| panic!("{mistakes}")),
        "docs/attacks.md",
    );
}

#[test]
fn what_is_not_stopped_is_said_in_security_md() {
    let security = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    for row in attacks::table().unwrap() {
        let open = row.not_stopped.is_some() || row.waits.is_some();
        assert!(
            !open
                || security.contains(&format!("({})", row.number))
                || security.contains(&format!("{}, ", row.number)),
            "SECURITY.md says nothing of attack {}",
            row.number
        );
    }
}

#[test]
fn the_page_of_errors_is_what_the_compiler_says() {
    let page = errors::page(&errors::themes().unwrap(), &errors::messages().unwrap());
    compare(&page.unwrap(), "docs/errors.md");
}

#[test]
fn a_mistake_of_plane_or_purpose_is_no_bare_mismatch_of_types() {
    let bare = errors::bare(&errors::themes().unwrap(), &errors::messages().unwrap());
    assert!(bare.is_empty(), "{bare:#?}");
}

/// The code blocks of a page stand, line by line and in order, in one file under a folder.
fn blocks_stand_in(page: &str, folder: &str) {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let sources: Vec<String> = boundary_tests::files(&root().join(folder), ".rs")
        .unwrap()
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let mut blocks = 0;
    for block in text.split("```rust\n").skip(1) {
        let block = block.split("```").next().unwrap();
        assert!(
            sources.iter().any(|source| source.contains(block)),
            "{page} shows code that is not under {folder}:\n{block}"
        );
        blocks += 1;
    }
    assert!(blocks > 0, "{page} shows no code");
}

#[test]
fn the_code_in_the_pages_is_code_that_is_tested() {
    blocks_stand_in("docs/models.md", "tests/shapes/src");
    blocks_stand_in("docs/adapters.md", "tests/adapters/src");
    blocks_stand_in("docs/blind-index.md", "tests/shapes");
}
