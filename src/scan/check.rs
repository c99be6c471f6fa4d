//! A whole run: from a workspace to findings, endpoints and figures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::apply_config::apply_config;
use super::parts::{TOGETHER, parts};
use super::posture::{self, Posture, Taken};
use super::reported::{Asked, Reported};
use super::summary::{lint_infos, problems, summary};
use super::texts::{self, Texts, read_text};
use super::understand::{Reader, Understood, with_named};
use super::unreadable::{self, Lost};
use super::{Defaults, Looked, Names, Scope, defaults, looked};
use crate::checks::secrets::{SecretFinding, rust_file, text_file};
use crate::checks::{self, About, Context};
use crate::diagnostics::suppress::{self, FileSuppressions};
use crate::diagnostics::{
    self, Counts, Diagnostic, EndpointRef, ExceptionReport, Excuses, LevelFlag, LevelSettings,
    Persona, Policy, Severity, sort,
};
use crate::facts::FileFacts;
use crate::lints::{Lint, Registry};
use crate::models::Models;
use crate::posture::Placed;
use crate::program::Program;
use crate::report::progress::Progress;
use crate::report::{LintInfo, Summary};
use crate::routes::endpoint::Endpoint;
use crate::routes::{self, Inventory, Rights};
use crate::source::{FileId, SourceMap, Span};
use crate::values::Values;
use crate::workspace::config::Config;
use crate::workspace::config::exception::{ExceptionUses, Exceptions};
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
    /// Whether to find out what endpoints demand beyond an identity: that takes following every
    /// handler to its end. Where nobody asks, their authorization is unknown.
    pub rights: bool,
    /// Whether to follow data to where it does harm: only findings take that.
    pub follows_data: bool,
    /// What to do about the posture of the service.
    pub posture: Posture<'a>,
}

impl<'a> Settings<'a> {
    /// A run of the built-in lints for everybody, as they are by default, on a day.
    pub fn new(config: &'a Config, models: &'static Models, today: Date) -> Settings<'a> {
        Settings {
            registry: Registry::builtin(),
            config,
            models,
            config_source: None,
            flags: Vec::new(),
            min_severity: Severity::Low,
            persona: Persona::Regular,
            scope: Scope::default(),
            today,
            partial: false,
            progress: false,
            explain: false,
            rights: false,
            follows_data: true,
            posture: Posture::Unasked,
        }
    }
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
    /// The posture of the selected services, if it was to be taken.
    pub taken: Option<Taken>,
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
    check_in_parts(workspace, files, settings, TOGETHER)
}

/// Analyses a workspace, packages that have nothing to do with one another together up to so many
/// bytes of source. One part after the other, so that there is one program at a time in memory.
pub(super) fn check_in_parts(
    workspace: &Workspace,
    files: &dyn Files,
    settings: &Settings<'_>,
    together: usize,
) -> Outcome {
    let files = &Remembered::new(files);
    let names = Names::of(settings.registry);
    let known = names.known();
    let scope = with_named(workspace, settings.scope);
    let look = |file: FileId, text: &str, facts: &FileFacts| Look {
        suppressions: suppress::collect(file, text, facts, &known, settings.today),
        secrets: rust_file(facts, text, &|_| false),
    };
    let found = texts::rust_files(workspace, files);
    let steps = Progress::new("reading", found.len() * 2, settings.progress);
    let texts = Texts::read(found, workspace, files, &steps);
    let protos = texts::protos(workspace, files);
    let reader = Reader::new(workspace, scope, settings.models, protos, &steps);
    let levels = LevelSettings::new(settings.config, settings.flags.clone(), settings.today);
    let asked = Asked {
        flags: settings.scope,
        named: scope,
    };
    let mut run = Run {
        workspace,
        settings,
        scope,
        exceptions: Exceptions::new(settings.config, settings.today),
        levels: &levels,
        reported: Reported::new(workspace, files, settings.config, asked),
        texts,
        text_files: Vec::new(),
        config_file: None,
        lock_file: None,
        suppressions: BTreeMap::new(),
        redactions: Vec::new(),
    };
    let mut text_files = Some(|| read_text_files(workspace, files));
    let mut judged = Judged::default();
    let mut spent = Spent(None);
    let parts = parts(workspace, &run.texts, together);
    let are_many = run.texts.bytes() > ROOM;
    if let ([_, later @ ..], true) = (parts.as_slice(), are_many) {
        let later: Vec<FileId> = later.iter().flat_map(|it| &it.files).copied().collect();
        run.texts.sources.put_away(&later);
    }
    let mut done: &[FileId] = &[];
    for part in &parts {
        // What the part before was made from makes room.
        drop(spent.0.take());
        if are_many {
            run.texts.sources.put_away(done);
        }
        done = &part.files;
        let text_files = text_files.take();
        let beside = || text_files.map(|read| read());
        let Understood {
            program,
            seen,
            beside,
        } = reader.understand(&run.texts, part, &look, beside);
        let mut secrets = run.see(seen);
        secrets.extend(
            beside
                .map(|read| run.add_text_files(read))
                .into_iter()
                .flatten(),
        );
        let values = Values::new(&program);
        judged.merge(run.judge(&program, &values, &secrets));
        spent = Spent::new((values.into_typings(), program));
    }
    drop(steps);
    run.finish(judged, spent)
}

