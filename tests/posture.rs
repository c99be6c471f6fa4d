//! Policies and `moat.lock`, from the command line.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\naxum = \"0.8\"\ntower-http = \"0.6\"\n";

/// A service with an endpoint that anybody may read, and some for its staff.
const MAIN: &str = r#"use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::{request::Parts, StatusCode};
use axum::routing::{get, post};
use axum::Router;

struct User {
    is_admin: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let token = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        let token = token.to_str().map_err(|_| StatusCode::UNAUTHORIZED)?;
        let key = jsonwebtoken::DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes());
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &jsonwebtoken::Validation::default())
            .map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(User { is_admin: claims.claims.is_admin })
    }
}

#[derive(serde::Deserialize)]
struct Claims {
    is_admin: bool,
}

async fn status() -> &'static str {
    "ok"
}

async fn orders(_: User) -> &'static str {
    "none"
}

async fn delete_order(user: User) -> Result<&'static str, StatusCode> {
    if !user.is_admin {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok("gone")
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/status", get(status))
        .route("/admin/orders", get(orders))
        .route("/admin/orders/delete", post(delete_order))
        .layer(DefaultBodyLimit::max(64 * 1024));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
"#;

struct Project(TempDir);

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        project.write(
            "Cargo.toml",
            &format!(
                "{MANIFEST}library = \"1\"\njsonwebtoken = \"9\"\nserde = \"1\"\ntokio = \"1\"\n"
            ),
        );
        project.write("src/main.rs", MAIN);
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The main file with some of its text replaced.
    fn edit(&self, from: &str, to: &str) {
        let path = self.path().join("src/main.rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path().join("moat.lock")).unwrap()
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, "2")
    }

    fn run_with(&self, args: &[&str], threads: &str) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
            .arg("moat")
            .args(args)
            .current_dir(self.path())
            .env("COLUMNS", "300")
            .env("NO_COLOR", "1")
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What is said of policies and the lock, one line each.
    fn said(&self) -> (Option<i32>, Vec<String>) {
        let run = self.run(&["check", "--format", "short", "-A", "all"]);
        let lines = run.out.lines().chain(run.err.lines());
        (run.code, lines.map(str::to_owned).collect())
    }
}

#[track_caller]
fn contains(lines: &[String], expected: &[&str]) {
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{expected}: {lines:#?}");
    }
}

const POLICY: &str = "[[policy]]\nname = \"admin\"\nroutes = \"/admin/**\"\nowner = \"team-a\"\nremedy = \"take `Admin`\"\n";

