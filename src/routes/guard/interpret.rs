//! The abstract interpreter: expressions, branches, patterns, exits.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::calls::{may_say_no, unknown_outcome};
use super::connection::Told;
use super::handlers::holds_credentials;
use super::lent::{Left, Lent};
use super::memo::SHARE;
use super::places::list_of;
use super::proof::{Abs, Captured, From, Out, Proof, State};
use super::public::{brings_key, is_public_field, public};
use super::route::{Looks, name_of};
use super::{Event, EventKind, Judge, Summary, fingerprint, words};
use crate::facts::body::{BlockKind, Literal, UnaryOp};
use crate::facts::{Expr, ExprId, PatId};
use crate::program::ty::Subst;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::source::{Name, Span};
use crate::values::{Callee, Typing};

/// Where code goes on elsewhere: the value it takes along, and the state and variables there.
pub(super) type End = (Abs, State, FxHashMap<PatId, Abs>);

/// One activation of a body.
pub(super) struct Run<'j, 'a> {
    pub(super) judge: &'j Judge<'a>,
    pub(super) key: BodyKey,
    pub(super) typing: &'a Typing,
    /// Variables, and `self` ([`THIS`]).
    pub(super) env: FxHashMap<PatId, Abs>,
    pub(super) subst: Subst,
    /// `None`: this point is not reached.
    pub(super) state: Option<State>,
    pub(super) exits: Vec<(Abs, State)>,
    /// The exits of the function of the program that this call was of, if it was the last one, and
    /// the function refuses by what it answers.
    pub(super) answers: Option<(ExprId, Vec<(Abs, State)>)>,
    /// Structs that it was lent.
    pub(super) lent: Vec<Lent>,
    /// The struct that is looked for in it.
    pub(super) told: Option<Told>,
    /// What the last call of functions of the program has left in what they were lent.
    pub(super) left: Left,
    /// The first answer that nothing has to be proven for; only while somebody asks for it.
    pub(super) unproven: Option<Span>,
    /// How many `Ok(..)` stand around the expression with whose value the body is being left.
    pub(super) oks: usize,
    pub(super) breaks: Vec<End>,
    pub(super) events: Vec<Event>,
    /// Maps of the service in which an entry was made for whoever asks.
    pub(super) made: Vec<Arc<str>>,
    /// What it has looked at of the request's route.
    pub(super) looks: Looks,
}

/// What stands for `self` among the variables.
pub(super) const THIS: PatId = PatId(u32::MAX);

/// What a function does of which nobody knows whether its success proves anything.
fn doubtful(from: From, proof: &Proof) -> Summary {
    let value = unknown_outcome(from, proof);
    let state = State::start().with(proof);
    Summary {
        value: value.clone(),
        after: Some(state.clone()),
        exits: vec![(value, state)],
        ..Summary::default()
    }
}

impl<'a> Judge<'a> {
    /// Runs a function with these arguments.
    pub(super) fn run(&self, id: FnId, args: Vec<Abs>, this: Abs, subst: &Subst) -> Arc<Summary> {
        if self.is_tracing() {
            let run = || self.run_now(id, args.clone(), this, subst);
            return Arc::new(self.run_traced(id, run, &args));
        }
        let Some(print) = fingerprint::of(args.iter().chain([&this]), subst) else {
            return Arc::new(self.run_now(id, args, this, subst));
        };
        // For all endpoints, and then for this one if that makes a difference.
        let of_all = self.for_all(|| {
            let run = || Arc::new(self.run_now(id, args.clone(), this.clone(), subst));
            let summaries = &self.known.summaries;
            summaries.answer(&self.questions, (id, print), run)
        });
        if self.route.get().is_none() || !of_all.looks.any() {
            return of_all;
        }
        // Nobody asks for that again.
        Arc::new(self.run_now(id, args, this, subst))
    }

    fn run_now(&self, id: FnId, args: Vec<Abs>, this: Abs, subst: &Subst) -> Summary {
        self.questions.step();
        let is_over = self.is_over(0);
        if is_over || self.questions.is_too_deep() {
            let is_asked = || args.iter().any(holds_credentials) && self.may_refuse(id);
            if !is_over && is_asked() {
                let name = self.program[id].name;
                let why = format!("`{name}` is called too deep to be followed");
                return doubtful(union(&args), &Proof::maybe(why));
            }
            return Summary {
                value: Abs {
                    from: union(&args),
                    ..Abs::default()
                },
                after: Some(State::start()),
                events: self.unfollowed(id),
                ..Summary::default()
            };
        }
        let Some(body) = self.program[id].body else {
            return Summary::default();
        };
        if self.program[body].body.problem.is_some() {
            return self.unread(id, union(&args).with(this.from));
        }
        let lent = self.lent_to(id, body, &this, &args);
        self.questions.deeper(|| {
            let mut run = self.start(body, this, subst.clone());
            let params = self.program[body].body.params.clone();
            run.lent = lent;
            for (pat, arg) in params.iter().zip(args) {
                run.bind(*pat, arg);
            }
            let root = self.program[body].body.root;
            run.leave(root);
            run.finish()
        })
    }

