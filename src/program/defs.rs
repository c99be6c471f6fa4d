//! The definitions of a program, in arenas addressed by ids.

use rustc_hash::FxHashMap;

use crate::facts::item::{EnumItem, Fields, FnItem, Generics, Variant, Visibility};
use crate::facts::{Attr, CfgPredicate, LazyBody, Path, TypeRef};
use crate::source::{FileId, Name, Span, TextRange};
use crate::workspace::{PackageId, TargetKind};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub u32);)+
    };
}

ids! {
    /// A crate.
    CrateId,
    /// A module.
    ModuleId,
    /// A function or method.
    FnId,
    /// A struct, union or enum.
    AdtId,
    /// A trait.
    TraitId,
    /// An impl.
    ImplId,
    /// A constant or static.
    ConstId,
    /// A type alias or associated type.
    AliasId,
    /// A `macro_rules!` definition.
    MacroId,
    /// A body.
    BodyKey,
}

/// What a name can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Def {
    /// A module or crate root.
    Module(ModuleId),
    /// A function.
    Fn(FnId),
    /// A struct, union or enum; for tuple and unit structs also the constructor.
    Adt(AdtId),
    /// A variant, by its index.
    Variant(AdtId, u32),
    /// A trait.
    Trait(TraitId),
    /// A type alias.
    Alias(AliasId),
    /// A constant or static.
    Const(ConstId),
    /// A macro.
    Macro(MacroId),
    /// Something outside the program, by its canonical path.
    External(Name),
}

/// A crate: one target of one package.
#[derive(Debug)]
pub struct Crate {
    /// The crate's name as code writes it.
    pub name: Name,
    /// Its root module.
    pub root: ModuleId,
    /// The package, unless the sources have no manifest.
    pub package: Option<PackageId>,
    /// What kind of target it is.
    pub kind: TargetKind,
    /// Names by which its code calls external crates, with the packages' real names
    /// (underscores). Local crates are in [`Program::extern_crates`](super::Program).
    pub dependencies: FxHashMap<Name, Name>,
    /// 2015, 2018, 2021 or 2024.
    pub edition: u16,
    /// Whether findings in it are shown.
    pub selected: bool,
}

/// A module.
#[derive(Debug)]
pub struct Module {
    /// Its name; the crate's for roots, empty for bodies.
    pub name: Name,
    /// Its crate.
    pub krate: CrateId,
    /// The module around it.
    pub parent: Option<ModuleId>,
    /// The file it is written in.
    pub file: FileId,
    /// Whether it holds the local items of a body: then names it lacks are looked up in `parent`.
    pub of_body: bool,
    /// Under `#[cfg(test)]`.
    pub is_test: bool,
    /// All `cfg` around it, joined.
    pub cfg: Option<CfgPredicate>,
    /// What is declared in it, in source order; several entries are cfg alternatives or namespaces.
    pub items: FxHashMap<Name, Vec<Def>>,
    /// Its `use` declarations.
    pub imports: Vec<Import>,
    /// Attributes on the `mod` item and inner attributes.
    pub attrs: Vec<Attr>,
}

/// One leaf of a `use`.
#[derive(Debug, Clone)]
pub struct Import {
    /// The name it brings in, `_` if none; `None` for globs.
    pub name: Option<Name>,
    /// The path.
    pub path: Vec<Name>,
    /// Whether the path starts with `::`.
    pub global: bool,
    /// Whether others can import it from here.
    pub visibility: Visibility,
    /// Where.
    pub range: TextRange,
}

/// What a function stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A module (or a body).
    Module,
    /// An impl.
    Impl(ImplId),
    /// A trait.
    Trait(TraitId),
}

/// A function or method.
#[derive(Debug)]
pub struct FnDef {
    /// Its name.
    pub name: Name,
    /// Where its signature and body look names up.
    pub module: ModuleId,
    /// What it stands in.
    pub container: Container,
    /// Its signature.
    pub sig: FnItem,
    /// Its body.
    pub body: Option<BodyKey>,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// Its own `cfg` joined with those around it.
    pub cfg: Option<CfgPredicate>,
    /// Test code.
    pub is_test: bool,
    /// Where it is.
    pub file: FileId,
    /// The whole item.
    pub range: TextRange,
    /// Its name.
    pub name_range: TextRange,
    /// From `fn` or `async` on.
    pub keyword: TextRange,
    /// How far it can be seen.
    pub visibility: Visibility,
}

