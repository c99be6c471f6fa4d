//! The check `assigned-fields`: what a client sends becomes what is stored, with fields that decide what he may do.
//!
//! Parameters: `stored`, the traits that types of stored rows derive; `libraries`, the crates whose functions store;
//! `rights`, names of fields that decide about rights; `owners`, names of fields that say whose a row is.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::given::{Given, body_of, is_privileged_name, parameters, principal_at};
use super::types::{derives, serde_says};
use super::{Endpoints, Site, given};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::item::Field;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::program::{AdtId, BodyKey, FnId, Ty};
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::routes::purpose::privileged_word;
use crate::source::{Name, Span};
use crate::values::{Callee, Typing};

/// How many calls deep a body is followed to where it is stored.
const MAX_DEPTH: u32 = 2;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    stored: Vec<String>,
    libraries: Vec<String>,
    rights: Vec<String>,
    owners: Vec<String>,
}

/// Finds bodies that are stored as they come.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let mut done: FxHashSet<Span> = FxHashSet::default();
    for site in &endpoints.all {
        let Some(id) = given::function(site).filter(|_| is_for_anybody(cx, site)) else {
            continue;
        };
        if !done.insert(site.endpoint.handler.span) {
            continue;
        }
        let Some(taken) = taken(cx, &params, site, id) else {
            continue;
        };
        let def = &cx.program[taken.ty];
        let field = taken.field.name;
        let title = format!(
            "`{}` lets whoever asks set `{field}` of the stored `{}`",
            site.name(),
            def.name
        );
        let primary = Label::new(taken.body.span, "read from the request as it comes");
        let key = format!("{} {} {} {field}", meta.id, site.name(), def.name);
        let declared = taken.field.range.in_file(def.file);
        found.push(
            Diagnostic::new(&meta, title, primary, key)
                .with_label(declared, "clients choose this, too")
                .with_label(taken.stored, "stored here")
                .with_anchor(site.endpoint.registered)
                .with_anchor(site.endpoint.handler.span)
                .with_endpoint(&site.endpoint.method, &site.endpoint.path)
                .with_note(format!(
                    "`{}` derives `Deserialize` and is what is stored: every field that the request names is taken over",
                    def.name
                ))
                .with_help(format!(
                    "read a type that has only what clients may choose, and set `{field}` in the handler"
                )),
        );
    }
    found
}

/// Whether not only those may ask who may set anything.
fn is_for_anybody(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let endpoint = site.endpoint;
    let names = endpoint.protections.authentication.evidence.iter();
    let is_privileged = names.clone().any(|it| is_privileged_name(&it.name));
    let by_type = principal_at(cx, site).is_some_and(|at| {
        let id = given::function(site);
        let param = id.and_then(|id| Some((&cx.program[id], cx.program[id].sig.params.get(at)?)));
        param.is_some_and(|(def, it)| {
            is_privileged_name(cx.sources.slice(it.ty_range.in_file(def.file)))
        })
    });
    site.writes_by_method()
        && endpoint.protections.authorization.status != Status::Required
        && privileged_word(&endpoint.path).is_none()
        && !is_privileged
        && !by_type
}

/// A body that is stored as it comes.
struct Taken<'p> {
    body: Given,
    ty: AdtId,
    field: &'p Field,
    stored: Span,
}

fn taken<'p>(cx: &Context<'p>, params: &Params, site: &Site<'_>, id: FnId) -> Option<Taken<'p>> {
    let def = &cx.program[id];
    let scope = cx.program.fn_scope(id);
    // Nothing is read of a handler that takes nothing of the kind.
    let may_be = def.sig.params.iter().any(|param| {
        let ty = cx.program.lower_ty(&scope, &param.ty);
        body_of(cx, &ty).is_some_and(|it| fields(cx, params, site, &it).is_some())
    });
    if !may_be {
        return None;
    }
    parameters(cx, id).into_iter().find_map(|body| {
        let (ty, all) = fields(cx, params, site, &body_of(cx, &body.ty)?)?;
        let (field, stored) = all.into_iter().find_map(|field| {
            let seen = Storing {
                cx,
                params,
                field: field.name,
            };
            let pats: Vec<PatId> = body.binds.iter().map(|(pat, _)| *pat).collect();
            Some((field, seen.stored(body.key, pats, 0)?))
        })?;
        Some(Taken {
            body,
            ty,
            field,
            stored,
        })
    })
}

/// The fields of a stored type that clients should not choose.
fn fields<'p>(
    cx: &Context<'p>,
    params: &Params,
    site: &Site<'_>,
    ty: &Ty,
) -> Option<(AdtId, Vec<&'p Field>)> {
    let Ty::Adt(id, _) = ty.peel_refs() else {
        return None;
    };
    let program: &'p crate::program::Program = cx.program;
    let def = &program[*id];
    let has_identity = site.endpoint.protections.authentication.status == Status::Required
        && site.purpose == Purpose::Ordinary;
    let is_meant = |field: &&'p Field| {
        let name = field.name.as_str();
        let is = |all: &[String]| all.iter().any(|it| it == name);
        (is(&params.rights) || has_identity && is(&params.owners))
            && !serde_says(&field.attrs, &["skip", "skip_deserializing", "flatten"])
    };
    let meant: Vec<&'p Field> = def.fields().iter().filter(is_meant).collect();
    let reads = ["serde::Deserialize".to_owned()];
    let is_stored = !meant.is_empty()
        && !serde_says(&def.attrs, &["from", "try_from"])
        && derives(program, *id, &reads).is_some()
        && derives(program, *id, &params.stored).is_some();
    is_stored.then_some((*id, meant))
}

