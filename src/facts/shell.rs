//! Items with their bodies cut out, each parsed on its own where it has to be.

use std::sync::Arc;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::lower::{Cut, CutTokens, Lowerer, Spans, TOO_DEEP};
use super::outline::{MAX_MODULES, outline};
use super::{
    Attr, CfgPredicate, Extent, FileFacts, Item, Problem, Tests, broken, comment, depth, tokens,
};
use crate::source::TextRange;

pub(crate) fn extract(text: &Arc<str>, tests: Tests) -> FileFacts {
    let base = prelude_len(text);
    let mut facts = FileFacts {
        comments: comment::scan(text),
        ..FileFacts::default()
    };
    if !lazily(&mut facts, text, base, tests) {
        at_once(&mut facts, text, base, tests);
    }
    tokens::tidy();
    facts
}

/// Reads one file the other way.
#[cfg(test)]
pub(super) fn extract_at_once(text: &str, tests: Tests) -> FileFacts {
    let mut facts = FileFacts {
        comments: comment::scan(text),
        ..FileFacts::default()
    };
    at_once(&mut facts, text, prelude_len(text), tests);
    tokens::tidy();
    facts
}

/// Reads the items, and leaves the bodies for later. False, and nothing is done, if there is
/// something wrong with the text: then it takes the other way to say what.
fn lazily(facts: &mut FileFacts, text: &Arc<str>, base: usize, tests: Tests) -> bool {
    let code = &text[base..];
    let Some(outline) = outline(code, tests) else {
        return false;
    };
    let shell = outline.shell.iter().copied();
    if !depth::check_lexemes(code, shell).is_empty() {
        return false;
    }
    let Some(tokens) = tokens::tokens(code, &outline.shell) else {
        return false;
    };
    let Ok(file) = syn::parse2::<syn::File>(tokens) else {
        return false;
    };
    let cut = outline.bodies.into_iter();
    let spans = Spans::by_columns(code, base as u32);
    let mut lowerer = Lowerer {
        text: Some(text),
        cut: cut.map(|it| (it.start, Cut::Found(it))).collect(),
        uses: outline.uses.into_iter().collect(),
        ..Lowerer::new(spans, &mut facts.bodies, tests)
    };
    facts.attrs = lowerer.attrs(&file.attrs);
    facts.items = lowerer.items(file.items);
    facts.problems = lowerer.problems;
    true
}

/// Reads everything, item by item and body by body, so that what cannot be read costs only itself.
fn at_once(facts: &mut FileFacts, text: &str, base: usize, tests: Tests) {
    let code = &text[base..];
    let tokens = match tokens::lexed(code) {
        Ok(tokens) => tokens,
        Err(error) => {
            let stopped = error.span().byte_range();
            let stopped = TextRange::new(stopped.start as u32, stopped.end as u32);
            let (range, message) = broken::explain(code, stopped);
            let base = base as u32;
            facts.problems.push(Problem {
                range: TextRange::new(base + range.start, base + range.end),
                message,
                extent: Extent::File,
            });
            return;
        }
    };
    let spans = Spans::new(code, base as u32);
    let mut lowerer = Lowerer {
        deep: depth::check(code),
        ..Lowerer::new(spans, &mut facts.bodies, tests)
    };
    let (attrs, items) = parse_file(&mut lowerer, code, tokens);
    facts.attrs = attrs;
    facts.items = items;
    facts.problems = lowerer.problems;
    facts.problems.sort_by_key(|problem| problem.range);
}

/// Bytes before the code: a byte order mark and a `#!` line.
fn prelude_len(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let rest = &text[mark..];
    // `#![attribute]` may have white space or comments before its bracket; a path may not.
    let is_shebang = rest.strip_prefix("#!").is_some_and(|rest| {
        let rest = rest.trim_start();
        !rest.starts_with('[') && !rest.starts_with("//") && !rest.starts_with("/*")
    });
    if is_shebang {
        mark + rest.find('\n').unwrap_or(rest.len())
    } else {
        mark
    }
}

fn parse_file(
    lowerer: &mut Lowerer<'_>,
    code: &str,
    tokens: TokenStream,
) -> (Vec<super::Attr>, Vec<Item>) {
    let stripped = strip(lowerer, tokens, 0);
    if deep_outside_bodies(lowerer).is_empty()
        && let Ok(file) = syn::parse2::<syn::File>(stripped)
    {
        let attrs = lowerer.attrs(&file.attrs);
        return (attrs, lowerer.items(file.items));
    }
    // The failed attempt has used the tokens up; offsets are the same the second time.
    lowerer.cut.clear();
    let Ok(tokens) = tokens::lexed(code) else {
        return (Vec::new(), Vec::new());
    };
    let stripped = strip(lowerer, tokens, 0);
    let mut attrs = Vec::new();
    let place = Place {
        within: Within::Module,
        depth: 0,
    };
    let items = one_by_one(lowerer, stripped, place, &mut attrs);
    (attrs, items)
}

