//! `Option`, `Result`, `Outcome` and `bool` methods, on values whose variants matter.

use super::interpret::{Run, negated};
use super::proof::{Abs, From, Out, Proof, State, is_bad, is_good, opposite};
use super::public::{public, stands_in};
use super::route::verdict;
use super::words;
use crate::facts::{Expr, ExprId};
use crate::program::Def;
use crate::values::Callee;

impl Run<'_, '_> {
    /// The value of a combinator; `None` if the method is none.
    pub(super) fn combinator(
        &mut self,
        id: ExprId,
        receiver: &Abs,
        name: &str,
        args: &[ExprId],
    ) -> Option<Abs> {
        if let Some(counted) = self.counted_method(id, receiver, name, args) {
            return Some(counted);
        }
        match name {
            // Diesel's runs the query, and takes a connection.
            "load" if !args.is_empty() && !self.names_an_ordering(args[0]) => None,
            "clone" | "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" | "cloned" | "copied"
            | "to_owned" | "by_ref" | "borrow" | "borrow_mut" | "boxed" | "into_inner" | "lock"
            | "read" | "write" | "load" | "load_full" | "deref" | "instrument"
            | "in_current_span" | "get_ref" | "into_owned" | "as_slice"
                if args.len() <= 1 =>
            {
                for arg in args {
                    self.expr(*arg);
                }
                // Locking gives a `Result` that says nothing.
                Some(receiver.clone())
            }
            "map_err" | "map_error" | "map_forward" | "inspect" | "inspect_err" | "log_err"
            | "or_err" | "map_or_err" | "wrap_err" | "attach_printable" | "change_context" => {
                // The closure builds the error; nothing it does proves anything.
                for arg in args {
                    let arg = self.expr(*arg);
                    drop(arg);
                }
                Some(receiver.clone())
            }
            "ok_or" | "ok_or_else" | "context" | "with_context" | "ok_or_eyre" | "or_error"
            | "into_outcome" | "or_forward" | "into_result" | "success_or" | "success_or_else" => {
                for arg in args {
                    self.expr(*arg);
                }
                let good = if matches!(name, "or_error" | "into_outcome" | "or_forward") {
                    "Success"
                } else {
                    "Ok"
                };
                let renamed = self.known(receiver).renamed(good);
                Some(match name {
                    "or_forward" => renamed.never(&["Error", "Failure"]),
                    "or_error" => renamed.never(&["Forward"]),
                    _ => renamed,
                })
            }
            "ok" | "succeeded" if args.is_empty() => Some(self.known(receiver).renamed("Some")),
            "err" | "failed" if args.is_empty() => {
                Some(negated(&self.known(receiver)).renamed("Some"))
            }
            "is_some" | "is_ok" | "is_success" if args.is_empty() => Some(self.as_bool(receiver)),
            "is_none" | "is_err" | "is_error" | "is_failure" if args.is_empty() => {
                Some(negated(&self.as_bool(receiver)))
            }
            "unwrap" | "expect" | "unwrap_unchecked" => Some(self.unwrapped(receiver)),
            "unwrap_or" | "unwrap_or_default" | "unwrap_or_else" => {
                let out = receiver.success();
                let other = match args.first() {
                    Some(arg) => {
                        let value = self.expr(*arg);
                        if name == "unwrap_or_else" {
                            self.on_the_side(*arg, &value, Vec::new(), &Proof::nothing())
                        } else {
                            value
                        }
                    }
                    // The default of a truth value; that of anything else is empty, and no refusal.
                    None => self.default_of(id),
                };
                let state = self.state.clone()?;
                let is_own = out.as_ref().is_some_and(|it| it.val.from.has(From::OWN));
                let may_be_unset = self.stands_for_nothing(name, args)
                    || is_own && self.stands_for_what_all_know(name, args);
                Some(match out {
                    // A setting that is a flag, with its default.
                    Some(out)
                        if out.val.setting.is_some()
                            && out.val.variants.is_none()
                            && other.truth().is_some() =>
                    {
                        self.as_flag(&out.val)
                    }
                    Some(out) => {
                        let good = state.with(&out.proof);
                        let default_is_bool = other
                            .names()
                            .iter()
                            .any(|it| matches!(*it, "true" | "false"));
                        let val = if out.val.variants.is_none() && default_is_bool {
                            self.as_flag(&out.val)
                        } else {
                            out.val
                        };
                        let setting = val.setting.clone();
                        let value = Abs::either((&good, val), (&state, other));
                        match may_be_unset && value.variants.is_none() {
                            true => unset(value, setting),
                            false => value,
                        }
                    }
                    None => {
                        let value = Abs::of(receiver.from.with(other.from));
                        match may_be_unset {
                            true => unset(value, receiver.setting.clone()),
                            false => Abs {
                                setting: receiver.setting.clone(),
                                ..value
                            },
                        }
                    }
                })
            }
            // The items of an iterator are looked at as one that may be missing.
            "next" | "last" | "next_back" if args.is_empty() && receiver.success().is_some() => {
                Some(receiver.clone())
            }
            // `Entity::find().all(&db)` of sea-orm runs the query.
            "all" if !self.is_function(args) => None,
            "map" | "and_then" | "filter" | "is_some_and" | "is_ok_and" | "then_async"
            | "filter_map" | "find" | "any" | "all" | "position" | "find_map" | "is_none_or" => {
                self.with_closure(receiver, name, args)
            }
            "map_or" | "map_or_else" => {
                let default = self.expr(*args.first()?);
                let function = self.expr(*args.get(1)?);
                let state = self.state.clone()?;
                let default = if name == "map_or_else" {
                    self.on_the_side(args[0], &default, Vec::new(), &Proof::nothing())
                } else {
                    default
                };
                let known = self.known(receiver);
                let (proof, val) = known
                    .success()
                    .map_or((Proof::nothing(), Abs::of(receiver.from)), |out| {
                        (out.proof, out.val)
                    });
                let mapped = self.on_the_side(args[1], &function, vec![val], &proof);
                let good = state.with(&proof);
                Some(Abs::either((&good, mapped), (&state, default)))
            }
            "or_else" | "or" => {
                let other = self.expr(*args.first()?);
                let other = if name == "or_else" {
                    self.on_the_side(
                        args[0],
                        &other,
                        vec![Abs::of(receiver.from)],
                        &Proof::nothing(),
                    )
                } else {
                    other
                };
                if name == "or" && self.is_either(receiver, &other) {
                    return Some(public(Abs::of(receiver.from.with(other.from))));
                }
                receiver.variants.as_ref()?;
                let good = receiver.success();
                let alternative = other.success();
                let proof = match (&good, &alternative) {
                    (Some(a), Some(b)) => a.proof.either(&b.proof, None),
                    (Some(a), None) | (None, Some(a)) => a.proof.clone(),
                    (None, None) => Proof::nothing(),
                };
                let stands_in = stands_in(receiver, &other);
                let val = match (good, alternative) {
                    // It is a credential, wherever it was found.
                    (Some(a), Some(b)) => {
                        let sent = From::CREDENTIAL.with(From::AMBIENT).with(From::HEADER);
                        let mut val = a.val;
                        val.from = val.from.with(b.val.from.only(sent));
                        val
                    }
                    (Some(only), None) | (None, Some(only)) => only.val,
                    (None, None) => Abs::default(),
                };
                let value = Abs {
                    from: receiver.from,
                    ..shaped_like(receiver, &proof, &val)
                };
                Some(match stands_in {
                    true => public(value),
                    false => value,
                })
            }
            // `filter.and(other)` of a library stays what it is.
            "and" | "zip" if args.len() == 1 => {
                let other = self.expr(args[0]);
                // `token.eq(sent).and(revoked.eq(false))`: still asked with what was sent.
                if name == "and" && self.is_either(receiver, &other) {
                    return Some(Abs::of(receiver.from.with(other.from)));
                }
                (receiver.success().is_some() || other.success().is_some())
                    .then(|| self.both(receiver, &other, name == "zip"))
            }
            "flatten" => {
                let out = receiver.success()?;
                // Of a value that is not seen through, success still needs that of the outer one.
                let Some(inner) = out.val.success() else {
                    return Some(receiver.clone());
                };
                Some(Abs::fallible(
                    good_name(receiver),
                    out.proof.and(&inner.proof),
                    inner.val,
                ))
            }
            "transpose" | "optional" => {
                let out = receiver.success()?;
                if name == "optional" {
                    // diesel: a missing row becomes `Ok(None)`.
                    let some = Abs::fallible("Some", out.proof, out.val);
                    return Some(Abs::fallible("Ok", Proof::nothing(), some));
                }
                match out.val.success() {
                    Some(inner) => {
                        let (outer, within) = if good_name(receiver) == "Some" {
                            ("Ok", "Some")
                        } else {
                            ("Some", "Ok")
                        };
                        Some(Abs::fallible(
                            outer,
                            Proof::nothing(),
                            Abs::fallible(within, out.proof.and(&inner.proof), inner.val),
                        ))
                    }
                    None => Some(receiver.clone()),
                }
            }
            "then" | "then_some" if receiver.variants.is_some() || self.takes_nothing(args) => {
                let asked = match self.judge.program[self.key].body.expr(id) {
                    Expr::MethodCall(call) => self.decided(call.receiver, receiver.clone()),
                    _ => receiver.clone(),
                };
                let proof = asked
                    .variant("true")
                    .map_or_else(Proof::nothing, |out| out.proof);
                let value = self.expr(*args.first()?);
                let val = match name {
                    "then" => self.on_the_side(args[0], &value, Vec::new(), &proof),
                    _ => value,
                };
                Some(Abs::fallible("Some", proof, val))
            }
            // itertools 0.8 to 0.14: what has succeeded, and what has not.
            "partition_result" if args.is_empty() => {
                let each = receiver.success()?;
                let side = |good: &str| {
                    let out = each.val.variant(good).unwrap_or_else(Out::nothing);
                    Abs::counted(each.proof.and(&out.proof), out.val)
                };
                Some(pair(vec![side("Ok"), side("Err")]))
            }
            // `subtle::Choice`: 1 for true.
            "unwrap_u8" if args.is_empty() => Some(receiver.clone()),
            _ if words::answers(name) && (receiver.from.has(From::REJECT) || args.is_empty()) => {
                for arg in args {
                    self.expr(*arg);
                }
                let refuses = receiver.from.has(From::REJECT) || self.is_error_type(id);
                let from = if refuses {
                    receiver.from.with(From::REJECT)
                } else {
                    receiver.from
                };
                (refuses || name == "into").then(|| Abs {
                    from,
                    ..receiver.converted()
                })
            }
            _ => None,
        }
    }

