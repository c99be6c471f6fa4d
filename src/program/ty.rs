//! Resolved types, as far as they are known.

use std::sync::Arc;

use super::Program;
use super::defs::{AdtId, AliasId, Container, Def, FnId, ImplId, ModuleId};
use crate::facts::item::{Field, Generics};
use crate::facts::{GenericArg, Path, TypeRef};
use crate::models::TypeRole;
use crate::source::Name;

/// A type. [`Ty::Unknown`] stands for whatever we could not find out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Not known.
    Unknown,
    /// A struct, union or enum of the program.
    Adt(AdtId, Args),
    /// A type of a library (or `std`), by canonical path.
    External(Name, Args),
    /// A built-in type.
    Primitive(Name),
    /// `&T`, `&mut T`.
    Ref(Arc<Ty>),
    /// `(A, B)`.
    Tuple(Args),
    /// `[T]`, `[T; n]`.
    Slice(Arc<Ty>),
    /// A generic parameter with its bounds.
    Param(Name, Bounds),
    /// `impl A + B`.
    Opaque(Bounds),
    /// `dyn A + B`.
    Dyn(Bounds),
    /// `T::Item` of a type that is not known yet.
    Assoc(Arc<Ty>, Name),
    /// A function as a value.
    FnDef(FnId),
    /// `fn(A) -> B`, and closures whose result is known.
    FnPtr(Arc<Ty>),
    /// What an `async fn` returns before `.await`.
    Future(Arc<Ty>),
    /// `!`.
    Never,
}

/// Generic arguments.
pub type Args = Arc<[Ty]>;
/// Trait bounds.
pub type Bounds = Arc<[Bound]>;

/// A trait bound: `Trait<A, Item = B>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bound {
    /// A [`Def::Trait`] or [`Def::External`].
    pub of: Def,
    /// Its arguments.
    pub args: Args,
    /// Its associated types.
    pub assoc: Arc<[(Name, Ty)]>,
}

/// Where a written type is read: which module, which generics, which `Self`.
#[derive(Debug, Clone)]
pub struct TyScope<'p> {
    /// Where names are looked up.
    pub module: ModuleId,
    /// Generics in scope, innermost last.
    pub generics: Vec<&'p Generics>,
    /// `Self`.
    pub self_ty: Option<Ty>,
    /// Generic parameters whose type is known here.
    pub subst: Subst,
}

impl<'p> TyScope<'p> {
    /// That of what is declared in a module with these generics, and has no `Self`.
    pub fn of(module: ModuleId, generics: &'p Generics) -> TyScope<'p> {
        TyScope {
            module,
            generics: vec![generics],
            self_ty: None,
            subst: Vec::new(),
        }
    }
}

/// Types for generic parameters.
pub type Subst = Vec<(Name, Ty)>;

impl Ty {
    /// `()`.
    pub fn unit() -> Ty {
        Ty::Tuple(Arc::from([]))
    }

    /// A library type.
    pub fn external(path: &str, args: impl Into<Args>) -> Ty {
        Ty::External(Name::new(path), args.into())
    }

    /// The type behind references.
    pub fn peel_refs(&self) -> &Ty {
        match self {
            Ty::Ref(inner) => inner.peel_refs(),
            other => other,
        }
    }

    /// Whether it is a library type with this canonical path.
    pub fn is_external(&self, path: &str) -> bool {
        matches!(self, Ty::External(name, _) if *name == path)
    }

    /// The canonical path of a library type.
    pub fn external_path(&self) -> Option<Name> {
        match self {
            Ty::External(path, _) => Some(*path),
            _ => None,
        }
    }

    /// The `index`th generic argument.
    pub fn arg(&self, index: usize) -> Ty {
        match self {
            Ty::Adt(_, args) | Ty::External(_, args) | Ty::Tuple(args) => {
                args.get(index).cloned().unwrap_or(Ty::Unknown)
            }
            _ => Ty::Unknown,
        }
    }

