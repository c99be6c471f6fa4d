//! Functions of which each build has one: those of one name in one place, under different `cfg`.

use super::{Container, Def, FnDef, FnId, Program};
use crate::source::Name;

impl Program {
    /// The functions that are there in the place of this one in builds without it. None for a
    /// function that is in every build.
    pub fn alternatives(&self, id: FnId) -> Vec<FnId> {
        let def = &self[id];
        if def.cfg.is_none() || def.is_test {
            return Vec::new();
        }
        let is_other = |it: &FnId| {
            let other = &self[*it];
            let differs = other.cfg.is_some() && other.cfg != def.cfg;
            *it != id && differs && other.name == def.name && !other.is_test
        };
        let all = match def.container {
            Container::Impl(of) => self[of].fns.clone(),
            Container::Trait(of) => self[of].fns.clone(),
            Container::Module => self.beside(def, is_other),
        };
        all.into_iter().filter(is_other).collect()
    }

    /// The functions of its name in the module of a function, or in modules in the place of that.
    fn beside(&self, def: &FnDef, is_other: impl Fn(&FnId) -> bool) -> Vec<FnId> {
        let mut path = vec![def.name];
        let mut module = def.module;
        loop {
            let found = self.resolve_names(module, &path, false);
            let found = found.into_iter().filter_map(|it| match it.def {
                Def::Fn(id) if it.used == path.len() => Some(id),
                _ => None,
            });
            let found: Vec<FnId> = found.collect();
            let here = &self[module];
            let (Some(parent), true) = (here.parent, here.cfg.is_some()) else {
                return found;
            };
            if found.iter().any(&is_other) || here.name == Name::new("") {
                return found;
            }
            path.insert(0, here.name);
            module = parent;
        }
    }
}
