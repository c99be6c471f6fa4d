//! Small workspaces in memory, read as a whole.

use super::*;
use crate::program::Def;
use crate::workspace::files::MemoryFiles;
use crate::workspace::{WorkspaceRequest, discover};

const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

fn loaded(files: &[(&str, &str)], scope: Scope) -> Loaded {
    let manifest = [("/w/Cargo.toml", MANIFEST)];
    let files = MemoryFiles::new(manifest.iter().chain(files).copied());
    let request = WorkspaceRequest {
        start: "/w".into(),
        ..WorkspaceRequest::default()
    };
    let workspace = discover(&request, &files).expect("a workspace");
    load(&workspace, &files, scope)
}

/// What a path in the first crate's root names.
fn named(loaded: &Loaded, path: &[&str]) -> Vec<Def> {
    let names: Vec<Name> = path.iter().map(|it| Name::new(it)).collect();
    let root = loaded.program.crates[0].root;
    let all = loaded.program.resolve_names(root, &names, false);
    let whole = all.into_iter().filter(|it| it.used == path.len());
    whole.map(|it| it.def).collect()
}

/// `admin` is looked up for its own glob: that must not be the last word on the glob.
#[test]
fn a_module_that_a_glob_starts_from_does_not_hide_what_the_glob_brings_in() {
    let text = "mod routes { mod admin { pub fn dashboard() {} } pub use admin::*; }";
    let loaded = loaded(&[("/w/src/main.rs", text)], Scope::default());
    assert!(matches!(
        named(&loaded, &["routes", "admin"])[..],
        [Def::Module(_)]
    ));
    assert!(matches!(
        named(&loaded, &["routes", "dashboard"])[..],
        [Def::Fn(_)]
    ));
}

/// The same with one name for both, whatever is asked first.
#[test]
fn a_function_may_have_the_name_of_the_module_that_it_comes_from() {
    let text = "mod routes { mod home { pub fn home() {} pub fn other() {} } pub use home::*; }";
    for first in ["home", "other"] {
        let loaded = loaded(&[("/w/src/main.rs", text)], Scope::default());
        named(&loaded, &["routes", first]);
        let home = named(&loaded, &["routes", "home"]);
        assert!(
            matches!(home[..], [Def::Module(_), Def::Fn(_)]),
            "{first} {home:?}"
        );
    }
}

#[test]
fn files_of_tests_are_read_when_they_are_asked_for_or_reached() {
    let files = [
        (
            "/w/src/main.rs",
            "#[path = \"../tests/shared.rs\"] mod shared;",
        ),
        ("/w/tests/shared.rs", "pub fn shared() { a(); }"),
        ("/w/tests/all.rs", "mod part; #[test] fn all() {}"),
        ("/w/tests/part.rs", "pub fn part() {}"),
    ];
    let fns = |scope| {
        let loaded = loaded(&files, scope);
        let mut names: Vec<_> = loaded
            .program
            .fns
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(loaded.rust_files.len(), 4);
        names.join(" ")
    };
    assert_eq!(fns(Scope::default()), "shared");
    let tests = Scope {
        tests: true,
        examples: false,
    };
    assert_eq!(fns(tests), "all part shared");
}
