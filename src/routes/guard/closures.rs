//! Handlers that are closures: what their parameters and their bodies demand of a request.

use super::interpret::Run;
use super::proof::{Abs, Proof, Strength};
use super::{Judge, body_proof};
use crate::facts::body::Closure;
use crate::facts::{Expr, ExprId, Pat, PatId};
use crate::program::{BodyKey, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::routes::eval::type_name;

impl Judge<'_> {
    /// What a closure that answers requests demands of them.
    pub fn closure(&self, key: BodyKey, expr: ExprId) -> Proof {
        let data = &self.program[key];
        let Expr::Closure(closure) = data.body.expr(expr) else {
            return Proof::nothing();
        };
        self.begin();
        let mut run = self.start(key, Abs::default(), Vec::new());
        run.know_captured(expr);
        let (mut proof, on_the_way) = self.taken_by_closure(closure, &mut run);
        if !proof.is_verified() {
            run.leave(closure.body);
            proof = proof.and(&body_proof(&run.finish(), true));
        }
        if proof.strength == Strength::Verified
            && let Some(effect) = on_the_way
        {
            proof = proof.either(&effect, None);
        }
        self.admit(&mut proof);
        proof
    }

    /// What the parameters of a closure prove, which are bound to what they take, and what was
    /// proven when one of them changed something.
    fn taken_by_closure(&self, closure: &Closure, run: &mut Run<'_, '_>) -> (Proof, Option<Proof>) {
        let data = &self.program[run.key];
        let mut proof = Proof::nothing();
        let mut effects: Option<Proof> = None;
        for (pat, _) in &closure.params {
            let ty = run.typing.pat_ty(*pat).clone();
            let span = data.body.pat_range(*pat).in_file(data.file);
            let value = match ty.is_unknown() {
                true => Abs::default(),
                false => self.parameter(&ty, self.parameter_name(run.key, *pat), span),
            };
            if let Some(own) = self.effects_of(&ty) {
                let own = proof.and(&own);
                effects = Some(match effects {
                    Some(known) => known.either(&own, None),
                    None => own,
                });
            }
            let value = match value.variant("Ok") {
                Some(out) if value.variants.is_some() => {
                    proof = proof.and(&self.by_parameter(out.proof, &ty, span));
                    out.val
                }
                _ => value,
            };
            run.bind(*pat, value);
        }
        (proof, effects)
    }

    /// What the extractor of a parameter proves, by the parameter.
    fn by_parameter(&self, mut own: Proof, ty: &Ty, span: crate::source::Span) -> Proof {
        if own.strength == Strength::Nothing && !own.looked && own.maybe.is_none() {
            return own;
        }
        let evidence = Evidence {
            kind: EvidenceKind::Extractor,
            name: type_name(self.program, ty),
            span,
        };
        own.rights = own.rights.known_by(&evidence);
        own.by(vec![evidence])
    }

    /// The name under which a closure takes a parameter.
    fn parameter_name(&self, key: BodyKey, pat: PatId) -> Option<&str> {
        match self.program[key].body.pat(pat) {
            Pat::Bind { name, .. } => Some(name.as_str()),
            Pat::Typed(inner, _) => self.parameter_name(key, *inner),
            _ => None,
        }
    }
}
