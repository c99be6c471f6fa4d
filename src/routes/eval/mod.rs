//! Runs the code that builds routers, symbolically.
//!
//! An interpreter over the body IR that knows only what matters for routing: routers,
//! handlers, layers, strings, and the functions and closures that pass them around.
//! Branches are both taken and joined, loops run once per known element, everything
//! else is [`Value::Unknown`]. What library calls do is asked of the [`frameworks`](super::frameworks).

mod calls;
mod exprs;
mod join;
mod parts;
mod types;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::endpoint::HandlerTarget;
use super::frameworks::Servers;
use super::value::{
    Callable, Env, Layer, LayerKind, Lost, Router, RouterKind, Shadowed, Types, Value,
};
use crate::facts::{Expr, ExprId, PatId};
use crate::program::methods::Candidate;
use crate::program::{BodyKey, BodyOwner, Container, CrateId, FnId, Program, Ty};
use crate::source::{SourceMap, Span};
use crate::values::{Callee, Values};

/// A router that was served, or that nobody was seen to consume.
#[derive(Debug)]
pub struct Served {
    /// The router.
    pub router: Router,
    /// The crate whose code serves it.
    pub krate: CrateId,
    /// Where.
    pub span: Span,
    /// Whether the `main` of the crate leads there.
    pub by_main: bool,
}

/// The interpreter.
pub struct Eval<'a> {
    /// Types and callees.
    pub values: &'a Values<'a>,
    /// The program.
    pub program: &'a Program,
    /// Text, for names of conditions and layers.
    pub sources: &'a SourceMap,
    /// Generated servers of gRPC services.
    pub servers: Servers,
    /// What came out.
    pub served: Vec<Served>,
    /// Registrations that could not be followed, outside any router.
    pub lost: Vec<Lost>,
    /// Routes that no request found where they were registered.
    pub shadowed: Vec<Shadowed>,
    /// Functions that were run.
    pub entered: FxHashSet<FnId>,
    /// The root function that is being run.
    root: Option<FnId>,
    relevant: FxHashSet<FnId>,
    /// Routers in variables of functions that have ended.
    left: Vec<Served>,
    stack: Vec<FnId>,
    /// How many functions on the stack are there for their small value alone.
    aside: usize,
    /// How many of the statements being run may not be there, or may not run.
    uncertain: usize,
    /// How many calls that may reach several functions are being followed.
    forks: usize,
    steps: usize,
}

/// One activation of a body.
pub struct Frame {
    /// The body.
    pub body: BodyKey,
    /// Its variables.
    pub env: Env,
    returned: Vec<Value>,
}

/// A call that an adapter may know.
pub struct Call<'c> {
    /// Canonical path of a library function; empty for methods on routers.
    pub path: &'c str,
    /// Method name, or last segment of the path.
    pub name: &'c str,
    /// Argument values.
    pub args: Vec<Value>,
    /// Argument expressions.
    pub arg_exprs: &'c [ExprId],
    /// Turbofish types.
    pub generics: Vec<Ty>,
    /// The body it stands in.
    pub body: BodyKey,
    /// Where it is registered: the method's name up to the call's end, or the whole call.
    pub span: Span,
}

/// Bound on expressions evaluated for one root: loops are unrolled over known lists only, so
/// ordinary services stay far below it.
const MAX_STEPS: usize = 1_000_000;
/// How deep calls that may reach several functions are followed into each other.
const MAX_FORKS: usize = 3;

