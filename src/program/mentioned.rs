//! Which bodies may mention what: the way from a definition to its uses that reads no body.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::holders::Holders;
use super::mention_index::MentionIndex;
use super::{BodyData, BodyKey, Container, Def, FnId, ModuleId, Program};
use crate::facts::Mention;
use crate::facts::mentions::hash;
use crate::models::exports::last_segment;
use crate::source::Name;

/// The other names under which the program imports or aliases something, by its last name.
pub(super) type Spellings = FxHashMap<Name, Vec<Name>>;

impl Program {
    /// The bodies that may mention one of these [hashes](hash), in order.
    pub fn mentioning(&self, hashes: &FxHashSet<u16>) -> Vec<BodyKey> {
        let index = self.mention_index();
        let found = hashes.iter().flat_map(|it| index.with(*it));
        in_order(found.chain(index.any()).copied().collect())
    }

    /// Whether the program may use a library: if it is in the lock file or in the program, if
    /// a manifest or an import names it, or if there is no lock file.
    pub fn may_use(&self, library: &str) -> bool {
        let imported = self.imported.get_or_init(|| {
            let imports = self.modules.iter().flat_map(|it| &it.imports);
            let imports = imports.filter_map(|it| it.path.first().copied());
            let dependencies = self.crates.iter().flat_map(|it| it.dependencies.values());
            let declared = self.crates.iter().map(|it| it.name);
            imports
                .chain(dependencies.copied())
                .chain(declared)
                .collect()
        });
        let name = Name::new(library);
        self.models.may_be_locked(name) || imported.contains(&name)
    }

    /// The crates that the program may use: the standard library and those that it depends on. Where no
    /// manifest says, all that there are models of: what stands before `::` and is nothing else is
    /// taken for one; and where no lock file does, since libraries hand on what others define.
    pub fn crates_used(&self) -> FxHashSet<Name> {
        let dependencies = self.crates.iter().flat_map(|it| &it.dependencies);
        let mut crates: FxHashSet<Name> = dependencies.map(|(_, of)| *of).collect();
        if crates.is_empty() || !self.models.are_locked() {
            crates.extend(self.models.crate_names());
        }
        crates.insert(Name::new("std"));
        crates
    }

