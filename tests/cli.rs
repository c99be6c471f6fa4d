//! The program as a whole: arguments in; output, exit code and nothing else out.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Put together at run time, so that no file of this repository holds it.
fn canary() -> String {
    ["Rw3kQ9xVb6", "Tn2yHs8LcM", "5pJd"].concat()
}

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\naxum = \"0.8\"\n";

const ROUTES: &str = "use axum::{Router, routing::get};\n\nasync fn orders() -> &'static str { \"\" }\n\npub fn router() -> Router {\n    Router::new().route(\"/orders\", get(orders))\n}\n";

const FORMATS: [&str; 5] = ["human", "short", "json", "github", "sarif"];

struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A service with a signing key in it: one finding at deny.
    fn with_secret() -> Project {
        let main = format!(
            "mod routes;\n\nconst JWT_SECRET: &str = \"{}\";\n\n#[tokio::main]\nasync fn main() {{\n    let listener = tokio::net::TcpListener::bind(\"0.0.0.0:80\").await.unwrap();\n    axum::serve(listener, routes::router()).await.unwrap();\n}}\n",
            canary()
        );
        Project::new(&[
            ("Cargo.toml", MANIFEST),
            ("src/main.rs", &main),
            ("src/routes.rs", ROUTES),
        ])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-moat"));
        command.arg("moat").args(args).current_dir(self.path());
        for name in ["NO_COLOR", "TERM", "RAYON_NUM_THREADS"] {
            command.env_remove(name);
        }
        // So wide that no sentence is broken where it is looked for.
        command.env("COLUMNS", "300");
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[test]
fn exit_codes_are_the_same_in_every_format() {
    let bad = Project::with_secret();
    let good = Project::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", "pub fn f() {}\n")]);
    let broken = Project::with_secret();
    broken.write("moat.toml", "[lintz]\n");
    for format in FORMATS {
        for (project, args, code) in [
            (&bad, &[][..], 1),
            (&bad, &["--exit-zero"], 0),
            (&bad, &["-A", "hardcoded_secret", "-A", "authentication"], 0),
            (&good, &[], 0),
            (&broken, &[], 2),
            (&broken, &["--exit-zero"], 2),
            (&bad, &["no/such/folder"], 2),
        ] {
            let args = [&["check", "--format", format], args].concat();
            let run = project.run(&args);
            assert_eq!(run.code, Some(code), "{args:?}\n{}{}", run.out, run.err);
        }
    }
}

#[test]
fn a_secret_is_found_and_never_shown() {
    let project = Project::with_secret();
    project.write(
        "config/default.toml",
        &format!("jwt_secret = \"{}\"\n", canary()),
    );
    for format in FORMATS {
        for persona in ["regular", "auditor"] {
            let run = project.run(&["check", "--format", format, "--persona", persona, "-v"]);
            assert_eq!(run.code, Some(1), "{format}");
            assert!(
                run.out.contains("hardcoded-secret"),
                "{format}:\n{}",
                run.out
            );
            assert!(run.out.contains("src/main.rs"), "{format}:\n{}", run.out);
            assert!(
                run.out.contains("config/default.toml"),
                "{format}:\n{}",
                run.out
            );
            for output in [&run.out, &run.err] {
                assert!(!output.contains(&canary()), "{format}: the value is shown");
            }
        }
    }
    // What is allowed is masked nevertheless, in the excerpts of other findings too.
    project.write(
        "moat.toml",
        &format!("persona = \"nobody\"\n# secret = \"{}\"\n", canary()),
    );
    for format in FORMATS {
        let run = project.run(&["--format", format, "-A", "all"]);
        assert!(
            !run.out.contains(&canary()) && !run.err.contains(&canary()),
            "{format}"
        );
    }
}

#[test]
fn machine_formats_are_valid_json() {
    let project = Project::with_secret();
    for args in [
        &["check", "--format", "json"][..],
        &["check", "--message-format", "sarif"],
        &["routes", "--format", "json"],
    ] {
        let run = project.run(args);
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&run.out);
        assert!(parsed.is_ok(), "{args:?}: {:?}", parsed.err());
    }
}

