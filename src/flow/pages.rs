//! How many rows a query gives: the number behind `LIMIT`, and what builders of queries take for it.

use super::taint::Value;
use super::walk::Walk;
use crate::facts::body::{MacroCall, MethodCall};
use crate::facts::mentions::hash;
use crate::facts::{Attr, Expr, ExprId, Mention, Meta};
use crate::models::exports::{crate_of, last_segment};
use crate::models::{SinkKind, Sinks};
use crate::program::{BodyKey, Program, Ty};
use crate::source::Name;
use crate::values::{Text, TextPart};

/// Crates whose builders of queries have a method `limit`.
const BUILDERS: [&str; 4] = ["diesel", "diesel_async", "sea_orm", "mongodb"];

/// Steps of a query that is built: what has one of them in front of `limit` is a query.
const STEPS: [&str; 16] = [
    "select",
    "filter",
    "or_filter",
    "order",
    "order_by",
    "order_by_asc",
    "order_by_desc",
    "then_order_by",
    "inner_join",
    "left_join",
    "into_boxed",
    "distinct",
    "group_by",
    "as_select",
    "offset",
    "find_also_related",
];

/// Macros of sqlx that take a statement and what is bound to it.
const QUERIES: [&str; 6] = [
    "query",
    "query_as",
    "query_scalar",
    "query_unchecked",
    "query_as_unchecked",
    "query_scalar_unchecked",
];

/// How many calls of a chain are looked at.
const MAX_CHAIN: u32 = 48;

