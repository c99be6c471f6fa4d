//! All endpoints of a program, with what guards each.

use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::assemble::{Assembler, Server};
use super::endpoint::{Endpoint, HandlerTarget, Status};
use super::eval::{Eval, Served, relevant_functions};
use super::frameworks;
use super::guard::Known;
use super::limits::Limits;
use super::listener::{Listener, listener};
use super::purpose::privileged_word;
use super::value::{Lost, Route, Shadowed};
use crate::program::{CrateId, Program};
use crate::source::{SourceMap, Span};
use crate::values::Values;
use crate::workspace::TargetKind;

/// The endpoints, and what could not be followed.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Sorted by service, path and method.
    pub endpoints: Vec<Endpoint>,
    /// Registrations that could not be followed.
    pub unresolved: Vec<Lost>,
    /// Routes that no request finds, by where they are registered.
    pub shadowed: Vec<Shadowed>,
}

/// Of which endpoints it is found out what they demand beyond an identity. That takes following
/// handlers to their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Of none.
    OfNone,
    /// Of those whose paths say that not everybody is meant.
    OfPrivileged,
    /// Of all.
    OfAll,
}

/// Finds all endpoints and judges them.
pub fn build(values: &Values<'_>, sources: &SourceMap, rights: Rights) -> Inventory {
    let servers = frameworks::Servers::of(values);
    let (relevant, roots) = relevant_functions(values, &servers);
    let mut eval = Eval::new(values, sources, relevant.clone(), servers);
    for root in roots {
        eval.run_root(root);
    }
    // Functions that only call each other, or that nothing reached.
    let mut left: Vec<_> = relevant
        .into_iter()
        .filter(|id| !eval.entered.contains(id))
        .collect();
    left.sort();
    for id in left {
        if !eval.entered.contains(&id) {
            eval.run_root(id);
        }
    }
    eval.serve_left();
    let mut inventory = Inventory::default();
    let mut served = Vec::new();
    let mut routes = Vec::new();
    for one in without_copies(values.program, eval.served) {
        let listener = listener(values, sources, one.span);
        let framework = one.router.framework;
        let (all, lost) = frameworks::finish(values, one.router);
        for one in lost {
            if !inventory.unresolved.iter().any(|it| it.span == one.span) {
                inventory.unresolved.push(one);
            }
        }
        let server = served.len();
        served.push((
            Server {
                krate: one.krate,
                framework,
            },
            listener,
        ));
        routes.extend(all.into_iter().map(|route| (server, route)));
    }
    let mut seen: FxHashMap<_, usize> = FxHashMap::default();
    // Of each endpoint, whether no other machine reaches it.
    let mut near = Vec::new();
    let endpoints = judged(values, sources, &routes, rights, |at| served[at].0);
    for ((server, route), mut endpoint) in routes.iter().zip(endpoints) {
        let listener = served[*server].1.as_ref();
        endpoint.listener = listener.map(|it| it.shown().to_owned());
        endpoint.on_unix_socket = listener == Some(&Listener::Unix);
        let is_near = listener.is_some_and(Listener::is_of_this_machine);
        let layers: Vec<Span> = route.layers.iter().map(|layer| layer.span).collect();
        let key = (
            endpoint.service.clone(),
            endpoint.method.clone(),
            endpoint.path.clone(),
            // What one call of a macro makes stands at one place, whatever its name.
            endpoint.handler.span,
            endpoint.handler.name.clone(),
            layers,
        );
        let entry = seen.entry(key);
        // The same may be served in several places: it is where the farthest is.
        if let Entry::Occupied(place) = &entry {
            let at = *place.get();
            let known = &mut inventory.endpoints[at];
            let on_unix_socket = known.on_unix_socket || endpoint.on_unix_socket;
            near[at] &= is_near;
            known.on_unix_socket = on_unix_socket && near[at];
            endpoint.on_unix_socket = known.on_unix_socket;
        }
        match entry {
            Entry::Vacant(place) => {
                place.insert(inventory.endpoints.len());
                near.push(is_near);
                inventory.endpoints.push(endpoint);
            }
            // Whom one filter rejects, another with the same function at its end may let pass.
            Entry::Occupied(place) if route.filter.is_some() => {
                let known = &mut inventory.endpoints[*place.get()];
                let weaker = |it: &Endpoint| strictness(it.protections.authentication.status);
                if weaker(&endpoint) < weaker(known) {
                    *known = endpoint;
                }
            }
            Entry::Occupied(_) => {}
        }
    }
    inventory.unresolved.extend(eval.lost);
    // A function that registers routes may run in several places, and its routes be found in one.
    let found: FxHashSet<(Span, &str)> = inventory.endpoints.iter().map(at).collect();
    for one in eval.shadowed {
        let is_known = |it: &Shadowed| it.registered == one.registered && it.method == one.method;
        if !found.contains(&(one.registered, one.method.as_str()))
            && !inventory.shadowed.iter().any(is_known)
        {
            inventory.shadowed.push(one);
        }
    }
    inventory.sort();
    inventory
}

/// How much is demanded of whoever asks, of several alternatives.
fn strictness(status: Status) -> u8 {
    match status {
        Status::None => 0,
        Status::Optional => 1,
        Status::Unknown => 2,
        Status::Conditional => 3,
        Status::Required => 4,
    }
}

/// Where an endpoint is registered, and its method.
fn at(endpoint: &Endpoint) -> (Span, &str) {
    (endpoint.registered, endpoint.method.as_str())
}

