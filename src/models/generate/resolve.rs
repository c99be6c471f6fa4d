//! What a path means in a module.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::krate::{Krate, Module, Target};
use crate::facts::{Item, ItemKind};
use crate::models::Kind;
use crate::source::Name;

/// All crates that are read together.
pub(super) struct Program {
    pub(super) crates: Vec<Krate>,
    by_name: FxHashMap<String, usize>,
    /// Names that are being looked up: `pub use http;` must not find itself.
    active: RefCell<FxHashSet<(usize, usize, Name)>>,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Res {
    Module(usize, usize),
    Item(Def),
    Variant(Def, Name),
    /// In a crate that was not read, as written.
    External(String),
}

/// An item: its crate, module, place among the module's items, kind and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Def {
    pub(super) krate: usize,
    pub(super) module: usize,
    pub(super) item: usize,
    pub(super) kind: Kind,
    pub(super) name: Name,
}

impl Program {
    pub(super) fn new(mut crates: Vec<Krate>) -> Program {
        for (index, krate) in crates.iter_mut().enumerate() {
            krate.index = index;
        }
        // The first of several versions is the newest: it is the one that others mean.
        let mut by_name = FxHashMap::default();
        for krate in &crates {
            by_name.entry(krate.name.clone()).or_insert(krate.index);
        }
        Program {
            crates,
            by_name,
            active: RefCell::default(),
        }
    }

    pub(super) fn module(&self, krate: usize, module: usize) -> &Module {
        &self.crates[krate].modules[module]
    }

    pub(super) fn item(&self, def: Def) -> &Item {
        &self.module(def.krate, def.module).items[def.item]
    }

    /// Everything that `path` means in a module.
    pub(super) fn resolve(
        &self,
        krate: usize,
        module: usize,
        path: &[Name],
        global: bool,
    ) -> Vec<Res> {
        let Some((first, mut rest)) = path.split_first() else {
            return vec![Res::Module(krate, module)];
        };
        let mut found = match first.as_str() {
            "crate" | "$crate" => vec![Res::Module(krate, 0)],
            "self" => vec![Res::Module(krate, module)],
            "super" => {
                let mut at = self.module(krate, module).parent.unwrap_or(0);
                while let Some((next, after)) = rest.split_first()
                    && *next == "super"
                {
                    at = self.module(krate, at).parent.unwrap_or(0);
                    rest = after;
                }
                vec![Res::Module(krate, at)]
            }
            _ => {
                let mut found = if global {
                    Vec::new()
                } else {
                    self.lookup(krate, module, *first, false)
                };
                if found.is_empty() && self.crates[krate].edition_2015 {
                    found = self.lookup(krate, 0, *first, false);
                }
                if !rest.is_empty() {
                    found.retain(|res| !matches!(res, Res::Item(def) if def.kind == Kind::Macro || def.kind == Kind::Fn));
                }
                if found.is_empty() {
                    vec![self.external(krate, *first)]
                } else {
                    found
                }
            }
        };
        for segment in rest {
            found = found
                .iter()
                .flat_map(|res| self.member(res, *segment, krate))
                .collect();
        }
        found
    }

    fn external(&self, krate: usize, name: Name) -> Res {
        let name = self.crates[krate]
            .renamed
            .get(name.as_str())
            .map_or(name.as_str(), String::as_str);
        match self.by_name.get(name) {
            Some(index) => Res::Module(*index, 0),
            None => Res::External(if matches!(name, "core" | "alloc") {
                "std".into()
            } else {
                name.into()
            }),
        }
    }

    fn member(&self, of: &Res, name: Name, from: usize) -> Vec<Res> {
        match of {
            Res::Module(krate, module) => self.lookup(*krate, *module, name, *krate != from),
            Res::Item(def) => match &self.item(*def).kind {
                ItemKind::Enum(item)
                    if item.variants.iter().any(|variant| variant.name == name) =>
                {
                    vec![Res::Variant(*def, name)]
                }
                _ => Vec::new(),
            },
            Res::Variant(..) => Vec::new(),
            Res::External(path) => vec![Res::External(format!("{path}::{name}"))],
        }
    }

