//! Small workspaces in memory, read as a whole.

use super::*;
use crate::facts::Mention;
use crate::facts::mentions::hash;
use crate::program::{BodyKey, BodyOwner, Def};
use crate::report::progress::Progress;
use crate::routes::endpoint::Status;
use crate::source::Name;
use crate::values::Values;
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

/// A run over a package with these files beside its manifest.
fn outcome(tree: &[(&str, &str)], config: &str) -> Outcome {
    outcome_in_parts(tree, config, parts::TOGETHER)
}

fn outcome_in_parts(tree: &[(&str, &str)], config: &str, together: usize) -> Outcome {
    let manifest = format!(
        "{MANIFEST}[dependencies]\naxum = \"0.8\"\nactix-web = \"4\"\nactix-identity = \"0.9\"\nrocket = \"0.5\"\naxum-server = \"0.7\"\n"
    );
    // A manifest among the files takes its place.
    let manifest = [("/w/Cargo.toml".to_owned(), manifest)];
    let tree = tree
        .iter()
        .map(|(path, text)| (format!("/w/{path}"), (*text).to_owned()));
    let files = MemoryFiles::new(manifest.into_iter().chain(tree));
    let request = WorkspaceRequest {
        start: "/w".into(),
        ..WorkspaceRequest::default()
    };
    let workspace = discover(&request, &files).expect("a workspace");
    let registry = crate::lints::Registry::builtin();
    let names = Names::of(registry);
    let parsed = crate::workspace::config::Config::parse("moat.toml", config, &names.known());
    let parsed = parsed.expect("settings without mistakes");
    let models = models_for(&workspace, &parsed, "moat.toml").expect("no models of its own");
    let settings = Settings {
        config_source: Some(ConfigSource {
            path: "/w/moat.toml".into(),
            text: config.to_owned(),
        }),
        explain: true,
        rights: true,
        ..Settings::new(&parsed, models, "2026-01-01".parse().expect("a date"))
    };
    check::check_in_parts(&workspace, &files, &settings, together)
}

/// Titles of what is shown, and of what comments and settings hold back.
fn checked(source: &str, config: &str) -> (Vec<String>, Vec<String>) {
    let outcome = outcome(&[("src/main.rs", source)], config);
    let (held, shown): (Vec<_>, Vec<_>) = outcome
        .diagnostics
        .iter()
        .partition(|it| it.suppressed.is_some());
    let titles = |all: Vec<&crate::diagnostics::Diagnostic>| {
        let mut titles: Vec<String> = all.iter().map(|it| it.title.clone()).collect();
        titles.sort();
        titles
    };
    (titles(shown), titles(held))
}

