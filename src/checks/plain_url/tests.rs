//! Small sources through the whole pipeline.

use std::path::{Path, PathBuf};

use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Excuses, Persona};
use crate::lints::Registry;
use crate::models::Role;
use crate::program::{BodyKey, BodyOwner};
use crate::routes::inventory;
use crate::scan::{self, Scope};
use crate::source::Name;
use crate::values::{Callee, Values};
use crate::workspace::files::{Files, MemoryFiles};
use crate::workspace::{Workspace, WorkspaceRequest, discover};

fn folder(start: impl Into<PathBuf>, files: &dyn Files) -> Workspace {
    let request = WorkspaceRequest {
        start: start.into(),
        ..WorkspaceRequest::default()
    };
    discover(&request, files).expect("a workspace")
}

fn findings(lint: &str, source: &str) -> Vec<(u32, Diagnostic)> {
    let files = MemoryFiles::new([("/w/main.rs", source)]);
    let workspace = folder("/w", &files);
    let loaded = scan::load(&workspace, &files, Scope::default());
    let values = Values::new(&loaded.program);
    let inventory = inventory::build(&values, &loaded.sources, inventory::Rights::OfNone);
    let context = Context {
        workspace: &workspace,
        sources: &loaded.sources,
        program: &loaded.program,
        values: &values,
        inventory: &inventory,
        secrets: &[],
        persona: Persona::Auditor,
        scope: Scope::default(),
        follows_data: true,
        excuses: &Excuses::default(),
    };
    let lint = Registry::builtin().lint(lint).expect("a lint");
    let cleartext = super::Cleartext::new(&context);
    let found = super::run(&context, &cleartext, lint).into_iter();
    found
        .map(|it| (loaded.sources.position(it.primary.span).line, it))
        .collect()
}

/// Title and persona of each finding.
fn check(lint: &str, source: &str, expected: &[(u32, &str, Persona)]) {
    let found = findings(lint, source);
    let found: Vec<(u32, &str, Persona)> = found
        .iter()
        .map(|(line, it)| (*line, it.title.as_str(), it.persona))
        .collect();
    assert_eq!(found, expected, "{source}");
}

const REGULAR: Persona = Persona::Regular;
const AUDITOR: Persona = Persona::Auditor;

#[test]
fn addresses_are_followed_to_the_literal() {
    let title = "`fetch` sends a request to `http://api.shop-a.com` in the clear";
    let cases = [
        // A literal, and one with everything around the host.
        r#"async fn fetch() { reqwest::get("http://api.shop-a.com").await; }"#,
        r#"async fn fetch() { reqwest::get("http://u:p@api.shop-a.com/x?y#z").await; }"#,
        // Constants, statics, associated constants.
        "const U: &str = \"http://api.shop-a.com\";\nasync fn fetch() { reqwest::get(U).await; }",
        "static U: &str = concat!(\"http://\", \"api.shop-a.com\");\nasync fn fetch() { reqwest::get(U).await; }",
        "impl A { const U: &'static str = \"http://api.shop-a.com\"; }\nstruct A;\nasync fn fetch() { reqwest::get(A::U).await; }",
        // Formats, sums, joins, URLs.
        r#"async fn fetch(id: u8) { reqwest::get(format!("http://api.shop-a.com/{id}")).await; }"#,
        r#"async fn fetch(id: &str) { reqwest::get("http://api.shop-a.com/".to_string() + id).await; }"#,
        r#"async fn fetch(id: &str) { reqwest::get(["http://api.shop-a.com", id].join("/")).await; }"#,
        r#"async fn fetch() { reqwest::get(url::Url::parse("http://api.shop-a.com").unwrap().join("x").unwrap()).await; }"#,
        // Branches, fallbacks, options.
        r#"async fn fetch(b: bool) { let u = if b { "https://x.shop-a.com" } else { "http://api.shop-a.com" }; reqwest::get(u).await; }"#,
        r#"async fn fetch(o: Option<String>) { reqwest::get(o.unwrap_or("http://api.shop-a.com".into())).await; }"#,
        // Clients by type, through clones and smart pointers.
        r#"async fn fetch(c: std::sync::Arc<reqwest::Client>) { c.clone().get("http://api.shop-a.com").send().await; }"#,
        // Aliases of names.
        "use reqwest::Client as C;\nasync fn fetch(c: C) { c.get(\"http://api.shop-a.com\").send().await; }",
    ];
    for source in cases {
        let found = findings("plain-http-client", source);
        let titles: Vec<&str> = found.iter().map(|(_, it)| it.title.as_str()).collect();
        assert_eq!(titles, [title], "{source}");
        assert_eq!(found[0].1.persona, REGULAR);
    }
}

