//! One function, from its first statement to its last.

use super::channels::{Channel, is_sender};
use super::env::Env;
use super::summary::{MAX_EXPRS, Reach, Sink, Summaries, Summary};
use super::taint::{Callable, Origin, SELF, Taint, Value};
use super::{types, verdicts};
use rustc_hash::FxHashSet;

use crate::facts::body::{BinaryOp, BlockKind, Closure, UnaryOp};
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::models::{SinkKind, Sinks};
use crate::program::{BodyKey, FnId, Ty};
use crate::source::{Name, Span};
use crate::values::{Callee, Typing};

/// What leaves a function, closure or async block.
#[derive(Default)]
struct Leaving {
    value: Value,
    env: Option<Env>,
}

/// A walk through one function's body.
pub(super) struct Walk<'w, 'a> {
    pub(super) all: &'w Summaries<'a>,
    pub(super) id: FnId,
    pub(super) key: BodyKey,
    pub(super) body: &'a Body,
    pub(super) typing: &'a Typing,
    /// `None`: this point is not reached.
    pub(super) env: Option<Env>,
    pub(super) summary: Summary,
    leaving: Vec<Leaving>,
    /// The channels that it makes.
    pub(super) channels: Vec<Channel>,
    /// Whether something was put into one that was not known to be in it.
    pub(super) has_news: bool,
    /// By loop, what variables hold where it is left by `break`, with the value.
    pub(super) breaks: Vec<(Option<Name>, Vec<Env>, Value)>,
    /// Closures that are being walked through.
    pub(super) inside: Vec<ExprId>,
    /// The expressions by which the function leaves.
    ends: FxHashSet<ExprId>,
    exprs: u32,
}

impl<'w, 'a> Walk<'w, 'a> {
    /// What a function does with what it is handed.
    pub(super) fn run(all: &'w Summaries<'a>, id: FnId) -> Summary {
        let program = all.program;
        let Some(key) = program[id].body else {
            return Summary::default();
        };
        let body: &Body = &program[key].body;
        if body.problem.is_some() {
            return Summary::default();
        }
        let once = |channels| Walk::once(all, id, (key, body), channels);
        let first = once(Vec::new());
        match first.has_news {
            true => once(first.channels).summary,
            false => first.summary,
        }
    }

    /// A walk to its end, where channels hold what they do.
    fn once(
        all: &'w Summaries<'a>,
        id: FnId,
        (key, body): (BodyKey, &'a Body),
        channels: Vec<Channel>,
    ) -> Walk<'w, 'a> {
        let mut walk = Walk {
            all,
            id,
            key,
            body,
            typing: all.values.typing(key),
            env: Some(Env::default()),
            summary: Summary::default(),
            leaving: vec![Leaving::default()],
            channels,
            has_news: false,
            breaks: Vec::new(),
            inside: Vec::new(),
            ends: verdicts::ends(all.program, id, body),
            exprs: 0,
        };
        walk.begin();
        let value = walk.expr(body.root);
        walk.leave(value);
        walk.end();
        walk
    }

    /// Binds the parameters: to what they are by their type, or to what the caller hands in.
    fn begin(&mut self) {
        let def = &self.all.program[self.id];
        if def.sig.self_param.is_some() {
            let env = self.env.as_mut().expect("nothing has been left yet");
            env.this = Value::tainted(Taint::new(Origin::Param(SELF, Vec::new())));
        }
        for (at, pat) in self.body.params.iter().enumerate() {
            let value = self.parameter(at);
            self.bind(*pat, value);
        }
        self.record_parameters();
    }

    fn end(&mut self) {
        let leaving = self.leaving.pop().unwrap_or_default();
        self.answer(&leaving.value);
        self.summary.value = leaving.value;
        let def = &self.all.program[self.id];
        if let Some(env) = leaving.env {
            let is_changed = |value: &Value, at: u16| {
                !value.is_same(&Value::tainted(Taint::new(Origin::Param(at, Vec::new()))))
            };
            if def.sig.self_param.is_some() && is_changed(&env.this, SELF) {
                self.summary.after.push((SELF, env.this.clone()));
            }
            for (at, pat) in self.body.params.iter().enumerate() {
                let is_mutable = def.sig.params.get(at).is_some_and(|it| {
                    matches!(it.ty, crate::facts::TypeRef::Ref { mutable: true, .. })
                });
                let is_sender =
                    !is_mutable && is_sender(self.all.program, self.typing.pat_ty(*pat));
                if (is_mutable || is_sender)
                    && let Some(value) = env.local(*pat)
                    && is_changed(value, at as u16)
                {
                    self.summary.after.push((at as u16, value.clone()));
                }
            }
        }
    }

    pub(super) fn span(&self, id: ExprId) -> Span {
        let file = self.all.program[self.key].file;
        self.body.expr_range(id).in_file(file)
    }

    pub(super) fn pat_span(&self, id: PatId) -> Span {
        let file = self.all.program[self.key].file;
        self.body.pat_range(id).in_file(file)
    }

    pub(super) fn ty(&self, id: ExprId) -> &'a Ty {
        self.typing.ty(id)
    }

