//! From arguments to what the library wants.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::args::{Flags, Output, Selection, SettingArgs};
use super::trouble::{OrTrouble as _, Result, Trouble, in_lint_file};
use crate::diagnostics::{LevelFlag, Persona, Severity};
use crate::lints::Registry;
use crate::models::Models;
use crate::posture::{Lock, lock};
use crate::report::{Repository, Terminal};
use crate::scan::{ConfigSource, LockFile, Names, Posture, Scope, Settings, models_for};
use crate::workspace::config::{Config, ConfigError, ConfigErrorKind, ConfigFile, locate};
use crate::workspace::files::{DiskFiles, Files};
use crate::workspace::{Workspace, WorkspaceRequest, discover, repository_root};

/// A workspace with its lints and its settings.
pub(super) struct Setup {
    pub(super) workspace: Workspace,
    pub(super) registry: Registry,
    pub(super) config: Config,
    pub(super) config_source: Option<ConfigSource>,
    models: &'static Models,
    flags: Vec<LevelFlag>,
    scope: Scope,
    partial: bool,
}

/// Settings that cannot be used.
pub(super) struct Unusable {
    /// What is in the file: `the settings in`.
    pub(super) what: &'static str,
    /// The file, as it is shown.
    pub(super) shown: String,
    /// Its text.
    pub(super) text: String,
    /// Its mistakes.
    pub(super) errors: Vec<ConfigError>,
    /// What it belongs to.
    pub(super) repository: Repository,
}

/// Why there is no [`Setup`].
pub(super) enum SetupError {
    /// The settings cannot be used.
    Config(Box<Unusable>),
    /// Anything else.
    Other(Box<Trouble>),
}

impl From<Box<Trouble>> for SetupError {
    fn from(trouble: Box<Trouble>) -> SetupError {
        SetupError::Other(trouble)
    }
}

/// What to do about a file that cannot be read.
const READABLE: &str = "check that it is a file that you may read, and that it is UTF-8";

impl Setup {
    pub(super) fn new(
        paths: &[PathBuf],
        selection: &Selection,
        settings: &SettingArgs,
        flags: &Flags,
    ) -> std::result::Result<Setup, SetupError> {
        // Finding the workspace keeps one thread busy.
        rayon::spawn(|| {
            Registry::builtin();
            crate::checks::secrets::get_ready();
        });
        let workspace = workspace(paths, selection)?;
        let registry = registry(&workspace.root)?;
        let flags = level_flags(flags, &registry)?;
        let (config, config_source) = config(&workspace, &registry, settings)?;
        let (shown, text) = config_source
            .as_ref()
            .map_or_else(Default::default, |source| {
                (workspace.display_path(&source.path), source.text.clone())
            });
        let models = models_for(&workspace, &config, &shown)
            .map_err(|errors| unusable(&workspace, shown, text, errors))?;
        Ok(Setup {
            partial: !paths.is_empty() || workspace.packages.iter().any(|it| !it.selected),
            workspace,
            config,
            config_source,
            models,
            flags,
            registry,
            scope: scope(selection),
        })
    }

    /// Whether packages or files were left out.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// The settings of a run.
    pub(super) fn settings(&self, args: &SettingArgs, output: &Output) -> Settings<'_> {
        Settings {
            registry: &self.registry,
            config: &self.config,
            config_source: self.config_source.clone(),
            models: self.models,
            flags: self.flags.clone(),
            min_severity: (args.min_severity.or(self.config.min_severity)).unwrap_or(Severity::Low),
            persona: (args.persona.or(self.config.persona)).unwrap_or(Persona::Regular),
            scope: self.scope,
            today: args.today.unwrap_or_else(today),
            partial: self.partial,
            progress: !output.quiet && std::io::stderr().is_terminal(),
            explain: false,
            rights: false,
            follows_data: true,
            posture: Posture::Unasked,
        }
    }
}

