//! Types of expressions, targets of calls, and which binding a name refers to.
//!
//! One pass over a body in evaluation order; no unification across statements. What it
//! cannot see is [`Ty::Unknown`], and everything that uses a typing must live with that.

mod extracted;
mod result;

use std::sync::Arc;

use super::Values;
use crate::facts::body::{
    BinaryOp, BlockKind, Closure, Literal, LoopKind, MacroCall, StructExpr, UnaryOp,
};
use crate::facts::{Body, Expr, ExprId, GenericArg, PatId, Path, Stmt};
use crate::program::methods::Candidate;
use crate::program::ty::{Subst, TyScope};
use crate::program::{BodyKey, BodyOwner, Container, Def, FnId, ModuleId, Program, Ty};
use crate::source::Name;

use result::{CALLS, NAMES};
pub use result::{Callee, Typing};

pub(super) fn infer(values: &Values<'_>, key: BodyKey) -> Typing {
    let program = values.program;
    let data = &program[key];
    let mut scope = match data.owner {
        BodyOwner::Fn(id) => program.fn_scope(id),
        BodyOwner::Const(id) => program.container_scope(program[id].container, program[id].module),
    };
    scope.module = data.module;
    let mut infer = Infer {
        program,
        body: &data.body,
        scope,
        locals: Vec::new(),
        typing: Typing::new(&data.body),
        depth: 0,
    };
    if let BodyOwner::Fn(id) = data.owner {
        let signature = program.fn_scope(id);
        for (pat, param) in data.body.params.iter().zip(&program[id].sig.params) {
            let ty = program.lower_ty(&signature, &param.ty);
            infer.bind(*pat, &ty);
        }
    }
    infer.expr(data.body.root);
    infer.typing.finish();
    infer.typing
}

pub(super) struct Infer<'a> {
    pub(super) program: &'a Program,
    pub(super) body: &'a Body,
    pub(super) scope: TyScope<'a>,
    pub(super) locals: Vec<(Name, PatId)>,
    pub(super) typing: Typing,
    depth: u32,
}

