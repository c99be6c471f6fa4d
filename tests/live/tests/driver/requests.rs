//! Requests as endpoints want them, from those who may and from those who may not.

use std::collections::BTreeSet;

use super::checks::Driver;
use super::http::{self, Answer, Header, Request};
use super::inventory::Endpoint;
use super::routing::{self, METHODS};

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sender {
    Nobody,
    /// One of the invented credentials, or all of them.
    Impostor(Option<usize>),
    Somebody,
}

/// What a request did.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) answer: Answer,
    /// The handlers that ran.
    pub(super) reached: BTreeSet<String>,
}

impl Driver<'_> {
    pub(super) fn did_reach(&self, endpoint: &Endpoint, seen: &Seen) -> bool {
        match endpoint.is_named() && self.directives.counted.contains(&endpoint.handler) {
            true => seen.reached.contains(&endpoint.handler),
            // A closure, or a service: it counts under a name that the inventory does not know.
            false => !seen.reached.is_empty(),
        }
    }

    /// A request for an endpoint, with all that its handler wants.
    pub(super) fn request(&self, endpoint: &Endpoint, sender: Sender) -> Request {
        let method = match endpoint.method.as_str() {
            "ANY" => {
                let only = self.directives.only.get(&endpoint.handler);
                only.map_or_else(|| self.other_method(&endpoint.path), String::as_str)
            }
            method => method,
        };
        let path = routing::fill(&endpoint.path, &self.directives.fills);
        let mut request = self.bare(method, &path, sender, &endpoint.handler);
        if let Some(query) = self.directives.queries.get(&endpoint.handler) {
            request.target.push_str(&format!("?{query}"));
        }
        self.give_body(&mut request, sender, &endpoint.handler);
        request
    }

    /// A method that nothing else answers on the same path.
    pub(super) fn other_method(&self, path: &str) -> &str {
        let is_taken = |method: &&&str| {
            let mut others = self.endpoints.iter();
            others.any(|it| it.path == path && it.method == **method)
        };
        let free = METHODS.iter().find(|it| !is_taken(it));
        free.copied().unwrap_or("OPTIONS")
    }

    pub(super) fn give_body(&self, request: &mut Request, sender: Sender, handler: &str) {
        let forged = self.directives.forged.get(handler);
        let forged = forged.filter(|_| sender != Sender::Somebody);
        if let Some(body) = forged.or_else(|| self.directives.bodies.get(handler)) {
            let content_type = ("Content-Type".to_owned(), body.content_type.clone());
            request.headers.push(content_type);
            request.body = body.text.clone().into_bytes();
        }
    }

    pub(super) fn bare(
        &self,
        method: &str,
        target: &str,
        sender: Sender,
        handler: &str,
    ) -> Request {
        let directives = self.directives;
        let mut headers: Vec<Header> = match sender {
            Sender::Nobody => Vec::new(),
            Sender::Impostor(Some(which)) => vec![directives.invented[which].clone()],
            Sender::Impostor(None) => {
                let mut all: Vec<Header> = Vec::new();
                for header in &directives.invented {
                    if !all.iter().any(|it| it.0 == header.0) {
                        all.push(header.clone());
                    }
                }
                all
            }
            Sender::Somebody => {
                let instead = directives.instead.get(handler).cloned().unwrap_or_default();
                let is_replaced = |it: &&Header| !instead.iter().any(|other| other.0 == it.0);
                let valid = directives.valid.iter().filter(is_replaced).cloned();
                valid.chain(instead.clone()).collect()
            }
        };
        headers.extend(directives.with.get(handler).cloned().unwrap_or_default());
        let mut request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: Vec::new(),
            is_grpc: self.is_grpc(target),
        };
        self.set_client(&mut request);
        request
    }

    /// Whether a path belongs to a gRPC service, or cannot belong to anything else.
    pub(super) fn is_grpc(&self, path: &str) -> bool {
        let (calls, others): (Vec<&Endpoint>, Vec<&Endpoint>) = self
            .endpoints
            .iter()
            .partition(|it| it.framework == "tonic");
        let service = |it: &str| it.rsplit_once('/').map(|it| it.0.to_owned());
        others.is_empty() || calls.iter().any(|it| service(&it.path) == service(path))
    }

    pub(super) fn set_client(&self, request: &mut Request) {
        self.clients.set(self.clients.get() + 1);
        let client = format!("client-{}", self.clients.get());
        request.headers.retain(|it| it.0 != "X-Client");
        request.headers.push(("X-Client".to_owned(), client));
    }

    pub(super) fn send(&mut self, request: &Request) -> Seen {
        let before = self.running.counts();
        let answer = http::send(self.running.address, request);
        let after = self.running.counts();
        let ran = after
            .into_iter()
            .filter(|(name, count)| before.get(name) != Some(count));
        let reached: BTreeSet<String> = ran.map(|(name, _)| name).collect();
        self.ever.extend(reached.iter().cloned());
        Seen { answer, reached }
    }
}
