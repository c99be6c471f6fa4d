//! The check `secret-comparison`: what a client sends is compared with a secret by `==`, which stops at
//! the first byte that differs.
//!
//! Parameters: `does`, what a function with such a comparison does; `remedy`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::secrets::names::words;
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::{Arm, BinaryOp, Literal};
use crate::facts::{Body, Expr, ExprId, Pat, Stmt};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, Ty};
use crate::values::{Callee, Typing};

/// One of these stands in every line that compares a secret.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "secret",
        "token",
        "key",
        "signature",
        "hmac",
        "mac",
        "digest",
        "password",
        "sig",
        "expected",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(stems)
        .expect("ten words")
});

/// How far what is compared is followed to where it is computed.
const MAX_DEPTH: u32 = 10;

/// Finds such comparisons.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let text = |name: &str| lint.check.params.get(name).and_then(toml::Value::as_str);
    let (Some(does), Some(remedy)) = (text("does"), text("remedy")) else {
        return Vec::new();
    };
    let program = cx.program;
    let keys = 0..u32::try_from(program.bodies.len()).unwrap_or(u32::MAX);
    let found: Vec<Vec<Diagnostic>> = keys
        .into_par_iter()
        .map(BodyKey)
        .filter(|key| cx.is_live(*key) && may_compare(cx, *key))
        .map(|key| in_body(cx, lint, key, (does, remedy)))
        .collect();
    found.into_iter().flatten().collect()
}

/// Whether a line of a body compares something that is called like a secret.
fn may_compare(cx: &Context<'_>, key: BodyKey) -> bool {
    let data = &cx.program[key];
    let BodyOwner::Fn(_) = data.owner else {
        return false;
    };
    let text = cx.sources.slice(data.body.span().in_file(data.file));
    let mut places = text.match_indices("= ").filter(|(at, _)| {
        let before = text.as_bytes()[..*at].last();
        matches!(before, Some(b'=' | b'!'))
    });
    // What a MAC is called says nothing of it: `tag`, `computed`.
    let computes = ["hmac::", "Hmac", ".finalize"];
    let computes = computes.iter().any(|it| text.contains(it));
    places.any(|(at, _)| {
        if computes {
            return true;
        }
        let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
        STEMS.is_match(&text[start..end])
    })
}

fn in_body(
    cx: &Context<'_>,
    lint: &Lint,
    key: BodyKey,
    (does, remedy): (&str, &str),
) -> Vec<Diagnostic> {
    let data = &cx.program[key];
    let body = &data.body;
    let BodyOwner::Fn(function) = data.owner else {
        return Vec::new();
    };
    if matches!(
        cx.program[function].name.as_str(),
        "eq" | "ne" | "cmp" | "partial_cmp"
    ) {
        return Vec::new();
    }
    let typing = cx.values.typing(key);
    let sides = Sides {
        cx,
        key,
        body,
        typing,
    };
    let mut found = Vec::new();
    for (id, expr) in body.exprs() {
        let Expr::Binary {
            op: BinaryOp::Eq | BinaryOp::Ne,
            lhs,
            rhs,
        } = expr
        else {
            continue;
        };
        let Some(what) = sides.secret(*lhs, *rhs) else {
            continue;
        };
        let name = cx.program.fn_name(function);
        found.push(
            Diagnostic::new(
                &meta(lint),
                format!("`{name}` {}", does.replace("{what}", &what)),
                Label::new(
                    body.expr_range(id).in_file(data.file),
                    "how long this takes tells how much of it was right",
                ),
                format!("{}|{name}|{what}", lint.id),
            )
            .with_help(remedy.to_owned()),
        );
    }
    found
}

/// The two sides of comparisons in a body.
struct Sides<'s, 'a> {
    cx: &'s Context<'a>,
    key: BodyKey,
    body: &'s Body,
    typing: &'s Typing,
}

impl Sides<'_, '_> {
    /// What is compared, if one side is a secret and the other comes from a client.
    fn secret(&self, lhs: ExprId, rhs: ExprId) -> Option<String> {
        if [lhs, rhs].iter().any(|it| !self.is_bytes(*it)) {
            return None;
        }
        for (own, other) in [(lhs, rhs), (rhs, lhs)] {
            // Two that were both computed are compared to hide them.
            if self.is_mac(own, MAX_DEPTH) && !self.is_mac(other, MAX_DEPTH) {
                return Some("a MAC".into());
            }
            let is_secret = self.is_own_secret(own);
            if is_secret && !self.is_sent(own) && self.is_sent(other) {
                return Some(format!("`{}`", self.shown(own)));
            }
        }
        None
    }