/// Texts that take no more than this together are not packed while others are looked at.
const ROOM: usize = 32 << 20;

/// A run on its way through the parts.
struct Run<'a> {
    workspace: &'a Workspace,
    settings: &'a Settings<'a>,
    scope: Scope,
    exceptions: Exceptions<'a>,
    levels: &'a LevelSettings<'a>,
    reported: Reported<'a>,
    texts: Texts,
    /// Settings, keys and deployment files of which the text matters.
    text_files: Vec<FileId>,
    config_file: Option<FileId>,
    lock_file: Option<FileId>,
    suppressions: Comments,
    redactions: Vec<Span>,
}

/// What comments allow, by file.
type Comments = BTreeMap<FileId, FileSuppressions>;

/// Secrets by file.
type Secrets = Vec<(FileId, Vec<SecretFinding>)>;

/// What was found out of the parts so far.
#[derive(Default)]
struct Judged {
    /// Of all endpoints, whether they were asked about or not.
    endpoints: Vec<EndpointRef>,
    /// Those that are no test code, with their places, if anybody wants to know of the posture.
    placed: Vec<Placed>,
    /// Those that were asked about.
    inventory: Inventory,
    found: Vec<Diagnostic>,
    lost: Vec<Lost>,
    uses: ExceptionUses,
    defaults: Defaults,
    looked: FxHashMap<Span, Looked>,
    undecided: BTreeSet<String>,
}

impl Judged {
    fn merge(&mut self, other: Judged) {
        self.endpoints.extend(other.endpoints);
        self.placed.extend(other.placed);
        self.inventory.merge(other.inventory);
        self.found.extend(other.found);
        self.lost.extend(other.lost);
        self.uses.merge(other.uses);
        self.defaults.merge(other.defaults);
        self.looked.extend(other.looked);
        self.undecided.extend(other.undecided);
    }
}