    /// The value of an expression; where that is not reached, none.
    pub(super) fn expr(&mut self, id: ExprId) -> Value {
        self.exprs += 1;
        if self.env.is_none() || self.exprs > MAX_EXPRS {
            return Value::default();
        }
        let mut value = self.expr_now(id);
        if let Some(names) = self.all.secrets {
            value = self.named(names, id, value);
        }
        let is_left = self.env.is_some() && self.leaving.len() == 1;
        if is_left && self.ends.contains(&id) {
            self.note_end(id);
        }
        if self.all.asked.has(SinkKind::Inflation) {
            value = self.unpacked(id, value);
        }
        match value.is_clean() {
            true => value,
            false => types::narrowed(self.all.program, self.ty(id), value),
        }
    }

    pub(super) fn all_of(&mut self, ids: &[ExprId]) -> Vec<Value> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn expr_now(&mut self, id: ExprId) -> Value {
        let body = self.body;
        match body.expr(id) {
            Expr::Missing | Expr::Literal(_) => Value::default(),
            Expr::Path(path) => self.path(id, path),
            Expr::Call { callee, args } => self.call(id, *callee, args),
            Expr::MethodCall(call) => self.method_call(id, call),
            Expr::Field { base, name } => {
                let value = self.expr(*base);
                self.field_of(self.ty(*base), *name, &value)
            }
            Expr::Index { base, index } => {
                let value = self.expr(*base);
                self.expr(*index);
                match self.cuts(*index) {
                    true => Value::default(),
                    false => value,
                }
            }
            Expr::Struct(literal) => {
                let mut value = literal.rest.map_or_else(Value::default, |id| self.expr(id));
                for (name, at) in &literal.fields {
                    let field = self.expr(*at);
                    self.stored_in_struct(id, literal, (*name, *at), &field);
                    value.set(&[*name], field);
                }
                value.bounded()
            }
            Expr::Tuple(all) => {
                let parts = all.iter().enumerate();
                let parts = parts
                    .map(|(at, id)| (index_name(at), self.expr(*id)))
                    .collect();
                let made = Value::of_fields(parts);
                self.header_pair(all, &made);
                self.page_of(all, &made);
                made
            }
            Expr::Array(all) => self.joined(all),
            Expr::Repeat { value, len } => {
                let value = self.expr(*value);
                let count = self.expr(*len);
                self.sink(SinkKind::Allocation, *len, Name::new("vec!"), &count);
                value
            }
            Expr::Ref { inner, .. }
            | Expr::Cast { inner, .. }
            | Expr::Await(inner)
            | Expr::Try(inner)
            | Expr::Unary {
                op: UnaryOp::Deref | UnaryOp::Neg,
                inner,
            } => self.expr(*inner),
            Expr::Unary { inner, .. } => {
                self.expr(*inner);
                Value::default()
            }
            Expr::Binary { op, lhs, rhs } => self.binary(*op, *lhs, *rhs),
            Expr::Assign {
                target,
                value: given,
            } => {
                let value = self.expr(*given);
                self.stored_in_field(*target, *given, &value);
                self.assign(*target, value);
                Value::default()
            }
            Expr::Range { start, end } => {
                let ends: Vec<ExprId> = start.iter().chain(end).copied().collect();
                self.joined(&ends)
            }
            Expr::Block(block) => {
                if matches!(block.kind, BlockKind::Async | BlockKind::Try) {
                    return self.aside(|walk| walk.block(block));
                }
                let label = block.label;
                if label.is_none() {
                    return self.block(block);
                }
                self.breaks.push((label, Vec::new(), Value::default()));
                let value = self.block(block);
                self.after_loop(value)
            }
            Expr::If {
                cond,
                then,
                otherwise,
            } => self.branch(*cond, *then, *otherwise),
            Expr::Let { .. } => {
                self.condition(id);
                Value::default()
            }
            Expr::Match { scrutinee, arms } => self.choose(*scrutinee, arms),
            Expr::Loop(data) => self.repeat(data.label, data.kind, data.body),
            Expr::Closure(_) => Value::calling(Callable::Closure(self.key, id)),
            Expr::Return(value) => {
                let value = value.map_or_else(Value::default, |id| self.expr(id));
                self.leave(value);
                Value::default()
            }
            Expr::Break { label, value } => {
                let value = value.map_or_else(Value::default, |id| self.expr(id));
                if let Some(env) = self.env.take() {
                    let mut outer = self.breaks.iter_mut().rev();
                    if let Some(of) = outer.find(|it| label.is_none() || it.0 == *label) {
                        of.1.push(env);
                        of.2.join(&value);
                    }
                }
                Value::default()
            }
            Expr::Continue(_) => {
                if let Some(env) = self.env.take()
                    && let Some(of) = self.breaks.last_mut()
                {
                    of.1.push(env);
                }
                Value::default()
            }
            Expr::Yield(value) => {
                let value = value.map_or_else(Value::default, |id| self.expr(id));
                if let Some(leaving) = self.leaving.last_mut() {
                    leaving.value.join(&value);
                }
                Value::default()
            }
            Expr::Macro(call) => self.macro_call(id, call),
        }
    }

