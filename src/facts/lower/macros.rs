//! Macro calls in bodies: what can be known without the macro's definition.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr as SynExpr, Token};

use super::{Lowerer, format};
use crate::facts::body::{Arm, Body, Expr, ExprId, Literal, MacroArg, MacroCall, Pat};
use crate::source::{Name, TextRange};

/// An argument of a macro call, not yet lowered.
struct RawArg {
    name: Option<String>,
    pat: Option<syn::Pat>,
    value: SynExpr,
    then: Option<SynExpr>,
}

impl RawArg {
    fn value(value: SynExpr) -> RawArg {
        RawArg {
            name: None,
            pat: None,
            value,
            then: None,
        }
    }
}

impl Lowerer<'_> {
    /// A macro call and where it stands.
    pub(crate) fn macro_call(
        &mut self,
        body: &mut Body,
        mac: syn::Macro,
        is_stmt: bool,
    ) -> (ExprId, TextRange) {
        let delimiters = *mac.delimiter.span();
        let path = self.path(mac.path);
        let range = path.range.cover(self.spans.close(delimiters));
        let name = path.last().map_or("", Name::as_str);
        let expr = match name {
            "matches" => self.matches(body, mac.tokens.clone()),
            "vec" => self.vec(body, mac.tokens.clone()),
            _ => None,
        };
        if let Some(expr) = expr {
            return (body.push_expr(expr, range), range);
        }
        let (tokens, inline) = self.spans.inside(delimiters);
        let raw = match name {
            "json" | "bson" => json_args.parse2(mac.tokens).ok(),
            "doc" | "rawdoc" => doc_args.parse2(mac.tokens).ok(),
            "select" => select_args.parse2(mac.tokens).ok(),
            _ => plain_args.parse2(mac.tokens).ok(),
        };
        let args = raw.map(|raw| {
            let mut args = Vec::with_capacity(raw.len());
            for arg in raw {
                let pat = arg.pat.map(|pat| self.pat(body, pat));
                let value = self.expr(body, arg.value);
                let then = arg.then.map(|then| self.expr(body, then));
                args.push(MacroArg {
                    name: arg.name.as_deref().map(Name::new),
                    pat,
                    value,
                    then,
                });
            }
            if let Some(first) = format::first_position(name) {
                self.captures(body, first, &mut args);
            }
            args.into()
        });
        let call = MacroCall {
            path,
            tokens,
            inline,
            args,
            is_stmt,
        };
        (body.push_expr(Expr::Macro(Box::new(call)), range), range)
    }

    /// `matches!(x, p if g)` is `match x { p if g => true, _ => false }`.
    fn matches(&mut self, body: &mut Body, tokens: TokenStream) -> Option<Expr> {
        let parser = |input: ParseStream<'_>| {
            let scrutinee: SynExpr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
            let guard = match input.parse::<Option<Token![if]>>()? {
                Some(_) => Some(input.parse::<SynExpr>()?),
                None => None,
            };
            input.parse::<Option<Token![,]>>()?;
            Ok((scrutinee, pat, guard))
        };
        let (scrutinee, pat, guard) = parser.parse2(tokens).ok()?;
        let (scrutinee, range) = self.ranged_expr(body, scrutinee);
        let (pat, pat_range) = self.ranged_pat(body, pat);
        let guard = guard.map(|guard| self.expr(body, guard));
        let matched = body.push_expr(Expr::Literal(Literal::Bool(true)), pat_range);
        let otherwise = body.push_expr(Expr::Literal(Literal::Bool(false)), range);
        let wild = body.push_pat(Pat::Wild, range);
        let arms = [
            Arm {
                pat,
                guard,
                body: matched,
            },
            Arm {
                pat: wild,
                guard: None,
                body: otherwise,
            },
        ];
        Some(Expr::Match {
            scrutinee,
            arms: Box::new(arms),
        })
    }

    /// `vec![..]` is an array.
    fn vec(&mut self, body: &mut Body, tokens: TokenStream) -> Option<Expr> {
        let parser = |input: ParseStream<'_>| {
            let mut elems: Vec<SynExpr> = Vec::new();
            while !input.is_empty() {
                elems.push(input.parse()?);
                if elems.len() == 1 && input.parse::<Option<Token![;]>>()?.is_some() {
                    return Ok((elems, Some(input.parse::<SynExpr>()?)));
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok((elems, None))
        };
        let (mut elems, len) = parser.parse2(tokens).ok()?;
        match len {
            Some(len) => {
                let value = elems.pop()?;
                let value = self.expr(body, value);
                Some(Expr::Repeat {
                    value,
                    len: self.expr(body, len),
                })
            }
            None => Some(Expr::Array(
                elems
                    .into_iter()
                    .map(|elem| self.expr(body, elem))
                    .collect(),
            )),
        }
    }

    /// Adds what the format string names without its being an argument.
    fn captures(&mut self, body: &mut Body, first: usize, args: &mut Vec<MacroArg>) {
        let positional = args.iter().filter(|arg| arg.name.is_none()).skip(first);
        let is_string =
            |arg: &&MacroArg| matches!(body.expr(arg.value), Expr::Literal(Literal::Str(_)));
        let Some(format_string) = { positional }.find(is_string) else {
            return;
        };
        let range = body.expr_range(format_string.value);
        let Expr::Literal(Literal::Str(text)) = body.expr(format_string.value) else {
            return;
        };
        if !text.contains('{') {
            return;
        }
        let in_source = self
            .spans
            .source_at(range)
            .filter(|source| source.ends_with(['"', '#']));
        let captures: Vec<(Name, TextRange)> = match in_source {
            Some(source) => format::captures_in_source(source)
                .map(|(at, name)| {
                    let start = range.start + at as u32;
                    (
                        Name::new(name),
                        TextRange::new(start, start + name.len() as u32),
                    )
                })
                .collect(),
            None => format::captures(text)
                .map(|(_, name)| (Name::new(name), range))
                .collect(),
        };
        for (name, at) in captures {
            if args.iter().all(|arg| arg.name != Some(name)) {
                let value = self.ident_expr(body, name, at);
                args.push(MacroArg {
                    name: Some(name),
                    pat: None,
                    value,
                    then: None,
                });
            }
        }
    }
}

