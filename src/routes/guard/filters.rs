//! What a request has shown when filters have let it pass, and when the function at their end
//! answers.
//!
//! What each filter hands on flows into the functions behind it, a rejection ends the way. The
//! functions are judged as every other code is.

use std::sync::Arc;

use super::extensions::Slot;
use super::proof::{Abs, From, Out, Proof, State, Strength};
use super::{Judge, Summary, body_proof, words};
use crate::facts::{Expr, Pat};
use crate::models::roles::{Carries, Protection as Protects};
use crate::program::{BodyKey, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind, HandlerTarget};
use crate::routes::filter::{Apply, Chain, Function, How, Part, Step, functions};
use crate::source::{Name, Span};

/// What is said of a value that a filter without arguments hands on: something of the service,
/// called by the name under which it is taken.
const OWN: &str = "state";

/// What filters demand.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// What is proven before the first effect.
    pub proof: Proof,
    /// What else they protect from.
    pub protects: Vec<(Protects, Evidence)>,
}

impl Judge<'_> {
    /// Judges the filters and the handler of an endpoint with this path and method.
    pub fn filters(&self, chain: &Chain, path: &str, method: &str) -> Filtered {
        self.begin();
        self.route.set(Some(super::route::Asked {
            path: Name::new(path),
            whole: Name::new(path),
            method: Name::new(method),
        }));
        let mut walk = Walk {
            judge: self,
            handler: chain.handler().map(|it| it.span),
            effects: Vec::new(),
        };
        let end = walk.steps(&chain.steps, State::start());
        let effects = walk.effects;
        self.route.set(None);
        let states = effects.into_iter().chain(end.map(|(state, _)| state));
        let joined = states.reduce(|a, b| a.join(&b));
        // Nobody gets to the end: that says nothing.
        let mut proof = joined.map_or_else(
            || Proof::maybe("no answer was seen behind these filters"),
            |state| state.proof,
        );
        self.admit(&mut proof);
        Filtered {
            proof,
            protects: self.limits_of(chain),
        }
    }

    /// The limiters among the functions of filters.
    fn limits_of(&self, chain: &Chain) -> Vec<(Protects, Evidence)> {
        let mut all = Vec::new();
        functions(&chain.steps, &mut all);
        // The handler's own are looked for with those of all handlers.
        all.pop();
        let limits = |it: &&Function| match it.target {
            HandlerTarget::Fn(id) => {
                let bodies: Vec<BodyKey> = self.program[id].body.into_iter().collect();
                super::layers::names_a_limiter(self.program[id].name.as_str())
                    || self.answers_too_many(&bodies)
                    || bodies.iter().any(|it| self.rejects_by_limiter(*it))
            }
            HandlerTarget::Closure(body, expr) => {
                let range = self.program[body].body.expr_range(expr);
                self.limits_within(body, range)
            }
            HandlerTarget::External(path) => super::layers::names_a_limiter(path.as_str()),
            HandlerTarget::Unknown => super::layers::names_a_limiter(&it.name),
        };
        let found = all.into_iter().filter(limits);
        found
            .map(|it| (Protects::RateLimit, evidence(&it.name, it.span)))
            .collect()
    }
}

/// That a header or cookie is taken.
fn taken(part: &Part) -> Evidence {
    let kind = match part.carries {
        Carries::Cookies => "cookie",
        _ => "header",
    };
    let name = part.name.as_deref().unwrap_or("of a configured name");
    evidence(&format!("{kind} {name}"), part.span)
}

fn evidence(name: &str, span: Span) -> Evidence {
    Evidence {
        kind: EvidenceKind::Filter,
        name: name.to_owned(),
        span,
    }
}

/// The values that filters hand on.
#[derive(Debug, Clone, Default)]
struct Values {
    list: Vec<Abs>,
    /// Where any number of others may stand.
    gap: Option<usize>,
}

impl Values {
    fn one(value: Abs) -> Values {
        Values {
            list: vec![value],
            gap: None,
        }
    }

    fn unknown() -> Values {
        Values {
            list: Vec::new(),
            gap: Some(0),
        }
    }

