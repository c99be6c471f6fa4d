//! The check `panicking-handler`: a handler ends in a panic where what a request holds is not as expected.
//!
//! Parameters: `reads`, the methods that take a part of what a request holds or make something of it, and may find nothing or fail;
//! `parses`, the functions that do; `remedy`. Only the handler itself is looked at, without the functions that it calls.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, given};
use crate::checks::{Context, meta, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::MethodCall;
use crate::facts::{Body, Expr, ExprId, PatId, Stmt};
use crate::lints::Lint;
use crate::models::exports::last_segment;
use crate::models::roles::{Carries, TypeRole};
use crate::program::{BodyKey, FnId, Ty};
use crate::source::Span;
use crate::values::{Callee, Typing};

/// How many variables are made of each other.
const MAX_ROUNDS: usize = 6;
/// How long chains of methods are.
const MAX_DEPTH: u32 = 24;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    reads: Vec<String>,
    parses: Vec<String>,
    remedy: String,
}

/// Finds panics that a request chooses.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let mut known: FxHashSet<FnId> = FxHashSet::default();
    let mut found = Vec::new();
    for site in &endpoints.all {
        let Some(id) = given::function(site).filter(|it| known.insert(*it)) else {
            continue;
        };
        let Some(look) = Look::new(cx, id, &params) else {
            continue;
        };
        let name = cx.program.fn_name(id);
        for (span, what) in look.panics() {
            let title = format!("`{name}` panics where {what}");
            let fingerprint = format!("{}|{name}|{what}", lint.id);
            let primary = Label::new(span, "a request decides whether this is there");
            found.push(
                Diagnostic::new(&meta(lint), title, primary, fingerprint)
                    .with_endpoint(&site.endpoint.method, &site.endpoint.path)
                    .with_help(params.remedy.clone()),
            );
        }
    }
    found.sort_by_key(|it| it.primary.span);
    found
}

/// One handler.
struct Look<'l, 'a> {
    cx: &'l Context<'a>,
    params: &'l Params,
    key: BodyKey,
    body: &'a Body,
    typing: &'a Typing,
    /// The variables that hold what the request does.
    sent: FxHashSet<PatId>,
}

impl<'l, 'a> Look<'l, 'a> {
    fn new(cx: &'l Context<'a>, id: FnId, params: &'l Params) -> Option<Look<'l, 'a>> {
        let key = cx.program[id].body.filter(|it| cx.is_live(*it))?;
        let given = given::parameters(cx, id);
        let sent = given.iter().filter(|it| is_sent(cx, &it.ty));
        let mut look = Look {
            cx,
            params,
            key,
            body: &cx.program[key].body,
            typing: cx.values.typing(key),
            sent: sent.flat_map(|it| it.binds.iter().map(|it| it.0)).collect(),
        };
        for _ in 0..MAX_ROUNDS {
            let known = look.sent.len();
            look.follow();
            if look.sent.len() == known {
                break;
            }
        }
        (!look.sent.is_empty()).then_some(look)
    }

    /// Adds what is made of what is known.
    fn follow(&mut self) {
        let body = self.body;
        for (_, expr) in body.exprs() {
            let Expr::Block(block) = expr else { continue };
            for stmt in &block.stmts {
                if let Stmt::Let(data) = stmt
                    && let Some(init) = data.init
                    && self.holds(init, 0)
                {
                    let mut binds = Vec::new();
                    given::bindings(body, data.pat, &mut binds);
                    self.sent.extend(binds.into_iter().map(|it| it.0));
                }
            }
        }
    }

    /// Whether an expression is what the request holds, a part of it, or what was read out of it.
    fn holds(&self, id: ExprId, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let next = |id: ExprId| self.holds(id, depth + 1);
        match self.body.expr(id) {
            Expr::Path(_) => self
                .typing
                .local(id)
                .is_some_and(|it| self.sent.contains(&it)),
            Expr::Field { base, .. } | Expr::Index { base, .. } => next(*base),
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => next(*inner),
            Expr::MethodCall(call) => self.is_read(call) && next(call.receiver),
            Expr::Call { args, .. } => {
                self.is_parse(id) && args.first().is_some_and(|it| next(*it))
            }
            _ => false,
        }
    }

    /// Whether a method gives what it is called on, or something out of it.
    fn is_read(&self, call: &MethodCall) -> bool {
        const KEEPS: [&str; 22] = [
            "clone",
            "as_str",
            "as_ref",
            "as_deref",
            "as_bytes",
            "to_string",
            "to_owned",
            "to_vec",
            "into_inner",
            "trim",
            "unwrap",
            "expect",
            "headers",
            "iter",
            "into_iter",
            "chars",
            "lines",
            "split",
            "as_slice",
            "to_lowercase",
            "map_err",
            "ok",
        ];
        let is = |it: &str| call.name == *it;
        KEEPS.iter().any(|it| is(it)) || self.params.reads.iter().any(|it| is(it))
    }

    fn is_parse(&self, id: ExprId) -> bool {
        match self.typing.callees(id).first() {
            Some(Callee::External(path)) => {
                let name = last_segment(path.as_str());
                self.params.parses.iter().any(|it| name == it)
            }
            _ => false,
        }
    }

