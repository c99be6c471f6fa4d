//! What requests hold by type: extensions of tide's, the state of gotham's.
//!
//! tide 0.16 `src/request.rs`: `set_ext` and `ext`. gotham 0.7 `src/state`: `put`, and `borrow`, `take`
//! and `try_…` or the same as functions of the type, `User::borrow_from(&state)`; the framework puts the
//! parts of the request there, and what a route's extractors have read from its path and query.

use std::sync::Arc;

use super::extensions::Slot;
use super::interpret::Run;
use super::proof::{Abs, From, Proof};
use super::{EventKind, words};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::program::{Def, Program, Ty};
use crate::routes::eval::type_name;
use crate::source::Name;

const REQUEST: &str = "tide::Request";
/// What gotham hands its handlers in the place of a request.
pub const STATE: &str = "gotham::state::State";

/// The functions of a type that find it in gotham's state.
pub const FROM_STATE: [&str; 6] = [
    "borrow_from",
    "borrow_mut_from",
    "take_from",
    "try_borrow_from",
    "try_borrow_mut_from",
    "try_take_from",
];

/// The crates whose types in gotham's state are parts of the request.
const PARTS: [&str; 4] = ["cookie::", "http::", "http_body::", "hyper::"];

/// What types derive that routes read from paths and queries, and nothing else.
const EXTRACTED: &str = "StaticResponseExtender";

impl Run<'_, '_> {
    /// A method that puts something into a request by its type, or finds it there.
    pub(super) fn typemap_method(
        &mut self,
        id: ExprId,
        call: &MethodCall,
        args: &[Abs],
    ) -> Option<Abs> {
        let name = call.name.as_str();
        let is_named = matches!(
            name,
            "set_ext"
                | "ext"
                | "ext_mut"
                | "put"
                | "has"
                | "borrow"
                | "borrow_mut"
                | "take"
                | "try_borrow"
                | "try_borrow_mut"
                | "try_take"
                | "state"
        );
        if !is_named {
            return None;
        }
        let receiver = self.ty(call.receiver);
        match (receiver.peel_refs(), name) {
            (Ty::External(path, _), "set_ext") if *path == REQUEST => self.put(id, call, args),
            (Ty::External(path, _), "ext" | "ext_mut") if *path == REQUEST => {
                let ty = self.extension_type(id, call);
                Some(self.judge.extension(&Slot::Type(ty)))
            }
            // The service's own.
            (Ty::External(path, held), "state") if *path == REQUEST => {
                Some(self.own(held.first().unwrap_or(&Ty::Unknown)))
            }
            (Ty::External(path, _), "put") if *path == STATE => self.put(id, call, args),
            (Ty::External(path, _), "has") if *path == STATE => {
                let ty = self.turbofish(call).unwrap_or(Ty::Unknown);
                Some(self.in_state(&ty).renamed("true"))
            }
            (Ty::External(path, _), name) if *path == STATE => {
                let ty = self.turbofish(call).or_else(|| {
                    let given = self.ty(id);
                    let given = given.success().unwrap_or(given);
                    Some(given.peel_refs().clone())
                })?;
                let found = self.in_state(&ty);
                Some(match name.starts_with("try_") {
                    true => found,
                    false => self.unwrapped(&found),
                })
            }
            _ => None,
        }
    }