#[test]
fn later_level_flags_win() {
    let project = Project::with_secret();
    for (args, code) in [
        (&["-D", "all", "-A", "all"][..], 0),
        (&["-A", "all", "-D", "all"], 1),
        (&["-A", "all", "-D", "hardcoded-secret"], 1),
        (&["-D", "hardcoded-secret", "-A", "secrets"], 0),
        (&["-W", "all", "--min-severity", "critical"], 0),
        (&["-W", "all"], 0),
        (&["-W", "all", "-D", "warnings"], 1),
        (&["-D", "warnings", "-W", "all"], 1),
    ] {
        let run = project.run(args);
        assert_eq!(run.code, Some(code), "{args:?}\n{}{}", run.out, run.err);
    }
}

#[test]
fn an_unknown_lint_is_an_error_with_a_suggestion() {
    let project = Project::with_secret();
    for (args, meant) in [
        (&["-A", "hardcoded-secre"][..], "hardcoded-secret"),
        (&["-D", "missing_authentcation"], "missing-authentication"),
        (&["explain", "hardcoded-secre"], "hardcoded-secret"),
        (&["rotes"], "routes"),
    ] {
        let run = project.run(args);
        assert_eq!(run.code, Some(2), "{args:?}");
        assert!(run.err.contains(meant), "{args:?}: {}", run.err);
        assert_eq!(run.out, "", "{args:?}");
    }
}

#[test]
fn a_mistake_in_the_settings_is_shown_at_its_place() {
    let project = Project::with_secret();
    project.write("moat.toml", "[lints]\nhardcoded-secre = \"allow\"\n");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2));
    for expected in [
        "moat.toml:2:1",
        "help: did you mean `hardcoded-secret`?",
        "nothing was analysed",
    ] {
        assert!(run.err.contains(expected), "{expected}: {}", run.err);
    }
    assert_eq!(run.out, "");
    assert_eq!(run.err.matches("error").count(), 1, "{}", run.err);

    project.write("moat.toml", "persona = \"auditor\"\n");
    project.write(
        "Cargo.toml",
        &format!("{MANIFEST}\n[package.metadata.moat]\npersona = \"regular\"\n"),
    );
    let run = project.run(&["--format", "short"]);
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains("moat.toml:1:1"), "{}", run.out);
}

#[test]
fn our_own_errors_say_what_where_and_what_to_do() {
    let project = Project::with_secret();
    project.write(".moat/lints/mine.md", "+++\nid = 1\n+++\n");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains(".moat/lints/mine.md:2:"), "{}", run.err);
    fs::remove_dir_all(project.path().join(".moat")).unwrap();
    for (args, expected) in [
        (
            &["no/such"][..],
            &["error: cannot find `no/such`", "help: check the path"][..],
        ),
        (
            &["-D", "hardcoded"],
            &["unknown lint `hardcoded`", "help: did you mean"],
        ),
        (&["-p", "shopp"], &["`shopp`", "help: did you mean `shop`?"]),
        (
            &["--config", "no.toml"],
            &["cannot read the settings", "help: check that it is a file"],
        ),
        (
            &["why", "GET"],
            &["`GET` names no endpoint", "help: name it by its method"],
        ),
    ] {
        let run = project.run(args);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{args:?}");
        for expected in expected {
            assert!(
                run.err.contains(expected),
                "{args:?}: {expected}: {}",
                run.err
            );
        }
        assert_eq!(run.err.matches("error:").count(), 1, "{}", run.err);
    }
    project.write("Cargo.toml", "[package]\nname = shop\n");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("Cargo.toml:2:8"), "{}", run.err);
    assert!(run.err.contains("help: correct it"), "{}", run.err);
}

#[test]
fn one_thread_and_many_write_the_same_bytes() {
    let project = Project::with_secret();
    for number in 0..20 {
        let text = format!("const API_KEY_{number}: &str = \"{}{number}\";\n", canary());
        project.write(&format!("src/m{number}.rs"), &text);
    }
    let modules: String = (0..20).map(|it| format!("mod m{it};\n")).collect();
    project.write("src/lib.rs", &modules);
    for args in [
        &["check", "--format", "json"][..],
        &["check", "--format", "sarif"],
        &["check", "--format", "short"],
        &["routes", "--format", "json"],
    ] {
        let with = |threads: &str| {
            let mut command = project.command(args);
            Run::of(command.env("RAYON_NUM_THREADS", threads).output().unwrap()).out
        };
        let (one, many) = (with("1"), with("7"));
        assert!(!one.is_empty() && one == many, "{args:?}");
        assert_eq!(one, with("7"), "{args:?}");
    }
}

