//! What a handler's code is seen to do, in its own body and in the functions it calls.
//!
//! Not a proof: a look at the calls, their roles in the models and their names. It tells
//! endpoints apart that authentication or a limit matters for from those it does not.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use crate::checks::Context;
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::models::{Role, TypeRole};
use crate::program::{BodyKey, FnId};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::Endpoint;
use crate::routes::purpose::words;
use crate::source::{Name, Span, TextRange};
use crate::values::Callee;

/// How far calls are followed.
const MAX_DEPTH: u32 = 5;
/// How far from the handler sending mail is what the endpoint is for.
const MAIL_DEPTH: u32 = 1;
/// How far from the handler hashing a password is what the endpoint is for.
const HASH_DEPTH: u32 = 3;
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
const COMPARISON: &str = "==";

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
    /// Looks at an endpoint's handler.
    pub(crate) fn of(cx: &Context<'_>, endpoint: &Endpoint) -> Seen {
        let mut look = Look {
            cx,
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
        let data = &cx.program[key];
        let typing = cx.values.typing(key);
        for (id, expr) in data.body.exprs() {
            let range = data.body.expr_range(id);
            if only.is_some_and(|it| !it.contains(range)) {
                continue;
            }
            match expr {
                Expr::MethodCall(call) => {
                    self.call(call.name.as_str(), typing.callees(id), depth, true);
                }
                Expr::Call { callee, .. } => {
                    let text = cx
                        .sources
                        .slice(data.body.expr_range(*callee).in_file(data.file));
                    let name = text.rsplit("::").next().unwrap_or(text);
                    self.call(name, typing.callees(id), depth, false);
                }
                Expr::Literal(Literal::Str(text)) => self.text(text),
                Expr::Binary {
                    op: BinaryOp::Eq | BinaryOp::Ne,
                    lhs,
                    rhs,
                } => self.compared(&data.body, *lhs, *rhs),
                Expr::Macro(call) => {
                    let name = call.path.last().map_or("", |it| it.as_str());
                    if name.starts_with("query") {
                        self.text(cx.sources.slice(call.tokens.in_file(data.file)));
                    } else if !QUIET_MACROS.contains(&name) {
                        self.seen.opaque = true;
                    }
                }
                _ => {}
            }
        }
    }

    /// `form.password == settings.password`; but not with the same typed twice, nor with nothing.
    fn compared(&mut self, body: &Body, lhs: ExprId, rhs: ExprId) {
        let sides = [lhs, rhs].map(|it| name_of(body, it));
        let [Some(lhs), Some(rhs)] = sides else {
            return;
        };
        let is_password = |name: &str| {
            let words = words(name);
            let last = words.last().map_or("", String::as_str);
            let of_client = || words.iter().any(|it| it == "client") && last == "secret";
            matches!(last, "password" | "passwd" | "passphrase") || of_client()
        };
        // The same once more, or a rule that it has to keep.
        let others = [
            "confirm",
            "repeat",
            "again",
            "retype",
            "verif",
            "old",
            "new",
            "current",
            "repassword",
            "user",
            "name",
            "mail",
            "field",
        ];
        let is_other = |name: &str| {
            let lower = name.to_ascii_lowercase();
            others.iter().any(|it| lower.contains(it)) || lower.ends_with('2')
        };
        let names = [lhs, rhs];
        if names.iter().any(|it| is_password(it)) && !names.iter().any(|it| is_other(it)) {
            note(&mut self.seen.checks_password, COMPARISON);
        }
    }

    fn text(&mut self, text: &str) {
        let upper = text.trim_start_matches(['"', 'r', '#', ' ', '\n', '\t']);
        let upper = upper.get(..upper.len().min(12)).unwrap_or("");
        let upper = upper.to_ascii_uppercase();
        for verb in ["INSERT INTO", "UPDATE ", "DELETE FROM", "REPLACE INTO"] {
            if upper.starts_with(verb) {
                self.seen.write_is_sure = true;
                note(&mut self.seen.write, verb.trim_end());
            }
        }
        let lower = text.to_ascii_lowercase();
        if lower.len() < 40 && lower.contains("signature") && lower.contains('-') {
            note(&mut self.seen.signature_header, text);
        }
    }

    fn call(&mut self, name: &str, callees: &[Callee], depth: u32, method: bool) {
        self.named(name, depth);
        if callees.is_empty() {
            if !method || !QUIET_METHODS.contains(&name) {
                self.seen.opaque = true;
                // A chain of a known library's types is lost now and then.
                self.seen.unresolved |= !method;
                if changes(name) {
                    note(&mut self.seen.write, name);
                }
            }
            return;
        }
        for callee in callees {
            match callee {
                Callee::Fn(candidate) => self.function(candidate.id, depth + 1),
                Callee::External(path) => self.external(*path, name, depth),
                Callee::Constructor(_) | Callee::Const(_) | Callee::Other(_) => {}
            }
        }
    }

    fn external(&mut self, path: Name, name: &str, depth: u32) {
        let models = self.cx.program.models;
        let role = models.function(path).map(|it| it.role);
        let path = path.as_str();
        // A visitor's own session or cookies.
        let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
        let owner = models.type_(Name::new(owner)).and_then(|it| it.role);
        if matches!(owner, Some(TypeRole::Session | TypeRole::Cookies)) {
            if role == Some(Role::Issues) {
                note(&mut self.seen.issues, name);
            }
            return;
        }
        match role {
            Some(Role::Effect) if name != "execute" => {
                self.seen.opaque = true;
                return;
            }
            Some(Role::EffectWrite | Role::Effect) => {
                self.seen.write_is_sure = true;
                note(&mut self.seen.write, name);
                return;
            }
            Some(Role::SendsMail) if depth <= MAIL_DEPTH => note(&mut self.seen.mail, name),
            Some(Role::Issues) => note(&mut self.seen.issues, name),
            _ => {}
        }
        // What came, and what is sent back: `Status::unimplemented("later")`.
        if matches!(
            owner,
            Some(TypeRole::Request | TypeRole::Response | TypeRole::Error)
        ) {
            return;
        }
        let krate = path.split("::").next().unwrap_or_default();
        let hashing = matches!(
            krate,
            "argon2" | "bcrypt" | "scrypt" | "pbkdf2" | "password_hash"
        );
        if hashing && (name.starts_with("verify") || name == "check") {
            note(&mut self.seen.checks_password, name);
        } else if hashing && name.starts_with("hash") && depth <= HASH_DEPTH {
            note(&mut self.seen.hashes_password, name);
        }
        if matches!(krate, "hmac" | "ed25519_dalek" | "ring") && name.starts_with("verify") {
            note(&mut self.seen.signature, name);
        }
        // It is stopped for all.
        if matches!(path, "std::process::exit" | "std::process::abort") {
            self.seen.write_is_sure = true;
            note(&mut self.seen.write, name);
            return;
        }
        let outside = ["std::fs", "tokio::fs", "std::env", "std::process"];
        let outside = outside.iter().any(|it| path.starts_with(it));
        // What numbers and texts do stays with them.
        if PRIMITIVES.contains(&krate) {
            return;
        }
        if !QUIET_CRATES.contains(&krate) || outside || LOCKS.contains(&name) {
            self.seen.opaque = true;
            let known = QUIET_CRATES.contains(&krate);
            if !known && !self.cx.program.models.crate_known(krate) {
                self.seen.unresolved = true;
            }
            if changes(name) && !SYNTAX_CRATES.contains(&krate) {
                note(&mut self.seen.write, name);
            }
        }
    }

    fn named(&mut self, name: &str, depth: u32) {
        if !is_telling(name) {
            return;
        }
        let words = words(name);
        let has = |word: &str| words.iter().any(|it| it == word);
        let starts = |verb: &str| words.first().is_some_and(|it| it == verb);
        if has("hmac") || (has("signature") && (has("verify") || has("check") || has("validate"))) {
            note(&mut self.seen.signature, name);
        }
        let checks = ["verify", "check", "validate", "compare", "authenticate"];
        let rules = ["quality", "strength", "policy", "length", "complexity"];
        let is_rule = rules.iter().any(|it| has(it));
        if has("password") && checks.iter().any(|it| has(it)) && !is_rule
            || has("credentials") && checks.iter().any(|it| has(it))
        {
            note(&mut self.seen.checks_password, name);
        }
        if DECIDES.iter().any(|it| has(it)) {
            note(&mut self.seen.checks, name);
        }
        if starts("authenticate") && (has("user") || has("login") || has("account")) {
            note(&mut self.seen.checks_password, name);
        }
        // Rocket's `Data::open(..).into_file(..)` and `TempFile::copy_to(..)`.
        if name == "into_file" {
            note(&mut self.seen.upload, "Data");
        }
        if matches!(name, "into_file" | "copy_to" | "move_copy_to") {
            note(&mut self.seen.write, name);
        }
        if depth <= HASH_DEPTH
            && has("password")
            && (has("hash") || has("hashed"))
            && !has("verify")
        {
            note(&mut self.seen.hashes_password, name);
        }
        // Deeper down, mail is a side effect (a notification), not what the endpoint is for.
        if depth <= MAIL_DEPTH
            && starts("send")
            && (has("email") || has("mail") || has("sms") || has("emails"))
        {
            note(&mut self.seen.mail, name);
        }
    }
}

