//! The walk from an expression back to the literals.

use super::locals::{From, Part};
use super::{FALLBACK, Step, Strings, Traced};
use crate::facts::attr::{Attr, Meta, MetaValue};
use crate::facts::body::{BinaryOp, Literal, MacroCall};
use crate::facts::item::Field;
use crate::facts::{Expr, ExprId, PatId};
use crate::program::{AdtDef, AdtId, BodyKey, BodyOwner, FnId, Ty};
use crate::source::{Name, Span};
use crate::values::text::{expr_name, format_macro};
use crate::values::{Callee, Text};

/// More texts than this for one expression are not told apart any more.
const MAX_TEXTS: usize = 32;
/// Expressions looked at for one question.
const MAX_EXPRS: u32 = 4000;
/// Nested expressions, calls and callers.
const MAX_DEPTH: usize = 64;
/// Callers of callers.
const MAX_CALLERS: u32 = 3;
/// More callers, or writers of a field, than this say nothing of one of them.
const MAX_SITES: usize = 64;

/// A call that the walk has entered: its parameters are the arguments there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) function: FnId,
    pub(super) caller: BodyKey,
    pub(super) call: ExprId,
}

pub(super) struct Walk<'s> {
    pub(super) strings: &'s Strings<'s>,
    stack: Vec<(BodyKey, ExprId, usize)>,
    pub(super) frames: Vec<Frame>,
    callers: u32,
    budget: u32,
    /// Whether what is empty because nothing is set counts as a text.
    pub(super) knows_nothing: bool,
}

