//! Strangers who are sent to the login, by a status and a header.

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::post;
use tower_sessions::Session;

fn shred() {
    let _ = std::fs::remove_dir_all("/var/lib/files");
}

async fn somebody(session: &Session) -> Option<i64> {
    session.get("account").await.ok().flatten()
}

//@ POST /tuple required
async fn tuple(session: Session) -> Response {
    if somebody(&session).await.is_none() {
        return (StatusCode::SEE_OTHER, [(LOCATION, "/auth/login")]).into_response();
    }
    shred();
    StatusCode::OK.into_response()
}

//@ POST /appended required
async fn appended(session: Session) -> impl IntoResponse {
    let Some(_account) = somebody(&session).await else {
        let to = AppendHeaders([(LOCATION, "/login")]);
        return (StatusCode::FOUND, to).into_response();
    };
    shred();
    StatusCode::OK.into_response()
}

//@ POST /builder required
async fn builder(session: Session) -> Response {
    match somebody(&session).await {
        Some(_) => shred(),
        None => {
            return Response::builder()
                .header(LOCATION, "/login")
                .status(StatusCode::FOUND)
                .body(Body::empty())
                .expect("a response");
        }
    }
    StatusCode::OK.into_response()
}

// To a fixed place that is no login.
//@ POST /welcome required
async fn welcome(session: Session) -> Response {
    if somebody(&session).await.is_none() {
        return Redirect::to("/welcome").into_response();
    }
    shred();
    StatusCode::OK.into_response()
}

// Near misses: where nobody is asked, and where somebody is, but is not needed.
//@ POST /always none
async fn always() -> Redirect {
    shred();
    Redirect::to("/welcome")
}

//@ POST /anyway optional
async fn anyway(session: Session) -> Redirect {
    shred();
    match somebody(&session).await {
        Some(_) => Redirect::to("/files"),
        None => Redirect::to("/login"),
    }
}

pub fn app() -> Router {
    Router::new()
        .route("/tuple", post(tuple))
        .route("/appended", post(appended))
        .route("/builder", post(builder))
        .route("/welcome", post(welcome))
        .route("/always", post(always))
        .route("/anyway", post(anyway))
}
