//! The check `mismatched-id`: access is decided by an id from one part of the request, and what is changed is found
//! by an id of the same name from another.

use super::deviants::{decides, may_refuse};
use super::given::{Given, derived, function, holds, parameters, principal_at};
use super::{Endpoints, Site, body, first_line, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::facts::body::{BinaryOp, UnaryOp};
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::models::roles::Carries;
use crate::program::BodyKey;
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::source::{Name, Span};
use crate::values::{Callee, Typing};

/// A part of the request, by the handler's parameter that takes it out, and an id in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id {
    param: usize,
    name: Name,
}

/// An id where it is used.
struct Used {
    id: Id,
    at: ExprId,
}

/// Access that is decided by one id, and a change by another.
struct Mismatch {
    checked: Span,
    changed: Span,
    name: Name,
    from: [&'static str; 2],
    /// The change is handed the id that was checked, too.
    has_both: bool,
}

/// Finds handlers that check one id and use another.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found: Vec<(Span, Diagnostic)> = Vec::new();
    for service in endpoints.services().iter().copied() {
        for site in endpoints.within_reach(cx, service) {
            let handler = site.endpoint.handler.span;
            if found.iter().any(|(it, _)| *it == handler) {
                continue;
            }
            let mismatch = mismatch(cx, site);
            found.extend(mismatch.map(|it| (handler, finding(cx, &meta, site, &it))));
        }
    }
    found.into_iter().map(|(_, it)| it).collect()
}

fn finding(cx: &Context<'_>, meta: &LintMeta, site: &Site<'_>, it: &Mismatch) -> Diagnostic {
    let [of_check, of_change] = it.from;
    let name = it.name;
    let title = format!(
        "`{}` checks the `{name}` of the {of_check}, and goes by that of the {of_change}",
        site.name()
    );
    let primary = Label::new(
        first_line(cx, it.changed),
        format!("goes by the {of_change}"),
    );
    let key = format!("{} {} {name}", meta.id, site.name());
    let mut finding = Diagnostic::new(meta, title, primary, key)
        .with_endpoint(&site.endpoint.method, &site.endpoint.path)
        .with_label(first_line(cx, it.checked), format!("checks the {of_check}"));
    finding = with_evidence(cx, finding, site, |_| None);
    if it.has_both {
        finding = finding.with_persona(Persona::Auditor);
    }
    finding
        .with_note("both are written by whoever sends the request, and nothing compares them")
        .with_help("take the id from one place only, or refuse requests in which the two differ")
}

/// What is wrong with the ids of an endpoint that knows who asks.
fn mismatch(cx: &Context<'_>, site: &Site<'_>) -> Option<Mismatch> {
    let status = site.endpoint.protections.authentication.status;
    let only_reads = site.endpoint.acts_as() == "GET";
    if site.purpose != Purpose::Ordinary || status == Status::None || only_reads {
        return None;
    }
    let id = function(site)?;
    let parts = parts(cx, id)?;
    let given = parameters(cx, id);
    let key = given.first()?.key;
    let look = Look::new(cx, key, parts, &given);
    let who = principal_at(cx, site).and_then(|at| given.get(at));
    let who = who.map_or_else(Vec::new, |it| {
        let binds = it.binds.iter().map(|(pat, _)| *pat).collect();
        derived(look.body, look.typing, binds)
    });
    look.mismatch(&who)
}

