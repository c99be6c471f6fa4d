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

use std::sync::Arc;

use proc_macro2::TokenStream;
use rustc_hash::FxHashMap;
use syn::parse::{ParseStream, Parser as _};

use super::body::{Body, PatId};
use super::item::{Item, UseLeaf};
use super::lazy::{LazyBody, Written};
use super::outline::Found;
use super::scan::{self, Lexeme};
use super::{ExprId, Extent, Pat, Problem, Stmt, Tests, depth, shell, tokens};
use crate::source::{Name, TextRange};

pub(crate) use spans::Spans;

/// Lowers what comes from one text.
pub(crate) struct Lowerer<'a> {
    /// Finds out where tokens stand.
    pub(crate) spans: Spans<'a>,
    /// Where finished bodies go.
    pub(crate) bodies: &'a mut Vec<LazyBody>,
    /// The text of the whole file, if bodies can be read from it later.
    pub(crate) text: Option<&'a Arc<str>>,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
    /// Bodies that were cut out of the item shells, by where their placeholder starts.
    pub(crate) cut: FxHashMap<u32, Cut>,
    /// Imports that were cut out, by where their placeholder starts; ranges are those of the text.
    pub(crate) uses: FxHashMap<u32, Vec<UseLeaf>>,
    /// Where the text is nested too deeply for a recursive parser, ascending.
    pub(crate) deep: Vec<u32>,
    /// What is read of test code.
    pub(crate) tests: Tests,
    /// Whether the item that is being read stands in test code.
    pub(crate) in_test: bool,
}

/// A body that was cut out of its item.
pub(crate) enum Cut {
    /// Lexed with its file, and read with its item.
    Tokens(CutTokens),
    /// Only found; read when it matters.
    Found(Found),
}

/// The tokens of a body.
pub(crate) struct CutTokens {
    /// What stood between the braces, or between `=` and `;`.
    pub(crate) tokens: TokenStream,
    /// Where it stood in the text that was lexed, braces included.
    pub(crate) local: (u32, u32),
    /// The initialiser of a const or static, not the block of a function.
    pub(crate) is_initialiser: bool,
}

impl<'a> Lowerer<'a> {
    /// For a text of which no bodies were cut out.
    pub(crate) fn new(spans: Spans<'a>, bodies: &'a mut Vec<LazyBody>, tests: Tests) -> Self {
        Lowerer {
            spans,
            bodies,
            text: None,
            problems: Vec::new(),
            cut: FxHashMap::default(),
            uses: FxHashMap::default(),
            deep: Vec::new(),
            tests,
            in_test: false,
        }
    }
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
    bodies: &mut Vec<LazyBody>,
) -> Option<Fragment> {
    if !depth::check(text).is_empty() {
        return None;
    }
    let tokens = tokens::lexed(text).ok()?;
    let mut lowerer = Lowerer::new(Spans::mapped(text, map), bodies, Tests::Whole);
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
    tokens::tidy();
    fragment
}

/// Reads one body of a file. Items that it declares are in it, their bodies are added to `nested`;
/// `None`, and the reason in `problems`, if it cannot be read. The thread's spans pile up until
/// the caller invalidates them.
pub(crate) fn read_body(
    written: &Written,
    tests: Tests,
    nested: &mut Vec<LazyBody>,
    problems: &mut Vec<Problem>,
) -> Option<Body> {
    let range = written.range;
    let text = written
        .text
        .get(range.start as usize..range.end as usize)
        .unwrap_or_default();
    let lexemes: Vec<Lexeme> = scan::code(text).collect();
    if !depth::check_lexemes(text, lexemes.iter().copied()).is_empty() {
        problems.push(Problem {
            range,
            message: TOO_DEEP.to_owned(),
            extent: Extent::Body,
        });
        return None;
    }
    let tokens = tokens::tokens(text, &lexemes);
    let spans = match &tokens {
        Some(_) => Spans::by_columns(text, range.start),
        None => Spans::new(text, range.start),
    };
    let mut lowerer = Lowerer::new(spans, nested, tests);
    let mut body = Body::new(range);
    let params = written.params.iter();
    body.params = params
        .map(|at| param_pat(&mut body, &written.text, *at))
        .collect();
    let tokens = tokens.map_or_else(|| Ok(tokens::lexed(text)?), Ok);
    let read = tokens.and_then(|it| lowerer.body(&mut body, it, written.is_initialiser));
    if let Err(error) = read {
        lowerer.syntax_problem(range, &error, Extent::Body);
        problems.append(&mut lowerer.problems);
        return None;
    }
    problems.append(&mut lowerer.problems);
    body.shrink_to_fit();
    Some(body)
}

/// Said of what is nested deeper than [`depth`] allows.
pub(crate) const TOO_DEEP: &str = "nested too deeply to be read";

impl Lowerer<'_> {
    /// Reads the tokens of a block or value into a body.
    fn body(
        &mut self,
        body: &mut Body,
        tokens: TokenStream,
        is_initialiser: bool,
    ) -> syn::Result<()> {
        if is_initialiser {
            let value = syn::parse2::<syn::Expr>(tokens)?;
            body.root = self.expr(body, value);
            return Ok(());
        }
        let Some(proc_macro2::TokenTree::Group(block)) = tokens.into_iter().next() else {
            return Err(syn::Error::new(
                proc_macro2::Span::call_site(),
                "expected a block",
            ));
        };
        let stmts = parse_stmts(block.stream())?;
        self.root_block(body, stmts, body.range);
        Ok(())
    }
}

/// The pattern of a parameter, read from its text.
fn param_pat(body: &mut Body, text: &str, at: TextRange) -> PatId {
    let text = text
        .get(at.start as usize..at.end as usize)
        .unwrap_or_default();
    let written = text.trim_end().trim_end_matches(':').trim_end();
    let is_name = |it: &str| {
        it.starts_with(|first: char| first.is_ascii_alphabetic())
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'_')
            && !matches!(it, "true" | "false" | "mut" | "ref" | "self")
    };
    if is_name(written) {
        let pat = Pat::Bind {
            name: Name::new(written),
            mutable: false,
            sub: None,
        };
        let end = at.start + written.len() as u32;
        return body.push_pat(pat, TextRange::new(at.start, end));
    }
    let parser = |input: ParseStream<'_>| {
        let pat = syn::Pat::parse_single(input)?;
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(pat)
    };
    let mut bodies = Vec::new();
    let mut lowerer = Lowerer::new(Spans::new(text, at.start), &mut bodies, Tests::Whole);
    // It has been read with its item before.
    let tokens = tokens::lexed(text).map_err(syn::Error::from);
    match tokens.and_then(|it| parser.parse2(it)) {
        Ok(pat) => lowerer.pat(body, pat),
        Err(_) => body.push_pat(Pat::Wild, at),
    }
}

/// Parses what stands between the braces of a function.
pub(crate) fn parse_stmts(tokens: TokenStream) -> syn::Result<Vec<syn::Stmt>> {
    let parser = |input: ParseStream<'_>| {
        syn::Attribute::parse_inner(input)?;
        syn::Block::parse_within(input)
    };
    parser.parse2(tokens)
}
