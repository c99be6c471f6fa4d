//! Middleware that wraps one endpoint in another (poem): which value is the rest of the chain, and
//! which code stands in front of it.

use super::Judge;
use super::interpret::Run;
use super::typemaps::STATE;
use crate::facts::ty::Path;
use crate::facts::{Expr, ExprId, TypeRef};
use crate::program::{Def, Program, Ty};
use crate::source::Name;
use crate::values::Callee;

/// Traits of what answers requests.
const ENDPOINTS: [&str; 4] = [
    "poem::Endpoint",
    "poem::IntoEndpoint",
    "poem::endpoint::DynEndpoint",
    "viz_core::Handler",
];

impl Run<'_, '_> {
    /// The type on which a call is written to call a trait's function, with its arguments: `Data<&Keys>`
    /// of `<Data<&Keys> as FromRequest>::from_request(..)` and `Data::<&Keys>::from_request(..)`.
    pub(super) fn written_owner(&self, call: ExprId) -> Option<Ty> {
        let body = &self.judge.program[self.key].body;
        let Expr::Call { callee, .. } = body.expr(call) else {
            return None;
        };
        let Expr::Path(path) = body.expr(*callee) else {
            return None;
        };
        let ty = match &path.qself {
            Some(qself) => qself.ty.clone(),
            None => {
                let (_, owner) = path.segments.split_last()?;
                owner.last()?.args.as_ref()?;
                TypeRef::Path(Path {
                    segments: owner.into(),
                    ..(**path).clone()
                })
            }
        };
        let ty = self.judge.program.lower_ty(&self.scope()?, &ty);
        Some(ty.subst(&self.subst, self.judge.program)).filter(|it| !it.is_unknown())
    }

    /// `User::from_request_without_body(req)`, which poem's trait gives every extractor.
    pub(super) fn extracted(&self, callee: ExprId) -> Option<Ty> {
        let data = &self.judge.program[self.key];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        path.last()
            .filter(|it| *it == "from_request_without_body")?;
        let names: Vec<_> = path.segments.iter().map(|it| it.name).collect();
        let (_, owner) = names.split_last()?;
        let found = self.judge.program.resolve_names(data.module, owner, false);
        found.into_iter().find_map(|it| match it.def {
            Def::Adt(adt) => Some(Ty::Adt(adt, std::sync::Arc::from([]))),
            Def::External(path) => Some(Ty::external(path.as_str(), [])),
            _ => None,
        })
    }
}

/// Whether a value of this type is known only to answer requests: what a middleware wraps.
pub(super) fn is_rest(ty: &Ty) -> bool {
    match ty {
        Ty::Ref(inner) => is_rest(inner),
        Ty::External(path, args) => {
            let is_pointer = matches!(
                path.as_str(),
                "std::boxed::Box" | "std::sync::Arc" | "std::rc::Rc"
            );
            *path == "poem::endpoint::BoxEndpoint"
                || *path == "viz_core::BoxHandler"
                // ntex 3: `ctx.call(&self.service, req)`.
                || *path == "ntex::ServiceCtx"
                || is_pointer && args.first().is_some_and(is_rest)
        }
        Ty::Param(_, bounds) | Ty::Opaque(bounds) | Ty::Dyn(bounds) => {
            bounds.iter().any(|bound| {
                let Def::External(path) = bound.of else {
                    return false;
                };
                // gotham: the chain, which is called with the state.
                let takes_state = || match bound.args.first() {
                    Some(Ty::Tuple(args)) => args.iter().any(|it| it.is_external(STATE)),
                    Some(only) => only.is_external(STATE),
                    None => false,
                };
                ENDPOINTS.contains(&path.as_str())
                    || path.as_str().ends_with("::FnOnce") && takes_state()
            })
        }
        _ => false,
    }
}

/// Whether a type is middleware of the program by the trait of poem, or by that of viz.
fn wraps(program: &Program, ty: &Ty) -> bool {
    let mut traits = ["poem::Middleware", "viz_core::Transform"].into_iter();
    traits.any(|it| !program.external_impls(it, ty).is_empty())
}

