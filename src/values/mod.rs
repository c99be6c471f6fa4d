//! What expressions are worth: types and callees of every body, constants, strings.
//!
//! [`typing`] walks a body once and says what each expression's type is, which local a
//! path names and which functions a call may reach; [`text`] follows strings through
//! constants, formats and simple functions. Both are computed on demand and kept.
//! [`strings`] goes backwards from a use to all the literals that may end up there, [`worth`] to
//! all that an expression may be otherwise; [`around`] says on what conditions it is reached. [`shown`] says how macros write
//! their arguments.

pub mod around;
mod externals;
mod fields;
pub mod making;
pub mod number;
mod patterns;
pub mod shown;
pub mod strings;
pub mod text;
pub mod typing;
pub mod worth;

pub use text::{Text, TextPart};
pub(crate) use typing::collect_types;
pub use typing::{Callee, Typing};

use std::sync::OnceLock;

use crate::facts::{Expr, ExprId, LazyBody};
use crate::program::{BodyKey, FnId, Program};
use crate::source::Name;

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

    /// The functions of the program that a call reaches for certain: a method of a receiver
    /// of unknown type is a guess by its name, and left out.
    pub fn targets(&self, key: BodyKey, call: ExprId) -> Vec<FnId> {
        let typing = self.typing(key);
        if let Expr::MethodCall(data) = self.program[key].body.expr(call)
            && typing.ty(data.receiver).is_unknown()
        {
            return Vec::new();
        }
        let callees = typing.callees(call).iter();
        let fns = callees.filter_map(|callee| match callee {
            Callee::Fn(candidate) => Some(candidate.id),
            _ => None,
        });
        fns.collect()
    }

    /// The calls that reach a function for certain, in those bodies that are meant.
    pub fn callers(&self, id: FnId, is_meant: impl Fn(BodyKey) -> bool) -> Vec<(BodyKey, ExprId)> {
        let hashes = self.program.hashes_of_fn(id).collect();
        let names = self.program.spelled(self.program[id].name);
        let bodies = self.program.mentioning(&hashes).into_iter();
        let mut found = Vec::new();
        for key in bodies.filter(|it| is_meant(*it)) {
            let body = &self.program[key].body;
            if body.if_read().is_none() && !may_call(body, &names) {
                continue;
            }
            // Types are found out for whom its name stands in a call.
            let is_named = |expr: &Expr| match expr {
                Expr::MethodCall(call) => names.contains(&call.name),
                Expr::Call { callee, .. } => match body.expr(*callee) {
                    Expr::Path(path) => path.last().is_some_and(|it| names.contains(&it)),
                    _ => false,
                },
                _ => false,
            };
            for (call, _) in body.exprs().filter(|(_, expr)| is_named(expr)) {
                let reaches = self.targets(key, call).into_iter().filter(|it| *it == id);
                found.extend(reaches.map(|_| (key, call)));
            }
        }
        found
    }
}

/// Whether one of these names stands before arguments in the text of a body, which is not read for it.
fn may_call(body: &LazyBody, names: &[Name]) -> bool {
    let text = body.text().filter(|_| !body.is_expanded());
    let is_called = |text: &str, name: &str| {
        let mut uses = text.match_indices(name);
        uses.any(|(at, _)| {
            let behind = text[at + name.len()..].trim_start();
            // A comment may stand between them.
            behind.starts_with(['(', '/']) || behind.starts_with("::")
        })
    };
    text.is_none_or(|text| names.iter().any(|it| is_called(text, it.as_str())))
}
