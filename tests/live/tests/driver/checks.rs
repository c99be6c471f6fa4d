//! What the analyzer said against what happens, endpoint by endpoint.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::directives::{Directives, Named};
use super::inventory::{Endpoint, inventory};
use super::process::Running;
use super::requests::Sender;
use super::routing::{self, METHODS};

/// How it went with one service.
pub struct Outcome {
    pub checks: usize,
    /// Endpoints whose verdict is not *required*, *optional* or *none*, or is known to be wrong.
    pub set_aside: usize,
    pub endpoints: usize,
    pub disagreements: Vec<String>,
}

/// Compares everything that is listed for a service.
pub fn compare(service: &str, program: &str, source: &str) -> Outcome {
    let directives = Directives::of(source);
    let all = inventory().endpoints.iter();
    let endpoints: Vec<&Endpoint> = all.filter(|it| it.service == service).collect();
    let mut driver = Driver {
        running: Running::start(service, program),
        directives: &directives,
        endpoints: &endpoints,
        clients: Cell::new(0),
        ever: BTreeSet::new(),
        checks: 0,
        disagreements: Vec::new(),
    };
    driver.names();
    driver.declarations();
    driver.surpluses();
    for endpoint in &endpoints {
        match driver.is_surplus(endpoint) {
            true => driver.surplus(endpoint),
            false => driver.endpoint(endpoint),
        }
    }
    driver.missing();
    driver.unlisted();
    driver.never_reached();
    let aside = directives.undecided.iter().chain(&directives.known);
    Outcome {
        checks: driver.checks,
        set_aside: aside.count()
            + directives.missing.len()
            + directives.surplus.len()
            + directives.only.len(),
        endpoints: endpoints.len(),
        disagreements: driver.disagreements,
    }
}

/// A service at work.
pub(super) struct Driver<'a> {
    pub(super) running: Running,
    pub(super) directives: &'a Directives,
    pub(super) endpoints: &'a [&'a Endpoint],
    /// Each request comes from another client, as far as limiters can see.
    pub(super) clients: Cell<usize>,
    pub(super) ever: BTreeSet<String>,
    pub(super) checks: usize,
    disagreements: Vec<String>,
}