impl Run<'_> {
    /// Keeps what was seen of files; their secrets, those of files that were seen before left out.
    fn see(&mut self, seen: Vec<(FileId, Look)>) -> Secrets {
        let mut secrets = Vec::new();
        for (file, look) in seen {
            if self.suppressions.insert(file, look.suppressions).is_none() {
                secrets.push((file, look.secrets));
            }
        }
        self.keep(secrets)
    }

    /// Adds files other than Rust; their secrets.
    fn add_text_files(&mut self, read: Vec<TextFile>) -> Secrets {
        let mut secrets = Vec::new();
        for file in read {
            let id = self.texts.add(file.path, file.shown, file.text);
            self.text_files.push(id);
            self.reported.add_file(id, &self.texts);
            secrets.push((id, file.secrets));
        }
        if let Some(source) = &self.settings.config_source {
            let known = self.texts.paths.iter().position(|it| *it == source.path);
            self.config_file = Some(known.map(FileId::new).unwrap_or_else(|| {
                let shown = self.workspace.display_path(&source.path);
                self.texts
                    .add(source.path.clone(), shown, source.text.as_str())
            }));
        }
        if let Posture::Compared(accepted) = self.settings.posture {
            let shown = self.workspace.display_path(&accepted.path);
            let (path, text) = (accepted.path.clone(), accepted.text.as_str());
            self.lock_file = Some(self.texts.add(path, shown, text));
        }
        self.keep(secrets)
    }

    fn keep(&mut self, mut secrets: Secrets) -> Secrets {
        secrets.retain(|(_, found)| !found.is_empty());
        for (file, found) in &secrets {
            let spans = found.iter().map(|it| it.range.in_file(*file));
            self.redactions.extend(spans);
        }
        secrets
    }

    /// Finds the endpoints of a program, and what is wrong with them and with the code.
    fn judge(&mut self, program: &Program, values: &Values<'_>, secrets: &Secrets) -> Judged {
        let nothing = Inventory::default();
        let sources = &self.texts.sources;
        let context = Context {
            workspace: self.workspace,
            sources,
            program,
            values,
            inventory: &nothing,
            secrets,
            persona: self.settings.persona,
            scope: self.scope,
            follows_data: self.settings.follows_data,
            excuses: &Excuses::default(),
        };
        let lints = self.settings.registry.lints().iter();
        let lints = lints.filter(|it| is_looked_for(it, self.levels, &self.suppressions));
        let lints: Vec<&Lint> = lints.collect();
        let asks_rights = |it: &&Lint| checks::asks_rights(&it.check.kind);
        let rights = match self.settings.judges_rights() {
            true => Rights::OfAll,
            false if lints.iter().any(asks_rights) => Rights::OfPrivileged,
            false => Rights::OfNone,
        };
        let ((mut inventory, in_code), ()) = rayon::join(
            || {
                rayon::join(
                    || routes::inventory::build(values, sources, rights),
                    || checks::run_all(&lints, &context, About::Code),
                )
            },
            || self.reported.add_program(program, &self.texts),
        );
        listen(&mut inventory, sources, &self.text_files);
        let uses = apply_config(&mut inventory, self.exceptions, self.config_file);
        let comments = self.suppressions.iter();
        let comments = comments.filter(|(file, _)| self.reported.is_file_shown(**file));
        let comments = comments.map(|(_, it)| it);
        let context = Context {
            inventory: &inventory,
            excuses: &Excuses::new(comments, self.exceptions, self.levels),
            ..context
        };
        let of_endpoints = checks::run_all(&lints, &context, About::Endpoints);
        let found = in_code.into_iter().chain(of_endpoints).flatten().collect();
        let endpoints = inventory.endpoints.iter().map(|it| EndpointRef {
            method: it.method.clone(),
            path: it.path.clone(),
        });
        let endpoints = endpoints.collect();

        let is_in_scope = |span: Span| self.reported.is_in_scope(span.file);
        let of_endpoint =
            |it: &Endpoint| is_in_scope(it.registered) || is_in_scope(it.handler.span);
        let (mut placed, mut defaults) = (Vec::new(), Defaults::default());
        if self.settings.is_posture_asked() {
            let all = inventory.endpoints.iter();
            placed.extend(all.filter_map(|it| posture::placed(&context, it, of_endpoint(it))));
            defaults = defaults::defaults(program, sources, &self.text_files, &inventory);
        }
        inventory.endpoints.retain(of_endpoint);
        inventory.unresolved.retain(|it| is_in_scope(it.span));
        let (looked, undecided) = match self.settings.explain {
            true => (
                looked::looked(values, sources, &inventory),
                looked::undecided(program, &inventory),
            ),
            false => Default::default(),
        };
        // What was asked for on the way has been read by now.
        let lost = unreadable::lost(program);
        defaults.merge(defaults::defaults(
            program,
            sources,
            &self.text_files,
            &inventory,
        ));
        Judged {
            endpoints,
            placed,
            found,
            lost,
            uses,
            defaults,
            looked,
            undecided,
            inventory,
        }
    }

    /// Applies levels, comments and exceptions to what was found.
    fn finish(self, judged: Judged, spent: Spent) -> Outcome {
        let settings = self.settings;
        let reported = &self.reported;
        let sources = self.texts.sources;
        let mut found = judged.found;
        found.extend(unreadable::findings(&judged.lost, &sources));
        found.retain(|it| reported.is_shown(it.primary.span));
        let policy = Policy {
            sources: &sources,
            levels: self.levels.clone(),
            exceptions: self.exceptions,
            min_severity: settings.min_severity,
            persona: settings.persona,
            lint: &|id| settings.registry.lint(id).map(checks::meta),
            ran: &|id| {
                let lint = settings.registry.lint(id);
                lint.is_some_and(|it| checks::is_known(&it.check.kind))
            },
        };
        let suppressions = self.suppressions.into_iter();
        let suppressions = suppressions.filter(|(file, _)| reported.is_file_shown(*file));
        let suppressions = suppressions.map(|(_, it)| it).collect();
        let mut applied = diagnostics::apply(found, suppressions, &policy);
        applied.used.merge(judged.uses);
        if let (Some(file), Some(source)) = (self.config_file, &settings.config_source) {
            let findings = diagnostics::report_exceptions(&ExceptionReport {
                config: settings.config,
                exceptions: self.exceptions,
                file,
                text: &source.text,
                used: &applied.used,
                complete: !settings.partial,
                endpoints: &judged.endpoints,
            });
            applied.add(findings, &policy);
        }
        let held = posture::Seen {
            workspace: self.workspace,
            settings,
            sources: &sources,
            endpoints: &judged.placed,
            unresolved: &judged.inventory.unresolved,
            defaults: &judged.defaults,
            redactions: &self.redactions,
            config_file: self.config_file,
            lock_file: self.lock_file,
        }
        .hold();
        applied.add(held.findings, &policy);
        let mut problems = problems(
            self.workspace,
            &sources,
            &judged.lost,
            reported,
            settings.registry,
        );
        problems.extend(held.problem);
        let summary = summary(
            self.workspace,
            self.texts.rust_files.len(),
            &judged.inventory,
            &judged.defaults,
            &applied,
            problems,
        );
        let mut diagnostics = applied.shown;
        sort(&mut diagnostics, &sources);
        diagnostics.extend(applied.suppressed);
        Outcome {
            inventory: judged.inventory,
            diagnostics,
            defaults: judged.defaults,
            looked: judged.looked,
            undecided: judged.undecided.into_iter().collect(),
            counts: applied.counts,
            redactions: self.redactions,
            summary,
            lints: lint_infos(settings.registry),
            taken: held.taken,
            spent,
            sources,
        }
    }
}

