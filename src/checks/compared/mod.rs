//! The check `secret-comparison`: what a client sends is compared with a secret by `==`, which stops at
//! the first byte that differs.
//!
//! Parameters: `does`, what a function with such a comparison does; `remedy`.
//!
//! [`empty`] asks of the same comparisons whether the secret may be nothing.

pub(super) mod empty;
mod sides;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use self::sides::Sides;
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::BinaryOp;
use crate::facts::{Expr, ExprId};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner};

/// One of these stands in every line that compares a secret.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "secret",
        "token",
        "key",
        "signature",
        "hmac",
        "mac",
        "digest",
        "password",
        "sig",
        "expected",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(stems)
        .expect("ten words")
});

/// The bodies that may compare secrets, found once for all lints.
#[derive(Default)]
pub(super) struct Comparisons {
    bodies: Vec<BodyKey>,
}

impl Comparisons {
    /// Looks for them.
    pub(super) fn new(cx: &Context<'_>) -> Comparisons {
        let keys = 0..u32::try_from(cx.program.bodies.len()).unwrap_or(u32::MAX);
        let bodies = keys
            .into_par_iter()
            .map(BodyKey)
            .filter(|key| cx.is_live(*key) && may_compare(cx, *key));
        Comparisons {
            bodies: bodies.collect(),
        }
    }
}

/// Finds such comparisons.
pub(super) fn run(cx: &Context<'_>, comparisons: &Comparisons, lint: &Lint) -> Vec<Diagnostic> {
    let Some(wording) = wording(lint) else {
        return Vec::new();
    };
    let found: Vec<Vec<Diagnostic>> = comparisons
        .bodies
        .par_iter()
        .map(|key| in_body(cx, lint, *key, wording))
        .collect();
    found.into_iter().flatten().collect()
}

/// What a lint's file says of a function with such a comparison, and the remedy.
fn wording(lint: &Lint) -> Option<(&str, &str)> {
    let text = |name: &str| lint.check.params.get(name).and_then(toml::Value::as_str);
    text("does").zip(text("remedy"))
}

/// Whether a line of a body compares something that is called like a secret.
fn may_compare(cx: &Context<'_>, key: BodyKey) -> bool {
    let data = &cx.program[key];
    let BodyOwner::Fn(_) = data.owner else {
        return false;
    };
    let text = cx.sources.slice(data.body.span().in_file(data.file));
    let operators = text.match_indices("= ").filter(|(at, _)| {
        let before = text.as_bytes()[..*at].last();
        matches!(before, Some(b'=' | b'!'))
    });
    let methods = [".eq(", ".ne("];
    let mut places = operators.chain(methods.iter().flat_map(|it| text.match_indices(it)));
    // What a MAC is called says nothing of it: `tag`, `computed`.
    let computes = ["hmac::", "Hmac", ".finalize"];
    let computes = computes.iter().any(|it| text.contains(it));
    places.any(|(at, _)| {
        if computes {
            return true;
        }
        let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
        STEMS.is_match(&text[start..end])
    })
}

/// What an expression compares: `a == b`, `a.eq(b)`.
fn compared(expr: &Expr) -> Option<(ExprId, ExprId)> {
    match expr {
        Expr::Binary {
            op: BinaryOp::Eq | BinaryOp::Ne,
            lhs,
            rhs,
        } => Some((*lhs, *rhs)),
        Expr::MethodCall(call) if matches!(call.name.as_str(), "eq" | "ne") => match &*call.args {
            [other] => Some((call.receiver, *other)),
            _ => None,
        },
        _ => None,
    }
}

fn in_body(
    cx: &Context<'_>,
    lint: &Lint,
    key: BodyKey,
    (does, remedy): (&str, &str),
) -> Vec<Diagnostic> {
    let Some((sides, function)) = Sides::of(cx, key) else {
        return Vec::new();
    };
    let (body, file) = (sides.body, cx.program[key].file);
    let mut found = Vec::new();
    for (id, expr) in body.exprs() {
        let Some((lhs, rhs)) = compared(expr) else {
            continue;
        };
        let Some(what) = sides.secret(lhs, rhs) else {
            continue;
        };
        let name = cx.program.fn_name(function);
        found.push(
            Diagnostic::new(
                &meta(lint),
                format!("`{name}` {}", does.replace("{what}", &what)),
                Label::new(
                    body.expr_range(id).in_file(file),
                    "how long this takes tells how much of it was right",
                ),
                format!("{}|{name}|{what}", lint.id),
            )
            .with_help(remedy.to_owned()),
        );
    }
    found
}
