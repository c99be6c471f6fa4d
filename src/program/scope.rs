//! What a name means where.
//!
//! Resolution returns every alternative: cfg variants and namespaces alike. The caller
//! picks the kind of definition it has a use for.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Program;
use super::defs::{Crate, CrateId, Def, Import, ModuleId};
use crate::facts::Path;
use crate::source::Name;
use crate::workspace::TargetKind;

/// Answers already given, shared between threads.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    members: RwLock<Members>,
    globs: RwLock<FxHashMap<ModuleId, Arc<[Def]>>>,
    /// Packages of the program that are modelled frameworks.
    frameworks: OnceLock<Vec<Name>>,
}

type Members = FxHashMap<(ModuleId, Name), Arc<[Def]>>;

/// A definition that a path leads to, and how many of the path's segments that took.
/// The rest are associated items: `Type::method`, `Enum::Variant::x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The definition.
    pub def: Def,
    /// Segments used up.
    pub used: usize,
}

/// A member's name in a module, or `*` for what the module's globs lead to.
type Question = (ModuleId, Name);

/// The questions that are being answered, each for the sake of the one before: breaks cycles of imports.
#[derive(Default)]
struct Open {
    questions: FxHashMap<Question, usize>,
    /// Those of them that were asked again, and so went without an answer, since the last began.
    cuts: BTreeSet<usize>,
    /// Answers that went without those of other questions. They hold as long as these are open.
    kept: FxHashMap<Question, (Arc<[Def]>, BTreeSet<usize>)>,
    /// How many answers were worked out.
    worked: usize,
}

/// Up to so many answers are worked out anew when a question that they went without has its
/// answer. Where so many modules import each other, the first that was asked has seen all of them.
const MANY_ANSWERS: usize = 4096;

impl Open {
    /// Answers a question. The answer may be kept for good if it is the same whoever asks: if no
    /// question from before was left out of it. Nothing for one that is being answered already.
    fn answer(
        &mut self,
        question: Question,
        work: impl FnOnce(&mut Open) -> Arc<[Def]>,
    ) -> Option<(Arc<[Def]>, bool)> {
        if let Some((known, cuts)) = self.kept.get(&question) {
            self.cuts.extend(cuts);
            return Some((known.clone(), false));
        }
        if let Some(at) = self.questions.get(&question) {
            self.cuts.insert(*at);
            return None;
        }
        let here = self.questions.len();
        let mut before = std::mem::take(&mut self.cuts);
        self.questions.insert(question, here);
        self.worked += 1;
        let answer = work(self);
        self.questions.remove(&question);
        let is_circle = self.cuts.remove(&here);
        let is_whole = self.cuts.is_empty();
        if is_circle && (is_whole || self.worked < MANY_ANSWERS) {
            self.kept.retain(|_, (_, cuts)| !cuts.contains(&here));
        } else if is_circle {
            let outside = &self.cuts;
            self.kept.retain(|_, (_, cuts)| {
                if cuts.remove(&here) {
                    cuts.extend(outside);
                }
                true
            });
        }
        if !is_whole {
            let kept = (answer.clone(), self.cuts.clone());
            self.kept.insert(question, kept);
        }
        self.cuts.append(&mut before);
        Some((answer, is_whole))
    }
}

impl Program {
    /// Everything that a path may mean in a module.
    pub fn resolve(&self, module: ModuleId, path: &Path) -> Vec<Resolved> {
        let names: Vec<Name> = path.segments.iter().map(|segment| segment.name).collect();
        self.resolve_names(module, &names, path.global)
    }

    /// The same for a path given as names.
    pub fn resolve_names(&self, module: ModuleId, path: &[Name], global: bool) -> Vec<Resolved> {
        self.resolve_open(module, path, global, false, &mut Open::default())
    }

    /// The definitions that a path names in full.
    pub fn resolve_whole(&self, module: ModuleId, path: &Path) -> Vec<Def> {
        let all = self.resolve(module, path);
        all.into_iter()
            .filter(|it| it.used == path.segments.len())
            .map(|it| it.def)
            .collect()
    }

