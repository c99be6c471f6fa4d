//! Values of router-building code.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::endpoint::HandlerTarget;
use super::filter::Chain;
use crate::facts::{ExprId, PatId};
use crate::program::ty::Subst;
use crate::program::{AdtId, BodyKey, FnId, Ty};
use crate::source::{Name, Span};
use crate::values::Text;

/// What an expression of router-building code is worth.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Anything that does not matter, or that nobody knows.
    #[default]
    Unknown,
    /// A router, scope, app, mount list or method router.
    Router(Box<Router>),
    /// A function or closure.
    Callable(Callable),
    /// A layer, or a stack of layers (outermost first).
    Layers(Vec<Arc<Layer>>),
    /// A string.
    Text(Text),
    /// A list or tuple.
    List(Vec<Value>),
    /// A struct with known fields.
    Struct(AdtId, Arc<FxHashMap<Name, Value>>),
    /// Any other object, by its type, with the arguments that built it.
    Object(Ty, Vec<Value>),
    /// A boolean that is known when the code is read.
    Bool(bool),
    /// A type argument (turbofish) handed on by an adapter.
    Type(Ty),
}

/// A function as a value.
#[derive(Debug, Clone)]
pub enum Callable {
    /// A function of the program, with the types that its parameters stand for here.
    Fn(FnId, Types),
    /// A closure and the variables it sees.
    Closure(BodyKey, ExprId, Arc<Env>),
    /// A library function.
    External(Name),
}

/// The types that the type parameters of a function stand for, as far as they are written down.
pub type Types = Arc<Subst>;

impl Callable {
    /// What its type parameters stand for.
    pub fn types(&self) -> Types {
        match self {
            Callable::Fn(_, types) => types.clone(),
            Callable::Closure(..) | Callable::External(_) => Types::default(),
        }
    }

    /// The code as a handler.
    pub fn target(&self) -> HandlerTarget {
        match self {
            Callable::Fn(id, _) => HandlerTarget::Fn(*id),
            Callable::Closure(body, expr, _) => HandlerTarget::Closure(*body, *expr),
            Callable::External(path) => HandlerTarget::External(*path),
        }
    }
}

/// Variables of a body that is being run.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// By binding.
    pub locals: FxHashMap<PatId, Value>,
    /// `self`.
    pub this: Option<Box<Value>>,
    /// What type parameters and `Self` stand for.
    pub types: Types,
}

/// A set of routes under construction.
#[derive(Debug, Clone)]
pub struct Router {
    /// What kind of thing it is in its framework.
    pub kind: RouterKind,
    /// The framework.
    pub framework: &'static str,
    /// Where it was made.
    pub span: Span,
    /// Its own prefix (actix scopes and resources; applied when it is mounted).
    pub prefix: Option<Text>,
    /// The other paths of an actix resource that has several.
    pub other_prefixes: Vec<Text>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Layers that cover everything in it whatever the order (actix `wrap`, Rocket fairings,
    /// salvo's hoops), innermost first.
    pub wraps: Vec<Arc<Layer>>,
    /// actix guards on the whole of it, whatever the order.
    pub guards: Vec<Guard>,
    /// Methods that are waiting for their handler (actix `web::get()`), or that all in it are
    /// restricted to (salvo's filters).
    pub methods: Vec<String>,
    /// Conditions on requests that are for all in it (salvo's `host`, `filter_fn`).
    pub conditions: Vec<String>,
    /// What actix asks before whatever is registered later.
    pub taken: Vec<Taken>,
    /// Layers that cover only what was there when they were added (axum, loco).
    pub covered_by: Vec<Arc<Layer>>,
    /// Layers that cover only what is added from now on (tide's routes, gotham's pipelines), outermost
    /// first.
    pub covers: Vec<Arc<Layer>>,
    /// The place of what a part has been borrowed from, and is given back to.
    pub part_of: Option<(BodyKey, ExprId)>,
    /// Registrations that could not be followed.
    pub lost: Vec<Lost>,
}

/// Requests that a service takes from all that are registered after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The segments of its path, as written.
    pub segments: Vec<String>,
    /// Whether it takes what is below that path, too.
    pub below: bool,
    /// The methods of the requests; none for all of them.
    pub methods: Vec<String>,
    /// Where it is registered.
    pub by: Span,
}

