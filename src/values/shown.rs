//! How the arguments of a format or log macro are written out.

use crate::facts::body::{Literal, MacroCall};
use crate::facts::{Body, Expr, ExprId};

/// How a value is turned into text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// By `Display`: as it is, line breaks included.
    Plainly,
    /// By `Debug`, which escapes what is in a text.
    Debugged,
    /// As a number, an address, a field's own way, or not at all.
    Otherwise,
}

/// The arguments of a macro call that formats, each with how it is written; none, where the template is not
/// a literal. `sigil` is the last visible character of the source before an argument (`%` and `?` of tracing).
pub fn shown(
    body: &Body,
    call: &MacroCall,
    sigil: impl Fn(ExprId) -> Option<char>,
) -> Vec<(ExprId, Shown)> {
    let args = call.args.as_deref().unwrap_or(&[]);
    let is_template = |id: ExprId| matches!(body.expr(id), Expr::Literal(Literal::Str(_)));
    let skipped = usize::from(call.path.last().is_some_and(|it| {
        let name = it.as_str();
        name == "write" || name == "writeln"
    }));
    let nameless = args.iter().enumerate().filter(|(_, it)| it.name.is_none());
    let template = { nameless }
        .skip(skipped)
        .find(|(_, it)| is_template(it.value))
        .map(|(at, _)| at);
    let fields = &args[..template.unwrap_or(args.len())];
    let mut all: Vec<(ExprId, Shown)> = fields
        .iter()
        .skip(skipped)
        .map(|it| {
            let how = match sigil(it.value) {
                Some('%') => Shown::Plainly,
                Some('?') => Shown::Debugged,
                _ => Shown::Otherwise,
            };
            (it.value, how)
        })
        .collect();
    let Some(at) = template else { return all };
    let Expr::Literal(Literal::Str(text)) = body.expr(args[at].value) else {
        return all;
    };
    let rest = &args[at + 1..];
    let mut position = 0;
    let mut text: &str = text;
    while let Some(brace) = text.find(['{', '}']) {
        let after = &text[brace..];
        if after.starts_with("{{") || after.starts_with("}}") {
            text = &after[2..];
            continue;
        }
        let Some(end) = after.find('}') else { break };
        let (name, spec) = after[1..end.max(1)]
            .split_once(':')
            .unwrap_or((&after[1..end.max(1)], ""));
        let how = match spec.chars().last() {
            Some('?') => Shown::Debugged,
            Some('x' | 'X' | 'o' | 'b' | 'e' | 'E' | 'p') => Shown::Otherwise,
            _ => Shown::Plainly,
        };
        let name = name.trim();
        let mut nameless = rest.iter().filter(|it| it.name.is_none());
        let arg = match (name.is_empty(), name.parse::<usize>()) {
            (true, _) => {
                position += 1;
                nameless.nth(position - 1)
            }
            (false, Ok(index)) => nameless.nth(index),
            _ => rest.iter().find(|it| it.name.is_some_and(|it| it == name)),
        };
        if let Some(arg) = arg {
            all.push((arg.value, how));
        }
        text = &after[end + 1..];
    }
    all
}
