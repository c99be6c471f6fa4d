//! Marked sources: every marked place is found, and nothing else is.
//!
//! Two kinds of sources run here: the files of `ui-tests/<lint>/` (a file is a crate of its own, a
//! folder with a `Cargo.toml` is one too) and the Bad and Good blocks of the lint pages.
//!
//! Marks, in any file of a case (`#~` where `#` opens a comment):
//!
//! - `//~ lint-id` at the end of the line on which the finding's primary span starts,
//! - `//~^ lint-id` on a later line: one caret for each line up,
//! - `//~| lint-id` at the end of a line that a finding about several endpoints points at as well,
//! - `//@ persona: auditor` anywhere in a case: run as that persona,
//! - `// near miss: trap` says what a silent place guards against; they are counted.
//!
//! The `ui_test` crate runs a program for each file and compares its whole output; here the
//! marks are compared in-process (a hundred crates in one run), and what the output looks
//! like is snapshotted once per lint elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use moat::diagnostics::Persona;
use moat::lints::{Example, ExampleKind, Lint, Registry};
use moat::scan::{Settings, check as check_workspace, models_for};
use moat::source::Span;
use moat::workspace::config::Config;
use moat::workspace::files::MemoryFiles;
use moat::workspace::{Workspace, WorkspaceError, WorkspaceRequest, discover};

/// A file of a case: its path within the case, and its text.
type SourceText = (String, String);

/// A finding or a mark: lint, file, 1-based line.
type Place = (String, String, u32);

/// Where findings stand, and what those about several endpoints point at beside that.
#[derive(Default)]
struct Places {
    primary: Vec<Place>,
    also: Vec<Place>,
}

/// The analyzer, as this harness needs it: the files of one crate in, the places of its findings out.
fn analyze(files: &[SourceText], persona: Persona) -> Places {
    let root = Path::new("/case");
    let tree = MemoryFiles::new(
        files
            .iter()
            .map(|(path, text)| (root.join(path), text.clone())),
    );
    let request = WorkspaceRequest {
        start: root.to_owned(),
        ..WorkspaceRequest::default()
    };
    let workspace = match discover(&request, &tree) {
        Ok(workspace) => workspace,
        // Pages show settings without any code too.
        Err(WorkspaceError::NothingFound { .. }) => {
            let code = [(root.join("main.rs"), String::from("fn main() {}\n"))];
            let files = files
                .iter()
                .map(|(path, text)| (root.join(path), text.clone()));
            let tree = MemoryFiles::new(files.chain(code));
            let workspace = discover(&request, &tree).expect("a workspace of one file");
            return places(&workspace, &tree, persona);
        }
        Err(error) => panic!("{error}"),
    };
    places(&workspace, &tree, persona)
}

fn places(workspace: &Workspace, tree: &MemoryFiles, persona: Persona) -> Places {
    let config = Config::default();
    let models = models_for(workspace, &config, "moat.toml").expect("no models of its own");
    let settings = Settings {
        persona,
        ..Settings::new(&config, models, "2026-01-01".parse().expect("a date"))
    };
    let outcome = check_workspace(workspace, tree, &settings);
    let shown = outcome
        .diagnostics
        .iter()
        .filter(|it| it.suppressed.is_none());
    let mut places = Places::default();
    for it in shown {
        let place = |span: Span| {
            let path = outcome.sources.path(span.file).to_owned();
            (
                it.lint.to_string(),
                path,
                outcome.sources.position(span).line,
            )
        };
        places.primary.push(place(it.primary.span));
        let also = it
            .secondary
            .iter()
            .filter(|label| names_an_endpoint(&label.text));
        let also: BTreeSet<Place> = also.map(|label| place(label.span)).collect();
        let primary = place(it.primary.span);
        places
            .also
            .extend(also.into_iter().filter(|it| *it != primary));
    }
    places
}

