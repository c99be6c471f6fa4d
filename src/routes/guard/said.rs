//! Secrets that a request brings along under any name: in a header or cookie that is called
//! anyhow, in its query, its path or its body. What they are compared with, or looked up in, says
//! that they are secrets.

use super::interpret::{Run, THIS};
use super::proof::{Abs, From, Proof};
use super::public::is_public_setting;
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
        let said = if is_said(a.1) { a } else { b };
        let made_by_us = secret.1.from.has(From::KEYED) && !secret.1.from.has(From::SENT_KEY);
        // Nobody logs in by a header: a password in one is that of the service.
        let by_header = said.1.from.has(From::HEADER)
            && (made_by_us || self.is_own_password(secret.0, secret.1));
        (by_header || self.is_own_secret(secret.0, secret.1))
            .then(|| Proof::verified_by(secret.1, evidence()).as_said())
    }

    /// The same of what is compared so that nobody learns by the time it takes how much of it is
    /// right: a header, and what is the service's own.
    pub(super) fn same_in_constant_time(
        &self,
        sides: [(Option<ExprId>, &Abs); 2],
        evidence: impl FnOnce() -> Evidence,
    ) -> Option<Proof> {
        let [a, b] = sides;
        let is_sent = |it: &Abs| is_said(it) && it.from.has(From::HEADER);
        let own = match (is_sent(a.1), is_sent(b.1)) {
            (true, false) => b,
            (false, true) => a,
            _ => return None,
        };
        let is_public = || {
            let code = own.0.map(|it| self.judge.sources.slice(self.span(it)));
            let mut names = own.1.setting.iter().map(|it| &**it).chain(code);
            names.any(is_public_setting)
        };
        (is_ours(own.1) && !is_public()).then(|| Proof::verified_by(own.1, evidence()).as_said())
    }

    /// What it proves that a header of any name is in a collection of the service's secrets.
    pub(super) fn among_own_secrets(&self, id: ExprId, all: &Abs, key: &Abs) -> Option<Proof> {
        let is_sent = is_said(key) && key.from.has(From::HEADER);
        if !is_sent || !self.is_own_secret(None, all) {
            return None;
        }
        let evidence = self.evidence(self.text(id), self.span(id));
        Some(Proof::verified_by(all, evidence).as_said())
    }

    /// Whether a value is a secret out of the service's settings or state, and called so where it
    /// is used or where it comes from.
    fn is_own_secret(&self, expr: Option<ExprId>, value: &Abs) -> bool {
        is_ours(value)
            && (value.from.has(From::SECRET) || self.is_called(expr, value, words::own_secret))
    }

    /// Whether a part of the service's settings is called a password: `settings.batch_password`,
    /// `BATCH_PASSWORD`.
    fn is_own_password(&self, expr: Option<ExprId>, value: &Abs) -> bool {
        is_ours(value) && self.is_called(expr, value, names_a_password)
    }

    /// Whether a value is called so as a setting, or else where it is used.
    fn is_called(
        &self,
        expr: Option<ExprId>,
        value: &Abs,
        is_meant: impl Fn(&str) -> bool,
    ) -> bool {
        let inside = || value.success().and_then(|out| out.val.setting);
        if let Some(setting) = value.setting.clone().or_else(inside) {
            return is_meant(&setting);
        }
        expr.is_some_and(|it| {
            let place = self.judge.sources.slice(self.span(self.read_place(it)));
            self.is_place_of_ours(it) && is_meant(place)
        })
    }

    /// The place that an expression reads, whatever form that is put into: `settings.key` of
    /// `hash(settings.key.as_bytes())`.
    fn read_place(&self, id: ExprId) -> ExprId {
        match self.judge.program[self.key].body.expr(id) {
            Expr::MethodCall(call) if call.args.is_empty() => self.read_place(call.receiver),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.read_place(*inner),
            Expr::Call { args, .. } => match &**args {
                [only] => self.read_place(*only),
                _ => id,
            },
            _ => id,
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
                let value = local.or_else(|| self.env.get(&THIS).filter(|_| is_self));
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

impl From {
    /// The labels of what a hash is made of this. Nobody hashes what is no secret: a header or cookie
    /// is one, whatever it is called, and whichever piece of a credential this is.
    pub(super) fn hashed(self) -> From {
        let made = self.without(From::PIECE);
        let known = From::PUBLIC.with(From::FETCHED).with(From::KEYED);
        match made.has(From::AMBIENT) && !made.has(known) {
            true => made.without(From::INPUT).with(From::CREDENTIAL),
            false => made,
        }
    }
}

/// Whether the last word of a name is that of a password.
fn names_a_password(name: &str) -> bool {
    let last = name.rsplit(['.', '_', ' ']).next().unwrap_or_default();
    let words = ["password", "passwd", "passphrase"];
    words.iter().any(|it| last.eq_ignore_ascii_case(it))
}

/// Whether a value is a part of the service's settings or state, and nothing that anybody has said
/// or knows.
fn is_ours(value: &Abs) -> bool {
    let other = From::SENT
        .with(From::PUBLIC)
        .with(From::LITERAL)
        .with(From::FETCHED)
        .with(From::IDENTITY)
        .with(From::REJECT)
        .with(From::ANSWERED);
    value.from.has(From::OWN) && !value.from.has(other)
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