    fn extend(&mut self, other: Values) {
        let at = self.list.len();
        match (self.gap, other.gap) {
            (None, gap) => self.gap = gap.map(|it| at + it),
            // What stands between two such places could be any of them.
            (Some(gap), Some(next)) => {
                self.list.truncate(gap);
                self.list.extend(other.list.into_iter().skip(next));
                return;
            }
            (Some(_), None) => {}
        }
        self.list.extend(other.list);
    }

    /// The arguments of a function of so many parameters.
    fn arguments(self, count: usize) -> Vec<Abs> {
        let mut list = self.list;
        if let Some(gap) = self.gap {
            let missing = count.saturating_sub(list.len());
            list.splice(gap..gap, vec![Abs::of(From::INPUT); missing]);
        }
        list
    }

    fn labels(&self) -> From {
        let all = self.list.iter();
        all.fold(From::default(), |from, it| from.with(it.from))
    }
}

/// A request's way through filters.
struct Walk<'j, 'a> {
    judge: &'j Judge<'a>,
    /// The call that puts the function in place that answers.
    handler: Option<Span>,
    /// What is proven where something is changed on the way.
    effects: Vec<State>,
}

/// The state behind filters and what they hand on; `None` if they let nobody pass.
type End = Option<(State, Values)>;

impl Walk<'_, '_> {
    fn steps(&mut self, steps: &[Step], start: State) -> End {
        let mut state = start;
        let mut values = Values::default();
        for step in steps {
            let (next, own) = self.step(step, state)?;
            state = next;
            values.extend(own);
        }
        Some((state, values))
    }

    fn step(&mut self, step: &Step, state: State) -> End {
        match step {
            Step::Take(part) => Some(self.take(part, state)),
            Step::Exact(part) => {
                let is_credential = part.name.as_deref().map(words::credential_header);
                let proof = match is_credential {
                    // One fixed secret.
                    Some(Some(true)) => Proof::verified(taken(part)),
                    Some(_) => Proof::nothing(),
                    None => Proof::maybe("the header that is asked for could not be read"),
                };
                Some((state.with(&proof), Values::default()))
            }
            Step::Apply(apply) => {
                let (state, values) = self.steps(&apply.inner, state)?;
                self.apply(apply, values, state)
            }
            Step::Untuple(inner) => {
                let (state, values) = self.steps(inner, state)?;
                Some((state, self.parts(inner, values)))
            }
            Step::Either(all) => {
                let mut joined: End = None;
                for steps in all {
                    let end = self.steps(steps, state.clone());
                    joined = either(joined, end);
                }
                joined
            }
            Step::Switch {
                condition,
                then,
                otherwise,
            } => {
                let setting = Arc::from(condition.as_str());
                let then = self.steps(then, state.assuming(&setting, "true"));
                let otherwise = self.steps(otherwise, state.assuming(&setting, "false"));
                either(then, otherwise)
            }
            Step::Rescue {
                inner,
                by,
                is_tuple,
            } => {
                let end = self.steps(inner, state.clone());
                let rescued = self.run(by, Values::default(), How::AndThen, state);
                // It rejects whatever was rejected.
                let Some((state, value)) = rescued else {
                    return end;
                };
                let values = match &value.parts {
                    Some(parts) if *is_tuple => Values {
                        list: parts.to_vec(),
                        gap: None,
                    },
                    _ if *is_tuple => Values::unknown(),
                    _ => Values::one(value),
                };
                either(end, Some((state, values)))
            }
            Step::Unknown { name, .. } => {
                let proof = Proof::maybe(format!("the filter `{name}` could not be followed"));
                Some((state.with(&proof), Values::unknown()))
            }
        }
    }