/// A look for where a value is stored with a field that the client has chosen.
struct Storing<'c, 'a> {
    cx: &'c Context<'a>,
    params: &'c Params,
    field: Name,
}

impl Storing<'_, '_> {
    /// Where a body hands one of these variables to a library that stores it, as it is.
    fn stored(&self, key: BodyKey, mut held: Vec<PatId>, depth: u32) -> Option<Span> {
        let data = &self.cx.program[key];
        let body: &Body = &data.body;
        let typing = self.cx.values.typing(key);
        if self.is_set(body, typing, &held) {
            return None;
        }
        // `let user = body.into_inner();`, and once more of that.
        for _ in 0..2 {
            for (_, expr) in body.exprs() {
                let Expr::Block(block) = expr else { continue };
                for stmt in &block.stmts {
                    if let Stmt::Let(stmt) = stmt
                        && let Some(init) = stmt.init
                        && is_whole(body, typing, &held, init)
                        && matches!(body.pat(stmt.pat), Pat::Bind { .. })
                        && !held.contains(&stmt.pat)
                    {
                        held.push(stmt.pat);
                    }
                }
            }
        }
        if self.is_set(body, typing, &held) {
            return None;
        }
        body.exprs().find_map(|(id, expr)| {
            let receiver = match expr {
                Expr::MethodCall(call) => Some(call.receiver),
                _ => None,
            };
            let args = expr.args();
            let takes = |it: &ExprId| {
                is_whole(body, typing, &held, *it) || self.is_field(body, typing, &held, *it)
            };
            let at = args.iter().position(takes);
            let by_receiver = receiver.is_some_and(|it| is_whole(body, typing, &held, it));
            if at.is_none() && !by_receiver {
                return None;
            }
            let span = body.expr_range(id).in_file(data.file);
            typing.callees(id).iter().find_map(|callee| match callee {
                Callee::External(path) => self.stores(path.as_str(), by_receiver).then_some(span),
                Callee::Fn(to) if depth < MAX_DEPTH => {
                    let at = at?;
                    is_whole(body, typing, &held, args[at]).then_some(())?;
                    let inner = self.cx.program[to.id].body?;
                    let takes_self = self.cx.program[to.id].sig.self_param.is_some();
                    let is_method = receiver.is_some();
                    let at = match takes_self && !is_method {
                        true => at.checked_sub(1)?,
                        false => at,
                    };
                    let pat = *self.cx.program[inner].body.params.get(at)?;
                    let is_variable =
                        matches!(self.cx.program[inner].body.pat(pat), Pat::Bind { .. });
                    is_variable.then_some(())?;
                    self.stored(inner, vec![pat], depth + 1).map(|_| span)
                }
                _ => None,
            })
        })
    }

    /// Whether a function of a library stores what it is handed. `by_receiver`: it is a method of the value.
    fn stores(&self, path: &str, by_receiver: bool) -> bool {
        const BY_VALUE: [&str; 6] = [
            "insert",
            "save",
            "update",
            "insert_into",
            "execute",
            "save_changes",
        ];
        let krate = path.split("::").next().unwrap_or_default();
        let is_known = self.params.libraries.iter().any(|it| it == krate);
        let last = path.rsplit("::").next().unwrap_or_default();
        is_known && (!by_receiver || BY_VALUE.contains(&last))
    }

    /// Whether the code itself sets the field: then it is not the client's any more.
    fn is_set(&self, body: &Body, typing: &Typing, held: &[PatId]) -> bool {
        body.exprs().any(|(_, expr)| match expr {
            Expr::Assign { target, .. } => match body.expr(*target) {
                Expr::Field { base, name } => {
                    *name == self.field && is_whole(body, typing, held, *base)
                }
                _ => false,
            },
            // Whoever asks about it may refuse it.
            Expr::Binary { lhs, rhs, .. } => [lhs, rhs]
                .into_iter()
                .any(|it| self.is_field(body, typing, held, *it)),
            Expr::If { cond, .. } => self.asks(body, typing, held, *cond),
            Expr::Match { scrutinee, .. } => self.is_field(body, typing, held, *scrutinee),
            _ => false,
        })
    }

    /// Whether a condition looks at the field.
    fn asks(&self, body: &Body, typing: &Typing, held: &[PatId], cond: ExprId) -> bool {
        let within = body.expr_range(cond);
        body.exprs().any(|(id, _)| {
            within.contains(body.expr_range(id)) && self.is_field(body, typing, held, id)
        })
    }

    fn is_field(&self, body: &Body, typing: &Typing, held: &[PatId], id: ExprId) -> bool {
        match body.expr(id) {
            Expr::Field { base, name } => {
                *name == self.field && is_whole(body, typing, held, *base)
            }
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => {
                self.is_field(body, typing, held, *inner)
            }
            Expr::MethodCall(call) => {
                matches!(
                    call.name.as_str(),
                    "clone" | "as_str" | "as_ref" | "to_string" | "to_owned" | "as_deref"
                ) && self.is_field(body, typing, held, call.receiver)
            }
            _ => false,
        }
    }
}

/// Whether an expression is one of these variables, or all that is in it.
fn is_whole(body: &Body, typing: &Typing, held: &[PatId], id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Path(_) => typing.local(id).is_some_and(|it| held.contains(&it)),
        Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => is_whole(body, typing, held, *inner),
        Expr::Field { base, name } => *name == *"0" && is_whole(body, typing, held, *base),
        Expr::MethodCall(call) => {
            matches!(
                call.name.as_str(),
                "into_inner" | "clone" | "to_owned" | "deref" | "as_ref" | "into_active_model"
            ) && is_whole(body, typing, held, call.receiver)
        }
        _ => false,
    }
}
