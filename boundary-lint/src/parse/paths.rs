//! Paths as they stand in the tokens of a Rust file.
//!
//! Tokens are looked at and not items, so that what stands in a macro's arguments or in the body of one counts as well.
//! Names are not resolved here: that needs a compiler.

use proc_macro2::{Delimiter, Ident, Span as TokenSpan, TokenStream, TokenTree};

use super::declarations::Lines;
use super::shebang::without_shebang;
use super::test_code::without_tests;
use crate::source::Span;

/// A word of a path.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: TokenSpan,
}

impl Word {
    fn new(ident: &Ident) -> Self {
        let text = ident.to_string();
        Word {
            text: text.strip_prefix("r#").unwrap_or(&text).to_owned(),
            at: ident.span(),
        }
    }
}

/// A path: `a::b`, `a::{b, c}` once for each of the group, `<T as a::B>::c`, `.c` of a method.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// Its words, those of the groups around it first.
    pub(super) words: Vec<Word>,
    /// `::*` behind it.
    pub(super) glob: Option<TokenSpan>,
    /// `as name` behind it.
    pub(super) renamed: Option<Word>,
    /// How many arguments it is called with, if it is.
    pub(super) arguments: Option<usize>,
    /// A dot stands before it.
    pub(super) method: bool,
    /// The keyword before it, where it is the name of an item: `mod`, `struct` and the like.
    pub(super) defined: bool,
}

impl Path {
    /// Whether the path begins in the crate that it stands in.
    pub(super) fn is_local(&self) -> bool {
        self.words
            .first()
            .is_some_and(|word| matches!(word.text.as_str(), "crate" | "self" | "super" | "Self"))
    }

    /// The last word that names something: `a::{self}` is `a`.
    pub(super) fn name(&self) -> Option<&Word> {
        self.words.iter().rev().find(|word| word.text != "self")
    }
}

/// All paths of a stream of tokens.
pub(super) fn paths(tokens: TokenStream) -> Vec<Path> {
    read(tokens, |tokens| tokens.into_iter().collect())
}

/// All paths of a stream of tokens that are not compiled for tests only, and the modules for tests that have files.
pub(super) fn paths_outside_tests(tokens: TokenStream) -> (Vec<Path>, Vec<String>) {
    let mut modules = Vec::new();
    let paths = read(tokens, |tokens| without_tests(tokens, &mut modules));
    (paths, modules)
}

fn read(tokens: TokenStream, mut cut: impl FnMut(TokenStream) -> Vec<TokenTree>) -> Vec<Path> {
    let mut found = Vec::new();
    // Groups wait on a stack of our own, each with the words before it.
    let mut open: Vec<(TokenStream, Vec<Word>)> = vec![(tokens, Vec::new())];
    while let Some((tokens, before)) = open.pop() {
        let tokens = cut(tokens);
        let mut reader = Reader {
            before: &before,
            closings: closings(&tokens),
            end: tokens.len(),
            tokens,
            ranges: Vec::new(),
            open: Vec::new(),
            found: &mut found,
        };
        reader.read();
        let inner = std::mem::take(&mut reader.open);
        open.extend(inner);
    }
    found
}

struct Reader<'a> {
    before: &'a [Word],
    tokens: Vec<TokenTree>,
    /// For each `<` the place of the `>` that closes it, where one does.
    closings: Vec<Option<usize>>,
    /// Where what is being read ends.
    end: usize,
    /// Generic arguments that are still to be read.
    ranges: Vec<(usize, usize)>,
    open: Vec<(TokenStream, Vec<Word>)>,
    found: &'a mut Vec<Path>,
}

const DEFINES: [&str; 9] = [
    "mod", "struct", "enum", "union", "trait", "fn", "type", "const", "static",
];

