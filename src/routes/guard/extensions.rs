//! Identity that travels in request extensions: it counts only if every insertion follows
//! a verification.

use super::proof::{Abs, From, Out, Proof, State};
use super::{EventKind, Judge};
use crate::facts::mentions::hashes;
use crate::facts::{Expr, Mention};
use crate::program::ty::Subst;
use crate::program::{BodyOwner, FnId, Ty};
use crate::routes::eval::type_name;
use crate::source::{Name, Span};
use crate::values::Callee;

impl Judge<'_> {
    /// What finding a value of this type in the request's extensions proves.
    pub(super) fn extension(&self, ty: &Ty, _span: Span) -> Abs {
        let key = format!("{ty:?}");
        self.for_all(|| {
            self.inserted.answer(
                &self.questions,
                key,
                || Abs::fallible("Some", Proof::nothing(), Abs::default()),
                || self.judge_extension(ty),
                || !self.is_exhausted(),
            )
        })
    }

    fn judge_extension(&self, wanted: &Ty) -> Abs {
        let mut joined: Option<(State, Abs)> = None;
        let may_insert = |types: &[Ty]| {
            let vague = |ty: &Ty| !matches!(ty, Ty::Adt(..) | Ty::External(..));
            let mut types = types.iter().map(Ty::peel_refs);
            types.any(|ty| vague(ty) || same(ty, wanted))
        };
        for (id, types) in self.inserters() {
            if !may_insert(types) {
                continue;
            }
            let summary = self.run_middleware(*id, &Subst::new());
            for event in summary.events {
                let EventKind::Insert(ty, value) = event.kind else {
                    continue;
                };
                if !same(ty.peel_refs(), wanted) {
                    continue;
                }
                let value = *value;
                joined = Some(match joined {
                    None => (event.state, value),
                    Some((state, known)) => {
                        let value = Abs::either((&state, known), (&event.state, value));
                        (state.join(&event.state), value)
                    }
                });
            }
        }
        // The application gives one to everybody, and a middleware puts another in its place.
        if joined.is_some() && self.is_given_to_all(wanted) == Some(true) {
            let given = (State::start(), Abs::default());
            joined = joined.map(|(state, value)| {
                let value = Abs::either((&state, value), (&given.0, given.1.clone()));
                (state.join(&given.0), value)
            });
        }
        match joined {
            Some((state, value)) => {
                let from = if state.proof.is_verified() {
                    From::IDENTITY
                } else {
                    From::default()
                };
                let val = Abs {
                    from: value.from.with(from).without(From::CREDENTIAL),
                    ..value
                };
                Abs::variants(
                    val.from,
                    vec![
                        (
                            "Some",
                            Out {
                                proof: state.proof,
                                val,
                            },
                        ),
                        ("None", Out::nothing()),
                    ],
                )
            }
            None if self.is_shared_state(wanted) || self.is_given_to_all(wanted) != Some(false) => {
                let setting = Some(std::rc::Rc::from(type_name(self.program, wanted)));
                Abs::fallible(
                    "Some",
                    Proof::nothing(),
                    Abs {
                        setting,
                        ..Abs::of(From::OWN)
                    },
                )
            }
            None if wanted.is_external("poem::session::Session") => {
                Abs::fallible("Some", Proof::nothing(), Abs::of(From::SESSION))
            }
            // What the application hands to all requests, by code that is not read.
            None if self.program.may_use("poem") && is_no_identity(wanted) => {
                Abs::fallible("Some", Proof::nothing(), Abs::default())
            }
            None if is_framework(wanted) => {
                let path = wanted.external_path();
                let is_path = path.is_some_and(|it| it.as_str().ends_with("::MatchedPath"));
                let val = match is_path {
                    true => Abs::of(From::INPUT.with(From::ROUTE)),
                    false => Abs::default(),
                };
                Abs::fallible("Some", Proof::nothing(), val)
            }
            None => {
                let name = type_name(self.program, wanted);
                Abs::fallible(
                    "Some",
                    Proof::maybe(format!("nothing in this program inserts `{name}`")),
                    Abs::default(),
                )
            }
        }
    }

    /// Functions that put something into extensions, and the types of what they put there.
    fn inserters(&self) -> &[(FnId, Vec<Ty>)] {
        self.inserters.get_or_init(|| {
            let mut found = Vec::new();
            let hashes = ["extensions", "extensions_mut", "set_data"]
                .into_iter()
                .flat_map(|name| hashes(Mention::CALLED, name));
            for key in self.program.mentioning(&hashes.collect()) {
                let data = &self.program[key];
                let BodyOwner::Fn(id) = data.owner else {
                    continue;
                };
                let module = self.program[id].module;
                let krate = self.program[module].krate;
                if self.program[id].is_test || self.program.is_modelled_source(krate) {
                    continue;
                }
                let inserted = |expr: &Expr| match expr {
                    Expr::MethodCall(call) if call.name == "set_data" => call.args.first().copied(),
                    Expr::MethodCall(call) if call.name == "insert" => {
                        let into = match data.body.expr(call.receiver) {
                            Expr::MethodCall(inner) => inner.name == "extensions_mut",
                            Expr::Field { name, .. } => *name == "extensions",
                            Expr::Path(path) => {
                                path.last().is_some_and(|name| name == "extensions")
                            }
                            _ => false,
                        };
                        call.args.first().filter(|_| into).copied()
                    }
                    _ => None,
                };
                let all = data.body.exprs();
                let all: Vec<_> = all.filter_map(|(_, expr)| inserted(expr)).collect();
                if !all.is_empty() {
                    let typing = self.values.typing(key);
                    let types = all.into_iter().map(|it| typing.ty(it).clone());
                    found.push((id, types.collect()));
                }
            }
            found
        })
    }

    /// Runs a middleware function or method.
    pub(super) fn run_middleware(&self, id: FnId, types: &Subst) -> super::Summary {
        let this = Abs {
            setting: Some(std::rc::Rc::from("self")),
            ..Abs::default()
        };
        self.run_middleware_on(id, this, types)
    }

    /// Runs a middleware method of this value.
    pub(super) fn run_middleware_on(&self, id: FnId, this: Abs, types: &Subst) -> super::Summary {
        let def = &self.program[id];
        let scope = self.program.fn_scope(id);
        // Extractors among the parameters have let the request pass.
        let mut entry = Proof::nothing();
        let mut args = Vec::new();
        for param in &def.sig.params {
            let ty = self.program.lower_ty(&scope, &param.ty);
            let ty = ty.subst(types, self.program);
            let span = param.ty_range.in_file(def.file);
            let value = self.parameter(&ty, param.name.map(|name| name.as_str()), span);
            args.push(match value.variant("Ok") {
                // `impl<S, B> Transform for ..`: the request of any body type.
                Some(out)
                    if value.variants.is_some() && matches!(ty.peel_refs(), Ty::Param(..)) =>
                {
                    Abs {
                        from: From::REQUEST,
                        ..out.val
                    }
                }
                Some(out) if value.variants.is_some() => {
                    entry = entry.and(&out.proof);
                    out.val
                }
                _ => value,
            });
        }
        let mut summary = self.run(id, args, this, types);
        for event in &mut summary.events {
            event.state = event.state.with(&entry);
        }
        for (_, state) in &mut summary.exits {
            *state = state.with(&entry);
        }
        summary.after = summary.after.map(|state| state.with(&entry));
        summary
    }

    /// Whether a value of this type is given to all requests of an endpoint by poem's `data(..)`;
    /// `None` if that depends on an argument whose type is not known.
    fn is_given_to_all(&self, wanted: &Ty) -> Option<bool> {
        if !self.program.may_use("poem") {
            return Some(false);
        }
        let called = ["data", "data_opt"].into_iter();
        let mut hashes: rustc_hash::FxHashSet<_> = called
            .flat_map(|name| hashes(Mention::CALLED, name))
            .collect();
        hashes.extend(
            self.program
                .hashes_of(Name::new("AddData"), &Mention::IN_PATH),
        );
        let mut answer = Some(false);
        for key in self.program.mentioning(&hashes) {
            let data = &self.program[key];
            let typing = self.values.typing(key);
            for (id, expr) in data.body.exprs() {
                let arg = match expr {
                    Expr::MethodCall(call) if matches!(call.name.as_str(), "data" | "data_opt") => {
                        call.args.first()
                    }
                    Expr::Call { args, .. } => args.first().filter(|_| {
                        typing.callees(id).iter().any(|it| {
                            matches!(it, Callee::External(path) if *path == "poem::middleware::AddData::new")
                        })
                    }),
                    _ => None,
                };
                let Some(arg) = arg else { continue };
                match typing.ty(*arg).peel_refs() {
                    ty if same(ty, wanted) => return Some(true),
                    Ty::Unknown => answer = None,
                    _ => {}
                }
            }
        }
        answer
    }

    /// Whether a type is handed to all requests by an `Extension(..)` layer or `app_data`.
    fn is_shared_state(&self, wanted: &Ty) -> bool {
        let names = ["Extension", "AddExtensionLayer"].map(Name::new);
        let hashes = names
            .into_iter()
            .flat_map(|name| self.program.hashes_of(name, &Mention::IN_PATH));
        let mut bodies = self.program.mentioning(&hashes.collect()).into_iter();
        bodies.any(|key| {
            let data = &self.program[key];
            data.body.exprs().any(|(id, expr)| {
                let Expr::Call { args, .. } = expr else { return false };
                let [arg] = &**args else { return false };
                let typing = self.values.typing(key);
                let is_extension = typing.callees(id).iter().any(|callee| {
                    matches!(callee, Callee::External(path) if path.as_str().ends_with("::Extension") || path.as_str().ends_with("::AddExtensionLayer::new"))
                });
                is_extension && same(typing.ty(*arg).peel_refs(), wanted)
            })
        })
    }
}