#[test]
fn addresses_are_followed_between_functions() {
    // A parameter, two callers up; the test's address does not count.
    check(
        "plain-http-client",
        r#"async fn outer() { middle("http://a.shop-a.com").await; middle("https://b.shop-a.com").await; }
async fn middle(url: &str) { inner(url).await; }
async fn inner(url: &str) { reqwest::get(url).await; }
#[test]
fn test() { inner("http://c.shop-a.com"); }"#,
        &[(
            1,
            "`inner` sends a request to `http://a.shop-a.com` in the clear",
            REGULAR,
        )],
    );
    // What a function returns for one caller does not taint the other.
    check(
        "plain-http-client",
        r#"fn with_path(base: &str) -> String { format!("{base}/x") }
async fn f() { reqwest::get(with_path("http://a.shop-a.com")).await; }
fn g() -> String { with_path("http://b.shop-a.com") }"#,
        &[(
            2,
            "`f` sends a request to `http://a.shop-a.com` in the clear",
            REGULAR,
        )],
    );
    // Fields, by struct literal, by constructor argument, by a setter, by a default of serde.
    check(
        "plain-http-client",
        r#"#[derive(serde::Deserialize)]
struct Api { #[serde(default = "geo")] base: String, client: reqwest::Client }
fn geo() -> String { "http://d.shop-a.com".into() }
impl Default for Api { fn default() -> Self { Api { base: "http://a.shop-a.com".to_owned(), client: reqwest::Client::new() } } }
impl Api {
    fn new(base: &str) -> Self { Self { base: base.to_owned(), client: reqwest::Client::new() } }
    fn set(&mut self) { self.base = "http://c.shop-a.com".into(); }
    async fn get(&self) { self.client.get(format!("{}/x", self.base)).send().await; }
}
fn main() { Api::new("http://b.shop-a.com"); }"#,
        &[
            (
                3,
                "`Api::get` sends a request to `http://d.shop-a.com` in the clear",
                REGULAR,
            ),
            (
                4,
                "`Api::get` sends a request to `http://a.shop-a.com` in the clear",
                REGULAR,
            ),
            (
                7,
                "`Api::get` sends a request to `http://c.shop-a.com` in the clear",
                REGULAR,
            ),
            (
                10,
                "`Api::get` sends a request to `http://b.shop-a.com` in the clear",
                REGULAR,
            ),
        ],
    );
}

#[test]
fn what_is_not_sent_or_not_plain_is_silent() {
    let silent = [
        r#"fn f() -> bool { "x".starts_with("http://a.shop-a.com") }"#,
        r#"const XMLNS: &str = "http://a.shop-a.com/ns";"#,
        r#"async fn f(u: &str) { reqwest::get(u.replacen("http://", "https://", 1)).await; }"#,
        r#"async fn f() { reqwest::get("http://a.shop-a.com".replace("http://", "https://")).await; }"#,
        r#"async fn f() { reqwest::get("http://localhost:1").await; }"#,
        r#"async fn f() { reqwest::get("https://a.shop-a.com?u=http://b.shop-a.com").await; }"#,
        // Not reqwest's, and nothing is known of it.
        r#"struct Client; impl Client { fn get(&self, u: &str) {} } fn f(c: Client) { c.get("http://a.shop-a.com"); }"#,
        r#"fn f(map: std::collections::HashMap<String, u8>) { map.get("http://a.shop-a.com"); }"#,
        r#"fn f(c: Unknown) { c.get("http://a.shop-a.com"); }"#,
        r#"#[cfg(test)] mod tests { fn f() { reqwest::blocking::get("http://a.shop-a.com"); } }"#,
    ];
    for source in silent {
        check("plain-http-client", source, &[]);
    }
}

#[test]
fn private_and_unknown_hosts_are_for_auditors() {
    check(
        "plain-http-client",
        r#"async fn f(host: &str) {
    reqwest::get("http://orders:8080").await;
    reqwest::get(format!("http://{host}/x")).await;
}"#,
        &[
            (
                2,
                "`f` sends a request to `http://orders:8080` in the clear",
                AUDITOR,
            ),
            (
                3,
                "`f` sends a request to `http://{host}` in the clear",
                AUDITOR,
            ),
        ],
    );
}

