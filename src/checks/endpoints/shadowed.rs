//! The check `shadowed-route`: routes that no request finds, since a service before them takes all of
//! theirs.

use super::first_line;
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::routes::HandlerTarget;
use crate::routes::value::Shadowed;

/// Finds routes that nobody is ever asked by.
pub(crate) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found: Vec<Diagnostic> = Vec::new();
    let shadowed = &cx.inventory.shadowed;
    for (index, one) in shadowed.iter().enumerate() {
        let is_same = |it: &&Shadowed| it.registered == one.registered;
        let is_first = !shadowed[..index].iter().any(|it| is_same(&it));
        if !is_first || is_left_out(cx, one) {
            continue;
        }
        let mut methods: Vec<&str> = shadowed
            .iter()
            .filter(is_same)
            .map(|it| it.method.as_str())
            .collect();
        methods.sort_unstable();
        methods.dedup();
        let methods = methods.join(", ");
        let handler = match one.handler {
            HandlerTarget::Fn(id) => cx.program[id].name.to_string(),
            _ => "a closure".to_owned(),
        };
        let title =
            format!("`{handler}` is never asked: a service before it takes its {methods} requests");
        let primary = Label::new(
            first_line(cx, one.registered),
            "no request comes as far as this",
        );
        let place = cx.sources.path(one.registered.file);
        let key = format!("{} {methods} {handler} {place}", meta.id);
        let mut finding = Diagnostic::new(&meta, title, primary, key);
        if one.by != one.registered {
            finding = finding.with_label(first_line(cx, one.by), "takes all of its requests");
        }
        if let HandlerTarget::Fn(id) = one.handler {
            finding = finding.with_anchor(cx.program[id].name_span());
        }
        found.push(
            finding
                .with_note("the first service that a request fits gets it, and what it does not answer is not found")
                .with_help("register the narrower one first, or what both answer in one resource or scope"),
        );
    }
    found
}

fn is_left_out(cx: &Context<'_>, one: &Shadowed) -> bool {
    match one.handler {
        HandlerTarget::Fn(id) => cx.is_left_out(cx.program[id].module),
        HandlerTarget::Closure(body, _) => cx.is_left_out(cx.program[body].module),
        HandlerTarget::External(_) | HandlerTarget::Unknown => false,
    }
}