    /// The payload of `Option<T>` or `Result<T, _>`.
    pub fn success(&self) -> Option<Ty> {
        match self.peel_refs() {
            it @ Ty::External(path, _)
                if *path == "std::option::Option" || *path == "std::result::Result" =>
            {
                Some(it.arg(0))
            }
            _ => None,
        }
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Ty::Unknown)
    }

    /// Replaces generic parameters.
    #[must_use]
    pub fn subst(&self, subst: &Subst, program: &Program) -> Ty {
        if subst.is_empty() {
            return self.clone();
        }
        let all =
            |args: &Args| -> Args { args.iter().map(|arg| arg.subst(subst, program)).collect() };
        match self {
            Ty::Param(name, _) => subst
                .iter()
                .find(|(param, _)| param == name)
                .map_or_else(|| self.clone(), |(_, ty)| ty.clone()),
            Ty::Adt(id, args) => Ty::Adt(*id, all(args)),
            Ty::External(path, args) => Ty::External(*path, all(args)),
            Ty::Tuple(args) => Ty::Tuple(all(args)),
            Ty::Ref(inner) => Ty::Ref(Arc::new(inner.subst(subst, program))),
            Ty::Slice(inner) => Ty::Slice(Arc::new(inner.subst(subst, program))),
            Ty::Future(inner) => Ty::Future(Arc::new(inner.subst(subst, program))),
            Ty::FnPtr(inner) => Ty::FnPtr(Arc::new(inner.subst(subst, program))),
            Ty::Assoc(base, name) => program.project(&base.subst(subst, program), *name),
            Ty::Opaque(bounds) => Ty::Opaque(subst_bounds(bounds, subst, program)),
            Ty::Dyn(bounds) => Ty::Dyn(subst_bounds(bounds, subst, program)),
            Ty::Unknown | Ty::Primitive(_) | Ty::FnDef(_) | Ty::Never => self.clone(),
        }
    }
}

fn subst_bounds(bounds: &Bounds, subst: &Subst, program: &Program) -> Bounds {
    bounds
        .iter()
        .map(|bound| Bound {
            of: bound.of,
            args: bound
                .args
                .iter()
                .map(|arg| arg.subst(subst, program))
                .collect(),
            assoc: bound
                .assoc
                .iter()
                .map(|(name, ty)| (*name, ty.subst(subst, program)))
                .collect(),
        })
        .collect()
}

impl Program {
    /// Whether a type, behind references, is one of a library that the models give a role.
    pub fn has_role(&self, ty: &Ty, role: TypeRole) -> bool {
        let path = ty.peel_refs().external_path();
        let model = path.and_then(|it| self.models.type_(it));
        model.is_some_and(|it| it.role == Some(role))
    }