/// The workspace that was asked for.
pub(super) fn workspace(paths: &[PathBuf], selection: &Selection) -> Result<Workspace> {
    let request = WorkspaceRequest {
        start: std::env::current_dir().or_trouble(
            || "cannot tell the current folder".to_owned(),
            "go to a folder that exists and that you may enter",
        )?,
        manifest_path: selection.manifest_path.clone(),
        paths: paths.to_vec(),
        packages: selection.package.clone(),
        workspace: selection.workspace,
        exclude: selection.exclude.clone(),
        features: selection.features.clone(),
        all_features: selection.all_features,
        no_default_features: selection.no_default_features,
        target: selection.target.clone(),
    };
    Ok(discover(&request, &DiskFiles)?)
}

pub(super) fn scope(selection: &Selection) -> Scope {
    Scope {
        tests: selection.tests,
        examples: selection.examples,
    }
}

/// The built-in lints and those in `.moat/lints/`.
pub(super) fn registry(root: &Path) -> Result<Registry> {
    let folder = root.join(".moat").join("lints");
    let mut own = Vec::new();
    if DiskFiles.is_dir(&folder) {
        let entries = DiskFiles.list(&folder).or_trouble(
            || format!("cannot read the folder `{}`", folder.display()),
            "check that you may enter it",
        )?;
        for entry in entries {
            if !entry.name.ends_with(".md") || entry.name == "README.md" {
                continue;
            }
            let path = folder.join(&entry.name);
            let text = DiskFiles
                .read_text(&path)
                .or_trouble(|| format!("cannot read `{}`", path.display()), READABLE)?;
            own.push((format!(".moat/lints/{}", entry.name), text));
        }
    }
    let (registry, mistakes) = Registry::with_local(own.iter().cloned());
    if let Some(first) = mistakes.first() {
        let file = own.iter().find(|(path, _)| **path == *first.path);
        let text = file.map_or("", |(_, text)| text);
        return Err(in_lint_file(first, text, mistakes.len() - 1));
    }
    Ok(registry)
}

fn level_flags(flags: &Flags, registry: &Registry) -> Result<Vec<LevelFlag>> {
    let names = Names::of(registry);
    let known = names.known();
    let parsed = flags
        .iter()
        .map(|(level, word)| LevelFlag::parse(*level, word, &known));
    parsed
        .collect::<std::result::Result<_, _>>()
        .map_err(|(message, help)| Box::new(Trouble::new(message).with_help(help)))
}

fn config(
    workspace: &Workspace,
    registry: &Registry,
    args: &SettingArgs,
) -> std::result::Result<(Config, Option<ConfigSource>), SetupError> {
    let names = Names::of(registry);
    let known = names.known();
    if let Some(path) = &args.config {
        let path = DiskFiles.absolute(path);
        let text = DiskFiles.read_text(&path).or_trouble(
            || format!("cannot read the settings `{}`", path.display()),
            READABLE,
        )?;
        let shown = workspace.display_path(&path);
        return match Config::parse(&shown, &text, &known) {
            Ok(config) => Ok((config, Some(ConfigSource { path, text }))),
            Err(errors) => Err(unusable(workspace, shown, text, errors)),
        };
    }
    let read = |name: &str| {
        let path = workspace.root.join(name);
        if !DiskFiles.is_file(&path) {
            return Ok(None);
        }
        let text = DiskFiles
            .read_text(&path)
            .or_trouble(|| format!("cannot read `{}`", path.display()), READABLE)?;
        Ok::<_, Box<Trouble>>(Some(ConfigSource { path, text }))
    };
    let own = read("moat.toml")?;
    // A manifest that cannot be read is a problem of the workspace, and said there.
    let manifest = read("Cargo.toml").unwrap_or_default();
    let own_file = own.as_ref().map(|it| ConfigFile {
        path: "moat.toml",
        text: &it.text,
    });
    let manifest_file = manifest.as_ref().map(|it| ConfigFile {
        path: "Cargo.toml",
        text: &it.text,
    });
    let found = locate(own_file, manifest_file, &known);
    match found {
        Ok(None) => Ok((Config::default(), None)),
        Ok(Some(("moat.toml", config))) => Ok((config, own)),
        Ok(Some((_, config))) => Ok((config, manifest)),
        Err(errors) => {
            let is_named = |file: &ConfigFile<'_>| errors.iter().all(|it| it.path == file.path);
            let file = own_file.filter(is_named).or(manifest_file);
            let (shown, text) = file.map_or(("moat.toml", ""), |it| (it.path, it.text));
            let (shown, text) = (shown.to_owned(), text.to_owned());
            Err(unusable(workspace, shown, text, errors))
        }
    }
}