/// Whether a label is that of an endpoint in a list: `` `POST /notes` ``.
fn names_an_endpoint(label: &str) -> bool {
    let inner = label.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
    inner.is_some_and(|it| {
        it.split_once(" /").is_some_and(|(method, _)| {
            !method.is_empty() && method.chars().all(|c| c.is_ascii_uppercase())
        })
    })
}

/// How many near misses a lint owes to each framework that it claims (or altogether, if it claims none).
const NEAR_MISSES: usize = 10;

/// One crate with marks.
struct Case {
    lint: String,
    name: String,
    files: Vec<SourceText>,
}

impl Case {
    fn persona(&self) -> Persona {
        let lines = self.files.iter().flat_map(|(_, text)| text.lines());
        let word = lines
            .filter_map(|line| line.trim().strip_prefix("//@ persona:"))
            .next();
        word.map_or(Persona::Regular, |word| {
            word.trim().parse().expect("a persona")
        })
    }

    fn marks(&self) -> Places {
        let mut marks = Places::default();
        for (path, text) in &self.files {
            for (index, line) in text.lines().enumerate() {
                for mark in line.replace("#~", "//~").split("//~").skip(1) {
                    let carets = mark.chars().take_while(|it| *it == '^').count();
                    let is_id = |it: char| it.is_ascii_alphanumeric() || it == '-';
                    let lint: String = mark[carets..]
                        .trim_start_matches('|')
                        .trim_start()
                        .chars()
                        .take_while(|it| is_id(*it))
                        .collect();
                    let also = mark.starts_with('|');
                    let line = (index + 1).checked_sub(carets).filter(|it| *it > 0);
                    let line = line
                        .unwrap_or_else(|| panic!("{}: {path}: a mark above the file", self.name));
                    let list = if also {
                        &mut marks.also
                    } else {
                        &mut marks.primary
                    };
                    list.push((lint, path.clone(), line as u32));
                }
            }
        }
        marks.primary.sort();
        marks.also.sort();
        marks
    }

    fn near_misses(&self) -> usize {
        let lines = self.files.iter().flat_map(|(_, text)| text.lines());
        lines
            .filter(|line| {
                line.split("near miss: ")
                    .nth(1)
                    .is_some_and(|trap| trap.trim().len() > 4)
            })
            .count()
    }

    /// The differences between marks and findings of the case's lint, in words.
    fn differences(&self, found: &Places) -> Vec<String> {
        let marks = self.marks();
        let mut differences = Vec::new();
        for (marked, found, silent, unmarked) in [
            (
                &marks.primary,
                &found.primary,
                "marked, and silent",
                "found, and not marked",
            ),
            (
                &marks.also,
                &found.also,
                "marked as listed, and not",
                "listed, and not marked",
            ),
        ] {
            let mut rest: Vec<_> = found
                .iter()
                .filter(|(lint, ..)| *lint == self.lint)
                .collect();
            rest.sort();
            for mark in marked {
                if let Some(at) = rest.iter().position(|it| *it == mark) {
                    rest.remove(at);
                } else {
                    differences.push(format!("{}: {}:{}: {silent}", self.name, mark.1, mark.2));
                }
            }
            let rest = rest
                .iter()
                .map(|it| format!("{}: {}:{}: {unmarked}", self.name, it.1, it.2));
            differences.extend(rest);
        }
        differences
    }
}

/// The cases of `ui-tests/<lint>/`.
fn marked_sources(lint: &str) -> Vec<Case> {
    let case = |path: PathBuf| {
        let mut files = Vec::new();
        let base = if path.is_dir() {
            &path
        } else {
            path.parent().expect("a file in a folder")
        };
        collect(base, &path, &mut files);
        Case {
            lint: lint.to_owned(),
            name: format!("ui-tests/{lint}/{}", name(&path)),
            files,
        }
    };
    entries(&root().join("ui-tests").join(lint))
        .into_iter()
        .map(case)
        .collect()
}

