//! Identity that travels in request extensions or in a depot: it counts only if every insertion
//! follows a verification.

use std::sync::Arc;

use super::logins::Kept;
use super::proof::{Abs, From, Out, Proof, State};
use super::route::Looks;
use super::typemaps::STATE;
use super::{EventKind, Judge};
use crate::facts::mentions::hashes;
use crate::facts::{Expr, Mention};
use crate::models::TypeRole;
use crate::models::roles::Carries;
use crate::program::ty::Subst;
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::routes::eval::type_name;
use crate::source::Name;
use crate::values::Callee;

/// A place where a handler finds what another has put there.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// That of a type.
    Type(Ty),
    /// That of a name.
    Key(Name),
    /// An entry of a session or a sealed cookie; of which name, may not be known.
    Kept(Kept, Option<Name>),
}

impl Slot {
    /// Whether what is put into the one is found in the other.
    fn is(&self, other: &Slot) -> bool {
        match (self, other) {
            (Slot::Type(a), Slot::Type(b)) => same(a.peel_refs(), b.peel_refs()),
            (Slot::Key(a), Slot::Key(b)) => a == b,
            _ => false,
        }
    }

    /// Whether it may be the same, once more is known.
    fn may_be(&self, other: &Slot) -> bool {
        match (self, other) {
            (Slot::Type(a), Slot::Type(b)) => {
                let a = a.peel_refs();
                !matches!(a, Ty::Adt(..) | Ty::External(..)) || same(a, b.peel_refs())
            }
            (Slot::Key(_), Slot::Key(_)) => true,
            _ => false,
        }
    }
}