#[test]
fn a_broken_file_hides_nothing_elsewhere() {
    let project = Project::with_secret();
    let before = project.run(&["--format", "short"]);
    let main = fs::read_to_string(project.path().join("src/main.rs")).unwrap();
    project.write(
        "src/main.rs",
        &format!("{main}mod broken;\nmod latin;\nmod missing;\n"),
    );
    project.write("src/broken.rs", "fn f( {\n");
    fs::write(project.path().join("src/latin.rs"), b"// \xe9\n").unwrap();
    for format in FORMATS {
        let run = project.run(&["--format", format, "--color", "never"]);
        assert_eq!(run.code, Some(1), "{format}");
        for expected in [
            "this `{` is never closed",
            "it is not UTF-8",
            "expected `src/missing.rs` or `src/missing/mod.rs`",
            "unreadable-source",
            "src/broken.rs",
            "src/latin.rs",
        ] {
            assert!(
                run.out.contains(expected),
                "{format}: {expected}: {}",
                run.out
            );
        }
    }
    let run = project.run(&["--format", "short"]);
    let elsewhere: String = run
        .out
        .split_inclusive('\n')
        .filter(|line| !line.contains("unreadable-source"))
        .collect();
    assert_eq!(elsewhere, before.out);
    let routes = project.run(&["routes"]);
    assert!(routes.err.contains("src/broken.rs:1:7"), "{}", routes.err);
}

#[test]
fn what_cannot_be_read_is_no_quiet_success() {
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "mod broken;\nmod body;\n"),
        ("src/broken.rs", "fn f( {\n"),
        // A body that is looked into.
        (
            "src/body.rs",
            "fn f() -> axum::Router { axum::Router::new().route(+ ) }\n",
        ),
    ]);
    for format in FORMATS {
        let run = project.run(&["--format", format]);
        assert_eq!(run.code, Some(0), "{format}: {}", run.out);
        let run = project.run(&["--format", format, "-D", "warnings"]);
        assert_eq!(run.code, Some(1), "{format}: {}", run.out);
    }
    let run = project.run(&["--format", "short", "--color", "never"]);
    assert_eq!(
        run.out.matches("unreadable-source").count(),
        2,
        "{}",
        run.out
    );
    // A comment may speak of it, and is needed then.
    let allow = "// moat: allow(unreadable-source, reason = \"made by a script\")";
    project.write(
        "src/lib.rs",
        &format!("pub fn f() {{}}\n{allow}\nmod made;\n"),
    );
    let run = project.run(&["-D", "warnings"]);
    assert_eq!(run.code, Some(0), "{}", run.out);
}