    fn path(&mut self, id: ExprId, path: &crate::facts::Path) -> Value {
        let env = self.env.as_ref();
        if let Some(pat) = self.typing.local(id) {
            let known = env.and_then(|it| it.local(pat));
            let known = known.cloned().unwrap_or_default();
            return match self.held_by_channel(pat) {
                Some(held) => known.or(held),
                None => known,
            };
        }
        if path.as_ident().is_some_and(|it| it == "self") {
            return env.map_or_else(Value::default, |it| it.this.clone());
        }
        match self.typing.defs(id).first() {
            Some(Callee::Fn(candidate)) => Value::calling(Callable::Fn(candidate.id)),
            _ => Value::default(),
        }
    }

    pub(super) fn joined(&mut self, all: &[ExprId]) -> Value {
        let mut value = Value::default();
        for id in all {
            let one = self.expr(*id);
            value.join(&one);
        }
        value
    }

    fn binary(&mut self, op: BinaryOp, lhs: ExprId, rhs: ExprId) -> Value {
        match op {
            BinaryOp::Add => {
                let left = self.expr(lhs);
                let right = self.expr(rhs);
                let right = self.behind(lhs, rhs, right);
                let before = self.lead_of(lhs, &left);
                let right = right.changed(|it| it.lead = it.lead.behind(before));
                left.or(&right)
            }
            BinaryOp::AddAssign => {
                let left = self.expr(lhs);
                let right = self.expr(rhs);
                let right = self.behind(lhs, rhs, right);
                let before = self.lead_of(lhs, &left);
                let right = right.changed(|it| it.lead = it.lead.behind(before));
                self.add_to(lhs, &right);
                Value::default()
            }
            BinaryOp::And | BinaryOp::Or => {
                // Only what stands behind it runs on a condition.
                self.expr(lhs);
                let before = self.env.clone();
                self.expr(rhs);
                self.join_env(before);
                Value::default()
            }
            BinaryOp::Arithmetic => {
                let left = self.expr(lhs);
                let right = self.expr(rhs);
                match right.is_untainted() && self.is_rest(lhs, rhs) {
                    true => left.cleared(Sinks::BOUNDED),
                    false => left.or(&right),
                }
            }
            BinaryOp::OtherAssign => {
                self.expr(lhs);
                let right = self.expr(rhs);
                self.add_to(lhs, &right);
                Value::default()
            }
            _ => {
                self.expr(lhs);
                self.expr(rhs);
                Value::default()
            }
        }
    }

