//! What the names around a use say that it is for.

use serde::Deserialize;

use super::Judge;
use super::made::Made;
use super::uses::Use;
use crate::checks::secrets::names::words;
use crate::facts::body::BinaryOp;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::models::HazardKind;
use crate::program::BodyOwner;
use crate::source::Name;
use crate::values::Callee;
use crate::values::around::{Parents, children};

/// How deep names are looked for in an argument.
const MAX_DEPTH: u32 = 6;

/// What names must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum About {
    /// That a password goes in.
    Passwords,
    /// That what comes out vouches for something: a signature, a code, a token.
    Signatures,
    /// That what comes out must not be guessed.
    Secrets,
}

/// What code speaks of whose hash is not its choice: the handshake of a WebSocket (the identifier in RFC 6455,
/// section 1.3) and the names of torrents (BEP 3). In small letters.
const PROTOCOLS: [&str; 4] = [
    "258eafa5-e914-47da-95ca-c5ab0dc85b11",
    "info_hash",
    "infohash",
    "bencode",
];

/// The names around a use.
pub(super) struct Around {
    /// Of what goes in.
    into: Vec<String>,
    /// Of what it becomes.
    out: Vec<String>,
    /// Whether what goes in is filled.
    fills: bool,
    /// Of the function, and of what is called in it.
    function: String,
    called: Vec<&'static str>,
    /// Whether the body speaks of passwords that leaked.
    is_of_leaks: bool,
    /// Whether it speaks of what a protocol fixes the hash for.
    is_of_protocol: bool,
    /// Whether a request is given a timeout of its own.
    limits_requests: bool,
    /// Whether it speaks of something by which a change is noticed.
    is_authenticated: bool,
    /// Fields that are compared with something.
    compared: Vec<Name>,
    /// Whether tokens are verified by a secret that who writes them has, too.
    shares_secret: bool,
    /// Whether something is verified beside it.
    is_before: bool,
}

impl Around {
    /// Of a use.
    pub(super) fn of(judge: &Judge<'_, '_>, used: &Use<'_>, made: Option<&Made>) -> Around {
        let (key, id) = used.place;
        let program = judge.cx.program;
        let body = &program[key].body;
        let parents = Parents::of(body);
        let text = judge.sources.slice(body.span().in_file(program[key].file));
        let text = text.to_ascii_lowercase();
        let speaks_of = |words: &[&str]| words.iter().any(|it| text.contains(it));
        let function = match program[key].owner {
            BodyOwner::Fn(id) => program[id].name,
            BodyOwner::Const(id) => program[id].name,
        };
        let function = function.to_string();
        let mut around = Around {
            into: Vec::new(),
            out: Vec::new(),
            fills: used.hazard.path.as_str().ends_with("::fill"),
            called: Vec::new(),
            is_of_leaks: speaks_of(&["pwned", "hibp", "breach", "leaked"]),
            is_of_protocol: speaks_of(&PROTOCOLS)
                || PROTOCOLS.iter().any(|it| function.contains(it)),
            function,
            limits_requests: false,
            is_authenticated: speaks_of(&["hmac", "cmac", "poly1305", "signature", "_mac", "mac_"]),
            compared: compared(body),
            shares_secret: false,
            is_before: false,
        };
        let typing = judge.values.typing(key);
        around.called = typing
            .all_callees()
            .filter_map(|it| match it {
                Callee::External(path) => path.as_str().split("::").next(),
                _ => None,
            })
            .collect();
        let verifies = |it: &Callee| match it {
            Callee::External(path) => {
                let model = program.models.function(*path);
                model.is_some_and(|it| it.role == crate::models::Role::Verifies)
            }
            _ => false,
        };
        let calls = body
            .exprs()
            .filter(|(it, _)| typing.callees(*it).first().is_some_and(verifies));
        let verified = calls.count();
        around.shares_secret = typing.all_callees().any(|it| {
            matches!(it, Callee::External(path)
                if path.as_str().contains("Algorithm::HS") || path.as_str().ends_with("::from_secret"))
        });
        around.limits_requests = typing.all_callees().any(|it| {
            let Callee::External(path) = it else {
                return false;
            };
            let settings = program.models.settings(*path);
            settings.iter().any(|it| it.sets == "request-timeout")
        });
        // What is switched off needs a call of its own that decodes.
        around.is_before = match used.hazard.path.as_str().contains("disable") {
            true => verified > 1,
            false => verified > 0,
        };
        for arg in body.expr(id).args() {
            names_in(body, *arg, MAX_DEPTH, &mut around.into);
        }
        if let Some(made) = made
            && made.begin.0 == key
        {
            names_in(body, made.begin.1, MAX_DEPTH, &mut around.into);
        }
        let mut locals = Vec::new();
        around.climb(body, &parents, id, &mut locals);
        // What is done with a hasher or a generator of numbers that was put into a variable.
        let mut at = 0;
        while let Some(pat) = locals.get(at).copied() {
            at += 1;
            if locals.len() > 4 {
                break;
            }
            for (other, expr) in body.exprs() {
                if typing.local(other) == Some(pat) && matches!(expr, Expr::Path(_)) {
                    around.climb(body, &parents, other, &mut locals);
                }
            }
        }
        around
    }

