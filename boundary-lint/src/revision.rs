//! The tree of a git revision, as a folder that can be read like the working tree.
//!
//! Blobs are read by one `git cat-file --batch`, and only those that the lint reads are written; every other file is there by its name,
//! so that what asks whether a file exists is answered. Nothing of the repository is changed.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;
use tempfile::TempDir;

use crate::error::Error;

/// The tree of a revision.
#[derive(Debug)]
pub struct Tree {
    folder: TempDir,
    /// The folder that stands for the one that was asked about.
    pub root: PathBuf,
    /// The top of the repository.
    pub top: PathBuf,
}

/// What the lint reads the content of.
const READ: [&str; 4] = ["rs", "sql", "toml", "lock"];
const READ_BY_NAME: [&str; 2] = [".gitignore", ".ignore"];

/// A tree of at most so many bytes is kept in memory. Making thousands of files on a disk takes longer than everything else.
const IN_MEMORY: u64 = 256 << 20;

/// So many bytes are held before they are written.
const HELD: usize = 64 << 20;

impl Tree {
    /// The tree of a revision of the repository that `folder` lies in.
    ///
    /// # Errors
    ///
    /// [`Error::Revision`] where git does not give it.
    pub fn of(folder: &Path, revision: &str) -> Result<Self, Error> {
        let git = Git { folder, revision };
        // What begins with a dash is an option, and no revision.
        if revision.starts_with('-') {
            return Err(git.failed("it is no revision".to_owned()));
        }
        let top = PathBuf::from(git.line(&["rev-parse", "--show-toplevel"])?);
        let prefix = git.line(&["rev-parse", "--show-prefix"])?;
        let tree = git
            .line(&[
                "rev-parse",
                "--verify",
                "--quiet",
                &format!("{revision}^{{tree}}"),
            ])
            .map_err(|_| git.failed("git knows no such revision".to_owned()))?;
        let listed = git.output(&["ls-tree", "-r", "-z", "-l", "--full-tree", &tree])?;
        let folder = Self::folder(listed_bytes(&listed))?;
        let (mut read, mut links, mut named) = (Vec::new(), Vec::new(), Vec::new());
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let entry = String::from_utf8_lossy(entry);
            // mode, type, object, size, a tab, path
            let Some((head, path)) = entry.split_once('\t') else {
                return Err(git.failed("git lists its tree in a form that is not known".to_owned()));
            };
            let mut head = head.split_ascii_whitespace();
            let (mode, object) = (head.next().unwrap_or(""), head.nth(1).unwrap_or(""));
            // Submodules are repositories of their own.
            if !mode.starts_with("10") && mode != LINK {
                continue;
            }
            let path = PathBuf::from(path);
            if !path.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(git.failed(format!("its tree has the path {}", path.display())));
            }
            let to = folder.path().join(path);
            match (mode == LINK, is_read(&to)) {
                (true, _) => links.push((object.to_owned(), to)),
                (false, true) => read.push((object.to_owned(), to)),
                (false, false) => named.push(to),
            }
        }
        let folders = read
            .iter()
            .chain(&links)
            .map(|(_, path)| path)
            .chain(&named)
            .filter_map(|path| path.parent());
        let mut folders: Vec<&Path> = folders.collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            std::fs::create_dir_all(folder)?;
        }
        named
            .par_iter()
            .try_for_each(|path| std::fs::File::create(path).map(drop))?;
        git.blobs(&read)?;
        git.blobs(&links)?;
        let links: Vec<PathBuf> = links.into_iter().map(|(_, path)| path).collect();
        make_links(folder.path(), &links)?;
        let root = folder.path().join(prefix);
        Ok(Tree { folder, root, top })
    }

    /// A folder of nobody else's: in memory, where the system has such a place, the tree is small and nobody chose another one.
    fn folder(bytes: u64) -> Result<TempDir, Error> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("boundary-base");
        let memory = Path::new("/dev/shm");
        let is_wanted = bytes <= IN_MEMORY && std::env::var_os("TMPDIR").is_none() && memory.is_dir();
        if is_wanted && let Ok(folder) = builder.tempdir_in(memory) {
            return Ok(folder);
        }
        Ok(builder.tempdir()?)
    }

    /// A path of the working tree, in this one.
    #[must_use]
    pub fn within(&self, path: &Path) -> PathBuf {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match absolute.strip_prefix(&self.top) {
            Ok(relative) => self.folder.path().join(relative),
            Err(_) => path.to_owned(),
        }
    }
}

/// The mode of a link, whose blob is what it leads to.
const LINK: &str = "120000";