/// A route that no request finds, since another one takes them all.
#[derive(Debug, Clone)]
pub struct Shadowed {
    /// Its method.
    pub method: String,
    /// What would answer.
    pub handler: HandlerTarget,
    /// Where it is registered.
    pub registered: Span,
    /// Where the other one is.
    pub by: Span,
}

impl Shadowed {
    /// This route, all of whose requests go to what is registered there.
    pub fn new(route: Route, by: Span) -> Shadowed {
        Shadowed {
            method: route.method,
            handler: route.handler,
            registered: route.registered,
            by,
        }
    }
}

/// The kinds of [`Router`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouterKind {
    /// axum `Router`, actix `App`, `Rocket`, salvo `Router` and `Service`.
    App,
    /// actix `Scope`, `ServiceConfig`.
    Scope,
    /// actix `Resource`: one path, several methods.
    Resource,
    /// axum `MethodRouter`, actix `Route`, salvo's `HoopedHandler`: handlers without a path.
    Methods,
    /// loco's `Routes`: the routes of one controller.
    Controller,
    /// loco's `AppRoutes`; its prefix is for what is added to it later.
    Controllers,
    /// A list of complete routes (`routes![]`, utoipa-axum's too; poem-openapi's service).
    List,
    /// A gRPC service: complete routes that nobody serves unless it is added to something.
    Service,
    /// poem's `RouteDomain` and `RouteScheme`: whole routers, by host and by scheme.
    Hosts,
    /// A part of a router under construction: what is added to it, complete with its path, is the
    /// router's (tide's `Route`, gotham's builders of routes).
    Part,
    /// A warp filter: each of its alternatives is a route, whose handler is not known before the
    /// whole is served. A salvo filter: a path, methods and conditions without a handler.
    Filter,
}

/// A route, as far as it has been put together.
#[derive(Debug, Clone)]
pub struct Route {
    /// Path pieces, outermost first.
    pub path: Vec<Text>,
    /// `GET`, .., or `ANY`.
    pub method: String,
    /// What answers.
    pub handler: HandlerTarget,
    /// What the handler's type parameters stand for: `post(create::<Account>)`.
    pub types: Types,
    /// The handler as reports show it, if it is no function of the program.
    pub handler_name: Option<String>,
    /// Where the handler is written at the registration.
    pub handler_span: Span,
    /// Where it is registered.
    pub registered: Span,
    /// Layers around it, innermost first.
    pub layers: Vec<Arc<Layer>>,
    /// Where prefixes were added, innermost first.
    pub mounts: Vec<(Span, String)>,
    /// How many of the layers stand inside of each of them, and see paths without it. Not as many as
    /// there are prefixes where that is not known.
    pub inside: Vec<usize>,
    /// Runtime or cfg conditions under which it exists.
    pub conditions: Vec<String>,
    /// A fallback: answers what no other route does.
    pub fallback: bool,
    /// Rocket's request guards beyond the handler's parameters, `guard = ".."`, actix guards.
    pub guards: Vec<Guard>,
    /// The framework that answers, where it is not that of the router: tonic's services in axum's.
    pub framework: Option<&'static str>,
    /// Rocket's rank, where given or implied; lower tries first.
    pub rank: Option<i64>,
    /// Layers of a router that it was added to too late for them to cover it.
    pub missed: Vec<Missed>,
    /// What warp's filters do with a request, in order.
    pub filter: Option<Arc<Chain>>,
    /// The code that answers all requests of a service and tells by their method and path that
    /// they are for this route (hyper): what guards the route is what it does for them.
    pub within: Option<HandlerTarget>,
    /// The handler of another route that requests for this one go through: what executes the schema of
    /// a GraphQL operation.
    pub through: Option<HandlerTarget>,
}

impl Route {
    /// A route of one method, without path, conditions or layers yet, that is registered where
    /// its handler is written.
    pub fn new(method: impl Into<String>, handler: HandlerTarget, span: Span) -> Route {
        Route {
            path: Vec::new(),
            method: method.into(),
            handler,
            types: Types::default(),
            handler_name: None,
            handler_span: span,
            registered: span,
            layers: Vec::new(),
            mounts: Vec::new(),
            inside: Vec::new(),
            conditions: Vec::new(),
            fallback: false,
            guards: Vec::new(),
            framework: None,
            rank: None,
            missed: Vec::new(),
            filter: None,
            within: None,
            through: None,
        }
    }
}