fn collect(base: &Path, path: &Path, files: &mut Vec<SourceText>) {
    if path.is_dir() {
        entries(path).iter().for_each(|it| collect(base, it, files));
        return;
    }
    let relative = path
        .strip_prefix(base)
        .expect("a file of the folder")
        .components();
    let relative: Vec<_> = relative
        .map(|it| it.as_os_str().to_string_lossy())
        .collect();
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    files.push((relative.join("/"), text));
}

/// The Bad and Good blocks of a page, each a crate (or another file) of its own.
///
/// A lint about settings and comments shows files that belong together; the engine's own tests
/// run those, and only what is Rust alone runs here.
fn examples(lint: &Lint) -> Vec<Case> {
    let all = lint.examples();
    let together = |kind| {
        all.iter()
            .any(|it| it.kind == kind && it.language != "rust")
    };
    let own = all
        .iter()
        .filter(|it| lint.check.kind != "engine" || !together(it.kind));
    own.map(|it| example(lint, it)).collect()
}

fn example(lint: &Lint, example: &Example) -> Case {
    let file = match (example.attribute("file"), example.language.as_str()) {
        (Some(file), _) => file.to_owned(),
        (None, "rust") => "main.rs".to_owned(),
        (None, language) => panic!(
            "{}:{}: a block of {language} needs `file=`",
            lint.path, example.line
        ),
    };
    let name = format!("{}:{} ({:?})", lint.path, example.line, example.kind);
    let case = Case {
        lint: lint.id.to_string(),
        name,
        files: vec![(file, example.text.clone())],
    };
    let marked = case.marks().primary.iter().any(|it| it.0 == case.lint);
    assert_eq!(
        example.kind == ExampleKind::Bad,
        marked,
        "{}: Bad has a mark, Good has none",
        case.name
    );
    case
}

fn check(what: &str, cases: &[Case]) {
    let mut differences: Vec<_> = cases
        .iter()
        .flat_map(|case| case.differences(&analyze(&case.files, case.persona())))
        .collect();
    differences.sort();
    compare_with_known(what, &differences);
}

