//! What one body is seen to do, read once for all handlers that come by it.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;

use super::body::{Act, COMPARISON, Seen};
use crate::checks::Context;
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Body, Expr, ExprId};
use crate::models::{Role, TypeRole};
use crate::program::{BodyKey, FnId, Program};
use crate::routes::purpose::words;
use crate::source::{Name, TextRange};
use crate::values::Callee;

/// How far from the handler sending mail is what the endpoint is for.
const MAIL_DEPTH: u32 = 1;
/// How far from the handler hashing a password is what the endpoint is for.
const HASH_DEPTH: u32 = 3;
/// How far from the handler anything else counts: wherever it is looked at.
const ANY_DEPTH: u32 = u32::MAX;

/// What a body does, in its order, other than by what it calls.
#[derive(Debug, Default)]
pub(super) struct Acts {
    /// As in [`Seen`].
    pub(super) opaque: bool,
    /// As in [`Seen`].
    pub(super) unresolved: bool,
    /// As in [`Seen`].
    pub(super) write_is_sure: bool,
    /// What else matters.
    pub(super) steps: Vec<Step>,
}

/// Something that a body does.
#[derive(Debug)]
pub(super) enum Step {
    /// A piece of evidence.
    Note {
        what: What,
        name: String,
        /// It counts if calls lead no farther from the handler than this.
        within: u32,
    },
    /// A function of the program is called.
    Call(FnId),
}

/// What there is evidence of: a part of [`Seen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Write,
    Signature,
    SignatureHeader,
    ChecksPassword,
    HashesPassword,
    Issues,
    Mail,
    Upload,
    Checks,
}

impl What {
    pub(super) fn of(self, seen: &mut Seen) -> &mut Option<Act> {
        match self {
            What::Write => &mut seen.write,
            What::Signature => &mut seen.signature,
            What::SignatureHeader => &mut seen.signature_header,
            What::ChecksPassword => &mut seen.checks_password,
            What::HashesPassword => &mut seen.hashes_password,
            What::Issues => &mut seen.issues,
            What::Mail => &mut seen.mail,
            What::Upload => &mut seen.upload,
            What::Checks => &mut seen.checks,
        }
    }
}

/// What the bodies of a program do, each read when a handler first comes by it.
#[derive(Debug)]
pub(super) struct Known(Box<[OnceLock<Box<Acts>>]>);

impl Known {
    /// Nothing has been read yet.
    pub(super) fn new(program: &Program) -> Known {
        Known(program.bodies.iter().map(|_| OnceLock::new()).collect())
    }

    pub(super) fn of(&self, cx: &Context<'_>, key: BodyKey) -> &Acts {
        self.0[key.0 as usize].get_or_init(|| Box::new(Acts::of(cx, key, None)))
    }
}

impl Acts {
    /// Of a body, or of what stands in one part of it.
    pub(super) fn of(cx: &Context<'_>, key: BodyKey, only: Option<TextRange>) -> Acts {
        let mut reader = Reader {
            cx,
            acts: Acts::default(),
        };
        reader.body(key, only);
        reader.acts
    }
}

struct Reader<'c, 'a> {
    cx: &'c Context<'a>,
    acts: Acts,
}

impl Reader<'_, '_> {
    /// Notes a piece of evidence; of one kind, the first is what counts.
    fn note(&mut self, what: What, name: &str, within: u32) {
        let is_same = |it: &Step| matches!(it, Step::Note { what: known, within: to, .. } if *known == what && *to >= within);
        if !self.acts.steps.iter().any(is_same) {
            self.acts.steps.push(Step::Note {
                what,
                name: name.to_owned(),
                within,
            });
        }
    }