impl<'a> Eval<'a> {
    /// An interpreter that follows calls into `relevant` functions.
    pub fn new(
        values: &'a Values<'a>,
        sources: &'a SourceMap,
        relevant: FxHashSet<FnId>,
        servers: Servers,
    ) -> Eval<'a> {
        Eval {
            values,
            program: values.program,
            sources,
            servers,
            served: Vec::new(),
            lost: Vec::new(),
            shadowed: Vec::new(),
            entered: FxHashSet::default(),
            root: None,
            relevant,
            left: Vec::new(),
            stack: Vec::new(),
            aside: 0,
            uncertain: 0,
            forks: 0,
            steps: 0,
        }
    }

    /// Whether the statement that is being run is in every build, and runs in any case where the
    /// branch that it stands in does.
    pub fn is_certain(&self) -> bool {
        self.uncertain == 0
    }

    /// Runs a function that nobody calls; what it returns counts as served.
    pub fn run_root(&mut self, id: FnId) {
        let params = self.program[id].sig.params.len();
        let args = self.parameters(id, params);
        let this = self.program[id].sig.self_param.map(|_| Value::Unknown);
        self.root = Some(id);
        self.steps = 0;
        let (value, after) = self.run_fn(id, args, this);
        let value = super::frameworks::hooked(self, id, value);
        let span = self.program[id].name_span();
        // A service that nobody adds to anything is not served.
        let is_served = |value: &Value| !matches!(value, Value::Router(router) if router.kind == RouterKind::Service);
        for value in Some(value).into_iter().chain(after).filter(is_served) {
            self.emit(&value, span);
        }
    }

    /// Values for the parameters of a root: routers and scopes that a caller will hand in.
    fn parameters(&mut self, id: FnId, count: usize) -> Vec<Value> {
        let scope = self.program.fn_scope(id);
        let span = self.program[id].name_span();
        (0..count)
            .map(|at| {
                let ty = self
                    .program
                    .lower_ty(&scope, &self.program[id].sig.params[at].ty);
                super::frameworks::parameter(self.program, &ty, span).unwrap_or(Value::Unknown)
            })
            .collect()
    }

    /// Runs a function. Returns its value and the final values of its parameters.
    pub fn run_fn(
        &mut self,
        id: FnId,
        args: Vec<Value>,
        this: Option<Value>,
    ) -> (Value, Vec<Value>) {
        self.run_typed(id, args, this, Types::default())
    }

    /// The same where it is known what its type parameters stand for.
    fn run_typed(
        &mut self,
        id: FnId,
        args: Vec<Value>,
        this: Option<Value>,
        types: Types,
    ) -> (Value, Vec<Value>) {
        let Some(body) = self.program[id].body else {
            return (Value::Unknown, args);
        };
        if self.stack.len() > 40 || self.stack.iter().filter(|it| **it == id).count() > 1 {
            return (Value::Unknown, args);
        }
        self.entered.insert(id);
        self.stack.push(id);
        let mut frame = Frame {
            body,
            env: Env {
                this: this.map(Box::new),
                types,
                ..Env::default()
            },
            returned: Vec::new(),
        };
        let params = self.program[body].body.params.clone();
        for (pat, value) in params.iter().zip(args) {
            self.bind(&mut frame, *pat, value);
        }
        let root = self.program[body].body.root;
        let value = self.expr(&mut frame, root);
        let value = frame
            .returned
            .drain(..)
            .fold(value, |a, b| join::join(a, b, None));
        let after = params
            .iter()
            .map(|pat| frame.env.locals.get(pat).cloned().unwrap_or_default())
            .collect();
        self.keep_left(id, &frame, &params);
        self.stack.pop();
        (value, after)
    }

    /// Keeps the routers in a function's own variables, in case nothing else serves them.
    fn keep_left(&mut self, id: FnId, frame: &Frame, params: &[PatId]) {
        let krate = self.program[self.program[id].module].krate;
        let locals = frame.env.locals.iter();
        let mut own: Vec<_> = locals
            .filter_map(|(pat, value)| match value {
                Value::Router(router) if router.kind == RouterKind::App => Some((*pat, router)),
                _ => None,
            })
            .filter(|(pat, router)| !router.routes.is_empty() && !params.contains(pat))
            .collect();
        own.sort_by_key(|(pat, _)| *pat);
        let by_main = self.is_in_main();
        let own = own.into_iter().map(|(_, router)| Served {
            router: Router::clone(router),
            krate,
            span: router.span,
            by_main,
        });
        self.left.extend(own);
    }

    /// Serves routers that went to code that is not followed: a hand-written accept loop, a
    /// library's server. Of several that hold a route, the one with the most routes is served.
    pub fn serve_left(&mut self) {
        let mut known: FxHashSet<Span> = FxHashSet::default();
        for served in &self.served {
            known.extend(served.router.routes.iter().map(|route| route.registered));
        }
        let mut left = std::mem::take(&mut self.left);
        left.sort_by_key(|it| (std::cmp::Reverse(it.router.routes.len()), it.span));
        for one in left {
            let before = known.len();
            known.extend(one.router.routes.iter().map(|route| route.registered));
            if known.len() > before {
                self.served.push(one);
            }
        }
    }

    /// Calls a function value. Returns its value and the final values of its parameters.
    pub fn apply(&mut self, callable: &Callable, args: Vec<Value>) -> (Value, Vec<Value>) {
        match callable {
            Callable::Fn(id, types) => self.run_typed(*id, args, None, types.clone()),
            Callable::Closure(body, expr, env) => {
                let data = self.program;
                let crate::facts::Expr::Closure(closure) = data[*body].body.expr(*expr) else {
                    return (Value::Unknown, args);
                };
                if self.stack.len() > 40 {
                    return (Value::Unknown, args);
                }
                let mut frame = Frame {
                    body: *body,
                    env: (**env).clone(),
                    returned: Vec::new(),
                };
                let pats: Vec<PatId> = closure.params.iter().map(|(pat, _)| *pat).collect();
                for (pat, value) in pats.iter().zip(args) {
                    self.bind(&mut frame, *pat, value);
                }
                let value = self.expr(&mut frame, closure.body);
                let value = frame
                    .returned
                    .drain(..)
                    .fold(value, |a, b| join::join(a, b, None));
                let after = pats
                    .iter()
                    .map(|pat| frame.env.locals.get(pat).cloned().unwrap_or_default())
                    .collect();
                (value, after)
            }
            Callable::External(_) => (Value::Unknown, args),
        }
    }

    /// Records every router in a value as served.
    pub fn emit(&mut self, value: &Value, span: Span) {
        match value {
            Value::Router(router) if router.routes.is_empty() && router.lost.is_empty() => {}
            // Handlers without a path.
            Value::Router(router) if router.kind == RouterKind::Methods => {}
            Value::Router(router) => {
                self.served.push(Served {
                    router: (**router).clone(),
                    krate: self.crate_here(),
                    span,
                    by_main: self.is_in_main(),
                });
            }
            Value::List(all) | Value::Object(_, all) => {
                all.iter().for_each(|it| self.emit(it, span))
            }
            Value::Struct(_, fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| name.as_str());
                fields.into_iter().for_each(|(_, it)| self.emit(it, span));
            }
            _ => {}
        }
    }

    /// Whether the root function that is being run is the `main` of its crate.
    fn is_in_main(&self) -> bool {
        self.root.is_some_and(|id| {
            let def = &self.program[id];
            let krate = &self.program[self.program[def.module].krate];
            def.name == "main" && def.module == krate.root
        })
    }

    /// The crate whose root function is being run.
    fn crate_here(&self) -> CrateId {
        self.root
            .map_or(CrateId(0), |id| self.program[self.program[id].module].krate)
    }

    /// Notes a registration that could not be followed.
    pub fn lose(&mut self, router: &mut Router, reason: impl Into<String>, span: Span) {
        router.lost.push(Lost {
            reason: reason.into(),
            span,
        });
    }

    /// A value as layers, outermost first.
    pub fn layers(
        &self,
        value: &Value,
        body: BodyKey,
        expr: Option<ExprId>,
        span: Span,
    ) -> Vec<Arc<Layer>> {
        let kind = match value {
            Value::Layers(layers) => {
                return layers.clone();
            }
            Value::List(all) => {
                return all
                    .iter()
                    .flat_map(|it| self.layers(it, body, None, span))
                    .collect();
            }
            Value::Object(ty, args) => LayerKind::Type(ty.clone(), args.clone()),
            Value::Struct(adt, fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| name.as_str());
                LayerKind::Type(
                    Ty::Adt(*adt, std::sync::Arc::from([])),
                    fields.into_iter().map(|(_, it)| it.clone()).collect(),
                )
            }
            Value::Callable(callable) => LayerKind::function(callable),
            _ => match expr.map(|expr| held(self.values.typing(body).ty(expr))) {
                Some(ty @ (Ty::Adt(..) | Ty::External(..))) => LayerKind::Type(ty, Vec::new()),
                _ => LayerKind::Unknown,
            },
        };
        let name = self.layer_name(&kind, span);
        vec![Arc::new(Layer {
            name,
            span,
            kind,
            conditions: Vec::new(),
            written: expr.map(|expr| (body, expr)),
        })]
    }

    /// What reports call a layer.
    pub fn layer_name(&self, kind: &LayerKind, span: Span) -> String {
        match kind {
            LayerKind::Hoop(id, _) => self.program[*id].name.to_string(),
            LayerKind::Interceptor(inner) => self.layer_name(inner, span),
            LayerKind::When(when) => self.layer_name(&when.kind, span),
            LayerKind::Function(target, _) | LayerKind::Around(target, _) => match target {
                HandlerTarget::Fn(id) => self.program[*id].name.to_string(),
                HandlerTarget::External(path) => path.to_string(),
                _ => "{closure}".into(),
            },
            LayerKind::Extractor(ty) | LayerKind::Type(ty, _) => type_name(self.program, ty),
            LayerKind::Unknown | LayerKind::Off => shorten(self.sources.slice(span)),
        }
    }

    /// The callee of a call as a candidate function of the program.
    fn local_callees(&self, body: BodyKey, call: ExprId) -> Vec<Candidate> {
        let callees = self.values.typing(body).callees(call);
        callees
            .iter()
            .filter_map(|callee| match callee {
                Callee::Fn(candidate) => Some(candidate.clone()),
                _ => None,
            })
            .collect()
    }
}

