//! Pieces of a credential: `id.secret`, the first letters. Whoever is known by one of them only has
//! shown what stands in lists and logs; the rest must be compared, too.

use super::calls::presence;
use super::combinators::pair;
use super::interpret::Run;
use super::proof::{Abs, From, Proof};
use super::public::public;
use crate::facts::body::{Literal, MethodCall};
use crate::facts::{Expr, ExprId};
use crate::program::Ty;

impl Run<'_, '_> {
    /// What a method gives that takes a credential to pieces, or one of these.
    pub(super) fn piece(&mut self, call: &MethodCall, whole: &Abs) -> Option<Abs> {
        let is_whole = whole.from.has(From::CREDENTIAL) && !whole.from.has(From::REQUEST);
        if !is_whole {
            return None;
        }
        let is_split = whole.from.has(From::SPLIT);
        let found = |val: Abs| Some(Abs::fallible("Some", Proof::presence(), val));
        let first = || public(Abs::of(whole.from.without(From::SPLIT)));
        let other = || Abs::of(whole.from.without(From::SPLIT).with(From::PIECE));
        match (call.name.as_str(), &*call.args) {
            ("split_once" | "rsplit_once", [at]) if self.cuts(*at) => {
                found(pair(vec![first(), other()]))
            }
            ("split_at", [_]) => Some(pair(vec![first(), other()])),
            ("split_at_checked", [_]) => found(pair(vec![first(), other()])),
            ("split" | "splitn" | "split_terminator", [.., at]) if self.cuts(*at) => {
                Some(presence(Abs::of(whole.from.with(From::SPLIT))))
            }
            // The last comes first.
            ("rsplit" | "rsplitn", [.., at]) if self.cuts(*at) => Some(presence(other())),
            ("next", []) if is_split => {
                self.after_first_piece(call.receiver);
                found(first())
            }
            ("first", []) if is_split => found(first()),
            ("last" | "next_back" | "pop", []) if is_split => found(other()),
            ("nth" | "get", [at]) if is_split => match self.is_zero(*at) {
                true => found(first()),
                false => found(other()),
            },
            // `key.get(..8)`, `key.chars().take(8)`.
            ("get", [range]) if self.has_an_end(*range) => found(first()),
            ("take", [_]) if !is_split => Some(presence(first())),
            // The number of a row: anybody can count.
            ("parse", []) if self.turbofish(call).is_some_and(|it| counts(&it)) => {
                Some(presence(first()).renamed("Ok"))
            }
            _ => None,
        }
    }

    /// `pieces[0]`, `key[..8]`.
    pub(super) fn piece_at(&self, whole: &Abs, index: ExprId) -> Abs {
        match self.judge.program[self.key].body.expr(index) {
            // How much of it, the client may say.
            Expr::Range { end: Some(_), .. } => public(Abs::of(whole.from)),
            Expr::Literal(Literal::Int(at)) if whole.from.has(From::SPLIT) => {
                piece_of(whole, *at == Some(0))
            }
            // `headers["authorization"]`.
            _ => Abs::of(whole.from),
        }
    }

    /// A value that is written to be a number of few digits.
    pub(super) fn numbered(&self, ty: &Ty, value: Abs) -> Abs {
        match counts(ty) {
            true => public(value),
            false => value,
        }
    }

    /// What comes next of these pieces is no longer the first.
    fn after_first_piece(&mut self, pieces: ExprId) {
        let local = self.typing.local(pieces);
        if let Some(value) = local.and_then(|pat| self.env.get_mut(&pat)) {
            value.from = value.from.without(From::SPLIT).with(From::PIECE);
            if let Some(variants) = presence(Abs::of(value.from)).variants {
                value.variants = Some(variants);
            }
        }
    }

    /// Whether a separator takes a credential to pieces: no space, which a scheme ends with, and
    /// nothing that stands between names and values.
    fn cuts(&self, separator: ExprId) -> bool {
        let is_cut = |it: char| {
            it.is_ascii_punctuation() && !matches!(it, ';' | '=' | ',' | '&' | '"' | '\'')
        };
        match self.judge.program[self.key].body.expr(separator) {
            Expr::Literal(Literal::Char(at)) => is_cut(*at),
            Expr::Literal(Literal::Str(at)) => !at.is_empty() && at.chars().all(is_cut),
            _ => false,
        }
    }

    fn is_zero(&self, id: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        matches!(body.expr(id), Expr::Literal(Literal::Int(Some(0))))
    }

    fn has_an_end(&self, id: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        matches!(body.expr(id), Expr::Range { end: Some(_), .. })
    }
}

/// The first piece, or another.
pub(super) fn piece_of(whole: &Abs, is_first: bool) -> Abs {
    let from = whole.from.without(From::SPLIT);
    match is_first {
        true => public(Abs::of(from)),
        false => Abs::of(from.with(From::PIECE)),
    }
}

/// Whether a type is that of numbers by which rows are counted.
fn counts(ty: &Ty) -> bool {
    matches!(ty, Ty::Primitive(name) if matches!(name.as_str(), "i16" | "i32" | "i64" | "u16" | "u32" | "usize"))
}
