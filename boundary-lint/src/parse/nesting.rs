//! How deeply Rust code is nested, told without recursion: text that would exhaust the stack of a recursive parser must
//! not reach it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A parser recurses at most once a token of one expression; this many fit on the stack, and no person writes them.
const DEEPEST: usize = 6_000;

/// One open group, and how much its tokens so far may be nested.
struct Open {
    tokens: std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
    current: usize,
    angles: usize,
    brace: bool,
}

impl Open {
    fn new(tokens: TokenStream, brace: bool) -> Self {
        Open {
            tokens: tokens.into_iter().peekable(),
            current: 0,
            angles: 0,
            brace,
        }
    }

    /// A statement or an item ended.
    fn end(&mut self) {
        (self.current, self.angles) = (0, 0);
    }
}

/// Whether the code may be nested too deeply to be parsed.
pub(super) fn too_deep(tokens: &TokenStream) -> bool {
    let mut open = vec![Open::new(tokens.clone(), false)];
    let mut below = 0;
    while let Some(group) = open.last_mut() {
        let Some(token) = group.tokens.next() else {
            let closed = open.pop();
            if let Some(group) = open.last_mut() {
                below -= group.current + group.angles;
                // `} else {` and `}.method()` go on; anything else after a brace is a new statement.
                let goes_on = match group.tokens.peek() {
                    Some(TokenTree::Ident(word)) => word == "else" || word == "as",
                    Some(TokenTree::Punct(mark)) => mark.as_char() != '#',
                    _ => false,
                };
                if closed.is_some_and(|closed| closed.brace) && !goes_on {
                    group.end();
                }
            }
            continue;
        };
        match token {
            TokenTree::Group(inner) => {
                group.current += 1;
                below += group.current + group.angles;
                open.push(Open::new(inner.stream(), inner.delimiter() == Delimiter::Brace));
            }
            TokenTree::Punct(mark) => match mark.as_char() {
                ';' => group.end(),
                ',' => group.current = 0,
                '<' => group.angles += 1,
                _ => group.current += 1,
            },
            TokenTree::Ident(_) | TokenTree::Literal(_) => group.current += 1,
        }
        let deepest = open.last().map_or(0, |group| group.current + group.angles);
        if below + deepest > DEEPEST || open.len() > 256 {
            return true;
        }
    }
    false
}
