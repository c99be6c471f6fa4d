//! Where a served router listens: the address in the code, or the name of the setting that holds it.

use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Pat, Path, Stmt};
use crate::program::BodyKey;
use crate::source::{Name, SourceMap, Span};
use crate::values::Values;

/// Names longer than this say nothing at a glance.
const LONGEST: usize = 60;

/// The listener of what is served by the call at a place; `None` if the code there does not say.
pub(super) fn listener(values: &Values<'_>, sources: &SourceMap, served: Span) -> Option<Listener> {
    let program = values.program;
    let holds = |key: &BodyKey| {
        let data = &program[*key];
        data.file == served.file && data.body.span().contains(served.range)
    };
    let keys = (0..program.bodies.len()).map(|index| BodyKey(index as u32));
    let key = keys
        .filter(holds)
        .min_by_key(|key| program[*key].body.span().len())?;
    let body: &Body = &program[key].body;
    let search = Search {
        values,
        sources,
        key,
        body,
    };
    let call = body
        .exprs()
        .find(|(id, expr)| {
            let range = body.expr_range(*id);
            match expr {
                Expr::Call { .. } => range == served.range,
                // A method's call begins with its name.
                Expr::MethodCall(call) => {
                    range.end == served.range.end && call.name_range.start == served.range.start
                }
                _ => false,
            }
        })?
        .0;
    let is_unix = |id: ExprId| search.is_unix(id, 0);
    let unix = match body.expr(call) {
        Expr::Call { args, .. } => args.first().is_some_and(|it| is_unix(*it)),
        Expr::MethodCall(method) => {
            let takes = |it: Name| it.as_str().starts_with("serve_with_incoming");
            takes(method.name) && method.args.iter().any(|it| is_unix(*it))
        }
        _ => false,
    };
    if unix {
        return Some(Listener::Unix);
    }
    let found = match body.expr(call) {
        Expr::Call { callee, args } => {
            let path = path(body, *callee)?;
            match path.last()?.as_str() {
                "serve" => search.address(*args.first()?, 0),
                "new" if path.segments.iter().any(|it| it.name == "HttpServer") => search.bound(),
                _ => None,
            }
        }
        Expr::MethodCall(method) if method.name.as_str().starts_with("serve_with_incoming") => {
            search.address(*method.args.first()?, 0)
        }
        Expr::MethodCall(method) => search.in_chain(method.receiver),
        _ => None,
    }?;
    let found = Some(found).filter(|it| !it.is_empty() && it.len() <= LONGEST);
    found.map(Listener::Address)
}

/// Where a router listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Listener {
    /// At this address, or at what this setting says.
    Address(String),
    /// At a file: who may connect is for the permissions of that file and its folder to say.
    Unix,
}

impl Listener {
    /// How it is shown.
    pub(super) fn shown(&self) -> &str {
        match self {
            Listener::Address(address) => address,
            Listener::Unix => "a Unix socket",
        }
    }

    /// Whether no other machine reaches it.
    pub(super) fn is_of_this_machine(&self) -> bool {
        match self {
            Listener::Unix => true,
            Listener::Address(address) => ["127.0.0.1:", "localhost:", "[::1]:"]
                .iter()
                .any(|it| address.starts_with(it)),
        }
    }
}

struct Search<'a> {
    values: &'a Values<'a>,
    sources: &'a SourceMap,
    key: BodyKey,
    body: &'a Body,
}

