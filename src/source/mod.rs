//! Files, byte spans and line indexes. Knows nothing of Rust.
//!
//! Every position in the program is a byte offset into one file; lines and
//! columns exist only at the edge, where a report is written.

mod line_index;
mod name;
mod span;
mod stored;

pub use line_index::{LineColumn, LineIndex};
pub use name::Name;
pub use span::{FileId, Span, TextRange};

use std::sync::Arc;

use rayon::prelude::*;
use stored::Stored;

/// One source file: its path as reports show it, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path relative to the scanned root, with forward slashes.
    pub path: Arc<str>,
    text: Stored,
}

impl SourceFile {
    /// The whole text, exactly as read (a byte order mark is kept out by the loader).
    pub fn text(&self) -> &Arc<str> {
        self.text.get()
    }

    /// How long the text is, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All files of one run, addressed by [`FileId`].
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its id. Ids count up from 0 in order of addition.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId::new(self.files.len());
        self.files.push(SourceFile {
            path: path.into(),
            text: Stored::new(text.into()),
        });
        id
    }

    /// Keeps these texts in little room until somebody asks for them again: they are unpacked by
    /// who comes first, and then stay as they were.
    pub fn put_away(&mut self, files: &[FileId]) {
        let mut wanted = vec![false; self.files.len()];
        files.iter().for_each(|id| wanted[id.index()] = true);
        let files = self.files.par_iter_mut().zip(wanted);
        let files = files.filter(|(_, is_wanted)| *is_wanted);
        files.for_each(|(file, _)| file.text.put_away());
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// The path of a file as reports show it.
    pub fn path(&self, id: FileId) -> &str {
        &self.file(id).path
    }

    /// The text that a span covers; empty if the span lies outside the file or splits a character.
    pub fn slice(&self, span: Span) -> &str {
        let text = self.file(span.file).text();
        text.get(span.range.start as usize..span.range.end as usize)
            .unwrap_or("")
    }

    /// 1-based line and column (in characters) of a span's start.
    pub fn position(&self, span: Span) -> LineColumn {
        let text = self.file(span.file).text();
        LineIndex::new(text).position(text, span.range.start)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// All files with their ids, in order of addition.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId::new(index), file))
    }
}
