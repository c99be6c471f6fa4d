//! Items first, bodies one by one.
//!
//! A file is lexed once. Function bodies are cut out of the token stream, the shell that
//! remains is parsed, and each body on its own: one that does not parse is one lost body.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use rustc_hash::FxHashMap;

use super::lower::Lowering;
use super::{Extent, FileFacts, Problem, comment, depth};
use crate::source::TextRange;

/// Bodies cut out of a shell, by the byte offset of their opening brace.
pub(super) type CutBodies = FxHashMap<u32, TokenStream>;

pub(crate) fn extract(text: &str) -> FileFacts {
    let skipped = skipped_prefix(text);
    let facts = read(text, skipped);
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

/// Bytes before the first token that the lexer does not take: byte order mark and shebang.
fn skipped_prefix(text: &str) -> usize {
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[bom..];
    if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        return bom + rest.find('\n').unwrap_or(rest.len());
    }
    bom
}

fn read(text: &str, skipped: usize) -> FileFacts {
    let mut facts = FileFacts {
        comments: comment::scan(text),
        ..FileFacts::default()
    };
    let whole = TextRange::new(0, text.len() as u32);
    let stream: TokenStream = match text[skipped..].parse() {
        Ok(stream) => stream,
        Err(error) => {
            let error: proc_macro2::LexError = error;
            let at = error.span().byte_range();
            let range = TextRange::new((at.start + skipped) as u32, (at.end + skipped) as u32);
            facts.problems.push(Problem {
                range,
                message: "this is not Rust: it cannot be split into tokens".into(),
                extent: Extent::File,
            });
            return facts;
        }
    };
    let mut bodies = CutBodies::default();
    let shell = cut(stream, skipped as u32, &mut bodies);
    if let Some(why) = depth::refuse(&shell) {
        facts.problems.push(Problem {
            range: whole,
            message: why.into(),
            extent: Extent::File,
        });
        return facts;
    }
    let offset = skipped as u32;
    let map = move |range: std::ops::Range<usize>| {
        TextRange::new(range.start as u32 + offset, range.end as u32 + offset)
    };
    let mut lowering = Lowering::new(&map, bodies);
    match syn::parse2::<syn::File>(shell.clone()) {
        Ok(file) => {
            facts.attrs = lowering.attrs(&file.attrs);
            facts.items = lowering.items(&file.items);
        }
        Err(_) => {
            for chunk in item_chunks(shell) {
                lowering.item_chunk(chunk, &mut facts.items);
            }
        }
    }
    facts.bodies = lowering.bodies;
    facts.problems.append(&mut lowering.problems);
    facts
}

/// Replaces the bodies of functions by empty braces.
pub(super) fn cut(stream: TokenStream, offset: u32, bodies: &mut CutBodies) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = stream.into_iter().peekable();
    let mut in_fn = false;
    let mut holds_items = false;
    let mut angles = 0i32;
    let mut last_minus = false;
    let mut last_bang = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                if in_fn && angles <= 0 {
                    let at = group.span_open().byte_range().start as u32 + offset;
                    bodies.insert(at, group.stream());
                    out.push(TokenTree::Group(with_span(
                        Group::new(Delimiter::Brace, TokenStream::new()),
                        &group,
                    )));
                    in_fn = false;
                } else if holds_items && !last_bang {
                    let inner = cut(group.stream(), offset, bodies);
                    out.push(TokenTree::Group(with_span(
                        Group::new(Delimiter::Brace, inner),
                        &group,
                    )));
                    holds_items = false;
                } else {
                    out.push(TokenTree::Group(group));
                }
                last_bang = false;
            }
            TokenTree::Ident(ident) => {
                let text = ident.to_string();
                match text.as_str() {
                    "fn" => {
                        in_fn = matches!(tokens.peek(), Some(TokenTree::Ident(_)));
                        angles = 0;
                    }
                    "mod" | "impl" | "trait" | "extern" if !in_fn => holds_items = true,
                    "struct" | "enum" | "union" | "const" | "static" | "macro_rules" if !in_fn => {
                        holds_items = false
                    }
                    _ => {}
                }
                // `macro_rules! name { .. }` and `name! { .. }` keep their tokens.
                out.push(TokenTree::Ident(ident));
                last_minus = false;
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    ';' => {
                        in_fn = false;
                        holds_items = false;
                    }
                    '<' => angles += 1,
                    '>' if !last_minus => angles -= 1,
                    '!' => last_bang = true,
                    _ => {}
                }
                last_minus = matches!(punct.as_char(), '-' | '=');
                if punct.as_char() != '!' {
                    last_bang = false;
                }
                out.push(TokenTree::Punct(punct));
            }
            other => {
                out.push(other);
                last_minus = false;
            }
        }
    }
    out.into_iter().collect()
}

fn with_span(mut group: Group, original: &Group) -> Group {
    group.set_span(original.span());
    group
}

/// Splits a stream into pieces that each hold one item: a `;` or a brace group ends it.
pub(super) fn item_chunks(stream: TokenStream) -> Vec<TokenStream> {
    let mut chunks = Vec::new();
    let mut current: Vec<TokenTree> = Vec::new();
    let mut needs_semicolon = false;
    for token in stream {
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !needs_semicolon,
            TokenTree::Ident(ident) => {
                if ident == "use" || ident == "const" || ident == "static" || ident == "type" {
                    let follows_fn = ident == "const" || ident == "static";
                    needs_semicolon = !follows_fn
                        || !current
                            .iter()
                            .any(|it| matches!(it, TokenTree::Ident(it) if it == "fn"));
                }
                if ident == "fn" || ident == "impl" || ident == "mod" {
                    needs_semicolon = false;
                }
                false
            }
            TokenTree::Literal(_) => false,
        };
        current.push(token);
        if ends {
            chunks.push(current.drain(..).collect());
            needs_semicolon = false;
        }
    }
    if !current.is_empty() {
        chunks.push(current.into_iter().collect());
    }
    chunks
}