/// Comma-separated expressions; `name = x`, `a.b = x`, `name: x`, slog's `"name" => x`, and the `%x` and `?x` of
/// both tracing and slog.
fn plain_args(input: ParseStream<'_>) -> syn::Result<Vec<RawArg>> {
    let mut args = Vec::new();
    while !input.is_empty() {
        let name = arg_name(input)?;
        // slog's `#%x`, which `{:#}` writes; `#[attribute]` is none.
        if input.peek(Token![#]) && (input.peek2(Token![%]) || input.peek2(Token![?])) {
            input.parse::<Token![#]>()?;
        }
        if input.peek(Token![%]) {
            input.parse::<Token![%]>()?;
        } else if input.peek(Token![?]) {
            input.parse::<Token![?]>()?;
        }
        args.push(RawArg {
            name,
            ..RawArg::value(input.parse()?)
        });
        // `log` separates its key-value pairs by a semicolon from the message.
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(args)
}

/// `name =`, `a.b =`, `"name" =`, `"name" =>`, `name:`, and the `name:? =` and `name:debug =` of `log`.
fn arg_name(input: ParseStream<'_>) -> syn::Result<Option<String>> {
    let is_assignment = |input: ParseStream<'_>| {
        input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>])
    };
    if input.peek(syn::LitStr)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>])
    {
        let name = input.parse::<syn::LitStr>()?.value();
        input.parse::<Token![=]>()?;
        return Ok(Some(name));
    }
    if input.peek(syn::LitStr) && input.peek2(Token![=>]) {
        let name = input.parse::<syn::LitStr>()?.value();
        input.parse::<Token![=>]>()?;
        return Ok(Some(name));
    }
    if !input.peek(syn::Ident::peek_any) {
        return Ok(None);
    }
    if input.peek2(Token![:]) && !input.peek2(Token![::]) {
        let name = input.call(syn::Ident::parse_any)?;
        input.parse::<Token![:]>()?;
        if is_way_of_showing(input) {
            input.parse::<proc_macro2::TokenTree>()?;
            input.parse::<Token![=]>()?;
        }
        return Ok(Some(name.unraw().to_string()));
    }
    if !input.peek2(Token![=]) && !input.peek2(Token![.]) {
        return Ok(None);
    }
    let ahead = input.fork();
    let mut name = ahead.call(syn::Ident::parse_any)?.unraw().to_string();
    while ahead.peek(Token![.]) && ahead.peek2(syn::Ident::peek_any) {
        ahead.parse::<Token![.]>()?;
        name.push('.');
        name.push_str(&ahead.call(syn::Ident::parse_any)?.unraw().to_string());
    }
    if !is_assignment(&ahead) {
        return Ok(None);
    }
    ahead.parse::<Token![=]>()?;
    syn::parse::discouraged::Speculative::advance_to(input, &ahead);
    Ok(Some(name))
}

