//! The checks on small services: an authenticated set-up with endpoints that vary.

use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Excuses, Persona};
use crate::lints::Registry;
use crate::routes::inventory;
use crate::scan::{self, Scope};
use crate::values::Values;

use crate::workspace::files::MemoryFiles;
use crate::workspace::{Workspace, WorkspaceRequest, discover};

fn findings(lint: &str, source: &str, persona: Persona) -> Vec<Diagnostic> {
    let files = MemoryFiles::new([("/w/main.rs", source)]);
    let request = WorkspaceRequest {
        start: "/w".into(),
        ..WorkspaceRequest::default()
    };
    let workspace: Workspace = discover(&request, &files).expect("a workspace");
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
        persona,
        scope: Scope::default(),
        follows_data: true,
        excuses: &Excuses::default(),
    };
    let lint = Registry::builtin().lint(lint).expect("a lint");
    assert!(crate::checks::is_known(&lint.check.kind));
    crate::checks::run_all(&[lint], &context, crate::checks::About::Endpoints).concat()
}

/// A service whose `User` authenticates, with these functions and routes.
fn service(functions: &str, routes: &str) -> String {
    format!(
        r#"
use axum::extract::{{FromRequestParts, Path, State}};
use axum::http::{{header, request::Parts, StatusCode}};
use axum::routing::{{any, delete, get, post, put}};
use axum::{{Json, Router}};
use sqlx::PgPool;
#[derive(Clone)] struct App {{ db: PgPool, key: jsonwebtoken::DecodingKey }}
struct Claims {{ sub: i64 }}
struct User(Claims);
impl FromRequestParts<App> for User {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {{
        let header = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = header.to_str().map_err(|_| StatusCode::BAD_REQUEST)?;
        let data = jsonwebtoken::decode::<Claims>(token, &app.key, &jsonwebtoken::Validation::default())
            .map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(User(data.claims))
    }}
}}
async fn run(app: &App, sql: &str) -> StatusCode {{
    match sqlx::query("UPDATE t SET a = 1").execute(&app.db).await {{
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }}
}}
async fn guarded(user: User, State(app): State<App>) -> StatusCode {{ run(&app, "").await }}
async fn open(State(app): State<App>) -> StatusCode {{ run(&app, "").await }}
async fn open_too(State(app): State<App>) -> StatusCode {{ run(&app, "").await }}
async fn read(State(app): State<App>) -> String {{
    sqlx::query_scalar("SELECT a FROM t").fetch_one(&app.db).await.unwrap()
}}
async fn read_guarded(user: User, State(app): State<App>) -> String {{
    sqlx::query_scalar("SELECT a FROM t").fetch_one(&app.db).await.unwrap()
}}
async fn echo(body: String) -> String {{ body.to_uppercase() }}
{functions}
fn app(app: App) -> Router {{ Router::new(){routes}.with_state(app) }}
#[tokio::main] async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:80").await.unwrap();
    axum::serve(listener, app(todo!())).await.unwrap();
}}
"#
    )
}

fn titles(lint: &str, functions: &str, routes: &str, persona: Persona) -> Vec<String> {
    findings(lint, &service(functions, routes), persona)
        .into_iter()
        .filter(|it| it.persona == persona)
        .map(|it| it.title)
        .collect()
}

