//! The check `unscoped-statement`: SQL reads or changes a row by its id alone, while other statements about the same
//! table ask whose it is.
//!
//! Parameters: `owners`, the columns that say whose a row is.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::given::{
    derived, function, holds, is_asked_about, is_privileged_name, parameters, principal_at,
};
use super::{Endpoints, Site, deviants, ignored, with_evidence};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, PatId};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, FnId};
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::routes::purpose::privileged_word;
use crate::source::{Name, Span};
use crate::values::Callee;

/// So many statements about a table must ask whose a row is for that to be a convention.
const SUPPORT: usize = 3;
/// For each that does not, so many must.
const PER_DEVIANT: usize = 2;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    owners: Vec<String>,
}

/// An SQL statement that finds rows by a condition.
struct Statement {
    verb: &'static str,
    table: String,
    /// The column by which it asks whose a row is.
    owner: Option<String>,
    /// It finds rows by an id that it is handed.
    is_by_id: bool,
    key: BodyKey,
    at: Span,
}

/// Finds statements that ask for less than others about the same table.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let candidates: Vec<(&Site<'_>, FnId, usize)> = endpoints
        .all
        .iter()
        .filter_map(|site| meant(cx, site))
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let statements = statements(cx, &params);
    let mut tables: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
    for it in &statements {
        let count = tables.entry(it.table.as_str()).or_default();
        match (&it.owner, it.is_by_id) {
            (Some(_), _) => count.0 += 1,
            (None, true) => count.1 += 1,
            (None, false) => {}
        }
    }
    let mut found = Vec::new();
    let mut done: FxHashSet<Span> = FxHashSet::default();
    let known: OnceCell<FxHashSet<FnId>> = OnceCell::new();
    for one in &statements {
        let (scoped, plain) = tables[one.table.as_str()];
        let is_deviant = one.owner.is_none()
            && one.is_by_id
            && scoped >= SUPPORT
            && scoped >= PER_DEVIANT * plain;
        if !is_deviant {
            continue;
        }
        let Some((site, id, _)) = candidates
            .iter()
            .find(|(_, id, principal)| leads(cx, *id, *principal, one, &statements))
        else {
            continue;
        };
        // Who never looks at who asks, or misses what its siblings ask for, is found to do so.
        let known = known.get_or_init(|| {
            let mut known = deviants::find(cx, endpoints, &meta);
            known.extend(ignored::find(cx, endpoints, &meta));
            known.into_iter().map(|(id, _)| id).collect()
        });
        if known.contains(id) || !done.insert(one.at) {
            continue;
        }
        let example = statements
            .iter()
            .find(|it| it.table == one.table && it.owner.is_some());
        let Some((example, column)) = example.and_then(|it| Some((it, it.owner.as_deref()?)))
        else {
            continue;
        };
        let title = format!(
            "`{}` {} `{}` by an id, whoever's it is",
            site.name(),
            one.verb,
            one.table
        );
        let key = format!("{} {} {}", meta.id, site.name(), one.table);
        let primary = Label::new(super::first_line(cx, one.at), "asks for the id alone");
        let mut finding = Diagnostic::new(&meta, title, primary, key)
            .with_endpoint(&site.endpoint.method, &site.endpoint.path);
        finding = with_evidence(cx, finding, site, |_| None);
        found.push(
            finding
                .with_label(super::first_line(cx, example.at), format!("asks for `{column}`, too"))
                .with_note(format!(
                    "{scoped} of the {} statements that find rows of `{}` by an id or an owner ask whose they are",
                    scoped + plain,
                    one.table
                ))
                .with_note("who asks reaches neither the statement nor a check before it")
                .with_help(format!("add `{column} = …` with the caller's id to the condition")),
        );
    }
    found
}

/// An endpoint that knows who asks, and takes an id from its path.
fn meant<'s, 'a>(cx: &Context<'_>, site: &'s Site<'a>) -> Option<(&'s Site<'a>, FnId, usize)> {
    let endpoint = site.endpoint;
    let is_meant = site.purpose == Purpose::Ordinary
        && endpoint.protections.authentication.status == Status::Required
        && endpoint.protections.authorization.status != Status::Required
        && endpoint.path.contains('{')
        && privileged_word(&endpoint.path).is_none();
    let id = function(site).filter(|_| is_meant)?;
    let principal = principal_at(cx, site)?;
    let def = &cx.program[id];
    let ty = def.sig.params.get(principal)?.ty_range.in_file(def.file);
    (!is_privileged_name(cx.sources.slice(ty))).then_some((site, id, principal))
}