/// Items that are not in a file.
pub(crate) fn parse_items(lowerer: &mut Lowerer<'_>, tokens: TokenStream) -> Option<Vec<Item>> {
    let file = syn::parse2::<syn::File>(tokens).ok()?;
    Some(lowerer.items(file.items))
}

/// What the item that is being read will do with its next brace group.
#[derive(Clone, Copy, PartialEq)]
enum Pending {
    /// Nothing of interest.
    Nothing,
    /// It is the body of a function.
    FnBody,
    /// It holds items.
    Items,
}

/// Takes function bodies and initialisers out of items and leaves `{}` in their place.
fn strip(lowerer: &mut Lowerer<'_>, tokens: TokenStream, modules: usize) -> TokenStream {
    let mut stripped: Vec<TokenTree> = Vec::new();
    let mut pending = Pending::Nothing;
    let mut angles = 0usize;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(ident) => {
                if *ident == "fn" && matches!(tokens.peek(), Some(TokenTree::Ident(_))) {
                    (pending, angles) = (Pending::FnBody, 0);
                } else if pending == Pending::Nothing
                    && (*ident == "mod" || *ident == "impl" || *ident == "trait")
                    && starts_item(&stripped)
                {
                    (pending, angles) = (Pending::Items, 0);
                } else if (*ident == "const" || *ident == "static") && starts_item(&stripped) {
                    stripped.push(token);
                    strip_initialiser(lowerer, &mut tokens, &mut stripped);
                    continue;
                }
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => (pending, angles) = (Pending::Nothing, 0),
                '<' => angles += 1,
                '>' if !is_arrow(&stripped) => angles = angles.saturating_sub(1),
                _ => {}
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && angles == 0 => {
                let group = match pending {
                    Pending::FnBody => cut(lowerer, group),
                    Pending::Items if modules < MAX_MODULES => {
                        let span = group.span();
                        let inside = group.stream();
                        drop(token);
                        let mut group =
                            Group::new(Delimiter::Brace, strip(lowerer, inside, modules + 1));
                        group.set_span(span);
                        group
                    }
                    _ => group.clone(),
                };
                pending = Pending::Nothing;
                stripped.push(TokenTree::Group(group));
                continue;
            }
            _ => {}
        }
        stripped.push(token);
    }
    stripped.into_iter().collect()
}

/// Whether a keyword that follows these tokens can be an item's first.
fn starts_item(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Ident(ident)) => {
            *ident == "pub" || *ident == "unsafe" || *ident == "default"
        }
        // The item before, an attribute, `pub(crate)`.
        Some(TokenTree::Group(_)) => true,
        Some(TokenTree::Literal(_)) => false,
    }
}

fn is_arrow(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '-' || punct.as_char() == '=')
}

fn is_punct(token: Option<&TokenTree>, expected: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
}

/// Replaces a function's block.
fn cut(lowerer: &mut Lowerer<'_>, block: &Group) -> Group {
    let local = lowerer.spans.local_range(block.span());
    lowerer.cut.insert(
        local.0,
        Cut::Tokens(CutTokens {
            tokens: block.stream(),
            local,
            is_initialiser: false,
        }),
    );
    let mut placeholder = Group::new(Delimiter::Brace, TokenStream::new());
    placeholder.set_span(block.span());
    placeholder
}

