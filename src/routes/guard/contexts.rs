//! What server functions find around them: contexts, and extractors that they run by hand.
//!
//! leptos 0.5 to 0.8 `use_context::<T>()` and `expect_context::<T>()` give what the router's context was
//! given (`provide_context`), mostly what a handler has extracted; `leptos_axum::extract::<T>()`,
//! `leptos_actix::extract` and dioxus' `extract` run an extractor of the framework below.

use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof};
use super::words;
use crate::facts::{Expr, ExprId, GenericArg, Stmt};
use crate::program::Ty;
use crate::routes::eval::type_name;
use crate::values::Callee;

/// The crates whose functions these are.
const CRATES: [&str; 2] = ["leptos", "dioxus"];

impl Run<'_, '_> {
    /// A call that gives something of the request or the service to a server function.
    pub(super) fn in_context(&mut self, id: ExprId, callee: ExprId) -> Option<Abs> {
        let program = self.judge.program;
        let data = &program[self.key];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        let last = path.segments.last()?;
        let name = last.name.as_str();
        let is_named = matches!(
            name,
            "use_context" | "expect_context" | "consume_context" | "extract" | "extract_with_state"
        );
        if !is_named || !CRATES.iter().any(|it| program.may_use(it)) {
            return None;
        }
        let is_foreign = |it: &Callee| match it {
            Callee::External(path) => CRATES.iter().any(|of| path.as_str().starts_with(of)),
            _ => false,
        };
        let callees = self.typing.callees(id);
        if !callees.is_empty() && !callees.iter().any(is_foreign) {
            return None;
        }
        let scope = self.scope()?;
        let written = last.args.as_deref().and_then(|all| match all.first() {
            Some(GenericArg::Type(ty)) => Some(program.lower_ty(&scope, ty)),
            _ => None,
        });
        let given = self.ty(id);
        let given = match &given {
            Ty::Future(inner) => (**inner).clone(),
            other => other.clone(),
        };
        let given = given.success().unwrap_or(given);
        let inferred = Some(given).filter(|it| !it.is_unknown());
        let ty = written.or(inferred).or_else(|| self.annotated(id));
        let Some(ty) = ty else {
            let proof = Proof::maybe(format!("what `{name}` gives is not known"));
            return Some(Abs::fallible("Ok", proof, Abs::of(From::INPUT)));
        };
        if name.starts_with("extract") {
            return Some(self.judge.extractor(&ty, self.span(id)).renamed("Ok"));
        }
        let found = self.provided(&ty, id);
        Some(match name {
            "use_context" => found,
            _ => self.unwrapped(&found),
        })
    }

    /// The type that a variable is given whose value a call is, once it was waited for and has not
    /// failed: `let user: User = extract().await?`.
    fn annotated(&self, call: ExprId) -> Option<Ty> {
        let body = &self.judge.program[self.key].body;
        let is_value = |mut expr: ExprId| loop {
            match body.expr(expr) {
                Expr::Await(inner) | Expr::Try(inner) => expr = *inner,
                Expr::MethodCall(it) => expr = it.receiver,
                _ => return expr == call,
            }
        };
        let scope = self.scope()?;
        body.exprs().find_map(|(_, expr)| {
            let Expr::Block(block) = expr else {
                return None;
            };
            block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(data) if data.init.is_some_and(is_value) => {
                    Some(self.judge.program.lower_ty(&scope, data.ty.as_ref()?))
                }
                _ => None,
            })
        })
    }

    /// What a context has of this type.
    fn provided(&self, ty: &Ty, id: ExprId) -> Abs {
        let some = |proof, val| Abs::fallible("Some", proof, val);
        if let Some(from) = self.judge.part_of_request(ty.peel_refs()) {
            return some(Proof::nothing(), Abs::of(from));
        }
        let value = self.judge.extractor(ty, self.span(id));
        let out = value.variant("Ok").unwrap_or_else(Out::nothing);
        if out.proof.is_verified() || out.val.from.has(From::SESSION.with(From::REQUEST)) {
            return some(out.proof, out.val);
        }
        let name = type_name(self.judge.program, ty.peel_refs());
        // Whoever provides it may have asked who it is.
        if words::identity_type(&name) {
            let text = format!("who provides the context `{name}` is not followed");
            return some(Proof::maybe(text), Abs::default());
        }
        let own = Abs {
            setting: Some(Arc::from(name)),
            ..Abs::of(From::OWN)
        };
        some(Proof::nothing(), own)
    }
}