impl<'a> Walk<'_, 'a> {
    /// Whether a method takes for how many rows a query gives what is in an argument.
    pub(super) fn page_by_method(&mut self, path: Name, call: &'a MethodCall, values: &[Value]) {
        if !self.all.asked.has(SinkKind::PageSize) || values.iter().all(Value::is_untainted) {
            return;
        }
        let [arg] = *call.args else { return };
        let is_limit = match call.name.as_str() {
            "limit" => crate_of(path.as_str()) == "?" && self.is_query(call.receiver, 0),
            "bind" => self.is_bound_to_limit(call.receiver),
            "push_bind" => self.is_behind_limit(call),
            _ => false,
        };
        if is_limit {
            self.sink(SinkKind::PageSize, arg, path, &values[0]);
        }
    }

    /// What is bound to a statement in a macro of sqlx: `query!("… LIMIT $1", limit)`.
    pub(super) fn page_by_macro(
        &mut self,
        call: &MacroCall,
        name: &str,
        values: &[(ExprId, Value)],
    ) {
        if !self.all.asked.has(SinkKind::PageSize) || !QUERIES.contains(&name) {
            return;
        }
        let last = call.path.last();
        if !self.all.program.may_use("sqlx") || last.is_none() {
            return;
        }
        let statement = values
            .iter()
            .enumerate()
            .find_map(|(at, it)| Some((at, self.text(it.0)?)));
        let Some((at, text)) = statement else { return };
        for place in limits(&text) {
            if let Some((arg, value)) = values.get(at + 1 + place) {
                self.sink(SinkKind::PageSize, *arg, Name::new("sqlx::query!"), value);
            }
        }
    }

    /// A value that is written behind what stands in a text: `format!("… LIMIT {limit}")`.
    pub(super) fn page_in_text(&mut self, before: &Text, arg: ExprId, value: &Value) {
        if self.all.asked.has(SinkKind::PageSize)
            && let Some(TextPart::Known(text)) = before.parts.last()
            && ends_in_limit(text)
        {
            self.sink(SinkKind::PageSize, arg, Name::new("format!"), value);
        }
    }

    /// Whether a chain of calls builds a query of diesel, SeaORM or MongoDB.
    fn is_query(&self, id: ExprId, depth: u32) -> bool {
        if depth > MAX_CHAIN || !BUILDERS.iter().any(|it| self.all.program.may_use(it)) {
            return false;
        }
        let is_of_builder = |it: Name| BUILDERS.contains(&crate_of(it.as_str()));
        if let Ty::External(path, _) = self.ty(id).peel_refs() {
            return is_of_builder(*path);
        }
        if self.typing.external(id).is_some_and(is_of_builder) {
            return true;
        }
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                STEPS.contains(&call.name.as_str()) || self.is_query(call.receiver, depth + 1)
            }
            // `users::table`.
            Expr::Path(path) => match self.typing.local(id) {
                Some(local) => {
                    let init = self.all.values.local_init(self.body, local);
                    init.is_some_and(|it| self.is_query(it, depth + 1))
                }
                None => path.last().is_some_and(|it| it == "table"),
            },
            _ => false,
        }
    }

    /// Whether what is bound next to the statement of a chain is its limit.
    fn is_bound_to_limit(&self, receiver: ExprId) -> bool {
        let mut bound = 0;
        let mut at = receiver;
        for _ in 0..MAX_CHAIN {
            at = match self.body.expr(at) {
                Expr::MethodCall(call) => {
                    bound += usize::from(call.name == "bind");
                    call.receiver
                }
                Expr::Call { args, .. } => {
                    let path = self.typing.external(at);
                    let is_sqlx = path.is_some_and(|it| crate_of(it.as_str()) == "sqlx");
                    let statement = args.first().filter(|_| is_sqlx);
                    let text = statement.and_then(|it| self.statement(*it));
                    return text.is_some_and(|it| limits(&it).contains(&bound));
                }
                Expr::Path(_) => {
                    let local = self.typing.local(at);
                    let init = local.and_then(|it| self.all.values.local_init(self.body, it));
                    match init {
                        Some(init) => init,
                        None => return false,
                    }
                }
                _ => return false,
            };
        }
        false
    }

    /// The text of a statement, with what is not known of it between braces.
    fn statement(&self, id: ExprId) -> Option<String> {
        let id = match self.body.expr(id) {
            // `AssertSqlSafe(text)`.
            Expr::Call { args, .. } if args.len() == 1 => args[0],
            _ => id,
        };
        let text = self.all.values.text(self.key, id)?;
        Some(text.display())
    }

    /// Whether what is pushed before something is bound ends in `LIMIT`.
    fn is_behind_limit(&self, call: &MethodCall) -> bool {
        if let Expr::MethodCall(before) = self.body.expr(call.receiver) {
            return before.name == "push" && self.pushes_limit(&before.args);
        }
        // `query.push(" LIMIT "); query.push_bind(limit);`
        let Some(builder) = self.typing.local(call.receiver) else {
            return false;
        };
        let start = call.name_range.start;
        let mut last: Option<(u32, &MethodCall)> = None;
        for (id, expr) in self.body.exprs() {
            let Expr::MethodCall(other) = expr else {
                continue;
            };
            let at = other.name_range.start;
            let is_later = last.is_none_or(|(known, _)| known < at);
            if at < start && is_later && self.begins_with(id, builder) {
                last = Some((at, other));
            }
        }
        match last {
            Some((_, it)) => it.name == "push" && self.pushes_limit(&it.args),
            // `QueryBuilder::new("… LIMIT ")`.
            None => self.begins_in_limit(builder),
        }
    }

    /// Whether a chain of calls begins with a variable.
    fn begins_with(&self, id: ExprId, local: crate::facts::PatId) -> bool {
        match self.body.expr(id) {
            Expr::MethodCall(call) => self.begins_with(call.receiver, local),
            _ => self.typing.local(id) == Some(local),
        }
    }

    /// Whether a builder of queries begins with a text that ends in `LIMIT`.
    fn begins_in_limit(&self, builder: crate::facts::PatId) -> bool {
        let init = self.all.values.local_init(self.body, builder);
        match init.map(|it| self.body.expr(it)) {
            Some(Expr::Call { args, .. }) => self.pushes_limit(args),
            _ => false,
        }
    }

    /// `QuerySelect::limit(query, count)`: the method of a trait, by its path.
    pub(super) fn page_by_function(&mut self, path: Name, args: &[ExprId], values: &[Value]) {
        if self.all.asked.has(SinkKind::PageSize)
            && let ([_, count], [_, value]) = (args, values)
            && BUILDERS.contains(&crate_of(path.as_str()))
            && last_segment(path.as_str()) == "limit"
        {
            self.sink(SinkKind::PageSize, *count, path, value);
        }
    }

    fn pushes_limit(&self, args: &[ExprId]) -> bool {
        let text = args.first().and_then(|it| self.text(*it));
        text.is_some_and(|it| ends_in_limit(&it))
    }

    /// A field of a value: of a number that the struct's own declaration bounds no more than that.
    pub(super) fn field_of(&self, ty: &Ty, name: Name, value: &Value) -> Value {
        let field = value.field(name);
        let asked = self.all.asked.both(Sinks::BOUNDED);
        if asked == Sinks::NONE || field.is_untainted() {
            return field;
        }
        let Ty::Adt(id, _) = ty.peel_refs() else {
            return field;
        };
        let fields = self.all.program[*id].fields();
        let declared = fields.iter().find(|it| it.name == name);
        match declared.is_some_and(|it| it.attrs.iter().any(is_bound)) {
            true => field.cleared(Sinks::BOUNDED),
            false => field,
        }
    }
}

/// Whether an attribute of a field says how large it may be, or how it is read: `#[validate(range(max = 100))]`,
/// `#[garde(range(max = 100))]`, `#[field(validate = range(..=100))]`, `#[oai(validator(maximum(value = "100")))]`,
/// `#[serde(deserialize_with = "..")]`.
fn is_bound(attr: &Attr) -> bool {
    fn bounds(meta: &Meta) -> bool {
        const NAMES: [&str; 8] = [
            "max",
            "exclusive_max",
            "less",
            "less_or_equal",
            "maximum",
            "custom",
            "deserialize_with",
            "with",
        ];
        NAMES.iter().any(|it| meta.is(it))
            || meta.list().iter().any(bounds)
            || meta.is("validate") && meta.list().is_empty() && meta.string().is_none()
    }
    const VALIDATE: [&str; 7] = [
        "validate", "garde", "field", "oai", "serde", "nutype", "serde_as",
    ];
    VALIDATE.iter().any(|it| attr.meta.is(it)) && attr.meta.list().iter().any(bounds)
}

