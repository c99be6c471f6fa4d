//! What the answer to an SQL statement says of what it was asked with.

use super::interpret::Run;
use crate::facts::{Expr, ExprId};

/// What a query answers, where that is no row of what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// A row, whatever it is asked for: it adds one, or asks for nothing.
    Always,
    /// Whether there is something.
    Truth,
    /// How many there are.
    Number,
    /// One row, with nothing in it where there is none.
    Nullable,
}

/// What of a statement the values that it is run with choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Which rows it finds or changes; all of the values.
    Rows,
    /// No rows: it adds one.
    Nothing,
    /// Some the rows, and some what is written into them; or nobody knows.
    Unknown,
}

impl Run<'_, '_> {
    /// What the values choose that a chain of calls runs a query with.
    pub(super) fn choice_of_query(&self, id: ExprId) -> Choice {
        self.statement(id, 0)
            .map_or(Choice::Unknown, |it| choice(&it))
    }

    /// What the query answers that a chain of calls runs; `None`: rows, or nobody knows.
    pub(super) fn answer_of_query(&self, id: ExprId) -> Option<Answer> {
        answer(&self.statement(id, 0)?)
    }

    /// The statement at the beginning of a chain: `sqlx::query(".."). .. .fetch_one(&pool)`.
    fn statement(&self, id: ExprId, depth: u32) -> Option<String> {
        if depth > 24 {
            return None;
        }
        let known = |arg: &ExprId| {
            let text = self.judge.values.text(self.key, *arg)?.as_known()?;
            verb(&text).is_some().then_some(text)
        };
        let data = &self.judge.program[self.key];
        match data.body.expr(id) {
            Expr::MethodCall(call) => {
                let own = call.args.first().and_then(known);
                own.or_else(|| self.statement(call.receiver, depth + 1))
            }
            Expr::Call { args, .. } => args.iter().take(2).find_map(known),
            Expr::Try(inner) | Expr::Await(inner) | Expr::Ref { inner, .. } => {
                self.statement(*inner, depth + 1)
            }
            Expr::Macro(call) => {
                let tokens = match &call.inline {
                    Some(text) => text,
                    None => self.judge.sources.slice(call.tokens.in_file(data.file)),
                };
                let raw = tokens
                    .split_once("r#\"")
                    .and_then(|(_, it)| it.split_once("\"#"));
                let raw = raw.map(|(inside, _)| inside);
                let mut quoted = tokens.split('"').skip(1).step_by(2);
                let found = raw.or_else(|| quoted.find(|it| verb(it).is_some()));
                found.filter(|it| verb(it).is_some()).map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// The verb that a statement begins with.
fn verb(sql: &str) -> Option<&'static str> {
    let first = sql.split_whitespace().next()?;
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE"]
        .into_iter()
        .find(|verb| first.eq_ignore_ascii_case(verb))
}

fn answer(sql: &str) -> Option<Answer> {
    let words = upper(sql);
    let what = words.get(1).map_or("", String::as_str);
    match verb(sql)? {
        "INSERT" | "REPLACE" => Some(Answer::Always),
        "SELECT" if what.starts_with("EXISTS") => Some(Answer::Truth),
        "SELECT" if what.starts_with("COUNT") => Some(Answer::Number),
        // `SELECT is_valid($1)`: a function of the database says so.
        "SELECT" if !words.iter().any(|it| it == "FROM") && is_call(what) => Some(Answer::Truth),
        "SELECT" if !asks(&words) => Some(Answer::Always),
        "SELECT" if is_aggregate(what) && !words.iter().any(|it| it == "GROUP") => {
            Some(Answer::Nullable)
        }
        _ => None,
    }
}

fn choice(sql: &str) -> Choice {
    let words = upper(sql);
    match verb(sql) {
        Some("INSERT" | "REPLACE") => return Choice::Nothing,
        Some("SELECT" | "UPDATE" | "DELETE") => {}
        _ => return Choice::Unknown,
    }
    // The last: what stands in front of it may be a statement in a statement.
    let Some(at) = words.iter().rposition(|it| it == "WHERE") else {
        return Choice::Unknown;
    };
    let (before, condition) = words.split_at(at);
    match has_parameter(before) || has_a_way_around(&words) || !has_parameter(condition) {
        true => Choice::Unknown,
        false => Choice::Rows,
    }
}

fn upper(sql: &str) -> Vec<String> {
    sql.split_whitespace()
        .map(str::to_ascii_uppercase)
        .collect()
}

/// Whether what a selection finds depends on what it is asked with.
fn asks(words: &[String]) -> bool {
    let what = words.get(1).map_or("", String::as_str);
    // `SELECT COALESCE((SELECT ..), 0)`: whatever stands in there.
    if what.starts_with("COALESCE") || what.starts_with("IFNULL") {
        return false;
    }
    let begins = |word: &String| {
        let word = word.trim_matches(['(', ')']);
        matches!(word, "WHERE" | "ON" | "HAVING" | "USING")
    };
    let Some(at) = words.iter().position(begins) else {
        // `FROM find_key($1)`.
        let from = words.iter().position(|it| it == "FROM");
        return from.is_some_and(|at| has_parameter(&words[at..]));
    };
    let condition = &words[at + 1..];
    // Literals put together by `format!` are not seen here.
    if !has_parameter(words) {
        return true;
    }
    if !has_parameter(condition) || is_joined_only(words) || has_a_way_around(words) {
        return false;
    }
    let text = condition.join(" ");
    let differs = |pattern: &str| text.contains(pattern);
    let only_differs = [
        "<> $", "!= $", "<> ?", "!= ?", "LIKE $", "LIKE ?", "<>$", "!=$",
    ];
    let equals = ["= $", "=$", "= ?", "=?", "IN (", "ANY(", "ANY (", "@>"];
    let text_of_equals = text.replace("!=", "<>");
    only_differs.iter().all(|it| !differs(it))
        || equals.iter().any(|it| text_of_equals.contains(it))
}

/// Whether values stand in the condition of a `LEFT JOIN` and nowhere else: its rows come whether or
/// not another fits them.
fn is_joined_only(words: &[String]) -> bool {
    let Some(join) = words
        .windows(2)
        .position(|it| it[0] == "LEFT" && matches!(it[1].as_str(), "JOIN" | "OUTER"))
    else {
        return false;
    };
    let end = words.iter().rposition(|it| it == "WHERE");
    let end = end.filter(|at| *at > join).unwrap_or(words.len());
    !has_parameter(&words[..join]) && !has_parameter(&words[end..])
}

/// Whether one side of an `OR` that is in no parentheses asks for no value.
fn has_a_way_around(words: &[String]) -> bool {
    let Some(start) = words.iter().rposition(|it| it == "WHERE") else {
        return false;
    };
    let condition = &words[start + 1..];
    let ends = |word: &String| matches!(word.as_str(), "GROUP" | "ORDER" | "LIMIT" | "FOR");
    let end = condition.iter().position(ends).unwrap_or(condition.len());
    let mut depth = 0_i32;
    let mut sides: Vec<Vec<String>> = vec![Vec::new()];
    for word in &condition[..end] {
        depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
        match word.as_str() {
            "OR" if depth == 0 => sides.push(Vec::new()),
            _ => sides
                .last_mut()
                .into_iter()
                .for_each(|it| it.push(word.clone())),
        }
    }
    depth == 0 && sides.len() > 1 && sides.iter().any(|it| !has_parameter(it))
}

/// Whether there is a place for a value: `$1`, `?`, `:name`, `@p1`.
fn has_parameter(words: &[String]) -> bool {
    words.iter().any(|word| {
        word.contains(['$', '?'])
            || word.starts_with('@')
            || word.contains(":") && !word.contains("::")
    })
}

/// Whether a column is what a function gives that is not known to convert only.
fn is_call(column: &str) -> bool {
    const CONVERTS: [&str; 6] = ["COALESCE", "IFNULL", "CAST", "LOWER", "UPPER", "TRIM"];
    let called = column.split_once('(').map_or("", |(name, _)| name);
    !called.is_empty() && !CONVERTS.contains(&called)
}

/// Whether a column is worked out of all rows, of none too.
fn is_aggregate(column: &str) -> bool {
    const FUNCTIONS: [&str; 8] = [
        "MAX(",
        "MIN(",
        "SUM(",
        "AVG(",
        "BOOL_OR(",
        "BOOL_AND(",
        "ARRAY_AGG(",
        "JSON_AGG(",
    ];
    FUNCTIONS.iter().any(|it| column.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_choose_rows_or_what_is_in_them() {
        let cases = [
            (
                "DELETE FROM notes WHERE id = $1 AND owner = $2",
                Choice::Rows,
            ),
            (
                "select * from notes where id = ? and owner = ?",
                Choice::Rows,
            ),
            (
                "SELECT * FROM notes WHERE id = $1 AND owner = $2 OR public",
                Choice::Unknown,
            ),
            (
                "UPDATE notes SET text = $1 WHERE id = $2 AND owner = $3",
                Choice::Unknown,
            ),
            (
                "INSERT INTO notes (owner, text) VALUES ($1, $2)",
                Choice::Nothing,
            ),
            ("SELECT keep($1, $2)", Choice::Unknown),
            (
                "SELECT id, EXISTS(SELECT 1 FROM likes WHERE who = $2) FROM notes WHERE id = $1",
                Choice::Unknown,
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(choice(sql), expected, "{sql}");
        }
    }

    #[test]
    fn statements_are_told_apart_by_what_they_ask_for() {
        let cases = [
            ("SELECT id FROM keys WHERE key = $1", None),
            ("select id\n from keys\n where key=$1 and not revoked", None),
            ("SELECT id FROM keys WHERE key IN (?)", None),
            ("SELECT u.id FROM users u JOIN keys k ON k.key = ?", None),
            ("SELECT * FROM find_key($1)", None),
            ("SELECT is_valid($1)", Some(Answer::Truth)),
            ("SELECT $1 AS key", Some(Answer::Always)),
            (
                "SELECT $1::text, id FROM users WHERE admin",
                Some(Answer::Always),
            ),
            (
                "SELECT id FROM keys WHERE key LIKE $1",
                Some(Answer::Always),
            ),
            ("SELECT id FROM keys WHERE key LIKE $1 AND owner = $2", None),
            ("SELECT id FROM keys WHERE key <> $1", Some(Answer::Always)),
            (
                "SELECT COALESCE((SELECT id FROM k WHERE k = $1), 0)",
                Some(Answer::Always),
            ),
            (
                "SELECT EXISTS(SELECT 1 FROM keys WHERE key = $1)",
                Some(Answer::Truth),
            ),
            (
                "SELECT count(*) FROM keys WHERE key = $1",
                Some(Answer::Number),
            ),
            (
                "SELECT MAX(id) FROM keys WHERE key = $1",
                Some(Answer::Nullable),
            ),
            (
                "SELECT MAX(id) FROM keys WHERE key = $1 GROUP BY owner",
                None,
            ),
            (
                "INSERT INTO keys (key) VALUES ($1) RETURNING id",
                Some(Answer::Always),
            ),
            (
                "UPDATE keys SET used = now() WHERE key = $1 RETURNING id",
                None,
            ),
            ("WITH k AS (SELECT $1) SELECT * FROM keys, k", None),
            (
                "SELECT u.id FROM users u LEFT JOIN keys k ON k.user = u.id AND k.key = $1",
                Some(Answer::Always),
            ),
            (
                "SELECT u.id FROM keys k LEFT JOIN users u ON u.id = k.user WHERE k.key = $1",
                None,
            ),
            (
                "SELECT id FROM keys WHERE key = $1 OR public",
                Some(Answer::Always),
            ),
            ("SELECT id FROM keys WHERE key = $1 OR old = $1", None),
            (
                "SELECT id FROM keys WHERE key = $1 AND (ends IS NULL OR ends > now())",
                None,
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(answer(sql), expected, "{sql}");
        }
    }
}