impl Reader<'_> {
    fn read(&mut self) {
        self.ranges.push((0, self.tokens.len()));
        while let Some((start, end)) = self.ranges.pop() {
            self.end = end;
            self.read_range(start);
        }
    }

    fn read_range(&mut self, start: usize) {
        let mut at = start;
        while at < self.end {
            match &self.tokens[at] {
                TokenTree::Ident(_) => at = self.path(at),
                TokenTree::Group(group) => {
                    // A group of a group: `a::{{b}}` is no Rust, but a macro may take it.
                    let before = match group.delimiter() {
                        Delimiter::None => self.before.to_vec(),
                        _ => Vec::new(),
                    };
                    self.open.push((group.stream(), before));
                    at += 1;
                }
                _ => {
                    // `use a::{*}`: the glob has no word of its own.
                    if self.is(at, '*') && !self.before.is_empty() && self.ends(at + 1) {
                        self.found.push(Path {
                            words: self.before.to_vec(),
                            glob: Some(self.tokens[at].span()),
                            ..Path::default()
                        });
                    }
                    at += 1;
                }
            }
        }
    }

    /// Reads the path that begins at a word, and gives the place behind it.
    fn path(&mut self, start: usize) -> usize {
        let mut path = Path {
            words: self.before.to_vec(),
            method: start > 0 && self.is(start - 1, '.'),
            defined: start > 0
                && matches!(&self.tokens[start - 1], TokenTree::Ident(word) if DEFINES.contains(&word.to_string().as_str())),
            ..Path::default()
        };
        let mut at = start;
        loop {
            if let TokenTree::Ident(ident) = &self.tokens[at] {
                path.words.push(Word::new(ident));
            }
            at += 1;
            // `<T as Trait>::name` goes on behind the bracket.
            if self.is(at, '>') && self.colons(at + 1) {
                at += 1;
            }
            if !self.colons(at) {
                break;
            }
            at += 2;
            if self.is(at, '<') {
                at = self.arguments(at);
                if self.colons(at) {
                    at += 2;
                } else {
                    break;
                }
            }
            match self.get(at) {
                Some(TokenTree::Ident(_)) => {}
                Some(TokenTree::Group(group)) => {
                    let (stream, delimiter) = (group.stream(), group.delimiter());
                    let words = match delimiter {
                        Delimiter::Brace | Delimiter::None => prefix(&path.words),
                        _ => Vec::new(),
                    };
                    self.open.push((stream, words));
                    self.found.push(path);
                    return at + 1;
                }
                Some(token) if self.is(at, '*') => {
                    path.glob = Some(token.span());
                    self.found.push(path);
                    return at + 1;
                }
                _ => break,
            }
        }
        match self.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                path.arguments = Some(count(group.stream()));
            }
            Some(TokenTree::Ident(word)) if word == "as" => {
                if let Some(TokenTree::Ident(name)) = self.get(at + 1) {
                    path.renamed = Some(Word::new(name));
                }
            }
            _ => {}
        }
        self.found.push(path);
        at
    }

    /// Steps over generic arguments, which are read apart.
    fn arguments(&mut self, start: usize) -> usize {
        match self.closings[start].filter(|closing| *closing < self.end) {
            Some(closing) => {
                self.ranges.push((start + 1, closing));
                closing + 1
            }
            // No bracket closes it: it was none.
            None => start + 1,
        }
    }

    fn get(&self, at: usize) -> Option<&TokenTree> {
        self.tokens.get(at).filter(|_| at < self.end)
    }

    fn is(&self, at: usize, character: char) -> bool {
        matches!(self.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    }

    fn colons(&self, at: usize) -> bool {
        self.is(at, ':') && self.is(at + 1, ':')
    }

    fn ends(&self, at: usize) -> bool {
        at >= self.end || self.is(at, ',') || self.is(at, ';')
    }
}

/// The words before a group of imports: all of them, or of a path longer than any that people write, its ends.
fn prefix(words: &[Word]) -> Vec<Word> {
    const MOST: usize = 16;
    let last = words.len().saturating_sub(MOST).max(1).min(words.len());
    words[..words.len().min(1)]
        .iter()
        .chain(&words[last..])
        .cloned()
        .collect()
}

/// The pairs of angle brackets. An arrow's is none; a comparison's takes no closing bracket away from arguments inside.
fn closings(tokens: &[TokenTree]) -> Vec<Option<usize>> {
    let mut closings = vec![None; tokens.len()];
    let mut open = Vec::new();
    let mut before = ' ';
    for (at, token) in tokens.iter().enumerate() {
        let character = match token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match character {
            '<' => open.push(at),
            '>' if before != '-' && before != '=' => {
                if let Some(opening) = open.pop() {
                    closings[opening] = Some(at);
                }
            }
            _ => {}
        }
        before = character;
    }
    closings
}

/// How many arguments stand in a call. Commas of closures and of generic arguments count too, so it may be too many.
fn count(tokens: TokenStream) -> usize {
    let mut count = 0;
    let mut empty = true;
    for token in tokens {
        let comma = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        if !comma && empty {
            count += 1;
        }
        empty = comma;
    }
    count
}

/// The places in a file that `judge` picks from its paths. A file that cannot be cut into tokens is given as a whole:
/// what cannot be read is not let through.
pub(super) fn places(text: &str, judge: impl FnOnce(Vec<Path>) -> Vec<TokenSpan>) -> Vec<Span> {
    spans(text, |tokens| judge(paths(tokens)))
}

/// As [`places`], without what is compiled for tests only.
pub(super) fn places_outside_tests(text: &str, judge: impl FnOnce(Vec<Path>) -> Vec<TokenSpan>) -> Vec<Span> {
    spans(text, |tokens| judge(paths_outside_tests(tokens).0))
}

fn spans(text: &str, pick: impl FnOnce(TokenStream) -> Vec<TokenSpan>) -> Vec<Span> {
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return vec![Span::new(0, 0)];
    };
    let lines = Lines::new(text);
    let mut found: Vec<Span> = pick(tokens).into_iter().map(|span| lines.span(span)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
