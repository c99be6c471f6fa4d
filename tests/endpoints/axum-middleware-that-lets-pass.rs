//! Layers, each beside one that differs in a detail.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    secret: Arc<str>,
    key: DecodingKey,
}
#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: String,
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}
async fn handler(State(app): State<App>) -> StatusCode {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .ok();
    StatusCode::OK
}

async fn keyed(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if header(&request, "x-api-key") != Some(&*app.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
async fn from_home(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let from_home = header(&request, "x-forwarded-for") == Some("127.0.0.1");
    if !from_home && header(&request, "x-api-key") != Some(&*app.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
async fn wherever_from(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let from_home = header(&request, "x-forwarded-for") == Some("127.0.0.1");
    if header(&request, "x-api-key") != Some(&*app.secret) {
        tracing::warn!(from_home, "refused");
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
/// The answer is held back, after the work is done.
async fn too_late(State(app): State<App>, request: Request, next: Next) -> Response {
    let known = header(&request, "x-api-key") == Some(&*app.secret);
    let response = next.run(request).await;
    if known {
        response
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let known = header(&request, "x-api-key") == Some(&*app.secret);
    if known {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
/// Compares what was sent with itself.
async fn with_itself(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = header(&request, "x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    let expected = hex::encode(Sha256::digest(token));
    if hex::encode(Sha256::digest(token.as_bytes())) != expected {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
async fn with_ours(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let token = header(&request, "x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    let expected = hex::encode(Sha256::digest(app.secret.as_bytes()));
    if hex::encode(Sha256::digest(token.as_bytes())) != expected {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
/// Twice the same, both of them sent.
async fn sent_twice(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = header(&request, "x-auth-token").ok_or(StatusCode::UNAUTHORIZED)?;
    let cookie = header(&request, "cookie").and_then(|it| it.strip_prefix("auth="));
    if cookie != Some(token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
/// Recent enough.
async fn recent(request: Request, next: Next) -> Result<Response, StatusCode> {
    let time = header(&request, "x-auth-time").and_then(|it| it.parse::<i64>().ok());
    let time = time.ok_or(StatusCode::UNAUTHORIZED)?;
    if (chrono::Utc::now().timestamp() - time).abs() > 300 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}
/// Tells the handler who it may be.
async fn perhaps(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let token = header(&request, "authorization").unwrap_or_default();
    if let Ok(data) = decode::<Claims>(token, &app.key, &Validation::default()) {
        request.extensions_mut().insert(data.claims);
    }
    next.run(request).await
}
async fn known(claims: Option<Extension<Claims>>, state: State<App>) -> StatusCode {
    let name = claims.map(|it| it.0.sub).unwrap_or_default();
    tracing::info!(name);
    handler(state).await
}
async fn certainly(Extension(claims): Extension<Claims>, state: State<App>) -> StatusCode {
    tracing::info!(claims.sub);
    handler(state).await
}

/// Changes requests, and lets them all pass.
async fn noted(State(app): State<App>, mut request: Request) -> Request {
    let known = header(&request, "x-api-key") == Some(&*app.secret);
    if known {
        request
            .headers_mut()
            .insert("x-known", "1".parse().unwrap());
    }
    request
}
async fn refused(State(app): State<App>, request: Request) -> Result<Request, StatusCode> {
    if header(&request, "x-api-key") != Some(&*app.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(request)
}
/// Refuses with an answer that it then throws away.
async fn thrown_away(State(app): State<App>, request: Request, next: Next) -> Response {
    if header(&request, "x-api-key") != Some(&*app.secret) {
        let _ = StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

#[tokio::main]
async fn main() {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        secret: std::env::var("SECRET").unwrap().into(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
    };
    let app = Router::new()
        .merge(
            Router::new()
                .route("/keyed", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), keyed)),
        )
        .merge(
            Router::new()
                .route("/from-home", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), from_home)),
        )
        .merge(
            Router::new()
                .route("/wherever-from", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), wherever_from)),
        )
        .merge(
            Router::new()
                .route("/too-late", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), too_late)),
        )
        .merge(
            Router::new()
                .route("/in-time", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), in_time)),
        )
        .merge(
            Router::new()
                .route("/with-itself", post(handler))
                .layer(middleware::from_fn(with_itself)),
        )
        .merge(
            Router::new()
                .route("/with-ours", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), with_ours)),
        )
        .merge(
            Router::new()
                .route("/sent-twice", post(handler))
                .layer(middleware::from_fn(sent_twice)),
        )
        .merge(
            Router::new()
                .route("/recent", post(handler))
                .layer(middleware::from_fn(recent)),
        )
        .merge(
            Router::new()
                .route("/perhaps", post(known))
                .route("/certainly", post(certainly))
                .layer(middleware::from_fn_with_state(app.clone(), perhaps)),
        )
        .merge(
            Router::new()
                .route("/noted", post(handler))
                .layer(middleware::map_request_with_state(app.clone(), noted)),
        )
        .merge(
            Router::new()
                .route("/refused", post(handler))
                .layer(middleware::map_request_with_state(app.clone(), refused)),
        )
        .merge(
            Router::new()
                .route("/thrown-away", post(handler))
                .layer(middleware::from_fn_with_state(app.clone(), thrown_away)),
        )
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /keyed required
//@ POST /from-home optional
//@ POST /wherever-from required
//@ POST /too-late none
//@ POST /in-time required
//@ POST /with-itself none
//@ POST /with-ours required
//@ POST /sent-twice none
//@ POST /recent none
//@ POST /perhaps optional
//@ POST /certainly required
//@ POST /noted none
//@ POST /refused required
//@ POST /thrown-away none
