//! What handlers are given: their parameters, and which of them says who asks.

use crate::checks::Context;
use crate::facts::body::{BinaryOp, MacroCall};
use crate::facts::{Body, Expr, ExprId, Mention, Pat, PatId, Stmt};
use crate::models::roles::Carries;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::{EvidenceKind, Status};
use crate::routes::purpose::words;
use crate::source::{Name, Span};
use crate::values::Typing;

use super::Site;

/// Words of types that say that a value is somebody.
const SOMEBODY: [&str; 14] = [
    "user",
    "principal",
    "identity",
    "claims",
    "actor",
    "auth",
    "authenticated",
    "caller",
    "account",
    "member",
    "session",
    "viewer",
    "me",
    "subject",
];

/// Words of names that say that not everybody who has an identity is meant.
const PRIVILEGED: [&str; 22] = [
    "admin",
    "admins",
    "administrator",
    "superuser",
    "super",
    "root",
    "owner",
    "staff",
    "moderator",
    "mod",
    "operator",
    "manager",
    "role",
    "roles",
    "permission",
    "permissions",
    "privileged",
    "privilege",
    "scope",
    "scopes",
    "maintainer",
    "editor",
];

/// A parameter of a handler.
pub(super) struct Given {
    /// Its type.
    pub(super) ty: Ty,
    /// Where its type is written.
    pub(super) span: Span,
    /// Pattern and type.
    pub(super) whole: Span,
    /// The variables that its pattern binds.
    pub(super) binds: Vec<(PatId, Name)>,
    /// The body in which they are read.
    pub(super) key: BodyKey,
}

/// The function that answers an endpoint, if it is one of the program.
pub(super) fn function(site: &Site<'_>) -> Option<FnId> {
    match site.endpoint.handler.target {
        HandlerTarget::Fn(id) => Some(id),
        _ => None,
    }
}

/// The parameters of a handler; none, if its body could not be read. Reads the body.
pub(super) fn parameters(cx: &Context<'_>, id: FnId) -> Vec<Given> {
    let def = &cx.program[id];
    let Some(key) = def.body else {
        return Vec::new();
    };
    let body = &cx.program[key].body;
    let scope = cx.program.fn_scope(id);
    let params = def.sig.params.iter().enumerate();
    let given = params.map(|(at, param)| {
        let mut binds = Vec::new();
        if let Some(pat) = body.params.get(at) {
            bindings(body, *pat, &mut binds);
        }
        Given {
            ty: cx.program.lower_ty(&scope, &param.ty),
            span: param.ty_range.in_file(def.file),
            whole: param.range.in_file(def.file),
            binds,
            key,
        }
    });
    given.collect()
}

/// Which parameter of a handler says who asks, by the evidence that it authenticates, or, where middleware
/// does, by what the parameter takes out of the request. The body is not read for that.
pub(super) fn principal_at(cx: &Context<'_>, site: &Site<'_>) -> Option<usize> {
    let id = function(site)?;
    let def = &cx.program[id];
    let authentication = &site.endpoint.protections.authentication;
    let evidence = authentication.evidence.iter();
    let mut of_signature = evidence
        .filter(|it| matches!(it.kind, EvidenceKind::Extractor | EvidenceKind::Guard))
        .map(|it| it.span);
    let by_evidence = of_signature.find_map(|span| {
        def.sig.params.iter().position(|param| {
            let ty = param.ty_range.in_file(def.file);
            ty.file == span.file && ty.range.contains(span.range)
        })
    });
    by_evidence.or_else(|| {
        if authentication.status != Status::Required {
            return None;
        }
        let scope = cx.program.fn_scope(id);
        def.sig.params.iter().position(|param| {
            let ty = cx.program.lower_ty(&scope, &param.ty);
            handed_on(cx, &ty).is_some_and(|it| is_somebody(cx, &it))
        })
    })
}

/// What an extractor takes out of what middleware has left.
fn handed_on(cx: &Context<'_>, ty: &Ty) -> Option<Ty> {
    let extractor = cx.program.models.extractor(ty.external_path()?)?;
    let at = extractor.inner.unwrap_or(0) as usize;
    (extractor.carries == Carries::Extension).then(|| ty.arg(at))
}

/// Whether a type of the program is by its name that of somebody.
fn is_somebody(cx: &Context<'_>, ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Adt(id, _) => {
            let all = words(cx.program[*id].name.as_str());
            all.iter().any(|it| SOMEBODY.contains(&it.as_str()))
        }
        _ => false,
    }
}

/// Whether a name says that not everybody who has an identity is meant.
pub(super) fn is_privileged_name(name: &str) -> bool {
    words(name)
        .iter()
        .any(|it| PRIVILEGED.contains(&it.as_str()))
}

