//! Macros: formats, logs, and what is made of values.

use super::library::lead_of_text;
use super::special::is_code_key;
use super::taint::{Lead, Value};
use super::walk::Walk;
use crate::facts::body::{Literal, MacroCall};
use crate::facts::{Expr, ExprId};
use crate::models::{SinkKind, Sinks};
use crate::source::Name;
use crate::values::shown::{Shown, Written, outputs, shown, written};
use crate::values::text::format_macro;
use crate::values::{Text, TextPart};

impl<'a> Walk<'_, 'a> {
    pub(super) fn macro_call(&mut self, id: ExprId, call: &'a MacroCall) -> Value {
        let args = call.args.as_deref().unwrap_or(&[]);
        let name = call.path.last().map_or("", |it| it.as_str());
        let mut values = Vec::new();
        for arg in args {
            let value = self.expr(arg.value);
            if let Some(pat) = arg.pat {
                self.bind(pat, value.clone());
            }
            if let Some(then) = arg.then {
                let then = self.expr(then);
                values.push((arg.value, value.or(&then)));
                continue;
            }
            values.push((arg.value, value));
        }
        if self.all.asked.has(SinkKind::SecretLog) {
            self.log_secrets(call, name, &values);
        }
        self.stored_by_macro(call, name, &values);
        self.page_by_macro(call, name, &values);
        match name {
            "format" | "format_args" | "concat" => self.formatted(id, call, &values),
            // What is written comes to stand in the first argument.
            "write" | "writeln" => {
                let Some(((target, _), rest)) = values.split_first() else {
                    return Value::default();
                };
                let all = match self.all.secrets {
                    Some(_) => self.pieces_of(call, rest),
                    None => {
                        let all = rest.iter();
                        all.fold(Value::default(), |all, it| all.or(&it.1.flat()))
                    }
                };
                let all = all.changed(|it| it.lead = it.lead.behind(Lead::Some));
                self.add_to(*target, &all);
                Value::default()
            }
            "json" | "doc" | "bson" | "rawdoc" => {
                let mut made = Value::default();
                for (arg, (at, value)) in args.iter().zip(&values) {
                    let value = &match name {
                        "json" => value.clone(),
                        _ => self.in_document(*at, arg.name, value.clone()),
                    };
                    match arg.name {
                        Some(name) => made.add_at(&[name], value),
                        None => made.join(value),
                    }
                }
                made
            }
            "dbg" | "vec" | "params" | "join" | "try_join" | "select" | "ready" | "matches"
            | "addr_of" => values
                .iter()
                .fold(Value::default(), |all, it| all.or(&it.1)),
            "try" => values
                .into_iter()
                .next()
                .map_or_else(Value::default, |it| it.1),
            _ => {
                if self.all.asked.has(SinkKind::Log) && self.logs(call) {
                    self.log(call, name, &values);
                }
                Value::default()
            }
        }
    }

    /// What of a log's line is written as it is.
    fn log(&mut self, call: &MacroCall, name: &str, values: &[(ExprId, Value)]) {
        let (program, sources) = (self.all.program, self.all.sources);
        let shown = outputs(program, sources, self.key, (call, Written::Line));
        for (arg, value) in values {
            if shown.contains(&(*arg, Shown::Plainly)) {
                self.sink(SinkKind::Log, *arg, Name::new(name), value);
            }
        }
    }

    /// What a value can do in a document of a database: a text can be no operator, but as code of
    /// the database.
    fn in_document(&mut self, id: ExprId, key: Option<Name>, value: Value) -> Value {
        let nosql = Sinks::of(SinkKind::Nosql);
        match is_code_key(key) {
            true => {
                let code = value.restored(nosql);
                self.sink(SinkKind::Nosql, id, Name::new("doc!"), &code);
                // What is told of here is not told of again where the document goes.
                code.cleared(nosql)
            }
            // Of what nobody knows the type of, nothing is believed.
            false if self.ty(id).is_unknown() => value.cleared(nosql),
            false => value,
        }
    }

    /// What `write!(target, "..{a}..", ..)` writes of secrets, each where it stands.
    fn pieces_of(&self, call: &MacroCall, values: &[(ExprId, Value)]) -> Value {
        let template = call.args.iter().flatten().nth(1).map(|it| it.value);
        let text = template.and_then(|it| match self.body.expr(it) {
            Expr::Literal(Literal::Str(text)) => Some(&**text),
            _ => None,
        });
        let mut made = Value::default();
        let mut pieces = holes(text.unwrap_or_default()).into_iter();
        for (arg, _) in shown(self.body, call, |_| None) {
            let (before, after) = pieces.next().unwrap_or_default();
            if let Some((_, value)) = values.iter().find(|it| it.0 == arg) {
                made.join(&self.in_text(value.flat(), &before, after));
            }
        }
        made
    }

    /// Whether a macro writes a line of a log.
    fn logs(&self, call: &MacroCall) -> bool {
        written(self.all.program, self.key, call) == Some(Written::Line)
    }

    /// `format!("..{a}..{}", b)`: each argument behind what stands before it.
    fn formatted(&mut self, id: ExprId, call: &MacroCall, values: &[(ExprId, Value)]) -> Value {
        let span = self.span(id);
        let mut order: Vec<ExprId> = Vec::new();
        let text = format_macro(self.body, call, span, &mut |arg| {
            order.push(arg);
            let known = self.all.values.text(self.key, arg);
            let is_tainted = values.iter().any(|it| it.0 == arg && !it.1.is_untainted());
            match known.filter(|_| !is_tainted) {
                Some(text) if text.as_known().is_some() => text,
                _ => Text::hole(format!("\u{1}{}", order.len() - 1)),
            }
        });
        let mut made = Value::default();
        let Some(text) = text else {
            return Value::of_all(values.iter().map(|it| &it.1)).flat();
        };
        let mut before = Text::default();
        for (index, part) in text.parts.iter().enumerate() {
            if let TextPart::Hole(name) = part
                && let Some(at) = name
                    .strip_prefix('\u{1}')
                    .and_then(|it| it.parse::<usize>().ok())
                && let Some((_, value)) = values.iter().find(|it| Some(&it.0) == order.get(at))
                && !value.is_untainted()
            {
                let arg = order.get(at).copied();
                self.page_in_text(&before, arg.unwrap_or(id), value);
                let lead = lead_of_text(&before);
                let value = value.flat().changed(|it| it.lead = it.lead.behind(lead));
                let after = match text.parts.get(index + 1) {
                    Some(TextPart::Known(after)) => after,
                    _ => "",
                };
                let value = self.in_text(value, &before.display(), after);
                let value = self.noted(value, || "put into a text".into(), span);
                made.join(&value);
            }
            let one = Text {
                parts: vec![match part {
                    TextPart::Known(text) => TextPart::Known(text.clone()),
                    TextPart::Hole(_) => TextPart::Hole(String::new()),
                }],
                origin: None,
            };
            before.push(&one);
        }
        made
    }
}

/// The holes of a template, each with what stands before it, where `{}` stands for others, and right behind it.
fn holes(template: &str) -> Vec<(String, &str)> {
    let mut all = Vec::new();
    let mut before = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        before.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            before.push_str(&rest[..1]);
            rest = &rest[2..];
            continue;
        }
        let Some(end) = rest.find('}') else { break };
        rest = &rest[end + 1..];
        all.push((before.clone(), rest));
        before.push_str("{}");
    }
    all
}
