//! Findings stand although code is written otherwise: names, order, modules and helpers do not matter.
//!
//! The marked sources of every lint that follows data are rewritten in ways that change nothing about what
//! they do, and analysed again. Whatever is found otherwise then stands in `tests/metamorphic-known.txt`, with
//! the rewriting, the source, the finding and how many more there are: each is a limit of the engine.

mod rewriting;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use moat::diagnostics::{FlagTarget, Level, LevelFlag, Persona};
use moat::lints::Registry;
use moat::scan::{Settings, check, models_for};
use moat::workspace::config::{Config, LintSelector};
use moat::workspace::files::MemoryFiles;
use moat::workspace::{WorkspaceRequest, discover};
use rayon::prelude::*;

/// Findings by lint and title, and how many of each there are.
type Found = BTreeMap<String, usize>;

#[test]
fn rewriting_changes_no_finding() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources(root);
    assert!(sources.len() >= 60, "only {} sources", sources.len());
    let mut different = Vec::new();
    for (name, rewrite) in rewriting::ALL {
        let results: Vec<Option<Vec<String>>> = sources
            .par_iter()
            .map(|(lint, path)| {
                let text = fs::read_to_string(path).expect("a source");
                let files = rewrite(&text)?;
                for (file, text) in &files {
                    let parsed = syn::parse_file(text);
                    assert!(parsed.is_ok(), "{name} breaks {}: {file}", path.display());
                }
                let before = found(lint, &[("src/main.rs", &text)]);
                let files: Vec<(&str, &str)> =
                    files.iter().map(|it| (it.0, it.1.as_str())).collect();
                let after = found(lint, &files);
                let shown = path.strip_prefix(root.join("ui-tests")).expect("below it");
                Some(differences(
                    &format!("{name}: {}", shown.display()),
                    &before,
                    &after,
                ))
            })
            .collect();
        let rewritten = results.iter().flatten().count();
        assert!(
            rewritten >= 10,
            "`{name}` rewrites only {rewritten} sources"
        );
        different.extend(results.into_iter().flatten().flatten());
    }
    different.sort();
    let known = root.join("tests/metamorphic-known.txt");
    let text = different
        .iter()
        .map(|it| format!("{it}\n"))
        .collect::<String>();
    if std::env::var_os("MOAT_BLESS").is_some() {
        fs::write(&known, &text).expect("to write what is known");
    }
    let known = fs::read_to_string(&known).unwrap_or_default();
    assert!(
        known == text,
        "other differences than those that are known; `MOAT_BLESS=1` writes them:\n{text}"
    );
}

/// The marked sources that are one file, of lints that follow data.
fn sources(root: &Path) -> Vec<(String, PathBuf)> {
    let lints = Registry::builtin().lints().iter();
    let lints = lints.filter(|it| it.check.kind == "tainted-sink");
    let mut found = Vec::new();
    for lint in lints {
        let folder = root.join("ui-tests").join(lint.id.as_str());
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|it| it == "rs") {
                found.push((lint.id.to_string(), entry.path()));
            }
        }
    }
    found.sort();
    found
}

/// What one lint finds in a crate.
fn found(lint: &str, files: &[(&str, &str)]) -> Found {
    let root = Path::new("/case");
    let tree = MemoryFiles::new(
        files
            .iter()
            .map(|(path, text)| (root.join(path), (*text).to_owned())),
    );
    let request = WorkspaceRequest {
        start: root.to_owned(),
        ..WorkspaceRequest::default()
    };
    let workspace = discover(&request, &tree).expect("a workspace");
    let config = Config::default();
    let flag = |target, level| LevelFlag { target, level };
    let models = models_for(&workspace, &config, "moat.toml").expect("no models of its own");
    let settings = Settings {
        flags: vec![
            flag(FlagTarget::Lints(LintSelector::All), Level::Allow),
            flag(
                FlagTarget::Lints(LintSelector::Lint(lint.into())),
                Level::Warn,
            ),
        ],
        persona: Persona::Auditor,
        ..Settings::new(&config, models, "2026-01-01".parse().expect("a date"))
    };
    let outcome = check(&workspace, &tree, &settings);
    let mut found = Found::new();
    for it in outcome
        .diagnostics
        .iter()
        .filter(|it| it.suppressed.is_none())
    {
        *found
            .entry(format!("{}: {}", it.lint, it.title))
            .or_default() += 1;
    }
    found
}

fn differences(what: &str, before: &Found, after: &Found) -> Vec<String> {
    let mut all: Vec<&String> = before.keys().chain(after.keys()).collect();
    all.sort();
    all.dedup();
    let count = |of: &Found, title: &String| {
        i64::try_from(of.get(title).copied().unwrap_or(0)).unwrap_or(0)
    };
    let changes = all
        .into_iter()
        .map(|it| (it, count(after, it) - count(before, it)));
    changes
        .filter(|(_, change)| *change != 0)
        .map(|(title, change)| format!("{what}: {title}: {change:+}"))
        .collect()
}
