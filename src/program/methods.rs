//! Which functions a method call, or `Type::name`, may reach.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::Program;
use super::defs::{AdtId, ConstId, Container, Def, FnId, ImplId, ModuleId, TraitId};
use super::ty::{Bound, Bounds, Subst, Ty, TyScope};
use crate::facts::item::Visibility;
use crate::source::Name;

/// Impls by what they are for.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_adt: FxHashMap<AdtId, Vec<ImplId>>,
    by_external: FxHashMap<Name, Vec<ImplId>>,
    /// The methods of `impl<T> Trait for T`, and of impls for tuples, slices, functions, unknown
    /// types.
    blanket: FxHashMap<Name, Vec<(ImplId, FnId)>>,
    by_trait: FxHashMap<TraitKey, Vec<ImplId>>,
    /// By impl: the trait that it is of.
    traits: Vec<Vec<TraitKey>>,
    /// By impl: the type that it is for, once somebody has asked.
    self_types: Vec<OnceLock<Ty>>,
    /// By module: the libraries' traits that it imports, once somebody has asked.
    library_traits: Vec<OnceLock<Box<[Name]>>>,
    /// By function: what it returns, once somebody has asked.
    pub(super) returns: Vec<OnceLock<Ty>>,
    /// Methods of local traits, for receivers of unknown type.
    trait_fns: FxHashMap<Name, Vec<FnId>>,
    inherent_fns: FxHashMap<Name, Vec<FnId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TraitKey {
    Local(TraitId),
    External(Name),
}

/// How many pointers may lie around a value.
const MAX_POINTERS: usize = 8;

/// A function that a call may reach.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The function; for calls through a trait with no known impl, the trait's declaration.
    pub id: FnId,
    /// Generic parameters of its impl, as far as the receiver tells.
    pub subst: Subst,
    /// `Self` in it.
    pub self_ty: Ty,
}

impl Index {
    pub(crate) fn new(program: &Program) -> Index {
        let mut index = Index::default();
        let mut blanket = Vec::new();
        for number in 0..program.impls.len() {
            let id = ImplId(number as u32);
            match program.impl_self_ty(id).peel_refs() {
                Ty::Adt(adt, _) => index.by_adt.entry(*adt).or_default().push(id),
                Ty::External(path, _) => index.by_external.entry(*path).or_default().push(id),
                Ty::Primitive(name) => index.by_external.entry(*name).or_default().push(id),
                _ => blanket.push(id),
            }
            let of_trait = program[id].of_trait.as_ref();
            let keys = of_trait.map_or_else(Vec::new, |path| {
                program.trait_keys(program[id].module, path)
            });
            for key in &keys {
                index.by_trait.entry(*key).or_default().push(id);
            }
            index.traits.push(keys);
            if program[id].of_trait.is_none() {
                for fn_id in &program[id].fns {
                    index
                        .inherent_fns
                        .entry(program[*fn_id].name)
                        .or_default()
                        .push(*fn_id);
                }
            }
        }
        for def in &program.traits {
            for id in &def.fns {
                index
                    .trait_fns
                    .entry(program[*id].name)
                    .or_default()
                    .push(*id);
            }
        }
        for id in blanket {
            let mut methods: Vec<(Name, FnId)> = Vec::new();
            let own = program[id].fns.iter().copied();
            for method in own.chain(index.default_methods(program, id)) {
                let name = program[method].name;
                if !methods.iter().any(|(known, _)| *known == name) {
                    methods.push((name, method));
                }
            }
            for (name, method) in methods {
                index.blanket.entry(name).or_default().push((id, method));
            }
        }
        index.library_traits = program.modules.iter().map(|_| OnceLock::new()).collect();
        index.self_types = program.impls.iter().map(|_| OnceLock::new()).collect();
        index.returns = program.fns.iter().map(|_| OnceLock::new()).collect();
        index
    }
}

impl Index {
    /// The methods that the trait of an impl has a body for.
    fn default_methods<'a>(
        &'a self,
        program: &'a Program,
        id: ImplId,
    ) -> impl Iterator<Item = FnId> + 'a {
        let traits = self.traits[id.0 as usize].iter();
        let local = traits.filter_map(|key| match key {
            TraitKey::Local(id) => Some(&program[*id].fns),
            TraitKey::External(_) => None,
        });
        local
            .flatten()
            .copied()
            .filter(|it| program[*it].body.is_some())
    }
}