#[test]
fn a_policy_says_what_each_endpoint_lacks() {
    for (require, expected) in [
        (
            "authentication = 'required', body_limit = '<= 64KiB'",
            &[][..],
        ),
        (
            "authorization = 'role:admin'",
            &[
                "`GET /admin/orders` violates the policy `admin`: authorization is none, must be `role:admin`",
            ],
        ),
        (
            "authorization = 'role:owner'",
            &[
                "`GET /admin/orders` violates the policy `admin`: authorization is none, must be `role:owner`",
                "`POST /admin/orders/delete` violates the policy `admin`: authorization is `user.is_admin`, must be `role:owner`",
            ],
        ),
        (
            "rate_limit = true",
            &["2 endpoints violate the policy `admin`: rate_limit is none, must be required"],
        ),
        (
            "body_limit = '<= 64kB'",
            &[
                "2 endpoints violate the policy `admin`: body_limit is 65536 bytes, must be at most 64000 bytes",
            ],
        ),
        (
            "cors = 'same-origin', timeout = true",
            &["2 endpoints violate the policy `admin`: timeout is none, must be required"],
        ),
    ] {
        let project =
            Project::new(&[("moat.toml", &format!("{POLICY}require = {{ {require} }}\n"))]);
        let (code, lines) = project.said();
        contains(&lines, expected);
        assert_eq!(code, Some(i32::from(!expected.is_empty())), "{require}");
    }
    let project = Project::new(&[("moat.toml", &format!("{POLICY}require.csrf = true\n"))]);
    let run = project.run(&["check", "--format", "human"]);
    for expected in [
        "src/main.rs:47:10",
        "`GET /admin/orders`",
        "--- required here",
        "owner: team-a",
        "help: take `Admin`",
    ] {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
}

#[test]
fn a_protection_that_may_not_hold_does_not_meet_a_policy() {
    let policy = format!("{POLICY}require.authentication = 'required'\n");
    let project = Project::new(&[("moat.toml", &policy)]);
    project.edit(
        "async fn orders(_: User)",
        "async fn orders(_: Option<User>)",
    );
    let run = project.run(&["check", "-A", "all"]);
    assert!(
        run.out
            .contains("authentication is optional, must be required"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("who fails it is let through"),
        "{}",
        run.out
    );
    // Nobody can say what a middleware of another crate lets through.
    project.edit("(_: Option<User>)", "()");
    project.edit(
        ".layer(",
        ".layer(axum::middleware::from_fn(library::authenticate))\n        .layer(",
    );
    let run = project.run(&["check", "-A", "all"]);
    assert!(
        run.out
            .contains("authentication is unknown, must be required"),
        "{}",
        run.out
    );
    assert!(run.out.contains("it could not be decided"), "{}", run.out);
    // A size that cannot be read is no size that is small enough.
    project.write(
        "moat.toml",
        &format!("{POLICY}require.body_limit = '<= 1MB'\n"),
    );
    project.edit("64 * 1024", "limit()");
    let run = project.run(&["check", "-A", "all"]);
    assert!(
        run.out
            .contains("body_limit is of unknown size, must be at most 1000000 bytes"),
        "{}",
        run.out
    );
}

#[test]
fn nothing_waives_a_policy() {
    let policy = format!("{POLICY}require.rate_limit = true\n");
    let more = "[[public-routes]]\nroutes = ['/**']\nreason = 'x'\n[ignore]\npaths = ['src']\n";
    let project = Project::new(&[(
        "moat.toml",
        &format!("min-severity = 'critical'\n{policy}{more}"),
    )]);
    project.edit(
        "async fn orders",
        "// moat: allow(violated-policy, reason = \"x\")\nasync fn orders",
    );
    project.edit("use axum", "// @generated\nuse axum");
    for args in [
        &["-A", "violated-policy"][..],
        &["-W", "violated-policy"],
        &["-A", "all"],
        &["-W", "all"],
        &["--min-severity", "critical"],
        &["src/main.rs"],
        &["-p", "shop"],
    ] {
        let run = project.run(&[&["check", "--format", "short"], args].concat());
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.out);
        assert!(
            run.out.contains("error[violated-policy]: 2 endpoints"),
            "{args:?}: {}",
            run.out
        );
    }
    assert_eq!(project.run(&["check", "--exit-zero"]).code, Some(0));
    project.write(
        "moat.toml",
        &format!("{policy}[lints]\nviolated-policy = 'warn'\n"),
    );
    let run = project.run(&["check"]);
    assert_eq!(run.code, Some(2), "{}", run.out);
    assert!(run.err.contains("cannot be lowered"), "{}", run.err);
}

#[test]
fn a_policy_about_nothing_is_an_error() {
    let policy = format!("{POLICY}require.tracing = true\n").replace("/admin", "/amdin");
    let project = Project::new(&[("moat.toml", &policy)]);
    let (code, lines) = project.said();
    contains(
        &lines,
        &[
            "moat.toml:3:10: error[unmatched-policy]: the policy `admin` is about no endpoint: none matches `/amdin/**`",
        ],
    );
    assert_eq!(code, Some(1));
}

#[test]
fn a_posture_that_was_accepted_is_kept() {
    let project = Project::new(&[]);
    let plain = project.run(&["check", "--format", "json"]);
    assert_eq!(project.run(&["accept", "--check"]).code, Some(1));
    let run = project.run(&["accept"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("was written: 3 endpoints"), "{}", run.err);
    let lock = project.lock();
    insta::assert_snapshot!(lock);
    assert_eq!(project.run(&["accept", "--check"]).code, Some(0));
    assert_eq!(project.run(&["check", "--format", "json"]).out, plain.out);
    assert_eq!(project.said(), (Some(0), Vec::new()));
    // Nothing else is left in the folder.
    let mut names: Vec<_> = fs::read_dir(project.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["Cargo.toml", "moat.lock", "src"]);

    // Code that only moves changes nothing.
    project.edit("async fn status", "\n\n// moved\nasync fn status");
    assert_eq!(project.run(&["accept", "--check"]).code, Some(0));
    for threads in ["1", "7"] {
        let run = project.run_with(&["accept"], threads);
        assert!(run.err.contains("is up to date"), "{}", run.err);
        assert_eq!(project.lock(), lock);
    }
}

#[test]
fn a_change_for_the_worse_is_told_with_what_was_and_what_is() {
    let project = Project::new(&[]);
    project.run(&["accept"]);
    project.edit("async fn orders(_: User)", "async fn orders()");
    project.edit("64 * 1024", "128 * 1024");
    project.edit(
        ".route(\"/status\"",
        ".route(\"/reset\", post(status))\n        .route(\"/status\"",
    );
    let (code, lines) = project.said();
    assert_eq!(code, Some(1));
    contains(
        &lines,
        &[
            "error[unaccepted-endpoint]: `POST /reset` of `shop` is not in `moat.lock`",
            "error[weakened-protection]: 2 endpoints of `shop` have lost protection: body_limit was required (`65536 bytes`) and is required (`131072 bytes`)",
            "error[weakened-protection]: `GET /admin/orders` of `shop` has lost protection: authentication was required and is none; body_limit was required (`65536 bytes`) and is required (`131072 bytes`)",
        ],
    );
    let run = project.run(&["check", "--format", "human", "-A", "all"]);
    for expected in [
        "moat.lock:5:24",
        "as it was accepted",
        "help: review it, and accept it: `cargo moat accept --only \"POST /reset\"`",
        "its protections are authentication none, body_limit required (`131072 bytes`)",
        "the endpoints are `GET /status`, `POST /admin/orders/delete`",
    ] {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }

    // One after the other, then all.
    let run = project.run(&["accept", "--only", "post /reset"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("new: POST /reset of shop"), "{}", run.err);
    assert_eq!(project.said().1.len(), 2);
    let run = project.run(&["accept"]);
    assert!(
        run.err
            .contains("weaker: GET /admin/orders of shop: authentication was required and is none"),
        "{}",
        run.err
    );
    assert_eq!(project.said(), (Some(0), Vec::new()));
}

#[test]
fn what_got_better_or_is_gone_is_one_line() {
    let project = Project::new(&[]);
    project.edit("async fn orders(_: User)", "async fn orders()");
    project.run(&["accept"]);
    project.edit("async fn orders()", "async fn orders(_: User)");
    project.edit(".route(\"/status\", get(status))", "");
    let (code, lines) = project.said();
    assert_eq!(code, Some(0));
    contains(
        &lines,
        &[
            "warning: moat.lock: it is out of date: 1 endpoint is gone, 1 endpoint is protected better; run `cargo moat accept`",
        ],
    );
    let run = project.run(&["accept", "--check"]);
    assert_eq!(run.code, Some(1));
    for expected in [
        "better: GET /admin/orders of shop",
        "gone: GET /status of shop",
        "is out of date",
    ] {
        assert!(run.err.contains(expected), "{expected}: {}", run.err);
    }
    // What is gone can be accepted by itself.
    project.run(&["accept", "--only", "GET /status"]);
    assert!(!project.lock().contains("/status"), "{}", project.lock());
    contains(
        &project.said().1,
        &["it is out of date: 1 endpoint is protected better"],
    );
}

#[test]
fn nothing_waives_the_lock() {
    let project = Project::new(&[]);
    project.run(&["accept"]);
    project.edit(
        "async fn orders(_: User)",
        "// moat: allow(weakened-protection, reason = \"x\")\nasync fn orders()",
    );
    for args in [
        &["-A", "weakened-protection"][..],
        &["-W", "all"],
        &["--min-severity", "critical"],
        &["src"],
        &["-p", "shop"],
    ] {
        let run = project.run(&[&["check", "--format", "short"], args].concat());
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.out);
        assert!(
            run.out.contains("error[weakened-protection]"),
            "{args:?}: {}",
            run.out
        );
    }
}

#[test]
fn a_lock_that_cannot_be_read_says_where_and_what_to_do() {
    let project = Project::new(&[]);
    project.run(&["accept"]);
    let lock = project.lock();
    project.write("moat.lock", &format!("{lock}<<<<<<< HEAD\n"));
    for format in ["human", "short", "json", "github", "sarif"] {
        let run = project.run(&["check", "--format", format]);
        assert_eq!(run.code, Some(2), "{format}");
        let said = format!("{}{}", run.out, run.err);
        for expected in ["a merge conflict was left in the file", "moat.lock"] {
            assert!(said.contains(expected), "{format}: {expected}: {said}");
        }
        assert!(
            run.err
                .contains("nothing was analysed: the posture in `moat.lock` cannot be used"),
            "{}",
            run.err
        );
    }
    let run = project.run(&["check"]);
    assert!(
        run.err.contains("moat.lock:8:1") && run.err.contains("help: run `cargo moat accept`"),
        "{}",
        run.err
    );
    assert_eq!(project.run(&["accept", "--check"]).code, Some(2));
    assert_eq!(
        project.run(&["accept", "--only", "GET /status"]).code,
        Some(2)
    );
    // Which is what helps.
    assert_eq!(project.run(&["accept"]).code, Some(0));
    assert_eq!(project.lock(), lock);
}

#[test]
fn one_endpoint_is_accepted_by_its_name() {
    let project = Project::new(&[]);
    let run = project.run(&["accept", "--only", "GET /status"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains("there is no `moat.lock` yet"),
        "{}",
        run.err
    );
    project.run(&["accept"]);
    for (only, expected) in [
        ("/status", "`/status` names no endpoint"),
        ("GET /statis", "did you mean `GET /status`?"),
        ("GET /something/else", "`cargo moat routes` lists them all"),
    ] {
        let run = project.run(&["accept", "--only", only]);
        assert_eq!(run.code, Some(2), "{only}");
        assert!(run.err.contains(expected), "{only}: {}", run.err);
    }
    assert_eq!(
        project
            .run(&["accept", "--only", "GET /status", "--check"])
            .code,
        Some(0)
    );
}

/// A workspace of two services.
fn two() -> Project {
    let service = |name: &str| {
        format!(
            "async fn hello() -> &'static str {{ \"\" }}\n\n#[tokio::main]\nasync fn main() {{\n    let app = axum::Router::new().route(\"/{name}\", axum::routing::get(hello));\n    axum::serve(todo!(), app).await;\n}}\n"
        )
    };
    let manifest = |name: &str| MANIFEST.replace("shop", name);
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"2\"\n",
        ),
        ("a/Cargo.toml", &manifest("a")),
        ("a/src/main.rs", &service("a")),
        ("b/Cargo.toml", &manifest("b")),
        ("b/src/main.rs", &service("b")),
    ]);
    fs::remove_dir_all(project.path().join("src")).unwrap();
    project
}