    /// What `name` means in a module: its own names before what its globs bring.
    pub(super) fn lookup(&self, krate: usize, module: usize, name: Name, public: bool) -> Vec<Res> {
        if !self.active.borrow_mut().insert((krate, module, name)) {
            // `pub use self::get::get` asks for the module `get` while it looks for `get`.
            return self.declared(krate, module, name);
        }
        let mut found = self.own(krate, module, name, public);
        if !found.iter().any(|res| {
            matches!(res, Res::Item(def) if def.kind != Kind::Macro) || !matches!(res, Res::Item(_))
        }) {
            for (path, global, is_public) in &self.module(krate, module).globs {
                if *is_public || !public {
                    let targets = self.resolve(krate, module, path, *global);
                    let members = targets
                        .iter()
                        .filter(|target| !matches!(target, Res::External(_)));
                    found.extend(members.flat_map(|target| self.member(target, name, krate)));
                }
            }
        }
        self.active.borrow_mut().remove(&(krate, module, name));
        // Next to an item of the crate a foreign one is the derive macro of its name.
        if found.iter().any(|res| !matches!(res, Res::External(_))) {
            found.retain(|res| !matches!(res, Res::External(_)));
        }
        let mut seen = FxHashSet::default();
        found.retain(|res| seen.insert(res.clone()));
        found
    }

    fn own(&self, krate: usize, module: usize, name: Name, public: bool) -> Vec<Res> {
        let bindings = self
            .module(krate, module)
            .names
            .get(&name)
            .into_iter()
            .flatten();
        bindings
            .filter(|binding| binding.public || !public)
            .flat_map(|binding| match &binding.target {
                Target::Item(kind, item) => vec![Res::Item(Def {
                    krate,
                    module,
                    item: *item,
                    kind: *kind,
                    name,
                })],
                Target::Module(index) => vec![Res::Module(krate, *index)],
                Target::Use { path, global } => self.resolve(krate, module, path, *global),
                Target::Known(path) => vec![Res::External(path.clone())],
            })
            .collect()
    }

    /// What a module itself declares under a name.
    fn declared(&self, krate: usize, module: usize, name: Name) -> Vec<Res> {
        let bindings = self
            .module(krate, module)
            .names
            .get(&name)
            .into_iter()
            .flatten();
        let declared = bindings.filter_map(|binding| match &binding.target {
            Target::Item(kind, item) => Some(Res::Item(Def {
                krate,
                module,
                item: *item,
                kind: *kind,
                name,
            })),
            Target::Module(index) => Some(Res::Module(krate, *index)),
            Target::Use { .. } | Target::Known(_) => None,
        });
        declared.collect()
    }

    /// The public names of a module, with those that its public globs bring.
    pub(super) fn public_names(&self, krate: usize, module: usize) -> Vec<(Name, bool)> {
        let mut names = Vec::new();
        self.collect_names(krate, module, &mut FxHashSet::default(), &mut names);
        names.sort_by_key(|(name, hidden)| (name.as_str(), *hidden));
        names.dedup_by_key(|(name, _)| *name);
        names
    }

    fn collect_names(
        &self,
        krate: usize,
        module: usize,
        seen: &mut FxHashSet<(usize, usize)>,
        names: &mut Vec<(Name, bool)>,
    ) {
        if !seen.insert((krate, module)) {
            return;
        }
        let here = self.module(krate, module);
        #[expect(clippy::iter_over_hash_type, reason = "the caller sorts")]
        for (name, bindings) in &here.names {
            let public: Vec<_> = bindings.iter().filter(|binding| binding.public).collect();
            if !public.is_empty() {
                names.push((*name, public.iter().all(|binding| binding.hidden)));
            }
        }
        for (path, global, _) in here.globs.iter().filter(|(.., public)| *public) {
            for target in self.resolve(krate, module, path, *global) {
                match target {
                    Res::Module(krate, module) => self.collect_names(krate, module, seen, names),
                    Res::Item(def) => {
                        if let ItemKind::Enum(item) = &self.item(def).kind {
                            names.extend(item.variants.iter().map(|variant| (variant.name, false)));
                        }
                    }
                    Res::Variant(..) | Res::External(_) => {}
                }
            }
        }
    }
}
