//! From syn trees to facts.
//!
//! Syntax trees are taken apart by value, so the left spines of long chains (`a.b().c()`,
//! `a + b + c`) are neither walked nor dropped recursively. Every range comes from leaf tokens.

mod attr;
mod block;
mod expr;
mod format;
mod function;
mod item;
mod macros;
mod pat;
mod spans;
mod ty;
mod use_tree;

use std::str::FromStr as _;

use proc_macro2::TokenStream;
use rustc_hash::FxHashMap;
use syn::parse::{ParseStream, Parser as _};

use super::body::Body;
use super::item::Item;
use super::{ExprId, Extent, Problem, Stmt, Tests, depth, shell};
use crate::source::TextRange;

pub(crate) use spans::Spans;

/// Lowers what comes from one text.
pub(crate) struct Lowerer<'a> {
    /// Finds out where tokens stand.
    pub(crate) spans: Spans<'a>,
    /// Where finished bodies go.
    pub(crate) bodies: &'a mut Vec<Body>,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
    /// Bodies that were cut out of the item shells, by where their placeholder starts.
    pub(crate) cut: FxHashMap<u32, Cut>,
    /// Where the text is nested too deeply for a recursive parser, ascending.
    pub(crate) deep: Vec<u32>,
    /// What is read of test code.
    pub(crate) tests: Tests,
    /// Whether the item that is being read stands in test code.
    pub(crate) in_test: bool,
}

/// A body that was cut out of its item.
pub(crate) struct Cut {
    /// What stood between the braces, or between `=` and `;`.
    pub(crate) tokens: TokenStream,
    /// Where it stood in the text that was lexed, braces included.
    pub(crate) local: (u32, u32),
    /// The initialiser of a const or static, not the block of a function.
    pub(crate) is_initialiser: bool,
}

impl Lowerer<'_> {
    /// Notes that a part of the file is lost.
    pub(crate) fn problem(&mut self, range: TextRange, message: impl Into<String>, extent: Extent) {
        self.problems.push(Problem {
            range,
            message: message.into(),
            extent,
        });
    }

    /// Notes that syn could not read a part of the file.
    pub(crate) fn syntax_problem(&mut self, within: TextRange, error: &syn::Error, extent: Extent) {
        let range = self.spans.try_token(error.span()).unwrap_or(within);
        self.problem(range, error.to_string(), extent);
    }

    /// Whether the text between these offsets is nested too deeply.
    pub(crate) fn is_deep(&self, local: (u32, u32)) -> bool {
        let first = self.deep.partition_point(|at| *at < local.0);
        self.deep.get(first).is_some_and(|at| *at < local.1)
    }
}

/// What a text is to be read as.
#[derive(Debug)]
pub enum FragmentKind<'a> {
    /// Items.
    Items,
    /// Statements, added to this body.
    Stmts(&'a mut Body),
    /// One expression, added to this body.
    Expr(&'a mut Body),
}

/// A text that was read by [`parse_fragment`].
#[derive(Debug, Clone)]
pub enum Fragment {
    /// Items.
    Items(Vec<Item>),
    /// Statements and, if no semicolon follows it, the last expression.
    Stmts(Vec<Stmt>, Option<ExprId>),
    /// An expression.
    Expr(ExprId),
}

/// Reads the text that a macro call stands for.
///
/// `map` gives, for the byte offset at which a token of `text` starts, the range in the
/// file that the token is shown at. Bodies of functions that `text` declares are added to
/// `bodies`. `None` if the text is no such fragment or is nested too deeply.
pub fn parse_fragment(
    kind: FragmentKind<'_>,
    text: &str,
    map: &dyn Fn(usize) -> TextRange,
    bodies: &mut Vec<Body>,
) -> Option<Fragment> {
    if !depth::check(text).is_empty() {
        return None;
    }
    let tokens = TokenStream::from_str(text).ok()?;
    let mut lowerer = Lowerer {
        spans: Spans::mapped(text, map),
        bodies,
        problems: Vec::new(),
        cut: FxHashMap::default(),
        deep: Vec::new(),
        tests: Tests::Whole,
        in_test: false,
    };
    let fragment = match kind {
        FragmentKind::Items => shell::parse_items(&mut lowerer, tokens).map(Fragment::Items),
        FragmentKind::Stmts(body) => parse_stmts(tokens).ok().map(|stmts| {
            let (stmts, tail, _) = lowerer.stmts(body, stmts);
            Fragment::Stmts(stmts, tail)
        }),
        FragmentKind::Expr(body) => syn::parse2::<syn::Expr>(tokens)
            .ok()
            .map(|expr| Fragment::Expr(lowerer.expr(body, expr))),
    };
    proc_macro2::extra::invalidate_current_thread_spans();
    fragment
}

/// Parses what stands between the braces of a function.
pub(crate) fn parse_stmts(tokens: TokenStream) -> syn::Result<Vec<syn::Stmt>> {
    let parser = |input: ParseStream<'_>| {
        syn::Attribute::parse_inner(input)?;
        syn::Block::parse_within(input)
    };
    parser.parse2(tokens)
}