#[test]
fn folders_without_a_manifest_and_single_files_work() {
    let empty = Project::new(&[]);
    let run = empty.run(&[]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains("cannot find Rust code"), "{}", run.err);

    let text = format!("const JWT_SECRET: &str = \"{}\";\n", canary());
    let loose = Project::new(&[("a.rs", &text), ("b.rs", &text)]);
    let run = loose.run(&["a.rs", "--format", "short"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.out.starts_with("a.rs:1:"), "{}", run.out);
    assert!(!run.out.contains("b.rs"), "{}", run.out);
    let run = loose.run(&["--format", "short"]);
    assert!(
        run.out.contains("a.rs:1:") && run.out.contains("b.rs:1:"),
        "{}",
        run.out
    );
}

#[test]
fn a_file_on_its_own_does_not_read_its_neighbours() {
    let secret = format!("pub const JWT_SECRET: &str = \"{}\";\n", canary());
    let loose = Project::new(&[
        ("one.rs", "mod named;\nfn main() {}\n"),
        ("named.rs", &secret),
        ("neighbour.rs", "fn f( {\n"),
        ("deep/neighbour.rs", &secret),
        ("neighbour.toml", "a = 1\n"),
    ]);
    let run = loose.run(&["one.rs", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["summary"]["files"], 2, "{}", run.out);
    let run = loose.run(&["one.rs", "named.rs", "--format", "short"]);
    assert!(run.out.starts_with("named.rs:1:"), "{}{}", run.out, run.err);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
}

#[test]
fn what_is_named_is_reported_whatever_its_target() {
    let secret = format!("pub const JWT_SECRET: &str = \"{}\";\n", canary());
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/lib.rs",
            &format!("#[cfg(test)]\nmod tests {{ {secret} }}\n"),
        ),
        ("tests/it.rs", &secret),
        ("tests/all/main.rs", "mod part;\n"),
        ("tests/all/part.rs", &secret),
        ("benches/b.rs", &secret),
        ("examples/e.rs", &secret),
    ]);
    for (args, files) in [
        (&["."][..], &[][..]),
        (&["src"], &[]),
        (&["src/lib.rs"], &[]),
        (&["examples/e.rs"], &["examples/e.rs"]),
        (&["examples"], &["examples/e.rs"]),
        (&["tests/it.rs", "src"], &["tests/it.rs"]),
        (&["tests/all/part.rs"], &["tests/all/part.rs"]),
        (&["tests"], &["tests/all/part.rs", "tests/it.rs"]),
        (&["benches/b.rs"], &["benches/b.rs"]),
    ] {
        let run = project.run(&[&["--format", "short"], args].concat());
        let found: Vec<&str> = run
            .out
            .lines()
            .filter_map(|it| it.split(':').next())
            .collect();
        assert_eq!(found, files, "{args:?}: {}{}", run.out, run.err);
    }
}

#[test]
fn other_tools_get_paths_from_the_root_of_the_repository() {
    let text = format!("const JWT_SECRET: &str = \"{}\";\n", canary());
    let project = Project::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("the server/Cargo.toml", MANIFEST),
        ("the server/src/lib.rs", &text),
    ]);
    let run = |args: &[&str]| {
        let mut command = project.command(args);
        command.current_dir(project.path().join("the server"));
        Run::of(command.output().unwrap())
    };
    let github = run(&["--format", "github"]);
    assert!(
        github
            .out
            .starts_with("::error file=the server/src/lib.rs,line=1,"),
        "{}",
        github.out
    );
    let sarif: serde_json::Value = serde_json::from_str(&run(&["--format", "sarif"]).out).unwrap();
    let run_of = &sarif["runs"][0];
    let place = &run_of["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "the%20server/src/lib.rs");
    assert_eq!(place["uriBaseId"], "%SRCROOT%");
    let root = run_of["originalUriBaseIds"]["%SRCROOT%"]["uri"]
        .as_str()
        .unwrap();
    let canonical = project.path().canonicalize().unwrap();
    assert!(
        [project.path(), &canonical]
            .iter()
            .any(|it| root == format!("file://{}/", it.display())),
        "{root}"
    );
    for format in ["short", "human", "json"] {
        let run = run(&["--format", format]);
        assert!(
            run.out.contains("src/lib.rs") && !run.out.contains("the server"),
            "{format}: {}",
            run.out
        );
    }
    // A mistake in the settings too.
    project.write("the server/moat.toml", "a = 1\n");
    let github = run(&["--format", "github"]);
    assert!(
        github
            .out
            .starts_with("::error file=the server/moat.toml,line=1,"),
        "{}",
        github.out
    );
}

#[test]
fn what_is_not_ours_is_read_but_not_reported() {
    let secret = format!("pub const JWT_SECRET: &str = \"{}\";\n", canary());
    let generated = format!("// @generated\n{secret}");
    let tests = format!("#[cfg(test)]\nmod tests {{ {secret} }}\n");
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/lib.rs",
            "mod generated;\nmod ignored;\nmod tested;\n#[cfg(test)]\nmod testing;\n",
        ),
        ("src/generated.rs", &generated),
        ("src/ignored.rs", &secret),
        ("src/tested.rs", &tests),
        ("src/testing.rs", &secret),
        ("tests/it.rs", &secret),
        ("examples/e.rs", &secret),
        (".gitignore", "ignored.rs\n"),
    ]);
    for (args, files) in [
        (&[][..], &[][..]),
        (&["--tests"], &["src/testing.rs", "tests/it.rs"]),
        (&["--examples"], &["examples/e.rs"]),
    ] {
        let run = project.run(&[&["--format", "short"], args].concat());
        let mut found: Vec<&str> = run
            .out
            .lines()
            .filter_map(|it| it.split(':').next())
            .collect();
        found.dedup();
        assert_eq!(found, files, "{args:?}: {}{}", run.out, run.err);
    }
}