/// The type of what may be there: a layer in an `Option`.
fn held(ty: &Ty) -> Ty {
    match ty.peel_refs() {
        Ty::External(path, args) if *path == "std::option::Option" => {
            args.first().map_or(Ty::Unknown, held)
        }
        other => other.clone(),
    }
}

/// The last name of a type, as reports show it.
pub fn type_name(program: &Program, ty: &Ty) -> String {
    match ty {
        Ty::Adt(id, args) => {
            let inner: Vec<_> = args
                .iter()
                .filter(|arg| !arg.is_unknown())
                .map(|arg| type_name(program, arg))
                .collect();
            let name = program[*id].name;
            if inner.is_empty() {
                name.to_string()
            } else {
                format!("{name}<{}>", inner.join(", "))
            }
        }
        Ty::External(path, args) => {
            let mut parts = path.as_str().rsplit("::");
            let mut name = parts.next().unwrap_or_default();
            // A constructor that stands for what it makes: `HttpAuthentication::bearer`.
            if name.starts_with(char::is_lowercase)
                && let Some(owner) = parts.next()
                && owner.starts_with(char::is_uppercase)
            {
                name = &path.as_str()[path.as_str().len() - owner.len() - name.len() - 2..];
            }
            let inner: Vec<_> = args
                .iter()
                .filter(|arg| !arg.is_unknown())
                .map(|arg| type_name(program, arg))
                .collect();
            if inner.is_empty() {
                name.to_string()
            } else {
                format!("{name}<{}>", inner.join(", "))
            }
        }
        Ty::Ref(inner) => format!("&{}", type_name(program, inner)),
        Ty::Primitive(name) | Ty::Param(name, _) => name.to_string(),
        _ => "_".into(),
    }
}

