//! Which router an endpoint was added to: the function that registers it and the prefixes
//! under which that router is mounted.

use rustc_hash::FxHashMap;

use crate::checks::Context;
use crate::facts::{Body, Expr, ExprId, Pat, Stmt};
use crate::program::{FnId, Program};
use crate::routes::endpoint::Endpoint;
use crate::routes::frameworks::{guards_mounts, guards_registrations};
use crate::source::{FileId, Name, Span, TextRange};

/// Identifies a router. Endpoints with the same key stand in one builder chain or scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RouterKey {
    service: String,
    file: FileId,
    function: Option<FnId>,
    /// The variable that the router is built in, where there is one.
    variable: Option<String>,
    mounts: Vec<Span>,
}

impl RouterKey {
    /// All routers that one function builds and that are mounted at one place.
    pub(crate) fn builder(&self) -> RouterKey {
        RouterKey {
            // No variable has this name, unlike the routers that are in none.
            variable: Some(String::new()),
            ..self.clone()
        }
    }

    /// The function that builds it, where it is one.
    pub(crate) fn function(&self) -> Option<FnId> {
        self.function
    }
}

/// Finds the functions that register endpoints.
pub(crate) struct Routers<'a> {
    program: &'a Program,
    functions: FxHashMap<FileId, Vec<(TextRange, FnId)>>,
}

impl<'a> Routers<'a> {
    pub(crate) fn new(cx: &Context<'a>) -> Routers<'a> {
        let mut functions: FxHashMap<FileId, Vec<(TextRange, FnId)>> = FxHashMap::default();
        for (id, def) in cx.program.fn_ids() {
            functions.entry(def.file).or_default().push((def.range, id));
        }
        Routers {
            program: cx.program,
            functions,
        }
    }

    pub(crate) fn key(&mut self, endpoint: &Endpoint) -> RouterKey {
        let at = endpoint.registered;
        let function = self.functions.get(&at.file).and_then(|all| {
            all.iter()
                .filter(|(range, _)| range.contains(at.range))
                .min_by_key(|(range, id)| (range.len(), *id))
                .map(|(_, id)| *id)
        });
        let body = function.and_then(|id| self.program[id].body);
        RouterKey {
            variable: body
                .and_then(|key| variable(&self.program[key].body, at.range))
                .map(|name| name.as_str().to_owned()),
            service: endpoint.service.clone(),
            file: at.file,
            function,
            mounts: match guards_mounts(endpoint.framework) {
                _ if guards_registrations(endpoint.framework) => vec![endpoint.registered],
                true => endpoint.mounts.iter().map(|(span, _)| *span).collect(),
                false => Vec::new(),
            },
        }
    }
}

/// The variable to which the router at this place is assigned: of `let admin = Router::new()..`
/// and of `admin = admin.route(..)`.
fn variable(body: &Body, at: TextRange) -> Option<Name> {
    let inside = |id: ExprId| body.expr_range(id).contains(at);
    let blocks = body.exprs().filter_map(|(id, expr)| match expr {
        Expr::Block(block) if inside(id) => Some((body.expr_range(id).len(), block)),
        _ => None,
    });
    let (_, block) = blocks.min_by_key(|(len, _)| *len)?;
    block.stmts.iter().find_map(|stmt| match stmt {
        Stmt::Let(stmt) if stmt.init.is_some_and(inside) => match body.pat(stmt.pat) {
            Pat::Bind { name, .. } => Some(*name),
            _ => None,
        },
        Stmt::Expr(expr) => match body.expr(*expr) {
            Expr::Assign { target, value } if inside(*value) => match body.expr(*target) {
                Expr::Path(path) => path.as_ident(),
                _ => None,
            },
            _ => None,
        },
        Stmt::Let(_) => None,
    })
}