/// A layer that would cover a route if that had been added before it.
#[derive(Debug, Clone)]
pub struct Missed {
    /// The layer.
    pub layer: Arc<Layer>,
    /// What adds the route, by itself or with the router that it is in.
    pub added: Span,
}

/// A guard at a registration.
#[derive(Debug, Clone)]
pub struct Guard {
    /// As written.
    pub name: String,
    /// Where.
    pub span: Span,
    /// Its function, where it is one.
    pub target: HandlerTarget,
    /// The expression that makes it.
    pub written: Option<(BodyKey, ExprId)>,
}

/// A registration that could not be followed.
#[derive(Debug, Clone)]
pub struct Lost {
    /// Why.
    pub reason: String,
    /// Where.
    pub span: Span,
}

/// A layer.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name as reports show it.
    pub name: String,
    /// Where it is applied.
    pub span: Span,
    /// What it is.
    pub kind: LayerKind,
    /// The conditions under which it is there.
    pub conditions: Vec<String>,
    /// The expression that makes it.
    pub written: Option<(BodyKey, ExprId)>,
}

impl Layer {
    /// The same layer, which is there only under one more condition.
    #[must_use]
    pub fn under(&self, condition: impl Into<String>) -> Arc<Layer> {
        let mut layer = self.clone();
        layer.conditions.push(condition.into());
        Arc::new(layer)
    }
}

/// What a layer is.
#[derive(Debug, Clone)]
pub enum LayerKind {
    /// Middleware written as a function (`from_fn`, `wrap_fn`), and what its type parameters
    /// stand for.
    Function(HandlerTarget, Types),
    /// The same, of which the first parameter is the rest of the chain (poem's `around`).
    Around(HandlerTarget, Types),
    /// A handler of the program in front of others, in a chain that goes on by itself unless it
    /// is stopped (salvo's hoops), and what its type parameters stand for.
    Hoop(FnId, Types),
    /// `from_extractor::<T>()`.
    Extractor(Ty),
    /// A type: a library's (then by model) or the program's (then by its code), and the values it was built from.
    Type(Ty, Vec<Value>),
    /// A tonic interceptor: a function or a type through which requests pass on their way.
    Interceptor(Box<LayerKind>),
    /// One that only runs for the requests of which a function of the program says so.
    When(Box<When>),
    /// Switched off by a constant: `Condition::new(false, ..)`.
    Off,
    /// Not known.
    Unknown,
}

/// A layer that is not there for all requests.
#[derive(Debug, Clone)]
pub struct When {
    /// What it is where it is there.
    pub kind: LayerKind,
    /// The function or closure that is asked about a request.
    pub asked: (BodyKey, ExprId),
    /// How that is written.
    pub text: String,
}

impl LayerKind {
    /// Middleware that a function is.
    pub fn function(callable: &Callable) -> LayerKind {
        LayerKind::Function(callable.target(), callable.types())
    }

    /// Middleware that a function is which is handed to a library.
    pub fn of_argument(value: Option<&Value>) -> LayerKind {
        match value {
            Some(Value::Callable(callable)) => LayerKind::function(callable),
            _ => LayerKind::Unknown,
        }
    }
}

impl Router {
    /// An empty one.
    pub fn new(kind: RouterKind, framework: &'static str, span: Span) -> Router {
        Router {
            kind,
            framework,
            span,
            prefix: None,
            other_prefixes: Vec::new(),
            routes: Vec::new(),
            wraps: Vec::new(),
            guards: Vec::new(),
            methods: Vec::new(),
            conditions: Vec::new(),
            taken: Vec::new(),
            covered_by: Vec::new(),
            covers: Vec::new(),
            part_of: None,
            lost: Vec::new(),
        }
    }

    /// Puts layers around all routes that are there now. `layers` are outermost first.
    pub fn cover(&mut self, layers: &[Arc<Layer>], with_fallback: bool) {
        for route in self
            .routes
            .iter_mut()
            .filter(|route| with_fallback || !route.fallback)
        {
            route.layers.extend(layers.iter().rev().cloned());
        }
    }