    /// A value out of the request.
    fn take(&self, part: &Part, state: State) -> (State, Values) {
        let (proof, value) = match part.carries {
            Carries::Header | Carries::Cookies => {
                let is_credential = match &part.name {
                    Some(name) => words::credential_header(name).unwrap_or(false),
                    // A name out of the configuration.
                    None => true,
                };
                let from = match is_credential {
                    true => From::CREDENTIAL,
                    false => From::INPUT,
                };
                let proof = match is_credential {
                    true => Proof::presence().by(vec![taken(part)]),
                    false => Proof::nothing(),
                };
                (proof, Abs::of(from))
            }
            Carries::Headers | Carries::Request => (Proof::nothing(), Abs::of(From::REQUEST)),
            Carries::Extension => {
                let found = self
                    .judge
                    .extension(&Slot::Type(part.ty.peel_refs().clone()));
                if part.is_optional {
                    return (state, Values::one(found));
                }
                let out = found.success().unwrap_or_else(Out::nothing);
                (out.proof, out.val)
            }
            _ if part.is_route => {
                let path = Abs {
                    text: self.judge.route.get().map(|it| it.path),
                    ..Abs::of(From::INPUT.with(From::ROUTE))
                };
                (Proof::nothing(), path)
            }
            _ => (Proof::nothing(), Abs::of(From::INPUT)),
        };
        if part.is_optional {
            let mut looks = Proof::nothing().by(proof.evidence.clone());
            looks.looked = proof.strength > Strength::Nothing;
            let value = Abs::fallible("Some", proof, value);
            return (state.with(&looks), Values::one(value));
        }
        (state.with(&proof), Values::one(value))
    }

    /// A function over what was handed on.
    fn apply(&mut self, apply: &Apply, values: Values, state: State) -> End {
        let is_handler = self.handler == Some(apply.span);
        if is_handler {
            let (state, value) = self.answer(&apply.function, values, state);
            // What filters behind it demand comes too late.
            self.effects.push(state.clone());
            return Some((state, Values::one(value)));
        }
        let is_own = apply.how == How::Map && values.list.is_empty() && values.gap.is_none();
        let (state, mut value) = self.run(&apply.function, values, apply.how, state)?;
        let says_nothing = value.from == From::default()
            && value.variants.is_none()
            && value.parts.is_none()
            && value.closure.is_none();
        if is_own && says_nothing && value.setting.is_none() {
            value.setting = Some(Arc::from(OWN));
        }
        Some((state, Values::one(value)))
    }

    /// Runs a function between filters; `None` if it lets nobody pass.
    fn run(
        &mut self,
        function: &Function,
        values: Values,
        how: How,
        state: State,
    ) -> Option<(State, Abs)> {
        let labels = values.labels();
        let Some(summary) = self.summary(function, values) else {
            let value = match function.target {
                HandlerTarget::External(path) if path == "std::option::Option::Some" => {
                    Abs::variants(
                        labels,
                        vec![(
                            "Some",
                            Out {
                                proof: Proof::nothing(),
                                val: Abs::of(labels),
                            },
                        )],
                    )
                }
                _ => Abs::of(labels.without(From::LITERAL).without(From::REJECT)),
            };
            let is_known = match function.target {
                HandlerTarget::External(path) => self.judge.program.models.describes(path),
                _ => false,
            };
            let proof = match how == How::AndThen && !is_known {
                true => Proof::maybe(format!("`{}` could not be followed", function.name)),
                false => Proof::nothing(),
            };
            return Some((state.with(&proof), value));
        };
        for event in &summary.events {
            if event.kind.is_effect() {
                self.effects.push(within(&state, &event.state));
            }
        }
        let mut proof = summary.after.as_ref()?.proof.clone();
        let value = match how {
            How::Map => summary.value.clone(),
            How::AndThen if summary.value.only_fails() => return None,
            How::AndThen => match summary.value.success() {
                Some(out) => {
                    proof = proof.and(&out.proof);
                    out.val
                }
                None => Abs::of(summary.value.from.without(From::REJECT)),
            },
        };
        if proof.strength > Strength::Nothing || proof.looked || proof.maybe.is_some() {
            proof
                .evidence
                .insert(0, evidence(&function.name, function.span));
        }
        // Whoever was shown to be genuine is no longer only what the client says.
        let is_verified = proof.is_verified() && how == How::AndThen;
        let value = match is_verified && value.from.has(From::CREDENTIAL) {
            true => Abs {
                from: value.from.with(From::IDENTITY).without(From::CREDENTIAL),
                ..value
            },
            false => value,
        };
        Some((state.with(&proof), value))
    }

    /// Runs the function that answers.
    fn answer(&self, function: &Function, values: Values, state: State) -> (State, Abs) {
        match self.summary(function, values) {
            Some(summary) => (state.with(&body_proof(&summary, true)), Abs::default()),
            None => {
                let is_unknown = function.target == HandlerTarget::Unknown;
                let proof = match is_unknown {
                    true => Proof::maybe("the handler could not be resolved"),
                    false => Proof::nothing(),
                };
                (state.with(&proof), Abs::default())
            }
        }
    }