    /// `User::borrow_from(&state)`.
    pub(super) fn taken_from_state(
        &mut self,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Option<Abs> {
        let data = &self.judge.program[self.key];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        let function = path.last()?;
        if !FROM_STATE.contains(&function.as_str()) || args.len() != 1 {
            return None;
        }
        let state = self.ty(args[0]);
        if !state.peel_refs().is_external(STATE) {
            return None;
        }
        let Some(ty) = self.written_owner(id).or_else(|| self.named_owner(callee)) else {
            return Some(Abs::of(From::REQUEST));
        };
        let found = self.in_state(&ty);
        Some(match function.as_str().starts_with("try_") {
            true => found,
            false => self.unwrapped(&found),
        })
    }

    /// The type on which a function is called by its path.
    fn named_owner(&self, callee: ExprId) -> Option<Ty> {
        let data = &self.judge.program[self.key];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        let names: Vec<Name> = path.segments.iter().map(|it| it.name).collect();
        let (_, owner) = names.split_last()?;
        let found = self.judge.program.resolve_names(data.module, owner, false);
        found.into_iter().find_map(|it| match it.def {
            Def::Adt(adt) => Some(Ty::Adt(adt, Arc::from([]))),
            Def::External(path) => Some(Ty::external(path.as_str(), [])),
            _ => None,
        })
    }

    fn put(&mut self, id: ExprId, call: &MethodCall, args: &[Abs]) -> Option<Abs> {
        let ty = self.ty(*call.args.first()?);
        let value = args.first().cloned().unwrap_or_default();
        let span = self.span(id);
        self.event(EventKind::Insert(Slot::Type(ty), Box::new(value)), span);
        Some(Abs::default())
    }

    /// What gotham's state has of a type: `Some` with what finding it there proves.
    fn in_state(&mut self, ty: &Ty) -> Abs {
        let some = |val: Abs| Abs::fallible("Some", Proof::nothing(), val);
        if let Some(path) = ty.external_path() {
            match path.as_str() {
                "http::Method" => return some(self.method_of_request()),
                "http::Uri" => return some(self.path_of_request()),
                "gotham::middleware::session::SessionData" => return some(self.session(ty)),
                it if it.ends_with("::Body") || PARTS.iter().any(|of| it.starts_with(of)) => {
                    return some(Abs::of(From::REQUEST));
                }
                _ => {}
            }
        }
        // Read from the path or the query by the route.
        if is_extracted(self.judge.program, ty) {
            return some(Abs::of(From::INPUT));
        }
        let slot = Slot::Type(ty.clone());
        match self.judge.is_inserted(&slot) {
            true => self.judge.extension(&slot),
            // Given to all by a `StateMiddleware`.
            false => some(self.own(ty)),
        }
    }

    /// What the service keeps for a visitor: of a field that names somebody, that it is there proves
    /// who it is.
    fn session(&self, ty: &Ty) -> Abs {
        let session = Abs::of(From::SESSION.with(From::REQUEST));
        let Ty::Adt(adt, _) = ty.arg(0) else {
            return session;
        };
        let program = self.judge.program;
        let def = &program[adt];
        let named = def.fields().iter().filter(|it| {
            let ty = program.field_ty(adt, it);
            words::identity_key(it.name.as_str()) && ty.is_external("std::option::Option")
        });
        let fields = named.map(|it| {
            let evidence = self.evidence(
                format!("session entry {}", it.name),
                it.range.in_file(def.file),
            );
            let proof = Proof::verified(evidence);
            (
                it.name,
                Abs::fallible("Some", proof, Abs::of(From::IDENTITY)),
            )
        });
        Abs {
            fields: Some(Arc::new(fields.collect())),
            ..session
        }
    }

    /// What all requests share.
    fn own(&self, ty: &Ty) -> Abs {
        Abs {
            setting: Some(Arc::from(type_name(self.judge.program, ty.peel_refs()))),
            ..Abs::of(From::OWN)
        }
    }
}

/// Whether a route reads a value of this type from its path or query: what it derives is asked of
/// nothing else.
pub fn is_extracted(program: &Program, ty: &Ty) -> bool {
    let Ty::Adt(adt, _) = ty.peel_refs() else {
        return false;
    };
    let attrs = program[*adt].attrs.iter();
    let derived = attrs.filter(|it| it.meta.is("derive"));
    let mut derived = derived.flat_map(|it| it.meta.list());
    derived.any(|it| it.last_segment().is_some_and(|it| it == EXTRACTED))
}
