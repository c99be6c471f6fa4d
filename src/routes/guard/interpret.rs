//! The abstract interpreter: expressions, branches, patterns, exits.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::proof::{Abs, From, Out, Proof, State, is_good};
use super::{Event, EventKind, Judge, Summary, words};
use crate::facts::body::{BinaryOp, BlockKind, Literal, LoopKind, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId, Stmt};
use crate::program::ty::Subst;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::source::Span;
use crate::values::{Callee, Typing};

/// One activation of a body.
pub(super) struct Run<'j, 'a> {
    pub(super) judge: &'j Judge<'a>,
    pub(super) key: BodyKey,
    pub(super) typing: &'a Typing,
    pub(super) env: FxHashMap<PatId, Abs>,
    pub(super) this: Abs,
    pub(super) subst: Subst,
    /// `None`: this point is not reached.
    pub(super) state: Option<State>,
    pub(super) exits: Vec<(Abs, State)>,
    pub(super) breaks: Vec<(Abs, State)>,
    pub(super) events: Vec<Event>,
}

/// Bound on expressions looked at for one question.
const MAX_STEPS: u64 = 3_000_000;
/// Bound on calls followed into each other.
const MAX_DEPTH: u32 = 14;

impl<'a> Judge<'a> {
    /// Runs a function with these arguments.
    pub(super) fn run(&self, id: FnId, args: Vec<Abs>, this: Abs, subst: &Subst) -> Summary {
        let plain = args.iter().chain([&this]).all(|arg| {
            arg.variants.is_none()
                && arg.parts.is_none()
                && arg.closure.is_none()
                && arg.function.is_none()
                && arg.setting.is_none()
        });
        let labels: Vec<From> = args.iter().chain([&this]).map(|arg| arg.from).collect();
        let types: Vec<String> = subst
            .iter()
            .map(|(name, ty)| format!("{name}={ty:?}"))
            .collect();
        let key = (id, labels, types);
        if plain && let Some(known) = self.summaries.borrow().get(&key) {
            return known.clone();
        }
        if self.depth.get() >= MAX_DEPTH || self.steps.get() > MAX_STEPS {
            return Summary {
                value: Abs {
                    from: union(&args),
                    ..Abs::default()
                },
                after: Some(State::start()),
                ..Summary::default()
            };
        }
        let Some(body) = self.program[id].body else {
            return Summary::default();
        };
        if plain {
            // A recursive call proves nothing.
            self.summaries.borrow_mut().insert(
                key.clone(),
                Summary {
                    after: Some(State::start()),
                    ..Summary::default()
                },
            );
        }
        self.depth.set(self.depth.get() + 1);
        let mut run = self.start(body, this, subst.clone());
        let params = self.program[body].body.params.clone();
        for (pat, arg) in params.iter().zip(args) {
            run.bind(*pat, arg);
        }
        let root = self.program[body].body.root;
        let value = run.expr(root);
        if let Some(state) = run.state.take() {
            run.exits.push((value, state));
        }
        let summary = run.finish();
        self.depth.set(self.depth.get() - 1);
        if plain {
            self.summaries.borrow_mut().insert(key, summary.clone());
        }
        summary
    }

    pub(super) fn start(&self, key: BodyKey, this: Abs, subst: Subst) -> Run<'_, 'a> {
        Run {
            judge: self,
            key,
            typing: self.values.typing(key),
            env: FxHashMap::default(),
            this,
            subst,
            state: Some(State::start()),
            exits: Vec::new(),
            breaks: Vec::new(),
            events: Vec::new(),
        }
    }
}

fn union(args: &[Abs]) -> From {
    args.iter()
        .fold(From::default(), |from, arg| from.with(arg.from))
        .without(From::REJECT)
}

