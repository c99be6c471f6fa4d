//! Which endpoints keep a connection open: by a WebSocket, or by a stream of events.
//!
//! Models say which types and functions do; a handler is asked for its signature, its body, and those
//! of the functions that it calls.

use crate::facts::body::{Body, Literal};
use crate::facts::{Expr, ExprId};
use crate::models::roles::Carries;
use crate::models::schema::Stream;
use crate::program::{BodyKey, BodyOwner, Def, FnId, Program, Ty};
use crate::source::{Name, TextRange};
use crate::values::{Callee, Values};

use super::endpoint::HandlerTarget;
use super::filter::Step;
use super::value::Route;

/// What an answer of events says that it is.
const EVENTS: &str = "text/event-stream";

/// What a route keeps a connection open for, if it does.
pub(super) fn of_route(values: &Values<'_>, route: &Route) -> Option<Stream> {
    // warp's `ws()`, whatever the function does with it.
    let steps = route.filter.iter().flat_map(|it| it.steps.iter());
    let mut parts = steps.filter_map(|it| match it {
        Step::Take(part) => Some(part.carries),
        _ => None,
    });
    match parts.any(|it| it == Carries::Websocket) {
        true => Some(Stream::Websocket),
        false => of_handler(values, route),
    }
}

fn of_handler(values: &Values<'_>, route: &Route) -> Option<Stream> {
    let program = values.program;
    match route.handler {
        // One branch of the code that answers everything.
        HandlerTarget::Fn(id) if route.within == Some(route.handler) => {
            calls_of(values, program[id].body?, Some(route.handler_span.range))
        }
        HandlerTarget::Fn(id) => {
            let called = || calls_of(values, program[id].body?, None);
            of_signature(program, id).or_else(called)
        }
        HandlerTarget::Closure(key, expr) => {
            let Expr::Closure(closure) = program[key].body.expr(expr) else {
                return None;
            };
            let typing = values.typing(key);
            let taken = closure.params.iter();
            let mut taken = taken.map(|(pat, _)| of_type(program, typing.pat_ty(*pat), 0));
            let called = || calls_of(values, key, Some(program[key].body.expr_range(expr)));
            taken.find_map(|it| it).or_else(called)
        }
        HandlerTarget::External(path) => of_library(program, path),
        HandlerTarget::Unknown => None,
    }
}

/// What a type or a function of a library does, as its model says, or that of the function's type.
fn of_library(program: &Program, path: Name) -> Option<Stream> {
    let function = program.models.function(path).and_then(|it| it.stream);
    let owner = || Some(Name::new(path.as_str().rsplit_once("::")?.0));
    of_library_type(program, path)
        .or(function)
        .or_else(|| of_library_type(program, owner()?))
}

fn of_library_type(program: &Program, path: Name) -> Option<Stream> {
    let models = &program.models;
    let taken = || {
        let extractor = models.extractor(path)?;
        (extractor.carries == Carries::Websocket).then_some(Stream::Websocket)
    };
    models.type_(path).and_then(|it| it.stream).or_else(taken)
}

/// What the parameters of a function take, or what it gives.
fn of_signature(program: &Program, id: FnId) -> Option<Stream> {
    let scope = program.fn_scope(id);
    let params = program[id].sig.params.iter();
    let mut params = params.map(|it| program.lower_ty(&scope, &it.ty));
    let taken = params.find_map(|it| of_type(program, &it, 0));
    taken.or_else(|| of_type(program, &program.fn_return(id), 0))
}

fn of_type(program: &Program, ty: &Ty, depth: u32) -> Option<Stream> {
    if depth > 4 {
        return None;
    }
    let inner = |all: &[Ty]| all.iter().find_map(|it| of_type(program, it, depth + 1));
    match ty {
        Ty::External(path, args) => of_library(program, *path).or_else(|| inner(args)),
        Ty::Ref(of) | Ty::Future(of) => of_type(program, of, depth + 1),
        Ty::Tuple(all) => inner(all),
        _ => None,
    }
}

/// What a body calls, or a part of it; and the functions that it calls.
fn calls_of(values: &Values<'_>, key: BodyKey, within: Option<TextRange>) -> Option<Stream> {
    let program = values.program;
    let body = &program[key].body;
    let own = body.exprs();
    let own = own.filter(|(id, _)| within.is_none_or(|it| it.contains(body.expr_range(*id))));
    let own: Vec<(ExprId, &Expr)> = own.collect();
    if let Some(found) = own
        .iter()
        .find_map(|(id, expr)| of_expr(values, key, *id, expr))
    {
        return Some(found);
    }
    let typing = values.typing(key);
    let callees = own.iter().flat_map(|(id, _)| typing.callees(*id));
    let mut called = callees.filter_map(|it| match it {
        Callee::Fn(candidate) => Some(candidate.id),
        _ => None,
    });
    called.find_map(|id| {
        let below = || {
            let key = program[id].body?;
            let is_own = program[key].owner == BodyOwner::Fn(id);
            let mut exprs = program[key].body.exprs().filter(|_| is_own);
            exprs.find_map(|(id, expr)| of_expr(values, key, id, expr))
        };
        of_signature(program, id).or_else(below)
    })
}

fn of_expr(values: &Values<'_>, key: BodyKey, id: ExprId, expr: &Expr) -> Option<Stream> {
    let program = values.program;
    let of_callees = || {
        let typing = values.typing(key);
        typing.callees(id).iter().find_map(|it| match it {
            Callee::External(path) => of_library(program, *path),
            _ => None,
        })
    };
    let body = &program[key].body;
    let events = |name: &str, args: &[ExprId]| says_events(body, name, args);
    match expr {
        Expr::Tuple(parts) => events("", parts).then_some(Stream::EventStream),
        Expr::Call { args, .. } => match events("", args) {
            true => Some(Stream::EventStream),
            false => of_callees(),
        },
        Expr::MethodCall(call) => match events(call.name.as_str(), &call.args) {
            true => Some(Stream::EventStream),
            false => of_callees(),
        },
        Expr::Macro(call) => {
            let found = program.resolve_whole(program[key].module, &call.path);
            found.into_iter().find_map(|it| match it {
                Def::External(path) => program.models.macro_(path)?.stream,
                _ => None,
            })
        }
        _ => None,
    }
}

/// Whether an answer's type is said to be that of events: a request may ask for it, too.
fn says_events(body: &Body, name: &str, args: &[ExprId]) -> bool {
    let is_events = |id: &ExprId| match body.expr(*id) {
        Expr::Literal(Literal::Str(text)) => **text == *EVENTS,
        // `HeaderValue::from_static("text/event-stream")`.
        Expr::Call { args, .. } => match &**args {
            [only] => {
                matches!(body.expr(*only), Expr::Literal(Literal::Str(it)) if **it == *EVENTS)
            }
            _ => false,
        },
        _ => false,
    };
    let is_type = |id: &ExprId| match body.expr(*id) {
        Expr::Literal(Literal::Str(text)) => text.eq_ignore_ascii_case("content-type"),
        Expr::Path(path) => path.last().is_some_and(|it| names_type(it.as_str())),
        _ => false,
    };
    args.iter().any(is_events) && (names_type(name) || args.iter().any(is_type))
}

/// Whether a name is that of the type of a body.
fn names_type(name: &str) -> bool {
    let flat: String = name.chars().filter(|it| *it != '_').collect();
    flat.to_ascii_lowercase().ends_with("contenttype")
}