    /// Whether a side is called like a secret of the service's own: `config.token`, `admin_token`.
    fn is_own_secret(&self, id: ExprId) -> bool {
        const OF: [&str; 16] = [
            "api", "admin", "auth", "access", "bearer", "service", "webhook", "shared", "internal",
            "secret", "static", "root", "master", "metrics", "signing", "expected",
        ];
        const SETTINGS: [&str; 8] = [
            "config", "conf", "cfg", "settings", "options", "opts", "args", "env",
        ];
        let mut at = id;
        let name = loop {
            at = match self.body.expr(at) {
                Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => *inner,
                Expr::MethodCall(call) if call.args.is_empty() => call.receiver,
                Expr::Call { args, .. } => match &**args {
                    [only] => *only,
                    _ => return false,
                },
                Expr::Field { name, .. } => break *name,
                Expr::Path(path) => match path.last() {
                    Some(name) => break name,
                    None => return false,
                },
                _ => return false,
            };
        };
        let words = words(name.as_str());
        let has = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
        if has(&[
            "csrf", "page", "next", "public", "pub", "hash", "id", "name", "type", "header",
        ]) {
            return false;
        }
        let is_set = self::words(self.text(at))
            .iter()
            .any(|it| SETTINGS.contains(&it.as_str()));
        match words.last().map(String::as_str) {
            Some("secret" | "apikey") => true,
            Some("token" | "key" | "password") => is_set || has(&OF),
            Some("signature" | "hmac" | "mac") => has(&["expected", "computed", "calculated"]),
            _ => false,
        }
    }

    fn text(&self, id: ExprId) -> &str {
        let range = self.body.expr_range(id);
        self.cx
            .sources
            .slice(range.in_file(self.cx.program[self.key].file))
    }

    fn shown(&self, id: ExprId) -> String {
        let text = self.text(id).trim_start_matches(['&', '*', ' ']);
        match text.len() < 40 && !text.contains(['"', '\n']) {
            true => text.to_owned(),
            false => "a secret".into(),
        }
    }

