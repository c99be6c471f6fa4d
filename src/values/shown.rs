//! What macros write into logs, and how the arguments of a format or log macro are written out.

use rustc_hash::FxHashSet;

use crate::facts::body::{Literal, MacroCall};
use crate::facts::mentions::hash;
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::models::exports::last_segment;
use crate::models::{Macro, Role};
use crate::program::{BodyKey, Def, Program};
use crate::source::{Name, SourceMap};

/// Macros of the standard library that write for whoever runs the program.
pub const PRINTS: [&str; 4] = ["print", "println", "eprint", "eprintln"];

/// What a macro writes into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A line: fields, a text and what is formatted into it.
    Line,
    /// What stands before lines: a name that is fixed, and fields.
    Span,
}

/// Whether a macro makes a span of tracing.
pub fn is_span(it: &Macro) -> bool {
    let name = last_segment(it.path.as_str());
    it.role == Role::Builds && (name == "span" || name.ends_with("_span"))
}

/// What a macro writes into a log, if it does, by what it resolves to.
pub fn written(program: &Program, key: BodyKey, call: &MacroCall) -> Option<Written> {
    let names: Vec<Name> = call.path.segments.iter().map(|it| it.name).collect();
    // What every program has by its name alone.
    if let [name] = &*names
        && PRINTS.contains(&name.as_str())
    {
        return Some(Written::Line);
    }
    let found = program.resolve_names(program[key].module, &names, call.path.global);
    found.iter().find_map(|it| match it.def {
        Def::External(path) => {
            let path = program.models.canonical(path.as_str());
            let model = program.models.macro_(path)?;
            match model.role == Role::Logs {
                true => Some(Written::Line),
                false => is_span(model).then_some(Written::Span),
            }
        }
        _ => None,
    })
}

/// What a body mentions that writes a log.
pub fn mentions_of_logs(program: &Program) -> FxHashSet<u16> {
    let macros = program.models.macros_of(program.crates_used(), |it| {
        it.role == Role::Logs || is_span(it)
    });
    let names = macros.iter().map(|it| last_segment(it.as_str()));
    let hashes = names.flat_map(|it| program.hashes_of(Name::new(it), &[Mention::Macro]));
    hashes.chain([hash(Mention::Macro, "dbg")]).collect()
}

/// The values that a macro writes which formats, logs or makes a span, each with how.
pub fn outputs(
    program: &Program,
    sources: &SourceMap,
    key: BodyKey,
    (call, kind): (&MacroCall, Written),
) -> Vec<(ExprId, Shown)> {
    let data = &program[key];
    let body: &Body = &data.body;
    let args = || call.args.iter().flatten().map(|it| it.value);
    if call.path.last().is_some_and(|it| it == "dbg") {
        return args().map(|it| (it, Shown::Debugged)).collect();
    }
    let text = sources.slice(call.tokens.in_file(data.file));
    let sigil = |id: ExprId| {
        let start = body.expr_range(id).start.checked_sub(call.tokens.start)?;
        last_sigil(text.get(..start as usize)?)
    };
    if kind == Written::Line {
        return shown(body, call, sigil);
    }
    let fields = args().filter(|it| !matches!(body.expr(*it), Expr::Literal(_)));
    fields.map(|it| (it, how_of_field(sigil(it)))).collect()
}

/// What says how a field is written before which this stands: the `%` and `?` of tracing and slog, and the
/// `name:? =` and `name:display =` of `log`.
fn last_sigil(before: &str) -> Option<char> {
    let before = before.trim_end();
    let last = before.chars().last()?;
    let Some(name) = before.strip_suffix('=').filter(|it| !it.ends_with('=')) else {
        return Some(last);
    };
    let way = name.rsplit([':', ',', ';', '(']).next().unwrap_or_default();
    match way.trim() {
        "?" | "debug" => Some('?'),
        "%" | "display" => Some('%'),
        _ => Some(last),
    }
}

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
        .map(|it| (it.value, how_of_field(sigil(it.value))))
        .collect();
    let Some(at) = template else { return all };
    let Expr::Literal(Literal::Str(text)) = body.expr(args[at].value) else {
        return all;
    };
    let rest = &args[at + 1..];
    let mut named: Vec<ExprId> = Vec::new();
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
            named.push(arg.value);
        }
        text = &after[end + 1..];
    }
    // slog's pairs stand behind the text, which does not name them.
    let pairs = rest.iter().filter(|it| it.name.is_some());
    let pairs = pairs.filter(|it| !named.contains(&it.value));
    all.extend(pairs.map(|it| (it.value, how_of_field(sigil(it.value)))));
    all
}

fn how_of_field(sigil: Option<char>) -> Shown {
    match sigil {
        Some('%') => Shown::Plainly,
        Some('?') => Shown::Debugged,
        _ => Shown::Otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::last_sigil;

    #[test]
    fn ways_of_showing_are_read_from_what_stands_before() {
        for (before, expected) in [
            ("user = %", Some('%')),
            ("?", Some('?')),
            ("\"text\"; \"key\" => %", Some('%')),
            ("user:? =", Some('?')),
            ("a = 1, user:display =", Some('%')),
            ("user =", Some('=')),
            ("a = b,", Some(',')),
            ("", None),
        ] {
            assert_eq!(last_sigil(before), expected, "{before}");
        }
    }
}
