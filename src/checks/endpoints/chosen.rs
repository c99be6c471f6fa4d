//! Conditions whose outcome clients choose: by a header, a query or a body that names no credential.

use rustc_hash::FxHashSet;

use crate::checks::Context;
use crate::facts::body::{BinaryOp, Literal, UnaryOp};
use crate::facts::{Body, Expr, ExprId, Pat, PatId};
use crate::models::roles::{Carries, TypeRole};
use crate::program::{BodyKey, Ty};
use crate::routes::purpose::words;
use crate::values::{Callee, Typing};

/// How far variables are followed back to what they were made from.
const MAX_BACK: u32 = 6;
/// A text that is at least so long may be a secret that both sides know.
const SECRET: usize = 12;

/// What an expression depends on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    /// On nothing that changes.
    Code,
    /// On what the client sends.
    Client,
    /// On anything else: the state of the service, another function's answer.
    Other,
}

/// A body, and what of a request it is handed.
pub(super) struct Chosen<'b> {
    body: &'b Body,
    typing: &'b Typing,
    values: &'b crate::values::Values<'b>,
    sent: FxHashSet<PatId>,
}

impl<'b> Chosen<'b> {
    /// Of a body that has these parameters.
    pub(super) fn new(cx: &'b Context<'b>, key: BodyKey, params: &[PatId]) -> Chosen<'b> {
        let body: &Body = &cx.program[key].body;
        let typing = cx.values.typing(key);
        let mut sent = FxHashSet::default();
        for param in params {
            if is_sent(cx, typing.pat_ty(*param)) {
                bound(body, *param, &mut sent);
            }
        }
        Chosen {
            body,
            typing,
            values: cx.values,
            sent,
        }
    }

    /// The part of a condition by which alone a client has it come out so.
    pub(super) fn flag(&self, cond: ExprId, outcome: bool) -> Option<ExprId> {
        match self.body.expr(cond) {
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => self.flag(*inner, !outcome),
            Expr::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                lhs,
                rhs,
            } => {
                let one_is_enough = (*op == BinaryOp::Or) == outcome;
                let left = self.flag(*lhs, outcome);
                match one_is_enough {
                    true => left.or_else(|| self.flag(*rhs, outcome)),
                    false => left.and_then(|it| self.flag(*rhs, outcome).and(Some(it))),
                }
            }
            _ => {
                let is_chosen = self.from(cond, 0) == From::Client && !self.shows_credential(cond);
                is_chosen.then_some(cond)
            }
        }
    }

    fn from(&self, id: ExprId, depth: u32) -> From {
        if depth > 64 {
            return From::Other;
        }
        let of = |id: ExprId| self.from(id, depth + 1);
        let all = |ids: &[ExprId]| ids.iter().map(|it| of(*it)).max().unwrap_or(From::Code);
        match self.body.expr(id) {
            Expr::Literal(_) => From::Code,
            Expr::Path(path) => match self.typing.local(id) {
                Some(local) if self.sent.contains(&local) => From::Client,
                Some(local) => match self.values.local_init(self.body, local) {
                    Some(init) if depth < MAX_BACK => of(init),
                    // What a closure is handed is a part of what it is called on.
                    None if self.is_of_closure(local) => From::Code,
                    _ => From::Other,
                },
                None if path.as_ident().is_some_and(|it| it == "self") => From::Other,
                None => match self.typing.defs(id).first() {
                    Some(Callee::Fn(_)) => From::Other,
                    _ => From::Code,
                },
            },
            Expr::Field { base, .. } => of(*base),
            Expr::Index { base, index } => of(*base).max(of(*index)),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } | Expr::Cast { inner, .. } => {
                of(*inner)
            }
            Expr::Binary { lhs, rhs, .. } => of(*lhs).max(of(*rhs)),
            Expr::Let { value, .. } => of(*value),
            Expr::Match { scrutinee, .. } => of(*scrutinee),
            Expr::Tuple(parts) | Expr::Array(parts) => all(parts),
            Expr::Closure(closure) => of(closure.body),
            Expr::MethodCall(call) => {
                let is_own = || {
                    let mut callees = self.typing.callees(id).iter();
                    callees.any(|it| matches!(it, Callee::Fn(_)))
                };
                match READS.contains(&call.name.as_str()) && !is_own() {
                    true => of(call.receiver).max(all(&call.args)),
                    false => From::Other,
                }
            }
            Expr::Call { args, .. } => {
                let mut callees = self.typing.callees(id).iter();
                match callees.any(|it| matches!(it, Callee::Fn(_))) {
                    true => From::Other,
                    false => all(args),
                }
            }
            _ => From::Other,
        }
    }

    fn is_of_closure(&self, local: PatId) -> bool {
        self.body.exprs().any(|(_, expr)| match expr {
            Expr::Closure(closure) => closure.params.iter().any(|(pat, _)| {
                let mut inside = FxHashSet::default();
                bound(self.body, *pat, &mut inside);
                inside.contains(&local)
            }),
            _ => false,
        })
    }

    /// Whether a part of a condition is about a credential, or about what no client gains by: a preflight, a method, a path.
    fn shows_credential(&self, cond: ExprId) -> bool {
        let mut asks_more = false;
        let found = self.within(cond).any(|id| match self.body.expr(id) {
            Expr::Literal(Literal::Str(text)) => {
                asks_more |= is_header_name(text);
                names_credential(text) || text.len() >= SECRET && !is_header_name(text)
            }
            Expr::Path(path) => {
                let name = path.last().map_or("", |it| it.as_str());
                let is_constant = self.typing.local(id).is_none();
                asks_more |= is_constant && name.len() > 3 && !METHODS.contains(&name);
                name == "OPTIONS" || names_credential(name)
            }
            Expr::Field { name, .. } => {
                asks_more |= !matches!(name.as_str(), "headers" | "method" | "uri");
                names_credential(name.as_str())
            }
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                asks_more |= matches!(name, "query" | "query_string" | "get" | "contains_key");
                matches!(
                    name,
                    "path" | "match_pattern" | "cookie" | "cookies" | "uri_path"
                )
            }
            _ => false,
        });
        found || !asks_more
    }

    /// The expressions of a part of the body, and of what its variables were made from.
    fn within(&self, id: ExprId) -> impl Iterator<Item = ExprId> {
        let mut ranges = vec![self.body.expr_range(id)];
        let mut at = 0;
        while at < ranges.len() && ranges.len() < MAX_BACK as usize {
            let range = ranges[at];
            let names = self
                .body
                .exprs()
                .filter(|(id, _)| range.contains(self.body.expr_range(*id)));
            let made = names.filter_map(|(id, _)| {
                let local = self.typing.local(id)?;
                self.values.local_init(self.body, local)
            });
            let made: Vec<_> = made.map(|it| self.body.expr_range(it)).collect();
            ranges.extend(
                made.into_iter()
                    .filter(|it| !ranges.contains(it))
                    .collect::<Vec<_>>(),
            );
            at += 1;
        }
        let exprs = self.body.exprs().map(|(id, _)| id);
        exprs.filter(move |id| {
            let own = self.body.expr_range(*id);
            ranges.iter().any(|it| it.contains(own))
        })
    }
}

