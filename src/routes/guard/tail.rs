//! The expression that a body ends with: each of its branches is an exit of its own, so that an
//! answer that refuses is not joined with one that does not.

use super::interpret::Run;
use super::proof::{Abs, From, Proof, State};
use crate::facts::body::BlockKind;
use crate::facts::{Expr, ExprId};
use crate::program::{BodyOwner, Ty};
use crate::values::Callee;

impl Run<'_, '_> {
    /// Leaves the body with the value of this expression.
    pub(super) fn leave(&mut self, id: ExprId) {
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Block(block) if block.label.is_none() && block.kind != BlockKind::Try => {
                if self.statements(block) {
                    match block.tail {
                        Some(tail) => self.leave(tail),
                        None => self.exit(Abs::default()),
                    }
                }
            }
            Expr::If {
                cond,
                then,
                otherwise,
            } => {
                let value = self.condition(*cond);
                if self.state.is_none() {
                    return;
                }
                let (yes, no) = self.outcomes(&value);
                let env = self.env.clone();
                let start = self.exits.len();
                self.state = yes;
                self.leave(*then);
                let middle = self.exits.len();
                self.env = env;
                self.state = no;
                self.narrow(*cond);
                match otherwise {
                    Some(otherwise) => self.leave(*otherwise),
                    None => self.exit(Abs::default()),
                }
                let refused = |exits: &[(Abs, State)]| exits.iter().all(|it| it.0.refuses());
                let (yes, no) = self.exits[start..].split_at_mut(middle - start);
                let (left, side) = match (refused(yes), refused(no)) {
                    (false, true) => (yes, "true"),
                    (true, false) => (no, "false"),
                    _ => return,
                };
                if let Some(gates) = value.variant(side) {
                    for (_, state) in left {
                        *state = state.clone().or_else_refused(&gates.proof.rights);
                    }
                }
            }
            Expr::Match { scrutinee, arms } => self.each_arm(*scrutinee, arms, Self::leave),
            // `Box::pin(async move { .. })`.
            Expr::Call { args, .. } if self.pins(id) && args.len() == 1 => self.leave(args[0]),
            // `Ok(match .. { .. })`.
            Expr::Call { args, .. } if args.len() == 1 && self.is_ok(id) && self.is_plain() => {
                self.oks += 1;
                self.leave(args[0]);
                self.oks -= 1;
            }
            _ => {
                self.answers = None;
                let oks = std::mem::take(&mut self.oks);
                let value = self.expr(id);
                self.oks = oks;
                let mut called = id;
                while let Expr::Await(inner) = body.expr(called) {
                    called = *inner;
                }
                match self.answers.take() {
                    Some((of, answers))
                        if of == called && self.state.is_some() && self.is_plain() =>
                    {
                        for (value, state) in answers {
                            self.state = Some(state);
                            self.note_unproven(id, &value);
                            self.exit(value);
                        }
                    }
                    _ => {
                        self.note_unproven(id, &value);
                        self.exit(value);
                    }
                }
            }
        }
    }

    pub(super) fn exit(&mut self, value: Abs) {
        if let Some(state) = self.state.take() {
            let ok = |value, _| Abs::fallible("Ok", Proof::nothing(), value);
            self.exits_with((0..self.oks).fold(value, ok), state);
        }
    }

    /// Whether the body is that of a function of a service on plain hyper that gives a response:
    /// refused is who gets one of these, and not another. Handlers of other frameworks are not
    /// called by the service itself.
    pub(super) fn is_plain(&self) -> bool {
        let BodyOwner::Fn(id) = self.judge.program[self.key].owner else {
            return false;
        };
        let program = self.judge.program;
        let others = [
            "axum",
            "actix_web",
            "poem",
            "warp",
            "salvo",
            "tonic",
            "rocket",
        ];
        program.may_use("hyper")
            && !others.iter().any(|it| program.may_use(it))
            && gives_response(&program.fn_return(id))
    }

    /// Whether a call makes a result of an answer.
    fn is_ok(&self, id: ExprId) -> bool {
        let callees = self.typing.callees(id);
        callees
            .iter()
            .any(|it| matches!(it, Callee::External(path) if *path == "std::result::Result::Ok"))
    }

    /// Whether a call does nothing but pin its argument.
    fn pins(&self, id: ExprId) -> bool {
        let callees = self.typing.callees(id);
        callees
            .iter()
            .any(|it| matches!(it, Callee::External(path) if *path == "std::boxed::Box::pin"))
    }
}

fn gives_response(ty: &Ty) -> bool {
    match ty {
        Ty::Future(inner) => gives_response(inner),
        Ty::External(path, args) => *path == "http::Response" || args.iter().any(gives_response),
        Ty::Opaque(_) | Ty::Assoc(..) => true,
        _ => false,
    }
}

/// What a called function answers, each by itself: if it refuses by an answer, as handlers do that
/// give responses, what holds after the call does not tell who was refused.
pub(super) fn answers(
    call: ExprId,
    entry: &State,
    exits: &[(Abs, State)],
) -> Option<(ExprId, Vec<(Abs, State)>)> {
    let is_refusal = |value: &Abs| {
        let inside = value.success().filter(|_| value.variants.is_some());
        let rejects = |value: &Abs| value.from.has(From::REJECT) && value.variants.is_none();
        rejects(value) || inside.is_some_and(|out| rejects(&out.val))
    };
    if exits.len() < 2 || !exits.iter().any(|(value, _)| is_refusal(value)) {
        return None;
    }
    let after = |(value, state): &(Abs, State)| (value.clone(), entry.after_call(state));
    Some((call, exits.iter().map(after).collect()))
}
