//! Macro calls in bodies: the well-known ones understood, all others kept with whatever
//! arguments their tokens make.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;

use super::Lowering;
use crate::facts::body::{Arm, BlockKind, Body, Literal, MacroArg, MacroCall};
use crate::facts::{Expr, ExprId, Pat, Path, Segment, depth};
use crate::source::{Name, TextRange};

/// The spans of a macro call's delimiters.
pub(super) fn delimiters(mac: &syn::Macro) -> (Span, Span) {
    match &mac.delimiter {
        syn::MacroDelimiter::Paren(it) => (it.span.open(), it.span.close()),
        syn::MacroDelimiter::Brace(it) => (it.span.open(), it.span.close()),
        syn::MacroDelimiter::Bracket(it) => (it.span.open(), it.span.close()),
    }
}

/// One comma-separated argument.
struct Arg {
    name: Option<Name>,
    value: syn::Expr,
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Arg> {
        let mut name = None;
        // `name = x`, `name: x`, `a.b.c = x`, `"a.b" = x`.
        let ahead = input.fork();
        if let Some(found) = argument_name(&ahead) {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            name = Some(found);
        }
        // tracing's `%x` and `?x`.
        if input.peek(syn::Token![%]) || input.peek(syn::Token![?]) {
            input.parse::<TokenTree>()?;
        }
        Ok(Arg {
            name,
            value: input.parse()?,
        })
    }
}

fn argument_name(input: ParseStream<'_>) -> Option<Name> {
    use syn::ext::IdentExt;
    let mut text = if input.peek(syn::LitStr) {
        input.parse::<syn::LitStr>().ok()?.value()
    } else {
        input.call(syn::Ident::parse_any).ok()?.to_string()
    };
    while input.peek(syn::Token![.]) && !input.peek(syn::Token![..]) {
        input.parse::<syn::Token![.]>().ok()?;
        text.push('.');
        text.push_str(&input.call(syn::Ident::parse_any).ok()?.to_string());
    }
    let is_named = (input.peek(syn::Token![=])
        && !input.peek(syn::Token![==])
        && !input.peek(syn::Token![=>]))
        || (input.peek(syn::Token![:]) && !input.peek(syn::Token![::]));
    if !is_named {
        return None;
    }
    input.parse::<TokenTree>().ok()?;
    Some(Name::new(text.strip_prefix("r#").unwrap_or(&text)))
}

/// `matches!(x, pat if guard)`.
struct Matches {
    value: syn::Expr,
    pat: syn::Pat,
    guard: Option<syn::Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Matches> {
        let value = input.parse()?;
        input.parse::<syn::Token![,]>()?;
        let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
        let guard = if input.peek(syn::Token![if]) {
            input.parse::<syn::Token![if]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        input.parse::<Option<syn::Token![,]>>()?;
        Ok(Matches { value, pat, guard })
    }
}

/// `[x; n]` without its brackets.
struct Repeated {
    value: syn::Expr,
    len: syn::Expr,
}

impl Parse for Repeated {
    fn parse(input: ParseStream<'_>) -> syn::Result<Repeated> {
        let value = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        Ok(Repeated {
            value,
            len: input.parse()?,
        })
    }
}

/// A branch of `select!`: `pat = future, if cond => handler`.
struct Branch {
    pat: Option<syn::Pat>,
    value: Option<syn::Expr>,
    then: syn::Expr,
}

fn select(input: ParseStream<'_>) -> syn::Result<Vec<Branch>> {
    let mut branches = Vec::new();
    while !input.is_empty() {
        if input.peek(syn::Ident) && input.peek2(syn::Token![;]) {
            input.parse::<TokenTree>()?;
            input.parse::<TokenTree>()?;
            continue;
        }
        let mut branch = if input.peek(syn::Token![else]) || input.peek2(syn::Token![=>]) {
            input.parse::<TokenTree>()?;
            Branch {
                pat: None,
                value: None,
                then: syn::parse_quote!(()),
            }
        } else {
            let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<syn::Token![=]>()?;
            Branch {
                pat: Some(pat),
                value: Some(input.parse()?),
                then: syn::parse_quote!(()),
            }
        };
        if input.peek(syn::Token![,]) {
            input.parse::<syn::Token![,]>()?;
            input.parse::<syn::Token![if]>()?;
            input.parse::<syn::Expr>()?;
        }
        input.parse::<syn::Token![=>]>()?;
        branch.then = input.parse()?;
        input.parse::<Option<syn::Token![,]>>()?;
        branches.push(branch);
    }
    Ok(branches)
}

impl Lowering<'_> {
    pub(super) fn macro_expr(
        &mut self,
        mac: &syn::Macro,
        is_stmt: bool,
        body: &mut Body,
    ) -> ExprId {
        let (open, close) = delimiters(mac);
        let path = self.path(None, &mac.path);
        let range = path.range.cover(self.range(close));
        let tokens = TextRange::new(self.range(open).end, self.range(close).start);
        // The depth of macro tokens was part of the check on the body around them.
        let name = path.last().map_or("", Name::as_str);
        match name {
            "matches" => {
                if let Ok(parsed) = syn::parse2::<Matches>(mac.tokens.clone()) {
                    return self.matches(&parsed, range, body);
                }
            }
            "vec" | "smallvec" => {
                if let Ok(parsed) = syn::parse2::<Repeated>(mac.tokens.clone()) {
                    let value = self.expr(&parsed.value, body);
                    let len = self.expr(&parsed.len, body);
                    return body.push_expr(Expr::Repeat { value, len }, range);
                }
                let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
                if let Ok(parsed) = parser.parse2(mac.tokens.clone()) {
                    let parts = self.exprs(&parsed, body);
                    return body.push_expr(Expr::Array(parts), range);
                }
            }
            _ => {}
        }
        let args = match name {
            "json" | "doc" | "bson" => Some(self.json_args(mac.tokens.clone(), body)),
            "select" => self.select_args(&mac.tokens, body),
            _ => self.plain_args(mac, name, body),
        };
        let call = MacroCall {
            path,
            tokens,
            args: args.map(Vec::into_boxed_slice),
            is_stmt,
        };
        body.push_expr(Expr::Macro(Box::new(call)), range)
    }

