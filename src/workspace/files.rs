//! The one way to files: reading, listing, looking. Tests use memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::paths::normalize;

/// What a path leads to, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without its folder.
    pub name: String,
    /// What it is, links followed.
    pub kind: FileKind,
    /// Whether it is a symbolic link; walks do not follow linked folders.
    pub link: bool,
}

/// Read-only access to a tree of files.
///
/// Everything that the program reads goes through here, so that tests need no disk
/// and nothing is ever written by accident.
pub trait Files: Send + Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// What is in a folder, sorted by name.
    ///
    /// Devices, broken links and names that are not Unicode are left out: no manifest
    /// and no `mod` can name them.
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>>;

    /// What a path leads to; `None` if it leads nowhere.
    fn kind(&self, path: &Path) -> Option<FileKind>;

    /// The size of a file in bytes.
    fn size(&self, path: &Path) -> io::Result<u64>;

    /// The path from the root of the file system, by its text (links are not followed).
    fn absolute(&self, path: &Path) -> PathBuf {
        normalize(path)
    }

    /// The text of a file; not being UTF-8 is an error of kind [`io::ErrorKind::InvalidData`].
    fn read_text(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
    }

    /// Whether the path leads to a regular file.
    fn is_file(&self, path: &Path) -> bool {
        self.kind(path) == Some(FileKind::File)
    }

    /// Whether the path leads to a folder.
    fn is_dir(&self, path: &Path) -> bool {
        self.kind(path) == Some(FileKind::Dir)
    }

    /// Whether the path leads anywhere.
    fn exists(&self, path: &Path) -> bool {
        self.kind(path).is_some()
    }
}

/// The files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let file_type = entry.file_type()?;
            let link = file_type.is_symlink();
            let kind = if link {
                self.kind(&entry.path())
            } else if file_type.is_dir() {
                Some(FileKind::Dir)
            } else if file_type.is_file() {
                Some(FileKind::File)
            } else {
                None
            };
            entries.extend(kind.map(|kind| Entry { name, kind, link }));
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        let metadata = std::fs::metadata(path).ok()?;
        if metadata.is_dir() {
            Some(FileKind::Dir)
        } else if metadata.is_file() {
            Some(FileKind::File)
        } else {
            None
        }
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        std::fs::metadata(path).map(|metadata| metadata.len())
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        normalize(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()))
    }
}

/// Files in memory: path and content. Folders exist where files lie below them.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// Files from pairs of absolute path and content.
    pub fn new<P: Into<PathBuf>, C: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, C)>,
    ) -> MemoryFiles {
        MemoryFiles {
            files: files
                .into_iter()
                .map(|(path, content)| (normalize(&path.into()), content.into()))
                .collect(),
        }
    }

    fn get(&self, path: &Path) -> io::Result<&Vec<u8>> {
        self.files
            .get(&normalize(path))
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.get(path).cloned()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let dir = normalize(dir);
        let mut names = BTreeSet::new();
        for path in self.files.keys() {
            let Ok(rest) = path.strip_prefix(&dir) else {
                continue;
            };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            names.insert((
                first.as_os_str().to_string_lossy().into_owned(),
                parts.next().is_some(),
            ));
        }
        if names.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such folder"));
        }
        let entry = |(name, is_dir)| Entry {
            name,
            kind: if is_dir {
                FileKind::Dir
            } else {
                FileKind::File
            },
            link: false,
        };
        Ok(names.into_iter().map(entry).collect())
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        let path = normalize(path);
        if self.files.contains_key(&path) {
            return Some(FileKind::File);
        }
        self.files
            .keys()
            .any(|file| file.starts_with(&path))
            .then_some(FileKind::Dir)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        self.get(path).map(|content| content.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Disk and memory answer alike.
    #[test]
    fn disk_and_memory_agree() {
        let folder = tempfile::tempdir().unwrap();
        let tree = [("b/c.rs", "fn c() {}"), ("b/d/e.rs", ""), ("a.txt", "text")];
        for (path, content) in tree {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let memory =
            MemoryFiles::new(tree.map(|(path, content)| (folder.path().join(path), content)));
        for path in ["", "b", "b/d", "a.txt", "b/c.rs", "b/../a.txt", "missing"] {
            let path = folder.path().join(path);
            assert_eq!(
                DiskFiles.kind(&path),
                memory.kind(&path),
                "{}",
                path.display()
            );
            assert_eq!(
                DiskFiles.read_text(&path).ok(),
                memory.read_text(&path).ok(),
                "{}",
                path.display()
            );
            if DiskFiles.is_dir(&path) {
                assert_eq!(
                    DiskFiles.list(&path).unwrap(),
                    memory.list(&path).unwrap(),
                    "{}",
                    path.display()
                );
            } else {
                assert!(memory.list(&path).is_err(), "{}", path.display());
                assert_eq!(
                    DiskFiles.size(&path).ok(),
                    memory.size(&path).ok(),
                    "{}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_invalid_data() {
        let files = MemoryFiles::new([("/a", vec![0xff_u8, 0xfe])]);
        assert_eq!(
            files.read_text(Path::new("/a")).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