impl Inventory {
    /// Adds what was found of another program.
    pub fn merge(&mut self, other: Inventory) {
        self.endpoints.extend(other.endpoints);
        self.unresolved.extend(other.unresolved);
        self.shadowed.extend(other.shadowed);
        self.sort();
    }

    fn sort(&mut self) {
        fn by(it: &Endpoint) -> impl Ord {
            let (service, path, method) = (&it.service, &it.path, &it.method);
            let handler = (it.handler.span, &it.handler.name);
            (service, path, method, handler, it.registered)
        }
        self.endpoints.sort_by(|a, b| by(a).cmp(&by(b)));
        self.unresolved
            .sort_by(|a, b| (a.span, &a.reason).cmp(&(b.span, &b.reason)));
        self.shadowed
            .sort_by(|a, b| (a.registered, &a.method).cmp(&(b.registered, &b.method)));
    }
}

/// What is served, without what programs have in common with another of their package: a program that
/// includes the modules of a server, and whose `main` does not lead to it, serves nobody.
fn without_copies(program: &Program, served: Vec<Served>) -> Vec<Served> {
    let places = |one: &Served| {
        let package = program[one.krate].package;
        let routes = one.router.routes.iter();
        routes
            .map(move |it| (package, it.registered))
            .collect::<Vec<_>>()
    };
    let by_main = served.iter().filter(|one| one.by_main);
    let by_main: FxHashMap<_, CrateId> = by_main
        .flat_map(|one| places(one).into_iter().map(|it| (it, one.krate)))
        .collect();
    let is_copy = |one: &Served| {
        let krate = &program[one.krate];
        let is_elsewhere = |it| by_main.get(&it).is_some_and(|other| *other != one.krate);
        let places = places(one);
        krate.kind == TargetKind::Bin
            && krate.package.is_some()
            && !one.by_main
            && !places.is_empty()
            && places.into_iter().all(is_elsewhere)
    };
    let copies: Vec<bool> = served.iter().map(is_copy).collect();
    let served = served.into_iter().zip(copies);
    served
        .filter(|(_, is_copy)| !is_copy)
        .map(|(one, _)| one)
        .collect()
}

/// The endpoints that routes make, in their order.
///
/// Those with one handler are judged together: what was found out of it serves them all. What judges
/// have found out of the code behind handlers serves all of them, in whatever order they come.
fn judged(
    values: &Values<'_>,
    sources: &SourceMap,
    routes: &[(usize, Route)],
    rights: Rights,
    server: impl Fn(usize) -> Server + Sync,
) -> Vec<Endpoint> {
    let mut order: Vec<usize> = (0..routes.len()).collect();
    let handler = |at: usize| match routes[at].1.handler {
        HandlerTarget::Fn(id) => Some(id),
        _ => None,
    };
    order.sort_by_key(|at| handler(*at));
    let limits = Limits::new(values, sources);
    let of_handler = |a: &usize, b: &usize| handler(*a).is_some() && handler(*a) == handler(*b);
    let groups: Vec<&[usize]> = order.chunk_by(of_handler).collect();
    let known = || [false, true].map(|rights| Known::new(routes.len(), rights));
    let judge = |judges: &mut Judges<'_, '_>, group: &[usize]| -> Vec<(usize, Endpoint)> {
        let endpoint = |at: &usize| {
            let (of, route) = &routes[*at];
            (*at, judges.endpoint(server(*of), route))
        };
        group.iter().map(endpoint).collect()
    };

    let together = known();
    let judges: Mutex<Vec<Judges<'_, '_>>> = Mutex::default();
    let idle = || judges.lock().unwrap_or_else(PoisonError::into_inner);
    let in_turn = |group: &&[usize]| {
        let one = idle().pop();
        let mut one =
            one.unwrap_or_else(|| Judges::new(values, sources, &limits, &together, rights));
        let judged = judge(&mut one, group);
        idle().push(one);
        judged
    };
    let by_many = groups.par_iter().with_max_len(1).flat_map_iter(in_turn);
    let mut judged: Vec<_> = by_many.collect();
    drop(judges);
    if together.iter().any(Known::is_exhausted) {
        // Who comes too late for the code that is left must not hang on who was faster.
        let known = known();
        let mut one = Judges::new(values, sources, &limits, &known, rights);
        judged = groups
            .iter()
            .flat_map(|group| judge(&mut one, group))
            .collect();
    }
    // Nobody has to wait until that is given back.
    rayon::spawn(move || drop(together));
    judged.sort_unstable_by_key(|(at, _)| *at);
    judged.into_iter().map(|(_, endpoint)| endpoint).collect()
}

/// Who puts endpoints together: of some it is asked what they demand beyond an identity, of others not.
struct Judges<'v, 'a> {
    plain: Assembler<'v, 'a>,
    of_rights: Assembler<'v, 'a>,
    rights: Rights,
}

impl<'v, 'a> Judges<'v, 'a> {
    fn new(
        values: &'v Values<'a>,
        sources: &'v SourceMap,
        limits: &'v Limits<'v, 'a>,
        [plain, of_rights]: &'v [Known; 2],
        rights: Rights,
    ) -> Self {
        Judges {
            plain: Assembler::new(values, sources, limits, plain),
            of_rights: Assembler::new(values, sources, limits, of_rights),
            rights,
        }
    }

    fn endpoint(&mut self, server: Server, route: &Route) -> Endpoint {
        let asks = match self.rights {
            Rights::OfNone => false,
            Rights::OfAll => true,
            Rights::OfPrivileged => privileged_word(&frameworks::normalise(&route.path)).is_some(),
        };
        match asks {
            true => self.of_rights.endpoint(server, route),
            false => self.plain.endpoint(server, route),
        }
    }
}
