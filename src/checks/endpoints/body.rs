//! What a handler's code is seen to do, in its own body and in the functions it calls.
//!
//! Not a proof: a look at the calls, their roles in the models and their names. It tells
//! endpoints apart that authentication or a limit matters for from those it does not.

use rustc_hash::FxHashSet;

use super::acts::{Acts, Known, Step};
use crate::checks::Context;
use crate::facts::Mention;
use crate::program::{BodyKey, FnId};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::Endpoint;
use crate::source::{Span, TextRange};

/// How far calls are followed.
const MAX_DEPTH: u32 = 5;
/// How many functions are looked at for one endpoint.
const MAX_FUNCTIONS: usize = 300;

/// What a handler is seen to do; each with the name that shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The code was found.
    pub found: bool,
    /// Changes something that lasts.
    pub write: Option<Act>,
    /// That is known by a model or by its SQL, not by a name alone.
    pub write_is_sure: bool,
    /// Checks a message's signature.
    pub signature: Option<Act>,
    /// Names a header in which signatures stand.
    pub signature_header: Option<Act>,
    /// Compares a password with a stored one.
    pub checks_password: Option<Act>,
    /// Hashes a new password.
    pub hashes_password: Option<Act>,
    /// Makes a token or session.
    pub issues: Option<Act>,
    /// Sends mail or messages.
    pub mail: Option<Act>,
    /// Takes files.
    pub upload: Option<Act>,
    /// Calls something that by its name decides who may do what.
    pub checks: Option<Act>,
    /// Something was called that could do anything.
    pub opaque: bool,
    /// Something was called of which neither code nor model is there.
    pub unresolved: bool,
    /// The handler is given the request's headers, where signatures stand.
    pub headers: bool,
    /// The handler takes something that the client chooses.
    pub asks: bool,
}

/// A piece of evidence.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    /// The called name, or the operator.
    pub name: String,
}

/// The name of a comparison of passwords.
pub(super) const COMPARISON: &str = "==";

impl Act {
    /// What it is, for people.
    pub(crate) fn shown(&self) -> String {
        match self.name.as_str() {
            COMPARISON => "compares a password".to_owned(),
            name => format!("calls `{name}`"),
        }
    }
}

impl Seen {
    /// Looks at an endpoint's handler; keeps what the bodies do that it comes by.
    pub(super) fn of(cx: &Context<'_>, endpoint: &Endpoint, known: &Known) -> Seen {
        let mut look = Look {
            cx,
            known: Some(known),
            seen: Seen::default(),
            visited: FxHashSet::default(),
        };
        match endpoint.handler.target {
            HandlerTarget::Fn(id) => {
                let def = &cx.program[id];
                look.seen.found = def.body.is_some();
                for param in &def.sig.params {
                    look.parameter(param.ty_range.in_file(def.file), def.body);
                }
                look.function(id, 0);
            }
            HandlerTarget::Closure(body, expr) => {
                look.seen.found = true;
                look.seen.asks = true;
                let range = cx.program[body].body.expr_range(expr);
                look.body(body, Some(range), 0);
            }
            HandlerTarget::External(_) | HandlerTarget::Unknown => {}
        }
        let seen = &mut look.seen;
        // Asking for the header alone checks nothing.
        if seen.signature.is_none() && (seen.checks.is_some() || seen.unresolved) {
            seen.signature = seen.signature_header.clone();
        }
        look.seen
    }

    /// Looks at a part of a body.
    pub(crate) fn of_range(cx: &Context<'_>, key: BodyKey, range: TextRange) -> Seen {
        let mut look = Look {
            cx,
            known: None,
            seen: Seen::default(),
            visited: FxHashSet::default(),
        };
        look.body(key, Some(range), 0);
        look.seen
    }

    /// Whether nothing that the code does outlives the request.
    pub(crate) fn is_pure(&self) -> bool {
        self.found && !self.opaque && self.write.is_none() && self.mail.is_none()
    }
}

struct Look<'c, 'a> {
    cx: &'c Context<'a>,
    /// What is known of whole bodies.
    known: Option<&'c Known>,
    seen: Seen,
    visited: FxHashSet<BodyKey>,
}

impl Look<'_, '_> {
    fn parameter(&mut self, span: Span, body: Option<BodyKey>) {
        let text = self.cx.sources.slice(span);
        self.seen.asks |= match base_name(text.trim_start_matches("Option<")) {
            // Of actix-web's request without its body, some only want what the service put there.
            "HttpRequest" => !body.is_some_and(|it| self.only_wants_extensions(it)),
            base => !NOT_ASKING.contains(&base.trim_end_matches('>')),
        };
        let raw = ["Request", "HttpRequest", "HeaderMap", "TypedHeader"];
        if raw.contains(&base_name(text)) {
            self.seen.headers = true;
        }
        let uploads = ["Multipart", "TempFile", "TypedMultipart", "MultipartForm"];
        let mut names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        if names.any(|it| uploads.contains(&it)) || text.contains("multipart::FormData") {
            note(&mut self.seen.upload, text);
        }
    }

    /// Whether a handler looks at the extensions of its request and at nothing else of it.
    fn only_wants_extensions(&self, body: BodyKey) -> bool {
        let mentions = self.cx.program[body].body.mentions();
        let parts = [
            "headers",
            "cookie",
            "cookies",
            "query_string",
            "match_info",
            "uri",
            "path",
            "head",
        ];
        mentions.has(Mention::Member, "extensions")
            && !parts.iter().any(|it| mentions.has(Mention::Member, it))
    }

    fn function(&mut self, id: FnId, depth: u32) {
        let def = &self.cx.program[id];
        match def.body {
            Some(body) => self.body(body, None, depth),
            None => self.seen.opaque = true,
        }
    }

    fn body(&mut self, key: BodyKey, only: Option<TextRange>, depth: u32) {
        if !self.visited.insert(key) {
            return;
        }
        if depth > MAX_DEPTH || self.visited.len() > MAX_FUNCTIONS {
            self.seen.opaque = true;
            return;
        }
        let cx = self.cx;
        match (only, self.known) {
            (None, Some(known)) => self.follow(known.of(cx, key), depth),
            _ => self.follow(&Acts::of(cx, key, only), depth),
        }
    }

    /// Does what a body does, so deep in calls.
    fn follow(&mut self, acts: &Acts, depth: u32) {
        self.seen.opaque |= acts.opaque;
        self.seen.unresolved |= acts.unresolved;
        self.seen.write_is_sure |= acts.write_is_sure;
        for step in &acts.steps {
            match step {
                Step::Note { what, name, within } if depth <= *within => {
                    note(what.of(&mut self.seen), name);
                }
                Step::Note { .. } => {}
                Step::Call(id) => self.function(*id, depth + 1),
            }
        }
    }
}

/// The last name of a type as it is written, without its arguments and references.
fn base_name(ty: &str) -> &str {
    let base = ty.split('<').next().unwrap_or_default();
    let base = base.trim_start_matches('&').trim_start_matches("mut ");
    base.rsplit("::").next().unwrap_or(base).trim()
}

fn note(place: &mut Option<Act>, name: &str) {
    if place.is_none() {
        *place = Some(Act {
            name: name.to_owned(),
        });
    }
}

/// Parameters that hold nothing for a client to guess: sessions, and what the service shares.
const NOT_ASKING: [&str; 10] = [
    "State",
    "Extension",
    "Data",
    "Session",
    "Identity",
    "ConnectInfo",
    "FlashMessage",
    "Depot",
    "Response",
    "FlowCtrl",
];
