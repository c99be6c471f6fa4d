//! Secrets on their way: what is called a password, key or token, and comes to a log or into the URL of a request.
//!
//! Walks of their own follow them, in which nothing counts that is sent. A value is a secret by its name and its type; it goes on
//! with what gives it in whole or puts it into a text. What anything else has made of it counts for masked.

use super::channels::sends;
use super::summary::Sink;
use super::taint::{Callable, Fields, Origin, Source, Taint, Value};
use super::types::puts_in;
use super::walk::{Walk, index_name};
use super::whole::{
    derives_debug, encodes, gives_itself, gives_text, is_holder, is_remade, is_text,
    passes_argument, runs_on_elements, takes_out,
};
use crate::facts::body::{MacroCall, MethodCall};
use crate::facts::item::Param;
use crate::facts::{Attr, Expr, ExprId, Meta};
use crate::models::exports::{crate_of, last_segment};
use crate::models::{SinkKind, Sinks, SourceKind, TypeRole};
use crate::program::{Def, FnId, Program, Ty};
use crate::source::{Name, Span};
use crate::values::shown::{self, Shown, Written};
use crate::values::text::{expr_name, peel};

/// What tells secrets by what they are called.
#[derive(Debug, Clone, Copy)]
pub struct SecretNames {
    /// Whether a value of this name is a secret.
    pub is_secret: fn(Name) -> bool,
    /// Whether a header of this name lets in whoever shows it.
    pub is_header: fn(&str) -> bool,
    /// Whether a text may have such a name in it.
    pub may_name: fn(&str) -> bool,
}

/// How deep values are looked into that `Debug` writes.
const MAX_SHOWN: u32 = 3;

