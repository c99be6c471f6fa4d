//! The models of one run: those that ship with the program, for the versions that the lock file
//! names, and before them the user's own.

use std::path::Path;

use crate::models::{CrateModel, Models, Origin};
use crate::source::Name;
use crate::workspace::Workspace;
use crate::workspace::config::{Config, ConfigError, ConfigErrorKind, closest};

/// The models for a workspace and the settings of its user; `path` names the file of settings in
/// errors.
///
/// # Errors
/// What is wrong with each entry under `model`, with its place in the file.
pub fn models_for(
    workspace: &Workspace,
    config: &Config,
    path: &str,
) -> Result<&'static Models, Vec<ConfigError>> {
    Ok(of(workspace, local_models(config, path)?))
}

/// The models for a workspace. They live as long as the process, as the program that refers to
/// them does.
pub(super) fn of(workspace: &Workspace, local: Vec<CrateModel>) -> &'static Models {
    let locks = workspace.lock.iter().chain(&workspace.other_locks);
    let mut versions: Vec<_> = locks
        .flat_map(|lock| &lock.packages)
        .map(|package| (Name::new(&package.name.replace('-', "_")), &package.version))
        .collect();
    // The highest of several comes last, and stays.
    versions.sort_by_key(|(_, version)| *version);
    let versions = versions
        .into_iter()
        .map(|(name, version)| (name, version.clone()));
    Box::leak(Box::new(Models::with_local(local, versions)))
}

/// The entries under `model`, read.
fn local_models(config: &Config, path: &str) -> Result<Vec<CrateModel>, Vec<ConfigError>> {
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for entry in &config.models {
        let krate = entry.path.split("::").next().unwrap_or_default();
        let mut file = toml::Table::new();
        let mut info = toml::Table::new();
        info.insert("name".into(), krate.into());
        file.insert("crate".into(), info.into());
        let mut table = entry.table.clone();
        if entry.kind == "extractor" && !table.contains_key("carries") {
            table.insert("carries".into(), "identity".into());
        }
        let items = vec![toml::Value::Table(table)];
        file.insert(entry.kind.clone(), items.into());
        match CrateModel::parse(Path::new(path), &file.to_string(), Origin::Configuration) {
            Ok(model) => read.push(model),
            Err(error) => {
                // The message names the key first, then those that there are.
                let mut words = error.message.split('`').skip(1).step_by(2);
                let key = words.next().unwrap_or_default();
                let is_unknown = error.message.starts_with("unknown field");
                let meant = closest(key, words).filter(|_| is_unknown);
                let wrong = match is_unknown {
                    true => format!("unknown key `{key}`"),
                    false => error.message.clone(),
                };
                errors.push(ConfigError {
                    path: path.to_owned(),
                    range: entry.ranges.get(key).copied().unwrap_or(entry.range),
                    kind: ConfigErrorKind::WrongType,
                    message: format!("the model of `{}` cannot be read: {wrong}", entry.path),
                    label: String::new(),
                    help: Some(match meant {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => error.message.clone(),
                    }),
                });
            }
        }
    }
    if errors.is_empty() {
        Ok(read)
    } else {
        Err(errors)
    }
}
