//! Items without their bodies.

use serde::{Deserialize, Serialize};

use super::attr::{Attr, CfgPredicate};
use super::body::BodyId;
use super::ty::{Path, TypeRef};
use crate::source::{Name, TextRange};

/// An item of a module, of an impl, of a trait, or local to a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// The name; for impls, `use` and unnamed macro calls the empty name.
    pub name: Name,
    /// Where the name stands (for unnamed items their first token).
    pub name_range: TextRange,
    /// The whole item, attributes included, comments for documentation left out.
    pub range: TextRange,
    /// Where the item starts after its attributes and visibility (`fn`, `async`, `struct`, ..).
    pub keyword: TextRange,
    /// Visible outside its module (`pub`, `pub(crate)`, ..).
    pub visibility: Visibility,
    /// Attributes other than `cfg` and doc comments; `cfg_attr` is kept as written.
    pub attrs: Vec<Attr>,
    /// All `cfg` attributes, joined; `None` if there are none.
    pub cfg: Option<CfgPredicate>,
    /// What it is.
    pub kind: ItemKind,
}

/// How far an item can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// `pub`.
    Public,
    /// `pub(crate)`, `pub(super)`, `pub(in ..)`.
    Restricted,
    /// Nothing written.
    Private,
}

/// What an item is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ItemKind {
    /// `fn`, free, in an impl or in a trait.
    Fn(FnItem),
    /// `struct` or `union`.
    Struct(StructItem),
    /// `enum`.
    Enum(EnumItem),
    /// `type X = ..`, also as associated type.
    TypeAlias(TypeAliasItem),
    /// `trait`, or a trait alias (then without items).
    Trait(TraitItem),
    /// `impl`.
    Impl(Box<ImplItem>),
    /// `const` or `static`, also associated ones.
    Const(ConstItem),
    /// `mod`.
    Mod(ModItem),
    /// `use`.
    Use(UseItem),
    /// `extern crate x as y` (the name is `y`).
    ExternCrate(Name),
    /// `macro_rules!`.
    MacroRules(MacroRulesItem),
    /// A macro call in item position.
    MacroCall(MacroItem),
}

/// A function's signature, and where its body is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FnItem {
    /// `async fn`.
    pub is_async: bool,
    /// Generics and where clauses.
    pub generics: Generics,
    /// Whether the first parameter is `self`, and which.
    pub self_param: Option<SelfParam>,
    /// The other parameters.
    pub params: Vec<Param>,
    /// The return type as written; `()` if none is.
    pub ret: TypeRef,
    /// `None` for a trait method without default and for a body that did not parse.
    pub body: Option<BodyId>,
}

/// The receiver of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfParam {
    /// `self`, `mut self`.
    Value,
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
    /// `self: Box<Self>` and the like.
    Typed,
}

/// A parameter. Its pattern is in [`Body::params`](super::Body::params) if there is a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Param {
    /// The name, if the pattern is an identifier.
    pub name: Option<Name>,
    /// The variable, if the pattern is one or takes one out of something: `settings` of
    /// `State(settings)`.
    pub binds: Option<Name>,
    /// The type.
    pub ty: TypeRef,
    /// Pattern and type.
    pub range: TextRange,
    /// The type alone.
    pub ty_range: TextRange,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// `cfg` on the parameter.
    pub cfg: Option<CfgPredicate>,
}

/// Generic parameters with all their bounds, where clauses merged in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Generics {
    /// Type and const parameters in order (lifetimes dropped).
    pub params: Vec<GenericParam>,
    /// Bounds on types that are not plain parameters (`where Vec<T>: Foo`).
    pub predicates: Vec<(TypeRef, Vec<Path>)>,
}

/// A type parameter (or a const parameter, then without bounds).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GenericParam {
    /// Its name.
    pub name: Name,
    /// Its bounds, from the list and from where clauses.
    pub bounds: Vec<Path>,
    /// Its default.
    pub default: Option<TypeRef>,
}