impl<'a> Walk<'_, 'a> {
    /// A value with what its name says of it.
    pub(super) fn named(&self, names: SecretNames, id: ExprId, value: Value) -> Value {
        if value.is_sent() {
            return value;
        }
        let name = match self.body.expr(id) {
            Expr::Path(path) => match path.as_ident() {
                Some(name) if (names.is_secret)(name) && !self.is_remade(id) => name,
                _ => return value,
            },
            Expr::Field { name, .. } if (names.is_secret)(*name) => *name,
            Expr::MethodCall(call) => match self.given_by(names, call) {
                Some(name) => name,
                None => return value,
            },
            _ => return value,
        };
        let ty = self.ty(id);
        if !ty.is_unknown() && !is_text(self.all.program, ty, Shown::Plainly) {
            return value;
        }
        value.or(&self.secret(id, name))
    }

    /// What the secret is called that a method gives: `secret.expose_secret()`, `headers.get(AUTHORIZATION)`,
    /// `settings.api_key()`.
    fn given_by(&self, names: SecretNames, call: &MethodCall) -> Option<Name> {
        match (call.name.as_str(), &*call.args) {
            ("expose_secret" | "expose_secret_mut", _) => {
                Some(Name::new(&expr_name(self.body, call.receiver)))
            }
            ("get" | "header" | "get_one", [header]) => {
                let header = match self.body.expr(*header) {
                    Expr::Path(path) => path.last()?.as_str().replace('_', "-"),
                    _ => self.text(*header)?,
                };
                let header = header.to_ascii_lowercase();
                let is_of_headers = call.name != "get"
                    || (self.all.program).has_role(self.ty(call.receiver), TypeRole::Headers);
                ((names.is_header)(&header) && is_of_headers).then(|| Name::new(&header))
            }
            (_, []) if (names.is_secret)(call.name) => Some(call.name),
            _ => None,
        }
    }

    /// Whether a variable holds no more of a secret than what something has made of it.
    fn is_remade(&self, id: ExprId) -> bool {
        let local = self.typing.local(id);
        let init = local.and_then(|it| self.all.values.local_init(self.body, it));
        init.is_some_and(|it| is_remade(self.body, it))
    }

    /// Whether an index leaves a part alone: `key[..4]`.
    pub(super) fn cuts(&self, index: ExprId) -> bool {
        let is_part = matches!(self.body.expr(index), Expr::Range { start, end } if start.is_some() || end.is_some());
        self.all.secrets.is_some() && is_part
    }

    /// What comes of secrets that go into a function or method of a library, or of nobody knows what.
    pub(super) fn kept(
        &mut self,
        id: ExprId,
        path: Name,
        this: Option<(&'a MethodCall, Value)>,
        args: &'a [ExprId],
        values: Vec<Value>,
    ) -> Value {
        let receiver = this.as_ref().map(|it| it.0.receiver);
        self.given_to_model(path, receiver, args, &values);
        match this {
            Some((call, value)) => self.kept_by_method(path, call, value, values),
            None if reads_environment(path.as_str()) => self.of_environment(id, args),
            None => self.kept_by_function(id, path, values),
        }
    }

    /// `env::var("DB_PASSWORD")`.
    fn of_environment(&self, id: ExprId, args: &[ExprId]) -> Value {
        let name = args.first().and_then(|it| self.text(*it));
        let name = name.map(|it| Name::new(&it.to_ascii_lowercase()));
        match (name, self.all.secrets) {
            (Some(name), Some(names)) if (names.is_secret)(name) => self.secret(id, name),
            _ => Value::default(),
        }
    }

    fn secret(&self, id: ExprId, name: Name) -> Value {
        Value::tainted(Taint::new(Origin::Source(Source {
            kind: SourceKind::Secret,
            span: self.span(id),
            name,
        })))
    }

    /// The URLs, queries and records of a log that a model says a call takes.
    fn given_to_model(
        &mut self,
        path: Name,
        receiver: Option<ExprId>,
        args: &[ExprId],
        values: &[Value],
    ) {
        let Some(model) = self.all.program.models.function(path) else {
            return;
        };
        // `RequestBuilder::query(it, ..)`: the first is what a method would be called on.
        let skipped = usize::from(receiver.is_none() && self.begins_with_receiver(model, args));
        for (kind, at) in model.all_sinks() {
            let at = at as usize + skipped;
            let (Some(arg), Some(value)) = (args.get(at), values.get(at)) else {
                continue;
            };
            let value = match kind {
                SinkKind::SecretLog => self.shown_of(self.ty(*arg), Shown::Debugged, value, 0),
                // Pairs of a query.
                SinkKind::SecretUrl if model.sinks.contains_key(&kind) => {
                    value.flat().cleared(Sinks::PLACED)
                }
                SinkKind::SecretUrl => value.flat(),
                _ => continue,
            };
            self.sink(kind, *arg, path, &value);
        }
    }

    fn kept_by_method(
        &mut self,
        path: Name,
        call: &'a MethodCall,
        receiver: Value,
        values: Vec<Value>,
    ) -> Value {
        let name = call.name.as_str();
        let all = || Value::of_all(&values).flat();
        if values.iter().any(|it| it.callable.is_some()) {
            return self.with_closures(call, receiver, &values);
        }
        if let Some(added) = self.put_into(call, &values) {
            self.add_to(self.begin_of(call.receiver), &added);
            return receiver.or(&added);
        }
        match name {
            "concat" | "join" => match self.body.expr(call.receiver) {
                Expr::Array(parts) => self.pieces(parts),
                _ => receiver.or(&all()),
            },
            "replace" | "replacen" => match values.first().is_some_and(Value::is_sent) {
                // Taken out again.
                true => Value::default(),
                false => receiver.or(&values.get(1).map(Value::flat).unwrap_or_default()),
            },
            // `token.map(str::to_owned)`.
            "map" | "and_then" | "map_or" | "filter_map" => match self.gives_argument(call) {
                true => receiver,
                false => Value::default(),
            },
            "unwrap_or" | "or" | "xor" | "chain" | "extend" => receiver.or(&Value::of_all(&values)),
            "encode" | "encode_string" | "encode_slice" if crate_of(path.as_str()) == "base64" => {
                all()
            }
            _ if gives_itself(name) || takes_out(name) => receiver,
            _ => Value::default(),
        }
    }

    /// What a method puts into its receiver, and where it stands there.
    fn put_into(&self, call: &MethodCall, values: &[Value]) -> Option<Value> {
        let name = call.name.as_str();
        let joined = Value::of_all(values);
        let all = joined.flat();
        match name {
            _ if sends(name) => Some(joined),
            "append_pair" | "extend_pairs" | "set_query" | "set_password" | "set_username" => {
                Some(all.cleared(Sinks::PLACED))
            }
            "push_str" | "write_str" | "insert_str" => {
                let before = self.text_before(call.receiver, call.name_range.start);
                let is_placed = before.is_some_and(|it| is_placed(&it, ""));
                Some(match is_placed {
                    true => all.cleared(Sinks::PLACED),
                    false => all,
                })
            }
            // What is put into a collection stays what it is.
            _ if puts_in(name) => Some(joined),
            _ => None,
        }
    }

    /// `url` of `url.query_pairs_mut().append_pair(..)`.
    fn begin_of(&self, id: ExprId) -> ExprId {
        match self.body.expr(id) {
            Expr::MethodCall(call)
                if matches!(
                    call.name.as_str(),
                    "query_pairs_mut" | "append_pair" | "extend_pairs" | "clear"
                ) =>
            {
                self.begin_of(call.receiver)
            }
            _ => id,
        }
    }

    /// What is added to a text by `+` or `+=`, with where it stands there.
    pub(super) fn behind(&self, text: ExprId, added: ExprId, value: Value) -> Value {
        if self.all.secrets.is_none() || value.is_untainted() {
            return value;
        }
        let before = self.text_before(text, self.body.expr_range(added).start);
        let before = before.or_else(|| {
            let text = self.all.values.text(self.key, text);
            text.map(|it| it.display())
        });
        match before.is_some_and(|it| is_placed(&it, "")) {
            true => value.cleared(Sinks::PLACED),
            false => value,
        }
    }

    /// The text that was put into a variable last before a place.
    fn text_before(&self, of: ExprId, place: u32) -> Option<String> {
        let local = self.typing.local(of)?;
        let is_it = |id: ExprId| self.typing.local(id) == Some(local);
        let mut last: Option<(u32, ExprId)> = None;
        for (id, expr) in self.body.exprs() {
            let start = self.body.expr_range(id).start;
            let piece = match expr {
                Expr::MethodCall(other) if is_it(other.receiver) => other.args.first().copied(),
                Expr::Binary { lhs, rhs, .. } if is_it(*lhs) => Some(*rhs),
                Expr::Macro(write) => {
                    let args = write.args.as_deref().unwrap_or(&[]);
                    let is_meant = args
                        .first()
                        .is_some_and(|it| is_it(peel(self.body, it.value)));
                    args.get(1).filter(|_| is_meant).map(|it| it.value)
                }
                _ => None,
            };
            let is_later = last.is_none_or(|(known, _)| known < start);
            if let Some(piece) = piece
                && self.body.expr_range(piece).end < place
                && is_later
            {
                last = Some((start, piece));
            }
        }
        let before = match last {
            Some((_, piece)) => piece,
            None => self.all.values.local_init(self.body, local)?,
        };
        self.all
            .values
            .text(self.key, before)
            .map(|it| it.display())
    }

    /// `[a, b].concat()`: what stands behind a literal stands where that ends.
    fn pieces(&mut self, parts: &[ExprId]) -> Value {
        let mut made = Value::default();
        let mut before = String::new();
        for id in parts {
            let part = self.expr(*id).flat();
            made.join(&match is_placed(&before, "") {
                true => part.cleared(Sinks::PLACED),
                false => part,
            });
            let text = self.all.values.text(self.key, *id);
            before += &text.map_or_else(|| "{}".to_owned(), |it| it.display());
        }
        made
    }

    /// What closures make that a method is handed, which run with what it is called on.
    fn with_closures(&mut self, call: &'a MethodCall, receiver: Value, values: &[Value]) -> Value {
        let callables: Vec<Callable> = values.iter().filter_map(|it| it.callable).collect();
        let Some(last) = callables.last().copied() else {
            return Value::default();
        };
        let span = call.name_range.in_file(self.all.program[self.key].file);
        // What went wrong is not what there would be.
        if matches!(call.name.as_str(), "inspect_err" | "map_err") {
            self.apply_callable(last, Vec::new(), span);
            return receiver;
        }
        // What runs them may hold anything, but gives them no secret that it was called on.
        if !runs_on_elements(call.name.as_str()) {
            let mut made = Value::default();
            for callable in callables {
                made.join(&self.apply_callable(callable, Vec::new(), span));
            }
            return made;
        }
        self.with_closure(call, receiver, values, last, span)
    }

    /// Whether a function of a library is an argument that gives what it gets.
    fn gives_argument(&self, call: &MethodCall) -> bool {
        call.args.iter().any(|it| match self.body.expr(*it) {
            Expr::Path(path) if self.typing.local(*it).is_none() => path.last().is_some_and(|it| {
                let name = it.as_str();
                gives_itself(name) || passes_argument(name) || name == "identity"
            }),
            _ => false,
        })
    }

    fn kept_by_function(&mut self, id: ExprId, path: Name, values: Vec<Value>) -> Value {
        let mut made = Value::default();
        for value in &values {
            if let Some(callable) = value.callable {
                made.join(&self.apply_callable(callable, Vec::new(), self.span(id)));
            }
        }
        let name = last_segment(path.as_str());
        if path == "url::Url::parse_with_params" {
            let mut values = values.into_iter();
            let base = values.next().unwrap_or_default();
            let pairs = Value::of_all(&values.collect::<Vec<_>>()).flat();
            return base.or(&pairs.cleared(Sinks::PLACED));
        }
        match crate_of(path.as_str()) {
            "std" if passes_argument(name) || gives_itself(name) => match &*values {
                [only] => only.clone(),
                _ => Value::of_all(&values).flat(),
            },
            "?" | "url" | "http" | "hex" | "base64" | "urlencoding" | "percent_encoding"
            | "serde_json" | "serde_urlencoded" | "bytes" | "form_urlencoded"
                if passes_argument(name) || encodes(name) =>
            {
                made.or(&Value::of_all(&values).flat())
            }
            _ => made,
        }
    }

    /// What comes of secrets that go into a function which nobody knows.
    pub(super) fn kept_by_unknown(&mut self, id: ExprId, name: &str, values: Vec<Value>) -> Value {
        self.kept_by_function(id, Name::new(&format!("?::{name}")), values)
    }

    /// A value in a text, behind and before what is known of that.
    pub(super) fn in_text(&self, value: Value, before: &str, after: &str) -> Value {
        match self.all.secrets.is_some() && is_placed(before, after) {
            true => value.cleared(Sinks::PLACED),
            false => value,
        }
    }

    /// What a macro writes of secrets into a log.
    pub(super) fn log_secrets(&mut self, call: &MacroCall, name: &str, values: &[(ExprId, Value)]) {
        if values.iter().all(|it| it.1.is_untainted()) {
            return;
        }
        let program = self.all.program;
        let kind = match name {
            "dbg" => Some(Written::Line),
            _ => shown::written(program, self.key, call),
        };
        let Some(kind) = kind else { return };
        for (arg, how) in shown::outputs(program, self.all.sources, self.key, (call, kind)) {
            let Some((_, value)) = values.iter().find(|it| it.0 == arg) else {
                continue;
            };
            let value = self.shown_of(self.ty(arg), how, value, 0);
            self.sink(SinkKind::SecretLog, arg, Name::new(name), &value);
        }
    }

    /// What of a value of a type is written.
    fn shown_of(&self, ty: &Ty, how: Shown, value: &Value, depth: u32) -> Value {
        let program = self.all.program;
        if value.is_untainted() || depth > MAX_SHOWN {
            return Value::default();
        }
        if is_text(program, ty, Shown::Plainly) {
            return value.flat();
        }
        let inner = |ty: &Ty| self.shown_of(ty, how, value, depth + 1);
        match ty {
            Ty::Unknown | Ty::Param(..) | Ty::Opaque(_) | Ty::Dyn(_) => value.own(),
            Ty::Ref(of) | Ty::Slice(of) => inner(of),
            Ty::Tuple(all) => {
                let parts = all.iter().enumerate();
                let parts = parts.map(|(at, ty)| {
                    self.shown_of(ty, how, &value.field(index_name(at)), depth + 1)
                });
                Value::of_all(&parts.collect::<Vec<_>>())
            }
            Ty::External(path, args) => match path.as_str() {
                "serde_json::Value" | "url::Url" | "http::Uri" => value.flat(),
                _ if is_holder(path.as_str()) => {
                    let parts: Vec<Value> = args.iter().map(inner).collect();
                    Value::of_all(&parts)
                }
                _ => Value::default(),
            },
            Ty::Adt(id, _) if how == Shown::Debugged && derives_debug(&program[*id]) => {
                let def = &program[*id];
                let fields = def.fields().iter().map(|it| {
                    let ty = program.field_ty(*id, it);
                    self.shown_of(&ty, how, &value.field(it.name), depth + 1)
                });
                Value::of_all(&fields.collect::<Vec<_>>())
            }
            _ => Value::default(),
        }
    }

    /// The parameters that `#[instrument]` writes into its span.
    pub(super) fn record_parameters(&mut self) {
        let program = self.all.program;
        if !self.all.asked.has(SinkKind::SecretLog) {
            return;
        }
        let file = program[self.id].file;
        let params = &program[self.id].sig.params;
        for param in recorded(program, self.id) {
            let Some(at) = params.iter().position(|it| it.range == param.range) else {
                continue;
            };
            let scope = program.fn_scope(self.id);
            let ty = program.lower_ty(&scope, &param.ty);
            let handed = Value::tainted(Taint::new(Origin::Param(at as u16, Fields::new())));
            let value = self.shown_of(&ty, Shown::Debugged, &handed, 0);
            let span: Span = param.range.in_file(file);
            for taint in value.all() {
                let sink = Sink {
                    kind: SinkKind::SecretLog,
                    span,
                    call: Name::new("instrument"),
                    within: self.id,
                };
                self.arrive(sink, taint);
            }
        }
    }

    /// Whether a call of a function of the program is followed: one that names secrets of its own, or is handed some.
    pub(super) fn leads_on(&self, target: FnId, given: &super::calls::Given<'_>) -> bool {
        if self.all.secrets.is_none() {
            return !given.is_clean() || self.all.gives(target);
        }
        let is_handed = || match self.all.is_at_root() {
            true => given.has_secret(),
            false => !given.is_clean(),
        };
        is_handed() || gives_text(self.all.program, target) && self.all.names_secrets(target)
    }
}

