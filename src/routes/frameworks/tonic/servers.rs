//! Generated servers: which service each is of, and by which methods of an implementation it
//! answers. Sources: tonic-build 0.8 to 0.14 `src/server.rs`.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::body::Literal;
use crate::facts::{Expr, Pat};
use crate::program::{AdtId, Container, Def, FnId, Program, TraitId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::value::{Route, Router, RouterKind, Types};
use crate::source::{Name, Span};
use crate::values::{Text, Values};

/// The trait by which a server says its service's name: since 0.9, and before.
const NAMED: [&str; 2] = [
    "tonic::server::NamedService",
    "tonic::transport::NamedService",
];

/// The generated servers of a program.
#[derive(Debug, Default)]
pub struct Servers {
    by_type: FxHashMap<AdtId, Server>,
}

/// A generated server.
#[derive(Debug)]
struct Server {
    /// The service, with its package, as on the wire.
    service: String,
    /// The trait of implementations.
    of_trait: Option<TraitId>,
    /// Names on the wire, and of the trait's methods.
    methods: Vec<(String, Name)>,
}

impl Servers {
    /// Those of this program.
    pub fn of(values: &Values<'_>) -> Servers {
        let program = values.program;
        let mut by_type = FxHashMap::default();
        if !program.may_use("tonic") {
            return Servers { by_type };
        }
        let impls = NAMED.iter();
        let impls = impls.flat_map(|it| program.impls_of(Def::External(Name::new(it))));
        for id in impls {
            let Ty::Adt(adt, _) = &*program.impl_self_ty(*id) else {
                continue;
            };
            let mut consts = program[*id].consts.iter();
            let name = consts.find(|it| program[**it].name == "NAME");
            let service = name.and_then(|it| values.const_text(*it)?.as_known());
            let known = service.map(|service| server(program, *adt, service));
            by_type.extend(known.map(|it| (*adt, it)));
        }
        Servers { by_type }
    }

    /// The names of their types.
    pub fn names(&self, program: &Program) -> Vec<Name> {
        let names: FxHashSet<Name> = self.by_type.keys().map(|it| program[*it].name).collect();
        let mut names: Vec<Name> = names.into_iter().collect();
        names.sort_by_key(|it| it.as_str());
        names
    }

    /// Whether a type is a server, in whatever.
    pub fn hold(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Adt(adt, args) => {
                self.by_type.contains_key(adt) || args.iter().any(|it| self.hold(it))
            }
            Ty::External(_, args) | Ty::Tuple(args) => args.iter().any(|it| self.hold(it)),
            Ty::Ref(inner) | Ty::Future(inner) | Ty::Slice(inner) => self.hold(inner),
            _ => false,
        }
    }

    /// The server that a function makes.
    pub fn made_by(&self, program: &Program, id: FnId) -> Option<AdtId> {
        let name = program[id].name;
        let makes = matches!(name.as_str(), "new" | "from_arc" | "with_interceptor");
        self.owner(program, id).filter(|_| makes)
    }

    /// The server that a function is of: generated code, which is not run.
    pub fn owner(&self, program: &Program, id: FnId) -> Option<AdtId> {
        if self.by_type.is_empty() {
            return None;
        }
        let Container::Impl(of) = program[id].container else {
            return None;
        };
        match &*program.impl_self_ty(of) {
            Ty::Adt(adt, _) if self.by_type.contains_key(adt) => Some(*adt),
            _ => None,
        }
    }

    /// The routes of a server of this type; none if it is no server of the program or of a
    /// library that is known.
    pub fn service(&self, program: &Program, ty: &Ty, span: Span) -> Option<Router> {
        match ty.peel_refs() {
            Ty::Adt(adt, args) => {
                let implementation = args.first().cloned().unwrap_or(Ty::Unknown);
                self.local(program, *adt, &implementation, span)
            }
            Ty::External(path, args) => {
                let implementation = args.first().cloned().unwrap_or(Ty::Unknown);
                external(program, *path, &implementation, span)
            }
            _ => None,
        }
    }

    /// The routes of a server of the program, made of an implementation.
    pub fn local(
        &self,
        program: &Program,
        server: AdtId,
        implementation: &Ty,
        span: Span,
    ) -> Option<Router> {
        let server = self.by_type.get(&server)?;
        let is_of_trait = |id: &FnId| match (program[*id].container, server.of_trait) {
            (Container::Impl(id), Some(of)) => program.impls_of(Def::Trait(of)).contains(&id),
            (Container::Trait(id), Some(of)) => id == of,
            _ => false,
        };
        let mut made = empty(span);
        if server.methods.is_empty() {
            made.routes.push(route(&server.service, "{*method}", span));
        }
        for (wire, method) in &server.methods {
            let mut route = route(&server.service, wire, span);
            let found = program.find_methods(implementation, *method).into_iter();
            let mut found: Vec<_> = found
                .filter(|it| is_of_trait(&it.id) && program[it.id].body.is_some())
                .map(|it| (it.id, it.subst))
                .collect();
            // Whatever implements it, if only one type does.
            if found.is_empty() && !matches!(implementation, Ty::Adt(..)) {
                let impls = server.of_trait.map(|it| program.impls_of(Def::Trait(it)));
                let impls = impls.into_iter().flatten();
                let impls = impls.filter(|it| !program[**it].is_test);
                let of_method = |it: &FnId| program[*it].name == *method;
                found = impls
                    .flat_map(|it| program[*it].fns.iter().copied().filter(of_method))
                    .map(|it| (it, Vec::new()))
                    .collect();
            }
            if let [(id, types)] = found.as_slice() {
                let mut types = types.clone();
                types.retain(|(_, ty)| !ty.is_unknown());
                route.handler = HandlerTarget::Fn(*id);
                route.types = Types::new(types);
            }
            made.routes.push(route);
        }
        Some(made)
    }
}

