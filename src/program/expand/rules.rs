//! The definition of a macro as patterns and bodies.

use proc_macro2::Delimiter;

use super::ExpandError;
use super::lex::{self, Leaf, LeafKind, Tree, token_len, token_text};
use crate::source::TextRange;

/// A `macro_rules!` definition, read once and usable on any thread.
pub struct Rules {
    pub(super) arms: Vec<Arm>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rules({} arms)", self.arms.len())
    }
}

/// `(pattern) => { body }`
pub(super) struct Arm {
    pub pattern: Vec<Pattern>,
    pub body: Vec<Body>,
    /// How many metavariables the pattern binds; each has a slot.
    pub slots: usize,
}

pub(super) enum Pattern {
    /// A token as rustc cuts them.
    Token(Vec<Leaf>),
    Group(Delimiter, Vec<Pattern>),
    Variable {
        slot: usize,
        kind: FragmentKind,
    },
    Repeat {
        inner: Vec<Pattern>,
        separator: Option<Vec<Leaf>>,
        operator: Operator,
        slots: Vec<usize>,
    },
}

pub(super) enum Body {
    /// A token, and whether the next one was written against it.
    Leaf {
        leaf: Leaf,
        joint: bool,
    },
    Group {
        delimiter: Delimiter,
        open: TextRange,
        close: TextRange,
        inner: Vec<Body>,
        macro_arguments: bool,
    },
    /// `$crate`
    Crate(TextRange),
    /// `${concat(get_, $name)}`: unstable, and used.
    Concat {
        parts: Vec<Part>,
        range: TextRange,
    },
    Variable {
        slot: usize,
        place: Place,
    },
    Repeat {
        inner: Vec<Body>,
        separator: Option<Vec<Leaf>>,
        slots: Vec<usize>,
    },
}

/// A piece of an identifier.
pub(super) enum Part {
    Text(Box<str>),
    Slot(usize),
}

/// What stands beside a metavariable in a body: it decides whether a fragment must be parenthesised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Nothing to the left can bind to the fragment.
    pub left_closed: bool,
    /// Nothing to the right can bind to the fragment.
    pub right_closed: bool,
    /// `&`, `mut`, `const` or a lifetime to the left: they bind tighter than `+` in types.
    pub after_reference: bool,
    /// `(` to the right.
    pub before_call: bool,
    /// `::`, `{` or `(` to the right: generic arguments need a turbofish if this is an expression.
    pub before_path_use: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    ZeroOrMore,
    OneOrMore,
    Optional,
}

/// What a metavariable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum FragmentKind {
    Ident,
    Lifetime,
    Literal,
    Tt,
    Ty,
    Path,
    Expr,
    Pat,
    PatParam,
    Stmt,
    Block,
    Item,
    Meta,
    Vis,
}

impl FragmentKind {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ident" => FragmentKind::Ident,
            "lifetime" => FragmentKind::Lifetime,
            "literal" => FragmentKind::Literal,
            "tt" => FragmentKind::Tt,
            "ty" => FragmentKind::Ty,
            "path" => FragmentKind::Path,
            "expr" | "expr_2021" => FragmentKind::Expr,
            "pat" => FragmentKind::Pat,
            "pat_param" => FragmentKind::PatParam,
            "stmt" => FragmentKind::Stmt,
            "block" => FragmentKind::Block,
            "item" => FragmentKind::Item,
            "meta" => FragmentKind::Meta,
            "vis" => FragmentKind::Vis,
            _ => return None,
        })
    }
}

impl Rules {
    /// Reads the text between the outer delimiters of a definition: `(pattern) => { body }; ..`.
    ///
    /// Forgets the spans of every proc-macro2 token of this thread, so the caller must hold none.
    pub fn parse(rules: &str) -> Result<Rules, ExpandError> {
        let _forget = lex::ForgetSpans;
        let lexed = lex::lex(rules).map_err(|error| match error {
            lex::LexError::NotTokens => bad("not a sequence of tokens"),
            lex::LexError::TooDeep => ExpandError::TooLarge,
        })?;
        let mut trees = &lexed.root.trees[..];
        let mut arms = Vec::new();
        while let Some((pattern, rest)) = trees.split_first() {
            let [equals, arrow, body, rest @ ..] = rest else {
                return Err(bad("an arm is not `pattern => body`"));
            };
            let (Some(pattern), Some(body)) = (pattern.group(), body.group()) else {
                return Err(bad("an arm has no delimiters"));
            };
            if !equals.is_punct("=") || !arrow.is_punct(">") {
                return Err(bad("an arm lacks its `=>`"));
            }
            let mut names = Vec::new();
            let pattern = patterns(&pattern.level.trees, &mut names)?;
            let body = bodies(&body.level.trees, &names, Edges::GROUP)?;
            arms.push(Arm {
                pattern,
                body,
                slots: names.len(),
            });
            trees = match rest {
                [semicolon, rest @ ..] if semicolon.is_punct(";") => rest,
                [] => rest,
                _ => return Err(bad("arms are not separated by `;`")),
            };
        }
        if arms.is_empty() {
            return Err(bad("no arms"));
        }
        Ok(Rules { arms })
    }
}

