//! Paths and types as written, not yet resolved.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::source::{Name, TextRange};

/// A path in an expression, pattern, type or bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Where it stands.
    pub range: TextRange,
    /// Whether it starts with `::`.
    pub global: bool,
    /// `<T as Trait>::..`: the type, and the trait if one is named. The trait's segments
    /// are not repeated in `segments`.
    pub qself: Option<Box<QSelf>>,
    /// At least one segment, unless the path is only a `qself`.
    pub segments: Segments,
}

/// The segments of a path: a slice, kept in place if it is only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Segment>", into = "Vec<Segment>")]
pub enum Segments {
    /// One.
    One(Segment),
    /// None, or several.
    Many(Box<[Segment]>),
}

impl Deref for Segments {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        match self {
            Segments::One(only) => std::slice::from_ref(only),
            Segments::Many(all) => all,
        }
    }
}

impl From<Vec<Segment>> for Segments {
    fn from(all: Vec<Segment>) -> Segments {
        match <[Segment; 1]>::try_from(all) {
            Ok([only]) => Segments::One(only),
            Err(all) => Segments::Many(all.into()),
        }
    }
}

impl From<&[Segment]> for Segments {
    fn from(all: &[Segment]) -> Segments {
        match all {
            [only] => Segments::One(only.clone()),
            all => Segments::Many(all.into()),
        }
    }
}

impl From<Segments> for Vec<Segment> {
    fn from(all: Segments) -> Vec<Segment> {
        match all {
            Segments::One(only) => vec![only],
            Segments::Many(all) => all.into_vec(),
        }
    }
}

impl<'a> IntoIterator for &'a Segments {
    type Item = &'a Segment;
    type IntoIter = std::slice::Iter<'a, Segment>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The qualified self of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QSelf {
    /// `T` in `<T as Trait>::Item`.
    pub ty: TypeRef,
    /// `Trait` in `<T as Trait>::Item`.
    pub as_trait: Option<Path>,
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The identifier, `r#` stripped; `crate`, `self`, `super` and `Self` included.
    pub name: Name,
    /// `<..>` or `::<..>`; for `Fn(A) -> B` the arguments are one tuple type and `Output = B`.
    pub args: Option<Box<[GenericArg]>>,
}

/// One generic argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GenericArg {
    /// A type (or a const argument that looks like one).
    Type(TypeRef),
    /// `Item = T`.
    Assoc(Name, TypeRef),
    /// `Item: Bound + Bound`.
    Constraint(Name, Vec<Path>),
    /// A const argument, as written.
    Const(Box<str>),
    /// A lifetime.
    Lifetime,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeRef {
    /// `a::B<C>`, `<T as Trait>::Item`.
    Path(Path),
    /// `&T` or `&mut T`.
    Ref {
        /// `mut`.
        mutable: bool,
        /// `T`.
        inner: Box<TypeRef>,
    },
    /// `*const T`, `*mut T`.
    Ptr(Box<TypeRef>),
    /// `(A, B)`; `()` is the empty tuple.
    Tuple(Vec<TypeRef>),
    /// `[T]`.
    Slice(Box<TypeRef>),
    /// `[T; n]`.
    Array(Box<TypeRef>),
    /// `impl A + B` (lifetimes dropped).
    ImplTrait(Vec<Path>),
    /// `dyn A + B` (lifetimes dropped).
    DynTrait(Vec<Path>),
    /// `fn(A) -> B`.
    FnPtr(Vec<TypeRef>, Box<TypeRef>),
    /// `!`.
    Never,
    /// `_`.
    Infer,
    /// A macro in type position, or syntax that we do not know.
    Unknown,
}

impl TypeRef {
    /// `()`.
    pub fn unit() -> TypeRef {
        TypeRef::Tuple(Vec::new())
    }

    /// The type behind `&`, `&mut` and parentheses.
    pub fn peel_refs(&self) -> &TypeRef {
        match self {
            TypeRef::Ref { inner, .. } => inner.peel_refs(),
            other => other,
        }
    }

    /// The path, if the type is one.
    pub fn as_path(&self) -> Option<&Path> {
        match self {
            TypeRef::Path(path) => Some(path),
            _ => None,
        }
    }
}

impl Path {
    /// The name of the last segment.
    pub fn last(&self) -> Option<Name> {
        self.segments.last().map(|segment| segment.name)
    }

    /// The identifier, if the path is nothing but one (`x`, not `x::<T>` nor `a::x`).
    pub fn as_ident(&self) -> Option<Name> {
        match (&self.qself, self.global, &*self.segments) {
            (None, false, [only]) if only.args.is_none() => Some(only.name),
            _ => None,
        }
    }

    /// The generic type arguments of the last segment.
    pub fn type_args(&self) -> impl Iterator<Item = &TypeRef> {
        let args = self
            .segments
            .last()
            .and_then(|segment| segment.args.as_deref())
            .unwrap_or(&[]);
        args.iter().filter_map(|arg| match arg {
            GenericArg::Type(ty) => Some(ty),
            _ => None,
        })
    }
}