    fn body(&mut self, key: BodyKey, only: Option<TextRange>) {
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
                    self.call(call.name.as_str(), typing.callees(id), true);
                }
                Expr::Call { callee, .. } => {
                    let text = cx
                        .sources
                        .slice(data.body.expr_range(*callee).in_file(data.file));
                    let name = text.rsplit("::").next().unwrap_or(text);
                    self.call(name, typing.callees(id), false);
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
                        self.acts.opaque = true;
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
            self.note(What::ChecksPassword, COMPARISON, ANY_DEPTH);
        }
    }

    fn text(&mut self, text: &str) {
        let upper = text.trim_start_matches(['"', 'r', '#', ' ', '\n', '\t']);
        let upper = upper.get(..upper.len().min(12)).unwrap_or("");
        let upper = upper.to_ascii_uppercase();
        for verb in ["INSERT INTO", "UPDATE ", "DELETE FROM", "REPLACE INTO"] {
            if upper.starts_with(verb) {
                self.acts.write_is_sure = true;
                self.note(What::Write, verb.trim_end(), ANY_DEPTH);
            }
        }
        let lower = text.to_ascii_lowercase();
        if lower.len() < 40 && lower.contains("signature") && lower.contains('-') {
            self.note(What::SignatureHeader, text, ANY_DEPTH);
        }
    }

    fn call(&mut self, name: &str, callees: &[Callee], method: bool) {
        self.named(name);
        if callees.is_empty() {
            if !method || !QUIET_METHODS.contains(&name) {
                self.acts.opaque = true;
                // A chain of a known library's types is lost now and then.
                self.acts.unresolved |= !method;
                if changes(name) {
                    self.note(What::Write, name, ANY_DEPTH);
                }
            }
            return;
        }
        for callee in callees {
            match callee {
                Callee::Fn(candidate) => self.acts.steps.push(Step::Call(candidate.id)),
                Callee::External(path) => self.external(*path, name),
                Callee::Constructor(_) | Callee::Const(_) | Callee::Other(_) => {}
            }
        }
    }

    fn external(&mut self, path: Name, name: &str) {
        let models = self.cx.program.models;
        let role = models.function(path).map(|it| it.role);
        let path = path.as_str();
        // A visitor's own session or cookies.
        let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
        let owner = models.type_(Name::new(owner)).and_then(|it| it.role);
        if matches!(owner, Some(TypeRole::Session | TypeRole::Cookies)) {
            if role == Some(Role::Issues) {
                self.note(What::Issues, name, ANY_DEPTH);
            }
            return;
        }
        match role {
            Some(Role::Effect) if name != "execute" => {
                self.acts.opaque = true;
                return;
            }
            Some(Role::EffectWrite | Role::Effect) => {
                self.acts.write_is_sure = true;
                self.note(What::Write, name, ANY_DEPTH);
                return;
            }
            Some(Role::SendsMail) => self.note(What::Mail, name, MAIL_DEPTH),
            Some(Role::Issues) => self.note(What::Issues, name, ANY_DEPTH),
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
            self.note(What::ChecksPassword, name, ANY_DEPTH);
        } else if hashing && name.starts_with("hash") {
            self.note(What::HashesPassword, name, HASH_DEPTH);
        }
        if matches!(krate, "hmac" | "ed25519_dalek" | "ring") && name.starts_with("verify") {
            self.note(What::Signature, name, ANY_DEPTH);
        }
        // It is stopped for all.
        if matches!(path, "std::process::exit" | "std::process::abort") {
            self.acts.write_is_sure = true;
            self.note(What::Write, name, ANY_DEPTH);
            return;
        }
        let outside = ["std::fs", "tokio::fs", "std::env", "std::process"];
        let outside = outside.iter().any(|it| path.starts_with(it));
        // What numbers and texts do stays with them.
        if PRIMITIVES.contains(&krate) {
            return;
        }
        if !QUIET_CRATES.contains(&krate) || outside || LOCKS.contains(&name) {
            self.acts.opaque = true;
            let known = QUIET_CRATES.contains(&krate);
            if !known && !self.cx.program.models.crate_known(krate) {
                self.acts.unresolved = true;
            }
            if changes(name) && !SYNTAX_CRATES.contains(&krate) {
                self.note(What::Write, name, ANY_DEPTH);
            }
        }
    }

    fn named(&mut self, name: &str) {
        if !is_telling(name) {
            return;
        }
        let words = words(name);
        let has = |word: &str| words.iter().any(|it| it == word);
        let starts = |verb: &str| words.first().is_some_and(|it| it == verb);
        if has("hmac") || (has("signature") && (has("verify") || has("check") || has("validate"))) {
            self.note(What::Signature, name, ANY_DEPTH);
        }
        let checks = ["verify", "check", "validate", "compare", "authenticate"];
        let rules = ["quality", "strength", "policy", "length", "complexity"];
        let is_rule = rules.iter().any(|it| has(it));
        if has("password") && checks.iter().any(|it| has(it)) && !is_rule
            || has("credentials") && checks.iter().any(|it| has(it))
        {
            self.note(What::ChecksPassword, name, ANY_DEPTH);
        }
        if DECIDES.iter().any(|it| has(it)) {
            self.note(What::Checks, name, ANY_DEPTH);
        }
        if starts("authenticate") && (has("user") || has("login") || has("account")) {
            self.note(What::ChecksPassword, name, ANY_DEPTH);
        }
        // Rocket's `Data::open(..).into_file(..)` and `TempFile::copy_to(..)`.
        if name == "into_file" {
            self.note(What::Upload, "Data", ANY_DEPTH);
        }
        if matches!(name, "into_file" | "copy_to" | "move_copy_to") {
            self.note(What::Write, name, ANY_DEPTH);
        }
        if has("password") && (has("hash") || has("hashed")) && !has("verify") {
            self.note(What::HashesPassword, name, HASH_DEPTH);
        }
        // Deeper down, mail is a side effect (a notification), not what the endpoint is for.
        if starts("send") && (has("email") || has("mail") || has("sms") || has("emails")) {
            self.note(What::Mail, name, MAIL_DEPTH);
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
