//! Middleware of axum that lets some requests pass before it looks at credentials.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    db: PgPool,
    is_open: bool,
    inner_secret: HeaderValue,
}

async fn is_known(db: &PgPool, headers: &HeaderMap) -> bool {
    let token = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let query = sqlx::query_scalar::<_, i64>("SELECT account FROM session WHERE token = $1").bind(token);
    matches!(query.fetch_optional(db).await, Ok(Some(_)))
}

async fn by_header(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.headers().get("x-internal").is_some() {
        return next.run(request).await; //~ early-return-before-auth
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn by_value(State(app): State<App>, request: Request, next: Next) -> Response {
    let from = request.headers().get("x-forwarded-for").and_then(|it| it.to_str().ok());
    if from == Some("127.0.0.1") {
        return next.run(request).await; //~ early-return-before-auth
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn by_query(State(app): State<App>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().query().is_some_and(|it| it.contains("preview=1")) {
        Ok(next.run(request).await) //~ early-return-before-auth
    } else if is_known(&app.db, request.headers()).await {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

async fn by_upgrade(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_upgrade = request.headers().get(header::UPGRADE).is_some_and(|it| it == "websocket");
    if request.method() == Method::OPTIONS || is_upgrade {
        return next.run(request).await; //~ early-return-before-auth
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn preflight(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS && request.headers().contains_key("access-control-request-method") {
        return next.run(request).await; // near miss: a preflight
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn by_setting(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.is_open && request.headers().contains_key("x-internal") {
        return next.run(request).await; // near miss: the service has to be set up for it
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn by_secret(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.headers().get("x-internal") == Some(&app.inner_secret) {
        return next.run(request).await; // near miss: compared with what the service keeps
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn by_key(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.headers().contains_key("x-api-key") {
        return next.run(request).await; // near miss: a credential, if nobody looks at it here
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn afterwards(State(app): State<App>, request: Request, next: Next) -> Response {
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if request.headers().contains_key("x-trace") {
        return next.run(request).await; // near miss: the check comes before
    }
    next.run(request).await
}

async fn inside(State(app): State<App>, request: Request, next: Next) -> Response {
    if is_known(&app.db, request.headers()).await {
        if request.headers().contains_key("x-trace") {
            return next.run(request).await; // near miss: inside of the branch of those who are known
        }
        return next.run(request).await;
    }
    StatusCode::UNAUTHORIZED.into_response()
}

async fn by_path(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/login" {
        return next.run(request).await; // near miss: one path is exempt
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn before_strict(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.headers().contains_key("x-internal") {
        return next.run(request).await; // near miss: the layer inside of it asks everybody
    }
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn strict(State(app): State<App>, request: Request, next: Next) -> Response {
    if !is_known(&app.db, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn tracing_of(State(_): State<App>, request: Request, next: Next) -> Response {
    if request.headers().contains_key("x-quiet") {
        return next.run(request).await; // near miss: it refuses nobody
    }
    tracing::info!("request");
    next.run(request).await
}

async fn create(State(app): State<App>) -> StatusCode {
    match sqlx::query("INSERT INTO event (what) VALUES ('create')").execute(&app.db).await {
        Ok(_) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn routes(path: &str) -> Router<App> {
    Router::new().route(path, post(create))
}

pub fn app(app: App) -> Router {
    Router::new()
        .merge(routes("/1").layer(from_fn_with_state(app.clone(), by_header)))
        .merge(routes("/2").layer(from_fn_with_state(app.clone(), by_value)))
        .merge(routes("/3").layer(from_fn_with_state(app.clone(), by_query)))
        .merge(routes("/4").layer(from_fn_with_state(app.clone(), by_upgrade)))
        .merge(routes("/5").layer(from_fn_with_state(app.clone(), preflight)))
        .merge(routes("/6").layer(from_fn_with_state(app.clone(), by_setting)))
        .merge(routes("/7").layer(from_fn_with_state(app.clone(), by_secret)))
        .merge(routes("/8").layer(from_fn_with_state(app.clone(), by_key)))
        .merge(routes("/9").layer(from_fn_with_state(app.clone(), afterwards)))
        .merge(routes("/10").layer(from_fn_with_state(app.clone(), inside)))
        .merge(routes("/11").layer(from_fn_with_state(app.clone(), by_path)))
        .merge(routes("/12").layer(from_fn_with_state(app.clone(), strict)).layer(from_fn_with_state(app.clone(), before_strict)))
        .merge(routes("/13").layer(from_fn_with_state(app.clone(), tracing_of)))
        .with_state(app)
}

fn main() {}
