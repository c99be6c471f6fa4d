//! The check `tainted-sink`: data of the outside comes to where it can do harm.
//!
//! Parameters: `sinks`, the kinds of [sink](SinkKind); `sources`, the kinds of source that are meant
//! (requests, if nothing is said); `auditor-sources`, those that only auditors hear of; `auditor-crates`, the libraries whose sinks
//! only they hear of; `then`, functions of which the one around the sink calls one, where the finding is; `bounds`, names of methods
//! that it does not call; `does`, what happens, with `{data}` for what it happens to; `sink`, what the argument is; `remedy`.

use serde::Deserialize;

use super::{Context, meta, params};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::Expr;
use crate::flow::{Asked, Flow, flows};
use crate::lints::Lint;
use crate::models::exports::crate_of;
use crate::models::{SinkKind, Sinks, SourceKind};
use crate::source::Span;

/// Of a longer way, the steps at both ends are shown.
const MAX_STEPS: usize = 8;

/// Ways through more calls than this are too often none: only an auditor hears of them.
const MAX_CALLS: usize = 3;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    sinks: Vec<SinkKind>,
    #[serde(default = "requests")]
    sources: Vec<SourceKind>,
    #[serde(default)]
    auditor_sources: Vec<SourceKind>,
    #[serde(default)]
    auditor_crates: Vec<String>,
    #[serde(default)]
    then: Vec<String>,
    #[serde(default)]
    bounds: Vec<String>,
    does: String,
    sink: String,
    remedy: String,
}

fn requests() -> Vec<SourceKind> {
    vec![SourceKind::Request]
}

/// The flows of a program that lints ask for, found once for all.
#[derive(Default)]
pub struct Flows(Vec<Flow>);

impl Flows {
    /// Looks for the flows that these lints speak of.
    pub(super) fn new<'l>(cx: &Context<'_>, lints: impl Iterator<Item = &'l Lint>) -> Flows {
        let is_auditor = cx.persona == Persona::Auditor;
        // What nobody is going to hear of need not be looked for.
        let lints = lints.filter(|it| is_auditor || it.persona == Persona::Regular);
        let params: Vec<Params> = lints.filter_map(params::read::<Params>).collect();
        let mut asked = Asked {
            sinks: params.iter().flat_map(|it| it.sinks.clone()).collect(),
            sources: Vec::new(),
            calls: match is_auditor {
                true => usize::MAX,
                false => MAX_CALLS,
            },
            secrets: None,
        };
        if asked.sinks == Sinks::NONE {
            return Flows::default();
        }
        for params in &params {
            let others = params.auditor_sources.iter().filter(|_| is_auditor);
            asked.sources.extend(params.sources.iter().chain(others));
        }
        asked.sources.retain(|it| *it != SourceKind::Request);
        let is_meant = |key| cx.is_live(key);
        Flows(flows(cx.values, cx.sources, cx.inventory, &asked, is_meant))
    }
}

/// Finds flows into the sinks of a lint.
pub(super) fn run(cx: &Context<'_>, flows: &Flows, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut told = Vec::new();
    // What everybody hears of must not go under in what auditors do.
    let is_far =
        |it: &&Flow| it.calls() > MAX_CALLS || params.auditor_sources.contains(&it.source.kind);
    let near = flows.0.iter().filter(|it| !is_far(it));
    let far = flows.0.iter().filter(is_far);
    for flow in near.chain(far) {
        let krate = crate_of(flow.sink.call.as_str());
        let is_audited = params.auditor_sources.contains(&flow.source.kind);
        let is_of_auditors = params.auditor_crates.iter().any(|it| it == krate);
        let is_meant = params.sinks.contains(&flow.sink.kind)
            && (is_audited || params.sources.contains(&flow.source.kind));
        // One place is one mistake, wherever its data comes from; and so is one function that does
        // the same with the same data, come the same way, again and again.
        let last = flow.steps.last().map(|it| it.span);
        let written = cx.sources.slice(flow.sink.span);
        let place = (
            flow.sink.within,
            flow.sink.call,
            flow.source.span,
            last,
            written,
        );
        if !is_meant || told.contains(&place) {
            continue;
        }
        let Some(span) = place_of(cx, &params, flow) else {
            continue;
        };
        if found.iter().any(|it| it.primary.span == span) {
            continue;
        }
        let model = cx.program.models.function(flow.sink.call);
        if model.is_some_and(|it| cx.calls(&it.unless_called)) {
            continue;
        }
        told.push(place);
        let diagnostic = diagnostic(cx, lint, &params, flow, span);
        found.push(match is_far(&flow) || is_of_auditors {
            true => diagnostic.with_persona(Persona::Auditor),
            false => diagnostic,
        });
    }
    found
}

/// Where a flow is told of: at its sink, or where what comes of that is used; `None` if it is not.
fn place_of(cx: &Context<'_>, params: &Params, flow: &Flow) -> Option<Span> {
    if params.then.is_empty() {
        return Some(flow.sink.span);
    }
    let key = cx.program[flow.sink.within].body?;
    let data = &cx.program[key];
    let typing = cx.values.typing(key);
    let mut place = None;
    let mut sinks = 0;
    for (id, expr) in data.body.exprs() {
        if matches!(expr, Expr::Call { .. } | Expr::MethodCall(_)) {
            let model = typing.external(id);
            let model = model.and_then(|it| cx.program.models.function(it));
            let mut of_model = model.into_iter().flat_map(|it| it.all_sinks());
            sinks += usize::from(of_model.any(|(kind, _)| kind == flow.sink.kind));
        }
        let Expr::MethodCall(call) = expr else {
            continue;
        };
        if params.bounds.iter().any(|it| call.name == **it) {
            return None;
        }
        let is_meant = || {
            let path = typing.external(id);
            path.is_some_and(|path| params.then.iter().any(|it| path == **it))
        };
        if place.is_none() && is_meant() {
            place = Some(call.name_range.in_file(data.file));
        }
    }
    // Of several, nobody knows here which one it comes from.
    place.filter(|_| sinks <= 1)
}

fn diagnostic(
    cx: &Context<'_>,
    lint: &Lint,
    params: &Params,
    flow: &Flow,
    place: Span,
) -> Diagnostic {
    let Flow {
        source,
        sink,
        steps,
    } = flow;
    let function = cx.program.fn_name(sink.within);
    let does = params.does.replace("{data}", source.kind.data());
    let mut diagnostic = Diagnostic::new(
        &meta(lint),
        format!("`{function}` {does}"),
        Label::new(place, params.sink.clone()),
        format!("{}|{function}|{}|{}", lint.id, sink.call, source.name),
    );
    diagnostic = diagnostic.with_label(
        source.span,
        format!("{} comes in here, as `{}`", source.kind.data(), source.name),
    );
    let is_shown = |at: usize| {
        steps.len() <= MAX_STEPS || at < MAX_STEPS / 2 || at + MAX_STEPS / 2 >= steps.len()
    };
    let mut seen = vec![place, source.span];
    for (at, step) in steps.iter().enumerate() {
        if is_shown(at) && !seen.contains(&step.span) {
            seen.push(step.span);
            diagnostic = diagnostic.with_label(step.span, step.what.clone());
        }
    }
    diagnostic.with_help(params.remedy.clone())
}
