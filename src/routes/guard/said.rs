//! Secrets that a request brings along under any name: in a header or cookie that is called
//! anyhow, in its query, its path or its body. What they are compared with, or looked up in, says
//! that they are secrets.

use super::interpret::Run;
use super::proof::{Abs, From, Proof};
use super::words;
use crate::facts::{Expr, ExprId};
use crate::routes::Evidence;

impl Run<'_, '_> {
    /// What it proves that two values are the same of which a request says one, and the other is
    /// a secret of the service's own.
    pub(super) fn same_as_own_secret(
        &self,
        sides: [(Option<ExprId>, &Abs); 2],
        evidence: impl FnOnce() -> Evidence,
    ) -> Option<Proof> {
        let [a, b] = sides;
        let secret = match (is_said(a.1), is_said(b.1)) {
            (true, false) => b,
            (false, true) => a,
            _ => return None,
        };
        self.is_own_secret(secret.0, secret.1).then(|| Proof {
            said: true,
            ..Proof::verified_by(secret.1, evidence())
        })
    }

    /// Whether a value is a secret out of the service's settings or state, and called so.
    fn is_own_secret(&self, expr: Option<ExprId>, value: &Abs) -> bool {
        let other = From::SENT
            .with(From::PUBLIC)
            .with(From::LITERAL)
            .with(From::FETCHED)
            .with(From::IDENTITY)
            .with(From::REJECT)
            .with(From::ANSWERED);
        if !value.from.has(From::OWN) || value.from.has(other) {
            return false;
        }
        let inside = || value.success().and_then(|out| out.val.setting);
        match value.setting.clone().or_else(inside) {
            Some(setting) => words::own_secret(&setting),
            None => expr.is_some_and(|it| {
                let code = self.judge.sources.slice(self.span(it));
                self.is_place_of_ours(it) && words::own_secret(code)
            }),
        }
    }

    /// Whether an expression is a variable, or a part of the settings or the state, whatever form
    /// that is put into: of the parts of something else it is not known whose they are.
    fn is_place_of_ours(&self, id: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Path(_) => true,
            Expr::Field { base, .. } => self.is_named(*base),
            Expr::MethodCall(call) => call.args.is_empty() && self.is_place_of_ours(call.receiver),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.is_place_of_ours(*inner),
            Expr::Call { args, .. } => {
                matches!(&**args, [only] if self.is_place_of_ours(*only))
            }
            _ => false,
        }
    }

    /// Whether an expression is settings or state that has a name.
    fn is_named(&self, id: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Path(path) => {
                let local = self.typing.local(id).and_then(|it| self.env.get(&it));
                let is_self = path.last().is_some_and(|it| it == "self");
                let value = local.or(is_self.then_some(&self.this));
                value.is_some_and(|it| it.setting.is_some())
            }
            Expr::Field { base, .. } => self.is_named(*base),
            Expr::MethodCall(call) => call.args.is_empty() && self.is_named(call.receiver),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.is_named(*inner),
            _ => false,
        }
    }

    /// The labels of what a query is asked with: of a header or cookie that is called anyhow,
    /// the store in which it is looked up says that it is a credential.
    pub(super) fn labels_by_store(&self, id: ExprId, from: From) -> From {
        let asks = from.has(From::AMBIENT) && !from.has(From::CREDENTIAL);
        match asks && self.asks_for_a_token(id) {
            true => from.without(From::INPUT).with(From::CREDENTIAL),
            false => from,
        }
    }
}

/// Whether a value is what a request says, as it stands there, and nothing that was found by it.
fn is_said(value: &Abs) -> bool {
    let other = From::CREDENTIAL
        .with(From::FETCHED)
        .with(From::KEYED)
        .with(From::ANSWERED)
        .with(From::ROUTE)
        .with(From::PUBLIC)
        .with(From::IDENTITY)
        .with(From::OWN)
        .with(From::LITERAL);
    value.from.has(From::INPUT.with(From::TOKEN)) && !value.from.has(other)
}