/// What is known of a server by its code.
fn server(program: &Program, adt: AdtId, service: String) -> Server {
    let name = program[adt].name;
    let trait_name = name.as_str().strip_suffix("Server").unwrap_or_default();
    let beside = program[program[adt].module]
        .items
        .get(&Name::new(trait_name));
    let of_trait = beside.into_iter().flatten().find_map(|it| match it {
        Def::Trait(id) => Some(*id),
        _ => None,
    });
    let fns = of_trait.map_or(&[][..], |it| &program[it].fns);
    let declared: Vec<Name> = fns.iter().map(|it| program[*it].name).collect();
    let prefix = format!("/{service}/");
    let ty = Ty::Adt(adt, std::sync::Arc::from([]));
    let mut wires: Vec<String> = Vec::new();
    for (id, _) in program.impls_named(&["Service"], &ty) {
        let calls = program[id].fns.iter();
        for call in calls.filter(|it| program[**it].name == "call") {
            let Some(body) = program[*call].body else {
                continue;
            };
            let body = &program[body].body;
            for (_, expr) in body.exprs() {
                let Expr::Match { arms, .. } = expr else {
                    continue;
                };
                for arm in arms {
                    if let Pat::Literal(Literal::Str(text)) = body.pat(arm.pat)
                        && let Some(wire) = text.strip_prefix(&prefix)
                    {
                        wires.push(wire.to_owned());
                    }
                }
            }
        }
    }
    let flat = |name: &str| {
        let letters = name.trim_start_matches("r#").chars();
        letters
            .filter(|it| *it != '_')
            .collect::<String>()
            .to_lowercase()
    };
    let methods = wires.into_iter().enumerate().map(|(at, wire)| {
        let same = declared.iter().find(|it| flat(it.as_str()) == flat(&wire));
        // Both are in the order of the definition.
        let method = same.or_else(|| declared.get(at));
        let method = method.copied().unwrap_or_else(|| Name::new(&wire));
        (wire, method)
    });
    Server {
        methods: methods.collect(),
        service,
        of_trait,
    }
}

/// Whether this is how the server of a library's service is called.
pub(super) fn is_external_server(path: &str) -> bool {
    let mut parts = path.rsplit("::");
    let name = parts.next().unwrap_or_default();
    let module = parts.next().unwrap_or_default();
    name.ends_with("Server") && module.ends_with("_server")
}

/// The routes of a library's server, made of an implementation.
pub(super) fn external(
    program: &Program,
    server: Name,
    implementation: &Ty,
    span: Span,
) -> Option<Router> {
    let mut made = empty(span);
    let model = program.models.service(server);
    if model.is_none() && !is_external_server(server.as_str()) {
        return None;
    }
    let last = server.as_str().rsplit("::").next().unwrap_or_default();
    let trait_name = last.strip_suffix("Server").unwrap_or(last);
    let own = program.impls_named(&[trait_name], implementation);
    let own: Vec<_> = own
        .into_iter()
        .flat_map(|(id, types)| program[id].fns.iter().map(move |it| (*it, types.clone())))
        .filter(|(id, _)| program[*id].sig.self_param.is_some())
        .collect();
    let flat = |name: &str| {
        let letters = name.trim_start_matches("r#").chars();
        letters
            .filter(|it| *it != '_')
            .collect::<String>()
            .to_lowercase()
    };
    let find = |wire: &str| {
        let mut own = own.iter();
        own.find(|(id, _)| flat(program[*id].name.as_str()) == flat(wire))
    };
    let (service, wires) = match model {
        Some(model) => (model.name.clone(), model.methods.clone()),
        // Its package is not known.
        None => {
            let names = own.iter().map(|(id, _)| program[*id].name.as_str());
            let wires = names.map(crate::program::protos::upper_camel).collect();
            (format!("{{package}}.{trait_name}"), wires)
        }
    };
    for wire in wires {
        let mut route = route(&service, &wire, span);
        match find(&wire) {
            Some((id, types)) => {
                route.handler = HandlerTarget::Fn(*id);
                route.types = Types::new(types.clone());
            }
            None => {
                let name = format!("{server}::{wire}");
                route.handler = HandlerTarget::External(Name::new(&name));
                route.handler_name = Some(name);
            }
        }
        made.routes.push(route);
    }
    Some(made)
}

fn empty(span: Span) -> Router {
    Router::new(RouterKind::Service, super::NAME, span)
}

fn route(service: &str, method: &str, span: Span) -> Route {
    Route {
        path: vec![Text::known(format!("/{service}/{method}"), None)],
        framework: Some(super::NAME),
        ..Route::new("POST", HandlerTarget::Unknown, span)
    }
}
