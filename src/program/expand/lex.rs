//! Token trees as owned data: text and byte ranges, no spans.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

use crate::facts::tokens;
use crate::source::TextRange;

/// Groups nested deeper than this are refused: everything after this file recurses over them.
const MAX_NESTING: u32 = 200;

/// What one level of recursion in syn weighs; things that only lengthen a chain weigh 1.
const HEAVY: u32 = 16;

/// The most that syn is asked to recurse; [`Level::weight`] estimates it.
pub(super) const MAX_WEIGHT: u32 = 128 * HEAVY;

/// Why a text has no token trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LexError {
    /// Unbalanced delimiters or a character that starts no token.
    NotTokens,
    /// More nested groups than [`MAX_NESTING`].
    TooDeep,
}

/// A text as token trees.
pub(super) struct Lexed {
    pub root: Level,
    /// The same tokens for syn, by [`Level::id`].
    pub tokens: Vec<Vec<TokenTree>>,
}

/// The token trees between two delimiters, or of the whole text.
pub(super) struct Level {
    /// Index into [`Lexed::tokens`], which has one token for each of `trees`.
    pub id: usize,
    pub trees: Vec<Tree>,
}

/// A token as proc-macro2 cuts them: operators are single characters, a lifetime is two.
pub(super) enum Tree {
    Leaf(Leaf),
    Group(Group),
}

#[derive(Clone)]
pub(super) struct Leaf {
    pub kind: LeafKind,
    pub text: Box<str>,
    pub range: TextRange,
    /// An operator character that the next one follows without space.
    pub joint: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafKind {
    Ident,
    Punct,
    Literal,
}

pub(super) struct Group {
    pub delimiter: Delimiter,
    pub open: TextRange,
    pub close: TextRange,
    pub level: Level,
    /// Tokens within, at all depths.
    pub size: usize,
    /// The weight of the tokens within.
    pub weight: u32,
}

/// Forgets the spans of this thread when dropped, if there are many: their table grows with every text
/// that is read.
pub(super) struct ForgetSpans;

impl Drop for ForgetSpans {
    fn drop(&mut self) {
        tokens::tidy();
    }
}

/// Reads a text into token trees.
pub(super) fn lex(text: &str) -> Result<Lexed, LexError> {
    let stream = tokens::lexed(text).map_err(|_| LexError::NotTokens)?;
    let mut tokens = Vec::new();
    let root = level(stream, 0, &mut tokens)?;
    Ok(Lexed { root, tokens })
}

fn level(
    stream: TokenStream,
    depth: u32,
    tokens: &mut Vec<Vec<TokenTree>>,
) -> Result<Level, LexError> {
    if depth > MAX_NESTING {
        return Err(LexError::TooDeep);
    }
    let id = tokens.len();
    let stream: Vec<TokenTree> = stream.into_iter().collect();
    tokens.push(Vec::new());
    let mut trees = Vec::with_capacity(stream.len());
    for token in &stream {
        trees.push(match token {
            TokenTree::Group(group) => {
                let level = level(group.stream(), depth + 1, tokens)?;
                Tree::Group(Group {
                    delimiter: group.delimiter(),
                    open: range(group.span_open()),
                    close: range(group.span_close()),
                    size: size(&level.trees),
                    weight: weight(&level.trees),
                    level,
                })
            }
            TokenTree::Ident(ident) => {
                leaf(LeafKind::Ident, ident.to_string(), ident.span(), false)
            }
            TokenTree::Literal(literal) => leaf(
                LeafKind::Literal,
                literal.to_string(),
                literal.span(),
                false,
            ),
            TokenTree::Punct(punct) => {
                let joint = punct.spacing() == Spacing::Joint;
                leaf(
                    LeafKind::Punct,
                    punct.as_char().to_string(),
                    punct.span(),
                    joint,
                )
            }
        });
    }
    tokens[id] = stream;
    Ok(Level { id, trees })
}

fn leaf(kind: LeafKind, text: String, span: Span, joint: bool) -> Tree {
    Tree::Leaf(Leaf {
        kind,
        text: text.into_boxed_str(),
        range: range(span),
        joint,
    })
}

fn range(span: Span) -> TextRange {
    let range = span.byte_range();
    // Texts come from files, whose offsets are 32 bits wide throughout.
    TextRange::new(range.start as u32, range.end as u32)
}

impl Tree {
    pub(super) fn leaf(&self) -> Option<&Leaf> {
        match self {
            Tree::Leaf(leaf) => Some(leaf),
            Tree::Group(_) => None,
        }
    }

    pub(super) fn group(&self) -> Option<&Group> {
        match self {
            Tree::Group(group) => Some(group),
            Tree::Leaf(_) => None,
        }
    }

    pub(super) fn is_punct(&self, text: &str) -> bool {
        self.leaf()
            .is_some_and(|leaf| leaf.kind == LeafKind::Punct && &*leaf.text == text)
    }

