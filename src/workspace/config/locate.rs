//! Which of the places for settings is in use.

use super::error::{ConfigError, ConfigErrorKind};
use super::names::KnownNames;
use super::{Config, TextRange};

/// A file that may hold settings: its path as reports show it, and its text.
#[derive(Debug, Clone, Copy)]
pub struct ConfigFile<'a> {
    /// The path.
    pub path: &'a str,
    /// The text.
    pub text: &'a str,
}

/// Reads the settings from `moat.toml` or from the root manifest, and says which of the
/// two (by its path) they came from; `None` if there are none.
///
/// # Errors
/// Every mistake of the settings, or that both files hold settings.
pub fn locate<'a>(
    moat_toml: Option<ConfigFile<'a>>,
    manifest: Option<ConfigFile<'a>>,
    known: &KnownNames<'_>,
) -> Result<Option<(&'a str, Config)>, Vec<ConfigError>> {
    let in_manifest = match manifest {
        Some(file) => Config::parse_manifest(file.path, file.text, known).transpose(),
        None => None,
    };
    let Some(file) = moat_toml else {
        let path = manifest.map_or("", |file| file.path);
        return in_manifest.map(|config| Ok((path, config?))).transpose();
    };
    if in_manifest.is_some() {
        let manifest = manifest.map_or("Cargo.toml", |it| it.path);
        return Err(vec![ConfigError {
            path: file.path.to_owned(),
            range: TextRange::new(0, file.text.lines().next().unwrap_or("").len() as u32),
            kind: ConfigErrorKind::TwoPlaces,
            message: format!("settings in `{}` and in `{manifest}`", file.path),
            label: String::new(),
            help: Some(format!(
                "move the `metadata.moat` table of `{manifest}` into `{}`",
                file.path
            )),
        }]);
    }
    Config::parse(file.path, file.text, known).map(|config| Some((file.path, config)))
}