    /// The scope in which a function's signature and body are read.
    pub fn fn_scope(&self, id: FnId) -> TyScope<'_> {
        let def = &self[id];
        let mut scope = self.container_scope(def.container, def.module);
        scope.generics.push(&def.sig.generics);
        scope
    }

    /// The scope of an impl, trait or module.
    pub fn container_scope(&self, container: Container, module: ModuleId) -> TyScope<'_> {
        match container {
            Container::Module => TyScope {
                module,
                generics: Vec::new(),
                self_ty: None,
                subst: Vec::new(),
            },
            Container::Impl(id) => TyScope {
                module,
                generics: vec![&self[id].generics],
                self_ty: Some(self.impl_self_ty(id).into_owned()),
                subst: Vec::new(),
            },
            Container::Trait(id) => {
                let bound = Bound {
                    of: Def::Trait(id),
                    args: Arc::from([]),
                    assoc: Arc::from([]),
                };
                TyScope {
                    module,
                    generics: vec![&self[id].generics],
                    self_ty: Some(Ty::Param(Name::new("Self"), Arc::from([bound]))),
                    subst: Vec::new(),
                }
            }
        }
    }

    /// The type that an impl is for, as it is written.
    pub(super) fn impl_self_ty_now(&self, id: ImplId) -> Ty {
        let def = &self[id];
        self.lower_ty(&TyScope::of(def.module, &def.generics), &def.self_ty)
    }

    /// The type of a field of a struct, with the struct's own parameters in it.
    pub fn field_ty(&self, adt: AdtId, field: &Field) -> Ty {
        let def = &self[adt];
        self.lower_ty(&TyScope::of(def.module, &def.generics), &field.ty)
    }

    /// What a function returns: the written type, in a [`Ty::Future`] if it is `async`.
    pub fn fn_return(&self, id: FnId) -> Ty {
        let Some(kept) = self.index.returns.get(id.0 as usize) else {
            return self.fn_return_now(id);
        };
        if let Some(known) = kept.get() {
            return known.clone();
        }
        // Not computed under the lock, as for the types of impls.
        let found = self.fn_return_now(id);
        kept.get_or_init(|| found).clone()
    }

    fn fn_return_now(&self, id: FnId) -> Ty {
        let scope = self.fn_scope(id);
        let ret = self.lower_ty(&scope, &self[id].sig.ret);
        if self[id].sig.is_async {
            Ty::Future(Arc::new(ret))
        } else {
            self.unwrap_future(ret)
        }
    }

    /// `Pin<Box<dyn Future<Output = T>>>` and `impl Future<Output = T>` are futures of `T`.
    pub fn unwrap_future(&self, ty: Ty) -> Ty {
        let output = |bounds: &Bounds| {
            let future = bounds.iter().find(|bound| {
                matches!(bound.of, Def::External(path) if path == "std::future::Future" || path.as_str().ends_with("::Future"))
            })?;
            let output = future.assoc.iter().find(|(name, _)| *name == "Output")?;
            Some(Ty::Future(Arc::new(output.1.clone())))
        };
        match &ty {
            Ty::Opaque(bounds) | Ty::Dyn(bounds) => output(bounds).unwrap_or(ty),
            Ty::External(path, _) if *path == "std::pin::Pin" || *path == "std::boxed::Box" => {
                let inner = self.unwrap_future(ty.arg(0));
                if matches!(inner, Ty::Future(_)) {
                    inner
                } else {
                    ty
                }
            }
            Ty::External(path, args)
                if path.as_str().ends_with("::BoxFuture")
                    || path.as_str().ends_with("::LocalBoxFuture") =>
            {
                args.last()
                    .map_or(ty.clone(), |inner| Ty::Future(Arc::new(inner.clone())))
            }
            _ => ty,
        }
    }

    /// Resolves a written type.
    pub fn lower_ty(&self, scope: &TyScope<'_>, ty: &TypeRef) -> Ty {
        self.lower_depth(scope, ty, 0)
    }

    /// Resolves the type that a path names.
    pub fn lower_path_ty(&self, scope: &TyScope<'_>, path: &Path) -> Ty {
        self.lower_path(scope, path, 0)
    }

    fn lower_depth(&self, scope: &TyScope<'_>, ty: &TypeRef, depth: u32) -> Ty {
        // Aliases may refer to each other in a circle.
        if depth > 32 {
            return Ty::Unknown;
        }
        let lower = |it: &TypeRef| self.lower_depth(scope, it, depth + 1);
        match ty {
            TypeRef::Path(path) => self.lower_path(scope, path, depth),
            TypeRef::Ref { inner, .. } | TypeRef::Ptr(inner) => Ty::Ref(Arc::new(lower(inner))),
            TypeRef::Tuple(all) => Ty::Tuple(all.iter().map(lower).collect()),
            TypeRef::Slice(inner) | TypeRef::Array(inner) => Ty::Slice(Arc::new(lower(inner))),
            TypeRef::ImplTrait(bounds) => Ty::Opaque(self.lower_bounds(scope, bounds, depth + 1)),
            TypeRef::DynTrait(bounds) => Ty::Dyn(self.lower_bounds(scope, bounds, depth + 1)),
            TypeRef::FnPtr(_, ret) => Ty::FnPtr(Arc::new(lower(ret))),
            TypeRef::Never => Ty::Never,
            TypeRef::Infer | TypeRef::Unknown => Ty::Unknown,
        }
    }

    fn lower_bounds(&self, scope: &TyScope<'_>, bounds: &[Path], depth: u32) -> Bounds {
        let lower = |path: &Path| {
            let def = self
                .resolve_whole(scope.module, path)
                .into_iter()
                .find(|def| matches!(def, Def::Trait(_) | Def::External(_)))?;
            let (args, assoc) = self.lower_args(scope, path, depth);
            Some(Bound {
                of: def,
                args,
                assoc: assoc.into(),
            })
        };
        bounds.iter().filter_map(lower).collect()
    }

    /// A bound as written, resolved; public for guards that look at trait paths.
    pub fn lower_bound(&self, scope: &TyScope<'_>, path: &Path) -> Option<Bound> {
        self.lower_bounds(scope, std::slice::from_ref(path), 0)
            .first()
            .cloned()
    }

    fn lower_args(&self, scope: &TyScope<'_>, path: &Path, depth: u32) -> (Args, Vec<(Name, Ty)>) {
        let mut args = Vec::new();
        let mut assoc = Vec::new();
        for arg in path
            .segments
            .last()
            .and_then(|segment| segment.args.as_deref())
            .unwrap_or(&[])
        {
            match arg {
                GenericArg::Type(ty) => args.push(self.lower_depth(scope, ty, depth + 1)),
                GenericArg::Assoc(name, ty) => {
                    assoc.push((*name, self.lower_depth(scope, ty, depth + 1)))
                }
                GenericArg::Const(_) => args.push(Ty::Unknown),
                GenericArg::Constraint(..) | GenericArg::Lifetime => {}
            }
        }
        (args.into(), assoc)
    }

    fn lower_path(&self, scope: &TyScope<'_>, path: &Path, depth: u32) -> Ty {
        if let Some(qself) = &path.qself {
            let mut ty = self.lower_depth(scope, &qself.ty, depth + 1);
            for segment in &path.segments {
                ty = self.project(&ty, segment.name);
            }
            return ty;
        }
        let first = path.segments[0].name;
        if !path.global {
            let base = if first == "Self" {
                scope.self_ty.clone()
            } else {
                self.param(scope, first, depth)
            };
            if let Some(mut ty) = base {
                for segment in &path.segments[1..] {
                    ty = self.project(&ty, segment.name);
                }
                return ty;
            }
        }
        let candidates = self.resolve(scope.module, path);
        let is_type = |def: &Def| {
            matches!(
                def,
                Def::Adt(_) | Def::Alias(_) | Def::External(_) | Def::Trait(_) | Def::Variant(..)
            )
        };
        let Some(found) = candidates.iter().find(|it| is_type(&it.def)) else {
            let primitive = path
                .as_ident()
                .filter(|name| super::scope::is_primitive(name.as_str()));
            return primitive.map_or(Ty::Unknown, Ty::Primitive);
        };
        let args = if found.used == path.segments.len() {
            self.lower_args(scope, path, depth).0
        } else {
            Arc::from([])
        };
        let mut ty = match found.def {
            Def::Adt(id) | Def::Variant(id, _) => Ty::Adt(id, args),
            Def::Alias(id) => self.alias_ty(id, &args, depth),
            Def::External(path) => self.external_ty(path, args),
            // `dyn` left out in old editions.
            Def::Trait(_) => Ty::Dyn(Arc::from([Bound {
                of: found.def,
                args,
                assoc: Arc::from([]),
            }])),
            Def::Module(_) | Def::Fn(_) | Def::Const(_) | Def::Macro(_) => Ty::Unknown,
        };
        for segment in &path.segments[found.used..] {
            ty = self.project(&ty, segment.name);
        }
        ty
    }

    /// A library type; aliases of `Result` that hide the error are seen through by name.
    fn external_ty(&self, path: Name, args: Args) -> Ty {
        let text = path.as_str();
        if text.ends_with("::Result") && text != "std::result::Result" {
            return Ty::external(
                "std::result::Result",
                vec![args.first().cloned().unwrap_or(Ty::Unknown)],
            );
        }
        if text == "actix_web::Either" {
            return Ty::External(path, args);
        }
        Ty::External(path, args)
    }

    fn alias_ty(&self, id: AliasId, args: &Args, depth: u32) -> Ty {
        let alias = &self[id];
        let Some(written) = &alias.ty else {
            return Ty::Unknown;
        };
        let mut scope = self.container_scope(alias.container, alias.module);
        scope.generics.push(&alias.generics);
        let ty = self.lower_depth(&scope, written, depth + 1);
        let mut subst: Subst = Vec::new();
        for (index, param) in alias.generics.params.iter().enumerate() {
            if let Some(arg) = args.get(index) {
                subst.push((param.name, arg.clone()));
            } else if let Some(default) = &param.default {
                subst.push((param.name, self.lower_depth(&scope, default, depth + 1)));
            }
        }
        ty.subst(&subst, self)
    }

    fn param(&self, scope: &TyScope<'_>, name: Name, depth: u32) -> Option<Ty> {
        if let Some((_, ty)) = scope.subst.iter().find(|(param, _)| *param == name) {
            return Some(ty.clone());
        }
        let found = scope
            .generics
            .iter()
            .rev()
            .find_map(|generics| generics.params.iter().find(|it| it.name == name))?;
        // Bounds may mention the parameter itself.
        let bounds = if depth > 4 {
            Arc::from([])
        } else {
            self.lower_bounds(scope, &found.bounds, depth + 2)
        };
        Some(Ty::Param(name, bounds))
    }

    /// The associated type `name` of a type.
    pub fn project(&self, ty: &Ty, name: Name) -> Ty {
        match ty.peel_refs() {
            Ty::Param(..) | Ty::Assoc(..) | Ty::Unknown => {
                if let Ty::Param(_, bounds) = ty
                    && let Some((_, ty)) = bounds
                        .iter()
                        .flat_map(|bound| bound.assoc.iter())
                        .find(|(it, _)| *it == name)
                {
                    return ty.clone();
                }
                Ty::Assoc(Arc::new(ty.clone()), name)
            }
            Ty::Opaque(bounds) | Ty::Dyn(bounds) => bounds
                .iter()
                .flat_map(|bound| bound.assoc.iter())
                .find(|(it, _)| *it == name)
                .map_or(Ty::Unknown, |(_, ty)| ty.clone()),
            concrete => self.assoc_type(concrete, name),
        }
    }
}