/// Known misses and known false findings are asserted as such: a difference that is not in the
/// list fails, and so does one that is gone. `MOAT_BLESS=1` rewrites the list for review.
fn compare_with_known(what: &str, differences: &[String]) {
    let path = root().join("ui-tests").join(format!("known-{what}.txt"));
    if std::env::var_os("MOAT_BLESS").is_some() {
        fs::write(&path, differences.join("\n") + "\n").expect("a writable list");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let known: Vec<_> = known.lines().filter(|it| !it.is_empty()).collect();
    let new: Vec<_> = differences
        .iter()
        .filter(|it| !known.contains(&it.as_str()))
        .collect();
    let gone: Vec<_> = known
        .iter()
        .filter(|it| !differences.iter().any(|one| one == *it))
        .collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "{}: {} new differences:\n{new:#?}\n{} known differences are gone (take them off the list):\n{gone:#?}",
        path.display(),
        new.len(),
        gone.len(),
    );
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is in a folder, sorted; nothing, if there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries
        .map(|it| it.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a named file")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn marked_sources_are_found_where_marked() {
    let cases: Vec<_> = Registry::builtin()
        .lints()
        .iter()
        .flat_map(|it| marked_sources(it.id.as_str()))
        .collect();
    assert!(!cases.is_empty());
    check("sources", &cases);
}

#[test]
fn pages_show_what_they_say() {
    let cases: Vec<_> = Registry::builtin()
        .lints()
        .iter()
        .flat_map(examples)
        .collect();
    assert!(!cases.is_empty());
    check("pages", &cases);
}

#[test]
fn pages_show_every_framework_that_they_claim() {
    for lint in Registry::builtin().lints() {
        for framework in &lint.frameworks {
            for kind in [ExampleKind::Bad, ExampleKind::Good] {
                let shown = lint.examples().into_iter().any(|it| {
                    it.kind == kind
                        && it.language == "rust"
                        && it.attributes.iter().any(|it| *framework == it.as_str())
                });
                assert!(shown, "{}: no {kind:?} block for {framework}", lint.path);
            }
        }
    }
}

#[test]
fn every_mark_names_the_lint_of_its_folder() {
    for lint in Registry::builtin().lints() {
        for case in marked_sources(lint.id.as_str()) {
            let marks = case.marks();
            for (id, file, line) in marks.primary.into_iter().chain(marks.also) {
                assert_eq!(
                    id, case.lint,
                    "{}: {file}:{line}: other lints are not looked at here",
                    case.name
                );
            }
        }
    }
}

#[test]
fn every_lint_has_findings_and_near_misses() {
    let mut missing = Vec::new();
    for lint in Registry::builtin().lints() {
        if lint.check.kind == "engine" {
            continue;
        }
        // Marks and near misses by framework; a lint that is not about routes counts them together.
        let mut counts: BTreeMap<_, _> = lint
            .frameworks
            .iter()
            .map(|it| (it.as_str(), (0, 0)))
            .collect();
        if counts.is_empty() {
            counts.insert("", (0, 0));
        }
        for case in marked_sources(lint.id.as_str()) {
            let file = case.name.rsplit('/').next().unwrap_or_default();
            let Some((_, count)) = counts
                .iter_mut()
                .find(|(framework, _)| file.starts_with(**framework))
            else {
                missing.push(format!(
                    "{}: its name starts with no framework that the lint claims",
                    case.name
                ));
                continue;
            };
            count.0 += case.marks().primary.len();
            count.1 += case.near_misses();
        }
        for (framework, (marks, near_misses)) in counts {
            if marks == 0 || near_misses < NEAR_MISSES {
                missing.push(format!(
                    "{} {framework}: {marks} marks, {near_misses} of {NEAR_MISSES} near misses",
                    lint.id
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn folders_belong_to_lints() {
    for path in entries(&root().join("ui-tests"))
        .into_iter()
        .filter(|it| it.is_dir())
    {
        let folder = name(&path);
        let known = matches!(folder.as_str(), "target" | "proto")
            || Registry::builtin()
                .lint(&folder)
                .is_some_and(|it| it.id == folder.as_str());
        assert!(known, "ui-tests/{folder} is no lint");
    }
}

#[test]
fn the_harness_notices_both_kinds_of_difference() {
    let text = "a //~ x\nb\n//~^ x\nc #~ x\nd //~ x\n//@ persona: auditor\ne //~| x\nf //~| x\n";
    let case = Case {
        lint: "x".into(),
        name: "case".into(),
        files: vec![("f.rs".into(), text.into())],
    };
    let place = |line| ("x".to_owned(), "f.rs".to_owned(), line);
    let marks = case.marks();
    assert_eq!(marks.primary, [place(1), place(2), place(4), place(5)]);
    assert_eq!(marks.also, [place(7), place(8)]);
    assert_eq!(case.persona(), Persona::Auditor);
    assert_eq!(case.differences(&marks), [""; 0]);
    let other = ("y".to_owned(), "f.rs".to_owned(), 3);
    let found = Places {
        primary: vec![
            place(1),
            place(1),
            place(2),
            place(3),
            place(5),
            other.clone(),
        ],
        also: vec![place(3), place(8), other],
    };
    assert_eq!(
        case.differences(&found),
        [
            "case: f.rs:4: marked, and silent",
            "case: f.rs:1: found, and not marked",
            "case: f.rs:3: found, and not marked",
            "case: f.rs:7: marked as listed, and not",
            "case: f.rs:3: listed, and not marked",
        ]
    );
    assert!(names_an_endpoint("`POST /notes/{id}`"));
    assert!(!names_an_endpoint("`Session` does not authenticate"));
}