    /// What a function does whose body cannot be read: with something of the request, anything.
    fn unread(&self, id: FnId, from: From) -> Summary {
        if from.without(From::OWN) == From::default() {
            return Summary::default();
        }
        let name = self.program[id].name;
        let proof = Proof::maybe(format!("the body of `{name}` cannot be read"));
        doubtful(from, &proof)
    }

    /// Whether a function may say no by what it returns.
    pub(super) fn may_refuse(&self, id: FnId) -> bool {
        may_say_no(&self.program.fn_return(id))
    }

    /// Begins with the next handler or layer.
    pub(super) fn begin(&self) {
        self.questions.begin();
    }

    /// Whether there is too much code to be followed to its end.
    pub(super) fn is_exhausted(&self) -> bool {
        self.questions.is_short() || self.known.is_exhausted()
    }

    /// Whether more was looked at for the question at hand than there should be, by more than so much.
    fn is_over(&self, by: u64) -> bool {
        self.questions.steps() > SHARE + by || self.known.is_exhausted()
    }

    /// Whether not even what the code at hand does is looked at any more. From where it is exhausted it
    /// goes a little further, and follows no calls, so that what was proven before is not lost.
    fn is_spent(&self) -> bool {
        self.is_over(SHARE / 10)
    }

    /// What a function may do that is not followed any more, since the code is too large: anything.
    fn unfollowed(&self, id: FnId) -> Vec<Event> {
        if !self.is_over(0) {
            return Vec::new();
        }
        let def = &self.program[id];
        let kind = EventKind::Write(def.name.to_string());
        vec![Event::new(kind, def.name_span(), State::start())]
    }

    /// Says so in a verdict that rests on half an answer.
    pub(super) fn admit(&self, proof: &mut Proof) {
        if self.is_exhausted() && !proof.is_verified() {
            proof
                .maybe
                .get_or_insert_with(|| "its code is too large to be followed to its end".into());
        }
    }

    pub(super) fn start(&self, key: BodyKey, this: Abs, subst: Subst) -> Run<'_, 'a> {
        Run {
            judge: self,
            key,
            typing: self.values.typing(key),
            env: FxHashMap::from_iter([(THIS, this)]),
            subst,
            state: Some(State::start()),
            exits: Vec::new(),
            answers: None,
            lent: Vec::new(),
            told: None,
            unproven: None,
            left: Left::default(),
            oks: 0,
            breaks: Vec::new(),
            events: Vec::new(),
            made: Vec::new(),
            looks: Looks::default(),
        }
    }
}

fn union(args: &[Abs]) -> From {
    args.iter()
        .fold(From::default(), |from, arg| from.with(arg.from))
        .without(From::REJECT.with(From::OWN))
}

