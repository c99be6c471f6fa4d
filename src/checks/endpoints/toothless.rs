//! Checks that check nothing: credentials are looked at, and whoever sends none or invented ones
//! gets through all the same.
//!
//! That an endpoint lets everybody in although it looks at credentials is often meant so (a page
//! that greets its visitors by name), and sometimes only not seen through. Here is what leaves no
//! doubt: an optional extractor, one that proves nothing and is all that there is, and the result
//! of a check that the handler throws away.

use rustc_hash::FxHashSet;

use super::Site;
use super::body::Seen;
use crate::checks::Context;
use crate::facts::body::{BlockKind, LetStmt};
use crate::facts::{Expr, ExprId, Pat, Stmt};
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::EvidenceKind;
use crate::source::Span;
use crate::values::Callee;

/// How far calls are followed to the check.
const MAX_DEPTH: u32 = 5;
/// How many functions are looked at for one endpoint.
const MAX_FUNCTIONS: usize = 200;

/// Why a look at credentials keeps nobody out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toothless {
    /// In words, for a note.
    pub(super) reason: String,
    /// Where.
    pub(super) span: Span,
    /// For a label there.
    pub(super) label: String,
    /// It is a type that does not insist. Where nobody in the service insists, that is how the
    /// service is meant.
    pub(super) is_type: bool,
}

/// What is wrong with the check of an endpoint that is judged optional.
pub(super) fn toothless(cx: &Context<'_>, site: &Site<'_>) -> Option<Toothless> {
    in_handler(cx, site).or_else(|| filter(site))
}

/// A filter before the handler that takes credentials and refuses nobody who invents some, where
/// nothing that the handler calls decides about them.
fn filter(site: &Site<'_>) -> Option<Toothless> {
    let evidence = &site.endpoint.protections.authentication.evidence;
    let taken = evidence.iter().find(|it| it.kind == EvidenceKind::Filter)?;
    let alone = site.seen.checks.is_none() && !site.seen.unresolved;
    alone.then(|| Toothless {
        reason: format!(
            "the filter `{}` lets requests without genuine credentials pass, and nothing behind it decides about them",
            taken.name
        ),
        span: taken.span,
        label: "lets requests without genuine credentials pass".to_owned(),
        is_type: true,
    })
}

/// What is wrong with what the handler itself does about credentials.
fn in_handler(cx: &Context<'_>, site: &Site<'_>) -> Option<Toothless> {
    let HandlerTarget::Fn(id) = site.endpoint.handler.target else {
        return None;
    };
    let by_signature = extractor(cx, site, id).or_else(|| presence(cx, site, id));
    by_signature.or_else(|| search(cx, site)?.discarded())
}

/// The calls in a handler's body in which credentials are looked at.
pub(super) fn checks(cx: &Context<'_>, site: &Site<'_>) -> Option<(BodyKey, Vec<ExprId>)> {
    let search = search(cx, site)?;
    Some((search.key, search.checks))
}

/// A search that has found those.
fn search<'c, 'a>(cx: &'c Context<'a>, site: &Site<'_>) -> Option<Search<'c, 'a>> {
    let HandlerTarget::Fn(id) = site.endpoint.handler.target else {
        return None;
    };
    let evidence = site.endpoint.protections.authentication.evidence.iter();
    let evidence = evidence.filter(|it| it.kind == EvidenceKind::BodyCheck);
    let spans: Vec<Span> = evidence.map(|it| it.span).collect();
    let mut search = Search {
        cx,
        key: cx.program[id].body?,
        checks: Vec::new(),
        act: |seen| seen.write.is_some(),
    };
    search.find_checks(&spans);
    Some(search)
}