/// Whether a lint is looked for: not where nothing of what it finds would be shown, unless a comment
/// speaks of it, which may be one that allows nothing.
fn is_looked_for(lint: &Lint, levels: &LevelSettings<'_>, comments: &Comments) -> bool {
    let has_comment = || {
        let mut allows = comments.values().flat_map(|it| &it.allows);
        allows.any(|it| lint.id == *it.lint())
    };
    checks::is_known(&lint.check.kind) && (!levels.is_off(&checks::meta(lint)) || has_comment())
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
        endpoint.listener = file.and_then(|it| rocket_address(sources.file(*it).text()));
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

/// Reads settings, keys and deployment files. What is no text is left out, and so is what nobody
/// will look at again: files without a secret that are no TOML, in which defaults of settings and
/// the address of a service may stand.
fn read_text_files(workspace: &Workspace, files: &dyn Files) -> Vec<TextFile> {
    let read = |path: PathBuf| {
        let text = read_text(&path, files).ok()?;
        let shown = workspace.display_path(&path);
        let secrets = text_file(&shown, &text);
        let is_wanted = !secrets.is_empty() || shown.ends_with(".toml");
        is_wanted.then_some(TextFile {
            path,
            shown,
            text,
            secrets,
        })
    };
    text_files(workspace, files)
        .into_par_iter()
        .filter_map(read)
        .collect()
}
