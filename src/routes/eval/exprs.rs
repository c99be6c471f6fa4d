//! Expressions, statements and patterns.

use std::sync::Arc;

use super::join::join;
use super::{Eval, Frame, MAX_STEPS, shorten};
use crate::facts::body::{BinaryOp, Literal, LoopKind, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId, Stmt};
use crate::program::Ty;
use crate::routes::value::{Callable, Env, Lost, Value};
use crate::source::Name;
use crate::values::{Callee, Text, text};

impl Eval<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, frame: &mut Frame, id: ExprId) -> Value {
        self.steps += 1;
        let program = self.program;
        let body = &program[frame.body].body;
        if self.steps > MAX_STEPS {
            if self.steps == MAX_STEPS + 1 {
                // Where the bound was met says nothing: what is lost are routers of the root.
                let span = match self.root {
                    Some(root) => program[root].name_span(),
                    None => body.expr_range(id).in_file(program[frame.body].file),
                };
                let reason = "the code that builds routers is too large to be followed to its end";
                self.lost.push(Lost {
                    reason: reason.into(),
                    span,
                });
            }
            return Value::Unknown;
        }
        match body.expr(id) {
            Expr::Literal(Literal::Str(value)) => {
                let span = body.expr_range(id).in_file(program[frame.body].file);
                Value::Text(Text::known(&**value, Some(span)))
            }
            Expr::Literal(Literal::Bool(value)) => Value::Bool(*value),
            Expr::Path(path) => self.path(frame, id, path.last()),
            Expr::Call { callee, args } => self.call(frame, id, *callee, args),
            Expr::MethodCall(call) => self.method_call(frame, id, call),
            Expr::Field { base, name } => {
                let base = self.expr(frame, *base);
                field(&base, *name)
            }
            Expr::Index { base, index } => {
                let base = self.expr(frame, *base);
                self.expr(frame, *index);
                match base {
                    Value::List(all) => all
                        .into_iter()
                        .fold(Value::Unknown, |a, b| join(a, b, None)),
                    _ => Value::Unknown,
                }
            }
            Expr::Struct(data) => {
                let fields = data
                    .fields
                    .iter()
                    .map(|(name, value)| (*name, self.expr(frame, *value)))
                    .collect::<Vec<_>>();
                match self.values.typing(frame.body).ty(id).peel_refs() {
                    Ty::Adt(adt, _) => Value::Struct(*adt, Arc::new(fields.into_iter().collect())),
                    ty @ Ty::External(..) => Value::Object(
                        ty.clone(),
                        fields.into_iter().map(|(_, value)| value).collect(),
                    ),
                    _ => Value::List(fields.into_iter().map(|(_, value)| value).collect()),
                }
            }
            Expr::Tuple(all) | Expr::Array(all) => {
                Value::List(all.iter().map(|id| self.expr(frame, *id)).collect())
            }
            Expr::Repeat { value, .. } => {
                let value = self.expr(frame, *value);
                Value::List(vec![value])
            }
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => match self.expr(frame, *inner) {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Unknown,
            },
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => self.expr(frame, *inner),
            Expr::Binary {
                op: BinaryOp::Add,
                lhs,
                rhs,
            } => {
                let left = self.text_of(frame, *lhs);
                let right = self.text_of(frame, *rhs);
                let mut whole = left;
                whole.push(&right);
                Value::Text(whole)
            }
            Expr::Binary {
                op: BinaryOp::AddAssign,
                lhs,
                rhs,
            } => {
                let mut whole = self.text_of(frame, *lhs);
                whole.push(&self.text_of(frame, *rhs));
                self.assign(frame, *lhs, Value::Text(whole));
                Value::Unknown
            }
            Expr::Binary { lhs, rhs, .. } => {
                self.expr(frame, *lhs);
                self.expr(frame, *rhs);
                Value::Unknown
            }
            Expr::Assign { target, value } => {
                let value = self.expr(frame, *value);
                self.assign(frame, *target, value);
                Value::Unknown
            }
            Expr::Block(block) => {
                let may_be_absent = |at: usize| usize::from(block.cfg_at(at).is_some());
                for (at, stmt) in block.stmts.iter().enumerate() {
                    self.uncertain += may_be_absent(at);
                    match (block.cfg_at(at), stmt) {
                        (Some(cfg), Stmt::Let(data)) => {
                            let before = self.shadowed(frame, data.pat);
                            self.stmt(frame, stmt);
                            if let Some(before) = before
                                && let Some(now) = frame.env.locals.remove(&data.pat)
                            {
                                let either = join(now, before, Some(&cfg.to_string()));
                                frame.env.locals.insert(data.pat, either);
                            }
                        }
                        _ => self.stmt(frame, stmt),
                    }
                    self.uncertain -= may_be_absent(at);
                }
                let Some(tail) = block.tail else {
                    return Value::Unknown;
                };
                self.uncertain += may_be_absent(block.stmts.len());
                let value = self.expr(frame, tail);
                self.uncertain -= may_be_absent(block.stmts.len());
                value
            }
            Expr::If {
                cond,
                then,
                otherwise,
            } => self.branch(frame, *cond, *then, *otherwise),
            Expr::Let { pat, value } => {
                let value = self.expr(frame, *value);
                self.bind(frame, *pat, value);
                Value::Unknown
            }
            Expr::Match { scrutinee, arms } => {
                let value = self.expr(frame, *scrutinee);
                let before = frame.env.clone();
                let subject = shorten(self.slice(frame, *scrutinee));
                let mut joined: Option<(Value, Env, String)> = None;
                for arm in arms {
                    frame.env = before.clone();
                    self.bind(frame, arm.pat, value.clone());
                    let text = self
                        .sources
                        .slice(body.pat_range(arm.pat).in_file(program[frame.body].file));
                    let condition = format!("{subject} is {}", shorten(text));
                    let result = self.expr(frame, arm.body);
                    if self.diverges(frame, arm.body) {
                        continue;
                    }
                    let env = std::mem::take(&mut frame.env);
                    joined = Some(match joined.take() {
                        None => (result, env, condition),
                        Some((a, env_a, first)) => (
                            join(a, result, Some(&first)),
                            join_envs(env_a, env, Some(&first)),
                            first,
                        ),
                    });
                }
                let (value, env, _) = joined.unwrap_or((Value::Unknown, before, String::new()));
                frame.env = env;
                value
            }
            Expr::Loop(data) => {
                match data.kind {
                    LoopKind::Loop => {
                        self.expr(frame, data.body);
                    }
                    LoopKind::While(cond) => {
                        self.expr(frame, cond);
                        self.uncertain += 1;
                        self.expr(frame, data.body);
                        self.uncertain -= 1;
                    }
                    LoopKind::For(pat, iter) => match self.expr(frame, iter) {
                        Value::List(all) if all.len() <= 200 => {
                            for value in all {
                                self.bind(frame, pat, value);
                                self.expr(frame, data.body);
                            }
                        }
                        _ => {
                            self.bind(frame, pat, Value::Unknown);
                            self.uncertain += 1;
                            self.expr(frame, data.body);
                            self.uncertain -= 1;
                        }
                    },
                }
                Value::Unknown
            }
            Expr::Closure(_) => Value::Callable(Callable::Closure(
                frame.body,
                id,
                Arc::new(frame.env.clone()),
            )),
            Expr::Return(value) => {
                if let Some(value) = value {
                    let value = self.expr(frame, *value);
                    frame.returned.push(value);
                }
                Value::Unknown
            }
            Expr::Break { value, .. } | Expr::Yield(value) => {
                value.map_or(Value::Unknown, |id| self.expr(frame, id))
            }
            Expr::Macro(call) => self.macro_call(frame, id, call),
            Expr::Range { .. } | Expr::Missing | Expr::Continue(_) | Expr::Literal(_) => {
                Value::Unknown
            }
        }
    }

    fn stmt(&mut self, frame: &mut Frame, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(id) => {
                let value = self.expr(frame, *id);
                // A router inside something that ends in a statement was handed to code that serves
                // it. A bare router was only changed in place (`cfg.service(..);`).
                if !matches!(value, Value::Router(_)) && value.holds_router() {
                    let span = self.program[frame.body]
                        .body
                        .expr_range(*id)
                        .in_file(self.program[frame.body].file);
                    self.emit(&value, span);
                }
            }
            Stmt::Let(data) => {
                let value = data.init.map_or(Value::Unknown, |id| self.expr(frame, id));
                if let Some(diverge) = data.diverge {
                    self.expr(frame, diverge);
                }
                self.bind(frame, data.pat, value);
            }
        }
    }

    /// What the variable is worth whose name a pattern takes: under `#[cfg(..)] let app =
    /// app.layer(..);` it keeps the name in other builds.
    fn shadowed(&self, frame: &Frame, pat: PatId) -> Option<Value> {
        let body = &self.program[frame.body].body;
        let name_of = |pat: PatId| match body.pat(pat) {
            Pat::Bind { name, .. } => Some(*name),
            _ => None,
        };
        let name = name_of(pat)?;
        let known = frame.env.locals.keys().copied();
        let earlier = known.filter(|it| *it < pat && name_of(*it) == Some(name));
        frame.env.locals.get(&earlier.max()?).cloned()
    }

    fn branch(
        &mut self,
        frame: &mut Frame,
        cond: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    ) -> Value {
        let known = self.expr(frame, cond);
        if let Value::Bool(known) = known {
            return match (known, otherwise) {
                (true, _) => self.expr(frame, then),
                (false, Some(otherwise)) => self.expr(frame, otherwise),
                (false, None) => Value::Unknown,
            };
        }
        let condition = shorten(self.slice(frame, cond));
        let before = frame.env.clone();
        let a = self.expr(frame, then);
        let a_diverges = self.diverges(frame, then);
        let env_a = std::mem::replace(&mut frame.env, before);
        let b = otherwise.map_or(Value::Unknown, |id| self.expr(frame, id));
        let b_diverges = otherwise.is_some_and(|id| self.diverges(frame, id));
        let env_b = std::mem::take(&mut frame.env);
        let (value, env) = match (a_diverges, b_diverges) {
            (true, false) => (b, env_b),
            (false, true) => (a, env_a),
            _ => (
                join(a, b, Some(&condition)),
                join_envs(env_a, env_b, Some(&condition)),
            ),
        };
        frame.env = env;
        value
    }

    /// Whether a branch ends in `return`, `break`, `continue` or a panic.
    fn diverges(&self, frame: &Frame, id: ExprId) -> bool {
        let body = &self.program[frame.body].body;
        match body.expr(id) {
            Expr::Return(_) | Expr::Break { .. } | Expr::Continue(_) => true,
            Expr::Block(block) => match (block.tail, block.stmts.last()) {
                (Some(tail), _) => self.diverges(frame, tail),
                (None, Some(Stmt::Expr(last))) => self.diverges(frame, *last),
                _ => false,
            },
            Expr::Macro(call) => call.path.last().is_some_and(|it| {
                matches!(
                    it.as_str(),
                    "panic" | "bail" | "unreachable" | "todo" | "unimplemented"
                )
            }),
            _ => false,
        }
    }

    fn path(&mut self, frame: &Frame, id: ExprId, last: Option<Name>) -> Value {
        let typing = self.values.typing(frame.body);
        if let Some(pat) = typing.local(id) {
            return frame.env.locals.get(&pat).cloned().unwrap_or_default();
        }
        if last.is_some_and(|name| name == "self") {
            return frame.env.this.as_deref().cloned().unwrap_or_default();
        }
        let callees = self.callees(frame, id, id);
        match callees.first() {
            Some(Callee::Fn(candidate)) => {
                let types = self.types_of(frame, id, candidate);
                Value::Callable(Callable::Fn(candidate.id, types))
            }
            Some(Callee::External(path)) => match typing.ty(id) {
                ty @ Ty::External(..) => Value::Object(ty.clone(), Vec::new()),
                _ if path
                    .as_str()
                    .rsplit("::")
                    .next()
                    .is_some_and(|last| last.starts_with(char::is_uppercase)) =>
                {
                    Value::Object(Ty::External(*path, std::sync::Arc::from([])), Vec::new())
                }
                _ => Value::Callable(Callable::External(*path)),
            },
            Some(Callee::Constructor(crate::program::Def::Adt(adt))) => {
                Value::Struct(*adt, Arc::default())
            }
            Some(Callee::Const(id)) => {
                if let Some(text) = self.values.const_text(*id) {
                    return Value::Text(text);
                }
                let Some(body) = self.program[*id].body else {
                    return Value::Unknown;
                };
                if self.stack.len() > 40 || self.program[body].body.expr_count() > 4000 {
                    return Value::Unknown;
                }
                let mut inner = Frame {
                    body,
                    env: Env {
                        types: frame.env.types.clone(),
                        ..Env::default()
                    },
                    returned: Vec::new(),
                };
                let root = self.program[body].body.root;
                self.expr(&mut inner, root)
            }
            _ => Value::Unknown,
        }
    }

    pub(super) fn assign(&mut self, frame: &mut Frame, target: ExprId, value: Value) {
        let body = &self.program[frame.body].body;
        match body.expr(target) {
            Expr::Path(path) => {
                if let Some(pat) = self.values.typing(frame.body).local(target) {
                    frame.env.locals.insert(pat, value);
                } else if path.last().is_some_and(|name| name == "self") {
                    frame.env.this = Some(Box::new(value));
                }
            }
            Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            } => self.assign(frame, *inner, value),
            Expr::Field { base, name } => {
                let base = *base;
                let name = *name;
                if let Value::Struct(adt, fields) = self.expr(frame, base) {
                    let mut fields = (*fields).clone();
                    fields.insert(name, value);
                    self.assign(frame, base, Value::Struct(adt, Arc::new(fields)));
                }
            }
            _ => {}
        }
    }

    /// Binds a pattern.
    pub(super) fn bind(&mut self, frame: &mut Frame, pat: PatId, value: Value) {
        let body = &self.program[frame.body].body;
        match body.pat(pat) {
            Pat::Bind { sub, .. } => {
                if let Some(sub) = sub {
                    self.bind(frame, *sub, value.clone());
                }
                frame.env.locals.insert(pat, value);
            }
            Pat::Typed(inner, _) | Pat::Ref(inner) => self.bind(frame, *inner, value),
            Pat::Tuple(all) | Pat::Slice(all) => {
                let parts = match value {
                    Value::List(parts) => parts,
                    _ => Vec::new(),
                };
                for (at, pat) in all.iter().enumerate() {
                    self.bind(frame, *pat, parts.get(at).cloned().unwrap_or_default());
                }
            }
            // `Some(x)`, `Ok(x)` and newtypes are transparent.
            Pat::TupleStruct(_, all) => {
                if let [only] = &**all {
                    self.bind(frame, *only, value);
                } else {
                    for pat in all {
                        self.bind(frame, *pat, Value::Unknown);
                    }
                }
            }
            Pat::Struct(_, fields) => {
                for (name, pat) in fields {
                    let value = field(&value, *name);
                    self.bind(frame, *pat, value);
                }
            }
            Pat::Or(all) => {
                if let Some(first) = all.first() {
                    self.bind(frame, *first, value);
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }

    /// The text of an expression; a hole named after the code if nothing is known.
    pub(super) fn text_of(&mut self, frame: &mut Frame, id: ExprId) -> Text {
        match self.expr(frame, id) {
            Value::Text(text) => text,
            _ => self
                .values
                .text(frame.body, id)
                .unwrap_or_else(|| Text::hole(text::expr_name(&self.program[frame.body].body, id))),
        }
    }

    fn slice(&self, frame: &Frame, id: ExprId) -> &str {
        let data = &self.program[frame.body];
        self.sources
            .slice(data.body.expr_range(id).in_file(data.file))
    }
}

/// A field of a value.
fn field(value: &Value, name: Name) -> Value {
    match value {
        Value::Struct(_, fields) => fields.get(&name).cloned().unwrap_or_default(),
        Value::List(all) => name
            .as_str()
            .parse::<usize>()
            .ok()
            .and_then(|at| all.get(at).cloned())
            .unwrap_or_default(),
        _ => Value::Unknown,
    }
}

#[expect(
    clippy::iter_over_hash_type,
    reason = "what comes out is keyed the same way"
)]
fn join_envs(a: Env, b: Env, condition: Option<&str>) -> Env {
    let mut joined = Env {
        locals: Default::default(),
        this: None,
        types: a.types,
    };
    let mut b_locals = b.locals;
    for (pat, value) in a.locals {
        let value = match b_locals.remove(&pat) {
            Some(other) => join(value, other, condition),
            None => value,
        };
        joined.locals.insert(pat, value);
    }
    joined.locals.extend(b_locals);
    joined.this = match (a.this, b.this) {
        (Some(a), Some(b)) => Some(Box::new(join(*a, *b, condition))),
        (a, b) => a.or(b),
    };
    joined
}
