//! What a handler demands of a request: by its parameters, in its body, in all builds.

use std::sync::Arc;

use super::extractors::OPTIONAL_TRAITS;
use super::proof::{Abs, From, Out, Proof, State, Strength};
use super::rights::Rights;
use super::route::Asked;
use super::{Event, EventKind, Judge, Summary, body_proof};
use crate::facts::{CfgPredicate, Expr, ExprId};
use crate::program::ty::Subst;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind, HandlerTarget};
use crate::routes::eval::type_name;
use crate::source::Name;

impl Judge<'_> {
    /// What the parameters of a handler prove, before any of them changes something. `types` are
    /// those that its type parameters stand for.
    pub fn signature(&self, id: FnId, types: &Subst) -> Proof {
        let taken = self.parameters(id, types);
        taken.before_effects(taken.proof.clone())
    }

    pub(super) fn parameters(&self, id: FnId, types: &Subst) -> Taken {
        self.begin();
        let program = self.program;
        let def = &program[id];
        let scope = program.fn_scope(id);
        let mut proof = Proof::nothing();
        let mut args = Vec::new();
        let mut effects = Vec::new();
        let mut carried = None;
        let mut is_optional = false;
        for param in &def.sig.params {
            let ty = program.lower_ty(&scope, &param.ty).subst(types, program);
            let span = param.ty_range.in_file(def.file);
            let value = self.parameter(&ty, param.binds.map(Name::as_str), span);
            if !proof.is_verified() && !param.cfg.as_ref().is_some_and(CfgPredicate::implies_test) {
                let own = self.effects_of(&ty);
                effects.extend(own.map(|own| proof.and(&own)));
            }
            match value.variant("Ok") {
                Some(out) if value.variants.is_some() => {
                    let mut own = out.proof.clone();
                    match &param.cfg {
                        Some(cfg) if cfg.implies_test() => own = Proof::nothing(),
                        Some(cfg) if own.is_verified() && own.condition.is_none() => {
                            own.condition = Some(cfg.to_string());
                        }
                        _ => {}
                    }
                    if own.strength > Strength::Nothing || own.looked || own.maybe.is_some() {
                        let configured = |it: &Evidence| it.kind == EvidenceKind::Configuration;
                        let kind = match own.evidence.iter().any(configured) {
                            true => EvidenceKind::Configuration,
                            false => EvidenceKind::Extractor,
                        };
                        let evidence = Evidence {
                            kind,
                            name: type_name(program, &ty),
                            span,
                        };
                        own.rights = own.rights.known_by(&evidence);
                        own.evidence = vec![evidence];
                    }
                    if optional_identity(&out.val) {
                        is_optional = true;
                        own.looked = true;
                        own.evidence = vec![Evidence {
                            kind: EvidenceKind::Extractor,
                            name: type_name(program, &ty),
                            span,
                        }];
                    }
                    // Credentials that an extractor of ours takes along, and leaves to others.
                    let is_ours = matches!(ty.peel_refs(), Ty::Adt(..));
                    if is_ours && own.strength == Strength::Nothing && holds_credentials(&out.val) {
                        carried.get_or_insert_with(|| type_name(program, &ty));
                    }
                    proof = proof.and(&own);
                    args.push(out.val);
                }
                _ => args.push(value),
            }
        }
        let carried = carried.filter(|_| proof.strength == Strength::Nothing && !is_optional);
        self.admit(&mut proof);
        Taken {
            proof,
            args,
            effects,
            carried,
        }
    }

    /// What is proven where the extractors of a type change something; `None` if they do not.
    pub(super) fn effects_of(&self, ty: &Ty) -> Option<Proof> {
        let held: &[Ty] = match ty.peel_refs() {
            Ty::External(path, args)
                if *path == "std::option::Option" || *path == "std::result::Result" =>
            {
                &args[..args.len().min(1)]
            }
            Ty::Tuple(all) => all,
            _ => &[],
        };
        let mut impls = self.extractor_impls(ty);
        if let [held] = held {
            impls.extend(self.program.impls_named(&OPTIONAL_TRAITS, held.peel_refs()));
        }
        let own = impls.into_iter().filter_map(|(id, subst)| {
            let summary = self.run_impl(id, &subst)?;
            let is_write = |it: &Event| matches!(it.kind, EventKind::Write(_));
            let event = summary.events.iter().find(|it| is_write(it))?;
            Some(event.state.proof.clone())
        });
        let held = held.iter().filter_map(|it| self.effects_of(it));
        own.chain(held).reduce(|a, b| a.either(&b, None))
    }

    /// What a handler demands of a request of which each build has another, and these are the others:
    /// the weakest of those that answer.
    pub fn in_all_builds(&self, id: FnId, others: &[FnId], types: &Subst) -> Proof {
        let of_all = [&[id], others].concat().into_iter();
        let states = of_all
            .filter(|it| !self.only_refuses(*it, types))
            .map(|it| {
                let proof = self.signature(it, types);
                let proof = match proof.is_verified() {
                    true => proof,
                    false => proof.and(&self.body(it, types)),
                };
                let state = State::start().with(&proof);
                let cfg = self.program[it].cfg.as_ref();
                cfg.map_or(state.clone(), |cfg| state.under(cfg))
            });
        let joined = states.reduce(|a, b| a.join(&b));
        joined.map_or_else(Proof::nothing, |state| state.proof)
    }

    fn only_refuses(&self, id: FnId, types: &Subst) -> bool {
        let mut taken = self.parameters(id, types);
        super::only_refuses(&self.handle(id, &mut taken, types))
    }

    /// Runs the body of a handler with what its parameters have taken.
    pub(super) fn handle(&self, id: FnId, taken: &mut Taken, types: &Subst) -> Arc<Summary> {
        let args = std::mem::take(&mut taken.args);
        self.begin();
        let this = Abs {
            setting: Some(Arc::from("self")),
            ..Abs::default()
        };
        self.run(id, args, this, types)
    }

    /// What the body of a handler demands of a request, once its parameters have let it pass.
    pub fn body(&self, id: FnId, types: &Subst) -> Proof {
        let mut taken = self.parameters(id, types);
        let summary = self.handle(id, &mut taken, types);
        let output = self.program.fn_return(id);
        let output = match &output {
            Ty::Future(inner) => inner,
            other => other,
        };
        let output = match output.is_external("std::result::Result") {
            true => output.arg(0),
            false => output.clone(),
        };
        let is_told = !matches!(&output, Ty::Tuple(parts) if parts.is_empty());
        let mut proof = match output.is_external("std::option::Option") && self.is_resolver(id) {
            true => body_proof(&answering_null(&summary), is_told),
            false => body_proof(&summary, is_told),
        };
        if let Some(name) = taken
            .carried
            .as_ref()
            .filter(|_| !answers_the_refused(&summary))
        {
            let doubt =
                format!("what becomes of the credentials in `{name}` could not be followed");
            let mut carried = Proof::nothing();
            carried.maybe = Some(doubt);
            proof = carried.and(&proof);
        }
        self.admit(&mut proof);
        if self.is_exhausted() {
            let cut = Rights::maybe("its code is too large to be followed to its end".into());
            proof.rights = proof.rights.and(&cut);
        }
        taken.before_effects(proof)
    }
}

