//! A handler for the methods that nobody registered: which paths get it, and which layers stand around it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post, put};

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

async fn ok() -> &'static str {
    "ok"
}

async fn wrong_method() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

async fn nowhere() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Every path that is there already, and not those that come later.
//@ GET /before none
//@ POST /before none
//@ ANY /before none
//@ PUT /also-before none
//@ ANY /also-before none
//@ GET /late none
fn plain() -> Router {
    Router::new()
        .route("/before", get(ok))
        .route("/before", post(ok))
        .route("/also-before", put(ok))
        .method_not_allowed_fallback(wrong_method)
        .route("/late", get(ok))
}

/// Not what answers any method by itself, nor services, nor the fallback of the whole.
//@ ANY /any none
//@ GET /own none
//@ ANY /own none
//@ ANY /service none
//@ GET /nested/in none
//@ ANY /nested/in none
//@ ANY /{*fallback} none
fn answered() -> Router {
    Router::new()
        .route("/any", any(ok))
        .route("/own", get(ok).fallback(wrong_method))
        .route_service("/service", tower::service_fn(by_service))
        .nest("/nested", Router::new().route("/in", get(ok)))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
}

async fn by_service(_: Request) -> Result<Response, std::convert::Infallible> {
    Ok(Response::default())
}

/// Layers that are there already do not cover it. Later ones do, but for those of routes only.
//@ GET /covered/before required
//@ ANY /covered/before none
//@ GET /covered/after required
//@ ANY /covered/after required
//@ GET /covered/routes required
//@ ANY /covered/routes none
//@ GET /covered/outside required
//@ ANY /covered/outside required
fn covered(sessions: &Sessions) -> Router {
    let auth = || middleware::from_fn_with_state(sessions.clone(), require_session);
    let before = Router::new()
        .route("/covered/before", get(ok))
        .layer(auth())
        .method_not_allowed_fallback(wrong_method);
    let after = Router::new()
        .route("/covered/after", get(ok))
        .method_not_allowed_fallback(wrong_method)
        .layer(auth());
    let routes = Router::new()
        .route("/covered/routes", get(ok))
        .method_not_allowed_fallback(wrong_method)
        .route_layer(auth());
    let outside = Router::new()
        .route("/outside", get(ok))
        .method_not_allowed_fallback(wrong_method);
    before
        .merge(after)
        .merge(routes)
        .merge(Router::new().nest("/covered", outside).layer(auth()))
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = plain().merge(answered()).merge(covered(&sessions));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