impl Program {
    /// A type as models and export tables write it: full paths, one segment for the prelude's
    /// types and for type parameters.
    pub fn library_ty(&self, ty: &TypeRef) -> Ty {
        match ty {
            TypeRef::Path(path) => {
                let args: Vec<Ty> = path.type_args().map(|arg| self.library_ty(arg)).collect();
                let text: Vec<&str> = path.segments.iter().map(|it| it.name.as_str()).collect();
                if let [only] = text.as_slice() {
                    return match *only {
                        "Option" | "Result" | "Vec" | "Box" | "String" => {
                            let full = match *only {
                                "Option" => "std::option::Option",
                                "Result" => "std::result::Result",
                                "Vec" => "std::vec::Vec",
                                "Box" => "std::boxed::Box",
                                _ => "std::string::String",
                            };
                            Ty::external(full, args)
                        }
                        name if super::scope::is_primitive(name) => Ty::Primitive(Name::new(name)),
                        name => Ty::Param(Name::new(name), Arc::from([])),
                    };
                }
                let full = self.models.canonical(&text.join("::"));
                match full.as_str() {
                    "std::io::Result" => {
                        let error = Ty::external("std::io::Error", []);
                        let args = args.into_iter().chain([error]).collect::<Vec<_>>();
                        Ty::external("std::result::Result", args)
                    }
                    _ => Ty::External(full, args.into()),
                }
            }
            TypeRef::Ref { inner, .. } | TypeRef::Ptr(inner) => {
                Ty::Ref(Arc::new(self.library_ty(inner)))
            }
            TypeRef::Tuple(all) => Ty::Tuple(all.iter().map(|it| self.library_ty(it)).collect()),
            TypeRef::Slice(inner) | TypeRef::Array(inner) => {
                Ty::Slice(Arc::new(self.library_ty(inner)))
            }
            TypeRef::Never => Ty::Never,
            _ => Ty::Unknown,
        }
    }

