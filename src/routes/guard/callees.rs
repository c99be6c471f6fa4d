//! Which code a call leads to.

use std::borrow::Cow;

use super::interpret::Run;
use super::proof::{Abs, From};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId, GenericArg, TypeRef};
use crate::program::methods::Candidate;
use crate::program::{Container, Def, FnId, Ty};
use crate::source::Name;
use crate::values::Callee;

impl Run<'_, '_> {
    /// What comes of waiting for a value. What an identity provider answers, given a code that the
    /// client has sent, holds a token that is not the client's.
    pub(super) fn awaited(&self, id: ExprId, mut value: Abs) -> Abs {
        let body = &self.judge.program[self.key].body;
        let is_call = matches!(body.expr(id), Expr::Call { .. } | Expr::MethodCall(_));
        let is_own = || {
            let mut callees = self.typing.callees(id).iter();
            callees.any(|it| match it {
                Callee::Fn(_) => true,
                Callee::External(path) => {
                    let krate = path.as_str().split("::").next().unwrap_or_default();
                    self.judge.program.models.is_framework(Name::new(krate))
                }
                _ => false,
            })
        };
        let sent = From::REQUEST.with(From::CREDENTIAL);
        if is_call && value.from.has(From::INPUT) && !value.from.has(sent) && !is_own() {
            value.from = value.from.with(From::ANSWERED);
        }
        value
    }

    /// `T::from_request_parts(parts, state)`, where it is known what `T` stands for.
    pub(super) fn parameter_extracts(&self, id: ExprId, callee: ExprId) -> Option<Abs> {
        let Expr::Path(path) = self.judge.program[self.key].body.expr(callee) else {
            return None;
        };
        let [param, method] = &*path.segments else {
            return None;
        };
        if !matches!(
            method.name.as_str(),
            "from_request_parts" | "from_request" | "from_data"
        ) {
            return None;
        }
        let (_, ty) = self.subst.iter().find(|(name, _)| *name == param.name)?;
        Some(self.judge.extractor(ty, self.span(id)))
    }

    /// The targets of a call, with this activation's type parameters put in.
    pub(super) fn callees(&self, id: ExprId, callee: ExprId, args: &[ExprId]) -> Vec<Callee> {
        let program = self.judge.program;
        let mut known = self.typing.callees(id).to_vec();
        let Expr::Path(path) = program[self.key].body.expr(callee) else {
            return known;
        };
        // `P::authenticate(..)` with `P` known here.
        if path.segments.len() == 2
            && let Some((_, ty)) = self
                .subst
                .iter()
                .find(|(name, _)| *name == path.segments[0].name)
        {
            let found = program.find_methods(ty, path.segments[1].name);
            if !found.is_empty() {
                known = found.into_iter().map(Callee::Fn).collect();
            }
        }
        // `Trait::method(&value)`: the implementation for the value's type.
        if let [Callee::Fn(declared)] = known.as_slice()
            && let Container::Trait(of) = program[declared.id].container
            && program[declared.id].sig.self_param.is_some()
            && let Some(receiver) = args.first()
        {
            let name = program[declared.id].name;
            let found = program.find_methods(self.ty(*receiver).peel_refs(), name);
            let implements = |it: &Candidate| match program[it.id].container {
                Container::Impl(id) => program.impls_of(Def::Trait(of)).contains(&id),
                Container::Trait(id) => id == of,
                _ => false,
            };
            let mut found: Vec<_> = found.into_iter().filter(implements).collect();
            if found.is_empty() {
                // A method of the type's own has the same name.
                let of = program[of].name;
                let impls = program.impls_named(&[of.as_str()], self.ty(*receiver).peel_refs());
                let own = impls.into_iter().filter_map(|(id, subst)| {
                    let mut fns = program[id].fns.iter().copied();
                    let id = fns.find(|it| program[*it].name == name)?;
                    let self_ty = self.ty(*receiver).peel_refs().clone();
                    Some(Candidate { id, subst, self_ty })
                });
                found.extend(own.filter(implements));
            }
            if !found.is_empty() {
                known = found.into_iter().map(Callee::Fn).collect();
            }
        }
        let written: Vec<&TypeRef> = path.type_args().collect();
        for callee in &mut known {
            if let Callee::Fn(candidate) = callee {
                self.instantiate(candidate, &written, args);
            }
        }
        known
    }

    /// Fills in what the type parameters of a called function stand for, where that is a type of
    /// the program, whose implementations of traits can be told.
    pub(super) fn instantiate(
        &self,
        called: &mut Candidate,
        written: &[&TypeRef],
        args: &[ExprId],
    ) {
        let program = self.judge.program;
        for (_, ty) in &mut called.subst {
            *ty = ty.subst(&self.subst, program);
        }
        called.self_ty = called.self_ty.subst(&self.subst, program);
        let sig = &program[called.id].sig;
        if sig.generics.params.is_empty() {
            return;
        }
        let mut types = crate::program::ty::Subst::new();
        if !written.is_empty()
            && let Some(scope) = self.scope()
        {
            let written = written.iter().map(|ty| program.lower_ty(&scope, ty));
            let named = sig.generics.params.iter().map(|it| it.name).zip(written);
            types.extend(named.map(|(name, ty)| (name, ty.subst(&self.subst, program))));
        }
        let scope = program.fn_scope(called.id);
        let skip = args.len().saturating_sub(sig.params.len());
        for (param, arg) in sig.params.iter().zip(&args[skip..]) {
            let declared = program.lower_ty(&scope, &param.ty);
            crate::values::collect_types(&declared, &self.ty(*arg), &mut types);
        }
        types.retain(|(_, ty)| matches!(ty.peel_refs(), Ty::Adt(..)));
        called.subst.extend(types);
    }

    pub(super) fn candidates(&self, id: ExprId, call: &MethodCall) -> Vec<Candidate> {
        if !self.subst.is_empty() {
            let program = self.judge.program;
            let ty = self.ty(call.receiver);
            let mut found = program.find_methods(&ty, call.name);
            program.retain_callable(program[self.key].module, &ty, &mut found);
            if !found.is_empty() {
                return self.instantiated(found, call);
            }
        }
        let known = self.typing.callees(id).iter();
        let known = known.filter_map(|callee| match callee {
            Callee::Fn(candidate) => Some(candidate.clone()),
            _ => None,
        });
        self.instantiated(known.collect(), call)
    }

    /// These functions, and those that are there in their places in other builds.
    pub(super) fn in_all_builds<'c>(&self, found: &'c [Candidate]) -> Cow<'c, [Candidate]> {
        let mut all = Cow::Borrowed(found);
        for candidate in found {
            for id in self.judge.program.alternatives(candidate.id) {
                if !all.iter().any(|it| it.id == id) {
                    all.to_mut().push(Candidate {
                        id,
                        ..candidate.clone()
                    });
                }
            }
        }
        all
    }

    pub(super) fn instantiated(
        &self,
        mut found: Vec<Candidate>,
        call: &MethodCall,
    ) -> Vec<Candidate> {
        let written = call.generics.iter().filter_map(|arg| match arg {
            GenericArg::Type(ty) => Some(ty),
            _ => None,
        });
        let written: Vec<&TypeRef> = written.collect();
        for candidate in &mut found {
            self.instantiate(candidate, &written, &call.args);
        }
        found
    }
}

pub(super) fn candidate(id: FnId) -> Candidate {
    Candidate {
        id,
        subst: Vec::new(),
        self_ty: Ty::Unknown,
    }
}