/// After `const` or `static`: replaces what stands between `=` and `;`.
fn strip_initialiser(
    lowerer: &mut Lowerer<'_>,
    tokens: &mut std::iter::Peekable<impl Iterator<Item = TokenTree>>,
    stripped: &mut Vec<TokenTree>,
) {
    if matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if *ident == "mut") {
        stripped.extend(tokens.next());
    }
    // Not `const fn`, `const unsafe fn`, `const { .. }`.
    let is_name = |ident: &proc_macro2::Ident| {
        !["fn", "unsafe", "async", "extern"]
            .iter()
            .any(|keyword| *ident == keyword)
    };
    if !matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if is_name(ident)) {
        return;
    }
    stripped.extend(tokens.next());
    let mut angles = 0usize;
    while let Some(token) = tokens.next_if(|token| !is_punct(Some(token), ';')) {
        if is_punct(Some(&token), '<') {
            angles += 1;
        } else if is_punct(Some(&token), '>') && !is_arrow(stripped) {
            angles = angles.saturating_sub(1);
        }
        let is_equals = angles == 0 && is_punct(Some(&token), '=');
        stripped.push(token);
        if is_equals {
            break;
        }
    }
    let mut value: Vec<TokenTree> = Vec::new();
    while let Some(token) = tokens.next_if(|token| !is_punct(Some(token), ';')) {
        value.push(token);
    }
    let (Some(first), Some(last)) = (value.first(), value.last()) else {
        return;
    };
    let span = first.span();
    let local = (
        lowerer.spans.local(span),
        lowerer.spans.local_range(last.span()).1,
    );
    let cut = CutTokens {
        tokens: value.into_iter().collect(),
        local,
        is_initialiser: true,
    };
    lowerer.cut.insert(local.0, Cut::Tokens(cut));
    let mut placeholder = Group::new(Delimiter::Brace, TokenStream::new());
    placeholder.set_span(span);
    stripped.push(TokenTree::Group(placeholder));
}

/// Where the text is nested too deeply, the bodies that were cut out left aside.
fn deep_outside_bodies(lowerer: &Lowerer<'_>) -> Vec<u32> {
    if lowerer.deep.is_empty() {
        return Vec::new();
    }
    let range = |cut: &Cut| match cut {
        Cut::Tokens(cut) => cut.local,
        Cut::Found(found) => (found.start, found.end),
    };
    let mut bodies: Vec<(u32, u32)> = lowerer.cut.values().map(range).collect();
    bodies.sort_unstable();
    let in_body = |at: &&u32| {
        let next = bodies.partition_point(|body| body.0 <= **at);
        next.checked_sub(1)
            .is_some_and(|index| **at < bodies[index].1)
    };
    lowerer
        .deep
        .iter()
        .filter(|at| !in_body(at))
        .copied()
        .collect()
}

/// Where items stand.
#[derive(Clone, Copy)]
struct Place {
    within: Within,
    /// In how many modules, impls and traits.
    depth: usize,
}

/// What items stand in.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Module,
    Impl,
    Trait,
}

/// Parses items one by one, so that one that does not parse costs only itself.
fn one_by_one(
    lowerer: &mut Lowerer<'_>,
    tokens: TokenStream,
    place: Place,
    attrs: &mut Vec<super::Attr>,
) -> Vec<Item> {
    let deep = deep_outside_bodies(lowerer);
    let mut items = Vec::new();
    let mut rest: Vec<TokenTree> = tokens.into_iter().collect();
    let inner = inner_attrs_len(&rest);
    let after = rest.split_off(inner);
    let parser = syn::Attribute::parse_inner;
    if let Ok(inner) = syn::parse::Parser::parse2(parser, rest.into_iter().collect()) {
        attrs.extend(lowerer.attrs(&inner));
    }
    let mut after = after.into_iter().peekable();
    while after.peek().is_some() {
        let item = next_item(&mut after);
        if let [TokenTree::Punct(punct)] = item.as_slice()
            && punct.as_char() == ';'
        {
            continue;
        }
        items.extend(one(lowerer, item, place, &deep));
    }
    items
}

fn one(lowerer: &mut Lowerer<'_>, item: Vec<TokenTree>, place: Place, deep: &[u32]) -> Vec<Item> {
    let (Some(first), Some(last)) = (item.first(), item.last()) else {
        return Vec::new();
    };
    let local = (
        lowerer.spans.local(first.span()),
        lowerer.spans.local_range(last.span()).1,
    );
    let range = lowerer.spans.at(local.0, local.1);
    let is_deep = deep.iter().any(|at| local.0 <= *at && *at < local.1);
    let error = if is_deep {
        None
    } else {
        match parse_one(item.iter().cloned().collect(), place.within) {
            Ok(parsed) => return parsed.lower(lowerer),
            Err(error) => Some(error),
        }
    };
    if let Some(items) = without_items(lowerer, item, place) {
        return items;
    }
    match error {
        Some(error) => lowerer.syntax_problem(range, &error, Extent::Item),
        None => lowerer.problem(range, TOO_DEEP, Extent::Item),
    }
    Vec::new()
}

/// One parsed item of a module, an impl or a trait.
enum Parsed {
    Module(syn::Item),
    Impl(syn::ImplItem),
    Trait(syn::TraitItem),
}

