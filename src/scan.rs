//! The pipeline put together: workspace -> files -> facts -> program -> endpoints -> findings.
//!
//! [`check()`] is all of it. Reads through [`Files`] only, prints nothing and cannot fail:
//! what could not be read is a problem of the result.

use crate::facts::FileFacts;
use crate::program::Program;
use crate::report::progress::Progress;
use crate::source::{FileId, SourceMap};
use crate::workspace::Workspace;
use crate::workspace::files::Files;

mod apply_config;
mod check;
mod defaults;
mod looked;
mod models;
mod names;
mod parts;
mod posture;
mod reported;
mod summary;
#[cfg(test)]
mod tests;
mod texts;
mod understand;
mod unreadable;

pub use crate::checks::Scope;
pub use apply_config::assumable;
pub use check::{ConfigSource, Outcome, Settings, check};
pub use defaults::Defaults;
pub use looked::Looked;
pub use models::models_for;
pub use names::Names;
pub use posture::{LockFile, Posture, Taken};
pub use summary::lint_infos;

/// All that was read.
#[derive(Debug)]
pub struct Loaded {
    /// The files.
    pub sources: SourceMap,
    /// The Rust files, in the order of their paths.
    pub rust_files: Vec<FileId>,
    /// The program.
    pub program: Program,
}

/// Reads and understands a workspace, all of it as one program.
pub fn load(workspace: &Workspace, files: &dyn Files, scope: Scope) -> Loaded {
    let found = texts::rust_files(workspace, files);
    let steps = Progress::new("reading", found.len() * 2, false);
    let texts = texts::Texts::read(found, workspace, files, &steps);
    let models = models::of(workspace, Vec::new());
    let protos = texts::protos(workspace, files);
    let reader = understand::Reader::new(workspace, scope, models, protos, &steps);
    let part = parts::Part::whole(workspace, &texts);
    let understood = reader.understand(&texts, &part, &|_, _, _: &FileFacts| (), || ());
    Loaded {
        sources: texts.sources,
        rust_files: texts.rust_files,
        program: understood.program,
    }
}
