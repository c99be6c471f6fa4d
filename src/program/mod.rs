//! All files' facts -> one program: crates, modules, items, names, light types.
//!
//! [`build`] takes the facts apart into arenas of definitions, [`scope`] answers what a
//! name means where, [`ty`] turns written types into resolved ones, and [`methods`]
//! finds the functions that a method call may reach.

mod alternatives;
pub mod build;
pub mod defs;
pub mod expand;
mod holders;
mod macros;
mod mention_index;
mod mentioned;
pub mod methods;
pub mod protos;
pub mod scope;
pub mod ty;

pub use defs::{
    AdtDef, AdtId, AdtKind, AliasDef, AliasId, BodyData, BodyKey, BodyOwner, ConstDef, ConstId,
    Container, Crate, CrateId, Def, FnDef, FnId, ImplDef, ImplId, MacroDef, MacroId, Module,
    ModuleId, TraitDef, TraitId,
};
pub use ty::Ty;

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Problem;
use crate::models::Models;
use crate::source::{FileId, Name, Span};

/// The whole program of one run.
#[derive(Debug)]
pub struct Program {
    /// What library crates are.
    pub models: &'static Models,
    /// Crates: one per target of each package.
    pub crates: Vec<Crate>,
    /// Modules of all crates; bodies with local items have one too.
    pub modules: Vec<Module>,
    /// Functions and methods.
    pub fns: Vec<FnDef>,
    /// Structs, unions and enums.
    pub adts: Vec<AdtDef>,
    /// Traits.
    pub traits: Vec<TraitDef>,
    /// Impls.
    pub impls: Vec<ImplDef>,
    /// Constants and statics.
    pub consts: Vec<ConstDef>,
    /// Type aliases, associated types included.
    pub aliases: Vec<AliasDef>,
    /// `macro_rules!` definitions.
    pub macros: Vec<MacroDef>,
    /// Bodies.
    pub bodies: Vec<BodyData>,
    /// What of the items could not be read, per file.
    pub(crate) problems: Vec<(FileId, Problem)>,
    /// `mod x;` whose file was not found, and macro calls in item position that nobody expanded.
    pub unresolved: Vec<Unresolved>,
    pub(crate) index: methods::Index,
    pub(crate) names: scope::Memo,
    pub(crate) spellings: OnceLock<mentioned::Spellings>,
    /// Which bodies mention what; for when all bodies are there.
    pub(crate) mention_index: OnceLock<mention_index::MentionIndex>,
    /// The names of types with an impl of `Deref` and its like.
    pub(crate) dereferencing: OnceLock<FxHashSet<Name>>,
    /// The crates that imports and manifests name.
    pub(crate) imported: OnceLock<FxHashSet<Name>>,
    pub(crate) extern_crates: FxHashMap<(CrateId, Name), Vec<ModuleId>>,
}

/// A part of the program that could not be followed.
#[derive(Debug, Clone)]
pub struct Unresolved {
    /// What.
    pub reason: String,
    /// Where.
    pub span: Span,
}

macro_rules! arena {
    ($($id:ident => $field:ident: $def:ident),+ $(,)?) => {
        $(impl std::ops::Index<$id> for Program {
            type Output = $def;

            fn index(&self, id: $id) -> &$def {
                &self.$field[id.0 as usize]
            }
        })+
    };
}

arena! {
    CrateId => crates: Crate,
    ModuleId => modules: Module,
    FnId => fns: FnDef,
    AdtId => adts: AdtDef,
    TraitId => traits: TraitDef,
    ImplId => impls: ImplDef,
    ConstId => consts: ConstDef,
    AliasId => aliases: AliasDef,
    MacroId => macros: MacroDef,
    BodyKey => bodies: BodyData,
}

impl Program {
    /// All functions with their ids.
    pub fn fn_ids(&self) -> impl Iterator<Item = (FnId, &FnDef)> {
        self.fns
            .iter()
            .enumerate()
            .map(|(index, def)| (FnId(index as u32), def))
    }

    /// What could not be read, in source order. Bodies that nobody has looked into are not known
    /// to be broken.
    pub fn problems(&self) -> Vec<(FileId, &Problem)> {
        let of_bodies = self.bodies.iter();
        let of_bodies = of_bodies.filter_map(|it| Some((it.file, it.body.problem()?)));
        let of_items = self.problems.iter().map(|(file, it)| (*file, it));
        let mut all: Vec<_> = of_items.chain(of_bodies).collect();
        all.sort_by_key(|(file, problem)| (*file, problem.range));
        // A file that two crates include has its bodies twice.
        all.dedup_by_key(|(file, problem)| (*file, problem.range));
        all
    }

    /// The path by which reports call a function: `crate::module::Type::name`.
    pub fn fn_path(&self, id: FnId) -> String {
        let def = &self[id];
        let mut path = self.module_path(def.module);
        match def.container {
            Container::Impl(impl_id) => {
                if let Some(name) = self.self_type_name(impl_id) {
                    path = format!("{path}::{name}");
                }
            }
            Container::Trait(trait_id) => path = format!("{path}::{}", self[trait_id].name),
            Container::Module => {}
        }
        format!("{path}::{}", def.name)
    }

    /// The name by which findings call a function: with its type, if it has one (`Type::name`).
    pub fn fn_name(&self, id: FnId) -> String {
        let path = self.fn_path(id);
        let is_method = !matches!(self[id].container, Container::Module);
        let names = path.rsplit("::").take(1 + usize::from(is_method));
        let mut names: Vec<&str> = names.collect();
        names.reverse();
        names.join("::")
    }

    /// `crate::module::inner`; modules of bodies are passed over.
    pub fn module_path(&self, id: ModuleId) -> String {
        let module = &self[id];
        match module.parent {
            Some(parent) if module.of_body => self.module_path(parent),
            Some(parent) => format!("{}::{}", self.module_path(parent), module.name),
            None => self[module.krate].name.to_string(),
        }
    }

    /// The last name of an impl's self type.
    pub fn self_type_name(&self, id: ImplId) -> Option<Name> {
        self[id]
            .self_ty
            .peel_refs()
            .as_path()
            .and_then(|path| path.last())
    }
}
