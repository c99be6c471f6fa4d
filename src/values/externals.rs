//! Types of library calls: `std`'s combinators by rule, everything else by model.

use std::sync::Arc;

use super::typing::Infer;
use crate::facts::ExprId;
use crate::program::{Def, Program, Ty};
use crate::source::Name;

const OPTION: &str = "std::option::Option";
const RESULT: &str = "std::result::Result";

/// The type of a library item used as a value.
pub(super) fn value_ty(program: &Program, path: Name) -> Ty {
    // A type's constant (`StatusCode::OK`) has that type more often than not.
    match path.as_str().rsplit_once("::") {
        Some((owner, constant))
            if is_type_path(owner)
                && constant
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()) =>
        {
            Ty::External(program.models.canonical(owner), Arc::from([]))
        }
        _ => Ty::Unknown,
    }
}

/// The type of `path(args)`.
pub(super) fn call_ty(program: &Program, path: Name, args: &[Ty], generics: &[Ty]) -> Ty {
    let first = || args.first().cloned().unwrap_or(Ty::Unknown);
    match path.as_str() {
        "std::option::Option::Some" => return Ty::external(OPTION, vec![first()]),
        "std::result::Result::Ok" => return Ty::external(RESULT, vec![first(), Ty::Unknown]),
        "std::result::Result::Err" => return Ty::external(RESULT, vec![Ty::Unknown, first()]),
        "std::boxed::Box::pin" => return program.unwrap_future(first()),
        "std::env::var" => {
            return Ty::external(RESULT, vec![Ty::external("std::string::String", [])]);
        }
        "std::env::var_os" => return Ty::external(OPTION, vec![Ty::Unknown]),
        // What the future gives, if it does so in time.
        "tokio::time::timeout" | "tokio::time::timeout_at" => {
            let future = args.get(1).cloned().unwrap_or(Ty::Unknown);
            let inner = match future {
                Ty::Future(inner) => (*inner).clone(),
                other => program.deref_future(&other),
            };
            let elapsed = Ty::external("tokio::time::error::Elapsed", []);
            let result = Ty::external(RESULT, vec![inner, elapsed]);
            return Ty::Future(Arc::new(result));
        }
        "tokio::spawn" | "tokio::task::spawn" | "actix_web::rt::spawn" => return first(),
        _ => {}
    }
    let text = path.as_str();
    let Some((owner, function)) = text.rsplit_once("::") else {
        return Ty::Unknown;
    };
    if owner == "std::sync::Arc"
        || owner == "std::rc::Rc"
        || owner == "std::boxed::Box"
        || is_cell(owner)
    {
        match function {
            "new" | "from" => return Ty::external(owner, vec![first()]),
            "clone" => return first().peel_refs().clone(),
            _ => {}
        }
    }
    if let Some(ret) =
        program.library_return(path, &self_ty(program, owner, args, generics), generics)
    {
        return ret;
    }
    if is_type_path(owner) {
        match function {
            "new" | "default" | "from" | "build" | "with_capacity" | "open" | "from_static" => {
                let ty = self_ty(program, owner, args, generics);
                return ty;
            }
            "clone" => return first().peel_refs().clone(),
            _ => {}
        }
    } else if function.starts_with(|c: char| c.is_ascii_uppercase()) {
        // A tuple struct's constructor: `Json(x)`.
        return Ty::External(path, args.to_vec().into());
    }
    Ty::Unknown
}

fn self_ty(program: &Program, owner: &str, args: &[Ty], generics: &[Ty]) -> Ty {
    let args = if generics.is_empty() && args.len() == 1 {
        args.to_vec()
    } else {
        generics.to_vec()
    };
    Ty::External(program.models.canonical(owner), args.into())
}

