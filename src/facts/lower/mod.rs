//! syn -> facts. The syn tree is borrowed, lowered and dropped on one thread.

mod attr;
mod expr;
mod item;
mod macros;
mod pat;
mod ty;

use proc_macro2::{Span, TokenStream};

use super::body::Body;
use super::shell::{self, CutBodies};
use super::{Extent, Item, Problem, depth};
use crate::source::{Name, TextRange};

/// From byte ranges of the text that was lexed to ranges of the file.
pub type RangeMap<'m> = dyn Fn(std::ops::Range<usize>) -> TextRange + 'm;

/// The lowering of one file or expansion.
pub struct Lowering<'m> {
    map: &'m RangeMap<'m>,
    cut: CutBodies,
    /// Bodies made so far.
    pub bodies: Vec<Body>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl<'m> Lowering<'m> {
    pub(super) fn new(map: &'m RangeMap<'m>, cut: CutBodies) -> Lowering<'m> {
        Lowering {
            map,
            cut,
            bodies: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// A lowering whose bodies follow those that are there already.
    pub fn for_expansion(map: &'m RangeMap<'m>) -> Lowering<'m> {
        Lowering::new(map, CutBodies::default())
    }

    pub(super) fn range(&self, span: Span) -> TextRange {
        (self.map)(span.byte_range())
    }

    /// The range from the first to the last token of a stream.
    pub(super) fn stream_range(&self, stream: &TokenStream) -> Option<TextRange> {
        let mut tokens = stream.clone().into_iter();
        let first = tokens.next()?;
        let last = tokens.last().unwrap_or_else(|| first.clone());
        Some(self.range(first.span()).cover(self.range(last.span())))
    }

    fn problem(&mut self, error: &syn::Error, extent: Extent) {
        let range = self.range(error.span());
        self.problems.push(Problem {
            range,
            message: error.to_string(),
            extent,
        });
    }

    /// One item on its own, after the whole file did not parse.
    pub(super) fn item_chunk(&mut self, chunk: TokenStream, items: &mut Vec<Item>) {
        match syn::parse2::<syn::Item>(chunk.clone()) {
            Ok(item) => items.extend(self.items(std::slice::from_ref(&item))),
            Err(error) => {
                if !self.broken_container(chunk, items) {
                    self.problem(&error, Extent::Item);
                }
            }
        }
    }

    /// A module or impl one of whose items is broken: keeps the others.
    fn broken_container(&mut self, chunk: TokenStream, items: &mut Vec<Item>) -> bool {
        let tokens: Vec<_> = chunk.into_iter().collect();
        let Some(proc_macro2::TokenTree::Group(group)) = tokens.last() else {
            return false;
        };
        let holds = tokens.iter().any(|it| matches!(it, proc_macro2::TokenTree::Ident(it) if *it == "mod" || *it == "impl" || *it == "trait"));
        if !holds || group.stream().is_empty() {
            return false;
        }
        let chunks = shell::item_chunks(group.stream());
        let with = |inner: TokenStream| -> TokenStream {
            let mut empty = proc_macro2::Group::new(group.delimiter(), inner);
            empty.set_span(group.span());
            tokens[..tokens.len() - 1]
                .iter()
                .cloned()
                .chain([proc_macro2::TokenTree::Group(empty)])
                .collect()
        };
        let mut kept = Vec::new();
        for chunk in chunks {
            match syn::parse2::<syn::Item>(with(chunk.clone())) {
                Ok(_) => kept.push(chunk),
                Err(error) => self.problem(&error, Extent::Item),
            }
        }
        match syn::parse2::<syn::Item>(with(kept.into_iter().collect())) {
            Ok(item) => {
                items.extend(self.items(std::slice::from_ref(&item)));
                true
            }
            Err(_) => false,
        }
    }

    /// Items out of a macro's expansion. The text was lexed into `stream` on this thread.
    pub fn expansion_items(&mut self, stream: TokenStream) -> Option<Vec<Item>> {
        let mut cut = CutBodies::default();
        let shell = shell::cut(stream, 0, &mut cut);
        if depth::refuse(&shell).is_some() {
            return None;
        }
        let file = syn::parse2::<syn::File>(shell).ok()?;
        self.cut = cut;
        Some(self.items(&file.items))
    }
}

/// An identifier without `r#`.
pub(super) fn name_of(ident: &proc_macro2::Ident) -> Name {
    let text = ident.to_string();
    Name::new(text.strip_prefix("r#").unwrap_or(&text))
}