/// Source text on one line, cut to a readable length.
pub fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 {
        line
    } else {
        line.chars().take(59).chain(['…']).collect()
    }
}

/// What is known before any code is run: which functions build routers, and which of them
/// nobody calls. Only bodies that mention something to do with routers are read.
pub fn relevant_functions(values: &Values<'_>, servers: &Servers) -> (FxHashSet<FnId>, Vec<FnId>) {
    let program = values.program;
    let mut search = Relevant {
        values,
        servers,
        looked_at: FxHashSet::default(),
        callers: FxHashMap::default(),
        relevant: FxHashSet::default(),
    };
    let ids: Vec<FnId> = program.fn_ids().map(|(id, _)| id).collect();
    let declared = ids.into_par_iter();
    let declared = declared.filter(|id| declares(program, servers, *id));
    let mut open: Vec<FnId> = declared.collect();
    search.relevant.extend(&open);
    open.extend(search.look(super::frameworks::building_bodies(program, servers)));
    while !open.is_empty() {
        let mut hashes = FxHashSet::default();
        for id in &open {
            hashes.extend(program.hashes_of_fn(*id));
        }
        let mut next = search.look(program.mentioning(&hashes));
        for id in open {
            let callers = search.callers.get(&id).into_iter().flatten().copied();
            next.extend(callers.filter(|id| search.relevant.insert(*id)));
        }
        open = next;
    }
    let mut roots: Vec<FnId> = search.relevant.iter().copied().collect();
    roots.retain(|id| {
        let mut callers = search.callers.get(id).into_iter().flatten();
        let is_called = callers.any(|caller| caller != id && search.relevant.contains(caller));
        !is_called && !converts(program, *id)
    });
    roots.sort();
    (search.relevant, roots)
}

