//! What a change introduces: the findings that the tree of a git revision does not have.

use std::collections::BTreeMap;
use std::path::PathBuf;

use boundary_schema::Policy;

use crate::baseline;
use crate::error::Error;
use crate::facts::{Facts, Input, collect};
use crate::revision::Tree;
use crate::{rules, suppress};

/// The facts of the tree of a revision; nothing where it has no policy.
///
/// # Errors
///
/// [`Error::Revision`] where git does not give the tree, and whatever reading it gives.
pub fn facts(input: &Input, revision: &str) -> Result<Option<Facts>, Error> {
    let root = input.root.clone().unwrap_or_else(|| PathBuf::from("."));
    let tree = Tree::of(&root, revision)?;
    if !tree.root.join(Policy::FILE_NAME).is_file() {
        return Ok(None);
    }
    let within = |path: &PathBuf| tree.within(path);
    collect(&Input {
        root: Some(tree.root.clone()),
        migrations: input.migrations.iter().map(within).collect(),
        ..input.clone()
    })
    .map(Some)
}

/// How often the tree of a git revision has each finding, by the keys of a baseline; a tree without a policy has none.
///
/// # Errors
///
/// [`Error::Revision`] where git does not give the tree, and whatever a check of it gives.
pub fn findings(input: &Input, revision: &str, today: &str) -> Result<BTreeMap<String, usize>, Error> {
    let Some(facts) = facts(input, revision)? else {
        return Ok(BTreeMap::new());
    };
    let judged = suppress::apply(&facts, rules::check(&facts), today);
    Ok(baseline::counted(&facts, &judged.findings))
}
