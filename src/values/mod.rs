//! What expressions are worth: types and callees of every body, constants, strings.
//!
//! [`typing`] walks a body once and says what each expression's type is, which local a
//! path names and which functions a call may reach; [`text`] follows strings through
//! constants, formats and simple functions. Both are computed on demand and kept.
//! [`strings`] goes backwards from a use to all the literals that may end up there.

mod externals;
mod fields;
mod patterns;
pub mod strings;
pub mod text;
pub mod typing;

pub use text::{Text, TextPart};
pub(crate) use typing::collect_types;
pub use typing::{Callee, Typing};

use std::sync::OnceLock;

use crate::program::{BodyKey, Program};

/// The program with what has been found out about its bodies.
#[derive(Debug)]
pub struct Values<'p> {
    /// The program.
    pub program: &'p Program,
    typings: Vec<OnceLock<Box<Typing>>>,
}

impl<'p> Values<'p> {
    /// Nothing is computed yet.
    pub fn new(program: &'p Program) -> Values<'p> {
        let typings = (0..program.bodies.len()).map(|_| OnceLock::new()).collect();
        Values { program, typings }
    }

    /// What has been inferred, for those who have to get rid of it.
    pub fn into_typings(self) -> Vec<OnceLock<Box<Typing>>> {
        self.typings
    }

    /// Types, locals and callees of a body.
    pub fn typing(&self, body: BodyKey) -> &Typing {
        self.typings[body.0 as usize].get_or_init(|| Box::new(typing::infer(self, body)))
    }
}