    /// The bodies that may use one of these items of libraries, in order: a function, method,
    /// variant, type or constant by its canonical path. `are_methods`: some may take `self`.
    /// `is_meant` says of a canonical path that a name on its own leads to whether it is one of them.
    pub fn using<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p str>,
        are_methods: bool,
        is_meant: impl Fn(Name) -> bool,
    ) -> Vec<BodyKey> {
        let mut uses = Uses::default();
        for path in paths {
            uses.add(self, path, are_methods);
        }
        let mut known: FxHashMap<(ModuleId, Name), bool> = FxHashMap::default();
        let mut leads_there = |module: ModuleId, name: Name| {
            *known.entry((module, name)).or_insert_with(|| {
                let found = self.resolve_names(module, &[name], false);
                found.iter().any(|it| match it.def {
                    Def::External(path) => is_meant(self.models.canonical(path.as_str())),
                    _ => false,
                })
            })
        };
        let index = self.mention_index();
        // Whose methods nobody calls by name, nobody has to look for.
        let mut called = vec![false; uses.receivers.len()];
        for (hash, needs) in &uses.of {
            if index.with(*hash).is_empty() {
                continue;
            }
            for need in needs {
                if let Need::Receiver(at) | Need::Trait(at) = need {
                    called[*at] = true;
                }
            }
        }
        let holders = Holders::new(self, &uses.receivers, &called);
        let mut is_met = |need: &Need, key: BodyKey, data: &BodyData| match need {
            Need::Nothing => true,
            Need::Owner(owner) => data.body.mentions().has_any(&uses.owners[*owner]),
            Need::Receiver(at) => holders.may_hold(self, key, *at),
            Need::Trait(at) => {
                holders.may_hold(self, key, *at)
                    || self.is_in_scope(data.module, uses.receivers[*at])
            }
            Need::Import(name) => leads_there(data.module, *name),
        };
        let mut found: Vec<BodyKey> = index.any().to_vec();
        for (hash, needs) in &uses.of {
            let bodies = index.with(*hash).iter();
            found.extend(
                bodies.filter(|key| needs.iter().any(|it| is_met(it, **key, &self[**key]))),
            );
        }
        in_order(found)
    }

    /// What a body mentions that calls a function of the program.
    pub fn hashes_of_fn(&self, id: FnId) -> impl Iterator<Item = u16> {
        let def = &self[id];
        let ways: &[Mention] = match (def.container, def.sig.self_param.is_some()) {
            (Container::Module, _) => &Mention::NAMED,
            (_, true) => &[Mention::InType, Mention::InModule, Mention::Member],
            (_, false) => &[Mention::InType, Mention::InModule],
        };
        self.hashes_of(def.name, ways)
    }

    /// What a body mentions that calls, constructs or reads something of this name, written
    /// in one of these ways: under its own name or under one that it is imported or aliased as.
    pub fn hashes_of(&self, name: Name, ways: &[Mention]) -> impl Iterator<Item = u16> {
        let names = self.spelled(name).into_iter();
        names.flat_map(|name| ways.iter().map(move |how| hash(*how, name.as_str())))
    }

    /// A name and those under which something of this name is imported or aliased.
    pub fn spelled(&self, name: Name) -> Vec<Name> {
        let mut names = vec![name];
        let mut at = 0;
        while let Some(name) = names.get(at).copied() {
            for other in self.spellings().get(&name).into_iter().flatten() {
                if !names.contains(other) {
                    names.push(*other);
                }
            }
            at += 1;
        }
        names
    }

    fn mention_index(&self) -> &MentionIndex {
        self.mention_index
            .get_or_init(|| MentionIndex::new(&self.bodies))
    }

    fn spellings(&self) -> &Spellings {
        self.spellings.get_or_init(|| {
            let mut spellings = Spellings::default();
            for import in self.modules.iter().flat_map(|it| &it.imports) {
                if let (Some(name), Some(original)) = (import.name, import.path.last())
                    && name != *original
                    && name != "_"
                {
                    spellings.entry(*original).or_default().push(name);
                }
            }
            for alias in &self.aliases {
                let path = alias.ty.as_ref().and_then(|ty| ty.peel_refs().as_path());
                if let Some(original) = path.and_then(|path| path.last())
                    && original != alias.name
                {
                    spellings.entry(original).or_default().push(alias.name);
                }
            }
            spellings
        })
    }
}

/// Each once, in the order of the program.
fn in_order(mut keys: Vec<BodyKey>) -> Vec<BodyKey> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What else a body has to mention, or its module to import, to use an item.
enum Need {
    /// Nothing.
    Nothing,
    /// The type that it belongs to: one of [`Uses::owners`].
    Owner(usize),
    /// Something to call a method on: a value of one of [`Uses::receivers`].
    Receiver(usize),
    /// The trait that it belongs to, in scope, or something of the trait: one of [`Uses::receivers`].
    Trait(usize),
    /// The item itself, under this name.
    Import(Name),
}

/// How items of libraries can be written.
#[derive(Default)]
struct Uses {
    /// What is mentioned, and what else it takes.
    of: BTreeMap<u16, Vec<Need>>,
    /// What mentions a type, under whatever name.
    owners: Vec<FxHashSet<u16>>,
    /// Where in them the type with this path is; nowhere, if it is a trait.
    by_path: FxHashMap<Name, Option<usize>>,
    /// Types and traits whose methods are meant, by their canonical paths.
    receivers: Vec<Name>,
}