impl Infer<'_> {
    pub(super) fn expr(&mut self, id: ExprId) -> Ty {
        // Facts bound the depth of ordinary code; expansions may stack on top of it.
        if self.depth > 2000 {
            return Ty::Unknown;
        }
        self.depth += 1;
        let ty = self.expr_now(id);
        self.depth -= 1;
        self.typing.set_ty(id, &ty);
        ty
    }

    pub(super) fn set_pat_ty(&mut self, pat: PatId, ty: Ty) {
        self.typing.set_pat_ty(pat, &ty);
    }

    fn all(&mut self, ids: &[ExprId]) -> Vec<Ty> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn expr_now(&mut self, id: ExprId) -> Ty {
        let body = self.body;
        match body.expr(id) {
            Expr::Missing | Expr::Continue(_) => Ty::Unknown,
            Expr::Path(path) => self.path(id, path),
            Expr::Literal(literal) => literal_ty(literal),
            Expr::Call { callee, args } => self.call(id, *callee, args),
            Expr::MethodCall(call) => {
                let receiver = self.expr(call.receiver);
                self.method(id, &receiver, call.name, &call.generics, &call.args)
            }
            Expr::Field { base, name } => {
                let base = self.expr(*base);
                self.field(&base, *name)
            }
            Expr::Index { base, index } => {
                let base = self.expr(*base);
                self.expr(*index);
                let mut base = base.peel_refs().clone();
                while super::externals::is_pointer(&base) {
                    base = base.arg(0).peel_refs().clone();
                }
                match &base {
                    Ty::Slice(inner) => (**inner).clone(),
                    it @ Ty::External(path, _) if *path == "std::vec::Vec" => it.arg(0),
                    it @ Ty::External(path, args)
                        if path.as_str().ends_with("Map") && args.len() > 1 =>
                    {
                        it.arg(1)
                    }
                    _ => Ty::Unknown,
                }
            }
            Expr::Struct(data) => self.struct_expr(data),
            Expr::Tuple(all) => Ty::Tuple(self.all(all).into()),
            Expr::Array(all) => {
                let types = self.all(all);
                Ty::Slice(Arc::new(
                    types
                        .into_iter()
                        .find(|ty| !ty.is_unknown())
                        .unwrap_or(Ty::Unknown),
                ))
            }
            Expr::Repeat { value, len } => {
                let ty = self.expr(*value);
                self.expr(*len);
                Ty::Slice(Arc::new(ty))
            }
            Expr::Ref { inner, .. } => Ty::Ref(Arc::new(self.expr(*inner))),
            Expr::Unary { op, inner } => {
                let ty = self.expr(*inner);
                match op {
                    UnaryOp::Deref => self.program.deref(&ty).unwrap_or(ty),
                    UnaryOp::Not | UnaryOp::Neg => ty,
                }
            }
            Expr::Binary { op, lhs, rhs } => {
                let left = self.expr(*lhs);
                self.expr(*rhs);
                match op {
                    BinaryOp::Add | BinaryOp::Arithmetic => left,
                    BinaryOp::AddAssign | BinaryOp::OtherAssign => Ty::unit(),
                    _ => Ty::Primitive(Name::new("bool")),
                }
            }
            Expr::Assign { target, value } => {
                let ty = self.expr(*value);
                self.expr(*target);
                // A variable declared without a type gets that of its first assignment.
                if let Some(pat) = self.typing.local(*target)
                    && self.typing.pat_ty(pat).is_unknown()
                {
                    self.set_pat_ty(pat, ty);
                }
                Ty::unit()
            }
            Expr::Cast { inner, ty } => {
                self.expr(*inner);
                self.program.lower_ty(&self.scope, ty)
            }
            Expr::Range { start, end } => {
                for id in start.iter().chain(end) {
                    self.expr(*id);
                }
                Ty::Unknown
            }
            Expr::Try(inner) => {
                let ty = self.expr(*inner);
                ty.success().unwrap_or(Ty::Unknown)
            }
            Expr::Await(inner) => match self.expr(*inner) {
                Ty::Future(ty) => (*ty).clone(),
                // Builders that are futures themselves.
                other => self.program.deref_future(&other),
            },
            Expr::Block(block) => {
                let mark = self.locals.len();
                for stmt in &block.stmts {
                    self.stmt(stmt);
                }
                let ty = block.tail.map_or_else(Ty::unit, |tail| self.expr(tail));
                if block.kind != BlockKind::Expansion {
                    self.locals.truncate(mark);
                }
                if block.kind == BlockKind::Async {
                    Ty::Future(Arc::new(ty))
                } else {
                    ty
                }
            }
            Expr::If {
                cond,
                then,
                otherwise,
            } => {
                let mark = self.locals.len();
                self.expr(*cond);
                let a = self.expr(*then);
                self.locals.truncate(mark);
                let b = otherwise.map_or(Ty::Unknown, |id| self.expr(id));
                better(a, b)
            }
            Expr::Let { pat, value } => {
                let ty = self.expr(*value);
                self.bind(*pat, &ty);
                Ty::Primitive(Name::new("bool"))
            }
            Expr::Match { scrutinee, arms } => {
                let ty = self.expr(*scrutinee);
                let mut result = Ty::Unknown;
                for arm in arms {
                    let mark = self.locals.len();
                    self.bind(arm.pat, &ty);
                    if let Some(guard) = arm.guard {
                        self.expr(guard);
                    }
                    let arm = self.expr(arm.body);
                    result = better(result, arm);
                    self.locals.truncate(mark);
                }
                result
            }
            Expr::Loop(data) => {
                let mark = self.locals.len();
                match data.kind {
                    LoopKind::Loop => {}
                    LoopKind::While(cond) => {
                        self.expr(cond);
                    }
                    LoopKind::For(pat, iter) => {
                        let ty = self.expr(iter);
                        let element = self.element(&ty);
                        self.bind(pat, &element);
                    }
                }
                self.expr(data.body);
                self.locals.truncate(mark);
                Ty::Unknown
            }
            Expr::Closure(closure) => self.closure(closure, &[]),
            Expr::Return(value) | Expr::Break { value, .. } | Expr::Yield(value) => {
                if let Some(value) = value {
                    self.expr(*value);
                }
                Ty::Never
            }
            Expr::Macro(call) => self.macro_call(call),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(id) => {
                self.expr(*id);
            }
            Stmt::Let(data) => {
                let init = data.init.map(|id| self.expr(id));
                if let Some(diverge) = data.diverge {
                    self.expr(diverge);
                }
                let written = data
                    .ty
                    .as_ref()
                    .map(|ty| self.program.lower_ty(&self.scope, ty));
                let ty = match (written, init) {
                    (Some(Ty::Unknown) | None, Some(init)) => init,
                    (Some(written), _) => written,
                    (None, None) => Ty::Unknown,
                };
                self.bind(data.pat, &ty);
            }
        }
    }

    /// A closure; `params` are the types its caller will hand in, where known.
    pub(super) fn closure(&mut self, closure: &Closure, params: &[Ty]) -> Ty {
        let mark = self.locals.len();
        for (index, (pat, written)) in closure.params.iter().enumerate() {
            let written = written
                .as_ref()
                .map(|ty| self.program.lower_ty(&self.scope, ty));
            let given = params.get(index).cloned();
            let ty = written
                .filter(|ty| !ty.is_unknown())
                .or(given)
                .unwrap_or(Ty::Unknown);
            self.bind(*pat, &ty);
        }
        let ty = self.expr(closure.body);
        self.locals.truncate(mark);
        Ty::FnPtr(Arc::new(if closure.is_async {
            Ty::Future(Arc::new(ty))
        } else {
            ty
        }))
    }

    fn path(&mut self, id: ExprId, path: &Path) -> Ty {
        if let Some(name) = path.as_ident() {
            if let Some((_, pat)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
                let pat = *pat;
                self.typing.set_local(id, pat);
                return self.typing.pat_ty(pat).clone();
            }
            if name == "self" {
                return self.scope.self_ty.clone().unwrap_or(Ty::Unknown);
            }
        }
        let callees = self.resolve_value(path);
        let ty = self.value_ty(&callees, path);
        self.typing.set_callees(id, NAMES, callees);
        ty
    }

    /// What a path in value position names.
    fn resolve_value(&self, path: &Path) -> Vec<Callee> {
        let program = self.program;
        if let Some(qself) = &path.qself {
            let ty = program.lower_ty(&self.scope, &qself.ty);
            let Some(name) = path.last() else {
                return Vec::new();
            };
            let mut found = self.associated(&ty, name);
            // `<T as Trait>::name`: not another trait's function of that name.
            if let Some(of) = qself.as_trait.as_ref().and_then(|path| path.last()) {
                let of_trait = |callee: &Callee| match callee {
                    Callee::Fn(candidate) => match program[candidate.id].container {
                        Container::Impl(id) => program[id]
                            .of_trait
                            .as_ref()
                            .is_some_and(|path| path.last() == Some(of)),
                        _ => true,
                    },
                    _ => true,
                };
                if found.iter().any(of_trait) {
                    found.retain(of_trait);
                }
            }
            return found;
        }
        let first = path.segments[0].name;
        let is_type = first == "Self"
            || self
                .scope
                .generics
                .iter()
                .any(|it| it.params.iter().any(|param| param.name == first));
        if is_type && path.segments.len() > 1 {
            let mut prefix = path.clone();
            prefix.segments = path.segments[..path.segments.len() - 1].into();
            let ty = program.lower_path_ty(&self.scope, &prefix);
            if let (Ty::Adt(adt, _), Some(name)) = (&ty, path.last())
                && let Some(at) = program[*adt]
                    .variants()
                    .iter()
                    .position(|it| it.name == name)
            {
                return vec![Callee::Constructor(Def::Variant(*adt, at as u32))];
            }
            return path
                .last()
                .map_or(Vec::new(), |name| self.associated(&ty, name));
        }
        if first == "Self" {
            return match &self.scope.self_ty {
                Some(Ty::Adt(adt, _)) => vec![Callee::Constructor(Def::Adt(*adt))],
                _ => Vec::new(),
            };
        }
        let mut found = Vec::new();
        for it in program.resolve(self.scope.module, path) {
            let rest = &path.segments[it.used..];
            match (it.def, rest) {
                (Def::Fn(id), []) => found.push(Callee::Fn(Candidate {
                    id,
                    subst: Vec::new(),
                    self_ty: Ty::Unknown,
                })),
                (Def::Const(id), []) => found.push(Callee::Const(id)),
                (Def::Adt(_) | Def::Variant(..), []) => found.push(Callee::Constructor(it.def)),
                (Def::External(name), []) => found.push(Callee::External(name)),
                (Def::Adt(_) | Def::Alias(_) | Def::External(_), [assoc]) => {
                    let mut prefix = path.clone();
                    prefix.segments = path.segments[..it.used].into();
                    let ty = program.lower_path_ty(&self.scope, &prefix);
                    if let (Ty::Adt(adt, _), Def::Alias(_)) = (&ty, it.def)
                        && let Some(at) = program[*adt]
                            .variants()
                            .iter()
                            .position(|it| it.name == assoc.name)
                    {
                        found.push(Callee::Constructor(Def::Variant(*adt, at as u32)));
                    } else {
                        found.extend(self.associated(&ty, assoc.name));
                    }
                }
                (Def::Trait(id), [assoc]) => {
                    let declared = program[id]
                        .fns
                        .iter()
                        .copied()
                        .find(|it| program[*it].name == assoc.name);
                    found.extend(declared.map(|id| {
                        Callee::Fn(Candidate {
                            id,
                            subst: Vec::new(),
                            self_ty: Ty::Unknown,
                        })
                    }));
                }
                (def, []) => found.push(Callee::Other(def)),
                _ => {}
            }
        }
        // Functions and values before modules and types of the same name.
        found.sort_by_key(|callee| matches!(callee, Callee::Other(_)));
        found
    }

    /// `Type::name`.
    fn associated(&self, ty: &Ty, name: Name) -> Vec<Callee> {
        let program = self.program;
        let local: Vec<_> = program
            .find_methods(ty, name)
            .into_iter()
            .map(Callee::Fn)
            .collect();
        if !local.is_empty() {
            return local;
        }
        if let Some(id) = program.assoc_const(ty, name) {
            return vec![Callee::Const(id)];
        }
        match ty.peel_refs() {
            Ty::External(path, _) => {
                vec![Callee::External(
                    program.models.canonical(&format!("{path}::{name}")),
                )]
            }
            Ty::Primitive(path) => vec![Callee::External(Name::new(&format!("{path}::{name}")))],
            // A local type with a library trait's method: `User::from_request_parts`.
            _ => Vec::new(),
        }
    }

    fn value_ty(&self, callees: &[Callee], path: &Path) -> Ty {
        match callees.first() {
            Some(Callee::Fn(candidate)) => Ty::FnDef(candidate.id),
            Some(Callee::Const(id)) => {
                let def = &self.program[*id];
                let scope = self.program.container_scope(def.container, def.module);
                self.program.lower_ty(&scope, &def.ty)
            }
            Some(Callee::Constructor(Def::Adt(adt) | Def::Variant(adt, _))) => {
                let args = path
                    .segments
                    .last()
                    .and_then(|it| it.args.as_deref())
                    .unwrap_or(&[]);
                let args: Vec<Ty> = args
                    .iter()
                    .filter_map(|arg| self.generic_arg(arg))
                    .collect();
                Ty::Adt(*adt, args.into())
            }
            Some(Callee::External(path)) if path == "std::option::Option::None" => {
                Ty::external("std::option::Option", vec![Ty::Unknown])
            }
            Some(Callee::External(path)) => super::externals::value_ty(self.program, *path),
            _ => Ty::Unknown,
        }
    }

    fn generic_arg(&self, arg: &GenericArg) -> Option<Ty> {
        match arg {
            GenericArg::Type(ty) => Some(self.program.lower_ty(&self.scope, ty)),
            GenericArg::Const(_) => Some(Ty::Unknown),
            GenericArg::Assoc(..) | GenericArg::Constraint(..) | GenericArg::Lifetime => None,
        }
    }

    fn call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) -> Ty {
        let callee_ty = self.expr(callee);
        let types = self.args(args, &[]);
        let callees: Vec<Callee> = self.typing.defs(callee).to_vec();
        let generics: Vec<Ty> = match self.body.expr(callee) {
            Expr::Path(path) => {
                let args = path
                    .segments
                    .last()
                    .and_then(|it| it.args.as_deref())
                    .unwrap_or(&[]);
                args.iter()
                    .filter_map(|arg| self.generic_arg(arg))
                    .collect()
            }
            _ => Vec::new(),
        };
        let ty = match callees.first() {
            Some(Callee::Fn(candidate)) => self.return_of(candidate, &types, &generics),
            Some(Callee::Constructor(Def::Adt(adt) | Def::Variant(adt, _))) => {
                let args = match &callee_ty {
                    Ty::Adt(_, args) if !args.is_empty() => args.clone(),
                    // A newtype around its only parameter.
                    _ if self.program[*adt].generics.params.len() == 1 => types.clone().into(),
                    _ => Arc::from([]),
                };
                Ty::Adt(*adt, args)
            }
            Some(Callee::External(path)) => {
                match super::externals::call_ty(self.program, *path, &types, &generics) {
                    // `Arc::<Keys>::from_ref(state)`.
                    Ty::Unknown => match self.made_by_trait(callee) {
                        Ty::Unknown => match self.extracted(callee, *path) {
                            Ty::Unknown => self.of_trait(*path, &generics),
                            ty => ty,
                        },
                        ty => ty,
                    },
                    ty => ty,
                }
            }
            _ => match callee_ty {
                Ty::FnPtr(ret) => (*ret).clone(),
                Ty::FnDef(id) => self.return_of(
                    &Candidate {
                        id,
                        subst: Vec::new(),
                        self_ty: Ty::Unknown,
                    },
                    &types,
                    &generics,
                ),
                _ if callees.is_empty() => self.made_by_trait(callee),
                _ => Ty::Unknown,
            },
        };
        self.typing.set_callees(id, CALLS, callees);
        ty
    }

    /// What a library's trait makes of the type that it is called by, where no code of ours says how:
    /// `App::from_ref(state)`.
    fn made_by_trait(&self, callee: ExprId) -> Ty {
        let Expr::Path(path) = self.body.expr(callee) else {
            return Ty::Unknown;
        };
        let [prefix @ .., name] = &*path.segments else {
            return Ty::Unknown;
        };
        let name = name.name.as_str();
        let is_made = matches!(name, "default" | "from" | "from_ref");
        // gotham 0.7 `src/state/from_state.rs`: `User::borrow_from(&state)`.
        let is_held = matches!(
            name.trim_start_matches("try_"),
            "borrow_from" | "borrow_mut_from" | "take_from"
        );
        if prefix.is_empty() || !is_made && !is_held {
            return Ty::Unknown;
        }
        let of = Path {
            segments: prefix.into(),
            ..Path::clone(path)
        };
        match self.program.lower_path_ty(&self.scope, &of) {
            ty @ (Ty::Adt(..) | Ty::External(..)) if is_held && name.starts_with("try_") => {
                Ty::external("std::option::Option", vec![ty])
            }
            ty @ (Ty::Adt(..) | Ty::External(..)) => ty,
            _ => Ty::Unknown,
        }
    }

    /// Argument types; closures get the parameter types given for their position.
    pub(super) fn args(&mut self, args: &[ExprId], closure_params: &[Ty]) -> Vec<Ty> {
        args.iter()
            .map(|id| match self.body.expr(*id) {
                Expr::Closure(closure) => {
                    let ty = self.closure(closure, closure_params);
                    self.typing.set_ty(*id, &ty);
                    ty
                }
                _ => self.expr(*id),
            })
            .collect()
    }

    fn return_of(&self, candidate: &Candidate, args: &[Ty], generics: &[Ty]) -> Ty {
        let program = self.program;
        let def = &program[candidate.id];
        let mut subst: Subst = candidate.subst.clone();
        for (param, ty) in def.sig.generics.params.iter().zip(generics) {
            subst.push((param.name, ty.clone()));
        }
        if !def.sig.generics.params.is_empty() {
            let scope = program.fn_scope(candidate.id);
            // A call by path passes `self` as first argument.
            let skip = args.len().saturating_sub(def.sig.params.len());
            for (param, arg) in def.sig.params.iter().zip(&args[skip..]) {
                collect_types(&program.lower_ty(&scope, &param.ty), arg, &mut subst);
            }
        }
        if matches!(def.container, Container::Trait(_)) && !candidate.self_ty.is_unknown() {
            subst.push((Name::new("Self"), candidate.self_ty.clone()));
        }
        program.fn_return(candidate.id).subst(&subst, program)
    }

    fn method(
        &mut self,
        id: ExprId,
        receiver: &Ty,
        name: Name,
        generics: &[GenericArg],
        args: &[ExprId],
    ) -> Ty {
        let program = self.program;
        let mut found = program.find_methods(receiver, name);
        program.retain_callable(self.scope.module, receiver, &mut found);
        let std = if found.is_empty() {
            self.std_method(receiver, name, args)
        } else {
            None
        };
        if let Some(ty) = std {
            if let Some(path) = super::externals::method_path(program, receiver, name) {
                self.typing
                    .set_callees(id, CALLS, vec![Callee::External(path)]);
            }
            return ty;
        }
        let types = self.args(args, &[]);
        if found.is_empty() && receiver.is_unknown() {
            found = program.methods_by_name(name, args.len());
        }
        let generics: Vec<Ty> = generics
            .iter()
            .filter_map(|arg| self.generic_arg(arg))
            .collect();
        if let Some(first) = found.first() {
            let ty = self.return_of(first, &types, &generics);
            self.typing
                .set_callees(id, CALLS, found.into_iter().map(Callee::Fn).collect());
            return ty;
        }
        let own = super::externals::method_path(program, receiver, name);
        let is_known = |path: &Name| {
            program.models.function(*path).is_some() || program.models.signature(*path).is_some()
        };
        let path = own.filter(is_known).or_else(|| match args {
            [] => None,
            _ => program.trait_method(self.scope.module, name),
        });
        let Some(path) = path.or(own) else {
            return Ty::Unknown;
        };
        self.typing
            .set_callees(id, CALLS, vec![Callee::External(path)]);
        super::externals::method_ty(program, path, receiver, &generics)
    }

    /// What a trait's function gives that is called through a library's type:
    /// `Hmac::<Sha256>::new_from_slice(key)`.
    fn of_trait(&self, path: Name, generics: &[Ty]) -> Ty {
        let found = path.as_str().rsplit_once("::").and_then(|(owner, name)| {
            let module = self.scope.module;
            let method = self.program.trait_method(module, Name::new(name))?;
            let this = Ty::external(owner, []);
            self.program.library_return(method, &this, generics)
        });
        found.unwrap_or(Ty::Unknown)
    }

    fn struct_expr(&mut self, data: &StructExpr) -> Ty {
        for (_, value) in &data.fields {
            self.expr(*value);
        }
        if let Some(rest) = data.rest {
            self.expr(rest);
        }
        self.program.lower_path_ty(&self.scope, &data.path)
    }

    fn macro_call(&mut self, call: &MacroCall) -> Ty {
        let mark = self.locals.len();
        let mut first = None;
        for arg in call.args.as_deref().unwrap_or(&[]) {
            let ty = self.expr(arg.value);
            first.get_or_insert_with(|| ty.clone());
            if let Some(pat) = arg.pat {
                let ty = match ty {
                    Ty::Future(inner) => (*inner).clone(),
                    other => other,
                };
                self.bind(pat, &ty);
            }
            if let Some(then) = arg.then {
                self.expr(then);
            }
            self.locals.truncate(mark);
        }
        match call.path.last().map(Name::as_str) {
            Some("format" | "concat" | "stringify" | "env" | "include_str") => {
                Ty::external("std::string::String", [])
            }
            // What an outcome holds that has succeeded: the first parameter of all of Rocket's.
            Some("try_outcome") => first.map_or(Ty::Unknown, |ty| ty.peel_refs().arg(0)),
            _ => Ty::Unknown,
        }
    }

    /// The module in which the body looks names up.
    pub(super) fn module(&self) -> ModuleId {
        self.scope.module
    }
}

