//! A whole run: from a workspace to findings, endpoints and figures.

use std::path::PathBuf;

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::apply_config::apply_config;
use super::reported::{Asked, Reported};
use super::summary::{lint_infos, problems, summary};
use super::{Defaults, Looked, Names, Scope, defaults, looked, read_text, unreadable};
use crate::checks::secrets::{SecretFinding, rust_file, text_file};
use crate::checks::{self, About, Context};
use crate::diagnostics::suppress::{self, FileSuppressions};
use crate::diagnostics::{
    self, Applied, Counts, Diagnostic, EndpointRef, ExceptionReport, Excuses, LevelFlag,
    LevelSettings, Persona, Policy, Severity, sort,
};
use crate::facts::FileFacts;
use crate::lints::Registry;
use crate::models::Models;
use crate::report::{LintInfo, Summary};
use crate::routes::{self, Inventory};
use crate::source::{FileId, SourceMap, Span};
use crate::values::Values;
use crate::workspace::config::Config;
use crate::workspace::config::exception::Exceptions;
use crate::workspace::files::Files;
use crate::workspace::remembered::Remembered;
use crate::workspace::{Workspace, text_files};

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Settings<'a> {
    /// The lints.
    pub registry: &'a Registry,
    /// The settings of the user's file; [`Config::default`] without one.
    pub config: &'a Config,
    /// What libraries are, the user's own models included: [`models_for`](super::models_for).
    pub models: &'static Models,
    /// The file that they come from.
    pub config_source: Option<ConfigSource>,
    /// `-A`, `-W`, `-D`, in order.
    pub flags: Vec<LevelFlag>,
    /// Findings below it are held back.
    pub min_severity: Severity,
    /// Who reads.
    pub persona: Persona,
    /// Which targets count.
    pub scope: Scope,
    /// The day on which exceptions are judged.
    pub today: Date,
    /// Whether packages or files were left out: then no exception is unused.
    pub partial: bool,
    /// Whether standard error is a terminal that may show a progress bar.
    pub progress: bool,
    /// Whether somebody wants to know what was looked at: that takes reading every handler.
    pub explain: bool,
}