#[test]
fn a_selection_is_compared_and_accepted_alone() {
    let project = two();
    project.run(&["accept"]);
    let both = project.lock();
    assert!(
        both.contains("\na GET /a ") && both.contains("\nb GET /b "),
        "{both}"
    );
    for name in ["a", "b"] {
        let path = format!("{name}/src/main.rs");
        let text = fs::read_to_string(project.path().join(&path)).unwrap();
        project.write(
            &path,
            &text.replace(&format!("/{name}"), &format!("/{name}/new")),
        );
    }
    let run = project.run(&["check", "--format", "short", "-A", "all", "-p", "a"]);
    assert!(
        run.out.contains("`GET /a/new` of `a`") && !run.out.contains("/b/new"),
        "{}",
        run.out
    );
    assert!(run.err.contains("1 endpoint is gone"), "{}", run.err);
    let run = project.run(&["check", "--format", "short", "-A", "all", "b/src"]);
    assert!(
        run.out.contains("`GET /b/new` of `b`") && !run.out.contains("/a/new"),
        "{}",
        run.out
    );
    assert!(!run.err.contains("gone"), "{}", run.err);
    project.run(&["accept", "-p", "a"]);
    let lock = project.lock();
    assert!(
        lock.contains("\na GET /a/new ") && lock.contains("\nb GET /b authentication"),
        "{lock}"
    );
    assert_eq!(project.run(&["accept", "--check", "-p", "a"]).code, Some(0));
    assert_eq!(project.run(&["accept", "--check"]).code, Some(1));
}

