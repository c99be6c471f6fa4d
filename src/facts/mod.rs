//! One source file -> owned facts.
//!
//! A file's facts depend only on its bytes, on this module and on whether the bodies of
//! tests are asked for: no manifest, no other file, no setting. They are owned, `Send` and serialisable; the syn tree
//! never leaves the function that parses it. Spans are byte ranges of the file.
//!
//! The way through: [`outline`] finds the bodies and reads the imports, [`depth`] looks at the text before syn recurses
//! over it, [`shell`] parses items with their bodies cut out, [`lower`] turns items and, one by
//! one, bodies into the types of [`item`], [`ty`] and [`body`]. A body is read when somebody asks
//! for it ([`lazy`]); what names it [mentions](mentions) is known before.

pub mod attr;
pub mod body;
mod broken;
pub mod comment;
pub mod depth;
pub mod item;
pub mod lazy;
pub mod lower;
pub mod mentions;
mod outline;
pub mod proto;
pub(crate) mod scan;
pub mod shell;
pub(crate) mod tokens;
pub mod ty;
mod uses;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::source::TextRange;

pub use attr::{Attr, CfgPredicate, Meta, MetaValue};
pub use body::{Body, BodyId, Expr, ExprId, Pat, PatId, Stmt};
pub use comment::Comment;
pub use item::{Item, ItemKind};
pub use lazy::LazyBody;
pub use mentions::{Mention, Mentions};
pub use ty::{GenericArg, Path, Segment, TypeRef};

/// Everything the program needs to know of one file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Inner attributes of the file (`#![..]`).
    pub attrs: Vec<Attr>,
    /// Items in source order; inline modules hold theirs.
    pub items: Vec<Item>,
    /// Bodies of functions, consts and statics, addressed by [`BodyId`].
    pub bodies: Vec<LazyBody>,
    /// Comments that may be instructions to us, in source order.
    pub comments: Vec<Comment>,
    /// What could not be read. The rest of the file is there nevertheless.
    pub problems: Vec<Problem>,
}

impl FileFacts {
    /// The body with this id.
    pub fn body(&self, id: BodyId) -> &LazyBody {
        &self.bodies[id.0 as usize]
    }
}

/// A part of a file that could not be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Problem {
    /// Where.
    pub range: TextRange,
    /// What, in the parser's words.
    pub message: String,
    /// How much is lost.
    pub extent: Extent,
}

/// How much of a file a [`Problem`] costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// Nothing of the file could be read.
    File,
    /// One item is missing.
    Item,
    /// One body is missing; its item is there.
    Body,
}

/// What is read of test code (`#[cfg(test)]`, `#[test]` and the like).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    /// Everything.
    Whole,
    /// Items without the bodies of functions: what they declare can be named, what they do is not
    /// known. Modules that are tests have no items.
    Shells,
}

/// Reads one file. Never fails: what cannot be read is in [`FileFacts::problems`].
pub fn extract(text: &str) -> FileFacts {
    extract_with(&Arc::from(text), Tests::Whole)
}

/// Reads one file, of its test code as much as is asked for.
pub fn extract_with(text: &Arc<str>, tests: Tests) -> FileFacts {
    shell::extract(text, tests)
}