fn bad(message: &str) -> ExpandError {
    ExpandError::BadRules(message.to_owned())
}

fn patterns(trees: &[Tree], names: &mut Vec<Box<str>>) -> Result<Vec<Pattern>, ExpandError> {
    let mut read = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        let (pattern, len) = match &trees[at..] {
            [dollar, Tree::Leaf(name), rest @ ..]
                if dollar.is_punct("$") && name.kind == LeafKind::Ident =>
            {
                match rest {
                    [colon, Tree::Leaf(kind), ..] if colon.is_punct(":") => {
                        let kind = FragmentKind::from_name(&kind.text)
                            .ok_or_else(|| bad("unknown fragment specifier"))?;
                        if names.contains(&name.text) {
                            return Err(bad("a metavariable is bound twice"));
                        }
                        names.push(name.text.clone());
                        (
                            Pattern::Variable {
                                slot: names.len() - 1,
                                kind,
                            },
                            4,
                        )
                    }
                    // The text of a call has `crate` where an expansion had `$crate`.
                    _ if &*name.text == "crate" => (Pattern::Token(vec![name.clone()]), 2),
                    _ => return Err(bad("a metavariable has no fragment specifier")),
                }
            }
            [dollar, Tree::Group(group), ..]
                if dollar.is_punct("$") && group.delimiter == Delimiter::Parenthesis =>
            {
                let first = names.len();
                let inner = patterns(&group.level.trees, names)?;
                let (separator, operator, len) = repetition(&trees[at + 2..])?;
                let slots = (first..names.len()).collect();
                (
                    Pattern::Repeat {
                        inner,
                        separator,
                        operator,
                        slots,
                    },
                    2 + len,
                )
            }
            [dollar, ..] if dollar.is_punct("$") => return Err(bad("a metavariable expression")),
            [Tree::Group(group), ..] => (
                Pattern::Group(group.delimiter, patterns(&group.level.trees, names)?),
                1,
            ),
            rest => {
                let len = token_len(rest);
                (Pattern::Token(leaves(&rest[..len])), len)
            }
        };
        read.push(pattern);
        at += len;
    }
    Ok(read)
}

fn leaves(trees: &[Tree]) -> Vec<Leaf> {
    trees.iter().filter_map(Tree::leaf).cloned().collect()
}

/// What follows `$( .. )`: a separator, the operator, and how many trees they take.
fn repetition(trees: &[Tree]) -> Result<(Option<Vec<Leaf>>, Operator, usize), ExpandError> {
    let operator = |tree: Option<&Tree>| {
        let leaf = tree?.leaf().filter(|leaf| leaf.kind == LeafKind::Punct)?;
        match &*leaf.text {
            "*" => Some(Operator::ZeroOrMore),
            "+" => Some(Operator::OneOrMore),
            "?" => Some(Operator::Optional),
            _ => None,
        }
    };
    if let Some(operator) = operator(trees.first()) {
        return Ok((None, operator, 1));
    }
    let len = token_len(trees);
    let separator = leaves(&trees[..len]);
    match operator(trees.get(len)) {
        Some(operator) if !separator.is_empty() => Ok((Some(separator), operator, len + 1)),
        _ => Err(bad("a repetition has no operator")),
    }
}

/// Whether the ends of a sequence of trees are safe from what stands outside of it.
#[derive(Clone, Copy)]
struct Edges {
    left: bool,
    right: bool,
}

impl Edges {
    const GROUP: Edges = Edges {
        left: true,
        right: true,
    };
}