/// A service without authentication; `{1}` and the like stand where comments may.
const OPEN: &str = "use axum::{Router, routing::{delete, post}};
{1}
async fn create(db: Db) { sqlx::query(\"INSERT INTO a VALUES (1)\").execute(&db).await; }
async fn update(db: Db) { sqlx::query(\"UPDATE a SET b = 1\").execute(&db).await; }
async fn remove(db: Db) { sqlx::query(\"DELETE FROM a\").execute(&db).await; }
fn api() -> Router {
    Router::new()
        .route(\"/a\", post(create))
        {2}
        .route(\"/b\", post(update))
        .route(\"/c\", delete(remove))
}
#[tokio::main]
async fn main() {
    {3}
    let app = Router::new().nest(\"/api\", api());
    axum::serve(listener, app).await;
}
";

const ALLOW: &str = "// moat: allow(missing-authentication, reason = \"signed elsewhere\")";

/// The service with a comment at some of the places.
fn open(at: &[&str]) -> String {
    ["{1}", "{2}", "{3}"]
        .iter()
        .fold(OPEN.to_owned(), |text, place| {
            text.replace(place, if at.contains(place) { ALLOW } else { "" })
        })
}

fn all_open(number: usize) -> String {
    format!(
        "nothing in `a` asks for authentication: {number} endpoints that change state or are privileged are open"
    )
}

#[test]
fn comments_take_single_endpoints_out_of_a_finding_about_many() {
    let create = "`POST /api/a` asks for no authentication".to_owned();
    let update = "`POST /api/b` asks for no authentication".to_owned();
    let remove = "`DELETE /api/c` asks for no authentication".to_owned();
    for (at, shown, held) in [
        (&[][..], vec![all_open(3)], vec![]),
        (&["{1}"], vec![all_open(2)], vec![create.clone()]),
        (&["{2}"], vec![all_open(2)], vec![update.clone()]),
        (
            &["{1}", "{2}"],
            vec![remove.clone()],
            vec![create.clone(), update.clone()],
        ),
        // Where the finding stands: all of it.
        (&["{3}"], vec![], vec![all_open(3)]),
    ] {
        assert_eq!(checked(&open(at), ""), (shown, held), "{at:?}");
    }
    // The last one is another's matter when the comment speaks of everything.
    let everything = open(&[]).replace("fn api()", &format!("{ALLOW}\nfn api()"));
    let (shown, held) = checked(&everything, "");
    assert_eq!(shown, [""; 0]);
    assert_eq!(held, [remove, create, update]);
}

#[test]
fn settings_take_single_endpoints_out_of_a_finding_about_many() {
    let public = |routes: &str| format!("[[public-routes]]\nroutes = [{routes}]\nreason = \"r\"\n");
    let external = |routes: &str| {
        format!(
            "[[external]]\nprovides = [\"authentication\"]\nroutes = [{routes}]\nby = \"gateway\"\nreason = \"r\"\n"
        )
    };
    let level = |routes: &str| {
        format!(
            "[[override]]\nroutes = [{routes}]\nlints = {{ missing-authentication = \"allow\" }}\nreason = \"r\"\n"
        )
    };
    for settings in [&public as &dyn Fn(&str) -> String, &level] {
        let (shown, held) = checked(&open(&[]), &settings("\"/api/a\""));
        assert_eq!(shown, [all_open(2)]);
        assert_eq!(held, ["`POST /api/a` asks for no authentication"]);
        let (shown, held) = checked(&open(&[]), &settings("\"/api/a\", \"/api/b\", \"/api/c\""));
        assert_eq!((shown.len(), held.len()), (0, 3), "{shown:?}");
    }
    let (shown, _) = checked(&open(&[]), &external("\"/api/a\""));
    assert_eq!(shown, [all_open(2)]);
    let (shown, _) = checked(&open(&[]), &external("\"/api/*\""));
    assert_eq!(shown, [""; 0]);
    // An entry that lets nobody off is still said to be of no use.
    let (shown, _) = checked(&open(&[]), &public("\"/elsewhere\""));
    assert_eq!(shown.len(), 2, "{shown:?}");
}

#[test]
fn a_comment_on_a_handler_speaks_of_that_handler_alone() {
    // In actix-web with attributes, a finding about a router stands on the first handler.
    let source = "use actix_web::{App, HttpServer, delete, post, web};
#[post(\"/a\")] async fn create(db: Db) { sqlx::query(\"INSERT INTO a VALUES (1)\").execute(&db).await; }
#[delete(\"/b\")] async fn remove(db: Db) { sqlx::query(\"DELETE FROM a\").execute(&db).await; }
#[delete(\"/c\")] async fn clear(db: Db) { sqlx::query(\"DELETE FROM b\").execute(&db).await; }
#[post(\"/d\")] async fn guarded(user: actix_identity::Identity) -> String { user.id().unwrap() }
fn open(config: &mut web::ServiceConfig) { config.service(create).service(remove).service(clear); }
async fn main() {
    HttpServer::new(|| App::new().service(guarded).configure(open)).bind(\"0.0.0.0:80\");
}
";
    let (shown, _) = checked(source, "");
    assert_eq!(
        shown,
        ["3 endpoints of the router in `open` ask for no authentication"]
    );
    let commented = source.replace("#[post(\"/a", &format!("{ALLOW}\n#[post(\"/a"));
    let (shown, held) = checked(&commented, "");
    assert_eq!(
        shown,
        ["2 endpoints of the router in `open` ask for no authentication"]
    );
    assert_eq!(held, ["`POST /a` asks for no authentication"]);
}

/// The listeners of the endpoints of `main`.
fn listeners(serve: &str, more: &[(&str, &str)]) -> Vec<Option<String>> {
    let source = format!(
        "use std::net::{{Ipv4Addr, SocketAddr}};\nuse actix_web::{{App, HttpServer, web}};\nuse axum::{{Router, routing::get}};\nuse tokio::net::TcpListener;\nconst HOST: &str = \"10.0.0.1\";\nstruct Server {{ host: String, port: u16 }}\nstruct Settings {{ address: String, server: Server }}\nasync fn index() -> String {{ String::new() }}\nasync fn run(settings: Settings, other: TcpListener) {{\n    let app = Router::new().route(\"/\", get(index));\n    {serve}\n}}\nfn main() {{ run(load(), listener()); }}\n"
    );
    let mut tree = vec![("src/main.rs", source.as_str())];
    tree.extend(more);
    let outcome = outcome(&tree, "");
    let endpoints = outcome.inventory.endpoints.iter();
    endpoints.map(|it| it.listener.clone()).collect()
}

#[test]
fn endpoints_know_where_they_are_served() {
    for (serve, expected) in [
        (
            "let l = TcpListener::bind(\"0.0.0.0:80\").await.unwrap(); axum::serve(l, app).await;",
            Some("0.0.0.0:80"),
        ),
        (
            "axum::serve(TcpListener::bind((\"::1\", 8080)).await?, app);",
            Some("::1:8080"),
        ),
        (
            "axum::serve(TcpListener::bind(format!(\"{HOST}:1\")).await?, app);",
            Some("10.0.0.1:1"),
        ),
        (
            "let a = SocketAddr::from(([127, 0, 0, 1], 3000)); let l = TcpListener::bind(&a).await.expect(\"free\"); axum::serve(l, app);",
            Some("127.0.0.1:3000"),
        ),
        (
            "let a = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 9); axum::serve(TcpListener::bind(a).await?, app);",
            Some("0.0.0.0:9"),
        ),
        (
            "axum::serve(TcpListener::bind(&settings.address).await?, app);",
            Some("settings.address"),
        ),
        (
            "axum::serve(TcpListener::bind((settings.server.host.as_str(), settings.server.port)).await?, app);",
            Some("{settings.server.host}:{settings.server.port}"),
        ),
        (
            "axum_server::bind(\"0.0.0.0:443\".parse().unwrap()).serve(app.into_make_service()).await;",
            Some("0.0.0.0:443"),
        ),
        // Handed in by somebody else.
        ("axum::serve(other, app);", None),
        (
            "HttpServer::new(|| App::new().route(\"/\", web::get().to(index))).bind((\"127.0.0.1\", 8080))?.run().await;",
            Some("127.0.0.1:8080"),
        ),
        (
            "HttpServer::new(|| App::new().route(\"/\", web::get().to(index))).bind(\"a:1\")?.bind(\"b:2\")?.run().await;",
            Some("a:1, b:2"),
        ),
        (
            "let s = HttpServer::new(|| App::new().route(\"/\", web::get().to(index))); s.listen(other)?.run().await;",
            None,
        ),
    ] {
        let found = listeners(serve, &[]);
        let expected = expected.map(str::to_owned);
        assert!(found.contains(&expected), "{serve}: {found:?}");
    }
    let rocket = "#[rocket::get(\"/\")] fn index() -> &'static str { \"\" }\n#[rocket::launch] fn rocket() -> _ { rocket::build().mount(\"/\", rocket::routes![index]) }\n";
    for (file, expected) in [
        ("[default]\nport = 8001\n", Some("127.0.0.1:8001")),
        (
            "[default]\nport = 1\naddress = \"::\"\n[release]\nport = 2\n",
            Some(":::2"),
        ),
        ("[default]\nlimits = { form = 1 }\n", None),
    ] {
        let outcome = outcome(&[("src/main.rs", rocket), ("Rocket.toml", file)], "");
        let found = &outcome.inventory.endpoints[0].listener;
        assert_eq!(found.as_deref(), expected, "{file}");
    }
}

#[test]
fn settings_are_shown_with_their_defaults() {
    let source = |setting: &str, code: &str| {
        format!(
            "use std::sync::Arc;\nuse axum::{{Router, extract::{{Request, State}}, http::StatusCode, middleware::{{Next, from_fn_with_state}}, response::Response, routing::post}};\n{code}\n#[derive(Clone)] struct App {{ settings: Arc<Settings>, key: jsonwebtoken::DecodingKey }}\nasync fn guard(State(app): State<App>, request: Request, next: Next) -> Result<Response, StatusCode> {{\n    if !app.settings.{setting} {{ return Ok(next.run(request).await); }}\n    let token = request.headers().get(\"authorization\").and_then(|it| it.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;\n    jsonwebtoken::decode::<u8>(token, &app.key, &jsonwebtoken::Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;\n    Ok(next.run(request).await)\n}}\nasync fn create() {{}}\nfn main() {{\n    let app = Router::new().route(\"/a\", post(create)).layer(from_fn_with_state(state(), guard));\n    axum::serve(listener, app);\n}}\n"
        )
    };
    let nested =
        "struct Settings { registry: Registry }\nstruct Registry { auth_required: bool }\n";
    for (setting, code, file, expected) in [
        ("registry.auth_required", format!("{nested}impl Default for Registry {{ fn default() -> Self {{ Self {{ auth_required: false }} }} }}"), "", Some("false")),
        ("strict", "const STRICT: bool = true; struct Settings { strict: bool } impl Default for Settings { fn default() -> Settings { Settings { strict: STRICT } } }".to_owned(), "", Some("true")),
        ("strict", "struct Settings { #[serde(default)] strict: bool }".to_owned(), "", Some("false")),
        ("strict", "struct Settings { #[serde(default = \"on\")] strict: bool } fn on() -> bool { true }".to_owned(), "", Some("true")),
        ("strict", "struct Settings { #[arg(long, default_value_t = true)] strict: bool }".to_owned(), "", Some("true")),
        ("registry.auth_required", nested.to_owned(), "[registry]\nauth_required = true\n", Some("true")),
        // Nothing says it.
        ("registry.auth_required", nested.to_owned(), "[other]\nauth_required = true\n", None),
        ("strict", "struct Settings { strict: bool } impl Default for Settings { fn default() -> Settings { Settings { strict: from_env() } } }".to_owned(), "", None),
    ] {
        let source = source(setting, &code);
        let outcome = outcome(&[("src/main.rs", &source), ("config/default.toml", file)], "");
        let authentication = &outcome.inventory.endpoints[0].protections.authentication;
        let condition = authentication.condition.as_deref().unwrap_or_default();
        assert!(condition.ends_with(setting), "{code}: {authentication:?}");
        assert_eq!(outcome.defaults.of(condition), expected, "{condition}: {code}");
        let shown = outcome.summary.conditional_on[0].1.as_deref();
        assert_eq!(shown, expected, "{code}");
        let beside = outcome.defaults.beside(condition);
        let note = expected.map(|it| format!("{condition} (default {it})"));
        assert_eq!(beside, note.unwrap_or_else(|| condition.to_owned()));
    }
}

#[test]
fn a_limiter_behind_a_call_into_another_file_counts() {
    let main = "mod gate; use axum::http::StatusCode; \
        async fn login(axum::Json(form): axum::Json<String>) -> Result<String, StatusCode> { \
            gate::admit(&form)?; Ok(form) \
        } \
        async fn main() { \
            let app = axum::Router::new().route(\"/login\", axum::routing::post(login)); \
            axum::serve(listener(), app).await; \
        }";
    let admit = |what: &str| {
        let gate =
            format!("pub fn admit(who: &str) -> Result<(), axum::http::StatusCode> {{ {what} }}");
        let outcome = outcome(&[("src/main.rs", main), ("src/gate.rs", &gate)], "");
        let [endpoint] = &*outcome.inventory.endpoints else {
            panic!("one endpoint")
        };
        endpoint.protections.rate_limit.status
    };
    let limits = "LIMITER.check_key(who).map_err(|_| axum::http::StatusCode::TOO_MANY_REQUESTS)";
    assert_eq!(admit(limits), Status::Required);
    assert_eq!(admit("Ok(())"), Status::None);
    // An error that somebody else made, on its way to becoming a response.
    let error = |more: &str| {
        format!(
            "Error(1).into() }} {more} \
             impl Error {{ \
                pub fn into(self) -> Result<(), axum::http::StatusCode> {{ Err(self.rate_limit_status()) }} \
                fn rate_limit_status(self) -> axum::http::StatusCode {{ \
                    self.0.rate_limit_status(); axum::http::StatusCode::TOO_MANY_REQUESTS \
                }}"
        )
    };
    let answers = "pub struct Error(u8); impl axum::response::IntoResponse for Error { fn into_response(self) -> axum::response::Response { todo!() } }";
    let derived = "#[derive(Debug, thiserror::Error)] pub struct Error(u8);";
    for answer in [answers, derived] {
        assert_eq!(admit(&error(answer)), Status::None, "{answer}");
    }
    let limiter = "pub struct Error(u8);";
    assert_eq!(admit(&error(limiter)), Status::Required);
}

/// Services that share nothing, a library, and a file in the folder of another service.
const SEVERAL: [(&str, &str); 15] = [
    ("Cargo.toml", "[workspace]\nmembers = ['*']\n"),
    (
        "a/Cargo.toml",
        "[package]\nname = 'a'\n[dependencies]\naxum = '0.8'\nlib = { path = '../lib' }\n",
    ),
    (
        "a/src/main.rs",
        "mod shared; #[path = \"../../b/src/own.rs\"] mod own; \
         async fn add(user: lib::User) {} \
         async fn wipe() { sqlx::query(\"DELETE FROM a\").execute(&db()).await; } \
         async fn main() { axum::serve(l(), axum::Router::new() \
            .route(\"/add\", axum::routing::post(add)) \
            .route(\"/own\", axum::routing::delete(own::wipe)) \
            .route(\"/wipe\", axum::routing::delete(wipe)) \
            .route(\"/shared\", axum::routing::delete(shared::wipe))); }",
    ),
    (
        "a/src/shared.rs",
        "pub async fn wipe() { sqlx::query(\"DELETE FROM b\").execute(&db()).await; }",
    ),
    (
        "b/Cargo.toml",
        "[package]\nname = 'b'\n[dependencies]\naxum = '0.8'\n",
    ),
    (
        "b/src/main.rs",
        "#[path = \"../../a/src/shared.rs\"] mod shared; mod own; mod missing; \
         async fn main() { let app = axum::Router::new() \
            .route(\"/shared\", axum::routing::delete(shared::wipe)) \
            .route(\"/own\", axum::routing::delete(own::wipe)); axum::serve(l(), app).await; }",
    ),
    (
        "b/src/own.rs",
        "const API_KEY: &str = \"sk_live_4eC39HqLyjWDarjtT1zdp7dc\";\n\
         // moat: allow(missing-authentication, reason = \"r\")\n\
         pub async fn wipe() { sqlx::query(\"DELETE FROM c\").execute(&db()).await; }",
    ),
    (
        "b/tests/all.rs",
        "#[test] fn all() { reqwest::blocking::get(\"http://example.org\"); }",
    ),
    (
        "client/Cargo.toml",
        "[package]\nname = 'client'\n[dependencies]\nreqwest = '0.12'\n",
    ),
    (
        "client/src/main.rs",
        "mod broken; fn main() { reqwest::blocking::get(\"http://api.acme.com\"); }",
    ),
    ("client/src/broken.rs", "fn broken( {}\n"),
    ("client/.env", "PASSWORD=Xk29fhwQ71LmzPd0\n"),
    (
        "lib/Cargo.toml",
        "[package]\nname = 'lib'\n[dependencies]\naxum = '0.8'\n",
    ),
    (
        "lib/src/lib.rs",
        "pub struct User; \
         impl<S: Sync> axum::extract::FromRequestParts<S> for User { \
            type Rejection = axum::http::StatusCode; \
            async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> { \
                let token = parts.headers.get(\"authorization\").and_then(|it| it.to_str().ok()).ok_or(axum::http::StatusCode::UNAUTHORIZED)?; \
                jsonwebtoken::decode::<u8>(token, &key(), &jsonwebtoken::Validation::default()).map_err(|_| axum::http::StatusCode::UNAUTHORIZED)?; \
                Ok(User) \
            } \
         }",
    ),
    ("z/Cargo.toml", "[package]\nname = 'z'\n"),
];

#[test]
fn it_makes_no_difference_how_many_packages_are_analysed_at_once() {
    let config = "[[public-routes]]\nroutes = [\"/wipe\"]\nreason = \"r\"\n\
        [[public-routes]]\nroutes = [\"/nowhere\"]\nreason = \"r\"\n";
    let shown = |together: usize| {
        let mut outcome = outcome_in_parts(&SEVERAL, config, together);
        // Which function of the program it was made from: the one thing that may differ.
        for endpoint in &mut outcome.inventory.endpoints {
            endpoint.handler.target = crate::routes::HandlerTarget::Unknown;
        }
        outcome.redactions.sort();
        let mut looked: Vec<_> = outcome.looked.iter().collect();
        looked.sort_by_key(|(span, _)| **span);
        format!(
            "{:#?}",
            (
                &outcome.inventory,
                &outcome.diagnostics,
                &outcome.defaults,
                looked,
                &outcome.undecided,
                &outcome.counts,
                &outcome.redactions,
                &outcome.summary,
            )
        )
    };
    let together = shown(usize::MAX);
    // All of it is there: endpoints of two services, secrets, clients, what is broken or held back.
    for part in [
        "`DELETE /own` asks for no authentication",
        "\"POST\"",
        "hardcoded-secret",
        "plain-http-client",
        "unreadable-source",
        "unused-exception",
        "suppressed: Some",
    ] {
        assert!(together.contains(part), "{part} in {together}");
    }
    for size in [0, 400, 1500] {
        assert_eq!(shown(size), together, "{size}");
    }
}

#[test]
fn packages_that_lead_to_one_another_are_analysed_together() {
    let tree = SEVERAL
        .iter()
        .map(|(path, text)| (format!("/w/{path}"), *text));
    let files = MemoryFiles::new(tree);
    let request = WorkspaceRequest {
        start: "/w".into(),
        ..WorkspaceRequest::default()
    };
    let workspace = discover(&request, &files).expect("a workspace");
    let found = texts::rust_files(&workspace, &files);
    let steps = Progress::new("reading", 0, false);
    let texts = texts::Texts::read(found, &workspace, &files, &steps);
    let names = |together: usize| {
        let parts = parts::parts(&workspace, &texts, together);
        let files: usize = parts.iter().map(|it| it.files.len()).sum();
        assert_eq!(files, texts.rust_files.len(), "each file once");
        let parts = parts.iter().map(|it| {
            let packages = it.packages.iter().map(|id| &*workspace.package(*id).name);
            packages.collect::<Vec<_>>().join(" ")
        });
        parts.collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["a lib", "b", "client", "z"]);
    assert_eq!(names(usize::MAX), ["a b client lib z"]);
    assert_eq!(names(800), ["a lib", "b client z"]);
}

#[test]
fn of_what_cannot_be_read_nobody_says_that_it_is_open() {
    let source = |handler: &str, helper: &str| {
        format!(
            "use axum::{{Router, http::{{HeaderMap, StatusCode}}, routing::delete}};\n\
             async fn remove(headers: HeaderMap) -> Result<(), StatusCode> {{ {handler} }}\n\
             fn admit(headers: &HeaderMap) -> Result<(), StatusCode> {{ {helper} }}\n\
             async fn main() {{ axum::serve(l(), Router::new().route(\"/a\", delete(remove))).await; }}\n"
        )
    };
    let status = |handler: &str, helper: &str| {
        let outcome = outcome(&[("src/main.rs", &source(handler, helper))], "");
        let [endpoint] = &*outcome.inventory.endpoints else {
            panic!("one endpoint")
        };
        endpoint.protections.authentication.status
    };
    assert_eq!(status("Ok(())", "Ok(())"), Status::None);
    assert_eq!(status("let = 1;", "Ok(())"), Status::Unknown);
    assert_eq!(status("admit(&headers)?; Ok(())", "Ok(())"), Status::None);
    assert_eq!(
        status("admit(&headers)?; Ok(())", "let = 1;"),
        Status::Unknown
    );
    // Nobody asks it.
    assert_eq!(status("Ok(())", "let = 1;"), Status::None);
}

/// What is known of a library is asked whoever depends on it: the program itself, one of its libraries,
/// or, of the standard library, nobody.
#[test]
fn sinks_are_known_whatever_manifests_name() {
    let ids = |tree: &[(&str, &str)]| {
        let outcome = outcome(tree, "");
        let all = outcome.diagnostics.iter();
        let mut ids: Vec<&str> = all.map(|it| it.lint.as_str()).collect();
        ids.retain(|it| matches!(*it, "path-traversal" | "cross-site-scripting"));
        ids.join(" ")
    };
    let file = "use axum::{Router, extract::Path, routing::get};\n\
         async fn show(Path(name): Path<String>) -> Vec<u8> { std::fs::read(name).unwrap() }\n\
         async fn main() { axum::serve(l(), Router::new().route(\"/a\", get(show))).await; }\n";
    let lock = "version = 4\n\n[[package]]\nname = \"axum\"\nversion = \"0.8.1\"\n";
    let locked = [("src/main.rs", file), ("Cargo.lock", lock)];
    assert_eq!(ids(&locked), "path-traversal");
    assert_eq!(ids(&locked[..1]), "path-traversal");

    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nsalvo = \"0.95\"\n";
    let page = "use salvo::prelude::*;\n\
         #[handler] async fn show(req: &mut Request, res: &mut Response) {\n\
         let name = req.query::<String>(\"name\").unwrap();\n\
         res.render(Text::Html(format!(\"<b>{name}</b>\"))); }\n\
         #[tokio::main] async fn main() { Server::new(l()).serve(Router::new().get(show)).await; }\n";
    let unlocked = [("Cargo.toml", manifest), ("src/main.rs", page)];
    assert_eq!(ids(&unlocked), "cross-site-scripting");
}

/// The bodies of functions by their names, those of which are asked for.
fn owners(program: &Program, keys: impl IntoIterator<Item = BodyKey>) -> Vec<&'static str> {
    let owner = |key: BodyKey| match program[key].owner {
        BodyOwner::Fn(id) => program[id].name.as_str(),
        BodyOwner::Const(_) => "a constant",
    };
    keys.into_iter().map(owner).collect()
}

#[test]
fn what_macros_stand_for_is_mentioned_where_they_are_called() {
    let text = "macro_rules! ask { ($x:expr) => { deeper!($x).connect() } }
        macro_rules! deeper { ($x:expr) => { pool::of($x) } }
        fn asks() { ask!(g) } fn other() { connect(name.other) }";
    let loaded = loaded(&[("/w/src/main.rs", text)], Scope::default());
    let program = &loaded.program;
    for (how, name, expected) in [
        (Mention::Member, "connect", vec!["asks"]),
        (Mention::InModule, "of", vec!["asks"]),
        (Mention::Bare, "g", vec!["asks"]),
        (Mention::Bare, "connect", vec!["other"]),
        (Mention::Member, "of", vec![]),
    ] {
        let hashes = [hash(how, name)].into_iter().collect();
        let found = owners(program, program.mentioning(&hashes));
        assert_eq!(found, expected, "{how:?} {name}");
    }
    let expanded = program.bodies.iter().map(|it| it.body.is_expanded());
    assert_eq!(expanded.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn only_bodies_in_which_a_function_is_called_are_read_for_its_callers() {
    let text = "macro_rules! by_macro { () => { target() } }
        fn target() {} fn plain() { target(); } fn with_comment() { target /* none */ () }
        fn by_path() { crate::target::<>() } fn expanded() { by_macro!() }
        fn field() { x.target; } fn local() { let target = 1; }";
    let loaded = loaded(&[("/w/src/main.rs", text)], Scope::default());
    let program = &loaded.program;
    let [Def::Fn(target)] = named(&loaded, &["target"])[..] else {
        panic!("a function");
    };
    let callers = Values::new(program).callers(target, |_| true);
    assert_eq!(
        owners(program, callers.into_iter().map(|it| it.0)),
        ["plain", "with_comment", "by_path", "expanded"]
    );
    let read = |it: &BodyKey| program[*it].body.if_read().is_some();
    let keys = (0..program.bodies.len() as u32).map(BodyKey);
    let unread = owners(program, keys.filter(|it| !read(it)));
    assert_eq!(unread, ["target", "field", "local"]);
}

#[test]
fn what_a_static_makes_late_is_no_text() {
    let text =
        "use std::sync::LazyLock as Late; static A: Late<String> = Late::new(|| \"a\".to_owned());
        static B: &str = \"b\"; const C: &str = B;";
    let loaded = loaded(&[("/w/src/main.rs", text)], Scope::default());
    let values = Values::new(&loaded.program);
    let texts = ["A", "B", "C"].map(|it| match named(&loaded, &[it])[..] {
        [Def::Const(id)] => values.const_text(id).and_then(|it| it.as_known()),
        _ => panic!("a constant"),
    });
    assert_eq!(texts, [None, Some("b".to_owned()), Some("b".to_owned())]);
    let key = loaded.program.consts[0].body.unwrap();
    assert!(loaded.program[key].body.if_read().is_none());
}