/// A struct or union.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StructItem {
    /// Generics.
    pub generics: Generics,
    /// Its fields.
    pub fields: Fields,
}

/// The fields of a struct or variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Fields {
    /// `{ a: A }`.
    Named(Vec<Field>),
    /// `(A, B)`; the names are `0`, `1`, ..
    Tuple(Vec<Field>),
    /// Nothing.
    Unit,
}

impl Fields {
    /// The fields in order.
    pub fn list(&self) -> &[Field] {
        match self {
            Fields::Named(fields) | Fields::Tuple(fields) => fields,
            Fields::Unit => &[],
        }
    }
}

/// A field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Field {
    /// Its name, or its index as text.
    pub name: Name,
    /// Its name (or type, if it has none).
    pub range: TextRange,
    /// Its type.
    pub ty: TypeRef,
    /// Attributes (`#[serde(..)]`, `#[arg(..)]`).
    pub attrs: Vec<Attr>,
    /// `cfg` on the field.
    pub cfg: Option<CfgPredicate>,
}

/// An enum.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnumItem {
    /// Generics.
    pub generics: Generics,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// A variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Where the name stands.
    pub range: TextRange,
    /// Its fields.
    pub fields: Fields,
    /// Attributes.
    pub attrs: Vec<Attr>,
    /// `cfg` on the variant.
    pub cfg: Option<CfgPredicate>,
}

/// `type X<T> = U;`, or an associated type, or its declaration in a trait (then `None`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypeAliasItem {
    /// Generics.
    pub generics: Generics,
    /// The type it stands for.
    pub ty: Option<TypeRef>,
}

/// A trait.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TraitItem {
    /// Generics.
    pub generics: Generics,
    /// Supertraits.
    pub supertraits: Vec<Path>,
    /// Functions, types and consts.
    pub items: Vec<Item>,
}

/// An impl.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImplItem {
    /// Generics.
    pub generics: Generics,
    /// The trait, if it is not an inherent impl. Negative impls are left out.
    pub of_trait: Option<Path>,
    /// The type it is for.
    pub self_ty: TypeRef,
    /// Functions, types and consts.
    pub items: Vec<Item>,
}

/// A const or static.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConstItem {
    /// Its type.
    pub ty: TypeRef,
    /// Its value, as a body whose root is the expression.
    pub body: Option<BodyId>,
    /// `static`.
    pub is_static: bool,
}

/// A module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModItem {
    /// Its items if it is inline; `None` for `mod x;`.
    pub items: Option<Vec<Item>>,
    /// `#[path = ".."]`.
    pub path: Option<String>,
}

/// A `use`, flattened: one entry per leaf of the tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UseItem {
    /// The leaves.
    pub leaves: Vec<UseLeaf>,
}

/// One imported path.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UseLeaf {
    /// The path's segments, without a trailing `self` or `*`.
    pub path: Vec<Name>,
    /// Whether it starts with `::`.
    pub global: bool,
    /// What the leaf does.
    pub kind: UseKind,
    /// Where its last segment stands.
    pub range: TextRange,
}

/// What a leaf of a `use` tree does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UseKind {
    /// Brings the path in under this name (the last segment, or after `as`).
    Name(Name),
    /// `as _`.
    Anonymous,
    /// `::*`.
    Glob,
}

/// A `macro_rules!` definition. Its rules are re-read from the file's text when it is expanded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroRulesItem {
    /// The text between the outer delimiters.
    pub rules: TextRange,
    /// That text itself, where the definition is not in the file but in an expansion.
    pub inline: Option<Box<str>>,
    /// `#[macro_export]`.
    pub exported: bool,
}

/// A macro call in item position.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MacroItem {
    /// The macro's path.
    pub path: Path,
    /// The text between the delimiters.
    pub tokens: TextRange,
    /// That text itself, where the call is not in the file but in an expansion.
    pub inline: Option<Box<str>>,
}