/// Whether a value of a type is what a client has sent, or a part of it.
fn is_sent(cx: &Context<'_>, ty: &Ty) -> bool {
    let Some(path) = ty.peel_refs().external_path() else {
        return false;
    };
    let models = &cx.program.models;
    let role = models.type_(path).and_then(|it| it.role);
    let carries = models.extractor(path).map(|it| it.carries);
    matches!(role, Some(TypeRole::Request | TypeRole::Headers))
        || matches!(
            carries,
            Some(
                Carries::Request
                    | Carries::Headers
                    | Carries::Header
                    | Carries::Query
                    | Carries::Form
                    | Carries::Body
                    | Carries::Uri
                    | Carries::WholeUri
            )
        )
}

/// What a pattern binds.
pub(super) fn bound(body: &Body, pat: PatId, found: &mut FxHashSet<PatId>) {
    found.insert(pat);
    match body.pat(pat) {
        Pat::Bind { sub: Some(sub), .. } => bound(body, *sub, found),
        Pat::Ref(inner) => bound(body, *inner, found),
        Pat::TupleStruct(_, all) | Pat::Tuple(all) | Pat::Slice(all) | Pat::Or(all) => {
            all.iter().for_each(|it| bound(body, *it, found));
        }
        Pat::Struct(_, all) => all.iter().for_each(|it| bound(body, it.1, found)),
        _ => {}
    }
}

fn is_header_name(text: &str) -> bool {
    text.contains(['-', '=']) && !text.contains(' ')
}

/// Whether a name is that of something by which somebody shows who they are.
fn names_credential(name: &str) -> bool {
    const WORDS: [&str; 19] = [
        "authorization",
        "cookie",
        "token",
        "tokens",
        "key",
        "apikey",
        "secret",
        "signature",
        "password",
        "session",
        "csrf",
        "bearer",
        "credential",
        "credentials",
        "jwt",
        "code",
        "otp",
        "nonce",
        "access",
    ];
    const TURNS_OFF: [&str; 7] = [
        "skip", "no", "bypass", "disable", "without", "ignore", "verify",
    ];
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|it| all.contains(&it.as_str()));
    has(&WORDS) || has(&["auth"]) && !has(&TURNS_OFF)
}

const METHODS: [&str; 10] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "Some", "None", "true", "false",
];

/// Methods that read something of what they are called on, and nothing else.
const READS: [&str; 44] = [
    "headers",
    "header",
    "get",
    "contains_key",
    "is_some",
    "is_none",
    "is_some_and",
    "is_none_or",
    "is_ok",
    "is_ok_and",
    "to_str",
    "ok",
    "and_then",
    "map",
    "map_or",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "as_deref",
    "as_ref",
    "as_str",
    "as_bytes",
    "eq",
    "eq_ignore_ascii_case",
    "contains",
    "starts_with",
    "ends_with",
    "uri",
    "query",
    "query_string",
    "method",
    "into_inner",
    "clone",
    "cloned",
    "copied",
    "to_owned",
    "to_string",
    "to_lowercase",
    "to_ascii_lowercase",
    "trim",
    "parse",
    "is_empty",
    "split",
    "any",
];