impl Parsed {
    fn lower(self, lowerer: &mut Lowerer<'_>) -> Vec<Item> {
        match self {
            Parsed::Module(item) => lowerer.item(item),
            Parsed::Impl(item) => lowerer.impl_item(item).into_iter().collect(),
            Parsed::Trait(item) => lowerer.trait_item(item).into_iter().collect(),
        }
    }
}

fn parse_one(tokens: TokenStream, within: Within) -> syn::Result<Parsed> {
    Ok(match within {
        Within::Module => Parsed::Module(syn::parse2(tokens)?),
        Within::Impl => Parsed::Impl(syn::parse2(tokens)?),
        Within::Trait => Parsed::Trait(syn::parse2(tokens)?),
    })
}

/// A module, impl or trait that holds something that does not parse: its head and, one by one,
/// its items. `None` if it is nothing of the kind or its head does not parse either.
fn without_items(
    lowerer: &mut Lowerer<'_>,
    mut item: Vec<TokenTree>,
    place: Place,
) -> Option<Vec<Item>> {
    if place.within != Within::Module || place.depth >= MAX_MODULES {
        return None;
    }
    let Some(TokenTree::Group(group)) = item.pop() else {
        return None;
    };
    if group.delimiter() != Delimiter::Brace {
        return None;
    }
    let mut head = Group::new(Delimiter::Brace, TokenStream::new());
    head.set_span(group.span());
    item.push(TokenTree::Group(head));
    let local = item
        .first()
        .map(|first| lowerer.spans.local(first.span()))?;
    let head_end = lowerer.spans.local(group.span_open());
    if lowerer.is_deep((local, head_end)) {
        return None;
    }
    let parsed: syn::Item = syn::parse2(item.into_iter().collect()).ok()?;
    let within = match &parsed {
        syn::Item::Mod(_) => Within::Module,
        syn::Item::Impl(_) => Within::Impl,
        syn::Item::Trait(_) => Within::Trait,
        _ => return None,
    };
    let inside = Place {
        within,
        depth: place.depth + 1,
    };
    let mut lowered = lowerer.item(parsed);
    let mut attrs = Vec::new();
    let in_test = lowerer.in_test;
    lowerer.in_test |= lowered.first().is_some_and(|item| {
        item.cfg.as_ref().is_some_and(CfgPredicate::implies_test)
            || item.attrs.iter().any(Attr::is_test)
    });
    let children = one_by_one(lowerer, group.stream(), inside, &mut attrs);
    lowerer.in_test = in_test;
    if let Some(item) = lowered.first_mut() {
        item.attrs.extend(attrs);
        match &mut item.kind {
            super::ItemKind::Mod(module) => module.items = Some(children),
            super::ItemKind::Impl(item) => item.items = children,
            super::ItemKind::Trait(item) => item.items = children,
            _ => {}
        }
    }
    Some(lowered)
}

/// How many tokens the leading `#![..]` take.
fn inner_attrs_len(tokens: &[TokenTree]) -> usize {
    let mut len = 0;
    while is_punct(tokens.get(len), '#')
        && is_punct(tokens.get(len + 1), '!')
        && matches!(tokens.get(len + 2), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket)
    {
        len += 3;
    }
    len
}

/// The tokens up to the end of the next item: its `;`, or the brace group that closes it.
fn next_item(tokens: &mut std::iter::Peekable<std::vec::IntoIter<TokenTree>>) -> Vec<TokenTree> {
    let mut item: Vec<TokenTree> = Vec::new();
    let mut needs_semicolon = None;
    let mut angles = 0usize;
    while let Some(token) = tokens.next() {
        let mut ends = false;
        match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => ends = true,
                '<' => angles += 1,
                '>' if !is_arrow(&item) => angles = angles.saturating_sub(1),
                _ => {}
            },
            TokenTree::Ident(ident) if needs_semicolon.is_none() => {
                let is_modifier = ["pub", "unsafe", "default", "async", "auto"]
                    .iter()
                    .any(|word| *ident == word);
                let is_const_fn = *ident == "const"
                    && matches!(tokens.peek(), Some(TokenTree::Ident(next))
                        if ["fn", "unsafe", "async", "extern"].iter().any(|word| *next == word));
                if !is_modifier && !is_const_fn {
                    let words = ["use", "const", "static", "type"];
                    needs_semicolon = Some(words.iter().any(|word| *ident == word));
                }
            }
            TokenTree::Group(group) => {
                let is_block = group.delimiter() == Delimiter::Brace && angles == 0;
                ends = is_block && needs_semicolon != Some(true);
            }
            _ => {}
        }
        item.push(token);
        if ends {
            break;
        }
    }
    item
}