impl<'a> Run<'_, 'a> {
    pub(super) fn finish(self) -> Summary {
        let mut joined: Option<(State, Abs)> = None;
        for (value, state) in &self.exits {
            joined = Some(match joined {
                None => (state.clone(), with_state(value, state)),
                Some((known, before)) => {
                    let value = Abs::either((&known, before), (state, value.clone()));
                    (known.join(state), value)
                }
            });
        }
        let (after, value) = match joined {
            Some((state, value)) => (Some(state), value),
            None => (None, Abs::default()),
        };
        Summary {
            value,
            after,
            events: self.events,
            exits: self.exits,
        }
    }

    pub(super) fn span(&self, id: ExprId) -> Span {
        let data = &self.judge.program[self.key];
        data.body.expr_range(id).in_file(data.file)
    }

    pub(super) fn text(&self, id: ExprId) -> String {
        super::super::eval::shorten(self.judge.sources.slice(self.span(id)))
    }

    pub(super) fn ty(&self, id: ExprId) -> Ty {
        self.typing.ty(id).subst(&self.subst, self.judge.program)
    }

    pub(super) fn evidence(&self, name: impl Into<String>, span: Span) -> Evidence {
        Evidence {
            kind: EvidenceKind::BodyCheck,
            name: name.into(),
            span,
        }
    }

    /// More is proven from here on.
    pub(super) fn learn(&mut self, proof: &Proof) {
        if let Some(state) = &mut self.state {
            *state = state.with(proof);
        }
    }

    pub(super) fn event(&mut self, kind: EventKind, span: Span) {
        if let Some(state) = &self.state {
            self.events.push(Event {
                kind,
                span,
                state: state.clone(),
            });
        }
    }

    pub(super) fn expr(&mut self, id: ExprId) -> Abs {
        if self.state.is_none() || self.judge.steps.get() > MAX_STEPS {
            return Abs::default();
        }
        self.judge.steps.set(self.judge.steps.get() + 1);
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Literal(literal) => match literal {
                Literal::Bool(value) => Abs::variants(
                    From::LITERAL,
                    vec![(if *value { "true" } else { "false" }, Out::nothing())],
                ),
                _ => Abs::of(From::LITERAL),
            },
            Expr::Path(path) => self.path(id, path.last().map_or("", |name| name.as_str())),
            Expr::Call { callee, args } => self.call(id, *callee, args),
            Expr::MethodCall(call) => self.method_call(id, call),
            Expr::Field { base, name } => {
                let value = self.expr(*base);
                self.field(&value, name.as_str())
            }
            Expr::Index { base, index } => {
                let base = self.expr(*base);
                self.expr(*index);
                // `headers["authorization"]`.
                Abs::of(base.from)
            }
            Expr::Struct(data) => {
                let mut from = From::default();
                for (_, value) in &data.fields {
                    from = from.with(self.expr(*value).from);
                }
                if let Some(rest) = data.rest {
                    from = from.with(self.expr(rest).from);
                }
                let mut value = Abs::of(from.without(From::LITERAL).without(From::REJECT));
                if data.path.segments.len() > 1 {
                    let variant = data.path.segments.last().map_or("", |it| it.name.as_str());
                    value = Abs::variants(
                        value.from,
                        vec![(
                            variant,
                            Out {
                                proof: Proof::nothing(),
                                val: Abs::of(value.from),
                            },
                        )],
                    );
                }
                value
            }
            Expr::Tuple(all) => {
                let parts: Vec<Abs> = all.iter().map(|id| self.expr(*id)).collect();
                let from = parts
                    .iter()
                    .fold(From::default(), |from, part| from.with(part.from));
                Abs {
                    from,
                    parts: Some(Rc::new(parts)),
                    ..Abs::default()
                }
            }
            Expr::Array(all) => {
                let from = all
                    .iter()
                    .fold(From::default(), |from, id| from.with(self.expr(*id).from));
                Abs::of(from.without(From::REJECT))
            }
            Expr::Repeat { value, .. } => Abs::of(self.expr(*value).from),
            Expr::Ref { inner, .. } | Expr::Cast { inner, .. } | Expr::Await(inner) => {
                self.expr(*inner)
            }
            Expr::Unary { op, inner } => {
                let value = self.expr(*inner);
                match op {
                    UnaryOp::Not => negated(&value),
                    UnaryOp::Deref => value,
                    UnaryOp::Neg => Abs::of(value.from),
                }
            }
            Expr::Binary { op, lhs, rhs } => self.binary(id, *op, *lhs, *rhs),
            Expr::Assign { target, value } => {
                let value = self.expr(*value);
                self.assign(*target, value);
                Abs::default()
            }
            Expr::Range { start, end } => {
                let from = start
                    .iter()
                    .chain(end)
                    .fold(From::default(), |from, id| from.with(self.expr(*id).from));
                Abs::of(from)
            }
            Expr::Try(inner) => {
                let value = self.expr(*inner);
                self.question(&value)
            }
            Expr::Block(block) => match block.kind {
                BlockKind::Async | BlockKind::Try => self.inner_block(id),
                _ => self.block(&block.stmts, block.tail, block.label.is_some()),
            },
            Expr::If {
                cond,
                then,
                otherwise,
            } => self.branch(*cond, *then, *otherwise),
            Expr::Let { pat, value } => {
                let value = self.expr(*value);
                self.let_condition(*pat, &value)
            }
            Expr::Match { scrutinee, arms } => self.matching(*scrutinee, arms),
            Expr::Loop(data) => self.looping(data.kind, data.body),
            Expr::Closure(_) => Abs {
                closure: Some((self.key, id)),
                ..Abs::default()
            },
            Expr::Return(value) => {
                let value = value.map_or_else(Abs::default, |id| self.expr(id));
                if let Some(state) = self.state.take() {
                    self.exits.push((value, state));
                }
                Abs::default()
            }
            Expr::Break { value, .. } => {
                let value = value.map_or_else(Abs::default, |id| self.expr(id));
                if let Some(state) = self.state.take() {
                    self.breaks.push((value, state));
                }
                Abs::default()
            }
            Expr::Continue(_) => {
                // The loop's next round starts from the loop's beginning: nothing more is proven after it.
                if let Some(state) = self.state.take() {
                    self.breaks.push((Abs::default(), state));
                }
                Abs::default()
            }
            Expr::Yield(value) => value.map_or_else(Abs::default, |id| self.expr(id)),
            Expr::Macro(call) => self.macro_call(id, call),
            Expr::Missing => Abs::default(),
        }
    }

    /// `async { .. }` and `try { .. }`: `return` and `?` leave only the block.
    fn inner_block(&mut self, id: ExprId) -> Abs {
        let Expr::Block(block) = self.judge.program[self.key].body.expr(id) else {
            return Abs::default();
        };
        let outer = std::mem::take(&mut self.exits);
        let value = self.block(&block.stmts, block.tail, false);
        if let Some(state) = self.state.take() {
            self.exits.push((value, state));
        }
        let own = std::mem::replace(&mut self.exits, outer);
        self.join_all(own)
    }

    /// The value and state after one of several ends.
    fn join_all(&mut self, ends: Vec<(Abs, State)>) -> Abs {
        let mut joined: Option<(Abs, State)> = None;
        for (value, state) in ends {
            joined = Some(match joined {
                None => (with_state(&value, &state), state),
                Some((before, known)) => (
                    Abs::either((&known, before), (&state, value)),
                    known.join(&state),
                ),
            });
        }
        match joined {
            Some((value, state)) => {
                self.state = Some(state);
                value
            }
            None => {
                self.state = None;
                Abs::default()
            }
        }
    }

    fn block(&mut self, stmts: &[Stmt], tail: Option<ExprId>, labelled: bool) -> Abs {
        let outer = if labelled {
            std::mem::take(&mut self.breaks)
        } else {
            Vec::new()
        };
        for stmt in stmts {
            match stmt {
                Stmt::Expr(id) => {
                    self.expr(*id);
                }
                Stmt::Let(data) => {
                    let value = self.let_value(data);
                    match data.diverge {
                        None => self.bind(data.pat, value),
                        Some(diverge) => {
                            let matched = self.matched(data.pat, &value);
                            let missed = self.missed(data.pat, &value);
                            let before = self.state.take();
                            if let (Some(before), Some(missed)) = (&before, missed) {
                                self.state = Some(self.assumed(
                                    before.with(&missed.proof),
                                    &value,
                                    &missed.setting,
                                ));
                                self.expr(diverge);
                            }
                            self.state = match (before, matched) {
                                (Some(before), Some(matched)) => Some(self.assumed(
                                    before.with(&matched.proof),
                                    &value,
                                    &matched.setting,
                                )),
                                _ => None,
                            };
                            self.bind(data.pat, value);
                        }
                    }
                }
            }
            if self.state.is_none() && !labelled {
                return Abs::default();
            }
        }
        let value = tail.map_or_else(Abs::default, |id| self.expr(id));
        if labelled {
            let mut ends = std::mem::replace(&mut self.breaks, outer);
            if let Some(state) = self.state.take() {
                ends.push((value, state));
            }
            return self.join_all(ends);
        }
        value
    }

    /// The value of a `let`. In `let jar: CookieJar = parts.extract().await?` the annotation says
    /// which extractor ran.
    fn let_value(&mut self, data: &crate::facts::body::LetStmt) -> Abs {
        let Some(init) = data.init else {
            return Abs::default();
        };
        if data.ty.is_none() || !self.runs_extractor(init) {
            return self.expr(init);
        }
        let ty = self
            .typing
            .pat_ty(data.pat)
            .subst(&self.subst, self.judge.program);
        let span = self.span(init);
        match self.judge.extractor(&ty, span).variant("Ok") {
            Some(out) => {
                self.learn(&out.proof);
                out.val
            }
            None => self.expr(init),
        }
    }

    /// Whether a chain ends in a call of an extractor whose value is taken out.
    fn runs_extractor(&self, id: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Try(inner) | Expr::Await(inner) => self.runs_extractor(*inner),
            Expr::MethodCall(call) => match call.name.as_str() {
                "extract" | "extract_with_state" | "extract_parts" | "extract_parts_with_state" => {
                    true
                }
                "unwrap" | "expect" | "map_err" | "ok_or" | "unwrap_or_else" => {
                    self.runs_extractor(call.receiver)
                }
                _ => false,
            },
            Expr::Call { callee, .. } => match self.judge.program[self.key].body.expr(*callee) {
                Expr::Path(path) => {
                    let last = path.last().map_or("", |name| name.as_str());
                    matches!(last, "from_request" | "from_request_parts")
                        && self
                            .typing
                            .callees(id)
                            .iter()
                            .all(|it| !matches!(it, Callee::Fn(_)))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn looping(&mut self, kind: LoopKind, body: ExprId) -> Abs {
        let outer = std::mem::take(&mut self.breaks);
        let before = self.state.clone();
        match kind {
            LoopKind::Loop => {
                self.expr(body);
                // A second round could only leave through the same exits.
                let ends = std::mem::replace(&mut self.breaks, outer);
                self.join_all(ends)
            }
            LoopKind::While(cond) => {
                let value = self.expr(cond);
                let (yes, no) = self.outcomes(&value);
                self.state = yes;
                self.expr(body);
                let mut ends = std::mem::replace(&mut self.breaks, outer);
                ends.extend(no.or(before).map(|state| (Abs::default(), state)));
                self.join_all(ends);
                Abs::default()
            }
            LoopKind::For(pat, iter) => {
                let value = self.expr(iter);
                self.bind(pat, Abs::of(value.from));
                self.expr(body);
                let mut ends = std::mem::replace(&mut self.breaks, outer);
                ends.extend(before.map(|state| (Abs::default(), state)));
                self.join_all(ends);
                Abs::default()
            }
        }
    }

    fn branch(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Abs {
        let value = self.expr(cond);
        if self.state.is_none() {
            return Abs::default();
        }
        let (yes, no) = self.outcomes(&value);
        let env = self.env.clone();
        self.state = yes;
        let a = self.expr(then);
        let state_a = self.state.take();
        let env_a = std::mem::replace(&mut self.env, env);
        self.state = no;
        let b = otherwise.map_or_else(Abs::default, |id| self.expr(id));
        let state_b = self.state.take();
        match (state_a, state_b) {
            (Some(x), Some(y)) => {
                let value = if otherwise.is_some() {
                    Abs::either((&x, a), (&y, b))
                } else {
                    Abs::default()
                };
                self.join_env(env_a, &x, &y);
                self.state = Some(x.join(&y));
                value
            }
            (Some(x), None) => {
                self.env = env_a;
                let value = with_state(&a, &x);
                self.state = Some(x);
                value
            }
            (None, Some(y)) => {
                let value = with_state(&b, &y);
                self.state = Some(y);
                value
            }
            (None, None) => Abs::default(),
        }
    }

    /// Joins variables that branches have changed: those of the other branch are in `self.env`.
    fn join_env(&mut self, other: FxHashMap<PatId, Abs>, state: &State, own: &State) {
        for (pat, value) in other {
            match self.env.get(&pat) {
                Some(mine) => {
                    let joined = Abs::either((state, value), (own, mine.clone()));
                    self.env.insert(pat, joined);
                }
                None => {
                    self.env.insert(pat, value);
                }
            }
        }
    }

    /// The states in which a condition holds and does not.
    pub(super) fn outcomes(&self, value: &Abs) -> (Option<State>, Option<State>) {
        let Some(state) = &self.state else {
            return (None, None);
        };
        let side = |name: &str| {
            let out = value.variant(name)?;
            let state = state.with(&out.proof);
            Some(match &value.setting {
                Some(setting) => state.assuming(setting, name),
                None => match &out.val.setting {
                    // `if let Some(key) = &settings.key`.
                    Some(setting) => assume_text(state, setting),
                    None => state,
                },
            })
        };
        (side("true"), side("false"))
    }

    fn matching(&mut self, scrutinee: ExprId, arms: &[crate::facts::body::Arm]) -> Abs {
        let value = self.expr(scrutinee);
        let Some(before) = self.state.clone() else {
            return Abs::default();
        };
        let env = self.env.clone();
        let mut ends: Vec<(Abs, State, FxHashMap<PatId, Abs>)> = Vec::new();
        let mut left = value.clone();
        for arm in arms {
            self.env = env.clone();
            let Some(matched) = self.matched(arm.pat, &left) else {
                continue;
            };
            let mut state = before.with(&matched.proof);
            if let Some(setting) = &value.setting {
                let name = matched
                    .setting
                    .clone()
                    .unwrap_or_else(|| self.pat_text(arm.pat));
                state = state.assuming(setting, name);
            }
            self.state = Some(state);
            self.bind(arm.pat, left.clone());
            if let Some(guard) = arm.guard {
                let cond = self.expr(guard);
                let (yes, _) = self.outcomes(&cond);
                self.state = yes;
                if self.state.is_none() {
                    continue;
                }
            } else {
                left = without(&left, &self.variant_names(arm.pat));
            }
            let result = self.expr(arm.body);
            if let Some(state) = self.state.take() {
                ends.push((result, state, std::mem::take(&mut self.env)));
            }
        }
        self.env = env;
        let mut joined: Option<(Abs, State)> = None;
        for (result, state, env) in ends {
            joined = Some(match joined {
                None => {
                    self.env = env;
                    (with_state(&result, &state), state)
                }
                Some((known, before)) => {
                    self.join_env(env, &state, &before);
                    (
                        Abs::either((&before, known), (&state, result)),
                        before.join(&state),
                    )
                }
            });
        }
        match joined {
            Some((value, state)) => {
                self.state = Some(state);
                value
            }
            None => {
                self.state = None;
                Abs::default()
            }
        }
    }

    /// `let pat = value` as a condition: a boolean whose truth is the pattern's match.
    fn let_condition(&mut self, pat: PatId, value: &Abs) -> Abs {
        let matched = self.matched(pat, value);
        let missed = self.missed(pat, value);
        self.bind(pat, value.clone());
        let mut variants = Vec::new();
        let note = |matched: &Matched| match (&value.setting, &matched.setting) {
            (Some(setting), Some(name)) => Abs {
                setting: Some(Rc::from(format!("{setting}\u{0}{name}"))),
                ..Abs::default()
            },
            _ => Abs::default(),
        };
        if let Some(matched) = matched {
            variants.push((
                "true",
                Out {
                    proof: matched.proof.clone(),
                    val: note(&matched),
                },
            ));
        }
        if let Some(missed) = missed {
            variants.push((
                "false",
                Out {
                    proof: missed.proof.clone(),
                    val: note(&missed),
                },
            ));
        }
        Abs::variants(value.from, variants)
    }

    fn assumed(&self, state: State, value: &Abs, variant: &Option<String>) -> State {
        match (&value.setting, variant) {
            (Some(setting), Some(variant)) => state.assuming(setting, variant.clone()),
            _ => state,
        }
    }

    /// What is proven if a pattern matches; `None` if it cannot.
    fn matched(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Or(all) => {
                let mut found: Option<Proof> = None;
                for pat in all {
                    if let Some(matched) = self.matched(*pat, value) {
                        found = Some(match found {
                            None => matched.proof,
                            Some(known) => known.either(&matched.proof, None),
                        });
                    }
                }
                found.map(|proof| Matched {
                    proof,
                    setting: None,
                })
            }
            Pat::Bind { sub: Some(sub), .. } => self.matched(*sub, value),
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.matched(*inner, value),
            Pat::Tuple(all) => {
                let mut proof = Proof::nothing();
                if let Some(parts) = &value.parts {
                    for (pat, part) in all.iter().zip(parts.iter()) {
                        proof = proof.and(&self.matched(*pat, part)?.proof);
                    }
                }
                Some(Matched {
                    proof,
                    setting: None,
                })
            }
            Pat::Literal(Literal::Bool(wanted)) => {
                let name = if *wanted { "true" } else { "false" };
                value.variant(name).map(|out| Matched {
                    proof: out.proof,
                    setting: Some(name.into()),
                })
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last()?.as_str();
                let Some(out) = value.variant(name) else {
                    return value.variants.is_none().then(|| Matched {
                        proof: Proof::nothing(),
                        setting: Some(name.into()),
                    });
                };
                let mut proof = out.proof;
                if let [only] = &**all {
                    proof = proof.and(&self.matched(*only, &out.val)?.proof);
                }
                Some(Matched {
                    proof,
                    setting: Some(name.into()),
                })
            }
            Pat::Path(path) => self.named_variant(path.last()?.as_str(), value),
            Pat::Struct(path, _) => self.named_variant(path.last()?.as_str(), value),
            Pat::Bind {
                name, sub: None, ..
            } if name.as_str().starts_with(char::is_uppercase) => {
                self.named_variant(name.as_str(), value)
            }
            Pat::Literal(_) | Pat::Value => Some(Matched {
                proof: Proof::nothing(),
                setting: None,
            }),
            _ => Some(self.rest(value)),
        }
    }

    fn named_variant(&self, name: &str, value: &Abs) -> Option<Matched> {
        value.variant(name).map(|out| Matched {
            proof: out.proof,
            setting: Some(name.into()),
        })
    }

    /// A pattern that matches whatever is left.
    fn rest(&self, value: &Abs) -> Matched {
        let Some(all) = &value.variants else {
            return Matched {
                proof: Proof::nothing(),
                setting: None,
            };
        };
        let mut proofs = all.iter().map(|(_, out)| out.proof.clone());
        let first = proofs.next().unwrap_or_else(Proof::nothing);
        let setting = match all.as_slice() {
            [(only, _)] => Some(only.to_string()),
            _ => None,
        };
        Matched {
            proof: proofs.fold(first, |a, b| a.either(&b, None)),
            setting,
        }
    }

    /// What is proven if a pattern does not match; `None` if it always does.
    fn missed(&self, pat: PatId, value: &Abs) -> Option<Matched> {
        let body = &self.judge.program[self.key].body;
        let names = self.variant_names(pat);
        if names.is_empty() {
            return match body.pat(pat) {
                Pat::Bind { .. } | Pat::Wild | Pat::Tuple(_) => None,
                _ => Some(Matched {
                    proof: Proof::nothing(),
                    setting: None,
                }),
            };
        }
        // `Ok(Some(x))`: it may be the inner part that does not match.
        let mut found: Option<Proof> = None;
        let mut add = |proof: Proof| {
            found = Some(match found.take() {
                None => proof,
                Some(known) => known.either(&proof, None),
            });
        };
        if let Pat::TupleStruct(path, all) = body.pat(pat)
            && let [only] = &**all
            && let Some(out) = path.last().and_then(|name| value.variant(name.as_str()))
            && let Some(inner) = self.missed(*only, &out.val)
        {
            add(out.proof.and(&inner.proof));
        }
        let rest = without(value, &names);
        match &rest.variants {
            None => add(Proof::nothing()),
            Some(all) if all.is_empty() => {}
            Some(_) => add(self.rest(&rest).proof),
        }
        let setting = match (&rest.variants, names.as_slice()) {
            (Some(all), _) if all.len() == 1 => Some(all[0].0.to_string()),
            (None, [only]) => Some(super::proof::opposite(only).to_owned()),
            _ => None,
        };
        found.map(|proof| Matched { proof, setting })
    }

    /// The variants that a pattern names.
    fn variant_names(&self, pat: PatId) -> Vec<String> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Or(all) => all
                .iter()
                .flat_map(|pat| self.variant_names(*pat))
                .collect(),
            Pat::Bind { sub: Some(sub), .. } => self.variant_names(*sub),
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.variant_names(*inner),
            // A variant whose inside must match too is not used up by it.
            Pat::TupleStruct(path, all) => {
                let whole = all.iter().all(|pat| self.variant_names(*pat).is_empty());
                let last = path.last().map(|name| name.to_string());
                if whole {
                    last.into_iter().collect()
                } else {
                    Vec::new()
                }
            }
            Pat::Path(path) | Pat::Struct(path, _) => path
                .last()
                .map(|name| name.to_string())
                .into_iter()
                .collect(),
            Pat::Literal(Literal::Bool(value)) => vec![value.to_string()],
            Pat::Bind {
                name, sub: None, ..
            } if name.as_str().starts_with(char::is_uppercase) => vec![name.to_string()],
            _ => Vec::new(),
        }
    }

    fn pat_text(&self, pat: PatId) -> String {
        let data = &self.judge.program[self.key];
        super::super::eval::shorten(
            self.judge
                .sources
                .slice(data.body.pat_range(pat).in_file(data.file)),
        )
    }

    /// Binds a pattern's variables.
    pub(super) fn bind(&mut self, pat: PatId, value: Abs) {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Bind { sub, .. } => {
                if let Some(sub) = sub {
                    self.bind(*sub, value.clone());
                }
                self.env.insert(pat, value);
            }
            Pat::Ref(inner) | Pat::Typed(inner, _) => self.bind(*inner, value),
            Pat::Or(all) => {
                for pat in all {
                    self.bind(*pat, value.clone());
                }
            }
            Pat::Tuple(all) | Pat::Slice(all) => {
                for (at, pat) in all.iter().enumerate() {
                    let part = value
                        .parts
                        .as_ref()
                        .and_then(|parts| parts.get(at).cloned());
                    self.bind(*pat, part.unwrap_or_else(|| Abs::of(value.from)));
                }
            }
            Pat::TupleStruct(path, all) => {
                let name = path.last().map_or("", |name| name.as_str());
                // A newtype (`Json(x)`, `State(x)`) holds what the whole value is.
                let inner = match &value.variants {
                    Some(known) => match known.iter().find(|(it, _)| *it == name) {
                        Some((_, out)) => out.val.clone(),
                        None if is_good(name) || name == "Err" => Abs::of(value.from),
                        None => value.clone(),
                    },
                    None if name == "Some" || name == "Ok" => Abs {
                        setting: value.setting.clone(),
                        ..Abs::of(value.from)
                    },
                    None => value.clone(),
                };
                match &**all {
                    [only] => self.bind(*only, inner),
                    many => {
                        for (at, pat) in many.iter().enumerate() {
                            let part = inner
                                .parts
                                .as_ref()
                                .and_then(|parts| parts.get(at).cloned());
                            self.bind(*pat, part.unwrap_or_else(|| Abs::of(inner.from)));
                        }
                    }
                }
            }
            Pat::Struct(_, fields) => {
                for (name, pat) in fields {
                    let field = self.field(&value, name.as_str());
                    self.bind(*pat, field);
                }
            }
            Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
        }
    }

    fn assign(&mut self, target: ExprId, value: Abs) {
        let body = &self.judge.program[self.key].body;
        match body.expr(target) {
            Expr::Path(_) => {
                if let Some(pat) = self.typing.local(target) {
                    self.env.insert(pat, value);
                }
            }
            Expr::Unary { inner, .. } => self.assign(*inner, value),
            _ => {}
        }
    }

    fn path(&mut self, id: ExprId, last: &str) -> Abs {
        if let Some(pat) = self.typing.local(id) {
            return self.env.get(&pat).cloned().unwrap_or_default();
        }
        if last == "self" {
            return self.this.clone();
        }
        match self.typing.defs(id).first() {
            Some(Callee::Fn(candidate)) => Abs {
                function: Some(candidate.id),
                ..Abs::default()
            },
            Some(Callee::Const(id)) => {
                let name = self.judge.program[*id].name;
                Abs {
                    setting: Some(Rc::from(name.as_str())),
                    ..Abs::default()
                }
            }
            Some(Callee::External(path)) => {
                let last = path.as_str().rsplit("::").next().unwrap_or_default();
                match last {
                    "None" => Abs::variants(From::default(), vec![("None", Out::nothing())]),
                    _ if words::refuses(last) => Abs::of(From::REJECT),
                    _ => Abs::default(),
                }
            }
            Some(Callee::Constructor(crate::program::Def::Variant(..))) => {
                Abs::variants(From::default(), vec![(last, Out::nothing())])
            }
            _ if words::refuses(last) => Abs::of(From::REJECT),
            _ => Abs::default(),
        }
    }

    /// A field of a value.
    pub(super) fn field(&self, value: &Abs, name: &str) -> Abs {
        if let (Some(parts), Ok(at)) = (&value.parts, name.parse::<usize>()) {
            return parts.get(at).cloned().unwrap_or_default();
        }
        if name == "0" && value.parts.is_none() {
            return value.clone();
        }
        let setting = value
            .setting
            .as_ref()
            .map(|setting| Rc::from(format!("{setting}.{name}")));
        let mut from = value.from;
        if name == "extensions" && from.has(From::REQUEST) {
            from = From::EXTENSIONS.with(From::REQUEST);
        }
        if from.has(From::SESSION) && name == "user" {
            // `AuthSession.user`: there only if the session is somebody's.
            let proof = Proof::verified(self.evidence(
                "session user",
                self.span(self.judge.program[self.key].body.root),
            ));
            return Abs::fallible("Some", proof, Abs::of(From::IDENTITY));
        }
        Abs {
            from,
            setting,
            ..Abs::default()
        }
    }

    fn binary(&mut self, id: ExprId, op: BinaryOp, lhs: ExprId, rhs: ExprId) -> Abs {
        match op {
            BinaryOp::And => {
                let a = self.expr(lhs);
                let Some(before) = self.state.clone() else {
                    return Abs::default();
                };
                let (yes, no) = self.outcomes(&a);
                let mut variants = Vec::new();
                let mut falses: Option<Proof> = a
                    .variant("false")
                    .filter(|_| no.is_some())
                    .map(|out| out.proof);
                if let Some(yes) = yes {
                    self.state = Some(yes);
                    let b = self.expr(rhs);
                    if let (Some(x), Some(y)) = (a.variant("true"), b.variant("true")) {
                        let val = Abs {
                            setting: x.val.setting.or(y.val.setting),
                            ..Abs::default()
                        };
                        variants.push((
                            "true",
                            Out {
                                proof: x.proof.and(&y.proof),
                                val,
                            },
                        ));
                    }
                    if let (Some(x), Some(y)) = (a.variant("true"), b.variant("false")) {
                        let proof = x.proof.and(&y.proof);
                        falses = Some(match falses {
                            None => proof,
                            Some(known) => known.either(&proof, setting_pair(&a)),
                        });
                    }
                    let value = self.setting_of(&a, &b, "true");
                    self.state = Some(before);
                    if let Some(proof) = falses {
                        variants.push((
                            "false",
                            Out {
                                proof,
                                val: Abs::default(),
                            },
                        ));
                    }
                    return Abs {
                        setting: value,
                        ..Abs::variants(a.from.with(b.from).without(From::REJECT), variants)
                    };
                }
                self.state = Some(before);
                a
            }
            BinaryOp::Or => {
                let a = self.expr(lhs);
                let Some(before) = self.state.clone() else {
                    return Abs::default();
                };
                let (yes, no) = self.outcomes(&a);
                let mut trues: Option<Proof> = a
                    .variant("true")
                    .filter(|_| yes.is_some())
                    .map(|out| out.proof);
                let mut variants = Vec::new();
                if let Some(no) = no {
                    self.state = Some(no);
                    let b = self.expr(rhs);
                    if let (Some(x), Some(y)) = (a.variant("false"), b.variant("false")) {
                        variants.push((
                            "false",
                            Out {
                                proof: x.proof.and(&y.proof),
                                val: Abs::default(),
                            },
                        ));
                    }
                    if let (Some(x), Some(y)) = (a.variant("false"), b.variant("true")) {
                        let proof = x.proof.and(&y.proof);
                        trues = Some(match trues {
                            None => proof,
                            Some(known) => known.either(&proof, setting_pair(&a)),
                        });
                    }
                    let setting = self.setting_of(&a, &b, "false");
                    self.state = Some(before);
                    if let Some(proof) = trues {
                        variants.push((
                            "true",
                            Out {
                                proof,
                                val: Abs::default(),
                            },
                        ));
                    }
                    return Abs {
                        setting,
                        ..Abs::variants(a.from.with(b.from).without(From::REJECT), variants)
                    };
                }
                self.state = Some(before);
                a
            }
            BinaryOp::Eq | BinaryOp::Ne => {
                let a = self.expr(lhs);
                let b = self.expr(rhs);
                let equal = self.equal(&a, &b, id);
                if op == BinaryOp::Ne {
                    negated(&equal)
                } else {
                    equal
                }
            }
            _ => {
                let a = self.expr(lhs);
                let b = self.expr(rhs);
                let setting = if b.from.has(From::LITERAL) {
                    a.setting.clone()
                } else {
                    None
                };
                let is_comparison = matches!(
                    op,
                    BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
                );
                let setting = setting
                    .filter(|_| is_comparison)
                    .map(|_| Rc::from(self.text(id)));
                Abs {
                    setting,
                    ..Abs::of(
                        a.from
                            .with(b.from)
                            .without(From::LITERAL)
                            .without(From::REJECT),
                    )
                }
            }
        }
    }

    /// A setting joined with another condition is still a setting if both are.
    fn setting_of(&self, a: &Abs, b: &Abs, _side: &str) -> Option<Rc<str>> {
        match (&a.setting, &b.setting) {
            (Some(a), Some(b)) => Some(Rc::from(format!("{a} and {b}"))),
            _ => None,
        }
    }

    /// `a == b`.
    pub(super) fn equal(&self, a: &Abs, b: &Abs, id: ExprId) -> Abs {
        let from = a
            .from
            .with(b.from)
            .without(From::LITERAL)
            .without(From::REJECT);
        let (credential, other) = if a.from.has(From::CREDENTIAL) {
            (a, b)
        } else {
            (b, a)
        };
        if credential.from.has(From::CREDENTIAL) {
            let ambient = From::REQUEST.with(From::CREDENTIAL).with(From::INPUT);
            let proof = if other.from.has(From::LITERAL) || other.from.has(ambient) {
                Proof::presence()
            } else {
                Proof::verified(self.evidence(self.text(id), self.span(id)))
            };
            return Abs::variants(
                from,
                vec![
                    (
                        "true",
                        Out {
                            proof,
                            val: Abs::default(),
                        },
                    ),
                    ("false", Out::nothing()),
                ],
            );
        }
        let setting = match (&a.setting, &b.setting) {
            (Some(_), _)
                if b.from.has(From::LITERAL) || b.variants.is_some() || b.setting.is_some() =>
            {
                Some(Rc::from(self.text(id)))
            }
            (_, Some(_)) if a.from.has(From::LITERAL) || a.variants.is_some() => {
                Some(Rc::from(self.text(id)))
            }
            _ => None,
        };
        let request = From::REQUEST
            .with(From::INPUT)
            .with(From::CREDENTIAL)
            .with(From::IDENTITY);
        Abs {
            setting: setting.filter(|_| !from.has(request)),
            ..Abs::of(from)
        }
    }

    /// `x?`.
    pub(super) fn question(&mut self, value: &Abs) -> Abs {
        let Some(state) = self.state.clone() else {
            return Abs::default();
        };
        let bad = match &value.variants {
            None => Some(Out::nothing()),
            Some(all) => all
                .iter()
                .find(|(name, _)| super::proof::is_bad(name.as_str()))
                .map(|(_, out)| out.clone()),
        };
        if let Some(out) = bad {
            let failed = Abs::variants(From::REJECT, vec![("Err", Out::nothing())]);
            self.exits.push((
                failed,
                self.assumed(state.with(&out.proof), value, &Some("Err".into())),
            ));
        }
        match &value.variants {
            None => Abs {
                from: value.from.without(From::REJECT),
                ..Abs::default()
            },
            Some(_) => match value.success() {
                Some(out) => {
                    self.state = Some(state.with(&out.proof));
                    out.val
                }
                None => {
                    self.state = None;
                    Abs::default()
                }
            },
        }
    }
}

