//! GraphQL, async-graphql 4 to 7 and juniper 0.15 to 0.16, behind whatever framework of this folder.
//!
//! A schema is served at one place, and what can be asked there is many things: every field of its
//! root types is an endpoint of its own, with the path of the place, `#`, and the operation:
//! `POST /graphql#mutation.deleteUser`. A request for one passes what stands before the place, the
//! handler that executes the schema, the guards of the field, and its resolver. What lies below the
//! fields of the roots is not listed. Sources: async-graphql 7.2 `src/schema.rs`, `src/guard.rs`,
//! async-graphql-derive 7.2 `src/object.rs`, `src/args.rs`; juniper 0.16 `src/schema/model.rs`,
//! juniper_codegen 0.16 `src/graphql_object`, `src/common/field`.

mod fields;
mod mounts;

use rustc_hash::FxHashSet;

use crate::routes::endpoint::HandlerTarget;
use crate::routes::value::{Lost, Route};
use crate::source::Span;
use crate::values::{Text, Values};

use mounts::Mounts;

/// async-graphql.
const ASYNC_GRAPHQL: &str = "async-graphql";
/// juniper.
const JUNIPER: &str = "juniper";

/// What begins the part of a path that names an operation: nothing that a request says of itself.
const MARK: char = '#';

/// A kind of root type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Query => "query",
            Kind::Mutation => "mutation",
            Kind::Subscription => "subscription",
        }
    }
}

/// Whether endpoints of this framework are operations of a schema.
pub fn is_graphql(framework: &str) -> bool {
    framework == ASYNC_GRAPHQL || framework == JUNIPER
}

/// The path that a request for an endpoint has: without the name of an operation.
pub fn asked_path(framework: &str, path: &str) -> String {
    let of_request = path.split(MARK).next().unwrap_or(path);
    match is_graphql(framework) {
        true => of_request.to_owned(),
        false => path.to_owned(),
    }
}

/// The kind and the name of an operation: `mutation` and `deleteUser`.
pub(super) fn operation(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once(MARK)?.1.split_once('.')
}

/// The routes, each followed by the operations of the schema that its handler executes.
pub(super) fn with_operations(values: &Values<'_>, routes: Vec<Route>) -> (Vec<Route>, Vec<Lost>) {
    let program = values.program;
    if !program.may_use("async_graphql") && !program.may_use("juniper") {
        return (routes, Vec::new());
    }
    let mounts = Mounts::new(values);
    let mut lost = Vec::new();
    let mut listed: FxHashSet<(String, Span, Vec<Span>)> = FxHashSet::default();
    let mut all = Vec::with_capacity(routes.len());
    // One handler behind several methods serves the same operations: by `POST`, if that is one.
    let mut order: Vec<&Route> = routes.iter().collect();
    order.sort_by_key(|it| !matches!(it.method.as_str(), "POST" | "ANY"));
    for route in order {
        let Some(mount) = mounts.of(route) else {
            continue;
        };
        let layers = route.layers.iter().map(|it| it.span).collect();
        let path = super::normalise(&route.path);
        let handler = match route.handler {
            HandlerTarget::Fn(id) => program[id].name_span(),
            _ => route.handler_span,
        };
        if !listed.insert((path, handler, layers)) {
            continue;
        }
        let Some(schema) = mount.schema else {
            lost.push(Lost {
                reason: "the schema that is executed here could not be followed".into(),
                span: route.registered,
            });
            continue;
        };
        for kind in mount.serves.kinds() {
            let found = fields::of_root(program, &schema, *kind);
            lost.extend(found.lost.into_iter().map(|reason| Lost {
                reason,
                span: route.registered,
            }));
            let operations = found.fields.into_iter();
            all.extend(operations.map(|field| operation_of(route, &schema, *kind, field)));
        }
    }
    let mut routes = routes;
    routes.append(&mut all);
    (routes, lost)
}

/// The route of an operation behind that of its schema.
fn operation_of(mount: &Route, schema: &mounts::Schema, kind: Kind, field: fields::Field) -> Route {
    let mut route = mount.clone();
    let name = format!("{MARK}{}.{}", kind.as_str(), field.name);
    match route.path.last_mut() {
        Some(last) => last.push(&Text::known(name, None)),
        None => route.path.push(Text::known(name, None)),
    }
    if route.method == "ANY" {
        route.method = "POST".into();
    }
    route.through = Some(route.within.take().unwrap_or(mount.handler));
    route.handler = field.handler;
    route.handler_name = field.shown;
    route.handler_span = field.span;
    route.registered = field.span;
    route.types = field.types;
    route.framework = Some(schema.framework);
    route
}