impl Judge<'_> {
    /// What code that answers all requests of a service demands of those with this path, and one
    /// of these methods: the weakest of them counts.
    pub fn answer_to(&self, answers: HandlerTarget, path: &str, methods: &[&str]) -> Proof {
        let by_method = methods.iter().map(|method| {
            self.route.set(Some(Asked {
                path: Name::new(path),
                whole: Name::new(path),
                method: Name::new(method),
            }));
            let proof = match answers {
                HandlerTarget::Fn(id) => self.body(id, &Subst::new()),
                HandlerTarget::Closure(key, expr) => self.closure_body(key, expr),
                HandlerTarget::External(_) | HandlerTarget::Unknown => {
                    Proof::maybe("the code that answers could not be resolved")
                }
            };
            self.route.set(None);
            proof
        });
        let weakest = by_method.reduce(|a, b| a.either(&b, None));
        weakest.unwrap_or_else(Proof::nothing)
    }

    /// What a closure demands of the request that is its first parameter.
    fn closure_body(&self, key: BodyKey, expr: ExprId) -> Proof {
        let Expr::Closure(closure) = self.program[key].body.expr(expr) else {
            return Proof::nothing();
        };
        self.begin();
        let mut run = self.start(key, Abs::default(), Subst::new());
        for (at, (pat, _)) in closure.params.iter().enumerate() {
            let value = match at {
                0 => Abs::of(From::REQUEST),
                _ => Abs::default(),
            };
            run.bind(*pat, value);
        }
        run.leave(closure.body);
        let mut proof = body_proof(&run.finish(), true);
        self.admit(&mut proof);
        proof
    }
}

