//! Layers that the program writes itself: what their services hold, by the code that made them.
//!
//! `Gate::new(&["/health"])` puts a list into a field, `layer()`, `new_transform()` or poem's
//! `transform()` hands it on to the service, and only `call()` looks at it: so all three are run, one after the other.

use std::sync::Arc;

use super::proof::{Abs, From};
use super::{Judge, Summary, endpoints};
use crate::facts::{Expr, ExprId, Pat, Stmt};
use crate::program::methods::Candidate;
use crate::program::ty::Subst;
use crate::program::{BodyKey, Ty};
use crate::routes::value::Layer;
use crate::source::Name;
use crate::values::collect_types;

impl Judge<'_> {
    /// Runs the service that a layer of the program makes.
    pub(super) fn run_service(
        &self,
        ty: &Ty,
        layer: &Layer,
    ) -> Option<(Arc<Summary>, Vec<BodyKey>)> {
        let made = layer
            .written
            .and_then(|(body, written)| self.made(ty, body, written));
        let (ty, made) = match made {
            Some((ty, made)) => (ty, Some(made)),
            None => (ty.clone(), None),
        };
        let (call, bodies) = self.service_call(&ty)?;
        let this = made.and_then(|made| self.wrapped_by(&ty, made));
        let this = Abs {
            setting: Some("self".into()),
            ..this.unwrap_or_default()
        };
        let summary = self.run_middleware_on(call.id, this, &known(&call.subst));
        Some((summary, bodies))
    }

    /// The layer that an expression makes, and its type, with what its parameters stand for.
    fn made(&self, ty: &Ty, body: BodyKey, written: ExprId) -> Option<(Ty, Abs)> {
        let Ty::Adt(adt, _) = ty.peel_refs() else {
            return None;
        };
        let mut run = self.start(body, Abs::default(), Subst::new());
        let written = self.initial(body, written);
        let is_of = |ty: &Ty| matches!(ty.peel_refs(), Ty::Adt(it, _) if it == adt);
        let written = match is_of(&run.ty(written)) {
            true => written,
            false => self.only_within(body, written, is_of).unwrap_or(written),
        };
        let own = run.ty(written).peel_refs().clone();
        let is_same = is_of(&own);
        run.know_listed(written);
        let value = run.expr(written);
        let ty = if is_same { own } else { ty.clone() };
        let ty = self.with_fields_of(ty, body, written);
        run.state.is_some().then_some((ty, value))
    }

    /// The only expression of a type that stands in another: `keys.map(|keys| Gate::new(keys))`.
    fn only_within(
        &self,
        key: BodyKey,
        whole: ExprId,
        is_meant: impl Fn(&Ty) -> bool,
    ) -> Option<ExprId> {
        let (body, typing) = (&self.program[key].body, self.values.typing(key));
        let within = body.expr_range(whole);
        let makes = |expr: &Expr| matches!(expr, Expr::Call { .. } | Expr::Struct(_));
        let mut found = body.exprs().filter(|(id, expr)| {
            makes(expr) && within.contains(body.expr_range(*id)) && is_meant(typing.ty(*id))
        });
        let only = found.next()?.0;
        found.next().is_none().then_some(only)
    }

    /// The type of `Gate { check: ByKey }`, whose parameters stand for the types of its fields.
    fn with_fields_of(&self, ty: Ty, body: BodyKey, written: ExprId) -> Ty {
        let program = self.program;
        let (Ty::Adt(adt, args), Expr::Struct(data)) =
            (ty.peel_refs(), program[body].body.expr(written))
        else {
            return ty;
        };
        let def = &program[*adt];
        let mut types = Subst::new();
        for (name, value) in &data.fields {
            let Some(field) = def.fields().iter().find(|it| it.name == *name) else {
                continue;
            };
            let declared = program.field_ty(*adt, field);
            collect_types(&declared, self.values.typing(body).ty(*value), &mut types);
        }
        let params = def.generics.params.iter().enumerate();
        let args = params.map(|(at, param)| {
            let known = types.iter().find(|(name, _)| *name == param.name);
            let known = known.map(|(_, ty)| ty.clone());
            known
                .or_else(|| args.get(at).cloned())
                .unwrap_or(Ty::Unknown)
        });
        Ty::Adt(*adt, args.collect())
    }

    /// What a variable that is never changed was made by: `let gate = Gate::new(..)`.
    fn initial(&self, key: BodyKey, written: ExprId) -> ExprId {
        let body = &self.program[key].body;
        let inner = match body.expr(written) {
            Expr::MethodCall(call) if call.name == "clone" => call.receiver,
            Expr::Ref { inner, .. } => *inner,
            _ => written,
        };
        let Some(local) = self.values.typing(key).local(inner) else {
            return written;
        };
        if !matches!(body.pat(local), Pat::Bind { mutable: false, .. }) {
            return written;
        }
        let made = body.exprs().find_map(|(_, expr)| {
            let Expr::Block(block) = expr else {
                return None;
            };
            block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(data) if data.pat == local => data.init,
                _ => None,
            })
        });
        made.unwrap_or(written)
    }

    /// What a layer makes of the service that it is put around.
    fn wrapped_by(&self, ty: &Ty, made: Abs) -> Option<Abs> {
        if made.fields.is_none() && made.parts.is_none() {
            return None;
        }
        let found = ["layer", "new_transform", "transform"]
            .iter()
            .find_map(|name| {
                let found = self.program.find_methods(ty, Name::new(name));
                found
                    .into_iter()
                    .find(|it| self.program[it.id].body.is_some())
            })?;
        let this = Abs {
            setting: Some("self".into()),
            ..made
        };
        let args = vec![Abs::of(From::NEXT)];
        let value = self
            .run(found.id, args, this, &known(&found.subst))
            .value
            .clone();
        Some(match value.success() {
            Some(out) => out.val,
            None => value,
        })
    }

    /// The `call` of the service that a local layer or transform makes.
    pub(super) fn service_call(&self, ty: &Ty) -> Option<(Candidate, Vec<BodyKey>)> {
        let Ty::Adt(..) = ty.peel_refs() else {
            return None;
        };
        let mut service = ty.peel_refs().clone();
        if let Some(wrapper) = endpoints::wrapper(self.program, &service) {
            service = wrapper;
        }
        for name in ["Transform", "Service"] {
            let next = self.program.project(&service, Name::new(name));
            if matches!(next, Ty::Adt(..)) {
                service = next;
                break;
            }
        }
        let call = ["call", "on_request", "handle"].iter().find_map(|name| {
            let found = self.program.find_methods(&service, Name::new(name));
            found
                .into_iter()
                .find(|it| self.program[it.id].body.is_some())
        })?;
        let body = self.program[call.id].body?;
        Some((call, vec![body]))
    }
}

/// Those type parameters of which it is known what they stand for.
fn known(subst: &Subst) -> Subst {
    let types = subst.iter();
    let types = types.filter(|(_, ty)| matches!(ty.peel_refs(), Ty::Adt(..) | Ty::External(..)));
    types.cloned().collect()
}