impl Uses {
    fn add(&mut self, program: &Program, path: &str, may_take_self: bool) {
        let Some((owner, name)) = path.rsplit_once("::") else {
            return;
        };
        let owners_name = owner.rsplit("::").next().unwrap_or(owner);
        let name = Name::new(name);
        let is_capital = |it: &str| it.starts_with(char::is_uppercase);
        let is_type = is_capital(owners_name);
        let (usual, odd) = match is_type {
            true => (Mention::InType, Mention::InModule),
            false => (Mention::InModule, Mention::InType),
        };
        // Nobody writes `t::f` for a type and `T::f` for a module, but who renames them.
        let owners_names = program.spelled(Name::new(owners_name));
        let is_odd = |it: &Name| is_capital(it.as_str()) != is_type;
        let odd = owners_names.iter().any(is_odd).then_some(odd);
        let names = program.spelled(name);
        for how in [Some(usual), odd].into_iter().flatten() {
            if is_type {
                let need = match self.owner(program, owner) {
                    Some(owner) => Need::Owner(owner),
                    None => self.of_trait(program, owner),
                };
                self.push(hash(how, name.as_str()), need);
            } else {
                for name in &names {
                    self.push(hash(how, name.as_str()), Need::Nothing);
                }
            }
        }
        if is_type && may_take_self {
            let need = match self.owner(program, owner) {
                Some(_) => Need::Receiver(self.receiver(program, owner)),
                None => self.of_trait(program, owner),
            };
            self.push(hash(Mention::Member, name.as_str()), need);
        }
        // A module's member or a variant can be imported.
        if !is_type || is_capital(name.as_str()) {
            for name in names {
                self.push(hash(Mention::Bare, name.as_str()), Need::Import(name));
            }
        }
    }

    /// Where in [`Uses::owners`] a type is; nowhere, if it is a trait.
    fn owner(&mut self, program: &Program, owner: &str) -> Option<usize> {
        let names = &mut self.owners;
        *self.by_path.entry(Name::new(owner)).or_insert_with(|| {
            let known = program.models.names_of_type(owner)?;
            let known = known.into_iter().map(Name::new);
            let hashes = known.flat_map(|it| program.hashes_of(it, &Mention::IN_PATH));
            names.push(hashes.collect());
            Some(names.len() - 1)
        })
    }

    /// What it takes to use a function of a trait.
    fn of_trait(&mut self, program: &Program, owner: &str) -> Need {
        let is_everywhere = owner.starts_with("std::") && is_in_prelude(last_segment(owner));
        match is_everywhere {
            true => Need::Nothing,
            false => Need::Trait(self.receiver(program, owner)),
        }
    }

    fn receiver(&mut self, program: &Program, owner: &str) -> usize {
        let owner = program.models.canonical(owner);
        let known = self.receivers.iter().position(|it| *it == owner);
        known.unwrap_or_else(|| {
            self.receivers.push(owner);
            self.receivers.len() - 1
        })
    }

    fn push(&mut self, hash: u16, need: Need) {
        self.of.entry(hash).or_default().push(need);
    }
}

/// Whether a trait of the standard library need not be imported: those of the prelude of the 2024
/// edition (`std::prelude::rust_2024`, Rust 1.90), operators included.
fn is_in_prelude(name: &str) -> bool {
    const PRELUDE: [&str; 30] = [
        "AsMut",
        "AsRef",
        "AsyncFn",
        "AsyncFnMut",
        "AsyncFnOnce",
        "Clone",
        "Copy",
        "Default",
        "DoubleEndedIterator",
        "Drop",
        "Eq",
        "ExactSizeIterator",
        "Extend",
        "Fn",
        "FnMut",
        "FnOnce",
        "From",
        "FromIterator",
        "Future",
        "Into",
        "IntoFuture",
        "IntoIterator",
        "Iterator",
        "Ord",
        "PartialEq",
        "PartialOrd",
        "ToOwned",
        "ToString",
        "TryFrom",
        "TryInto",
    ];
    PRELUDE.contains(&name)
}