/// Whether a function is called without being named, by whoever wants the type that it gives.
fn converts(program: &Program, id: FnId) -> bool {
    let Container::Impl(of) = program[id].container else {
        return false;
    };
    let of = program[of].of_trait.as_ref().and_then(|it| it.last());
    of.is_some_and(|it| it == "From" || it == "Into")
}

/// A search for the functions that have to do with routers.
struct Relevant<'a> {
    values: &'a Values<'a>,
    servers: &'a Servers,
    looked_at: FxHashSet<FnId>,
    /// Who calls a function, of those that were looked at.
    callers: FxHashMap<FnId, Vec<FnId>>,
    relevant: FxHashSet<FnId>,
}

impl Relevant<'_> {
    /// Looks at the functions with these bodies; gives those that build routers themselves.
    fn look(&mut self, bodies: impl IntoIterator<Item = BodyKey>) -> Vec<FnId> {
        let program = self.values.program;
        let mut ids = Vec::new();
        for key in bodies {
            if let BodyOwner::Fn(id) = program[key].owner
                && !program[id].is_test
                && self.looked_at.insert(id)
            {
                ids.push(id);
            }
        }
        // One function may take longer than a hundred others.
        let each = ids.par_iter().with_max_len(1);
        let seen = each.map(|id| look_at(self.values, self.servers, *id));
        let seen: Vec<Option<(bool, Vec<FnId>)>> = seen.collect();
        let mut builders = Vec::new();
        for (id, seen) in ids.into_iter().zip(seen) {
            let Some((builds, callees)) = seen else {
                continue;
            };
            for callee in callees {
                self.callers.entry(callee).or_default().push(id);
            }
            if builds && self.relevant.insert(id) {
                builders.push(id);
            }
        }
        builders
    }
}

/// Whether the signature of a function outside of tests speaks of routers.
fn declares(program: &Program, servers: &Servers, id: FnId) -> bool {
    let def = &program[id];
    let is_own = !program.is_modelled_source(program[def.module].krate);
    if def.is_test || def.body.is_none() || !is_own {
        return false;
    }
    let returned = program.fn_return(id);
    if super::frameworks::is_router(&returned) {
        return true;
    }
    // Generated code is not run.
    if servers.hold(&returned) && servers.owner(program, id).is_none() {
        return true;
    }
    let scope = program.fn_scope(id);
    let mut params = def.sig.params.iter();
    params.any(|param| super::frameworks::is_router(&program.lower_ty(&scope, &param.ty)))
}

/// Whether the body of a function starts a router, and which functions it names; `None` without
/// a body.
fn look_at(values: &Values<'_>, servers: &Servers, id: FnId) -> Option<(bool, Vec<FnId>)> {
    let program = values.program;
    let def = &program[id];
    // What a framework does with routers is its adapter's to know.
    let is_modelled = program.is_modelled_source(program[def.module].krate);
    if is_modelled || servers.owner(program, id).is_some() {
        return None;
    }
    let body = def.body?;
    let typing = values.typing(body);
    let mut callees = Vec::new();
    let mut builds = false;
    for (expr, data) in program[body].body.exprs() {
        match data {
            Expr::Call { .. } | Expr::MethodCall(_) => {
                for callee in typing.callees(expr) {
                    match callee {
                        Callee::Fn(candidate) => {
                            callees.push(candidate.id);
                            builds |= servers.made_by(program, candidate.id).is_some();
                        }
                        Callee::External(path) if !builds => {
                            builds = super::frameworks::builds(path.as_str());
                        }
                        _ => {}
                    }
                }
            }
            Expr::Path(_) => {
                for callee in typing.defs(expr) {
                    if let Callee::Fn(candidate) = callee {
                        callees.push(candidate.id);
                    }
                }
            }
            Expr::Macro(call) => {
                builds |= call
                    .path
                    .last()
                    .is_some_and(|name| super::frameworks::building_macro(name.as_str()));
            }
            _ => {}
        }
    }
    callees.sort();
    callees.dedup();
    Some((builds, callees))
}
