//! Which schema the handler of a route executes, by the types that it and its arguments have.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::{ASYNC_GRAPHQL, JUNIPER, Kind};
use crate::facts::{Expr, ExprId, Mention};
use crate::program::{BodyKey, Def, FnId, Program, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::value::Route;
use crate::source::{Name, Span, TextRange};
use crate::values::making::{Making, Place};
use crate::values::{Callee, Values};

/// A schema by its root types.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Schema {
    pub(super) framework: &'static str,
    pub(super) query: Ty,
    pub(super) mutation: Ty,
    pub(super) subscription: Ty,
}

/// What a place answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Serves {
    /// Queries and mutations.
    Requests,
    /// Whatever comes over a WebSocket.
    Socket,
    /// Queries and mutations, and streams of answers.
    Streams,
}

impl Serves {
    /// The kinds of operations to list. Over a WebSocket, queries and mutations may come as well:
    /// they are listed where they are served by themselves.
    pub(super) fn kinds(self) -> &'static [Kind] {
        match self {
            Serves::Requests => &[Kind::Query, Kind::Mutation],
            Serves::Socket => &[Kind::Subscription],
            Serves::Streams => &[Kind::Query, Kind::Mutation, Kind::Subscription],
        }
    }
}

/// What a route's handler executes.
pub(super) struct Mount {
    /// The schema; `None` if it could not be followed.
    pub(super) schema: Option<Schema>,
    pub(super) serves: Serves,
}

/// What executes a schema: the crates, the last names, and what is served by it.
const EXECUTORS: [(&str, &[&str], Serves); 4] = [
    (
        "async_graphql",
        &["execute_stream", "execute_stream_with_session_data"],
        Serves::Streams,
    ),
    (
        "async_graphql",
        &[
            "GraphQLWebSocket::new",
            "GraphQLWebSocket::new_with_pair",
            "GraphQLSubscription::new",
        ],
        Serves::Socket,
    ),
    (
        "async_graphql",
        &["execute", "execute_batch"],
        Serves::Requests,
    ),
    (
        "juniper",
        &[
            "execute",
            "execute_sync",
            "graphql_handler",
            "get_graphql_handler",
            "post_graphql_handler",
        ],
        Serves::Requests,
    ),
];

/// Handlers that are values of the libraries: `GraphQL::new(schema)`.
const SERVICES: [(&str, Serves); 2] = [
    ("GraphQL", Serves::Requests),
    ("GraphQLSubscription", Serves::Socket),
];

/// What makes a schema of its roots.
const MAKERS: [&str; 6] = [
    "async_graphql::Schema::build",
    "async_graphql::Schema::new",
    "async_graphql::Schema::build_with_ignore_name_conflicts",
    "juniper::RootNode::new",
    "juniper::RootNode::new_with_info",
    "juniper::RootNode::new_with_scalar_value",
];

/// Finds what handlers execute.
pub(super) struct Mounts<'v, 'a> {
    values: &'v Values<'a>,
    program: &'v Program,
    /// Bodies that may execute something.
    executing: FxHashSet<BodyKey>,
    /// The schema of a program that builds only one.
    only: OnceCell<Option<Schema>>,
}

impl<'v, 'a> Mounts<'v, 'a> {
    pub(super) fn new(values: &'v Values<'a>) -> Self {
        let program = values.program;
        let names = EXECUTORS.iter().flat_map(|(_, names, _)| names.iter());
        let names = names.map(|it| Name::new(it.split("::").next().unwrap_or(it)));
        let hashes: FxHashSet<u16> = names
            .flat_map(|name| {
                let in_path = program.hashes_of(name, &Mention::IN_PATH);
                in_path
                    .chain(program.hashes_of(name, &[Mention::Member]))
                    .collect::<Vec<_>>()
            })
            .collect();
        Mounts {
            values,
            program,
            executing: program.mentioning(&hashes).into_iter().collect(),
            only: OnceCell::new(),
        }
    }

    /// What a route's handler executes, if it executes a schema.
    pub(super) fn of(&self, route: &Route) -> Option<Mount> {
        match route.handler {
            HandlerTarget::Fn(id) => self.of_function(id),
            HandlerTarget::Closure(body, expr) => {
                let range = self.program[body].body.expr_range(expr);
                self.executed(body, Some(range))
            }
            HandlerTarget::External(path) => self.of_service(path, route),
            HandlerTarget::Unknown => None,
        }
    }

    fn of_function(&self, id: FnId) -> Option<Mount> {
        let body = self.program[id].body?;
        let own = self.executed(body, None);
        let mount = own.or_else(|| self.in_helper(id, body))?;
        let schema = mount.schema.or_else(|| self.of_parameters(id));
        Some(Mount {
            schema: schema.or_else(|| self.only()),
            serves: mount.serves,
        })
    }

