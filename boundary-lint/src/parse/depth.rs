//! How deeply SQL is nested, told without recursion: text that would exhaust the stack of a recursive parser must not
//! reach it.

use super::tokens::{Kind, Token, Tokens, inside};

/// A statement's tokens may be nested this deeply, counted so that the parser's recursion stays below it.
const DEEPEST: usize = 4_000;
/// Parentheses and brackets may be nested this deeply.
const DEEPEST_PARENTHESES: usize = 200;
/// Text inside string literals is looked into this deeply: a function body that holds a `DO` body, and so on.
const DEEPEST_STRINGS: usize = 4;

/// How deeply the tokens seen so far are nested.
///
/// A parser recurses at most once a token, and a comma or a closing parenthesis ends what came before it, so the tokens
/// since the last comma, summed over all open parentheses, bound its depth. A comma does not end what `UNION` stacks
/// up, and a semicolon does not end the blocks of PL/pgSQL around it.
#[derive(Default)]
pub(super) struct Nesting {
    /// What was open when each parenthesis opened: tokens, and set operations.
    open: Vec<(usize, usize)>,
    current: usize,
    sets: usize,
    below: usize,
    blocks: usize,
    before: Word,
    deepest: usize,
    deepest_open: usize,
    text_too_deep: bool,
    strings: usize,
}

/// The word before, where it matters to the one after it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Word {
    #[default]
    Other,
    If,
    End,
}

impl Nesting {
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    pub(super) fn too_deep(&self) -> bool {
        self.deepest > DEEPEST || self.deepest_open > DEEPEST_PARENTHESES || self.text_too_deep
    }

    pub(super) fn see(&mut self, text: &str, token: Token) {
        let before = std::mem::take(&mut self.before);
        match token.kind {
            Kind::Other(b'(' | b'[') => {
                self.below += self.current + self.sets;
                self.open.push((self.current, self.sets));
                (self.current, self.sets) = (0, 0);
                self.deepest_open = self.deepest_open.max(self.open.len());
            }
            Kind::Other(b')' | b']') => {
                if let Some((current, sets)) = self.open.pop() {
                    self.below -= current + sets;
                    (self.current, self.sets) = (current + 1, sets);
                }
            }
            Kind::Other(b',') => self.current = 0,
            Kind::Other(b';') => (self.current, self.sets) = (0, 0),
            Kind::Word => {
                self.current += 1;
                self.word(
                    text[token.span.start..token.span.end]
                        .to_ascii_lowercase()
                        .as_str(),
                    before,
                );
            }
            Kind::Text | Kind::Dollar => {
                self.current += 1;
                if self.strings < DEEPEST_STRINGS {
                    self.text_too_deep |= nested_too_deeply(inside(text, token), self.strings + 1);
                }
            }
            _ => self.current += 1,
        }
        self.deepest = self
            .deepest
            .max(self.current + self.sets + self.below + self.blocks);
    }

    fn word(&mut self, word: &str, before: Word) {
        match (word, before) {
            ("union" | "except" | "intersect", _) => self.sets += WEIGHT,
            // `END IF`, `END LOOP` and `END CASE` close what `END` closed.
            ("if" | "loop" | "case", Word::End) => {}
            ("if", _) => {
                self.blocks += WEIGHT;
                self.before = Word::If;
            }
            ("begin" | "case" | "loop", _) => self.blocks += WEIGHT,
            // `IF EXISTS` opens nothing.
            ("not", Word::If) => self.before = Word::If,
            ("exists", Word::If) => self.blocks = self.blocks.saturating_sub(WEIGHT),
            ("end", _) => {
                self.blocks = self.blocks.saturating_sub(WEIGHT);
                self.before = Word::End;
            }
            _ => {}
        }
    }
}

/// A block or a set operation takes the parser through several functions.
const WEIGHT: usize = 8;

fn nested_too_deeply(text: &str, strings: usize) -> bool {
    let mut nesting = Nesting {
        strings,
        ..Nesting::default()
    };
    for token in Tokens::new(text) {
        nesting.see(text, token);
    }
    nesting.too_deep()
}
