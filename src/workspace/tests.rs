//! Whole workspaces in memory: what is found, selected and switched on.

use std::path::Path;

use super::files::MemoryFiles;
use super::{Package, Workspace, WorkspaceError, WorkspaceRequest, discover};

type Tree<'a> = &'a [(&'a str, &'a str)];

/// Paths are below `/w`.
fn memory(tree: Tree<'_>) -> MemoryFiles {
    MemoryFiles::new(
        tree.iter()
            .map(|(path, text)| (format!("/w/{path}"), *text)),
    )
}

/// Parses `cd DIR`, named paths and the flags of the command line.
fn request(line: &str) -> WorkspaceRequest {
    let mut request = WorkspaceRequest {
        start: "/w".into(),
        ..WorkspaceRequest::default()
    };
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap().to_owned();
        match word {
            "cd" => request.start = Path::new("/w").join(value()),
            "--manifest-path" => request.manifest_path = Some(value().into()),
            "-p" => request.packages.push(value()),
            "--workspace" => request.workspace = true,
            "--exclude" => request.exclude.push(value()),
            "--features" => request.features.push(value()),
            "--all-features" => request.all_features = true,
            "--no-default-features" => request.no_default_features = true,
            "--target" => request.target = Some(value()),
            path => request.paths.push(path.into()),
        }
    }
    request
}

fn run(tree: Tree<'_>, line: &str) -> Result<Workspace, WorkspaceError> {
    discover(&request(line), &memory(tree))
}

/// Packages in one line: `name` if selected, `(name)` if not, `+` before non-members.
fn packages(workspace: &Workspace) -> String {
    let show = |package: &Package| {
        let member = if package.is_member { "" } else { "+" };
        if package.selected {
            format!("{member}{}", package.name)
        } else {
            format!("({member}{})", package.name)
        }
    };
    workspace
        .packages
        .iter()
        .map(show)
        .collect::<Vec<_>>()
        .join(" ")
}