/// What is wrong with the limiter that a handler asks: nobody looks at the answer, or too late.
pub(super) fn void_limit(cx: &Context<'_>, site: &Site<'_>) -> Option<Toothless> {
    let HandlerTarget::Fn(id) = site.endpoint.handler.target else {
        return None;
    };
    let key = cx.program[id].body?;
    let data = &cx.program[key];
    let evidence = &site.endpoint.protections.rate_limit.evidence;
    if evidence.is_empty() || evidence.iter().any(|it| it.kind != EvidenceKind::BodyCheck) {
        return None;
    }
    let is_asked = |id: ExprId| {
        let span = data.body.expr_range(id).in_file(data.file);
        evidence.iter().any(|it| it.span == span)
    };
    let calls = data.body.exprs().map(|(id, _)| id);
    let search = Search {
        cx,
        key,
        checks: calls.filter(|id| is_asked(*id)).collect(),
        act: |seen| seen.write.is_some() || seen.checks_password.is_some(),
    };
    search.discarded()
}

/// An extractor that does not insist.
fn extractor(cx: &Context<'_>, site: &Site<'_>, id: FnId) -> Option<Toothless> {
    let def = &cx.program[id];
    let evidence = &site.endpoint.protections.authentication.evidence;
    let only_extractors = evidence.iter().all(|it| it.kind == EvidenceKind::Extractor);
    def.sig.params.iter().find_map(|param| {
        let ty = param.ty_range.in_file(def.file);
        let text = cx.sources.slice(ty);
        let judged = evidence.iter().any(|it| {
            it.kind == EvidenceKind::Extractor
                && (text.contains(it.name.as_str())
                    || it.span.file == ty.file && ty.range.contains(it.span.range))
        });
        if !judged {
            return None;
        }
        let optional = text.starts_with("Option<")
            || text.starts_with("Result<")
            || is_choice(cx, &cx.program.lower_ty(&cx.program.fn_scope(id), &param.ty));
        // Code further down may still refuse whom the extractor let through.
        let alone =
            only_extractors && site.seen.checks.is_none() && !site.seen.unresolved;
        if !(optional || alone) {
            return None;
        }
        let (reason, label) = if optional {
            (
                format!("`{text}` is there for requests without credentials too"),
                "requests without credentials get through".to_owned(),
            )
        } else {
            (
                format!("`{text}` does not refuse invented credentials, and nothing that is called decides about them"),
                "refuses nobody who invents credentials".to_owned(),
            )
        };
        Some(Toothless { reason, span: ty, label, is_type: true })
    })
}

/// Whether a type, or what an extractor of that type holds, is an enum of the program: its
/// variants tell requests with credentials from those without.
fn is_choice(cx: &Context<'_>, ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Adt(adt, _) => cx.program[*adt].variants().len() > 1,
        Ty::External(_, args) => args.first().is_some_and(|inner| is_choice(cx, inner)),
        _ => false,
    }
}

/// A body that asks only whether there is something.
fn presence(cx: &Context<'_>, site: &Site<'_>, id: FnId) -> Option<Toothless> {
    let nothing_else = site.seen.checks.is_none() && !site.seen.unresolved;
    let evidence = &site.endpoint.protections.authentication.evidence;
    (evidence.is_empty() && nothing_else).then(|| Toothless {
        reason: "the body asks whether something was sent, never whether it is genuine".to_owned(),
        span: cx.program[id].name_span(),
        label: "lets every header of the right name through".to_owned(),
        is_type: false,
    })
}

/// A search for the check in a handler's body.
struct Search<'c, 'a> {
    cx: &'c Context<'a>,
    key: BodyKey,
    /// The calls in which credentials are looked at.
    checks: Vec<ExprId>,
    /// What has to wait for the check.
    act: fn(&Seen) -> bool,
}

impl Search<'_, '_> {
    fn find_checks(&mut self, spans: &[Span]) {
        let data = &self.cx.program[self.key];
        let typing = self.cx.values.typing(self.key);
        for (id, expr) in data.body.exprs() {
            if !matches!(expr, Expr::Call { .. } | Expr::MethodCall(_)) {
                continue;
            }
            let mut visited = FxHashSet::default();
            let reaches = typing.callees(id).iter().any(|callee| match callee {
                Callee::Fn(it) => self.reaches(it.id, spans, 0, &mut visited),
                _ => false,
            });
            if reaches {
                self.checks.push(id);
            }
        }
    }

