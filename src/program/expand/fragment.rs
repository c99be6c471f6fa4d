//! How far a fragment reaches, and what it is.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Item, Meta, Pat, Token, Type, TypePath};

use super::ExpandError;
use super::lex::{LeafKind, MAX_WEIGHT, Tree, size, token_len, token_text, weight};
use super::rules::FragmentKind;

/// A fragment at the start of some trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parsed {
    /// How many trees it takes; 0 only for `vis`.
    pub len: usize,
    pub shape: Shape,
}

/// What decides how a fragment is written into other tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Needs nothing.
    Plain,
    /// An expression that other macros may want to see bare: a path, or a macro call.
    Bare,
    /// A call, method call, index, `?` or `.await`: binds tighter than anything around it.
    Postfix,
    /// `a.b`, which followed by `(` would be a method call.
    Field,
    /// Any other expression.
    Loose,
    /// A path with generic arguments.
    GenericPath,
    /// `dyn A + B`
    BoundSum,
    /// `A | B`
    OrPattern,
}

/// Parses a fragment from the start of `trees`; `tokens` are the same ones.
pub(super) fn parse(
    kind: FragmentKind,
    trees: &[Tree],
    tokens: &[TokenTree],
    steps_left: &mut usize,
) -> Result<Option<Parsed>, ExpandError> {
    let plain = |len| {
        Some(Parsed {
            len,
            shape: Shape::Plain,
        })
    };
    if kind == FragmentKind::Vis {
        return Ok(plain(visibility_len(trees)));
    }
    let Some(first) = trees.first() else {
        return Ok(None);
    };
    let first_kind = first.leaf().map(|leaf| leaf.kind);
    let parsed = match kind {
        FragmentKind::Tt => plain(token_len(trees)),
        FragmentKind::Ident if first_kind == Some(LeafKind::Ident) && !first.is_ident("_") => {
            plain(1)
        }
        FragmentKind::Lifetime if first.is_punct("'") => plain(token_len(trees)),
        FragmentKind::Literal => literal_len(trees).and_then(plain),
        FragmentKind::Block if first.is_group(Delimiter::Brace) => plain(1),
        FragmentKind::Ident | FragmentKind::Lifetime | FragmentKind::Block | FragmentKind::Vis => {
            None
        }
        // `unsafe(no_mangle)`
        FragmentKind::Meta
            if first.is_ident("unsafe")
                && trees
                    .get(1)
                    .is_some_and(|tree| tree.is_group(Delimiter::Parenthesis)) =>
        {
            plain(2)
        }
        FragmentKind::Item => return windows(kind, trees, tokens, Stop::Item, steps_left),
        // `_` is an expression since the 2024 edition only; older arms rely on its not being one.
        FragmentKind::Expr if first.is_ident("_") || first.is_ident("let") => None,
        // The empty statement: `$( $s:stmt )*` takes `f(); g();` as four.
        FragmentKind::Stmt if first.is_punct(";") => plain(1),
        FragmentKind::Stmt => {
            if starts_item(first)
                && let Some(item) =
                    windows(FragmentKind::Item, trees, tokens, Stop::Item, steps_left)?
            {
                return Ok(Some(item));
            }
            return windows(kind, trees, tokens, Stop::Comma, steps_left);
        }
        _ => return windows(kind, trees, tokens, Stop::Comma, steps_left),
    };
    Ok(parsed)
}

/// Whether an item may start here. A list of statements must not be searched for the end of an item at
/// each of them.
fn starts_item(first: &Tree) -> bool {
    let Some(leaf) = first.leaf() else {
        return false;
    };
    matches!(
        &*leaf.text,
        "#" | "async"
            | "auto"
            | "const"
            | "enum"
            | "extern"
            | "fn"
            | "impl"
            | "macro_rules"
            | "mod"
            | "pub"
            | "static"
            | "struct"
            | "trait"
            | "type"
            | "union"
            | "unsafe"
            | "use"
    )
}

fn visibility_len(trees: &[Tree]) -> usize {
    match trees {
        [keyword, Tree::Group(group), ..]
            if keyword.is_ident("pub") && group.delimiter == Delimiter::Parenthesis =>
        {
            let restricted = match &group.level.trees[..] {
                [only] => ["crate", "self", "super"]
                    .iter()
                    .any(|name| only.is_ident(name)),
                [first, ..] => first.is_ident("in"),
                [] => false,
            };
            if restricted { 2 } else { 1 }
        }
        [keyword, ..] if keyword.is_ident("pub") => 1,
        _ => 0,
    }
}

fn literal_len(trees: &[Tree]) -> Option<usize> {
    let is_literal = |tree: &Tree| {
        tree.leaf()
            .is_some_and(|leaf| leaf.kind == LeafKind::Literal)
    };
    match trees {
        [first, ..] if is_literal(first) || first.is_ident("true") || first.is_ident("false") => {
            Some(1)
        }
        [minus, number, ..] if minus.is_punct("-") && is_literal(number) => Some(2),
        _ => None,
    }
}

/// Where to try to end a fragment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// At a `,`; for good at `;` and `=>`, which no fragment but an item contains.
    Comma,
    /// After a `;` or a `{ .. }`.
    Item,
}

