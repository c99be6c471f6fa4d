//! Which path middleware sees: all of it around a router that is nested, the rest of it inside.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use tower::ServiceBuilder;

type Sessions = Arc<HashMap<String, String>>;

fn is_known(sessions: &Sessions, headers: &HeaderMap) -> bool {
    let token = headers.get("authorization").and_then(|it| it.to_str().ok());
    token.is_some_and(|it| sessions.contains_key(it))
}

async fn but_for_short(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let is_open = request.uri().path() == "/open";
    if !is_open && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn but_for_whole(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let is_open = request.uri().path() == "/a/open";
    if !is_open && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn but_for_original(
    State(sessions): State<Sessions>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if uri.path() != "/a/open" && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn but_for_listed_original(
    State(sessions): State<Sessions>,
    uri: OriginalUri,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let open = ["/a/open", "/a/health"];
    if !open.contains(&uri.0.path()) && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn but_for_seen(
    State(sessions): State<Sessions>,
    uri: Uri,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let is_open = uri.path().starts_with("/open");
    if !is_open && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn ok() -> &'static str {
    "ok"
}

async fn by_service(_: Request) -> Result<Response, Infallible> {
    Ok(Response::default())
}

fn both() -> Router {
    Router::new()
        .route("/open", get(ok))
        .route("/closed", get(ok))
}

/// Inside: the prefix is gone.
//@ GET /a/open none
//@ GET /a/closed required
//@ GET /b/open required
//@ GET /b/closed required
//@ GET /c/d/open none
//@ GET /c/d/closed required
fn inside(sessions: &Sessions) -> Router {
    let short = || middleware::from_fn_with_state(sessions.clone(), but_for_short);
    let whole = middleware::from_fn_with_state(sessions.clone(), but_for_whole);
    let below = Router::new().nest("/d", both().layer(short()));
    Router::new()
        .nest("/a", both().layer(short()))
        .nest("/b", both().layer(whole))
        .nest("/c", below)
}

/// Around, and between two prefixes.
//@ GET /around/a/open none
//@ GET /around/a/closed required
//@ GET /around/open required
//@ GET /between/d/open required
//@ GET /between/a/open none
//@ GET /between/a/closed required
fn around(sessions: &Sessions) -> Router {
    let short = || middleware::from_fn_with_state(sessions.clone(), but_for_short);
    let whole = || middleware::from_fn_with_state(sessions.clone(), but_for_whole);
    let one = Router::new()
        .nest("/a", both())
        .route("/open", get(ok))
        .layer(whole());
    let between = Router::new()
        .nest("/d", Router::new().route("/open", get(ok)))
        .layer(short());
    let again = Router::new().nest("/a", both()).layer(whole());
    Router::new()
        .nest("/around", one)
        .nest("/between", between.merge(again))
}

/// `OriginalUri` is whole wherever it is asked for, `Uri` is what is left.
//@ GET /o/a/open required
//@ GET /a/open/below required
//@ GET /l/a/open required
//@ GET /u/open none
//@ GET /u/closed required
//@ GET /whole/open required
//@ GET /whole/closed required
fn extracted(sessions: &Sessions) -> Router {
    let original = || middleware::from_fn_with_state(sessions.clone(), but_for_original);
    let listed = middleware::from_fn_with_state(sessions.clone(), but_for_listed_original);
    let seen = middleware::from_fn_with_state(sessions.clone(), but_for_seen);
    let below = Router::new().route("/a/open", get(ok));
    Router::new()
        .nest("/o", below.clone().layer(original()))
        .nest("/l", below.layer(listed))
        .nest("/u", both().layer(seen))
        .nest("/whole", both().layer(original()))
        .nest(
            "/a/open",
            Router::new().route("/below", get(ok)).layer(original()),
        )
}

/// The whole path, asked for inside: what it says is the truth.
//@ GET /x/a/open none
//@ GET /x/a/health none
//@ GET /x/a/closed required
//@ GET /x/b/open none
//@ GET /x/b/closed required
fn original_inside(sessions: &Sessions) -> Router {
    let short = middleware::from_fn_with_state(sessions.clone(), but_for_x_original);
    let listed = middleware::from_fn_with_state(sessions.clone(), but_for_x_listed);
    let inner = Router::new()
        .route("/open", get(ok))
        .route("/health", get(ok))
        .route("/closed", get(ok))
        .layer(listed);
    Router::new().nest(
        "/x",
        Router::new()
            .nest("/a", inner)
            .nest("/b", both().layer(short)),
    )
}

async fn but_for_x_original(
    State(sessions): State<Sessions>,
    OriginalUri(original): OriginalUri,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    match original.path() {
        "/x/b/open" => {}
        _ if is_known(&sessions, &headers) => {}
        _ => return Err(StatusCode::UNAUTHORIZED),
    }
    Ok(next.run(request).await)
}

async fn but_for_x_listed(
    State(sessions): State<Sessions>,
    uri: OriginalUri,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let open = ["/x/a/open", "/x/a/health"];
    if !open.contains(&uri.path()) && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Around a service in a stack, too.
//@ ANY /service required
//@ ANY /service/{*tail} optional
fn services(sessions: &Sessions) -> Router {
    let short = middleware::from_fn_with_state(sessions.clone(), but_for_short);
    Router::new().nest_service(
        "/service",
        ServiceBuilder::new()
            .layer(short)
            .service(tower::service_fn(by_service)),
    )
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = inside(&sessions)
        .merge(around(&sessions))
        .merge(extracted(&sessions))
        .merge(original_inside(&sessions))
        .merge(services(&sessions));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