    /// Where the handler may panic, and why.
    fn panics(&self) -> Vec<(Span, &'static str)> {
        let mut found = Vec::new();
        for (id, expr) in self.body.exprs() {
            let what = match expr {
                Expr::MethodCall(call) if matches!(call.name.as_str(), "unwrap" | "expect") => {
                    self.unwraps(call).map(|what| (call.name_range, what))
                }
                Expr::Index { base, index } => {
                    let what = self.indexes(*base, *index);
                    what.map(|what| (self.body.expr_range(id), what))
                }
                _ => None,
            };
            let file = self.cx.program[self.key].file;
            found.extend(what.map(|(range, what)| (range.in_file(file), what)));
        }
        found
    }

    fn unwraps(&self, call: &MethodCall) -> Option<&'static str> {
        let mut receiver = call.receiver;
        while let Expr::Await(inner) = self.body.expr(receiver) {
            receiver = *inner;
        }
        if !self.holds(receiver, 0) || self.is_asked(receiver) {
            return None;
        }
        match self.body.expr(receiver) {
            Expr::MethodCall(read) if self.params.reads.iter().any(|it| read.name == **it) => {
                Some(match read.name.as_str() {
                    "parse" | "to_str" | "decode" => "a part of the request has another form",
                    _ => "a part of the request is missing",
                })
            }
            Expr::Call { .. } if self.is_parse(receiver) => {
                Some("a part of the request has another form")
            }
            // `form.email.unwrap()`.
            Expr::Field { .. } | Expr::Path(_) => {
                let ty = self.typing.ty(receiver).peel_refs();
                let is_option = ty.is_external("std::option::Option");
                is_option.then_some("a part of the request is missing")
            }
            _ => None,
        }
    }

    fn indexes(&self, base: ExprId, index: ExprId) -> Option<&'static str> {
        let ty = self.unwrapped(base);
        let of = ty.external_path();
        let of = of.map_or("", |it| it.as_str());
        let is_map = matches!(
            of,
            "std::collections::HashMap" | "std::collections::BTreeMap"
        );
        let is_list = matches!(of, "std::vec::Vec" | "std::string::String" | "bytes::Bytes")
            || matches!(&ty, Ty::Slice(_))
            || matches!(&ty, Ty::Primitive(it) if *it == "str");
        let is_whole = matches!(
            self.body.expr(index),
            Expr::Range {
                start: None,
                end: None
            }
        );
        if !(is_map || is_list) || is_whole || self.is_asked(base) || self.is_asked(index) {
            return None;
        }
        match (self.holds(base, 0), self.holds(index, 0)) {
            (true, _) if is_map => Some("a part of the request is missing"),
            (true, _) => Some("a part of the request is shorter"),
            (false, true) => Some("the request names a place that is not there"),
            (false, false) => None,
        }
    }

    /// The type of an expression, without references and without what an extractor puts around it.
    fn unwrapped(&self, id: ExprId) -> Ty {
        let ty = self.typing.ty(id).peel_refs();
        let extractor = ty.external_path();
        let extractor = extractor.and_then(|it| self.cx.program.models.extractor(it));
        match extractor.and_then(|it| it.inner) {
            Some(at) => ty.arg(at as usize).peel_refs().clone(),
            None => ty.clone(),
        }
    }

    /// Whether somebody asks something of the variable that an expression begins with: how long it is,
    /// whether something is in it, how it compares.
    fn is_asked(&self, id: ExprId) -> bool {
        const ASKS: [&str; 9] = [
            "len",
            "is_empty",
            "is_some",
            "is_none",
            "is_ok",
            "is_err",
            "contains_key",
            "starts_with",
            "contains",
        ];
        let Some(root) = self.root(id) else {
            return false;
        };
        let is_of = |it: ExprId| self.root(it) == Some(root);
        self.body.exprs().any(|(_, expr)| match expr {
            Expr::MethodCall(call) => {
                ASKS.iter().any(|it| call.name == *it) && is_of(call.receiver)
            }
            Expr::Binary { op, lhs, rhs } => {
                use crate::facts::body::BinaryOp;
                let compares = matches!(
                    op,
                    BinaryOp::Lt
                        | BinaryOp::Le
                        | BinaryOp::Gt
                        | BinaryOp::Ge
                        | BinaryOp::Eq
                        | BinaryOp::Ne
                );
                compares && (is_of(*lhs) || is_of(*rhs))
            }
            _ => false,
        })
    }

    /// The variable that an expression begins with.
    fn root(&self, id: ExprId) -> Option<PatId> {
        match self.body.expr(id) {
            Expr::Path(_) => self.typing.local(id),
            Expr::Field { base, .. } | Expr::Index { base, .. } => self.root(*base),
            Expr::MethodCall(call) => self.root(call.receiver),
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner)
            | Expr::Cast { inner, .. } => self.root(*inner),
            Expr::Call { args, .. } => self.root(*args.first()?),
            _ => None,
        }
    }
}

/// Whether a parameter of this type holds what the client has written.
fn is_sent(cx: &Context<'_>, ty: &Ty) -> bool {
    let Some(path) = ty.peel_refs().external_path() else {
        return false;
    };
    let models = cx.program.models;
    if let Some(extractor) = models.extractor(path) {
        return matches!(
            extractor.carries,
            Carries::Body
                | Carries::Form
                | Carries::Multipart
                | Carries::Query
                | Carries::Path
                | Carries::Header
                | Carries::Headers
                | Carries::Cookies
                | Carries::Request
        );
    }
    let role = models.type_(path).and_then(|it| it.role);
    matches!(role, Some(TypeRole::Request | TypeRole::Headers))
}