    /// Adds a route behind the layers that cover what is added from now on.
    pub fn add_covered(&mut self, mut route: Route) {
        route.layers.extend(self.covers.iter().rev().cloned());
        self.routes.push(route);
    }

    /// A part of it that has nothing of its own yet, made by the call at this place.
    #[must_use]
    pub fn part(&self, span: Span) -> Router {
        Router {
            covers: self.covers.clone(),
            prefix: self
                .prefix
                .clone()
                .filter(|_| self.kind == RouterKind::Part),
            part_of: self.part_of,
            ..Router::new(RouterKind::Part, self.framework, span)
        }
    }

    /// The same, of a router whose layers do not cover what is added later.
    pub fn cover_so_far(&mut self, layers: &[Arc<Layer>], with_fallback: bool) {
        self.cover(layers, with_fallback);
        self.covered_by.extend(layers.iter().cloned());
    }

    /// Notes that routes from this one on were added behind the layers of a router, by the call at
    /// this place. A fallback is no route that was forgotten.
    pub fn note_missed(&mut self, from: usize, added: Span) {
        let Some(routes) = self.routes.get_mut(from..) else {
            return;
        };
        for route in routes.iter_mut().filter(|it| !it.fallback) {
            let missed = self.covered_by.iter().map(|layer| Missed {
                layer: Arc::clone(layer),
                added,
            });
            route.missed.extend(missed);
        }
    }

    /// Its routes with its own prefix and wraps applied.
    pub fn finish(mut self) -> (Vec<Route>, Vec<Lost>) {
        let wraps = std::mem::take(&mut self.wraps);
        let span = self.span;
        if let Some(prefix) = self.prefix.take()
            && self.kind != RouterKind::Controllers
        {
            let others = std::mem::take(&mut self.other_prefixes);
            let again: Vec<_> = others.iter().map(|it| (it, self.routes.clone())).collect();
            self.mount(&prefix, span);
            for (other, routes) in again {
                let mut more = Router::new(self.kind, self.framework, span);
                more.routes = routes;
                more.mount(other, span);
                self.routes.extend(more.routes);
            }
        }
        let holds_routes = matches!(
            self.kind,
            RouterKind::App | RouterKind::Scope | RouterKind::Resource
        );
        if holds_routes && !self.methods.is_empty() {
            self.routes = restricted(self.routes, &self.methods);
        }
        for route in &mut self.routes {
            route.layers.extend(wraps.iter().cloned());
            route.guards.extend(self.guards.iter().cloned());
            route.conditions.extend(self.conditions.iter().cloned());
        }
        (self.routes, self.lost)
    }

    /// Puts a prefix before all paths.
    pub fn mount(&mut self, prefix: &Text, span: Span) {
        for route in &mut self.routes {
            route.path.insert(0, prefix.clone());
            route
                .mounts
                .push((span, prefix.display().replace("//", "/")));
            route.inside.push(route.layers.len());
        }
    }
}

/// Routes for requests of these methods only.
pub(super) fn restricted(routes: Vec<Route>, methods: &[String]) -> Vec<Route> {
    let each = |route: Route| {
        let of_any = route.method == "ANY";
        let taken = methods.iter().filter(|it| of_any || **it == route.method);
        let made = taken.map(|method| Route {
            method: method.clone(),
            ..route.clone()
        });
        made.collect::<Vec<_>>()
    };
    routes.into_iter().flat_map(each).collect()
}

impl Value {
    /// The type of the program that it is an object of.
    pub fn local_type(&self) -> Option<Ty> {
        match self {
            Value::Struct(adt, _) => Some(Ty::Adt(*adt, std::sync::Arc::from([]))),
            Value::Object(ty @ Ty::Adt(..), _) => Some(ty.clone()),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a router is in it.
    pub fn holds_router(&self) -> bool {
        match self {
            Value::Router(_) => true,
            Value::List(all) | Value::Object(_, all) => all.iter().any(Value::holds_router),
            Value::Struct(_, fields) => fields.values().any(Value::holds_router),
            _ => false,
        }
    }
}
