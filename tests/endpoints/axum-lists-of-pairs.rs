//! Lists of what is open whose elements are pairs of a method and a path.

//@ GET /languages none
//@ PUT /languages required
//@ GET /cues/{film} required
//@ POST /session none
//@ GET /session required
//@ GET /books required
//@ GET /wide/books none
//@ GET /wide/authors none
//@ GET /wide/inside required

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

const SESSION: &str = "/session";
const OPEN: &[(Method, &str)] = &[(Method::GET, "/languages"), (Method::POST, SESSION)];
// Whatever the method.
const WIDE: [(Method, &str); 2] = [(Method::POST, "/wide/books"), (Method::GET, "/wide/authors")];

#[derive(Clone, Deserialize)]
struct Caller {
    sub: String,
}

struct Evaluation {
    public: bool,
    caller: Option<Caller>,
}

impl Evaluation {
    fn proceeds(&self) -> bool {
        self.public || self.caller.is_some()
    }
}

#[derive(Clone)]
struct Desk {
    key: DecodingKey,
}

impl Desk {
    fn caller(&self, req: &Request) -> Option<Caller> {
        let token = req.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        Some(decode::<Caller>(token, &self.key, &Validation::default()).ok()?.claims)
    }

    fn evaluate(&self, req: &Request, pattern: &str) -> Evaluation {
        let public = OPEN.iter().any(|(method, path)| method == req.method() && *path == pattern);
        Evaluation { public, caller: self.caller(req) }
    }
}

fn pattern(req: &Request) -> String {
    let matched = req.extensions().get::<MatchedPath>();
    matched.map_or_else(|| req.uri().path().to_owned(), |it| it.as_str().to_owned())
}

async fn doorman(State(desk): State<Desk>, req: Request, next: Next) -> Response {
    let evaluation = desk.evaluate(&req, &pattern(&req));
    if !evaluation.proceeds() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(req).await
}

async fn lenient(State(desk): State<Desk>, req: Request, next: Next) -> Response {
    let asked = pattern(&req);
    if WIDE.iter().any(|(_, path)| *path == asked) || desk.caller(&req).is_some() {
        return next.run(req).await;
    }
    StatusCode::UNAUTHORIZED.into_response()
}

async fn ok() -> &'static str {
    "ok"
}

fn app(desk: Desk) -> Router {
    let strict = Router::new()
        .route("/languages", get(ok).put(ok))
        .route("/cues/{film}", get(ok))
        .route(SESSION, get(ok).post(ok))
        .route("/books", get(ok))
        .layer(from_fn_with_state(desk.clone(), doorman));
    let wide = Router::new()
        .route("/wide/books", get(ok))
        .route("/wide/authors", get(ok))
        .route("/wide/inside", get(ok))
        .layer(from_fn_with_state(desk.clone(), lenient));
    strict.merge(wide).with_state(desk)
}

#[tokio::main]
async fn main() {
    let key = std::env::var("TOKEN_KEY").expect("TOKEN_KEY");
    let desk = Desk { key: DecodingKey::from_secret(key.as_bytes()) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, app(desk)).await.expect("a server");
}