    /// Whether an argument is an atomic's `Ordering`.
    fn names_an_ordering(&self, id: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Path(path) => path
                .last()
                .is_some_and(|it| matches!(it.as_str(), "Relaxed" | "Acquire" | "SeqCst")),
            _ => false,
        }
    }

    /// Whether the first argument is a closure, or names a function.
    fn is_function(&self, args: &[ExprId]) -> bool {
        let body = &self.judge.program[self.key].body;
        args.first().is_some_and(|it| match body.expr(*it) {
            Expr::Closure(_) => true,
            Expr::Path(_) => match self.typing.local(*it) {
                Some(local) => {
                    let value = self.env.get(&local);
                    value.is_some_and(|it| it.closure.is_some() || it.function.is_some())
                }
                None => true,
            },
            _ => false,
        })
    }

    /// Whether the only argument is a closure without parameters: what a truth value is asked for,
    /// and no future or filter.
    fn takes_nothing(&self, args: &[ExprId]) -> bool {
        let body = &self.judge.program[self.key].body;
        matches!(args, [only] if matches!(body.expr(*only), Expr::Closure(it) if it.params.is_empty()))
    }

    /// A value that succeeds only if both do: with what the second holds, or the pair.
    fn both(&self, first: &Abs, second: &Abs, pairs: bool) -> Abs {
        let (first, second) = (self.known(first), self.known(second));
        let (Some(a), Some(b)) = (first.success(), second.success()) else {
            let failed = if first.success().is_none() {
                first
            } else {
                second
            };
            return failed;
        };
        let val = match pairs {
            true => pair(vec![a.val, b.val]),
            false => b.val,
        };
        let shape = if first.names().len() > 1 {
            &first
        } else {
            &second
        };
        shaped_like(shape, &a.proof.and(&b.proof), &val)
    }

    /// Whether the receiver's type is called an error.
    fn is_error_type(&self, id: ExprId) -> bool {
        let crate::facts::Expr::MethodCall(call) = self.judge.program[self.key].body.expr(id)
        else {
            return false;
        };
        match self.ty(call.receiver).peel_refs() {
            crate::program::Ty::Adt(adt, _) => {
                let name = self.judge.program[*adt].name.as_str();
                name.ends_with("Error") || name.ends_with("Rejection")
            }
            _ => false,
        }
    }

    /// A value with variants: for settings and unknown values ones that prove nothing.
    fn known(&self, value: &Abs) -> Abs {
        if value.variants.is_some() {
            return value.clone();
        }
        let val = Abs {
            setting: value.setting.clone(),
            ..Abs::of(value.from)
        };
        Abs {
            setting: value.setting.clone(),
            ..Abs::fallible("Some", Proof::nothing(), val)
        }
    }

    fn as_bool(&self, value: &Abs) -> Abs {
        let setting = value
            .setting
            .as_ref()
            .map(|setting| std::sync::Arc::from(format!("{setting} is set")));
        Abs {
            setting,
            ..self.known(value).renamed("true")
        }
    }

    /// A flag out of the configuration or a plain boolean.
    fn as_flag(&self, value: &Abs) -> Abs {
        let out = || Out::nothing();
        Abs {
            setting: value.setting.clone(),
            ..Abs::variants(value.from, vec![("true", out()), ("false", out())])
        }
    }

    /// `unwrap`: the other variants panic, and a panic answers nobody.
    pub(super) fn unwrapped(&mut self, value: &Abs) -> Abs {
        match value.success() {
            Some(out) => {
                self.learn(&out.proof);
                out.val
            }
            None => Abs {
                setting: value.setting.clone(),
                ..Abs::of(value.from)
            },
        }
    }

    /// Runs the function that an expression is on a path where more is proven, and comes back.
    fn on_the_side(&mut self, id: ExprId, function: &Abs, args: Vec<Abs>, proof: &Proof) -> Abs {
        let Some(before) = self.state.clone() else {
            return Abs::default();
        };
        self.state = Some(before.with(proof));
        let value = match self.typing.defs(id).first() {
            // `map_or(Visitor::Anonymous, Visitor::Known)`.
            Some(Callee::Constructor(def @ Def::Variant(..))) => self.construct(*def, args),
            _ => self.apply(id, function, args),
        };
        let value = match self.state.take() {
            // What the closure learned on its way counts for its value.
            Some(after) => imprint(value, &after),
            None => Abs::of(From::REJECT),
        };
        self.state = Some(before);
        value
    }

    fn with_closure(&mut self, receiver: &Abs, name: &str, args: &[ExprId]) -> Option<Abs> {
        let function = self.expr(*args.first()?);
        if name == "any" {
            let is_meant = |run: &mut Self, listed: &Abs| {
                run.on_the_side(args[0], &function, vec![listed.clone()], &Proof::nothing())
            };
            if let Some(decided) = self.any_listed(receiver, is_meant) {
                return Some(decided);
            }
        }
        if function.closure.is_none() && function.function.is_none() && receiver.variants.is_none()
        {
            // A query builder's `filter(column.eq(token))`.
            return Some(Abs::of(
                receiver
                    .from
                    .with(function.from)
                    .without(From::REJECT)
                    .without(From::LITERAL),
            ));
        }
        let known = self.known(receiver);
        let (proof, val) = known
            .success()
            .map_or((Proof::nothing(), Abs::of(receiver.from)), |out| {
                (out.proof, out.val)
            });
        let wraps = match self.judge.program[self.key].body.expr(args[0]) {
            Expr::Path(path) => path.last().filter(|name| *name == "Some" || *name == "Ok"),
            _ => None,
        };
        let result = match wraps {
            // `.map(Some)`.
            Some(name) => {
                let out = Out {
                    proof: Proof::nothing(),
                    val: val.clone(),
                };
                Abs::variants(val.from, vec![(name.as_str(), out)])
            }
            None => self.on_the_side(args[0], &function, vec![val.clone()], &proof),
        };
        let result = match name {
            "any" | "all" | "filter" | "find" | "is_some_and" | "is_ok_and" | "is_none_or" => {
                self.decided(args[0], result)
            }
            _ => result,
        };
        let truth = result
            .variant("true")
            .map_or_else(Proof::nothing, |out| out.proof);
        Some(match name {
            "map" => Abs {
                setting: None,
                ..shaped_like(&known, &proof, &result)
            },
            "and_then" | "then_async" | "filter_map" | "find_map" => match result.success() {
                Some(out) => shaped_like(&known, &proof.and(&out.proof), &out.val),
                None => shaped_like(&known, &proof, &Abs::of(result.from)),
            },
            "filter" | "find" => {
                let mut val = val;
                if self.lets_only_set_pass(args[0]) {
                    val.from = val.from.without(From::UNSET);
                }
                shaped_like(&known, &proof.and(&truth), &val)
            }
            "is_some_and" | "is_ok_and" if result.truth() == Some(false) => verdict(false),
            "is_some_and" | "is_ok_and"
                if result.truth() == Some(true) && known.names().iter().all(|it| is_good(it)) =>
            {
                verdict(true)
            }
            "is_some_and" | "is_ok_and" | "any" | "position" => {
                // `public_routes.iter().any(|it| it.matches(path))`.
                let listed = receiver
                    .setting
                    .as_ref()
                    .filter(|_| result.setting.is_some());
                let setting = listed.map(|it| std::sync::Arc::from(format!("{it}.{name}(..)")));
                let name = if name == "position" { "Some" } else { "true" };
                Abs {
                    setting,
                    ..Abs::fallible(name, proof.and(&truth), Abs::default())
                }
            }
            // It is false only of what is there, and says so.
            "is_none_or" => {
                let falsity = result.variant("false");
                let falsity = falsity.map_or_else(Proof::nothing, |out| out.proof);
                Abs::fallible("false", proof.and(&falsity), Abs::default())
            }
            _ => Abs::of(receiver.from),
        })
    }
}