    /// A function that a handler of GraphQL requests hands them to.
    fn in_helper(&self, id: FnId, body: BodyKey) -> Option<Mount> {
        let scope = self.program.fn_scope(id);
        let mut params = self.program[id].sig.params.iter();
        let takes_one = params.any(|it| speaks_of_graphql(&self.program.lower_ty(&scope, &it.ty)));
        if !takes_one {
            return None;
        }
        let typing = self.values.typing(body);
        let mut called = typing.all_callees().filter_map(|it| match it {
            Callee::Fn(candidate) => self.program[candidate.id].body,
            _ => None,
        });
        called.find_map(|key| self.executed(key, None))
    }

    /// What a body executes, or a part of it.
    fn executed(&self, key: BodyKey, range: Option<TextRange>) -> Option<Mount> {
        if !self.executing.contains(&key) {
            return None;
        }
        let body = &self.program[key].body;
        let typing = self.values.typing(key);
        let within = |id: ExprId| range.is_none_or(|it| it.contains(body.expr_range(id)));
        let mut found: Option<Mount> = None;
        for (id, expr) in body.exprs().filter(|(id, _)| within(*id)) {
            let (receiver, args) = match expr {
                Expr::Call { args, .. } => (None, args),
                Expr::MethodCall(call) => (Some(call.receiver), &call.args),
                _ => continue,
            };
            let Some(serves) = typing.external(id).and_then(executor) else {
                continue;
            };
            let parts = receiver.into_iter().chain(args.iter().copied());
            let schema = parts.into_iter().find_map(|it| self.schema_of(key, it));
            found = Some(match found {
                None => Mount { schema, serves },
                Some(known) => Mount {
                    schema: known.schema.or(schema),
                    serves: if known.serves == serves {
                        serves
                    } else {
                        Serves::Streams
                    },
                },
            });
        }
        let mut mount = found?;
        mount.schema = mount.schema.or_else(|| match range {
            Some(_) => self.only(),
            None => None,
        });
        Some(mount)
    }

    /// The schema that an expression is, by its type or by the call that made it.
    fn schema_of(&self, key: BodyKey, id: ExprId) -> Option<Schema> {
        schema_in(self.values.typing(key).ty(id)).or_else(|| {
            let steps = Making::new(self.values).steps((key, id));
            let made = steps.iter().find(|it| MAKERS.contains(&it.path.as_str()))?;
            self.made_by(made.path, &made.args)
        })
    }

    /// The schema that is made of these roots.
    fn made_by(&self, path: Name, args: &[Place]) -> Option<Schema> {
        let [query, mutation, subscription, ..] = args else {
            return None;
        };
        let of = |place: Place| self.root(place);
        Some(Schema {
            framework: framework_of(path.as_str()),
            query: of(*query),
            mutation: of(*mutation),
            subscription: of(*subscription),
        })
    }

    /// The type of an expression that is a root: units of libraries, and what makes them, by name.
    fn root(&self, (key, id): Place) -> Ty {
        let typing = self.values.typing(key);
        let known = typing.ty(id).peel_refs();
        if !known.is_unknown() {
            return known.clone();
        }
        let mut named = typing.defs(id).iter().chain(typing.callees(id));
        let path = named.find_map(|it| match it {
            Callee::External(path)
            | Callee::Constructor(Def::External(path))
            | Callee::Other(Def::External(path)) => Some(*path),
            _ => None,
        });
        let Some(path) = path else {
            return Ty::Unknown;
        };
        let made = path.as_str();
        let owner = made
            .strip_suffix("::new")
            .or_else(|| made.strip_suffix("::default"));
        Ty::external(owner.unwrap_or(made), [])
    }

    /// The schema that a parameter holds, be it in a field of what the application shares.
    fn of_parameters(&self, id: FnId) -> Option<Schema> {
        let scope = self.program.fn_scope(id);
        let params = self.program[id].sig.params.iter();
        let mut types = params.map(|it| self.program.lower_ty(&scope, &it.ty));
        types.find_map(|ty| schema_in(&ty).or_else(|| self.in_fields(&ty)))
    }

    fn in_fields(&self, ty: &Ty) -> Option<Schema> {
        match ty.peel_refs() {
            Ty::Adt(adt, _) => {
                let mut fields = self.program[*adt].fields().iter();
                fields.find_map(|it| schema_in(&self.program.field_ty(*adt, it)))
            }
            Ty::External(_, args) => args.iter().find_map(|it| self.in_fields(it)),
            _ => None,
        }
    }

