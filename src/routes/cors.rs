//! Which origins a CORS layer lets read the answers, and whether with their visitors' credentials:
//! read from the steps that make the layer, by the models of its library.

use crate::facts::body::{BinaryOp, Literal, UnaryOp};
use crate::facts::{Body, Expr, ExprId, Pat, Stmt};
use crate::models::roles::CorsRule;
use crate::program::FnId;
use crate::source::Span;
use crate::values::making::{Making, Place, Step};
use crate::values::{Callee, Values};

/// So deep code is followed that decides about origins.
const MAX_STEPS: u32 = 12;

/// Which origins may read answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origins {
    /// Named ones, or such as code decides about.
    Named,
    /// Any, by `*`: browsers leave the visitor's credentials out.
    Any,
    /// Any, by naming the one that asks.
    Mirrored,
}

/// What a CORS layer allows, at worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsPolicy {
    /// Which origins.
    pub origins: Origins,
    /// What says so.
    pub origins_at: Span,
    /// What allows credentials, if anything does.
    pub credentials_at: Option<Span>,
    /// Whether credentials are allowed by name, and not by a preset for everything.
    pub asks_for_credentials: bool,
    /// Whether it is so in any case, and not as some setting has it.
    pub is_certain: bool,
}

impl CorsPolicy {
    /// In a few words.
    pub fn text(&self) -> String {
        let origins = match self.origins {
            Origins::Named => "named origins",
            Origins::Any => "any origin",
            Origins::Mirrored => "any origin, by its name",
        };
        let credentials = match self.credentials_at {
            Some(_) => ", with credentials",
            None => "",
        };
        let depends = match self.is_certain || self.origins == Origins::Named {
            true => "",
            false => ", as it is set",
        };
        format!("{origins}{credentials}{depends}")
    }
}

/// Something that a step says.
#[derive(Clone, Copy)]
struct Said<T> {
    what: T,
    at: Span,
    is_certain: bool,
}

/// What is said last in any case, and what may be said after it.
struct All<T>(Vec<Said<T>>);

impl<T: Copy + Ord> All<T> {
    fn say(&mut self, what: T, step: &Step, at: Span) {
        if step.is_certain {
            self.0.clear();
        }
        self.0.push(Said {
            what,
            at,
            is_certain: step.is_certain,
        });
    }

    fn worst(&self) -> Option<Said<T>> {
        let worst = self.0.iter().max_by_key(|it| it.what)?;
        let others = self.0.iter().all(|it| it.what == worst.what);
        Some(Said {
            is_certain: worst.is_certain || (others && self.0.iter().any(|it| it.is_certain)),
            ..*worst
        })
    }
}

/// What the layer that an expression makes allows; nothing where no model speaks of its steps.
pub(super) fn policy(values: &Values<'_>, written: Place) -> Option<CorsPolicy> {
    let models = values.program.models;
    let mut making = Making::new(values);
    let mut origins = All(Vec::new());
    let mut credentials = All(Vec::new());
    let mut wildcards = All(Vec::new());
    for step in making.steps(written) {
        let Some(model) = models.function(step.path) else {
            continue;
        };
        let asks = !model.cors.iter().any(|it| *it != CorsRule::Credentials);
        for rule in &model.cors {
            match rule {
                CorsRule::AnyOrigin => origins.say(Origins::Any, &step, step.span),
                CorsRule::MirrorsOrigin => origins.say(Origins::Mirrored, &step, step.span),
                CorsRule::NamedOrigins => origins.say(Origins::Named, &step, step.span),
                CorsRule::Origins => {
                    let said = said(values, &mut making, &step);
                    for (what, is_certain) in said {
                        let step = Step {
                            is_certain: step.is_certain && is_certain,
                            ..step.clone()
                        };
                        origins.say(what, &step, step.span);
                    }
                }
                CorsRule::Predicate => {
                    let decides = predicate(values, step.args.first());
                    origins.say(decides, &step, step.span);
                }
                CorsRule::Pattern => {
                    let is_any = step
                        .args
                        .first()
                        .is_some_and(|it| is_text(values, *it, "*"));
                    let what = match is_any {
                        true => Origins::Mirrored,
                        false => Origins::Named,
                    };
                    origins.say(what, &step, step.span);
                }
                CorsRule::Credentials => {
                    let (on, is_certain) = switch(values, &step);
                    let step = Step {
                        is_certain: step.is_certain && is_certain,
                        ..step.clone()
                    };
                    credentials.say((on, asks), &step, step.span);
                }
                CorsRule::SendsWildcard => {
                    let (on, _) = switch(values, &step);
                    wildcards.say(on, &step, step.span);
                }
            }
        }
    }
    let origins = origins.worst()?;
    let wildcard = wildcards.worst().filter(|it| it.what);
    let allowed = credentials.worst().filter(|it| it.what.0);
    let is_certain = origins.is_certain && allowed.is_none_or(|it| it.is_certain);
    Some(CorsPolicy {
        origins: match (origins.what, wildcard) {
            (Origins::Mirrored, Some(_)) => Origins::Any,
            (other, _) => other,
        },
        origins_at: origins.at,
        credentials_at: allowed.map(|it| it.at),
        asks_for_credentials: allowed.is_some_and(|it| it.what.1),
        is_certain,
    })
}