#[test]
fn settings_that_switch_tls_off_are_found_with_their_host() {
    check(
        "plaintext-connection",
        r#"use lettre::SmtpTransport;
fn f() { SmtpTransport::builder_dangerous("mail.shop-a.com").build(); }
fn g() { SmtpTransport::builder_dangerous("localhost").build(); }
fn h(host: &str) { SmtpTransport::builder_dangerous(host).build(); }
fn i() { redis::Client::open("redis://:pass@cache.shop-a.com/"); }"#,
        &[
            (
                5,
                "`i` connects to `redis://cache.shop-a.com` in the clear",
                REGULAR,
            ),
            (2, "`f` connects to `mail.shop-a.com` without TLS", REGULAR),
            (4, "`h` connects without TLS", AUDITOR),
        ],
    );
}

#[test]
fn the_fix_changes_the_scheme_alone() {
    let source = "async fn f() { reqwest::get(r\"http://a.shop-a.com/x\").await; }";
    let found = findings("plain-http-client", source);
    let fix = found[0].1.fix.as_ref().expect("a fix");
    let (span, text) = &fix.edits[0];
    let (start, end) = (span.range.start as usize, span.range.end as usize);
    assert_eq!((&source[start..end], text.as_str()), ("http", "https"));
    // With a port, the other scheme would speak to the wrong one.
    let found = findings(
        "plain-http-client",
        "async fn f() { reqwest::get(\"http://a.shop-a.com:8080\").await; }",
    );
    assert_eq!(found[0].1.fix, None);
}

#[test]
fn credentials_are_never_shown() {
    let source =
        "async fn f() { reqwest::get(\"http://admin:hunter2@a.shop-a.com/x?key=hunter3\").await; }";
    for (_, finding) in findings("plain-http-client", source) {
        assert!(!format!("{finding:?}").contains("hunter"), "{finding:?}");
    }
}