    /// Goes up from an expression to what takes its value.
    fn climb(&mut self, body: &Body, parents: &Parents, from: ExprId, locals: &mut Vec<PatId>) {
        let mut below = from;
        for at in parents.above(from) {
            match body.expr(at) {
                Expr::MethodCall(call) if call.receiver == below => {
                    for arg in &call.args {
                        names_in(body, *arg, MAX_DEPTH, &mut self.into);
                    }
                }
                Expr::Call { args, .. } => {
                    for arg in args.iter().filter(|it| **it != below) {
                        names_in(body, *arg, MAX_DEPTH, &mut self.into);
                    }
                }
                Expr::Struct(literal) => {
                    let field = literal.fields.iter().find(|it| it.1 == below);
                    self.out.extend(field.map(|it| it.0.to_string()));
                    return;
                }
                Expr::Assign { target, value } if *value == below => {
                    names_in(body, *target, 2, &mut self.out);
                    return;
                }
                Expr::Block(block) => {
                    for stmt in &block.stmts {
                        if let Stmt::Let(it) = stmt
                            && it.init == Some(below)
                        {
                            names_of(body, it.pat, &mut self.out, locals);
                            return;
                        }
                    }
                    if block.tail != Some(below) {
                        return;
                    }
                }
                Expr::Loop(_) | Expr::Return(_) => return,
                _ => {}
            }
            below = at;
        }
    }

    /// The name that says it, if one does.
    pub(super) fn says(&self, about: About) -> Option<String> {
        let out = || self.out.iter().chain([&self.function]);
        let found = match about {
            About::Passwords => self.into.iter().find(|it| is_password(it)),
            About::Signatures => self.into.iter().chain(out()).find(|it| vouches(it)),
            About::Secrets => {
                let filled = self.into.iter().filter(|_| self.fills);
                filled.chain(out()).find(|it| is_unguessable(it))
            }
        };
        found.cloned()
    }

    /// Whether what is done is known not to be what it looks like.
    pub(super) fn is_excused(&self, kind: HazardKind) -> bool {
        let function = words(&self.function);
        let is_called = |words: &[&str]| function.iter().any(|it| words.contains(&it.as_str()));
        let uses = |crates: &[&str]| self.called.iter().any(|it| crates.contains(it));
        match kind {
            // Before a real hash of passwords, for a list of those that leaked, or as a protocol has it.
            HazardKind::FastHash => {
                uses(&["argon2", "bcrypt", "scrypt", "pbkdf2"])
                    || self.is_of_leaks
                    || is_called(&["scram", "subsonic", "pwned"])
            }
            HazardKind::WeakHash => self.is_of_leaks || self.is_of_protocol,
            HazardKind::NoTimeout => self.limits_requests,
            // What is read first says by which key it is verified then.
            HazardKind::UnverifiedToken => self.is_before,
            HazardKind::UnauthenticatedCipher => self.is_authenticated,
            HazardKind::UncheckedExpiry => self.compared.iter().any(|it| *it == "exp"),
            HazardKind::UncheckedAudience => {
                self.shares_secret || self.compared.iter().any(|it| *it == "aud")
            }
            HazardKind::WeakRandom => {
                is_called(&["test", "tests", "mock", "fake", "bench", "example"])
            }
            _ => false,
        }
    }
}

/// The fields that a body compares with something.
fn compared(body: &Body) -> Vec<Name> {
    fn add(body: &Body, mut id: ExprId, names: &mut Vec<Name>) {
        loop {
            id = match body.expr(id) {
                Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => *inner,
                Expr::MethodCall(call) => call.receiver,
                Expr::Field { name, .. } => return names.push(*name),
                // `let Claims { exp, .. } = claims;`.
                Expr::Path(path) => return names.extend(path.as_ident()),
                Expr::Binary {
                    op: BinaryOp::Arithmetic | BinaryOp::Add,
                    lhs,
                    rhs,
                } => {
                    add(body, *lhs, names);
                    *rhs
                }
                _ => return,
            };
        }
    }
    let mut names = Vec::new();
    for (_, expr) in body.exprs() {
        match expr {
            Expr::Binary { op, lhs, rhs }
                if !matches!(op, BinaryOp::Arithmetic | BinaryOp::Add) =>
            {
                add(body, *lhs, &mut names);
                add(body, *rhs, &mut names);
            }
            Expr::MethodCall(call) if call.name == "contains" => {
                add(body, call.receiver, &mut names);
                call.args.iter().for_each(|it| add(body, *it, &mut names));
            }
            _ => {}
        }
    }
    names
}

