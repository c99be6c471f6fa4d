//! Strings whose parts are known: route paths, URLs, header names.

use super::Values;
use crate::facts::body::{BinaryOp, Literal, MacroArg, MacroCall};
use crate::facts::{Body, Expr, ExprId};
use crate::program::ty::Ty;
use crate::program::{BodyKey, ConstId};
use crate::source::Span;
use crate::values::Callee;

/// A string, piece by piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The pieces in order.
    pub parts: Vec<TextPart>,
    /// Where the first piece was written.
    pub origin: Option<Span>,
}

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    /// Known.
    Known(String),
    /// Not known; the code that it comes from, as written.
    Hole(String),
}

impl Text {
    /// A known string.
    pub fn known(text: impl Into<String>, origin: Option<Span>) -> Text {
        Text {
            parts: vec![TextPart::Known(text.into())],
            origin,
        }
    }

    /// A string of which nothing is known.
    pub fn hole(name: impl Into<String>) -> Text {
        Text {
            parts: vec![TextPart::Hole(name.into())],
            origin: None,
        }
    }

    /// The whole string, if all of it is known.
    pub fn as_known(&self) -> Option<String> {
        let mut whole = String::new();
        for part in &self.parts {
            match part {
                TextPart::Known(text) => whole.push_str(text),
                TextPart::Hole(_) => return None,
            }
        }
        Some(whole)
    }

    /// The known beginning.
    pub fn prefix(&self) -> &str {
        match self.parts.first() {
            Some(TextPart::Known(text)) => text,
            _ => "",
        }
    }

    /// The string with holes as `{name}`.
    pub fn display(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                TextPart::Known(text) => text.clone(),
                TextPart::Hole(name) => format!("{{{name}}}"),
            })
            .collect()
    }

    /// Appends another text.
    pub fn push(&mut self, other: &Text) {
        self.origin = self.origin.or(other.origin);
        for part in &other.parts {
            match (self.parts.last_mut(), part) {
                (Some(TextPart::Known(last)), TextPart::Known(text)) => last.push_str(text),
                _ => self.parts.push(part.clone()),
            }
        }
    }
}

/// How to find the text of an expression that is not a literal: a caller that runs code
/// knows variables, one that does not falls back to holes.
pub trait Lookup {
    /// The text of a sub-expression.
    fn text(&mut self, body: BodyKey, expr: ExprId) -> Option<Text>;
}

impl Values<'_> {
    /// The text of an expression, through constants, formats, conversions and local
    /// variables that are assigned once. `None` if nothing at all is known of it.
    pub fn text(&self, body: BodyKey, expr: ExprId) -> Option<Text> {
        self.text_depth(body, expr, 0)
    }

    /// Whether what a static holds is made by a closure when it is first asked for: it is no text, nor
    /// a list that stands in the code. Does not read its value.
    pub fn is_made_late(&self, id: ConstId) -> bool {
        let def = &self.program[id];
        def.is_static && {
            let scope = self.program.container_scope(def.container, def.module);
            let ty = self.program.lower_ty(&scope, &def.ty);
            let late = ["std::sync::LazyLock", "once_cell::sync::Lazy"];
            matches!(ty, Ty::External(path, _) if late.contains(&path.as_str()))
        }
    }

    /// The text of a constant.
    pub fn const_text(&self, id: ConstId) -> Option<Text> {
        if self.is_made_late(id) {
            return None;
        }
        let body = self.program[id].body?;
        self.text_depth(body, self.program[body].body.root, 1)
    }

    fn text_depth(&self, key: BodyKey, expr: ExprId, depth: u32) -> Option<Text> {
        if depth > 12 {
            return None;
        }
        let data = &self.program[key];
        let body = &data.body;
        let span = body.expr_range(expr).in_file(data.file);
        let recurse = |id: ExprId| self.text_depth(key, id, depth + 1);
        match body.expr(expr) {
            Expr::Literal(Literal::Str(text)) => Some(Text::known(&**text, Some(span))),
            Expr::Literal(Literal::Char(char)) => Some(Text::known(char.to_string(), Some(span))),
            Expr::Literal(Literal::Int(Some(number))) => {
                Some(Text::known(number.to_string(), Some(span)))
            }
            Expr::Path(_) => {
                if let Some(pat) = self.typing(key).local(expr) {
                    return self.local_init(body, pat).and_then(recurse);
                }
                self.typing(key)
                    .defs(expr)
                    .iter()
                    .find_map(|callee| match callee {
                        Callee::Const(id) => {
                            let body = self.program[*id].body?;
                            self.text_depth(body, self.program[body].body.root, depth + 1)
                        }
                        _ => None,
                    })
            }
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner) => recurse(*inner),
            Expr::Block(block) if block.stmts.is_empty() => block.tail.and_then(recurse),
            Expr::Binary {
                op: BinaryOp::Add,
                lhs,
                rhs,
            } => {
                let mut text = recurse(*lhs).unwrap_or_else(|| self.hole(key, *lhs));
                text.push(&recurse(*rhs).unwrap_or_else(|| self.hole(key, *rhs)));
                Some(text)
            }
            Expr::MethodCall(call) => match call.name.as_str() {
                "to_string" | "to_owned" | "into" | "clone" | "as_str" | "as_ref" | "borrow"
                | "unwrap" | "expect" | "into_owned" | "to_str" | "parse" | "as_bytes" => {
                    recurse(call.receiver)
                }
                "concat" | "join" => {
                    let Expr::Array(parts) = body.expr(peel(body, call.receiver)) else {
                        return None;
                    };
                    let separator = call
                        .args
                        .first()
                        .and_then(|id| recurse(*id))
                        .unwrap_or_default();
                    let mut text = Text::default();
                    for (at, part) in parts.iter().enumerate() {
                        if at > 0 {
                            text.push(&separator);
                        }
                        text.push(&recurse(*part).unwrap_or_else(|| self.hole(key, *part)));
                    }
                    Some(text)
                }
                _ => self.call_text(key, expr, depth),
            },
            Expr::Call { args, .. } => {
                let name = self.typing(key).external(expr);
                match name.map(crate::source::Name::as_str) {
                    Some(
                        "std::string::String::from"
                        | "std::borrow::Cow::Borrowed"
                        | "std::borrow::Cow::from"
                        | "std::sync::Arc::from"
                        | "std::boxed::Box::from",
                    ) => recurse(*args.first()?),
                    Some(_) => None,
                    None => self.call_text(key, expr, depth),
                }
            }
            Expr::Macro(call) => format_macro(body, call, span, &mut |id| {
                recurse(id).unwrap_or_else(|| self.hole(key, id))
            }),
            _ => None,
        }
    }

    /// A function without parameters whose body is the text.
    fn call_text(&self, key: BodyKey, call: ExprId, depth: u32) -> Option<Text> {
        let [Callee::Fn(candidate)] = self.typing(key).callees(call) else {
            return None;
        };
        let body = self.program[candidate.id].body?;
        let root = self.program[body].body.root;
        match self.program[body].body.expr(root) {
            Expr::Block(block) if block.stmts.is_empty() => {
                self.text_depth(body, block.tail?, depth + 1)
            }
            _ => None,
        }
    }

    /// The value of a `let` that a pattern belongs to, if it is a plain binding.
    pub fn local_init(&self, body: &Body, pat: crate::facts::PatId) -> Option<ExprId> {
        body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                crate::facts::Stmt::Let(data) if data.pat == pat => data.init,
                _ => None,
            }),
            _ => None,
        })
    }

    fn hole(&self, key: BodyKey, expr: ExprId) -> Text {
        Text::hole(expr_name(&self.program[key].body, expr))
    }
}