impl Search<'_> {
    /// What `.bind(..)` and `.listen(..)` of the only `HttpServer` of this body are given.
    fn bound(&self) -> Option<String> {
        let servers = self.body.exprs().filter(|(_, expr)| match expr {
            Expr::Call { callee, .. } => path(self.body, *callee).is_some_and(|path| {
                path.last().is_some_and(|it| it == "new")
                    && path.segments.iter().any(|it| it.name == "HttpServer")
            }),
            _ => false,
        });
        if servers.count() != 1 {
            return None;
        }
        let mut found = Vec::new();
        for (_, expr) in self.body.exprs() {
            let Expr::MethodCall(call) = expr else {
                continue;
            };
            if is_bind(call.name) && !call.args.is_empty() {
                found.push((call.name_range, self.address(call.args[0], 0)?));
            }
        }
        found.sort();
        let mut found: Vec<String> = found.into_iter().map(|(_, it)| it).collect();
        found.dedup();
        (!found.is_empty()).then(|| found.join(", "))
    }

    /// `axum_server::bind(address).handle(..)` and hyper's `Server::bind(&address)`.
    fn in_chain(&self, receiver: ExprId) -> Option<String> {
        match self.body.expr(receiver) {
            Expr::MethodCall(call) if is_bind(call.name) => self.address(*call.args.first()?, 0),
            Expr::MethodCall(call) => self.in_chain(call.receiver),
            Expr::Call { callee, args } => {
                let path = path(self.body, *callee)?;
                let binds = is_bind(path.last()?) || path.last()?.as_str().starts_with("from_tcp");
                self.address(*args.first().filter(|_| binds)?, 0)
            }
            Expr::Try(inner) | Expr::Await(inner) => self.in_chain(*inner),
            Expr::Path(path) => self.in_chain(self.binding(path.as_ident()?)?),
            _ => None,
        }
    }

    /// The address that an expression is, or listens at.
    fn address(&self, id: ExprId, depth: u32) -> Option<String> {
        if depth > 12 {
            return None;
        }
        let next = |id: ExprId| self.address(id, depth + 1);
        match self.body.expr(id) {
            Expr::Literal(Literal::Str(text)) => Some(text.to_string()),
            Expr::Ref { inner, .. } | Expr::Try(inner) | Expr::Await(inner) => next(*inner),
            Expr::Block(block) => next(block.tail?),
            Expr::Tuple(parts) if parts.len() == 2 => self.host_and_port(parts[0], parts[1]),
            Expr::MethodCall(call) if passes_on(call.name) => next(call.receiver),
            Expr::Call { callee, args } => {
                let path = path(self.body, *callee)?;
                match (path.last()?.as_str(), &**args) {
                    ("new", [host, port]) => self.host_and_port(*host, *port),
                    ("from" | "from_str" | "from_std" | "Ok" | "Some", [only]) => next(*only),
                    ("new", [listener]) if wraps_listener(path) => next(*listener),
                    (name, [first, ..]) if name.starts_with("bind") => next(*first),
                    _ => None,
                }
            }
            Expr::Path(path) => match path.as_ident().and_then(|name| self.binding(name)) {
                Some(init) => next(init),
                None => self.known(id),
            },
            Expr::Macro(_) => {
                let text = self.values.text(self.key, id)?;
                Some(text.display()).filter(|it| it != "{..}")
            }
            Expr::Field { .. } | Expr::MethodCall(_) => self.known(id).or_else(|| self.name(id)),
            _ => None,
        }
    }

    /// Whether an expression is, or is made of, a listener at a Unix socket.
    fn is_unix(&self, id: ExprId, depth: u32) -> bool {
        if depth > 12 {
            return false;
        }
        let next = |id: ExprId| self.is_unix(id, depth + 1);
        match self.body.expr(id) {
            Expr::Ref { inner, .. } | Expr::Try(inner) | Expr::Await(inner) => next(*inner),
            // Whatever else is brought in may be a listener, too.
            Expr::MethodCall(call) => {
                (call.args.is_empty() || passes_on(call.name)) && next(call.receiver)
            }
            Expr::Call { callee, args } => {
                let Some(path) = path(self.body, *callee) else {
                    return false;
                };
                let mut names = path.segments.iter().map(|it| it.name.as_str());
                let is_named = names.any(|it| matches!(it, "UnixListener" | "UnixListenerStream"));
                let wraps = path.last().is_some_and(|it| {
                    matches!(it.as_str(), "new" | "from" | "from_std" | "Ok" | "Some")
                });
                is_named || matches!(&**args, [only] if wraps && next(*only))
            }
            Expr::Path(path) => {
                let init = path.as_ident().and_then(|it| self.binding(it));
                init.is_some_and(next)
            }
            _ => false,
        }
    }

    fn host_and_port(&self, host: ExprId, port: ExprId) -> Option<String> {
        let part =
            |it: Option<String>, id: ExprId| it.or_else(|| Some(format!("{{{}}}", self.name(id)?)));
        let host = part(self.host(host), host)?;
        let port = part(self.number(port), port)?;
        Some(format!("{host}:{port}"))
    }

    fn host(&self, id: ExprId) -> Option<String> {
        match self.body.expr(id) {
            Expr::Array(parts) => {
                let parts = parts.iter().map(|it| self.number(*it));
                let parts: Option<Vec<String>> = parts.collect();
                parts.map(|it| it.join(if it.len() == 4 { "." } else { ":" }))
            }
            Expr::Ref { inner, .. } => self.host(*inner),
            Expr::MethodCall(call) if passes_on(call.name) => self.host(call.receiver),
            Expr::Call { callee, args } => {
                match (path(self.body, *callee)?.last()?.as_str(), &**args) {
                    ("V4" | "V6" | "from", [only]) => self.host(*only),
                    ("new", [_, _, _, _]) => {
                        let parts = args.iter().map(|it| self.number(*it));
                        let parts: Option<Vec<String>> = parts.collect();
                        Some(parts?.join("."))
                    }
                    _ => None,
                }
            }
            Expr::Path(path) => {
                let is_six = path.segments.iter().any(|it| it.name == "Ipv6Addr");
                match (path.last()?.as_str(), is_six) {
                    ("UNSPECIFIED", false) => Some("0.0.0.0".to_owned()),
                    ("UNSPECIFIED", true) => Some("[::]".to_owned()),
                    ("LOCALHOST", false) => Some("127.0.0.1".to_owned()),
                    ("LOCALHOST", true) => Some("[::1]".to_owned()),
                    _ => match path.as_ident().and_then(|name| self.binding(name)) {
                        Some(init) if init != id => self.host(init),
                        _ => self.known(id),
                    },
                }
            }
            _ => self.known(id),
        }
    }

    fn number(&self, id: ExprId) -> Option<String> {
        match self.body.expr(id) {
            Expr::Literal(Literal::Int(number)) => number.map(|it| it.to_string()),
            Expr::Path(path) => self.number(self.binding(path.as_ident()?)?),
            _ => None,
        }
    }

    /// A text that is a constant.
    fn known(&self, id: ExprId) -> Option<String> {
        self.values.text(self.key, id)?.as_known()
    }

    /// A setting by its name: `settings.server.address`.
    fn name(&self, id: ExprId) -> Option<String> {
        match self.body.expr(id) {
            Expr::Ref { inner, .. } => return self.name(*inner),
            Expr::MethodCall(call) if passes_on(call.name) => return self.name(call.receiver),
            _ => {}
        }
        let text = self.sources.slice(
            self.body
                .expr_range(id)
                .in_file(self.values.program[self.key].file),
        );
        let is_name = text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "_.:()".contains(it));
        (is_name && text.contains('.')).then(|| text.to_owned())
    }

    /// What the only variable of this name is set to.
    fn binding(&self, name: Name) -> Option<ExprId> {
        let blocks = self.body.exprs().filter_map(|(_, expr)| match expr {
            Expr::Block(block) => Some(block),
            _ => None,
        });
        let mut found = blocks
            .flat_map(|block| &block.stmts)
            .filter_map(|stmt| match stmt {
                Stmt::Let(stmt) => match self.body.pat(stmt.pat) {
                    Pat::Bind { name: own, .. } if *own == name => Some(stmt.init),
                    _ => None,
                },
                Stmt::Expr(_) => None,
            });
        let first = found.next()?;
        first.filter(|_| found.next().is_none())
    }
}

fn path(body: &Body, callee: ExprId) -> Option<&Path> {
    match body.expr(callee) {
        Expr::Path(path) => Some(path),
        _ => None,
    }
}

/// `TcpListenerStream::new`, `TcpIncoming::from`.
fn wraps_listener(path: &Path) -> bool {
    let mut names = path.segments.iter().map(|it| it.name.as_str());
    names.any(|it| matches!(it, "TcpListenerStream" | "TcpIncoming"))
}

fn is_bind(name: Name) -> bool {
    name.as_str().starts_with("bind") || name.as_str().starts_with("listen")
}

/// Methods whose value is that of their receiver, or made of nothing else.
fn passes_on(name: Name) -> bool {
    const NAMES: [&str; 22] = [
        "unwrap",
        "expect",
        "parse",
        "clone",
        "as_str",
        "as_ref",
        "to_string",
        "to_owned",
        "into",
        "try_into",
        "map_err",
        "context",
        "with_context",
        "wrap_err",
        "to_socket_addrs",
        "next",
        "into_std",
        "tap_io",
        "limit_connections",
        "unwrap_or_else",
        "into_make_service",
        "trim",
    ];
    NAMES.iter().any(|it| name == *it)
}