/// Whether two types are the same as far as they are known.
fn same(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Adt(a, _), Ty::Adt(b, _)) => a == b,
        (Ty::External(a, x), Ty::External(b, y)) => {
            a == b
                && x.iter()
                    .zip(y.iter())
                    .all(|(x, y)| x.is_unknown() || y.is_unknown() || same(x, y))
        }
        (Ty::Ref(a), b) | (b, Ty::Ref(a)) => same(a, b),
        _ => a == b && !a.is_unknown(),
    }
}

/// Whether a type is none of the program's, and does not say that it is about somebody.
fn is_no_identity(ty: &Ty) -> bool {
    match ty {
        Ty::External(path, _) => !super::words::identity_type(path.as_str()),
        other => matches!(other, Ty::Primitive(_)),
    }
}

/// Whether a framework itself puts values of this type into extensions.
fn is_framework(ty: &Ty) -> bool {
    const CRATES: [&str; 12] = [
        "axum",
        "axum_core",
        "axum_extra",
        "http",
        "hyper",
        "hyper_util",
        "tower",
        "tower_http",
        "actix_web",
        "actix_http",
        "tonic",
        "poem",
    ];
    ty.external_path().is_some_and(|path| {
        path.as_str()
            .split("::")
            .next()
            .is_some_and(|krate| CRATES.contains(&krate))
    })
}
