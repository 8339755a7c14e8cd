//! How a policy is found and read: the only place of this crate that looks at the file system.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::error::Report;
use super::{Policy, PolicyError, PolicyErrors, build, check};

impl Policy {
    /// Reads a policy from `text`; `file` is what errors call it.
    ///
    /// ```
    /// use boundary_schema::Policy;
    /// let errors = Policy::parse("boundary.toml", "version = 2").err().ok_or("a mistake went unseen")?;
    /// assert_eq!(
    ///     errors.first().to_string(),
    ///     "boundary.toml:1:1: the policy lacks the key `regions`, expected a table of tables, each under a name",
    /// );
    /// # Ok::<(), &str>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake of the text at once, each with its place. Of a text that is not TOML only the first place that
    /// breaks the syntax.
    pub fn parse(file: impl AsRef<Path>, text: &str) -> Result<Policy, PolicyErrors> {
        let mut report = Report::new(file.as_ref(), text);
        let (root, syntax) = DeTable::parse_recoverable(text);
        // What follows a mistake in the syntax is guesswork, so the first one stands alone.
        if let Some(error) = syntax
            .iter()
            .min_by_key(|error| error.span().map(|span| span.start))
        {
            report.add(
                error.span().unwrap_or(0..0),
                format!("not TOML: {}", error.message()),
                None,
            );
            return report.finish(None);
        }
        check::check(&root, &mut report);
        let policy = build::build(&root, &mut report);
        report.finish(policy)
    }

    /// Reads the policy file at `path`.
    ///
    /// # Errors
    /// Those of [`Policy::parse`], and one without a place when the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Policy, PolicyErrors> {
        let path = path.as_ref();
        match std::fs::read_to_string(path) {
            Ok(text) => Policy::parse(path, &text),
            Err(error) => Err(PolicyError::of_file(path, format!("cannot be read: {error}"), None).into()),
        }
    }

    /// The nearest `boundary.toml`, in `start` or a folder above it.
    ///
    /// # Errors
    /// One without a place when there is none.
    pub fn find(start: impl AsRef<Path>) -> Result<PathBuf, PolicyErrors> {
        let start = start.as_ref();
        let absolute = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        absolute
            .ancestors()
            .map(|folder| folder.join(Self::FILE_NAME))
            .find(|file| file.is_file())
            .ok_or_else(|| {
                let message = "there is no such file, nor one in a folder above".to_owned();
                let help = "every workspace that uses Boundary has a `boundary.toml` at its root".to_owned();
                PolicyError::of_file(&start.join(Self::FILE_NAME), message, Some(help)).into()
            })
    }
}