impl<'s> Walk<'s> {
    pub(super) fn new(strings: &'s Strings<'s>) -> Walk<'s> {
        Walk {
            strings,
            stack: Vec::new(),
            frames: Vec::new(),
            callers: 0,
            budget: MAX_EXPRS,
            knows_nothing: false,
        }
    }

    pub(super) fn texts(&mut self, key: BodyKey, expr: ExprId) -> Vec<Traced> {
        self.expr(key, expr, &[])
    }

    /// The texts of a part of an expression's value. Collections stand for any of their elements.
    pub(super) fn expr(&mut self, key: BodyKey, expr: ExprId, parts: &[Part]) -> Vec<Traced> {
        let mark = (key, expr, self.frames.len());
        if self.budget == 0 || self.stack.len() >= MAX_DEPTH || self.stack.contains(&mark) {
            return Vec::new();
        }
        self.budget -= 1;
        self.stack.push(mark);
        let mut found = self.expr_now(key, expr, parts);
        self.stack.pop();
        found.truncate(MAX_TEXTS);
        found
    }

    fn expr_now(&mut self, key: BodyKey, expr: ExprId, parts: &[Part]) -> Vec<Traced> {
        let strings = self.strings;
        let data = &strings.program[key];
        let body = &data.body;
        let span = body.expr_range(expr).in_file(data.file);
        match body.expr(expr) {
            Expr::Literal(literal) if parts.is_empty() => literal_text(literal, span),
            Expr::Path(_) => self.path(key, expr, parts),
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => self.expr(key, *inner, parts),
            Expr::Index { base, .. } => self.expr(key, *base, parts),
            Expr::Block(block) => block
                .tail
                .map_or(Vec::new(), |it| self.expr(key, it, parts)),
            Expr::If {
                then, otherwise, ..
            } => {
                let mut all = self.expr(key, *then, parts);
                all.extend(otherwise.map_or(Vec::new(), |it| self.expr(key, it, parts)));
                all
            }
            Expr::Match { arms, .. } => {
                let mut all = Vec::new();
                for arm in arms {
                    all.extend(self.expr(key, arm.body, parts));
                }
                all
            }
            Expr::Array(elements) => {
                let mut all = Vec::new();
                for element in elements {
                    all.extend(self.expr(key, *element, parts));
                }
                all
            }
            Expr::Repeat { value, .. } => self.expr(key, *value, parts),
            Expr::Tuple(elements) => match parts {
                [Part::Index(at), rest @ ..] => elements
                    .get(*at)
                    .map_or(Vec::new(), |it| self.expr(key, *it, rest)),
                _ => Vec::new(),
            },
            Expr::Struct(fields) => {
                let [Part::Field(name), rest @ ..] = parts else {
                    return Vec::new();
                };
                let field = fields.fields.iter().find(|(it, _)| it == name);
                match (field, fields.rest) {
                    (Some((_, value)), _) => self.expr(key, *value, rest),
                    (None, Some(base)) => self.expr(key, base, parts),
                    (None, None) => Vec::new(),
                }
            }
            Expr::Field { base, name } => self.field(key, *base, *name, parts),
            Expr::Binary {
                op: BinaryOp::Add,
                lhs,
                rhs,
            } if parts.is_empty() => self.joined(key, &[*lhs, *rhs], &Text::default()),
            Expr::Macro(call) if parts.is_empty() => self.format(key, call, span),
            Expr::Closure(closure) => self.expr(key, closure.body, parts),
            Expr::Call { callee, args } => self.call(key, expr, *callee, args, parts),
            Expr::MethodCall(call) => self.method(key, expr, call, parts),
            _ => Vec::new(),
        }
    }

    fn path(&mut self, key: BodyKey, expr: ExprId, parts: &[Part]) -> Vec<Traced> {
        let strings = self.strings;
        let typing = strings.values.typing(key);
        if let Some(pat) = typing.local(expr) {
            return self.local(key, pat, parts);
        }
        let mut all = Vec::new();
        for callee in typing.defs(expr) {
            match callee {
                Callee::Const(id) => {
                    let def = &strings.program[*id];
                    let Some(body) = def.body else { continue };
                    let root = strings.program[body].body.root;
                    let step = Step {
                        what: format!("constant `{}`", def.name),
                        span: def.name_range.in_file(def.file),
                    };
                    all.extend(with_step(self.expr(body, root, parts), &step));
                }
                // A function that is handed on: `unwrap_or_else(default_url)`.
                Callee::Fn(candidate) => all.extend(self.function(candidate.id, None, parts)),
                // `unwrap_or_else(String::new)`.
                Callee::External(path) if self.knows_nothing && makes_nothing(*path) => {
                    let data = &strings.program[key];
                    let span = data.body.expr_range(expr).in_file(data.file);
                    all.push(nothing(span));
                }
                _ => {}
            }
        }
        all
    }

    fn local(&mut self, key: BodyKey, pat: PatId, parts: &[Part]) -> Vec<Traced> {
        let locals = self.strings.locals(key);
        let mut all = Vec::new();
        for source in locals.sources(pat) {
            let parts: Vec<Part> = source.parts.iter().chain(parts).copied().collect();
            all.extend(match source.from {
                From::Expr(value) => self.expr(key, value, &parts),
                From::Param(position) => self.param(key, position, &parts),
                From::Field(adt, name) => self.written(adt, name, &parts),
            });
        }
        all
    }

    /// A parameter: the argument of the call that led here, or those of all calls.
    fn param(&mut self, key: BodyKey, position: usize, parts: &[Part]) -> Vec<Traced> {
        let strings = self.strings;
        let BodyOwner::Fn(function) = strings.program[key].owner else {
            return Vec::new();
        };
        if let Some(frame) = self.frames.last().copied() {
            if frame.function != function {
                return Vec::new();
            }
            let Some(arg) = self.argument(function, frame.caller, frame.call, position) else {
                return Vec::new();
            };
            self.frames.pop();
            let found = self.expr(frame.caller, arg, parts);
            self.frames.push(frame);
            return found;
        }
        let sites = strings.callers(function);
        if self.callers >= MAX_CALLERS || sites.len() > MAX_SITES {
            return Vec::new();
        }
        self.callers += 1;
        let mut all = Vec::new();
        for (caller, call) in sites.iter() {
            let Some(arg) = self.argument(function, *caller, *call, position) else {
                continue;
            };
            let data = &strings.program[*caller];
            let step = Step {
                what: format!("argument of `{}`", strings.program[function].name),
                span: data.body.expr_range(arg).in_file(data.file),
            };
            all.extend(with_step(self.expr(*caller, arg, parts), &step));
        }
        self.callers -= 1;
        all
    }

    /// The argument for a parameter; a call by path passes `self` as the first one.
    fn argument(
        &self,
        function: FnId,
        caller: BodyKey,
        call: ExprId,
        position: usize,
    ) -> Option<ExprId> {
        let program = self.strings.program;
        match program[caller].body.expr(call) {
            Expr::MethodCall(call) => call.args.get(position).copied(),
            Expr::Call { args, .. } => {
                let skip = args.len().checked_sub(program[function].sig.params.len())?;
                args.get(skip + position).copied()
            }
            _ => None,
        }
    }

    fn field(&mut self, key: BodyKey, base: ExprId, name: Name, parts: &[Part]) -> Vec<Traced> {
        let strings = self.strings;
        let typing = strings.values.typing(key);
        if let Some(adt) = strings.owner(typing.ty(base), name) {
            return self.written(adt, name, parts);
        }
        let first = match name.as_str().parse() {
            Ok(position) if matches!(typing.ty(base).peel_refs(), Ty::Tuple(_)) => {
                Part::Index(position)
            }
            _ => Part::Field(name),
        };
        let parts: Vec<Part> = std::iter::once(first)
            .chain(parts.iter().copied())
            .collect();
        self.expr(key, base, &parts)
    }

    /// What is written into a field, wherever, and its defaults.
    fn written(&mut self, adt: AdtId, name: Name, parts: &[Part]) -> Vec<Traced> {
        let strings = self.strings;
        let def = &strings.program[adt];
        let Some(field) = def.fields().iter().find(|it| it.name == name) else {
            return Vec::new();
        };
        let step = Step {
            what: format!("field `{}::{}`", def.name, field.name),
            span: field.range.in_file(def.file),
        };
        // Whoever wrote the field was not called from here.
        let frames = std::mem::take(&mut self.frames);
        let mut all = Vec::new();
        let sites = strings.writes(adt, name);
        if sites.len() <= MAX_SITES {
            for (key, value) in sites.iter() {
                all.extend(self.expr(*key, *value, parts));
            }
        }
        if parts.is_empty() {
            for attr in &field.attrs {
                all.extend(self.default_of(adt, &attr.meta));
            }
            if self.knows_nothing {
                all.extend(left_out(def, field));
            }
        }
        self.frames = frames;
        with_step(all, &step)
    }

    /// `#[serde(default = "function")]`, `#[arg(default_value = "text")]`.
    fn default_of(&mut self, adt: AdtId, meta: &Meta) -> Vec<Traced> {
        let strings = self.strings;
        let def = &strings.program[adt];
        let mut all = Vec::new();
        for entry in meta.list() {
            let span = entry.range.in_file(def.file);
            match (entry.last_segment().map(Name::as_str), &entry.value) {
                (
                    Some("default_value" | "default_value_t"),
                    MetaValue::Literal(Literal::Str(text)),
                ) => all.push(Traced {
                    text: Text::known(&**text, Some(span)),
                    steps: Vec::new(),
                }),
                (Some("default"), MetaValue::Literal(Literal::Str(path)))
                    if meta.is("serde") || meta.is("builder") =>
                {
                    let names: Vec<Name> = path.split("::").map(Name::new).collect();
                    for found in strings.program.resolve_names(def.module, &names, false) {
                        if let crate::program::Def::Fn(function) = found.def
                            && found.used == names.len()
                        {
                            all.extend(self.function(function, None, &[]));
                        }
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// What a function returns: at its end and at each `return`.
    pub(super) fn function(
        &mut self,
        function: FnId,
        call: Option<(BodyKey, ExprId)>,
        parts: &[Part],
    ) -> Vec<Traced> {
        let program = self.strings.program;
        let Some(key) = program[function].body else {
            return Vec::new();
        };
        let entered = call.map(|(caller, call)| Frame {
            function,
            caller,
            call,
        });
        let frames = match entered {
            Some(frame) => {
                self.frames.push(frame);
                None
            }
            None => Some(std::mem::take(&mut self.frames)),
        };
        let body = &program[key].body;
        let mut all = self.expr(key, body.root, parts);
        for (_, expr) in body.exprs() {
            if let Expr::Return(Some(value)) = expr {
                all.extend(self.expr(key, *value, parts));
            }
        }
        match frames {
            Some(frames) => self.frames = frames,
            None => {
                self.frames.pop();
            }
        }
        let def = &program[function];
        let step = Step {
            what: format!("function `{}`", def.name),
            span: def.name_span(),
        };
        with_step(all, &step)
    }

    /// Several expressions' texts one after the other: each text of each expression occurs
    /// in one of the results at least, but not every combination does.
    pub(super) fn joined(
        &mut self,
        key: BodyKey,
        exprs: &[ExprId],
        separator: &Text,
    ) -> Vec<Traced> {
        let choices: Vec<Vec<Traced>> = exprs.iter().map(|it| self.texts(key, *it)).collect();
        let body = &self.strings.program[key].body;
        combined(&choices, |choose| {
            let mut text = Text::default();
            for (at, expr) in exprs.iter().enumerate() {
                if at > 0 {
                    text.push(separator);
                }
                text.push(&choose(at).unwrap_or_else(|| Text::hole(expr_name(body, *expr))));
            }
            Some(text)
        })
    }

    fn format(&mut self, key: BodyKey, call: &MacroCall, span: Span) -> Vec<Traced> {
        let args = call.args.as_deref().unwrap_or(&[]);
        if !matches!(
            call.path.last().map(Name::as_str),
            Some("format" | "format_args" | "concat")
        ) {
            return Vec::new();
        }
        let exprs: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
        let choices: Vec<Vec<Traced>> = exprs.iter().map(|it| self.texts(key, *it)).collect();
        let body = &self.strings.program[key].body;
        combined(&choices, |choose| {
            format_macro(body, call, span, &mut |expr| {
                let at = exprs.iter().position(|it| *it == expr);
                at.and_then(choose)
                    .unwrap_or_else(|| Text::hole(expr_name(body, expr)))
            })
        })
    }
}

/// Whether a function gives an empty text.
pub(super) fn makes_nothing(path: Name) -> bool {
    path == "std::string::String::new" || path == "std::string::String::default"
}

/// An empty text.
pub(super) fn nothing(span: Span) -> Traced {
    Traced {
        text: Text::known("", Some(span)),
        steps: Vec::new(),
    }
}

/// The empty text that a field holds where settings leave it out: `#[serde(default)]` at it or at a type with
/// `#[derive(Default)]`, `#[arg(default_value = "")]`.
fn left_out(def: &AdtDef, field: &Field) -> Option<Traced> {
    let has_default = |attrs: &[Attr]| {
        let mut serde = attrs.iter().filter(|it| it.meta.is("serde"));
        serde.any(|it| {
            let mut entries = it.meta.list().iter();
            entries.any(|it| it.is("default") && matches!(it.value, MetaValue::None))
        })
    };
    let derives = |attrs: &[Attr]| {
        let mut derives = attrs.iter().filter(|it| it.meta.is("derive"));
        derives.any(|it| {
            it.meta
                .list()
                .iter()
                .any(|it| it.last_segment().is_some_and(|it| it == "Default"))
        })
    };
    let is_text = field
        .ty
        .as_path()
        .and_then(|it| it.last())
        .is_some_and(|it| it == "String");
    let is_empty = |it: &Attr| {
        it.meta.list().iter().any(|it| {
            let is_default = it.last_segment().is_some_and(|it| it == "default_value");
            is_default
                && matches!(&it.value, MetaValue::Literal(Literal::Str(text)) if text.is_empty())
        })
    };
    let is_left_out = is_text
        && (has_default(&field.attrs)
            || has_default(&def.attrs) && derives(&def.attrs)
            || field.attrs.iter().any(is_empty));
    let span = field.range.in_file(def.file);
    is_left_out.then(|| Traced {
        text: Text::known("", Some(span)),
        steps: vec![Step {
            what: FALLBACK.into(),
            span,
        }],
    })
}

/// Makes texts out of one choice for each of several expressions. The steps are those of the
/// expression with which the result begins.
fn combined(
    choices: &[Vec<Traced>],
    make: impl Fn(&dyn Fn(usize) -> Option<Text>) -> Option<Text>,
) -> Vec<Traced> {
    let rounds = choices.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let mut all: Vec<Traced> = Vec::new();
    for round in 0..rounds.min(MAX_TEXTS) {
        let chosen = |at: usize| {
            let of = choices.get(at)?;
            of.get(round.min(of.len().checked_sub(1)?))
        };
        let Some(text) = make(&|at| chosen(at).map(|it| it.text.clone())) else {
            continue;
        };
        let first = (0..choices.len())
            .filter_map(chosen)
            .find(|it| it.text.origin.is_some() && it.text.origin == text.origin);
        let traced = Traced {
            steps: first.map_or(Vec::new(), |it| it.steps.clone()),
            text,
        };
        if !all.contains(&traced) {
            all.push(traced);
        }
    }
    all
}

fn with_step(mut found: Vec<Traced>, step: &Step) -> Vec<Traced> {
    for traced in &mut found {
        traced.steps.insert(0, step.clone());
    }
    found
}

fn literal_text(literal: &Literal, span: Span) -> Vec<Traced> {
    let text = match literal {
        Literal::Str(text) => text.to_string(),
        Literal::Char(char) => char.to_string(),
        Literal::Int(Some(number)) => number.to_string(),
        Literal::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    vec![Traced {
        text: Text::known(text, Some(span)),
        steps: Vec::new(),
    }]
}
