//! The check `tainted-sink`: data of the outside comes to where it can do harm.
//!
//! Parameters: `sinks`, the kinds of [sink](SinkKind); `sources`, the kinds of source that are meant
//! (requests, if nothing is said); `auditor-sources`, those that only an auditor hears of; `does`, what
//! happens, with `{data}` for what it happens to; `sink`, what the argument is; `remedy`.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::flow::{Flow, flows};
use crate::lints::Lint;
use crate::models::{SinkKind, Sinks, SourceKind};
use crate::program::{BodyKey, BodyOwner, Container};

/// Of a longer way, the steps at both ends are shown.
const MAX_STEPS: usize = 8;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Params {
    sinks: Vec<SinkKind>,
    #[serde(default = "requests")]
    sources: Vec<SourceKind>,
    #[serde(default)]
    auditor_sources: Vec<SourceKind>,
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
        let asked = lints.filter_map(params::<Params>).flat_map(|it| it.sinks);
        let asked: Sinks = asked.collect();
        if asked == Sinks::NONE {
            return Flows::default();
        }
        let is_meant = |key: BodyKey| {
            let data = &cx.program[key];
            let is_test = match data.owner {
                BodyOwner::Fn(id) => cx.program[id].is_test,
                BodyOwner::Const(id) => cx.program[id].is_test,
            };
            (!is_test || cx.scope.tests) && !cx.is_left_out(data.module)
        };
        Flows(flows(cx.values, cx.sources, cx.inventory, asked, is_meant))
    }
}

fn params<T: DeserializeOwned>(lint: &Lint) -> Option<T> {
    lint.check.params.clone().try_into().ok()
}

/// Whether what a lint's file says can be read.
///
/// # Errors
///
/// What is wrong with it.
pub fn validate(table: &toml::Table) -> Result<(), String> {
    let read: Result<Params, _> = table.clone().try_into();
    read.map(drop).map_err(|error| error.to_string())
}

/// Finds flows into the sinks of a lint.
pub(super) fn run(cx: &Context<'_>, flows: &Flows, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::<Params>(lint) else {
        return Vec::new();
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    for flow in &flows.0 {
        let kind = flow.source.kind;
        let for_auditors = params.auditor_sources.contains(&kind);
        let is_meant = params.sinks.contains(&flow.sink.kind)
            && (for_auditors || params.sources.contains(&kind));
        // One place is one mistake, wherever its data comes from.
        if !is_meant || found.iter().any(|it| it.primary.span == flow.sink.span) {
            continue;
        }
        let diagnostic = diagnostic(cx, lint, &params, flow);
        found.push(match for_auditors {
            true => diagnostic.with_persona(Persona::Auditor),
            false => diagnostic,
        });
    }
    found
}

fn diagnostic(cx: &Context<'_>, lint: &Lint, params: &Params, flow: &Flow) -> Diagnostic {
    let Flow {
        source,
        sink,
        steps,
    } = flow;
    let function = name(cx, flow);
    let does = params.does.replace("{data}", source.kind.data());
    let mut diagnostic = Diagnostic::new(
        &meta(lint),
        format!("`{function}` {does}"),
        Label::new(sink.span, params.sink.clone()),
        format!("{}|{function}|{}|{}", lint.id, sink.call, source.name),
    );
    diagnostic = diagnostic.with_label(
        source.span,
        format!("{} comes in here, as `{}`", source.kind.data(), source.name),
    );
    let is_shown = |at: usize| {
        steps.len() <= MAX_STEPS || at < MAX_STEPS / 2 || at + MAX_STEPS / 2 >= steps.len()
    };
    let mut seen = vec![sink.span, source.span];
    for (at, step) in steps.iter().enumerate() {
        if is_shown(at) && !seen.contains(&step.span) {
            seen.push(step.span);
            diagnostic = diagnostic.with_label(step.span, step.what.clone());
        }
    }
    diagnostic.with_help(params.remedy.clone())
}

/// The function that a sink stands in, with its type.
fn name(cx: &Context<'_>, flow: &Flow) -> String {
    let id = flow.sink.within;
    let path = cx.program.fn_path(id);
    let is_method = !matches!(cx.program[id].container, Container::Module);
    let names = path.rsplit("::").take(1 + usize::from(is_method));
    let mut names: Vec<&str> = names.collect();
    names.reverse();
    names.join("::")
}