/// The canonical path of a method of a library type: `Type::name`.
pub(super) fn method_path(program: &Program, receiver: &Ty, name: Name) -> Option<Name> {
    let mut current = receiver.peel_refs().clone();
    let mut found = None;
    let mut signed = None;
    for _ in 0..6 {
        if let Ty::External(path, _) = &current {
            let full = program.models.member(*path, name);
            let is_described = program.models.function(full).is_some();
            if is_described || program.models.signature(full).is_some() {
                // Pointers have functions besides, that take no `self`.
                let is_pointer = program
                    .models
                    .type_(*path)
                    .is_some_and(|it| it.deref.is_some());
                if is_described || !is_pointer && signed.is_none() {
                    return Some(full);
                }
                signed.get_or_insert(full);
            } else {
                found.get_or_insert(full);
            }
        } else if let Ty::Primitive(path) = &current {
            found.get_or_insert(Name::new(&format!("{path}::{name}")));
        } else if let Ty::Dyn(bounds) = &current
            && let [bound] = &**bounds
            && let Def::External(path) = bound.of
        {
            found = Some(program.models.member(path, name));
        }
        match program.deref(&current) {
            Some(next) => {
                // What a pointer has no method of its own for is called on what it leads to.
                if is_pointer(&current) && matches!(next, Ty::External(..)) {
                    found = None;
                }
                current = next.peel_refs().clone();
            }
            None => break,
        }
    }
    signed.or(found)
}

/// Whether a type is one of the pointers of the standard library, that have the methods of what they
/// point to: `Arc<HashMap<K, V>>`, `Box<[T]>`.
pub(super) fn is_pointer(ty: &Ty) -> bool {
    ty.external_path().is_some_and(|path| {
        matches!(
            path.as_str(),
            "std::sync::Arc" | "std::rc::Rc" | "std::boxed::Box"
        )
    })
}

/// The type of a library method's call.
pub(super) fn method_ty(program: &Program, path: Name, receiver: &Ty, generics: &[Ty]) -> Ty {
    let receiver = receiver.peel_refs();
    let is_own = receiver
        .external_path()
        .is_none_or(|it| path.as_str().starts_with(it.as_str()));
    // The methods of an alias are those of what it stands for.
    let aliased = match is_own {
        true => None,
        false => program.behind_alias(receiver),
    };
    program
        .library_return(path, aliased.as_ref().unwrap_or(receiver), generics)
        .unwrap_or(Ty::Unknown)
}

/// What awaiting a library type gives: request builders and the like.
pub(super) fn await_ty(program: &Program, ty: &Ty) -> Ty {
    let Ty::External(path, _) = ty else {
        return Ty::Unknown;
    };
    let into_future = program.models.canonical(&format!("{path}::into_future"));
    program
        .library_return(into_future, ty, &[])
        .unwrap_or(Ty::Unknown)
}