    /// Whether what stands between two operands is `%` or `&`, which leave no more than the second.
    fn is_rest(&self, lhs: ExprId, rhs: ExprId) -> bool {
        let file = self.all.program[self.key].file;
        let (start, end) = (
            self.body.expr_range(lhs).end,
            self.body.expr_range(rhs).start,
        );
        let text = self.all.sources.file(file).text();
        let operator = text.get(start as usize..end as usize);
        operator.is_some_and(|it| it.contains(['%', '&']))
    }

    fn block(&mut self, block: &crate::facts::body::Block) -> Value {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Expr(id) => {
                    self.expr(*id);
                    self.checked(*id);
                }
                Stmt::Let(data) => {
                    let value = data.init.map_or_else(Value::default, |id| self.expr(id));
                    if let Some(diverge) = data.diverge {
                        let before = self.env.clone();
                        self.expr(diverge);
                        self.env = before;
                    }
                    let value = match &data.ty {
                        Some(_) => {
                            let ty = self.typing.pat_ty(data.pat);
                            types::narrowed(self.all.program, ty, value)
                        }
                        None => value,
                    };
                    self.bind(data.pat, value);
                    if let Some(init) = data.init {
                        self.note_channel(data.pat, init);
                        self.checked(init);
                        if data.diverge.is_some() {
                            let held = self.of_let(data.pat, init, true);
                            self.apply(&held);
                        }
                    }
                }
            }
        }
        block.tail.map_or_else(Value::default, |id| self.expr(id))
    }

    /// Code whose `return` leaves only itself: a closure, an async block.
    pub(super) fn aside(&mut self, run: impl FnOnce(&mut Self) -> Value) -> Value {
        self.leaving.push(Leaving::default());
        let loops = std::mem::take(&mut self.breaks);
        let value = run(self);
        self.leave(value);
        self.breaks = loops;
        let leaving = self.leaving.pop().unwrap_or_default();
        self.env = leaving.env;
        leaving.value
    }

    /// A value leaves the function, closure or block.
    fn leave(&mut self, value: Value) {
        let Some(env) = self.env.take() else { return };
        if let Some(leaving) = self.leaving.last_mut() {
            leaving.value.join(&value);
            match &mut leaving.env {
                Some(known) => known.join(&env),
                none => *none = Some(env),
            }
        }
    }

    pub(super) fn join_env(&mut self, other: Option<Env>) {
        match (&mut self.env, other) {
            (Some(env), Some(other)) => env.join(&other),
            (none @ None, other) => *none = other,
            (Some(_), None) => {}
        }
    }

    fn branch(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Value {
        let before_let = self.env.clone();
        self.condition(cond);
        let held = self.facts(cond, true);
        let missed = self.facts(cond, false);
        let mut after = self.env.clone();
        if after.is_none() {
            after = before_let;
        }
        self.apply(&held);
        let mut value = self.expr(then);
        let end = std::mem::replace(&mut self.env, after);
        self.apply(&missed);
        if let Some(otherwise) = otherwise {
            let other = self.expr(otherwise);
            value.join(&other);
        }
        self.join_env(end);
        value
    }

    /// Evaluates a condition and binds what it binds.
    pub(super) fn condition(&mut self, id: ExprId) {
        match self.body.expr(id) {
            Expr::Let { pat, value } => {
                let value = self.expr(*value);
                self.bind(*pat, value);
            }
            Expr::Binary {
                op: BinaryOp::And,
                lhs,
                rhs,
            } => {
                self.condition(*lhs);
                self.condition(*rhs);
            }
            _ => {
                self.expr(id);
            }
        }
    }

    fn choose(&mut self, scrutinee: ExprId, arms: &[crate::facts::body::Arm]) -> Value {
        let mut value = self.expr(scrutinee);
        let start = self.env.clone();
        let mut result = Value::default();
        let mut ends: Option<Env> = None;
        let mut missed = Vec::new();
        for arm in arms {
            self.env = start.clone();
            self.apply(&missed);
            self.bind(arm.pat, value.clone());
            let held = self.of_let(arm.pat, scrutinee, true);
            self.apply(&held);
            if let Some(guard) = arm.guard {
                self.condition(guard);
                let held = self.facts(guard, true);
                missed.extend(self.facts_of_bound(arm.pat, scrutinee, guard));
                value = value.cleared(self.ruled_out(arm.pat, guard));
                self.apply(&held);
                let held = self.held_by_guard(arm.pat, scrutinee, &held);
                self.apply(&held);
            }
            let one = self.expr(arm.body);
            result.join(&one);
            match (&mut ends, self.env.take()) {
                (Some(ends), Some(env)) => ends.join(&env),
                (none @ None, env) => *none = env,
                _ => {}
            }
        }
        self.env = match arms.is_empty() {
            true => start,
            false => ends,
        };
        result
    }

    /// Binds a pattern to a value.
    pub(super) fn bind(&mut self, pat: PatId, value: Value) {
        let body = self.body;
        match body.pat(pat) {
            Pat::Bind { name, sub, .. } => {
                let mut value = value;
                if let Some(sub) = sub {
                    self.bind(*sub, value.clone());
                    value = value.cleared(self.cleared_by(*sub));
                }
                let ty = self.typing.pat_ty(pat);
                let span = self.pat_span(pat);
                let value = match value.is_clean() {
                    true => value,
                    false => {
                        let value = types::narrowed(self.all.program, ty, value);
                        self.noted(value, || format!("kept in `{name}`"), span)
                    }
                };
                if let Some(env) = &mut self.env {
                    env.set(pat, value);
                }
            }
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.bind(*inner, value),
            Pat::Tuple(all) => {
                for (at, inner) in all.iter().enumerate() {
                    self.bind(*inner, value.field(index_name(at)));
                }
            }
            Pat::TupleStruct(path, all) => {
                let value = match all.len() {
                    1 => value.cleared(self.cleared_by(pat)),
                    _ => value,
                };
                // `Some(x)`, `Ok(x)` and `Json(x)` are what they hold.
                let owner = self.owner_of(path);
                for (at, inner) in all.iter().enumerate() {
                    let part = match owner {
                        None => value.clone(),
                        Some(variant) => value.field(place_in(variant, at)),
                    };
                    self.bind(*inner, part);
                }
            }
            Pat::Struct(_, all) => {
                for (name, inner) in all {
                    let ty = self.typing.pat_ty(pat);
                    self.bind(*inner, self.field_of(ty, *name, &value));
                }
            }
            Pat::Slice(all) | Pat::Or(all) => {
                for inner in all {
                    self.bind(*inner, value.clone());
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }

    /// The variable that an expression is a part of, and the way to that part.
    pub(super) fn place(&self, id: ExprId) -> Option<(Option<PatId>, Vec<Name>)> {
        match self.body.expr(id) {
            Expr::Path(path) => match self.typing.local(id) {
                Some(pat) => Some((Some(pat), Vec::new())),
                None if path.as_ident().is_some_and(|it| it == "self") => Some((None, Vec::new())),
                None => None,
            },
            Expr::Field { base, name } => {
                let (of, mut fields) = self.place(*base)?;
                fields.push(*name);
                Some((of, fields))
            }
            Expr::Ref { inner, .. }
            | Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            }
            | Expr::Await(inner)
            | Expr::Try(inner) => self.place(*inner),
            Expr::Index { base, .. } => self.place(*base),
            // `Path::new(&x)`.
            Expr::Call { args, .. } if let [only] = &**args => {
                let called = self.typing.external(id)?;
                let called = called.as_str();
                let is_same =
                    called.ends_with("path::Path::new") || called.ends_with("path::PathBuf::from");
                is_same.then(|| self.place(*only))?
            }
            Expr::MethodCall(call)
                if types::shows_whole(call.name.as_str())
                    || types::leads_into(call.name.as_str()) =>
            {
                self.place(call.receiver)
            }
            _ => None,
        }
    }

    pub(super) fn assign(&mut self, target: ExprId, value: Value) {
        // An element is not the whole.
        if matches!(self.body.expr(target), Expr::Index { .. }) {
            self.add_to(target, &value);
            return;
        }
        if let Expr::Tuple(all) = self.body.expr(target) {
            for (at, part) in all.iter().enumerate() {
                self.assign(*part, value.field(index_name(at)));
            }
            return;
        }
        let Some((of, fields)) = self.place(target) else {
            return;
        };
        let span = self.span(target);
        let value = self.noted(value, || "assigned here".into(), span);
        if let Some(slot) = self.variable(of) {
            slot.set(&fields, value);
            slot.bound();
        }
    }

    /// A value with one more step on its way, if anybody is going to see that.
    pub(super) fn noted(&self, value: Value, what: impl Fn() -> String, span: Span) -> Value {
        match self.all.is_exact() {
            true => value.changed(|it| it.way = it.way.then(&what, span)),
            false => value,
        }
    }

    /// Adds to what a place holds.
    pub(super) fn add_to(&mut self, target: ExprId, value: &Value) {
        if value.is_clean() {
            return;
        }
        if let Some((of, fields)) = self.place(target)
            && let Some(slot) = self.variable(of)
        {
            slot.add_at(&fields, value);
            slot.bound();
            if let Some(local) = of {
                self.put_into_channel(local, value);
            }
        }
    }

    pub(super) fn variable(&mut self, of: Option<PatId>) -> Option<&mut Value> {
        let env = self.env.as_mut()?;
        Some(match of {
            Some(pat) => env.slot(pat),
            None => &mut env.this,
        })
    }

    /// Walks through a closure that is called here with these values.
    pub(super) fn closure(&mut self, id: ExprId, args: Vec<Value>) -> Value {
        let Expr::Closure(closure) = self.body.expr(id) else {
            return Value::default();
        };
        let closure: &Closure = closure;
        if self.inside.contains(&id) {
            return Value::default();
        }
        self.inside.push(id);
        for (at, (pat, _)) in closure.params.iter().enumerate() {
            let given = args.get(at).cloned().unwrap_or_default();
            let value = given.or(&self.given_by_type(id, *pat));
            self.bind(*pat, value);
        }
        let before = self.env.clone();
        let value = self.aside(|walk| walk.expr(closure.body));
        self.inside.pop();
        // It may run any number of times.
        self.join_env(before);
        value
    }

    /// Data comes to a place where it can do harm.
    pub(super) fn sink(&mut self, kind: SinkKind, arg: ExprId, call: Name, value: &Value) {
        if !self.all.asked.has(kind) || self.env.is_none() {
            return;
        }
        for taint in value.all() {
            let sink = Sink {
                kind,
                span: self.span(arg),
                call,
                within: self.id,
            };
            self.arrive(sink, taint);
        }
    }

    /// A taint has come to a sink, of this function or of one that it calls: if it can do harm there,
    /// that is a flow, or for the caller to say.
    pub(super) fn arrive(&mut self, sink: Sink, taint: &Taint) {
        if taint.is_harmless_at(sink.kind) || !taint.lead.leaves_open(sink.kind) {
            return;
        }
        match &taint.origin {
            Origin::Source(source) => self.all.found(*source, sink, &taint.way, self.id),
            Origin::Param(..) => self.summary.reach(Reach {
                sink,
                taint: taint.clone(),
            }),
        }
    }
}

/// The name of a position in a tuple struct, or in a variant: other variants hold something else there.
pub(super) fn place_in(variant: Option<Name>, at: usize) -> Name {
    match variant {
        Some(variant) => Name::new(&format!("{variant}.{at}")),
        None => index_name(at),
    }
}

/// The name of a position.
pub(super) fn index_name(at: usize) -> Name {
    match at {
        0 => Name::new("0"),
        1 => Name::new("1"),
        2 => Name::new("2"),
        _ => Name::new(&at.to_string()),
    }
}
