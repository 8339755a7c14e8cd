//! Central crates as the compiler sees them: with all macros expanded.
//!
//! Only nightly compilers print expanded code, so the stable one is told that it is one, by an environment variable
//! (`RUSTC_BOOTSTRAP`) that is set for this one child process, and names the one crate that is to be expanded: its
//! dependencies, and every other build, are compiled as ever. What is built goes to a folder of its own below `target`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use boundary_schema::CratePlane;
use cargo_metadata::{Package, Target, TargetKind};
use proc_macro2::TokenStream;

use super::{Look, Named, code};
use crate::error::Error;
use crate::facts::mark::Mark;
use crate::parse::expanded::unsafe_code;
use crate::parse::items::{Item, find};
use crate::parse::seam::seams;
use crate::source::{Place, SourceFile, Span};

/// Why a crate could not be expanded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// Cargo could not be started.
    #[error(
        "cargo could not be started to expand {target}: {source}\nhelp: run this where `cargo` is in the path"
    )]
    Start {
        /// What was to be expanded.
        target: String,
        /// Why it could not be started.
        source: std::io::Error,
    },
    /// It does not compile.
    #[error("{target} could not be expanded:\n{said}\nhelp: `cargo check` shows the same; mend it first")]
    Compile {
        /// What was to be expanded.
        target: String,
        /// What cargo and the compiler said.
        said: String,
    },
    /// The compiler gave nothing, or what is no text.
    #[error(
        "{0} gave no expanded code\nhelp: look for a wrapper of rustc that swallows its output, and run this without it"
    )]
    Nothing(String),
}

/// Unsafe code that is there once macros are expanded.
#[derive(Clone, Debug)]
pub struct Unsafe {
    /// The target, as a message names it.
    pub whose: String,
    /// What it is.
    pub what: String,
    /// The item that it is in, in the source as far as it is found there, or the root of the target.
    pub place: Place,
    /// What is known of that place.
    pub label: String,
    /// Its place in the expanded code.
    pub expanded: Place,
}

/// How a target is asked for, and with which features.
struct Build<'a> {
    package: &'a Package,
    target: &'a Target,
    all_features: bool,
}

impl Build<'_> {
    fn kind(&self) -> &'static str {
        let is = |kind| self.target.kind.contains(&kind);
        if is(TargetKind::Bin) {
            "bin"
        } else if is(TargetKind::Example) {
            "example"
        } else if is(TargetKind::Test) {
            "test"
        } else if is(TargetKind::Bench) {
            "bench"
        } else {
            "lib"
        }
    }

    fn whose(&self) -> String {
        let (kind, target, package) = (self.kind(), &self.target.name, &self.package.name);
        format!("the {kind} `{target}` of the central crate `{package}`")
    }

    /// The target's code with all macros expanded.
    fn expand(&self, folder: &Path) -> Result<String, ExpandError> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args([
                "rustc",
                "--quiet",
                "--color",
                "never",
                "--profile",
                "check",
                "--manifest-path",
            ])
            .arg(&self.package.manifest_path)
            .arg("--target-dir")
            .arg(folder)
            .arg(format!("--{}", self.kind()));
        if self.kind() != "lib" {
            command.arg(&self.target.name);
        }
        if self.all_features {
            command.arg("--all-features");
        }
        command
            .args(["--", "-Zunpretty=expanded"])
            .env("RUSTC_BOOTSTRAP", self.target.name.replace('-', "_"));
        let output = command.output().map_err(|source| ExpandError::Start {
            target: self.whose(),
            source,
        })?;
        if !output.status.success() {
            return Err(ExpandError::Compile {
                target: self.whose(),
                said: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
            });
        }
        // Every crate says at least where its prelude is from.
        String::from_utf8(output.stdout)
            .ok()
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| ExpandError::Nothing(self.whose()))
    }
}