/// What the argument of a step says of origins: of what it may be, all, and whether it is that in
/// any case.
fn said(values: &Values<'_>, making: &mut Making<'_, '_>, step: &Step) -> Vec<(Origins, bool)> {
    let Some(arg) = step.args.first() else {
        return vec![(Origins::Named, true)];
    };
    // `"*".parse::<HeaderValue>()`.
    if is_text(values, *arg, "*") {
        return vec![(Origins::Any, true)];
    }
    let models = values.program.models;
    let mut said = Vec::new();
    for step in making.steps(*arg) {
        let rules = models.function(step.path).map_or(&[][..], |it| &it.cors);
        let what = match rules.first() {
            Some(CorsRule::AnyOrigin) => Origins::Any,
            Some(CorsRule::MirrorsOrigin) => Origins::Mirrored,
            Some(CorsRule::Predicate) => predicate(values, step.args.first()),
            // `AllowOrigin::exact("*".parse()?)`, `HeaderValue::from_static("*")`.
            _ if step
                .args
                .first()
                .is_some_and(|it| is_text(values, *it, "*")) =>
            {
                Origins::Any
            }
            _ => Origins::Named,
        };
        if step.is_certain {
            said.retain(|(known, _)| *known > what);
        }
        said.push((what, step.is_certain));
    }
    match said.is_empty() {
        true => vec![(Origins::Named, true)],
        false => said,
    }
}

/// Whether an expression is this literal, through conversions of it.
fn is_text(values: &Values<'_>, (key, id): Place, wanted: &str) -> bool {
    let body = &values.program[key].body;
    match body.expr(id) {
        Expr::Literal(Literal::Str(text)) => &**text == wanted,
        Expr::MethodCall(call) => is_text(values, (key, call.receiver), wanted),
        Expr::Call { args, .. } => args
            .first()
            .is_some_and(|it| is_text(values, (key, *it), wanted)),
        Expr::Ref { inner, .. } | Expr::Try(inner) => is_text(values, (key, *inner), wanted),
        _ => false,
    }
}

