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
        for name in ["NO_COLOR", "COLUMNS", "TERM", "RAYON_NUM_THREADS"] {
            command.env_remove(name);
        }
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
    assert!(run.out.contains("moat.toml:2:1"), "{}", run.out);
    assert!(
        run.out.contains("did you mean `hardcoded-secret`?"),
        "{}",
        run.out
    );
    assert!(run.err.contains("nothing was analysed"), "{}", run.err);

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
    let run = project.run(&["--format", "short"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.out, before.out);
    for expected in ["src/broken.rs:1:", "src/latin.rs: ", "missing"] {
        assert!(run.err.contains(expected), "{expected}: {}", run.err);
    }
    let human = project.run(&[]);
    assert!(
        human.out.contains("warning: src/broken.rs:1:"),
        "{}",
        human.out
    );
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
    let run = project.run(&["why", "POST", "/orders"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("`GET /orders`"), "{}", run.err);
    let run = project.run(&["why", "GET", "/order"]);
    assert!(
        run.err.contains("did you mean `GET /orders`?"),
        "{}",
        run.err
    );
}

#[test]
fn settings_are_written_once() {
    let project = Project::with_secret();
    let run = project.run(&["init"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let written = fs::read_to_string(project.path().join("moat.toml")).unwrap();
    assert!(written.contains("axum"), "{written}");
    assert_eq!(project.run(&["--exit-zero"]).code, Some(0));
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
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.contains("unknown field `prooves`"), "{said}");
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
