//! The check `path-bypass`: middleware lets requests pass by a part of their path that the client can write.
//!
//! Parameters: `next`, the types by which a parameter makes a function middleware; `paths`, functions that give the path of a
//! request; `refusals`, names that are mentioned by what refuses.

use serde::Deserialize;

use super::{Endpoints, Site, first_line, given};
use crate::checks::middleware::is_middleware;
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Body, Expr, ExprId, Mention, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::models::roles::Carries;
use crate::program::{BodyKey, Ty};
use crate::routes::Purpose;
use crate::source::Span;
use crate::values::{Callee, Typing};

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    next: Vec<String>,
    paths: Vec<String>,
    runs: Vec<String>,
    refusals: Vec<String>,
}

/// How a path is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Begins,
    Holds,
    Ends,
}

/// A condition under which requests pass.
struct Skip {
    how: How,
    text: String,
    at: Span,
}

/// Finds middleware that can be passed by.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for (id, def) in cx.program.fn_ids() {
        let Some(key) = def.body.filter(|it| cx.is_live(*it)) else {
            continue;
        };
        if !is_middleware(cx, &params.next, id) {
            continue;
        }
        let name = def.name.as_str();
        let guarded: Vec<&Site<'_>> = endpoints
            .all
            .iter()
            .filter(|site| {
                let mut layers = site.endpoint.layers.iter();
                layers.any(|it| {
                    it.name
                        .rsplit("::")
                        .next()
                        .is_some_and(|it| it == name || it.contains(name))
                })
            })
            .collect();
        for skip in skips(cx, &params, key) {
            let Some(victim) = guarded.iter().find(|it| is_passable(cx, &skip, it)) else {
                continue;
            };
            let how = match skip.how {
                How::Begins => "begins with",
                How::Holds => "holds",
                How::Ends => "ends in",
            };
            let title = format!(
                "`{name}` lets every request pass whose path {how} `{}`",
                skip.text
            );
            let key = format!("{} {name} {}", meta.id, skip.text);
            let primary = Label::new(first_line(cx, skip.at), "passes by the check");
            let example = example(&skip, &victim.endpoint.path);
            found.push(
                Diagnostic::new(&meta, title, primary, key)
                    .with_label(victim.primary, "guarded by it")
                    .with_anchor(def.name_span())
                    .with_note(format!(
                        "`{}` is behind it, and `{example}` is a path of it that passes",
                        victim.name()
                    ))
                    .with_help("compare whole paths, or mount the middleware only on the routes that it is for"),
            );
        }
    }
    found
}

/// The conditions on parts of the path under which a middleware that refuses runs the rest of the chain at once.
fn skips(cx: &Context<'_>, params: &Params, key: BodyKey) -> Vec<Skip> {
    let data = &cx.program[key];
    let mentions = data.body.mentions();
    let ways = [
        Mention::Bare,
        Mention::InType,
        Mention::InModule,
        Mention::Member,
    ];
    let refuses = params
        .refusals
        .iter()
        .any(|it| ways.iter().any(|how| mentions.has(*how, it)));
    let compares = ["starts_with", "contains", "ends_with"]
        .iter()
        .any(|it| mentions.has(Mention::Member, it));
    if !refuses || !compares {
        return Vec::new();
    }
    let body: &Body = &data.body;
    let typing = cx.values.typing(key);
    let look = Look {
        params,
        body,
        typing,
    };
    let mut found = Vec::new();
    for (_, expr) in body.exprs() {
        if let Expr::If { cond, then, .. } = expr
            && look.runs_rest(*then)
            && !look.refuses_within(*then)
        {
            let mut skips = Vec::new();
            look.alternatives(*cond, &mut skips);
            found.extend(skips.into_iter().map(|(how, text, id)| Skip {
                how,
                text,
                at: body.expr_range(id).in_file(data.file),
            }));
        }
    }
    found
}

struct Look<'l> {
    params: &'l Params,
    body: &'l Body,
    typing: &'l Typing,
}