    /// The members of a module that others can name: items and imports.
    pub fn members(&self, module: ModuleId, name: Name) -> Vec<Def> {
        self.members_open(module, name, &mut Open::default())
    }

    /// `leads_on`: the path stands before `::`, so that its end is no value.
    fn resolve_open(
        &self,
        module: ModuleId,
        path: &[Name],
        global: bool,
        leads_on: bool,
        open: &mut Open,
    ) -> Vec<Resolved> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut current: Vec<Def>;
        let mut used = 1;
        match first.as_str() {
            "crate" if !global => current = vec![Def::Module(self[self[module].krate].root)],
            "self" if !global => current = vec![Def::Module(self.real_module(module))],
            "super" if !global => {
                let mut at = self.parent_module(module);
                while used < path.len() && path[used] == "super" {
                    at = at.and_then(|it| self.parent_module(it));
                    used += 1;
                }
                current = at.map(Def::Module).into_iter().collect();
            }
            _ if global && self[self[module].krate].edition >= 2018 => {
                current = self.extern_crate(self[module].krate, *first, true);
            }
            _ => {
                let is_prefix = leads_on || !rest.is_empty();
                current = self.first_segment(module, *first, is_prefix, open);
            }
        }
        let mut done = Vec::new();
        for name in &path[used..] {
            let mut next = Vec::new();
            for def in current {
                match self.member(def, *name, open) {
                    Some(members) => next.extend(members),
                    None => done.push(Resolved { def, used }),
                }
            }
            current = next;
            used += 1;
        }
        done.extend(current.into_iter().map(|def| Resolved { def, used }));
        dedup(&mut done);
        done
    }

    /// The members `name` of a definition; `None` if `name` can only be an associated item.
    fn member(&self, def: Def, name: Name, open: &mut Open) -> Option<Vec<Def>> {
        match def {
            Def::Module(module) => Some(self.members_open(module, name, open)),
            Def::External(path) => Some(vec![Def::External(self.models.member(path, name))]),
            Def::Adt(adt) => {
                let at = self[adt]
                    .variants()
                    .iter()
                    .position(|variant| variant.name == name)?;
                Some(vec![Def::Variant(adt, at as u32)])
            }
            Def::Fn(_)
            | Def::Variant(..)
            | Def::Trait(_)
            | Def::Alias(_)
            | Def::Const(_)
            | Def::Macro(_) => None,
        }
    }

    fn first_segment(
        &self,
        module: ModuleId,
        name: Name,
        is_prefix: bool,
        open: &mut Open,
    ) -> Vec<Def> {
        let mut at = module;
        loop {
            // `mod x; pub use x::*;`: what the glob brings in has no say in what `x` is.
            if is_prefix
                && let Some(own) = self[at].items.get(&name)
                && own.iter().any(|def| matches!(def, Def::Module(_)))
            {
                return own.clone();
            }
            let found = self.members_open(at, name, open);
            let usable = |def: &Def| match def {
                Def::Fn(_) | Def::Const(_) | Def::Macro(_) => !is_prefix,
                // `use log::{info, log}`: `log::info!` is the crate's all the same.
                Def::External(path) if is_prefix => {
                    let path = self.models.canonical(path.as_str());
                    self.models.macro_(path).is_none()
                }
                _ => true,
            };
            if found.iter().any(usable) {
                return found;
            }
            match self[at].parent {
                Some(parent) if self[at].of_body => at = parent,
                _ => break,
            }
        }
        let external = self.extern_crate(self[module].krate, name, is_prefix);
        if !external.is_empty() && (is_prefix || prelude(name.as_str()).is_none()) {
            return external;
        }
        prelude(name.as_str())
            .map(|path| Def::External(Name::new(path)))
            .into_iter()
            .collect()
    }

    /// A crate by the name that `krate`'s code gives it. `guess`: a name that stands before `::`
    /// and is nothing else is taken for a crate (sources without a manifest, built-in crates).
    fn extern_crate(&self, krate: CrateId, name: Name, guess: bool) -> Vec<Def> {
        let mut found = Vec::new();
        if let Some(roots) = self.extern_crates.get(&(krate, name)) {
            found.extend(roots.iter().map(
                |root| match self.is_modelled_source(self[*root].krate) {
                    true => Def::External(self[self[*root].krate].name),
                    false => Def::Module(*root),
                },
            ));
            dedup_defs(&mut found);
        }
        if found.is_empty()
            && let Some(package) = self[krate].dependencies.get(&name)
        {
            found.push(Def::External(*package));
        }
        if found.is_empty() {
            let text = name.as_str();
            match text {
                "std" | "core" | "alloc" => found.push(Def::External(Name::new("std"))),
                "Self" | "self" | "super" | "crate" => {}
                _ if guess
                    && text.starts_with(|c: char| c.is_ascii_lowercase())
                    && !is_primitive(text) =>
                {
                    found.push(Def::External(name));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether a package of the program is the library that a model describes: a framework, or
    /// one that is published with it. What it means to who uses it is what the model says, as if
    /// it came from the registry. A program of that name (`examples/axum.rs`) is none.
    pub fn is_modelled_source(&self, krate: CrateId) -> bool {
        let is_library = |krate: &Crate| matches!(krate.kind, TargetKind::Lib);
        if !is_library(&self[krate]) {
            return false;
        }
        let package = self[krate].name;
        let family = |name: Name| name.as_str().split('_').next();
        let frameworks = self.names.frameworks.get_or_init(|| {
            let libraries = self.crates.iter().filter(|krate| is_library(krate));
            let names = libraries.map(|krate| krate.name);
            names.filter(|it| self.models.is_framework(*it)).collect()
        });
        frameworks.iter().any(|it| family(*it) == family(package)) && self.models.describes(package)
    }

    fn members_open(&self, module: ModuleId, name: Name, open: &mut Open) -> Vec<Def> {
        let key = (module, name);
        if let Some(known) = self
            .names
            .members
            .read()
            .expect("no thread panics while it holds the lock")
            .get(&key)
        {
            return known.to_vec();
        }
        let answer = open.answer(key, |open| self.members_now(module, name, open).into());
        let Some((found, is_whole)) = answer else {
            return Vec::new();
        };
        if is_whole {
            let mut memo = self
                .names
                .members
                .write()
                .expect("no thread panics while it holds the lock");
            memo.insert(key, found.clone());
        }
        found.to_vec()
    }

    fn members_now(&self, module: ModuleId, name: Name, open: &mut Open) -> Vec<Def> {
        let mut found = self.explicit_members(module, name, open);
        // A glob gives what the explicit names leave free: values beside a module, and the
        // other way round.
        let (has_type, has_value) = (found.iter().any(is_type), found.iter().any(is_value));
        if !has_type || !has_value {
            let fits = |def: &Def| (is_type(def) && !has_type) || (is_value(def) && !has_value);
            found.extend(
                self.glob_members(module, name, open)
                    .into_iter()
                    .filter(fits),
            );
        }
        dedup_defs(&mut found);
        found
    }

    /// Items and named imports of a module.
    fn explicit_members(&self, module: ModuleId, name: Name, open: &mut Open) -> Vec<Def> {
        let data = &self[module];
        let mut found = data.items.get(&name).cloned().unwrap_or_default();
        for import in data
            .imports
            .iter()
            .filter(|import| import.name == Some(name))
        {
            found.extend(self.import_targets(module, import, open));
        }
        found
    }

    /// What the globs of a module bring in, through globs of globs.
    fn glob_members(&self, module: ModuleId, name: Name, open: &mut Open) -> Vec<Def> {
        let mut found = Vec::new();
        let mut unseen: Vec<Name> = Vec::new();
        let mut visited = FxHashSet::from_iter([module]);
        let mut queue: Vec<Def> = self.glob_targets(module, open).to_vec();
        while let Some(target) = queue.pop() {
            match target {
                Def::Module(target) => {
                    if !visited.insert(target) {
                        continue;
                    }
                    let own = self.explicit_members(target, name, open);
                    if own.is_empty() {
                        queue.extend(self.glob_targets(target, open).iter().copied());
                    }
                    found.extend(own);
                }
                Def::Adt(_) => found.extend(self.member(target, name, open).unwrap_or_default()),
                Def::External(path) => {
                    let members = self.models.glob(path.as_str());
                    found.extend(
                        members
                            .iter()
                            .filter(|(it, _)| *it == name)
                            .map(|(_, path)| Def::External(*path)),
                    );
                    if members.is_empty() && self.is_unlisted(path) && !unseen.contains(&path) {
                        unseen.push(path);
                    }
                }
                _ => {}
            }
        }
        // A type has to come from somewhere.
        let is_type = name
            .as_str()
            .starts_with(|it: char| it.is_ascii_uppercase())
            && name.as_str().contains(|it: char| it.is_ascii_lowercase());
        if let ([], [only]) = (&*found, &*unseen)
            && is_type
            && name != "Self"
            && prelude(name.as_str()).is_none()
        {
            found.push(Def::External(Name::new(&format!("{only}::{name}"))));
        }
        found
    }

    /// Whether a path is a module of a library of which nobody knows what is in it.
    fn is_unlisted(&self, path: Name) -> bool {
        let mut segments = path.as_str().split("::");
        let krate = segments.next().unwrap_or_default();
        let is_module = |it: &str| it.starts_with(|it: char| it.is_ascii_lowercase());
        krate != "std" && !self.models.describes(Name::new(krate)) && segments.all(is_module)
    }

    /// The modules, enums and library modules that a module's globs name.
    fn glob_targets(&self, module: ModuleId, open: &mut Open) -> Arc<[Def]> {
        let known = self
            .names
            .globs
            .read()
            .expect("no thread panics while it holds the lock")
            .get(&module)
            .cloned();
        if let Some(known) = known {
            return known;
        }
        let answer = open.answer((module, Name::new("*")), |open| {
            let globs = self[module]
                .imports
                .iter()
                .filter(|import| import.name.is_none());
            globs
                .flat_map(|import| self.import_targets(module, import, open))
                .collect()
        });
        let Some((targets, is_whole)) = answer else {
            return Arc::from([]);
        };
        if is_whole {
            let mut memo = self
                .names
                .globs
                .write()
                .expect("no thread panics while it holds the lock");
            memo.insert(module, targets.clone());
        }
        targets
    }

    fn import_targets(&self, module: ModuleId, import: &Import, open: &mut Open) -> Vec<Def> {
        // `use x::y;` in 2015 counts from the crate root; later from the module or a crate.
        let from = self.real_or_body(module);
        let is_glob = import.name.is_none();
        let mut all = self.resolve_open(from, &import.path, import.global, is_glob, open);
        if all.is_empty() && self[self[module].krate].edition == 2015 && !import.global {
            let root = self[self[module].krate].root;
            all = self.resolve_open(root, &import.path, false, is_glob, open);
        }
        // `use krate as k;`: what is nothing else can only be a crate.
        if all.is_empty() && import.path.len() == 1 {
            all = self.resolve_open(from, &import.path, import.global, true, open);
        }
        all.into_iter()
            .filter(|it| it.used == import.path.len())
            .map(|it| it.def)
            .collect()
    }

    /// The module itself, or for the module of a body the one around it.
    pub fn real_module(&self, module: ModuleId) -> ModuleId {
        match self[module].parent {
            Some(parent) if self[module].of_body => self.real_module(parent),
            _ => module,
        }
    }

    /// Imports of a body's module look names up from that module, so that local items are seen.
    fn real_or_body(&self, module: ModuleId) -> ModuleId {
        module
    }

    fn parent_module(&self, module: ModuleId) -> Option<ModuleId> {
        self[self.real_module(module)]
            .parent
            .map(|parent| self.real_module(parent))
    }
}

/// Whether a definition stands for a type, module or trait.
fn is_type(def: &Def) -> bool {
    matches!(
        def,
        Def::Module(_)
            | Def::Adt(_)
            | Def::Trait(_)
            | Def::Alias(_)
            | Def::Variant(..)
            | Def::External(_)
    )
}

/// Whether a definition stands for a value or macro.
fn is_value(def: &Def) -> bool {
    matches!(
        def,
        Def::Fn(_)
            | Def::Const(_)
            | Def::Variant(..)
            | Def::Adt(_)
            | Def::Macro(_)
            | Def::External(_)
    )
}

fn dedup_defs(all: &mut Vec<Def>) {
    let mut seen = Vec::new();
    all.retain(|it| {
        let new = !seen.contains(it);
        seen.push(*it);
        new
    });
}

fn dedup(all: &mut Vec<Resolved>) {
    let mut seen = Vec::new();
    all.retain(|it| {
        let new = !seen.contains(it);
        if new {
            seen.push(*it);
        }
        new
    });
}

/// Whether a name is a built-in type.
pub fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "bool"
            | "char"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "f32"
            | "f64"
    )
}

/// The path of what the standard prelude brings in (`core` and `alloc` count as `std`).
fn prelude(name: &str) -> Option<&'static str> {
    Some(match name {
        "Option" => "std::option::Option",
        "Some" => "std::option::Option::Some",
        "None" => "std::option::Option::None",
        "Result" => "std::result::Result",
        "Ok" => "std::result::Result::Ok",
        "Err" => "std::result::Result::Err",
        "String" => "std::string::String",
        "Vec" => "std::vec::Vec",
        "Box" => "std::boxed::Box",
        "ToString" => "std::string::ToString",
        "ToOwned" => "std::borrow::ToOwned",
        "Clone" => "std::clone::Clone",
        "Copy" => "std::marker::Copy",
        "Send" => "std::marker::Send",
        "Sync" => "std::marker::Sync",
        "Sized" => "std::marker::Sized",
        "Unpin" => "std::marker::Unpin",
        "Drop" => "std::ops::Drop",
        "drop" => "std::mem::drop",
        "Fn" => "std::ops::Fn",
        "FnMut" => "std::ops::FnMut",
        "FnOnce" => "std::ops::FnOnce",
        "AsRef" => "std::convert::AsRef",
        "AsMut" => "std::convert::AsMut",
        "From" => "std::convert::From",
        "Into" => "std::convert::Into",
        "TryFrom" => "std::convert::TryFrom",
        "TryInto" => "std::convert::TryInto",
        "Default" => "std::default::Default",
        "Iterator" => "std::iter::Iterator",
        "IntoIterator" => "std::iter::IntoIterator",
        "Extend" => "std::iter::Extend",
        "Eq" => "std::cmp::Eq",
        "PartialEq" => "std::cmp::PartialEq",
        "Ord" => "std::cmp::Ord",
        "PartialOrd" => "std::cmp::PartialOrd",
        "Future" => "std::future::Future",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks one module of a number that all import all others; counts the answers worked out.
    fn ask(open: &mut Open, at: u32, modules: u32, worked: &mut usize) -> Vec<Def> {
        let question = (ModuleId(at), Name::new("name"));
        let answer = open.answer(question, |open| {
            *worked += 1;
            let mut found = vec![Def::Module(ModuleId(at))];
            for other in (0..modules).filter(|it| *it != at) {
                for def in ask(open, other, modules, worked) {
                    if !found.contains(&def) {
                        found.push(def);
                    }
                }
            }
            found.into()
        });
        answer.map_or_else(Vec::new, |(found, _)| found.to_vec())
    }

    #[test]
    fn a_question_in_a_circle_is_not_worked_out_once_for_every_way_to_it() {
        let modules = 40;
        let mut worked = 0;
        let found = ask(&mut Open::default(), 0, modules, &mut worked);
        assert_eq!(
            found.len(),
            modules as usize,
            "the first of a circle sees all of it"
        );
        assert!(worked < 2 * MANY_ANSWERS, "{worked} answers worked out");
    }

    #[test]
    fn what_went_without_an_open_question_is_not_kept_for_good() {
        let mut open = Open::default();
        let (outer, inner) = ((ModuleId(0), "a".into()), (ModuleId(1), "b".into()));
        let nothing = || -> Arc<[Def]> { Arc::from([]) };
        let whole = open.answer(outer, |open| {
            let within = open.answer(inner, |open| {
                assert!(open.answer(outer, |_| nothing()).is_none());
                nothing()
            });
            assert_eq!(within.map(|it| it.1), Some(false));
            nothing()
        });
        assert_eq!(whole.map(|it| it.1), Some(true));
        assert!(open.kept.is_empty());
    }
}