/// A pattern that matches.
struct Matched {
    proof: Proof,
    setting: Option<String>,
}

/// A setting and its value packed by `let_condition`.
fn assume_text(state: State, packed: &Rc<str>) -> State {
    match packed.split_once('\u{0}') {
        Some((setting, value)) => state.assuming(&Rc::from(setting), value),
        None => state,
    }
}

fn setting_pair(value: &Abs) -> Option<(String, String)> {
    value
        .setting
        .as_ref()
        .map(|setting| (format!("!{setting}"), setting.to_string()))
}

/// A value's variants, in the light of the state at which it came about.
fn with_state(value: &Abs, state: &State) -> Abs {
    match &value.variants {
        None => value.clone(),
        Some(all) => {
            let all = all
                .iter()
                .map(|(name, out)| {
                    (
                        *name,
                        Out {
                            proof: state.proof.and(&out.proof),
                            val: out.val.clone(),
                        },
                    )
                })
                .collect();
            Abs {
                variants: Some(Rc::new(all)),
                ..value.clone()
            }
        }
    }
}

/// A value that has none of these variants.
fn without(value: &Abs, names: &[String]) -> Abs {
    match &value.variants {
        None => value.clone(),
        Some(all) => {
            let left = all
                .iter()
                .filter(|(name, _)| !names.iter().any(|it| *name == it.as_str()))
                .cloned()
                .collect();
            Abs {
                variants: Some(Rc::new(left)),
                ..value.clone()
            }
        }
    }
}

/// `!x`.
pub(super) fn negated(value: &Abs) -> Abs {
    let Some(all) = &value.variants else {
        return Abs {
            setting: value.setting.as_ref().map(|it| negate(it)),
            ..Abs::of(value.from)
        };
    };
    let swapped = all
        .iter()
        .map(|(name, out)| (super::proof::opposite(name.as_str()).into(), out.clone()))
        .collect();
    Abs {
        variants: Some(Rc::new(swapped)),
        setting: value.setting.as_ref().map(|it| negate(it)),
        ..Abs::of(value.from)
    }
}

fn negate(setting: &str) -> Rc<str> {
    match setting.strip_prefix('!') {
        Some(rest) => Rc::from(rest),
        None => Rc::from(format!("!{setting}")),
    }
}