/// The last name of what an expression is, if that is a variable, a field or a fixed text.
fn name_of(body: &Body, id: ExprId) -> Option<&str> {
    const SAME: [&str; 8] = [
        "as_str",
        "as_bytes",
        "as_ref",
        "as_deref",
        "clone",
        "to_string",
        "trim",
        "expose_secret",
    ];
    match body.expr(id) {
        Expr::Path(path) => {
            let name = path.as_ident()?.as_str();
            name.starts_with(|it: char| it.is_ascii_lowercase())
                .then_some(name)
        }
        Expr::Field { name, .. } => Some(name.as_str()),
        Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => name_of(body, *inner),
        Expr::MethodCall(call) if SAME.iter().any(|it| call.name == *it) => {
            name_of(body, call.receiver)
        }
        Expr::Literal(Literal::Str(text)) if !text.is_empty() => Some("a text"),
        _ => None,
    }
}

/// The last name of a type as it is written, without its arguments and references.
fn base_name(ty: &str) -> &str {
    let base = ty.split('<').next().unwrap_or_default();
    let base = base.trim_start_matches('&').trim_start_matches("mut ");
    base.rsplit("::").next().unwrap_or(base).trim()
}

/// Whether a name may hold one of the words that [`Look::named`] cares for: most do not.
fn is_telling(name: &str) -> bool {
    static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let parts = [
            "hmac",
            "signature",
            "password",
            "credentials",
            "authenticate",
            "send",
            "into_file",
            "copy_to",
        ];
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(parts.iter().chain(&DECIDES))
            .expect("a few short words")
    });
    PARTS.is_match(name)
}