    /// Whether a function's code, or that of one that it calls, stands at one of these places.
    fn reaches(&self, id: FnId, spans: &[Span], depth: u32, visited: &mut FxHashSet<FnId>) -> bool {
        if depth > MAX_DEPTH || visited.len() > MAX_FUNCTIONS || !visited.insert(id) {
            return false;
        }
        let def = &self.cx.program[id];
        if spans
            .iter()
            .any(|it| it.file == def.file && def.range.contains(it.range))
        {
            return true;
        }
        let Some(key) = def.body else { return false };
        let typing = self.cx.values.typing(key);
        let body = &self.cx.program[key].body;
        body.exprs().any(|(call, _)| {
            typing.callees(call).iter().any(|callee| match callee {
                Callee::Fn(it) => self.reaches(it.id, spans, depth + 1, visited),
                _ => false,
            })
        })
    }

    fn discarded(&self) -> Option<Toothless> {
        let body = &self.cx.program[self.key].body;
        body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => self.in_statements(&block.stmts),
            Expr::If {
                cond,
                then,
                otherwise: None,
            } => self.in_branch(*cond, *then),
            Expr::MethodCall(call) if call.name.as_str().starts_with("unwrap_or") => {
                let check = self.check(call.receiver)?;
                let reason = "a failed check is replaced by a default".to_owned();
                Some(self.toothless(check, reason, "whoever fails goes on with a default"))
            }
            Expr::Call { args, .. } => self.spawned(expr, args),
            Expr::MethodCall(call) => self.spawned(expr, &call.args),
            _ => None,
        })
    }

    /// `let _ = check(..);`, `check(..).await;`, and `check(..)?` after the write.
    fn in_statements(&self, stmts: &[Stmt]) -> Option<Toothless> {
        let body = &self.cx.program[self.key].body;
        let mut acted = false;
        for stmt in stmts {
            let (expr, dropped) = match stmt {
                Stmt::Let(stmt) => {
                    let LetStmt { pat, init, .. } = &**stmt;
                    let Some(init) = init else { continue };
                    (*init, matches!(body.pat(*pat), Pat::Wild))
                }
                Stmt::Expr(expr) => (*expr, true),
            };
            if let Some(check) = self.check(expr).filter(|it| dropped && self.can_fail(*it)) {
                let reason = "nobody looks at what the check says".to_owned();
                return Some(self.toothless(check, reason, "its result is dropped"));
            }
            if let Expr::Try(inner) = body.expr(expr)
                && acted
                && let Some(check) = self.check(*inner)
            {
                let reason = "the check comes after what it should keep".to_owned();
                return Some(self.toothless(check, reason, "too late: it is done"));
            }
            acted = acted || self.acts(expr);
        }
        None
    }

    /// `if check(..).is_err() { log }`, `if let Err(_) = check(..) { log }`, and
    /// `if headers.contains_key(AUTHORIZATION) { check(..)? }`.
    fn in_branch(&self, cond: ExprId, then: ExprId) -> Option<Toothless> {
        let body = &self.cx.program[self.key].body;
        let failed = match body.expr(cond) {
            Expr::MethodCall(call) if matches!(call.name.as_str(), "is_err" | "is_none") => {
                self.check(call.receiver)
            }
            Expr::Let { pat, value } => match body.pat(*pat) {
                Pat::TupleStruct(path, _) if path.last().is_some_and(|it| it == *"Err") => {
                    self.check(*value)
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(check) = failed {
            return (!self.leaves(then)).then(|| {
                let reason = "a failed check is noted, and the request goes on".to_owned();
                self.toothless(check, reason, "who fails goes on")
            });
        }
        let asks_for_presence = match body.expr(cond) {
            Expr::MethodCall(call) if call.name == *"contains_key" => true,
            Expr::MethodCall(call) if call.name == *"is_some" => {
                matches!(body.expr(call.receiver), Expr::MethodCall(inner) if inner.name == *"get")
            }
            _ => false,
        };
        if !asks_for_presence {
            return None;
        }
        let within = body.expr_range(then);
        let check = self
            .checks
            .iter()
            .copied()
            .find(|it| within.contains(body.expr_range(*it)))?;
        let reason = "only requests that bring credentials are checked".to_owned();
        Some(self.toothless(check, reason, "skipped where there are no credentials"))
    }

    /// `tokio::spawn(async { check(..) })`.
    fn spawned(&self, call: &Expr, args: &[ExprId]) -> Option<Toothless> {
        let body = &self.cx.program[self.key].body;
        let name = match call {
            Expr::Call { callee, .. } => match body.expr(*callee) {
                Expr::Path(path) => path.last()?,
                _ => return None,
            },
            Expr::MethodCall(call) => call.name,
            _ => return None,
        };
        if !matches!(name.as_str(), "spawn" | "spawn_local" | "spawn_blocking") {
            return None;
        }
        let check = self.checks.iter().copied().find(|it| {
            let range = body.expr_range(*it);
            args.iter().any(|arg| body.expr_range(*arg).contains(range))
        })?;
        let reason = "the check runs beside the request".to_owned();
        Some(self.toothless(check, reason, "the request does not wait for it"))
    }

    fn toothless(&self, check: ExprId, reason: String, label: &str) -> Toothless {
        let data = &self.cx.program[self.key];
        Toothless {
            reason,
            span: data.body.expr_range(check).in_file(data.file),
            label: label.to_owned(),
            is_type: false,
        }
    }

    /// The check that an expression is, once awaited.
    fn check(&self, id: ExprId) -> Option<ExprId> {
        match self.cx.program[self.key].body.expr(id) {
            Expr::Await(inner) => self.check(*inner),
            _ => self.checks.contains(&id).then_some(id),
        }
    }

    /// Whether a called function says by its type that it may refuse.
    fn can_fail(&self, call: ExprId) -> bool {
        let typing = self.cx.values.typing(self.key);
        typing.callees(call).iter().any(|callee| match callee {
            Callee::Fn(it) => may_fail(&self.cx.program.fn_return(it.id)),
            Callee::External(_) => true,
            _ => false,
        })
    }

    /// Whether an expression does what the check is there for.
    fn acts(&self, id: ExprId) -> bool {
        let range = self.cx.program[self.key].body.expr_range(id);
        (self.act)(&Seen::of_range(self.cx, self.key, range))
    }

    /// Whether a branch may leave the function, as far as can be seen.
    fn leaves(&self, id: ExprId) -> bool {
        let body = &self.cx.program[self.key].body;
        let within = body.expr_range(id);
        body.exprs().any(|(it, expr)| {
            within.contains(body.expr_range(it))
                && match expr {
                    Expr::Return(_) | Expr::Break { .. } | Expr::Continue(_) | Expr::Try(_) => true,
                    Expr::Block(block) => block.kind == BlockKind::Expansion,
                    Expr::Macro(call) => {
                        let name = call.path.last().map_or("", |it| it.as_str());
                        !LOGS.contains(&name)
                    }
                    _ => false,
                }
        })
    }
}

/// Whether a value of a type can say that something was refused.
fn may_fail(ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Future(inner) => may_fail(inner),
        Ty::Primitive(name) => *name == *"bool",
        // `anyhow::Result`, `actix_web::Result`; Rocket's outcomes.
        Ty::External(path, _) => {
            let last = path.as_str().rsplit("::").next();
            matches!(last, Some("Result" | "Outcome"))
        }
        _ => false,
    }
}

/// Macros that only note something.
const LOGS: [&str; 14] = [
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "log",
    "event",
    "print",
    "println",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "dbg",
];
