//! Calls: into the program, into adapters, into `std`'s wrappers.

use super::join::join;
use super::{Call, Eval, Frame, MAX_FORKS};
use crate::facts::body::{MacroCall, MethodCall};
use crate::facts::{Expr, ExprId, GenericArg};
use crate::program::methods::Candidate;
use crate::program::{Container, Def, Ty};
use crate::routes::frameworks;
use crate::routes::value::{Callable, Layer, LayerKind, RouterKind, Types, Value};
use crate::values::{Callee, text};

/// How deep calls for a small value go.
const MAX_ASIDE: usize = 2;

impl Eval<'_> {
    pub(super) fn call(
        &mut self,
        frame: &mut Frame,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Value {
        let values: Vec<Value> = args.iter().map(|arg| self.expr(frame, *arg)).collect();
        let callees = self.callees(frame, id, callee);
        match callees.first() {
            Some(Callee::Fn(_)) => {
                let candidates = callees.into_iter().filter_map(|callee| match callee {
                    Callee::Fn(candidate) => Some(candidate),
                    _ => None,
                });
                let candidates: Vec<Candidate> = candidates.collect();
                let (made, values) = self.generated(frame, id, &candidates, values, args);
                if let Some(made) = made {
                    return made;
                }
                self.call_local(frame, id, &candidates, values, None, args, None)
            }
            Some(Callee::External(path)) => {
                let generics = self.turbofish(frame, callee);
                self.call_external(frame, id, path.as_str(), values, args, generics)
            }
            Some(Callee::Constructor(def)) => self.construct(frame, id, *def, values),
            _ => {
                // A closure or function value held in a variable.
                if let Value::Callable(callable) = self.expr(frame, callee) {
                    if let Callable::External(path) = callable {
                        return self.call_external(
                            frame,
                            id,
                            path.as_str(),
                            values,
                            args,
                            Vec::new(),
                        );
                    }
                    let (value, after) = self.apply(&callable, values);
                    self.write_back(frame, args, after);
                    return value;
                }
                let made = self.unwritten(frame, id, callee, args);
                made.unwrap_or_else(|| self.opaque(frame, id, values))
            }
        }
    }

    /// What a call of generated code is worth that a framework knows; the arguments come back.
    fn generated(
        &self,
        frame: &Frame,
        id: ExprId,
        candidates: &[Candidate],
        args: Vec<Value>,
        arg_exprs: &[ExprId],
    ) -> (Option<Value>, Vec<Value>) {
        let [only] = candidates else {
            return (None, args);
        };
        let data = &self.program[frame.body];
        let call = Call {
            path: "",
            name: self.program[only.id].name.as_str(),
            args,
            arg_exprs,
            generics: Vec::new(),
            body: frame.body,
            span: data.body.expr_range(id).in_file(data.file),
        };
        (frameworks::own_call(self, only.id, &call), call.args)
    }

    fn construct(&mut self, frame: &Frame, id: ExprId, def: Def, values: Vec<Value>) -> Value {
        match def {
            Def::Adt(adt) => {
                let fields = values
                    .into_iter()
                    .enumerate()
                    .map(|(at, value)| (at.to_string().as_str().into(), value));
                Value::Struct(adt, std::sync::Arc::new(fields.collect()))
            }
            _ => match <[Value; 1]>::try_from(values) {
                Ok([only]) => only,
                Err(values) => self.opaque(frame, id, values),
            },
        }
    }

    /// What the type parameters of a named function stand for: `create::<Account>`,
    /// `<Account as Resource>::create`.
    pub(super) fn types_of(&self, frame: &Frame, path: ExprId, named: &Candidate) -> Types {
        let def = &self.program[named.id];
        let mut types = named.subst.clone();
        let own = def.sig.generics.params.iter();
        types.extend(own.map(|it| it.name).zip(self.turbofish(frame, path)));
        if matches!(def.container, Container::Trait(_)) {
            types.push(("Self".into(), named.self_ty.clone()));
        }
        for (_, ty) in &mut types {
            *ty = ty.subst(&frame.env.types, self.program);
        }
        types.retain(|(_, ty)| !ty.is_unknown());
        Types::new(types)
    }

    /// Turbofish types of a call's path.
    pub(super) fn turbofish(&self, frame: &Frame, callee: ExprId) -> Vec<Ty> {
        match self.program[frame.body].body.expr(callee) {
            Expr::Path(path) => path
                .segments
                .iter()
                .rev()
                .find_map(|segment| segment.args.as_deref())
                .map_or(Vec::new(), |args| self.types(frame, args)),
            _ => Vec::new(),
        }
    }

    pub(super) fn types(&self, frame: &Frame, args: &[GenericArg]) -> Vec<Ty> {
        let scope = self.scope(frame.body);
        args.iter()
            .filter_map(|arg| match arg {
                GenericArg::Type(ty) => Some(self.program.lower_ty(&scope, ty)),
                _ => None,
            })
            .collect()
    }

    /// A call of functions of the program. Several candidates are implementations of one trait: all run.
    #[expect(clippy::too_many_arguments, reason = "a call is all of this")]
    fn call_local(
        &mut self,
        frame: &mut Frame,
        id: ExprId,
        candidates: &[Candidate],
        args: Vec<Value>,
        this: Option<(Value, ExprId)>,
        arg_exprs: &[ExprId],
        fallback: Option<Value>,
    ) -> Value {
        if let Some(made) = candidates
            .iter()
            .find(|it| frameworks::makes_handler(self.program, it.id))
        {
            let types = Types::new(made.subst.clone());
            return Value::Callable(Callable::Fn(made.id, types));
        }
        let carries =
            args.iter().any(carries) || this.as_ref().is_some_and(|(value, _)| carries(value));
        let wanted: Vec<_> = candidates
            .iter()
            .filter(|it| {
                let def = &self.program[it.id];
                def.body.is_some()
                    && !def.is_test
                    && (self.relevant.contains(&it.id) || carries || self.is_small(it.id))
            })
            .collect();
        let is_fork = wanted.len() > 1;
        if wanted.is_empty() || is_fork && self.forks >= MAX_FORKS {
            return fallback.unwrap_or_else(|| {
                self.opaque(
                    frame,
                    id,
                    args.into_iter().chain(this.map(|it| it.0)).collect(),
                )
            });
        }
        let mut joined = Value::Unknown;
        let mut after_all: Option<Vec<Value>> = None;
        self.forks += usize::from(is_fork);
        for candidate in wanted {
            let takes_self = self.program[candidate.id].sig.self_param.is_some();
            let mut args = args.clone();
            let receiver = match &this {
                Some((value, _)) => Some(value.clone()),
                None if takes_self && !args.is_empty() => Some(args.remove(0)),
                None => None,
            };
            let skipped = usize::from(this.is_none() && takes_self);
            let aside = !carries && !self.relevant.contains(&candidate.id);
            let types = self.types_in(frame, id, candidate, arg_exprs);
            self.aside += usize::from(aside);
            let (value, mut after) = self.run_typed(candidate.id, args, receiver, types);
            self.aside -= usize::from(aside);
            if skipped > 0 {
                after.insert(0, Value::Unknown);
            }
            joined = join(joined, value, None);
            after_all = Some(match after_all {
                None => after,
                Some(before) => before
                    .into_iter()
                    .zip(after)
                    .map(|(a, b)| join(a, b, None))
                    .collect(),
            });
        }
        self.forks -= usize::from(is_fork);
        self.write_back(frame, arg_exprs, after_all.unwrap_or_default());
        joined
    }

    /// A function whose value can be had cheaply: a path, a name, a layer.
    fn is_small(&self, id: crate::program::FnId) -> bool {
        let small = |body: crate::program::BodyKey| self.program[body].body.expr_count() <= 60;
        // A service's whole start-up is made of small functions that call small functions.
        self.aside < MAX_ASIDE && self.program[id].body.is_some_and(small) && self.tells(id)
    }

    /// Whether what a function returns may be a path, a name or a layer.
    fn tells(&self, id: crate::program::FnId) -> bool {
        match self.program.fn_return(id).peel_refs() {
            Ty::Primitive(name) => *name == "str",
            Ty::Tuple(parts) => !parts.is_empty(),
            Ty::Never | Ty::Slice(_) => false,
            _ => true,
        }
    }

    /// Routers that were handed over by `&mut` come back changed.
    fn write_back(&mut self, frame: &mut Frame, args: &[ExprId], after: Vec<Value>) {
        for (arg, mut value) in args.iter().zip(after) {
            if let Value::Router(part) = &mut value {
                self.give_back(frame, part);
            }
            let data = &self.program[frame.body].body;
            let place = match data.expr(*arg) {
                Expr::Ref {
                    mutable: true,
                    inner,
                } => *inner,
                Expr::Path(_) => *arg,
                _ => continue,
            };
            if let Some(pat) = self.values.typing(frame.body).local(place)
                && matches!(value, Value::Router(_))
                && matches!(frame.env.locals.get(&pat), Some(Value::Router(_)))
            {
                frame.env.locals.insert(pat, value);
            }
        }
    }

    fn call_external(
        &mut self,
        frame: &mut Frame,
        id: ExprId,
        path: &str,
        args: Vec<Value>,
        arg_exprs: &[ExprId],
        generics: Vec<Ty>,
    ) -> Value {
        let data = &self.program[frame.body];
        let span = data.body.expr_range(id).in_file(data.file);
        let name = path.rsplit("::").next().unwrap_or_default();
        let mut call = Call {
            path,
            name,
            args,
            arg_exprs,
            generics,
            body: frame.body,
            span,
        };
        if let Some(value) = frameworks::call(self, &mut call) {
            return value;
        }
        let mut args = call.args;
        match path {
            "std::option::Option::Some"
            | "std::result::Result::Ok"
            | "std::boxed::Box::new"
            | "std::boxed::Box::pin"
            | "std::sync::Arc::new"
            | "std::rc::Rc::new"
            | "std::string::String::from"
            | "std::borrow::Cow::Borrowed"
            | "tokio::spawn"
            | "tokio::task::spawn"
            | "std::mem::take"
            | "std::convert::identity"
                if !args.is_empty() =>
            {
                return args.swap_remove(0);
            }
            "std::option::Option::None" | "std::result::Result::Err" => return Value::Unknown,
            _ => {}
        }
        // A library's method called by path: `Router::route(app, ..)`.
        if let Some(Value::Router(_)) = args.first() {
            let receiver = args.remove(0);
            return self.router_method(
                frame,
                id,
                receiver,
                name,
                args,
                &arg_exprs[1..],
                Vec::new(),
                span,
            );
        }
        self.run_thunks(&args);
        self.name_types(frame, &mut args, arg_exprs);
        self.opaque(frame, id, args)
    }

    /// Arguments whose value is not known are at least of a type: `wrapper(option.map(Auth::new))`.
    fn name_types(&self, frame: &Frame, args: &mut [Value], exprs: &[ExprId]) {
        let typing = self.values.typing(frame.body);
        for (arg, expr) in args.iter_mut().zip(exprs) {
            if !matches!(arg, Value::Unknown) {
                continue;
            }
            let ty = typing.ty(*expr).peel_refs();
            let inner = match ty {
                Ty::External(path, args) if *path == "std::option::Option" => args.first(),
                other => Some(other),
            };
            if let Some(ty @ Ty::Adt(..)) = inner {
                *arg = Value::Object(ty.clone(), Vec::new());
            }
        }
    }

    /// Runs closures without parameters that unknown code is handed: `thread::spawn(|| ..)`
    /// may start a server of its own.
    fn run_thunks(&mut self, args: &[Value]) {
        for arg in args {
            let Value::Callable(callable) = arg else {
                continue;
            };
            if let Callable::Closure(body, expr, _) = callable
                && let Expr::Closure(closure) = self.program[*body].body.expr(*expr)
                && closure.params.is_empty()
            {
                self.apply(callable, Vec::new());
            }
        }
    }

    pub(super) fn method_call(
        &mut self,
        frame: &mut Frame,
        id: ExprId,
        call: &MethodCall,
    ) -> Value {
        let receiver = self.expr(frame, call.receiver);
        let args: Vec<Value> = call.args.iter().map(|arg| self.expr(frame, *arg)).collect();
        let data = &self.program[frame.body];
        let range =
            crate::source::TextRange::new(call.name_range.start, data.body.expr_range(id).end);
        let span = range.in_file(data.file);
        let name = call.name.as_str();
        let candidates = self.methods(frame, id, call.receiver);
        if matches!(
            receiver,
            Value::Router(_) | Value::Layers(_) | Value::Callable(_)
        ) {
            let generics = self.types(frame, &call.generics);
            let mut value =
                self.router_method(frame, id, receiver, name, args, &call.args, generics, span);
            if let Value::Router(part) = &mut value {
                self.lend(frame, call.receiver, part);
                self.give_back(frame, part);
            }
            self.mutate(frame, call.receiver, &value);
            return value;
        }
        if !candidates.is_empty() {
            let wanted = (receiver.clone(), call.receiver);
            return self.call_local(frame, id, &candidates, args, Some(wanted), &call.args, None);
        }
        if let Value::List(all) = &receiver
            && matches!(name, "push" | "extend" | "append" | "extend_from_slice")
            && let Some(more) = args.first()
        {
            let mut all = all.clone();
            match more {
                Value::List(more) if name != "push" => all.extend(more.iter().cloned()),
                // A list of routes is a router.
                more => all.push(match more {
                    Value::Router(_) => more.clone(),
                    _ if name == "push" => more.clone(),
                    _ => Value::Unknown,
                }),
            }
            if let Some(pat) = self.values.typing(frame.body).local(call.receiver) {
                frame.env.locals.insert(pat, Value::List(all));
            }
            return Value::Unknown;
        }
        if let Some(value) = self.wrapper_method(&receiver, name, &args) {
            return value;
        }
        // A layer's own `layer(service)`, `HttpServer`'s methods, builders.
        if let (Some(Value::Router(_)), "layer" | "service" | "named_layer") = (args.first(), name)
        {
            let Some(Value::Router(mut router)) = args.into_iter().next() else {
                return Value::Unknown;
            };
            let layers = self.layers(&receiver, frame.body, Some(call.receiver), span);
            router.cover(&layers, true);
            return Value::Router(router);
        }
        let path = self.values.typing(frame.body).external(id);
        let mut made = Call {
            path: path.map_or("", |path| path.as_str()),
            name,
            args,
            arg_exprs: &call.args,
            generics: self.types(frame, &call.generics),
            body: frame.body,
            span,
        };
        if let Some(value) = frameworks::object_method(self, &receiver, &mut made) {
            return value;
        }
        let args = made.args;
        self.run_thunks(&args);
        match receiver {
            Value::Object(ty, mut held) => {
                let result = self.values.typing(frame.body).ty(id).peel_refs();
                let stays = match (&ty, result) {
                    // A builder's method on what a modelled constructor made.
                    (Ty::External(made, _), Ty::External(of, _)) => {
                        self.program.models.layer(*made).is_some()
                            && made
                                .as_str()
                                .rsplit_once("::")
                                .is_some_and(|it| *of == it.0)
                    }
                    _ => false,
                };
                let ty = if !stays && matches!(result, Ty::External(..) | Ty::Adt(..)) {
                    result.clone()
                } else {
                    ty
                };
                held.extend(args);
                Value::Object(ty, held)
            }
            other => {
                let held = args
                    .into_iter()
                    .chain(Some(other).filter(carries))
                    .collect();
                self.opaque(frame, id, held)
            }
        }
    }

    /// A method on a router, layer stack or handler.
    #[expect(clippy::too_many_arguments, reason = "a call is all of this")]
    fn router_method(
        &mut self,
        frame: &mut Frame,
        id: ExprId,
        receiver: Value,
        name: &str,
        args: Vec<Value>,
        arg_exprs: &[ExprId],
        generics: Vec<Ty>,
        span: crate::source::Span,
    ) -> Value {
        let mut call = Call {
            path: "",
            name,
            args,
            arg_exprs,
            generics,
            body: frame.body,
            span,
        };
        match frameworks::method(self, receiver, &mut call) {
            Ok(value) => value,
            Err(receiver) => {
                let typing = self.values.typing(frame.body);
                let candidates = self.local_callees(frame.body, id);
                if candidates.is_empty() {
                    if let Value::Router(mut router) = receiver {
                        let result = typing.ty(id);
                        if result.is_unknown() || frameworks::is_router(result) {
                            // An extension trait of a library may add anything, layers too.
                            let layer = Layer {
                                name: name.to_owned(),
                                span,
                                kind: LayerKind::Unknown,
                                conditions: Vec::new(),
                                written: None,
                            };
                            router.cover(&[std::sync::Arc::new(layer)], true);
                            return Value::Router(router);
                        }
                        let mut held = vec![Value::Router(router)];
                        held.extend(call.args);
                        return self.opaque(frame, id, held);
                    }
                    let mut held = vec![receiver];
                    held.extend(call.args);
                    return self.opaque(frame, id, held);
                }
                self.call_local(
                    frame,
                    id,
                    &candidates,
                    call.args,
                    Some((receiver, id)),
                    arg_exprs,
                    None,
                )
            }
        }
    }

    /// A method that changes its receiver in place (`cfg.service(..)`).
    fn mutate(&mut self, frame: &mut Frame, receiver: ExprId, value: &Value) {
        let Value::Router(router) = value else { return };
        // Filters are copied wherever they are used.
        if router.kind == RouterKind::Filter {
            return;
        }
        let mut place = receiver;
        let body = &self.program[frame.body].body;
        loop {
            match body.expr(place) {
                Expr::Path(_) => break,
                // `cfg.service(a).service(b)`: the chain's head changes.
                Expr::MethodCall(call)
                    if matches!(router.kind, RouterKind::Scope | RouterKind::Part) =>
                {
                    place = call.receiver
                }
                Expr::Ref { inner, .. } => place = *inner,
                _ => return,
            }
        }
        if let Some(pat) = self.values.typing(frame.body).local(place)
            && let Some(Value::Router(old)) = frame.env.locals.get(&pat)
            && old.span == router.span
            && (old.kind == router.kind || router.kind != RouterKind::Part)
        {
            frame.env.locals.insert(pat, value.clone());
        }
    }

    /// `Option`, `Result`, smart pointers and iterators over known lists.
    fn wrapper_method(&mut self, receiver: &Value, name: &str, args: &[Value]) -> Option<Value> {
        match name {
            "clone" | "to_owned" | "to_string" | "into" | "as_str" | "as_ref" | "unwrap"
            | "expect" | "unwrap_or_default" | "borrow" | "into_iter" | "iter" | "collect"
            | "to_vec" | "boxed" | "ok" | "await" | "as_mut" | "cloned" | "copied"
            | "into_inner"
                if !matches!(receiver, Value::Unknown | Value::Object(..)) =>
            {
                Some(receiver.clone())
            }
            "unwrap" | "expect"
                if let Value::Object(ty, held) = receiver
                    && let Some(made) = ty.success()
                    && matches!(made, Ty::External(..) | Ty::Adt(..)) =>
            {
                Some(Value::Object(made, held.clone()))
            }
            "clone" | "unwrap" | "expect" | "into" if matches!(receiver, Value::Object(..)) => {
                Some(receiver.clone())
            }
            "unwrap_or" | "unwrap_or_else" | "or" => {
                let other = match args.first() {
                    Some(Value::Callable(callable)) => self.apply(&callable.clone(), Vec::new()).0,
                    Some(other) => other.clone(),
                    None => Value::Unknown,
                };
                (!matches!(receiver, Value::Object(..)))
                    .then(|| join(receiver.clone(), other, None))
            }
            // `enabled.then(|| layer)`.
            "then" if !matches!(receiver, Value::Bool(false)) => {
                let [Value::Callable(callable @ Callable::Closure(body, expr, _))] = args else {
                    return None;
                };
                let Expr::Closure(closure) = self.program[*body].body.expr(*expr) else {
                    return None;
                };
                if !closure.params.is_empty() {
                    return None;
                }
                let value = self.apply(&callable.clone(), Vec::new()).0;
                (!matches!(value, Value::Unknown)).then_some(value)
            }
            "chain" | "concat" => match (receiver, args.first()) {
                (Value::List(a), Some(Value::List(b))) => {
                    Some(Value::List(a.iter().chain(b).cloned().collect()))
                }
                (Value::List(a), None) => Some(Value::List(
                    a.iter()
                        .flat_map(|it| {
                            if let Value::List(inner) = it {
                                inner.clone()
                            } else {
                                vec![it.clone()]
                            }
                        })
                        .collect(),
                )),
                _ => None,
            },
            "fold" => match (receiver, args) {
                (Value::List(all), [init, Value::Callable(callable)]) => {
                    let callable = callable.clone();
                    Some(all.clone().into_iter().fold(init.clone(), |acc, it| {
                        self.apply(&callable, vec![acc, it]).0
                    }))
                }
                _ => None,
            },
            "reduce" => match (receiver, args) {
                (Value::List(all), [Value::Callable(callable)]) => {
                    let callable = callable.clone();
                    all.clone()
                        .into_iter()
                        .reduce(|acc, it| self.apply(&callable, vec![acc, it]).0)
                }
                _ => None,
            },
            "map" | "and_then" | "for_each" | "flat_map" | "filter_map" => {
                match (receiver, args.first()) {
                    (Value::List(all), Some(Value::Callable(callable))) => {
                        let callable = callable.clone();
                        Some(Value::List(
                            all.clone()
                                .into_iter()
                                .map(|it| self.apply(&callable, vec![it]).0)
                                .collect(),
                        ))
                    }
                    (other, Some(Value::Callable(callable)))
                        if !matches!(other, Value::Unknown) =>
                    {
                        let callable = callable.clone();
                        Some(self.apply(&callable, vec![other.clone()]).0)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn macro_call(&mut self, frame: &mut Frame, id: ExprId, call: &MacroCall) -> Value {
        let name = call.path.last().map_or("", |name| name.as_str());
        if frameworks::building_macro(name)
            && let Some(value) = frameworks::macro_call(self, frame.body, id, call)
        {
            return value;
        }
        let span = self.program[frame.body]
            .body
            .expr_range(id)
            .in_file(self.program[frame.body].file);
        // `login_required!(Backend, ..)`.
        let module = self.program[frame.body].module;
        for def in self.program.resolve_whole(module, &call.path) {
            if let Def::External(path) = def
                && self.program.models.layer(path).is_some()
            {
                return Value::Object(Ty::External(path, std::sync::Arc::from([])), Vec::new());
            }
        }
        if matches!(name, "format" | "concat" | "format_args") {
            let mut texts = rustc_hash::FxHashMap::default();
            for arg in call.args.as_deref().unwrap_or(&[]) {
                let text = self.text_of(frame, arg.value);
                texts.insert(arg.value, text);
            }
            let body = &self.program[frame.body].body;
            let text = text::format_macro(body, call, span, &mut |id| {
                texts.get(&id).cloned().unwrap_or_default()
            });
            return text.map_or(Value::Unknown, Value::Text);
        }
        let mut held = Vec::new();
        for arg in call.args.as_deref().unwrap_or(&[]) {
            let value = self.expr(frame, arg.value);
            if let Some(pat) = arg.pat {
                self.bind(frame, pat, Value::Unknown);
            }
            if let Some(then) = arg.then {
                self.expr(frame, then);
            }
            if carries(&value) {
                held.push(value);
            }
        }
        match name {
            "select" | "join" | "try_join" if !held.is_empty() => {
                for value in &held {
                    self.emit(value, span);
                }
                Value::Unknown
            }
            _ if held.is_empty() => Value::Unknown,
            _ => Value::Object(Ty::Unknown, held),
        }
    }

    /// The type of the program whose derived `default()` is called.
    fn defaulted(&self, frame: &Frame, id: ExprId) -> Option<Ty> {
        let data = &self.program[frame.body];
        let Expr::Call { callee, args } = data.body.expr(id) else {
            return None;
        };
        let Expr::Path(path) = data.body.expr(*callee) else {
            return None;
        };
        let names: Vec<_> = path.segments.iter().map(|it| it.name).collect();
        let (_, owner) = names
            .split_last()
            .filter(|(last, _)| **last == "default" && args.is_empty())?;
        let found = self.program.resolve_names(data.module, owner, false);
        found.into_iter().find_map(|it| match it.def {
            Def::Adt(adt) if it.used == owner.len() => Some(Ty::Adt(adt, std::sync::Arc::from([]))),
            _ => None,
        })
    }

    /// A call that nobody knows: an object of the call's type that holds the routers it was given.
    fn opaque(&self, frame: &Frame, id: ExprId, args: Vec<Value>) -> Value {
        let typing = self.values.typing(frame.body);
        let mut ty = typing.ty(id).peel_refs().clone();
        if ty.is_unknown()
            && let Some(made) = self.defaulted(frame, id)
        {
            return Value::Object(made, args);
        }
        // `HttpAuthentication::bearer(..)` and `::basic(..)` make one type, and differ.
        if let Some(path) = typing.external(id)
            && self.program.models.layer(path).is_some()
        {
            return Value::Object(Ty::External(path, std::sync::Arc::from([])), args);
        }
        if ty.is_unknown()
            && let Some(path) = typing.external(id)
            && let Some((owner, _)) = path.as_str().rsplit_once("::")
            && owner
                .rsplit("::")
                .next()
                .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            ty = Ty::External(
                self.program.models.canonical(owner),
                std::sync::Arc::from([]),
            );
        }
        match ty {
            Ty::External(..) | Ty::Adt(..) => Value::Object(ty, args),
            _ if args.iter().any(Value::holds_router) => Value::Object(ty, args),
            _ => match typing.external(id) {
                // Keep at least the name of what was called: a layer from an unmodelled crate.
                Some(path) => Value::Object(Ty::External(path, std::sync::Arc::from([])), args),
                None => Value::Unknown,
            },
        }
    }
}

/// Whether a value is worth following into a function.
fn carries(value: &Value) -> bool {
    match value {
        Value::Router(_) | Value::Layers(_) | Value::Callable(_) => true,
        Value::List(all) | Value::Object(_, all) => all.iter().any(carries),
        Value::Struct(_, fields) => fields.values().any(carries),
        _ => false,
    }
}