impl Look<'_> {
    /// What each suffices for a condition: of `a || b` both, of `a && b` none.
    fn alternatives(&self, cond: ExprId, found: &mut Vec<(How, String, ExprId)>) {
        match self.body.expr(cond) {
            Expr::Binary {
                op: BinaryOp::Or,
                lhs,
                rhs,
            } => {
                self.alternatives(*lhs, found);
                self.alternatives(*rhs, found);
            }
            Expr::MethodCall(call) => {
                let how = match call.name.as_str() {
                    "starts_with" => How::Begins,
                    "contains" => How::Holds,
                    "ends_with" => How::Ends,
                    _ => return,
                };
                if let Some(text) = call.args.first().and_then(|it| self.text(*it))
                    && self.is_path(call.receiver, 0)
                {
                    found.push((how, text, cond));
                }
            }
            _ => {}
        }
    }

    fn text(&self, id: ExprId) -> Option<String> {
        match self.body.expr(id) {
            Expr::Literal(Literal::Str(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    /// Whether an expression is the path of the request.
    fn is_path(&self, id: ExprId, depth: u32) -> bool {
        const SAME: [&str; 6] = [
            "as_str",
            "to_string",
            "to_owned",
            "clone",
            "as_ref",
            "to_lowercase",
        ];
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                let is_of_request = self.typing.callees(id).iter().any(|it| match it {
                    Callee::External(path) => self.params.paths.iter().any(|it| *path == **it),
                    _ => false,
                });
                is_of_request
                    || SAME.contains(&call.name.as_str()) && self.is_path(call.receiver, depth)
            }
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.is_path(*inner, depth),
            Expr::Path(_) if depth < 3 => self
                .typing
                .local(id)
                .and_then(|it| self.bound_to(it))
                .is_some_and(|it| self.is_path(it, depth + 1)),
            _ => false,
        }
    }

    fn bound_to(&self, pat: PatId) -> Option<ExprId> {
        self.body.exprs().find_map(|(_, expr)| match expr {
            Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
                Stmt::Let(stmt)
                    if stmt.pat == pat && matches!(self.body.pat(pat), Pat::Bind { .. }) =>
                {
                    stmt.init
                }
                _ => None,
            }),
            _ => None,
        })
    }

    /// Whether a branch runs the rest of the chain.
    fn runs_rest(&self, branch: ExprId) -> bool {
        let range = self.body.expr_range(branch);
        self.body.exprs().any(|(id, _)| {
            range.contains(self.body.expr_range(id))
                && self.typing.callees(id).iter().any(|it| match it {
                    Callee::External(path) => self.params.runs.iter().any(|it| *path == **it),
                    _ => false,
                })
        })
    }

    /// Whether a branch may refuse all the same.
    fn refuses_within(&self, branch: ExprId) -> bool {
        let range = self.body.expr_range(branch);
        self.body.exprs().any(|(id, expr)| {
            range.contains(self.body.expr_range(id))
                && match expr {
                    Expr::If { .. } | Expr::Match { .. } => true,
                    Expr::Path(path) => path
                        .last()
                        .is_some_and(|it| self.params.refusals.iter().any(|name| it == **name)),
                    _ => false,
                }
        })
    }
}

/// Whether a request for an endpoint can be written so that it passes, and the endpoint is not what the condition is for.
fn is_passable(cx: &Context<'_>, skip: &Skip, site: &Site<'_>) -> bool {
    let path = site.endpoint.path.as_str();
    if site.purpose != Purpose::Ordinary || is_fixed_match(skip, path) {
        return false;
    }
    let text = skip.text.as_str();
    match skip.how {
        // `/public` lets `/publications` pass.
        How::Begins => {
            let fixed = path.split('{').next().unwrap_or(path);
            !text.ends_with('/')
                && fixed.len() > text.len()
                && fixed.starts_with(text)
                && !fixed[text.len()..].starts_with('/')
        }
        How::Holds | How::Ends => {
            let value = text.trim_start_matches('/');
            let is_one = !value.trim_end_matches('/').contains('/') && !value.is_empty();
            let is_at_end = path.ends_with('}');
            let is_rest = path.contains("{*") && !site.is_fallback();
            let fits = match skip.how {
                How::Ends => is_at_end && (is_one && !value.ends_with('/') || is_rest),
                _ => is_at_end && is_one && !value.ends_with('/') || is_rest,
            };
            fits && takes_text(cx, site)
        }
    }
}

/// Whether the condition holds for all paths of an endpoint, which then is what it is for.
fn is_fixed_match(skip: &Skip, path: &str) -> bool {
    let fixed = path.split('{').next().unwrap_or(path);
    match skip.how {
        How::Begins => {
            let rest = fixed.strip_prefix(skip.text.as_str());
            rest.is_some_and(|it| it.is_empty() || it.starts_with('/') || skip.text.ends_with('/'))
        }
        How::Holds => fixed.contains(skip.text.as_str()),
        How::Ends => path.ends_with(skip.text.as_str()),
    }
}

/// Whether the last parameter of the path may be any text: a number would be refused, after the middleware.
fn takes_text(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let Some(id) = given::function(site) else {
        return false;
    };
    let scope = cx.program.fn_scope(id);
    let mut params = cx.program[id].sig.params.iter();
    params.any(|param| {
        let ty = cx.program.lower_ty(&scope, &param.ty);
        let Some(path) = ty.peel_refs().external_path() else {
            return false;
        };
        let carries = cx.program.models.extractor(path).map(|it| it.carries);
        carries == Some(Carries::Path) && is_text(&ty.arg(0))
    })
}

fn is_text(ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::External(path, _) => *path == *"std::string::String",
        Ty::Tuple(all) => all.last().is_some_and(is_text),
        _ => false,
    }
}

/// A path of the endpoint for which the condition holds.
fn example(skip: &Skip, path: &str) -> String {
    let value = skip.text.trim_start_matches('/');
    match (skip.how, path.rfind('{')) {
        (How::Begins, _) | (_, None) => path.to_owned(),
        (How::Ends, Some(at)) if !skip.text.starts_with('/') => format!("{}x{value}", &path[..at]),
        (_, Some(at)) => format!("{}{value}", &path[..at]),
    }
}