    /// What the alias of a library stands for that a type is: `rocket::outcome::Outcome<..>` for
    /// `rocket::request::Outcome<S, E>`.
    pub fn behind_alias(&self, ty: &Ty) -> Option<Ty> {
        let Ty::External(path, args) = ty.peel_refs() else {
            return None;
        };
        let alias = self.models.type_alias(*path)?;
        let given = alias
            .params
            .iter()
            .enumerate()
            .map(|(at, (name, default))| {
                let default = || default.as_ref().map(|it| self.library_ty(it));
                let arg = args.get(at).cloned().or_else(default);
                (*name, arg.unwrap_or(Ty::Unknown))
            });
        let subst: Subst = given.collect();
        Some(self.library_ty(&alias.ty).subst(&subst, self))
    }

    /// The type of a field or dereference that an export table tells, for a receiver of this type.
    pub fn library_member(&self, signature: &crate::models::Signature, this: &Ty) -> Option<Ty> {
        let mut subst: Subst = vec![(Name::new("Self"), this.clone())];
        if let Some(self_ty) = &signature.self_ty {
            super::methods::unify(&self.library_ty(self_ty), this, &mut subst);
        }
        let ty = strip_params(&self.library_ty(&signature.ret).subst(&subst, self));
        Some(ty.peel_refs().clone())
    }