impl FnDef {
    /// The span of its name.
    pub fn name_span(&self) -> Span {
        self.name_range.in_file(self.file)
    }
}

/// A struct, union or enum.
#[derive(Debug)]
pub struct AdtDef {
    /// Its name.
    pub name: Name,
    /// Where its field types look names up.
    pub module: ModuleId,
    /// Generics.
    pub generics: Generics,
    /// What it is made of.
    pub kind: AdtKind,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// Its `cfg` joined with those around it.
    pub cfg: Option<CfgPredicate>,
    /// Test code.
    pub is_test: bool,
    /// Where it is.
    pub file: FileId,
    /// Its name.
    pub name_range: TextRange,
}

/// What an [`AdtDef`] is made of.
#[derive(Debug)]
pub enum AdtKind {
    /// Struct or union.
    Struct(Fields),
    /// Enum.
    Enum(EnumItem),
}

impl AdtDef {
    /// The fields of a struct; none for enums.
    pub fn fields(&self) -> &[crate::facts::item::Field] {
        match &self.kind {
            AdtKind::Struct(fields) => fields.list(),
            AdtKind::Enum(_) => &[],
        }
    }

    /// The variants of an enum; none for structs.
    pub fn variants(&self) -> &[Variant] {
        match &self.kind {
            AdtKind::Struct(_) => &[],
            AdtKind::Enum(item) => &item.variants,
        }
    }
}

/// A trait.
#[derive(Debug)]
pub struct TraitDef {
    /// Its name.
    pub name: Name,
    /// Where its items look names up.
    pub module: ModuleId,
    /// Generics.
    pub generics: Generics,
    /// Supertraits.
    pub supertraits: Vec<Path>,
    /// Its methods.
    pub fns: Vec<FnId>,
    /// Its associated types.
    pub types: Vec<AliasId>,
    /// Its constants.
    pub consts: Vec<ConstId>,
}

/// An impl.
#[derive(Debug)]
pub struct ImplDef {
    /// Where it looks names up.
    pub module: ModuleId,
    /// Generics.
    pub generics: Generics,
    /// The trait, if any.
    pub of_trait: Option<Path>,
    /// The type.
    pub self_ty: TypeRef,
    /// Its functions.
    pub fns: Vec<FnId>,
    /// Its associated types.
    pub types: Vec<AliasId>,
    /// Its constants.
    pub consts: Vec<ConstId>,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// Test code.
    pub is_test: bool,
    /// Its `cfg` joined with those around it.
    pub cfg: Option<CfgPredicate>,
    /// Where it is.
    pub file: FileId,
    /// The whole item.
    pub range: TextRange,
}

/// A constant or static.
#[derive(Debug)]
pub struct ConstDef {
    /// Its name.
    pub name: Name,
    /// Where it looks names up.
    pub module: ModuleId,
    /// What it stands in.
    pub container: Container,
    /// Its type.
    pub ty: TypeRef,
    /// A `static`, which may be changed.
    pub is_static: bool,
    /// Its value.
    pub body: Option<BodyKey>,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// Test code.
    pub is_test: bool,
    /// Where it is.
    pub file: FileId,
    /// Its name.
    pub name_range: TextRange,
}

/// A type alias.
#[derive(Debug)]
pub struct AliasDef {
    /// Its name.
    pub name: Name,
    /// Where it looks names up.
    pub module: ModuleId,
    /// What it stands in.
    pub container: Container,
    /// Generics.
    pub generics: Generics,
    /// What it stands for.
    pub ty: Option<TypeRef>,
}

/// A `macro_rules!` definition.
#[derive(Debug)]
pub struct MacroDef {
    /// Its name.
    pub name: Name,
    /// The module it is written in.
    pub module: ModuleId,
    /// The file of its rules.
    pub file: FileId,
    /// The rules' text.
    pub rules: TextRange,
    /// That text itself, where the definition came out of another macro.
    pub inline: Option<Box<str>>,
    /// `#[macro_export]`.
    pub exported: bool,
    /// Where it is defined (macros count from there on).
    pub range: TextRange,
}

/// A body and what it belongs to.
#[derive(Debug)]
pub struct BodyData {
    /// The body.
    pub body: LazyBody,
    /// The file its ranges point into.
    pub file: FileId,
    /// Where it looks names up: the module of its local items if it has some.
    pub module: ModuleId,
    /// What it is the body of.
    pub owner: BodyOwner,
}

/// What a body is the body of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyOwner {
    /// A function.
    Fn(FnId),
    /// A constant.
    Const(ConstId),
}