/// A tuple.
pub(super) fn pair(parts: Vec<Abs>) -> Abs {
    let from = parts
        .iter()
        .fold(From::default(), |from, part| from.with(part.from));
    Abs {
        parts: Some(std::sync::Arc::new(parts)),
        ..Abs::of(from.without(From::LITERAL).without(From::REJECT))
    }
}

/// A value with the variants of another, whose success proves this and holds that.
fn shaped_like(of: &Abs, proof: &Proof, val: &Abs) -> Abs {
    let all = of.variants.iter().flat_map(|all| all.iter());
    let mut variants: Vec<(&str, Out)> = Vec::new();
    for (name, _) in all {
        let name = name.as_str();
        let good = Out {
            proof: proof.clone(),
            val: val.clone(),
        };
        let pair = if is_good(name) {
            [(name, good), (opposite(name), Out::nothing())]
        } else if is_bad(name) {
            [(opposite(name), good), (name, Out::nothing())]
        } else {
            continue;
        };
        for (name, out) in pair {
            if !variants.iter().any(|(known, _)| *known == name) {
                variants.push((name, out));
            }
        }
    }
    Abs::variants(val.from, variants)
}

/// The name of a value's good variant.
fn good_name(value: &Abs) -> &'static str {
    let found = value.variants.as_ref().and_then(|all| {
        all.iter()
            .map(|(name, _)| name.as_str())
            .find(|name| is_good(name))
    });
    match found {
        Some(name) => name,
        None => {
            let bad = value.variants.as_ref().and_then(|all| {
                all.iter()
                    .map(|(name, _)| name.as_str())
                    .find(|name| is_bad(name))
            });
            bad.map_or("Some", opposite)
        }
    }
}

/// A value with the proof of the state in which it came about.
fn imprint(value: Abs, state: &State) -> Abs {
    match &value.variants {
        None => value,
        Some(all) => {
            let all = all
                .iter()
                .map(|(name, out)| {
                    (
                        *name,
                        Out {
                            proof: state.proof.and(&out.proof),
                            val: out.val.clone(),
                        },
                    )
                })
                .collect();
            Abs {
                variants: Some(std::sync::Arc::new(all)),
                ..value
            }
        }
    }
}

/// A value of the service's own that is empty if nobody has set it, or if nobody has anything by the
/// name that was sent; any other as it is.
fn unset(value: Abs, setting: Option<std::sync::Arc<str>>) -> Abs {
    let is_sent = value.from.has(From::SENT.with(From::PUBLIC));
    let from = match is_sent && !value.from.has(From::FETCHED) {
        true => value.from,
        false => value.from.with(From::UNSET),
    };
    Abs {
        from,
        setting: value.setting.clone().or(setting),
        ..value
    }
}
