//! Conditions of query builders and document stores that rows meet whatever the credential is that
//! they are asked with: not equal, greater, alike, or something else.

use super::interpret::Run;
use super::proof::{Abs, From};
use super::public::public;
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::values::Callee;

/// Methods of columns of diesel 2 and sea-orm 1 and 2 that make such conditions.
const COMPARISONS: [&str; 17] = [
    "ne",
    "ne_all",
    "gt",
    "ge",
    "gte",
    "lt",
    "le",
    "lte",
    "like",
    "ilike",
    "not_like",
    "not_ilike",
    "starts_with",
    "ends_with",
    "contains",
    "is_not_in",
    "is_distinct_from",
];

/// The same of MongoDB.
const OPERATORS: [&str; 8] = [
    "$ne", "$nin", "$gt", "$gte", "$lt", "$lte", "$regex", "$not",
];

impl Run<'_, '_> {
    /// What a method makes of a credential that makes a condition which strangers meet, too.
    pub(super) fn condition_of_strangers(
        &self,
        call: &MethodCall,
        receiver: &Abs,
        args: &[Abs],
    ) -> Option<Abs> {
        let name = call.name.as_str();
        let asks = |it: &Abs| it.from.has(From::CREDENTIAL);
        match (name, args) {
            (_, [sent]) if COMPARISONS.contains(&name) && asks(sent) => {
                let is_column = self.is_column(call.receiver);
                is_column.then(|| public(Abs::of(sent.from)))
            }
            ("or_filter", [other]) if asks(receiver) != asks(other) => {
                Some(public(Abs::of(receiver.from.with(other.from))))
            }
            _ => None,
        }
    }

    /// Whether one of two conditions is enough of which only one asks for the credential.
    pub(super) fn is_either(&self, a: &Abs, b: &Abs) -> bool {
        let asks = |it: &Abs| it.from.has(From::CREDENTIAL);
        let is_condition = |it: &Abs| matches!(&*it.names(), ["true", "false"] | ["false", "true"]);
        is_condition(if asks(a) { a } else { b }) && asks(a) != asks(b)
    }

    /// Whether a function turns a condition round: `not(exists(..))`.
    pub(super) fn turns_round(&self, path: &str, args: &[Abs]) -> bool {
        let krate = path.split("::").next().unwrap_or_default();
        let is_not = path.ends_with("::not") && matches!(krate, "diesel" | "sea_orm");
        is_not && args.iter().any(|it| it.from.has(From::CREDENTIAL))
    }

    /// A column of a table: a name that is no variable, and no constant of the program.
    fn is_column(&self, id: ExprId) -> bool {
        if !matches!(self.judge.program[self.key].body.expr(id), Expr::Path(_)) {
            return false;
        }
        let is_value = |it: &Callee| matches!(it, Callee::Const(_) | Callee::Fn(_));
        self.typing.local(id).is_none() && !self.typing.defs(id).iter().any(is_value)
    }

    /// Whether a document asks so that others than the one with this credential are found:
    /// `{ "token": { "$ne": token } }`, `{ "$or": [{ "token": token }, { "public": true }] }`.
    pub(super) fn finds_others(&self, document: &str) -> bool {
        let asks = |code: &str| self.labels_of_words(code).has(From::CREDENTIAL);
        let compares = OPERATORS.iter().any(|operator| {
            let quoted = format!("\"{operator}\"");
            let mut values = document.split(quoted.as_str()).skip(1);
            values.any(|it| asks(value_of(it)))
        });
        let mut choices = document.split("\"$or\"").skip(1);
        compares || choices.any(|it| alternatives(value_of(it)).iter().any(|it| !asks(it)))
    }
}

/// The value after a key: up to the next comma or the end of what it stands in.
fn value_of(rest: &str) -> &str {
    let rest = rest.trim_start().trim_start_matches(':');
    let mut depth = 0_i32;
    let end = rest.find(|it: char| {
        match it {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            _ => {}
        }
        depth < 0 || depth == 0 && it == ','
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// The elements of a list.
fn alternatives(list: &str) -> Vec<&str> {
    let list = list.trim();
    let inside = list.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let mut rest = inside.unwrap_or(list).trim();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let one = value_of(rest);
        found.push(one);
        rest = rest[one.len()..].trim_start_matches([',', ' ', '\n', '\t', '\r']);
        if one.is_empty() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_alternatives_end_where_they_end() {
        assert_eq!(value_of(" : token.value(), \"a\": 1 }"), " token.value()");
        assert_eq!(value_of(": { \"a\": b } }"), " { \"a\": b } ");
        let list = " [{ \"token\": t }, { \"public\": true }] ";
        assert_eq!(
            alternatives(list),
            ["{ \"token\": t }", "{ \"public\": true }"]
        );
    }
}