    /// What running a function of the program tells; `None` for others.
    fn summary(&self, function: &Function, values: Values) -> Option<Arc<Summary>> {
        match function.target {
            HandlerTarget::Fn(id) => {
                let def = &self.judge.program[id];
                def.body?;
                let takes_self = def.sig.self_param.is_some();
                let count = def.sig.params.len() + usize::from(takes_self);
                let mut args = values.arguments(count);
                let this = match takes_self && !args.is_empty() {
                    true => args.remove(0),
                    false => Abs::default(),
                };
                let params = def.sig.params.iter();
                for (arg, param) in args.iter_mut().zip(params) {
                    name_own(arg, param.binds.map(Name::as_str));
                }
                Some(self.judge.run(id, args, this, &function.types))
            }
            HandlerTarget::Closure(key, expr) => self.closure(key, expr, values),
            HandlerTarget::External(_) | HandlerTarget::Unknown => None,
        }
    }

    fn closure(
        &self,
        key: BodyKey,
        expr: crate::facts::ExprId,
        values: Values,
    ) -> Option<Arc<Summary>> {
        let judge = self.judge;
        let body = &judge.program[key].body;
        let Expr::Closure(closure) = body.expr(expr) else {
            return None;
        };
        if judge.questions.is_too_deep() {
            return None;
        }
        let mut run = judge.start(key, Abs::default(), Vec::new());
        let args = values.arguments(closure.params.len());
        for ((pat, _), mut arg) in closure.params.iter().zip(args) {
            let mut named = *pat;
            while let Pat::Typed(inner, _) = body.pat(named) {
                named = *inner;
            }
            if let Pat::Bind { name, .. } = body.pat(named) {
                name_own(&mut arg, Some(name.as_str()));
            }
            run.bind(*pat, arg);
        }
        run.leave(closure.body);
        Some(Arc::new(run.finish()))
    }

    /// The parts of the tuple that steps hand on.
    fn parts(&self, inner: &[Step], values: Values) -> Values {
        let Ok([only]) = <[Abs; 1]>::try_from(values.list) else {
            return Values::unknown();
        };
        if let Some(parts) = &only.parts {
            return Values {
                list: parts.to_vec(),
                gap: None,
            };
        }
        // `Result<(), Rejection>`: nothing is handed on.
        let declared = inner.last().and_then(|it| match it {
            Step::Apply(apply) => match apply.function.target {
                HandlerTarget::Fn(id) => Some(self.judge.program.fn_return(id)),
                _ => None,
            },
            _ => None,
        });
        let mut ty = declared.unwrap_or(Ty::Unknown);
        if let Ty::Future(inner) = &ty {
            ty = (**inner).clone();
        }
        match ty.success().unwrap_or(ty) {
            Ty::Tuple(parts) => Values {
                list: vec![Abs::of(only.from); parts.len()],
                gap: None,
            },
            _ => Values::unknown(),
        }
    }
}

/// Something of the service is called as whoever takes it calls it.
fn name_own(value: &mut Abs, name: Option<&str>) {
    if value.setting.as_deref() == Some(OWN)
        && let Some(name) = name
    {
        value.setting = Some(Arc::from(name));
    }
}

/// A state in a function that is run in another state.
fn within(entry: &State, own: &State) -> State {
    State {
        proof: entry.proof.and(&own.proof),
        assume: entry.assume.iter().chain(&own.assume).cloned().collect(),
        failed: entry.failed || own.failed,
        passed: entry.passed || own.passed,
        ..entry.clone()
    }
}

/// Behind one way or another.
fn either(a: End, b: End) -> End {
    match (a, b) {
        (None, end) | (end, None) => end,
        (Some((x, mine)), Some((y, theirs))) => {
            let is_alike =
                mine.gap.is_none() && theirs.gap.is_none() && mine.list.len() == theirs.list.len();
            let values = match is_alike {
                true => {
                    let pairs = mine.list.into_iter().zip(theirs.list);
                    let joined = pairs.map(|(a, b)| Abs::either((&x, a), (&y, b)));
                    Values {
                        list: joined.collect(),
                        gap: None,
                    }
                }
                false => Values::unknown(),
            };
            Some((x.join(&y), values))
        }
    }
}
