//! What gotham's state holds by type: of a request are its parts, and what routes read from its path and
//! query.

use super::taint::Value;
use super::types;
use super::walk::Walk;
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId, GenericArg};
use crate::program::{Def, Program, Ty};
use crate::routes::guard::{FROM_STATE, STATE, is_extracted};
use crate::source::Name;

impl Walk<'_, '_> {
    /// `Names::take_from(&mut state)`.
    pub(super) fn taken_from_state(
        &self,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Option<Value> {
        let Expr::Path(path) = self.body.expr(callee) else {
            return None;
        };
        let (function, owner) = path.segments.split_last()?;
        let is_taker = FROM_STATE.contains(&function.name.as_str()) && args.len() == 1;
        if !is_taker || !self.ty(args[0]).peel_refs().is_external(STATE) {
            return None;
        }
        let owner: Vec<Name> = owner.iter().map(|it| it.name).collect();
        let module = self.all.program[self.key].module;
        let found = self.all.program.resolve_names(module, &owner, false);
        let ty = found.into_iter().find_map(|it| match it.def {
            Def::Adt(adt) => Some(Ty::Adt(adt, std::sync::Arc::from([]))),
            Def::External(path) => Some(Ty::external(path.as_str(), [])),
            _ => None,
        });
        Some(self.held(id, &ty.unwrap_or(Ty::Unknown)))
    }

    /// `state.take::<Names>()`.
    pub(super) fn of_state(&self, id: ExprId, call: &MethodCall) -> Option<Value> {
        let name = call.name.as_str();
        let name = name.strip_prefix("try_").unwrap_or(name);
        let is_taker = matches!(name, "borrow" | "borrow_mut" | "take");
        if !is_taker || !self.ty(call.receiver).peel_refs().is_external(STATE) {
            return None;
        }
        let ty = match &*call.generics {
            [GenericArg::Type(written)] => {
                let scope = self.all.program.fn_scope(self.id);
                self.all.program.lower_ty(&scope, written)
            }
            _ => self.ty(id).clone(),
        };
        let ty = ty.success().unwrap_or(ty);
        Some(self.held(id, &ty))
    }

    fn held(&self, id: ExprId, ty: &Ty) -> Value {
        let program = self.all.program;
        let ty = ty.peel_refs();
        if !is_of_request(program, ty) {
            return Value::default();
        }
        let sent = self.request(Name::new("state"), self.span(id));
        let Ty::Adt(adt, _) = ty else {
            return sent;
        };
        // What its type refuses, is not there.
        let fields = program[*adt].fields().iter().map(|it| {
            let ty = program.field_ty(*adt, it);
            (it.name, types::narrowed(program, &ty, sent.clone()))
        });
        Value::of_fields(fields.collect())
    }
}

fn is_of_request(program: &Program, ty: &Ty) -> bool {
    let parts = ["cookie::CookieJar", "http::HeaderMap", "http::Uri"];
    match ty.external_path() {
        // hyper 0.14's, or gotham's own name for what hyper 1 has.
        Some(path) => parts.contains(&path.as_str()) || path.as_str().ends_with("::Body"),
        None => is_extracted(program, ty),
    }
}