impl Judge<'_> {
    /// What finding something in this place proves.
    pub(super) fn extension(&self, slot: &Slot) -> Abs {
        let nobody = || Abs::fallible("Some", Proof::nothing(), Abs::default());
        let find = || self.judge_extension(slot);
        self.ask(&self.known.inserted, format!("{slot:?}"), nobody, find)
    }

    fn judge_extension(&self, wanted: &Slot) -> Abs {
        let mut joined: Option<(State, Abs)> = None;
        for (id, slots) in self.inserters() {
            if !slots.iter().any(|slot| slot.may_be(wanted)) {
                continue;
            }
            let summary = self.run_middleware(*id, &Subst::new());
            for event in &summary.events {
                let EventKind::Insert(slot, value) = &event.kind else {
                    continue;
                };
                if !slot.is(wanted) {
                    continue;
                }
                let value = (**value).clone();
                joined = Some(match joined {
                    None => (event.state.clone(), value),
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
        if let Some((state, value)) = &joined
            && self.program.may_use(DEPOT_CRATE)
            && self.is_affixed(wanted, false)
        {
            let nobody = State::start();
            let value = Abs::either((state, value.clone()), (&nobody, Abs::default()));
            joined = Some((state.join(&nobody), value));
        }
        // The schema gives one to everybody, whatever the handler puts in its place.
        if let Some((state, value)) = &joined
            && let Some(given) = self.shared_out(wanted, &self.slot_name(wanted))
            && let Some(out) = given.variant("Some")
        {
            let nobody = State::start().with(&out.proof);
            let value = Abs::either((state, value.clone()), (&nobody, Abs::default()));
            joined = Some((state.join(&nobody), value));
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
                let setting = Some(Arc::from(self.slot_name(wanted)));
                Abs::fallible(
                    "Some",
                    Proof::nothing(),
                    Abs {
                        setting,
                        ..Abs::of(From::OWN)
                    },
                )
            }
            None if self.has_resolvers() && self.is_shared_out(wanted) != Some(false) => {
                let given = self.shared_out(wanted, &self.slot_name(wanted));
                given.unwrap_or_default()
            }
            None if matches!(wanted, Slot::Type(ty) if ty.is_external("poem::session::Session")) => {
                Abs::fallible("Some", Proof::nothing(), Abs::of(From::SESSION))
            }
            None if is_framework(wanted) => {
                let path = match wanted {
                    Slot::Type(ty) => ty.peel_refs().external_path(),
                    _ => None,
                };
                let is_path = path.is_some_and(|it| it.as_str().ends_with("::MatchedPath"));
                let val = match is_path {
                    true => Abs::of(From::INPUT.with(From::ROUTE)),
                    false => Abs::default(),
                };
                Abs::fallible("Some", Proof::nothing(), val)
            }
            // What the application hands to all requests, by code that is not read.
            None if self.program.may_use("poem")
                && matches!(wanted, Slot::Type(ty) if is_no_identity(ty)) =>
            {
                Abs::fallible("Some", Proof::nothing(), Abs::default())
            }
            None => {
                let name = self.slot_name(wanted);
                Abs::fallible(
                    "Some",
                    Proof::maybe(format!("nothing in this program inserts `{name}`")),
                    Abs::default(),
                )
            }
        }
    }

    fn slot_name(&self, slot: &Slot) -> String {
        match slot {
            Slot::Type(ty) => type_name(self.program, ty.peel_refs()),
            Slot::Key(key) => key.to_string(),
            Slot::Kept(_, name) => name.map_or_else(String::new, |it| it.to_string()),
        }
    }

    /// Functions that put something into extensions or a depot, and where.
    fn inserters(&self) -> &[(FnId, Vec<Slot>)] {
        self.known.inserters.get_or_init(|| {
            let mut found = Vec::new();
            let into_depots = self.program.may_use(DEPOT_CRATE);
            let into_contexts = self.has_resolvers();
            let handing_on = match into_contexts {
                true => self.handing_on(),
                false => Vec::new(),
            };
            let into_state = self.program.may_use(STATE_CRATE);
            let hashes = ["extensions", "extensions_mut", "set_data", "set_ext"]
                .into_iter()
                .chain(["put"].into_iter().filter(|_| into_state))
                .chain(
                    ["insert", "inject", "insert_typed"]
                        .into_iter()
                        .filter(|_| into_depots),
                )
                .chain(handing_on.iter().map(|it| it.as_str()))
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
                    Expr::MethodCall(call)
                        if matches!(call.name.as_str(), "set_data" | "set_ext") =>
                    {
                        call.args.first().copied()
                    }
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
                let mut slots = Vec::new();
                if !all.is_empty() {
                    let typing = self.values.typing(key);
                    let types = all.into_iter().map(|it| typing.ty(it).clone());
                    slots.extend(types.map(Slot::Type));
                }
                if into_depots {
                    self.put_into_depots(key, &mut slots);
                }
                if into_state {
                    self.put_into_state(key, &mut slots);
                }
                if into_contexts {
                    self.handed_on(key, &mut slots);
                }
                if !slots.is_empty() {
                    found.push((id, slots));
                }
            }
            found
        })
    }

    /// Whether any code may put something into this place.
    pub(super) fn is_inserted(&self, slot: &Slot) -> bool {
        let mut inserters = self.inserters().iter();
        inserters.any(|(_, slots)| slots.iter().any(|it| it.may_be(slot)))
    }

    /// Where the code of a body puts something in a depot.
    fn put_into_depots(&self, key: BodyKey, slots: &mut Vec<Slot>) {
        let typing = self.values.typing(key);
        for (_, expr) in self.program[key].body.exprs() {
            let Expr::MethodCall(call) = expr else {
                continue;
            };
            let is_depot = || self.is_depot(typing.ty(call.receiver));
            match (call.name.as_str(), &*call.args) {
                ("inject" | "insert_typed", [value]) if is_depot() => {
                    slots.push(Slot::Type(typing.ty(*value).clone()));
                }
                // Which name it is, running the code tells.
                ("insert", [_, _]) if is_depot() => slots.push(Slot::Key(Name::new(""))),
                _ => {}
            }
        }
    }

    /// Where the code of a body puts something in gotham's state.
    fn put_into_state(&self, key: BodyKey, slots: &mut Vec<Slot>) {
        let typing = self.values.typing(key);
        for (_, expr) in self.program[key].body.exprs() {
            let Expr::MethodCall(call) = expr else {
                continue;
            };
            let is_state = || typing.ty(call.receiver).peel_refs().is_external(STATE);
            if let ("put", [value]) = (call.name.as_str(), &*call.args)
                && is_state()
            {
                slots.push(Slot::Type(typing.ty(*value).clone()));
            }
        }
    }

    fn is_depot(&self, ty: &Ty) -> bool {
        let path = ty.peel_refs().external_path();
        let role = path.and_then(|path| self.program.models.type_(path)?.role);
        role == Some(TypeRole::Depot)
    }

    /// Runs a middleware function or method.
    pub(super) fn run_middleware(&self, id: FnId, types: &Subst) -> Arc<super::Summary> {
        let this = Abs {
            setting: Some(Arc::from("self")),
            ..Abs::default()
        };
        self.run_middleware_on(id, this, types)
    }

    /// Runs a middleware method of this value.
    pub(super) fn run_middleware_on(
        &self,
        id: FnId,
        this: Abs,
        types: &Subst,
    ) -> Arc<super::Summary> {
        self.run_telling(id, this, types, From::default())
    }

    /// The same where what a request says in its body or query has these labels besides.
    pub(super) fn run_telling(
        &self,
        id: FnId,
        this: Abs,
        types: &Subst,
        told: From,
    ) -> Arc<super::Summary> {
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
                    match told != From::default() && self.is_told(ty.peel_refs()) {
                        true => Abs::of(out.val.from.with(told)),
                        false => out.val,
                    }
                }
                // Others may come after it.
                _ if value.from.has(From::ANSWER) => Abs::of(value.from.with(From::CHAIN)),
                _ => value,
            });
        }
        // An extractor has read the path for it.
        let mut looks = Looks::default();
        args.iter().for_each(|it| looks |= Looks::of(it));
        let mut summary = Arc::unwrap_or_clone(self.run(id, args, this, types));
        summary.looks |= looks;
        for event in &mut summary.events {
            event.state = event.state.with(&entry);
        }
        for (_, state) in &mut summary.exits {
            *state = state.with(&entry);
        }
        summary.after = summary.after.map(|state| state.with(&entry));
        Arc::new(summary)
    }

    /// Whether a parameter of this type is what a request says in its body or query.
    fn is_told(&self, ty: &Ty) -> bool {
        let path = ty.external_path();
        let model = path.and_then(|path| self.program.models.extractor(path));
        model.is_some_and(|it| matches!(it.carries, Carries::Body | Carries::Form | Carries::Query))
    }

    /// Whether a value of this type is given to all requests of an endpoint by poem's `data(..)`;
    /// `None` if that depends on an argument whose type is not known.
    fn is_given_to_all(&self, slot: &Slot) -> Option<bool> {
        let Slot::Type(wanted) = slot else {
            return Some(false);
        };
        let wanted = wanted.peel_refs();
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
                        // What is for the resolvers of GraphQL is no data of an endpoint.
                        let path = typing.external(id);
                        let is_other = path.is_some_and(|it| it.as_str().starts_with("async_graphql"));
                        call.args.first().filter(|_| !is_other)
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

    /// Whether something is handed to all requests: by an `Extension(..)` layer or `app_data`, or
    /// by salvo's `affix_state::inject(..)`.
    fn is_shared_state(&self, slot: &Slot) -> bool {
        if self.program.may_use(DEPOT_CRATE) && self.is_affixed(slot, true) {
            return true;
        }
        let Slot::Type(wanted) = slot else {
            return false;
        };
        let wanted = wanted.peel_refs();
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

/// The crate whose handlers share a depot.
const DEPOT_CRATE: &str = "salvo";
/// The crate whose handlers are handed a state that holds all of a request.
const STATE_CRATE: &str = "gotham";

impl Judge<'_> {
    /// Whether a hoop puts the same value into all depots. `or_may`: or may, for all that is
    /// known of its type.
    fn is_affixed(&self, slot: &Slot, or_may: bool) -> bool {
        let names = ["inject", "insert"].into_iter();
        let hashes = names.flat_map(|name| hashes(Mention::CALLED, name));
        let mut bodies = self.program.mentioning(&hashes.collect()).into_iter();
        bodies.any(|key| {
            let data = &self.program[key];
            data.body.exprs().any(|(id, expr)| {
                let (args, name) = match expr {
                    Expr::Call { args, .. } => (args, None),
                    Expr::MethodCall(call) => (&call.args, Some(call.name.as_str())),
                    _ => return false,
                };
                if name.is_some_and(|it| !matches!(it, "inject" | "insert")) {
                    return false;
                }
                let typing = self.values.typing(key);
                let is_affix = |path: &str| {
                    let path = path.strip_prefix("salvo::affix");
                    let path = path.and_then(|it| it.strip_prefix("_state").or(Some(it)));
                    path.is_some_and(|it| it.ends_with("::inject") || it.ends_with("::insert"))
                };
                let of_method = typing.external(id).filter(|_| name.is_some());
                let called = typing.callees(id).iter().any(
                    |callee| matches!(callee, Callee::External(path) if is_affix(path.as_str())),
                );
                if !called && !of_method.is_some_and(|path| is_affix(path.as_str())) {
                    return false;
                }
                match (slot, &**args) {
                    (Slot::Type(wanted), [value]) => {
                        let ty = typing.ty(*value).peel_refs();
                        same(ty, wanted.peel_refs()) || or_may && ty.is_unknown()
                    }
                    (Slot::Key(wanted), [name, _]) => {
                        let text = self.values.text(key, *name).and_then(|it| it.as_known());
                        text.is_some_and(|it| *wanted == it.as_str())
                    }
                    _ => false,
                }
            })
        })
    }
}

/// Whether two types are the same as far as they are known.
pub(super) fn same(a: &Ty, b: &Ty) -> bool {
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
fn is_framework(slot: &Slot) -> bool {
    let ty = match slot {
        Slot::Type(ty) => ty.peel_refs(),
        Slot::Key(key) => return key.as_str().starts_with("::salvo::"),
        Slot::Kept(..) => return false,
    };
    const CRATES: [&str; 13] = [
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
        "ntex",
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
