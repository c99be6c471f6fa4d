//! The identifiers of a text, with what stands around each.

use std::ops::Range;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// An identifier.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) range: Range<usize>,
    /// The punctuation right before it.
    pub(super) before: Option<char>,
    /// The punctuation right behind it, unless it is `::`.
    pub(super) after: Option<char>,
    /// Whether `::` stands before it.
    pub(super) after_path: bool,
    /// Whether `::` stands behind it.
    pub(super) leads_on: bool,
    pub(super) in_attribute: bool,
    pub(super) is_called_macro: bool,
}

/// All identifiers, in order; `None` if the text is none of Rust.
pub(super) fn words(text: &str) -> Option<Vec<Word>> {
    let mut found = Vec::new();
    collect(TokenStream::from_str(text).ok()?, false, &mut found);
    Some(found)
}

fn collect(tokens: TokenStream, in_attribute: bool, found: &mut Vec<Word>) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: Option<usize>| match at.and_then(|it| all.get(it)) {
        Some(TokenTree::Punct(it)) => Some(it.as_char()),
        _ => None,
    };
    for (at, token) in all.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let opens = punct(at.checked_sub(1));
                let is_attribute = group.delimiter() == Delimiter::Bracket
                    && (opens == Some('#')
                        || opens == Some('!') && punct(at.checked_sub(2)) == Some('#'));
                collect(group.stream(), in_attribute || is_attribute, found);
            }
            TokenTree::Ident(ident) => {
                let before = punct(at.checked_sub(1));
                let after = punct(Some(at + 1));
                let leads_on = after == Some(':') && punct(Some(at + 2)) == Some(':');
                found.push(Word {
                    text: ident.to_string(),
                    range: ident.span().byte_range(),
                    before,
                    after: after.filter(|_| !leads_on),
                    after_path: before == Some(':') && punct(at.checked_sub(2)) == Some(':'),
                    leads_on,
                    in_attribute,
                    is_called_macro: after == Some('!') && punct(Some(at + 2)) != Some('='),
                });
            }
            _ => {}
        }
    }
}
