//! dropshot 0.9 to 0.16: descriptions of APIs, to which functions are registered that say themselves
//! what they answer, or which are traits.
//!
//! `#[endpoint { method = GET, path = "/x" }]` and `#[channel { .. }]` stand on functions that
//! `ApiDescription::register` takes, or on those of a trait with `#[dropshot::api_description]`, of
//! whose module `api_description::<Implementation>()` makes the description. There are no layers.
//! Sources: dropshot 0.16 `src/api_description.rs`, `src/server.rs`; dropshot_endpoint 0.16
//! `src/metadata.rs`, `src/api_trait.rs`.

use super::arguments::{arg_span, lost_arg};
use crate::facts::body::Literal;
use crate::facts::{Attr, Meta, MetaValue};
use crate::program::{Def, FnId, ImplId, Program, TraitId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Callable, Lost, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::Text;

pub(super) const NAME: &str = "dropshot";

pub(super) fn call(call: &Call<'_>) -> Option<Value> {
    match call.path {
        "dropshot::ApiDescription::new" | "dropshot::ApiDescription::default" => {
            let made = Router::new(RouterKind::App, NAME, call.span);
            Some(Value::Router(Box::new(made)))
        }
        _ => None,
    }
}

/// Methods of `ApiDescription`, and of the `Result` that `register` gives.
pub(super) fn method(
    eval: &Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match call.name {
        "register" => register(eval, &mut router, call),
        "tag_config" | "clone" | "unwrap" | "expect" | "map_err" | "unwrap_or_else" | "ok"
        | "context" | "with_context" => {}
        "openapi" | "is_ok" | "is_err" => return Ok(Value::Unknown),
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

fn register(eval: &Eval<'_>, router: &mut Router, call: &Call<'_>) {
    let routes = match call.args.first() {
        Some(Value::Callable(Callable::Fn(id, _))) => declared(eval.program, *id, *id, call.span),
        _ => Vec::new(),
    };
    if routes.is_empty() {
        router.lost.push(lost_arg(eval, call, 0, "endpoint"));
    }
    router.routes.extend(routes);
}

/// Whether a function is called as that is which makes a description of a trait.
pub(super) fn describes(name: &str) -> bool {
    name == "api_description"
}

/// `counter_api_mod::api_description::<Implementation>()`, a function that a macro makes: the
/// description of what the trait says, as that type answers it.
pub(super) fn made_by_trait(eval: &Eval<'_>, path: &[Name], call: &Call<'_>) -> Option<Value> {
    let [.., module, function] = path else {
        return None;
    };
    if !describes(function.as_str()) || !eval.program.may_use(NAME) {
        return None;
    }
    let mut made = Router::new(RouterKind::App, NAME, call.span);
    let of_module = |(_, of): &(ImplId, TraitId)| {
        let own = eval.program[*of].name;
        *module == *format!("{}_mod", snake(own.as_str()))
    };
    let implementation = call.generics.first().cloned().unwrap_or(Ty::Unknown);
    // The module may be called otherwise, by the attribute of a trait.
    let described = described(eval.program, &implementation);
    let found = match described.as_slice() {
        [only] => Some(*only),
        several => several.iter().copied().find(of_module),
    };
    match found {
        Some((implemented, of)) => {
            let fns = eval.program[of].fns.clone();
            for declares in fns {
                let name = eval.program[declares].name;
                let mut own = eval.program[implemented].fns.iter().copied();
                let handler = own.find(|it| eval.program[*it].name == name);
                let handler = handler.unwrap_or(declares);
                made.routes
                    .extend(declared(eval.program, declares, handler, call.span));
            }
        }
        None => made.lost.push(Lost {
            reason: format!(
                "the API `{}` could not be followed",
                shorten(eval.sources.slice(call.span))
            ),
            span: arg_span(eval, call, 0),
        }),
    }
    Some(Value::Router(Box::new(made)))
}

/// The APIs that a type implements: the impl, and the trait whose functions are endpoints.
fn described(program: &Program, ty: &Ty) -> Vec<(ImplId, TraitId)> {
    let Ty::Adt(adt, _) = ty.peel_refs() else {
        return Vec::new();
    };
    let of = |id: &ImplId| {
        let def = &program[*id];
        let path = def.of_trait.as_ref()?;
        let found = program.resolve_whole(def.module, path);
        let of = found.into_iter().find_map(|it| match it {
            Def::Trait(of) => Some(of),
            _ => None,
        })?;
        let mut attrs = program[of].fns.iter().flat_map(|it| &program[*it].attrs);
        let is_api = attrs.any(|it| it.meta.is("endpoint") || it.meta.is("channel"));
        is_api.then_some((*id, of))
    };
    program.impls_for(*adt).iter().filter_map(of).collect()
}

/// Whether an attribute is this macro of dropshot. Those on the functions of a trait are read by the
/// trait's own, and may be in nobody's scope.
fn is_of(program: &Program, module: crate::program::ModuleId, attr: &Attr, name: &str) -> bool {
    let path = &attr.meta.path;
    if !path.last().is_some_and(|it| *it == name) {
        return false;
    }
    let found = program.resolve_names(module, path, false);
    found
        .iter()
        .any(|it| matches!(it.def, Def::External(path) if path.as_str().starts_with(NAME)))
}

/// The routes that a function declares, which this one answers.
fn declared(program: &Program, declares: FnId, handler: FnId, span: Span) -> Vec<Route> {
    let def = &program[declares];
    let in_trait = matches!(def.container, crate::program::Container::Trait(_));
    let mut routes = Vec::new();
    for attr in &def.attrs {
        let kind = ["endpoint", "channel"]
            .into_iter()
            .find(|it| is_of(program, def.module, attr, it) || in_trait && attr.meta.is(it));
        let Some(kind) = kind else { continue };
        let entry = |name: &str| attr.meta.entry(name);
        // A channel is opened by `GET`, and goes on as a WebSocket.
        let method = match kind {
            "channel" => Some("GET".to_owned()),
            _ => entry("method").and_then(word),
        };
        let Some((method, path)) = method.zip(entry("path").and_then(Meta::string)) else {
            continue;
        };
        let mut route = Route::new(method, HandlerTarget::Fn(handler), span);
        route.path = vec![Text::known(path, Some(attr.range.in_file(def.file)))];
        routes.push(route);
    }
    routes
}

/// `GET` of `method = GET`.
fn word(entry: &Meta) -> Option<String> {
    match &entry.value {
        MetaValue::Expr(text) => Some(text.trim().to_ascii_uppercase()),
        MetaValue::Literal(Literal::Str(text)) => Some(text.to_string()),
        _ => None,
    }
}

/// `CounterApi` as `counter_api`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
