//! `cargo moat init`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use super::args::{Init, SettingArgs};
use super::setup::{Setup, SetupError};
use super::trouble::{OrTrouble as _, Result, Trouble};
use crate::routes::endpoint::{Endpoint, Status};
use crate::routes::{Inventory, Purpose};
use crate::scan::{self, Settings};
use crate::source::SourceMap;
use crate::workspace::config::{Found, template};
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Init) -> Result<ExitCode> {
    let no_settings = SettingArgs::default();
    let setup = match Setup::new(&[], &args.selection, &no_settings, &Vec::new()) {
        Ok(setup) => setup,
        Err(SetupError::Other(error)) => return Err(error),
        Err(SetupError::Config(it)) => return Err(already(&it.shown)),
    };
    let path = setup.workspace.root.join("moat.toml");
    if let Some(source) = &setup.config_source {
        return Err(already(&source.path.display().to_string()));
    }
    let settings = Settings {
        explain: true,
        follows_data: false,
        ..setup.settings(&no_settings, &args.output)
    };
    let outcome = scan::check(&setup.workspace, &DiskFiles, &settings);
    let frameworks: Vec<String> = outcome
        .summary
        .frameworks
        .iter()
        .map(|(name, version)| match version {
            Some(version) => format!("{name} {version}"),
            None => name.clone(),
        })
        .collect();
    let inventory = &outcome.inventory;
    let text = template(&Found {
        frameworks,
        listeners: listeners(inventory),
        undecided: outcome.undecided.clone(),
        public: public(inventory),
        settings: scan::assumable(inventory),
        folder: folder(inventory, &outcome.sources),
        routes: routes(inventory),
    });
    let cannot = || format!("cannot write `{}`", path.display());
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(already(&path.display().to_string()));
        }
        other => other.or_trouble(cannot, WRITABLE)?,
    };
    file.write_all(text.as_bytes())
        .or_trouble(cannot, WRITABLE)?;
    if !args.output.quiet {
        super::say(&format!(
            "wrote `{}`: every setting is explained and switched off",
            path.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

const WRITABLE: &str = "check that you may write into the folder";

fn already(path: &str) -> Box<Trouble> {
    let help = "it was left as it is; move it away to get a new one";
    Box::new(Trouble::new(format!("there are settings in `{path}` already")).with_help(help))
}

/// Services with their listeners.
fn listeners(inventory: &Inventory) -> Vec<String> {
    let found: BTreeSet<String> = inventory
        .endpoints
        .iter()
        .map(|it| match &it.listener {
            Some(listener) => format!("{} on {listener}", it.service),
            None => it.service.clone(),
        })
        .collect();
    found.into_iter().collect()
}

/// Open endpoints that are so by nature.
fn public(inventory: &Inventory) -> Vec<(String, String)> {
    const MANY: usize = 12;
    let by_nature = |it: &&Endpoint| {
        let purpose = it.purpose;
        it.protections.authentication.status == Status::None
            && !matches!(purpose, Purpose::Ordinary | Purpose::Webhook)
            // A pattern cannot be told from its wildcards.
            && !it.path.contains('*')
    };
    let found = inventory.endpoints.iter().filter(by_nature);
    let found: BTreeSet<(String, String)> = found
        .map(|it| (it.path.clone(), it.method.clone()))
        .collect();
    let found = found.into_iter().map(|(path, method)| (method, path));
    found.take(MANY).collect()
}

/// The folder in which most endpoints are registered.
fn folder(inventory: &Inventory, sources: &SourceMap) -> Option<String> {
    let folder = |it: &Endpoint| {
        let path = sources.path(it.registered.file);
        path.rsplit_once('/').map(|(folder, _)| folder.to_owned())
    };
    most(inventory.endpoints.iter().filter_map(folder))
}

/// A pattern that most endpoints match: those with the same first segment.
fn routes(inventory: &Inventory) -> Option<String> {
    let first = |it: &Endpoint| {
        let first = it.path.trim_start_matches('/').split('/').next()?;
        let is_plain = !first.is_empty() && !first.contains(['{', '*']);
        is_plain.then(|| format!("/{first}/**"))
    };
    most(inventory.endpoints.iter().filter_map(first))
}

/// What is there most often; of several, the first by name.
fn most(all: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for it in all {
        *counts.entry(it).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|it| it.1 == most).map(|it| it.0)
}
