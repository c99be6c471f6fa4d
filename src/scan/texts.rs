//! The texts of a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::proto;
use crate::program::protos::Protos;
use crate::report::progress::Progress;
use crate::source::{FileId, SourceMap};
use crate::workspace::files::{FileKind, Files};
use crate::workspace::paths::is_below;
use crate::workspace::{Workspace, proto_files};

/// All texts that were read.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The files.
    pub(super) sources: SourceMap,
    /// Where each file lies, by its id.
    pub(super) paths: Vec<PathBuf>,
    /// The Rust files, in the order of their paths.
    pub(super) rust_files: Vec<FileId>,
    /// Of Rust files that could not be read, why; they are there, with nothing in them.
    pub(super) unreadable: FxHashMap<FileId, String>,
}

impl Texts {
    /// Reads all Rust files of a workspace; a step for each.
    pub(super) fn read(
        found: Vec<PathBuf>,
        workspace: &Workspace,
        files: &dyn Files,
        steps: &Progress,
    ) -> Texts {
        let read = found.into_par_iter().map(|path| {
            let text = read_text(&path, files).map(Arc::from);
            let shown = workspace.display_path(&path);
            steps.step();
            (path, shown, text)
        });
        let read: Vec<(PathBuf, String, Result<Arc<str>, String>)> = read.collect();
        let mut texts = Texts::default();
        for (path, shown, text) in read {
            // A module may lead to a file that cannot be read: it is there, with nothing in it.
            let (text, reason) = match text {
                Ok(text) => (text, None),
                Err(reason) => (Arc::from(""), Some(reason)),
            };
            let id = texts.add(path, shown, text);
            texts.unreadable.extend(reason.map(|it| (id, it)));
            texts.rust_files.push(id);
        }
        texts
    }

    /// How large all Rust files are together.
    pub(super) fn bytes(&self) -> usize {
        let files = self.rust_files.iter();
        files.map(|it| self.sources.file(*it).len()).sum()
    }

    /// Adds a file.
    pub(super) fn add(
        &mut self,
        path: PathBuf,
        shown: String,
        text: impl Into<Arc<str>>,
    ) -> FileId {
        self.paths.push(path);
        self.sources.add(shown, text)
    }
}

/// The services that the workspace's `.proto` files declare; a file that cannot be read has none.
pub(super) fn protos(workspace: &Workspace, files: &dyn Files) -> Protos {
    let found = proto_files(workspace, files);
    let read = found
        .into_par_iter()
        .filter_map(|path| read_text(&path, files).ok());
    let parsed: Vec<_> = read.map(|text| proto::parse(&text)).collect();
    Protos::new(parsed)
}

/// The text of a file, without a byte order mark.
pub(super) fn read_text(path: &Path, files: &dyn Files) -> Result<String, String> {
    let bytes = files.read(path).map_err(|error| error.to_string())?;
    let mut text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// All Rust files below the packages' folders, sorted; build output is left out.
pub(super) fn rust_files(workspace: &Workspace, files: &dyn Files) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for package in &workspace.packages {
        if package.alone {
            found.extend(workspace.files_of_alone(package, files));
            continue;
        }
        folders.push(package.dir.clone());
        for target in &package.targets {
            found.push(target.root.clone());
            if let Some(parent) = target.root.parent() {
                folders.push(parent.to_owned());
            }
        }
    }
    folders.sort();
    folders.dedup();
    let mut seen: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !seen.iter().any(|it| is_below(&folder, it)) {
            walk(&folder, files, &mut found);
            seen.push(folder);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn walk(folder: &Path, files: &dyn Files, found: &mut Vec<PathBuf>) {
    let Ok(entries) = files.list(folder) else {
        return;
    };
    for entry in entries {
        let path = folder.join(&entry.name);
        match entry.kind {
            FileKind::Dir
                if !entry.link
                    && !matches!(entry.name.as_str(), "target" | ".git" | "node_modules") =>
            {
                walk(&path, files, found);
            }
            FileKind::File if entry.name.ends_with(".rs") => found.push(path),
            _ => {}
        }
    }
}