    pub(super) fn is_ident(&self, text: &str) -> bool {
        self.leaf()
            .is_some_and(|leaf| leaf.kind == LeafKind::Ident && &*leaf.text == text)
    }

    pub(super) fn is_group(&self, delimiter: Delimiter) -> bool {
        self.group()
            .is_some_and(|group| group.delimiter == delimiter)
    }

    /// The bytes from its first to its last character.
    pub(super) fn range(&self) -> TextRange {
        match self {
            Tree::Leaf(leaf) => leaf.range,
            Tree::Group(group) => group.open.cover(group.close),
        }
    }
}

/// Tokens at all depths.
pub(super) fn size(trees: &[Tree]) -> usize {
    trees
        .iter()
        .map(|tree| 1 + tree.group().map_or(0, |group| group.size))
        .sum()
}

const OPERATORS: [&str; 26] = [
    "<<=", ">>=", "...", "..=", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=",
    "*=", "/=", "%=", "^=", "&=", "|=", "<<", ">>", "..", "<-", "'",
];

/// How many trees form one token as rustc cuts them: `=>`, `'a`.
pub(super) fn token_len(trees: &[Tree]) -> usize {
    let Some(first) = trees.first() else { return 0 };
    if first.is_punct("'") {
        return trees.len().min(2);
    }
    let mut text = String::new();
    for leaf in trees.iter().take(3).map_while(Tree::leaf) {
        if leaf.kind != LeafKind::Punct {
            break;
        }
        text.push_str(&leaf.text);
        if !leaf.joint {
            break;
        }
    }
    (2..=text.len())
        .rev()
        .find(|&len| OPERATORS.contains(&&text[..len]))
        .unwrap_or(1)
}

/// The text of the token that [`token_len`] trees form; empty for a group.
pub(super) fn token_text(trees: &[Tree]) -> String {
    trees[..token_len(trees)]
        .iter()
        .filter_map(Tree::leaf)
        .map(|leaf| &*leaf.text)
        .collect()
}

/// Estimates how deep syn recurses over the trees, whatever it takes them for.
///
/// Prefix operators, generics, assignments, closures and `else` nest to the right without any group;
/// they add up until a `;`, or a `,` that closes them. Postfix and binary chains cost only when dropped.
pub(super) fn weight(trees: &[Tree]) -> u32 {
    let (mut worst, mut run) = (0, 0);
    // A comma ends neither the parameters of a closure nor generic arguments.
    let (mut closures, mut angles) = (0u32, 0u32);
    let mut after_operand = false;
    let mut at = 0;
    while at < trees.len() {
        let len = token_len(&trees[at..]);
        match &trees[at] {
            Tree::Group(group) => {
                worst = worst.max(run + HEAVY + group.weight);
                run += 1;
                after_operand = true;
                let next = trees.get(at + 1);
                let starts_anew = next.is_some_and(|next| {
                    next.is_punct("#")
                        || next.leaf().is_some_and(|leaf| {
                            leaf.kind == LeafKind::Ident && !matches!(&*leaf.text, "else" | "as")
                        })
                });
                if group.delimiter == Delimiter::Brace && starts_anew {
                    (run, closures, angles, after_operand) = (0, 0, 0, false);
                }
            }
            Tree::Leaf(leaf) if leaf.kind == LeafKind::Punct => {
                let text = token_text(&trees[at..]);
                match &*text {
                    ";" => (run, closures, angles) = (0, 0, 0),
                    "," => run = HEAVY * (closures + angles),
                    "|" | "||" if !after_operand => {
                        closures += 1;
                        run += HEAVY;
                    }
                    "<" | "<<" => {
                        angles += text.len() as u32;
                        run += HEAVY * text.len() as u32;
                    }
                    ">" | ">>" => {
                        angles = angles.saturating_sub(text.len() as u32);
                        run += 1;
                    }
                    "->" | "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=" | "&=" | "|=" | "<<="
                    | ">>=" => {
                        run += HEAVY;
                    }
                    "." | "?" | "::" | ":" | "=>" | "#" => run += 1,
                    _ if after_operand => run += 1,
                    _ => run += HEAVY * text.len() as u32,
                }
                after_operand = matches!(&*text, "?") || leaf.text.starts_with('\'');
                worst = worst.max(run);
            }
            Tree::Leaf(leaf) => {
                let keyword = leaf.kind == LeafKind::Ident && nests(&leaf.text);
                run += if keyword { HEAVY } else { 1 };
                after_operand = !keyword;
                worst = worst.max(run);
            }
        }
        at += len.max(1);
    }
    worst
}

/// Keywords after which an expression, a type or a pattern starts.
fn nests(ident: &str) -> bool {
    matches!(
        ident,
        "as" | "async"
            | "box"
            | "break"
            | "const"
            | "do"
            | "dyn"
            | "else"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "move"
            | "mut"
            | "ref"
            | "return"
            | "static"
            | "try"
            | "unsafe"
            | "while"
            | "yield"
    )
}