/// Whether a name is that of a password, and not of what was made of one.
fn is_password(name: &str) -> bool {
    let words = words(name);
    let is = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
    is(&["password", "passwd", "passphrase", "pwd"])
        && !is(&[
            "hash",
            "hashed",
            "salt",
            "reset",
            "token",
            "policy",
            "hint",
            "file",
            "len",
            "id",
            "digest",
            "encrypted",
            "key",
        ])
}

/// Whether a name is that of something by which others are believed.
fn vouches(name: &str) -> bool {
    let words = words(name);
    let is = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
    is(&[
        "signature",
        "sign",
        "signed",
        "mac",
        "hmac",
        "secret",
        "token",
        "credential",
        "credentials",
    ]) && !is(&[
        "gravatar",
        "etag",
        "cache",
        "checksum",
        "page",
        "csrf",
        "tokenizer",
        "tokens",
        "public",
        "address",
        "fingerprint",
        "git",
    ])
}

/// Whether a name is that of something that nobody must guess.
fn is_unguessable(name: &str) -> bool {
    let words = words(name);
    let is = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
    let pairs = |first: &[&str], last: &str| {
        words
            .windows(2)
            .any(|it| first.contains(&it[0].as_str()) && it[1] == last)
    };
    let says = is(&[
        "token",
        "secret",
        "password",
        "passwd",
        "passphrase",
        "nonce",
        "salt",
        "otp",
        "sid",
        "apikey",
        "csrf",
        "jwt",
    ]) || pairs(&["session", "sess"], "id")
        || pairs(
            &[
                "api",
                "secret",
                "private",
                "encryption",
                "signing",
                "access",
                "auth",
            ],
            "key",
        )
        || pairs(
            &[
                "verification",
                "reset",
                "invite",
                "recovery",
                "login",
                "auth",
                "confirmation",
            ],
            "code",
        );
    says && !is(&[
        "test",
        "mock",
        "fake",
        "dummy",
        "example",
        "bench",
        "count",
        "len",
        "num",
        "cancel",
        "cancellation",
        "tokenizer",
        "page",
        "next",
        "delay",
        "jitter",
        "index",
        "hash",
        "max",
        "min",
        "budget",
        "bucket",
        "prompt",
        "hint",
        "attempts",
        "policy",
        "ttl",
        "length",
        "sample",
        "input",
        "output",
        "mask",
        "eos",
        "bos",
    ])
}

/// The names in an expression.
fn names_in(body: &Body, id: ExprId, depth: u32, names: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let expr = body.expr(id);
    match expr {
        Expr::Path(path) => names.extend(path.last().map(|it| it.to_string())),
        Expr::Field { name, .. } => names.push(name.to_string()),
        Expr::MethodCall(call) => {
            if call.args.is_empty() && matches!(body.expr(call.receiver), Expr::Path(_)) {
                names.push(call.name.to_string());
            }
            names_in(body, call.receiver, depth, names);
        }
        Expr::Closure(_) | Expr::Block(_) | Expr::If { .. } | Expr::Match { .. } => {}
        Expr::Macro(call) => {
            for arg in call.args.as_deref().unwrap_or(&[]) {
                names.extend(arg.name.map(|it| it.to_string()));
                names_in(body, arg.value, depth, names);
            }
        }
        Expr::Call { args, .. } => args.iter().for_each(|it| names_in(body, *it, depth, names)),
        _ => children(expr, &mut |it| names_in(body, it, depth, names)),
    }
}

/// The names that a pattern binds.
fn names_of(body: &Body, pat: PatId, names: &mut Vec<String>, locals: &mut Vec<PatId>) {
    match body.pat(pat) {
        Pat::Bind { name, .. } => {
            names.push(name.to_string());
            if !locals.contains(&pat) {
                locals.push(pat);
            }
        }
        Pat::Typed(inner, _) | Pat::Ref(inner) => names_of(body, *inner, names, locals),
        Pat::Tuple(all) | Pat::TupleStruct(_, all) | Pat::Slice(all) => {
            all.iter().for_each(|it| names_of(body, *it, names, locals));
        }
        _ => {}
    }
}
