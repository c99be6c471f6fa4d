//! Which bodies may mention what: the way from a definition to its uses that reads no body.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{BodyKey, Program};
use crate::facts::Mention;
use crate::facts::mentions::hash;
use crate::models::Function;
use crate::source::Name;

/// The other names under which the program imports or aliases something, by its last name.
pub(super) type Spellings = FxHashMap<Name, Vec<Name>>;

impl Program {
    /// The bodies that may mention one of these [hashes](hash), in order.
    pub fn mentioning(&self, hashes: &FxHashSet<u16>) -> impl Iterator<Item = BodyKey> {
        let bodies = self.bodies.iter().enumerate();
        let found = bodies.filter(|(_, data)| data.body.mentions().has_any(hashes));
        found.map(|(index, _)| BodyKey(index as u32))
    }

    /// Whether the program may use a library: if it is in the lock file or in the program, if
    /// the code names it, or if there is no lock file.
    pub fn may_use(&self, library: &str) -> bool {
        let mut imports = self.modules.iter().flat_map(|it| &it.imports);
        let mentioned = hash(Mention::Plain, library);
        self.models.may_be_locked(Name::new(library))
            || self.crates.iter().any(|it| it.name.as_str() == library)
            || imports.any(|it| it.path.first().is_some_and(|it| it == library))
            || self
                .bodies
                .iter()
                .any(|it| it.body.mentions().has_hash(mentioned))
    }

    /// The bodies that may mention a library function, or value, of those that `is_meant`, in order.
    pub fn mentioning_functions(&self, is_meant: impl Fn(&Function) -> bool) -> Vec<BodyKey> {
        let dependencies = self.crates.iter().flat_map(|it| &it.dependencies);
        let mut crates: FxHashSet<Name> = dependencies.map(|(_, of)| *of).collect();
        // Without dependencies, what stands before `::` and is nothing else is taken for a crate.
        if crates.is_empty() {
            crates.extend(self.models.crate_names());
        }
        let names = self.models.function_names(crates, is_meant);
        let ways = [Mention::Plain, Mention::Member];
        let hashes = names.into_iter().flat_map(|it| self.hashes_of(it, &ways));
        let hashes: FxHashSet<u16> = hashes.collect();
        self.mentioning(&hashes).collect()
    }

    /// What a body mentions that calls, constructs or reads something of this name, written
    /// in one of these ways: under its own name or under one that it is imported or aliased as.
    pub fn hashes_of(&self, name: Name, ways: &[Mention]) -> impl Iterator<Item = u16> {
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
            .into_iter()
            .flat_map(|name| ways.iter().map(move |how| hash(*how, name.as_str())))
    }

    fn spellings(&self) -> &Spellings {
        self.spellings.get_or_init(|| {
            let mut spellings = Spellings::default();
            for import in self.modules.iter().flat_map(|it| &it.imports) {
                if let (Some(name), Some(original)) = (import.name, import.path.last())
                    && name != *original
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