fn is_type_path(path: &str) -> bool {
    path.rsplit("::")
        .next()
        .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn is_cell(path: &str) -> bool {
    matches!(
        path.rsplit("::").next(),
        Some(
            "Mutex"
                | "RwLock"
                | "RefCell"
                | "Cell"
                | "OnceCell"
                | "OnceLock"
                | "ArcSwap"
                | "LazyLock"
                | "Lazy"
        )
    )
}

impl Infer<'_> {
    /// The element of what is iterated over.
    pub(super) fn element(&self, ty: &Ty) -> Ty {
        match ty.peel_refs() {
            Ty::Slice(inner) => (**inner).clone(),
            it @ Ty::External(path, args) => match path.as_str() {
                "std::vec::Vec"
                | "std::collections::VecDeque"
                | "std::collections::HashSet"
                | "std::collections::BTreeSet"
                | "std::option::Option"
                | ITER => it.arg(0),
                "std::collections::HashMap" | "std::collections::BTreeMap" => {
                    Ty::Tuple(args.clone())
                }
                _ => Ty::Unknown,
            },
            _ => Ty::Unknown,
        }
    }

    /// What a library says that its type's `into_inner` gives.
    fn signed_inner(&self, path: Name, receiver: &Ty) -> Option<Ty> {
        let method = self
            .program
            .models
            .canonical(&format!("{path}::into_inner"));
        let given = self.program.library_return(method, receiver, &[])?;
        Some(given).filter(|it| matches!(it, Ty::External(..)))
    }

    /// `std` methods whose type follows from the receiver's. Arguments are typed on the way.
    pub(super) fn std_method(&mut self, receiver: &Ty, name: Name, args: &[ExprId]) -> Option<Ty> {
        let peeled = receiver.peel_refs().clone();
        let method = name.as_str();
        match method {
            "clone" | "to_owned" | "by_ref" | "borrow" | "borrow_mut" | "as_mut" | "as_ref"
            | "cloned" | "copied" | "as_deref" | "as_deref_mut" | "inspect" | "inspect_err"
            | "take" | "boxed" | "into_inner"
                if args.is_empty() || method.starts_with("inspect") =>
            {
                let params = [peeled.success().unwrap_or(Ty::Unknown)];
                self.args(args, &params);
                return Some(match &peeled {
                    Ty::External(path, _)
                        if (method == "borrow"
                            || method == "borrow_mut"
                            || method == "into_inner")
                            && is_cell(path.as_str()) =>
                    {
                        peeled.arg(0)
                    }
                    Ty::External(path, _) if method == "into_inner" => self
                        .program
                        .deref(&peeled)
                        .or_else(|| self.signed_inner(*path, &peeled))
                        .unwrap_or_else(|| Ty::External(*path, Arc::from([]))),
                    Ty::Primitive(it) if *it == "str" => Ty::external("std::string::String", []),
                    Ty::Unknown => return None,
                    _ => peeled,
                });
            }
            "to_string" if args.is_empty() => return Some(Ty::external("std::string::String", [])),
            "lock" | "read" | "write" => {
                let cell = self.through(&peeled, |ty| {
                    ty.external_path()
                        .is_some_and(|path| is_cell(path.as_str()))
                })?;
                let path = cell.external_path()?;
                let inner = cell.arg(0);
                return Some(if path.as_str().starts_with("std::") {
                    Ty::external(RESULT, vec![inner])
                } else if path.as_str().starts_with("parking_lot") {
                    inner
                } else {
                    Ty::Future(Arc::new(inner))
                });
            }
            _ => {}
        }
        let is_option = peeled.is_external(OPTION);
        let is_result = peeled.is_external(RESULT);
        if is_option || is_result {
            return Some(self.option_method(&peeled, method, args));
        }
        self.iterator_method(&peeled, method, args)
    }

    fn option_method(&mut self, receiver: &Ty, method: &str, args: &[ExprId]) -> Ty {
        let payload = receiver.arg(0);
        let wrap = |inner: Ty| match receiver {
            Ty::External(path, _) if *path == RESULT => {
                Ty::external(RESULT, vec![inner, receiver.arg(1)])
            }
            _ => Ty::external(OPTION, vec![inner]),
        };
        match method {
            "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "unwrap_or_else" => {
                self.args(args, &[receiver.arg(1)]);
                payload
            }
            "unwrap_err" | "expect_err" => receiver.arg(1),
            "ok" => Ty::external(OPTION, vec![payload]),
            "err" => Ty::external(OPTION, vec![receiver.arg(1)]),
            "ok_or" | "ok_or_else" => {
                let error = self
                    .args(args, &[])
                    .into_iter()
                    .next()
                    .unwrap_or(Ty::Unknown);
                Ty::external(RESULT, vec![payload, result_of(error)])
            }
            "map" => {
                let mapped = self
                    .args(args, &[payload])
                    .into_iter()
                    .next()
                    .unwrap_or(Ty::Unknown);
                wrap(self.applied(mapped))
            }
            "and_then" => {
                let mapped = self
                    .args(args, &[payload])
                    .into_iter()
                    .next()
                    .unwrap_or(Ty::Unknown);
                self.applied(mapped)
            }
            "map_or" | "map_or_else" => {
                let mut all = self.args(args, &[payload]).into_iter();
                let default = all.next().unwrap_or(Ty::Unknown);
                match all.next().map_or(Ty::Unknown, |ty| self.applied(ty)) {
                    // A constructor: `map_or(Visitor::Anonymous, Visitor::Known)`.
                    Ty::Unknown if method == "map_or" => default,
                    Ty::Unknown => self.applied(default),
                    mapped => mapped,
                }
            }
            "map_err" => {
                let params = [receiver.arg(1)];
                let mapped = self.args(args, &params).into_iter().next();
                let error = mapped.map_or(Ty::Unknown, |ty| self.applied(ty));
                Ty::external(RESULT, vec![payload, error])
            }
            "or_else" | "or" | "filter" | "xor" => {
                let params = if method == "filter" {
                    payload
                } else {
                    receiver.arg(1)
                };
                self.args(args, &[params]);
                receiver.clone()
            }
            "is_some_and" | "is_ok_and" | "is_none_or" | "is_some" | "is_none" | "is_ok"
            | "is_err" => {
                self.args(args, &[payload]);
                Ty::Primitive(Name::new("bool"))
            }
            "transpose" => match (&payload, receiver.is_external(OPTION)) {
                (Ty::External(..), true) => Ty::external(
                    RESULT,
                    vec![Ty::external(OPTION, vec![payload.arg(0)]), payload.arg(1)],
                ),
                (Ty::External(..), false) => Ty::external(
                    OPTION,
                    vec![Ty::external(RESULT, vec![payload.arg(0), receiver.arg(1)])],
                ),
                _ => Ty::Unknown,
            },
            "flatten" => payload,
            "iter" | "into_iter" | "iter_mut" => Ty::external(ITER, vec![payload]),
            "zip" => {
                let other = self.args(args, &[]).into_iter().next();
                let other = other.map_or(Ty::Unknown, |ty| ty.peel_refs().arg(0));
                wrap(Ty::Tuple(Arc::from([payload, other])))
            }
            "context" | "with_context" | "wrap_err" | "wrap_err_with" => {
                self.args(args, &[]);
                Ty::external(RESULT, vec![payload])
            }
            _ => {
                self.args(args, std::slice::from_ref(&payload));
                Ty::Unknown
            }
        }
    }

    fn iterator_method(&mut self, receiver: &Ty, method: &str, args: &[ExprId]) -> Option<Ty> {
        if is_pointer(receiver) {
            return self.iterator_method(receiver.arg(0).peel_refs(), method, args);
        }
        let is_map = receiver
            .external_path()
            .is_some_and(|path| path.as_str().ends_with("Map"));
        if is_map && matches!(method, "get" | "get_mut" | "remove" | "insert") {
            self.args(args, &[]);
            return Some(Ty::external(OPTION, vec![receiver.arg(1)]));
        }
        let element = self.element(receiver);
        if element.is_unknown() && !receiver.is_external(ITER) {
            return None;
        }
        let iter = |item: Ty| Ty::external(ITER, vec![item]);
        let params = std::slice::from_ref(&element);
        Some(match method {
            "iter" | "iter_mut" | "into_iter" | "drain" => iter(element),
            "filter" | "skip" | "take" | "rev" | "chain" | "skip_while" | "take_while"
            | "peekable" | "fuse" | "step_by" => {
                self.args(args, params);
                receiver.clone()
            }
            "map" => {
                let mapped = self
                    .args(args, params)
                    .into_iter()
                    .next()
                    .unwrap_or(Ty::Unknown);
                iter(self.applied(mapped))
            }
            "filter_map" | "flat_map" | "find_map" => {
                let mapped = self
                    .args(args, params)
                    .into_iter()
                    .next()
                    .unwrap_or(Ty::Unknown);
                let mapped = self.applied(mapped);
                if method == "find_map" {
                    mapped
                } else {
                    iter(mapped.success().unwrap_or(Ty::Unknown))
                }
            }
            "flatten" => {
                let inner = element.peel_refs();
                let held = inner.success();
                iter(held.unwrap_or_else(|| self.element(inner)))
            }
            "enumerate" => iter(Ty::Tuple(
                vec![Ty::Primitive(Name::new("usize")), element].into(),
            )),
            // Diesel's takes a connection.
            "first" | "last" if !args.is_empty() => return None,
            "next" | "last" | "first" | "find" | "nth" | "pop" | "max_by_key" | "min_by_key"
            | "get" | "get_mut" | "max" | "min" | "position" => {
                self.args(args, params);
                Ty::external(OPTION, vec![element])
            }
            "any" | "all" | "contains" => {
                self.args(args, params);
                Ty::Primitive(Name::new("bool"))
            }
            "for_each" => {
                self.args(args, params);
                Ty::unit()
            }
            "fold" => self
                .args(args, &[])
                .into_iter()
                .next()
                .unwrap_or(Ty::Unknown),
            "collect" => Ty::Unknown,
            _ => return None,
        })
    }

    /// The first type on the way of `Deref` that satisfies a condition.
    fn through(&self, ty: &Ty, wanted: impl Fn(&Ty) -> bool) -> Option<Ty> {
        let mut current = ty.clone();
        for _ in 0..6 {
            if wanted(&current) {
                return Some(current);
            }
            current = self.program.deref(&current)?.peel_refs().clone();
        }
        None
    }

    /// What calling a function value gives.
    fn applied(&self, function: Ty) -> Ty {
        match function {
            Ty::FnPtr(ret) => (*ret).clone(),
            Ty::FnDef(id) => self.program.fn_return(id),
            _ => Ty::Unknown,
        }
    }
}

/// Iterators of all kinds, by their element.
pub(super) const ITER: &str = "std::iter::Iterator";

fn result_of(function: Ty) -> Ty {
    match function {
        Ty::FnPtr(ret) => (*ret).clone(),
        other => other,
    }
}