impl Program {
    /// What `.await` gives on a type that is not known to be a future.
    pub(super) fn deref_future(&self, ty: &Ty) -> Ty {
        match self.unwrap_future(ty.clone()) {
            Ty::Future(inner) => (*inner).clone(),
            _ => super::externals::await_ty(self, ty),
        }
    }

    /// The declaration of a trait's method for a call like `T::method`, without its impls.
    pub fn is_trait_declaration(&self, id: FnId) -> bool {
        matches!(self[id].container, Container::Trait(_)) && self[id].body.is_none()
    }
}

fn literal_ty(literal: &Literal) -> Ty {
    let primitive = |name| Ty::Primitive(Name::new(name));
    match literal {
        Literal::Str(_) => Ty::Ref(Arc::new(primitive("str"))),
        Literal::Bytes(_) => Ty::Ref(Arc::new(Ty::Slice(Arc::new(primitive("u8"))))),
        Literal::Bool(_) => primitive("bool"),
        Literal::Char(_) => primitive("char"),
        Literal::Int(_) => primitive("i32"),
        Literal::Float => primitive("f64"),
    }
}

/// The more telling of two types.
fn better(a: Ty, b: Ty) -> Ty {
    if matches!(a, Ty::Unknown | Ty::Never) {
        b
    } else {
        a
    }
}

/// Fills in generic parameters from an argument's type.
pub(crate) fn collect_types(param: &Ty, arg: &Ty, subst: &mut Subst) {
    match (param, arg) {
        (Ty::Param(name, _), ty)
            if !ty.is_unknown() && !subst.iter().any(|(known, _)| known == name) =>
        {
            subst.push((*name, ty.clone()));
        }
        (Ty::Ref(a), Ty::Ref(b)) => collect_types(a, b, subst),
        (Ty::Ref(a), b) => collect_types(a, b, subst),
        (Ty::External(a, a_args), Ty::External(b, b_args)) if a == b => {
            a_args
                .iter()
                .zip(b_args.iter())
                .for_each(|(a, b)| collect_types(a, b, subst));
        }
        (Ty::Adt(a, a_args), Ty::Adt(b, b_args)) if a == b => {
            a_args
                .iter()
                .zip(b_args.iter())
                .for_each(|(a, b)| collect_types(a, b, subst));
        }
        (Ty::Slice(a), Ty::Slice(b)) => collect_types(a, b, subst),
        _ => {}
    }
}