impl<'a> Look<'a> {
    /// Expands every target of every central crate, and reads what comes out.
    pub(super) fn expand(
        &mut self,
        listed: &[(CratePlane, &'a Package)],
        aliases: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let folder = self.graph.metadata.target_directory.join("boundary-expanded");
        for (plane, package) in listed {
            if *plane != CratePlane::Central {
                continue;
            }
            for target in &package.targets {
                if target.kind.contains(&TargetKind::CustomBuild) {
                    continue;
                }
                let build = |all_features| Build {
                    package,
                    target,
                    all_features,
                };
                let everything = build(true);
                let text = everything.expand(folder.as_std_path())?;
                // Code may be there only while a feature is off.
                let other = build(false);
                let as_default = if package.features.is_empty() || !target.required_features.is_empty() {
                    None
                } else {
                    Some(other.expand(folder.as_std_path())?).filter(|other| *other != text)
                };
                let before = self.facts.crates.unsafes.len();
                self.read_expanded(&everything, text, aliases)?;
                if let Some(text) = as_default {
                    let known = self.facts.crates.unsafes.len();
                    self.read_expanded(&other, text, aliases)?;
                    // What both have is told once.
                    let mut rest = self.facts.crates.unsafes.split_off(known);
                    rest.retain(|one| {
                        let told = &self.facts.crates.unsafes[before..];
                        !told
                            .iter()
                            .any(|told| (&told.what, &told.label) == (&one.what, &one.label))
                    });
                    self.facts.crates.unsafes.extend(rest);
                }
            }
        }
        Ok(())
    }

    fn read_expanded(
        &mut self,
        build: &Build<'_>,
        text: String,
        aliases: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let whose = build.whose();
        let called_std = |name: &str| matches!(name, "std" | "core" | "alloc");
        let has_std = !build
            .package
            .dependencies
            .iter()
            .any(|dependency| called_std(dependency.rename.as_ref().unwrap_or(&dependency.name)));
        let found = match unsafe_code(&text, has_std) {
            Ok(found) => found
                .into_iter()
                .map(|one| (one.what, one.within, one.span))
                .collect(),
            Err(span) => vec![("code that cannot be cut into tokens", Vec::new(), span)],
        };
        let named = seams(&text, aliases);
        let marked = Mark::new().find(text.as_bytes());
        if found.is_empty() && named.is_empty() && marked.is_none() {
            return Ok(());
        }
        let mut sources = Vec::new();
        for path in code::files(self.graph.metadata, build.package)? {
            let text = code::text(&path)?;
            sources.push((path, text));
        }
        // The root first: an item of the same name in another target is another item.
        sources.sort_by_key(|(path, _)| path != build.target.src_path.as_std_path());
        let shown = format!(
            "{} `{}` of {}, expanded",
            build.kind(),
            build.target.name,
            build.package.name
        );
        let file = self
            .facts
            .sources
            .add(SourceFile::new(self.root, PathBuf::from(shown), text));
        for (what, within, span) in found {
            let (place, label) = self.in_source(build, &sources, &within)?;
            self.facts.crates.unsafes.push(Unsafe {
                whose: whose.clone(),
                what: what.to_owned(),
                place,
                label,
                expanded: Place { file, span },
            });
        }
        self.facts
            .crates
            .seams
            .extend(named.into_iter().map(|span| Named {
                whose: format!("{whose}, expanded,"),
                place: Place { file, span },
            }));
        if let Some(at) = marked {
            let (place, label) = self.in_source(build, &sources, &[])?;
            let span = Span::new(at, at + Mark::new().len());
            self.facts.crates.unsafes.push(Unsafe {
                whose,
                what: "the mark of the vault".to_owned(),
                place,
                label,
                expanded: Place { file, span },
            });
        }
        Ok(())
    }

    /// The innermost of these items that a file of the package spells, and the macros that are called in it; otherwise
    /// the root of the target.
    fn in_source(
        &mut self,
        build: &Build<'_>,
        sources: &[(PathBuf, String)],
        within: &[String],
    ) -> Result<(Place, String), Error> {
        let item = within.join("::");
        let root = build.target.src_path.as_std_path();
        for name in within.iter().rev() {
            for (path, text) in sources {
                if let Some(Item { span, macros }) = find(text, name) {
                    let macros = match macros.as_slice() {
                        [] => String::new(),
                        macros => format!(", which calls {}", macros.join(", ")),
                    };
                    let file = SourceFile::new(self.root, path.clone(), text.clone());
                    let file = self.facts.sources.add(file);
                    return Ok((Place { file, span }, format!("in `{item}`{macros}")));
                }
            }
        }
        let text = code::text(root)?;
        let macros: Vec<String> = text
            .parse::<TokenStream>()
            .map(crate::parse::items::macros)
            .unwrap_or_default();
        let label = match (macros.as_slice(), within) {
            ([], []) => "somewhere below this root".to_owned(),
            ([], _) => format!("in `{item}`, which no file spells"),
            (macros, []) => format!("below this root, which calls {}", macros.join(", ")),
            (macros, _) => format!(
                "in `{item}`, which no file spells; this root calls {}",
                macros.join(", ")
            ),
        };
        let file = self
            .facts
            .sources
            .add(SourceFile::new(self.root, root.to_owned(), text));
        let span = Span::default();
        Ok((Place { file, span }, label))
    }
}
