//! Files as the lint read them, and places in them.
//!
//! Every fact carries a [`Place`]: a report without a place cannot be acted upon.

use std::path::{Path, PathBuf};

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }
}

/// A file of [`Sources`], by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) usize);

/// A range of bytes in a file that the lint read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// One file with its text.
#[derive(Debug)]
pub struct SourceFile {
    /// The path to show: relative to the root, with forward slashes.
    pub shown: String,
    /// The path it was read from.
    pub path: PathBuf,
    /// The text; bytes that are not UTF-8 were replaced.
    pub text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// A file read from `path`, shown relative to `root` where it lies below it.
    #[must_use]
    pub fn new(root: &Path, path: PathBuf, text: String) -> Self {
        let shown = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        SourceFile {
            shown,
            path,
            text,
            line_starts,
        }
    }

    /// Line and column of a byte, both counted from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= byte);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..byte.min(self.text.len())).unwrap_or("");
        (line, before.chars().count() + 1)
    }
}

/// All files of a run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and gives its handle.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() - 1)
    }

    /// The handle that the next file gets.
    pub(crate) fn next(&self) -> FileId {
        FileId(self.files.len())
    }

    /// All files with their handles.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(at), file))
    }

    /// For each file its rank in the order of the paths that are shown; one path, one rank.
    pub(crate) fn rank(&self) -> Vec<usize> {
        let mut by_path: Vec<usize> = (0..self.files.len()).collect();
        by_path.sort_unstable_by_key(|&at| self.files[at].shown.as_str());
        let mut ranks = vec![0; self.files.len()];
        let mut rank = 0;
        for (position, &at) in by_path.iter().enumerate() {
            let before = position.checked_sub(1).and_then(|before| by_path.get(before));
            if before.is_some_and(|&before| self.files[before].shown != self.files[at].shown) {
                rank += 1;
            }
            ranks[at] = rank;
        }
        ranks
    }

    /// The file of a handle.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0]
    }

    /// `file:line` of a place.
    #[must_use]
    pub fn line_of(&self, place: Place) -> String {
        let file = self.file(place.file);
        format!("{}:{}", file.shown, file.line_column(place.span.start).0)
    }
}