#[test]
fn exceptions_hold_until_their_day() {
    let project = Project::with_secret();
    project.write(
        "moat.toml",
        "[lints]\nhardcoded-secret = { level = \"allow\", reason = \"rotated\", until = \"2027-01-31\" }\n",
    );
    let before = project.run(&["--today", "2027-01-31"]);
    assert_eq!(before.code, Some(0), "{}", before.out);
    assert!(before.out.contains("1 by configuration"), "{}", before.out);
    let after = project.run(&["--today", "2027-02-01"]);
    assert_eq!(after.code, Some(1), "{}", after.out);
    assert!(after.out.contains("expired-exception"), "{}", after.out);
}

#[test]
fn one_endpoint_is_explained() {
    let project = Project::with_secret();
    for words in [
        &["why", "GET", "/orders"][..],
        &["why", "get /orders"],
        &["why", "/orders"],
    ] {
        let run = project.run(words);
        assert_eq!(run.code, Some(0), "{words:?}: {}", run.err);
        for expected in [
            "GET /orders",
            "src/routes.rs:6:",
            "authentication",
            "none",
            "tracing",
        ] {
            assert!(run.out.contains(expected), "{expected}: {}", run.out);
        }
    }
    // Why there is none: what was looked at.
    for expected in [
        "signature: it takes nothing",
        "layers: no layer is on the way",
        "body: it calls nothing",
    ] {
        let run = project.run(&["why", "/orders"]);
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
    let run = project.run(&["why", "POST", "/orders"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("`GET /orders`"), "{}", run.err);
    for path in ["/order", "/api/v1/orders", "rders"] {
        let run = project.run(&["why", "GET", path]);
        assert!(
            run.err.contains("did you mean `GET /orders`?"),
            "{path}: {}",
            run.err
        );
    }
    let run = project.run(&["why", "GET", "/something/else"]);
    assert!(run.err.contains("cargo moat routes"), "{}", run.err);
}

#[test]
fn lists_and_titles_fit_the_terminal() {
    let project = Project::with_secret();
    project.write("src/broken.rs", "fn f() { 1 + ; }\n");
    project.write("src/lib.rs", "mod broken;\nmod missing_and_never_there;\n");
    for args in [&["lints"][..], &["check", "-A", "hardcoded-secret"]] {
        let mut command = project.command(args);
        let run = Run::of(command.env("COLUMNS", "72").output().unwrap());
        let widest = run.out.lines().map(|it| it.chars().count()).max();
        assert!(widest <= Some(80), "{widest:?}\n{}", run.out);
    }
}

#[test]
fn a_page_shows_the_examples_of_the_frameworks_in_use() {
    let manifest = MANIFEST.replace("axum = \"0.8\"", "rocket = \"0.5\"");
    let rocket = Project::new(&[("Cargo.toml", &manifest), ("src/lib.rs", "")]);
    let nothing = Project::new(&[]);
    let explain = |project: &Project, args: &[&str]| {
        project
            .run(&[&["explain", "missing-authentication"], args].concat())
            .out
    };
    for (page, shown) in [
        (explain(&nothing, &[]), ["use axum::", "", ""]),
        (explain(&rocket, &[]), ["", "", "rocket::"]),
        (
            explain(&nothing, &["--all"]),
            ["use axum::", "use actix_web::", "rocket::"],
        ),
    ] {
        for (word, expected) in ["use axum::", "use actix_web::", "rocket::"]
            .iter()
            .zip(shown)
        {
            assert_eq!(page.contains(word), !expected.is_empty(), "{word}: {page}");
        }
        assert_eq!(page.contains("--all"), shown.contains(&""), "{page}");
    }
}

#[test]
fn settings_are_written_once() {
    let project = Project::with_secret();
    let run = project.run(&["init"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let written = fs::read_to_string(project.path().join("moat.toml")).unwrap();
    assert!(written.contains("axum"), "{written}");
    assert_eq!(project.run(&["--exit-zero"]).code, Some(0));
    // Every setting switched on is read, and names what there is.
    let on: String = written
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' '))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(on.contains("paths = [\"src/**\"]"), "{on}");
    assert!(on.contains("routes = [\"/orders/**\"]"), "{on}");
    assert!(!on.contains("[[model]]"), "{on}");
    fs::write(project.path().join("moat.toml"), &on).unwrap();
    let run = project.run(&["--exit-zero"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    fs::write(project.path().join("moat.toml"), "# mine\n").unwrap();
    assert_eq!(project.run(&["init"]).code, Some(2));
    let kept = fs::read_to_string(project.path().join("moat.toml")).unwrap();
    assert_eq!(kept, "# mine\n");
}

#[test]
fn lints_are_listed_and_explained() {
    let project = Project::new(&[]);
    let run = project.run(&["lints"]);
    assert_eq!(run.code, Some(0));
    for expected in ["authentication\n", "  hardcoded-secret ", "deny"] {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
    let run = project.run(&["explain", "hardcoded_secret", "--color", "never"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.out.contains("CWE-798") && !run.out.contains('\u{1b}'),
        "{}",
        run.out
    );
}

#[test]
fn a_reader_may_leave_early() {
    let project = Project::with_secret();
    let mut command = project.command(&["check", "--format", "json"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    let run = Run::of(output);
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
}

#[test]
fn local_models_are_used_and_mistakes_in_them_are_shown() {
    let source = "mod auth {\n    pub struct User;\n    impl<S> axum::extract::FromRequestParts<S> for User {\n        type Rejection = ();\n        async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, ()> { library::user(parts) }\n    }\n}\nasync fn handler(_: auth::User) {}\nfn main() {\n    let app = axum::Router::new().route(\"/a\", axum::routing::post(handler));\n    axum::serve(listener, app);\n}\n";
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\naxum = \"0.8\"\nlibrary = \"1\"\n";
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("Cargo.toml", manifest);
    write("src/main.rs", source);
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
            .args(arguments)
            .current_dir(folder.path())
            .env("COLUMNS", "300")
            .output()
            .expect("the program runs")
    };
    let authentication = || {
        let output = run(&["moat", "why", "POST", "/a"]);
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|line| line.contains("authentication "));
        line.expect("a verdict").trim().to_owned()
    };
    assert_ne!(authentication(), "authentication  required");
    let entry =
        "[[model]]\nkind = \"extractor\"\npath = \"crate::auth::User\"\nproves = \"identity\"\n";
    write("moat.toml", entry);
    assert_eq!(authentication(), "authentication  required");
    write("moat.toml", &entry.replace("proves", "prooves"));
    let output = run(&["moat", "routes"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("unknown key `prooves`"), "{said}");
    assert!(said.contains("did you mean `proves`?"), "{said}");
    assert!(said.contains("moat.toml:4:"), "{said}");
}

#[test]
fn associated_types_in_a_circle_end() {
    let source = "trait A { type Out; }\ntrait B { type Out; }\nstruct X;\nimpl A for X { type Out = <X as B>::Out; }\nimpl B for X { type Out = <X as A>::Out; }\ntype Of<T> = <T as A>::Out;\nfn give() -> Of<X> { todo!() }\nfn main() { let value: Of<X> = give(); value.call(); axum::Router::new().route(\"/\", axum::routing::get(give)); }\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("main.rs");
    std::fs::write(&path, source).expect("a file");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
        .args(["moat", "check", "--exit-zero"])
        .arg(&path)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// The package of a framework in the workspace is what its model says, for whoever uses it.
#[test]
fn the_examples_of_a_framework_itself_are_read() {
    let framework = "pub struct Router;\n\nimpl Router {\n    pub fn new() -> Router {\n        Router\n    }\n}\n";
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"axum\", \"todos\"]\n",
        ),
        (
            "axum/Cargo.toml",
            "[package]\nname = \"axum\"\nversion = \"0.9.0\"\nedition = \"2021\"\n",
        ),
        ("axum/src/lib.rs", framework),
        (
            "todos/Cargo.toml",
            "[package]\nname = \"todos\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\naxum = { path = \"../axum\" }\n",
        ),
        ("todos/src/lib.rs", ROUTES),
    ]);
    let run = project.run(&["routes"]);
    assert!(run.out.contains("/orders"), "{}", run.out);
}
