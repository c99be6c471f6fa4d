//! The check `empty-credential`: what a client sends is compared with a secret of the service's own that is empty
//! where nobody has set it, and nothing refuses the empty text.
//!
//! Parameters: `does`, what a function with such a comparison does, with `{what}` for the secret; `remedy`.

use rayon::prelude::*;

use super::sides::Sides;
use super::{Comparisons, wording};
use crate::checks::secrets::names::words;
use crate::checks::{Context, meta};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Body, Expr, ExprId, Pat};
use crate::lints::Lint;
use crate::models::Role;
use crate::program::BodyKey;
use crate::source::{Name, Span};
use crate::values::strings::{FALLBACK, Strings};

/// Finds such comparisons.
pub(in crate::checks) fn run(
    cx: &Context<'_>,
    comparisons: &Comparisons,
    lint: &Lint,
) -> Vec<Diagnostic> {
    let Some(wording) = wording(lint) else {
        return Vec::new();
    };
    let program = cx.program;
    let compares = program
        .models
        .functions_of(program.crates_used(), |it| it.role == Role::ComparesSecret);
    let paths = compares.iter().map(|it| it.as_str());
    let mut bodies = program.using(paths, true, |it| compares.contains(&it));
    bodies.retain(|it| cx.is_live(*it));
    bodies.extend(&comparisons.bodies);
    bodies.sort_unstable();
    bodies.dedup();
    let found: Vec<Vec<Compared>> = bodies.par_iter().map(|it| in_body(cx, *it)).collect();
    let is_live = |key| cx.is_live(key);
    let strings = Strings::new(cx.values, &is_live);
    let judged = found.into_iter().flatten().filter_map(|it| {
        let origin = nothing_of(cx, &strings, &it)?;
        Some(it.diagnostic(cx, lint, origin, wording))
    });
    judged.collect()
}

/// A secret that is compared with what a client sent.
struct Compared {
    key: BodyKey,
    /// The comparison.
    at: ExprId,
    /// The secret.
    own: ExprId,
    /// The secret, for people.
    what: String,
    function: String,
}

impl Compared {
    fn diagnostic(
        self,
        cx: &Context<'_>,
        lint: &Lint,
        origin: Span,
        (does, remedy): (&str, &str),
    ) -> Diagnostic {
        let data = &cx.program[self.key];
        let (function, what) = (&self.function, &self.what);
        let place = data.body.expr_range(self.at).in_file(data.file);
        Diagnostic::new(
            &meta(lint),
            format!("`{function}` {}", does.replace("{what}", what)),
            Label::new(place, "nothing is equal to nothing"),
            format!("{}|{function}|{what}", lint.id),
        )
        .with_label(origin, "empty where nothing is set")
        .with_help(remedy.to_owned())
    }
}

fn in_body(cx: &Context<'_>, key: BodyKey) -> Vec<Compared> {
    let sides = Sides::of(cx, key).filter(|it| !asks_for_something(it.0.body));
    let Some((sides, function)) = sides else {
        return Vec::new();
    };
    let body = sides.body;
    let compares = |id| {
        let model = sides
            .typing
            .external(id)
            .and_then(|it| cx.program.models.function(it));
        model.is_some_and(|it| it.role == Role::ComparesSecret)
    };
    let mut found = Vec::new();
    for (at, expr) in body.exprs() {
        let both = match expr {
            Expr::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                lhs,
                rhs,
            } if sides.are_bytes(*lhs, *rhs) => Some((*lhs, *rhs)),
            Expr::MethodCall(call) if call.args.len() == 1 && compares(at) => {
                Some((call.receiver, call.args[0]))
            }
            Expr::Call { args, .. } if args.len() == 2 && compares(at) => Some((args[0], args[1])),
            _ => None,
        };
        let Some((lhs, rhs)) = both else { continue };
        if let Some(own) = sides.own_secret(lhs, rhs) {
            found.push(Compared {
                key,
                at,
                own,
                what: match sides.shown(named(body, own)) {
                    "a secret" => "a secret".into(),
                    text => format!("`{text}`"),
                },
                function: cx.program.fn_name(function),
            });
        }
    }
    found
}

