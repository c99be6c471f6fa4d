//! Calls on the way of a string: conversions, fallbacks, joins, functions of the program.

use super::locals::Part;
use super::walk::{Walk, makes_nothing, nothing};
use super::{FALLBACK, Step, Traced};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::models::Role;
use crate::program::{BodyKey, Def};
use crate::source::Name;
use crate::values::{Callee, Text, TextPart};

/// Functions that wrap or convert their only argument, by last segment: whatever the result
/// is called, it was made of that text.
const CONVERSIONS: &[&str] = &[
    "from",
    "new",
    "parse",
    "try_from",
    "from_str",
    "from_static",
    "from_maybe_shared",
    "from_shared",
    "Borrowed",
    "Owned",
    "Some",
    "Ok",
    "Ready",
    "clone",
    "black_box",
    "force",
];

/// Methods whose result is, holds, or is held by their receiver's text.
const TRANSPARENT: &[&str] = &[
    "to_string",
    "to_owned",
    "into",
    "try_into",
    "clone",
    "as_str",
    "as_ref",
    "as_mut",
    "borrow",
    "unwrap",
    "unwrap_or_default",
    "unwrap_unchecked",
    "expect",
    "into_owned",
    "to_str",
    "parse",
    "as_bytes",
    "as_deref",
    "ok",
    "cloned",
    "copied",
    "iter",
    "iter_mut",
    "into_iter",
    "first",
    "last",
    "get",
    "next",
    "nth",
    "find",
    "filter",
    "rev",
    "skip",
    "take",
    "chain",
    "collect",
    "choose",
    "trim",
    "trim_end",
    "trim_start",
    "trim_end_matches",
    "to_lowercase",
    "to_ascii_lowercase",
    "context",
    "with_context",
    "wrap_err",
    "map_err",
    "ok_or",
    "ok_or_else",
    "leak",
    "into_boxed_str",
    "into_string",
    "deref",
    "lock",
    "read",
    "load",
    "enumerate",
    "to_vec",
    "as_slice",
    "to_uri",
    "into_inner",
    "inspect",
    "to_url",
    "peekable",
    "get_or_init",
    "by_ref",
    "as_uri",
    "into_bytes",
    "expose_secret",
    "flatten",
];

/// Methods that take their argument's value where the receiver has none.
const FALLBACKS: &[&str] = &["unwrap_or", "unwrap_or_else", "or", "or_else"];

