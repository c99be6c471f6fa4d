//! Folders that are listed once, though several parts of a run walk them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::files::{Entry, FileKind, Files};

/// Other files, whose folders do not change while this lives.
pub struct Remembered<'a> {
    files: &'a dyn Files,
    lists: Mutex<FxHashMap<PathBuf, Arc<[Entry]>>>,
}

impl<'a> Remembered<'a> {
    /// Nothing is listed yet.
    pub fn new(files: &'a dyn Files) -> Remembered<'a> {
        Remembered {
            files,
            lists: Mutex::default(),
        }
    }
}

impl Files for Remembered<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.read(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        // A cache that a panic left behind is still a cache.
        let lists = || self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lists().get(dir) {
            return Ok(known.to_vec());
        }
        let entries = self.files.list(dir)?;
        lists().insert(dir.to_path_buf(), entries.as_slice().into());
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        self.files.kind(path)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        self.files.size(path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::workspace::files::MemoryFiles;

    /// Counts how often folders are listed.
    struct Counted(MemoryFiles, AtomicUsize);

    impl Files for Counted {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            self.0.read(path)
        }

        fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.list(dir)
        }

        fn kind(&self, path: &Path) -> Option<FileKind> {
            self.0.kind(path)
        }

        fn size(&self, path: &Path) -> io::Result<u64> {
            self.0.size(path)
        }
    }

    #[test]
    fn a_folder_is_listed_once() {
        let files = Counted(MemoryFiles::new([("/w/a.rs", "")]), AtomicUsize::new(0));
        let remembered = Remembered::new(&files);
        let first = remembered.list(Path::new("/w")).expect("a folder");
        let second = remembered.list(Path::new("/w")).expect("a folder");
        assert_eq!((first.len(), first), (1, second));
        assert_eq!(files.1.load(Ordering::Relaxed), 1);
        assert!(remembered.list(Path::new("/v")).is_err());
    }
}