#[test]
fn unguarded_endpoints() {
    const GUARDED: &str = r#".route("/g", post(guarded))"#;
    let cases: [(&str, &[&str]); 14] = [
        ("", &[]),
        (
            r#".route("/a", post(open))"#,
            &["`POST /a` asks for no authentication"],
        ),
        (
            r#".route("/a", delete(open))"#,
            &["`DELETE /a` asks for no authentication"],
        ),
        (
            r#".route("/a", any(open))"#,
            &["`ANY /a` asks for no authentication"],
        ),
        // The same handler twice is one oversight.
        (
            r#".route("/a", post(open)).route("/b", post(open))"#,
            &["`POST /a` asks for no authentication"],
        ),
        // Near misses: reads, questions, pure functions, and what is open by nature.
        (r#".route("/a", get(read))"#, &[]),
        (r#".route("/a", any(read))"#, &[]),
        (r#".route("/search", post(read))"#, &[]),
        (r#".route("/a", post(echo))"#, &[]),
        (r#".route("/login", post(open))"#, &[]),
        (r#".route("/register", post(open))"#, &[]),
        (r#".route("/graphql", post(open))"#, &[]),
        (
            r#".route("/admin/stats", get(read))"#,
            &["privileged `GET /admin/stats` asks for no authentication"],
        ),
        // Everything behind a mount is open: one finding.
        (
            r#".nest("/api", Router::new().route("/a", post(open)).route("/b", put(open_too)))"#,
            &["2 endpoints of the router at `/api` ask for no authentication"],
        ),
    ];
    for (routes, expected) in cases {
        let routes = format!("{GUARDED}{routes}");
        let found = titles("missing-authentication", "", &routes, Persona::Regular);
        assert_eq!(found, expected, "{routes}");
    }
}

#[test]
fn services_and_siblings() {
    let cases: [(&str, &[&str]); 4] = [
        // A service that asks nobody is one finding.
        (
            r#".route("/a", post(open)).route("/b", put(open_too))"#,
            &[
                "nothing in `w` asks for authentication: 2 endpoints that change state or are privileged are open",
            ],
        ),
        (r#".route("/a", get(read))"#, &[]),
        // An open read among guarded ones, and among too few.
        (
            r#".route("/a", get(read_guarded)).route("/b", get(read_guarded)).route("/c", get(read_guarded)).route("/d", get(read))"#,
            &["`GET /d` asks for no authentication while its siblings do"],
        ),
        (
            r#".route("/a", get(read_guarded)).route("/b", get(read_guarded)).route("/d", get(read))"#,
            &[],
        ),
    ];
    for (routes, expected) in cases {
        let found = titles("missing-authentication", "", routes, Persona::Regular);
        assert_eq!(found, expected, "{routes}");
    }
}

#[test]
fn webhooks_are_open_if_they_check_a_signature() {
    let functions = r#"
        async fn signed(State(app): State<App>, body: String) -> StatusCode {
            if !verify_signature(&body) { return StatusCode::BAD_REQUEST; }
            run(&app, "").await
        }
        fn verify_signature(body: &str) -> bool { todo!() }
    "#;
    let cases: [(&str, &[&str]); 2] = [
        ("signed", &[]),
        ("open", &["`POST /webhook` asks for no authentication"]),
    ];
    for (handler, expected) in cases {
        let routes = format!(r#".route("/g", post(guarded)).route("/webhook", post({handler}))"#);
        let found = titles(
            "missing-authentication",
            functions,
            &routes,
            Persona::Regular,
        );
        assert_eq!(found, expected, "{handler}");
    }
}

#[test]
fn open_reads_are_for_auditors() {
    let routes =
        r#".route("/g", post(guarded)).route("/a", get(read)).route("/health", get(read))"#;
    let found = titles("missing-authentication", "", routes, Persona::Auditor);
    assert_eq!(found, ["`GET /a` is open to everybody"]);
}

#[test]
fn unlimited_endpoints() {
    let functions = r#"
        async fn login(State(app): State<App>, password: String) -> StatusCode {
            if verify_password(&app, &password) { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
        }
        fn verify_password(app: &App, password: &str) -> bool { todo!() }
        async fn register(State(app): State<App>, password: String) -> StatusCode {
            sqlx::query("INSERT INTO account VALUES ($1)").execute(&app.db).await.unwrap();
            StatusCode::OK
        }
        async fn upload(State(app): State<App>, form: axum::extract::Multipart) -> StatusCode {
            run(&app, "").await
        }
        async fn enter(State(app): State<App>) -> StatusCode {
            run(&app, "INSERT INTO session VALUES (1)").await
        }
    "#;
    let cases: [(&str, &[&str]); 9] = [
        (
            r#".route("/login", post(login))"#,
            &["password login accepts unlimited attempts"],
        ),
        (
            r#".route("/register", post(register))"#,
            &["registration accepts unlimited requests"],
        ),
        (
            r#".route("/files", post(upload))"#,
            &["upload accepts unlimited requests"],
        ),
        (
            r#".route("/login", post(login)).route("/register", post(register))"#,
            &["2 `w` endpoints accept unlimited requests: password login, registration"],
        ),
        // Near misses: pages, logout, and what nobody gains from repeating.
        (r#".route("/session/login", post(enter))"#, &[]),
        (r#".route("/login", get(read))"#, &[]),
        (r#".route("/logout", post(open))"#, &[]),
        (r#".route("/a", post(guarded))"#, &[]),
        (
            r#".route("/login", post(login)).layer(tower_governor::GovernorLayer::new(todo!()))"#,
            &[],
        ),
    ];
    for (routes, expected) in cases {
        let found = titles("missing-rate-limit", functions, routes, Persona::Regular);
        assert_eq!(found, expected, "{routes}");
    }
}

#[test]
fn checks_that_check_nothing() {
    let functions = r#"
        struct HasToken(String);
        impl FromRequestParts<App> for HasToken {
            type Rejection = StatusCode;
            async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, StatusCode> {
                let header = parts.headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
                Ok(HasToken(header.to_str().map_err(|_| StatusCode::BAD_REQUEST)?.to_owned()))
            }
        }
        fn verify(headers: &axum::http::HeaderMap, app: &App) -> Result<Claims, StatusCode> {
            let header = headers.get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
            let token = header.to_str().map_err(|_| StatusCode::BAD_REQUEST)?;
            jsonwebtoken::decode::<Claims>(token, &app.key, &jsonwebtoken::Validation::default())
                .map(|data| data.claims)
                .map_err(|_| StatusCode::UNAUTHORIZED)
        }
        fn check_owner(token: &str) -> bool { todo!() }
        async fn present(_: HasToken, State(app): State<App>) -> StatusCode { run(&app, "").await }
        async fn handed_on(token: HasToken, State(app): State<App>) -> StatusCode {
            elsewhere::process(&token.0).await;
            run(&app, "").await
        }
        async fn decided(token: HasToken, State(app): State<App>) -> StatusCode {
            if !check_owner(&token.0) { return StatusCode::FORBIDDEN; }
            run(&app, "").await
        }
        async fn dropped(headers: axum::http::HeaderMap, State(app): State<App>) -> StatusCode {
            let _ = verify(&headers, &app);
            run(&app, "").await
        }
        async fn logged(headers: axum::http::HeaderMap, State(app): State<App>) -> StatusCode {
            if verify(&headers, &app).is_err() { tracing::warn!("anonymous"); }
            run(&app, "").await
        }
        async fn late(headers: axum::http::HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
            let done = run(&app, "").await;
            verify(&headers, &app)?;
            Ok(done)
        }
        async fn checked(headers: axum::http::HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
            verify(&headers, &app)?;
            Ok(run(&app, "").await)
        }
        async fn refused(headers: axum::http::HeaderMap, State(app): State<App>) -> StatusCode {
            if verify(&headers, &app).is_err() { return StatusCode::UNAUTHORIZED; }
            run(&app, "").await
        }
        async fn sometimes(headers: axum::http::HeaderMap, State(app): State<App>, text: String) -> Result<StatusCode, StatusCode> {
            if text.len() > 10 { verify(&headers, &app)?; }
            Ok(run(&app, "").await)
        }
        async fn not_found() -> StatusCode { create_error(); StatusCode::NOT_FOUND }
    "#;
    // Whether the judge sees a look at the credentials or none at all: it is found.
    let cases: [(&str, &[&str]); 10] = [
        (r#".route("/a", post(present))"#, &["`POST /a` "]),
        (r#".route("/a", post(dropped))"#, &["`POST /a` "]),
        (r#".route("/a", post(logged))"#, &["`POST /a` "]),
        (r#".route("/a", post(late))"#, &["`POST /a` "]),
        // Near misses: code that is not there or that decides by its name, checks that refuse.
        (r#".route("/a", post(handed_on))"#, &[]),
        (r#".route("/a", post(decided))"#, &[]),
        (
            r#".route("/a", post(checked)).route("/b", post(refused))"#,
            &[],
        ),
        (r#".route("/a", post(sometimes))"#, &[]),
        // A fallback counts if it is sure to write.
        (".fallback(open)", &["`ANY /{*fallback}` "]),
        (".fallback(not_found)", &[]),
    ];
    for (routes, expected) in cases {
        let routes = format!(r#".route("/g", post(guarded)){routes}"#);
        let found = titles(
            "missing-authentication",
            functions,
            &routes,
            Persona::Regular,
        );
        let alike = found.len() == expected.len()
            && found
                .iter()
                .zip(expected)
                .all(|(title, start)| title.starts_with(start));
        assert!(alike, "{routes}: {found:?}");
    }
}

#[test]
fn limiters_in_handlers() {
    let functions = r#"
        struct Limited;
        impl FromRequestParts<App> for Limited {
            type Rejection = StatusCode;
            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
                app.limiter.check_key(&0).map(|_| Limited).map_err(|_| StatusCode::TOO_MANY_REQUESTS)
            }
        }
        fn allow(app: &App) -> Result<(), StatusCode> {
            app.limiter.check_key(&0).map_err(|_| StatusCode::TOO_MANY_REQUESTS)
        }
        fn verify_password(app: &App, password: &str) -> Result<(), StatusCode> { todo!() }
        async fn by_extractor(_: Limited, State(app): State<App>, password: String) -> Result<(), StatusCode> {
            verify_password(&app, &password)
        }
        async fn by_option(_: Option<Limited>, State(app): State<App>, password: String) -> Result<(), StatusCode> {
            verify_password(&app, &password)
        }
        async fn by_call(State(app): State<App>, password: String) -> Result<(), StatusCode> {
            allow(&app)?;
            verify_password(&app, &password)
        }
        async fn ignored(State(app): State<App>, password: String) -> Result<(), StatusCode> {
            let _ = allow(&app);
            verify_password(&app, &password)
        }
        async fn late(State(app): State<App>, password: String) -> Result<(), StatusCode> {
            let done = verify_password(&app, &password)?;
            allow(&app)?;
            Ok(done)
        }
    "#;
    let unlimited = "password login accepts unlimited attempts";
    let cases: [(&str, &[&str]); 5] = [
        ("by_extractor", &[]),
        ("by_call", &[]),
        ("by_option", &[unlimited]),
        ("ignored", &[unlimited]),
        ("late", &[unlimited]),
    ];
    for (handler, expected) in cases {
        let routes = format!(r#".route("/login", post({handler}))"#);
        let found = titles("missing-rate-limit", functions, &routes, Persona::Regular);
        assert_eq!(found, expected, "{handler}");
    }
}

/// Who may connect to a Unix socket is for the permissions of a file to say; where the same is served
/// for other machines as well, it is for nobody.
#[test]
fn endpoints_on_unix_sockets_are_for_auditors() {
    let routes =
        r#".route("/g", post(guarded)).route("/a", post(open)).route("/login", post(login))"#;
    let login = "async fn login(State(app): State<App>, Json(form): Json<Form>) -> StatusCode { verify_password(&form.password); run(&app, \"\").await }
        #[derive(Deserialize)] struct Form { password: String }
        fn verify_password(it: &str) -> bool { it == \"\" }";
    let tcp = "let listener = tokio::net::TcpListener::bind(\"127.0.0.1:80\")";
    let unix = "let listener = tokio::net::UnixListener::bind(\"/run/a.sock\")";
    let both = "axum::serve(tokio::net::TcpListener::bind(\"0.0.0.0:80\").await.unwrap(), app(todo!())).await.unwrap();\n    let listener = tokio::net::UnixListener::bind(\"/run/a.sock\")";
    let near = both.replace("0.0.0.0", "127.0.0.1");
    for lint in ["missing-authentication", "missing-rate-limit"] {
        let found = |listener: &str, persona| {
            let source = service(login, routes).replace(tcp, listener);
            let mut found = findings(lint, &source, persona);
            found.retain(|it| it.persona == Persona::Regular);
            found.len()
        };
        assert_eq!(found(tcp, Persona::Regular), 1, "{lint}");
        assert_eq!(found(unix, Persona::Regular), 0, "{lint}");
        assert_eq!(found(unix, Persona::Auditor), 1, "{lint}");
        assert_eq!(found(both, Persona::Regular), 1, "{lint}");
        assert_eq!(found(&near, Persona::Regular), 0, "{lint}");
    }
}

/// What sends an answer at intervals limits no requests.
#[test]
fn a_paced_stream_is_no_limit() {
    let login = |body: &str| {
        format!(
            "async fn login(State(app): State<App>, Json(form): Json<Form>) -> StatusCode {{ verify_password(&form.password); {body} run(&app, \"\").await }}
             #[derive(Deserialize)] struct Form {{ password: String }}
             fn verify_password(it: &str) -> bool {{ it == \"\" }}
             fn throttle(app: &App) -> Result<(), StatusCode> {{ Err(StatusCode::TOO_MANY_REQUESTS) }}"
        )
    };
    let found = |body: &str| {
        let routes = r#".route("/login", post(login))"#;
        titles("missing-rate-limit", &login(body), routes, Persona::Regular).len()
    };
    assert_eq!(found(""), 1);
    assert_eq!(
        found("let parts = stream().throttle(std::time::Duration::from_secs(1));"),
        1
    );
    assert_eq!(
        found("if throttle(&app).is_err() { return StatusCode::TOO_MANY_REQUESTS; }"),
        0
    );
}