impl<'a> Run<'_, 'a> {
    pub(super) fn finish(mut self) -> Summary {
        let left = self.left();
        self.tell_variants();
        let mut joined: Option<(State, Abs)> = None;
        // What refuses comes last: a setting that tells the answers apart tells nothing of it.
        let answering = self.exits.iter().filter(|(value, _)| !value.refuses());
        let refusing = self.exits.iter().filter(|(value, _)| value.refuses());
        for (value, state) in answering.chain(refusing) {
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
            left,
            unproven: self.unproven,
            looks: self.looks,
        }
    }

    /// The body is left with this value, in this state.
    pub(super) fn exits_with(&mut self, value: Abs, state: State) {
        self.note_left(&state);
        self.exits.push((value, state));
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
        if let Some(state) = &mut self.state {
            let passes = matches!(kind, EventKind::Next);
            let event = Event::new(kind, span, state.clone());
            state.passed |= passes;
            event.add(&mut self.events);
        }
    }

    pub(super) fn expr(&mut self, id: ExprId) -> Abs {
        if self.state.is_none() || self.judge.is_spent() {
            return Abs::default();
        }
        self.judge.questions.step();
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Literal(literal) => match literal {
                Literal::Bool(value) => Abs::variants(
                    From::LITERAL,
                    vec![(if *value { "true" } else { "false" }, Out::nothing())],
                ),
                Literal::Str(text) => Abs {
                    text: name_of(text),
                    ..Abs::of(From::LITERAL)
                },
                _ => Abs::of(From::LITERAL),
            },
            Expr::Path(path) => self.path(id, path.last().map_or("", |name| name.as_str())),
            Expr::Call { callee, args } => self.call(id, *callee, args),
            Expr::MethodCall(call) => self.method_call(id, call),
            Expr::Field { base, name } => {
                let value = self.expr(*base);
                if value.is_list() && self.is_newtype(*base) {
                    return value;
                }
                let field = self.field(&value, name.as_str(), self.span(id));
                let field = self.perhaps_listed(*base, *name, field);
                let field = self.perhaps_peer(*base, *name, field);
                let field = self.perhaps_introspected(id, *name, field);
                self.perhaps_unset(*base, id, *name, field)
            }
            Expr::Index { base, index } => {
                let base = self.expr(*base);
                self.expr(*index);
                self.piece_at(&base, *index)
            }
            Expr::Struct(data) => {
                let mut from = From::default();
                let mut fields = Vec::new();
                for (name, written) in &data.fields {
                    let value = match self.default_in_field(id, *name, *written) {
                        Some(default) => default,
                        None => self.expr(*written),
                    };
                    from = from.with(value.from);
                    fields.push((*name, value));
                }
                if self.told.is_some() {
                    self.note_told(id, data, &fields);
                }
                if let Some(rest) = data.rest {
                    from = from.with(self.expr(rest).from);
                }
                let none = From::LITERAL.with(From::REJECT).with(From::OWN);
                let mut value = Abs {
                    fields: Some(Arc::new(fields)),
                    ..Abs::of(from.without(none))
                };
                if data.path.segments.len() > 1 {
                    let variant = data.path.segments.last().map_or("", |it| it.name.as_str());
                    value = Abs::variants(
                        value.from,
                        vec![(
                            variant,
                            Out {
                                proof: Proof::nothing(),
                                val: value,
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
                let from = match self.is_redirect(all) {
                    true => from.with(From::REJECT),
                    false => from,
                };
                Abs {
                    from: from.without(From::OWN),
                    parts: Some(Arc::new(parts)),
                    ..Abs::default()
                }
            }
            Expr::Array(all) => {
                let parts: Vec<Abs> = all.iter().map(|id| self.element(*id)).collect();
                list_of(parts)
            }
            Expr::Repeat { value, .. } => Abs::of(self.expr(*value).from),
            Expr::Ref { inner, mutable } => {
                let value = self.expr(*inner);
                if *mutable {
                    self.lent(*inner);
                }
                value
            }
            Expr::Cast { inner, .. } => self.expr(*inner),
            Expr::Await(inner) => {
                let value = self.expr(*inner);
                let value = self.sent_by_waiting(id, value);
                let value = self.awaited(*inner, value);
                self.chosen_by_both(id, value)
            }
            Expr::Unary { op, inner } => {
                let value = match op {
                    UnaryOp::Not => self.condition(*inner),
                    _ => self.expr(*inner),
                };
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
                let left_by = self.left_by(*inner, &value);
                let value = self.question(&value, left_by);
                self.chosen_by_both(id, value)
            }
            Expr::Block(block) => match block.kind {
                BlockKind::Async | BlockKind::Try => self.inner_block(id),
                _ => self.block(block, block.label.is_some()),
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
            Expr::Closure(_) => {
                self.lent_to_closure();
                Abs {
                    closure: Some(Arc::new(Captured {
                        body: self.key,
                        expr: id,
                        env: self.env.clone(),
                        subst: self.subst.clone(),
                    })),
                    ..Abs::default()
                }
            }
            Expr::Return(value) => {
                let oks = std::mem::take(&mut self.oks);
                match value {
                    Some(id) if self.is_plain() => self.leave(*id),
                    Some(id) => {
                        let value = self.expr(*id);
                        self.note_unproven(*id, &value);
                        self.exit(value);
                    }
                    None => self.exit(Abs::default()),
                }
                self.oks = oks;
                self.state = None;
                Abs::default()
            }
            Expr::Break { value, .. } => {
                let value = value.map_or_else(Abs::default, |id| self.expr(id));
                if let Some(state) = self.state.take() {
                    self.breaks.push((value, state, self.env.clone()));
                }
                Abs::default()
            }
            Expr::Continue(_) => {
                // The loop's next round starts from the loop's beginning: nothing more is proven after it.
                if let Some(state) = self.state.take() {
                    self.breaks.push((Abs::default(), state, self.env.clone()));
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
        let value = self.block(block, false);
        if let Some(state) = self.state.take() {
            self.exits.push((value, state));
        }
        let own = std::mem::replace(&mut self.exits, outer);
        self.join_exits(own)
    }

    fn path(&mut self, id: ExprId, last: &str) -> Abs {
        if let Some(pat) = self.typing.local(id) {
            return self.unless_known_set(self.env.get(&pat).cloned().unwrap_or_default());
        }
        if last == "self" {
            return self.env.get(&THIS).cloned().unwrap_or_default();
        }
        match self.typing.defs(id).first() {
            Some(Callee::Fn(candidate)) => Abs {
                function: Some(candidate.id),
                ..Abs::default()
            },
            Some(Callee::Const(_)) if self.truth_of(id).is_some() => {
                let is_true = self.truth_of(id) == Some(true);
                let variant = if is_true { "true" } else { "false" };
                Abs::variants(From::LITERAL, vec![(variant, Out::nothing())])
            }
            Some(Callee::Const(id)) if self.is_refusal(*id) => Abs::of(From::REJECT),
            Some(Callee::Const(id)) => {
                let name = self.judge.program[*id].name;
                // A text that stands in the code: a prefix, a scheme, or a secret that is none.
                let text = self.judge.values.const_text(*id);
                let text = text.and_then(|it| it.as_known());
                let from = match text {
                    Some(_) => From::LITERAL,
                    None => From::default(),
                };
                Abs {
                    setting: Some(Arc::from(name.as_str())),
                    parts: self.listed(*id),
                    text: text.and_then(|it| name_of(&it)),
                    ..Abs::of(from)
                }
            }
            Some(Callee::External(path)) => {
                let last = path.as_str().rsplit("::").next().unwrap_or_default();
                match last {
                    "None" => Abs::variants(From::default(), vec![("None", Out::nothing())]),
                    // `Method::Post`, where methods are variants.
                    _ if path.as_str().rsplit("::").nth(1) == Some("Method") => Abs {
                        text: Some(Name::new(&last.to_ascii_uppercase())),
                        ..Abs::default()
                    },
                    _ if words::refuses(last) => Abs::of(From::REJECT),
                    // `header::AUTHORIZATION`.
                    _ => Abs {
                        text: Some(Name::new(last)).filter(|_| is_shouted(last)),
                        ..Abs::default()
                    },
                }
            }
            Some(Callee::Constructor(crate::program::Def::Variant(adt, at))) => {
                let from = self.judge.answer_of_variant(*adt, *at);
                Abs::variants(from, vec![(last, Out::nothing())])
            }
            _ if words::refuses(last) => Abs::of(From::REJECT),
            _ => Abs::default(),
        }
    }

    /// Whether a constant is `true` or `false`, in all builds and for all types.
    fn truth_of(&self, id: ExprId) -> Option<bool> {
        let [Callee::Const(only)] = self.typing.defs(id) else {
            return None;
        };
        let program = self.judge.program;
        let def = &program[*only];
        let may_differ = def.is_static
            || matches!(def.container, crate::program::Container::Trait(_))
            || def.attrs.iter().any(|it| it.meta.is("cfg"));
        let body = &program[def.body.filter(|_| !may_differ)?].body;
        match body.expr(body.root) {
            Expr::Literal(Literal::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// Whether a constant is a status that refuses: `const NO: StatusCode = StatusCode::FORBIDDEN`.
    fn is_refusal(&self, id: crate::program::ConstId) -> bool {
        let program = self.judge.program;
        let Some(key) = program[id].body.filter(|_| !program[id].is_static) else {
            return false;
        };
        let body = &program[key].body;
        match body.expr(body.root) {
            Expr::Path(path) if path.segments.len() > 1 => {
                let defs = self.judge.values.typing(key).defs(body.root);
                let is_library = matches!(defs.first(), Some(Callee::External(_)));
                is_library && path.last().is_some_and(|it| words::refuses(it.as_str()))
            }
            _ => false,
        }
    }

    /// A field of a value.
    pub(super) fn field(&mut self, value: &Abs, name: &str, span: Span) -> Abs {
        if let (Some(parts), Ok(at)) = (&value.parts, name.parse::<usize>()) {
            return parts.get(at).cloned().unwrap_or_default();
        }
        if name == "0" && value.parts.is_none() {
            return value.clone();
        }
        let setting = value
            .setting
            .as_ref()
            .map(|setting| Arc::from(format!("{setting}.{name}")));
        let mut fields = value.fields.iter().flat_map(|all| all.iter());
        let known = fields.find(|it| it.0 == name);
        // The service that a service of the program wraps.
        if matches!(name, "service" | "inner" | "next" | "svc")
            && value.setting.as_deref() == Some("self")
            && known.is_none_or(|(_, own)| own.is_plain())
        {
            return Abs::of(From::NEXT);
        }
        if let Some((_, own)) = known {
            let mut own = own.clone();
            // What a service of the program was given is called by its field, if by nothing else.
            if own.variants.is_none() && own.text.is_none() && own.from == From::default() {
                own.setting = own.setting.or(setting);
            }
            return match is_public_field(name) {
                true => public(own),
                false => own,
            };
        }
        let mut from = value.from.without(From::HANDED);
        if from.has(From::INPUT) && !from.has(From::ANSWERED) && words::own_token(name) {
            from = from.with(From::TOKEN);
        }
        if name == "method" && from.has(From::REQUEST) && !from.has(From::CREDENTIAL) {
            return self.method_of_request();
        }
        let is_sent = From::CREDENTIAL.with(From::PUBLIC).with(From::TOKEN);
        if from.has(is_sent) && is_public_field(name) {
            from = from.as_public();
        }
        if from.has(is_sent) && brings_key(name) {
            from = from.with(From::SENT_KEY);
        }
        if setting.is_some() {
            from = from.with(From::OWN);
        }
        if name == "extensions" && from.has(From::REQUEST) {
            from = From::EXTENSIONS.with(From::REQUEST);
        }
        if from.has(From::SESSION) && name == "user" {
            // `AuthSession.user`: there only if the session is somebody's.
            let proof = Proof::verified(self.evidence("session user", span));
            return Abs::fallible("Some", proof, Abs::of(From::IDENTITY));
        }
        Abs {
            from,
            setting,
            ..Abs::default()
        }
    }

    /// The variant with which `x?` leaves: an `Option` by `None`, which no arm for `Err` takes.
    fn left_by(&self, inner: ExprId, value: &Abs) -> &'static str {
        let names = value.names();
        let is_option = match (names.contains(&"Err"), names.contains(&"None")) {
            (false, true) => true,
            (true, false) => false,
            _ => self
                .ty(inner)
                .peel_refs()
                .is_external("std::option::Option"),
        };
        if is_option { "None" } else { "Err" }
    }

    /// `x?`, which leaves by this variant.
    pub(super) fn question(&mut self, value: &Abs, left_by: &str) -> Abs {
        let Some(state) = self.state.clone() else {
            return Abs::default();
        };
        let bad = match &value.variants {
            None => Some(("Err", Out::nothing())),
            Some(all) => all
                .iter()
                .find(|(name, _)| super::proof::is_bad(name.as_str()))
                .map(|(name, out)| (name.as_str(), out.clone())),
        };
        if let Some((name, out)) = bad {
            let failed = Abs::variants(From::REJECT, vec![(left_by, Out::nothing())]);
            let state = state.with(&out.proof).taking(value, &[name]);
            let state = self.assumed(state, value, &Some("Err".into()));
            self.exits_with(failed, state);
        }
        match &value.variants {
            None => Abs {
                from: value.from.without(From::REJECT),
                ..Abs::default()
            },
            Some(_) => match value.success() {
                Some(out) => {
                    self.state = Some(
                        state
                            .with(&out.proof)
                            .or_else_refused(&out.proof.rights.on_every_path()),
                    );
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

/// A value's variants, in the light of the state at which it came about.
pub(super) fn with_state(value: &Abs, state: &State) -> Abs {
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
                variants: Some(Arc::new(all)),
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
        variants: Some(Arc::new(swapped)),
        setting: value.setting.as_ref().map(|it| negate(it)),
        ..Abs::of(value.from)
    }
}

fn negate(setting: &str) -> Arc<str> {
    match setting.strip_prefix('!') {
        Some(rest) => Arc::from(rest),
        None => Arc::from(format!("!{setting}")),
    }
}

/// Whether a name is written as those of constants are.
fn is_shouted(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_uppercase())
        && !name.contains(|it: char| it.is_ascii_lowercase())
}