impl Driver<'_> {
    pub(super) fn check(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        self.checks += 1;
        if !holds {
            self.disagreements.push(complaint());
        }
    }

    /// Every handler that counts is listed, or said to be missing, and no other one is.
    fn names(&mut self) {
        let listed: BTreeSet<&str> = self
            .endpoints
            .iter()
            .map(|it| it.handler.as_str())
            .collect();
        let Directives {
            anonymous,
            missing,
            unreached,
            counted,
            ..
        } = self.directives;
        for name in unreached {
            self.check(!listed.contains(name.as_str()), || {
                format!("`{name}` is listed: take out its `live: unreached` line")
            });
        }
        for name in counted.difference(unreached) {
            let known = anonymous.contains(name) || missing.iter().any(|it| it.handler == *name);
            self.check(listed.contains(name.as_str()) || known, || {
                format!("`{name}` is a handler, and no endpoint is listed for it")
            });
        }
    }

    /// What the source says of handlers, it says of listed ones.
    fn declarations(&mut self) {
        let directives = self.directives;
        let verdicts = directives.undecided.iter().chain(&directives.known);
        let mut named: Vec<&str> = verdicts.map(|it| it.of.as_str()).collect();
        named.extend(directives.bodies.keys().map(String::as_str));
        named.extend(directives.forged.keys().map(String::as_str));
        named.extend(directives.queries.keys().map(String::as_str));
        named.extend(directives.instead.keys().map(String::as_str));
        named.extend(directives.with.keys().map(String::as_str));
        named.extend(directives.slow.iter().map(String::as_str));
        named.extend(directives.presence.iter().map(String::as_str));
        for name in named {
            let listed = self.endpoints.iter().any(|it| it.is_called(name));
            let missing = directives.missing.iter().any(|it| it.handler == name);
            self.check(listed || missing, || {
                format!("a `live:` line names `{name}`, for which no endpoint is listed")
            });
        }
    }

    /// What is said to be listed wrongly is listed.
    fn surpluses(&mut self) {
        for Named {
            method,
            path,
            handler,
        } in &self.directives.surplus
        {
            let listed = self.is_listed(method, path, handler);
            self.check(listed, || {
                format!("{method} {path} is not listed: take out its `live: known surplus` line")
            });
        }
    }

    fn is_listed(&self, method: &str, path: &str, handler: &str) -> bool {
        let mut endpoints = self.endpoints.iter();
        endpoints.any(|it| it.method == method && it.path == path && it.handler == handler)
    }

    fn is_surplus(&self, endpoint: &Endpoint) -> bool {
        let mut surplus = self.directives.surplus.iter();
        surplus.any(|it| {
            it.method == endpoint.method
                && it.path == endpoint.path
                && it.handler == endpoint.handler
        })
    }

    /// Listed, and said not to be there: so it is not.
    fn surplus(&mut self, endpoint: &Endpoint) {
        let request = self.request(endpoint, Sender::Somebody);
        let seen = self.send(&request);
        let reached = self.did_reach(endpoint, &seen);
        self.check(!reached, || {
            format!("{endpoint} is there: take out its `live: known surplus` line")
        });
    }

    /// Not listed, and said to be there: so it is.
    fn missing(&mut self) {
        for Named {
            method,
            path,
            handler,
        } in &self.directives.missing
        {
            let target = routing::fill(path, &self.directives.fills);
            let sent = match method.as_str() {
                "ANY" => self.other_method(path).to_owned(),
                _ => method.clone(),
            };
            let mut request = self.bare(&sent, &target, Sender::Somebody, handler);
            self.give_body(&mut request, Sender::Somebody, handler);
            let seen = self.send(&request);
            self.check(seen.reached.contains(handler), || {
                format!("{method} {path} does not reach `{handler}`, which it is said to: {seen:?}")
            });
            let listed = self.is_listed(method, path, handler);
            self.check(!listed, || {
                format!("{method} {path} is listed: take out its `live: known missing` line")
            });
        }
    }

    fn endpoint(&mut self, endpoint: &Endpoint) {
        let valid = self.request(endpoint, Sender::Somebody);
        let seen = self.send(&valid);
        let runs = self.did_reach(endpoint, &seen);
        // A handler may say so itself.
        self.check(runs || !matches!(seen.answer.status, 404 | 405), || {
            format!("{endpoint} is listed, and not there: {seen:?}")
        });
        self.check(runs, || {
            format!("{endpoint} is not what runs for valid credentials: {seen:?}")
        });
        if !runs {
            return;
        }
        self.methods(endpoint);
        self.authentication(endpoint);
        self.rate_limit(endpoint);
        self.body_limit(endpoint);
        self.timeout(endpoint);
    }

    /// What is listed for any method answers any, unless the source says that this is wrong.
    fn methods(&mut self, endpoint: &Endpoint) {
        let is_known = self.directives.only.contains_key(&endpoint.handler);
        let is_any = endpoint.method == "ANY";
        self.check(is_any || !is_known, || {
            format!("{endpoint} is not listed for any method: take out its `live: known only` line")
        });
        if !is_any {
            return;
        }
        let mut refused = Vec::new();
        for method in METHODS {
            let mut request = self.request(endpoint, Sender::Somebody);
            request.method = method.to_owned();
            let mut others = self.endpoints.iter();
            let other = others.any(|it| it.path == endpoint.path && it.method == method);
            let seen = self.send(&request);
            if !other && !self.did_reach(endpoint, &seen) {
                refused.push(method);
            }
        }
        self.check(refused.is_empty() != is_known, || {
            format!("{endpoint} is listed for any method, and refuses {refused:?}")
        });
    }

    /// What is not listed is not there.
    fn unlisted(&mut self) {
        for (method, path) in &self.directives.absent {
            self.nothing_at(method, path, "is said to be absent");
        }
        let mut paths: BTreeMap<String, bool> = BTreeMap::new();
        for endpoint in self.endpoints {
            let path = routing::fill(&endpoint.path, &self.directives.fills);
            // axum itself answers a path that it knows under another method, and asks no fallback.
            let is_known = endpoint.framework == "axum" && !routing::is_fallback(endpoint);
            *paths.entry(path).or_default() |= is_known;
        }
        for (path, is_known) in &paths {
            for method in METHODS {
                let may_answer = |it: &Endpoint| {
                    routing::may_answer(it, method, path)
                        && !(*is_known && routing::is_fallback(it))
                };
                if !self.endpoints.iter().any(|it| may_answer(it)) {
                    self.nothing_at(method, path, "is not listed");
                }
            }
            let below = format!("{}/below-it", path.trim_end_matches('/'));
            for method in ["GET", "POST"] {
                let mut endpoints = self.endpoints.iter();
                if !endpoints.any(|it| routing::may_answer(it, method, &below)) {
                    self.nothing_at(method, &below, "is not listed");
                }
            }
        }
    }

    fn nothing_at(&mut self, method: &str, path: &str, why: &str) {
        let mut missing = self.directives.missing.iter();
        let is_missing = missing.any(|it| {
            let answers = it.method == method || it.method == "ANY";
            answers && routing::matches(&it.path, path)
        });
        if is_missing {
            return;
        }
        let request = self.bare(method, path, Sender::Somebody, "");
        if request.is_grpc && method != "POST" {
            // A call has no other method, and services do not ask.
            return;
        }
        let seen = self.send(&request);
        let nothing = seen.reached.is_empty() && matches!(seen.answer.status, 404 | 405);
        self.check(nothing, || {
            format!("{method} {path} {why}, and there: {seen:?}")
        });
    }

    /// No handler is only listed.
    fn never_reached(&mut self) {
        for name in &self.directives.counted {
            let mut surplus = self.directives.surplus.iter();
            let is_surplus = surplus.any(|it| it.handler == *name);
            let mut missing = self.directives.missing.iter();
            let is_surplus = is_surplus && !missing.any(|it| it.handler == *name);
            let in_vain = is_surplus || self.directives.unreached.contains(name);
            let reached = self.ever.contains(name);
            self.check(reached != in_vain, || match reached {
                true => format!("`{name}` was reached, and is said not to be there"),
                false => format!("`{name}` was never reached"),
            });
        }
    }
}
