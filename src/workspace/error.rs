//! What stops the search for a workspace, and what merely leaves a gap in it.

use std::io;
use std::path::PathBuf;

use crate::source::TextRange;

/// Why there is nothing to analyse.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// A path that the user named leads nowhere.
    #[error("cannot find `{}`", path.display())]
    NoSuchPath {
        /// What was named.
        path: PathBuf,
        /// What it is relative to.
        base: PathBuf,
    },
    /// The manifest that everything hangs on cannot be read.
    #[error("cannot read the manifest `{}`", path.display())]
    Read {
        /// The manifest.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The manifest that everything hangs on is not a manifest.
    #[error("cannot parse the manifest `{}`: {message}", path.display())]
    Parse {
        /// The manifest.
        path: PathBuf,
        /// Where in it, if known.
        range: Option<TextRange>,
        /// What the parser said.
        message: String,
    },
    /// There is no Rust code where we were sent.
    #[error("cannot find Rust code in `{}`: no Cargo.toml in it or above it and no .rs file below it", path.display())]
    NothingFound {
        /// Where we looked.
        path: PathBuf,
    },
    /// `-p` names no package.
    #[error("cannot select package `{name}` of `{}`: no such package", path.display())]
    UnknownPackage {
        /// What was asked for.
        name: String,
        /// The root of the workspace.
        path: PathBuf,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// `--features` names no feature of a selected package.
    #[error("cannot enable feature `{name}` in `{}`: no selected package has it", path.display())]
    UnknownFeature {
        /// What was asked for.
        name: String,
        /// The root of the workspace.
        path: PathBuf,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
}

impl WorkspaceError {
    /// What to do about it.
    pub fn help(&self) -> String {
        let meant = |suggestion: &Option<String>, otherwise: &str| match suggestion {
            Some(name) => format!("did you mean `{name}`?"),
            None => otherwise.to_owned(),
        };
        match self {
            WorkspaceError::NoSuchPath { base, .. } => format!(
                "check the path, which is taken relative to `{}`",
                base.display()
            ),
            WorkspaceError::Read { .. } => {
                "check that the file is readable and is UTF-8".to_owned()
            }
            WorkspaceError::Parse { .. } => {
                "correct it, or name a folder below it that should be analysed".to_owned()
            }
            WorkspaceError::NothingFound { .. } => {
                "run in a package's folder or name one".to_owned()
            }
            WorkspaceError::UnknownPackage { suggestion, .. } => meant(
                suggestion,
                "the packages are listed in the manifests of the workspace",
            ),
            WorkspaceError::UnknownFeature { suggestion, .. } => meant(
                suggestion,
                "features are declared under [features] in Cargo.toml",
            ),
        }
    }
}

/// The name in `known` that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= name.len().max(candidate.len()) / 3)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// A gap: something of the workspace that could not be read. The rest is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkspaceProblem {
    /// The file that it is about.
    pub path: PathBuf,
    /// Where in it, if known.
    pub range: Option<TextRange>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl WorkspaceProblem {
    pub(crate) fn new(
        path: impl Into<PathBuf>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        WorkspaceProblem {
            path: path.into(),
            range: None,
            message: message.into(),
            help: help.into(),
        }
    }
}
