//! Middleware of which each build has another: functions under a `cfg` and its opposite.

use super::layers::Effect;
use super::proof::State;
use super::{EventKind, Judge, only_refuses};
use crate::program::ty::Subst;
use crate::program::{BodyKey, FnId};

impl Judge<'_> {
    /// A function in front of others. Of what each build has one of, the weakest that lets anybody
    /// pass.
    pub(super) fn middleware_fn(&self, id: FnId, types: &Subst) -> Effect {
        let effect = |id: FnId| {
            let summary = self.run_middleware(id, types);
            let bodies: Vec<BodyKey> = self.program[id].body.into_iter().collect();
            let passes = summary
                .events
                .iter()
                .any(|it| matches!(it.kind, EventKind::Next));
            (
                self.effect_of(&summary, &bodies),
                passes || !only_refuses(&summary),
            )
        };
        let (own, passes) = effect(id);
        let others = self.program.alternatives(id);
        if others.is_empty() {
            return own;
        }
        let under = |id: FnId, effect: &Effect| {
            let state = State::start().with(&effect.proof);
            let cfg = self.program[id].cfg.as_ref();
            cfg.map_or(state.clone(), |cfg| state.under(cfg))
        };
        let mut joined = passes.then(|| (under(id, &own), own.clone()));
        for other in others {
            let (effect, passes) = effect(other);
            if !passes {
                continue;
            }
            let state = under(other, &effect);
            joined = Some(match joined {
                None => (state, effect),
                Some((known, mut weakest)) => {
                    let state = known.join(&state);
                    weakest.proof = state.proof.clone();
                    weakest.refuses |= effect.refuses;
                    weakest.looks |= effect.looks;
                    weakest.protects.retain(|it| effect.protects.contains(it));
                    (state, weakest)
                }
            });
        }
        joined.map_or(own, |(_, effect)| effect)
    }
}