/// Makes links of files that hold what the links lead to. One that leads out of the tree is not made: what is there is of no revision.
fn make_links(top: &Path, links: &[PathBuf]) -> Result<(), Error> {
    for path in links {
        let target = std::fs::read_to_string(path).unwrap_or_default();
        std::fs::remove_file(path)?;
        #[cfg(unix)]
        if Path::new(&target).is_relative() && !target.is_empty() {
            std::os::unix::fs::symlink(&target, path)?;
        }
        #[cfg(not(unix))]
        drop(target);
    }
    // Only now, because a link may lead over another one.
    let top = top.canonicalize()?;
    for path in links {
        let is_inside = path.canonicalize().is_ok_and(|target| target.starts_with(&top));
        if !is_inside && path.is_symlink() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The size of all that git lists with sizes.
fn listed_bytes(listed: &[u8]) -> u64 {
    let sizes = listed.split(|byte| *byte == 0).filter_map(|entry| {
        let head = entry.split(|byte| *byte == b'\t').next()?;
        std::str::from_utf8(head)
            .ok()?
            .split_ascii_whitespace()
            .nth(3)?
            .parse::<u64>()
            .ok()
    });
    sizes.sum()
}

fn is_read(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let name = path.file_name().and_then(|name| name.to_str());
    let is_cached_query = || path.parent().is_some_and(|folder| folder.ends_with(".sqlx"));
    extension.is_some_and(|extension| READ.contains(&extension) || extension == "json" && is_cached_query())
        || name.is_some_and(|name| READ_BY_NAME.contains(&name))
}

struct Git<'a> {
    folder: &'a Path,
    revision: &'a str,
}

impl Git<'_> {
    fn failed(&self, why: String) -> Error {
        Error::Revision {
            revision: self.revision.to_owned(),
            why,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder).args(arguments);
        command.env("GIT_OPTIONAL_LOCKS", "0");
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let output = self
            .command(arguments)
            .output()
            .map_err(|error| self.failed(format!("git does not run: {error}")))?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(self.failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }

    fn line(&self, arguments: &[&str]) -> Result<String, Error> {
        let output = self.output(arguments)?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    /// Writes blobs to their paths.
    fn blobs(&self, blobs: &[(String, PathBuf)]) -> Result<(), Error> {
        let mut child = self
            .command(&["cat-file", "--batch", "--buffer"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.failed(format!("git does not run: {error}")))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.failed("git does not run".to_owned()));
        };
        let written = std::thread::scope(|scope| {
            // Asked from a thread of its own: git answers before it has read all, and both pipes are short.
            scope.spawn(move || {
                for (object, _) in blobs {
                    if writeln!(input, "{object}").is_err() {
                        break;
                    }
                }
            });
            self.answers(BufReader::with_capacity(1 << 16, output), blobs)
        });
        let _ = child.wait();
        written
    }

    fn answers(&self, mut output: impl BufRead, blobs: &[(String, PathBuf)]) -> Result<(), Error> {
        let mut held: Vec<(&Path, Vec<u8>)> = Vec::new();
        let mut bytes = 0;
        for (object, path) in blobs {
            let mut head = String::new();
            output.read_line(&mut head)?;
            // object, type, size; a partial clone lacks objects
            let size = head
                .trim_end()
                .rsplit(' ')
                .next()
                .and_then(|size| size.parse::<u64>().ok());
            let Some(size) = size.filter(|_| head.starts_with(object.as_str())) else {
                return Err(self.failed(format!("git does not give the object {object}")));
            };
            let mut text = Vec::new();
            (&mut output).take(size).read_to_end(&mut text)?;
            let mut newline = [0];
            output.read_exact(&mut newline)?;
            if text.len() as u64 != size {
                return Err(self.failed(format!("git breaks off within the object {object}")));
            }
            bytes += text.len();
            held.push((path, text));
            if bytes > HELD {
                write(&mut held)?;
                bytes = 0;
            }
        }
        write(&mut held)
    }
}

fn write(held: &mut Vec<(&Path, Vec<u8>)>) -> Result<(), Error> {
    held.par_iter()
        .try_for_each(|(path, text)| std::fs::write(path, text))?;
    held.clear();
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

    use super::*;

    #[test]
    fn no_link_leads_out_of_the_tree_whatever_it_leads_over() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("tree");
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::fs::write(folder.path().join("outside.sql"), "outside").unwrap();
        std::fs::write(top.join("inside.sql"), "inside").unwrap();
        let links = [
            ("a/b/top", "../.."),
            ("a/b/good.sql", "../../inside.sql"),
            ("a/b/over.sql", "top/inside.sql"),
            ("a/b/up.sql", "../../../outside.sql"),
            ("a/b/sly.sql", "top/../outside.sql"),
            ("absolute.sql", "/etc/hostname"),
            ("loop.sql", "loop.sql"),
            ("nowhere.sql", "nothing.sql"),
            ("empty.sql", ""),
        ];
        let paths: Vec<PathBuf> = links.iter().map(|(path, _)| top.join(path)).collect();
        for (path, (_, target)) in paths.iter().zip(links) {
            std::fs::write(path, target).unwrap();
        }
        make_links(&top, &paths).unwrap();
        let read = |path: &PathBuf| std::fs::read_to_string(path).ok();
        let readable: Vec<&PathBuf> = paths.iter().filter(|path| read(path).is_some()).collect();
        assert_eq!(readable, [&top.join("a/b/good.sql"), &top.join("a/b/over.sql")]);
        assert!(
            readable
                .iter()
                .all(|path| read(path).as_deref() == Some("inside"))
        );
    }
}
