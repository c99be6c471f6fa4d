//! Services instead of handlers: where they answer, and what stands around them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::HandlerWithoutStateExt;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, get_service};
use tower::ServiceBuilder;
use tower_http::services::ServeDir;
use tower_http::trace::TraceLayer;

type Sessions = Arc<HashMap<String, String>>;

async fn require_session(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get("authorization");
    let token = header.and_then(|it| it.to_str().ok());
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    if !sessions.contains_key(token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn look(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn ok() -> &'static str {
    "ok"
}

async fn by_service(_: Request) -> Result<Response, Infallible> {
    Ok(Response::default())
}

/// At the prefix itself, and everywhere below it. A router answers what it has.
//@ ANY /service none
//@ ANY /service/{*tail} none
//@ ANY /files/{*tail} none
//@ ANY /handler none
//@ ANY /handler/{*tail} none
//@ GET /router/in none
//@ ANY /single none
fn nested() -> Router {
    Router::new()
        .nest_service("/service", tower::service_fn(by_service))
        .nest_service("/files", ServeDir::new("files"))
        .nest_service("/handler", ok.into_service())
        .nest_service("/router", Router::new().route("/in", get(ok)))
        .route_service("/single", tower::service_fn(by_service))
}

/// Layers of a stack around a service, around a router, around a service for one method.
//@ ANY /stacked/single required
//@ ANY /stacked/nested required
//@ ANY /stacked/nested/{*tail} required
//@ ANY /stacked/files/{*tail} required
//@ GET /stacked/method required
//@ GET /stacked/router/in required
//@ ANY /stacked/outside required
//@ ANY /stacked/looked-at none
//@ ANY /stacked/traced none
fn stacked(sessions: &Sessions) -> Router {
    let auth = || middleware::from_fn_with_state(sessions.clone(), require_session);
    let files = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(auth())
        .service(ServeDir::new("files"));
    Router::new()
        .route_service(
            "/stacked/single",
            ServiceBuilder::new()
                .layer(auth())
                .service(tower::service_fn(by_service)),
        )
        .nest_service(
            "/stacked/nested",
            ServiceBuilder::new()
                .layer(auth())
                .service(tower::service_fn(by_service)),
        )
        .nest_service("/stacked/files", files)
        .route(
            "/stacked/method",
            get_service(
                ServiceBuilder::new()
                    .layer(auth())
                    .service(tower::service_fn(by_service)),
            ),
        )
        .nest_service(
            "/stacked/router",
            ServiceBuilder::new()
                .layer(auth())
                .service(Router::new().route("/in", get(ok))),
        )
        .merge(
            Router::new()
                .route_service("/stacked/outside", tower::service_fn(by_service))
                .layer(auth()),
        )
        .route_service(
            "/stacked/looked-at",
            ServiceBuilder::new()
                .layer(middleware::from_fn(look))
                .service(tower::service_fn(by_service)),
        )
        .route_service(
            "/stacked/traced",
            ServiceBuilder::new()
                .layer(TraceLayer::new_for_http())
                .service(tower::service_fn(by_service)),
        )
}

/// A function as a service checks as a handler does, and gets no extractors.
//@ ANY /checking required
//@ ANY /pretending none
async fn checking(request: Request) -> Result<Response, Infallible> {
    let sent = request.headers().get("x-key");
    let sent = sent.and_then(|it| it.to_str().ok());
    match sent.is_some_and(|it| it == key()) {
        true => Ok("known".into_response()),
        false => Ok(StatusCode::UNAUTHORIZED.into_response()),
    }
}

async fn pretending(request: Request) -> Result<Response, Infallible> {
    if request.headers().get("x-key").is_none() {
        eprintln!("no key");
    }
    Ok("known".into_response())
}

fn key() -> String {
    std::env::var("KEY").expect("there is a key")
}

fn functions() -> Router {
    Router::new()
        .route_service("/checking", tower::service_fn(checking))
        .route_service("/pretending", tower::service_fn(pretending))
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = nested().merge(stacked(&sessions)).merge(functions());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