    /// What a library function gives, for a receiver (or `Self`) of this type and these
    /// types written after `::`.
    pub fn library_return(&self, path: Name, this: &Ty, generics: &[Ty]) -> Option<Ty> {
        let ret = self.library_ty(self.models.return_type(path)?);
        let mut subst: Subst = vec![(Name::new("Self"), this.clone())];
        let signature = self.models.signature(path);
        if let Some(self_ty) = signature.and_then(|it| it.self_ty.as_ref()) {
            super::methods::unify(&self.library_ty(self_ty), this, &mut subst);
        }
        let ret = ret.subst(&subst, self);
        let ty = match (params_in(&ret).as_slice(), generics) {
            // `rocket.state::<T>()`: the one type that is left open is the one that is written.
            ([only], [written]) => ret.subst(&vec![(*only, written.clone())], self),
            _ => ret,
        };
        let ty = strip_params(&ty);
        Some(if signature.is_some_and(|it| it.is_async) {
            Ty::Future(Arc::new(ty))
        } else {
            self.unwrap_future(ty)
        })
    }
}

/// Type parameters that nothing fixed are unknown.
/// The type parameters that a type still has, each once.
fn params_in(ty: &Ty) -> Vec<Name> {
    fn collect(ty: &Ty, found: &mut Vec<Name>) {
        match ty {
            Ty::Param(name, _) if !found.contains(name) => found.push(*name),
            Ty::External(_, args) | Ty::Tuple(args) => {
                args.iter().for_each(|arg| collect(arg, found));
            }
            Ty::Ref(inner) | Ty::Slice(inner) => collect(inner, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(ty, &mut found);
    found
}

fn strip_params(ty: &Ty) -> Ty {
    let all = |args: &Args| -> Args { args.iter().map(strip_params).collect() };
    match ty {
        Ty::Param(..) => Ty::Unknown,
        Ty::External(path, args) => Ty::External(*path, all(args)),
        Ty::Tuple(args) => Ty::Tuple(all(args)),
        Ty::Ref(inner) => Ty::Ref(Arc::new(strip_params(inner))),
        Ty::Slice(inner) => Ty::Slice(Arc::new(strip_params(inner))),
        other => other.clone(),
    }
}
