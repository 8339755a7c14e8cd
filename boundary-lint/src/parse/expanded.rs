//! Unsafe code in what the compiler makes of a crate once all macros are expanded.
//!
//! `forbid(unsafe_code)` looks away where unsafe code comes out of a macro of another crate. Here it does not matter where it
//! comes from. Three forms are let through, which macros and derives of the standard library write, and each only with
//! something in it that the stable compiler refuses to everybody else:
//!
//! - `thread_local!`: a block that is nothing but a call of `::std::thread::LocalKey::new`, an unstable function;
//! - `pin!`: a block that is nothing but `::core::pin::Pin::new_unchecked(&mut pinned)`, right behind `super let mut pinned`,
//!   which is unstable syntax;
//! - `#[derive(Clone, Copy)]`: an empty impl of `::core::clone::TrivialClone`, an unstable trait.
//!
//! In a crate that calls something else `std` or `core`, nothing is let through.

use proc_macro2::{Delimiter, Group, Span as TokenSpan, TokenStream, TokenTree};

use super::declarations::Lines;
use super::shebang::without_shebang;
use crate::source::Span;

/// Unsafe code in expanded code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsafe {
    /// What it is.
    pub what: &'static str,
    /// The names of the items that it is in, the outermost first.
    pub within: Vec<String>,
    /// Its place in the expanded code.
    pub span: Span,
}

/// All unsafe code in expanded code. Where `has_std` is false, the crate has a dependency of that name, and nothing is let
/// through.
///
/// # Errors
///
/// Where the code cannot be cut into tokens, with the place in it.
pub fn unsafe_code(expanded: &str, has_std: bool) -> Result<Vec<Unsafe>, Span> {
    let lines = Lines::new(expanded);
    let tokens: TokenStream = without_shebang(expanded)
        .parse()
        .map_err(|error: proc_macro2::LexError| lines.span(error.span()))?;
    let mut open = vec![(tokens, Vec::new(), false)];
    let mut found: Vec<(&'static str, Vec<String>, TokenSpan)> = Vec::new();
    let mut is_std_renamed = !has_std;
    while let Some((tokens, within, attribute)) = open.pop() {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        is_std_renamed |= renames_std(&tokens);
        let mut level = Level {
            tokens: &tokens,
            within,
            attribute,
        };
        level.read(&mut open, &mut found);
    }
    let mut found: Vec<Unsafe> = found
        .into_iter()
        .filter(|(what, ..)| is_std_renamed || *what != LET_THROUGH)
        .map(|(what, within, span)| Unsafe {
            what: if what == LET_THROUGH { BLOCK } else { what },
            within,
            span: lines.span(span),
        })
        .collect();
    found.sort_by_key(|one| one.span);
    Ok(found)
}

const BLOCK: &str = "an unsafe block";
/// Kept until it is known that `std` is the standard library.
const LET_THROUGH: &str = "";

struct Level<'a> {
    tokens: &'a [TokenTree],
    within: Vec<String>,
    /// The tokens stand between the brackets of an attribute.
    attribute: bool,
}