/// Whether code that decides about origins turns anybody down: a closure or function that is `true` whatever it is
/// given, or that gives back what it was given, does not.
fn predicate(values: &Values<'_>, code: Option<&Place>) -> Origins {
    let Some((key, id)) = code else {
        return Origins::Named;
    };
    let body = &values.program[*key].body;
    let Expr::Closure(closure) = body.expr(*id) else {
        let defs = values.typing(*key).defs(*id).first();
        let agrees =
            matches!(defs, Some(Callee::Fn(of)) if agrees_always(values, of.id, MAX_STEPS));
        return match agrees {
            true => Origins::Mirrored,
            false => Origins::Named,
        };
    };
    if agrees(values, (*key, closure.body), MAX_STEPS) {
        return Origins::Mirrored;
    }
    let mut value = closure.body;
    loop {
        value = match body.expr(value) {
            Expr::Block(block) if block.stmts.is_empty() => match block.tail {
                Some(tail) => tail,
                None => return Origins::Named,
            },
            Expr::MethodCall(call) if matches!(call.name.as_str(), "cloned" | "clone") => {
                call.receiver
            }
            _ => break,
        };
    }
    let is_first = |id| {
        let first = closure.params.first().map(|(pat, _)| *pat);
        let is_bound = first.is_some_and(|it| matches!(body.pat(it), Pat::Bind { .. }));
        is_bound && values.typing(*key).local(id) == first
    };
    match body.expr(value) {
        Expr::Path(_) if is_first(value) => Origins::Mirrored,
        _ => Origins::Named,
    }
}

/// Whether a function says yes to every origin.
fn agrees_always(values: &Values<'_>, id: FnId, depth: u32) -> bool {
    let Some(key) = values.program[id].body else {
        return false;
    };
    let body = &values.program[key].body;
    let leaves = body
        .exprs()
        .any(|it| matches!(it.1, Expr::Return(_) | Expr::Try(_)));
    !leaves && agrees(values, (key, body.root), depth)
}

/// Whether an expression is `true` for every origin that a browser sends: all have a scheme, and none is empty.
fn agrees(values: &Values<'_>, (key, id): Place, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let body = &values.program[key].body;
    let next = |id: ExprId| agrees(values, (key, id), depth);
    match body.expr(id) {
        Expr::Literal(Literal::Bool(it)) => *it,
        Expr::Block(block) => {
            // What stands before the end may leave, or be all that it is about.
            let is_plain = block.stmts.iter().all(|it| match it {
                Stmt::Expr(it) => matches!(body.expr(*it), Expr::Macro(_)),
                Stmt::Let(_) => false,
            });
            is_plain && block.tail.is_some_and(next)
        }
        Expr::Unary {
            op: UnaryOp::Not,
            inner,
        } => matches!(body.expr(*inner), Expr::MethodCall(call) if call.name == "is_empty"),
        Expr::Binary {
            op: BinaryOp::Or,
            lhs,
            rhs,
        } => next(*lhs) || next(*rhs),
        Expr::Binary {
            op: BinaryOp::And,
            lhs,
            rhs,
        } => next(*lhs) && next(*rhs),
        Expr::MethodCall(call) if call.name == "starts_with" => {
            let schemes = ["http", "http://", "https", "https://"];
            let is = |arg: ExprId| schemes.iter().any(|it| is_text(values, (key, arg), it));
            call.args
                .iter()
                .any(|it| is(*it) || is_bytes_of_scheme(body, *it))
        }
        // `origin.to_str().is_ok()`.
        Expr::MethodCall(call) if call.name == "is_ok" => {
            matches!(body.expr(call.receiver), Expr::MethodCall(of) if of.name == "to_str")
        }
        Expr::Call { .. } => match values.typing(key).callees(id) {
            [Callee::Fn(of)] => agrees_always(values, of.id, depth),
            _ => false,
        },
        _ => false,
    }
}

/// `b"https://"`.
fn is_bytes_of_scheme(body: &Body, id: ExprId) -> bool {
    matches!(body.expr(id), Expr::Literal(Literal::Bytes(bytes))
        if matches!(&***bytes, b"http" | b"http://" | b"https" | b"https://"))
}

/// Whether a step's argument is `true`, and whether that is known; without one, it is.
fn switch(values: &Values<'_>, step: &Step) -> (bool, bool) {
    let Some((key, id)) = step.args.first() else {
        return (true, true);
    };
    match values.program[*key].body.expr(*id) {
        Expr::Literal(Literal::Bool(on)) => (*on, true),
        // `AllowCredentials::yes()`.
        Expr::Call { args, .. } if args.is_empty() => (true, true),
        _ => (true, false),
    }
}