    fn matches(&mut self, parsed: &Matches, range: TextRange, body: &mut Body) -> ExprId {
        let scrutinee = self.expr(&parsed.value, body);
        let pat = self.pat(&parsed.pat, body);
        let guard = parsed.guard.as_ref().map(|guard| self.expr(guard, body));
        let yes = body.push_expr(Expr::Literal(Literal::Bool(true)), range);
        let no = body.push_expr(Expr::Literal(Literal::Bool(false)), range);
        let wild = body.push_pat(Pat::Wild, range);
        let arms = [
            Arm {
                pat,
                guard,
                body: yes,
            },
            Arm {
                pat: wild,
                guard: None,
                body: no,
            },
        ]
        .into();
        body.push_expr(Expr::Match { scrutinee, arms }, range)
    }

    fn plain_args(
        &mut self,
        mac: &syn::Macro,
        name: &str,
        body: &mut Body,
    ) -> Option<Vec<MacroArg>> {
        let parser = Punctuated::<Arg, syn::Token![,]>::parse_terminated;
        let parsed = parser.parse2(mac.tokens.clone()).ok()?;
        let mut args = Vec::with_capacity(parsed.len());
        let mut captures = Vec::new();
        for arg in &parsed {
            if is_format(name)
                && let syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) = &arg.value
                && captures.is_empty()
            {
                captures = self.captures(text);
            }
            let value = self.expr(&arg.value, body);
            args.push(MacroArg {
                name: arg.name,
                pat: None,
                value,
                then: None,
            });
        }
        for (captured, range) in captures {
            if !args.iter().any(|arg| arg.name == Some(captured)) {
                let value = self.ident_expr(captured, range, body);
                args.push(MacroArg {
                    name: Some(captured),
                    pat: None,
                    value,
                    then: None,
                });
            }
        }
        Some(args)
    }

    fn ident_expr(&self, name: Name, range: TextRange, body: &mut Body) -> ExprId {
        let segments = vec![Segment { name, args: None }].into();
        body.push_expr(
            Expr::Path(Box::new(Path {
                range,
                global: false,
                qself: None,
                segments,
            })),
            range,
        )
    }

    /// The inline captures of a format string, with their ranges inside the literal where it
    /// is written without escapes.
    fn captures(&self, text: &syn::LitStr) -> Vec<(Name, TextRange)> {
        let whole = self.range(text.span());
        let value = text.value();
        // `"` before and after; escapes or raw strings make offsets uncertain.
        let exact = whole.len() as usize == value.len() + 2;
        let mut found: Vec<(Name, TextRange)> = Vec::new();
        let mut at = 0;
        while let Some(open) = value[at..].find('{').map(|it| it + at) {
            if value[open + 1..].starts_with('{') {
                at = open + 2;
                continue;
            }
            let Some(close) = value[open..].find('}').map(|it| it + open) else {
                break;
            };
            let inner = &value[open + 1..close];
            let (name, spec) = inner.split_once(':').unwrap_or((inner, ""));
            let widths = spec.split('$').rev().skip(1).filter_map(|part| {
                part.rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            });
            for name in std::iter::once(name.trim()).chain(widths) {
                let is_ident = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                if is_ident && !found.iter().any(|(it, _)| *it == name) {
                    let start = whole.start + 1 + open as u32 + 1;
                    let range = if exact {
                        TextRange::new(start, start + name.len() as u32)
                    } else {
                        whole
                    };
                    found.push((Name::new(name), range));
                }
            }
            at = close + 1;
        }
        found
    }

    /// The values of `json!`, nested ones included, each with its key.
    fn json_args(&mut self, tokens: TokenStream, body: &mut Body) -> Vec<MacroArg> {
        let mut args = Vec::new();
        self.json_value(None, tokens.into_iter().collect(), body, &mut args);
        args
    }

    fn json_value(
        &mut self,
        name: Option<Name>,
        tokens: Vec<TokenTree>,
        body: &mut Body,
        args: &mut Vec<MacroArg>,
    ) {
        if let [TokenTree::Group(group)] = tokens.as_slice()
            && group.delimiter() != Delimiter::Parenthesis
        {
            for part in split_commas(group) {
                let colon = part.iter().position(|it| matches!(it, TokenTree::Punct(it) if it.as_char() == ':' && it.spacing() == proc_macro2::Spacing::Alone));
                match colon {
                    Some(at) if group.delimiter() == Delimiter::Brace => {
                        let key = part[..at]
                            .iter()
                            .map(ToString::to_string)
                            .collect::<String>();
                        let key = Name::new(key.trim_matches('"'));
                        self.json_value(Some(key), part[at + 1..].to_vec(), body, args);
                    }
                    _ => self.json_value(name, part, body, args),
                }
            }
            return;
        }
        let stream: TokenStream = tokens.into_iter().collect();
        if let Ok(expr) = syn::parse2::<syn::Expr>(stream) {
            let value = self.expr(&expr, body);
            args.push(MacroArg {
                name,
                pat: None,
                value,
                then: None,
            });
        }
    }

    fn select_args(&mut self, tokens: &TokenStream, body: &mut Body) -> Option<Vec<MacroArg>> {
        let branches = select.parse2(tokens.clone()).ok()?;
        let mut args = Vec::new();
        for branch in &branches {
            let value = branch.value.as_ref().map(|value| self.expr(value, body));
            let pat = branch.pat.as_ref().map(|pat| self.pat(pat, body));
            let then = self.expr(&branch.then, body);
            let (value, then) = match value {
                Some(value) => (value, Some(then)),
                None => (then, None),
            };
            args.push(MacroArg {
                name: None,
                pat,
                value,
                then,
            });
        }
        Some(args)
    }

    /// Puts an expansion in the place of a macro call: the tokens as statements, then the value.
    /// `None` if they are neither statements nor an expression.
    pub fn expansion_body(&mut self, stream: TokenStream, body: &mut Body) -> Option<Expr> {
        if depth::refuse(&stream).is_some() {
            return None;
        }
        let stmts: Vec<syn::Stmt> = syn::Block::parse_within.parse2(stream).ok()?;
        let block = self.block(BlockKind::Expansion, None, &stmts, body);
        Some(Expr::Block(Box::new(block)))
    }
}

fn split_commas(group: &Group) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in group.stream() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(Vec::new()),
            _ => parts
                .last_mut()
                .expect("there is always a part")
                .push(token),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Macros whose first string literal is a format string.
fn is_format(name: &str) -> bool {
    matches!(
        name,
        "format"
            | "format_args"
            | "print"
            | "println"
            | "eprint"
            | "eprintln"
            | "write"
            | "writeln"
            | "panic"
            | "todo"
            | "unimplemented"
            | "unreachable"
            | "assert"
            | "assert_eq"
            | "assert_ne"
            | "debug_assert"
            | "trace"
            | "debug"
            | "info"
            | "warn"
            | "error"
            | "log"
            | "event"
            | "anyhow"
            | "bail"
            | "ensure"
            | "eyre"
            | "html"
            | "span"
            | "info_span"
            | "debug_span"
            | "error_span"
            | "warn_span"
            | "trace_span"
    )
}