/// Whether everybody is answered well whose credentials a check has refused: then they are followed.
/// Where some are, they may be refused for something else.
fn answers_the_refused(summary: &Summary) -> bool {
    let failed = summary.exits.iter().filter(|(_, state)| state.failed);
    let mut failed = failed.peekable();
    failed.peek().is_some()
        && failed.all(|(value, state)| state.proof.maybe.is_none() && !super::refuses(value, state))
}

/// What a resolver does whose `None` is an answer, and refuses nobody.
fn answering_null(summary: &Summary) -> Summary {
    let of_option = |value: &Abs| value.variants.is_none() || value.variant("Ok").is_none();
    let exits = summary.exits.iter().map(|(value, state)| {
        let mut state = state.clone();
        if !of_option(value) {
            return (value.clone(), state);
        }
        // Whom it has looked for to answer something else, it has looked for.
        let some = value.success().map(|it| it.proof);
        state.proof.looked |= some.is_some_and(|it| it.is_verified() || it.looked);
        (Abs::of(value.from.without(From::REJECT)), state)
    });
    Summary {
        exits: exits.collect(),
        ..summary.clone()
    }
}

/// What the parameters of a handler take out of a request.
pub(super) struct Taken {
    /// What is proven once all have let it pass.
    proof: Proof,
    /// What they hold in the handler's body, in order.
    args: Vec<Abs>,
    /// What is proven where they change something on their way.
    effects: Vec<Proof>,
    /// An extractor of the program's that takes credentials along, and judges nothing of them.
    carried: Option<String>,
}

impl Taken {
    /// What is left of a proof if what is changed on the way counts as well.
    fn before_effects(&self, proof: Proof) -> Proof {
        // What is in doubt stays so.
        if proof.strength < Strength::Verified {
            return proof;
        }
        let effects = self.effects.iter();
        effects.fold(proof, |proof, effect| proof.either(effect, None))
    }
}

/// Whether a value is or holds what the client sent as a credential.
pub(super) fn holds_credentials(value: &Abs) -> bool {
    let fields = value.fields.iter().flat_map(|all| all.iter());
    let parts = value.parts.iter().flat_map(|all| all.iter());
    let variants = value.variants.iter().flat_map(|all| all.iter());
    value.from.has(From::CREDENTIAL)
        || fields.map(|(_, it)| it).chain(parts).any(holds_credentials)
        || variants.map(|(_, out)| &out.val).any(holds_credentials)
}

/// Whether a value is an identity that may be missing: an `Option`, or one variant of several.
fn optional_identity(value: &Abs) -> bool {
    let verified = |out: &Out| out.proof.strength == Strength::Verified;
    let variants = value.variants.iter().flat_map(|all| all.iter());
    let some = variants.clone().filter(|(_, out)| verified(out)).count();
    let all = variants.count();
    (some > 0 && some < all)
        || value
            .success()
            .is_some_and(|out| verified(&out) || optional_identity(&out.val))
}