fn bodies(trees: &[Tree], names: &[Box<str>], edges: Edges) -> Result<Vec<Body>, ExpandError> {
    let mut read = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        let left = |at: usize| {
            if at == 0 {
                edges.left
            } else {
                closes_left(&trees[..at])
            }
        };
        let right = |at: usize| match &trees[at..] {
            [] => edges.right,
            rest => matches!(&*token_text(rest), "," | ";"),
        };
        let slot = |name: &Leaf| names.iter().position(|known| *known == name.text);
        let (body, len) = match &trees[at..] {
            [dollar, Tree::Leaf(name), ..]
                if dollar.is_punct("$")
                    && name.kind == LeafKind::Ident
                    && &*name.text == "crate" =>
            {
                (Body::Crate(dollar.range().cover(name.range)), 2)
            }
            [dollar, Tree::Leaf(name), rest @ ..]
                if dollar.is_punct("$") && name.kind == LeafKind::Ident && slot(name).is_some() =>
            {
                let next = rest.first();
                let before_call = next.is_some_and(|next| next.is_group(Delimiter::Parenthesis));
                let place = Place {
                    left_closed: left(at),
                    right_closed: right(at + 2),
                    after_reference: after_reference(&trees[..at]),
                    before_call,
                    before_path_use: before_call
                        || token_text(rest) == "::"
                        || next.is_some_and(|next| next.is_group(Delimiter::Brace)),
                };
                (
                    Body::Variable {
                        slot: slot(name).expect("the guard found it"),
                        place,
                    },
                    2,
                )
            }
            [dollar, Tree::Group(group), rest @ ..]
                if dollar.is_punct("$") && group.delimiter == Delimiter::Parenthesis =>
            {
                let (separator, _, len) = repetition(rest)?;
                let between = separator
                    .as_ref()
                    .is_some_and(|leaves| matches!(leaves.as_slice(), [leaf] if matches!(&*leaf.text, "," | ";")));
                // Without a separator, one round stands against the next.
                let edges = Edges {
                    left: between && left(at),
                    right: between && right(at + 2 + len),
                };
                let inner = bodies(&group.level.trees, names, edges)?;
                let mut slots = Vec::new();
                used_slots(&inner, &mut slots);
                if slots.is_empty() {
                    return Err(bad("a repetition in a body repeats no metavariable"));
                }
                (
                    Body::Repeat {
                        inner,
                        separator,
                        slots,
                    },
                    2 + len,
                )
            }
            [dollar, Tree::Group(group), ..] if dollar.is_punct("$") => {
                let parts = concat_parts(&group.level.trees, names)?;
                (
                    Body::Concat {
                        parts,
                        range: dollar.range().cover(group.close),
                    },
                    2,
                )
            }
            [dollar, next, ..] if dollar.is_punct("$") && next.is_punct("$") => {
                return Err(bad("a metavariable expression"));
            }
            [Tree::Group(group), ..] => {
                let macro_arguments = match &trees[..at] {
                    [.., name, bang] => bang.is_punct("!") && name.leaf().is_some_and(is_ident),
                    _ => false,
                };
                let inner = bodies(&group.level.trees, names, Edges::GROUP)?;
                let body = Body::Group {
                    delimiter: group.delimiter,
                    open: group.open,
                    close: group.close,
                    inner,
                    macro_arguments,
                };
                (body, 1)
            }
            [Tree::Leaf(leaf), rest @ ..] => {
                // What replaces a metavariable is never glued to what stood before its `$`.
                let joint = leaf.joint && rest.first().is_some_and(|next| !next.is_punct("$"));
                (
                    Body::Leaf {
                        leaf: leaf.clone(),
                        joint,
                    },
                    1,
                )
            }
            [] => break,
        };
        read.push(body);
        at += len;
    }
    Ok(read)
}

/// `concat(..)` of identifiers, literals and metavariables; no other metavariable expression is known.
fn concat_parts(trees: &[Tree], names: &[Box<str>]) -> Result<Vec<Part>, ExpandError> {
    let unknown = || bad("a metavariable expression");
    let [name, Tree::Group(arguments)] = trees else {
        return Err(unknown());
    };
    if !name.is_ident("concat") {
        return Err(unknown());
    }
    let part = |trees: &[Tree]| match trees {
        [dollar, Tree::Leaf(name)] if dollar.is_punct("$") => names
            .iter()
            .position(|known| *known == name.text)
            .map(Part::Slot),
        [Tree::Leaf(leaf)] => Some(Part::Text(leaf.text.trim_matches('"').into())),
        _ => None,
    };
    let parts = arguments.level.trees.split(|tree| tree.is_punct(","));
    parts
        .filter(|trees| !trees.is_empty())
        .map(part)
        .collect::<Option<_>>()
        .ok_or_else(unknown)
}

fn is_ident(leaf: &Leaf) -> bool {
    leaf.kind == LeafKind::Ident
}

/// Whether an expression after these trees stands on its own.
fn closes_left(trees: &[Tree]) -> bool {
    // `==`, `<=` and `::` end in a character that closes when it stands alone.
    let joined = matches!(trees, [.., Tree::Leaf(before), _] if before.kind == LeafKind::Punct && before.joint);
    match trees.last().and_then(Tree::leaf) {
        Some(leaf) if leaf.kind == LeafKind::Punct => match &*leaf.text {
            "," | ";" => true,
            "=" | ":" => !joined,
            ">" => matches!(trees, [.., before, _] if before.is_punct("=") && joined),
            _ => false,
        },
        Some(leaf) => leaf.kind == LeafKind::Ident && &*leaf.text == "return",
        None => false,
    }
}

fn after_reference(trees: &[Tree]) -> bool {
    match trees {
        [.., quote, Tree::Leaf(_)] if quote.is_punct("'") => true,
        [.., last] => last.is_punct("&") || last.is_ident("mut") || last.is_ident("const"),
        [] => false,
    }
}

fn used_slots(bodies: &[Body], slots: &mut Vec<usize>) {
    for body in bodies {
        match body {
            Body::Variable { slot, .. } => slots.push(*slot),
            Body::Group { inner, .. } => used_slots(inner, slots),
            Body::Repeat { slots: inner, .. } => slots.extend(inner),
            Body::Concat { parts, .. } => {
                slots.extend(parts.iter().filter_map(|part| match part {
                    Part::Slot(slot) => Some(*slot),
                    Part::Text(_) => None,
                }))
            }
            Body::Leaf { .. } | Body::Crate(_) => {}
        }
    }
    slots.sort_unstable();
    slots.dedup();
}
