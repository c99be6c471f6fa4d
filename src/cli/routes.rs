//! `cargo moat routes`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::args::{Flags, Format, Routes, RoutesFormat};
use super::check::refuse;
use super::setup::{self, Setup};
use super::trouble::Result;
use crate::diagnostics::engine::UNREADABLE_SOURCE;
use crate::report::{
    EndpointView, EvidenceKind, EvidenceView, HandlerView, LocationView, ProtectionView,
    ProtectionsView, RoutesView, Status, UnresolvedView,
};
use crate::report::{routes_json, routes_table};
use crate::routes::{self, endpoint};
use crate::scan::{self, Defaults, Outcome, Settings};
use crate::source::{SourceMap, Span};
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Routes, flags: &Flags) -> Result<ExitCode> {
    let setup = match Setup::new(&args.paths, &args.selection, &args.settings, flags) {
        Ok(setup) => setup,
        Err(error) => return refuse(error, Format::Human, &args.output),
    };
    let settings = Settings {
        rights: true,
        follows_data: false,
        ..setup.settings(&args.settings, &args.output)
    };
    let outcome = scan::check(&setup.workspace, &DiskFiles, &settings);
    let view = view(&outcome, args.open);
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match args.format {
        RoutesFormat::Json => routes_json::write(&view, &mut out),
        RoutesFormat::Table => routes_table::write(&view, &setup::terminal(&args.output), &mut out),
    };
    super::unless_closed(written.and_then(|()| out.flush()))?;
    if !args.output.quiet {
        let lost = outcome.diagnostics.iter();
        for it in lost.filter(|it| it.lint == UNREADABLE_SOURCE.id && it.suppressed.is_none()) {
            let at = outcome.sources.position(it.primary.span);
            let path = outcome.sources.path(it.primary.span.file);
            super::say(&format!(
                "warning: {path}:{}:{}: {}",
                at.line, at.column, it.title
            ));
        }
        for problem in &outcome.summary.problems {
            let place = problem
                .path
                .as_ref()
                .map_or(String::new(), |it| format!("{it}: "));
            super::say(&format!("warning: {place}{}", problem.message));
        }
    }
    // The process ends here.
    std::mem::forget(outcome);
    Ok(ExitCode::SUCCESS)
}

/// What reports need of the inventory.
fn view(outcome: &Outcome, open: bool) -> RoutesView {
    let inventory = &outcome.inventory;
    let mut lines = Lines::new(&outcome.sources, &outcome.defaults);
    let endpoints = inventory
        .endpoints
        .iter()
        .filter(|it| !open || it.protections.authentication.status != routes::Status::Required)
        .map(|it| endpoint_view(it, &mut lines))
        .collect();
    let unresolved = inventory
        .unresolved
        .iter()
        .map(|it| UnresolvedView {
            reason: it.reason.clone(),
            location: lines.location(it.span),
        })
        .collect();
    RoutesView {
        endpoints,
        unresolved,
    }
}

/// Line indexes of the files that are shown, and the defaults of settings.
struct Lines<'a> {
    sources: &'a SourceMap,
    defaults: &'a Defaults,
    indexes: rustc_hash::FxHashMap<crate::source::FileId, crate::source::LineIndex>,
}

impl<'a> Lines<'a> {
    fn new(sources: &'a SourceMap, defaults: &'a Defaults) -> Lines<'a> {
        Lines {
            sources,
            defaults,
            indexes: Default::default(),
        }
    }

    fn location(&mut self, span: Span) -> LocationView {
        let file = self.sources.file(span.file);
        let index = self
            .indexes
            .entry(span.file)
            .or_insert_with(|| crate::source::LineIndex::new(file.text()));
        let at = index.position(file.text(), span.range.start);
        LocationView {
            file: file.path.to_string(),
            line: at.line,
            column: at.column,
        }
    }
}

fn endpoint_view(it: &endpoint::Endpoint, lines: &mut Lines<'_>) -> EndpointView {
    let p = &it.protections;
    EndpointView {
        id: format!("{}:{} {}", it.service, it.method, it.path),
        service: it.service.clone(),
        listener: it.listener.clone(),
        framework: it.framework.to_owned(),
        cfg: it.cfg.clone(),
        method: it.method.clone(),
        path: it.path.clone(),
        handler: HandlerView {
            name: it.handler.name.clone(),
            location: lines.location(it.handler.span),
        },
        registered: lines.location(it.registered),
        stream: it.stream.map(|it| it.as_str()),
        protections: ProtectionsView {
            authentication: protection(&p.authentication, lines),
            authorization: protection(&p.authorization, lines),
            rate_limit: protection(&p.rate_limit, lines),
            body_limit: protection(&p.body_limit, lines),
            timeout: protection(&p.timeout, lines),
            cors: protection(&p.cors, lines),
            csrf: protection(&p.csrf, lines),
            tracing: protection(&p.tracing, lines),
        },
    }
}

fn protection(it: &endpoint::Protection, lines: &mut Lines<'_>) -> ProtectionView {
    let evidence = it
        .evidence
        .iter()
        .map(|one| EvidenceView {
            kind: kind(one.kind),
            name: one.name.clone(),
            location: lines.location(one.span),
        })
        .collect();
    ProtectionView {
        status: status(it.status),
        condition: it.condition.as_ref().map(|it| lines.defaults.beside(it)),
        value: it.value.clone(),
        evidence,
    }
}

fn status(status: routes::Status) -> Status {
    match status {
        routes::Status::Required => Status::Required,
        routes::Status::Conditional => Status::Conditional,
        routes::Status::Optional => Status::Optional,
        routes::Status::None => Status::None,
        routes::Status::Unknown => Status::Unknown,
    }
}

fn kind(kind: routes::EvidenceKind) -> EvidenceKind {
    match kind {
        routes::EvidenceKind::Extractor => EvidenceKind::Extractor,
        routes::EvidenceKind::Layer => EvidenceKind::Layer,
        routes::EvidenceKind::Guard => EvidenceKind::Guard,
        routes::EvidenceKind::BodyCheck => EvidenceKind::BodyCheck,
        routes::EvidenceKind::Attribute => EvidenceKind::Attribute,
        routes::EvidenceKind::Filter => EvidenceKind::Filter,
        routes::EvidenceKind::Interceptor => EvidenceKind::Interceptor,
        routes::EvidenceKind::Configuration => EvidenceKind::Configuration,
    }
}