fn unusable(
    workspace: &Workspace,
    shown: String,
    text: String,
    errors: Vec<ConfigError>,
) -> SetupError {
    SetupError::Config(Box::new(Unusable {
        what: "the settings in",
        shown,
        text,
        errors,
        repository: repository(workspace),
    }))
}

/// The posture that was accepted, if one was.
pub(super) fn lock(
    workspace: &Workspace,
    selection: &Selection,
) -> std::result::Result<Option<LockFile>, SetupError> {
    let path = workspace.root.join(lock::FILE);
    if !DiskFiles.is_file(&path) {
        return Ok(None);
    }
    let text = DiskFiles
        .read_text(&path)
        .or_trouble(|| format!("cannot read `{}`", path.display()), READABLE)?;
    match Lock::parse(&text) {
        Ok(lock) => Ok(Some(LockFile {
            path,
            text,
            lock,
            flags: flags(selection),
        })),
        Err(error) => Err(SetupError::Config(Box::new(Unusable {
            what: "the posture in",
            shown: lock::FILE.to_owned(),
            errors: vec![ConfigError {
                path: lock::FILE.to_owned(),
                range: error.range,
                kind: ConfigErrorKind::Syntax,
                message: error.message,
                label: String::new(),
                help: Some(error.help.to_owned()),
            }],
            text,
            repository: repository(workspace),
        }))),
    }
}

/// The flags that choose what is analysed, in one way to write them.
pub(super) fn flags(selection: &Selection) -> String {
    let mut features: Vec<&str> = selection
        .features
        .iter()
        .flat_map(|it| it.split([',', ' ']))
        .filter(|it| !it.is_empty())
        .collect();
    features.sort_unstable();
    features.dedup();
    let mut flags = Vec::new();
    if !features.is_empty() {
        flags.push(format!("--features {}", features.join(",")));
    }
    for (flag, is_set) in [
        ("--all-features", selection.all_features),
        ("--no-default-features", selection.no_default_features),
        ("--tests", selection.tests),
        ("--examples", selection.examples),
    ] {
        flags.extend(is_set.then(|| flag.to_owned()));
    }
    flags.extend(selection.target.iter().map(|it| format!("--target {it}")));
    flags.join(" ")
}

/// The repository that a workspace is part of; the workspace itself, if there is none.
pub(super) fn repository(workspace: &Workspace) -> Repository {
    let root = repository_root(&workspace.root, &DiskFiles).unwrap_or(&workspace.root);
    Repository::new(root.to_owned(), workspace.root.clone())
}

fn today() -> jiff::civil::Date {
    jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
}

/// What standard output is.
pub(super) fn terminal(output: &Output) -> Terminal {
    terminal_of(output, std::io::stdout().is_terminal())
}

/// What standard error is.
pub(super) fn error_terminal(output: &Output) -> Terminal {
    terminal_of(output, std::io::stderr().is_terminal())
}

fn terminal_of(output: &Output, is_terminal: bool) -> Terminal {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty());
    let takes_colors = set("NO_COLOR").is_none() && set("TERM").is_none_or(|it| it != "dumb");
    let columns = set("COLUMNS").and_then(|it| it.to_str()?.parse().ok());
    let width = match terminal_size::terminal_size() {
        Some((width, _)) if is_terminal => usize::from(width.0),
        _ => columns.unwrap_or(100),
    };
    Terminal {
        color: output.color,
        is_terminal: is_terminal && takes_colors,
        width,
    }
}