/// What a middleware of the program makes of an endpoint; `None` if it is none, or if its type
/// does not tell.
pub(super) fn wrapper(program: &Program, ty: &Ty) -> Option<Ty> {
    let made = program.project(ty, Name::new("Output"));
    Some(made).filter(|it| wraps(program, ty) && matches!(it, Ty::Adt(..)))
}

/// Whether what a middleware of the program does to an endpoint cannot be told by its types.
pub(super) fn is_opaque(program: &Program, ty: &Ty) -> bool {
    let made = || program.project(ty, Name::new("Output"));
    wraps(program, ty) && !matches!(made(), Ty::Adt(..) | Ty::Param(..))
}

/// How far the content of cookies that hold a session can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealing {
    /// Only the service can make it, or it holds no more than a key to what the service stores.
    Sealed,
    /// Clients write it as they like.
    Plain,
    /// The configuration could not be read.
    Unknown,
}

impl Judge<'_> {
    /// What sessions of poem are kept in: `CookieSession` keeps them in the cookie itself, and
    /// its configuration says whether that is signed or encrypted. Of several, the weakest counts.
    pub(super) fn sealing(&self) -> Sealing {
        *self.known.sealing.get_or_init(|| {
            let new = "poem::session::CookieSession::new";
            let is_new = |path: Name| path == new;
            let bodies = self.program.using([new], false, is_new);
            let mut weakest = Sealing::Sealed;
            for key in bodies {
                let typing = self.values.typing(key);
                let body = &self.program[key].body;
                for (id, expr) in body.exprs() {
                    let Expr::Call { args, .. } = expr else {
                        continue;
                    };
                    let external =
                        |it: &Callee| matches!(it, Callee::External(path) if is_new(*path));
                    if !typing.callees(id).iter().any(external) {
                        continue;
                    }
                    match args
                        .first()
                        .map_or(Sealing::Unknown, |arg| self.configured(key, *arg, 0))
                    {
                        Sealing::Plain => return Sealing::Plain,
                        Sealing::Unknown => weakest = Sealing::Unknown,
                        Sealing::Sealed => {}
                    }
                }
            }
            weakest
        })
    }

    /// What a `CookieConfig` is made by.
    fn configured(&self, key: crate::program::BodyKey, id: ExprId, depth: u32) -> Sealing {
        let body = &self.program[key].body;
        let typing = self.values.typing(key);
        if depth > 12 {
            return Sealing::Unknown;
        }
        match body.expr(id) {
            Expr::MethodCall(call) => self.configured(key, call.receiver, depth + 1),
            Expr::Ref { inner, .. } | Expr::Try(inner) => self.configured(key, *inner, depth + 1),
            Expr::Block(block) => match block.tail {
                Some(tail) => self.configured(key, tail, depth + 1),
                None => Sealing::Unknown,
            },
            Expr::Call { .. } => {
                for callee in typing.callees(id) {
                    match callee {
                        Callee::External(path) => {
                            return match path.as_str().rsplit("::").next().unwrap_or_default() {
                                "private" | "signed" => Sealing::Sealed,
                                "new" | "default" => Sealing::Plain,
                                _ => Sealing::Unknown,
                            };
                        }
                        Callee::Fn(candidate) => {
                            if let Some(key) = self.program[candidate.id].body {
                                let root = self.program[key].body.root;
                                return self.configured(key, root, depth + 1);
                            }
                        }
                        _ => {}
                    }
                }
                Sealing::Unknown
            }
            Expr::Path(_) => {
                let Some(pat) = typing.local(id) else {
                    return Sealing::Unknown;
                };
                let bound = body.exprs().find_map(|(_, expr)| {
                    let Expr::Block(block) = expr else {
                        return None;
                    };
                    block.stmts.iter().find_map(|stmt| match stmt {
                        crate::facts::Stmt::Let(data) if data.pat == pat => data.init,
                        _ => None,
                    })
                });
                bound.map_or(Sealing::Unknown, |init| {
                    self.configured(key, init, depth + 1)
                })
            }
            _ => Sealing::Unknown,
        }
    }
}
