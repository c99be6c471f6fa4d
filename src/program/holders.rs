//! Which bodies may hold a value of a library's type, without being read.
//!
//! A value of a type comes from somewhere: the body names the type, or something of the library that
//! makes one, or it uses a field, function or constant whose declaration names one of them, or it was
//! given one. Whoever does none of this cannot call the type's methods.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{AdtKind, BodyKey, BodyOwner, Container, FnId, Program};
use crate::facts::Mention;
use crate::facts::item::{Fields, FnItem, Generics};
use crate::facts::mentions::hash;
use crate::facts::{GenericArg, Path, TypeRef};
use crate::source::Name;

/// A set of types, by their positions among those that were asked for; the last stands for all
/// from there on.
type Types = u128;

fn bit(at: usize) -> Types {
    1 << at.min(Types::BITS as usize - 1)
}

/// How often types of the program are looked at that are pointers to those that were found.
const ROUNDS: usize = 3;

/// What leads to values of some types of libraries.
#[derive(Default)]
pub(super) struct Holders {
    /// By the name of a type: those that it is, points to or makes.
    named: FxHashMap<Name, Types>,
    /// By the hash of a mention: those whose values it may give.
    by_mention: FxHashMap<u16, Types>,
    known: RefCell<FxHashMap<BodyKey, Types>>,
}

impl Holders {
    /// For those types, given by their canonical paths, that are asked for.
    pub(super) fn new(program: &Program, types: &[Name], asked: &[bool]) -> Holders {
        let mut holders = Holders::default();
        for (at, ty) in types.iter().enumerate().filter(|it| asked[it.0]) {
            holders.add_type(program, *ty, bit(at));
        }
        if holders.named.is_empty() {
            return holders;
        }
        for _ in 0..ROUNDS {
            if !holders.add_pointers(program) {
                break;
            }
        }
        holders.add_declared(program);
        let named: Vec<(Name, Types)> = holders.named.iter().map(|(a, b)| (*a, *b)).collect();
        for (name, types) in named {
            for how in Mention::IN_PATH {
                holders.mention(how, name, types);
            }
        }
        holders
    }

    /// Whether a body may hold a value of the type at a position.
    pub(super) fn may_hold(&self, program: &Program, key: BodyKey, at: usize) -> bool {
        if let Some(known) = self.known.borrow().get(&key) {
            return known & bit(at) != 0;
        }
        let data = &program[key];
        let mut types = match data.body.mentions().hashes() {
            Some(hashes) => {
                let own = hashes.iter().filter_map(|it| self.by_mention.get(it));
                own.fold(0, |all, it| all | it)
            }
            None => Types::MAX,
        };
        if let BodyOwner::Fn(id) = data.owner {
            types |= self.given(program, id);
        }
        self.known.borrow_mut().insert(key, types);
        types & bit(at) != 0
    }

    fn add_type(&mut self, program: &Program, path: Name, types: Types) {
        // What makes a value that has the methods of a trait, nobody knows.
        let (names, makers) = match program.models.names_of_type(path.as_str()) {
            Some(names) => (names, program.models.makers_of(path.as_str())),
            None => (program.models.last_names(path.as_str()), Vec::new()),
        };
        for name in names.into_iter().chain(makers) {
            for name in program.spelled(Name::new(name)) {
                *self.named.entry(name).or_default() |= types;
            }
        }
    }

    /// Adds the types of the program that are used as if they were what they hold: tuple structs,
    /// enums, what dereferences, aliases of anything that names them, and traits that ask for them.
    /// Whether there were any.
    fn add_pointers(&mut self, program: &Program) -> bool {
        let mut is_more = false;
        let mut add = |named: &mut FxHashMap<Name, Types>, name, types| {
            let known: &mut Types = named.entry(name).or_default();
            is_more |= *known | types != *known;
            *known |= types;
        };
        for alias in &program.aliases {
            let types = alias.ty.as_ref().map_or(0, |ty| self.of_type(ty));
            if types != 0 {
                add(&mut self.named, alias.name, types);
            }
        }
        // What has the methods of our trait has those of the traits that it asks for.
        for of in &program.traits {
            let bounds = of.supertraits.iter();
            let types = bounds.fold(0, |all, it| all | self.of_path(it));
            if types != 0 {
                add(&mut self.named, of.name, types);
            }
        }
        for adt in &program.adts {
            let (fields, is_pointer): (Vec<&Fields>, bool) = match &adt.kind {
                AdtKind::Struct(fields @ Fields::Tuple(_)) => (vec![fields], true),
                AdtKind::Struct(fields) => (vec![fields], false),
                AdtKind::Enum(item) => (item.variants.iter().map(|it| &it.fields).collect(), true),
            };
            let fields = fields.into_iter().flat_map(Fields::list);
            let types = fields.fold(0, |all, it| all | self.of_type(&it.ty));
            if types == 0 || !is_pointer && !dereferences(program, adt.name) {
                continue;
            }
            for name in program.spelled(adt.name) {
                add(&mut self.named, name, types);
            }
        }
        is_more
    }

