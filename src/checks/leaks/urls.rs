//! Secrets in the URLs of requests: in the query, or as the user's password.

use rayon::prelude::*;

use super::secret::{Holders, Secrets, may_name_one};
use super::{Context, Leak};
use crate::facts::body::{Literal, MacroCall};
use crate::facts::{Expr, ExprId};
use crate::models::{Function, Role};
use crate::program::{BodyKey, BodyOwner};
use crate::values::Callee;
use crate::values::shown::{Shown, shown};

/// The secrets that are put into the URLs of a program's requests.
pub(super) fn find(cx: &Context<'_>) -> Vec<Leak> {
    let program = cx.program;
    let is_meant = |it: &Function| it.role == Role::HttpRequest && it.url.is_some();
    let functions = program.models.functions_of(program.crates_used(), is_meant);
    let paths = functions.iter().map(|it| it.as_str());
    let mut bodies = program.using(paths, true, |it| functions.contains(&it));
    bodies.retain(|it| {
        let text = program[*it].body.text();
        cx.is_live(*it) && text.is_none_or(may_name_one)
    });
    let found = bodies.par_iter().flat_map_iter(|key| in_body(cx, *key));
    found.collect()
}

fn in_body(cx: &Context<'_>, key: BodyKey) -> Vec<Leak> {
    let data = &cx.program[key];
    let typing = cx.values.typing(key);
    let secrets = Secrets::new(cx, key, &Holders::none());
    let mut leaks = Vec::new();
    for (id, expr) in data.body.exprs() {
        let args = expr.args();
        let Some(path) = typing.external(id).filter(|_| !args.is_empty()) else {
            continue;
        };
        let model = cx.program.models.function(path);
        let url = model
            .filter(|it| it.role == Role::HttpRequest)
            .and_then(|it| it.url);
        let Some(arg) = url.and_then(|it| args.get(it as usize)) else {
            continue;
        };
        let Some((of, call)) = format_of(cx, key, *arg, 0) else {
            continue;
        };
        let made = &cx.program[of].body;
        let template = call
            .args
            .iter()
            .flatten()
            .find_map(|it| match made.expr(it.value) {
                Expr::Literal(Literal::Str(text)) => Some(&**text),
                _ => None,
            });
        let Some(template) = template else { continue };
        let exposed = exposing(template);
        let holes = shown(made, call, |_| None);
        let holes = holes.into_iter().zip(exposed);
        let other = (of != key).then(|| Secrets::new(cx, of, &Holders::none()));
        let secrets = other.as_ref().unwrap_or(&secrets);
        let found = holes
            .filter(|(_, is_exposed)| *is_exposed)
            .find_map(|((hole, how), _)| {
                (how == Shown::Plainly).then(|| secrets.in_expr(hole, how))?
            });
        if let Some(what) = found {
            leaks.push(Leak {
                span: data.body.expr_range(*arg).in_file(data.file),
                function: match data.owner {
                    BodyOwner::Fn(id) => Some(id),
                    BodyOwner::Const(_) => None,
                },
                by: path,
                is_for_auditors: what.is_weak,
                what,
            });
        }
    }
    leaks
}

/// The `format!` that makes a URL, and where it stands: here, or at the end of a function of the program.
fn format_of<'a>(
    cx: &Context<'a>,
    key: BodyKey,
    id: ExprId,
    depth: u32,
) -> Option<(BodyKey, &'a MacroCall)> {
    let body = &cx.program[key].body;
    if depth > 6 {
        return None;
    }
    if let Some(Callee::Fn(function)) = cx.values.typing(key).callees(id).first() {
        let made = cx.program[function.id].body?;
        return format_of(cx, made, cx.program[made].body.root, depth + 1);
    }
    match body.expr(id) {
        Expr::Ref { inner, .. } => format_of(cx, key, *inner, depth + 1),
        Expr::Block(block) => format_of(cx, key, block.tail?, depth + 1),
        Expr::MethodCall(call) if call.args.is_empty() => {
            format_of(cx, key, call.receiver, depth + 1)
        }
        Expr::Path(_) => {
            let pat = cx.values.typing(key).local(id)?;
            let init = cx.values.local_init(body, pat)?;
            format_of(cx, key, init, depth + 1)
        }
        Expr::Macro(call) if call.path.last().is_some_and(|it| it == "format") => Some((key, call)),
        _ => None,
    }
}

/// Of each hole of a URL's template, in order, whether it is a value of the query or the user's password.
fn exposing(template: &str) -> Vec<bool> {
    let mut all = Vec::new();
    let mut before = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        before.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            break;
        };
        let after = &rest[at + end + 1..];
        let is_value = before.contains('?') && before.ends_with('=');
        let user = before.split_once("://").map_or("", |it| it.1);
        let is_password = user.contains(':') && !user.contains('/') && after.starts_with('@');
        all.push(is_value || is_password);
        before.push('x');
        rest = after;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::exposing;

    #[test]
    fn holes_are_told_apart() {
        assert_eq!(exposing("https://a/{}/b?key={}&x={y}"), [false, true, true]);
        assert_eq!(exposing("https://u:{}@a/{}"), [true, false]);
        assert_eq!(exposing("{}/a={}"), [false, false]);
    }
}
