//! Responses that are put together: one with the status of an error refuses.
//!
//! Source: http 0.2 and 1 `src/response.rs`.

use super::interpret::Run;
use super::proof::{Abs, From, Proof};
use crate::facts::body::{Literal, MethodCall};
use crate::facts::{Expr, ExprId};

/// The least status of an error.
const FIRST_ERROR: u64 = 400;

impl Run<'_, '_> {
    /// `Response::builder().status(code).body(..)`.
    pub(super) fn response_method(&mut self, call: &MethodCall, receiver: &Abs) -> Option<Abs> {
        let ty = self.ty(call.receiver);
        if !ty.peel_refs().is_external("http::response::Builder") {
            return None;
        }
        let args: Vec<Abs> = call.args.iter().map(|arg| self.expr(*arg)).collect();
        let kept = match receiver.from.has(From::REJECT) {
            true => From::REJECT,
            false => From::default(),
        };
        if self.builds_a_redirect(call) {
            return Some(Abs::of(From::REJECT));
        }
        match (call.name.as_str(), &*call.args) {
            ("status", [code]) => Some(Abs::of(match self.is_error(*code, &args[0]) {
                true => From::REJECT,
                false => From::default(),
            })),
            ("header" | "version" | "extension", _) => Some(Abs::of(kept)),
            ("body", [_]) if kept.has(From::REJECT) => {
                Some(Abs::fallible("Ok", Proof::nothing(), Abs::of(kept)))
            }
            _ => None,
        }
    }

    /// A response that a library's function makes of a status: tide 0.16 `src/response.rs`, gotham 0.7
    /// `src/helpers/http/response.rs`.
    pub(super) fn made_with_status(
        &self,
        path: &str,
        exprs: &[ExprId],
        args: &[Abs],
    ) -> Option<Abs> {
        let at = match path {
            "tide::Response::new" | "tide::Response::builder" => 0,
            "gotham::helpers::http::response::create_response"
            | "gotham::helpers::http::response::create_empty_response" => 1,
            _ => return None,
        };
        Some(Abs::of(
            match self.is_error(*exprs.get(at)?, args.get(at)?) {
                true => From::REJECT,
                false => From::default(),
            },
        ))
    }

    /// `*response.status_mut() = code`.
    pub(super) fn set_response_status(&mut self, call: &MethodCall, value: &Abs) {
        if call.name != "status_mut" {
            return;
        }
        if let Some(response) = self.place(call.receiver) {
            response.from = match value.from.has(From::REJECT) {
                true => response.from.with(From::REJECT),
                false => response.from.without(From::REJECT),
            };
        }
    }

    fn is_error(&self, code: ExprId, value: &Abs) -> bool {
        match self.judge.program[self.key].body.expr(code) {
            Expr::Literal(Literal::Int(Some(code))) => {
                u64::try_from(*code).is_ok_and(|it| it >= FIRST_ERROR)
            }
            _ => value.from.has(From::REJECT),
        }
    }
}
