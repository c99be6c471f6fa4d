//! What the two sides of a comparison are: a secret of the service's own, a MAC, something that a client sent.

use crate::checks::Context;
use crate::checks::secrets::names::words;
use crate::facts::body::{Arm, Literal};
use crate::facts::{Body, Expr, ExprId, Pat, PatId};
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::values::{Callee, Typing};

/// How far what is compared is followed to where it is computed.
const MAX_DEPTH: u32 = 10;

/// The two sides of comparisons in a body.
pub(super) struct Sides<'s, 'a> {
    cx: &'s Context<'a>,
    key: BodyKey,
    pub(super) body: &'s Body,
    pub(super) typing: &'s Typing,
}

impl<'s, 'a> Sides<'s, 'a> {
    /// Those in the body of a function; none if the function is what equality of a type is.
    pub(super) fn of(cx: &'s Context<'a>, key: BodyKey) -> Option<(Sides<'s, 'a>, FnId)> {
        let BodyOwner::Fn(function) = cx.program[key].owner else {
            return None;
        };
        let name = cx.program[function].name.as_str();
        let sides = Sides {
            cx,
            key,
            body: &cx.program[key].body,
            typing: cx.values.typing(key),
        };
        let is_equality = matches!(name, "eq" | "ne" | "cmp" | "partial_cmp");
        (!is_equality).then_some((sides, function))
    }

    /// What is compared, if one side is a secret and the other comes from a client.
    pub(super) fn secret(&self, lhs: ExprId, rhs: ExprId) -> Option<String> {
        if !self.are_bytes(lhs, rhs) {
            return None;
        }
        for (own, other) in [(lhs, rhs), (rhs, lhs)] {
            // Two that were both computed are compared to hide them.
            if self.is_mac(own, MAX_DEPTH) && !self.is_mac(other, MAX_DEPTH) {
                return Some("a MAC".into());
            }
        }
        let own = self.own_secret(lhs, rhs)?;
        Some(format!("`{}`", self.shown(own)))
    }

    /// Whether both sides may be texts or bytes.
    pub(super) fn are_bytes(&self, lhs: ExprId, rhs: ExprId) -> bool {
        self.is_bytes(lhs) && self.is_bytes(rhs)
    }

    /// The side that is called like a secret of the service's own, if the other comes from a client.
    pub(super) fn own_secret(&self, lhs: ExprId, rhs: ExprId) -> Option<ExprId> {
        let mut ways = [(lhs, rhs), (rhs, lhs)].into_iter();
        let found = ways.find(|(own, other)| {
            let is_kept = self.is_setting(*own) || !self.is_sent(*own);
            self.is_own_secret(*own) && is_kept && self.is_sent(*other) && !self.is_setting(*other)
        });
        found.map(|(own, _)| own)
    }

    /// Whether a side is called like a secret of the service's own: `config.token`, `admin_token`.
    fn is_own_secret(&self, id: ExprId) -> bool {
        const OF: [&str; 16] = [
            "api", "admin", "auth", "access", "bearer", "service", "webhook", "shared", "internal",
            "secret", "static", "root", "master", "metrics", "signing", "expected",
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
        let is_set = self.is_setting(at);
        match words.last().map(String::as_str) {
            Some("secret" | "apikey") => true,
            Some("token" | "key" | "password") => is_set || has(&OF),
            Some("signature" | "hmac" | "mac") => has(&["expected", "computed", "calculated"]),
            _ => false,
        }
    }

    /// Whether a side speaks of settings of the service.
    fn is_setting(&self, id: ExprId) -> bool {
        const SETTINGS: [&str; 8] = [
            "config", "conf", "cfg", "settings", "options", "opts", "args", "env",
        ];
        let words = words(self.text(id));
        words.iter().any(|it| SETTINGS.contains(&it.as_str()))
    }

    pub(super) fn text(&self, id: ExprId) -> &str {
        let range = self.body.expr_range(id);
        self.cx
            .sources
            .slice(range.in_file(self.cx.program[self.key].file))
    }

    pub(super) fn shown(&self, id: ExprId) -> &str {
        let text = self.text(id).trim_start_matches(['&', '*', ' ']);
        match text.len() < 40 && !text.contains(['"', '\n']) {
            true => text,
            false => "a secret",
        }
    }

    /// Whether a side may be a text or bytes: no literal, number, or value of a type of the program's own.
    fn is_bytes(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Literal(_) | Expr::Array(_) | Expr::Repeat { .. } => return false,
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => return self.is_bytes(*inner),
            Expr::Call { args, callee } => {
                // `Some("x")`, `None`.
                let is_variant = matches!(self.body.expr(*callee), Expr::Path(path)
                    if path.last().is_some_and(|it| it.as_str().starts_with(char::is_uppercase)));
                let literal = |it: &ExprId| {
                    matches!(
                        self.body.expr(*it),
                        Expr::Literal(Literal::Str(_) | Literal::Int(_))
                    )
                };
                if is_variant && args.iter().any(literal) {
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
                let init = self.typing.local(id).and_then(|it| self.init(it));
                init.is_some_and(|it| self.is_mac(it, depth))
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
        let mut init = self.cx.values.local_init(self.body, pat);
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

    /// What a variable is bound to, or what holds it: `let x = ..`, `if let Some(x) = ..`, `match .. { Some(x) => .. }`.
    fn init(&self, pat: PatId) -> Option<ExprId> {
        let in_pattern = |(_, expr): (ExprId, &Expr)| match expr {
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
        };
        let declared = self.cx.values.local_init(self.body, pat);
        declared.or_else(|| self.body.exprs().find_map(in_pattern))
    }

    /// Whether a variable is a parameter, or was read out of headers or the like.
    fn is_param_or_read(&self, pat: PatId) -> bool {
        if self.body.params.contains(&pat) {
            return true;
        }
        self.init(pat).is_some_and(|it| {
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
