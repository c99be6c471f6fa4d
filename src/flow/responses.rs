//! Types of the program that a framework turns into responses by their own code, errors included.

use std::collections::BTreeMap;

use super::calls::Given;
use super::taint::{Callable, Value};
use super::walk::Walk;
use crate::facts::mentions::hash;
use crate::facts::{Body, Expr, ExprId, Mention, Path};
use crate::program::{BodyOwner, Container, FnId, Program, Ty};
use crate::source::{Name, Span};

/// Traits whose functions make a response of a value.
const RESPONDERS: [&str; 6] = [
    "IntoResponse",
    "Responder",
    "ResponseError",
    "Reply",
    "Scribe",
    "Writer",
];

impl Walk<'_, '_> {
    /// What a handler gives back becomes a response.
    pub(super) fn answer(&mut self, value: &Value) {
        let program = self.all.program;
        if value.is_untainted() || !self.all.handlers.contains(&self.id) {
            return;
        }
        let written = program.fn_return(self.id);
        let made = self.ty(self.body.root).clone();
        let span = self.span(tail(self.body, self.body.root));
        for ty in [&written, &made] {
            if self.respond(value, ty, span) {
                return;
            }
        }
    }

    /// An error that a closure makes: `map_err(|_| Failed(name))`.
    pub(super) fn failed(&mut self, callable: Callable, made: &Value, span: Span) {
        if let Callable::Closure(key, id) = callable
            && key == self.key
            && let Expr::Closure(closure) = self.body.expr(id)
        {
            let ty = self.ty(closure.body);
            self.respond(made, ty, span);
        }
    }

    /// A value that becomes a response, if its type has code for that; whether it has.
    pub(super) fn respond(&mut self, value: &Value, ty: &Ty, span: Span) -> bool {
        let ty = response_of(ty);
        if value.is_untainted() || !matches!(ty, Ty::Adt(..)) {
            return false;
        }
        let program = self.all.program;
        let impls = program.impls_named(&RESPONDERS, &ty);
        for (id, _) in &impls {
            for function in &program[*id].fns {
                if let Some(summary) = self.all.of(*function) {
                    let given = Given {
                        this: Some(value),
                        args: &[],
                    };
                    self.instantiate(*function, &summary, &given, span);
                }
            }
        }
        !impls.is_empty()
    }
}

/// `T` of `T`, `Result<T, _>` and `Option<T>`, now or later.
fn response_of(ty: &Ty) -> Ty {
    match ty.peel_refs() {
        Ty::Future(inner) => response_of(inner),
        ty => match ty.success() {
            Some(inner) => response_of(&inner),
            None => ty.clone(),
        },
    }
}

/// The last expression of a block.
fn tail(body: &Body, id: ExprId) -> ExprId {
    match body.expr(id) {
        Expr::Block(block) => block.tail.map_or(id, |it| tail(body, it)),
        _ => id,
    }
}

/// Of functions that make a response of a value: those that name the value's type, and may make one.
pub(super) fn makers(program: &Program, functions: &[FnId]) -> BTreeMap<FnId, Vec<FnId>> {
    let mut found: BTreeMap<FnId, Vec<FnId>> = BTreeMap::new();
    for function in functions {
        let Some(name) = responded(program, *function) else {
            continue;
        };
        let hashes = Mention::IN_PATH.map(|it| hash(it, name.as_str()));
        let bodies = program.mentioning(&hashes.into_iter().collect());
        for key in bodies {
            if let BodyOwner::Fn(id) = program[key].owner
                && id != *function
                && !program[id].is_test
                && makes(&program[key].body, name)
            {
                found.entry(id).or_default().push(*function);
            }
        }
    }
    found
}

/// The name of the type of which a function makes a response.
fn responded(program: &Program, id: FnId) -> Option<Name> {
    let Container::Impl(of) = program[id].container else {
        return None;
    };
    let of_trait = program[of].of_trait.as_ref()?.last()?;
    if !RESPONDERS.contains(&of_trait.as_str()) {
        return None;
    }
    match *program.impl_self_ty(of) {
        Ty::Adt(id, _) => Some(program[id].name),
        _ => None,
    }
}

/// Whether a type is named in an expression of a body.
fn makes(body: &Body, name: Name) -> bool {
    let names = |path: &Path| path.segments.iter().any(|it| it.name == name);
    body.exprs().any(|(_, expr)| match expr {
        Expr::Struct(literal) => names(&literal.path),
        Expr::Path(path) => names(path),
        _ => false,
    })
}