/// The payload of an extractor that reads the request's body: of `Json<NewUser>`, `NewUser`.
pub(super) fn body_of(cx: &Context<'_>, ty: &Ty) -> Option<Ty> {
    let ty = ty.peel_refs();
    let extractor = cx.program.models.extractor(ty.external_path()?)?;
    let at = extractor.inner.unwrap_or(0) as usize;
    match extractor.carries {
        Carries::Body | Carries::Form => Some(ty.arg(at)),
        _ if extractor.wraps => body_of(cx, &ty.arg(at)),
        _ => None,
    }
}

/// The variables that a pattern binds.
pub(super) fn bindings(body: &Body, pat: PatId, found: &mut Vec<(PatId, Name)>) {
    match body.pat(pat) {
        Pat::Bind { name, sub, .. } => {
            found.push((pat, *name));
            if let Some(sub) = sub {
                bindings(body, *sub, found);
            }
        }
        Pat::TupleStruct(_, all) | Pat::Tuple(all) | Pat::Slice(all) | Pat::Or(all) => {
            all.iter().for_each(|it| bindings(body, *it, found));
        }
        Pat::Struct(_, fields) => fields.iter().for_each(|(_, it)| bindings(body, *it, found)),
        Pat::Ref(inner) | Pat::Typed(inner, _) => bindings(body, *inner, found),
        Pat::Wild | Pat::Rest | Pat::Path(_) | Pat::Literal(_) | Pat::Value => {}
    }
}

/// Whether a handler itself decides by who asks: `if !user.is_admin { .. }`. `principal`: which of its parameters tells.
pub(super) fn is_asked_about(cx: &Context<'_>, id: FnId, principal: usize) -> bool {
    let given = parameters(cx, id);
    let Some(who) = given.get(principal) else {
        return false;
    };
    let body: &Body = &cx.program[who.key].body;
    let typing = cx.values.typing(who.key);
    let who = derived(
        body,
        typing,
        who.binds.iter().map(|(pat, _)| *pat).collect(),
    );
    body.exprs().any(|(_, expr)| {
        let asked = match expr {
            Expr::If { cond, .. } => *cond,
            Expr::Match { scrutinee, .. } => *scrutinee,
            Expr::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                lhs,
                rhs,
            } => return [*lhs, *rhs].iter().any(|it| holds(body, typing, &who, *it)),
            _ => return false,
        };
        holds(body, typing, &who, asked)
    })
}

/// The variables that hold something of these.
pub(super) fn derived(body: &Body, typing: &Typing, mut held: Vec<PatId>) -> Vec<PatId> {
    for (_, expr) in body.exprs() {
        let Expr::Block(block) = expr else { continue };
        for stmt in &block.stmts {
            if let Stmt::Let(stmt) = stmt
                && let Some(init) = stmt.init
                && matches!(body.pat(stmt.pat), Pat::Bind { .. })
                && holds(body, typing, &held, init)
            {
                held.push(stmt.pat);
            }
        }
    }
    held
}

/// Whether one of these variables stands in an expression.
pub(super) fn holds(body: &Body, typing: &Typing, held: &[PatId], within: ExprId) -> bool {
    let range = body.expr_range(within);
    body.exprs().any(|(id, _)| {
        range.contains(body.expr_range(id)) && typing.local(id).is_some_and(|it| held.contains(&it))
    })
}

impl Given {
    /// Where its variables are read: each expression that names one.
    pub(super) fn reads(&self, body: &Body, typing: &Typing) -> Vec<ExprId> {
        let is_one = |id: ExprId| {
            let local = typing.local(id);
            local.is_some_and(|it| self.binds.iter().any(|(pat, _)| *pat == it))
        };
        let paths = body.exprs().filter(|(id, _)| is_one(*id));
        paths.map(|(id, _)| id).collect()
    }

    /// Whether nothing in its body can read it.
    pub(super) fn is_never_read(&self, cx: &Context<'_>) -> bool {
        let data = &cx.program[self.key];
        let mentions = data.body.mentions();
        let is_named = |(_, name): &(PatId, Name)| mentions.has(Mention::Bare, name.as_str());
        let in_macro = |call: &MacroCall| {
            let text = cx.sources.slice(call.tokens.in_file(data.file));
            self.binds.iter().any(|(_, it)| text.contains(it.as_str()))
        };
        // A macro that makes code may name what is not seen, and formats name variables in their text.
        let unread = || {
            data.body
                .exprs()
                .any(|(_, it)| matches!(it, Expr::Macro(it) if in_macro(it)))
        };
        if self.binds.is_empty() {
            return true;
        }
        if !data.body.is_expanded() && !self.binds.iter().any(is_named) {
            return !unread();
        }
        self.reads(&data.body, cx.values.typing(self.key))
            .is_empty()
            && !unread()
    }
}
