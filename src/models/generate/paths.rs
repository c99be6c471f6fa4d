//! Which public paths there are, and which of them is canonical.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::facade_of;
use super::resolve::{Program, Res};
use crate::facts::ItemKind;
use crate::models::Kind;

/// Paths of more segments than this are left out.
const MAX_SEGMENTS: usize = 8;

/// All public paths of all crates.
pub(super) struct Paths<'p> {
    program: &'p Program,
    /// Path to what it means; whether the path is hidden from documentation.
    public: BTreeMap<String, (Vec<Res>, bool)>,
    canonical: FxHashMap<Res, String>,
}

impl<'p> Paths<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut paths = Paths {
            program,
            public: BTreeMap::new(),
            canonical: FxHashMap::default(),
        };
        for krate in &program.crates {
            let mut chain = FxHashSet::default();
            paths.walk(krate.index, 0, &krate.name, false, &mut chain);
        }
        paths.choose();
        paths
    }

    fn walk(
        &mut self,
        krate: usize,
        module: usize,
        at: &str,
        hidden: bool,
        chain: &mut FxHashSet<(usize, usize)>,
    ) {
        if at.split("::").count() >= MAX_SEGMENTS || !chain.insert((krate, module)) {
            return;
        }
        for (name, name_hidden) in self.program.public_names(krate, module) {
            let path = format!("{at}::{name}");
            let found = self.program.lookup(krate, module, name, true);
            let hidden = hidden || name_hidden;
            for res in &found {
                match res {
                    // A module of another crate is only named: that crate has its own table.
                    Res::Module(inner_krate, inner) if self.is_home(*inner_krate, at) => {
                        let hidden = hidden || self.program.module(*inner_krate, *inner).hidden;
                        self.walk(*inner_krate, *inner, &path, hidden, chain);
                    }
                    Res::Item(def) => {
                        if let ItemKind::Enum(item) = &self.program.item(*def).kind {
                            for variant in &item.variants {
                                let variant_path = format!("{path}::{}", variant.name);
                                let res = Res::Variant(*def, variant.name);
                                self.public
                                    .entry(variant_path)
                                    .or_insert((vec![res], hidden));
                            }
                        }
                    }
                    _ => {}
                }
            }
            let entry = self.public.entry(path).or_insert((Vec::new(), hidden));
            for res in found {
                if !entry.0.contains(&res) {
                    entry.0.push(res);
                }
            }
        }
        chain.remove(&(krate, module));
    }

    /// Whether a crate's modules are described in the table that `path` belongs to.
    fn is_home(&self, krate: usize, path: &str) -> bool {
        let root = path.split("::").next().unwrap_or("");
        let name = &self.program.crates[krate].name;
        name == root || facade_of(name) == root
    }

    /// Of all paths of an item the one that users know best: not hidden, not in a
    /// prelude, of the crate that stands for it, short.
    fn choose(&mut self) {
        let mut best: FxHashMap<Res, (bool, bool, bool, usize, String)> = FxHashMap::default();
        for (path, (found, hidden)) in &self.public {
            let root = path.split("::").next().unwrap_or("");
            for res in found {
                let Some(krate) = self.krate_of(res) else {
                    continue;
                };
                let name = &self.program.crates[krate].name;
                let at_home = facade_of(name) == root;
                if !at_home && name != root {
                    continue;
                }
                let in_prelude = path.split("::").any(|segment| {
                    matches!(segment, "prelude" | "codegen") || segment.starts_with('_')
                });
                let last = path.rsplit("::").next();
                let renamed = self.name_of(res).is_some_and(|name| last != Some(name));
                let rank = (
                    *hidden,
                    !at_home,
                    in_prelude || renamed,
                    path.split("::").count(),
                    path.clone(),
                );
                match best.get(res) {
                    Some(known) if *known <= rank => {}
                    _ => {
                        best.insert(res.clone(), rank);
                    }
                }
            }
        }
        self.canonical = best
            .into_iter()
            .map(|(res, (.., path))| (res, path))
            .collect();
    }

    fn krate_of(&self, res: &Res) -> Option<usize> {
        match res {
            Res::Module(krate, _) => Some(*krate),
            Res::Item(def) | Res::Variant(def, _) => Some(def.krate),
            Res::External(_) => None,
        }
    }

    /// The name that an item's definition gives it.
    fn name_of(&self, res: &Res) -> Option<&'static str> {
        match res {
            Res::Module(krate, module) => self
                .program
                .module(*krate, *module)
                .path
                .last()
                .map(|name| name.as_str()),
            Res::Item(def) => Some(def.name.as_str()),
            Res::Variant(_, name) => Some(name.as_str()),
            Res::External(_) => None,
        }
    }

    /// The canonical path; for private items the path of their definition.
    pub(super) fn canonical(&self, res: &Res) -> String {
        if let Some(path) = self.canonical.get(res) {
            return path.clone();
        }
        let of_module = |krate: usize, module: usize| {
            let names = self
                .program
                .module(krate, module)
                .path
                .iter()
                .map(|name| name.as_str());
            std::iter::once(self.program.crates[krate].name.as_str())
                .chain(names)
                .collect::<Vec<_>>()
                .join("::")
        };
        match res {
            Res::Module(krate, module) => of_module(*krate, *module),
            Res::Item(def) => format!("{}::{}", of_module(def.krate, def.module), def.name),
            Res::Variant(def, name) => format!("{}::{name}", self.canonical(&Res::Item(*def))),
            Res::External(path) => path.clone(),
        }
    }

    pub(super) fn is_public(&self, res: &Res) -> bool {
        self.canonical.contains_key(res)
    }

    /// The rows of one crate's first section.
    pub(super) fn rows(&self, krate: &str) -> Vec<String> {
        let prefix = format!("{krate}::");
        let mut rows = Vec::new();
        for (path, (found, hidden)) in self.public.range(prefix.clone()..) {
            if !path.starts_with(&prefix) {
                break;
            }
            // What lies below another name is found by that name.
            let parent = path
                .rsplit_once("::")
                .and_then(|(parent, _)| Some((parent, self.public.get(parent)?)));
            if parent.is_some_and(|(parent, (found, _))| {
                found.iter().all(|res| self.canonical(res) != parent)
            }) {
                continue;
            }
            for res in found {
                let canonical = self.canonical(res);
                if *res == Res::External(path.clone()) {
                    // Its row is given by hand.
                } else if *path != canonical {
                    rows.push(format!("{path} = {canonical}"));
                } else if !hidden || matches!(res, Res::Item(_)) {
                    rows.push(format!("{path} {}", self.kind(res)));
                }
            }
        }
        rows
    }

    fn kind(&self, res: &Res) -> &'static str {
        match res {
            Res::Module(..) => "mod",
            Res::Variant(..) => "variant",
            Res::External(_) => "mod",
            Res::Item(def) => match def.kind {
                Kind::Struct => "struct",
                Kind::Enum => "enum",
                Kind::Variant => "variant",
                Kind::Trait => "trait",
                Kind::Type => "type",
                Kind::Fn => "fn",
                Kind::Const => "const",
                Kind::Macro => "macro",
                Kind::Mod => "mod",
            },
        }
    }
}