/// Whether what stands between these in a URL is a value of its query, all of its query, or stands before its host.
fn is_placed(before: &str, after: &str) -> bool {
    let is_of_name =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '[' | ']' | '%');
    let is_value = before.strip_suffix('=').is_some_and(|it| {
        let rest = it.trim_end_matches(is_of_name);
        rest.len() < it.len() && rest.ends_with(['?', '&'])
    });
    let user = before.split_once("://").map_or("", |it| it.1);
    let is_before_host = before.contains("://") && !user.contains('/') && after.starts_with('@');
    is_value || is_before_host || before.ends_with(['?', '&'])
}

/// Whether a function gives a variable of the environment.
fn reads_environment(path: &str) -> bool {
    matches!(path, "std::env::var" | "dotenvy::var" | "dotenv::var")
}

/// The parameters that `#[instrument]` of tracing records, if a function has it.
pub(crate) fn recorded(program: &Program, id: FnId) -> Vec<&Param> {
    let def = &program[id];
    let Some(attr) = instrument(program, id) else {
        return Vec::new();
    };
    if attr.meta.entry("skip_all").is_some() {
        return Vec::new();
    }
    let skipped = attr.meta.entry("skip").map_or(&[][..], Meta::list);
    let is_recorded = |it: &&Param| {
        let is_skipped = |name: Name| skipped.iter().any(|it| it.is(name.as_str()));
        it.name.is_some_and(|it| !is_skipped(it))
    };
    def.sig.params.iter().filter(is_recorded).collect()
}