/// The parts of the request that a handler's parameters take out: of each, in words; `None` unless there are two.
fn parts(cx: &Context<'_>, id: crate::program::FnId) -> Option<Vec<Option<&'static str>>> {
    if cx.program[id].sig.params.len() < 2 {
        return None;
    }
    let scope = cx.program.fn_scope(id);
    let params = cx.program[id].sig.params.iter();
    let parts: Vec<Option<&'static str>> = params
        .map(|param| {
            let ty = cx.program.lower_ty(&scope, &param.ty);
            let path = ty.peel_refs().external_path()?;
            match cx.program.models.extractor(path)?.carries {
                Carries::Path => Some("path"),
                Carries::Query => Some("query"),
                Carries::Body | Carries::Form | Carries::Multipart => Some("body"),
                Carries::Header | Carries::Headers => Some("headers"),
                _ => None,
            }
        })
        .collect();
    (parts.iter().flatten().count() > 1).then_some(parts)
}

/// A look at a handler's body.
struct Look<'l, 'a> {
    cx: &'l Context<'a>,
    key: BodyKey,
    body: &'l Body,
    typing: &'l Typing,
    parts: Vec<Option<&'static str>>,
    /// Variables that are a part of the request, or an id out of one.
    held: Vec<(PatId, usize, Option<Name>)>,
}

impl<'l, 'a> Look<'l, 'a> {
    fn new(
        cx: &'l Context<'a>,
        key: BodyKey,
        parts: Vec<Option<&'static str>>,
        given: &[Given],
    ) -> Look<'l, 'a> {
        let mut look = Look {
            cx,
            key,
            body: &cx.program[key].body,
            typing: cx.values.typing(key),
            parts,
            held: Vec::new(),
        };
        for (at, given) in given.iter().enumerate() {
            if look.parts.get(at).is_some_and(Option::is_some) {
                let binds = given.binds.iter();
                let binds = binds.map(|(pat, name)| (*pat, at, is_id(*name).then_some(*name)));
                look.held.extend(binds);
            }
        }
        look.follow();
        look
    }

    /// Variables that are made of others: `let project_id = form.project_id;`, `let (id, _) = path.into_inner();`.
    fn follow(&mut self) {
        for (_, expr) in self.body.exprs() {
            let Expr::Block(block) = expr else { continue };
            for stmt in &block.stmts {
                let Stmt::Let(stmt) = stmt else { continue };
                let Some(init) = stmt.init else { continue };
                let (param, named) = match (self.id(init), self.whole(init)) {
                    (Some(id), _) => (id.param, Some(id.name)),
                    (None, Some(param)) => (param, None),
                    (None, None) => continue,
                };
                let pats = match self.body.pat(stmt.pat) {
                    Pat::Tuple(all) | Pat::TupleStruct(_, all) => all.to_vec(),
                    _ => vec![stmt.pat],
                };
                for pat in pats {
                    if let Pat::Bind { name, .. } = self.body.pat(pat) {
                        let name = named.or(is_id(*name).then_some(*name));
                        self.held.push((pat, param, name));
                    }
                }
            }
        }
    }

    /// What an expression is without what only borrows, copies or converts it.
    fn peel(&self, id: ExprId) -> ExprId {
        const SAME: [&str; 12] = [
            "clone",
            "to_string",
            "to_owned",
            "into",
            "as_str",
            "as_ref",
            "as_deref",
            "into_inner",
            "borrow",
            "deref",
            "copied",
            "cloned",
        ];
        match self.body.expr(id) {
            Expr::Ref { inner, .. } | Expr::Cast { inner, .. } => self.peel(*inner),
            Expr::Unary {
                op: UnaryOp::Deref,
                inner,
            } => self.peel(*inner),
            Expr::MethodCall(call) if SAME.contains(&call.name.as_str()) => {
                self.peel(call.receiver)
            }
            _ => id,
        }
    }

    /// The id that an expression is.
    fn id(&self, id: ExprId) -> Option<Id> {
        let id = self.peel(id);
        match self.body.expr(id) {
            Expr::Field { base, name } if is_id(*name) => {
                let param = self.whole(*base)?;
                Some(Id { param, name: *name })
            }
            Expr::Path(_) => {
                let local = self.typing.local(id)?;
                let (_, param, name) = self.held.iter().find(|(pat, ..)| *pat == local)?;
                Some(Id {
                    param: *param,
                    name: (*name)?,
                })
            }
            _ => None,
        }
    }

    /// The parameter of which an expression is all that it holds.
    fn whole(&self, id: ExprId) -> Option<usize> {
        let id = self.peel(id);
        match self.body.expr(id) {
            // What a tuple struct holds: `form.0`.
            Expr::Field { base, name } if *name == *"0" => self.whole(*base),
            Expr::Path(_) => {
                let local = self.typing.local(id)?;
                let held = self.held.iter().find(|(pat, ..)| *pat == local)?;
                held.2.is_none().then_some(held.1)
            }
            _ => None,
        }
    }

    fn mismatch(&self, who: &[PatId]) -> Option<Mismatch> {
        let checks = self.checks(who);
        let uses = self.uses();
        for checked in &checks {
            let is_other = |it: &&Used| {
                it.id.name == checked.id.name
                    && it.id.param != checked.id.param
                    && self.parts[it.id.param] != self.parts[checked.id.param]
            };
            for used in uses.iter().filter(is_other) {
                let is_checked = checks.iter().any(|it| it.id == used.id);
                if is_checked || self.are_compared(checked.id, used.id) {
                    continue;
                }
                let Some(change) = self.change(used.at) else {
                    continue;
                };
                let range = self.body.expr_range(change);
                // What comes before the check is for another lint.
                if range.start < self.body.expr_range(checked.at).end {
                    continue;
                }
                let is_in = |it: &Used| range.contains(self.body.expr_range(it.at));
                let has_both = uses.iter().any(|it| it.id == checked.id && is_in(it));
                return Some(Mismatch {
                    checked: self.span(checked.at),
                    changed: self.span(used.at),
                    name: used.id.name,
                    from: [self.parts[checked.id.param]?, self.parts[used.id.param]?],
                    has_both,
                });
            }
        }
        None
    }

    fn span(&self, id: ExprId) -> Span {
        let file = self.cx.program[self.key].file;
        self.body.expr_range(id).in_file(file)
    }

    /// Where access is decided by an id: by a function that says so by its name and is told the id, or by a comparison
    /// with something of whoever asks.
    fn checks(&self, who: &[PatId]) -> Vec<Used> {
        let mut found = Vec::new();
        for (call, expr) in self.body.exprs() {
            let sides: Vec<ExprId> = match expr {
                Expr::Call { args, .. } if self.decides(call) => args.to_vec(),
                Expr::MethodCall(it) if self.decides(call) => it.args.to_vec(),
                Expr::Binary {
                    op: BinaryOp::Eq | BinaryOp::Ne,
                    lhs,
                    rhs,
                } => {
                    let of_who = |it| holds(self.body, self.typing, who, it);
                    match (of_who(*lhs), of_who(*rhs)) {
                        (true, false) => vec![*rhs],
                        (false, true) => vec![*lhs],
                        _ => continue,
                    }
                }
                _ => continue,
            };
            for at in sides {
                found.extend(self.id(at).map(|id| Used { id, at }));
            }
        }
        found
    }

    fn decides(&self, call: ExprId) -> bool {
        self.typing.callees(call).iter().any(|it| match it {
            Callee::Fn(it) => {
                let def = &self.cx.program[it.id];
                decides(def.name.as_str()) && may_refuse(&self.cx.program.fn_return(it.id))
            }
            _ => false,
        })
    }

    /// Where ids are handed to something, or put into what is made.
    fn uses(&self) -> Vec<Used> {
        let mut found = Vec::new();
        for (_, expr) in self.body.exprs() {
            let handed: Vec<ExprId> = match expr {
                Expr::Call { args, .. } => args.to_vec(),
                Expr::MethodCall(call) => call.args.to_vec(),
                Expr::Struct(data) => data.fields.iter().map(|(_, it)| *it).collect(),
                _ => continue,
            };
            for at in handed {
                found.extend(self.id(at).map(|id| Used { id, at }));
            }
        }
        found
    }

    /// Whether two ids are held against each other, or one is put in the place of the other.
    fn are_compared(&self, one: Id, other: Id) -> bool {
        let are_both = |a, b| {
            let ids = [self.id(a), self.id(b)];
            ids == [Some(one), Some(other)] || ids == [Some(other), Some(one)]
        };
        self.body.exprs().any(|(_, expr)| match expr {
            Expr::Binary { op, lhs, rhs } => {
                matches!(op, BinaryOp::Eq | BinaryOp::Ne) && are_both(*lhs, *rhs)
            }
            Expr::Assign { target, .. } => self.id(*target) == Some(other),
            Expr::Call { args, .. } => args.iter().any(|a| args.iter().any(|b| are_both(*a, *b))),
            _ => false,
        })
    }

    /// The statement around a use, if something is changed in it.
    fn change(&self, at: ExprId) -> Option<ExprId> {
        let range = self.body.expr_range(at);
        let statements = self.body.exprs().flat_map(|(_, expr)| match expr {
            Expr::Block(block) => block
                .stmts
                .iter()
                .filter_map(|stmt| match stmt {
                    Stmt::Let(stmt) => stmt.init,
                    Stmt::Expr(id) => Some(*id),
                })
                .chain(block.tail)
                .collect(),
            _ => Vec::new(),
        });
        let around = statements.filter(|it| self.body.expr_range(*it).contains(range));
        let statement = around.min_by_key(|it| self.body.expr_range(*it).len())?;
        let changes = self.changes(statement) || self.continues_change(statement);
        (changes && !self.is_check(statement)).then_some(statement)
    }

    fn changes(&self, id: ExprId) -> bool {
        let range = self.body.expr_range(id);
        let seen = body::Seen::of_range(self.cx, self.key, range);
        seen.write.is_some()
    }

    /// Whether a statement goes on with what another has begun that changes something: `query.bind(id)`.
    fn continues_change(&self, statement: ExprId) -> bool {
        let mut root = statement;
        loop {
            root = match self.body.expr(root) {
                Expr::MethodCall(call) => call.receiver,
                Expr::Await(inner) | Expr::Try(inner) => *inner,
                _ => break,
            };
        }
        let Some(local) = self.typing.local(root) else {
            return false;
        };
        let made = self.body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(stmt) if stmt.pat == local => stmt.init,
                _ => None,
            }),
            _ => None,
        });
        made.is_some_and(|it| self.changes(it))
    }

    /// Whether a statement is one that decides about access.
    fn is_check(&self, statement: ExprId) -> bool {
        let range = self.body.expr_range(statement);
        let calls = self.body.exprs();
        let mut within = calls.filter(|(id, _)| range.contains(self.body.expr_range(*id)));
        within.any(|(id, _)| self.decides(id))
    }
}

/// Whether a name is that of an id.
fn is_id(name: Name) -> bool {
    let name = name.as_str();
    ["id", "uuid", "slug"].contains(&name) || name.ends_with("_id") || name.ends_with("_uuid")
}
