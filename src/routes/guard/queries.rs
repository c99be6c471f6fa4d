//! What the answer to an SQL statement says of what it was asked with.

use super::interpret::Run;
use super::proof::From;
use crate::facts::{Expr, ExprId};
use crate::program::Ty;
use crate::values::TextPart;

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
        match self.statement(id, 0) {
            Some((sql, true)) => choice(&sql),
            _ => Choice::Unknown,
        }
    }

    /// What the query answers that a chain of calls runs; `None`: rows, or nobody knows.
    pub(super) fn answer_of_query(&self, id: ExprId) -> Option<Answer> {
        let (sql, is_whole) = self.statement(id, 0)?;
        answer(&sql).filter(|_| is_whole)
    }

    /// Whether what a query finds is a truth value, as of diesel's `exists`.
    pub(super) fn answers_with_truth(&self, id: ExprId) -> bool {
        let is_truth = |ty: &Ty| matches!(ty, Ty::Primitive(name) if *name == "bool");
        let Expr::MethodCall(call) = self.judge.program[self.key].body.expr(id) else {
            return false;
        };
        let written = self.turbofish(call);
        written
            .or_else(|| self.found_type(id))
            .is_some_and(|it| is_truth(&it))
    }

    /// What a query finds, by its type: what `Ok` holds.
    fn found_type(&self, id: ExprId) -> Option<Ty> {
        let ty = match self.ty(id) {
            Ty::Future(inner) => (*inner).clone(),
            other => other,
        };
        let is_result = ty.is_external("std::result::Result");
        is_result.then(|| ty.arg(0).peel_refs().clone())
    }

    /// Whether a method runs a query and gives all rows that it finds, or how many it has changed.
    pub(super) fn counts_rows(&self, id: ExprId, name: &str) -> bool {
        match name {
            "fetch_all" | "load" | "get_results" | "load_iter" => true,
            // Of sea-orm; of tokio-postgres, whose first argument is the statement.
            "all" | "count" | "query" | "count_documents" => {
                let body = &self.judge.program[self.key].body;
                matches!(body.expr(id), Expr::MethodCall(call) if !call.args.is_empty())
            }
            "execute" => self.changes_only_by_it(id),
            _ => false,
        }
    }

    /// Redis: whether what is asked for is of a type that no missing value becomes.
    pub(super) fn fails_without_a_value(&self, id: ExprId, name: &str) -> bool {
        let is_text = |ty: &Ty| ty.is_external("std::string::String");
        matches!(name, "get" | "hget")
            && self
                .typing
                .external(id)
                .is_some_and(|it| it.as_str().starts_with("redis::"))
            && self.found_type(id).is_some_and(|it| is_text(&it))
    }

    /// Whether a statement changes only rows that it finds by what it is asked with.
    pub(super) fn changes_only_by_it(&self, id: ExprId) -> bool {
        self.statement(id, 0)
            .is_some_and(|(sql, is_whole)| is_whole && changes_only_found(&sql))
    }

    /// Whether a statement looks for a token or a session, by the names of its table and columns.
    pub(super) fn asks_for_a_token(&self, id: ExprId) -> bool {
        self.statement(id, 0)
            .is_some_and(|(sql, _)| asks_for_a_token(&sql))
    }

    /// Whether the query adds, changes or removes rows that a chain of calls runs. One that finds the
    /// row by the credential that it was sent is a check, whatever else it notes there.
    pub(super) fn changes_rows(&self, id: ExprId, from: From) -> bool {
        let Some((sql, _)) = self.statement(id, 0) else {
            return false;
        };
        let asks = from.has(From::CREDENTIAL.with(From::TOKEN));
        changes(&sql) && (!asks || answer(&sql) == Some(Answer::Always))
    }

    /// Whether a statement that is run only sets something up for others: a transaction, a connection.
    pub(super) fn changes_nothing(&self, statement: ExprId) -> bool {
        const VERBS: [&str; 8] = [
            "BEGIN",
            "START",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT",
            "RELEASE",
            "PRAGMA",
            "SET",
        ];
        let text = self.judge.values.text(self.key, statement);
        let text = text.and_then(|it| it.as_known()).unwrap_or_default();
        let only = text.trim().trim_end_matches(';');
        let first = only.split_whitespace().next().unwrap_or_default();
        VERBS.iter().any(|it| first.eq_ignore_ascii_case(it)) && !only.contains(';')
    }

    /// The statement at the beginning of a chain: `sqlx::query(".."). .. .fetch_one(&pool)`, and
    /// whether that is all of it: one that is put together as it runs may only begin so.
    fn statement(&self, id: ExprId, depth: u32) -> Option<(String, bool)> {
        if depth > 24 {
            return None;
        }
        let known = |arg: &ExprId| {
            let text = self.judge.values.text(self.key, *arg)?;
            let (text, is_whole) = match (text.as_known(), text.parts.into_iter().next()) {
                (Some(text), _) => (text, true),
                (None, Some(TextPart::Known(start))) => (start, false),
                (None, _) => return None,
            };
            verb(&text).is_some().then_some((text, is_whole))
        };
        let data = &self.judge.program[self.key];
        match data.body.expr(id) {
            Expr::MethodCall(call) => {
                let own = call.args.first().and_then(known);
                own.or_else(|| self.statement(call.receiver, depth + 1))
            }
            // `sqlx::query(AssertSqlSafe(statement))`.
            Expr::Call { args, .. } => args
                .iter()
                .take(2)
                .find_map(|it| known(it).or_else(|| self.statement(*it, depth + 1))),
            Expr::Try(inner) | Expr::Await(inner) | Expr::Ref { inner, .. } => {
                self.statement(*inner, depth + 1)
            }
            Expr::Path(_) => {
                let local = self.typing.local(id)?;
                let init = self.judge.values.local_init(&data.body, local)?;
                self.statement(init, depth + 1)
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
                let found = found.filter(|it| verb(it).is_some());
                let is_whole = call.path.last().is_none_or(|name| name != "format");
                found.map(|it| (it.to_owned(), is_whole))
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

/// Whether a statement adds, changes or removes rows, itself or in a part of it (`WITH .. AS (..)`).
fn changes(sql: &str) -> bool {
    let is_change = |word: &str| {
        let verbs = ["INSERT", "UPDATE", "DELETE", "REPLACE"];
        verbs.iter().any(|it| word.eq_ignore_ascii_case(it))
    };
    match verb(sql) {
        Some("WITH") => {
            let words: Vec<&str> = sql.split_whitespace().collect();
            words.windows(2).any(|it| {
                // What is locked by `FOR UPDATE` and `FOR NO KEY UPDATE` stays as it is.
                let locks = ["FOR", "KEY"]
                    .iter()
                    .any(|of| it[0].eq_ignore_ascii_case(of));
                !locks && is_change(it[1].trim_start_matches('('))
            })
        }
        Some("SELECT") | None => false,
        Some(_) => true,
    }
}

fn answer(sql: &str) -> Option<Answer> {
    let words = upper(sql);
    let what = words.get(1).map_or("", String::as_str);
    match verb(sql)? {
        "INSERT" | "REPLACE" => Some(Answer::Always),
        "SELECT" if what.starts_with("EXISTS") => Some(Answer::Truth),
        // True of what nobody has heard of.
        "SELECT" if what == "NOT" || what.starts_with("NOT(") => Some(Answer::Always),
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

/// Whether all values that a change is asked with stand in its condition, which all must hold.
fn changes_only_found(sql: &str) -> bool {
    let words = upper(sql);
    let changes = matches!(verb(sql), Some("UPDATE" | "DELETE"));
    let Some(at) = words.iter().position(|it| it == "WHERE") else {
        return false;
    };
    let (before, condition) = words.split_at(at);
    changes
        && !has_parameter(before)
        && has_parameter(condition)
        && condition.iter().any(|it| it.contains('='))
        && !condition
            .iter()
            .any(|it| it == "OR" || it.contains("SELECT") || it == "LIKE")
        && !condition
            .iter()
            .any(|it| it.contains("<>") || it.contains("!="))
}

/// Whether a selection asks for a token, or a hash of one: its column is called so, or its table
/// and the column not as what anybody knows.
fn asks_for_a_token(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|it: char| {
            !(it.is_ascii_alphanumeric() || it == '_' || it == '$' || it == '?' || it == '=')
        })
        .filter(|it| !it.is_empty())
        .collect();
    let named = |name: &str, of: &[&str]| {
        name.split('_')
            .any(|it| of.contains(&it.trim_end_matches('s')))
    };
    let secret = ["token", "session", "key", "apikey", "secret", "credential"];
    let known = [
        "user", "name", "email", "slug", "tenant", "org", "account", "login", "owner", "kind",
        "type", "scope", "client", "prefix", "short", "head", "public", "label", "handle", "ref",
    ];
    let from = words.iter().position(|it| *it == "from");
    let table = from
        .and_then(|at| words.get(at + 1))
        .copied()
        .unwrap_or_default();
    let Some(at) = words.iter().position(|it| *it == "where") else {
        return false;
    };
    let column = words.get(at + 1).copied().unwrap_or_default();
    let column = column.split(['=', '$', '?']).next().unwrap_or_default();
    let by_table = named(table, &secret)
        && !named(column, &known)
        && (column != "id" || named(table, &["session"]));
    (named(column, &["token", "hash", "secret"])
        || named(column, &["key"]) && column != "key_id"
        || by_table)
        && !column.is_empty()
        && !(named(column, &["id"]) && column != "id" && !named(column, &["session", "token"]))
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
        "<> $",
        "!= $",
        "<> ?",
        "!= ?",
        "LIKE $",
        "LIKE ?",
        "<>$",
        "!=$",
        ">= $",
        ">=$",
        "<= $",
        "<=$",
        "> $",
        ">$",
        "< $",
        "<$",
        ">= ?",
        "<= ?",
        "> ?",
        "< ?",
        "~ $",
        "~* $",
        "LEFT($",
        "RIGHT($",
        "SUBSTR($",
        "SUBSTRING($",
        "LEFT(?",
        "RIGHT(?",
        "SUBSTR(?",
        "SUBSTRING(?",
    ];
    let equals = ["= $", "=$", "= ?", "=?", "IN (", "ANY(", "ANY (", "@>"];
    let text_of_equals = ["!=", ">=", "<="]
        .iter()
        .fold(text.clone(), |it, other| it.replace(other, "<>"));
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
    let is_way = |(at, side): (usize, &Vec<String>)| {
        // Each side asks for another value: one of the two is enough.
        let others = || sides[..at].iter().chain(&sides[at + 1..]);
        let own = numbered(side);
        !has_parameter(side)
            || !own.is_empty()
                && others().any(|it| {
                    let theirs = numbered(it);
                    !theirs.is_empty() && theirs.iter().all(|it| !own.contains(it))
                })
    };
    depth == 0 && sides.len() > 1 && sides.iter().enumerate().any(is_way)
}

/// The numbers of the values that a condition asks for: `1` of `$1`.
fn numbered(condition: &[String]) -> Vec<&str> {
    let parts = condition.iter().flat_map(|word| word.split('$').skip(1));
    let number = |it: &'_ str| it.bytes().take_while(u8::is_ascii_digit).count();
    parts.map(|it| &it[..number(it)]).collect()
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
    fn statements_that_change_rows_are_known() {
        for sql in [
            "insert into notes (text) values ($1) returning id",
            "DELETE FROM notes",
            "WITH gone AS (DELETE FROM notes RETURNING id) SELECT id FROM gone",
            "with new as (insert into notes values ($1) returning id) select id from new",
            "WITH old AS (SELECT 1) UPDATE notes SET text = $1",
        ] {
            assert!(changes(sql), "{sql}");
        }
        for sql in [
            "SELECT deleted FROM notes",
            "SELECT id FROM notes FOR UPDATE",
            "WITH k AS (SELECT id FROM keys FOR UPDATE) SELECT id FROM k",
            "WITH k AS (SELECT id FROM keys FOR UPDATE OF keys) SELECT id FROM k",
            "BEGIN",
        ] {
            assert!(!changes(sql), "{sql}");
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
                "SELECT id FROM users WHERE name = $1 OR password = crypt($2, password)",
                Some(Answer::Always),
            ),
            ("SELECT id FROM keys WHERE key >= $1", Some(Answer::Always)),
            (
                "SELECT id FROM keys WHERE left(key, 2) = left($1, 2)",
                Some(Answer::Always),
            ),
            ("SELECT id FROM keys WHERE key = $1 AND ends > $2", None),
            (
                "SELECT NOT EXISTS (SELECT 1 FROM revoked WHERE key = $1)",
                Some(Answer::Always),
            ),
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
