//! Attributes.

use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;

use super::{Lowering, name_of};
use crate::facts::body::Literal;
use crate::facts::{Attr, CfgPredicate, Meta, MetaValue};
use crate::source::TextRange;

/// `a = 1`, `a(b)`, `"x"`, or anything else up to the next comma.
enum Entry {
    Meta(syn::Meta),
    Lit(syn::Lit),
    Other(proc_macro2::TokenStream),
}

fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    if input.peek(syn::Lit) {
        let ahead = input.fork();
        let lit: syn::Lit = ahead.parse()?;
        if ahead.is_empty() || ahead.peek(syn::Token![,]) {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            return Ok(Entry::Lit(lit));
        }
    } else {
        let ahead = input.fork();
        if let Ok(meta) = ahead.parse::<syn::Meta>()
            && (ahead.is_empty() || ahead.peek(syn::Token![,]))
        {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            return Ok(Entry::Meta(meta));
        }
    }
    let mut rest = Vec::new();
    while !input.is_empty() && !input.peek(syn::Token![,]) {
        rest.push(input.parse::<proc_macro2::TokenTree>()?);
    }
    Ok(Entry::Other(rest.into_iter().collect()))
}

impl Lowering<'_> {
    /// All attributes but `cfg` and documentation.
    pub(in crate::facts) fn attrs(&mut self, attrs: &[syn::Attribute]) -> Vec<Attr> {
        attrs
            .iter()
            .filter(|attr| !attr.path().is_ident("doc") && !attr.path().is_ident("cfg"))
            .map(|attr| {
                let meta = self.meta(&attr.meta);
                let range = self
                    .range(attr.pound_token.span)
                    .cover(self.range(attr.bracket_token.span.close()));
                Attr { range, meta }
            })
            .collect()
    }

    pub(super) fn cfg(&self, attrs: &[syn::Attribute]) -> Option<CfgPredicate> {
        let mut all: Vec<CfgPredicate> = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"))
            .filter_map(|attr| match &attr.meta {
                syn::Meta::List(list) => predicate(list.tokens.clone()),
                _ => None,
            })
            .collect();
        match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(CfgPredicate::All(all)),
        }
    }

    fn meta(&self, meta: &syn::Meta) -> Meta {
        let path = meta.path();
        let names: Vec<_> = path
            .segments
            .iter()
            .map(|segment| name_of(&segment.ident))
            .collect();
        let start = path
            .segments
            .first()
            .map_or_else(TextRange::default, |it| self.range(it.ident.span()));
        let mut range = path
            .segments
            .last()
            .map_or(start, |it| start.cover(self.range(it.ident.span())));
        let value = match meta {
            syn::Meta::Path(_) => MetaValue::None,
            syn::Meta::NameValue(data) => match &data.value {
                syn::Expr::Lit(lit) => {
                    range = range.cover(self.range(lit.lit.span()));
                    literal(&lit.lit).map_or(MetaValue::None, MetaValue::Literal)
                }
                other => {
                    let tokens = quote::ToTokens::to_token_stream(other);
                    if let Some(it) = self.stream_range(&tokens) {
                        range = range.cover(it);
                    }
                    MetaValue::Expr(compact(&tokens).into())
                }
            },
            syn::Meta::List(list) => {
                let close = match &list.delimiter {
                    syn::MacroDelimiter::Paren(it) => it.span.close(),
                    syn::MacroDelimiter::Brace(it) => it.span.close(),
                    syn::MacroDelimiter::Bracket(it) => it.span.close(),
                };
                range = range.cover(self.range(close));
                let parser = Punctuated::<Entry, syn::Token![,]>::parse_terminated_with;
                let parser = |input: ParseStream<'_>| parser(input, entry);
                match parser.parse2(list.tokens.clone()) {
                    Ok(entries) => {
                        MetaValue::List(entries.iter().map(|it| self.entry(it)).collect())
                    }
                    Err(_) => MetaValue::Expr(compact(&list.tokens).into()),
                }
            }
        };
        Meta {
            path: names,
            range,
            value,
        }
    }

    fn entry(&self, entry: &Entry) -> Meta {
        match entry {
            Entry::Meta(meta) => self.meta(meta),
            Entry::Lit(lit) => Meta {
                path: Vec::new(),
                range: self.range(lit.span()),
                value: literal(lit).map_or(MetaValue::None, MetaValue::Literal),
            },
            Entry::Other(tokens) => Meta {
                path: Vec::new(),
                range: self.stream_range(tokens).unwrap_or_default(),
                value: MetaValue::Expr(compact(tokens).into()),
            },
        }
    }
}

/// Tokens as text without the spaces that the printer puts around `::` and the like.
pub(super) fn compact(tokens: &proc_macro2::TokenStream) -> String {
    tokens
        .to_string()
        .replace(" :: ", "::")
        .replace(" (", "(")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
}

fn predicate(tokens: proc_macro2::TokenStream) -> Option<CfgPredicate> {
    let entries = |input: ParseStream<'_>| {
        Punctuated::<Entry, syn::Token![,]>::parse_terminated_with(input, entry)
    };
    let entries = entries.parse2(tokens).ok()?;
    one(entries.first()?)
}

fn one(entry: &Entry) -> Option<CfgPredicate> {
    match entry {
        Entry::Lit(syn::Lit::Bool(value)) => Some(CfgPredicate::Bool(value.value)),
        Entry::Meta(syn::Meta::Path(path)) => Some(CfgPredicate::Flag(name_of(path.get_ident()?))),
        Entry::Meta(syn::Meta::NameValue(data)) => match &data.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(CfgPredicate::KeyValue(
                name_of(data.path.get_ident()?),
                text.value().as_str().into(),
            )),
            _ => None,
        },
        Entry::Meta(syn::Meta::List(list)) => {
            let entries = |input: ParseStream<'_>| {
                Punctuated::<Entry, syn::Token![,]>::parse_terminated_with(input, entry_of)
            };
            let inner: Vec<_> = entries
                .parse2(list.tokens.clone())
                .ok()?
                .iter()
                .filter_map(one)
                .collect();
            match list.path.get_ident()?.to_string().as_str() {
                "all" => Some(CfgPredicate::All(inner)),
                "any" => Some(CfgPredicate::Any(inner)),
                "not" => Some(CfgPredicate::Not(Box::new(inner.into_iter().next()?))),
                _ => None,
            }
        }
        Entry::Lit(_) | Entry::Other(_) => None,
    }
}

fn entry_of(input: ParseStream<'_>) -> syn::Result<Entry> {
    entry(input)
}

/// A literal.
pub(super) fn literal(lit: &syn::Lit) -> Option<Literal> {
    Some(match lit {
        syn::Lit::Str(it) => Literal::Str(it.value().into()),
        syn::Lit::ByteStr(it) => Literal::Bytes(it.value().into()),
        syn::Lit::CStr(it) => Literal::Bytes(it.value().into_bytes().into()),
        syn::Lit::Byte(it) => Literal::Int(Some(i64::from(it.value()))),
        syn::Lit::Char(it) => Literal::Char(it.value()),
        syn::Lit::Int(it) => Literal::Int(it.base10_parse().ok()),
        syn::Lit::Float(_) => Literal::Float,
        syn::Lit::Bool(it) => Literal::Bool(it.value),
        _ => return None,
    })
}
