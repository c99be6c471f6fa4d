//! Attributes and `cfg` predicates.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Lowerer;
use crate::facts::Tests;
use crate::facts::attr::{self, Attr, CfgPredicate, Meta, MetaValue};
use crate::source::{Name, TextRange};

impl Lowerer<'_> {
    /// Attributes other than `cfg` and doc comments.
    pub(crate) fn attrs(&mut self, attrs: &[syn::Attribute]) -> Vec<Attr> {
        let kept =
            |attr: &&syn::Attribute| !attr.path().is_ident("doc") && !attr.path().is_ident("cfg");
        attrs
            .iter()
            .filter(kept)
            .map(|attr| self.attr(attr))
            .collect()
    }

    /// All `cfg` attributes, joined.
    pub(crate) fn cfg(&self, attrs: &[syn::Attribute]) -> Option<CfgPredicate> {
        let predicates = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"))
            .filter_map(|attr| {
                let syn::Meta::List(list) = &attr.meta else {
                    return None;
                };
                let meta = self.meta_list(list.tokens.clone()).into_iter().next()?;
                Some(predicate(&meta))
            });
        let mut predicates: Vec<CfgPredicate> = predicates.collect();
        match predicates.len() {
            0 => None,
            1 => predicates.pop(),
            _ => Some(CfgPredicate::All(predicates)),
        }
    }

    /// Whether an item with these attributes is test code, or stands in some.
    pub(crate) fn is_test(&self, attrs: &[syn::Attribute]) -> bool {
        let names_test = |attr: &syn::Attribute| {
            let last = attr.path().segments.last();
            last.is_some_and(|last| attr::names_test(self.spans.name(&last.ident)))
        };
        let implies_test = || self.cfg(attrs).is_some_and(|cfg| cfg.implies_test());
        self.in_test || attrs.iter().any(names_test) || implies_test()
    }

    /// Reads what stands in an item with these attributes.
    pub(crate) fn within<T>(
        &mut self,
        attrs: &[syn::Attribute],
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.in_test;
        self.in_test = self.tests == Tests::Shells && self.is_test(attrs);
        let done = work(self);
        self.in_test = before;
        done
    }

    /// Where an attribute stands.
    pub(crate) fn attr_range(&self, attr: &syn::Attribute) -> TextRange {
        self.spans
            .token(attr.pound_token.span)
            .cover(self.spans.close(attr.bracket_token.span))
    }

    fn attr(&mut self, attr: &syn::Attribute) -> Attr {
        let range = self.attr_range(attr);
        let path = self.path(attr.path().clone());
        let names = path.segments.iter().map(|segment| segment.name).collect();
        let meta = match &attr.meta {
            syn::Meta::Path(_) => Meta {
                path: names,
                range: path.range,
                value: MetaValue::None,
            },
            syn::Meta::List(list) => {
                let range = path.range.cover(self.spans.close(*list.delimiter.span()));
                Meta {
                    path: names,
                    range,
                    value: MetaValue::List(self.meta_list(list.tokens.clone())),
                }
            }
            syn::Meta::NameValue(pair) => {
                let (value, value_range) = match &pair.value {
                    syn::Expr::Lit(expr) => {
                        let (literal, range) = self.literal(&expr.lit);
                        (MetaValue::Literal(literal), range)
                    }
                    other => {
                        let tokens = quote::ToTokens::to_token_stream(other);
                        let range = self.tokens_range(tokens).unwrap_or(path.range);
                        (MetaValue::Expr(self.source_of(other)), range)
                    }
                };
                Meta {
                    path: names,
                    range: path.range.cover(value_range),
                    value,
                }
            }
        };
        Attr { range, meta }
    }

    /// Comma-separated entries. Works on tokens: attribute macros take any syntax.
    fn meta_list(&self, tokens: TokenStream) -> Vec<Meta> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        // A comma inside generics (`T = Vec<A, B>`) does not separate.
        let mut entries = Vec::new();
        let (mut start, mut angles) = (0, 0usize);
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '<' => angles += 1,
                TokenTree::Punct(punct) if punct.as_char() == '>' => {
                    angles = angles.saturating_sub(1)
                }
                _ if angles == 0 && is_comma(token) => {
                    entries.push(&tokens[start..index]);
                    start = index + 1;
                }
                _ => {}
            }
        }
        entries.push(&tokens[start..]);
        entries
            .into_iter()
            .filter(|entry| !entry.is_empty())
            .map(|entry| self.meta_entry(entry))
            .collect()
    }

    /// `a::b`, `a = value`, `a(list)`, a literal; anything else as written.
    fn meta_entry(&self, entry: &[TokenTree]) -> Meta {
        let first = self.spans.token(entry[0].span());
        let range = first.cover(self.spans.token(entry[entry.len() - 1].span()));
        let (path, rest) = self.meta_path(entry);
        let value = match rest {
            [] if !path.is_empty() => Some(MetaValue::None),
            [TokenTree::Group(group)]
                if !path.is_empty() && group.delimiter() != Delimiter::None =>
            {
                Some(MetaValue::List(self.meta_list(group.stream())))
            }
            [TokenTree::Punct(equals), value @ ..]
                if !path.is_empty() && equals.as_char() == '=' && !value.is_empty() =>
            {
                Some(
                    self.meta_literal(value)
                        .unwrap_or_else(|| MetaValue::Expr(self.written(value))),
                )
            }
            _ if path.is_empty() => self.meta_literal(entry),
            _ => None,
        };
        match value {
            Some(value) => Meta { path, range, value },
            None => Meta {
                path: Vec::new(),
                range,
                value: MetaValue::Expr(self.written(entry)),
            },
        }
    }

    fn meta_path<'t>(&self, entry: &'t [TokenTree]) -> (Vec<Name>, &'t [TokenTree]) {
        let mut path = Vec::new();
        let mut rest = entry;
        loop {
            match rest {
                [TokenTree::Ident(ident), ..] if *ident == "true" || *ident == "false" => {
                    return (path, rest);
                }
                [TokenTree::Ident(ident), tail @ ..] => {
                    path.push(self.spans.name(ident));
                    rest = tail;
                }
                _ => return (path, rest),
            }
            match rest {
                [TokenTree::Punct(first), TokenTree::Punct(second), tail @ ..]
                    if first.as_char() == ':' && second.as_char() == ':' =>
                {
                    rest = tail;
                }
                _ => return (path, rest),
            }
        }
    }

    fn meta_literal(&self, tokens: &[TokenTree]) -> Option<MetaValue> {
        let lit: syn::Lit = match tokens {
            [TokenTree::Literal(literal)] => syn::Lit::new(literal.clone()),
            [TokenTree::Ident(ident)] if *ident == "true" || *ident == "false" => {
                syn::Lit::Bool(syn::LitBool::new(*ident == "true", ident.span()))
            }
            _ => return None,
        };
        Some(MetaValue::Literal(self.literal(&lit).0))
    }

    fn written(&self, tokens: &[TokenTree]) -> Box<str> {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Box::default();
        };
        let start = self.spans.local(first.span());
        self.spans
            .slice(start, self.spans.local_range(last.span()).1)
            .into()
    }
}

/// The predicate that the content of `cfg(..)` states. What is none is a flag that nobody sets.
fn predicate(meta: &Meta) -> CfgPredicate {
    let Some(key) = meta.last_segment() else {
        return match &meta.value {
            MetaValue::Literal(crate::facts::body::Literal::Bool(value)) => {
                CfgPredicate::Bool(*value)
            }
            _ => CfgPredicate::Flag(Name::new("")),
        };
    };
    let all = || meta.list().iter().map(predicate).collect();
    match (key.as_str(), &meta.value) {
        ("all", MetaValue::List(_)) => CfgPredicate::All(all()),
        ("any", MetaValue::List(_)) => CfgPredicate::Any(all()),
        ("not", MetaValue::List(list)) => match list.as_slice() {
            [only] => CfgPredicate::Not(Box::new(predicate(only))),
            _ => CfgPredicate::Flag(Name::new("")),
        },
        (_, MetaValue::Literal(_)) => match meta.string() {
            Some(value) => CfgPredicate::KeyValue(key, Name::new(value)),
            None => CfgPredicate::Flag(key),
        },
        _ => CfgPredicate::Flag(key),
    }
}
