//! What was looked at of each handler, for those who ask why a verdict is *none*; and what of
//! our own code nobody could judge.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::facts::{Body, Expr};
use crate::program::Program;
use crate::program::ty::Ty;
use crate::routes::endpoint::Endpoint;
use crate::routes::guard::{Judge, Known, Unproven};
use crate::routes::{HandlerTarget, Inventory, Status};
use crate::source::{SourceMap, Span};
use crate::values::Values;

/// Types and calls longer than this are cut.
const LONGEST: usize = 60;

/// What a handler takes and calls, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// The types in its signature.
    pub takes: Vec<String>,
    /// The functions and methods that its body calls, each once, in the order of the text.
    pub calls: Vec<String>,
    /// Where it, and what it calls, answers with nothing proven, if its verdict is *unknown*.
    pub unproven: Vec<Unproven>,
}

/// What was looked at, by the span of the handler; nothing of handlers that were not found.
pub(super) fn looked(
    values: &Values<'_>,
    sources: &SourceMap,
    inventory: &Inventory,
) -> FxHashMap<Span, Looked> {
    let program = values.program;
    let known = Known::new(inventory.endpoints.len(), false);
    let judge = Judge::new(values, sources, &known);
    let mut all = FxHashMap::default();
    for endpoint in &inventory.endpoints {
        let handler = &endpoint.handler;
        let found = match handler.target {
            HandlerTarget::Fn(id) => {
                let def = &program[id];
                let params = def.sig.params.iter();
                Looked {
                    takes: params
                        .map(|it| one_line(sources.slice(it.ty_range.in_file(def.file))))
                        .collect(),
                    calls: def.body.map_or(Vec::new(), |key| calls(&program[key].body)),
                    unproven: match endpoint.protections.authentication.status {
                        Status::Unknown => judge.unproven(id),
                        _ => Vec::new(),
                    },
                }
            }
            HandlerTarget::Closure(key, closure) => {
                let body: &Body = &program[key].body;
                let range = body.expr_range(closure);
                Looked {
                    takes: Vec::new(),
                    calls: calls_where(body, |at| range.contains(at)),
                    unproven: Vec::new(),
                }
            }
            HandlerTarget::External(_) | HandlerTarget::Unknown => continue,
        };
        all.insert(handler.span, found);
    }
    all
}

fn calls(body: &Body) -> Vec<String> {
    calls_where(body, |_| true)
}

fn calls_where(body: &Body, is_inside: impl Fn(crate::source::TextRange) -> bool) -> Vec<String> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for (id, expr) in body.exprs() {
        let at = body.expr_range(id);
        if !is_inside(at) {
            continue;
        }
        let called = match expr {
            Expr::Call { callee, .. } => match body.expr(*callee) {
                Expr::Path(path) => {
                    let segments = path.segments.iter().map(|it| it.name.as_str());
                    let path = segments.collect::<Vec<_>>().join("::");
                    (body.expr_range(*callee).start, path)
                }
                _ => continue,
            },
            Expr::MethodCall(call) => (call.name_range.start, call.name.as_str().to_owned()),
            _ => continue,
        };
        // `Ok(..)`, `Json(..)`: made, not called.
        let last = called.1.rsplit("::").next().unwrap_or_default();
        if last.starts_with(|it: char| it.is_lowercase() || it == '_') {
            found.push(called);
        }
    }
    found.sort();
    let mut names: Vec<String> = Vec::new();
    for (_, name) in found {
        let name = one_line(&name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Paths of our own types in signatures of which nobody could tell whether they authenticate.
pub(super) fn undecided(program: &Program, inventory: &Inventory) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let is_unknown = |it: &&Endpoint| it.protections.authentication.status == Status::Unknown;
    for endpoint in inventory.endpoints.iter().filter(is_unknown) {
        let HandlerTarget::Fn(id) = endpoint.handler.target else {
            continue;
        };
        let def = &program[id];
        let scope = program.fn_scope(id);
        for param in &def.sig.params {
            let span = param.ty_range.in_file(def.file);
            let evidence = &endpoint.protections.authentication.evidence;
            let Ty::Adt(adt, _) = program.lower_ty(&scope, &param.ty).peel_refs().clone() else {
                continue;
            };
            if evidence.iter().any(|it| it.span == span) {
                let adt = &program[adt];
                paths.insert(format!("{}::{}", program.module_path(adt.module), adt.name));
            }
        }
    }
    paths
}

/// Text from the code on one line, cut short.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
