//! Route guards of actix-web and ntex: a route whose guard does not match is not reached, so that a guard
//! that looks for a secret refuses whoever has none.
//!
//! Source: actix-web 3.3 and 4 `src/guard/mod.rs` (`fn_guard`, `Header`, `All`, `Any`, `Not`).

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof, Strength};
use super::{Judge, words};
use crate::facts::{Expr, ExprId};
use crate::program::Ty;
use crate::program::ty::Subst;
use crate::routes::endpoint::{Evidence, EvidenceKind, HandlerTarget};
use crate::routes::value::Guard;
use crate::source::Name;
use crate::values::Callee;

/// Guards that are put together more deeply than this are not followed.
const MAX_DEPTH: u32 = 8;

impl Judge<'_> {
    /// What a request has shown that a guard on its route lets pass.
    pub fn route_guard(&self, guard: &Guard) -> Proof {
        self.begin();
        let truth = match (guard.target, guard.written) {
            (HandlerTarget::Fn(id), _) => {
                let args = vec![Abs::of(From::REQUEST)];
                self.run(id, args, Abs::default(), &Subst::new())
                    .value
                    .clone()
            }
            (_, Some((body, written))) => {
                let mut run = self.start(body, Abs::default(), Subst::new());
                run.guard(written, 0)
            }
            (_, None) => Abs::default(),
        };
        let mut proof = truth
            .variant("true")
            .map_or_else(Proof::nothing, |out| out.proof);
        // What the guard finds when it does not match, it has looked for.
        let other = truth.variant("false").map(|out| out.proof);
        proof.looked |= other.is_some_and(|it| it.strength == Strength::Verified || it.looked);
        self.admit(&mut proof);
        if proof.strength > Strength::Nothing || proof.looked {
            proof.evidence = vec![Evidence {
                kind: EvidenceKind::Guard,
                name: guard.name.clone(),
                span: guard.span,
            }];
        }
        proof
    }
}

impl Run<'_, '_> {
    /// Whether a guard matches: a condition and what its truth proves.
    fn guard(&mut self, id: ExprId, depth: u32) -> Abs {
        if depth > MAX_DEPTH {
            return Abs::default();
        }
        match self.judge.program[self.key].body.expr(id) {
            Expr::Call { args, .. } => {
                let callees = self.typing.callees(id);
                let Some(Callee::External(path)) = callees.first() else {
                    return self.guard_value(id);
                };
                let name = path.as_str().rsplit("::").next().unwrap_or_default();
                match (name, &**args) {
                    _ if !is_guard(path.as_str()) => self.guard_value(id),
                    ("fn_guard" | "All" | "Any", [only]) => self.guard(*only, depth + 1),
                    ("Not", [only]) => super::interpret::negated(&self.guard(*only, depth + 1)),
                    ("Header", [name, value]) => self.header_guard(id, *name, *value),
                    _ => Abs::default(),
                }
            }
            // `guard::All(a).and(b)`, `guard::Any(a).or(b)`.
            Expr::MethodCall(call) if call.args.len() == 1 => {
                let name = call.name.as_str();
                let (receiver, other) = (call.receiver, call.args[0]);
                match name {
                    "and" | "or" => {
                        let a = self.guard(receiver, depth + 1);
                        let b = self.guard(other, depth + 1);
                        combined(&a, &b, name == "and")
                    }
                    _ => self.guard_value(id),
                }
            }
            _ => self.guard_value(id),
        }
    }

    /// A guard that is a function, a closure or a value of a type of the program.
    fn guard_value(&mut self, id: ExprId) -> Abs {
        let value = self.expr(id);
        let context = vec![Abs::of(From::REQUEST)];
        if value.closure.is_some() || value.function.is_some() {
            return self.apply(id, &value, context);
        }
        let ty = self.ty(id);
        if !matches!(ty.peel_refs(), Ty::Adt(..)) {
            return Abs::default();
        }
        let found = self
            .judge
            .program
            .find_methods(ty.peel_refs(), Name::new("check"));
        let this = Abs {
            setting: Some(std::sync::Arc::from("self")),
            ..value
        };
        match found.is_empty() {
            true => Abs::default(),
            false => self.call_local(id, &found, &context, Some(this)),
        }
    }

    /// `guard::Header(name, value)`: as secret as the value is.
    fn header_guard(&mut self, id: ExprId, name: ExprId, value: ExprId) -> Abs {
        let (name, value) = (self.expr(name), self.expr(value));
        let is_credential = name
            .text
            .and_then(|it| words::credential_header(it.as_str()));
        if is_credential != Some(true) {
            return Abs::default();
        }
        let sent = Abs::of(From::CREDENTIAL);
        self.equal(&sent, &value, id)
    }
}

/// Whether a function is one of a framework's guards: ntex 3 `src/web/guard.rs` has the same.
fn is_guard(path: &str) -> bool {
    let mut modules = ["actix_web::guard::", "ntex::web::guard::"].into_iter();
    modules.any(|module| path.starts_with(module))
}

/// Two guards of which both must match, or one.
fn combined(a: &Abs, b: &Abs, both: bool) -> Abs {
    let side = |value: &Abs, name: &str| {
        value
            .variant(name)
            .map_or_else(Proof::nothing, |out| out.proof)
    };
    let (strict, loose) = match both {
        true => ("true", "false"),
        false => ("false", "true"),
    };
    let out = |proof: Proof| Out {
        proof,
        val: Abs::default(),
    };
    let all = side(a, strict).and(&side(b, strict));
    let any = side(a, loose).either(&side(b, loose), None);
    Abs::variants(From::default(), vec![(strict, out(all)), (loose, out(any))])
}