impl Level<'_> {
    fn read(
        &mut self,
        open: &mut Vec<(TokenStream, Vec<String>, bool)>,
        found: &mut Vec<(&'static str, Vec<String>, TokenSpan)>,
    ) {
        let pins = starts_with(self.tokens, &["super", "let", "mut", "pinned", "="]);
        let mut named: Option<String> = None;
        let mut at = 0;
        while at < self.tokens.len() {
            match &self.tokens[at] {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    if DEFINES.contains(&word.as_str())
                        && let Some(TokenTree::Ident(name)) = self.tokens.get(at + 1)
                    {
                        named = Some(name.to_string());
                    }
                    // The body of a macro is no code yet; what it becomes is elsewhere in the same text.
                    if word == "macro_rules" && is_punct(self.tokens.get(at + 1), '!') {
                        at += 4;
                        continue;
                    }
                    if let Some(what) = self.judge(at, &word, pins) {
                        found.push((what, self.within.clone(), self.tokens[at].span()));
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => named = None,
                TokenTree::Group(group) => {
                    let mut within = self.within.clone();
                    let ends = group.delimiter() == Delimiter::Brace;
                    let name = if ends { named.take() } else { named.clone() };
                    // Enough to tell where it is.
                    within.extend(name.filter(|_| within.len() < MOST_NAMES));
                    let hash = at.checked_sub(1).map(|before| &self.tokens[before]);
                    let bang = at.checked_sub(2).map(|before| &self.tokens[before]);
                    let attribute = group.delimiter() == Delimiter::Bracket
                        && (is_punct(hash, '#') || (is_punct(hash, '!') && is_punct(bang, '#')));
                    open.push((group.stream(), within, attribute));
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// What a word begins, if that is unsafe.
    fn judge(&self, at: usize, word: &str, pins: bool) -> Option<&'static str> {
        let next = self.tokens.get(at + 1);
        match word {
            "unsafe" => Some(match next {
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    if is_thread_local(group) || (pins && is_pin(group)) {
                        LET_THROUGH
                    } else {
                        BLOCK
                    }
                }
                Some(TokenTree::Group(_)) if self.attribute => "an unsafe attribute",
                Some(TokenTree::Ident(next))
                    if next == "impl" && is_trivial_clone(&self.tokens[at + 2..]) =>
                {
                    LET_THROUGH
                }
                Some(TokenTree::Ident(next)) if next == "impl" => "an unsafe impl",
                Some(TokenTree::Ident(next)) if next == "trait" => "an unsafe trait",
                Some(TokenTree::Ident(next)) if next == "extern" => "an unsafe extern block or function",
                Some(TokenTree::Ident(next)) if next == "fn" => "an unsafe function",
                _ => "unsafe code",
            }),
            "extern" => {
                let before = at.checked_sub(1).map(|before| &self.tokens[before]);
                let is_marked = matches!(before, Some(TokenTree::Ident(word)) if word == "unsafe");
                let block = match next {
                    Some(TokenTree::Literal(_)) => self.tokens.get(at + 2),
                    next => next,
                };
                let is_block =
                    matches!(block, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
                (is_block && !is_marked).then_some("an extern block")
            }
            "no_mangle" | "export_name" | "link_section" | "naked" if self.attribute && at == 0 => {
                Some("an unsafe attribute")
            }
            "global_asm" | "naked_asm" if is_punct(next, '!') => Some("assembler code"),
            _ => None,
        }
    }
}

/// How many names of items around it are told of unsafe code.
const MOST_NAMES: usize = 16;

const DEFINES: [&str; 7] = ["mod", "struct", "enum", "trait", "fn", "const", "static"];

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// Whether tokens begin with these words and signs.
fn starts_with(tokens: &[TokenTree], expected: &[&str]) -> bool {
    tokens.len() >= expected.len()
        && tokens.iter().zip(expected).all(|(token, expected)| match token {
            TokenTree::Ident(word) => word == expected,
            TokenTree::Punct(punct) => expected.len() == 1 && expected.starts_with(punct.as_char()),
            _ => false,
        })
}

/// Whether a block is one call of this path and nothing else, and with what.
fn only_call(block: &Group, path: &[&str]) -> Option<Group> {
    let tokens: Vec<TokenTree> = block.stream().into_iter().collect();
    match tokens.get(path.len()..) {
        Some([TokenTree::Group(group)])
            if group.delimiter() == Delimiter::Parenthesis && starts_with(&tokens, path) =>
        {
            Some(group.clone())
        }
        _ => None,
    }
}

fn is_thread_local(block: &Group) -> bool {
    let path = [
        ":", ":", "std", ":", ":", "thread", ":", ":", "LocalKey", ":", ":", "new",
    ];
    only_call(block, &path).is_some()
}

fn is_pin(block: &Group) -> bool {
    let path = [
        ":",
        ":",
        "core",
        ":",
        ":",
        "pin",
        ":",
        ":",
        "Pin",
        ":",
        ":",
        "new_unchecked",
    ];
    only_call(block, &path).is_some_and(|arguments| {
        let arguments: Vec<TokenTree> = arguments.stream().into_iter().collect();
        arguments.len() == 3 && starts_with(&arguments, &["&", "mut", "pinned"])
    })
}

/// What stands behind `unsafe impl`, up to the body.
fn is_trivial_clone(tokens: &[TokenTree]) -> bool {
    let Some(body) = tokens
        .iter()
        .position(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace))
    else {
        return false;
    };
    let TokenTree::Group(group) = &tokens[body] else {
        return false;
    };
    let path = [
        ":",
        ":",
        "core",
        ":",
        ":",
        "clone",
        ":",
        ":",
        "TrivialClone",
        "for",
    ];
    let name = tokens[..body]
        .windows(path.len())
        .any(|window| starts_with(window, &path));
    group.stream().is_empty() && name
}

/// `extern crate other as std`, or a name for it from an import.
fn renames_std(tokens: &[TokenTree]) -> bool {
    tokens.windows(2).any(|pair| {
        matches!(pair, [TokenTree::Ident(word), TokenTree::Ident(name)]
            if word == "as" && (name == "std" || name == "core" || name == "alloc"))
    })
}

#[cfg(test)]
mod tests {
    use super::unsafe_code;

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let found = unsafe_code(text, true).unwrap();
        found
            .into_iter()
            .map(|one| (one.what, one.within.join("::")))
            .collect()
    }

    #[test]
    fn every_kind_of_unsafe_code_is_found_with_what_it_is_in() {
        for (text, what, within) in [
            (
                "mod m { fn f() { if a { unsafe { g() } } } }",
                "an unsafe block",
                "m::f",
            ),
            ("pub unsafe fn f() {}", "an unsafe function", ""),
            ("mod m { unsafe impl Send for S {} }", "an unsafe impl", "m"),
            ("unsafe trait T {}", "an unsafe trait", ""),
            (
                "unsafe extern \"C\" { fn f(); }",
                "an unsafe extern block or function",
                "",
            ),
            ("extern \"C\" { fn f(); }", "an extern block", ""),
            ("extern { fn f(); }", "an extern block", ""),
            ("#[unsafe(no_mangle)] pub fn f() {}", "an unsafe attribute", ""),
            ("#[no_mangle] pub fn f() {}", "an unsafe attribute", ""),
            ("#![link_section = \"x\"] fn f() {}", "an unsafe attribute", ""),
            ("mod m { global_asm! (\"nop\"); }", "assembler code", "m"),
            ("static S: u8 = unsafe { g() };", "an unsafe block", ""),
            ("fn f(g: unsafe fn()) {}", "an unsafe function", "f"),
        ] {
            assert_eq!(found(text), [(what, within.to_owned())], "{text}");
        }
    }

    #[test]
    fn words_texts_macros_not_used_and_safe_code_are_not_unsafe() {
        for text in [
            "fn f() { \"unsafe { }\"; unsafe_word(); } // unsafe",
            "macro_rules! m { () => { unsafe { g() } } }",
            "extern crate std; extern \"C\" fn f() {} #[inline] fn no_mangle() {}",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    const LOCAL: &str = "fn f() { unsafe { ::std::thread::LocalKey::new(const { 1 }) } }";
    const PIN: &str = "fn f() { { super let mut pinned = async {}; unsafe { ::core::pin::Pin::new_unchecked(&mut pinned) } } }";
    const CLONE: &str = "unsafe impl<'a> ::core::clone::TrivialClone for S<'a> { }";

    #[test]
    fn what_only_the_standard_library_can_write_is_let_through() {
        for text in [LOCAL, PIN, CLONE] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_like_it_is_not() {
        for text in [
            LOCAL.replace("::std", "std"),
            LOCAL.replace("LocalKey", "Key"),
            LOCAL.replace("const { 1 })", "const { 1 }); g()"),
            PIN.replace("super let", "let"),
            PIN.replace("&mut pinned", "&mut other"),
            PIN.replace("(&mut pinned)", "(&mut pinned).get_unchecked_mut()"),
            PIN.replace("::core", "::mine"),
            CLONE.replace("TrivialClone", "Clone"),
            CLONE.replace("{ }", "{ fn f() {} }"),
            CLONE.replace("::core", "core"),
            format!("extern crate mine as std; {LOCAL}"),
            format!("extern crate mine as core; {PIN}"),
        ] {
            assert_eq!(found(&text).len(), 1, "{text}");
        }
        assert_eq!(unsafe_code(LOCAL, false).unwrap().len(), 1);
        let inside = LOCAL.replace("const { 1 }", "const { unsafe { g() } }");
        assert_eq!(found(&inside), [("an unsafe block", "f".to_owned())]);
    }

    #[test]
    fn what_cannot_be_cut_into_tokens_is_an_error() {
        assert!(unsafe_code("fn f() { \"", true).is_err());
    }
}