#[test]
fn flags_are_written_down_and_a_difference_is_told() {
    let project = Project::new(&[]);
    project.run(&[
        "accept",
        "--all-features",
        "--target",
        "x86_64-pc-windows-msvc",
    ]);
    assert!(
        project
            .lock()
            .contains("# flags: --all-features --target x86_64-pc-windows-msvc\n"),
        "{}",
        project.lock()
    );
    project.edit("async fn orders(_: User)", "async fn orders()");
    let run = project.run(&["check", "-A", "all"]);
    assert!(run.out.contains("`moat.lock` was written with `--all-features --target x86_64-pc-windows-msvc`, and this run is without flags"), "{}", run.out);
}

#[test]
fn no_secret_comes_into_the_lock() {
    let secret = ["Rw3kQ9xVb6", "Tn2yHs8LcM", "5pJd"].concat();
    let project = Project::new(&[]);
    project.edit("!user.is_admin", &format!("user.role != \"{secret}\""));
    project.edit(
        "is_admin: bool,\n}\n\nimpl",
        "is_admin: bool,\n    role: String,\n}\n\nimpl",
    );
    project.run(&["accept"]);
    let lock = project.lock();
    assert!(lock.contains("user.role == "), "{lock}");
    assert!(!lock.contains(&secret), "{lock}");
}