/// A short name for what fills a hole: the last name in the expression.
pub fn expr_name(body: &Body, expr: ExprId) -> String {
    match body.expr(expr) {
        Expr::Path(path) => path.last().map_or("..".into(), |name| name.to_string()),
        Expr::Field { name, .. } => name.to_string(),
        Expr::MethodCall(call) if call.args.is_empty() => expr_name(body, call.receiver),
        Expr::Ref { inner, .. }
        | Expr::Unary { inner, .. }
        | Expr::Try(inner)
        | Expr::Await(inner) => expr_name(body, *inner),
        Expr::Call { args, .. } if args.len() == 1 => expr_name(body, args[0]),
        _ => "..".into(),
    }
}

/// What a reference is to, however many there are: `&mut text`.
pub(crate) fn peel(body: &Body, expr: ExprId) -> ExprId {
    match body.expr(expr) {
        Expr::Ref { inner, .. } => peel(body, *inner),
        _ => expr,
    }
}

/// The text of `format!("..", ..)`, `concat!(..)` and their like; `text` gives that of an argument.
pub fn format_macro(
    body: &Body,
    call: &MacroCall,
    span: Span,
    text: &mut dyn FnMut(ExprId) -> Text,
) -> Option<Text> {
    let args = call.args.as_deref()?;
    match call.path.last()?.as_str() {
        "concat" => {
            let mut whole = Text::default();
            for arg in args {
                whole.push(&text(arg.value));
            }
            Some(whole)
        }
        "format" | "format_args" => template(body, args, span, text),
        _ => None,
    }
}

/// The text that a template makes of the arguments behind it.
pub fn template(
    body: &Body,
    args: &[MacroArg],
    span: Span,
    text: &mut dyn FnMut(ExprId) -> Text,
) -> Option<Text> {
    let (template, args) = args.split_first()?;
    let unnamed = || args.iter().filter(|arg| arg.name.is_none());
    let Expr::Literal(Literal::Str(written)) = body.expr(template.value) else {
        return None;
    };
    // What the template itself says was written there; what it inserts, elsewhere.
    let place = body.expr_range(template.value).in_file(span.file);
    let known = |text: &str| {
        let origin = (!text.is_empty()).then_some(place);
        Text::known(text, origin)
    };
    let mut whole = Text::default();
    let mut position = 0;
    let mut rest = &**written;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        whole.push(&known(before));
        if after.starts_with("{{") || after.starts_with("}}") {
            whole.push(&known(&after[..1]));
            rest = &after[2..];
            continue;
        }
        let end = after.find('}')?;
        let name = after[1..end.max(1)].split(':').next().unwrap_or("").trim();
        let arg = if name.is_empty() {
            position += 1;
            unnamed().nth(position - 1)
        } else if let Ok(index) = name.parse::<usize>() {
            unnamed().nth(index)
        } else {
            let is_it = |arg: &&MacroArg| arg.name.is_some_and(|it| it == name);
            args.iter().find(is_it)
        };
        whole.push(&arg.map_or_else(|| Text::hole(name), |arg| text(arg.value)));
        rest = &after[end + 1..];
    }
    whole.push(&known(rest));
    Some(whole)
}
