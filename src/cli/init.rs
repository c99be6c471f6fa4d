//! `cargo moat init`.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::args::{Init, SettingArgs};
use super::setup::{Setup, SetupError};
use crate::routes::{EvidenceKind, Inventory};
use crate::scan;
use crate::workspace::config::template;
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Init) -> anyhow::Result<ExitCode> {
    let no_settings = SettingArgs::default();
    let setup = match Setup::new(&[], &args.selection, &no_settings, &Vec::new()) {
        Ok(setup) => setup,
        Err(SetupError::Other(error)) => return Err(error),
        Err(SetupError::Config(it)) => bail!("there are settings in `{}` already", it.shown),
    };
    let path = setup.workspace.root.join("moat.toml");
    if let Some(source) = &setup.config_source {
        bail!("there are settings in `{}` already", source.path.display());
    }
    let settings = setup.settings(&no_settings, &args.output);
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
    let (listeners, extractors) = (
        listeners(&outcome.inventory),
        extractors(&outcome.inventory),
    );
    let text = template(&frameworks, &listeners, &extractors);
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{}` exists already, and was left as it is", path.display())
        }
        other => other.with_context(|| format!("cannot write `{}`", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    if !args.output.quiet {
        super::say(&format!(
            "wrote `{}`: every setting is explained and switched off",
            path.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
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

/// Types in signatures that some verdict rests on.
fn extractors(inventory: &Inventory) -> Vec<String> {
    let evidence = inventory
        .endpoints
        .iter()
        .flat_map(|it| &it.protections.authentication.evidence);
    let found: BTreeSet<String> = evidence
        .filter(|it| matches!(it.kind, EvidenceKind::Extractor | EvidenceKind::Guard))
        .map(|it| it.name.clone())
        .collect();
    found.into_iter().collect()
}