/// How deep one associated type is being read for another, on this thread.
struct Nesting;

thread_local! {
    static NESTING: Cell<u32> = const { Cell::new(0) };
}

impl Nesting {
    /// Deeper chains than those of real programs are circles.
    const MAX: u32 = 12;

    fn enter() -> Option<Nesting> {
        NESTING.with(|depth| {
            (depth.get() < Nesting::MAX).then(|| {
                depth.set(depth.get() + 1);
                Nesting
            })
        })
    }
}

impl Drop for Nesting {
    fn drop(&mut self) {
        NESTING.with(|depth| depth.set(depth.get() - 1));
    }
}

impl Program {
    /// The type that an impl is for.
    pub fn impl_self_ty(&self, id: ImplId) -> Cow<'_, Ty> {
        let Some(kept) = self.index.self_types.get(id.0 as usize) else {
            return Cow::Owned(self.impl_self_ty_now(id));
        };
        if let Some(known) = kept.get() {
            return Cow::Borrowed(known);
        }
        // Not computed under the lock: a type may lead to other impls.
        let found = self.impl_self_ty_now(id);
        Cow::Borrowed(kept.get_or_init(|| found))
    }

    fn trait_keys(&self, module: super::ModuleId, path: &crate::facts::Path) -> Vec<TraitKey> {
        let key = |def| match def {
            Def::Trait(id) => Some(TraitKey::Local(id)),
            Def::External(name) => Some(TraitKey::External(name)),
            _ => None,
        };
        self.resolve_whole(module, path)
            .into_iter()
            .filter_map(key)
            .collect()
    }

    /// The impls of a trait.
    pub fn impls_of(&self, of: Def) -> &[ImplId] {
        let key = match of {
            Def::Trait(id) => TraitKey::Local(id),
            Def::External(name) => TraitKey::External(name),
            _ => return &[],
        };
        self.index.by_trait.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The impls for a type of the program, inherent ones and of traits.
    pub fn impls_for(&self, adt: AdtId) -> &[ImplId] {
        self.index.by_adt.get(&adt).map_or(&[], Vec::as_slice)
    }

    /// The impls of a library trait (canonical path) for a type, with the generics the type fixes.
    pub fn external_impls(&self, trait_path: &str, ty: &Ty) -> Vec<(ImplId, Subst)> {
        let impls = self.impls_of(Def::External(Name::new(trait_path)));
        impls
            .iter()
            .filter_map(|id| Some((*id, self.match_impl(*id, ty)?)))
            .collect()
    }

    /// The impls for a type of library traits whose path ends in one of these names.
    pub fn impls_named(&self, names: &[&str], ty: &Ty) -> Vec<(ImplId, Subst)> {
        let own = match ty.peel_refs() {
            Ty::Adt(adt, _) => self.index.by_adt.get(adt),
            Ty::External(path, _) => self.index.by_external.get(path),
            _ => None,
        };
        let of_trait = |id: &ImplId| {
            let path = self[*id].of_trait.as_ref()?;
            path.last().filter(|last| names.contains(&last.as_str()))
        };
        own.into_iter()
            .flatten()
            .filter(|id| of_trait(id).is_some())
            .filter_map(|id| Some((*id, self.match_impl(*id, ty)?)))
            .collect()
    }

    /// Whether an impl is for this type, and what its generics are then.
    pub fn match_impl(&self, id: ImplId, ty: &Ty) -> Option<Subst> {
        let pattern = self.impl_self_ty(id);
        let mut subst = Vec::new();
        unify(pattern.peel_refs(), ty.peel_refs(), &mut subst).then_some(subst)
    }

    /// The functions called `name` of a type: inherent ones first, then those of traits.
    /// Looks through references, smart pointers and `Deref`.
    pub fn find_methods(&self, ty: &Ty, name: Name) -> Vec<Candidate> {
        let mut current = ty.clone();
        for _ in 0..8 {
            let found = self.methods_at(current.peel_refs(), name);
            if !found.is_empty() {
                return found;
            }
            match self.deref(current.peel_refs()) {
                Some(next) => current = next,
                None => break,
            }
        }
        Vec::new()
    }

    fn methods_at(&self, ty: &Ty, name: Name) -> Vec<Candidate> {
        match ty {
            Ty::Adt(adt, _) => self.impl_methods(self.index.by_adt.get(adt), ty, name),
            Ty::External(path, _) | Ty::Primitive(path) => {
                self.impl_methods(self.index.by_external.get(path), ty, name)
            }
            Ty::Param(_, bounds) | Ty::Opaque(bounds) | Ty::Dyn(bounds) => {
                self.bound_methods(bounds, ty, name)
            }
            _ => self.impl_methods(None, ty, name),
        }
    }

    fn impl_methods(&self, impls: Option<&Vec<ImplId>>, ty: &Ty, name: Name) -> Vec<Candidate> {
        let mut inherent = Vec::new();
        let mut of_trait = Vec::new();
        let own = impls.into_iter().flatten();
        let own = own.filter_map(|id| Some((*id, self.method_of(*id, name)?, false)));
        let blanket = self.index.blanket.get(&name).into_iter().flatten();
        let blanket = blanket.map(|(id, method)| (*id, *method, true));
        for (impl_id, id, is_blanket) in own.chain(blanket) {
            let Some(subst) = self.match_impl(impl_id, ty) else {
                continue;
            };
            if is_blanket && !self.blanket_applies(impl_id, ty) {
                continue;
            }
            let candidate = Candidate {
                id,
                subst,
                self_ty: ty.clone(),
            };
            if self[impl_id].of_trait.is_some() {
                of_trait.push(candidate)
            } else {
                inherent.push(candidate)
            }
        }
        if inherent.is_empty() {
            of_trait
        } else {
            inherent
        }
    }

    /// The method of an impl with this name: its own, or its trait's default.
    fn method_of(&self, id: ImplId, name: Name) -> Option<FnId> {
        let is_named = |it: &FnId| self[*it].name == name;
        let own = self[id].fns.iter().copied().find(is_named);
        own.or_else(|| self.index.default_methods(self, id).find(is_named))
    }

    /// Whether a type satisfies the local bounds of `impl<T: Bound> Trait for T`.
    fn blanket_applies(&self, id: ImplId, ty: &Ty) -> bool {
        let self_ty = self.impl_self_ty(id);
        let Ty::Param(_, bounds) = &*self_ty else {
            return true;
        };
        bounds.iter().all(|bound| match bound.of {
            Def::Trait(_) => self
                .impls_of(bound.of)
                .iter()
                .any(|it| *it != id && self.match_impl(*it, ty).is_some()),
            _ => true,
        })
    }

    fn bound_methods(&self, bounds: &Bounds, ty: &Ty, name: Name) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut open: Vec<Def> = bounds.iter().map(|bound| bound.of).collect();
        let mut seen = Vec::new();
        while let Some(def) = open.pop() {
            let Def::Trait(id) = def else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if let Some(declared) = self[id]
                .fns
                .iter()
                .copied()
                .find(|it| self[*it].name == name)
            {
                found.extend(self.implementations(id, declared, name, ty));
            }
            for path in &self[id].supertraits {
                open.extend(self.resolve_whole(self[id].module, path));
            }
        }
        found
    }

    /// The implementations of a trait's method outside tests; its declaration if there is none.
    fn implementations(&self, id: TraitId, declared: FnId, name: Name, ty: &Ty) -> Vec<Candidate> {
        let mut found = Vec::new();
        for impl_id in self.impls_of(Def::Trait(id)) {
            if self[*impl_id].is_test {
                continue;
            }
            let own = self[*impl_id]
                .fns
                .iter()
                .copied()
                .find(|it| self[*it].name == name);
            if let Some(own) = own.or_else(|| self[declared].body.map(|_| declared)) {
                found.push(Candidate {
                    id: own,
                    subst: Vec::new(),
                    self_ty: self.impl_self_ty(*impl_id).into_owned(),
                });
            }
        }
        if found.is_empty() {
            found.push(Candidate {
                id: declared,
                subst: Vec::new(),
                self_ty: ty.clone(),
            });
        }
        found
    }

    /// The functions among these that code of a module can call as methods of a type.
    ///
    /// A library's type has methods of its own, and ours only where our trait is in scope; so has a
    /// type that is not known, which a trait for all types would seem to fit. What a pointer leads to
    /// counts: the methods of `Arc<dyn Trait>` need no import.
    pub fn retain_callable(&self, module: ModuleId, ty: &Ty, found: &mut Vec<Candidate>) {
        let to = self.pointed_to(ty);
        let is_ours = matches!(to, Ty::Adt(..) | Ty::Dyn(_) | Ty::Opaque(_));
        if !is_ours && !matches!(ty.peel_refs(), Ty::Param(..) | Ty::Assoc(..)) {
            // What somebody implements `Iterator` for is not what an unknown type is.
            let tells = |id| !ty.is_unknown() || self.is_of_own_trait(id);
            found.retain(|it| tells(it.id) && self.is_method_in_scope(module, it.id));
        }
    }

    /// What lies behind references and a library's pointers.
    pub fn pointed_to(&self, ty: &Ty) -> Ty {
        let mut to = ty.peel_refs().clone();
        for _ in 0..MAX_POINTERS {
            match self.deref(&to) {
                Some(inner) if matches!(to, Ty::External(..)) => to = inner.peel_refs().clone(),
                _ => break,
            }
        }
        to
    }

    /// Whether a function is a method of a trait of the program's.
    fn is_of_own_trait(&self, id: FnId) -> bool {
        match self[id].container {
            Container::Trait(_) => true,
            Container::Impl(of) => {
                let mut of = self.index.traits[of.0 as usize].iter();
                of.any(|it| matches!(it, TraitKey::Local(_)))
            }
            Container::Module => false,
        }
    }

    /// Whether code of a module can call a function as a method: the trait that it is of, if it is
    /// one of ours, has to be in scope.
    fn is_method_in_scope(&self, module: ModuleId, id: FnId) -> bool {
        let traits: Vec<TraitId> = match self[id].container {
            Container::Trait(of) => vec![of],
            Container::Impl(of) => {
                let of = self.index.traits[of.0 as usize].iter();
                let ours = of.filter_map(|it| match it {
                    TraitKey::Local(id) => Some(*id),
                    TraitKey::External(_) => None,
                });
                ours.collect()
            }
            Container::Module => Vec::new(),
        };
        traits.is_empty()
            || traits
                .into_iter()
                .any(|it| self.is_trait_in_scope(module, it))
    }

    fn is_trait_in_scope(&self, module: ModuleId, id: TraitId) -> bool {
        let name = self[id].name;
        let named = self.resolve_names(module, &[name], false);
        if named.iter().any(|it| it.def == Def::Trait(id)) {
            return true;
        }
        // `use ext::Checked as _;`
        self.around(module).any(|module| {
            let mut imports = self[module].imports.iter();
            imports.any(|it| it.path.last() == Some(&name))
        })
    }

    /// A module, and where it is of a body the modules around that, up to one that is of none.
    fn around(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> {
        std::iter::successors(Some(module), |it| {
            self[*it].parent.filter(|_| self[*it].of_body)
        })
    }

    /// The one modelled method of this name of a library's trait that is in scope of a module:
    /// for receivers of which nothing else is known.
    pub fn trait_method(&self, module: ModuleId, name: Name) -> Option<Name> {
        let mut found = None;
        for of in self.around(module).flat_map(|it| self.library_traits(it)) {
            let method = self.models.member(*of, name);
            if self.models.function(method).is_none() || found == Some(method) {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some(method);
        }
        found
    }

    /// Whether a library's trait with modelled methods is in scope of a module.
    pub(super) fn is_in_scope(&self, module: ModuleId, library_trait: Name) -> bool {
        self.around(module)
            .any(|it| self.library_traits(it).contains(&library_trait))
    }

    /// The traits with modelled methods that a module imports, in the order of its imports.
    fn library_traits(&self, module: ModuleId) -> &[Name] {
        let kept = self.index.library_traits.get(module.0 as usize);
        kept.map_or(&[], |it| it.get_or_init(|| self.library_traits_now(module)))
    }

    fn library_traits_now(&self, module: ModuleId) -> Box<[Name]> {
        let mut traits: Vec<Name> = Vec::new();
        // The module, and those of which it imports all.
        let mut modules = vec![module];
        let mut at = 0;
        while let Some(from) = modules.get(at).copied() {
            at += 1;
            for import in &self[from].imports {
                let is_capital = |it: &Name| it.as_str().starts_with(char::is_uppercase);
                let is_glob = import.name.is_none();
                if !is_glob && !import.path.last().is_some_and(is_capital)
                    || from != module && import.visibility == Visibility::Private
                {
                    continue;
                }
                for found in self.resolve_names(from, &import.path, import.global) {
                    let path = match found.def {
                        Def::External(path) => path,
                        Def::Module(of) if is_glob && !modules.contains(&of) => {
                            modules.push(of);
                            continue;
                        }
                        _ => continue,
                    };
                    let canonical = self.models.canonical(path.as_str());
                    let glob = is_glob.then(|| self.models.glob(path.as_str()));
                    let brought = glob.iter().flat_map(|it| it.iter().map(|it| it.1));
                    for one in [canonical].into_iter().chain(brought) {
                        if self.models.is_modelled_trait(one) && !traits.contains(&one) {
                            traits.push(one);
                        }
                    }
                }
            }
        }
        traits.into()
    }

    /// For a receiver of unknown type: the functions of this name if the program has so few
    /// that a guess is as good as knowledge (one inherent method, or one trait's).
    pub fn methods_by_name(&self, name: Name, arguments: usize) -> Vec<Candidate> {
        if !is_telling(name.as_str()) {
            return Vec::new();
        }
        let fits = |id: &&FnId| {
            self[**id].sig.params.len() == arguments
                && !self[**id].is_test
                && self[**id].sig.self_param.is_some()
                && !self.is_modelled_source(self[self[**id].module].krate)
        };
        let inherent: Vec<_> = self
            .index
            .inherent_fns
            .get(&name)
            .into_iter()
            .flatten()
            .filter(fits)
            .collect();
        let of_trait: Vec<_> = self
            .index
            .trait_fns
            .get(&name)
            .into_iter()
            .flatten()
            .filter(fits)
            .collect();
        match (inherent.as_slice(), of_trait.as_slice()) {
            ([id], []) => vec![Candidate {
                id: **id,
                subst: Vec::new(),
                self_ty: Ty::Unknown,
            }],
            ([], [id]) => match self[**id].container {
                Container::Trait(of) => self.implementations(of, **id, name, &Ty::Unknown),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// One step of `Deref`: smart pointers by their models, local types by their impl.
    pub fn deref(&self, ty: &Ty) -> Option<Ty> {
        match ty {
            Ty::Ref(inner) => Some((**inner).clone()),
            Ty::External(path, args) => {
                let known = matches!(
                    path.as_str(),
                    "std::boxed::Box"
                        | "std::sync::Arc"
                        | "std::rc::Rc"
                        | "std::borrow::Cow"
                        | "std::pin::Pin"
                        | "std::sync::LazyLock"
                );
                let index = if known {
                    Some(0)
                } else {
                    self.models.type_(*path).and_then(|it| it.deref)
                };
                match index {
                    Some(index) => args.get(index as usize).cloned(),
                    None => self.library_member(self.models.deref(*path)?, ty),
                }
            }
            Ty::Adt(..) => {
                let (id, subst) = self
                    .external_impls("std::ops::Deref", ty)
                    .into_iter()
                    .next()?;
                let target = self.impl_type(id, "Target")?;
                Some(target.subst(&subst, self))
            }
            _ => None,
        }
    }

    /// The associated type `name` that an impl declares.
    pub fn impl_type(&self, id: ImplId, name: &str) -> Option<Ty> {
        let alias = self[id]
            .types
            .iter()
            .copied()
            .find(|it| self[*it].name == name)?;
        let scope = self.container_scope(Container::Impl(id), self[id].module);
        Some(self.lower_ty(&scope, self[alias].ty.as_ref()?))
    }

    pub(crate) fn assoc_type(&self, ty: &Ty, name: Name) -> Ty {
        // `type Output = <Self as Other>::Output`, in a circle of several impls.
        let Some(_nesting) = Nesting::enter() else {
            return Ty::Unknown;
        };
        let impls = match ty {
            Ty::Adt(adt, _) => self.index.by_adt.get(adt),
            Ty::External(path, _) => self.index.by_external.get(path),
            _ => None,
        };
        for id in impls.into_iter().flatten() {
            let Some(alias) = self[*id]
                .types
                .iter()
                .copied()
                .find(|it| self[*it].name == name)
            else {
                continue;
            };
            let Some(subst) = self.match_impl(*id, ty) else {
                continue;
            };
            // Only the written type: the impl's own scope would resolve `Self::Name` in a circle.
            let scope = TyScope {
                module: self[*id].module,
                generics: vec![&self[*id].generics],
                self_ty: Some(ty.clone()),
                subst,
            };
            if let Some(written) = &self[alias].ty {
                return match written.as_path() {
                    Some(path)
                        if path
                            .segments
                            .first()
                            .is_some_and(|first| first.name == "Self") =>
                    {
                        Ty::Unknown
                    }
                    _ => self.lower_ty(&scope, written),
                };
            }
        }
        Ty::Unknown
    }

    /// The associated constant `name` of a type.
    pub fn assoc_const(&self, ty: &Ty, name: Name) -> Option<ConstId> {
        let impls = match ty.peel_refs() {
            Ty::Adt(adt, _) => self.index.by_adt.get(adt),
            Ty::External(path, _) => self.index.by_external.get(path),
            _ => None,
        };
        let fits = |id: &&ImplId| self.match_impl(**id, ty).is_some();
        let impls = || impls.into_iter().flatten().filter(fits);
        let is_named = |it: &ConstId| self[*it].name == name;
        let own = impls().flat_map(|id| &self[*id].consts).copied();
        own.into_iter().find(is_named).or_else(|| {
            let of_trait = impls().filter_map(|id| Some((*id, self[*id].of_trait.as_ref()?)));
            let mut traits =
                of_trait.flat_map(|(id, path)| self.resolve_whole(self[id].module, path));
            traits.find_map(|def| match def {
                Def::Trait(id) => self[id].consts.iter().copied().find(is_named),
                _ => None,
            })
        })
    }

    /// The constant `name` of a type that stands for a parameter with these bounds: of their
    /// traits, not of another that has one of that name.
    pub fn bound_const(&self, bounds: &[Bound], ty: &Ty, name: Name) -> Option<ConstId> {
        let is_named = |it: &ConstId| self[*it].name == name;
        let mut open: Vec<Def> = bounds.iter().map(|bound| bound.of).collect();
        let mut seen = Vec::new();
        while let Some(def) = open.pop() {
            let Def::Trait(id) = def else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if let Some(declared) = self[id].consts.iter().copied().find(is_named) {
                let mut impls = self.impls_of(def).iter();
                let of_type = impls.find(|it| self.match_impl(**it, ty).is_some())?;
                let own = self[*of_type].consts.iter().copied().find(is_named);
                return own.or(Some(declared));
            }
            for path in &self[id].supertraits {
                open.extend(self.resolve_whole(self[id].module, path));
            }
        }
        self.assoc_const(ty, name)
    }
}

/// Matches a pattern with parameters against a type; unknown parts match everything.
pub(super) fn unify(pattern: &Ty, ty: &Ty, subst: &mut Subst) -> bool {
    match (pattern, ty) {
        (Ty::Param(name, _), _) => {
            if !subst.iter().any(|(param, _)| param == name) {
                subst.push((*name, ty.clone()));
            }
            true
        }
        (_, Ty::Unknown | Ty::Param(..) | Ty::Assoc(..)) | (Ty::Unknown | Ty::Assoc(..), _) => true,
        (Ty::Adt(a, a_args), Ty::Adt(b, b_args)) => a == b && unify_all(a_args, b_args, subst),
        (Ty::External(a, a_args), Ty::External(b, b_args)) => {
            a == b && unify_all(a_args, b_args, subst)
        }
        (Ty::Tuple(a), Ty::Tuple(b)) => a.len() == b.len() && unify_all(a, b, subst),
        (Ty::Ref(a), Ty::Ref(b)) | (Ty::Slice(a), Ty::Slice(b)) => unify(a, b, subst),
        (Ty::Dyn(a), Ty::Dyn(b)) => a.iter().map(|it| it.of).eq(b.iter().map(|it| it.of)),
        (a, b) => a == b,
    }
}

fn unify_all(pattern: &[Ty], args: &[Ty], subst: &mut Subst) -> bool {
    pattern
        .iter()
        .zip(args)
        .all(|(pattern, arg)| unify(pattern, arg, subst))
}

/// Whether a method's name is so particular that it is unlikely to be a library's.
fn is_telling(name: &str) -> bool {
    const COMMON: [&str; 16] = [
        "into_response",
        "from_request",
        "from_request_parts",
        "to_string",
        "into_inner",
        "status_code",
        "split_once",
        "with_state",
        "to_owned",
        "as_bytes",
        "query_string",
        "content_type",
        "set_cookie",
        "error_response",
        "extensions_mut",
        "headers_mut",
    ];
    name.contains('_') && name.len() >= 9 && !COMMON.contains(&name)
}