impl Walk<'_> {
    pub(super) fn call(
        &mut self,
        key: BodyKey,
        call: ExprId,
        callee: ExprId,
        args: &[ExprId],
        parts: &[Part],
    ) -> Vec<Traced> {
        let strings = self.strings;
        let targets = strings.values.targets(key, call);
        if !targets.is_empty() {
            return self.local_call(key, call, &targets, parts);
        }
        let typing = strings.values.typing(key);
        let callees = typing.callees(call).iter().chain(typing.defs(callee));
        for callee in callees {
            match callee {
                Callee::External(path) => {
                    return self.external_call((key, call), *path, args, parts);
                }
                Callee::Constructor(Def::Adt(_) | Def::Variant(..)) => {
                    let (at, rest) = match parts {
                        [Part::Field(name), rest @ ..] => (name.as_str().parse().ok(), rest),
                        [Part::Index(at), rest @ ..] => (Some(*at), rest),
                        // A newtype stands for what it wraps.
                        [] => (Some(0), parts),
                    };
                    let arg = at.and_then(|at: usize| args.get(at));
                    return arg.map_or(Vec::new(), |it| self.expr(key, *it, rest));
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn local_call(
        &mut self,
        key: BodyKey,
        call: ExprId,
        targets: &[crate::program::FnId],
        parts: &[Part],
    ) -> Vec<Traced> {
        let mut all = Vec::new();
        for target in targets.iter().take(8) {
            all.extend(self.function(*target, Some((key, call)), parts));
        }
        all
    }

    fn external_call(
        &mut self,
        (key, call): (BodyKey, ExprId),
        path: Name,
        args: &[ExprId],
        parts: &[Part],
    ) -> Vec<Traced> {
        let model = self.strings.program.models.function(path);
        let name = path.as_str().rsplit("::").next().unwrap_or_default();
        if let Some(model) = model {
            // A constructor of a request or an address, which tells which argument that is.
            if let (Role::Builds, Some(url)) = (model.role, model.url) {
                return args
                    .get(url as usize)
                    .map_or(Vec::new(), |it| self.expr(key, *it, parts));
            }
            if model.role == Role::ReadsConfig {
                return Vec::new();
            }
        }
        if self.knows_nothing && makes_nothing(path) {
            let data = &self.strings.program[key];
            return vec![nothing(data.body.expr_range(call).in_file(data.file))];
        }
        // `Json(x)` and the like are matched as fields.
        let parts = match parts {
            [Part::Field(field), rest @ ..] if *field == "0" => rest,
            _ => parts,
        };
        match args {
            [only] if CONVERSIONS.contains(&name) => self.expr(key, *only, parts),
            _ => Vec::new(),
        }
    }

    pub(super) fn method(
        &mut self,
        key: BodyKey,
        expr: ExprId,
        call: &MethodCall,
        parts: &[Part],
    ) -> Vec<Traced> {
        let strings = self.strings;
        let targets = strings.values.targets(key, expr);
        if !targets.is_empty() {
            return self.local_call(key, expr, &targets, parts);
        }
        let typing = strings.values.typing(key);
        let name = call.name.as_str();
        let external = typing.external(expr);
        if let Some(model) = external.and_then(|path| strings.program.models.function(path)) {
            if let (Role::Builds, Some(url)) = (model.role, model.url) {
                return call
                    .args
                    .get(url as usize)
                    .map_or(Vec::new(), |it| self.expr(key, *it, parts));
            }
            if model.role == Role::Builds {
                return self.expr(key, call.receiver, parts);
            }
        }
        // The steps of a request's builder that the models do not know.
        if external.is_some_and(|path| path.as_str().starts_with("http::request::Builder::")) {
            return self.expr(key, call.receiver, parts);
        }
        if FALLBACKS.contains(&name) {
            let mut all = self.expr(key, call.receiver, parts);
            for arg in &call.args {
                let fallback = self.expr(key, *arg, parts);
                all.extend(self.marked(key, *arg, fallback));
            }
            return all;
        }
        match (name, &*call.args) {
            ("unwrap_or_default", []) if self.knows_nothing => {
                let data = &strings.program[key];
                let span = data.body.expr_range(expr).in_file(data.file);
                let mut all = self.expr(key, call.receiver, parts);
                all.extend(self.marked(key, expr, vec![nothing(span)]));
                all
            }
            ("map_or" | "map_or_else", [default, mapped]) => {
                let mut all = self.mapped(key, call.receiver, *mapped, parts);
                let fallback = self.expr(key, *default, parts);
                all.extend(self.marked(key, *default, fallback));
                all
            }
            ("map" | "and_then" | "filter_map" | "flat_map" | "find_map" | "then", [mapped]) => {
                self.mapped(key, call.receiver, *mapped, parts)
            }
            // `OnceLock::get_or_init(|| ..)`.
            ("get_or_init" | "get_or_insert_with" | "then_some", [value]) => {
                self.expr(key, *value, parts)
            }
            ("join", [other]) if is_url(typing.ty(call.receiver)) => {
                self.url_join(key, call.receiver, *other)
            }
            ("concat" | "join", _) if parts.is_empty() => self.joined_array(key, call),
            ("replace" | "replacen", [from, to, ..]) if parts.is_empty() => {
                self.replaced(key, call.receiver, *from, *to)
            }
            ("trim_start_matches" | "strip_prefix", [prefix]) if parts.is_empty() => {
                self.stripped(key, call.receiver, *prefix)
            }
            ("insert_str" | "push_str", _) => Vec::new(),
            _ if TRANSPARENT.contains(&name) => self.expr(key, call.receiver, parts),
            _ => Vec::new(),
        }
    }

    /// `receiver.map(closure)`: the closure's value; a function by name converts.
    fn mapped(
        &mut self,
        key: BodyKey,
        receiver: ExprId,
        mapped: ExprId,
        parts: &[Part],
    ) -> Vec<Traced> {
        let strings = self.strings;
        match strings.program[key].body.expr(mapped) {
            Expr::Closure(closure) => self.expr(key, closure.body, parts),
            Expr::Path(_) => {
                let name = strings
                    .values
                    .typing(key)
                    .defs(mapped)
                    .iter()
                    .find_map(|it| match it {
                        Callee::External(path) => path.as_str().rsplit("::").next(),
                        _ => None,
                    });
                match name {
                    Some(name) if CONVERSIONS.contains(&name) || TRANSPARENT.contains(&name) => {
                        self.expr(key, receiver, parts)
                    }
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// Marks texts as values that are used where nothing else is given.
    fn marked(&self, key: BodyKey, expr: ExprId, mut found: Vec<Traced>) -> Vec<Traced> {
        let data = &self.strings.program[key];
        let span = data.body.expr_range(expr).in_file(data.file);
        for traced in &mut found {
            traced.steps.insert(
                0,
                Step {
                    what: FALLBACK.into(),
                    span,
                },
            );
        }
        found
    }

    /// `Url::join`: the base's host, unless the other is an address of its own.
    fn url_join(&mut self, key: BodyKey, base: ExprId, other: ExprId) -> Vec<Traced> {
        let mut all = self.texts(key, base);
        for traced in &mut all {
            // Only scheme and host are certain to stay.
            traced.text.push(&Text::known("/", None));
            traced.text.push(&Text::hole(".."));
        }
        let others = self.texts(key, other);
        all.extend(
            others
                .into_iter()
                .filter(|it| it.text.prefix().contains("://")),
        );
        all
    }

    fn joined_array(&mut self, key: BodyKey, call: &MethodCall) -> Vec<Traced> {
        let body = &self.strings.program[key].body;
        let mut array = call.receiver;
        while let Expr::Ref { inner, .. } = body.expr(array) {
            array = *inner;
        }
        let Expr::Array(elements) = body.expr(array) else {
            return Vec::new();
        };
        let separator = call
            .args
            .first()
            .and_then(|it| self.texts(key, *it).into_iter().next());
        let separator = separator.map_or_else(Text::default, |it| it.text);
        self.joined(key, elements, &separator)
    }

    fn replaced(&mut self, key: BodyKey, text: ExprId, from: ExprId, to: ExprId) -> Vec<Traced> {
        let mut all = self.texts(key, text);
        let from = self.known(key, from);
        let to = self.known(key, to);
        let Some(from) = from.filter(|it| !it.is_empty()) else {
            return all;
        };
        for traced in &mut all {
            let mut replaced = Text {
                parts: Vec::new(),
                origin: traced.text.origin,
            };
            for part in &traced.text.parts {
                match (part, &to) {
                    (TextPart::Known(text), Some(to)) => {
                        replaced.push(&Text::known(text.replace(&*from, to), None));
                    }
                    (TextPart::Known(text), None) => {
                        for (at, piece) in text.split(&*from).enumerate() {
                            if at > 0 {
                                replaced.push(&Text::hole(".."));
                            }
                            replaced.push(&Text::known(piece, None));
                        }
                    }
                    (TextPart::Hole(_), _) => replaced.parts.push(part.clone()),
                }
            }
            traced.text = replaced;
        }
        all
    }

    fn stripped(&mut self, key: BodyKey, text: ExprId, prefix: ExprId) -> Vec<Traced> {
        let mut all = self.texts(key, text);
        let Some(prefix) = self.known(key, prefix).filter(|it| !it.is_empty()) else {
            return Vec::new();
        };
        for traced in &mut all {
            if let Some(TextPart::Known(text)) = traced.text.parts.first_mut()
                && let Some(rest) = text.strip_prefix(&*prefix)
            {
                *text = rest.to_owned();
            }
        }
        all
    }

    fn known(&mut self, key: BodyKey, expr: ExprId) -> Option<String> {
        self.texts(key, expr).first()?.text.as_known()
    }
}

fn is_url(ty: &crate::program::Ty) -> bool {
    ty.peel_refs()
        .external_path()
        .is_some_and(|path| path == "url::Url")
}
