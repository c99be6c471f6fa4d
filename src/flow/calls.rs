//! Calls of functions of the program, and of closures.

use super::between::targets;
use super::stored::hidden_by;
use super::summary::Summary;
use super::taint::{Callable, Origin, SELF, Taint, Value};
use super::types;
use super::walk::{Walk, place_in};
use crate::facts::body::MethodCall;
use crate::facts::item::SelfParam;
use crate::facts::{Expr, ExprId, TypeRef};
use crate::models::Sinks;
use crate::program::{Def, FnId};
use crate::source::{Name, Span};
use crate::values::Callee;

/// What a function is called with.
pub(super) struct Given<'g> {
    pub(super) this: Option<&'g Value>,
    pub(super) args: &'g [Value],
}

impl Given<'_> {
    /// What fills the place of a parameter.
    fn of(&self, at: u16) -> Value {
        match at {
            SELF => self.this.cloned().unwrap_or_default(),
            at => self.args.get(usize::from(at)).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.this.is_none_or(Value::is_clean) && self.args.iter().all(Value::is_clean)
    }

    /// Whether something of it is known to be a secret.
    pub(super) fn has_secret(&self) -> bool {
        self.this.is_some_and(Value::is_sent) || self.args.iter().any(Value::is_sent)
    }
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn call(&mut self, id: ExprId, callee: ExprId, args: &'a [ExprId]) -> Value {
        let called = self.expr(callee);
        let values = self.all_of(args);
        if let Some(callable) = called.callable
            && matches!(callable, Callable::Closure(..))
        {
            return self.apply_callable(callable, values, self.span(id));
        }
        if let Some(held) = self.taken_from_state(id, callee, args) {
            return held;
        }
        let callees = self.typing.callees(id);
        match callees.first() {
            Some(Callee::Constructor(of @ (Def::Adt(_) | Def::Variant(..)))) => {
                let variant = match (of, self.body.expr(callee)) {
                    (Def::Variant(..), Expr::Path(path)) => path.last(),
                    _ => None,
                };
                let parts = values.into_iter().enumerate();
                let parts = parts.map(|(at, it)| (place_in(variant, at), it));
                Value::of_fields(parts.collect())
            }
            Some(Callee::External(path)) => self.library(id, *path, None, args, values),
            Some(Callee::Fn(_)) => {
                let candidates = targets(
                    self.all.program,
                    self.typing,
                    callees,
                    args.first().copied(),
                );
                self.local(id, &candidates, None, args, values)
            }
            _ => match self.body.expr(callee) {
                // Tuple structs and variants of libraries, and what nobody knows.
                Expr::Path(path) => {
                    let name = path.last().unwrap_or(Name::new(""));
                    let made = self.unknown(id, name.as_str(), values);
                    // `u32::from(x)`, `i64::from_str_radix(text, 10)`.
                    match &*path.segments {
                        [of, _] if types::is_harmless(of.name.as_str()) => {
                            made.cleared(Sinks::TEXTUAL)
                        }
                        _ => made,
                    }
                }
                _ => self.unknown(id, "", values),
            },
        }
    }

    pub(super) fn method_call(&mut self, id: ExprId, call: &'a MethodCall) -> Value {
        let receiver = self.expr(call.receiver);
        let values = self.all_of(&call.args);
        let callees = self.typing.callees(id);
        if let Some(held) = self.of_state(id, call) {
            return held;
        }
        let is_guess = self.ty(call.receiver).is_unknown();
        match callees.first() {
            Some(Callee::Fn(_)) if !is_guess || callees.len() == 1 => {
                let candidates =
                    targets(self.all.program, self.typing, callees, Some(call.receiver));
                self.local(
                    id,
                    &candidates,
                    Some((call.receiver, receiver)),
                    &call.args,
                    values,
                )
            }
            Some(Callee::External(path)) => {
                self.library(id, *path, Some((call, receiver)), &call.args, values)
            }
            _ => {
                let path = Name::new(&format!("?::{}", call.name));
                self.library(id, path, Some((call, receiver)), &call.args, values)
            }
        }
    }

    /// A call of functions of the program.
    fn local(
        &mut self,
        id: ExprId,
        candidates: &[FnId],
        this: Option<(ExprId, Value)>,
        args: &'a [ExprId],
        values: Vec<Value>,
    ) -> Value {
        let program = self.all.program;
        let mut result = Value::default();
        for target in candidates {
            let def = &program[*target];
            // `Type::method(x, y)`.
            let by_path = this.is_none() && def.sig.self_param.is_some() && !values.is_empty();
            let (receiver, first) = match &this {
                Some((expr, value)) => (Some((*expr, value.clone())), 0),
                None if by_path => (Some((args[0], values[0].clone())), 1),
                None => (None, 0),
            };
            let given = Given {
                this: receiver.as_ref().map(|it| &it.1),
                args: &values[first..],
            };
            self.closures_given(&given, self.span(id));
            // What is handed nothing does nothing with it.
            if !self.leads_on(*target, &given) {
                continue;
            }
            let Some(summary) = self.all.of(*target) else {
                if self.all.secrets.is_some() {
                    continue;
                }
                let value = self.passed_on(*target, receiver.as_ref(), args, &given, first);
                result.join(&value.cleared(hidden_by(def.name.as_str())));
                continue;
            };
            let value = self.instantiate(*target, &summary, &given, self.span(id));
            result.join(&value.cleared(types::cleared_by_name(def.name.as_str())));
            for (at, after) in &summary.after {
                let place = match *at {
                    SELF => receiver.as_ref().map(|it| it.0),
                    at => args.get(usize::from(at) + first).copied(),
                };
                let filled = self.filled(after, *target, &given, self.span(id));
                if let Some(place) = place {
                    self.add_to(place, &filled);
                }
            }
        }
        result
    }

    /// What comes of a call whose target is not looked into: all that it is handed, also in what
    /// it may change.
    fn passed_on(
        &mut self,
        target: FnId,
        receiver: Option<&(ExprId, Value)>,
        args: &[ExprId],
        given: &Given<'_>,
        first: usize,
    ) -> Value {
        let all = Value::of_all(given.this.into_iter().chain(given.args)).flat();
        let sig = &self.all.program[target].sig;
        if let (Some(SelfParam::RefMut), Some((place, _))) = (sig.self_param, receiver) {
            self.add_to(*place, &all);
        }
        for (param, place) in sig.params.iter().zip(&args[first..]) {
            if matches!(param.ty, TypeRef::Ref { mutable: true, .. }) {
                self.add_to(*place, &all);
            }
        }
        all
    }

    /// Closures that are handed to functions of the program: called with whatever else those get.
    fn closures_given(&mut self, given: &Given<'_>, span: Span) {
        for (at, arg) in given.args.iter().enumerate() {
            if let Some(callable @ Callable::Closure(..)) = arg.callable {
                let others = given.args.iter().enumerate().filter(|it| it.0 != at);
                let all = match self.all.secrets {
                    // What is handed over beside it may be anything's, and is in no text yet.
                    Some(_) => Value::default(),
                    None => Value::of_all(given.this.into_iter().chain(others.map(|it| it.1))),
                };
                self.apply_callable(callable, vec![all.flat()], span);
            }
        }
    }

    /// What a call does, by the summary of what it reaches.
    pub(super) fn instantiate(
        &mut self,
        target: FnId,
        summary: &Summary,
        given: &Given<'_>,
        span: Span,
    ) -> Value {
        for reach in &summary.reaches {
            let Origin::Param(at, fields) = &reach.taint.origin else {
                continue;
            };
            let mut part = given.of(*at).at(fields);
            // What is written of a struct, its own type says.
            if self.all.secrets.is_some() {
                part = part.own();
            }
            for taint in part.all() {
                let arriving = self.passed(taint, &reach.taint, target, span);
                self.arrive(reach.sink, &arriving);
            }
        }
        self.filled(&summary.value, target, given, span)
    }

    fn filled(&self, value: &Value, target: FnId, given: &Given<'_>, span: Span) -> Value {
        let filled = value.filled(&|taint| {
            let Origin::Param(at, fields) = &taint.origin else {
                return Value::tainted(taint.clone());
            };
            let part = given.of(*at).at(fields);
            part.changed(|it| *it = self.passed(it, taint, target, span))
        });
        filled.bounded()
    }

    /// A taint that went into a function, and came as far as another there.
    fn passed(&self, taint: &Taint, inside: &Taint, target: FnId, span: Span) -> Taint {
        let name = self.all.program[target].name;
        Taint {
            origin: taint.origin.clone(),
            cleared: taint.cleared.with(inside.cleared),
            lead: taint.lead.behind(inside.lead),
            way: match self.all.is_exact() {
                true => taint.way.entering(name, span).and(&inside.way),
                false => taint.way.clone(),
            },
        }
    }

    /// Calls a closure or function that is a value.
    pub(super) fn apply_callable(
        &mut self,
        callable: Callable,
        args: Vec<Value>,
        span: Span,
    ) -> Value {
        match callable {
            Callable::Closure(key, id) if key == self.key => self.closure(id, args),
            Callable::Closure(..) => Value::default(),
            Callable::Fn(id) => {
                let takes_self = self.all.program[id].sig.self_param.is_some();
                let given = match (takes_self, args.split_first()) {
                    (true, Some((this, args))) => Given {
                        this: Some(this),
                        args,
                    },
                    _ => Given {
                        this: None,
                        args: &args,
                    },
                };
                match self.all.of(id) {
                    Some(summary) => self.instantiate(id, &summary, &given, span),
                    None if self.all.secrets.is_some() => Value::default(),
                    None => Value::of_all(&args).flat(),
                }
            }
        }
    }

    /// What comes of values that go into something that nobody knows.
    pub(super) fn unknown(&mut self, id: ExprId, name: &str, values: Vec<Value>) -> Value {
        if self.all.secrets.is_some() {
            return self.kept_by_unknown(id, name, values);
        }
        let mut all = Value::default();
        for value in &values {
            if let Some(callable) = value.callable {
                let made = self.apply_callable(callable, Vec::new(), self.span(id));
                all.join(&made);
            }
            all.join(&value.flat());
        }
        all.cleared(types::cleared_by_name(name))
    }
}