/// Whether what follows says how `log` writes a value: `? =`, `% =`, `debug =`, `err =`.
fn is_way_of_showing(input: ParseStream<'_>) -> bool {
    let is_sigil = input.peek(Token![?]) || input.peek(Token![%]) || input.peek(syn::Ident);
    is_sigil && input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>])
}

/// The values of `json!` and of BSON's `doc!`, however nested, each with its key.
fn json_args(input: ParseStream<'_>) -> syn::Result<Vec<RawArg>> {
    let mut args = Vec::new();
    json_value(input, None, &mut args)?;
    Ok(args)
}

/// The same of `doc! { "a": x }`, whose braces are the document's own.
fn doc_args(input: ParseStream<'_>) -> syn::Result<Vec<RawArg>> {
    let mut args = Vec::new();
    json_fields(input, &mut args)?;
    Ok(args)
}

fn json_fields(input: ParseStream<'_>, args: &mut Vec<RawArg>) -> syn::Result<()> {
    while !input.is_empty() {
        let key = json_key(input)?;
        input.parse::<Token![:]>()?;
        json_value(input, key, args)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn json_value(
    input: ParseStream<'_>,
    name: Option<String>,
    args: &mut Vec<RawArg>,
) -> syn::Result<()> {
    if input.peek(syn::token::Brace) {
        let fields;
        syn::braced!(fields in input);
        return json_fields(&fields, args);
    }
    // `[a][0]` is an expression; `[a]` alone, a JSON array.
    if input.peek(syn::token::Bracket) && (input.peek2(Token![,]) || input.peek2(syn::parse::End)) {
        let elems;
        syn::bracketed!(elems in input);
        while !elems.is_empty() {
            json_value(&elems, name.clone(), args)?;
            if !elems.is_empty() {
                elems.parse::<Token![,]>()?;
            }
        }
        return Ok(());
    }
    args.push(RawArg {
        name,
        ..RawArg::value(input.parse()?)
    });
    Ok(())
}

fn json_key(input: ParseStream<'_>) -> syn::Result<Option<String>> {
    if input.peek(syn::LitStr) && input.peek2(Token![:]) {
        return Ok(Some(input.parse::<syn::LitStr>()?.value()));
    }
    input.parse::<SynExpr>()?;
    Ok(None)
}

/// `p = future, if cond => handler`.
fn select_args(input: ParseStream<'_>) -> syn::Result<Vec<RawArg>> {
    let mut args = Vec::new();
    if input.peek(syn::Ident) && input.peek2(Token![;]) {
        input.parse::<syn::Ident>()?;
        input.parse::<Token![;]>()?;
    }
    while !input.is_empty() {
        // `else =>`, and the `complete =>` and `default =>` of futures.
        if input.peek(syn::Ident::peek_any) && input.peek2(Token![=>]) {
            input.call(syn::Ident::parse_any)?;
            input.parse::<Token![=>]>()?;
            args.push(RawArg::value(select_handler(input)?));
            continue;
        }
        let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let value: SynExpr = input.parse()?;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            args.push(RawArg::value(input.parse()?));
        }
        input.parse::<Token![=>]>()?;
        let then = Some(select_handler(input)?);
        args.push(RawArg {
            pat: Some(pat),
            then,
            ..RawArg::value(value)
        });
    }
    Ok(args)
}

fn select_handler(input: ParseStream<'_>) -> syn::Result<SynExpr> {
    if input.peek(syn::token::Brace) {
        let block: syn::Block = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        return Ok(SynExpr::Block(syn::ExprBlock {
            attrs: Vec::new(),
            label: None,
            block,
        }));
    }
    let handler = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(handler)
}