/// A file of settings.
#[derive(Debug, Clone)]
pub struct ConfigSource {
    /// Where it lies.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// What came of a run. Nothing in it borrows the program.
#[derive(Debug)]
pub struct Outcome {
    /// The files that spans point into.
    pub sources: SourceMap,
    /// The endpoints that were asked about.
    pub inventory: Inventory,
    /// Findings to be shown, then those held back with a reason; each part sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// What the settings are that verdicts hang on, when nobody sets them.
    pub defaults: Defaults,
    /// What was looked at of each handler, by its span; nothing unless [`Settings::explain`].
    pub looked: FxHashMap<Span, Looked>,
    /// Paths of our own types of which nobody could tell whether they authenticate; none unless
    /// [`Settings::explain`].
    pub undecided: Vec<String>,
    /// How many findings went which way.
    pub counts: Counts,
    /// Text that no output may show.
    pub redactions: Vec<Span>,
    /// The run in figures.
    pub summary: Summary,
    /// The lints that ran.
    pub lints: Vec<LintInfo>,
    /// What the analysis was made from.
    pub spent: Spent,
}

/// Much that nobody needs any more. Nobody has to wait until it is given back, and who is about
/// to end the process can [forget](std::mem::forget) it.
#[derive(Debug)]
pub struct Spent(Option<Box<dyn std::any::Any + Send>>);

impl Spent {
    fn new(what: impl Send + 'static) -> Spent {
        Spent(Some(Box::new(what)))
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        let what = self.0.take();
        rayon::spawn(move || drop(what));
    }
}

/// What is seen of a file on the way past.
struct Look {
    suppressions: FileSuppressions,
    secrets: Vec<SecretFinding>,
}

/// Analyses a workspace.
pub fn check(workspace: &Workspace, files: &dyn Files, settings: &Settings<'_>) -> Outcome {
    let files = &Remembered::new(files);
    let names = Names::of(settings.registry);
    let known = names.known();
    let scope = super::with_named(workspace, settings.scope);
    let look = |file: FileId, text: &str, facts: &FileFacts| Look {
        suppressions: suppress::collect(file, text, facts, &known, settings.today),
        secrets: rust_file(facts, text, &|_| false),
    };
    let (mut loaded, looks, texts) = super::read(
        workspace,
        files,
        scope,
        settings.progress,
        settings.models,
        &look,
        || read_text_files(workspace, files),
    );
    let mut suppressions = Vec::new();
    let mut secrets = Vec::new();
    for (file, look) in looks {
        suppressions.push((file, look.suppressions));
        if !look.secrets.is_empty() {
            secrets.push((file, look.secrets));
        }
    }
    let mut text_files = Vec::new();
    for text in texts {
        let id = loaded.sources.add(text.shown, text.text);
        loaded.paths.push(text.path);
        text_files.push(id);
        if !text.secrets.is_empty() {
            secrets.push((id, text.secrets));
        }
    }
    let config_file = settings.config_source.as_ref().map(|source| {
        let known = loaded.paths.iter().position(|it| *it == source.path);
        known.map(FileId::new).unwrap_or_else(|| {
            loaded.paths.push(source.path.clone());
            let shown = workspace.display_path(&source.path);
            loaded.sources.add(shown, source.text.as_str())
        })
    });
    let loaded = loaded;
    let redactions: Vec<Span> = secrets
        .iter()
        .flat_map(|(file, found)| found.iter().map(|it| it.range.in_file(*file)))
        .collect();

    let values = Values::new(&loaded.program);
    let nothing = Inventory::default();
    let context = Context {
        workspace,
        sources: &loaded.sources,
        program: &loaded.program,
        values: &values,
        inventory: &nothing,
        rust_files: &loaded.rust_files,
        text_files: &text_files,
        secrets: &secrets,
        persona: settings.persona,
        scope,
        excuses: &Excuses::default(),
    };
    let lints = settings.registry.lints();
    let (mut inventory, in_code) = rayon::join(
        || routes::inventory::build(&values, &loaded.sources),
        || checks::run_all(lints, &context, About::Code),
    );
    let exceptions = Exceptions::new(settings.config, settings.today);
    listen(&mut inventory, &loaded.sources, &text_files);
    let uses = apply_config(&mut inventory, exceptions, config_file);
    let reported = Reported::new(
        workspace,
        files,
        &loaded,
        &text_files,
        settings.config,
        Asked {
            flags: settings.scope,
            named: scope,
        },
    );
    suppressions.retain(|(file, _)| reported.is_file_shown(*file));
    let levels = LevelSettings::new(settings.config, settings.flags.clone(), settings.today);
    let comments = suppressions.iter().map(|(_, it)| it);
    let context = Context {
        inventory: &inventory,
        excuses: &Excuses::new(comments, exceptions, &levels),
        ..context
    };
    let of_endpoints = checks::run_all(lints, &context, About::Endpoints);
    // In the order of the lints.
    let found = in_code.into_iter().zip(of_endpoints);
    let mut found: Vec<Diagnostic> = found.flat_map(|(a, b)| [a, b]).flatten().collect();

    found.extend(unreadable::findings(&loaded));
    found.retain(|it| reported.is_shown(it.primary.span));
    let policy = Policy {
        sources: &loaded.sources,
        levels,
        exceptions,
        min_severity: settings.min_severity,
        persona: settings.persona,
        lint: &|id| settings.registry.lint(id).map(checks::meta),
        ran: &|id| {
            let lint = settings.registry.lint(id);
            lint.is_some_and(|it| checks::is_known(&it.check.kind))
        },
    };
    let suppressions = suppressions.into_iter().map(|(_, it)| it).collect();
    let mut applied = diagnostics::apply(found, suppressions, &policy);
    applied.used.merge(uses);
    report_exceptions(settings, config_file, &inventory, &policy, &mut applied);

    inventory.endpoints.retain(|it| {
        reported.is_in_scope(it.registered.file) || reported.is_in_scope(it.handler.span.file)
    });
    inventory
        .unresolved
        .retain(|it| reported.is_in_scope(it.span.file));
    let lints = lint_infos(settings.registry);
    let problems = problems(workspace, &loaded, &reported, settings.registry);
    let defaults = defaults::defaults(&loaded.program, &loaded.sources, &text_files, &inventory);
    let summary = summary(
        workspace, &loaded, &inventory, &defaults, &applied, problems,
    );
    let counts = applied.counts;
    let mut diagnostics = applied.shown;
    sort(&mut diagnostics, &loaded.sources);
    let (looked, undecided) = match settings.explain {
        true => (
            looked::looked(&loaded.program, &loaded.sources, &inventory),
            looked::undecided(&loaded.program, &inventory),
        ),
        false => Default::default(),
    };
    let spent = Spent::new((values.into_typings(), loaded.program));
    diagnostics.extend(applied.suppressed);
    Outcome {
        sources: loaded.sources,
        inventory,
        diagnostics,
        defaults,
        looked,
        undecided,
        counts,
        redactions,
        summary,
        lints,
        spent,
    }
}

/// Rocket's address and port stand in its own file, beside the manifest or above it.
fn listen(inventory: &mut Inventory, sources: &SourceMap, text_files: &[FileId]) {
    let is_rocket = |it: &FileId| {
        let path = sources.path(*it);
        path == "Rocket.toml" || path.ends_with("/Rocket.toml")
    };
    let files: Vec<FileId> = text_files.iter().copied().filter(is_rocket).collect();
    for endpoint in &mut inventory.endpoints {
        if endpoint.framework != "rocket" || endpoint.listener.is_some() {
            continue;
        }
        let code = sources.path(endpoint.registered.file);
        let above = files.iter().filter(|it| {
            let folder = sources.path(**it).trim_end_matches("Rocket.toml");
            code.starts_with(folder)
        });
        // The nearest.
        let file = above.max_by_key(|it| sources.path(**it).len());
        endpoint.listener = file.and_then(|it| rocket_address(&sources.file(*it).text));
    }
}

/// The address of a `Rocket.toml` that names one, or a port.
fn rocket_address(text: &str) -> Option<String> {
    let file: toml::Table = text.parse().ok()?;
    let profile = |name: &str| file.get(name).and_then(|it| it.as_table());
    let value = |key: &str| {
        let profiles = ["release", "default", "global"].into_iter();
        profiles.filter_map(profile).find_map(|it| it.get(key))
    };
    let (address, port) = (value("address"), value("port"));
    address.or(port)?;
    // What Rocket takes where the file says nothing.
    let address = address.and_then(|it| it.as_str()).unwrap_or("127.0.0.1");
    let port = port.map_or(Some(8000), |it| it.as_integer())?;
    Some(format!("{address}:{port}"))
}

/// A file of settings, keys or deployment.
struct TextFile {
    path: PathBuf,
    shown: String,
    text: String,
    secrets: Vec<SecretFinding>,
}

/// Reads settings, keys and deployment files; what is no text is left out.
fn read_text_files(workspace: &Workspace, files: &dyn Files) -> Vec<TextFile> {
    let read = |path: PathBuf| {
        let text = read_text(&path, files).ok()?;
        let shown = workspace.display_path(&path);
        Some(TextFile {
            secrets: text_file(&shown, &text),
            path,
            shown,
            text,
        })
    };
    text_files(workspace, files)
        .into_par_iter()
        .filter_map(read)
        .collect()
}

fn report_exceptions(
    settings: &Settings<'_>,
    config_file: Option<FileId>,
    inventory: &Inventory,
    policy: &Policy<'_>,
    applied: &mut Applied,
) {
    let (Some(file), Some(source)) = (config_file, &settings.config_source) else {
        return;
    };
    let endpoints: Vec<EndpointRef> = inventory
        .endpoints
        .iter()
        .map(|it| EndpointRef {
            method: it.method.clone(),
            path: it.path.clone(),
        })
        .collect();
    let findings = diagnostics::report_exceptions(&ExceptionReport {
        config: settings.config,
        exceptions: policy.exceptions,
        file,
        text: &source.text,
        used: &applied.used,
        complete: !settings.partial,
        endpoints: &endpoints,
    });
    applied.add(findings, policy);
}