#[test]
fn a_host_that_goes_nowhere() {
    let over = |connect: &str| {
        format!(
            "async fn fetch() {{
    let stream = {connect};
    let (mut sender, _) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    reqwest::get(\"http://api.shop-a.com\").await;
}}"
        )
    };
    let plain = over(r#"tokio::net::TcpStream::connect("api.shop-a.com:80").await.unwrap()"#);
    let title = "`fetch` sends a request to `http://api.shop-a.com` in the clear";
    check("plain-http-client", &plain, &[(4, title, REGULAR)]);
    let socket = over(r#"tokio::net::UnixStream::connect("/run/shop").await.unwrap()"#);
    check("plain-http-client", &socket, &[]);
}

/// The bodies of a program that reach one of the functions that `sending` looks for: by type
/// inference, and those that are found unread.
fn reached_and_found(workspace: &Workspace, files: &dyn Files) -> (Vec<String>, Vec<String>) {
    let scope = Scope {
        tests: true,
        ..Scope::default()
    };
    let loaded = scan::load(workspace, files, scope);
    let program = &loaded.program;
    // Before anything is read.
    let found = super::sending(program);
    let values = Values::new(program);
    let is_meant = |path: Name| {
        let model = program.models.function(path);
        model.is_some_and(|it| {
            let sends = matches!(it.role, Role::HttpRequest | Role::Connects);
            it.plaintext || it.url.is_some() && sends
        })
    };
    let keys = (0..program.bodies.len() as u32).map(BodyKey);
    let reached = keys.filter(|key| {
        let typing = values.typing(*key);
        let mut exprs = program[*key].body.exprs();
        exprs.any(|(id, _)| {
            let defs = typing.defs(id).iter().filter_map(|it| match it {
                Callee::External(path) => Some(*path),
                _ => None,
            });
            typing.external(id).into_iter().chain(defs).any(is_meant)
        })
    });
    let name = |key: BodyKey| match program[key].owner {
        BodyOwner::Fn(id) => program.fn_path(id),
        BodyOwner::Const(id) => program[id].name.to_string(),
    };
    let reached = reached.map(name).collect();
    (reached, found.into_iter().map(name).collect())
}

#[test]
fn whoever_sends_is_found_under_any_name() {
    for source in [
        "use reqwest::get as fetch; fn f() { fetch(\"\"); }",
        "use reqwest as r; fn f() { r::get(\"\"); }",
        "use reqwest as R; fn f() { R::get(\"\"); }",
        "type C = reqwest::Client; fn f(c: &C) { C::get(c, \"\"); }",
        "use reqwest::Client as c; fn f(it: &c) { c::get(it, \"\"); }",
        "fn f(c: &reqwest::Client) { c.get(\"\"); }",
        "fn f(c: &reqwest::Client) { <reqwest::Client>::get(c, \"\"); }",
        "mod web { pub use reqwest::*; } fn f() { web::get(\"\"); }",
        "mod web { pub use reqwest::get as call; } use web::*; fn f() { call(\"\"); }",
        "fn f() { use reqwest::get; get(\"\"); }",
        "macro_rules! m { () => { reqwest::get(\"\") } } fn f() { m!(); }",
        "use sqlx::PgPool; fn f() { PgPool::connect(\"\"); }",
        "use sqlx::PgPool as Db; fn f() { Db::connect(\"\"); }",
        "type Db = sqlx::PgPool; fn f() { Db::connect(\"\"); }",
        "use sqlx::Connection as C; fn f() { C::connect(\"\"); }",
        "use sqlx::{Connection, PgConnection}; fn f() { PgConnection::connect(\"\"); }",
        "use diesel::{Connection, PgConnection as P}; fn f() { P::establish(\"\"); }",
        "use postgres::NoTls; fn f() { g(NoTls); }",
        "use sqlx::*; fn f() { PgPool::connect(\"\"); }",
        "use sqlx::postgres::PgSslMode::Disable as Off; fn f() { g(Off); }",
        "use sqlx::postgres::PgSslMode as M; fn f() { g(M::Disable); }",
        "trait T { fn f(&self); } \
         impl T for reqwest::Client { fn f(&self) { self.get(\"\"); } }",
    ] {
        let files = MemoryFiles::new([("/w/main.rs", source)]);
        let (reached, found) = reached_and_found(&folder("/w", &files), &files);
        assert!(
            reached.iter().any(|it| it.ends_with('f')),
            "{source}: {reached:?} {found:?}"
        );
        assert!(found.iter().any(|it| it.ends_with('f')), "{source}");
    }
}

#[test]
fn whoever_only_sounds_like_it_is_not_read() {
    for body in [
        "let post = 1; g(post)",
        "post::table.filter(x)",
        "Post::new(pool)",
        "crate::post::Post { id: 1 }",
        "g(None)",
        "g(Option::None)",
        "delete(x)",
        "query.execute(conn)",
    ] {
        let source = format!(
            "use reqwest::Client; use sqlx::PgPool; use postgres::Config; \
             fn f() {{ {body}; }} fn delete(x: u8) {{}} mod post {{}}"
        );
        let files = MemoryFiles::new([("/w/main.rs", source.as_str())]);
        let (reached, found) = reached_and_found(&folder("/w", &files), &files);
        assert!(reached.is_empty() && found.is_empty(), "{body}: {found:?}");
    }
}

#[test]
fn whoever_sends_in_the_marked_sources_is_found_unread() {
    let mut count = 0;
    for lint in ["plain-http-client", "plaintext-connection"] {
        let folder_of_lint = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("ui-tests")
            .join(lint);
        for file in folder_of_lint.read_dir().expect("a folder") {
            let path = file.expect("an entry").path();
            if path.extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a text");
            let files = MemoryFiles::new([("/w/main.rs", source.as_str())]);
            let (reached, found) = reached_and_found(&folder("/w", &files), &files);
            let missed: Vec<&String> = reached.iter().filter(|it| !found.contains(it)).collect();
            assert!(missed.is_empty(), "{}: {missed:?}", path.display());
            count += reached.len();
        }
    }
    assert!(count > 50, "{count}");
}