fn note(place: &mut Option<Act>, name: &str) {
    if place.is_none() {
        *place = Some(Act {
            name: name.to_owned(),
        });
    }
}

/// Whether a function's name says that it changes something that lasts.
fn changes(name: &str) -> bool {
    const VERBS: [&str; 14] = [
        "insert", "update", "delete", "create", "save", "execute", "upsert", "store", "persist",
        "publish", "enqueue", "truncate", "replace", "purge",
    ];
    let may_start = |verb: &&str| {
        let start = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let head = start.as_bytes().get(..verb.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(verb.as_bytes()))
    };
    VERBS.iter().any(may_start) && {
        let words = words(name);
        let first = words.first().map(String::as_str);
        first.is_some_and(|first| VERBS.contains(&first))
    }
}

/// Types that need no crate.
const PRIMITIVES: [&str; 18] = [
    "str", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64", "slice",
];

/// Words of functions that decide who may do what.
const DECIDES: [&str; 27] = [
    "check",
    "checked",
    "ensure",
    "require",
    "required",
    "verify",
    "authorize",
    "authorise",
    "authorized",
    "authorization",
    "authenticate",
    "authenticated",
    "auth",
    "enforce",
    "validate",
    "guard",
    "permit",
    "permitted",
    "permission",
    "permissions",
    "allowed",
    "allow",
    "access",
    "can",
    "may",
    "forbid",
    "deny",
];