/// Whether a handler runs a statement, itself or in a function that it calls and does not tell who asks, and nothing in
/// it decides by who asks.
fn leads(cx: &Context<'_>, id: FnId, principal: usize, one: &Statement, all: &[Statement]) -> bool {
    let Some(key) = cx.program[id].body else {
        return false;
    };
    let owner_of = |it: &Statement| match cx.program[it.key].owner {
        BodyOwner::Fn(id) => Some(id),
        BodyOwner::Const(_) => None,
    };
    let Some(target) = owner_of(one) else {
        return false;
    };
    let mentions = cx.program[key].body.mentions();
    let is_here = target == id;
    let hashes: FxHashSet<u16> = cx.program.hashes_of_fn(target).collect();
    if !is_here && !mentions.has_any(&hashes) {
        return false;
    }
    let data = &cx.program[key];
    let body: &Body = &data.body;
    let typing = cx.values.typing(key);
    let given = parameters(cx, id);
    let Some(who) = given.get(principal) else {
        return false;
    };
    let who: Vec<PatId> = who.binds.iter().map(|(pat, _)| *pat).collect();
    let who = derived(body, typing, who);
    let mut reaches = is_here;
    for (call, expr) in body.exprs() {
        let receiver = match expr {
            Expr::MethodCall(it) => Some(it.receiver),
            Expr::Call { .. } => None,
            _ => continue,
        };
        let mut handed = expr.args().iter().copied().chain(receiver);
        let callees = typing.callees(call);
        let to = callees.iter().filter_map(|it| match it {
            Callee::Fn(it) => Some(it.id),
            _ => None,
        });
        let to: Vec<FnId> = to.collect();
        if to.is_empty() {
            continue;
        }
        // Whoever is told may ask.
        if handed.any(|it| holds(body, typing, &who, it)) {
            return false;
        }
        reaches |= to.contains(&target);
        // Another function that it calls has asked whose something is.
        let asks =
            |it: &&Statement| it.owner.is_some() && owner_of(it).is_some_and(|it| to.contains(&it));
        if all.iter().any(|it| asks(&it)) {
            return false;
        }
    }
    let asks_here = all
        .iter()
        .any(|it| it.owner.is_some() && owner_of(it) == Some(id));
    reaches && !asks_here && !is_asked_about(cx, id, principal)
}

/// The statements of the program that libraries are handed.
fn statements(cx: &Context<'_>, params: &Params) -> Vec<Statement> {
    let models = cx.program.models;
    let crates = cx.program.crates_used();
    let functions = models.functions_of(crates.clone(), |it| it.sql.is_some());
    let paths: Vec<&str> = functions.iter().map(|it| it.as_str()).collect();
    let mut bodies: FxHashSet<BodyKey> = cx
        .program
        .using(paths, true, |path: Name| functions.contains(&path))
        .into_iter()
        .collect();
    let hashes: FxHashSet<u16> = ["query", "query_as", "query_scalar"]
        .iter()
        .map(|it| crate::facts::mentions::hash(crate::facts::Mention::Macro, it))
        .collect();
    if cx.program.may_use("sqlx") {
        bodies.extend(cx.program.mentioning(&hashes));
    }
    let mut bodies: Vec<BodyKey> = bodies.into_iter().filter(|it| cx.is_live(*it)).collect();
    bodies.sort_unstable();
    let mut found = Vec::new();
    for key in bodies {
        let data = &cx.program[key];
        for (id, expr) in data.body.exprs() {
            if let Expr::Literal(Literal::Str(text)) = expr
                && let Some((verb, table, owner, is_by_id)) = parse(text, &params.owners)
            {
                found.push(Statement {
                    verb,
                    table,
                    owner,
                    is_by_id,
                    key,
                    at: data.body.expr_range(id).in_file(data.file),
                });
            }
        }
    }
    found
}

/// The verb, the table and the condition of a statement: whose rows, and whether by an id that is handed in.
fn parse(text: &str, owners: &[String]) -> Option<(&'static str, String, Option<String>, bool)> {
    let upper = text.trim_start().to_ascii_uppercase();
    let verb = match upper.split_whitespace().next()? {
        "SELECT" => "reads",
        "UPDATE" => "changes",
        "DELETE" => "deletes",
        _ => return None,
    };
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|it: char| it.is_whitespace() || matches!(it, '(' | ')' | ',' | ';'))
        .filter(|it| !it.is_empty())
        .collect();
    let before = if verb == "changes" { "update" } else { "from" };
    let at = words.iter().position(|it| *it == before)?;
    let table = words.get(at + 1)?.rsplit('.').next()?;
    let table = table.trim_matches(['"', '`', '\'']).to_owned();
    let condition = lower.split_once("where").map(|(_, it)| it)?;
    let tokens: Vec<&str> = condition
        .split(|it: char| !(it.is_ascii_alphanumeric() || it == '_'))
        .filter(|it| !it.is_empty())
        .collect();
    let owner = tokens
        .iter()
        .find(|it| owners.iter().any(|name| name == *it));
    let compact: String = condition.split_whitespace().collect();
    // The row's own id, and not that of something that it belongs to: `id = $1`, `notes.id = $1`, `note_id = $1`.
    let own = format!("{}_id=", table.trim_end_matches('s'));
    let is_by_id = ["id=", "uuid=", own.as_str()].iter().any(|column| {
        compact.match_indices(column).any(|(at, _)| {
            let before = compact[..at].chars().next_back();
            let is_whole = !before.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_')
                || compact[..at].ends_with("and")
                || compact[..at].ends_with("or");
            is_whole && compact[at + column.len()..].starts_with(['$', '?', ':'])
        })
    });
    let is_plain = table
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_plain.then(|| (verb, table, owner.map(|it| (*it).to_owned()), is_by_id))
}