    /// Whether a side may be a text or bytes: no literal, number, or value of a type of the program's own.
    fn is_bytes(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Literal(_) | Expr::Array(_) | Expr::Repeat { .. } => return false,
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => return self.is_bytes(*inner),
            Expr::Call { args, .. } => {
                // `Some("x")`, `None`.
                let literal = |it: &ExprId| {
                    matches!(
                        self.body.expr(*it),
                        Expr::Literal(Literal::Str(_) | Literal::Int(_))
                    )
                };
                if args.iter().any(literal) {
                    return false;
                }
            }
            Expr::MethodCall(call)
                if matches!(
                    call.name.as_str(),
                    "len" | "is_some" | "is_none" | "count" | "kind" | "id"
                ) =>
            {
                return false;
            }
            Expr::Path(path) => {
                let last = path.last().map_or("", |it| it.as_str());
                let is_const = last.len() > 1 && !last.contains(char::is_lowercase);
                if last == "None" || path.segments.len() > 1 && !is_const {
                    return false;
                }
            }
            _ => {}
        }
        let mut ty = self.typing.ty(id).peel_refs().clone();
        if let Some(inner) = ty.success() {
            ty = inner;
        }
        match ty.peel_refs() {
            Ty::Primitive(name) => *name == "str",
            Ty::Adt(..) | Ty::Tuple(_) | Ty::Never => false,
            _ => true,
        }
    }

    /// Whether a side is what was computed under a key, and not what was sent along.
    fn is_mac(&self, id: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        if let Ty::External(path, _) = self.typing.ty(id).peel_refs()
            && matches!(path.as_str(), "ring::hmac::Tag" | "aws_lc_rs::hmac::Tag")
        {
            return true;
        }
        match self.body.expr(id) {
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } | Expr::Try(inner) => {
                self.is_mac(*inner, depth)
            }
            Expr::Index { base, .. } => self.is_mac(*base, depth),
            Expr::Call { .. } | Expr::MethodCall(_) if self.gives_mac(id, depth) => true,
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                if matches!(name, "finalize" | "finalize_fixed" | "finalize_reset") {
                    return is_keyed(self.typing.ty(call.receiver))
                        || self.is_made_keyed(call.receiver);
                }
                let is_same = matches!(
                    name,
                    "into_bytes"
                        | "as_slice"
                        | "to_vec"
                        | "as_ref"
                        | "as_bytes"
                        | "into"
                        | "as_str"
                        | "to_string"
                        | "clone"
                        | "encode_hex"
                        | "to_lowercase"
                        | "as_deref"
                );
                is_same && self.is_mac(call.receiver, depth)
            }
            // `hex::encode(mac.finalize().into_bytes())`.
            Expr::Call { args, .. } => {
                let path = self.typing.external(id).map_or("", |it| it.as_str());
                let is_text = ["hex::", "base64::", "data_encoding::", "faster_hex::"];
                let is_good = path.ends_with("::Some") || path.ends_with("::Ok");
                (is_good || is_text.iter().any(|it| path.starts_with(it)))
                    && args.iter().any(|it| self.is_mac(*it, depth))
            }
            Expr::Macro(call) => {
                let is_format = call.path.last().is_some_and(|it| it == "format");
                let args = call.args.as_deref().unwrap_or(&[]);
                is_format && args.iter().any(|it| self.is_mac(it.value, depth))
            }
            Expr::Path(_) => {
                let Some(pat) = self.typing.local(id) else {
                    return false;
                };
                self.body.exprs().any(|(_, expr)| match expr {
                    Expr::Block(block) => block.stmts.iter().any(|stmt| match stmt {
                        Stmt::Let(it) if it.pat == pat => {
                            it.init.is_some_and(|init| self.is_mac(init, depth))
                        }
                        _ => false,
                    }),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// Whether a call is one of a function of the program that ends in what was computed under a key.
    fn gives_mac(&self, id: ExprId, depth: u32) -> bool {
        let program = self.cx.program;
        let Some(Callee::Fn(function)) = self.typing.callees(id).first() else {
            return false;
        };
        let Some(key) = program[function.id].body else {
            return false;
        };
        let body = &program[key].body;
        let Expr::Block(block) = body.expr(body.root) else {
            return false;
        };
        let of_function = Sides {
            cx: self.cx,
            key,
            body,
            typing: self.cx.values.typing(key),
        };
        block.tail.is_some_and(|it| of_function.is_mac(it, depth))
    }

    /// Whether a variable holds what a function of `Hmac` has made.
    fn is_made_keyed(&self, id: ExprId) -> bool {
        let Some(pat) = self.typing.local(id) else {
            return false;
        };
        let mut init = self.body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(it) if it.pat == pat => it.init,
                _ => None,
            }),
            _ => None,
        });
        while let Some(at) = init {
            init = match self.body.expr(at) {
                Expr::MethodCall(call) => Some(call.receiver),
                Expr::Try(inner) => Some(*inner),
                Expr::Call { .. } => {
                    let path = self.typing.external(at).map_or("", |it| it.as_str());
                    // Plain hashes take no key, whatever type `Hmac` is an alias of.
                    let is_of_digest = path.starts_with("digest::");
                    return path.starts_with("hmac::")
                        || path.starts_with("cmac::")
                        || is_of_digest && path.ends_with("::new_from_slice");
                }
                _ => None,
            };
        }
        false
    }

    /// Whether a side is called like something that a client sent.
    fn is_sent(&self, id: ExprId) -> bool {
        const SENT: [&str; 24] = [
            "header",
            "headers",
            "provided",
            "given",
            "presented",
            "received",
            "supplied",
            "client",
            "request",
            "req",
            "bearer",
            "query",
            "params",
            "param",
            "input",
            "candidate",
            "body",
            "payload",
            "auth",
            "authorization",
            "got",
            "user",
            "incoming",
            "submitted",
        ];
        let name = self.text(id);
        let all = words(name);
        if all.iter().any(|it| SENT.contains(&it.as_str())) {
            return true;
        }
        // A bare variable or parameter, where the other side is a field of settings.
        matches!(self.body.expr(id), Expr::Path(path) if path.as_ident().is_some()
            && self.typing.local(id).is_some_and(|it| self.is_param_or_read(it)))
    }

    /// Whether a variable is a parameter, or was read out of headers or the like.
    fn is_param_or_read(&self, pat: crate::facts::PatId) -> bool {
        if self.body.params.contains(&pat) {
            return true;
        }
        let init = self.body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(it) if it.pat == pat => it.init,
                _ => None,
            }),
            Expr::Let { pat: bound, value } => {
                let is_it = match self.body.pat(*bound) {
                    Pat::TupleStruct(_, all) => all.contains(&pat),
                    _ => *bound == pat,
                };
                is_it.then_some(*value)
            }
            Expr::Match { scrutinee, arms } => {
                let binds = |it: &Arm| match self.body.pat(it.pat) {
                    Pat::TupleStruct(_, all) => all.contains(&pat),
                    _ => it.pat == pat,
                };
                arms.iter().any(binds).then_some(*scrutinee)
            }
            _ => None,
        });
        init.is_some_and(|it| {
            if let Expr::Path(_) = self.body.expr(it)
                && let Some(other) = self.typing.local(it).filter(|other| *other != pat)
            {
                return self.is_param_or_read(other);
            }
            let words = words(self.text(it));
            words.iter().any(|it| {
                matches!(
                    it.as_str(),
                    "header" | "headers" | "query" | "bearer" | "params" | "cookie"
                )
            })
        })
    }
}

/// Whether a type hashes under a key: `Hmac`, whatever it is an alias of.
fn is_keyed(ty: &Ty) -> bool {
    let Ty::External(path, args) = ty.peel_refs() else {
        return false;
    };
    let krate = path.as_str().split("::").next().unwrap_or_default();
    matches!(krate, "hmac" | "cmac") || krate == "digest" && args.first().is_some_and(is_keyed)
}
