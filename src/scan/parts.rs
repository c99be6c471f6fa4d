//! What is analysed together: packages that can see one another, and their files.

use rustc_hash::FxHashMap;

use super::texts::Texts;
use crate::source::FileId;
use crate::workspace::{PackageId, Workspace};

/// Packages that have nothing to do with one another are analysed together up to this many bytes
/// of source: many small ones keep all threads busy. What hangs together is never taken apart.
pub(super) const TOGETHER: usize = 4 << 20;

/// Packages that are made into one program.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// In order.
    pub(super) packages: Vec<PackageId>,
    /// The Rust files in their folders, in order.
    pub(super) files: Vec<FileId>,
}

impl Part {
    /// Everything at once.
    pub(super) fn whole(workspace: &Workspace, texts: &Texts) -> Part {
        Part {
            packages: workspace.packages.iter().map(|it| it.id).collect(),
            files: texts.rust_files.clone(),
        }
    }
}

/// Takes a workspace apart where no package depends on one of another part. There is always a
/// part, and each file is in one; modules may lead into files of another.
pub(super) fn parts(workspace: &Workspace, texts: &Texts, together: usize) -> Vec<Part> {
    let groups = Groups::of(workspace);
    let bytes = |file: &FileId| texts.sources.file(*file).len();
    if groups.are_one() || texts.bytes() <= together {
        return vec![Part::whole(workspace, texts)];
    }
    let mut numbers: FxHashMap<usize, usize> = FxHashMap::default();
    let mut parts: Vec<Part> = Vec::new();
    for package in &workspace.packages {
        let group = groups.of_package(package.id);
        let number = *numbers.entry(group).or_insert(parts.len());
        if number == parts.len() {
            parts.push(Part::default());
        }
        parts[number].packages.push(package.id);
    }
    for file in &texts.rust_files {
        let owner = workspace.package_of(&texts.paths[file.index()]);
        let group = owner.map(|it| groups.of_package(it.id));
        // Beside all packages: a target may stand anywhere.
        let number = group.and_then(|it| numbers.get(&it)).copied().unwrap_or(0);
        parts[number].files.push(*file);
    }
    let mut packed: Vec<(usize, Part)> = Vec::new();
    for part in parts {
        let size: usize = part.files.iter().map(bytes).sum();
        match packed.last_mut() {
            Some((before, last)) if *before + size <= together => {
                *before += size;
                last.packages.extend(part.packages);
                last.files.extend(part.files);
            }
            _ => packed.push((size, part)),
        }
    }
    let sorted = packed.into_iter().map(|(_, mut part)| {
        part.packages.sort();
        part.files.sort();
        part
    });
    sorted.collect()
}

/// Which packages hang together: each leads to another of its group, or to itself.
struct Groups(Vec<usize>);

impl Groups {
    fn of(workspace: &Workspace) -> Groups {
        let mut groups = Groups((0..workspace.packages.len()).collect());
        let mut guessed = None;
        for package in &workspace.packages {
            let id = package.id.index();
            for dependency in package.dependencies.iter().filter_map(|it| it.local) {
                groups.join(id, dependency.index());
            }
            // A target that lies in the folder of another.
            let roots = package.targets.iter();
            for owner in roots.filter_map(|it| workspace.package_of(&it.root)) {
                groups.join(id, owner.id.index());
            }
            // Nobody knows what they depend on.
            if package.guessed {
                groups.join(id, *guessed.get_or_insert(id));
            }
        }
        groups
    }

    fn top(&self, mut index: usize) -> usize {
        while self.0[index] != index {
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.top(a), self.top(b));
        // The first stands for all.
        self.0[a.max(b)] = a.min(b);
    }

    fn of_package(&self, package: PackageId) -> usize {
        self.top(package.index())
    }

    fn are_one(&self) -> bool {
        (0..self.0.len()).all(|it| self.top(it) == 0)
    }
}