/// Hands syn no more tokens than it needs: a list of a thousand expressions must not be read a thousand
/// times. A fragment that parses up to a stop would end there in the whole text too, so only one that
/// does not parse is tried with more stops, twice as many each time.
fn windows(
    kind: FragmentKind,
    trees: &[Tree],
    tokens: &[TokenTree],
    stop: Stop,
    steps_left: &mut usize,
) -> Result<Option<Parsed>, ExpandError> {
    let mut end = 0;
    let mut stops = 1;
    loop {
        let mut left = stops;
        let mut last = true;
        while end < trees.len() {
            let (stops_here, for_good, included) = match stop {
                Stop::Comma => {
                    let text = token_text(&trees[end..]);
                    let for_good = matches!(&*text, ";" | "=>");
                    (for_good || text == ",", for_good, 0)
                }
                Stop::Item => (
                    trees[end].is_punct(";") || trees[end].is_group(Delimiter::Brace),
                    false,
                    1,
                ),
            };
            if stops_here {
                left -= 1;
            }
            if for_good {
                break;
            }
            if left == 0 {
                last = end + included >= trees.len();
                end += included;
                break;
            }
            end += token_len(&trees[end..]);
        }
        if end == 0 {
            return Ok(None);
        }
        *steps_left = steps_left
            .checked_sub(size(&trees[..end]))
            .ok_or(ExpandError::TooLarge)?;
        if weight(&trees[..end]) > MAX_WEIGHT {
            return Err(ExpandError::TooLarge);
        }
        if let Some(parsed) = parse_prefix(kind, &trees[..end], &tokens[..end]) {
            return Ok(Some(parsed));
        }
        if last {
            return Ok(None);
        }
        // Step over the comma that ended this window.
        if stop == Stop::Comma {
            end += 1;
        }
        stops *= 2;
    }
}

fn parse_prefix(kind: FragmentKind, trees: &[Tree], tokens: &[TokenTree]) -> Option<Parsed> {
    let stream: TokenStream = tokens.iter().cloned().collect();
    let parser = |input: ParseStream| {
        let shape = parse_one(kind, input)?;
        let rest = input.step(|cursor| {
            let mut rest = *cursor;
            let mut count = 0;
            while !rest.eof() {
                rest = match rest.any_group() {
                    Some((_, _, _, after)) => after,
                    None => rest.token_tree().map_or(rest, |(_, after)| after),
                };
                count += 1;
            }
            Ok((count, rest))
        })?;
        Ok((shape, rest))
    };
    let (shape, rest) = parser.parse2(stream).ok()?;
    let len = tokens.len() - rest;
    let trees = &trees[..len];
    let shape = match shape {
        // `S { .. }.f()` is no condition of an `if`.
        Shape::Postfix | Shape::Field
            if trees.iter().any(|tree| tree.is_group(Delimiter::Brace)) =>
        {
            Shape::Loose
        }
        Shape::GenericPath if !trees.iter().any(|tree| tree.is_punct("<")) => Shape::Plain,
        shape => shape,
    };
    Some(Parsed { len, shape })
}

fn parse_one(kind: FragmentKind, input: ParseStream) -> syn::Result<Shape> {
    Ok(match kind {
        FragmentKind::Expr => expression_shape(&input.parse()?),
        FragmentKind::Ty => match input.parse()? {
            Type::Path(_) => Shape::GenericPath,
            Type::TraitObject(object) if object.bounds.len() > 1 => Shape::BoundSum,
            Type::ImplTrait(opaque) if opaque.bounds.len() > 1 => Shape::BoundSum,
            _ => Shape::Plain,
        },
        FragmentKind::Path => {
            input.parse::<TypePath>()?;
            Shape::GenericPath
        }
        FragmentKind::Pat => match Pat::parse_multi_with_leading_vert(input)? {
            Pat::Or(_) => Shape::OrPattern,
            _ => Shape::Plain,
        },
        FragmentKind::PatParam => {
            Pat::parse_single(input)?;
            Shape::Plain
        }
        FragmentKind::Meta => {
            input.parse::<Meta>()?;
            Shape::Plain
        }
        FragmentKind::Item => match input.parse()? {
            // What syn does not know, it may have cut anywhere.
            Item::Verbatim(tokens) if tokens.is_empty() => return Err(input.error("not an item")),
            _ => Shape::Plain,
        },
        FragmentKind::Stmt => statement(input)?,
        FragmentKind::Tt
        | FragmentKind::Ident
        | FragmentKind::Lifetime
        | FragmentKind::Literal
        | FragmentKind::Block
        | FragmentKind::Vis => return Err(input.error("parsed without syn")),
    })
}

/// A statement that is no item, without its semicolon.
fn statement(input: ParseStream) -> syn::Result<Shape> {
    input.call(Attribute::parse_outer)?;
    if !input.peek(Token![let]) {
        Expr::parse_with_earlier_boundary_rule(input)?;
        return Ok(Shape::Plain);
    }
    input.parse::<Token![let]>()?;
    Pat::parse_single(input)?;
    if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        input.parse::<Type>()?;
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<Expr>()?;
    }
    if input.peek(Token![else]) {
        input.parse::<Token![else]>()?;
        input.parse::<syn::Block>()?;
    }
    Ok(Shape::Plain)
}

fn expression_shape(expression: &Expr) -> Shape {
    match expression {
        Expr::Path(_) | Expr::Macro(_) => Shape::Bare,
        Expr::Field(_) => Shape::Field,
        Expr::Lit(_)
        | Expr::Paren(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Repeat(_)
        | Expr::Call(_)
        | Expr::MethodCall(_)
        | Expr::Index(_)
        | Expr::Try(_)
        | Expr::Await(_) => Shape::Postfix,
        _ => Shape::Loose,
    }
}
