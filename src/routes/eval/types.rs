//! Which types stand for the type parameters of the code that is being run, and for its `Self`.

use super::{Call, Eval, Frame};
use crate::facts::{Expr, ExprId};
use crate::program::methods::Candidate;
use crate::program::ty::{Subst, TyScope};
use crate::program::{BodyKey, BodyOwner, Container, Ty};
use crate::routes::value::{Types, Value};
use crate::source::Name;
use crate::values::Callee;

impl Eval<'_> {
    /// What a path names, or the call of a path leads to, with the types that are known here.
    pub(super) fn callees(&self, frame: &Frame, id: ExprId, path: ExprId) -> Vec<Callee> {
        let typing = self.values.typing(frame.body);
        let known = match id == path {
            true => typing.defs(id),
            false => typing.callees(id),
        };
        let Some((declared, ty, name)) = self.owner(frame, path) else {
            return known.to_vec();
        };
        if known.is_empty() {
            let bounds = match &declared {
                Ty::Param(_, bounds) => &bounds[..],
                _ => &[],
            };
            let constant = self.program.bound_const(bounds, &ty, name);
            return constant.map(Callee::Const).into_iter().collect();
        }
        let candidates = known.iter().filter_map(|callee| match callee {
            Callee::Fn(candidate) => Some(candidate.clone()),
            _ => None,
        });
        let narrowed = narrowed(candidates.collect(), &ty);
        match narrowed.is_empty() {
            true => known.to_vec(),
            false => narrowed.into_iter().map(Callee::Fn).collect(),
        }
    }

    /// The functions that a method call leads to, with the types that are known here.
    pub(super) fn methods(&self, frame: &Frame, id: ExprId, receiver: ExprId) -> Vec<Candidate> {
        let known = self.local_callees(frame.body, id);
        let types = &frame.env.types;
        if types.is_empty() || known.len() < 2 {
            return known;
        }
        let ty = self.values.typing(frame.body).ty(receiver);
        narrowed(known, &ty.subst(types, self.program))
    }

    /// `Self` of `Self::PREFIX` and `T` of `<T as Part>::routes`: as it is declared, what it stands
    /// for here, and the name behind it.
    fn owner(&self, frame: &Frame, path: ExprId) -> Option<(Ty, Ty, Name)> {
        let types = &frame.env.types;
        let Expr::Path(path) = self.program[frame.body].body.expr(path) else {
            return None;
        };
        if types.is_empty() {
            return None;
        }
        let (name, owner) = path.segments.split_last()?;
        let scope = self.scope(frame.body);
        let declared = match (&path.qself, owner) {
            (Some(qself), []) => self.program.lower_ty(&scope, &qself.ty),
            (None, [first, ..]) if types.iter().any(|(param, _)| *param == first.name) => {
                let mut prefix = path.clone();
                prefix.segments = owner.into();
                self.program.lower_path_ty(&scope, &prefix)
            }
            _ => return None,
        };
        let ty = declared.subst(types, self.program);
        let is_known = matches!(ty, Ty::Adt(..) | Ty::External(..) | Ty::Primitive(_));
        is_known.then_some((declared, ty, name.name))
    }

    /// A call of a function that a macro of a framework makes, and that nobody has written.
    pub(super) fn unwritten(
        &self,
        frame: &Frame,
        id: ExprId,
        callee: ExprId,
        arg_exprs: &[ExprId],
    ) -> Option<Value> {
        let data = &self.program[frame.body];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        if !path
            .last()
            .is_some_and(crate::routes::frameworks::may_be_unwritten)
        {
            return None;
        }
        let names: Vec<Name> = path.segments.iter().map(|it| it.name).collect();
        let call = Call {
            path: "",
            name: names.last()?.as_str(),
            args: Vec::new(),
            arg_exprs,
            generics: self.turbofish(frame, callee),
            body: frame.body,
            span: data.body.expr_range(id).in_file(data.file),
        };
        crate::routes::frameworks::unwritten_call(self, &names, &call)
    }

    /// Where a body looks types up.
    pub(super) fn scope(&self, body: BodyKey) -> TyScope<'_> {
        let data = &self.program[body];
        let mut scope = match data.owner {
            BodyOwner::Fn(id) => self.program.fn_scope(id),
            BodyOwner::Const(id) => self
                .program
                .container_scope(self.program[id].container, self.program[id].module),
        };
        scope.module = data.module;
        scope
    }

    /// What the type parameters of a called function stand for.
    pub(super) fn types_in(
        &self,
        frame: &Frame,
        call: ExprId,
        called: &Candidate,
        args: &[ExprId],
    ) -> Types {
        let def = &self.program[called.id];
        let is_of_trait = matches!(def.container, Container::Trait(_));
        let params = &def.sig.generics.params;
        if called.subst.is_empty() && params.is_empty() && !is_of_trait {
            return Types::default();
        }
        let known = &frame.env.types;
        let mut types = called.subst.clone();
        let data = &self.program[frame.body].body;
        let written = match data.expr(call) {
            Expr::Call { callee, .. } => self.turbofish(frame, *callee),
            Expr::MethodCall(call) => self.types(frame, &call.generics),
            _ => Vec::new(),
        };
        types.extend(params.iter().map(|it| it.name).zip(written));
        if !params.is_empty() {
            let typing = self.values.typing(frame.body);
            let scope = self.program.fn_scope(called.id);
            let skipped = args.len().saturating_sub(def.sig.params.len());
            let mut found = Subst::new();
            for (param, arg) in def.sig.params.iter().zip(&args[skipped..]) {
                let declared = self.program.lower_ty(&scope, &param.ty);
                crate::values::collect_types(&declared, typing.ty(*arg), &mut found);
            }
            found.retain(|(name, _)| !types.iter().any(|(known, _)| known == name));
            types.extend(found);
        }
        if is_of_trait {
            types.push(("Self".into(), called.self_ty.clone()));
        }
        for (_, ty) in &mut types {
            *ty = ty.subst(known, self.program);
        }
        types.retain(|(_, ty)| !matches!(ty, Ty::Unknown | Ty::Param(..) | Ty::Assoc(..)));
        Types::new(types)
    }
}

/// Of the implementations of a function, those for this type; all of them where that says nothing.
fn narrowed(known: Vec<Candidate>, ty: &Ty) -> Vec<Candidate> {
    let ty = ty.peel_refs();
    let is_same = |it: &Candidate| match (it.self_ty.peel_refs(), ty) {
        (Ty::Adt(a, _), Ty::Adt(b, _)) => a == b,
        (Ty::External(a, _), Ty::External(b, _)) => a == b,
        (a, b) => a == b,
    };
    let of_type = |keep: &dyn Fn(&Candidate) -> bool| {
        let found = known.iter().filter(|it| keep(it));
        found.cloned().collect::<Vec<_>>()
    };
    let exact = of_type(&|it| it.self_ty.peel_refs() == ty);
    if !exact.is_empty() {
        return exact;
    }
    let same = of_type(&is_same);
    match same.is_empty() {
        true => known,
        false => same,
    }
}
