//! Macro calls: what runs in them.

use super::EventKind;
use super::calls::union;
use super::interpret::{Run, THIS};
use super::proof::{Abs, From, Out};
use super::public::public;
use super::route::name_of;
use crate::facts::body::{Literal, MacroCall};
use crate::facts::{Expr, ExprId};
use crate::values::text::{Text, format_macro};

impl Run<'_, '_> {
    pub(super) fn macro_call(&mut self, id: ExprId, call: &MacroCall) -> Abs {
        let name = call.path.last().map_or("", |name| name.as_str());
        let mut values = Vec::new();
        for arg in call.args.as_deref().unwrap_or(&[]) {
            let value = self.expr(arg.value);
            if let Some(pat) = arg.pat {
                self.bind(pat, Abs::of(value.from));
            }
            if let Some(then) = arg.then {
                self.expr(then);
            }
            values.push(value);
        }
        let from = union(&values).with(self.mentioned(call));
        match name {
            "bail" | "panic" | "unreachable" | "todo" | "unimplemented" => {
                if let Some(state) = self.state.take()
                    && name == "bail"
                {
                    let failed = Abs::variants(From::REJECT, vec![("Err", Out::nothing())]);
                    self.exits_with(failed, state);
                }
                Abs::default()
            }
            "ensure" | "assert" => {
                if let Some(cond) = values.first() {
                    let (yes, no) = self.outcomes(cond);
                    if let Some(no) = no {
                        let failed = Abs::variants(From::REJECT, vec![("Err", Out::nothing())]);
                        self.exits_with(failed, no);
                    }
                    let gates = cond.variant("true").map(|out| out.proof.rights.clone());
                    self.state = match gates {
                        Some(gates) => yes.map(|it| it.or_else_refused(&gates)),
                        None => yes,
                    };
                }
                Abs::default()
            }
            "format" => self.written(id, call, &values).unwrap_or(Abs::of(from)),
            "join" => super::combinators::pair(values),
            "try_join" => super::joined::all_succeed(values),
            // Rocket's `?` for outcomes.
            "try_outcome" => match values.into_iter().next() {
                Some(value) => self.question(&value, "Err"),
                None => Abs::default(),
            },
            // What a package is called and the like is known to everybody.
            "env" | "option_env" if self.text(id).contains("CARGO_") => Abs::of(From::LITERAL),
            // The public half of a key, that came with the code.
            "include_bytes" | "include_str" if super::keys::names_a_public_key(&self.text(id)) => {
                Abs::of(From::PUBLIC)
            }
            "doc" if from.has(From::CREDENTIAL) && self.finds_others(self.code_of(call)) => {
                public(Abs::of(from))
            }
            "cfg" => Abs {
                setting: Some(std::sync::Arc::from(self.text(id))),
                ..Abs::default()
            },
            "write" | "writeln" => {
                let mut into = call.args.iter().flat_map(|it| it.iter());
                if into.next().is_some_and(|it| self.is_sink(it.value)) {
                    self.event(EventKind::Write(name.to_owned()), self.span(id));
                }
                Abs::of(from)
            }
            "debug" | "info" | "warn" | "error" | "trace" | "println" | "log" | "event" => {
                Abs::default()
            }
            "query" | "query_as" | "query_scalar" | "query_file" | "query_unchecked"
            | "query_as_unchecked" => {
                let text = self.text(id).to_ascii_uppercase();
                let verbs = ["INSERT ", "UPDATE ", "DELETE "];
                let is_write = verbs.iter().any(|verb| text.contains(verb));
                if is_write || text.contains("SELECT ") {
                    self.note_choice(id, name, from);
                }
                if is_write {
                    self.event(EventKind::Write(self.text(id)), self.span(id));
                }
                Abs::of(from)
            }
            _ => Abs::of(from),
        }
    }

    /// `format!("/v1/{method}")` of what stands in the code: a path, the name of a header.
    fn written(&self, id: ExprId, call: &MacroCall, values: &[Abs]) -> Option<Abs> {
        let is_written = |it: &Abs| it.from.without(From::LITERAL) == From::default();
        if !values.iter().all(is_written) {
            return None;
        }
        let args = call.args.as_deref()?;
        let body = &self.judge.program[self.key].body;
        let text = format_macro(body, call, self.span(id), &mut |arg| {
            if let Expr::Literal(Literal::Str(text)) = body.expr(arg) {
                return Text::known(&**text, None);
            }
            let at = args.iter().position(|it| it.value == arg);
            let value = at.and_then(|at| values.get(at)?.text);
            value.map_or_else(|| Text::hole(""), |it| Text::known(it.as_str(), None))
        })?;
        Some(Abs {
            text: Some(name_of(&text.as_known()?)?),
            ..Abs::of(From::LITERAL)
        })
    }

    /// Labels of the variables that an unread macro's tokens mention.
    pub(super) fn mentioned(&self, call: &MacroCall) -> From {
        if call.args.is_some() {
            return From::default();
        }
        self.labels_of_words(self.code_of(call))
    }

    /// The tokens of a macro call.
    fn code_of<'c>(&'c self, call: &'c MacroCall) -> &'c str {
        let data = &self.judge.program[self.key];
        match &call.inline {
            Some(text) => text,
            None => self.judge.sources.slice(call.tokens.in_file(data.file)),
        }
    }

    /// Labels of the variables that stand in code which is not read.
    pub(super) fn labels_of_words(&self, code: &str) -> From {
        let data = &self.judge.program[self.key];
        let words: Vec<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let named = |pat: &crate::facts::PatId| match data.body.pat(*pat) {
            crate::facts::Pat::Bind { name, .. } => words.contains(&name.as_str()),
            _ => false,
        };
        let found = self
            .env
            .iter()
            .filter(|(pat, _)| **pat != THIS && named(pat));
        found
            .fold(From::default(), |from, (_, value)| from.with(value.from))
            .without(From::LITERAL)
            .without(From::REJECT)
    }
}
