//! The snippets of the documents are what their readers take over: they have to parse, and to name options that there are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{lint, succeed};

/// The code blocks of a document in one language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(document);
    let text = std::fs::read_to_string(path).unwrap();
    text.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            block
                .strip_prefix(language)?
                .strip_prefix('\n')
                .map(str::to_owned)
        })
        .collect()
}

#[test]
fn pipelines_are_yaml_with_the_least_rights_and_options_that_exist() {
    let blocks = blocks("ci.md", "yaml");
    let [github, comment, gitlab, pre_commit] = blocks.as_slice() else {
        panic!("{blocks:?}")
    };
    let github: serde_yaml_ng::Value = serde_yaml_ng::from_str(github).unwrap();
    assert_eq!(
        github["permissions"],
        serde_yaml_ng::Value::Mapping(serde_yaml_ng::Mapping::new())
    );
    let jobs = github["jobs"].as_mapping().unwrap();
    assert_eq!(jobs.len(), 2);
    for job in jobs.values() {
        for (right, level) in job["permissions"].as_mapping().unwrap() {
            let written = level == "write";
            assert_eq!(written, right == "security-events", "{right:?}");
        }
        for step in job["steps"].as_sequence().unwrap() {
            let known = step.get("uses").is_some() != step.get("run").is_some();
            assert!(known, "{step:?}");
        }
    }
    assert!(comment.contains(boundary_lint::report::diff::MARKER));
    let comment: serde_yaml_ng::Value = serde_yaml_ng::from_str(comment).unwrap();
    let job = &comment["jobs"]["diff"];
    assert_eq!(job["permissions"]["contents"], "read");
    assert_eq!(job["permissions"].as_mapping().unwrap().len(), 2);
    for step in job["steps"].as_sequence().unwrap() {
        // What somebody else wrote gets into a script by the environment alone.
        let script = step.get("run").and_then(|run| run.as_str()).unwrap_or("");
        assert!(!script.contains("${{"), "{script}");
        let parsed = Command::new("bash").args(["-n", "-c", script]).status().unwrap();
        assert!(parsed.success(), "{script}");
    }
    let gitlab: serde_yaml_ng::Value = serde_yaml_ng::from_str(gitlab).unwrap();
    let report = gitlab["boundary"]["artifacts"]["reports"]["codequality"]
        .as_str()
        .unwrap();
    let script = gitlab["boundary"]["script"].as_sequence().unwrap();
    assert!(script.iter().any(|line| line.as_str().unwrap().contains(report)));
    let pre_commit: serde_yaml_ng::Value = serde_yaml_ng::from_str(pre_commit).unwrap();
    assert_eq!(pre_commit["repos"][0]["hooks"][0]["language"], "system");
}

#[test]
fn every_option_that_the_documents_use_exists() {
    let help = lint(Path::new("."), &["check", "--help"]).stdout;
    for document in ["ci.md", "editor.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs")
            .join(document);
        let text = std::fs::read_to_string(path).unwrap();
        for used in text.split("cargo boundary check").skip(1) {
            let line = used.split(['\n', '`', '"']).next().unwrap();
            for option in line.split_whitespace().filter(|word| word.starts_with("--")) {
                assert!(help.contains(option), "{document}: {option}");
            }
            let mut words = line.split_whitespace();
            while let Some(word) = words.next() {
                if word == "--format" {
                    let format = words
                        .next()
                        .unwrap()
                        .trim_end_matches(|c: char| !c.is_alphanumeric());
                    assert!(help.contains(&format!("- {format}:")), "{document}: {format}");
                }
            }
        }
    }
}

#[test]
fn hooks_and_settings_parse() {
    for script in blocks("ci.md", "sh") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hook");
        std::fs::write(&file, script).unwrap();
        succeed(Command::new("bash").arg("-n").arg(&file));
    }
    for settings in blocks("editor.md", "json") {
        let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
        assert!(settings["rust-analyzer.check.overrideCommand"].is_array());
    }
    for settings in blocks("editor.md", "toml") {
        assert!(toml::de::DeTable::parse(&settings).is_ok());
    }
}
