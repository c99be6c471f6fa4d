//! The check `flagged-check`: a handler asks who is there only if the request says so.

use super::chosen::Chosen;
use super::{Endpoints, Site, first_line, toothless, unguarded, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::BinaryOp;
use crate::facts::{Body, Expr, ExprId};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::source::Span;

/// Finds checks that clients can leave out.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let mut known: Vec<Span> = Vec::new();
    for service in endpoints.services().iter().copied() {
        for site in endpoints.within_reach(cx, service) {
            let Some(flagged) = flagged(cx, site) else {
                continue;
            };
            let handler = site.endpoint.handler.span;
            if known.contains(&handler) {
                continue;
            }
            known.push(handler);
            let title = format!(
                "`{}` asks who is there only if the request says so",
                site.name()
            );
            let key = format!("{} {}", meta.id, site.name());
            let primary = Label::new(
                first_line(cx, flagged.flag),
                "clients choose how this comes out",
            );
            let finding = Diagnostic::new(&meta, title, primary, key)
                .with_label(first_line(cx, flagged.check), "checked only then")
                .with_endpoint(&site.endpoint.method, &site.endpoint.path);
            found.push(
                with_evidence(cx, finding, site, |_| None)
                    .with_note("it goes on without the check, and changes something all the same")
                    .with_help("check every request; who may leave a check out is for the service to say, not for the request"),
            );
        }
    }
    found
}

/// A check that stands behind a condition.
pub(super) struct Flagged {
    flag: Span,
    check: Span,
}

/// The check of a handler that clients can leave out by what they send.
pub(super) fn flagged(cx: &Context<'_>, site: &Site<'_>) -> Option<Flagged> {
    let is_meant = site.purpose == Purpose::Ordinary
        && site.endpoint.protections.authentication.status == Status::Optional
        && unguarded::changes(site);
    if !is_meant {
        return None;
    }
    let (key, checks) = toothless::checks(cx, site)?;
    let data = &cx.program[key];
    let body: &Body = &data.body;
    let chosen = Chosen::new(cx, key, &body.params);
    // All have to be left out.
    let flags = checks.iter().map(|check| flag(body, &chosen, *check));
    let flags: Option<Vec<ExprId>> = flags.collect();
    let (flag, check) = flags?.into_iter().zip(checks).next()?;
    let span = |id: ExprId| body.expr_range(id).in_file(data.file);
    Some(Flagged {
        flag: span(flag),
        check: span(check),
    })
}

/// The condition that clients choose behind which an expression stands.
fn flag(body: &Body, chosen: &Chosen<'_>, check: ExprId) -> Option<ExprId> {
    let wanted = body.expr_range(check);
    let is_in = |id: ExprId| body.expr_range(id).contains(wanted);
    body.exprs().find_map(|(_, expr)| match expr {
        Expr::If {
            cond,
            then,
            otherwise,
        } => match otherwise {
            _ if is_in(*then) => chosen.flag(*cond, false),
            Some(otherwise) if is_in(*otherwise) => chosen.flag(*cond, true),
            _ => None,
        },
        // `flag && !check(..)`, `flag || check(..)`.
        Expr::Binary { op, lhs, rhs } if is_in(*rhs) => match op {
            BinaryOp::And => chosen.flag(*lhs, false),
            BinaryOp::Or => chosen.flag(*lhs, true),
            _ => None,
        },
        _ => None,
    })
}