const LOCKS: [&str; 10] = [
    "lock",
    "write",
    "borrow_mut",
    "fetch_add",
    "fetch_sub",
    "store",
    "swap",
    "send",
    "set",
    "spawn",
];

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

/// Crates whose functions leave nothing behind.
const QUIET_CRATES: [&str; 44] = [
    "std",
    "core",
    "alloc",
    "axum",
    "axum_core",
    "axum_extra",
    "actix_web",
    "actix_http",
    "actix_multipart",
    "ntex",
    "poem",
    "poem_openapi",
    "rocket",
    "warp",
    "salvo",
    "salvo_core",
    "http",
    "http_body_util",
    "hyper",
    "bytes",
    "serde",
    "serde_json",
    "tracing",
    "log",
    "chrono",
    "time",
    "uuid",
    "rand",
    "base64",
    "hex",
    "futures",
    "futures_util",
    "anyhow",
    "thiserror",
    "mime",
    "url",
    "regex",
    "itertools",
    "tower",
    "headers",
    "askama",
    "maud",
    "validator",
    "indexmap",
];

/// Crates in which `insert` and `set` mean values in memory.
const SYNTAX_CRATES: [&str; 16] = [
    "std",
    "core",
    "alloc",
    "http",
    "serde_json",
    "axum",
    "actix_web",
    "actix_http",
    "ntex",
    "poem",
    "rocket",
    "warp",
    "salvo",
    "hyper",
    "headers",
    "indexmap",
];

const QUIET_MACROS: [&str; 40] = [
    "format",
    "println",
    "eprintln",
    "print",
    "dbg",
    "write",
    "writeln",
    "json",
    "info",
    "warn",
    "error",
    "debug",
    "trace",
    "vec",
    "matches",
    "assert",
    "assert_eq",
    "todo",
    "unimplemented",
    "panic",
    "unreachable",
    "anyhow",
    "bail",
    "ensure",
    "html",
    "concat",
    "stringify",
    "env",
    "include_str",
    "include_bytes",
    "format_args",
    "span",
    "info_span",
    "debug_span",
    "uri",
    "event",
    "select",
    "join",
    "try_join",
    "header",
];

/// Methods that answers and values in memory have, where the receiver's type is not known.
const QUIET_METHODS: [&str; 64] = [
    "into_response",
    "unwrap",
    "expect",
    "clone",
    "to_string",
    "to_owned",
    "into",
    "as_str",
    "as_ref",
    "as_bytes",
    "body",
    "json",
    "finish",
    "map",
    "map_err",
    "and_then",
    "ok_or",
    "ok_or_else",
    "ok",
    "err",
    "unwrap_or",
    "unwrap_or_else",
    "unwrap_or_default",
    "iter",
    "into_iter",
    "collect",
    "len",
    "is_empty",
    "get",
    "into_inner",
    "content_type",
    "render",
    "trim",
    "parse",
    "split",
    "contains",
    "starts_with",
    "ends_with",
    "to_vec",
    "next",
    "chars",
    "to_lowercase",
    "to_uppercase",
    "to_str",
    "headers",
    "method",
    "uri",
    "path",
    "query",
    "status",
    "name",
    "value",
    "build",
    "as_deref",
    "filter",
    "find",
    "any",
    "all",
    "cloned",
    "copied",
    "text",
    "bytes",
    "await",
    "is_some",
];