    /// The schema of a service that was made at a route's registration.
    fn of_service(&self, path: Name, route: &Route) -> Option<Mount> {
        let (_, name) = path.as_str().split_once("::")?;
        if path == "juniper_axum::graphql" {
            let schema = route.types.iter().find_map(|(_, ty)| schema_in(ty));
            return Some(Mount {
                schema: schema.or_else(|| self.only()),
                serves: Serves::Requests,
            });
        }
        if !path.as_str().starts_with("async_graphql_") {
            return None;
        }
        let (_, serves) = SERVICES
            .iter()
            .find(|(ty, _)| name.split("::").next() == Some(ty))?;
        let schema = self
            .made_at(route.handler_span)
            .or_else(|| self.made_at(route.registered));
        Some(Mount {
            schema: schema.or_else(|| self.only()),
            serves: *serves,
        })
    }

    /// The schema of which a service is made in this place.
    fn made_at(&self, span: Span) -> Option<Schema> {
        let hashes = SERVICES
            .iter()
            .flat_map(|(name, _)| self.program.hashes_of(Name::new(name), &Mention::IN_PATH));
        let bodies = self.program.mentioning(&hashes.collect()).into_iter();
        bodies
            .filter(|key| self.program[*key].file == span.file)
            .find_map(|key| {
                let data = &self.program[key];
                let typing = self.values.typing(key);
                let mut exprs = data.body.exprs();
                exprs.find_map(|(id, expr)| {
                    let Expr::Call { args, .. } = expr else {
                        return None;
                    };
                    let is_here = span.range.contains(data.body.expr_range(id));
                    let path = typing.external(id).filter(|_| is_here)?;
                    let is_service = path.as_str().starts_with("async_graphql_")
                        && path.as_str().ends_with("::new");
                    self.schema_of(key, *args.first().filter(|_| is_service)?)
                })
            })
    }

    /// The schema of a program that builds only one, whatever the types of variables say.
    fn only(&self) -> Option<Schema> {
        self.only.get_or_init(|| self.find_only()).clone()
    }

    fn find_only(&self) -> Option<Schema> {
        let mut only: Option<Schema> = None;
        for key in self
            .program
            .using(MAKERS, false, |it| MAKERS.contains(&it.as_str()))
        {
            if self.is_test(key) {
                continue;
            }
            let typing = self.values.typing(key);
            for (id, expr) in self.program[key].body.exprs() {
                let Expr::Call { args, .. } = expr else {
                    continue;
                };
                let Some(path) = typing
                    .external(id)
                    .filter(|it| MAKERS.contains(&it.as_str()))
                else {
                    continue;
                };
                let args: Vec<Place> = args.iter().map(|it| (key, *it)).collect();
                let Some(made) = self.made_by(path, &args) else {
                    continue;
                };
                match &only {
                    Some(known) if *known != made => return None,
                    _ => only = Some(made),
                }
            }
        }
        only
    }

    fn is_test(&self, key: BodyKey) -> bool {
        match self.program[key].owner {
            crate::program::BodyOwner::Fn(id) => self.program[id].is_test,
            crate::program::BodyOwner::Const(_) => false,
        }
    }
}

fn framework_of(path: &str) -> &'static str {
    match path.starts_with("juniper") {
        true => JUNIPER,
        false => ASYNC_GRAPHQL,
    }
}

/// What is served by calling a library's function, if that executes a schema.
fn executor(path: Name) -> Option<Serves> {
    let path = path.as_str();
    let found = EXECUTORS.iter().find(|(krate, names, _)| {
        let ends = |name: &&&str| path.ends_with(&format!("::{name}"));
        path.starts_with(krate) && names.iter().any(|it| ends(&it))
    });
    found.map(|(_, _, serves)| *serves)
}

/// The schema that a type is, or holds.
fn schema_in(ty: &Ty) -> Option<Schema> {
    match ty {
        Ty::External(path, args) => {
            let is_schema = matches!(path.as_str(), "async_graphql::Schema" | "juniper::RootNode");
            match &**args {
                [query, mutation, subscription, ..]
                    if is_schema && !query.is_unknown() && !matches!(query, Ty::Param(..)) =>
                {
                    Some(Schema {
                        framework: framework_of(path.as_str()),
                        query: query.clone(),
                        mutation: mutation.clone(),
                        subscription: subscription.clone(),
                    })
                }
                args => args.iter().find_map(schema_in),
            }
        }
        Ty::Adt(_, args) | Ty::Tuple(args) => args.iter().find_map(schema_in),
        Ty::Ref(inner) | Ty::Future(inner) | Ty::Slice(inner) => schema_in(inner),
        _ => None,
    }
}

/// Whether a type is one of the libraries', or holds one.
fn speaks_of_graphql(ty: &Ty) -> bool {
    match ty {
        Ty::External(path, args) => {
            let path = path.as_str();
            path.starts_with("async_graphql")
                || path.starts_with("juniper")
                || args.iter().any(speaks_of_graphql)
        }
        Ty::Adt(_, args) | Ty::Tuple(args) => args.iter().any(speaks_of_graphql),
        Ty::Ref(inner) => speaks_of_graphql(inner),
        _ => false,
    }
}