/// The attribute by which tracing records what a function is called with.
pub(crate) fn instrument(program: &Program, id: FnId) -> Option<&Attr> {
    let def = &program[id];
    let is_named = |it: &&Attr| it.meta.last_segment().is_some_and(|it| it == "instrument");
    let attr = def.attrs.iter().find(is_named)?;
    let found = program.resolve_names(def.module, &attr.meta.path, false);
    let is_tracing = found.iter().any(|it| match it.def {
        Def::External(path) => program.models.canonical(path.as_str()) == "tracing::instrument",
        _ => false,
    });
    is_tracing.then_some(attr)
}

#[cfg(test)]
mod tests {
    use super::is_placed;

    #[test]
    fn places_in_urls_are_told_apart() {
        for (before, after) in [
            ("https://a/b?key=", ""),
            ("https://a/{}/b?key={}&x=", "&z"),
            ("place={}&api_key=", ""),
            ("https://a/b?", ""),
            ("https://u:", "@a/"),
            ("https://", "@a/"),
        ] {
            assert!(is_placed(before, after), "{before}");
        }
        for (before, after) in [
            ("https://a/bot", "/send"),
            ("{}/a=", ""),
            ("key=", ""),
            ("", ""),
            ("https://a/u:", "@b"),
        ] {
            assert!(!is_placed(before, after), "{before}");
        }
    }
}
