//! Calls of libraries: what they pass on, keep, and do harm with.

use super::channels::{is_of_sender, sends};
use super::passes::{asks_where, is_wrapper, passes, reads_structure};
use super::taint::{Callable, Lead, Origin, Source, Taint, Value};
use super::types;
use super::walk::{Walk, index_name};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId, GenericArg, Stmt, TypeRef};
use crate::models::exports::{crate_of, last_segment};
use crate::models::{Function, Role, SinkKind, Sinks, SourceKind};
use crate::program::Ty;
use crate::source::{Name, Span};
use crate::values::text::peel;
use crate::values::{Callee, Text};

/// The kinds of sink at which line breaks do the harm.
pub(super) const LINES: Sinks = Sinks::of(SinkKind::Log).with(Sinks::of(SinkKind::Header));

/// How many pointers an argument may stand behind.
const MAX_DEREFS: usize = 4;

/// Whether a method is one by which headers are read.
fn is_of_headers(path: Name) -> bool {
    let (owner, name) = path.as_str().rsplit_once("::").unwrap_or_default();
    owner.ends_with("HeaderMap") || matches!(name, "headers" | "header" | "get_header" | "get_one")
}

impl<'a> Walk<'_, 'a> {
    /// A call of a library, or (`?::name`) of nobody knows what.
    pub(super) fn library(
        &mut self,
        id: ExprId,
        path: Name,
        this: Option<(&'a MethodCall, Value)>,
        args: &'a [ExprId],
        values: Vec<Value>,
    ) -> Value {
        if self.all.secrets.is_some() {
            return self.kept(id, path, this, args, values);
        }
        let model = self.all.program.models.function(path);
        if let Some((call, _)) = &this {
            self.sink_of_chain(path, call, &values);
            self.stored_by_method(path, call, &values);
            self.page_by_method(path, call, &values);
        }
        if this.is_none() {
            self.sink_of_function(path, args, &values);
            self.stored_by_function(path, args, &values);
            self.page_by_function(path, args, &values);
        }
        let receiver = this.as_ref().map(|(call, value)| (call.receiver, value));
        self.sink_of_reader(path, receiver, args, &values);
        if let Some(model) = model {
            // `Connection::execute(&it, ..)`: the first is what a method would be called on.
            let skipped = usize::from(this.is_none() && self.begins_with_receiver(model, args));
            self.sinks_of(model, path, &args[skipped..], &values[skipped..]);
            self.sink_of_receiver(model, path, receiver);
            // What an upload holds comes from who sent it.
            let of = receiver.map_or_else(Value::default, |it| it.1.flat());
            let is_uploaded = |kind: SourceKind| kind == SourceKind::Archive && of.is_sent();
            if let Some(kind) = model
                .source
                .filter(|it| self.all.hears_of(*it) && !is_uploaded(*it))
            {
                let span = self.span(id);
                let source = Source {
                    kind,
                    span,
                    name: Name::new(&super::shown(path)),
                };
                let sent = Value::tainted(Taint::new(Origin::Source(source)));
                // A caller may hand in an upload.
                return match kind {
                    SourceKind::Archive => sent.or(&of),
                    _ => sent,
                };
            }
            if let Some(value) = self.by_role(model, receiver.map(|it| it.1), &values) {
                // A header's value has no line breaks.
                let value = match is_of_headers(path) {
                    true => value.cleared(LINES),
                    false => value,
                };
                return match args.first() {
                    Some(name) if is_of_headers(path) && self.is_referer(*name) => {
                        value.cleared(Sinks::of(SinkKind::Redirect))
                    }
                    _ => value,
                };
            }
        }
        let name = last_segment(path.as_str());
        let krate = crate_of(path.as_str());
        let mut value = match this {
            Some((call, value)) => {
                // What is not known to work on texts keeps what it is handed to itself.
                let is_kept = || sends(name) && is_of_sender(self.all.program, path);
                let values: Vec<Value> = match passes(krate) || model.is_some() || is_kept() {
                    true => values,
                    false => values.iter().map(Value::bare).collect(),
                };
                self.method(id, call, value, &values)
            }
            None => self.function(id, path, args, values),
        };
        value = value.cleared(types::cleared_by_name(name));
        if reads_structure(name) {
            value = value.restored(Sinks::of(SinkKind::Nosql));
        }
        if let Some(model) = model
            && !model.clears.is_empty()
        {
            value = value.cleared(model.clears.iter().copied().collect());
        }
        value
    }

    /// Whether the first argument of a function is what it would be called on as a method.
    pub(super) fn begins_with_receiver(&self, model: &Function, args: &[ExprId]) -> bool {
        let program = self.all.program;
        let name = Name::new(last_segment(model.path.as_str()));
        let is_method_of = |ty: &Ty| {
            let Ty::External(of, _) = ty.peel_refs() else {
                return false;
            };
            let method = program.models.function(program.models.member(*of, name));
            method.is_some_and(|it| it.path == model.path)
        };
        let first = args.first().map(|it| self.ty(*it).clone());
        let along = std::iter::successors(first, |it| program.deref(it));
        let mut along = along.take(MAX_DEREFS);
        along.any(|it| is_method_of(&it))
    }

    fn sinks_of(&mut self, model: &Function, path: Name, args: &[ExprId], values: &[Value]) {
        if asks_where(path) {
            return;
        }
        for (kind, at) in model.all_sinks() {
            let (Some(arg), Some(value)) = (args.get(at as usize), values.get(at as usize)) else {
                continue;
            };
            match kind {
                // It unpacks by itself.
                SinkKind::Inflation => {
                    let value = value.clone().cleared(Sinks::UNPACKED);
                    self.sink(kind, *arg, path, &value);
                }
                _ => self.sink(kind, *arg, path, value),
            }
        }
    }

    fn sink_of_receiver(
        &mut self,
        model: &Function,
        path: Name,
        receiver: Option<(ExprId, &Value)>,
    ) {
        if let (Some(kind), Some((expr, value))) = (model.sink_of_self, receiver) {
            self.sink(kind, expr, path, value);
        }
    }

    /// What a call gives by what it does; `None` where that is for its name and types to say.
    fn by_role(
        &mut self,
        model: &Function,
        receiver: Option<&Value>,
        values: &[Value],
    ) -> Option<Value> {
        let clean = Some(Value::default());
        match model.role {
            Role::EffectRead if asks_where(model.path) => None,
            Role::Verifies
            | Role::ComparesSecret
            | Role::SessionSource
            | Role::IdentitySource
            | Role::Hashes
            | Role::Issues
            | Role::EffectRead
            | Role::EffectWrite
            | Role::Effect
            | Role::ReadsConfig
            | Role::SendsRequest
            | Role::Connects
            | Role::Serves
            | Role::Limits
            | Role::SendsMail
            | Role::Logs
            | Role::Clock => clean,
            // The builder of a request is not what is sent.
            Role::HttpRequest => clean,
            Role::CredentialSource | Role::ClaimSource | Role::RequestSource => {
                let mut all = receiver.map_or_else(Value::default, Value::flat);
                if all.is_untainted() {
                    for value in values {
                        all.join(&value.flat());
                    }
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// A free function or constructor: what goes in comes out.
    fn function(&mut self, id: ExprId, path: Name, args: &[ExprId], values: Vec<Value>) -> Value {
        match path.as_str() {
            "std::result::Result::Ok"
            | "std::option::Option::Some"
            | "std::boxed::Box::new"
            | "std::sync::Arc::new"
            | "std::rc::Rc::new"
            | "std::boxed::Box::pin"
            | "std::string::String::from"
            | "std::pin::Pin::new" => {
                return values.into_iter().next().unwrap_or_default();
            }
            "std::result::Result::Err" => {
                if let (Some(arg), Some(value)) = (args.first(), values.first()) {
                    self.respond(value, self.ty(*arg), self.span(*arg));
                }
                return Value::default();
            }
            "std::mem::swap" => {
                let mut values = values.into_iter();
                if let ([first, second], Some(of_first), Some(of_second)) =
                    (args, values.next(), values.next())
                {
                    self.assign(peel(self.body, *first), of_second);
                    self.assign(peel(self.body, *second), of_first);
                }
                return Value::default();
            }
            "std::mem::replace" => {
                let mut values = values.into_iter();
                let old = values.next().unwrap_or_default();
                if let (Some(place), Some(new)) = (args.first(), values.next()) {
                    self.assign(peel(self.body, *place), new);
                }
                return old;
            }
            "std::mem::take" => {
                if let Some(place) = args.first() {
                    self.assign(peel(self.body, *place), Value::default());
                }
                return values.into_iter().next().unwrap_or_default();
            }
            // `u32::from_str(text)`, `i64::from_str_radix(text, 10)`, `Uuid::parse_str(text)`.
            path => {
                let (owner, function) = path.rsplit_once("::").unwrap_or_default();
                let parses = matches!(function, "from_str" | "from_str_radix" | "parse_str");
                if (parses || function == "from") && types::is_harmless(owner) {
                    return Value::of_all(&values).cleared(Sinks::TEXTUAL);
                }
                if path == "url::Url::parse_with_params" {
                    let mut values = values.into_iter();
                    let base = values.next().unwrap_or_default();
                    let added = Value::of_all(&values.collect::<Vec<_>>()).flat();
                    return base.or(&added.changed(|it| it.lead = Lead::Fixed));
                }
            }
        }
        if matches!(path.as_str(), "std::cmp::min" | "std::cmp::Ord::min")
            && values.iter().any(Value::is_untainted)
        {
            return Value::of_all(&values).cleared(Sinks::BOUNDED);
        }
        let krate = crate_of(path.as_str());
        if !passes(krate) {
            // Closures that it is handed run, and what they give comes back.
            let mut made = Value::default();
            for value in &values {
                if let Some(callable) = value.callable {
                    made.join(&self.apply_callable(callable, Vec::new(), self.span(id)));
                }
            }
            if !is_wrapper(path) {
                return made;
            }
        }
        let name = last_segment(path.as_str());
        self.unknown(id, name, values)
    }

    fn method(
        &mut self,
        id: ExprId,
        call: &'a MethodCall,
        receiver: Value,
        values: &[Value],
    ) -> Value {
        let name = call.name.as_str();
        let span = self.expr_span(call);
        let callables: Vec<Callable> = values.iter().filter_map(|it| it.callable).collect();
        if let Some(callable) = callables.last().copied() {
            return self.with_closure(call, receiver, values, callable, span);
        }
        let joined = || Value::of_all(values);
        // A path or query of a fixed host leads nowhere else.
        let host = Sinks::of(SinkKind::Request).with(Sinks::of(SinkKind::Redirect));
        let is_fixed = || receiver.all().iter().all(|it| it.cleared.contains(host));
        if matches!(name, "set_path" | "set_query" | "set_fragment") && is_fixed() {
            let added = joined().flat().cleared(host);
            self.add_to(call.receiver, &added);
            return receiver.or(&added);
        }
        // `reader.read_line(&mut text)`: what is read is put into the argument.
        if let ([buffer], true) = (&*call.args, types::reads_into(name)) {
            self.add_to(*buffer, &receiver.flat());
            return Value::default();
        }
        // `Option::replace`; a text's takes two.
        if types::puts_in(name) || name == "replace" && values.len() == 1 {
            // What goes through a channel comes out as it is.
            let mut added = match sends(name) {
                true => joined(),
                false => joined().flat(),
            };
            if matches!(name, "push_str" | "push" | "write_str" | "insert_str") {
                let before = self.lead_of(call.receiver, &receiver);
                added = added.changed(|it| it.lead = it.lead.behind(before));
            }
            let place = call.args.last().map_or(span, |it| self.span(*it));
            added = self.noted(added, || "put in here".into(), place);
            self.add_to(call.receiver, &added);
            // Builders give themselves back.
            return receiver.or(&added);
        }
        match (name, values) {
            ("clear", []) => {
                self.assign(call.receiver, Value::default());
                return Value::default();
            }
            // A number and an element.
            ("enumerate", []) => return Value::of_fields(vec![(index_name(1), receiver)]),
            ("zip", [other]) => {
                let parts = [receiver, other.clone()];
                let parts = parts.into_iter().enumerate();
                return Value::of_fields(parts.map(|(at, it)| (index_name(at), it)).collect());
            }
            _ => {}
        }
        if types::is_own(name) && self.is_request(call.receiver) {
            return Value::default();
        }
        if name == "uri" && self.is_request(call.receiver) {
            return receiver.cleared(Sinks::of(SinkKind::Html));
        }
        // Where an upload was put, the service has chosen.
        if name == "path" && self.is_uploaded(call.receiver) {
            return Value::default();
        }
        // What a URI holds behind its host begins with `/`.
        if matches!(name, "path" | "path_and_query") && self.is_request(call.receiver) {
            return receiver.changed(|it| it.lead = it.lead.max(Lead::Root));
        }
        if let ("ok_or", [arg]) = (name, &*call.args) {
            self.respond(&joined(), self.ty(*arg), span);
            return receiver;
        }
        // Templates escape what they are given.
        if name.starts_with("render") {
            return receiver
                .or(&joined().flat())
                .cleared(Sinks::of(SinkKind::Html));
        }
        if name == "join" && matches!(self.body.expr(call.receiver), Expr::Array(_)) {
            return self.joined_texts(call, receiver);
        }
        if name == "join" && self.is_url(call.receiver) {
            // A whole URL takes the place of the one that it is joined to.
            let keeps = |lead: Lead| matches!(lead, Lead::Nothing | Lead::Scheme);
            let added = joined().flat().changed(|it| {
                if !keeps(it.lead) {
                    it.lead = Lead::Fixed;
                }
            });
            return receiver.or(&added);
        }
        if matches!(name, "join" | "with_file_name" | "with_extension") {
            let before = self.lead_of(call.receiver, &receiver);
            let added = joined().flat();
            // A path that begins with `/` takes the place of the one that it is joined to.
            if name == "join" && self.is_path(call.receiver) {
                return receiver.or(&added);
            }
            return receiver.or(&added.changed(|it| it.lead = it.lead.behind(before)));
        }
        if name == "replace" || name == "replacen" {
            return self.replaced(call, receiver, values);
        }
        // Where a text stands in another.
        if matches!(name, "find" | "rfind") && values.len() == 1 {
            return receiver.flat().cleared(Sinks::TEXTUAL);
        }
        if self.is_part_of_path(call) {
            return receiver.cleared(Sinks::of(SinkKind::File));
        }
        if name == "parse"
            && let [GenericArg::Type(written)] = &*call.generics
        {
            let parsed = self.written(written);
            self.sink_of_parsing(&parsed, call.receiver, &receiver);
            return types::narrowed(self.all.program, &parsed, receiver);
        }
        if name == "parse"
            && !receiver.is_untainted()
            && let Some(parsed) = self.parsed_of(id)
        {
            self.sink_of_parsing(&parsed, call.receiver, &receiver);
        }
        if name == "as_str" {
            return receiver.cleared(Sinks::of(SinkKind::Nosql));
        }
        if matches!(name, "as_i64" | "as_u64" | "as_f64") {
            return receiver.cleared(Sinks::TEXTUAL);
        }
        if matches!(name, "as_bool" | "is_file" | "is_dir") {
            return Value::default();
        }
        // No more than the program itself says.
        if matches!(name, "min" | "clamp") && values.last().is_some_and(Value::is_untainted) {
            return receiver.cleared(Sinks::BOUNDED);
        }
        // That of an upload is as it was sent.
        let takes_name = matches!(name, "file_name" | "file_stem" | "extension");
        if takes_name && values.is_empty() && !self.is_of_framework(call.receiver) {
            return receiver.cleared(Sinks::of(SinkKind::File));
        }
        // What is left does not begin with `/`.
        let trims = matches!(name, "trim_start_matches" | "trim_matches");
        if trims
            && call
                .args
                .iter()
                .any(|it| self.refused_of_path(*it, true) == Sinks::ROOTED)
        {
            return receiver.cleared(Sinks::ROOTED);
        }
        // `text.chars().filter(char::is_ascii_alphanumeric)`
        if matches!(name, "filter" | "take_while")
            && let [test] = &*call.args
            && self.lets_letters_pass(call.receiver, *test)
        {
            return receiver.cleared(Sinks::TEXTUAL);
        }
        // So many bytes of a reader at most.
        if name == "take" {
            return receiver.cleared(Sinks::of(SinkKind::Inflation));
        }
        if name == "parse" || types::looks_up(name) {
            return receiver;
        }
        // `x.map(escape)`
        if matches!(name, "map" | "and_then" | "filter_map" | "flat_map")
            && let Some(clears) = self.named_function(call)
        {
            return receiver.cleared(clears);
        }
        if matches!(
            name,
            "len"
                | "is_empty"
                | "is_some"
                | "is_none"
                | "is_ok"
                | "is_err"
                | "count"
                | "capacity"
                | "contains"
                | "starts_with"
                | "ends_with"
                | "eq"
                | "ne"
                | "eq_ignore_ascii_case"
                | "contains_key"
                | "is_match"
        ) {
            return match name {
                "len" | "count" | "capacity" => {
                    receiver.flat().cleared(Sinks::ALL.with(Sinks::TEXTUAL))
                }
                _ => Value::default(),
            };
        }
        match types::shows_whole(name) || values.is_empty() {
            true => receiver,
            false => receiver.or(&joined().flat()),
        }
    }

    /// What a text is read as, by the type of a variable: `let name: HeaderName = text.parse()?`.
    fn parsed_of(&self, id: ExprId) -> Option<Ty> {
        let above = |of: ExprId| {
            let mut exprs = self.body.exprs();
            exprs.find_map(|(id, expr)| match expr {
                Expr::Try(inner) if *inner == of => Some(id),
                Expr::MethodCall(call)
                    if call.receiver == of && types::gives_success(call.name.as_str()) =>
                {
                    Some(id)
                }
                _ => None,
            })
        };
        let mut made = id;
        while let Some(next) = above(made) {
            made = next;
        }
        let mut exprs = self.body.exprs();
        exprs.find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|it| match it {
                Stmt::Let(data) if data.init == Some(made) => {
                    data.ty.as_ref().map(|it| self.written(it))
                }
                _ => None,
            }),
            _ => None,
        })
    }

    /// A text is read as a value of a type, by `parse`, which is the type's `from_str`.
    fn sink_of_parsing(&mut self, ty: &Ty, receiver: ExprId, value: &Value) {
        let ty = ty.success().unwrap_or_else(|| ty.clone());
        let Some(path) = ty.peel_refs().external_path() else {
            return;
        };
        let models = self.all.program.models;
        let model = models.function(models.member(path, Name::new("from_str")));
        let Some(model) = model else { return };
        for (kind, _) in model.all_sinks().filter(|it| it.1 == 0) {
            self.sink(kind, receiver, model.path, value);
        }
    }

    /// `x.map(|it| ..)` and its like.
    pub(super) fn with_closure(
        &mut self,
        call: &MethodCall,
        receiver: Value,
        values: &[Value],
        callable: Callable,
        span: Span,
    ) -> Value {
        let name = call.name.as_str();
        let others = Value::of_all(values.iter().filter(|it| it.callable.is_none()));
        let takes_element = receiver.or(&others);
        match name {
            "map_err" | "or_else" | "unwrap_or_else" | "ok_or_else" | "get_or_insert_with"
            | "or_insert_with" | "then" => {
                let made = self.apply_callable(callable, Vec::new(), span);
                match name {
                    "map_err" | "ok_or_else" => {
                        self.failed(callable, &made, span);
                        takes_element
                    }
                    _ => takes_element.or(&made),
                }
            }
            "filter" | "inspect" | "retain" | "skip_while" | "take_while" | "sort_by"
            | "sort_by_key" | "max_by_key" | "min_by_key" | "partition" | "max_by" | "min_by"
            | "is_some_and" | "is_none_or" | "any" | "all" | "position" | "find"
            | "inspect_err" | "dedup_by_key" => {
                let passed = match name {
                    "filter" | "find" | "take_while" => self.passed_through(call, callable),
                    _ => Sinks::NONE,
                };
                self.apply_callable(callable, vec![takes_element.clone()], span);
                match name {
                    "is_some_and" | "is_none_or" | "any" | "all" | "position" => Value::default(),
                    _ => takes_element.cleared(passed),
                }
            }
            "fold" | "try_fold" => {
                let first = self.apply_callable(
                    callable,
                    vec![others.clone(), takes_element.clone()],
                    span,
                );
                let again = first.or(&others);
                self.apply_callable(callable, vec![again, takes_element], span)
            }
            _ => {
                let mut made = Value::default();
                for value in values {
                    if let Some(callable) = value.callable {
                        let one = self.apply_callable(callable, vec![takes_element.clone()], span);
                        made.join(&one);
                    }
                }
                // `map_or_else(|| .., str::to_owned)`: a function of a library gives what it gets.
                if let Some(clears) = self.named_function(call) {
                    made.join(&takes_element.cleared(clears));
                }
                made.or(&others)
            }
        }
    }

    /// What a function of a library makes harmless that is an argument, if one is.
    fn named_function(&self, call: &MethodCall) -> Option<Sinks> {
        call.args.iter().find_map(|it| {
            let Expr::Path(path) = self.body.expr(*it) else {
                return None;
            };
            let name = path.last().filter(|_| path.segments.len() > 1)?;
            let function = match self.typing.defs(*it).first() {
                _ if self.typing.local(*it).is_some() => return None,
                None => None,
                Some(Callee::External(function)) => self.all.program.models.function(*function),
                Some(_) => return None,
            };
            let clears = types::cleared_by_name(name.as_str());
            Some(match function {
                Some(model) => clears.with(model.clears.iter().copied().collect()),
                None => clears,
            })
        })
    }

    /// `x.replace("'", "''")`: harmless where what was taken out was what does the harm. What is put
    /// in stands behind what the text begins with.
    fn replaced(&self, call: &MethodCall, receiver: Value, values: &[Value]) -> Value {
        let first = call.args.first();
        let taken = first.and_then(|it| self.text(*it));
        let put_in = call.args.get(1).and_then(|it| self.text(*it));
        let is_separator = |id: &ExprId| match self.body.expr(*id) {
            Expr::Array(all) => all.iter().any(|it| self.speaks_of_parents(*it)),
            _ => self.speaks_of_parents(*id),
        };
        let sinks = match taken.as_deref() {
            // What is left of `....//` is `../`.
            Some("../") if put_in.as_deref() == Some("") => Sinks::NONE,
            Some(".." | "../") => Sinks::CLIMBING,
            Some("/") => Sinks::of(SinkKind::File),
            Some("<") => Sinks::of(SinkKind::Html),
            Some("\n" | "\r" | "\r\n") => LINES,
            None if first.is_some_and(is_separator) => Sinks::of(SinkKind::File),
            // A character or a list of them.
            _ => match first.map(|it| self.written_text(*it)) {
                Some(it) if it.contains("\\n") || it.contains("is_control") => LINES,
                _ => Sinks::NONE,
            },
        };
        let added = values.get(1).map(Value::flat).unwrap_or_default();
        if added.is_untainted() {
            return receiver.cleared(sinks);
        }
        let whole = self.text(call.receiver);
        let before = match (&whole, &taken) {
            (Some(whole), Some(taken)) => {
                let before = whole.split(taken.as_str()).next().unwrap_or_default();
                lead_of_text(&Text::known(before, None))
            }
            _ => Lead::Some,
        };
        let added = added.changed(|it| it.lead = it.lead.behind(before));
        receiver.cleared(sinks).or(&added)
    }

    /// `[a, b].join("/")`: what stands behind the first stands behind its text and the separator.
    fn joined_texts(&mut self, call: &MethodCall, receiver: Value) -> Value {
        let separator = call.args.first().and_then(|it| self.text(*it));
        let (Expr::Array(all), Some(separator)) = (self.body.expr(call.receiver), separator) else {
            return receiver;
        };
        let mut before = String::new();
        let mut made = Value::default();
        for id in all {
            let lead = lead_of_text(&Text::known(before.as_str(), None));
            let part = self.expr(*id);
            made.join(&part.changed(|it| it.lead = it.lead.behind(lead)));
            let text = self.all.values.text(self.key, *id);
            before += &text.map_or_else(|| "{}".to_owned(), |it| it.display());
            before += &separator;
        }
        made
    }

    /// Whether an expression is a path in the file system.
    fn is_path(&self, id: ExprId) -> bool {
        let path = self.ty(id).peel_refs().external_path();
        path.is_some_and(|it| matches!(it.as_str(), "std::path::Path" | "std::path::PathBuf"))
    }

    /// Whether an expression is a URL that was parsed.
    fn is_url(&self, id: ExprId) -> bool {
        let ty = self.ty(id).peel_refs();
        ty.external_path().is_some_and(|it| it == "url::Url")
    }

    /// An expression as it is written.
    pub(super) fn written_text(&self, id: ExprId) -> &str {
        let file = self.all.program[self.key].file;
        let range = self.body.expr_range(id).in_file(file);
        self.all.sources.slice(range)
    }

    /// Whether an expression is a file that a framework has written down.
    fn is_uploaded(&self, id: ExprId) -> bool {
        let ty = self.ty(id).peel_refs();
        let ty = ty.success().unwrap_or_else(|| ty.clone());
        let path = ty.peel_refs().external_path();
        path.is_some_and(|path| {
            let name = last_segment(path.as_str());
            matches!(name, "FilePart" | "FormFile" | "FormFiles" | "TempFile")
        })
    }

    /// A type as it is written in this body.
    pub(super) fn written(&self, ty: &TypeRef) -> Ty {
        let program = self.all.program;
        let mut scope = program.fn_scope(self.id);
        scope.module = program[self.key].module;
        program.lower_ty(&scope, ty)
    }

    /// Whether an expression is a request by its type, or as a framework hands it over.
    fn is_request(&self, id: ExprId) -> bool {
        let path = self.ty(id).peel_refs().external_path();
        path.is_some_and(|path| {
            let krate = crate_of(path.as_str());
            krate == "http" || crate::flow::is_framework(krate)
        })
    }

    /// Whether an expression is of a type that a web framework has.
    fn is_of_framework(&self, id: ExprId) -> bool {
        let path = self.ty(id).peel_refs().external_path();
        path.is_some_and(|it| crate::flow::is_framework(crate_of(it.as_str())))
    }

    fn expr_span(&self, call: &MethodCall) -> Span {
        let file = self.all.program[self.key].file;
        call.name_range.in_file(file)
    }

    /// What a text is like that more is added to.
    pub(super) fn lead_of(&self, id: ExprId, value: &Value) -> Lead {
        match self.all.values.text(self.key, id) {
            Some(text) => lead_of_text(&text),
            None if !value.is_untainted() => {
                let leads = value.all().into_iter().map(|it| it.lead);
                match leads.min() {
                    // Data from outside begins it, too.
                    Some(Lead::Nothing) | None => Lead::Some,
                    Some(lead) => lead.max(Lead::Some),
                }
            }
            None => match self.body.expr(id) {
                Expr::Literal(_) => Lead::Nothing,
                _ => Lead::Some,
            },
        }
    }
}

/// What a text fixes that stands before data.
pub(super) fn lead_of_text(text: &Text) -> Lead {
    let shown = text.display();
    if shown.is_empty() {
        return Lead::Nothing;
    }
    match shown.split_once("://") {
        Some((_, "")) => Lead::Scheme,
        Some((_, rest)) if rest.contains(['/', '?', '#']) => Lead::Fixed,
        // `https://host{x}`: the name goes on, or turns out to be a user's.
        Some((_, rest)) if !rest.contains('{') => Lead::Scheme,
        Some(_) => Lead::Some,
        // The scheme of the page that it is found on.
        None if shown == "//" => Lead::Scheme,
        None if shown == "/" => Lead::Root,
        None if shown.starts_with('/') || shown.contains('/') => Lead::Fixed,
        None => Lead::Some,
    }
}