/// The placeholders of a statement that stand behind `LIMIT`, by how many values are bound before them.
fn limits(statement: &str) -> Vec<usize> {
    let text = statement.to_ascii_lowercase();
    let found = text.match_indices("limit").filter_map(|(at, word)| {
        let is_word = text[..at].ends_with(|it: char| it.is_ascii_whitespace() || it == '"');
        let rest = text[at + word.len()..].strip_prefix(|it: char| it.is_ascii_whitespace())?;
        let rest = rest.trim_start();
        if !is_word {
            return None;
        }
        let number = |rest: &str| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits
                .parse::<usize>()
                .ok()
                .and_then(|it| it.checked_sub(1))
        };
        match rest.strip_prefix('$') {
            Some(rest) => number(rest),
            None => {
                let rest = rest.strip_prefix('?')?;
                number(rest).or_else(|| Some(text[..at].matches('?').count()))
            }
        }
    });
    found.collect()
}

/// Whether a text ends where the number of a limit stands.
fn ends_in_limit(text: &str) -> bool {
    let has_gap = text.ends_with(|it: char| it.is_ascii_whitespace());
    let text = text.trim_end().to_ascii_lowercase();
    let before = text.strip_suffix("limit");
    has_gap
        && before.is_some_and(|it| {
            it.is_empty() || it.ends_with(|last: char| last.is_ascii_whitespace() || last == ')')
        })
}

/// The bodies in which a query is given a limit.
pub(super) fn bodies(program: &Program) -> Vec<BodyKey> {
    let members = ["limit", "bind", "push_bind"].map(|it| hash(Mention::Member, it));
    let by_path = [Mention::InType, Mention::InModule].map(|it| hash(it, "limit"));
    let members = members.into_iter().chain(by_path);
    let macros = QUERIES.iter().chain(&["format"]);
    let macros = macros.map(|it| hash(Mention::Macro, it));
    let mut bodies = program.mentioning(&members.chain(macros).collect());
    bodies.retain(|key| {
        let text = program[*key].body.text();
        text.is_none_or(|it| takes_limit(it) || writes_limit(it) && runs(it))
    });
    bodies
}

/// Whether a function may give a page size back that it has bounded, by its name.
pub(super) fn bounds_by_name(asked: Sinks, name: Name) -> bool {
    const WORDS: [&str; 4] = ["limit", "page_size", "per_page", "clamp"];
    asked.has(SinkKind::PageSize) && WORDS.iter().any(|it| name.as_str().contains(it))
}

/// Whether a method `limit` is called with something else than a number or a constant.
fn takes_limit(text: &str) -> bool {
    let is_chosen = |(at, call): (usize, &str)| {
        let arg = text[at + call.len()..].trim_start();
        arg.starts_with(|it: char| it.is_ascii_lowercase() || matches!(it, '(' | '*' | '&'))
    };
    text.match_indices(".limit(").any(is_chosen) || text.match_indices("::limit(").any(is_chosen)
}

/// Whether a text has a limit that is no number: `LIMIT $1`, `LIMIT {limit}`, `" LIMIT "`.
fn writes_limit(text: &str) -> bool {
    ["LIMIT", "limit "].iter().any(|word| {
        text.match_indices(word).any(|(at, word)| {
            let rest = text[at + word.len()..].trim_start();
            rest.starts_with(['$', '?', '{', '"', '\\'])
        })
    })
}

/// Whether a statement may be run in a body: what only makes a part of one is for whoever does.
fn runs(text: &str) -> bool {
    let words = ["query", "prepare", "execute", "Statement", "push_bind"];
    words.iter().any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_found_by_their_placeholders() {
        let cases: [(&str, &[usize]); 8] = [
            ("SELECT * FROM a WHERE b = $1 LIMIT $2", &[1]),
            (
                "SELECT * FROM a WHERE b = ? AND c = ? LIMIT ? OFFSET ?",
                &[2],
            ),
            ("select * from a limit ?2", &[1]),
            ("SELECT * FROM a\n  LIMIT\n  $1", &[0]),
            ("SELECT * FROM a WHERE rate_limit $1", &[]),
            ("SELECT limit_of FROM a WHERE b = $1", &[]),
            ("SELECT * FROM a LIMIT 10 OFFSET $1", &[]),
            ("SELECT * FROM a LIMIT $0", &[]),
        ];
        for (statement, expected) in cases {
            assert_eq!(limits(statement), expected, "{statement}");
        }
    }

    #[test]
    fn texts_end_where_a_limit_stands() {
        for (text, expected) in [
            (" LIMIT ", true),
            ("SELECT * FROM a limit ", true),
            ("limit", false),
            ("rate_limit ", false),
            (" LIMIT 10 OFFSET ", false),
        ] {
            assert_eq!(ends_in_limit(text), expected, "{text}");
        }
    }
}