    fn add_declared(&mut self, program: &Program) {
        for adt in &program.adts {
            for field in adt.fields() {
                let types = self.of_type(&field.ty);
                self.mention(Mention::Member, field.name, types);
            }
            for variant in adt.variants() {
                let fields = variant.fields.list().iter();
                let types = fields.fold(0, |all, it| all | self.of_type(&it.ty));
                for name in [variant.name]
                    .into_iter()
                    .chain(variant.fields.list().iter().map(|it| it.name))
                {
                    for how in [Mention::Bare, Mention::InType, Mention::Member] {
                        self.mention(how, name, types);
                    }
                }
            }
        }
        for def in &program.consts {
            let types = self.of_type(&def.ty);
            for how in Mention::NAMED {
                self.mention(how, def.name, types);
            }
        }
        for (_, def) in program.fn_ids() {
            let types = self.given_by(&def.sig);
            if types != 0 {
                for how in Mention::CALLED {
                    self.mention(how, def.name, types);
                }
            }
        }
    }

    fn mention(&mut self, how: Mention, name: Name, types: Types) {
        if types != 0 {
            *self.by_mention.entry(hash(how, name.as_str())).or_default() |= types;
        }
    }

    /// What a function is given: by its parameters, and by `self`.
    fn given(&self, program: &Program, id: FnId) -> Types {
        let of_self = match program[id].container {
            Container::Impl(id) => {
                let of = &program[id];
                self.of_type(&of.self_ty) | self.of_generics(&of.generics)
            }
            Container::Trait(id) => {
                let of = &program[id];
                let bounds = of.supertraits.iter();
                bounds.fold(self.of_generics(&of.generics), |all, it| {
                    all | self.of_path(it)
                })
            }
            Container::Module => 0,
        };
        let sig = &program[id].sig;
        let params = sig.params.iter();
        params.fold(of_self | self.of_generics(&sig.generics), |all, it| {
            all | self.of_type(&it.ty)
        })
    }

    /// What calling a function may give: what it returns, and what it hands to closures.
    fn given_by(&self, sig: &FnItem) -> Types {
        let params = sig.params.iter();
        let given = self.of_type(&sig.ret) | self.of_generics(&sig.generics);
        params.fold(given, |all, it| all | self.of_callbacks(&it.ty))
    }

    /// The types that the traits and functions in a written type name.
    fn of_callbacks(&self, ty: &TypeRef) -> Types {
        match ty {
            TypeRef::Ref { inner, .. } => self.of_callbacks(inner),
            TypeRef::Path(path) => path
                .type_args()
                .fold(0, |all, it| all | self.of_callbacks(it)),
            TypeRef::ImplTrait(_) | TypeRef::DynTrait(_) | TypeRef::FnPtr(..) => self.of_type(ty),
            _ => 0,
        }
    }

    fn of_generics(&self, generics: &Generics) -> Types {
        let bounds = generics.params.iter().flat_map(|it| &it.bounds);
        let predicates = generics.predicates.iter();
        let predicates = predicates.fold(0, |all, (ty, bounds)| {
            let bounds = bounds.iter().fold(0, |all, it| all | self.of_path(it));
            all | self.of_type(ty) | bounds
        });
        bounds.fold(predicates, |all, it| all | self.of_path(it))
    }

    /// The types that a written type names anywhere.
    fn of_type(&self, ty: &TypeRef) -> Types {
        match ty {
            TypeRef::Path(path) => self.of_path(path),
            TypeRef::Ref { inner, .. }
            | TypeRef::Ptr(inner)
            | TypeRef::Slice(inner)
            | TypeRef::Array(inner) => self.of_type(inner),
            TypeRef::Tuple(all) => all.iter().fold(0, |found, it| found | self.of_type(it)),
            TypeRef::ImplTrait(bounds) | TypeRef::DynTrait(bounds) => {
                bounds.iter().fold(0, |found, it| found | self.of_path(it))
            }
            TypeRef::FnPtr(params, ret) => params
                .iter()
                .fold(self.of_type(ret), |found, it| found | self.of_type(it)),
            TypeRef::Never | TypeRef::Infer | TypeRef::Unknown => 0,
        }
    }

    fn of_path(&self, path: &Path) -> Types {
        let qself = path.qself.as_ref();
        let of_qself = qself.map_or(0, |it| {
            it.as_trait.as_ref().map_or(0, |it| self.of_path(it)) | self.of_type(&it.ty)
        });
        path.segments.iter().fold(of_qself, |all, segment| {
            let named = self.named.get(&segment.name).copied().unwrap_or(0);
            let args = segment.args.as_deref().unwrap_or(&[]).iter();
            args.fold(all | named, |all, arg| {
                all | match arg {
                    GenericArg::Type(ty) | GenericArg::Assoc(_, ty) => self.of_type(ty),
                    GenericArg::Constraint(_, bounds) => {
                        bounds.iter().fold(0, |all, it| all | self.of_path(it))
                    }
                    GenericArg::Const(_) | GenericArg::Lifetime => 0,
                }
            })
        })
    }
}

/// Whether something of this name is a pointer by an impl of `Deref`.
fn dereferences(program: &Program, name: Name) -> bool {
    let derefs: &FxHashSet<Name> = program.dereferencing.get_or_init(|| {
        let impls = program.impls.iter().filter(|it| {
            let of = it.of_trait.as_ref().and_then(Path::last);
            of.is_some_and(|of| matches!(of.as_str(), "Deref" | "AsRef" | "Borrow"))
        });
        let types = impls.filter_map(|it| it.self_ty.peel_refs().as_path()?.last());
        types.collect()
    });
    derefs.contains(&name)
}
