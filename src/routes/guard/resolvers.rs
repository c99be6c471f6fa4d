//! Resolvers of GraphQL: what they find in their context is what the handler that executes the schema
//! has put there, or what the schema holds for all requests.

use super::Judge;
use super::extensions::Slot;
use super::interpret::Run;
use super::proof::{Abs, Out, Proof};
use crate::facts::body::MethodCall;
use crate::facts::mentions::hashes;
use crate::facts::{Expr, ExprId, Mention};
use crate::models::{Function, Role, TypeRole};
use crate::program::{BodyKey, Container, FnId, Ty};
use crate::source::Name;

/// The libraries whose resolvers are handed a context.
const LIBRARIES: [&str; 2] = ["async_graphql", "juniper"];

impl Run<'_, '_> {
    /// What a resolver finds in the context that it is handed: by its type, what is there for the
    /// request or for all of them.
    pub(super) fn context_method(&mut self, id: ExprId, call: &MethodCall) -> Option<Abs> {
        let name = call.name.as_str();
        if !matches!(name, "data" | "data_opt" | "data_unchecked") || !call.args.is_empty() {
            return None;
        }
        let is_context = self.judge.is_context(self.ty(call.receiver).peel_refs());
        if !is_context {
            return None;
        }
        let wanted = match self.extension_type(id, call) {
            Ty::Unknown => self.ty(id).peel_refs().clone(),
            known => known,
        };
        let found = self.judge.extension(&Slot::Type(wanted));
        Some(match name {
            "data" => found.renamed("Ok"),
            "data_opt" => found,
            // It panics where there is none.
            _ => self.unwrapped(&found),
        })
    }
}

impl Judge<'_> {
    /// Whether resolvers may run at all.
    pub(super) fn has_resolvers(&self) -> bool {
        LIBRARIES.iter().any(|it| self.program.may_use(it))
    }

    /// Whether a type is what resolvers are handed.
    pub(super) fn is_context(&self, ty: &Ty) -> bool {
        let path = ty.external_path();
        let role = path.and_then(|it| self.program.models.type_(it)?.role);
        role == Some(TypeRole::ResolverContext)
    }

    /// Whether a function answers a field of GraphQL.
    pub(super) fn is_resolver(&self, id: FnId) -> bool {
        const DESCRIBES: [&str; 5] = [
            "Object",
            "ComplexObject",
            "Subscription",
            "graphql_object",
            "graphql_subscription",
        ];
        let Container::Impl(of) = self.program[id].container else {
            return false;
        };
        let mut attrs = self.program[of].attrs.iter();
        self.has_resolvers()
            && attrs.any(|it| {
                let name = it.meta.last_segment();
                name.is_some_and(|it| DESCRIBES.contains(&it.as_str()))
            })
    }

    /// A context of juniper, a type of the program's: as the code has made it that executes the schema.
    pub(super) fn made_context(&self, ty: &Ty) -> Option<Abs> {
        let is_own = matches!(ty, Ty::Adt(..)) && self.program.may_use("juniper");
        if !is_own
            || self
                .program
                .external_impls("juniper::Context", ty)
                .is_empty()
        {
            return None;
        }
        let found = self.extension(&Slot::Type(ty.clone()));
        let out = found.variant("Some").unwrap_or_else(Out::nothing);
        // That somebody was looked for says nothing of a resolver that does not ask.
        let proof = match out.proof.is_verified() || out.proof.maybe.is_some() {
            true => out.proof,
            false => Proof::nothing(),
        };
        Some(Abs::fallible("Ok", proof, out.val))
    }

    /// What a body puts where the resolvers of a request find it.
    pub(super) fn handed_on(&self, key: BodyKey, slots: &mut Vec<Slot>) {
        let given = self.given_to(key, Role::HandsOn);
        slots.extend(given.into_iter().map(Slot::Type));
    }

    /// The names of the functions that put something there.
    pub(super) fn handing_on(&self) -> Vec<Name> {
        self.names_of(Role::HandsOn)
    }

    /// Whether the resolvers of all requests find something here; `None` if that depends on an
    /// argument whose type is not known.
    pub(super) fn is_shared_out(&self, slot: &Slot) -> Option<bool> {
        let Slot::Type(wanted) = slot else {
            return Some(false);
        };
        if !self.has_resolvers() {
            return Some(false);
        }
        let names = self.names_of(Role::SharesOut).into_iter();
        let hashes = names.flat_map(|name| hashes(Mention::CALLED, name.as_str()));
        let mut answer = Some(false);
        for key in self.program.mentioning(&hashes.collect()) {
            for ty in self.given_to(key, Role::SharesOut) {
                match ty.peel_refs() {
                    ty if super::extensions::same(ty, wanted.peel_refs()) => return Some(true),
                    Ty::Unknown => answer = None,
                    _ => {}
                }
            }
        }
        answer
    }

    fn names_of(&self, role: Role) -> Vec<Name> {
        let libraries = LIBRARIES.iter().chain(&SERVERS);
        let crates = libraries.filter(|it| self.program.may_use(it));
        let is_meant = |it: &Function| it.role == role;
        let paths = self
            .program
            .models
            .functions_of(crates.map(|it| Name::new(it)), is_meant);
        let last = |path: &Name| Name::new(path.as_str().rsplit("::").next().unwrap_or_default());
        let mut names: Vec<Name> = paths.iter().map(last).collect();
        names.sort_unstable_by_key(|it| it.as_str());
        names.dedup();
        names
    }

    /// The types of what a body's calls of functions with this role are given.
    fn given_to(&self, key: BodyKey, role: Role) -> Vec<Ty> {
        let typing = self.values.typing(key);
        let given = |(id, expr): (ExprId, &Expr)| {
            let args = match expr {
                Expr::Call { args, .. } => args,
                Expr::MethodCall(call) => &call.args,
                _ => return None,
            };
            let model = self.program.models.function(typing.external(id)?)?;
            let at = usize::try_from(model.credential.unwrap_or(0)).ok()?;
            let arg = args.get(at).filter(|_| model.role == role)?;
            Some(typing.ty(*arg).peel_refs().clone())
        };
        self.program[key].body.exprs().filter_map(given).collect()
    }

    /// What is found in a place that nothing puts anything into for one request.
    pub(super) fn shared_out(&self, slot: &Slot, name: &str) -> Option<Abs> {
        match self.is_shared_out(slot) {
            Some(false) => None,
            Some(true) => Some(Abs::fallible(
                "Some",
                Proof::nothing(),
                Abs {
                    setting: Some(std::sync::Arc::from(name)),
                    ..Abs::of(super::proof::From::OWN)
                },
            )),
            None => {
                let what = format!("whether every request has a `{name}` is not known");
                Some(Abs::fallible("Some", Proof::maybe(what), Abs::default()))
            }
        }
    }
}

/// Crates that serve the schemas of those libraries.
const SERVERS: [&str; 3] = ["juniper_actix", "juniper_axum", "juniper_rocket"];