const VIRTUAL: Tree<'_> = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = ['crates/*', 'tool']\nexclude = ['crates/left-out']",
    ),
    (
        "crates/api/Cargo.toml",
        "[package]\nname = 'api'\nversion = '1.2.0'\n[dependencies]\ndb.path = '../db'\nnested.path = '../db/nested'\noutside.path = '../../../outside'",
    ),
    ("crates/api/src/main.rs", "mod routes;"),
    ("crates/api/src/routes.rs", ""),
    ("crates/api/src/unused.rs", ""),
    ("crates/db/Cargo.toml", "[package]\nname = 'db'"),
    ("crates/db/src/lib.rs", ""),
    ("crates/db/nested/Cargo.toml", "[package]\nname = 'nested'"),
    ("crates/db/nested/src/lib.rs", ""),
    ("crates/left-out/Cargo.toml", "[package]\nname = 'left-out'"),
    ("crates/left-out/src/lib.rs", ""),
    (
        "tool/Cargo.toml",
        "[package]\nname = 'tool'\nworkspace = '..'",
    ),
    ("tool/src/main.rs", ""),
    ("examples/one/Cargo.toml", "[package]\nname = 'one'"),
    ("examples/one/src/main.rs", ""),
    ("examples/more/Cargo.toml", "[workspace]\nmembers = ['two']"),
    ("examples/more/two/Cargo.toml", "[package]\nname = 'two'"),
    ("examples/more/two/src/main.rs", ""),
    ("ui/loose.rs", "fn main() {}"),
    ("../outside/Cargo.toml", "[package]\nname = 'outside'"),
    ("../outside/src/lib.rs", ""),
];

#[test]
fn finds_and_selects_packages() {
    let rows = [
        ("", "(+outside) api db nested tool"),
        ("cd crates", "(+outside) api db nested tool"),
        ("cd crates/api/src", "(+outside) api (db) (nested) (tool)"),
        ("cd crates/api --workspace", "(+outside) api db nested tool"),
        ("cd crates/left-out", "left-out"),
        ("cd tool", "(+outside) (api) (db) (nested) tool"),
        (
            "--manifest-path tool/Cargo.toml",
            "(+outside) (api) (db) (nested) tool",
        ),
        (
            "--manifest-path tool",
            "(+outside) (api) (db) (nested) tool",
        ),
        ("-p api -p d*", "(+outside) api db (nested) (tool)"),
        ("-p api@1.2", "(+outside) api (db) (nested) (tool)"),
        ("-p outside", "+outside (api) (db) (nested) (tool)"),
        (
            "--exclude tool --exclude n*",
            "(+outside) api db (nested) (tool)",
        ),
        (".", "(+outside) api db nested tool"),
        ("crates/db", "(+outside) (api) db nested (tool)"),
        ("crates/db/Cargo.toml", "(+outside) (api) db nested (tool)"),
        (
            "crates/api/src/routes.rs tool",
            "(+outside) api (db) (nested) tool",
        ),
        ("-p api crates", "(+outside) api (db) (nested) (tool)"),
        // What the workspace leaves out is analysed when it is named.
        (
            "crates/api/src/unused.rs",
            "(+outside) (api) unused (db) (nested) (tool)",
        ),
        ("ui", "(+outside) (api) (db) (nested) (tool) loose"),
        ("ui/loose.rs", "(+outside) (api) (db) (nested) (tool) loose"),
        ("examples/one", "one"),
        ("examples/more", "two"),
        ("examples", "(+outside) (api) (db) (nested) two one (tool)"),
    ];
    for (line, expected) in rows {
        let workspace = run(VIRTUAL, line).unwrap();
        assert_eq!(packages(&workspace), expected, "`{line}`");
        assert!(!workspace.manifestless, "`{line}`");
    }
}

#[test]
fn default_members_choose_with_their_parts() {
    let tree: Tree<'_> = &[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['a', 'b', 'c']\ndefault-members = ['a']\n[package]\nname = 'top'",
        ),
        ("src/lib.rs", ""),
        (
            "a/Cargo.toml",
            "[package]\nname = 'a'\n[dependencies]\nb.path = '../b'\n[dev-dependencies]\nc.path = '../c'",
        ),
        ("b/Cargo.toml", "[package]\nname = 'b'"),
        ("c/Cargo.toml", "[package]\nname = 'c'"),
    ];
    for (line, expected) in [
        ("", "(top) a b (c)"),
        ("--workspace", "top a b c"),
        ("cd src", "(top) a b (c)"),
        ("cd c", "(top) (a) (b) c"),
    ] {
        assert_eq!(packages(&run(tree, line).unwrap()), expected, "`{line}`");
    }
}

#[test]
fn folders_without_manifest_count_with_all_below() {
    let tree: Tree<'_> = &[
        (
            "b/Cargo.toml",
            "[package]\nname = 'b'\nversion = '0.1.0'\n[dependencies]\nx = '1'",
        ),
        (
            "b/Cargo.lock",
            "[[package]]\nname = 'b'\nversion = '0.1.0'\ndependencies = ['x']\n[[package]]\nname = 'x'\nversion = '1.0.1'",
        ),
        ("b/src/main.rs", ""),
        ("b/fixture/Cargo.toml", "[package]\nname = 'fixture'"),
        ("a/ws/Cargo.toml", "[workspace]\nmembers = ['m']"),
        (
            "a/ws/m/Cargo.toml",
            "[package]\nname = 'm'\n[dependencies]\nx = '1'",
        ),
        (
            "a/ws/m/target/package/m/Cargo.toml",
            "[package]\nname = 'copy'",
        ),
        (
            "a/ws/Cargo.lock",
            "[[package]]\nname = 'm'\nversion = '0.0.0'\ndependencies = ['x']\n[[package]]\nname = 'x'\nversion = '1.0.2'",
        ),
        ("node_modules/n/Cargo.toml", "[package]\nname = 'n'"),
        ("broken/Cargo.toml", "[package"),
        ("broken/src/main.rs", ""),
        ("scripts/loose.rs", ""),
    ];
    let workspace = run(tree, "").unwrap();
    assert_eq!(packages(&workspace), "m b fixture broken");
    assert_eq!(workspace.root, Path::new("/w"));
    assert!(!workspace.manifestless);
    let versions: Vec<_> = workspace
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.resolved_version.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(versions, ["1.0.2", "1.0.1"], "each with its own lock file");
    assert_eq!(
        (workspace.lock.is_some(), workspace.other_locks.len()),
        (true, 1)
    );
    let places: Vec<_> = workspace
        .problems
        .iter()
        .map(|problem| workspace.display_path(&problem.path))
        .collect();
    assert_eq!(places, ["broken/Cargo.toml"]);
    assert!(workspace.problems[0].range.is_some());
    assert_eq!(packages(&run(tree, "a b").unwrap()), "m b");
}

#[test]
fn files_without_any_manifest_are_crates() {
    let tree: Tree<'_> = &[
        ("app/src/main.rs", "mod part;"),
        ("app/src/part.rs", ""),
        ("single.rs", "fn main() {}"),
        ("other.rs", ""),
    ];
    for (line, expected) in [
        ("", "other single app"),
        ("single.rs", "single"),
        ("app", "app"),
        ("app/src/part.rs", "part"),
        ("app single.rs", "single app"),
    ] {
        let workspace = run(tree, line).unwrap();
        assert_eq!(packages(&workspace), expected, "`{line}`");
        assert!(workspace.manifestless);
        assert!(
            workspace
                .packages
                .iter()
                .all(|package| package.guessed && package.manifest_path.is_none())
        );
    }
}

#[test]
fn broken_members_cost_nothing_but_themselves() {
    let tree: Tree<'_> = &[
        ("Cargo.toml", "[workspace]\nmembers = ['a', 'b', 'gone']"),
        (
            "a/Cargo.toml",
            "[package]\nname = 'a'\nedition = '2021'\n[dependencies]\nb.path = '../b'\nlost.path = '../lost'\nnone.workspace = true",
        ),
        ("a/src/main.rs", ""),
        ("b/Cargo.toml", "[package]\nname = 'b'\nversion = 'oops'"),
        ("b/src/lib.rs", ""),
        ("Cargo.lock", "[[package"),
    ];
    let workspace = run(tree, "").unwrap();
    assert_eq!(packages(&workspace), "a b");
    let shown: Vec<String> = workspace
        .problems
        .iter()
        .map(|problem| {
            format!(
                "{}: {}",
                workspace.display_path(&problem.path),
                problem.message
            )
        })
        .collect();
    let expected = [
        "Cargo.lock: cannot parse the lock file",
        "Cargo.toml: workspace member `gone` has no manifest",
        "a/Cargo.toml: dependency `lost` has no manifest at `../lost`",
        "a/Cargo.toml: dependency `none` is inherited, but the workspace does not define it",
        "b/Cargo.toml: cannot parse the manifest",
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.starts_with(expected), "{shown}");
    }
    let b = &workspace.packages[1];
    assert!(b.guessed && b.is_member);
    assert_eq!(b.targets.len(), 1, "its library is there");
    assert_eq!(workspace.packages[0].dependencies[0].local, Some(b.id));
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    let broken: Tree<'_> = &[("Cargo.toml", "[workspace\n")];
    let empty: Tree<'_> = &[("README.md", "")];
    let rows: [(Tree<'_>, &str, &str); 8] = [
        (VIRTUAL, "nowhere", "cannot find `nowhere`"),
        (
            VIRTUAL,
            "--manifest-path crates",
            "cannot find `/w/crates/Cargo.toml`",
        ),
        (VIRTUAL, "-p appi", "no such package; did you mean `api`?"),
        (
            VIRTUAL,
            "-p something",
            "no such package; the packages are listed",
        ),
        (
            FEATURES,
            "--features extr",
            "no selected package has it; did you mean `extra`?",
        ),
        (
            FEATURES,
            "--features zzzzzzz",
            "features are declared under [features]",
        ),
        (broken, "", "cannot parse the manifest `/w/Cargo.toml`"),
        (empty, "", "cannot find Rust code in `/w`"),
    ];
    for (tree, line, expected) in rows {
        let error = run(tree, line).unwrap_err();
        let error = format!("{error}; {}", error.help());
        assert!(error.contains(expected), "`{line}`: {error}");
    }
}

const FEATURES: Tree<'_> = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = ['app', 'lib', 'leaf']",
    ),
    (
        "app/Cargo.toml",
        "[package]\nname = 'app'\n[features]\ndefault = ['web']\nweb = ['lib/http']\nextra = ['dep:leaf', 'leaf?/deep']\nonly-weak = ['leaf?/deep']\n\
         [dependencies]\nlib = { path = '../lib', default-features = false, features = ['core'] }\n\
         leaf = { path = '../leaf', optional = true }\nserde = { version = '1', optional = true }\n\
         [target.'cfg(windows)'.dependencies]\nlib = { path = '../lib', features = ['win'] }\n\
         [dev-dependencies]\nlib = { path = '../lib', features = ['testing'] }",
    ),
    ("app/src/main.rs", ""),
    (
        "lib/Cargo.toml",
        "[package]\nname = 'lib'\n[features]\ndefault = ['std']\nstd = []\ncore = ['inner']\ninner = []\nhttp = []\nwin = []\ntesting = []",
    ),
    ("lib/src/lib.rs", ""),
    (
        "leaf/Cargo.toml",
        "[package]\nname = 'leaf'\n[features]\ndefault = ['basic']\nbasic = []\ndeep = []",
    ),
    ("leaf/src/lib.rs", ""),
];

#[test]
fn unifies_features_over_the_workspace() {
    // In the order app, leaf, lib. Nobody is known not to build for Windows unless a target says so.
    let rows = [
        (
            "--target x86_64-unknown-linux-gnu",
            ["default web", "", "core http inner"],
        ),
        ("", ["default web", "", "core default http inner std win"]),
        (
            "--features extra --target x86_64-unknown-linux-gnu",
            ["default extra web", "basic deep default", "core http inner"],
        ),
        (
            "--features only-weak --target x86_64-unknown-linux-gnu",
            ["default only-weak web", "", "core http inner"],
        ),
        (
            "--features only-weak,extra --target x86_64-unknown-linux-gnu",
            [
                "default extra only-weak web",
                "basic deep default",
                "core http inner",
            ],
        ),
        (
            "--no-default-features --target x86_64-unknown-linux-gnu",
            ["", "", "core inner"],
        ),
        (
            "-p app --no-default-features --features serde,leaf/deep --target x86_64-unknown-linux-gnu",
            ["serde", "basic deep default", "core inner"],
        ),
        (
            "--features lib/http --no-default-features --target x86_64-unknown-linux-gnu",
            ["", "", "core http inner"],
        ),
        (
            "-p lib --target x86_64-unknown-linux-gnu",
            ["default web", "", "core default http inner std"],
        ),
        (
            "-p leaf --all-features --target x86_64-unknown-linux-gnu",
            ["default web", "basic deep default", "core http inner"],
        ),
    ];
    for (line, expected) in rows {
        let workspace = run(FEATURES, line).unwrap();
        let features: Vec<String> = workspace
            .packages
            .iter()
            .map(|package| {
                package
                    .features
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(features, expected, "`{line}`");
    }
    let app = &run(FEATURES, "--features serde").unwrap().packages[0];
    let declared: Vec<_> = app.all_features.keys().map(String::as_str).collect();
    assert_eq!(
        declared,
        ["default", "extra", "only-weak", "serde", "web"],
        "`leaf` is named by `dep:`"
    );
    let active: Vec<_> = app
        .dependencies
        .iter()
        .filter(|dependency| dependency.active)
        .map(|dependency| dependency.key.as_str())
        .collect();
    assert_eq!(active, ["lib", "serde", "lib", "lib"]);
}

#[test]
fn resolves_dependencies() {
    let tree: Tree<'_> = &[
        (
            "Cargo.toml",
            "[package]\nname = 'app'\nversion = '0.1.0'\n[dependencies]\ntower-http = '0.6'\nold = { package = 'rand', version = '0.7' }\n\
             new = { package = 'rand', version = '0.8' }\npatched = '1'\ntoo-new = '2'\nunlocked = '1'\n\
             [patch.crates-io]\npatched.path = 'patched'\ntoo-new.path = 'too-new'",
        ),
        ("src/main.rs", ""),
        (
            "patched/Cargo.toml",
            "[package]\nname = 'patched'\nversion = '1.5.0'\n[dependencies]\ndeep.path = '../deep'",
        ),
        ("deep/Cargo.toml", "[package]\nname = 'deep'"),
        (
            "too-new/Cargo.toml",
            "[package]\nname = 'too-new'\nversion = '3.0.0'",
        ),
        (
            "Cargo.lock",
            "version = 4\n[[package]]\nname = 'app'\nversion = '0.1.0'\ndependencies = ['patched', 'rand 0.7.3', 'rand 0.8.5', 'tower-http']\n\
             [[package]]\nname = 'patched'\nversion = '1.5.0'\n[[package]]\nname = 'rand'\nversion = '0.7.3'\nsource = 'registry+x'\n\
             [[package]]\nname = 'rand'\nversion = '0.8.5'\nsource = 'registry+x'\n[[package]]\nname = 'tower-http'\nversion = '0.6.2'\nsource = 'registry+x'",
        ),
    ];
    let workspace = run(tree, "").unwrap();
    assert_eq!(packages(&workspace), "app (+deep) (+patched) (+too-new)");
    let rows: Vec<String> = workspace.packages[0]
        .dependencies
        .iter()
        .map(|dependency| {
            let version = dependency
                .resolved_version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let local = dependency
                .local
                .map(|id| workspace.package(id).name.as_str())
                .unwrap_or_default();
            format!(
                "{} {} {version} {local}",
                dependency.alias, dependency.package
            )
            .trim_end()
            .to_owned()
        })
        .collect();
    assert_eq!(
        rows,
        [
            "new rand 0.8.5",
            "old rand 0.7.3",
            "patched patched 1.5.0 patched",
            "too_new too-new",
            "tower_http tower-http 0.6.2",
            "unlocked unlocked"
        ]
    );
}

#[test]
fn paths_belong_to_the_innermost_package() {
    let workspace = run(VIRTUAL, "").unwrap();
    for (path, expected) in [
        ("/w/crates/db/nested/src/lib.rs", Some("nested")),
        ("/w/crates/db/src/lib.rs", Some("db")),
        ("/w/README.md", None),
    ] {
        assert_eq!(
            workspace
                .package_of(Path::new(path))
                .map(|package| package.name.as_str()),
            expected,
            "{path}"
        );
    }
}

#[test]
fn circles_end() {
    let tree: Tree<'_> = &[
        (
            "a/Cargo.toml",
            "[package]\nname = 'a'\n[dependencies]\nb.path = '../b'\na.path = '.'\n[features]\nx = ['y', 'b/z']\ny = ['x']\ndefault = ['x']",
        ),
        (
            "b/Cargo.toml",
            "[package]\nname = 'b'\nworkspace = '../a'\n[dev-dependencies]\na = { path = '../a', features = ['x'] }\n[features]\nz = ['z']",
        ),
        (
            "loop/Cargo.toml",
            "[workspace]\nmembers = ['.', '..', '../loop', '*']\n[package]\nname = 'loop'\nworkspace = '.'",
        ),
    ];
    let workspace = run(tree, "").unwrap();
    assert_eq!(packages(&workspace), "a b loop");
    let features: Vec<usize> = workspace
        .packages
        .iter()
        .map(|package| package.features.len())
        .collect();
    assert_eq!(features, [3, 1, 0]);
}
