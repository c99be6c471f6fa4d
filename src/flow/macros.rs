//! Macros: formats, logs, and what is made of values.

use super::library::lead_of_text;
use super::special::is_code_key;
use super::taint::{Lead, Value};
use super::walk::Walk;
use crate::facts::ExprId;
use crate::facts::body::MacroCall;
use crate::models::{SinkKind, Sinks};
use crate::source::Name;
use crate::values::shown::{Shown, Written, outputs, written};
use crate::values::text::{format_macro, template};
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
                    Some(_) => self.pieces_of(id, call, rest),
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
    fn pieces_of(&self, id: ExprId, call: &MacroCall, values: &[(ExprId, Value)]) -> Value {
        let args = call.args.as_deref().unwrap_or(&[]);
        let mut order = Vec::new();
        let text = template(
            self.body,
            args.get(1..).unwrap_or(&[]),
            self.span(id),
            &mut |arg| marked(&mut order, arg),
        );
        let Some(text) = text else {
            return Value::of_all(values.iter().map(|it| &it.1)).flat();
        };
        let mut made = Value::default();
        for hole in holes(&text, &order) {
            if let Some((_, value)) = values.iter().find(|it| it.0 == hole.arg) {
                made.join(&self.in_text(value.flat(), &hole.before.display(), hole.after));
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
            let known = self.all.values.text(self.key, arg);
            let is_tainted = values.iter().any(|it| it.0 == arg && !it.1.is_untainted());
            match known.filter(|_| !is_tainted) {
                Some(text) if text.as_known().is_some() => text,
                _ => marked(&mut order, arg),
            }
        });
        let mut made = Value::default();
        let Some(text) = text else {
            return Value::of_all(values.iter().map(|it| &it.1)).flat();
        };
        for Hole { arg, before, after } in holes(&text, &order) {
            let value = values.iter().find(|it| it.0 == arg).map(|it| &it.1);
            let Some(value) = value.filter(|it| !it.is_untainted()) else {
                continue;
            };
            self.page_in_text(&before, arg, value);
            let lead = lead_of_text(&before);
            let value = value.flat().changed(|it| it.lead = it.lead.behind(lead));
            let value = self.in_text(value, &before.display(), after);
            let value = self.noted(value, || "put into a text".into(), span);
            made.join(&value);
        }
        made
    }
}

/// An argument in a text.
struct Hole<'t> {
    arg: ExprId,
    /// What stands before it, where other arguments have no name.
    before: Text,
    /// What stands right behind it, as far as that is known.
    after: &'t str,
}

/// A hole in a text that stands for an argument, which is noted.
fn marked(order: &mut Vec<ExprId>, arg: ExprId) -> Text {
    order.push(arg);
    Text::hole(format!("\u{1}{}", order.len() - 1))
}

/// The arguments that [`marked`] holes of a text stand for.
fn holes<'t>(text: &'t Text, order: &[ExprId]) -> Vec<Hole<'t>> {
    let mut all = Vec::new();
    let mut before = Text::default();
    for (index, part) in text.parts.iter().enumerate() {
        if let TextPart::Hole(name) = part
            && let Some(at) = name.strip_prefix('\u{1}').and_then(|it| it.parse().ok())
            && let Some(arg) = order.get::<usize>(at)
        {
            let after = match text.parts.get(index + 1) {
                Some(TextPart::Known(after)) => after,
                _ => "",
            };
            all.push(Hole {
                arg: *arg,
                before: before.clone(),
                after,
            });
        }
        before.push(&Text {
            parts: vec![match part {
                TextPart::Known(text) => TextPart::Known(text.clone()),
                TextPart::Hole(_) => TextPart::Hole(String::new()),
            }],
            origin: None,
        });
    }
    all
}