/// The variable, static or field that a secret is read out of: `config.key` of `Some(config.key.as_str())`.
fn named(body: &Body, mut id: ExprId) -> ExprId {
    loop {
        id = match body.expr(id) {
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } | Expr::Try(inner) => *inner,
            Expr::MethodCall(call) => call.receiver,
            Expr::Call { args, .. } if args.len() == 1 => args[0],
            _ => return id,
        };
    }
}

/// Whether a body asks whether something is empty, or how long it is.
fn asks_for_something(body: &Body) -> bool {
    let is_nothing =
        |id: ExprId| matches!(body.expr(id), Expr::Literal(Literal::Str(it)) if it.is_empty());
    let is_arm = |it: &Pat| matches!(it, Pat::Literal(Literal::Str(it)) if it.is_empty());
    body.pats().any(is_arm)
        || body.exprs().any(|(_, expr)| match expr {
            Expr::MethodCall(call) => matches!(call.name.as_str(), "is_empty" | "len"),
            Expr::Binary { lhs, rhs, .. } => is_nothing(*lhs) || is_nothing(*rhs),
            _ => false,
        })
}

/// What makes a secret empty where nothing is set, if nothing refuses that.
fn nothing_of(cx: &Context<'_>, strings: &Strings<'_>, it: &Compared) -> Option<Span> {
    let texts = strings.texts_and_nothing(it.key, it.own);
    let mut nothings = texts.iter().filter(|traced| {
        let is_nothing = traced.text.as_known().is_some_and(|it| it.is_empty());
        is_nothing && traced.steps.iter().any(|it| it.what == FALLBACK)
    });
    let origin = nothings.find_map(|it| it.text.origin)?;
    let is_asked = asks_where_it_is_read(cx, origin)
        || name_of(cx, it).is_some_and(|name| is_asked_anywhere(cx, name));
    (!is_asked && !is_of_request(cx, origin)).then_some(origin)
}

/// Whether the body that a text comes out of asks whether something is empty.
fn asks_where_it_is_read(cx: &Context<'_>, origin: Span) -> bool {
    cx.program.bodies.iter().any(|it| {
        it.file == origin.file
            && it.body.span().contains(origin.range)
            && asks_for_something(&it.body)
    })
}

/// Whether what is taken where nothing is sent is part of a request, not a setting.
fn is_of_request(cx: &Context<'_>, origin: Span) -> bool {
    const OF_REQUESTS: [&str; 12] = [
        "header", "headers", "cookie", "cookies", "query", "form", "body", "request", "req",
        "params", "param", "claims",
    ];
    let text = cx.sources.file(origin.file).text();
    let start = text[..origin.range.start as usize]
        .rfind([';', '{', '}'])
        .map_or(0, |it| it + 1);
    let words = words(&text[start..origin.range.end as usize]);
    words.iter().any(|it| OF_REQUESTS.contains(&it.as_str()))
}

/// What a secret is called that more than one function may know: a field or a static, which a variable may stand for.
fn name_of(cx: &Context<'_>, it: &Compared) -> Option<Name> {
    let body = &cx.program[it.key].body;
    let typing = cx.values.typing(it.key);
    let mut at = it.own;
    for _ in 0..4 {
        at = named(body, at);
        match body.expr(at) {
            Expr::Field { name, .. } => return Some(*name),
            Expr::Path(path) => match typing.local(at) {
                Some(pat) => at = cx.values.local_init(body, pat)?,
                None => return path.last(),
            },
            _ => return None,
        }
    }
    None
}

/// Whether a line of the program asks whether something of a name is empty, or demands that it is long enough.
fn is_asked_anywhere(cx: &Context<'_>, name: Name) -> bool {
    const ASKS: [&str; 7] = [
        "is_empty",
        "\"\"",
        ".len()",
        "length(",
        "non_empty",
        "not_empty",
        "nonempty",
    ];
    cx.sources.iter().any(|(_, file)| {
        let text = file.text();
        text.contains(name.as_str())
            && text.lines().any(|line| {
                line.contains(name.as_str())
                    && ASKS.iter().any(|it| line.contains(it))
                    // That which makes it empty.
                    && !line.contains("unwrap_or")
                    && !line.contains("default_value")
            })
    })
}
